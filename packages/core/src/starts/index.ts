import { kmeans } from "./kmeans.js";
import { nndsvd, nndsvda, nndsvdar } from "./nndsvd.js";
import { separable } from "./separable.js";

/** Starts made from the data, by the name that `init` chooses by; beside them are "random" and factors given. */
export const starts = { nndsvd, nndsvda, nndsvdar, separable, kmeans } as const;

/** Where a fit starts, by name. */
export type StartName = "random" | keyof typeof starts;

export const startNames = ["random", ...Object.keys(starts)] as readonly StartName[];

/** Those that another seed does not change. */
export const seedless: readonly StartName[] = ["nndsvd", "nndsvda", "separable"];
