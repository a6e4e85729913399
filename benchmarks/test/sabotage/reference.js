// @ts-check
import { providers } from "nonneg";

/**
 * The reference backend with another `matmul`.
 * @param {string} name
 * @param {(backend: import("@nonneg/core").Backend, out: import("@nonneg/core").MatrixInfo) => unknown} matmul
 * @returns {import("@nonneg/core").BackendProvider}
 */
export function sabotaged(name, matmul) {
  const js = /** @type {import("@nonneg/core").BackendProvider} */ (
    providers.find((one) => one.name === "js")
  );
  return {
    name,
    isAvailable: (options) => js.isAvailable(options),
    async create(options) {
      const backend = await js.create(options);
      return Object.assign(backend, {
        /** @param {import("@nonneg/core").MatrixInfo} out */
        matmul: (out) => matmul(backend, out),
      });
    },
  };
}
