import {
  factorize,
  type FactorizeOptions,
  type HostDense,
  type HostMatrix,
  Linalg,
  partialFit,
  startNames,
} from "@nonneg/core";
import type { Case, Context, Family } from "../context.js";
import { dense } from "../data.js";
import { demand } from "../failure.js";
import { watched } from "../watched.js";

/** Rows and columns of each block, and its weight: the singular values are 12, 6 and 3. */
const BLOCKS = [
  { rows: 4, cols: 4, weight: 3 },
  { rows: 3, cols: 3, weight: 2 },
  { rows: 3, cols: 3, weight: 1 },
];
const RANK = BLOCKS.length;
const [ROWS, COLS] = [10, 10];
/** (σ₁/σ_k)²: what the square of the condition costs a decomposition by way of VᵀV. */
const CONDITION = 16;

/** Starts and batches, which compute over the verbs alone, on this backend. */
export const startsFamily: Family = (context) => {
  const formats = context.capabilities.sparse ? (["dense", "csr"] as const) : (["dense"] as const);
  return formats.flatMap((format) => [
    ...startNames.map((init) => startCase(context, init, format)),
    ...(["rows", "columns"] as const).map((samples) => batchCase(context, samples, format)),
  ]);
};

/** Blocks of equal entries along the diagonal: V is what every start that reads it can find whole. */
function blocks({ dtype }: Context, format: "dense" | "csr"): HostMatrix {
  const array = dtype === "float64" ? Float64Array : Float32Array;
  const data = new array(ROWS * COLS);
  const [indptr, indices, values] = [[0], [] as number[], [] as number[]];
  let [top, left] = [0, 0];
  for (const { rows, cols, weight } of BLOCKS) {
    for (let i = top; i < top + rows; i++) {
      for (let j = left; j < left + cols; j++) {
        data[i * COLS + j] = weight;
        indices.push(j);
        values.push(weight);
      }
      indptr.push(indices.length);
    }
    [top, left] = [top + rows, left + cols];
  }
  if (format === "dense") return { rows: ROWS, cols: COLS, data };
  return {
    ...{ rows: ROWS, cols: COLS, indptr: Int32Array.from(indptr) },
    ...{ indices: Int32Array.from(indices), values: array.from(values) },
  };
}

function startCase(
  context: Context,
  init: (typeof startNames)[number],
  format: "dense" | "csr",
): Case {
  // These fill zeros, or know nothing of V.
  const whole = init !== "random" && init !== "nndsvda" && init !== "nndsvdar";
  return {
    name: `${init}, ${format}: ${whole ? "finds the blocks of V" : "is positive"}, and gives all memory back`,
    run: async () => {
      const V = blocks(context, format);
      for (const samples of ["rows", "columns"] as const) {
        const watch = watched(context.backend());
        const options = { rank: RANK, init, samples, maxIterations: 0 } as const;
        const algorithm = whole ? "hals" : "multiplicative";
        const { W, H } = await factorize(new Linalg(watch.backend), V, {
          ...options,
          algorithm,
        });
        const bound = 64 * (ROWS + COLS) * CONDITION * context.u;
        if (whole) {
          const off = distance(blocks(context, "dense") as HostDense, W, H);
          demand(off <= bound, `Samples in ${samples}: relative error ${off}, at most ${bound}.`);
        } else {
          const positive = [W, H].every(({ data }) => data.every((x) => x > 0 && x < Infinity));
          demand(positive, `Samples in ${samples}: some entry is not positive.`);
        }
        demand(watch.live() === 0, `${watch.live()} handles were not released.`);
      }
    },
  };
}

/** ‖V − WH‖ / ‖V‖ */
function distance(V: HostDense, W: HostDense, H: HostDense): number {
  let [left, all] = [0, 0];
  V.data.forEach((v, p) => {
    const [i, j] = [Math.floor(p / COLS), p % COLS];
    let x = 0;
    for (let a = 0; a < RANK; a++) x += W.data[i * RANK + a]! * H.data[a * COLS + j]!;
    left += (v - x) ** 2;
    all += v * v;
  });
  return Math.sqrt(left / all);
}

function batchCase(context: Context, samples: "rows" | "columns", format: "dense" | "csr"): Case {
  return {
    name: `one batch, ${format}, samples in ${samples}: takes the plain step, and gives all memory back`,
    run: async () => {
      const V = blocks(context, format);
      for (const loss of [2, 1]) {
        const watch = watched(context.backend());
        const la = new Linalg(watch.backend);
        const byRows = samples === "rows";
        const shape = byRows ? ([RANK, COLS] as const) : ([ROWS, RANK] as const);
        const init = dense(...shape, context.dtype, "positive", 1);
        const fit = await partialFit(
          la,
          V,
          { rank: RANK, samples, loss, init },
          { innerIterations: 2, steps: 1 },
        );
        const exactly = { rank: RANK, loss, tol: 0, kktTol: 0 } as const;
        const held: FactorizeOptions = byRows
          ? { ...exactly, hold: "H", init: { H: init }, maxIterations: 2 }
          : { ...exactly, hold: "W", init: { W: init }, maxIterations: 2 };
        const { W, H } = await factorize(la, V, held);
        const first = byRows ? "H" : "W";
        const on = { ...exactly, init: { W, H }, first, maxIterations: 1 } as const;
        const expected = (await factorize(la, V, on))[first];
        requireClose(fit.basis, expected, 16 * (ROWS + COLS + RANK) * context.u);
        demand(watch.live() === 0, `${watch.live()} handles were not released.`);
      }
    },
  };
}

function requireClose(actual: HostDense, expected: HostDense, relative: number): void {
  actual.data.forEach((x, p) => {
    const y = expected.data[p]!;
    demand(
      Math.abs(x - y) <= relative * y,
      () => `Entry ${p} of the basis is ${x}, the plain step gives ${y}.`,
    );
  });
}
