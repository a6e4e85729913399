// @ts-check
/** The js backend, which says on stderr when it has computed its hundredth product. */
import { provider as js } from "@nonneg/backend-js";

/** @type {import("@nonneg/core").BackendProvider} */
export const provider = {
  name: "announcing",
  isAvailable: (options) => js.isAvailable(options),
  async create(options) {
    const backend = await js.create(options);
    let products = 0;
    const matmul = backend.matmul.bind(backend);
    backend.matmul = (...given) => {
      if (++products === 100) process.stderr.write("a hundred products\n");
      return matmul(...given);
    };
    return backend;
  },
};
