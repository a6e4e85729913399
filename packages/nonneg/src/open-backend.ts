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
  if (typeof choice === "object" && !isProvider(choice)) return kept(new Linalg(choice));
  const { wanted, given } = fromEnvironment(choice, options);
  const selection =
    typeof wanted === "string"
      ? await selectBackend(known(wanted), wanted, given)
      : await selectBackend([wanted], wanted.name, given);
  const la = new Linalg(selection.backend);
  // A library that was named is asked for, whatever chose the backend.
  const asked = wanted !== "auto" || given.library !== undefined;
  return {
    la,
    reason: selection.reason,
    skipped: asked ? selection.skipped : [],
    [Symbol.asyncDispose]: () => la[Symbol.asyncDispose](),
  };
}

function kept(la: Linalg): OpenBackend {
  return { la, reason: "given open", skipped: [], [Symbol.asyncDispose]: () => Promise.resolve() };
}

function fromEnvironment(choice: string | BackendProvider | undefined, options: BackendOptions) {
  const env = typeof process === "undefined" ? {} : process.env;
  return {
    wanted: choice ?? (env["NONNEG_BACKEND"] || "auto"),
    given: {
      ...(options.threads === undefined ? threadsOf(env["NONNEG_THREADS"]) : {}),
      ...(env["NONNEG_BLAS"] ? { library: env["NONNEG_BLAS"] } : {}),
      ...options,
    },
  };
}

function threadsOf(text: string | undefined): Pick<BackendOptions, "threads"> {
  if (!text) return {};
  const threads = Number(text);
  if (Number.isSafeInteger(threads) && threads >= 1) return { threads };
  throw new NonnegError(
    "NONNEG_OPTION",
    `NONNEG_THREADS is ${text}: expected a whole number, at least 1.`,
  );
}

/** The known providers, and those of the names that are packages or paths. */
function known(wanted: string): readonly BackendProvider[] {
  const elsewhere = wanted
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "auto" && /[./@]/.test(name))
    .map((name) => foreignProvider(name, resolvable(name)));
  return [...providers, ...elsewhere];
}

/** A path as the URL that `import` takes, seen from the working directory; a package's name as it is. */
function resolvable(name: string): string {
  if (!/^[./]|^[A-Za-z]:[\\/]/.test(name)) return name;
  const base =
    typeof process === "undefined" ? "file:///" : `file://${process.cwd().replaceAll("\\", "/")}/`;
  return new URL(name, base).href;
}
