/** Large matrices: what calls on them take and give back, and what happens where there is no room. */
import { Linalg, type MatrixInfo } from "@nonneg/core";
import type { WasmBackend } from "@nonneg/backend-wasm/memory";
import { afterEach, expect, test, vi } from "vitest";
import { TiledBackend } from "../dist/tiled/backend.js";
import { Large } from "../dist/tiled/large.js";
import { Workspace } from "../dist/tiled/workspace.js";
import { openWasm, stream } from "./support.js";

const sizes = { large: 64, tile: 512, array: 200 };

afterEach(() => vi.restoreAllMocks());

const dense = (rows: number, cols: number): MatrixInfo => ({
  ...{ rows, cols, dtype: "float32", format: "dense" },
});

/** Large matrices that calls make, of which none may outlive a call that fails. */
function watchLarge(): () => readonly Large[] {
  const { results } = vi.spyOn(Workspace.prototype, "make").mock;
  return () =>
    results.flatMap((result) =>
      result.type === "return" && result.value.handle instanceof Large ? [result.value.handle] : [],
    );
}

test.each([
  "upload",
  "matmul",
  "elementwise",
  "reduce",
  "gram",
  "scaleByRatio",
  "divergenceTerms",
  "divergence",
  "stationarity",
  "coordinateSweep",
] as const)("a tile that fails in %s, wherever: nothing is kept", async (method) => {
  await using inner = await openWasm();
  const tiled = new TiledBackend(inner, sizes);
  const la = new Linalg(tiled);
  const made = watchLarge();
  const next = stream(2);
  const [V, W, H] = [dense(40, 30), dense(40, 5), dense(5, 30)].map(({ rows, cols }) =>
    la.upload({ rows, cols, data: new Float32Array(rows * cols).map(next) }),
  );
  const gram = la.gram(W!, "AtA");
  const sums = la.full(30, 1, 2, "float32");
  const calls: (() => unknown)[] = [
    () => la.matmul(V!, H!, { transB: true }),
    () => la.gram(V!, "AAt"),
    () => la.add(V!, V!),
    () => la.scaleByRatio(V!, V!, V!),
    () => la.reduce("sum", V!, "all"),
    () => la.divergenceTerms({ beta: 1, V: V!, W: W!, H: H! }, "H"),
    () => la.divergenceTerms({ beta: 3, V: V!, W: W!, H: H! }, "W"),
    () => la.divergence({ beta: 1, V: V!, W: W!, H: H! }),
    () => la.stationarity(V!, V!, V!, sums, { factor: "W", share: 1 }),
    () => la.coordinateSweep(H!, gram, H!, { factor: "H", l1: 0, l2: 0 }),
  ];
  let failed = 0;
  for (const call of calls) {
    for (const nth of [1, 2, 3, 7]) {
      const [used, live, before] = [inner.usedBytes, la.liveMatrices, made().length];
      let count = 0;
      const original = inner[method].bind(inner) as (...args: unknown[]) => unknown;
      const spy = vi.spyOn(inner, method as "matmul").mockImplementation((...args) => {
        if (++count === nth) throw new RangeError("no more");
        return original(...args) as ReturnType<WasmBackend["matmul"]>;
      });
      try {
        call();
      } catch {
        failed++;
        expect(
          made()
            .slice(before)
            .every(({ arrays }) => arrays.length === 0),
        ).toBe(true);
        expect(inner.usedBytes).toBe(used);
        expect(la.liveMatrices).toBe(live);
        continue;
      } finally {
        spy.mockRestore();
      }
      break;
    }
  }
  expect(failed).toBeGreaterThan(0);
});

test("released: its buffers are empty at once", () => {
  const large = new Large(dense(40, 30), sizes.array);
  const buffers = large.arrays.map(({ buffer }) => buffer);
  expect(buffers.reduce((sum, { byteLength }) => sum + byteLength, 0)).toBe(40 * 30 * 4);
  expect(Math.max(...buffers.map(({ byteLength }) => byteLength))).toBe(sizes.array);
  large.release();
  expect(buffers.every(({ byteLength }) => byteLength === 0)).toBe(true);
});

test("more than the machine has: a clear error that names the size", async () => {
  await using inner = await openWasm();
  const tiled = new TiledBackend(inner);
  expect(tiled.capabilities.maxElements).toBeGreaterThan(inner.capabilities.maxElements);
  const call = () => tiled.elementwise(dense(2 ** 22, 2 ** 22), "add", [1, 0]);
  expect(call).toThrow(expect.objectContaining({ code: "NONNEG_OUT_OF_MEMORY" }));
  expect(call).toThrow(/4194304×4194304 float32 matrix \(65536\.0 GiB\)/);
});

test("a step on a large V takes memory for tiles, not for another V", async () => {
  await using inner = await openWasm();
  const [m, n, k] = [2000, 4000, 4];
  const tiled = new TiledBackend(inner, { large: 2 ** 20, tile: 2 ** 20, array: 2 ** 22 });
  const la = new Linalg(tiled);
  const [V, W, H] = [dense(m, n), dense(m, k), dense(k, n)].map(({ rows, cols }) =>
    la.upload({ rows, cols, data: new Float32Array(rows * cols).fill(0.5) }),
  );
  const made = watchLarge();
  const before = inner.memory.buffer.byteLength;
  const operands = { V: V!, W: W!, H: H! };
  la.matmul(W!, V!, { transA: true });
  la.matmul(V!, H!, { transB: true });
  for (const beta of [0, 1, 2]) {
    la.divergenceTerms({ beta, ...operands }, "H");
    la.divergenceTerms({ beta, ...operands }, "W");
    la.divergence({ beta, ...operands });
  }
  la.reduce("sum", V!, "rows");
  expect(made()).toEqual([]);
  // the memory never shrinks
  expect(inner.memory.buffer.byteLength - before).toBeLessThan((m * n * 4) / 2);
});
