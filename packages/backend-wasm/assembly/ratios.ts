import { powerEach } from "./ops";
import { VECTOR } from "./simd";

/*
 * What the gradient of a β-divergence projects: M ∘ V ∘ X^(β−2) and M ∘ X^(β−1), a power of X being
 * 0 where X = 0 (but X⁰ = 1 for β = 1 and 2). One class a β, see ops.ts.
 */

// @ts-ignore: decorator
@inline
function whereNot0<T>(x: v128, value: v128): v128 {
  return v128.and(value, v128.ne<T>(x, v128.splat<T>(0 as T)));
}

// @ts-ignore: decorator
@unmanaged
class KullbackLeibler {
  // @ts-ignore: decorator
  @inline
  first<T>(v: v128, x: v128, beta: f64): v128 {
    return whereNot0<T>(x, v128.div<T>(v, x));
  }
  // @ts-ignore: decorator
  @inline
  second<T>(x: v128, beta: f64): v128 {
    return v128.splat<T>(1 as T);
  }
}

// @ts-ignore: decorator
@unmanaged
class Euclidean {
  // @ts-ignore: decorator
  @inline
  first<T>(v: v128, x: v128, beta: f64): v128 {
    return v;
  }
  // @ts-ignore: decorator
  @inline
  second<T>(x: v128, beta: f64): v128 {
    return x;
  }
}

// @ts-ignore: decorator
@unmanaged
class ItakuraSaito {
  // @ts-ignore: decorator
  @inline
  first<T>(v: v128, x: v128, beta: f64): v128 {
    return whereNot0<T>(x, v128.div<T>(v128.div<T>(v, x), x));
  }
  // @ts-ignore: decorator
  @inline
  second<T>(x: v128, beta: f64): v128 {
    return whereNot0<T>(x, v128.div<T>(v128.splat<T>(1 as T), x));
  }
}

// @ts-ignore: decorator
@unmanaged
class Beta {
  // @ts-ignore: decorator
  @inline
  first<T>(v: v128, x: v128, beta: f64): v128 {
    return whereNot0<T>(x, v128.mul<T>(v, powerEach<T>(x, beta - 2)));
  }
  // @ts-ignore: decorator
  @inline
  second<T>(x: v128, beta: f64): v128 {
    return whereNot0<T>(x, powerEach<T>(x, beta - 1));
  }
}

/** The first result alone, without weights: what most steps ask for. */
function plainRow<T, B>(beta: f64, x: usize, v: usize, bytes: usize): void {
  const b = changetype<B>(0);
  let q: usize = 0;
  for (; q + 4 * VECTOR <= bytes; q += 4 * VECTOR) {
    // @ts-ignore: B has `first`
    v128.store(x + q, b.first<T>(v128.load(v + q), v128.load(x + q), beta));
    // @ts-ignore: B has `first`
    v128.store(x + q, b.first<T>(v128.load(v + q, VECTOR), v128.load(x + q, VECTOR), beta), VECTOR);
    // @ts-ignore: B has `first`
    v128.store(x + q, b.first<T>(v128.load(v + q, 2 * VECTOR), v128.load(x + q, 2 * VECTOR), beta), 2 * VECTOR);
    // @ts-ignore: B has `first`
    v128.store(x + q, b.first<T>(v128.load(v + q, 3 * VECTOR), v128.load(x + q, 3 * VECTOR), beta), 3 * VECTOR);
  }
  for (; q < bytes; q += VECTOR) {
    // @ts-ignore: B has `first`
    v128.store(x + q, b.first<T>(v128.load(v + q), v128.load(x + q), beta));
  }
}

function row<T, B>(beta: f64, x: usize, second: usize, v: usize, weights: usize, bytes: usize): void {
  const b = changetype<B>(0);
  for (let q: usize = 0; q < bytes; q += VECTOR) {
    const model = v128.load(x + q);
    // @ts-ignore: B has `first`
    let numerator = b.first<T>(v128.load(v + q), model, beta);
    if (second != 0) {
      // @ts-ignore: B has `second`
      let denominator = b.second<T>(model, beta);
      if (weights != 0) denominator = v128.mul<T>(denominator, v128.load(weights + q));
      v128.store(x + q + second, denominator);
    }
    if (weights != 0) numerator = v128.mul<T>(numerator, v128.load(weights + q));
    v128.store(x + q, numerator);
  }
}

function pass<T, B>(
  beta: f64, rows: usize, cols: usize, x: usize, xStep: usize, second: usize,
  v: usize, vStep: usize, weights: usize,
): void {
  const bytes = cols * sizeof<T>();
  for (let r: usize = 0; r < rows; r++) {
    if (second == 0 && weights == 0) plainRow<T, B>(beta, x, v, bytes);
    else row<T, B>(beta, x, second, v, weights, bytes);
    x += xStep;
    v += vStep;
    if (weights != 0) weights += vStep;
  }
}

/**
 * X (rows × cols, xStep bytes a row) becomes M ∘ V ∘ X^(β−2), and, where `second` is not 0,
 * M ∘ X^(β−1) is written `second` bytes behind it. V and M (none: 0) have vStep bytes a row. Whole
 * vectors are written: X has room for them.
 */
export function ratioBlock<T>(
  beta: f64, rows: usize, cols: usize, x: usize, xStep: usize, second: usize,
  v: usize, vStep: usize, weights: usize,
): void {
  if (beta == 1) pass<T, KullbackLeibler>(beta, rows, cols, x, xStep, second, v, vStep, weights);
  else if (beta == 2) pass<T, Euclidean>(beta, rows, cols, x, xStep, second, v, vStep, weights);
  else if (beta == 0) pass<T, ItakuraSaito>(beta, rows, cols, x, xStep, second, v, vStep, weights);
  else pass<T, Beta>(beta, rows, cols, x, xStep, second, v, vStep, weights);
}

/** The same on addresses, for whoever forms X by other means. */
export function ratioRows(
  wide: bool, beta: f64, rows: usize, cols: usize, x: usize, xStep: usize, second: usize,
  v: usize, vStep: usize, weights: usize,
): void {
  if (wide) ratioBlock<f64>(beta, rows, cols, x, xStep, second, v, vStep, weights);
  else ratioBlock<f32>(beta, rows, cols, x, xStep, second, v, vStep, weights);
}

/** The same for entries begin … end of flat arrays; begin is a multiple of the lanes. `second` is an address. */
export function ratios(
  wide: bool, beta: f64, x: usize, second: usize, v: usize, weights: usize,
  begin: usize, end: usize, scratch: usize,
): void {
  const from = begin * (wide ? 8 : 4);
  const behind = second - x;
  const m = weights != 0 ? weights + from : 0;
  if (wide) ratioBlock<f64>(beta, 1, end - begin, x + from, 0, behind, v + from, 0, m);
  else ratioBlock<f32>(beta, 1, end - begin, x + from, 0, behind, v + from, 0, m);
}
