import type { DivergenceOperands, Factor } from "@nonneg/core";
import { type Block, CACHED_ENTRIES, forEachBlock, LARGE_ENTRIES, sumOf } from "./blocks.js";
import { power } from "./elementwise.js";
import { gram } from "./gram.js";
import { matmul } from "./matmul.js";
import { columnSums, reduce } from "./reduce.js";
import type { Tensor, TensorFlow } from "./tensorflow.js";

type Terms = { numerator: Tensor; denominator: Tensor };

/**
 * Numerator and denominator of a step on a β-divergence (`Backend.divergenceTerms`), in row blocks of V:
 * only a block of WH exists at a time.
 */
export function divergenceTerms(
  tf: TensorFlow,
  operands: DivergenceOperands<Tensor>,
  factor: Factor,
): Terms {
  const { beta, v, w, h, weights } = operands;
  const forH = factor === "H";
  return tf.tidy((): Terms => {
    if (beta === 2 && !weights) {
      return forH
        ? {
            numerator: matmul(tf, w.handle, v.handle, true, false),
            denominator: matmul(tf, gram(tf, w.handle, "AtA"), h.handle),
          }
        : {
            numerator: matmul(tf, v.handle, h.handle, false, true),
            denominator: matmul(tf, w.handle, gram(tf, h.handle, "AAt")),
          };
    }
    // A block of V is rows of W's terms, and one summand of H's.
    const project = (block: Block, a: Tensor) =>
      forH ? matmul(tf, block.w, a, true, false) : matmul(tf, a, h.handle, false, true);
    const gather = (parts: readonly Tensor[]) =>
      forH || parts.length === 1 ? sumOf(tf, parts) : tf.concat(parts, 0);

    if (beta === 1 && !weights) {
      const parts = forEachBlock(tf, operands, LARGE_ENTRIES, (block) =>
        project(block, tf.findBackend("tensorflow").divNoNan(block.v, block.x)),
      );
      return { numerator: gather(parts), denominator: partnerSums(tf, w.handle, h.handle, factor) };
    }
    const parts = forEachBlock(tf, operands, CACHED_ENTRIES, (block): Terms => {
      const { target, model } = integrands(tf, beta, block);
      return { numerator: project(block, target), denominator: project(block, model) };
    });
    return {
      numerator: gather(parts.map((part) => part.numerator)),
      denominator: gather(parts.map((part) => part.denominator)),
    };
  });
}

/** Column sums of W as k×1 (for H), row sums of H as 1×k (for W). */
function partnerSums(tf: TensorFlow, w: Tensor, h: Tensor, factor: Factor): Tensor {
  return factor === "H" ? columnSums(tf, w) : tf.transpose(reduce(tf, "sum", h, "cols"));
}

/** M ∘ V ∘ X^(β−2) and M ∘ X^(β−1), a power of X being 0 where X is 0, and X⁰ 1. β = 1 comes with weights. */
function integrands(
  tf: TensorFlow,
  beta: number,
  { v, x, weights }: Block,
): { target: Tensor; model: Tensor } {
  const observed = weights ? tf.mul(weights, v) : v;
  const weighted = (a: Tensor) => (weights ? tf.mul(weights, a) : a);
  if (beta === 2) return { target: observed, model: weighted(x) };

  const empty = tf.lessEqual(x, 0);
  const positive = tf.where(empty, 1, x);
  const whereNotEmpty = (a: Tensor) => tf.where(empty, 0, a);
  if (beta > 2) {
    return {
      target: whereNotEmpty(tf.mul(observed, power(tf, positive, beta - 2))),
      model: whereNotEmpty(weighted(power(tf, positive, beta - 1))),
    };
  }
  // V/X before the power: X^(β−2) overflows where the product does not.
  const ratio = tf.div(observed, positive);
  if (beta === 1) return { target: whereNotEmpty(ratio), model: weights! };
  const model = power(tf, positive, beta - 1);
  return { target: whereNotEmpty(tf.mul(ratio, model)), model: whereNotEmpty(weighted(model)) };
}
