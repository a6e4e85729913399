/** The smallest backend there is: dense, float64 and float32, the three verbs and nothing else. */
import {
  type Axis,
  type Backend,
  type Dtype,
  type ElementwiseOp,
  type HostArray,
  type MatmulOptions,
  type MatrixInfo,
  type Operand,
  type ReduceOp,
} from "../src/index.js";

const OPS: Record<ElementwiseOp, (a: number, b: number, c: number) => number> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  min: (a, b) => Math.min(a, b),
  max: (a, b) => Math.max(a, b),
  pow: (a, b) => a ** b,
  lessEqual: (a, b) => Number(a <= b),
  equal: (a, b) => Number(a === b),
  sqrt: Math.sqrt,
  abs: Math.abs,
  exp: Math.exp,
  log: Math.log,
  log1p: Math.log1p,
  expm1: Math.expm1,
  select: (a, b, c) => (a !== 0 ? b : c),
};

type Given = Operand<HostArray>;

export class ThreeVerbs implements Backend<HostArray> {
  readonly apiVersion = 1;
  readonly name = "three-verbs";
  readonly description = { device: "cpu", threads: 1, software: false, versions: {} };
  readonly capabilities;
  released = 0;
  /** handles given out and not released */
  live = 0;

  constructor(dtypes: readonly Dtype[] = ["float32", "float64"]) {
    const exact = { ulps: 2, absolute: 0 };
    this.capabilities = {
      dtypes,
      sparse: false,
      deterministic: true,
      subnormals: true,
      maxElements: 2 ** 20,
      accuracy: {
        div: exact,
        sqrt: exact,
        pow: exact,
        exp: exact,
        log: exact,
        log1p: exact,
        expm1: exact,
      },
    };
  }

  #allocate({ rows, cols, dtype }: MatrixInfo): HostArray {
    this.live++;
    return dtype === "float64" ? new Float64Array(rows * cols) : new Float32Array(rows * cols);
  }

  upload(out: MatrixInfo, data: HostArray): HostArray {
    const copy = this.#allocate(out);
    copy.set(data);
    return copy;
  }

  download(operands: readonly Given[]): Promise<HostArray[]> {
    return Promise.resolve(operands.map(({ handle }) => handle.slice()));
  }

  release(): void {
    this.released++;
    this.live--;
  }

  sync(): Promise<void> {
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }

  matmul(out: MatrixInfo, a: Given, b: Given, { transA, transB }: MatmulOptions): HostArray {
    const result = this.#allocate(out);
    const inner = transA ? a.rows : a.cols;
    for (let i = 0; i < out.rows; i++) {
      for (let j = 0; j < out.cols; j++) {
        let sum = 0;
        for (let p = 0; p < inner; p++) {
          const x = a.handle[transA ? p * a.cols + i : i * a.cols + p]!;
          sum += x * b.handle[transB ? j * b.cols + p : p * b.cols + j]!;
        }
        result[i * out.cols + j] = sum;
      }
    }
    return result;
  }

  elementwise(
    out: MatrixInfo,
    op: ElementwiseOp,
    operands: readonly (Given | number)[],
  ): HostArray {
    const at = (operand: Given | number | undefined, i: number, j: number): number =>
      typeof operand !== "object"
        ? (operand ?? NaN)
        : operand.handle[
            (operand.rows === 1 ? 0 : i) * operand.cols + (operand.cols === 1 ? 0 : j)
          ]!;
    const [a, b, c] = operands;
    return this.#allocate(out).map((_, p) => {
      const i = Math.floor(p / out.cols);
      const j = p % out.cols;
      return OPS[op](at(a, i, j), at(b, i, j), at(c, i, j));
    });
  }

  reduce(out: MatrixInfo, op: ReduceOp, a: Given, axis: Axis): HostArray {
    const start = { sum: 0, min: Infinity, max: -Infinity }[op];
    const join = { sum: OPS.add, min: OPS.min, max: OPS.max }[op];
    const sums = new Float64Array(out.rows * out.cols).fill(start);
    a.handle.forEach((value, p) => {
      const to = axis === "all" ? 0 : axis === "rows" ? p % a.cols : Math.floor(p / a.cols);
      sums[to] = join(sums[to]!, value, 0);
    });
    const result = this.#allocate(out);
    result.set(sums);
    return result;
  }
}
