import { type Rule, rules } from "@nonneg/core";
import type { Family } from "../context.js";
import { descentCases } from "./descent-cases.js";
import { equivarianceCases } from "./equivariance-cases.js";
import { fixedPointCases } from "./fixed-point-cases.js";
import { stepCases } from "./step-cases.js";
import { subjectsOf } from "./subjects.js";
import { Bench } from "./theorem.js";
import { zeroAndSumCases } from "./zero-and-sum-cases.js";

/**
 * The theorems that hold of each rule, with each loss that it supports, V dense and CSR: those of
 * the paper where the rule's `guarantees` promise them, the others always.
 */
export function theoremsOf(rules: readonly Rule[]): Family {
  return (context) =>
    subjectsOf(rules, context.capabilities).flatMap((subject) => {
      const bench = new Bench(context, subject);
      return [
        ...stepCases(bench),
        ...descentCases(bench),
        ...zeroAndSumCases(bench),
        ...fixedPointCases(bench),
        ...equivarianceCases(bench),
      ];
    });
}

/** Of every rule that core knows: a new one is one entry there, and is tested here. */
export const theoremsFamily: Family = theoremsOf(rules);
