import { type Capabilities, Linalg, type Problem, type Rule } from "@nonneg/core";
import { BoundingBackend } from "./bounding-backend.js";

/** A rule with one of the losses that it supports: what the theorems are about. */
export interface Subject {
  readonly rule: Rule;
  readonly beta: number;
  readonly weighted: boolean;
  /** Both factors carry an L1 penalty, an L2 penalty or both. */
  readonly penalised: boolean;
  readonly sparse: boolean;
  readonly name: string;
  /** Its steps are asynchronous, since they read values back and decide by them. */
  readonly readsBack: boolean;
  /**
   * Its share of the runs of a property, of which all losses of a rule have `runs` in common; half
   * of it for a rule that waits, which does more in a step.
   */
  readonly share: (runs: number) => number;
}

/** Both sides of each bend of γ(β), and the bends themselves. */
const betas = [-1, 0, 0.5, 1, 1.5, 2, 3];

interface Variant extends Pick<Subject, "weighted" | "penalised"> {
  readonly label: string;
}

const variants: readonly Variant[] = [
  { weighted: false, penalised: false, label: "" },
  { weighted: true, penalised: false, label: ", weights" },
  { weighted: false, penalised: true, label: ", penalties" },
];

/** Every rule with every loss that it supports, V dense and, where the backend has it, CSR. */
export function subjectsOf(rules: readonly Rule[], capabilities: Capabilities): readonly Subject[] {
  // A 1×1 problem on the host: `supports` asks only whether there are weights or penalties, and
  // what `step` returns shows whether it waits for something.
  const one = (la: Linalg) => la.full(1, 1, 1, capabilities.dtypes[0]!);
  const la = new Linalg(new BoundingBackend(capabilities));
  const problemOf = (beta: number, { weighted, penalised }: Variant): Problem => ({
    beta,
    V: one(la),
    weights: weighted ? one(la) : undefined,
    penalties: penalised ? { W: { l1: 1, l2: 1 }, H: { l1: 1, l2: 1 } } : undefined,
  });
  return rules.flatMap((rule) =>
    (capabilities.sparse ? [false, true] : [false]).flatMap((sparse) => {
      const losses = variants.flatMap((variant) =>
        betas
          .filter((beta) => rule.supports(problemOf(beta, variant)))
          // Zeros that a CSR V does not store need all of WH, unless β = 1 or 2: not offered.
          .filter((beta) => !sparse || variant.weighted || beta === 1 || beta === 2)
          .map((beta) => ({ beta, variant })),
      );
      return losses.map(({ beta, variant }): Subject => {
        const at = { W: one(la), H: one(la) };
        const step = rule.step(la, problemOf(beta, variant), at, "H");
        const readsBack = step instanceof Promise;
        // How it ends is for the cases to see.
        if (readsBack) step.catch(() => undefined);
        return {
          rule,
          beta,
          ...variant,
          sparse,
          readsBack,
          name: `${rule.title}, β = ${beta}${variant.label}${sparse ? ", CSR" : ""}`,
          share: (runs) => Math.max(2, Math.ceil(runs / losses.length / (readsBack ? 2 : 1))),
        };
      });
    }),
  );
}
