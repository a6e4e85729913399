import type { HostArray, MatrixInfo } from "@nonneg/core";
import { ranges, region } from "./cut.js";
import type { AnyHandle, AnyOperand, Workspace } from "./workspace.js";

/** AᵀA or AAᵀ: tiles on the diagonal are Gram matrices, those right of it products, mirrored. */
export function gram(
  work: Workspace,
  out: MatrixInfo,
  a: AnyOperand,
  side: "AtA" | "AAt",
): AnyHandle {
  const { inner } = work;
  if (a.format === "csr") return work.uncut([out], [a], ([x]) => [inner.gram(out, x!, side)])[0]!;
  const byColumns = side === "AtA";
  const k = byColumns ? a.rows : a.cols;
  const tiles = [[0, 0] as const, [0, 1] as const];
  const [order, depth] = work.cut([out.rows, k] as const, tiles);
  const result = work.make(out);
  for (const i of ranges(out.rows, order)) {
    for (const j of ranges(out.rows, order)) {
      if (j.start < i.start) continue;
      using step = work.step();
      const info = { ...out, rows: i.length, cols: j.length };
      const [tile] = step.sums([info], ranges(k, depth), (part, p) => {
        const left = part.read(a, byColumns ? region(p, i) : region(i, p));
        if (i.start === j.start) return [inner.gram(info, left, side)];
        const right = part.read(a, byColumns ? region(p, j) : region(j, p));
        return [inner.matmul(info, left, right, { transA: byColumns, transB: !byColumns })];
      });
      step.write(result, region(i, j), tile!);
      if (i.start === j.start) continue;
      const mirrored = { ...out, rows: j.length, cols: i.length };
      const entries = transpose(step.entries(tile!), i.length, j.length);
      step.write(result, region(j, i), step.own(mirrored, inner.upload(mirrored, entries)));
    }
  }
  return work.give(result);
}

/** In squares that stay in the cache. */
function transpose(a: HostArray, rows: number, cols: number): HostArray {
  const side = 64;
  const out = new (a instanceof Float64Array ? Float64Array : Float32Array)(a.length);
  for (let top = 0; top < rows; top += side) {
    for (let left = 0; left < cols; left += side) {
      for (let i = top; i < Math.min(rows, top + side); i++) {
        for (let j = left; j < Math.min(cols, left + side); j++) {
          out[j * rows + i] = a[i * cols + j]!;
        }
      }
    }
  }
  return out;
}
