import type { ElementwiseOp } from "@nonneg/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { arrayOf, dtype, hostDense, hostSparse, numbers, seed, withLinalg } from "./support.js";

const ops: Record<ElementwiseOp, (a: number, b: number, c: number) => number> = {
  sqrt: Math.sqrt,
  abs: Math.abs,
  exp: Math.exp,
  log: Math.log,
  log1p: Math.log1p,
  expm1: Math.expm1,
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  min: (a, b) => Math.min(a, b),
  max: (a, b) => Math.max(a, b),
  pow: Math.pow,
  lessEqual: (a, b) => (a <= b ? 1 : 0),
  equal: (a, b) => (a === b ? 1 : 0),
  select: (a, b, c) => (a !== 0 ? b : c),
};
const arity = (op: ElementwiseOp) =>
  op === "select" ? 3 : ["sqrt", "abs", "exp", "log", "log1p", "expm1"].includes(op) ? 1 : 2;
const op = fc.constantFrom(...(Object.keys(ops) as ElementwiseOp[]));

/** Few values, so that equal ones meet, zeros among them. */
const few = (seed: number) => {
  const next = numbers(seed);
  return () => Math.floor(next() * 4) / 3;
};

test("every op repeats r×c, r×1, 1×c, 1×1 and numbers, and rounds once", () => {
  const side = fc.integer({ min: 1, max: 5 });
  const kind = fc.constantFrom("full", "column", "row", "one", "number");
  return fc.assert(
    fc.asyncProperty(
      fc.record({ op, rows: side, cols: side, dtype, seed, kinds: fc.tuple(kind, kind, kind) }),
      ({ op, rows, cols, dtype, seed, kinds }) =>
        withLinalg(async (la) => {
          const next = few(seed);
          // One operand gives the shape, at any position.
          const shapeFrom = seed % arity(op);
          const given = kinds.slice(0, arity(op)).map((kind, position) => {
            if (position === shapeFrom) return hostDense(dtype, rows, cols, next);
            if (kind === "number") return next();
            const r = kind === "full" || kind === "column" ? rows : 1;
            const c = kind === "full" || kind === "row" ? cols : 1;
            return hostDense(dtype, r, c, next);
          });
          const uploaded = given.map((x) => (typeof x === "number" ? x : la.upload(x)));
          using result = la.elementwise(op, uploaded);
          const [data] = await la.download(result);
          const expected = hostDense(dtype, rows, cols, (i, j) => {
            const [a, b, c] = given.map((x) =>
              typeof x === "number" ? x : x.data[(i % x.rows) * x.cols + (j % x.cols)]!,
            );
            return ops[op](a!, b ?? NaN, c ?? NaN);
          });
          expect(data).toEqual(expected.data);
          for (const x of uploaded) if (typeof x !== "number") x[Symbol.dispose]();
        }),
    ),
    { numRuns: 1000 },
  );
});

test("on CSR an op acts on the stored values, zeros among them, and keeps the pattern", () =>
  fc.assert(
    fc.asyncProperty(op, dtype, seed, (op, dtype, seed) =>
      withLinalg(async (la) => {
        const next = few(seed);
        const v = hostSparse(hostDense(dtype, 4, 3, next), (i, j) => (i + j) % 2 === 0);
        using a = la.upload(v);
        using b = la.mul(a, 2);
        const operands = [a, b, 7].slice(0, arity(op));
        using result = la.elementwise(op, operands);
        expect(result.pattern).toBe(a.pattern);
        using one = la.upload({ rows: 3, cols: 1, data: arrayOf(dtype, [1, 10, 100]) });
        using projected = la.matmul(result, one);
        const [values, sums] = await la.download(result, projected);
        const expected = v.values.map((x) => ops[op](x, 2 * x, 7));
        expect(values).toEqual(expected);
        // The products see the same columns as before.
        const finite = expected.every(Number.isFinite);
        if (!finite) return;
        for (let i = 0; i < 4; i++) {
          let sum = 0;
          for (let p = v.indptr[i]!; p < v.indptr[i + 1]!; p++) {
            sum += expected[p]! * 10 ** v.indices[p]!;
          }
          expect(sums![i]).toBe(dtype === "float32" ? Math.fround(sum) : sum);
        }
      }),
    ),
    { numRuns: 300 },
  ));

test("subnormal numbers are kept", () =>
  withLinalg(async (la) => {
    const tiny = 2 ** -149;
    using a = la.upload({ rows: 1, cols: 2, data: Float32Array.of(tiny, 2 ** -126) });
    using half = la.mul(a, 0.5);
    using same = la.mul(a, 1);
    expect(await la.download(half, same)).toEqual([
      Float32Array.of(0, 2 ** -127),
      Float32Array.of(tiny, 2 ** -126),
    ]);
  }));
