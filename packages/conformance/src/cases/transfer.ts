import type { HostArray } from "@nonneg/core";
import type { Family } from "../context.js";
import { dense, of } from "../data.js";
import { demand } from "../failure.js";

/** Demands the very same numbers. */
export function demandSame(label: string, actual: HostArray, expected: ArrayLike<number>): void {
  demand(
    actual.length === expected.length,
    `${label}: ${actual.length} values, expected ${expected.length}.`,
  );
  actual.forEach((value, i) =>
    demand(
      value === expected[i],
      () => `${label}: value ${i} is ${value}, expected ${expected[i]}.`,
    ),
  );
}

/** What goes up comes back: it needs upload, download and release, and nothing else. */
export const transferFamily: Family = (context) => {
  const { dtype } = context;
  return [
    {
      name: "every number comes back as it went up",
      run: async () => {
        const la = context.la();
        const small = dtype === "float32" ? 2 ** -149 : Number.MIN_VALUE;
        const normal = dtype === "float32" ? 2 ** -126 : 2 ** -1022;
        const largest = dtype === "float32" ? (2 - 2 ** -23) * 2 ** 127 : Number.MAX_VALUE;
        const subnormal = context.capabilities.subnormals ? [small, -small, 12345 * small] : [];
        const values = [
          0,
          -0,
          1,
          -1,
          1 / 3,
          normal,
          -normal,
          largest,
          -largest,
          1 + 2 * context.u,
          ...subnormal,
        ];
        const host = of(1, values.length, dtype, values);
        using x = la.upload(host);
        const [back] = await la.download(x);
        demandSame("upload and download", back!, host.data);
      },
    },
    {
      name: "what is written entry by entry, or copied, is the same",
      run: async () => {
        const la = context.la();
        const host = dense(37, 29, dtype, "positive", 1);
        using x = la.uploadFrom(host.rows, host.cols, dtype, (into, start) => {
          demand(
            dtype === "float64" ? into instanceof Float64Array : into instanceof Float32Array,
            `uploadFrom has no array of ${dtype} written.`,
          );
          into.set(host.data.subarray(start, start + into.length));
        });
        const [back] = await la.download(x);
        demandSame("what was written", back!, host.data);
      },
    },
    {
      name: "what the writer of an upload throws surfaces, and the next upload is sound",
      run: async () => {
        const la = context.la();
        const refusal = new Error("refused");
        let thrown: unknown;
        try {
          la.uploadFrom(5, 7, dtype, () => {
            throw refusal;
          });
        } catch (error) {
          thrown = error;
        }
        demand(
          thrown instanceof Error && thrown.cause === refusal,
          `What was thrown by the writer became ${String(thrown)}.`,
        );
        const host = dense(5, 7, dtype, "positive", 1);
        using x = la.upload(host);
        const [back] = await la.download(x);
        demandSame("the upload after it", back!, host.data);
      },
    },
    {
      name: "upload copies: what happens to the host's array later is not seen",
      run: async () => {
        const la = context.la();
        const host = dense(5, 7, dtype, "positive", 1);
        const before = host.data.slice();
        using x = la.upload(host);
        host.data.fill(-1);
        const [first] = await la.download(x);
        demandSame("the matrix uploaded", first!, before);
      },
    },
    {
      name: "downloads are fresh, in the order asked for, of each matrix's dtype",
      run: async () => {
        const la = context.la();
        const host = dense(3, 4, dtype, "positive", 1);
        using x = la.upload(host);
        using y = la.upload(of(1, 2, dtype, [5, 6]));
        const [first, other, again] = await la.download(x, y, x);
        demandSame("the second of three", other!, [5, 6]);
        first!.fill(-1);
        demandSame("the same matrix in the same download", again!, host.data);
        again!.fill(-2);
        const [later] = await la.download(x);
        demandSame("the same matrix in a later download", later!, host.data);
        demand((await context.backend().download([])).length === 0, "download([]) gave something.");
      },
    },
  ];
};
