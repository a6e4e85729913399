import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createJsBackend, provider } from "@nonneg/backend-js";
import { Linalg } from "@nonneg/core";
import { afterEach, describe, expect, test, vi } from "vitest";
import {
  factorize,
  type HostDense,
  type HostSparse,
  load,
  NonnegError,
  openBackend,
  type Options,
  partialFit,
} from "../src/index.js";
import { euclidean, here } from "./support.js";

const rows = [
  [5, 0, 1, 4],
  [0, 3, 3, 0],
  [2, 1, 0, 6],
  [1, 7, 2, 0],
  [0, 0, 4, 2],
];
const V: HostDense = { rows: 5, cols: 4, data: Float64Array.from(rows.flat()) };
const sparse: HostSparse = {
  rows: 5,
  cols: 4,
  indptr: Int32Array.of(0, 3, 5, 8, 11, 13),
  indices: Int32Array.of(0, 2, 3, 1, 2, 0, 1, 3, 0, 1, 2, 2, 3),
  values: Float64Array.of(5, 1, 4, 3, 3, 2, 1, 6, 1, 7, 2, 4, 2),
};
const exactly = { tol: 0, kktTol: 0, maxIterations: 40 } as const;
const options = { ...exactly, rank: 2, backend: "js" } as const;

const refusal = async (result: Promise<unknown>): Promise<string> => {
  const error: unknown = await result.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(NonnegError);
  return (error as NonnegError).code;
};

afterEach(() => {
  vi.unstubAllEnvs();
});

describe("V in every form", () => {
  test("rows of numbers, rows of typed arrays and one typed array give the same bits", async () => {
    const expected = await factorize(V, options);
    for (const form of [rows, rows.map((row) => Float64Array.from(row))]) {
      const model = await factorize(form, options);
      expect([model.W, model.H]).toEqual([expected.W, expected.H]);
    }
    const seen = euclidean(V, expected.W, expected.H);
    expect(Math.abs(expected.cost - seen.cost)).toBeLessThan(seen.bound);
  });

  test("CSR", async () => {
    const model = await factorize(sparse, options);
    const seen = euclidean(V, model.W, model.H);
    expect(Math.abs(model.cost - seen.cost)).toBeLessThan(seen.bound);
  });

  test("float32 stays float32, rows of numbers are float64, and dtype overrules", async () => {
    const single = rows.map((row) => Float32Array.from(row));
    expect((await factorize(single, options)).W.data).toBeInstanceOf(Float32Array);
    expect((await factorize(rows, options)).W.data).toBeInstanceOf(Float64Array);
    const asked = await factorize(rows, { ...options, dtype: "float32" });
    expect([asked.dtype, asked.H.data instanceof Float32Array]).toEqual(["float32", true]);
  });

  test("what is no matrix is refused, and where is said", async () => {
    expect(await refusal(factorize([[1, 2], [3]], options))).toBe("NONNEG_SHAPE_MISMATCH");
    expect(await refusal(factorize([], options))).toBe("NONNEG_SHAPE_MISMATCH");
    expect(await refusal(factorize([[1, "2" as unknown as number]], options))).toBe(
      "NONNEG_INVALID_INPUT",
    );
    expect(await refusal(factorize({} as HostDense, options))).toBe("NONNEG_INVALID_INPUT");
    expect(await refusal(factorize({ ...V, cols: 5 }, options))).toBe("NONNEG_SHAPE_MISMATCH");
    const crossed = { ...sparse, indices: sparse.indices.map((j) => 3 - j) };
    expect(await refusal(factorize(crossed, options))).toBe("NONNEG_INVALID_INPUT");
    await expect(factorize([[1, -2]], options)).rejects.toThrow(/-2 at row 0, column 1/);
  });
});

describe("samples", () => {
  test("decide what is the basis", async () => {
    const byRows = await factorize(V, options);
    expect([byRows.basis, byRows.coefficients]).toEqual([byRows.H, byRows.W]);
    const byColumns = await factorize(V, { ...options, samples: "columns" });
    expect([byColumns.basis, byColumns.coefficients]).toEqual([byColumns.W, byColumns.H]);
    // Nothing else.
    expect(byColumns.W).toEqual(byRows.W);
  });

  test.each(["rows", "columns"] as const)(
    "transform is a fit with the basis held: %s",
    async (samples) => {
      const model = await factorize(V, { ...options, samples });
      const transformed = await model.transform(V, { ...exactly, backend: "js" });
      const held: Options =
        samples === "rows"
          ? { ...options, hold: "H", init: { H: model.H } }
          : { ...options, hold: "W", init: { W: model.W } };
      const again = await factorize(V, held);
      expect([transformed.W, transformed.H]).toEqual([again.W, again.H]);
      expect(samples === "rows" ? transformed.H : transformed.W).toEqual(model.basis);
      expect(transformed.rank).toBe(2);
    },
  );

  test.each(["rows", "columns"] as const)(
    "inverseTransform is the product: %s",
    async (samples) => {
      const model = await factorize(V, { ...options, samples });
      const back = await model.inverseTransform(model.coefficients, { backend: "js" });
      expect([back.rows, back.cols]).toEqual([5, 4]);
      const { W, H } = model;
      back.data.forEach((x, p) => {
        const [i, j] = [Math.floor(p / 4), p % 4];
        const exact = W.data[2 * i]! * H.data[j]! + W.data[2 * i + 1]! * H.data[4 + j]!;
        expect(Math.abs(x - exact)).toBeLessThanOrEqual(4 * 2 ** -53 * exact);
      });
    },
  );
});

test.each(["rows", "columns"] as const)(
  "saved and loaded a model is the same, bit for bit: %s",
  async (samples) => {
    const directory = await mkdtemp(join(tmpdir(), "nonneg model "));
    const model = await factorize(V, { ...options, samples, loss: "kullback-leibler" });
    await model.save(join(directory, "a", "b"));
    const loaded = await load(join(directory, "a", "b"));
    expect([loaded.W, loaded.H]).toEqual([model.W, model.H]);
    expect([loaded.samples, loaded.beta]).toEqual([samples, 1]);
    const rest = { ...exactly, backend: "js" };
    const [before, after] = [await model.transform(V, rest), await loaded.transform(V, rest)];
    expect([after.W, after.H, after.cost]).toEqual([before.W, before.H, before.cost]);
    expect(after.loss).toBe("kullback-leibler");
    await rm(directory, { recursive: true });
  },
);

describe("the backend", () => {
  test("by name, as a provider, open, and by path: the same bits", async () => {
    const expected = await factorize(V, options);
    await using open = createJsBackend();
    await using la = new Linalg(createJsBackend());
    for (const backend of [provider, open, la, here("announcing-backend.js")]) {
      const model = await factorize(V, { ...options, backend });
      expect(model.backend.name).toBe("js");
      expect([model.W, model.H]).toEqual([expected.W, expected.H]);
    }
    // What was given open is not closed.
    expect((await factorize(V, { ...options, backend: la })).W).toEqual(expected.W);
  });

  test("NONNEG_BACKEND is a list in order of preference; an option overrules it", async () => {
    const rest = { ...exactly, rank: 2 };
    vi.stubEnv("NONNEG_BACKEND", "./none.js,js");
    const model = await factorize(V, rest);
    expect(model.backend.name).toBe("js");
    expect(model.warnings.join()).toMatch(/"\.\/none\.js" was passed over/);
    expect(model.backendReason).toBe("the first available of ./none.js,js");
    vi.stubEnv("NONNEG_BACKEND", "./none.js");
    expect(await refusal(factorize(V, rest))).toBe("NONNEG_BACKEND_UNAVAILABLE");
    expect((await factorize(V, options)).backend.name).toBe("js");
  });

  test("auto says nothing of what it passes over, unless a library was named", async () => {
    const rest = { ...exactly, rank: 2 };
    for (const backend of [undefined, "auto"]) {
      const model = await factorize(V, { ...rest, ...(backend && { backend }) });
      expect(model.warnings).toEqual([]);
    }
    vi.stubEnv("NONNEG_BLAS", "/no/such/library");
    const model = await factorize(V, rest);
    expect(model.warnings.join()).toMatch(/"blas" was passed over: .*\/no\/such\/library/);
    expect(model.backend.name).not.toBe("blas");
  });

  test("NONNEG_THREADS", async () => {
    vi.stubEnv("NONNEG_THREADS", "1");
    const model = await factorize(V, { ...options, backend: "wasm" });
    expect(model.backend).toMatchObject({ name: "wasm", threads: 1 });
    for (const text of ["0", "-1", "two", "1.5"]) {
      vi.stubEnv("NONNEG_THREADS", text);
      expect(await refusal(factorize(V, { ...options, backend: "wasm" }))).toBe("NONNEG_OPTION");
      // An option is asked before the environment.
      const asked = await factorize(V, { ...options, backend: "wasm", threads: 1 });
      expect(asked.backend.threads).toBe(1);
    }
  });

  test("an unknown one is refused", async () => {
    expect(await refusal(factorize(V, { ...options, backend: "abacus" }))).toBe("NONNEG_OPTION");
    expect(await refusal(factorize(V, { ...options, backend: "./none.js" }))).toBe(
      "NONNEG_BACKEND_UNAVAILABLE",
    );
    // What openBackend gives holds a Linalg, and is none.
    await using open = await openBackend("js");
    for (const backend of [5, null, {}, open]) {
      // @ts-expect-error none of these is a backend
      expect(await refusal(factorize(V, { ...options, backend }))).toBe("NONNEG_OPTION");
    }
    // A file that exports no provider.
    const backend = here("support.ts");
    expect(await refusal(factorize(V, { ...options, backend }))).toBe("NONNEG_BACKEND_UNAVAILABLE");
  });
});

describe("the fit", () => {
  test("the same seed gives the same bits, another one does not", async () => {
    const [a, b, c] = [
      await factorize(V, { ...options, seed: 3 }),
      await factorize(V, { ...options, seed: 3 }),
      await factorize(V, { ...options, seed: 4 }),
    ];
    expect(a.W).toEqual(b.W);
    expect(a.W).not.toEqual(c.W);
  });

  test("aborting returns what was reached", async () => {
    const controller = new AbortController();
    const model = await factorize(V, {
      ...{ ...options, maxIterations: 1e9, signal: controller.signal },
      onIteration: ({ iteration }) => {
        if (iteration === 25) controller.abort();
      },
    });
    expect(model).toMatchObject({ stoppedBy: "aborted", converged: false, iterations: 25 });
    const seen = euclidean(V, model.W, model.H);
    expect(Math.abs(model.cost - seen.cost)).toBeLessThan(seen.bound);
  });

  test("what a model has decided is refused", async () => {
    const model = await factorize(V, options);
    // @ts-expect-error the rank is the basis's
    expect(await refusal(model.transform(V, { rank: 3, backend: "js" }))).toBe("NONNEG_OPTION");
    // @ts-expect-error the rank stays
    expect(await refusal(model.partialFit(V, { rank: 3, backend: "js" }))).toBe("NONNEG_OPTION");
    // @ts-expect-error no such option
    const learned = partialFit(V, { rank: 2, backend: "js", step: 3 });
    expect(await refusal(learned)).toBe("NONNEG_OPTION");
  });

  test("a checkpoint goes on as if it had not stopped", async () => {
    const whole = await factorize(V, { ...options, maxIterations: 40 });
    const half = await factorize(V, { ...options, maxIterations: 20 });
    const rest = await factorize(V, { ...options, maxIterations: 40, resume: half.checkpoint });
    expect([rest.W, rest.H, rest.iterations]).toEqual([whole.W, whole.H, 40]);
  });

  test("options are checked, by TypeScript and at run time", async () => {
    // @ts-expect-error a factor that is held must be given
    const held = factorize(V, { rank: 2, hold: "H" });
    expect(await refusal(held)).toBe("NONNEG_OPTION");
    // @ts-expect-error rank is required
    expect(await refusal(factorize(V, {}))).toBe("NONNEG_RANK");
    // @ts-expect-error no such option
    expect(await refusal(factorize(V, { rank: 2, maxIter: 3 }))).toBe("NONNEG_OPTION");
    // @ts-expect-error options are required
    expect(await refusal(factorize(V))).toBe("NONNEG_OPTION");
    // @ts-expect-error options are required
    expect(await refusal(partialFit(V))).toBe("NONNEG_OPTION");
    // @ts-expect-error no such loss
    expect(await refusal(factorize(V, { rank: 2, loss: "manhattan" }))).toBe("NONNEG_OPTION");
    // @ts-expect-error V is a matrix
    expect(await refusal(factorize([1, 2, 3], { rank: 2 }))).not.toBe("");
  });
});
