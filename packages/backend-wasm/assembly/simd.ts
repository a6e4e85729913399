/**
 * What every kernel shares: 128-bit vectors over T = f32 (four lanes) or f64 (two).
 *
 * Kernels work on raw addresses. Every buffer is followed by at least 64 readable bytes (the arena
 * pads), so a last, partial vector may be loaded whole; only stores have to be exact.
 */

// @ts-ignore: decorator
@inline
export const VECTOR: usize = 16;

// @ts-ignore: decorator
@inline
export function lanes<T>(): usize {
  return VECTOR / sizeof<T>();
}

/** One entry in all lanes. */
// @ts-ignore: decorator
@inline
export function splatAt<T>(address: usize): v128 {
  return sizeof<T>() == 4 ? v128.load32_splat(address) : v128.load64_splat(address);
}

/** a·b + c, rounded twice. (A relaxed-SIMD build with fused multiply-adds gained nothing: README.) */
// @ts-ignore: decorator
@inline
export function mulAdd<T>(a: v128, b: v128, c: v128): v128 {
  return v128.add<T>(c, v128.mul<T>(a, b));
}

/** The sum of the lanes, in T. */
// @ts-ignore: decorator
@inline
export function laneSum<T>(v: v128): T {
  if (sizeof<T>() == 4) {
    const pairs = f32x4.add(v, v128.shuffle<i32>(v, v, 2, 3, 0, 1));
    return (f32x4.extract_lane(pairs, 0) + f32x4.extract_lane(pairs, 1)) as T;
  }
  return (f64x2.extract_lane(v, 0) + f64x2.extract_lane(v, 1)) as T;
}

/** Stores the first `count` lanes, 0 < count ≤ lanes. */
// @ts-ignore: decorator
@inline
export function storeFirst<T>(address: usize, v: v128, count: usize): void {
  if (count == lanes<T>()) {
    v128.store(address, v);
    return;
  }
  if (sizeof<T>() == 8) {
    v128.store64_lane(address, v, 0);
    return;
  }
  v128.store32_lane(address, v, 0);
  if (count > 1) v128.store32_lane(address, v, 1, 4);
  if (count > 2) v128.store32_lane(address, v, 2, 8);
}

/** Entries 0 and 1 at the address as two f64. */
// @ts-ignore: decorator
@inline
export function loadPair<T>(address: usize): v128 {
  return sizeof<T>() == 4
    ? f64x2.promote_low_f32x4(v128.load64_zero(address))
    : v128.load(address);
}

// @ts-ignore: decorator
@inline
export function roundUp(value: usize, step: usize): usize {
  return ((value + step - 1) / step) * step;
}
