import fc from "fast-check";
import { expect, test } from "vitest";
import { divergenceMinimiser, euclideanMinimiser } from "../../src/proofs/index.js";
import { withZeros } from "./support.js";

test.each([
  ["(25)", euclideanMinimiser],
  ["(33)", divergenceMinimiser],
])("%s: a zero stays, and the rest moves as with its column of W left out", (_, minimiser) => {
  fc.assert(
    fc.property(withZeros, ({ v, W, h }) => {
      const kept = [...h.keys()].filter((a) => h[a]! > 0);
      fc.pre(kept.length > 0);
      const rest = W.data.filter((_, p) => kept.includes(p % W.cols));
      const reduced = { v, W: { rows: W.rows, cols: kept.length, data: rest } };
      const next = minimiser({ v, W }, h);
      const positive = h.filter((x) => x > 0);
      expect(next.filter((_, a) => kept.includes(a))).toEqual(minimiser(reduced, positive));
      expect(next.every((x, a) => kept.includes(a) || x === 0)).toBe(true);
    }),
  );
});
