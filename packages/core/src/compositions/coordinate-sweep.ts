import type { CoordinateSweepOptions } from "../backend.js";
import type { Linalg } from "../linalg.js";
import { type Matrix, Scope } from "../matrix.js";

/**
 * One sweep of coordinate descent (HALS) over the components: see `Backend.coordinateSweep`.
 * A component is taken out by a product with a one-hot vector, and put back by a select.
 */
export function coordinateSweep(
  la: Linalg,
  x: Matrix,
  gram: Matrix,
  cross: Matrix,
  { factor, l1, l2 }: CoordinateSweepOptions,
): Matrix {
  const rank = gram.rows;
  const rows = factor === "H";
  const data = x.dtype === "float64" ? new Float64Array(rank) : new Float32Array(rank);
  data.forEach((_, a) => (data[a] = a));
  using indices = la.upload(rows ? { rows: 1, cols: rank, data } : { rows: rank, cols: 1, data });

  let current = x;
  for (let a = 0; a < rank; a++) {
    const next = moveComponent(la, current, gram, cross, { factor, l1, l2 }, indices, a);
    if (current !== x) current[Symbol.dispose]();
    current = next;
  }
  return current;
}

function moveComponent(
  la: Linalg,
  x: Matrix,
  gram: Matrix,
  cross: Matrix,
  { factor, l1, l2 }: CoordinateSweepOptions,
  indices: Matrix,
  a: number,
): Matrix {
  using scope = new Scope();
  const own = scope.own;
  const rows = factor === "H";
  const pick = own(la.elementwise("equal", [indices, a]));
  const take = (from: Matrix) => own(rows ? la.matmul(pick, from) : la.matmul(from, pick));

  const component = take(x);
  const gramOfA = take(gram);
  const curvature = own(
    la.add(
      own(
        rows
          ? la.matmul(gramOfA, pick, { transB: true })
          : la.matmul(pick, gramOfA, { transA: true }),
      ),
      l2,
    ),
  );
  const model = own(rows ? la.matmul(gramOfA, x) : la.matmul(x, gramOfA));
  const descent = own(
    la.sub(own(la.sub(own(la.sub(take(cross), l1)), model)), own(la.mul(l2, component))),
  );

  const flat = own(la.elementwise("lessEqual", [curvature, 0]));
  const step = own(la.div(descent, own(la.elementwise("select", [flat, 1, curvature]))));
  const moved = own(la.max(0, own(la.add(component, step))));
  const kept = own(la.elementwise("select", [flat, component, moved]));
  const column = own(la.full(1, 1, 1, x.dtype));
  const place = own(
    rows ? la.matmul(pick, column, { transA: true }) : la.matmul(column, pick, { transB: true }),
  );
  return la.elementwise("select", [place, kept, x]);
}
