import {
  type Backend,
  type BackendOptions,
  type BackendProvider,
  Linalg,
  NonnegError,
  selectBackend,
} from "@nonneg/core";
import { foreignProvider, isProvider, providers } from "./providers.js";

/** A backend by name (`auto`, `wasm`, `gpujs:webgpu`, a list in order of preference), package or path, as a provider, or open. */
export type BackendChoice = string | BackendProvider | Backend | Linalg;

export interface OpenBackend extends AsyncDisposable {
  readonly la: Linalg;
  /** why this backend runs, for people */
  readonly reason: string;
  /** those asked for before it that cannot run here, and why; `auto` asks for none */
  readonly skipped: readonly { readonly name: string; readonly reason: string }[];
}

/**
 * Opens a backend; `await using` closes it. An open one stays its owner's to close. Without a
 * choice the environment's (NONNEG_BACKEND, NONNEG_THREADS, NONNEG_BLAS) holds, then `auto`.
 * @throws NonnegError NONNEG_BACKEND_UNAVAILABLE with the reason and what mends it, NONNEG_OPTION
 */
export async function openBackend(
  choice?: BackendChoice,
  options: BackendOptions = {},
): Promise<OpenBackend> {
  if (choice instanceof Linalg) return kept(choice);
  if (choice !== undefined && typeof choice !== "string" && !isProvider(choice)) {
    requireBackend(choice);
    return kept(new Linalg(choice));
  }
  const wanted = choice ?? variable("NONNEG_BACKEND") ?? "auto";
  const given = { ...options, ...threadsWanted(options.threads) };
  const selection =
    typeof wanted === "string"
      ? await selectBackend(knownProviders(wanted), wanted, given)
      : await selectBackend([withLibrary(wanted)], wanted.name, given);
  const la = new Linalg(selection.backend);
  // A library that was named is asked for, whatever chose the backend.
  const asked = wanted !== "auto" || (given.library ?? variable("NONNEG_BLAS")) !== undefined;
  return {
    la,
    reason: selection.reason,
    skipped: asked ? selection.skipped : [],
    [Symbol.asyncDispose]: () => la[Symbol.asyncDispose](),
  };
}

/** @throws NonnegError NONNEG_OPTION */
function requireBackend(choice: unknown): void {
  if (typeof choice === "object" && choice !== null && "apiVersion" in choice) return;
  throw new NonnegError(
    "NONNEG_OPTION",
    `Option backend is ${String(choice)}: expected a name, a BackendProvider, a Backend or a Linalg, such as the \`la\` of what openBackend gives.`,
  );
}

function kept(la: Linalg): OpenBackend {
  return { la, reason: "given open", skipped: [], [Symbol.asyncDispose]: () => Promise.resolve() };
}

/** Of the environment; an empty one is none. */
function variable(name: "NONNEG_BACKEND" | "NONNEG_THREADS" | "NONNEG_BLAS"): string | undefined {
  return (typeof process === "undefined" ? undefined : process.env[name]) || undefined;
}

/**
 * As many as are asked for, or as NONNEG_THREADS says.
 * @throws NonnegError NONNEG_OPTION
 */
export function threadsWanted(asked?: number): Pick<BackendOptions, "threads"> {
  const given = asked ?? variable("NONNEG_THREADS");
  if (given === undefined) return {};
  const threads = Number(given);
  if (Number.isSafeInteger(threads) && threads >= 1) return { threads };
  throw new NonnegError(
    "NONNEG_OPTION",
    `${asked === undefined ? "NONNEG_THREADS" : "Option threads"} is ${given}: expected a whole number, at least 1.`,
  );
}

/** The known providers, and those of the names in `wanted` that are packages or paths. */
export function knownProviders(wanted = "auto"): readonly BackendProvider[] {
  const elsewhere = wanted
    .split(",")
    .map((name) => name.trim().replace(/:[\w-]+$/, "")) // a mode
    .filter((name) => /[./@]/.test(name) || isPackage(name))
    .map((name) => foreignProvider(name, resolvable(name)));
  return [...providers.map(withLibrary), ...elsewhere];
}

/** Whether a name that is none of ours is that of a package that is installed here. */
function isPackage(name: string): boolean {
  if (name === "" || name === "auto" || providers.some((known) => known.name === name))
    return false;
  try {
    import.meta.resolve(name);
    return true;
  } catch {
    return false;
  }
}

/** BLAS with the library of NONNEG_BLAS, where no other is named. */
function withLibrary(provider: BackendProvider): BackendProvider {
  const library = variable("NONNEG_BLAS");
  if (provider.name !== "blas" || library === undefined) return provider;
  return {
    name: provider.name,
    isAvailable: (options) => provider.isAvailable({ library, ...options }),
    create: (options) => provider.create({ library, ...options }),
  };
}

/** A path as the URL that `import` takes, seen from the working directory; a package's name as it is. */
function resolvable(name: string): string {
  if (!/^[./]|^[A-Za-z]:[\\/]/.test(name)) return name;
  const base =
    typeof process === "undefined" ? "file:///" : `file://${process.cwd().replaceAll("\\", "/")}/`;
  return new URL(name, base).href;
}
