import type { Case } from "../context.js";
import { neverRises } from "./descent-cases.js";
import { type Instance, recipes } from "./instance.js";
import { exactInstance } from "./random-instances.js";
import { stationaryInstance, stationaryRecipes } from "./stationary-instances.js";
import { type Bench, nth } from "./theorem.js";
import { stepsFrom, walk } from "./walk.js";

/** Where a rule must not move: at V = WH (theorem 3), and at a stationary point (theorems 1 and 2). */
export function fixedPointCases(bench: Bench): readonly Case[] {
  const { context, subject } = bench;
  const { monotone, zerosStay } = subject.rule.guarantees;

  const exact = bench.theorem("V = WH is a fixed point", recipes, async (recipe) => {
    // Where a rule jumps to a minimiser, the minimiser must be the only one.
    const start = exactInstance(subject, context.dtype, recipe, !zerosStay);
    await staysAt(bench, start, "V = WH");
  });

  /**
   * Rounding adds up and is not amplified: the residual that it leaves is what the rule reduces, so
   * that the drift is at most the sum of what the steps may lose, (m + n + 2k)·u each iteration and
   * what functions lose besides.
   */
  const drift = bench.theorem("V = WH drifts by rounding only", recipes, async (recipe) => {
    const start = exactInstance(subject, context.dtype, recipe, false);
    const along = await walk(context.la(), subject, start, ["H", "W", "H", "W", "H", "W"]);
    const relative = {
      W: await relativeBound(bench, start, "W"),
      H: await relativeBound(bench, start, "H"),
    };
    let allowed = 0;
    for (const taken of along.steps) {
      const { factor, next } = taken;
      allowed += relative[factor];
      const { rows, cols, data } = start[factor];
      const values = Float64Array.from(data);
      const bound = values.map((x) => x * allowed);
      bench.compare(`from V = WH, ${nth(along, taken)}`, start, next, {
        rows,
        cols,
        values,
        bound,
      });
    }
  });

  const stationary = bench.theorem(
    "a stationary point is invariant",
    stationaryRecipes,
    async (recipe) => {
      const start = stationaryInstance(subject, context.dtype, recipe);
      await staysAt(bench, start, "a stationary point");
    },
  );

  // A penalty moves both.
  if (subject.penalised) return [];
  return [
    ...(monotone || !subject.readsBack ? [exact] : []),
    ...(zerosStay && !subject.readsBack ? [drift] : []),
    ...(monotone ? [stationary] : []),
  ];
}

/**
 * A step on either factor leaves it where it is, within the rounding of one step. Where no bound
 * is known for that, it leaves the objective at its minimum.
 */
async function staysAt(bench: Bench, start: Instance, what: string): Promise<void> {
  if (bench.subject.readsBack) {
    for (const factor of ["W", "H"] as const) {
      await neverRises(bench, await walk(bench.context.la(), bench.subject, start, [factor]));
    }
    return;
  }
  const [moved] = await stepsFrom(bench.context.la(), bench.subject, start);
  for (const factor of ["W", "H"] as const) {
    const { bound } = (await bench.bound(start, factor)).next;
    const { rows, cols, data } = start[factor];
    const values = Float64Array.from(data);
    bench.compare(`a step on ${factor} from ${what}`, start, moved![factor], {
      rows,
      cols,
      values,
      bound,
    });
  }
}

/** The largest error of a step on `factor`, relative to the entry; a zero has none. */
async function relativeBound(bench: Bench, start: Instance, factor: "W" | "H"): Promise<number> {
  const { bound } = (await bench.bound(start, factor)).next;
  const ratios = Array.from(start[factor].data, (x, i) => (x === 0 ? 0 : bound[i]! / x));
  return Math.max(...ratios);
}
