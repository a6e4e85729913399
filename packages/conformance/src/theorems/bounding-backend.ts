import {
  type Axis,
  type Backend,
  type Capabilities,
  type ElementwiseOp,
  type HostArray,
  type HostCsr,
  type MatmulOptions,
  type MatrixInfo,
  type Operand,
  type ReduceOp,
} from "@nonneg/core";
import { gamma, sumRoundings } from "../bounds.js";
import { type Precision, precision } from "../precision.js";
import { evaluate } from "../reference/elementwise.js";

/**
 * What a matrix is, in float64, and how far from it another backend may have computed it, entry by
 * entry. A CSR matrix is kept row-major with its zeros, `stored` saying where it has entries.
 */
export interface Bounded {
  readonly value: Float64Array;
  readonly bound: Float64Array;
  readonly stored?: Int32Array | undefined;
}

/**
 * A backend that computes an error bound along with each number (running error analysis: Higham,
 * Accuracy and Stability of Numerical Algorithms, section 3.3). A rule that runs on it yields what
 * any backend of the same capabilities may be off by after the same step: from the inner sizes, u
 * and the declared accuracy of the functions, whatever the rule is made of.
 *
 * It has no optional kernels: they are bounded as their compositions are.
 */
export class BoundingBackend implements Backend<Bounded> {
  readonly apiVersion = 1;
  readonly name: string = "bounding";
  readonly description = { device: "cpu", threads: 1, software: false, versions: {} };
  readonly capabilities: Capabilities;

  /** `capabilities` are those of the backend to bound. */
  constructor(capabilities: Capabilities) {
    this.capabilities = capabilities;
  }

  upload({ rows, cols }: MatrixInfo, data: HostArray | HostCsr): Bounded {
    const bound = new Float64Array(rows * cols);
    if (!("indptr" in data)) return { value: Float64Array.from(data), bound };
    const value = new Float64Array(rows * cols);
    const stored = new Int32Array(data.indices.length);
    for (let i = 0; i < rows; i++) {
      for (let p = data.indptr[i]!; p < data.indptr[i + 1]!; p++) {
        const at = i * cols + data.indices[p]!;
        stored[p] = at;
        value[at] = data.values[p]!;
      }
    }
    return { value, bound, stored };
  }

  async download(operands: readonly Operand<Bounded>[]): Promise<HostArray[]> {
    return operands.map(({ handle: { value, stored }, dtype }) => {
      const values = stored ? Float64Array.from(stored, (at) => value[at]!) : value;
      return dtype === "float64" ? Float64Array.from(values) : Float32Array.from(values);
    });
  }

  release(): void {}
  async sync(): Promise<void> {}
  async [Symbol.asyncDispose](): Promise<void> {}

  /** Inner products of p terms: γ_{p+4} of the magnitudes, as `productBound` grants. */
  matmul(
    out: MatrixInfo,
    a: Operand<Bounded>,
    b: Operand<Bounded>,
    { transA, transB }: MatmulOptions,
  ): Bounded {
    const inner = transA ? a.rows : a.cols;
    const [aRow, aInner] = transA ? [1, a.cols] : [a.cols, 1];
    const [bInner, bCol] = transB ? [1, b.cols] : [b.cols, 1];
    const entry = (i: number, j: number): readonly [number, number] => {
      let sum = 0;
      let magnitude = 0;
      let inherited = 0;
      let terms = 0;
      for (let p = 0; p < inner; p++) {
        const [x, dx] = entryOf(a.handle, i * aRow + p * aInner);
        const [y, dy] = entryOf(b.handle, p * bInner + j * bCol);
        // A zero times whatever it may be is 0, and adds no rounding.
        if ((x === 0 && dx === 0) || (y === 0 && dy === 0)) continue;
        terms++;
        sum += x * y;
        magnitude += (Math.abs(x) + dx) * (Math.abs(y) + dy);
        inherited += Math.abs(x) * dy + dx * Math.abs(y) + dx * dy;
      }
      if (terms === 0) return [0, 0];
      const { u, tiny } = this.#precision(out);
      return [sum, inherited + gamma(inner + 4, u) * magnitude + (terms + 1) * tiny];
    };
    return fill(out, (at) => entry(Math.floor(at / out.cols), at % out.cols));
  }

  elementwise(
    out: MatrixInfo,
    op: ElementwiseOp,
    operands: readonly (Operand<Bounded> | number)[],
  ): Bounded {
    const given = operands.map((operand) => (at: number): readonly [number, number] => {
      // A constant may be rounded to the dtype before it is used.
      if (typeof operand === "number") {
        return [operand, out.dtype === "float32" ? Math.abs(Math.fround(operand) - operand) : 0];
      }
      const row = operand.rows === 1 ? 0 : Math.floor(at / out.cols);
      const col = operand.cols === 1 ? 0 : at % out.cols;
      return entryOf(operand.handle, row * operand.cols + col);
    });
    const from = operands.find((operand) => typeof operand !== "number");
    const stored = out.format === "csr" ? from?.handle.stored : undefined;
    const entry = (at: number) =>
      this.#entry(
        out,
        op,
        given.map((take) => take(at)),
      );
    return fill(out, entry, stored);
  }

  reduce(
    out: MatrixInfo,
    op: ReduceOp,
    { handle, rows, cols }: Operand<Bounded>,
    axis: Axis,
  ): Bounded {
    const terms = axis === "rows" ? rows : axis === "cols" ? cols : rows * cols;
    const { u, tiny } = this.#precision(out);
    return fill(out, (at) => {
      const entries = Array.from({ length: terms }, (_, p) =>
        entryOf(handle, axis === "rows" ? p * cols + at : axis === "cols" ? at * cols + p : p),
      );
      const values = entries.map(([x]) => x);
      if (op !== "sum") return [Math[op](...values), Math.max(...entries.map(([, dx]) => dx))];
      const inherited = entries.reduce((sum, [, dx]) => sum + dx, 0);
      const magnitude = entries.reduce((sum, [x, dx]) => sum + Math.abs(x) + dx, 0);
      if (magnitude === 0) return [0, 0];
      return [
        values.reduce((sum, x) => sum + x, 0),
        inherited + gamma(sumRoundings(terms) + 2, u) * magnitude + terms * tiny,
      ];
    });
  }

  sampledMatmul(
    out: MatrixInfo,
    w: Operand<Bounded>,
    h: Operand<Bounded>,
    pattern: Operand<Bounded>,
  ): Bounded {
    const product = this.matmul(out, w, h, { transA: false, transB: false });
    const { stored } = pattern.handle;
    return fill(out, (at) => entryOf(product, at), stored);
  }

  /** An op on numbers that are each known up to a bound: what it passes on, and its own rounding. */
  #entry(
    out: MatrixInfo,
    op: ElementwiseOp,
    operands: readonly (readonly [number, number])[],
  ): readonly [number, number] {
    const [[a, da] = [0, 0], [b, db] = [0, 0], [c, dc] = [0, 0]] = operands;
    const value = evaluate[op](a, b, c);
    const { accuracy, subnormals } = this.capabilities;
    const { u, tiny } = this.#precision(out);
    const flushed = subnormals || value === 0 ? 0 : tiny;
    switch (op) {
      case "add":
      case "sub":
        return [value, da + db + u * (Math.abs(value) + da + db) + 2 * flushed];
      case "mul": {
        if ((a === 0 && da === 0) || (b === 0 && db === 0)) return [0, 0];
        if (da === Infinity || db === Infinity) return [value, Infinity];
        const inherited = Math.abs(a) * db + da * Math.abs(b) + da * db;
        return [value, inherited + u * (Math.abs(value) + inherited) + 2 * tiny];
      }
      case "min":
      case "max":
        return [value, Math.max(da, db) + flushed];
      case "abs":
        return [value, da + flushed];
      case "lessEqual":
      case "equal": {
        // A comparison that rounding can turn is 0 or 1.
        const certain = da + db === 0 || Math.abs(a - b) > da + db;
        return [value, certain ? 0 : 1];
      }
      case "select": {
        const taken = a !== 0 ? db : dc;
        if (da === 0) return [value, taken + flushed];
        return [value, Math.max(db, dc) + Math.abs(b - c) + flushed];
      }
      default: {
        // Nothing computes 0 / b wrong.
        if (op === "div" && a === 0 && da === 0 && Math.abs(b) > db) return [0, 0];
        const inherited = op === "div" ? divided(a, da, b, db) : slope(op, a, da, b, db);
        // A fused kernel may make a power of products, quotients and roots.
        const { div, sqrt } = accuracy;
        const ulps = accuracy[op].ulps + (op === "pow" ? div.ulps + sqrt.ulps : 0);
        const { absolute } = accuracy[op];
        const own = ulps * u * (Math.abs(value) + inherited) + absolute + tiny;
        // Outside its domain a function may give anything.
        if (!Number.isFinite(value)) return [0, Infinity];
        return [value, Number.isNaN(inherited) ? Infinity : inherited + own];
      }
    }
  }

  #precision({ dtype }: MatrixInfo): Precision {
    return precision(dtype, this.capabilities);
  }
}

function entryOf({ value, bound }: Bounded, at: number): readonly [number, number] {
  return [value[at]!, bound[at]!];
}

/** All entries, or the stored ones. */
function fill(
  { rows, cols }: MatrixInfo,
  entry: (at: number) => readonly [number, number],
  stored?: Int32Array,
): Bounded {
  const value = new Float64Array(rows * cols);
  const bound = new Float64Array(rows * cols);
  const put = (at: number) => ([value[at], bound[at]] = entry(at));
  if (stored) stored.forEach(put);
  else for (let at = 0; at < value.length; at++) put(at);
  return { value, bound, stored };
}

function divided(a: number, da: number, b: number, db: number): number {
  const smallest = Math.abs(b) - db;
  return smallest > 0 ? (da + Math.abs(a / b) * db) / smallest : Infinity;
}

/** How much f moves while its operands do: the largest slope over the interval times its width. */
function slope(
  op: "pow" | "sqrt" | "exp" | "log" | "log1p" | "expm1",
  a: number,
  da: number,
  b: number,
  db: number,
): number {
  // Each derivative is monotone in |x|, so that an end of the interval has the largest.
  const ends = [a - da, a + da];
  const largest = (f: (x: number) => number) => Math.max(...ends.map(f));
  const byBase = () => {
    switch (op) {
      case "exp":
      case "expm1":
        return largest(Math.exp);
      case "log1p":
        return a - da > -1 ? largest((x) => 1 / (1 + x)) : Infinity;
      case "log":
        return a - da > 0 ? 1 / (a - da) : Infinity;
      case "sqrt":
        return a - da > 0 ? 0.5 / Math.sqrt(a - da) : Infinity;
      case "pow":
        // Near 0 a root is steeper than any line, but |x^b − y^b| ≤ |x − y|^b.
        if (a - da <= 0 && b < 1) return b > 0 ? da ** (b - 1) : Infinity;
        return Math.abs(b) * largest((x) => Math.abs(x) ** (b - 1));
    }
  };
  const byExponent = () => {
    if (a === 0) return 0;
    return a - da > 0
      ? largest((x) => Math.abs(Math.log(x)) * x ** b * Math.exp(Math.abs(Math.log(x)) * db))
      : Infinity;
  };
  return (da === 0 ? 0 : byBase() * da) + (op !== "pow" || db === 0 ? 0 : byExponent() * db);
}
