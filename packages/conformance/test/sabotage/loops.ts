import type { JsHandle } from "@nonneg/backend-js";
import type { Backend, ElementwiseOp, HostDense, MatmulOptions, MatrixInfo } from "@nonneg/core";
import { open } from "./sabotage.js";

type Js = Pick<Backend<JsHandle>, "upload" | "elementwise">;

/** A plain product whose inner loop stops at `depth` and whose total is rounded by `round`. */
export function matmulOf(
  js: Js,
  out: MatrixInfo,
  a: HostDense,
  b: HostDense,
  { transA, transB }: MatmulOptions,
  { depth = Infinity, round = (x: number) => x },
): JsHandle {
  const inner = Math.min(transA ? a.rows : a.cols, depth);
  const data =
    out.dtype === "float64"
      ? new Float64Array(out.rows * out.cols)
      : new Float32Array(out.rows * out.cols);
  for (let i = 0; i < out.rows; i++) {
    for (let j = 0; j < out.cols; j++) {
      let total = 0;
      for (let p = 0; p < inner; p++) {
        const x = a.data[transA ? p * a.cols + i : i * a.cols + p]!;
        total = round(total + x * b.data[transB ? j * b.cols + p : p * b.cols + j]!);
      }
      data[i * out.cols + j] = total;
    }
  }
  return js.upload(out, data);
}

/** One dense op computed by `evaluate` instead. */
export function elementwiseOf(
  js: Js,
  op: ElementwiseOp,
  evaluate: (a: number, b: number, c: number) => number,
): Pick<Backend<JsHandle>, "elementwise"> {
  return {
    elementwise(out, asked, operands) {
      const handle = js.elementwise(out, asked, operands);
      if (asked !== op || out.format === "csr") return handle;
      const { data } = open({ handle });
      data.forEach((_, i) => {
        const [row, col] = [Math.floor(i / out.cols), i % out.cols];
        const [a = 0, b = 0, c = 0] = operands.map((one) =>
          typeof one === "number"
            ? one
            : open(one).data[(one.rows === 1 ? 0 : row) * one.cols + (one.cols === 1 ? 0 : col)]!,
        );
        data[i] = evaluate(a, b, c);
      });
      return handle;
    },
  };
}
