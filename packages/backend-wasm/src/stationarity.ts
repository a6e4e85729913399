import { LARGEST, type MatrixInfo, type StationarityOptions } from "@nonneg/core";
import { placeOf, type Place } from "./elementwise.js";
import { isWide, type Handle, type Scratch, type WasmOperand } from "./handle.js";
import { columnTotals, scalar } from "./reduce.js";

/** Entries of a chunk, roughly. */
const piece = 8192;

/** Both sums of the KKT residual, in one pass over x and the two parts of the gradient. */
export function stationarity(
  scratch: Scratch,
  out: { readonly residual: MatrixInfo; readonly scale: MatrixInfo },
  x: WasmOperand,
  numerator: WasmOperand,
  denominator: WasmOperand,
  partner: WasmOperand,
  options: StationarityOptions,
): { residual: Handle; scale: Handle } {
  const { runtime } = scratch;
  const { rows, cols } = x;
  const wide = isWide(out.residual, [x, numerator, denominator, partner]);
  const height = Math.max(1, Math.floor(piece / cols));
  const pieces = Math.ceil(rows / height);
  const partial = scratch.take(pieces * 16);
  const args = [Number(wide), partial, rows, cols, height, scratch.read(x, wide)];
  for (const term of [numerator, denominator]) args.push(...placeOf(scratch, term, wide));
  args.push(...fairShare(scratch, partner, wide, options));
  runtime.run("stationarity", args, pieces, 1, rows * cols);
  const [residual = 0, scale = 0] = columnTotals(scratch, partial, pieces, 2);
  const first = scalar(scratch, out.residual, residual);
  try {
    return { residual: first, scale: scalar(scratch, out.scale, scale) };
  } catch (error) {
    runtime.arena.free(first.values);
    throw error;
  }
}

/** share ⊘ partner, 0 where the partner is 0, for each row of H or each column of W. */
function fairShare(
  scratch: Scratch,
  partner: WasmOperand,
  wide: boolean,
  { factor, share }: StationarityOptions,
): Place {
  const rank = partner.rows * partner.cols;
  const size = wide ? 8 : 4;
  const from = scratch.read(partner, wide);
  const address = scratch.take(rank * size);
  const { buffer } = scratch.runtime.memory;
  const ArrayOf = wide ? Float64Array : Float32Array;
  const sums = new ArrayOf(buffer, from, rank);
  const largest = LARGEST[wide ? "float64" : "float32"];
  const fair = new ArrayOf(buffer, address, rank);
  for (let a = 0; a < rank; a++) {
    const sum = sums[a]!;
    fair[a] = sum > 0 ? Math.min(share / sum, largest) : 0;
  }
  return factor === "H" ? [address, size, 0] : [address, 0, 16];
}
