import type { HostArray } from "@nonneg/core";
import fc from "fast-check";
import { gamma } from "../bounds.js";
import type { Case } from "../context.js";
import { factorsOf, type Instance, problemOf, recipes } from "./instance.js";
import { dtypeOf } from "./matrices.js";
import { gradientSplit } from "../reference/rules.js";
import { objectiveChange, slack, slackOfMinimum } from "./descent.js";
import { type Bench, nth } from "./theorem.js";
import { type Taken, type Walk, walk } from "./walk.js";

/**
 * Theorems 1 and 2: the objective never rises; it falls from a positive point that is not
 * stationary. With one factor held (`transform`) it falls along that factor alone.
 */
export function descentCases(bench: Bench): readonly Case[] {
  const { subject, context } = bench;
  const { monotone } = subject.rule.guarantees;

  const never = bench.theorem("the objective never rises", recipes, async (recipe) => {
    await neverRises(bench, await bench.fit(recipe));
  });

  const falls = bench.theorem(
    "the objective falls from a positive point that is not stationary",
    recipes.map((recipe) => ({ ...recipe, kind: "positive" as const })),
    async (recipe) => {
      const from = bench.instance(recipe);
      const moved = await bench.first(recipe);
      for (const factor of ["W", "H"] as const) {
        if (!farFromStationary(from, factor)) continue;
        const { value, error } = changeOf({ from, factor, next: moved[factor] });
        bench.demand(
          value + error < 0,
          () =>
            `a step on ${factor} changes the objective by ${value} ± ${error}, and must lower it`,
          from,
        );
      }
    },
  );

  const transform = bench.theorem(
    "with one factor held, only the other moves",
    fc.tuple(recipes, fc.constantFrom("W", "H")),
    async ([recipe, factor]) => {
      const start = bench.instance(recipe);
      const steps = await walk(context.la(), subject, start, [factor, factor, factor]);
      const held = factor === "W" ? "H" : "W";
      same(bench, start, `${held}, which was held,`, start[held].data, steps.start[held]);
      same(bench, start, `the ${factor} it started from`, start[factor].data, steps.start[factor]);
      const V = "indptr" in start.V ? start.V.values : start.V.data;
      same(bench, start, "V", V, steps.start.V);
      if (monotone) await neverRises(bench, steps);
    },
  );

  return monotone ? [never, falls, transform] : [transform];
}

/** @throws ConformanceFailure where a half-step raises the objective by more than rounding may */
export async function neverRises(bench: Bench, walk: Walk): Promise<void> {
  for (const taken of walk.steps) {
    const { from } = taken;
    const { value, error, infiniteBefore, infiniteAfter } = changeOf(taken);
    bench.demand(
      infiniteAfter <= infiniteBefore,
      () =>
        `${nth(walk, taken)} raises the number of entries with infinite divergence ` +
        `from ${infiniteBefore} to ${infiniteAfter}`,
      from,
    );
    if (infiniteAfter < infiniteBefore) continue;
    const allowed = error + (await roundingOf(bench, taken));
    bench.demand(
      value <= allowed,
      () =>
        `${nth(walk, taken)} raises the objective by ${value}, ` +
        `${(value / allowed).toPrecision(3)} times what rounding may`,
      from,
    );
  }
}

/** What rounding may add to the objective in a half-step. */
async function roundingOf(bench: Bench, { from, factor, next }: Taken): Promise<number> {
  const problem = problemOf(from);
  const at = factorsOf(from);
  const moved = factorsOf({ W: next, H: next })[factor];
  if (bench.subject.readsBack) {
    const { u, capabilities } = bench.context;
    // Inner products of m or n, and of k, terms each; a quotient; what bounds.ts grants besides.
    const roundings = at.W.rows + at.H.cols + 2 * at.W.cols + 16 + capabilities.accuracy.div.ulps;
    return slackOfMinimum(problem, at, factor, moved, gamma(roundings, u));
  }
  const { bound } = (await bench.bound(from, factor)).next;
  return slack(problem, { ...at, [factor]: moved }, factor, bound);
}

function changeOf({ from, factor, next }: Pick<Taken, "from" | "factor" | "next">) {
  return objectiveChange(
    problemOf(from),
    factorsOf(from),
    factor,
    factorsOf({ W: next, H: next })[factor],
  );
}

/**
 * Some |P − N| is at least 2⁻⁷ of P + N: a step then lowers the objective by far more than
 * rounding can raise it.
 */
function farFromStationary(from: Instance, factor: "W" | "H"): boolean {
  const { numerator, denominator } = gradientSplit(problemOf(from), factorsOf(from), factor);
  return numerator.data.some((n, i) => {
    const p = denominator.data[i]!;
    return Math.abs(p - n) > 2 ** -7 * (p + n);
  });
}

function same(bench: Bench, start: Instance, what: string, sent: HostArray, came: HostArray) {
  const at = sent.findIndex((x, i) => !Object.is(x, came[i]));
  bench.demand(
    at === -1 &&
      sent.length === came.length &&
      dtypeOf({ rows: 1, cols: 1, data: came }) === dtypeOf(start.W),
    () => `${what} is not what it was: value ${at} was ${sent[at]} and is ${came[at]}`,
    start,
  );
}
