import { type HostArray, type MatrixInfo, NonnegError } from "@nonneg/core";

/** Zeros for a matrix: its entries, or the stored ones of a CSR matrix. @throws NonnegError NONNEG_OUT_OF_MEMORY */
export function allocate(out: MatrixInfo): HostArray {
  const length = out.pattern ? out.pattern.nnz : out.rows * out.cols;
  const Values = out.dtype === "float64" ? Float64Array : Float32Array;
  try {
    return new Values(length);
  } catch (cause) {
    throw new NonnegError(
      "NONNEG_OUT_OF_MEMORY",
      `A ${out.rows}×${out.cols} ${out.dtype} matrix${out.pattern ? ` with ${length} stored entries` : ""} ` +
        `needs ${length * Values.BYTES_PER_ELEMENT} bytes, which this JavaScript engine did not give. ` +
        "Use float32, a smaller or sparse matrix, or a machine with more memory.",
      { cause },
    );
  }
}

/** A float64 matrix of zeros to compute in. @throws NonnegError NONNEG_OUT_OF_MEMORY */
export function scratch(rows: number, cols: number): Float64Array {
  return allocate({ rows, cols, dtype: "float64", format: "dense" }) as Float64Array;
}

/** What was computed in float64, rounded once to `dtype`. Takes `exact` over: do not use it afterwards. */
export function rounded(out: MatrixInfo, exact: Float64Array): HostArray {
  if (out.dtype === "float64") return exact;
  return copyOf(out, exact);
}

/** A copy in `out.dtype`. @throws NonnegError NONNEG_OUT_OF_MEMORY */
export function copyOf(out: MatrixInfo, from: HostArray): HostArray {
  const copy = allocate(out);
  copy.set(from);
  return copy;
}
