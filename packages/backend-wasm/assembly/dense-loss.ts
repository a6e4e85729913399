import { betaDivergence, klPair, klQuad } from "./loss";
import { packPanels } from "./panel";
import { loadPair, VECTOR } from "./simd";
import { tileCols, tiles } from "./tile";

/** Rows of WH that are formed at once. */
// @ts-ignore: decorator
@inline
const BLOCK: usize = 64;

/** Columns of WH that are formed at once. */
// @ts-ignore: decorator
@inline
const WIDTH: usize = 128;

/** Adds the number of infinite entries to the f64 at an address. */
// @ts-ignore: decorator
@inline
function countInfinite(at: usize, count: i32): void {
  if (count > 0) store<f64>(at, load<f64>(at) + (count as f64));
}

/** The f64 numbers of the lower, or the upper, two lanes. */
// @ts-ignore: decorator
@inline
function low(a: v128): v128 {
  return f64x2.promote_low_f32x4(a);
}
// @ts-ignore: decorator
@inline
function high(a: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<i32>(a, a, 2, 3, 2, 3));
}

/** Entries that the last call of `squares` or `logarithms` has summed. */
let summed: usize = 0;

/** The four terms a · b, weighted, in pairs of f64 added to the two lanes of `sum`. */
// @ts-ignore: decorator
@inline
function addProducts(sum: v128, a: v128, b: v128, weights: usize): v128 {
  let first = f64x2.mul(low(a), low(b));
  let second = f64x2.mul(high(a), high(b));
  if (weights != 0) {
    const m = v128.load(weights);
    first = f64x2.mul(first, low(m));
    second = f64x2.mul(second, high(m));
  }
  return f64x2.add(sum, f64x2.add(first, second));
}

function squares(v: usize, x: usize, weights: usize, n: usize): v128 {
  const half = f32x4.splat(0.5);
  let sum = f64x2.splat(0);
  let i: usize = 0;
  for (; i + 16 <= n * 4; i += 16) {
    const r = f32x4.sub(v128.load(v + i), v128.load(x + i));
    sum = addProducts(sum, r, f32x4.mul(r, half), weights != 0 ? weights + i : 0);
  }
  summed = i / 4;
  return sum;
}

/**
 * β = 1, d_1(v, x) = v (t − log1p t) with t = (x − v)/v, or β = 0, d_0(v, x) = t − log1p t with t = (v − x)/x. Stops at four
 * entries for which this is not the way: x = 0, or x/v out of range.
 */
function logarithms(beta: f64, v: usize, x: usize, weights: usize, n: usize): v128 {
  const zero = f32x4.splat(0);
  const one = f32x4.splat(1);
  let sum = f64x2.splat(0);
  let i: usize = 0;
  for (; i + 16 <= n * 4; i += 16) {
    const data = v128.load(v + i);
    const model = v128.load(x + i);
    const noV = f32x4.eq(data, zero);
    const a = beta == 1 ? data : model;
    const b = beta == 1 ? model : data;
    const ratio = f32x4.div(b, a);
    const tame = v128.and(f32x4.gt(ratio, f32x4.splat(1e-30)), f32x4.lt(ratio, f32x4.splat(1e30)));
    if (!v128.all_true<i32>(v128.or(tame, noV))) break;
    const d = klQuad(a, b, ratio);
    // d_1(0, x) = x, and d_0(0, x) is not asked for: such an entry is not observed
    const first = v128.bitselect(beta == 1 ? model : zero, beta == 1 ? data : one, noV);
    sum = addProducts(sum, first, v128.bitselect(one, d, noV), weights != 0 ? weights + i : 0);
  }
  summed = i / 4;
  return sum;
}

/**
 * Σ m·d_β(v, x) over `n` entries; infinite entries are counted in the f64 at `infinite` instead.
 * `weights` 0: every entry weighs 1.
 */
export function lossOf<V, X>(beta: f64, v: usize, x: usize, weights: usize, n: usize, infinite: usize): f64 {
  const zero = f64x2.splat(0);
  let sum = zero;
  let i: usize = 0;
  if (beta == 0 || beta == 1 || beta == 2) {
    for (; i + 2 <= n; i += 2) {
      if (sizeof<X>() == 4 && i + 4 <= n) {
        // V is f32 too
        const m = weights != 0 ? weights + i * 4 : 0;
        const part = beta == 2 ? squares(v + i * 4, x + i * 4, m, n - i) : logarithms(beta, v + i * 4, x + i * 4, m, n - i);
        sum = f64x2.add(sum, part);
        i += summed;
        if (i + 2 > n) break;
      }
      const a = loadPair<V>(v + i * sizeof<V>());
      const b = loadPair<X>(x + i * sizeof<X>());
      let d: v128;
      if (beta == 2) {
        const r = f64x2.sub(a, b);
        d = f64x2.mul(f64x2.mul(f64x2.splat(0.5), r), r);
      } else {
        const noV = f64x2.eq(a, zero);
        const noX = f64x2.eq(b, zero);
        const below = beta == 1 ? a : b;
        const above = beta == 1 ? b : a;
        const ratio = f64x2.div(above, below);
        // far beyond what float32 data can give, the exponent field is not the exponent
        const tame = v128.and(
          f64x2.gt(ratio, f64x2.splat(1e-290)), f64x2.lt(ratio, f64x2.splat(1e290)),
        );
        if (v128.all_true<i64>(v128.or(tame, v128.or(noV, noX)))) {
          d = klPair(below, above);
          if (beta == 0) d = v128.andnot(f64x2.div(d, b), noV);
          d = v128.andnot(d, noX);
          if (beta == 1) d = v128.bitselect(b, d, noV);
        } else {
          d = f64x2.splat(betaDivergence(beta, f64x2.extract_lane(a, 0), f64x2.extract_lane(b, 0)));
          d = f64x2.replace_lane(d, 1, betaDivergence(beta, f64x2.extract_lane(a, 1), f64x2.extract_lane(b, 1)));
        }
        let lost = v128.andnot(noX, noV);
        if (v128.any_true(lost)) {
          if (weights != 0) lost = v128.and(lost, f64x2.ne(loadPair<V>(weights + i * sizeof<V>()), zero));
          countInfinite(infinite, popcnt(v128.bitmask<i64>(lost)));
        }
      }
      if (weights != 0) d = f64x2.mul(d, loadPair<V>(weights + i * sizeof<V>()));
      sum = f64x2.add(sum, d);
    }
  }
  let s = f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
  for (; i < n; i++) {
    const weight: f64 = weights != 0 ? (load<V>(weights + i * sizeof<V>()) as f64) : 1;
    if (weight == 0) continue;
    const a = load<V>(v + i * sizeof<V>()) as f64;
    const b = load<X>(x + i * sizeof<X>()) as f64;
    if (beta <= 1 && b == 0 && a > 0) countInfinite(infinite, 1);
    else s += weight * betaDivergence(beta, a, b);
  }
  return s;
}

function rowBlocks<V, X>(
  partial: usize, beta: f64, v: usize, weights: usize, w: usize, panels: usize,
  m: usize, n: usize, k: usize, begin: usize, end: usize, scratch: usize,
): void {
  const size = sizeof<X>();
  for (let q = begin; q < end; q++) {
    const i = q * BLOCK;
    const rows = min(BLOCK, m - i);
    const infinite = partial + q * 16 + 8;
    store<f64>(infinite, 0);
    // compensated (Neumaier), so that only the short sums of lossOf round
    let sum: f64 = 0;
    let lost: f64 = 0;
    for (let j: usize = 0; j < n; j += WIDTH) {
      const cols = min(WIDTH, n - j);
      tiles<X>(
        rows, cols, k, w + i * k * size, k * size, panels + j * k * size, k * 2 * VECTOR,
        scratch, WIDTH * size, 2 * VECTOR, false,
      );
      for (let r: usize = 0; r < rows; r++) {
        const at = ((i + r) * n + j) * sizeof<V>();
        const part = lossOf<V, X>(
          beta, v + at, scratch + r * WIDTH * size, weights != 0 ? weights + at : 0, cols, infinite,
        );
        const next = sum + part;
        lost += Math.abs(sum) >= Math.abs(part) ? sum - next + part : part - next + sum;
        sum = next;
      }
    }
    store<f64>(partial + q * 16, sum + lost);
  }
}

/**
 * Blocks begin … end of 64 rows: partial[2q] = Σ M ∘ d_β(V, WH) over the block's finite entries,
 * partial[2q + 1] = how many are infinite. V and M are f64 (`wideV`) or f32; W, `panels`, which is
 * H packed (packB), and WH are f64 (`wide`) or f32.
 */
export function denseLoss(
  wide: bool, wideV: bool, partial: usize, beta: f64, v: usize, weights: usize, w: usize, panels: usize,
  m: usize, n: usize, k: usize, begin: usize, end: usize, scratch: usize,
): void {
  if (wideV) rowBlocks<f64, f64>(partial, beta, v, weights, w, panels, m, n, k, begin, end, scratch);
  else if (wide) rowBlocks<f32, f64>(partial, beta, v, weights, w, panels, m, n, k, begin, end, scratch);
  else rowBlocks<f32, f32>(partial, beta, v, weights, w, panels, m, n, k, begin, end, scratch);
}

function pack<T>(to: usize, b: usize, bStep: usize, transposed: bool, depth: usize, cols: usize, begin: usize, end: usize): void {
  const width = tileCols<T>();
  const size = sizeof<T>();
  const j = begin * width;
  packPanels<T>(
    depth, min(end * width, cols) - j, b + (transposed ? j * bStep : j * size), bStep, transposed,
    to + j * depth * size,
  );
}

/** Panels begin … end of B (depth × cols, or its transpose stored), two vectors wide each. */
export function packB(
  wide: bool, to: usize, b: usize, bStep: usize, transposed: bool, depth: usize, cols: usize,
  begin: usize, end: usize, scratch: usize,
): void {
  if (wide) pack<f64>(to, b, bStep, transposed, depth, cols, begin, end);
  else pack<f32>(to, b, bStep, transposed, depth, cols, begin, end);
}
