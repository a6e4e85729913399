import type { Factor } from "../backend.js";
import { NonnegError } from "../errors.js";
import type { Divergence, Linalg } from "../linalg.js";
import { type Matrix, Scope, type Terms, terms } from "../matrix.js";

/**
 * Numerator and denominator of a β-divergence step, with X = WH (sampled on V's pattern for CSR):
 * the products of the moved factor's partner with M ∘ V ∘ X^(β−2) and with M ∘ X^(β−1).
 */
export function divergenceTerms(la: Linalg, divergence: Divergence, factor: Factor): Terms {
  const { beta, V, W, H, weights } = divergence;
  using scope = new Scope();
  const own = scope.own;
  const project = (a: Matrix) =>
    factor === "H" ? la.matmul(W, a, { transA: true }) : la.matmul(a, H, { transB: true });
  const weighted = (a: Matrix) => (weights ? own(la.mul(weights, a)) : a);

  if (V.format === "csr" && !weights) {
    if (beta === 2) return terms(project(V), euclideanDenominator(la, W, H, factor));
    if (beta !== 1) throw unobserved(beta);
  }

  const X = own(product(la, divergence));
  const empty = own(la.elementwise("lessEqual", [X, 0]));
  const positive = own(la.elementwise("select", [empty, 1, X]));
  const whereNotEmpty = (a: Matrix) => own(la.elementwise("select", [empty, 0, a]));
  const power = (exponent: number) => own(la.elementwise("pow", [positive, exponent]));

  const target =
    beta === 2
      ? V
      : beta === 1
        ? whereNotEmpty(own(la.div(V, positive)))
        : whereNotEmpty(own(la.mul(V, power(beta - 2))));
  const numerator = project(weighted(target));
  if (beta === 1) {
    return terms(numerator, weights ? project(weights) : partnerSums(la, W, H, factor));
  }
  const model = beta === 2 ? X : whereNotEmpty(power(beta - 1));
  return terms(numerator, project(weighted(model)));
}

/** WᵀWH (for H) or WHHᵀ (for W) through the Gram matrix, WH never formed. */
function euclideanDenominator(la: Linalg, W: Matrix, H: Matrix, factor: Factor): Matrix {
  if (factor === "H") {
    using gram = la.gram(W, "AtA");
    return la.matmul(gram, H);
  }
  using gram = la.gram(H, "AAt");
  return la.matmul(W, gram);
}

/** Column sums of W as k×1 (for H), row sums of H as 1×k (for W). */
function partnerSums(la: Linalg, W: Matrix, H: Matrix, factor: Factor): Matrix {
  using sums = factor === "H" ? la.sum(W, "rows") : la.sum(H, "cols");
  using one = la.full(1, 1, 1, sums.dtype);
  return factor === "H"
    ? la.matmul(sums, one, { transA: true })
    : la.matmul(one, sums, { transB: true });
}

/** X = WH, or its entries on V's pattern where V is CSR. */
export function product(la: Linalg, { V, W, H }: Divergence, dtype = W.dtype): Matrix {
  return V.format === "csr" ? la.sampledMatmul(W, H, V, { dtype }) : la.matmul(W, H, { dtype });
}

export function unobserved(beta: number): NonnegError {
  return new NonnegError(
    "NONNEG_UNSUPPORTED",
    `The β-divergence with β = ${beta} of a sparse V, its missing entries read as zeros, needs all of WH: ` +
      "not offered. Use β = 1 or 2, read V as observed only where it has entries, or pass a dense V.",
  );
}
