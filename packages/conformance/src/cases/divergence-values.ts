import type { Family } from "../context.js";
import { of } from "../data.js";
import { type Fit, type Model, model, type Recipe, show } from "../models.js";
import { check } from "../sample.js";
import { betas, divergenceSample, divergenceTermsSample, forms, sizes } from "./divergence.js";

/** What makes a divergence hard: V ≈ WH, zeros on either side, nothing observed. */
export const divergenceValuesFamily: Family = (context) => {
  const { dtype } = context;
  const fits: readonly Fit[] = ["near", "exact"];
  const zeros = (beta: number): Model => ({
    // WH = [[1, 0], [0, 0]]: something modelled and observed, only observed, nothing of either.
    v: of(2, 2, dtype, [2, 3, 0, 5]),
    w: of(2, 2, dtype, [1, 0, 0, 0]),
    h: of(2, 2, dtype, [1, 0, 0, 7]),
    weights: beta > 0 ? undefined : of(2, 2, dtype, [1, 1, 0, 0.5]),
  });
  return betas.flatMap((beta) => [
    ...fits.map((fit) => ({
      name: `divergence does not cancel: β = ${beta}, V ${fit === "near" ? "near" : "at"} WH`,
      run: () =>
        check(
          context,
          ...forms(context, beta).flatMap((form) =>
            sizes.map((size, i) => {
              const recipe: Recipe = { ...form, size, kind: "positive", fit, seed: 10 * i + 7 };
              return divergenceSample(
                context,
                beta,
                model(dtype, recipe),
                form.weights,
                show(recipe),
              );
            }),
          ),
        ),
    })),
    {
      name: `V > 0 where WH = 0, V = 0 and zero weights: β = ${beta}`,
      run: () => {
        const at = zeros(beta);
        return check(
          context,
          divergenceSample(context, beta, at, "general", "V = [2 3; 0 5], WH = [1 0; 0 0]"),
          ...(["H", "W"] as const).map((factor) =>
            divergenceTermsSample(
              context,
              beta,
              at,
              "general",
              factor,
              "V = [2 3; 0 5], WH = [1 0; 0 0]",
            ),
          ),
        );
      },
    },
  ]);
};

/**
 * A float64 divergence of float32 operands, which is what objectives are: WH, its logarithms and its powers
 * are all float64. Where a backend has both.
 */
export const wideDivergenceFamily: Family = (context) => {
  if (context.dtype !== "float64" || !context.capabilities.dtypes.includes("float32")) return [];
  return betas.map((beta) => ({
    name: `a float64 divergence of float32 operands, β = ${beta}`,
    run: () =>
      check(
        context,
        ...(["far", "near"] as const).flatMap((fit) =>
          forms(context, beta).flatMap((form) =>
            sizes.map((size, i) => {
              const recipe: Recipe = { ...form, size, kind: "positive", fit, seed: 10 * i + 3 };
              return divergenceSample(
                context,
                beta,
                model("float32", recipe),
                form.weights,
                show(recipe),
                "float64",
              );
            }),
          ),
        ),
      ),
  }));
};
