import { lanes, mulAdd, splatAt, storeFirst, VECTOR } from "./simd";

/** Rows of a tile. */
// @ts-ignore: decorator
@inline
export const TILE_ROWS: usize = 4;

/** Columns of a tile: two vectors. */
// @ts-ignore: decorator
@inline
export function tileCols<T>(): usize {
  return 2 * lanes<T>();
}

// @ts-ignore: decorator
@inline
function put<T>(at: usize, v: v128, accumulate: bool): void {
  v128.store(at, accumulate ? v128.add<T>(v128.load(at), v) : v);
}

// @ts-ignore: decorator
@inline
function putFirst<T>(at: usize, v: v128, count: usize, accumulate: bool): void {
  storeFirst<T>(at, accumulate ? v128.add<T>(v128.load(at), v) : v, count);
}

/**
 * The micro-kernel: c (rows × cols, at most 4 × two vectors) = or += Σ_p a[r, p] · b[p, ·].
 * `a` has entry (r, p) at a + r·rowStep, contiguous in p; `b` is a packed panel (panel.ts), two
 * vectors for each p. All steps are in bytes. Eight accumulators, two vectors of b and a
 * broadcast fit the sixteen registers of x86; rows past `rows` repeat the last one and are not stored.
 */
export function tile<T>(
  depth: usize,
  a: usize,
  rowStep: usize,
  b: usize,
  c: usize,
  cStep: usize,
  rows: usize,
  cols: usize,
  accumulate: bool,
): void {
  const L = lanes<T>();
  let a0 = a;
  let a1 = a + (rows > 1 ? rowStep : 0);
  let a2 = rows > 2 ? a1 + rowStep : a1;
  let a3 = rows > 3 ? a2 + rowStep : a2;
  let c00 = v128.splat<T>(0 as T);
  let c01 = c00;
  let c10 = c00;
  let c11 = c00;
  let c20 = c00;
  let c21 = c00;
  let c30 = c00;
  let c31 = c00;

  if (cols > L) {
    for (const end = b + depth * 2 * VECTOR; b < end; b += 2 * VECTOR) {
      const b0 = v128.load(b);
      const b1 = v128.load(b, VECTOR);
      let x = splatAt<T>(a0);
      c00 = mulAdd<T>(x, b0, c00);
      c01 = mulAdd<T>(x, b1, c01);
      x = splatAt<T>(a1);
      c10 = mulAdd<T>(x, b0, c10);
      c11 = mulAdd<T>(x, b1, c11);
      x = splatAt<T>(a2);
      c20 = mulAdd<T>(x, b0, c20);
      c21 = mulAdd<T>(x, b1, c21);
      x = splatAt<T>(a3);
      c30 = mulAdd<T>(x, b0, c30);
      c31 = mulAdd<T>(x, b1, c31);
      a0 += sizeof<T>();
      a1 += sizeof<T>();
      a2 += sizeof<T>();
      a3 += sizeof<T>();
    }
  } else {
    for (const end = b + depth * 2 * VECTOR; b < end; b += 2 * VECTOR) {
      const b0 = v128.load(b);
      c00 = mulAdd<T>(splatAt<T>(a0), b0, c00);
      c10 = mulAdd<T>(splatAt<T>(a1), b0, c10);
      c20 = mulAdd<T>(splatAt<T>(a2), b0, c20);
      c30 = mulAdd<T>(splatAt<T>(a3), b0, c30);
      a0 += sizeof<T>();
      a1 += sizeof<T>();
      a2 += sizeof<T>();
      a3 += sizeof<T>();
    }
  }

  if (cols == 2 * L) {
    put<T>(c, c00, accumulate);
    put<T>(c + VECTOR, c01, accumulate);
    if (rows > 1) {
      put<T>((c += cStep), c10, accumulate);
      put<T>(c + VECTOR, c11, accumulate);
    }
    if (rows > 2) {
      put<T>((c += cStep), c20, accumulate);
      put<T>(c + VECTOR, c21, accumulate);
    }
    if (rows > 3) {
      put<T>((c += cStep), c30, accumulate);
      put<T>(c + VECTOR, c31, accumulate);
    }
    return;
  }
  const first = min(cols, L);
  const second = cols - first;
  putFirst<T>(c, c00, first, accumulate);
  if (second > 0) putFirst<T>(c + VECTOR, c01, second, accumulate);
  if (rows > 1) {
    putFirst<T>((c += cStep), c10, first, accumulate);
    if (second > 0) putFirst<T>(c + VECTOR, c11, second, accumulate);
  }
  if (rows > 2) {
    putFirst<T>((c += cStep), c20, first, accumulate);
    if (second > 0) putFirst<T>(c + VECTOR, c21, second, accumulate);
  }
  if (rows > 3) {
    putFirst<T>((c += cStep), c30, first, accumulate);
    if (second > 0) putFirst<T>(c + VECTOR, c31, second, accumulate);
  }
}

/**
 * c (rows × cols) = or += a · b, tile by tile: b is packed panels of two vectors' width,
 * `bStep` bytes apart, the panel in the outer loop so that it stays in the first-level cache.
 * Column panel q of c starts at c + q·panelStep, which lets c be a row-major matrix or packed panels itself.
 */
export function tiles<T>(
  rows: usize,
  cols: usize,
  depth: usize,
  a: usize,
  rowStep: usize,
  b: usize,
  bStep: usize,
  c: usize,
  cStep: usize,
  panelStep: usize,
  accumulate: bool,
): void {
  const width = tileCols<T>();
  for (let j: usize = 0; j < cols; j += width) {
    const n = min(width, cols - j);
    for (let i: usize = 0; i < rows; i += TILE_ROWS) {
      const m = min(TILE_ROWS, rows - i);
      tile<T>(depth, a + i * rowStep, rowStep, b, c + i * cStep, cStep, m, n, accumulate);
    }
    b += bStep;
    c += panelStep;
  }
}
