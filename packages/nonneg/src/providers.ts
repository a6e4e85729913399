import { type BackendProvider, NonnegError } from "@nonneg/core";

/** The package of each known backend, in the order of preference of `auto`, then those by name only. */
const packages: Readonly<Record<string, () => Promise<{ readonly provider: BackendProvider }>>> = {
  blas: () => import("@nonneg/backend-blas"),
  wasm: () => import("@nonneg/backend-wasm"),
  js: () => import("@nonneg/backend-js"),
  "tfjs-node": () => import("@nonneg/backend-tfjs-node"),
  gpujs: () => import("@nonneg/backend-gpujs"),
};

/**
 * The known backends, first choice first. Each is loaded when it is asked for; one whose package
 * is missing says so instead of failing. js is always there, so `auto` goes no further.
 */
export const providers: readonly BackendProvider[] = Object.entries(packages).map(([name, load]) =>
  lazy(name, load, `npm install @nonneg/backend-${name}`),
);

/**
 * A backend from elsewhere under the name it was asked for by: no registration is needed.
 * @param specifier a package name or a file URL, which exports a provider as `provider` or by default
 */
export function foreignProvider(name: string, specifier: string): BackendProvider {
  const fix = "name one that exports a BackendProvider { name, isAvailable, create }";
  return lazy(name, async () => ({ provider: await importProvider(specifier) }), fix);
}

/** A provider that is imported on first use. */
function lazy(
  name: string,
  load: () => Promise<{ readonly provider: BackendProvider }>,
  fix: string,
): BackendProvider {
  return {
    name,
    async isAvailable(options) {
      try {
        return await (await load()).provider.isAvailable(options);
      } catch (error) {
        const reason =
          error instanceof NonnegError
            ? error.message
            : `its package does not load: ${messageOf(error)}`;
        return { available: false, reason, fix };
      }
    },
    async create(options) {
      return (await load()).provider.create(options);
    },
  };
}

/**
 * The provider that a package or file exports, as `provider` or by default. A backend from
 * elsewhere needs no registration.
 * @param specifier a package name or a file URL
 * @throws NonnegError NONNEG_BACKEND_UNAVAILABLE where it cannot be imported or exports none
 */
async function importProvider(specifier: string): Promise<BackendProvider> {
  let module: { readonly provider?: unknown; readonly default?: unknown };
  try {
    module = (await import(specifier)) as typeof module;
  } catch (error) {
    throw new NonnegError(
      "NONNEG_BACKEND_UNAVAILABLE",
      `it cannot be imported: ${messageOf(error)}. ` +
        `Expected ${providers.map(({ name }) => name).join(", ")}, a package's name or a path such as ./my-backend.js.`,
      { cause: error },
    );
  }
  const found = module.provider ?? module.default;
  if (isProvider(found)) return found;
  throw new NonnegError(
    "NONNEG_BACKEND_UNAVAILABLE",
    `it exports no backend: expected a BackendProvider { name, isAvailable, create } as "provider" or by default.`,
  );
}

export function isProvider(value: unknown): value is BackendProvider {
  return typeof value === "object" && value !== null && "isAvailable" in value && "create" in value;
}

/** Its first line, without the file of ours that Node says to have imported from. */
const messageOf = (error: unknown): string =>
  error instanceof Error
    ? error.message.split("\n", 1)[0]!.replace(/ imported from .*/, "")
    : String(error);
