/** V and its weights on their way to the backend: what scaling and rounding to the dtype of the fit makes of them. */
import { describe, expect, test } from "vitest";
import {
  factorize,
  type FactorizeOptions,
  type HostDense,
  type HostMatrix,
  Linalg,
  partialFit,
} from "../src/index.js";
import { ThreeVerbs } from "./three-verbs.js";

const dense = (rows: number, cols: number, ...data: number[]): HostDense => ({
  rows,
  cols,
  data: Float64Array.from(data),
});

async function fit(V: HostMatrix, options: Partial<FactorizeOptions>) {
  const backend = new ThreeVerbs();
  try {
    const given = { rank: 1, maxIterations: 5, ...options } as FactorizeOptions;
    return await factorize(new Linalg(backend), V, given);
  } finally {
    expect(backend.live).toBe(0);
  }
}
const refused = (code: string, message: RegExp) => ({
  code,
  message: expect.stringMatching(message) as string,
});

describe("an entry that becomes zero", () => {
  // Beside a mean near 2, 2^-150 is under half the least positive number of float32.
  const small = dense(2, 3, 1, 2, 3, 4, 2 ** -150, 2);
  // Beside 2^600, 2^-600 is under that of float64.
  const far = dense(2, 2, 2 ** 600, 2 ** 600, 2 ** -600, 2 ** 600);
  const zero = (where: string) => refused("NONNEG_ZERO_INPUT", new RegExp(`zero at ${where}`));

  test.each([0, -1])("is refused as the zero it is: β = %d", async (loss) => {
    await expect(fit(small, { loss, dtype: "float32" })).rejects.toMatchObject(
      zero("row 1, column 1"),
    );
    await expect(fit(far, { loss })).rejects.toMatchObject(zero("row 1, column 0"));
  });

  test("is refused of a sparse V too", async () => {
    const { data } = small;
    const indptr = Int32Array.of(0, 3, 6);
    const sparse = { rows: 2, cols: 3, indptr, indices: Int32Array.of(0, 1, 2, 0, 1, 2) };
    const V = { ...sparse, values: data };
    await expect(fit(V, { loss: 0, dtype: "float32" })).rejects.toMatchObject(
      zero("row 1, column 1"),
    );
  });

  test("is none where it is not observed, where the dtype holds it, or where β > 0", async () => {
    const weights = dense(2, 3, 1, 1, 1, 1, 0, 1);
    for (const [V, options] of [
      [small, { loss: 0, dtype: "float32", weights }],
      [small, { loss: 0 }],
      [small, { loss: 1, dtype: "float32" }],
      [far, { loss: 1 }],
    ] as const) {
      const { cost, W, H } = await fit(V, options);
      expect([cost, ...W.data, ...H.data].filter((x) => !Number.isFinite(x))).toEqual([]);
    }
  });
});

// An entry is at most mn times a plain mean, which float32 holds: weights alone lead past it.
describe("an entry that float32 cannot hold", () => {
  const tooLarge = (what: string) => refused("NONNEG_NOT_FINITE", new RegExp(`^${what} .*float64`));

  test("of V, where it hardly weighs in the mean", async () => {
    const V = dense(2, 2, 1, 1, 1e60, 1);
    const weights = dense(2, 2, 1, 1, 1e-70, 1);
    for (const loss of [2, 1]) {
      await expect(fit(V, { loss, weights, dtype: "float32" })).rejects.toMatchObject(
        tooLarge("V"),
      );
      expect((await fit(V, { loss, weights })).dtype).toBe("float64");
    }
  });

  test("of the weights", async () => {
    const V = dense(2, 2, 1, 2, 3, 4);
    const weights = dense(2, 2, 1, 1, 1e60, 1);
    await expect(fit(V, { weights, dtype: "float32" })).rejects.toMatchObject(
      tooLarge("The weights"),
    );
  });

  test("of a factor that is given", async () => {
    const init = { W: dense(2, 1, 1, 1e60), H: dense(1, 2, 1, 1) };
    const given = { init, dtype: "float32" } as const;
    await expect(fit(dense(2, 2, 1, 2, 3, 4), given)).rejects.toMatchObject(tooLarge("W"));
  });

  test("of a batch, whose scale is that of the first", async () => {
    const la = new Linalg(new ThreeVerbs());
    const { state } = await partialFit(la, dense(2, 2, 1, 2, 3, 4), { rank: 1, dtype: "float32" });
    await expect(partialFit(la, dense(1, 2, 1, 1e60), state)).rejects.toMatchObject(tooLarge("V"));
    expect(la.liveMatrices).toBe(0);
  });
});
