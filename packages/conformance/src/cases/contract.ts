import { type HostArray, Linalg, type Matrix, Scope } from "@nonneg/core";
import type { Context, Family } from "../context.js";
import { dense, of } from "../data.js";
import { demand } from "../failure.js";
import { check } from "../sample.js";
import { everyCall } from "./every-call.js";
import { gramSample } from "./gram.js";
import { matmulSample } from "./matmul.js";
import { reduceSample } from "./reduce.js";

/**
 * Ceilings of what a backend may declare of its functions, in units of the roundoff u, and
 * absolutely in float32. WGSL sets them: what it allows an implementation over the range that the
 * rules use (division 2.5 ulp; log 3 ulp, 2^−21 around 1; exp 3 + 2|x| ulp; pow through both), one
 * ulp being up to 2u. log1p and expm1, which WGSL has not, are there for what they give near 0, where
 * an absolute error would undo them: the divergence of a good fit lives on it.
 */
const ceilings = {
  div: { ulps: 6, absolute: 2 ** -125 },
  sqrt: { ulps: 12, absolute: 2 ** -125 },
  pow: { ulps: 2048, absolute: 2 ** -60 },
  exp: { ulps: 512, absolute: 2 ** -60 },
  log: { ulps: 16, absolute: 2 ** -20 },
  log1p: { ulps: 64, absolute: 2 ** -60 },
  expm1: { ulps: 512, absolute: 2 ** -60 },
} as const;

/** The rest of what backend.ts asks for: declarations, determinism, float64. */
export const contractFamily: Family = (context) => {
  const { dtype, capabilities } = context;
  return [
    {
      name: "what it declares makes sense, and its accuracy is under the ceilings",
      run: async () => declarations(context),
    },
    {
      name: "sync resolves, idle and after work, and queued work is not lost",
      run: async () => {
        const la = context.la();
        await la.sync();
        await check(context, ...everyCall(context).slice(0, 3));
        using x = la.full(33, 17, 3, dtype);
        await la.sync();
        await la.sync();
        using total = la.sum(x);
        demand((await la.scalars(total))[0] === 3 * 33 * 17, "A sum after sync is wrong.");
      },
    },
    {
      name: "another backend beside it, disposed of twice, leaves it alone",
      run: async () => {
        const la = context.la();
        using mine = la.full(4, 4, 2, dtype);
        const other = await context.create();
        const theirs = new Linalg(other);
        const matrix = theirs.full(4, 4, 5, dtype);
        demand(
          (await theirs.scalars(matrix))[0] === 5,
          "A second backend of the same kind computes wrong.",
        );
        matrix[Symbol.dispose]();
        await other[Symbol.asyncDispose]();
        await other[Symbol.asyncDispose]();
        using sum = la.sum(mine);
        demand(
          (await la.scalars(sum))[0] === 32,
          "A matrix changed when another backend was disposed of.",
        );
      },
    },
    ...(capabilities.deterministic
      ? [
          {
            name: "deterministic: the same calls give the same bits, on other instances, whatever the number of threads",
            run: () => deterministic(context),
          },
        ]
      : []),
    ...(dtype === "float64"
      ? [
          {
            name: "float64 is float64 from upload to download",
            run: () => doublePrecision(context),
          },
        ]
      : []),
  ];
};

function declarations({ backend, capabilities, name }: Context): void {
  const { description } = backend();
  const version: unknown = backend().apiVersion;
  demand(version === 1, `${name}: apiVersion is ${String(version)}, expected 1.`);
  demand(capabilities.dtypes.length > 0, `${name} has no dtype.`);
  demand(
    !capabilities.sparse || "sampledMatmul" in backend(),
    `${name} has sparse matrices but no sampledMatmul.`,
  );
  demand(
    description.device !== "" && description.threads >= 1,
    `${name} does not describe where it runs.`,
  );
  for (const [of, ceiling] of Object.entries(ceilings) as [
    keyof typeof ceilings,
    (typeof ceilings)["div"],
  ][]) {
    const { ulps, absolute } = capabilities.accuracy[of];
    demand(
      ulps >= 1 && ulps <= ceiling.ulps && absolute >= 0 && absolute <= ceiling.absolute,
      `${name} declares ${ulps} ulps + ${absolute} of ${of}: the ceiling is ${ceiling.ulps} ulps + ${ceiling.absolute}.`,
    );
  }
}

/** Every call twice, then on other instances, of one thread and of two; and on sizes that threads share. */
async function deterministic(context: Context): Promise<void> {
  const { dtype } = context;
  const large = dense(301, 703, dtype, "signed", 1);
  const samples = [
    ...everyCall(context),
    matmulSample(context, large, large, { transA: false, transB: true }),
    gramSample(context, large, "AtA"),
    reduceSample(context, "sum", dense(501, 499, dtype, "signed", 3), "all"),
    reduceSample(context, "sum", dense(501, 499, dtype, "signed", 3), "rows"),
  ];
  const run = async (la: Linalg): Promise<HostArray[]> => {
    using scope = new Scope();
    const outputs: Matrix[] = [];
    for (const { inputs, compute } of samples) {
      const uploaded = inputs.map((input) => scope.own(la.upload(input)));
      outputs.push(...(await compute(la, uploaded)).map(scope.own));
    }
    return await la.download(...outputs);
  };
  const first = await run(context.la());
  const labels = samples.flatMap(({ label, expected }) => expected().map(() => label));
  const demandSameBits = (when: string, repeat: readonly HostArray[]) =>
    repeat.forEach((data, o) =>
      data.forEach((value, i) =>
        demand(
          Object.is(value, first[o]![i]),
          () =>
            `${labels[o]} (${dtype}, ${context.name}): entry ${i} was ${first[o]![i]} and is ${value} ${when}.`,
        ),
      ),
    );
  demandSameBits("the second time", await run(context.la()));
  for (const threads of [1, 2]) {
    await using other = await context.create({ threads });
    demandSameBits(`on another instance, threads: ${threads}`, await run(new Linalg(other)));
  }
}

/** Numbers that float32 would lose, through each verb. */
async function doublePrecision(context: Context): Promise<void> {
  const la = context.la();
  using scope = new Scope();
  const one = 1 + 2 ** -40;
  const x = scope.own(la.upload(of(1, 3, "float64", [one, 2 ** -30, 1])));
  const results: readonly (readonly [string, Matrix, number])[] = [
    ["upload", la.mul(x, 1), one],
    ["sum", la.sum(x), 2 + 2 ** -30 + 2 ** -40],
    ["matmul", la.matmul(x, x, { transB: true }), one * one + 1 + 2 ** -60],
    ["gram", la.gram(x, "AAt"), one * one + 1 + 2 ** -60],
    ["a constant", la.full(1, 1, one, "float64"), one],
  ];
  const downloaded = await la.download(...results.map(([, matrix]) => scope.own(matrix)));
  results.forEach(([what, , expected], i) =>
    demand(
      Math.abs(downloaded[i]![0]! - expected) <= 4 * context.u * expected,
      () => `${what} of float64: ${downloaded[i]![0]}, expected ${expected}.`,
    ),
  );
}
