import type { HelperSource } from "./kernel.js";

/**
 * `quotient(t, n)` is ⌊t / n⌋ for 0 ≤ t < 2^31, 0 < n. gpu.js divides integers as floats: the first
 * guess is off by up to 2^31 · 2^−22, the second, of what is left, by one at most.
 * The helpers call one another because only their parameters are integers for sure (see `integer`).
 */
export const quotient: readonly HelperSource[] = [
  {
    name: "quotientNudge",
    parameters: { q: "integer", r: "integer", n: "integer" },
    returns: "integer",
    body: "if (r < 0) { return q - 1; } if (r >= n) { return q + 1; } return q;",
  },
  {
    name: "quotientSettle",
    parameters: { q: "integer", d: "integer", r: "integer", n: "integer" },
    returns: "integer",
    body: "return quotientNudge(q + d, r - d * n, n);",
  },
  {
    name: "quotientRefine",
    parameters: { q: "integer", r: "integer", n: "integer" },
    returns: "integer",
    body: "return quotientSettle(q, Math.floor(r / n), r, n);",
  },
  {
    name: "quotientGuess",
    parameters: { q: "integer", t: "integer", n: "integer" },
    returns: "integer",
    body: "return quotientRefine(q, t - q * n, n);",
  },
  {
    name: "quotient",
    parameters: { t: "integer", n: "integer" },
    returns: "integer",
    body: "return quotientGuess(Math.floor(t / n), t, n);",
  },
];
