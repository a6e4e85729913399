import { elementwiseOf, matmulOf } from "./loops.js";
import { broken, open, openSparse, type Sabotage, tampered } from "./sabotage.js";

/** Wrong numbers from the three verbs. */
export const verbs: readonly Sabotage[] = [
  {
    defect: "the transpose of a matrix that is not square is ignored",
    family: "matmul",
    dtype: "float32",
    caughtBy: "matmul AᵀB, hostile shapes",
    message: /matmul .*ᵀ · .*times its bound/,
    create: broken((js) => ({
      matmul(out, a, b, options) {
        if (!options.transA || a.rows === a.cols || a.format === "csr")
          return js.matmul(out, a, b, options);
        const reshaped = { rows: a.cols, cols: a.rows };
        const handle = { matrix: { ...open(a), ...reshaped } };
        return js.matmul(out, { ...a, ...reshaped, handle }, b, { ...options, transA: false });
      },
    })),
  },
  {
    defect: "the last row off the tile is dropped",
    family: "matmul",
    dtype: "float32",
    caughtBy: "matmul AB, hostile shapes",
    message: /is 0, expected/,
    create: broken((js) => ({
      matmul(out, a, b, options) {
        const dropped = out.rows % 4 === 1 && out.rows > 4 ? (out.rows - 1) * out.cols : Infinity;
        return tampered(js.matmul(out, a, b, options), (x, i) => (i < dropped ? x : 0));
      },
    })),
  },
  {
    defect: "the inner dimension stops at 1000",
    family: "matmul",
    dtype: "float64",
    caughtBy: "matmul ABᵀ, hostile shapes",
    message: /matmul 2×3000 · 3×3000ᵀ|matmul 3×1025/,
    create: broken((js) => ({
      matmul: (out, a, b, options) =>
        a.format === "csr" || b.format === "csr"
          ? js.matmul(out, a, b, options)
          : matmulOf(js, out, open(a), open(b), options, { depth: 1000 }),
    })),
  },
  {
    defect: "float32 accumulation under a float64 promise",
    family: "matmul",
    dtype: "float64",
    caughtBy: "matmul AᵀBᵀ, hostile shapes",
    message: /\(float64, .*times its bound/,
    create: broken((js) => ({
      matmul: (out, a, b, options) =>
        a.format === "csr" || b.format === "csr"
          ? js.matmul(out, a, b, options)
          : matmulOf(js, out, open(a), open(b), options, { round: Math.fround }),
    })),
  },
  {
    defect: "products that overflow are clamped to a large number",
    family: "matmul of hostile values",
    dtype: "float32",
    caughtBy: "matmul that overflows gives no ordinary numbers",
    message: /is 1\d*e?\+?30|is 1\.0/,
    create: broken((js) => ({
      matmul: (out, a, b, options) =>
        tampered(js.matmul(out, a, b, options), (x) =>
          Number.isFinite(x) ? x : Math.sign(x) * 1e30,
        ),
    })),
  },
  {
    defect: "a row is broadcast along the columns where both fit",
    family: "elementwise",
    dtype: "float32",
    caughtBy: "add, every broadcast",
    message: /add\(/,
    create: broken((js) => ({
      elementwise(out, op, operands) {
        if (out.rows !== out.cols) return js.elementwise(out, op, operands);
        const turned = operands.map((one) => {
          if (typeof one === "number" || one.format === "csr" || one.rows !== 1) return one;
          const shape = { rows: one.cols, cols: 1 };
          return { ...one, ...shape, handle: { matrix: { ...open(one), ...shape } } };
        });
        return js.elementwise(out, op, turned);
      },
    })),
  },
  {
    defect: "the entries after the last whole vector are left zero",
    family: "elementwise",
    dtype: "float64",
    caughtBy: "mul, every broadcast",
    message: /is 0, expected/,
    create: broken((js) => ({
      elementwise(out, op, operands) {
        const handle = js.elementwise(out, op, operands);
        const whole = out.rows * out.cols - ((out.rows * out.cols) % 8);
        return out.format === "csr" || whole === 0
          ? handle
          : tampered(handle, (x, i) => (i < whole ? x : 0));
      },
    })),
  },
  {
    defect: "select takes a negative condition for false",
    family: "elementwise",
    dtype: "float32",
    caughtBy: "select, every broadcast",
    message: /select\(/,
    create: broken((js) => elementwiseOf(js, "select", (c, a, b) => (c > 0 ? a : b))),
  },
  {
    defect: "lessEqual is less",
    family: "elementwise",
    dtype: "float64",
    caughtBy: "lessEqual, every broadcast",
    message: /is 0, expected 1/,
    create: broken((js) => elementwiseOf(js, "lessEqual", (a, b) => (a < b ? 1 : 0))),
  },
  {
    defect: "log1p is log of 1 + x",
    family: "special values",
    dtype: "float32",
    caughtBy: "log1p near 0, near 1 and at the ends of its range",
    message: /log1p\(/,
    create: broken((js) => elementwiseOf(js, "log1p", (x) => Math.log(Math.fround(1 + x)))),
  },
  {
    defect: "expm1 is exp less 1",
    family: "special values",
    dtype: "float64",
    caughtBy: "expm1 near 0, near 1 and at the ends of its range",
    message: /expm1\(/,
    create: broken((js) => elementwiseOf(js, "expm1", (x) => Math.exp(x) - 1)),
  },
  {
    defect: "subnormals are flushed under a promise to keep them",
    family: "special values",
    dtype: "float32",
    caughtBy: "subnormals are kept",
    message: /is 0, expected/,
    create: broken((js) => ({
      elementwise: (out, op, operands) =>
        tampered(js.elementwise(out, op, operands), (x) => (Math.abs(x) < 2 ** -126 ? 0 : x)),
    })),
  },
  {
    defect: "division by a rough reciprocal",
    family: "elementwise",
    dtype: "float64",
    caughtBy: "div, every broadcast",
    message: /div\(/,
    create: broken((js) => elementwiseOf(js, "div", (a, b) => a * Math.fround(1 / b))),
  },
  {
    defect: "a sum is a running total in float32",
    family: "reduce",
    dtype: "float32",
    caughtBy: "the error of a sum grows with log n: a row of 524293",
    message: /reduce sum of 1×524293/,
    create: broken((js) => ({
      reduce(out, op, a, axis) {
        if (op !== "sum" || a.format === "csr") return js.reduce(out, op, a, axis);
        const sums = new Float32Array(out.rows * out.cols);
        const { data, cols } = open(a);
        data.forEach((x, i) => {
          const at = axis === "all" ? 0 : axis === "cols" ? Math.floor(i / cols) : i % cols;
          sums[at] = sums[at]! + x;
        });
        return js.upload(out, out.dtype === "float64" ? Float64Array.from(sums) : sums);
      },
    })),
  },
  {
    defect: "a square matrix is reduced along the other axis",
    family: "reduce",
    dtype: "float32",
    caughtBy: "sum over each axis, hostile shapes",
    message: /reduce sum of 4×4/,
    create: broken((js) => ({
      reduce(out, op, a, axis) {
        if (a.rows !== a.cols || axis === "all" || a.rows === 1) return js.reduce(out, op, a, axis);
        const turned = { ...out, rows: out.cols, cols: out.rows };
        const handle = js.reduce(turned, op, a, axis === "rows" ? "cols" : "rows");
        return { matrix: { ...open({ handle }), rows: out.rows, cols: out.cols } };
      },
    })),
  },
  {
    defect: "max starts from 0",
    family: "reduce",
    dtype: "float64",
    caughtBy: "min and max over each axis, hostile shapes",
    message: /reduce max/,
    create: broken((js) => ({
      reduce(out, op, a, axis) {
        const handle = js.reduce(out, op, a, axis);
        return op === "max" ? tampered(handle, (x) => Math.max(0, x)) : handle;
      },
    })),
  },
  {
    defect: "a stale out.dtype: results take the dtype of their first operand",
    family: "mixed dtypes",
    dtype: "float64",
    caughtBy: "matmul of float32 and float32 to float64",
    message: /times its bound/,
    create: broken((js) => ({
      matmul: (out, a, b, options) => js.matmul({ ...out, dtype: a.dtype }, a, b, options),
    })),
  },
  {
    defect: "a CSR column index off by one",
    family: "sparse",
    dtype: "float32",
    caughtBy: "matmul CSR · dense, hostile shapes",
    message: /matmul CSR/,
    create: broken((js) => ({
      matmul(out, a, b, options) {
        if (a.format !== "csr") return js.matmul(out, a, b, options);
        const stored = openSparse(a);
        const shifted = {
          ...stored,
          indices: stored.indices.map((j) => Math.min(j + 1, stored.cols - 1)),
        };
        return js.matmul(out, { ...a, handle: { matrix: shifted } }, b, options);
      },
    })),
  },
  {
    defect: "sampledMatmul reads the row of the entry before",
    family: "sparse",
    dtype: "float64",
    caughtBy: "sampledMatmul, hostile shapes",
    message: /sampledMatmul/,
    create: broken((js) => ({
      sampledMatmul(out, w, h, pattern) {
        const values = openSparse({ handle: js.sampledMatmul(out, w, h, pattern) });
        return {
          matrix: { ...values, values: values.values.map((_, p, all) => all[Math.max(p - 1, 0)]!) },
        };
      },
    })),
  },
  {
    defect: "the sum of a CSR matrix counts its entries per column in float32, one after the other",
    family: "sparse",
    dtype: "float64",
    caughtBy: "the error of a sum of CSR grows with log n",
    message: /reduce sum of CSR/,
    create: broken((js) => ({
      reduce(out, op, a, axis) {
        if (a.format !== "csr" || axis !== "rows") return js.reduce(out, op, a, axis);
        const sums = new Float64Array(a.cols);
        const { indices, values } = openSparse(a);
        values.forEach((x, p) => (sums[indices[p]!]! += x));
        return { matrix: { rows: 1, cols: a.cols, data: sums } };
      },
    })),
  },
];
