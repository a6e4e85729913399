import { type Backend, type Dtype, Linalg } from "@nonneg/core";
import type { Case, Context, Families } from "./context.js";
import { families, familiesOfVerbs } from "./families.js";
import { demand } from "./failure.js";
import { precision } from "./precision.js";
import { threeVerbs } from "./three-verbs.js";

export interface SuiteOptions {
  /** Label of the backend in messages. */
  readonly name: string;
  readonly seed: number;
  readonly runs: number;
  /** Opens another backend of the same kind. */
  readonly create: Context["create"];
}

/** The cases of one family in one dtype. */
export interface Group {
  readonly name: string;
  readonly dtype: Dtype;
  readonly cases: readonly Case[];
}

/**
 * Everything that the backend is held to: every family in each of its dtypes, then the families
 * that use optional kernels again over its three verbs alone, so that the compositions of core are
 * tested on it too.
 */
export function suite(backend: Backend, options: SuiteOptions): readonly Group[] {
  return [
    ...groups(backend, options, families),
    ...groups(
      threeVerbs(backend),
      {
        ...options,
        name: `${options.name}, three verbs only`,
        create: async (more) => threeVerbs(await options.create(more)),
      },
      familiesOfVerbs,
      "three verbs only, ",
    ),
  ];
}

/** The cases of some families, in each dtype of the backend. */
export function groups(
  backend: Backend,
  options: SuiteOptions,
  chosen: Families,
  prefix = "",
): readonly Group[] {
  return backend.capabilities.dtypes.flatMap((dtype) => {
    let running: Linalg | undefined;
    const context = contextOf(backend, dtype, options, () => {
      demand(running !== undefined, "A family called la() outside a running case.");
      return running;
    });
    const guarded = ({ name, random = false, run }: Case): Case => ({
      name,
      random,
      async run() {
        const la = (running = new Linalg(backend));
        await run();
        demand(la.liveMatrices === 0, `${name}: ${la.liveMatrices} matrices were not released.`);
      },
    });
    return Object.entries(chosen)
      .map(([name, family]) => ({
        name: `${prefix}${dtype}, ${name}`,
        dtype,
        cases: family(context).map(guarded),
      }))
      .filter(({ cases }) => cases.length > 0);
  });
}

/** What samples and families are made with. */
export function contextOf(
  backend: Backend,
  dtype: Dtype,
  options: SuiteOptions,
  la: () => Linalg,
): Context {
  const { capabilities } = backend;
  return {
    ...options,
    dtype,
    ...precision(dtype, capabilities),
    capabilities,
    backend: () => backend,
    la,
  };
}
