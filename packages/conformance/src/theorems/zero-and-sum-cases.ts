import type { Case } from "../context.js";
import { gamma } from "../bounds.js";
import { U64 } from "../precision.js";
import { widened } from "../data.js";
import { lineSums, modelOf } from "../reference/rules.js";
import { factorsOf, problemOf, recipes } from "./instance.js";
import { type Bench, nth } from "./theorem.js";

/** What stays as it is along a fit: the orthant, zeros, and after a divergence step the sums of V. */
export function zeroAndSumCases(bench: Bench): readonly Case[] {
  const { context } = bench;
  const { zerosStay, conservesSums } = bench.subject.rule.guarantees;

  const orthant = bench.theorem("factors stay finite and nonnegative", recipes, async (recipe) => {
    const walk = await bench.fit(recipe);
    for (const taken of walk.steps) {
      const { next, factor, from } = taken;
      const at = next.data.findIndex((x) => !(x >= 0 && x < Infinity));
      bench.demand(
        at === -1,
        () => `${nth(walk, taken)} makes entry ${place(at, next)} of ${factor} ${next.data[at]}`,
        from,
      );
    }
  });

  const zeros = bench.theorem(
    "zeros stay zeros",
    recipes.map((recipe) => ({ ...recipe, kind: "zeros" as const })),
    async (recipe) => {
      const walk = await bench.fit(recipe);
      for (const taken of walk.steps) {
        const { next, factor, from } = taken;
        const at = next.data.findIndex((x, i) => from[factor].data[i] === 0 && x !== 0);
        bench.demand(
          at === -1,
          () =>
            `${nth(walk, taken)} lifts entry ${place(at, next)} of ${factor} from 0 to ${next.data[at]}`,
          from,
        );
      }
    },
  );

  /** Theorem 10, over the entries where WH > 0: where WH = 0 stays, so does V above it. */
  const sums = bench.theorem(
    "a step on H gives WH the column sums of V, one on W the row sums",
    recipes,
    async (recipe) => {
      const walk = await bench.fit(recipe);
      for (const taken of walk.steps) {
        const { from, factor, next } = taken;
        const { V } = problemOf(from);
        const before = factorsOf(from);
        const moved = factorsOf({ W: next, H: next })[factor];
        const { next: bounds } = await bench.bound(from, factor);
        const X = modelOf(before).data;
        const Y = modelOf({ ...before, [factor]: moved }).data;
        const E = modelOf({ ...before, [factor]: { ...moved, data: bounds.bound } }).data;
        const lines = factor === "H" ? V.cols : V.rows;
        const [wanted, got, bound] = [0, 1, 2].map(() => new Float64Array(lines));
        const roundings = gamma(V.rows + V.cols + from.W.cols, U64);
        for (let ij = 0; ij < X.length; ij++) {
          if (X[ij] === 0) continue;
          const line = factor === "H" ? ij % V.cols : Math.floor(ij / V.cols);
          wanted![line]! += V.data[ij]!;
          got![line]! += Y[ij]!;
          bound![line]! += E[ij]! + roundings * (Y[ij]! + V.data[ij]!);
        }
        bench.compare(
          `${factor === "H" ? "column" : "row"} sums of WH after ${nth(walk, taken)}`,
          from,
          { rows: 1, cols: lines, data: got! },
          { rows: 1, cols: lines, values: wanted!, bound: bound! },
        );
      }
    },
  );

  /** Each line of the factor sums to what it did. */
  const simplex = bench.theorem("factors stay on the simplex", recipes, async (recipe) => {
    const walk = await bench.fit(recipe);
    for (const taken of walk.steps) {
      const { from, factor, next } = taken;
      const { lines, [factor]: total } = problemOf(from).simplex!;
      const { next: bounds } = await bench.bound(from, factor);
      const { rows, cols } = next;
      const sums = lineSums(widened(next), lines);
      const errors = lineSums({ rows, cols, data: bounds.bound }, lines);
      // A line without a share stays as it was given: rounded to the dtype.
      const roundings = gamma(Math.max(rows, cols), context.u);
      bench.compare(
        `sums of the ${lines} of ${factor} after ${nth(walk, taken)}`,
        from,
        { rows: 1, cols: sums.length, data: sums },
        {
          rows: 1,
          cols: sums.length,
          values: sums.map(() => total),
          bound: errors.map((error) => error + roundings * total),
        },
      );
    }
  });

  const { onSimplex } = bench.subject.rule;
  return [
    orthant,
    ...(onSimplex ? [simplex] : []),
    ...(zerosStay ? [zeros] : []),
    ...(conservesSums ? [sums] : []),
  ];
}

function place(at: number, { cols }: { readonly cols: number }): string {
  return `(${Math.floor(at / cols)}, ${at % cols})`;
}
