/**
 * Counter-based random numbers: entry (i, j) of a factor depends on (seed, factor, i, j) alone, not
 * on the order of drawing, the shape, the backend or the machine.
 *
 * J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw, Parallel random numbers: as easy as 1, 2, 3,
 * SC'11: Philox4x32 with 10 rounds.
 */
export type Words = [number, number, number, number];

/** The 32 high bits of the 64-bit product of two unsigned 32-bit integers. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const carry = (middle & 0xffff) + aLow * bHigh;
  return (aHigh * bHigh + Math.floor(middle / 0x10000) + Math.floor(carry / 0x10000)) >>> 0;
}

/** Philox4x32-10: puts four random 32-bit words for a counter of four and a key of two into `out`. */
function philoxInto(
  out: Uint32Array,
  c0: number,
  c1: number,
  c2: number,
  c3: number,
  k0: number,
  k1: number,
): void {
  for (let round = 0; round < 10; round++) {
    const high0 = multiplyHigh(0xd2511f53, c0);
    const low0 = Math.imul(0xd2511f53, c0) >>> 0;
    const high1 = multiplyHigh(0xcd9e8d57, c2);
    const low1 = Math.imul(0xcd9e8d57, c2) >>> 0;
    c0 = (high1 ^ c1 ^ k0) >>> 0;
    c1 = low1;
    c2 = (high0 ^ c3 ^ k1) >>> 0;
    c3 = low0;
    k0 = (k0 + 0x9e3779b9) >>> 0;
    k1 = (k1 + 0xbb67ae85) >>> 0;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}

/** Philox4x32-10: four random 32-bit words for a counter of four and a key of two. */
export function philox(counter: Words, key: readonly [number, number]): Words {
  philoxInto(words, ...counter, ...key);
  return [...words] as Words;
}

/** Reused: millions of numbers are drawn for one start, and none of them should leave garbage behind. */
const words = new Uint32Array(4);

/** Uniform in (0, 1), 53 bits, never 0: the number at place (i, j) of stream `stream` of `seed`. */
export function uniform(seed: number, stream: number, i: number, j: number): number {
  const [low, high] = [seed >>> 0, Math.floor(seed / 0x100000000) >>> 0];
  philoxInto(words, i >>> 0, j >>> 0, stream >>> 0, 0, low, high);
  return ((words[0]! >>> 5) * 0x4000000 + (words[1]! >>> 6) + 0.5) / 0x20000000000000;
}
