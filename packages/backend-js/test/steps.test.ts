import fc from "fast-check";
import { expect, test } from "vitest";
import { dtype, hostDense, hostTranspose, integers, numbers, seed, withLinalg } from "./support.js";

const side = fc.integer({ min: 1, max: 12 });
const factor = fc.constantFrom("W" as const, "H" as const);

test("a multiplicative step keeps what it cannot scale", () =>
  fc.assert(
    fc.asyncProperty(
      fc.record({
        rows: side,
        cols: side,
        dtype,
        seed,
        above: fc.constantFrom("full", "row", "column"),
        below: fc.constantFrom("full", "row", "column"),
        exponent: fc.constantFrom(1, 0.5, 2, -1),
      }),
      ({ rows, cols, dtype, seed, above, below, exponent }) =>
        withLinalg(async (la) => {
          const random = numbers(seed);
          // Zeros, and numbers whose ratios overflow float32, or float64.
          const next = () => [0, 0, 1, 3, 0.1, 1e-30, 1e30, 2 ** -149][Math.floor(random() * 8)]!;
          const shaped = (shape: string) =>
            hostDense(dtype, shape === "row" ? 1 : rows, shape === "column" ? 1 : cols, next);
          const [x, n, d] = [shaped("full"), shaped(above), shaped(below)];
          using X = la.upload(x);
          using N = la.upload(n);
          using D = la.upload(d);
          using step = la.scaleByRatio(X, N, D, exponent);
          const [data] = await la.download(step);
          const expected = hostDense(dtype, rows, cols, (i, j) => {
            const at = (m: typeof x) => m.data[(i % m.rows) * m.cols + (j % m.cols)]!;
            const moved = at(x) * (at(n) / at(d)) ** exponent;
            const finite = Number.isFinite(dtype === "float32" ? Math.fround(moved) : moved);
            return at(d) === 0 || !finite ? at(x) : moved;
          });
          expect(data).toEqual(expected.data);
        }),
    ),
    { numRuns: 300 },
  ));

test("a coordinate sweep moves the components in turn, each with those before it moved", () =>
  fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 5 }),
      side,
      dtype,
      seed,
      factor,
      (k, n, dtype, seed, factor) =>
        withLinalg(async (la) => {
          const next = integers(seed);
          const [l1, l2] = [1, seed % 2 === 0 ? 0 : 2];
          // Curvatures that are 0 or powers of two, and whole numbers beside: all sums are exact.
          const gram = hostDense(dtype, k, k, (i, j) =>
            i !== j ? (i * j) % 3 : i === 1 ? -l2 : 4 - l2,
          );
          const x = hostDense(dtype, k, n, () => Math.abs(next()));
          const cross = hostDense(dtype, k, n, () => 8 * next());
          const expected = hostDense("float64", k, n, (a, j) => x.data[a * n + j]!);
          for (let a = 0; a < k; a++) {
            const curvature = gram.data[a * k + a]! + l2;
            if (curvature === 0) continue;
            for (let j = 0; j < n; j++) {
              let descent = cross.data[a * n + j]! - l1 - l2 * expected.data[a * n + j]!;
              for (let b = 0; b < k; b++)
                descent -= gram.data[a * k + b]! * expected.data[b * n + j]!;
              expected.data[a * n + j] = Math.max(
                0,
                expected.data[a * n + j]! + descent / curvature,
              );
            }
          }
          const oriented = (m: typeof x) => (factor === "H" ? m : hostTranspose(m));
          using X = la.upload(oriented(x));
          using G = la.upload(gram);
          using C = la.upload(oriented(cross));
          using swept = la.coordinateSweep(X, G, C, { factor, l1, l2 });
          const [data] = await la.download(swept);
          expect(data).toEqual(
            oriented(hostDense(dtype, k, n, (a, j) => expected.data[a * n + j]!)).data,
          );
        }),
    ),
    { numRuns: 300 },
  ));
