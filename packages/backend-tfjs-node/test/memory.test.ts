import {
  compositions,
  type DivergenceOperands,
  factorize,
  Linalg,
  type MatrixInfo,
  NonnegError,
} from "@nonneg/core";
import { expect, test } from "vitest";
import { provider } from "../src/index.js";
import { loadTensorFlow } from "../src/load.js";
import type { Tensor } from "../src/tensorflow.js";
import { describeWhenAvailable } from "./when-available.js";

const dense = (rows: number, cols: number): MatrixInfo => ({
  rows,
  cols,
  dtype: "float32",
  format: "dense",
});

function fill(rows: number, cols: number): { rows: number; cols: number; data: Float32Array } {
  return {
    rows,
    cols,
    data: Float32Array.from({ length: rows * cols }, (_, i) => 0.1 + ((i * 7919) % 101) / 100),
  };
}

describeWhenAvailable("memory", () => {
  const live = () => loadTensorFlow().tf.memory().numTensors;

  test("no tensor is left of 1,000 iterations of a divergence step", async () => {
    const before = await provider.create().then(live);
    {
      const la = new Linalg(await provider.create());
      using V = la.upload(fill(30, 20));
      let W = la.upload(fill(30, 4));
      let H = la.upload(fill(4, 20));
      for (let iteration = 0; iteration < 1000; iteration++) {
        for (const factor of ["H", "W"] as const) {
          using terms = la.divergenceTerms({ beta: 1, V, W, H }, factor);
          const moved = la.scaleByRatio(factor === "H" ? H : W, terms.numerator, terms.denominator);
          (factor === "H" ? H : W)[Symbol.dispose]();
          if (factor === "H") H = moved;
          else W = moved;
        }
        const { sum, infinite } = la.divergence({ beta: 1, V, W, H });
        if (iteration % 100 === 0) expect((await la.scalars(sum))[0]).toBeGreaterThan(0);
        sum[Symbol.dispose]();
        infinite[Symbol.dispose]();
      }
      W[Symbol.dispose]();
      H[Symbol.dispose]();
    }
    expect(live()).toBe(before);
  });

  test.each([-1, 0, 0.5, 1, 1.5, 2, 3])(
    "the kernels of β = %f leave their results alone",
    async (beta) => {
      const la = new Linalg(await provider.create());
      const before = live();
      using V = la.upload(fill(8, 6));
      using W = la.upload(fill(8, 2));
      using H = la.upload(fill(2, 6));
      for (const weights of [undefined, V]) {
        for (const factor of ["H", "W"] as const) {
          using terms = la.divergenceTerms({ beta, V, W, H, weights }, factor);
          expect(live()).toBe(before + 3 + 2);
          expect(terms.numerator.rows).toBe(
            terms.denominator.rows === 1 ? 8 : factor === "H" ? 2 : 8,
          );
        }
        const { sum, infinite } = la.divergence({ beta, V, W, H, weights });
        expect(live()).toBe(before + 3 + 2);
        sum[Symbol.dispose]();
        infinite[Symbol.dispose]();
      }
    },
  );

  test("a kernel that fails in the middle leaves nothing", async () => {
    const backend = await provider.create();
    const before = live();
    const data = (rows: number, cols: number) => {
      const info = dense(rows, cols);
      return { ...info, handle: backend.upload(info, fill(rows, cols).data) as Tensor };
    };
    // Shapes that Linalg would have refused: the product fails after the first slices are made.
    const operands: DivergenceOperands<Tensor> = {
      beta: 1,
      v: data(8, 6),
      w: data(8, 2),
      h: data(3, 6),
    };
    const out = { numerator: dense(3, 6), denominator: dense(3, 1) };
    expect(() => backend.divergenceTerms!(out, operands, "H")).toThrow(NonnegError);
    expect(() =>
      backend.divergence!({ sum: dense(1, 1), infinite: dense(1, 1) }, operands),
    ).toThrow();
    for (const { handle } of [operands.v, operands.w, operands.h]) backend.release(handle);
    expect(live()).toBe(before);
  });

  test.each([1, 2])(
    "an aborted fit, and one that fails in the middle, leave nothing: β = %i",
    async (loss) => {
      const backend = await provider.create();
      const la = new Linalg(backend);
      const before = live();
      const options = { rank: 4, loss, tol: 0, kktTol: 0 };
      const abort = new AbortController();
      const { stoppedBy } = await factorize(la, fill(30, 20), {
        ...options,
        signal: abort.signal,
        onIteration: ({ iteration }) => {
          if (iteration === 25) abort.abort();
        },
      });
      expect(stoppedBy).toBe("aborted");
      expect(live()).toBe(before);

      const step = backend.scaleByRatio!.bind(backend);
      let steps = 0;
      backend.scaleByRatio = (...given) => {
        if (++steps > 25) throw new Error("enough");
        return step(...given);
      };
      await expect(factorize(la, fill(30, 20), options)).rejects.toThrow("enough");
      expect(live()).toBe(before);
    },
  );

  test("uploads copy, and downloads are copies", async () => {
    const la = new Linalg(await provider.create());
    const host = fill(3, 2);
    const original = host.data.slice();
    using a = la.upload(host);
    host.data.fill(9);
    const [first] = await la.download(a);
    first!.fill(8);
    using b = la.add(a, 0);
    const [second, sum] = await la.download(a, b);
    expect(second).toEqual(original);
    expect(sum).toEqual(original);
  });

  test("CSR is refused, not densified", async () => {
    const backend = await provider.create();
    const csr = {
      indptr: Int32Array.of(0, 1),
      indices: Int32Array.of(0),
      values: Float32Array.of(1),
    };
    const out = { ...dense(1, 1), format: "csr", pattern: { nnz: 1 } } as const;
    expect(() => backend.upload(out, csr)).toThrow(
      expect.objectContaining<Partial<NonnegError>>({ code: "NONNEG_UNSUPPORTED" }),
    );
  });
});

describeWhenAvailable("row blocks", () => {
  /** 2^17 columns make blocks of 16 rows: 40 rows are two blocks and a half. */
  const [m, n, k] = [40, 2 ** 17, 2];

  test.each([0.5, 1, 2, 3])(
    "β = %f in several blocks is what the three verbs compose",
    async (beta) => {
      const la = new Linalg(await provider.create());
      using V = la.upload(fill(m, n));
      using W = la.upload(fill(m, k));
      using H = la.upload(fill(k, n));
      const problem = { beta, V, W, H, weights: V };
      for (const factor of ["H", "W"] as const) {
        using blocked = la.divergenceTerms(problem, factor);
        using composed = compositions.divergenceTerms(la, problem, factor);
        const arrays = await la.download(
          blocked.numerator,
          composed.numerator,
          blocked.denominator,
          composed.denominator,
        );
        const inner = factor === "H" ? m : n;
        expectClose(arrays[0]!, arrays[1]!, inner);
        expectClose(arrays[2]!, arrays[3]!, inner);
      }
      const blocked = la.divergence(problem);
      const composed = compositions.divergence(la, problem, "float32");
      const sums = await la.download(
        blocked.sum,
        composed.sum,
        blocked.infinite,
        composed.infinite,
      );
      // Every term is computed alike; only the order of the sum differs: log2(mn) roundings and a run of 64 on each side.
      expect(Math.abs(sums[0]![0]! / sums[1]![0]! - 1)).toBeLessThan(
        2 * (64 + 2 * Math.log2(m * n)) * 2 ** -24,
      );
      expect(sums[2]![0]).toBe(sums[3]![0]);
      await la[Symbol.asyncDispose]();
    },
  );

  test("the large blocks of β = 1 without weights are what the three verbs compose", async () => {
    // 2^21 columns make blocks of 16 rows: 24 rows are a block and a half.
    const [rows, cols] = [24, 2 ** 21];
    const la = new Linalg(await provider.create());
    using V = la.upload(fill(rows, cols));
    using W = la.upload(fill(rows, 1));
    using H = la.upload(fill(1, cols));
    const problem = { beta: 1, V, W, H };
    for (const factor of ["H", "W"] as const) {
      using blocked = la.divergenceTerms(problem, factor);
      using composed = compositions.divergenceTerms(la, problem, factor);
      const arrays = await la.download(blocked.numerator, composed.numerator);
      expectClose(arrays[0]!, arrays[1]!, factor === "H" ? rows : cols);
    }
    await la[Symbol.asyncDispose]();
  });

  /** Nonnegative terms, `inner` of them in a product; each some 20 roundings off (β-powers and quotients). */
  function expectClose(a: ArrayLike<number>, b: ArrayLike<number>, inner: number): void {
    expect(a.length).toBe(b.length);
    let worst = 0;
    for (let i = 0; i < a.length; i++) worst = Math.max(worst, Math.abs(a[i]! - b[i]!) / b[i]!);
    expect(worst).toBeLessThan(2 * (inner + 20) * 2 ** -24);
  }
});
