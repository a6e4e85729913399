import type { DivergenceOperands } from "@nonneg/core";
import { type Block, CACHED_ENTRIES, forEachBlock } from "./blocks.js";
import { power } from "./elementwise.js";
import type { Tensor, TensorFlow } from "./tensorflow.js";

/** Of one block, on the host: what TensorFlow has computed when the call returns needs no queue. */
type Part = { sum: number; infinite: number };

/** D_β(V‖WH) over its finite entries, and how many are infinite (`Backend.divergence`), in row blocks of V. */
export function divergence(
  tf: TensorFlow,
  operands: DivergenceOperands<Tensor>,
): { sum: Tensor; infinite: Tensor } {
  const { beta } = operands;
  const parts =
    (beta === 1 ? quickKullbackLeibler(tf, operands) : undefined) ??
    forEachBlock(tf, operands, CACHED_ENTRIES, (block) => ofBlock(tf, beta, block));
  const of = (name: keyof Part) =>
    tf.tensor2d(Float32Array.of(parts.reduce((sum, part) => sum + part[name], 0)), [1, 1]);
  return { sum: of("sum"), infinite: of("infinite") };
}

function ofBlock(tf: TensorFlow, beta: number, { v, x, weights }: Block): Part {
  const weighted = (a: Tensor) => (weights ? tf.mul(weights, a) : a);
  if (beta === 2) {
    return { sum: total(tf, weighted(tf.mul(tf.squaredDifference(v, x), 0.5))), infinite: 0 };
  }
  const entries = beta === 1 ? kullbackLeibler(tf, v, x) : general(tf, beta, v, x);
  if (beta > 1 || least(tf, x) > 0) return { sum: total(tf, weighted(entries)), infinite: 0 };
  const unbounded = tf.logicalAnd(tf.lessEqual(x, 0), tf.greater(v, 0));
  const observed = weights ? tf.logicalAnd(unbounded, tf.notEqual(weights, 0)) : unbounded;
  return {
    sum: total(tf, weighted(tf.where(unbounded, 0, entries))),
    infinite: total(tf, tf.cast(observed, "float32")),
  };
}

function total(tf: TensorFlow, a: Tensor): number {
  return tf.sum(a, undefined, true).dataSync()[0]!;
}

/**
 * Entries of a block for `quickKullbackLeibler`: 32 MB in float32. Larger ones are faster still, but the three that
 * exist at once should need no more memory than a step's two products of 128 MB.
 */
const QUICK_ENTRIES = 2 ** 23;

/**
 * Σ M ∘ (v log(v/x) − v + x) in as few passes over V as can be: with e = v − x it is Σ M ∘ (v log1p(e/x) − e). The
 * rounding of e/x moves its term by some u |e|, as that of x itself does, and so does that of each of the two sums.
 * Undefined where that gives no finite number: x = 0 < v, e/x overflows, or it rounds to −1 (0 < v < u x).
 */
function quickKullbackLeibler(
  tf: TensorFlow,
  operands: DivergenceOperands<Tensor>,
): Part[] | undefined {
  const parts = forEachBlock(tf, operands, QUICK_ENTRIES, ({ v, x, weights }) => {
    const excess = tf.sub(v, x);
    const quotient = tf.div(excess, x);
    x.dispose();
    const logarithms = xlog1py(tf, v, quotient);
    quotient.dispose();
    const sum = weights
      ? total(tf, tf.mul(weights, tf.sub(logarithms, excess)))
      : total(tf, logarithms) - total(tf, excess);
    return { sum, infinite: 0 };
  });
  if (!parts.every(({ sum }) => Number.isFinite(sum))) return undefined;
  // Rounding alone makes a sum negative.
  return parts.map(({ sum }) => ({ sum: Math.max(sum, 0), infinite: 0 }));
}

/** v log1p t, and 0 where v is 0: one kernel. */
function xlog1py(tf: TensorFlow, v: Tensor, t: Tensor): Tensor {
  const native = tf.findBackend("tensorflow");
  const { TF_ATTR_TYPE: type, TF_FLOAT: value } = native.binding;
  return native.executeSingleOutput("Xlog1py", [{ name: "T", type, value }], [v, t]);
}

/**
 * v log(v/x) − v + x, entry by entry, without cancellation where x ≈ v: with t = (x − v)/v it is
 * v (t − log1p t). Entries with x = 0 < v come out as anything.
 */
function kullbackLeibler(tf: TensorFlow, v: Tensor, x: Tensor): Tensor {
  const difference = tf.sub(x, v);
  const t = tf.findBackend("tensorflow").divNoNan(difference, v);
  const closeBy = tf.sub(difference, xlog1py(tf, v, t));
  const farOff = tf.sub(difference, tf.mul(v, tf.sub(tf.log(x), tf.log(v))));
  const either = tf.maximum(tf.where(isNear(tf, t), closeBy, farOff), 0);
  return tf.where(tf.lessEqual(v, 0), x, either);
}

function least(tf: TensorFlow, a: Tensor): number {
  return tf.min(a, undefined, true).dataSync()[0]!;
}

/**
 * d_β(v, x), β neither 1 nor 2, entry by entry. With L = log(x/v), t = (x − v)/v, q(b, L) = (e^{bL} − 1)/b and
 * B(b) = (x^b − v^b)/b, both L for b = 0:
 *   |t| ≤ ½:  v^β (q(β, L) − q(β−1, L)), L = log1p t;
 *   else      B(β) − v B(β−1).
 */
function general(tf: TensorFlow, beta: number, v: Tensor, x: Tensor): Tensor {
  const vZero = tf.lessEqual(v, 0);
  const xZero = tf.lessEqual(x, 0);
  const safeV = tf.where(vZero, 1, v);
  const safeX = tf.where(xZero, 1, x);

  const t = tf.div(tf.sub(safeX, safeV), safeV);
  const near = isNear(tf, t);
  const nearL = tf.log1p(tf.where(near, t, 0));
  const closeBy = tf.mul(
    power(tf, safeV, beta),
    tf.sub(boxCox(tf, beta, nearL), boxCox(tf, beta - 1, nearL)),
  );
  const both = tf.maximum(tf.where(near, closeBy, farOff(tf, beta, safeV, safeX)), 0);
  const atXZero = beta > 1 ? tf.mul(power(tf, safeV, beta), 1 / (beta * (beta - 1))) : 0;
  const atVZero = beta > 0 ? tf.where(xZero, 0, tf.mul(power(tf, safeX, beta), 1 / beta)) : 0;
  return tf.where(vZero, atVZero, tf.where(xZero, atXZero, both));
}

/**
 * B(β) − v B(β−1), each through the larger of its two powers, so that no exponential overflows:
 * B(b) = M^b D(b), D(b) = (1 − e^{−|bL|}) sign(L)/|b|, L for b = 0. Where M is the same for both, so is its power:
 * neither can overflow alone.
 */
function farOff(tf: TensorFlow, beta: number, v: Tensor, x: Tensor): Tensor {
  const L = tf.sub(tf.log(x), tf.log(v));
  const larger = (b: number) => (b > 0 ? tf.maximum(x, v) : tf.minimum(x, v));
  const M = larger(beta);
  const first = fraction(tf, beta, L);
  const second = fraction(tf, beta - 1, L);
  if (beta > 0 && beta < 1) {
    const minuend = tf.mul(power(tf, M, beta), first);
    return tf.sub(minuend, tf.mul(v, tf.mul(power(tf, larger(beta - 1), beta - 1), second)));
  }
  return tf.mul(power(tf, M, beta), tf.sub(first, tf.mul(tf.div(v, M), second)));
}

/** D(b) = (1 − e^{−|bL|}) sign(L)/|b|, and L for b = 0. */
function fraction(tf: TensorFlow, b: number, L: Tensor): Tensor {
  if (b === 0) return L;
  const size = tf.mul(tf.expm1(tf.mul(tf.abs(L), -Math.abs(b))), -1 / Math.abs(b));
  return tf.where(tf.lessEqual(L, 0), tf.neg(size), size);
}

/** q(b, L) = (e^{bL} − 1)/b, and L for b = 0. */
function boxCox(tf: TensorFlow, b: number, L: Tensor): Tensor {
  return b === 0 ? L : tf.mul(tf.expm1(tf.mul(L, b)), 1 / b);
}

function isNear(tf: TensorFlow, t: Tensor): Tensor {
  return tf.lessEqual(tf.abs(t), 0.5);
}
