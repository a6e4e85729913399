import type { Availability, Backend, BackendOptions, BackendProvider } from "./backend.js";
import { NonnegError } from "./errors.js";

export interface Selection {
  readonly backend: Backend;
  /** why this one runs, for people */
  readonly reason: string;
  /** those preferred to it that cannot run here, and why */
  readonly skipped: readonly { readonly name: string; readonly reason: string }[];
}

/**
 * Opens a backend.
 *
 * `wanted` is "auto": the first available of `providers` in their order, GPUs emulated in software
 * last; or a name, `name:mode`, or a comma-separated list of them in order of preference.
 *
 * @throws NonnegError NONNEG_BACKEND_UNAVAILABLE with reason and fix where none of the wanted can
 *   run, NONNEG_OPTION for an unknown name
 */
export async function selectBackend(
  providers: readonly BackendProvider[],
  wanted = "auto",
  options: BackendOptions = {},
): Promise<Selection> {
  const auto = wanted === "auto";
  const candidates = auto
    ? providers.map((provider) => ({ label: provider.name, provider, options }))
    : wanted.split(",").map((name) => named(providers, name.trim(), options));
  const skipped: { name: string; reason: string; fix: string }[] = [];
  const emulated: typeof candidates = [];

  const open = async ({ label, provider, options }: (typeof candidates)[number]) => {
    try {
      return await provider.create(options);
    } catch (error) {
      if (!(error instanceof NonnegError) || error.code === "NONNEG_OPTION") throw error;
      skipped.push({ name: label, reason: error.message, fix: "" });
      return undefined;
    }
  };
  for (const candidate of candidates) {
    const availability = await candidate.provider.isAvailable(candidate.options);
    if (!availability.available) {
      skipped.push({ name: candidate.label, ...unavailable(availability) });
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
    skipped
      .map(
        ({ name, reason, fix }) =>
          `Backend "${name}" cannot run here: ${sentence(reason)}${fix ? ` To mend it: ${fix}` : ""}`,
      )
      .join("\n") || "No backend was given to choose from.",
  );
}

function named(providers: readonly BackendProvider[], label: string, options: BackendOptions) {
  const byName = (name?: string) => providers.find((candidate) => candidate.name === name);
  // A path such as C:\x.js is a whole name, not a mode of C.
  const whole = byName(label);
  const [name, mode] = whole ? [label] : label.split(":", 2);
  const provider = whole ?? byName(name);
  if (!provider) {
    throw new NonnegError(
      "NONNEG_OPTION",
      `Backend "${label}" is unknown. Known: auto, ${providers.map((candidate) => candidate.name).join(", ")}.`,
    );
  }
  return { label, provider, options: mode === undefined ? options : { ...options, mode } };
}

function unavailable({ reason, fix }: Extract<Availability, { available: false }>) {
  return { reason, fix };
}

function why(auto: boolean, wanted: string, label: string): string {
  if (auto) return `auto: the first available in the order of preference is ${label}`;
  return label === wanted ? `asked for by name: ${label}` : `the first available of ${wanted}`;
}

/** With a full stop, which what a system or a library says may lack. */
const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);
