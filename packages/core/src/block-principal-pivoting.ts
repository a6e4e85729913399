/**
 * Nonnegative least squares for many right-hand sides: min ½ xᵀGx − cᵀx over x ≥ 0, G positive
 * semidefinite.
 * J. Kim and H. Park, Fast nonnegative matrix factorization: an active-set-like method and
 * comparisons, SIAM J. Sci. Comput. 33 (2011).
 */

/** Exchanges of all infeasible variables that may fail to reduce them before single ones are made. */
const FULL_EXCHANGES = 3;

/**
 * Solves for one right-hand side: starting from the passive set of `x`, exchanges the variables
 * whose sign is wrong until x ≥ 0 on the passive set and y = Gx − c ≥ 0 off it.
 * @param gram k×k, row-major
 * @param x the start on entry, the solution on return
 * @param u unit roundoff of what gram and c were computed in: what they cannot tell is left alone
 */
export function solveNonnegative(
  gram: Float64Array,
  c: Float64Array,
  x: Float64Array,
  u: number,
  work = new Workspace(c.length),
): void {
  const { passive, y, start } = work;
  start.set(x);
  const scale = c.reduce((most, entry) => Math.max(most, Math.abs(entry)), 0);
  const flat = c.length * u * scale;
  for (let a = 0; a < c.length; a++) passive[a] = x[a]! > 0 ? 1 : 0;
  if (!exchange(gram, c, x, u, flat, work)) addOneByOne(gram, c, x, u, flat, work);
  for (let a = 0; a < c.length; a++) x[a] = passive[a] ? Math.max(0, x[a]!) : 0;
  // Rounding may have led away from the minimum: never uphill.
  if (!(value(gram, c, x, y) <= value(gram, c, start, y))) x.set(start);
}

/** Block principal pivoting; false where it does not end, as with a Gram matrix without full rank it need not. */
function exchange(
  gram: Float64Array,
  c: Float64Array,
  x: Float64Array,
  u: number,
  flat: number,
  work: Workspace,
): boolean {
  const rank = c.length;
  const { passive, y } = work;
  let least = rank + 1;
  let full = FULL_EXCHANGES;
  for (let round = 0; round < 5 * rank + 10; round++) {
    solvePassive(gram, c, x, u, work);
    residual(gram, c, x, y);
    const infeasible: number[] = [];
    for (let a = 0; a < rank; a++) if (passive[a] ? x[a]! < 0 : y[a]! < -flat) infeasible.push(a);
    if (infeasible.length === 0) return true;
    if (infeasible.length < least) {
      least = infeasible.length;
      full = FULL_EXCHANGES;
    } else full--;
    const exchanged = full > 0 ? infeasible : infeasible.slice(-1);
    for (const a of exchanged) passive[a] = passive[a] ? 0 : 1;
  }
  return false;
}

/**
 * The active-set method: the steepest variable enters, and x goes only as far as stays nonnegative.
 * It needs no full rank, since what enters is independent of what is in.
 * C. L. Lawson and R. J. Hanson, Solving Least Squares Problems (1974), chapter 23.
 */
function addOneByOne(
  gram: Float64Array,
  c: Float64Array,
  x: Float64Array,
  u: number,
  flat: number,
  work: Workspace,
): void {
  const rank = c.length;
  const { passive, y } = work;
  const feasible = new Float64Array(rank);
  passive.fill(0);
  for (let entered = 0; entered < 3 * rank; entered++) {
    residual(gram, c, feasible, y);
    let steepest = -1;
    for (let a = 0; a < rank; a++) {
      if (!passive[a] && y[a]! < -flat && (steepest < 0 || y[a]! < y[steepest]!)) steepest = a;
    }
    if (steepest < 0) break;
    passive[steepest] = 1;
    for (;;) {
      solvePassive(gram, c, x, u, work);
      let step = 1;
      let blocking = -1;
      for (let a = 0; a < rank; a++) {
        if (!passive[a] || x[a]! > 0) continue;
        const way = feasible[a]! - x[a]!;
        const share = way > 0 ? feasible[a]! / way : 0;
        if (blocking < 0 || !(share >= step)) [step, blocking] = [share, a];
      }
      if (blocking < 0) break;
      for (let a = 0; a < rank; a++) feasible[a] = feasible[a]! + step * (x[a]! - feasible[a]!);
      feasible[blocking] = 0;
      passive[blocking] = 0;
    }
    feasible.set(x);
  }
  x.set(feasible);
}

/** ½ xᵀGx − cᵀx */
function value(gram: Float64Array, c: Float64Array, x: Float64Array, y: Float64Array): number {
  residual(gram, c, x, y);
  let sum = 0;
  for (let a = 0; a < x.length; a++) sum += x[a]! * (y[a]! - c[a]!);
  return sum / 2;
}

/** Room for one solve, kept from column to column. */
export class Workspace {
  readonly passive: Uint8Array;
  readonly y: Float64Array;
  readonly index: Int32Array;
  readonly cholesky: Float64Array;
  readonly z: Float64Array;
  readonly start: Float64Array;

  constructor(rank: number) {
    this.passive = new Uint8Array(rank);
    this.y = new Float64Array(rank);
    this.index = new Int32Array(rank);
    this.cholesky = new Float64Array(rank * rank);
    this.z = new Float64Array(rank);
    this.start = new Float64Array(rank);
  }
}

/** x on the passive set by Cholesky, 0 off it; a direction without curvature is left at 0. */
function solvePassive(
  gram: Float64Array,
  c: Float64Array,
  x: Float64Array,
  u: number,
  { passive, index, cholesky: L, z }: Workspace,
): void {
  const rank = c.length;
  let size = 0;
  for (let a = 0; a < rank; a++) if (passive[a]) index[size++] = a;
  x.fill(0);
  for (let i = 0; i < size; i++) {
    const row = index[i]! * rank;
    for (let j = 0; j <= i; j++) {
      let sum = gram[row + index[j]!]!;
      for (let p = 0; p < j; p++) sum -= L[i * rank + p]! * L[j * rank + p]!;
      if (i !== j) {
        const pivot = L[j * rank + j]!;
        L[i * rank + j] = pivot > 0 ? sum / pivot : 0;
      } else {
        const diagonal = gram[row + index[i]!]!;
        L[i * rank + i] = sum > 4 * size * u * diagonal ? Math.sqrt(sum) : 0;
      }
    }
    let sum = c[index[i]!]!;
    for (let p = 0; p < i; p++) sum -= L[i * rank + p]! * z[p]!;
    const pivot = L[i * rank + i]!;
    z[i] = pivot > 0 ? sum / pivot : 0;
  }
  for (let i = size - 1; i >= 0; i--) {
    let sum = z[i]!;
    for (let p = i + 1; p < size; p++) sum -= L[p * rank + i]! * x[index[p]!]!;
    const pivot = L[i * rank + i]!;
    x[index[i]!] = pivot > 0 ? sum / pivot : 0;
  }
}

/** y = Gx − c */
function residual(gram: Float64Array, c: Float64Array, x: Float64Array, y: Float64Array): void {
  const rank = c.length;
  for (let a = 0; a < rank; a++) {
    let sum = -c[a]!;
    for (let b = 0; b < rank; b++) sum += gram[a * rank + b]! * x[b]!;
    y[a] = sum;
  }
}
