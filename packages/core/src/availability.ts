import type { BackendOptions, Unavailable } from "./backend.js";
import { NonnegError } from "./errors.js";

/**
 * What `isAvailable` says of a mode that a backend does not have; undefined of one that it has,
 * and where none is asked for.
 * @param modes those it has
 */
export function unknownMode(
  name: string,
  { mode }: BackendOptions = {},
  modes: readonly string[] = [],
): Unavailable | undefined {
  if (mode === undefined || modes.includes(mode)) return undefined;
  return {
    available: false,
    code: "NONNEG_OPTION",
    reason: `${name} has no mode "${mode}".`,
    fix:
      modes.length > 0
        ? `use one of ${modes.map((known) => `${name}:${known}`).join(", ")}`
        : `use ${name}, which has no modes`,
  };
}

/**
 * What a provider's `create` throws where `isAvailable` says no.
 * @param label how the backend was asked for
 */
export function refusal(label: string, unavailable: Unavailable): NonnegError {
  return new NonnegError(
    unavailable.code ?? "NONNEG_BACKEND_UNAVAILABLE",
    cannotRun(label, unavailable),
  );
}

export function cannotRun(
  label: string,
  { reason, fix }: Pick<Unavailable, "reason" | "fix">,
): string {
  return `Backend "${label}" cannot run here: ${sentence(reason)}${fix ? ` To mend it: ${fix}` : ""}`;
}

/** With a full stop, which what a system or a library says may lack. */
const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);
