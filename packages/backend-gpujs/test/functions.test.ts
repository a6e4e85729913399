import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { GpujsBackend } from "../src/index.js";
import { info, open, operand, randomFrom, runnableModes, upload } from "./support.js";

const u = 2 ** -24;
const n = 20_000;

type Draw = (random: () => number) => number;
/** ± e^t, t uniform. */
const spread =
  (low: number, high: number): Draw =>
  (random) =>
    Math.exp(low + (high - low) * random());
const around =
  (centre: number, width: number): Draw =>
  (random) =>
    centre + width * (random() - 0.5);
const either =
  (a: Draw, b: Draw): Draw =>
  (random) =>
    random() < 0.5 ? a(random) : b(random);

const unary = {
  exp: [Math.exp, around(0, 174)],
  expm1: [Math.expm1, either(spread(-20, 4.4), (random) => -spread(-20, 4)(random))],
  log: [Math.log, either(spread(-87, 88), around(1, 0.1))],
  log1p: [Math.log1p, either(spread(-20, 88), (random) => -spread(-20, -1e-6)(random))],
  sqrt: [Math.sqrt, spread(-87, 88)],
} as const;

describe.each(await runnableModes())("gpujs:%s is as accurate as it declares", (mode) => {
  let backend: GpujsBackend;
  beforeAll(async () => void (backend = await open(mode)));
  afterAll(() => backend[Symbol.asyncDispose]());

  /** Largest error in roundings, of results that float32 holds as normal numbers. */
  function worst(computed: ArrayLike<number>, exact: (i: number) => number): number {
    let largest = 0;
    for (let i = 0; i < n; i++) {
      const value = exact(i);
      const size = Math.abs(value);
      if (size < 2 ** -126 || size > 3.4e38) continue;
      const error = Math.abs(computed[i]! - value) / size / u;
      if (!(error <= largest)) largest = error; // NaN counts
    }
    return largest;
  }

  test.each(Object.keys(unary) as (keyof typeof unary)[])("%s", async (op) => {
    const [exact, draw] = unary[op];
    const random = randomFrom(7);
    const given = Float32Array.from({ length: n }, () => draw(random));
    const x = upload(backend, 1, n, given);
    const y = operand(1, n, backend.elementwise(info(1, n), op, [x]));
    const [computed] = await backend.download([y]);
    for (const { handle } of [x, y]) backend.release(handle);
    expect(worst(computed!, (i) => exact(given[i]!))).toBeLessThanOrEqual(
      backend.capabilities.accuracy[op].ulps,
    );
  });

  test.each([
    ["small exponents", spread(-20, 20), around(0, 8)],
    ["exponents of any size", around(1, 0.6), around(0, 400)],
    [
      "whole exponents of negative numbers",
      around(-3, 4),
      (random: () => number) => Math.round(10 * random() - 5),
    ],
  ] as const)("pow, %s", async (_, base, exponent) => {
    const random = randomFrom(11);
    const bases = Float32Array.from({ length: n }, () => base(random));
    const exponents = Float32Array.from({ length: n }, () => exponent(random));
    const x = upload(backend, 1, n, bases);
    const y = upload(backend, 1, n, exponents);
    const z = operand(1, n, backend.elementwise(info(1, n), "pow", [x, y]));
    const [computed] = await backend.download([z]);
    for (const { handle } of [x, y, z]) backend.release(handle);
    expect(worst(computed!, (i) => bases[i]! ** exponents[i]!)).toBeLessThanOrEqual(
      backend.capabilities.accuracy.pow.ulps,
    );
  });

  test("the ratio step keeps x where the denominator is 0 or the result is not finite", async () => {
    const columns = [
      // x, numerator, denominator, result for exponent 1, for exponent ½
      [1, 4, 2, 2, Math.SQRT2],
      [2, 5, 0, 2, 2],
      [0, 7, 3, 0, 0],
      [3, 0, 3, 0, 0],
      [3, 0, 0, 3, 3],
      [1e30, 1e20, 1e-5, 1e30, 1e30 * 10 ** 12.5],
      [5, 3e38, 1e-3, 5, 5],
    ];
    const at = (row: number) =>
      upload(
        backend,
        1,
        columns.length,
        columns.map((column) => column[row]!),
      );
    const [x, numerator, denominator] = [at(0), at(1), at(2)];
    const shape = info(1, columns.length);
    const results = [1, 0.5].map((exponent) =>
      operand(1, columns.length, backend.scaleByRatio(shape, x, numerator, denominator, exponent)),
    );
    const computed = await backend.download(results);
    for (const { handle } of [x, numerator, denominator, ...results]) backend.release(handle);
    columns.forEach((column, i) => {
      expect(computed[0]![i]! / (column[3]! || 1)).toBeCloseTo(column[3] ? 1 : 0, 5);
      // 1e30 · √1e25 overflows
      const half = column[4]! > 3.4e38 ? column[0]! : column[4]!;
      expect(computed[1]![i]! / (half || 1)).toBeCloseTo(half ? 1 : 0, 5);
    });
  });
});
