import { expect, test } from "vitest";
import { randomFactor } from "../src/starts/random.js";
import { philox, uniform } from "../src/random.js";

// The known answers that Random123 ships for philox4x32 with 10 rounds.
test.each([
  [
    [0, 0, 0, 0],
    [0, 0],
    [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
  ],
  [
    [-1, -1, -1, -1],
    [-1, -1],
    [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
  ],
  [
    [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
    [0xa4093822, 0x299f31d0],
    [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
  ],
] as const)("philox of counter %j and key %j", (counter, key, words) => {
  const [a, b, c, d] = counter.map((word) => word >>> 0) as [number, number, number, number];
  const [low, high] = key.map((word) => word >>> 0) as [number, number];
  expect(philox([a, b, c, d], [low, high])).toEqual(words);
});

test("an entry does not depend on the shape it is drawn in", () => {
  const small = randomFactor("W", { rows: 3, cols: 2 }, 1, 7, "float64");
  const large = randomFactor("W", { rows: 5, cols: 4 }, 1, 7, "float64");
  for (let i = 0; i < 3; i++) {
    for (let j = 0; j < 2; j++) expect(small.data[i * 2 + j]).toBe(large.data[i * 4 + j]);
  }
});

test("numbers are in (0, 1), with the mean and spread of a uniform, and differ by seed and factor", () => {
  const n = 20000;
  const draws = Array.from({ length: n }, (_, i) => uniform(3, 0, i, 1));
  expect(Math.min(...draws)).toBeGreaterThan(0);
  expect(Math.max(...draws)).toBeLessThan(1);
  const mean = draws.reduce((sum, x) => sum + x, 0) / n;
  const square = draws.reduce((sum, x) => sum + x * x, 0) / n;
  // Five standard deviations of the mean of n uniforms, and of their squares.
  expect(Math.abs(mean - 1 / 2)).toBeLessThan(5 * Math.sqrt(1 / 12 / n));
  expect(Math.abs(square - 1 / 3)).toBeLessThan(5 * Math.sqrt(4 / 45 / n));
  expect(uniform(3, 0, 1, 1)).not.toBe(uniform(4, 0, 1, 1));
  expect(uniform(3, 0, 1, 1)).not.toBe(uniform(3, 1, 1, 1));
  expect(uniform(2 ** 32 + 3, 0, 1, 1)).not.toBe(uniform(3, 0, 1, 1));
});
