import { type HostArray, type HostMatrix, type Linalg, type Matrix, Scope } from "@nonneg/core";
import type { Context } from "./context.js";
import { demand } from "./failure.js";
import { LARGEST } from "./precision.js";

/**
 * What a result must be: `values`, row-major (or the stored values of a CSR matrix), each within
 * its `bound`. An entry whose bound is Infinity may be anything; one whose value is past the largest
 * number of the dtype must not come back as an ordinary number (Infinity, NaN, the largest will do).
 */
export interface Approximate {
  readonly rows: number;
  readonly cols: number;
  readonly values: Float64Array;
  readonly bound: Float64Array;
}

/** One computation as data: inputs, the error bound of each output, and its flops for benchmarks. */
export interface Sample {
  /** verb and shapes, such as "matmul 3×4 · 4×5ᵀ" */
  readonly label: string;
  readonly inputs: readonly HostMatrix[];
  /** The outputs, which the caller owns. */
  readonly compute: (
    la: Linalg,
    inputs: readonly Matrix[],
  ) => readonly Matrix[] | Promise<readonly Matrix[]>;
  readonly expected: () => readonly Approximate[];
  readonly flops?: number;
}

/** Computes samples on the context's backend, downloads all results at once and holds them to their bounds. */
export async function check(context: Context, ...samples: readonly Sample[]): Promise<void> {
  const la = context.la();
  using scope = new Scope();
  const outputs: (readonly Matrix[])[] = [];
  for (const { inputs, compute } of samples) {
    const uploaded = inputs.map((input) => scope.own(la.upload(input)));
    outputs.push((await compute(la, uploaded)).map(scope.own));
  }
  const downloaded = await la.download(...outputs.flat());
  let next = 0;
  for (const [s, { label, expected }] of samples.entries()) {
    const wanted = expected();
    demand(wanted.length === outputs[s]!.length, `${label}: ${wanted.length} results expected.`);
    for (const [o, approximate] of wanted.entries()) {
      const which = wanted.length > 1 ? `${label}, result ${o}` : label;
      compare(context, which, downloaded[next++]!, approximate, outputs[s]![o]);
    }
  }
}

/** @throws ConformanceFailure naming the entry whose error is largest beside its bound */
export function compare(
  context: Context,
  label: string,
  actual: HostArray,
  { rows, cols, values, bound }: Approximate,
  info?: Matrix,
): void {
  const where = `${label} (${context.dtype}, ${context.name}, seed ${context.seed})`;
  demand(
    actual.length === values.length,
    `${where}: ${actual.length} values came back, expected ${values.length}.`,
  );
  if (info) {
    demand(
      actual instanceof (info.dtype === "float64" ? Float64Array : Float32Array),
      `${where}: a ${info.dtype} matrix came back as ${actual.constructor.name}.`,
    );
  }
  let worst = -1;
  let worstRatio = 0;
  let wrong = 0;
  for (let i = 0; i < values.length; i++) {
    const ratio = errorRatio(actual, i, values[i]!, bound[i]!);
    if (ratio <= 1) continue;
    wrong++;
    if (worst < 0 || ratio > worstRatio) [worst, worstRatio] = [i, ratio];
  }
  demand(wrong === 0, () => {
    const place =
      values.length === rows * cols
        ? `(${Math.floor(worst / cols)}, ${worst % cols}) of ${rows}×${cols}`
        : `${worst} of the ${values.length} stored`;
    return (
      `${where}: entry ${place} is ${actual[worst]}, expected ${values[worst]} ` +
      (bound[worst] === 0
        ? "exactly"
        : `± ${bound[worst]?.toExponential(1)}: ${worstRatio.toPrecision(3)} times its bound`) +
      `; ${wrong} of ${values.length} entries are wrong.`
    );
  });
}

/** Error over bound, Infinity for NaN; at most 1 where the entry is right. */
function errorRatio(actual: HostArray, i: number, value: number, bound: number): number {
  const got = actual[i]!;
  if (bound === Infinity) return 0;
  const largest = LARGEST[actual instanceof Float64Array ? "float64" : "float32"];
  if (Math.abs(value) > largest) return Math.abs(got) < largest / 2 ? Infinity : 0;
  if (Number.isNaN(got)) return Infinity;
  const error = Math.abs(got - value);
  return error <= bound ? 0 : error / bound;
}
