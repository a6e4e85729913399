import { type HostDense, Linalg, type Penalty, Scope } from "@nonneg/core";
import fc from "fast-check";
import { gamma } from "../bounds.js";
import type { Case } from "../context.js";
import { U64 } from "../precision.js";
import { type Random, randomFrom } from "../random.js";
import { objective } from "../reference/rules.js";
import { BoundingBackend } from "./bounding-backend.js";
import { factorsOf, type Instance, problemOf, recipes } from "./instance.js";
import { matrix, rearranged } from "./matrices.js";
import type { Bench } from "./theorem.js";
import { bounded, stepsFrom, upload } from "./walk.js";

type From = (i: number, j: number) => readonly [number, number];

/** Theorem 9: what the choice of units, of an order and of which factor is called W must not change. */
export function equivarianceCases(bench: Bench): readonly Case[] {
  const { context, subject } = bench;
  const { deterministic } = context.capabilities;

  /**
   * The step on each factor from `image` is the image of the step from the original, where `from`
   * says which entry of the original an entry of the image comes from, and `scale` its factor.
   */
  const commutes = async (
    what: string,
    recipe: Parameters<Bench["instance"]>[0],
    image: Instance,
    images: Readonly<Record<"W" | "H", { of: "W" | "H"; from: From; scale?: number }>>,
    bitForBit = false,
  ) => {
    const original = bench.instance(recipe);
    const moved = await bench.first(recipe);
    const [movedImage] = await stepsFrom(context.la(), subject, image);
    for (const factor of ["W", "H"] as const) {
      const { of, from, scale = 1 } = images[factor];
      const { rows, cols } = image[factor];
      const pull = (data: ArrayLike<number>) =>
        matrix(rows, cols, "float64", (i, j) => {
          const [p, q] = from(i, j);
          return scale * data[p * original[of].cols + q]!;
        }).data as Float64Array;
      const bounds = [
        pull((await bench.bound(original, of)).next.bound),
        (await bench.bound(image, factor)).next.bound,
      ];
      const bound = bounds[0]!.map((b, i) => (bitForBit ? 0 : b + bounds[1]![i]!));
      const values = pull(moved[of].data);
      bench.compare(`${what}, a step on ${factor}`, image, movedImage![factor], {
        rows,
        cols,
        values,
        bound,
      });
    }
  };

  const scaling = bench.theorem(
    "V → cV with H → cH scales the result",
    // Even, so that √c is a power of two as well: of c^β in the units of the penalties.
    fc.tuple(recipes, fc.constantFrom(-30, -2, 20)),
    async ([recipe, exponent]) => {
      const c = 2 ** exponent;
      const original = bench.instance(recipe);
      const image: Instance = {
        ...original,
        V: scaled(original.V, c),
        H: scaled(original.H, c),
        simplex: original.simplex && { ...original.simplex, H: c * original.simplex.H },
        penalties: original.penalties && {
          W: inUnits(original.penalties.W, c ** subject.beta, c ** subject.beta),
          H: inUnits(original.penalties.H, c ** (subject.beta - 1), c ** (subject.beta - 2)),
        },
        weights:
          original.weights && "unit" in original.weights
            ? { unit: c * original.weights.unit }
            : original.weights,
      };
      // Powers of two leave each rounding as it is; a power of WH may be rounded otherwise.
      const bitForBit = deterministic && (subject.beta === 1 || subject.beta === 2);
      const same: From = (i, j) => [i, j];
      const images = { W: { of: "W", from: same }, H: { of: "H", from: same, scale: c } } as const;
      await commutes(`scaled by 2^${exponent}`, recipe, image, images, bitForBit);
    },
  );

  const permutation = bench.theorem(
    "permuting rows, columns and components permutes the result",
    recipes,
    async (recipe) => {
      const original = bench.instance(recipe);
      const { m, n, k } = recipe;
      const random = randomFrom(~recipe.seed);
      const [row, col] = [shuffled(m, random), shuffled(n, random)];
      // A rule that moves one component after the other depends on their order.
      const component = shuffled(k, subject.rule.guarantees.zerosStay ? random : undefined);
      const ofV: From = (i, j) => [row[i]!, col[j]!];
      const ofW: From = (i, a) => [row[i]!, component[a]!];
      const ofH: From = (a, j) => [component[a]!, col[j]!];
      const image: Instance = {
        ...original,
        V: rearranged(original.V, m, n, ofV),
        weights: rearrangedWeights(original, m, n, ofV),
        W: rearranged(original.W, m, k, ofW),
        H: rearranged(original.H, k, n, ofH),
      };
      const images = { W: { of: "W", from: ofW }, H: { of: "H", from: ofH } } as const;
      await commutes("permuted", recipe, image, images);
    },
  );

  const transposition = bench.theorem(
    "the transposed problem has the transposed result",
    recipes,
    async (recipe) => {
      const original = bench.instance(recipe);
      const { m, n, k } = recipe;
      const from: From = (i, j) => [j, i];
      const image: Instance = {
        ...original,
        V: rearranged(original.V, n, m, from),
        weights: rearrangedWeights(original, n, m, from),
        penalties: original.penalties && { W: original.penalties.H, H: original.penalties.W },
        simplex: original.simplex && {
          lines: original.simplex.lines === "columns" ? "rows" : "columns",
          W: original.simplex.H,
          H: original.simplex.W,
        },
        W: rearranged(original.H, n, k, from),
        H: rearranged(original.W, k, m, from),
      };
      const images = { W: { of: "H", from }, H: { of: "W", from } } as const;
      await commutes("transposed", recipe, image, images);
    },
  );

  const cost = bench.theorem("(WD, D⁻¹H) has the cost of (W, H)", recipes, async (recipe) => {
    const original = bench.instance(recipe);
    const random = randomFrom(~recipe.seed);
    const d = Array.from({ length: recipe.k }, () => 2 ** Math.floor(7 * random() - 3));
    const image: Instance = {
      ...original,
      W: { ...original.W, data: original.W.data.map((x, i) => x * d[i % recipe.k]!) },
      H: { ...original.H, data: original.H.data.map((x, i) => x / d[Math.floor(i / recipe.n)]!) },
    };
    const [before, after] = [
      await costOf(context.la(), original),
      await costOf(context.la(), image),
    ];
    const bounds = costBounds(bench, original);
    const { finite, infinite, size } = objective(problemOf(original), factorsOf(original));
    const reference = gamma(recipe.k + recipe.m * recipe.n + 16, U64) * size;
    const at = (values: number[], bound: number[]) => ({
      rows: 1,
      cols: 2,
      values: Float64Array.from(values),
      bound: Float64Array.from(bound),
    });
    bench.compare(
      "the cost (sum, infinite)",
      original,
      before,
      at([finite, infinite], [bounds[0] + reference, bounds[1]]),
    );
    const both = deterministic
      ? [0, 0]
      : bounds.map((bound, i) => bound + costBounds(bench, image)[i]!);
    bench.compare("the cost of (WD, D⁻¹H)", original, after, at([...before.data], both));
  });

  const scales = subject.rule.guarantees.scales ? [scaling] : [];
  // No bound is known for what a rule decides by values that it reads back: only bits can agree.
  const equivariances = subject.readsBack
    ? deterministic
      ? scales
      : []
    : [...scales, permutation, transposition];
  return subject.penalised ? equivariances : [...equivariances, cost];
}

async function costOf(la: Linalg, instance: Instance): Promise<HostDense> {
  using scope = new Scope();
  const { problem, at } = upload(la, scope, instance);
  const { sum, infinite } = la.divergence({ ...problem, ...at });
  const data = await la.scalars(scope.own(sum), scope.own(infinite));
  return { rows: 1, cols: 2, data: Float64Array.from(data) };
}

function costBounds(bench: Bench, instance: Instance): readonly [number, number] {
  const la = new Linalg(new BoundingBackend(bench.context.capabilities));
  using scope = new Scope();
  const { problem, at } = upload(la, scope, instance);
  const { sum, infinite } = la.divergence({ ...problem, ...at });
  const [a, b] = [bounded(la, scope.own(sum)), bounded(la, scope.own(infinite))];
  return [a.bound[0]!, b.bound[0]!];
}

function scaled<T extends Instance["V"]>(given: T, c: number): T {
  if ("indptr" in given) return { ...given, values: given.values.map((x) => c * x) };
  return { ...given, data: given.data.map((x) => c * x) };
}

function inUnits({ l1, l2 }: Penalty, of1: number, of2: number): Penalty {
  return { l1: l1 * of1, l2: l2 * of2 };
}

function rearrangedWeights({ weights }: Instance, rows: number, cols: number, from: From) {
  return weights && !("unit" in weights) ? rearranged(weights, rows, cols, from) : weights;
}

/** 0 … n−1 in random order, or in their own without a random stream (Fisher–Yates). */
function shuffled(n: number, random?: Random): readonly number[] {
  const order = Array.from({ length: n }, (_, i) => i);
  if (!random) return order;
  for (let i = n - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}
