import type { Dtype, Factor } from "@nonneg/core";
import fc from "fast-check";
import { extent } from "../arbitraries.js";
import type { Context, Family } from "../context.js";
import { type Model, model, type Recipe, show, type Weights, weightsOnDevice } from "../models.js";
import { precision } from "../precision.js";
import { property } from "../property.js";
import { divergence, divergenceTerms } from "../reference/divergence.js";
import { check, type Sample } from "../sample.js";

/** Both sides of each bend of γ(β), and the bends themselves. */
export const betas = [-1, 0, 0.5, 1, 1.5, 2, 3] as const;

/** Sizes m×k·k×n on and off tiles, ranks past both sides of V among them. */
export const sizes: readonly Recipe["size"][] = [
  [1, 1, 1],
  [1, 2, 7],
  [5, 1, 1],
  [3, 7, 4],
  [4, 4, 4],
  [9, 5, 17],
  [16, 8, 16],
  [33, 3, 15],
  [7, 9, 65],
  [2, 65, 3],
];

interface Kernel {
  readonly name: string;
  readonly sample: (
    context: Context,
    beta: number,
    at: Model,
    weights: Weights,
    label: string,
  ) => Sample;
}

/** Inputs of a divergence, and how to upload its weights: those of CSR must share V's pattern. */
function withWeights(
  { v, w, h, weights }: Model,
  kind: Weights,
  compute: (
    la: Parameters<Sample["compute"]>[0],
    at: { V: Uploaded; W: Uploaded; H: Uploaded; weights: Uploaded | undefined },
  ) => readonly Uploaded[],
): Pick<Sample, "inputs" | "compute"> {
  const derived = weights !== undefined && "indptr" in v;
  return {
    inputs: weights && !derived ? [v, w, h, weights] : [v, w, h],
    compute(la, [V, W, H, M]) {
      using own = derived ? weightsOnDevice(la, V!, kind) : undefined;
      return compute(la, { V: V!, W: W!, H: H!, weights: own ?? M });
    },
  };
}
type Uploaded = Parameters<Sample["compute"]>[1][number];

/** Flops of D_β and its terms: WH where V has entries, twice that for the terms; the powers left out. */
const flops = ({ v, w }: Model, times: number) =>
  2 * times * w.cols * ("indptr" in v ? v.values.length : v.data.length);

export function divergenceTermsSample(
  context: Context,
  beta: number,
  at: Model,
  weights: Weights,
  factor: Factor,
  label: string,
): Sample {
  return {
    label: `divergenceTerms for ${factor}, β = ${beta}, ${label}`,
    ...withWeights(at, weights, (la, operands) => {
      const { numerator, denominator } = la.divergenceTerms({ beta, ...operands }, factor);
      return [numerator, denominator];
    }),
    expected: () => {
      const { numerator, denominator } = divergenceTerms(
        at,
        beta,
        factor,
        context,
        context.capabilities.accuracy,
      );
      return [numerator, denominator];
    },
    flops: flops(at, 3),
  };
}

export function divergenceSample(
  context: Context,
  beta: number,
  at: Model,
  weights: Weights,
  label: string,
  out: Dtype = context.dtype,
): Sample {
  const { capabilities } = context;
  return {
    label: `divergence, β = ${beta}, ${label}`,
    ...withWeights(at, weights, (la, operands) => {
      const { sum, infinite } = la.divergence({ beta, ...operands }, { dtype: out });
      return [sum, infinite];
    }),
    expected: () => {
      const { sum, infinite } = divergence(
        at,
        beta,
        precision(out, capabilities),
        capabilities.accuracy,
      );
      return [sum, infinite];
    },
    flops: flops(at, 1),
  };
}

const kernels: readonly Kernel[] = [
  {
    name: "divergenceTerms for H",
    sample: (context, beta, at, weights, label) =>
      divergenceTermsSample(context, beta, at, weights, "H", label),
  },
  {
    name: "divergenceTerms for W",
    sample: (context, beta, at, weights, label) =>
      divergenceTermsSample(context, beta, at, weights, "W", label),
  },
  { name: "divergence", sample: divergenceSample },
];

/** What a V and its weights may be: CSR without weights is offered for β = 1 and 2 alone. */
export function forms(
  context: Context,
  beta: number,
): readonly Pick<Recipe, "format" | "weights">[] {
  const every = (["dense", "csr"] as const).flatMap((format) =>
    (["none", "binary", "general"] as const).map((weights) => ({ format, weights })),
  );
  return every.filter(
    ({ format, weights }) =>
      format === "dense" ||
      (context.capabilities.sparse && (weights !== "none" || beta === 1 || beta === 2)),
  );
}

export const divergenceFamily: Family = (context) => {
  const { dtype } = context;
  const at = (recipe: Recipe, beta: number, { sample }: Kernel) =>
    sample(
      context,
      beta,
      model(dtype, recipe),
      recipe.weights,
      `${show(recipe)}, data seed ${recipe.seed}`,
    );

  return kernels.flatMap((kernel) => [
    ...betas.flatMap((beta) =>
      forms(context, beta).map((form) => ({
        name: `${kernel.name}, β = ${beta}, ${form.format}, ${form.weights} weights`,
        run: () =>
          check(
            context,
            ...sizes.map((size, i) =>
              at({ ...form, size, kind: "positive", fit: "far", seed: 100 * i }, beta, kernel),
            ),
            // Zeros in V are refused for β ≤ 0.
            ...(beta > 0
              ? sizes.map((size, i) =>
                  at({ ...form, size, kind: "zeros", fit: "far", seed: 100 * i }, beta, kernel),
                )
              : []),
          ),
      })),
    ),
    property(
      context,
      `${kernel.name}, any β, size and weights`,
      fc
        .oneof(
          fc.constantFrom(...betas),
          fc.constantFrom(1e-6, -1e-6, 1 + 1e-6, 1 - 1e-6),
          fc.integer({ min: -1000, max: 3000 }).map((thousandths) => thousandths / 1000),
        )
        .chain((beta) =>
          fc.record({
            beta: fc.constant(beta),
            form: fc.constantFrom(...forms(context, beta)),
            size: fc.tuple(extent, extent, extent),
            kind: fc.constantFrom(
              ...(["positive", "scales"] as const),
              ...(beta > 0 ? (["zeros"] as const) : []),
            ),
            seed: fc.nat(1e9),
          }),
        ),
      ({ beta, form, ...recipe }) =>
        check(context, at({ ...form, ...recipe, fit: "far" }, beta, kernel)),
    ),
  ]);
};
