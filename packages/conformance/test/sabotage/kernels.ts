import { broken, open, type Sabotage, tampered, valuesOf } from "./sabotage.js";

/** Wrong numbers from the optional kernels. */
export const kernels: readonly Sabotage[] = [
  {
    defect: "a Gram matrix that is symmetric to rounding only",
    family: "gram",
    dtype: "float32",
    caughtBy: "gram is exactly symmetric",
    message: /its mirror/,
    create: broken((js) => ({
      gram: (out, a, side) =>
        tampered(js.gram(out, a, side), (x, i) =>
          i % out.cols > i / out.cols ? x * (1 + 2 ** -23) : x,
        ),
    })),
  },
  {
    defect: "gram of the other side",
    family: "gram",
    dtype: "float64",
    caughtBy: "gram AtA, hostile shapes",
    message: /gram AtA of/,
    create: broken((js) => ({
      gram(out, a, side) {
        const other = js.gram(
          a.rows === a.cols ? out : { ...out, rows: a.rows, cols: a.rows },
          a,
          "AAt",
        );
        return side === "AtA" && a.rows === a.cols ? other : js.gram(out, a, side);
      },
    })),
  },
  {
    defect: "1e-9 added to denominators",
    family: "scaleByRatio",
    dtype: "float64",
    caughtBy: "scaleByRatio with nothing added to a small denominator",
    message: /scaleByRatio/,
    create: broken((js) => ({
      scaleByRatio(out, x, numerator, denominator, exponent) {
        const shifted = {
          matrix: { ...open(denominator), data: open(denominator).data.map((d) => d + 1e-9) },
        };
        return js.scaleByRatio(out, x, numerator, { ...denominator, handle: shifted }, exponent);
      },
    })),
  },
  {
    defect: "zeros are lifted to a tiny value",
    family: "scaleByRatio",
    dtype: "float32",
    caughtBy: "scaleByRatio keeps x where the denominator is 0, and zeros",
    message: /expected 0/,
    create: broken((js) => ({
      scaleByRatio: (...given) => tampered(js.scaleByRatio(...given), (x) => Math.max(x, 1e-20)),
    })),
  },
  {
    defect: "x goes to 0 where the denominator is 0",
    family: "scaleByRatio",
    dtype: "float64",
    caughtBy: "scaleByRatio keeps x where the denominator is 0, and zeros",
    message: /is 0, expected/,
    create: broken((js) => ({
      scaleByRatio(out, x, numerator, denominator, exponent) {
        const below = open(denominator).data;
        const handle = js.scaleByRatio(out, x, numerator, denominator, exponent);
        return below.length === out.rows * out.cols
          ? tampered(handle, (y, i) => (below[i] === 0 ? 0 : y))
          : handle;
      },
    })),
  },
  {
    defect: "the exponent γ is forgotten",
    family: "scaleByRatio",
    dtype: "float32",
    caughtBy: "scaleByRatio, exponent 0.50, every broadcast, zeros everywhere",
    message: /exponent 0\.5/,
    create: broken((js) => ({
      scaleByRatio: (out, x, numerator, denominator) =>
        js.scaleByRatio(out, x, numerator, denominator, 1),
    })),
  },
  {
    defect: "a zero that should grow is taken for stationary",
    family: "stationarity",
    dtype: "float64",
    caughtBy: "stationarity sees a locked zero that should grow, by the share of its component",
    message: /is 0, expected/,
    create: broken((js) => ({
      stationarity: (out, x, numerator, denominator, partner, { factor }) =>
        js.stationarity(out, x, numerator, denominator, partner, { factor, share: 0 }),
    })),
  },
  {
    defect: "∞ times 0 where the partner is tiny",
    family: "stationarity",
    dtype: "float32",
    caughtBy: "stationarity of a partner so small that the share is past all numbers",
    message: /is NaN/,
    create: broken((js) => ({
      stationarity(out, x, numerator, denominator, partner, options) {
        const sums = js.stationarity(out, x, numerator, denominator, partner, options);
        const past = open(partner).data.some((sum) => options.share / sum > 3.5e38);
        return past ? { ...sums, residual: tampered(sums.residual, () => NaN) } : sums;
      },
    })),
  },
  {
    defect: "shares taken along the other side",
    family: "stationarity",
    dtype: "float64",
    caughtBy: "stationarity of H, every broadcast, zeros everywhere",
    message: /stationarity of H/,
    create: broken((js) => ({
      stationarity: (out, x, numerator, denominator, partner, { share }) =>
        js.stationarity(out, x, numerator, denominator, partner, { factor: "W", share }),
    })),
  },
  {
    defect: "0·log 0 is NaN",
    family: "divergence",
    dtype: "float32",
    caughtBy: "divergence, β = 1, dense, none weights",
    message: /is NaN/,
    create: broken((js) => ({
      divergence(out, operands) {
        const made = js.divergence(out, operands);
        return valuesOf(operands.v.handle).includes(0)
          ? { ...made, sum: tampered(made.sum, () => NaN) }
          : made;
      },
    })),
  },
  {
    defect: "the divergence as v log(v/x) − v + x in float32",
    family: "divergence of hostile values",
    dtype: "float32",
    caughtBy: "divergence does not cancel: β = 1, V near WH",
    message: /divergence, β = 1/,
    create: broken((js) => ({
      divergence(out, operands) {
        const made = js.divergence(out, operands);
        if (operands.beta !== 1 || operands.weights || operands.v.format === "csr") return made;
        const { rows, cols } = operands.v;
        const plain = { transA: false, transB: false };
        const product = { rows, cols, dtype: "float32", format: "dense" } as const;
        const x = open({ handle: js.matmul(product, operands.w, operands.h, plain) }).data;
        const f = Math.fround;
        const v = open(operands.v).data;
        let sum = 0;
        for (const [i, value] of v.entries()) {
          sum += f(f(value * f(Math.log(f(value / x[i]!)))) - value + x[i]!);
        }
        return { ...made, sum: tampered(made.sum, () => sum) };
      },
    })),
  },
  {
    defect: "the number of infinite entries is not counted",
    family: "divergence of hostile values",
    dtype: "float64",
    caughtBy: "V > 0 where WH = 0, V = 0 and zero weights: β = 1",
    message: /result 1/,
    create: broken((js) => ({
      divergence(out, operands) {
        const made = js.divergence(out, operands);
        return { ...made, infinite: tampered(made.infinite, () => 0) };
      },
    })),
  },
  {
    defect: "half the square forgets its half",
    family: "divergence",
    dtype: "float64",
    caughtBy: "divergence, β = 2, csr, none weights",
    message: /β = 2, csr/,
    create: broken((js) => ({
      divergence(out, operands) {
        const made = js.divergence(out, operands);
        return operands.beta === 2 ? { ...made, sum: tampered(made.sum, (x) => 2 * x) } : made;
      },
    })),
  },
  {
    defect: "weights are taken for a mask",
    family: "divergence",
    dtype: "float32",
    caughtBy: "divergenceTerms for W, β = 0.5, dense, general weights",
    message: /divergenceTerms for W/,
    create: broken((js) => ({
      divergenceTerms(out, operands, factor) {
        if (!operands.weights || operands.v.format === "csr")
          return js.divergenceTerms(out, operands, factor);
        const mask = {
          matrix: { ...open(operands.weights), data: open(operands.weights).data.map(Math.sign) },
        };
        return js.divergenceTerms(
          out,
          { ...operands, weights: { ...operands.weights, handle: mask } },
          factor,
        );
      },
    })),
  },
  {
    defect: "numerator and denominator of the terms are swapped where they look alike",
    family: "divergence",
    dtype: "float64",
    caughtBy: "divergenceTerms for H, β = 0, dense, none weights",
    message: /divergenceTerms for H/,
    create: broken((js) => ({
      divergenceTerms(out, operands, factor) {
        const { numerator, denominator } = js.divergenceTerms(out, operands, factor);
        return operands.beta === 0
          ? { numerator: denominator, denominator: numerator }
          : { numerator, denominator };
      },
    })),
  },
  {
    defect: "coordinateSweep moves all components from where they were (Jacobi)",
    family: "coordinateSweep",
    dtype: "float64",
    caughtBy: "coordinateSweep of H, l1 0, l2 0",
    message: /coordinateSweep of H/,
    create: broken((js) => ({
      coordinateSweep(out, x, gram, cross, { factor, l1, l2 }) {
        const [old, g, c] = [open(x).data, open(gram).data, open(cross).data];
        const k = gram.rows;
        return tampered(js.upload(out, old), (value, i) => {
          const [a, j] =
            factor === "H" ? [Math.floor(i / out.cols), i % out.cols] : [i % k, Math.floor(i / k)];
          let model = 0;
          for (let b = 0; b < k; b++)
            model += g[a * k + b]! * old[factor === "H" ? b * out.cols + j : j * k + b]!;
          const curvature = g[a * k + a]! + l2;
          return curvature === 0
            ? value
            : Math.max(0, value + (c[i]! - l1 - model - l2 * value) / curvature);
        });
      },
    })),
  },
  {
    defect: "coordinateSweep forgets the L1 penalty",
    family: "coordinateSweep",
    dtype: "float32",
    caughtBy: "coordinateSweep of W, l1 0.3, l2 0",
    message: /l1 0\.3/,
    create: broken((js) => ({
      coordinateSweep: (out, x, gram, cross, options) =>
        js.coordinateSweep(out, x, gram, cross, { ...options, l1: 0 }),
    })),
  },
  {
    defect: "nnls is one sweep of coordinate descent",
    family: "nnls",
    dtype: "float64",
    caughtBy: "nnls for H, problems whose solution is known",
    message: /nnls for H/,
    create: broken((js) => ({
      nnls: (out, gram, cross, start, factor) =>
        js.coordinateSweep(out, start, gram, cross, { factor, l1: 0, l2: 0 }),
    })),
  },
];
