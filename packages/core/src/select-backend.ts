import { cannotRun, refusal } from "./availability.js";
import type { Backend, BackendOptions, BackendProvider } from "./backend.js";
import { NonnegError } from "./errors.js";

export interface Selection {
  readonly backend: Backend;
  /** why this one runs, for people */
  readonly reason: string;
  /** those preferred to it that cannot run here, and why */
  readonly skipped: readonly { readonly name: string; readonly reason: string }[];
}

/** A backend that was asked for. */
export interface Candidate {
  /** as it was asked for */
  readonly label: string;
  readonly provider: BackendProvider;
  readonly options: BackendOptions;
}

/**
 * Opens a backend.
 *
 * `wanted` is "auto": the first available of `providers` in their order, GPUs emulated in software
 * last; or a name, `name:mode`, or a comma-separated list of them in order of preference.
 *
 * @throws NonnegError NONNEG_BACKEND_UNAVAILABLE with reason and fix where none of the wanted can
 *   run, NONNEG_OPTION for an unknown name, or a mode that the backend does not have
 */
export async function selectBackend(
  providers: readonly BackendProvider[],
  wanted = "auto",
  options: BackendOptions = {},
): Promise<Selection> {
  const auto = isAuto(wanted);
  const skipped: { name: string; reason: string; fix: string }[] = [];
  const emulated: Candidate[] = [];

  const open = async ({ label, provider, options }: Candidate) => {
    try {
      return await provider.create(options);
    } catch (error) {
      if (!(error instanceof NonnegError) || error.code === "NONNEG_OPTION") throw error;
      skipped.push({ name: label, reason: error.message, fix: "" });
      return undefined;
    }
  };
  for (const candidate of candidates(providers, wanted, options)) {
    const availability = await candidate.provider.isAvailable(candidate.options);
    if (!availability.available) {
      const { reason, fix, code } = availability;
      if (code !== undefined) throw refusal(candidate.label, availability);
      skipped.push({ name: candidate.label, reason, fix });
    } else if (auto && availability.software) {
      emulated.push(candidate);
    } else {
      const backend = await open(candidate);
      if (backend) return { backend, reason: why(auto, wanted, candidate.label), skipped };
    }
  }
  for (const candidate of emulated) {
    const backend = await open(candidate);
    if (backend) return { backend, reason: why(auto, wanted, candidate.label), skipped };
  }
  throw new NonnegError(
    "NONNEG_BACKEND_UNAVAILABLE",
    skipped.map(({ name, ...why }) => cannotRun(name, why)).join("\n") ||
      "No backend was given to choose from.",
  );
}

/**
 * Those that `wanted` (as in `selectBackend`) names, in their order. Nothing is opened.
 * @throws NonnegError NONNEG_OPTION for an unknown name
 */
export function candidates(
  providers: readonly BackendProvider[],
  wanted: string,
  options: BackendOptions = {},
): readonly Candidate[] {
  return isAuto(wanted)
    ? providers.map((provider) => ({ label: provider.name, provider, options }))
    : wanted.split(",").map((name) => named(providers, name.trim(), options));
}

const isAuto = (wanted: string): boolean => wanted.trim() === "auto";

function named(
  providers: readonly BackendProvider[],
  label: string,
  options: BackendOptions,
): Candidate {
  const byName = (name: string) => providers.find((candidate) => candidate.name === name);
  // A path such as C:\x.js is a whole name, not a mode of C.
  const whole = byName(label);
  if (whole) return { label, provider: whole, options };
  const colon = label.lastIndexOf(":");
  const provider = colon < 0 ? undefined : byName(label.slice(0, colon));
  if (provider) return { label, provider, options: { ...options, mode: label.slice(colon + 1) } };
  throw new NonnegError(
    "NONNEG_OPTION",
    label === "auto"
      ? `Backend "auto" is the first of all that can run: it stands alone, and not in a list.`
      : `Backend "${label}" is unknown. Known: ${["auto", ...providers.map(({ name }) => name)].join(", ")}.`,
  );
}

function why(auto: boolean, wanted: string, label: string): string {
  if (auto) return `auto: the first available in the order of preference is ${label}`;
  return label === wanted ? `asked for by name: ${label}` : `the first available of ${wanted}`;
}
