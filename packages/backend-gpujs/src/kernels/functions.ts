/**
 * exp, expm1, log, log1p and pow from additions, products and divisions. WGSL has no log1p and
 * expm1, allows an exp that is 3 + 2|x| ulps off and a log off by 2^−21 near 1, where KL divergences
 * live. These keep a relative error on every device, and are the same in every mode of gpu.js.
 *
 * Reductions as in fdlibm (Sun Microsystems, 1993): x = 2^e m, log1p f = f − (f²/2 − s(f²/2 + R)), s = f/(2 + f).
 */
import type { HelperSource } from "./kernel.js";

/** 2^b in full: gpu.js reads "18446744073709552000" but WGSL wants a float. */
const literal = (value: number) => (value >= 1 ? `${value.toString()}.0` : value.toString());

/** Powers of two from 64 down, 64 three times: from every subnormal to 1 and beyond the largest float. */
const rungs = [64, 64, 64, 32, 16, 8, 4, 2, 1];

/** ln 2, its first part with so few bits that its product with an exponent is exact. */
const LN2_HIGH = 0.693359375;
const LN2_LOW = -2.1219444005469057e-4;

const number = (names: string): Record<string, "number"> =>
  Object.fromEntries(names.split(" ").map((name) => [name, "number"]));

export const functions: readonly HelperSource[] = [
  {
    // x · 2^e, e an integer: exact but for the last rounding of a subnormal. No function of WGSL promises that.
    name: "scaleByPowerOfTwo",
    parameters: number("x e"),
    returns: "number",
    body: `let y = x; let n = e; ${rungs
      .map(
        (b) =>
          `if (n >= ${b}.0) { y = y * ${literal(2 ** b)}; n = n - ${b}.0; }` +
          `if (n <= -${b}.0) { y = y * ${literal(2 ** -b)}; n = n + ${b}.0; }`,
      )
      .join(" ")} return y;`,
  },
  {
    // log(1 + f) − f for |f| < 0.45
    name: "log1pTail",
    parameters: number("f"),
    returns: "number",
    body: `
      const s = f / (2.0 + f);
      const z = s * s;
      const half = 0.5 * f * f;
      const rest = z * (0.6666666666666666 + z * (0.4 + z * (0.2857142857142857 + z * (0.2222222222222222 + z * 0.18181818181818182))));
      return s * (half + rest) - half;`,
  },
  {
    // The integer e of x = 2^e m, m about [√½, √2): where log2 errs, m is a little outside.
    name: "exponentOf",
    parameters: number("x"),
    returns: "number",
    body: "return Math.floor(Math.log2(x) + 0.5);",
  },
  {
    name: "logOfParts",
    parameters: number("e f"),
    returns: "number",
    body: `return e * ${LN2_HIGH} + (f + (log1pTail(f) + e * ${LN2_LOW}));`,
  },
  {
    name: "accurateLog",
    parameters: number("x"),
    returns: "number",
    body: "const e = exponentOf(x); return logOfParts(e, scaleByPowerOfTwo(x, 0.0 - e) - 1.0);",
  },
  {
    name: "accurateLog1p",
    parameters: number("x"),
    returns: "number",
    body: "if (Math.abs(x) < 0.4) { return x + log1pTail(x); } return accurateLog(1.0 + x);",
  },
  {
    // e^r − 1 for |r| < 0.36
    name: "expm1Near0",
    parameters: number("r"),
    returns: "number",
    body: `return r + r * r * (0.5 + r * (0.16666666666666666 + r * (0.041666666666666664 + r * (0.008333333333333333
      + r * (0.001388888888888889 + r * (0.0001984126984126984 + r * 0.0000248015873015873))))));`,
  },
  {
    // e^(k ln 2 + t)
    name: "expOfParts",
    parameters: number("k t"),
    returns: "number",
    body: "return scaleByPowerOfTwo(1.0 + expm1Near0(t), k);",
  },
  {
    // Past ±110 the result is 0 or infinite as it is at ±110, and the reduction would lose its digits.
    name: "accurateExp",
    parameters: number("x"),
    returns: "number",
    body: `
      const bounded = Math.max(-110.0, Math.min(110.0, x));
      const k = Math.floor(bounded * 1.4426950408889634 + 0.5);
      return expOfParts(k, (bounded - k * ${LN2_HIGH}) - k * ${LN2_LOW});`,
  },
  {
    // 2^k (e^t − 1) + (2^k − 1); from 2^25 on the 1 is below the last digit.
    name: "expm1OfParts",
    parameters: number("k t"),
    returns: "number",
    body: "const p = scaleByPowerOfTwo(1.0, k); return p * expm1Near0(t) + (p - 1.0);",
  },
  {
    name: "accurateExpm1",
    parameters: number("x"),
    returns: "number",
    body: `
      if (x > 18.0) { return accurateExp(x); }
      const bounded = Math.max(-110.0, x);
      const k = Math.floor(bounded * 1.4426950408889634 + 0.5);
      return expm1OfParts(k, (bounded - k * ${LN2_HIGH}) - k * ${LN2_LOW});`,
  },
  {
    // (2^e (1 + f))^y. What y e has before the point goes straight to the result's exponent: |y e| < 2^8
    // unless the result is 0 or infinite, so that a y cut to 14 binary places times e is exact.
    name: "powOfParts",
    parameters: number("y e f"),
    returns: "number",
    body: `
      const high = Math.floor(y * 16384.0 + 0.5) / 16384.0;
      const product = high * e;
      const whole = Math.floor(product + 0.5);
      const rest = ((product - whole) + (y - high) * e) * 0.6931471805599453 + y * (f + log1pTail(f));
      const bounded = Math.max(-200.0, Math.min(200.0, rest));
      const k = Math.floor(bounded * 1.4426950408889634 + 0.5);
      return expOfParts(Math.max(-400.0, Math.min(400.0, whole + k)), (bounded - k * ${LN2_HIGH}) - k * ${LN2_LOW});`,
  },
  {
    // x > 0
    name: "powOfPositive",
    parameters: number("x y"),
    returns: "number",
    body: "const e = exponentOf(x); return powOfParts(y, e, scaleByPowerOfTwo(x, 0.0 - e) - 1.0);",
  },
  {
    // A negative x has powers of whole exponents only, negative where they are odd.
    name: "accuratePow",
    parameters: number("x y"),
    returns: "number",
    body: `
      if (y === 0.0) { return 1.0; }
      if (y === 1.0) { return x; }
      if (y === 2.0) { return x * x; }
      if (y === -1.0) { return 1.0 / x; }
      if (y === 0.5) { return Math.sqrt(x); }
      if (x > 0.0) { return powOfPositive(x, y); }
      if (x === 0.0) { return y > 0.0 ? 0.0 : 1.0 / x; }
      if (Math.floor(y * 0.5) * 2.0 === y) { return powOfPositive(0.0 - x, y); }
      return 0.0 - powOfPositive(0.0 - x, y);`,
  },
];
