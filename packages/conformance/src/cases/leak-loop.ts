import { Scope } from "@nonneg/core";
import type { Context } from "../context.js";
import { dense } from "../data.js";
import { demand } from "../failure.js";

/** Rows and columns of what an iteration makes; one in two makes products, which an emulated GPU is slow at. */
const [SIZE, STRETCH, RARE] = [192, 300, 2];

/**
 * A thousand iterations that make matrices and release them. A kernel that keeps one of them makes the
 * process grow all along; a collector that lags, or an allocator that takes another arena, makes it
 * grow once or twice. So what counts is the least growth of three stretches.
 */
export async function leakLoop(context: Context): Promise<void> {
  const la = context.la();
  const host = dense(SIZE, SIZE, context.dtype, "positive", 1);
  using w = la.upload(dense(SIZE, 1, context.dtype, "positive", 2));
  const iterate = async (times: number) => {
    for (let i = 0; i < times; i++) {
      using scope = new Scope();
      const x = scope.own(la.upload(host));
      const moved = scope.own(la.scaleByRatio(x, w, w));
      const sum = scope.own(la.add(moved, x));
      if (i % RARE === 0) {
        scope.own(la.matmul(w, w, { transB: true }));
        scope.own(la.gram(w, "AAt"));
      }
      if (i % 50 === 0) await la.scalars(scope.own(la.sum(sum)));
    }
    await la.sync();
    return memoryInUse();
  };
  await iterate(100);
  const sizes = [await memoryInUse()];
  for (let stretch = 0; stretch < 3; stretch++) sizes.push(await iterate(STRETCH));
  const grown = (of: keyof Memory) =>
    Math.min(...sizes.slice(1).map((size, s) => size[of] - sizes[s]![of]));
  const growth = Math.max(grown("process"), grown("arrays"));
  const leak = Math.floor(STRETCH / RARE) * host.data.byteLength;
  const mebibytes = (bytes: number) => `${Math.round(bytes / 2 ** 20)} MiB`;
  demand(
    growth < leak / 2,
    `The process grew by ${mebibytes(growth)} in each ${STRETCH} iterations (${context.dtype}, ${context.name}): ` +
      `one kind of matrix kept is at least ${mebibytes(leak)}.`,
  );
}

/**
 * Bytes after a collection. The process's own size misses what takes the place of something freed
 * before; JavaScript's count of its arrays is exact, but knows no native memory.
 */
interface Memory {
  readonly process: number;
  readonly arrays: number;
}

/** Where there is no process to ask, the loop must merely end. */
async function memoryInUse(): Promise<Memory> {
  if (typeof process === "undefined") return { process: 0, arrays: 0 };
  const [{ setFlagsFromString }, { runInNewContext }] = await Promise.all([
    import("node:v8"),
    import("node:vm"),
  ]);
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  for (let i = 0; i < 2; i++) {
    collect();
    // Array buffers are freed, and finalizers run, once the collector has returned.
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const { rss, arrayBuffers } = process.memoryUsage();
  return { process: rss, arrays: arrayBuffers };
}
