import {
  type HostArray,
  type HostMatrix,
  Linalg,
  type Matrix,
  NonnegError,
  type NonnegErrorCode,
  Scope,
} from "@nonneg/core";
import type { Family } from "../context.js";
import { sparse } from "../data.js";
import { demand } from "../failure.js";
import { compare, type Sample } from "../sample.js";
import { watched } from "../watched.js";
import { everyCall } from "./every-call.js";
import { leakLoop } from "./leak-loop.js";
import { demandSame } from "./transfer.js";

const valuesOf = (host: HostMatrix): HostArray => ("indptr" in host ? host.values : host.data);

/** Who owns what: inputs stay, outputs are new, release means release, memory comes back. */
export const memoryFamily: Family = (context) => {
  const { dtype } = context;
  /** Runs every call on fresh uploads of its inputs. */
  const each = async (
    run: (sample: Sample, inputs: Matrix[], la: Linalg) => Promise<void>,
    la = context.la(),
  ) => {
    for (const sample of everyCall(context)) {
      using scope = new Scope();
      await run(
        sample,
        sample.inputs.map((input) => scope.own(la.upload(input))),
        la,
      );
    }
  };
  /** Fills whatever memory was freed by matrices like the inputs of a sample with other numbers. */
  const scribble = (la: Linalg, { inputs }: Sample) => {
    using scope = new Scope();
    for (const { rows, cols } of [...inputs, ...inputs]) scope.own(la.full(rows, cols, -7, dtype));
  };
  const own = (scope: Scope, outputs: readonly Matrix[]) => outputs.map(scope.own);

  return [
    {
      name: "inputs are never changed",
      run: () =>
        each(async ({ label, inputs, compute }, uploaded, la) => {
          using scope = new Scope();
          own(scope, await compute(la, uploaded));
          const after = await la.download(...uploaded);
          after.forEach((data, i) =>
            demandSame(`${label}: operand ${i} after it`, data, valuesOf(inputs[i]!)),
          );
        }),
    },
    {
      name: "inputs are released right after the call that uses them, and other matrices take their memory",
      run: () =>
        each(async (sample, uploaded, la) => {
          using scope = new Scope();
          const outputs = own(scope, await sample.compute(la, uploaded));
          for (const input of uploaded) input[Symbol.dispose]();
          scribble(la, sample);
          const downloaded = await la.download(...outputs);
          sample
            .expected()
            .forEach((expected, o) =>
              compare(context, `${sample.label}, inputs released`, downloaded[o]!, expected),
            );
        }),
    },
    {
      name: "outputs share no memory with inputs: releasing an output leaves them as they were",
      run: () =>
        each(async (sample, uploaded, la) => {
          for (const output of await sample.compute(la, uploaded)) output[Symbol.dispose]();
          scribble(la, sample);
          const after = await la.download(...uploaded);
          after.forEach((data, i) =>
            demandSame(
              `${sample.label}: operand ${i} after its output is released`,
              data,
              valuesOf(sample.inputs[i]!),
            ),
          );
        }),
    },
    {
      name: "the handle returned is always new, and each is released once",
      run: async () => {
        const watch = watched(context.backend());
        await each(async ({ compute }, uploaded, la) => {
          using scope = new Scope();
          own(scope, await compute(la, uploaded));
        }, new Linalg(watch.backend));
        demand(watch.live() === 0, `${watch.live()} handles were not released.`);
      },
    },
    {
      name: "a chain whose matrices are released as it goes, over and over in the same memory",
      run: async () => {
        const la = context.la();
        using scope = new Scope();
        const kept: Matrix[] = [];
        for (let i = 1; i <= 20; i++) {
          using x = la.full(9, 7, i, dtype);
          using y = la.mul(x, 2);
          x[Symbol.dispose]();
          using z = la.add(y, 1);
          y[Symbol.dispose]();
          kept.push(scope.own(la.matmul(z, z, { transB: true })));
        }
        const downloaded = await la.download(...kept);
        downloaded.forEach((data, i) =>
          demandSame(`chain ${i + 1}`, data, new Array(81).fill(7 * (2 * i + 3) ** 2)),
        );
      },
    },
    {
      name: "upload copies a CSR matrix too: what happens to the host's arrays later is not seen",
      run: async () => {
        if (!context.capabilities.sparse) return;
        const la = context.la();
        const csr = sparse(5, 7, dtype, "positive", 2);
        const ones = {
          ...csr,
          values: csr.values.map(() => 1),
          indptr: csr.indptr.slice(),
          indices: csr.indices.slice(),
        };
        using v = la.upload(ones);
        ones.values.fill(5);
        ones.indptr.fill(0);
        ones.indices.fill(0);
        using total = la.sum(v);
        using sums = la.sum(v, "cols");
        const [all, rows] = await la.download(total, sums);
        demandSame("the sum of the CSR matrix uploaded", all!, [csr.values.length]);
        demandSame(
          "its row sums",
          rows!,
          Array.from({ length: 5 }, (_, i) => csr.indptr[i + 1]! - csr.indptr[i]!),
        );
      },
    },
    {
      name: "a matrix used after its release, or on another Linalg, is refused by its code",
      run: async () => {
        const la = context.la();
        const released = la.full(2, 2, 1, dtype);
        released[Symbol.dispose]();
        await demandCode("NONNEG_DISPOSED", () => la.add(released, 1));
        await demandCode("NONNEG_DISPOSED", () => la.download(released));
        released[Symbol.dispose]();
        const other = new Linalg(context.backend());
        using foreign = other.full(2, 2, 1, dtype);
        await demandCode("NONNEG_FOREIGN_MATRIX", () => la.add(foreign, 1));
        await demandCode("NONNEG_FOREIGN_MATRIX", () => la.download(foreign));
      },
    },
    { name: "1000 iterations give all of their memory back", run: () => leakLoop(context) },
  ];
};

async function demandCode(code: NonnegErrorCode, call: () => unknown): Promise<void> {
  let thrown: unknown;
  try {
    await call();
  } catch (error) {
    thrown = error;
  }
  demand(
    thrown instanceof NonnegError && thrown.code === code,
    () => `Expected ${code}, got ${thrown instanceof Error ? thrown.message : "no error"}.`,
  );
}
