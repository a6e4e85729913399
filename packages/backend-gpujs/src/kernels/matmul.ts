import { integer, type KernelSource } from "./kernel.js";

/**
 * Products summed one after another before they join the total: a sum of n terms then carries about
 * 64 + n/64 roundings and not n.
 */
const BLOCK = 64;

/** Terms taken between two tests of the loops' ends. */
const UNROLL = 8;

const step = "partial += a[atA] * b[atB]; atA += aInner; atB += bInner; p++; ";

/**
 * op(a)·op(b), either transposed by its strides. Where the output is small, `parts` threads share
 * an entry, each for `chunk` terms of its sum, into parts × rows × cols partial sums.
 */
export const matmul: KernelSource = {
  parameters: {
    a: "matrix",
    b: "matrix",
    size: "integer",
    cols: "integer",
    inner: "integer",
    chunk: "integer",
    aRow: "integer",
    aInner: "integer",
    bInner: "integer",
    bCol: "integer",
  },
  body: `
    ${integer("part", "quotient(this.thread.x, size)")}
    ${integer("entry", "this.thread.x - part * size")}
    ${integer("row", "quotient(entry, cols)")}
    ${integer("p", "part * chunk")}
    ${integer("end", "p + chunk")}
    ${integer("atA", "row * aRow + p * aInner")}
    ${integer("atB", "(entry - row * cols) * bCol + p * bInner")}
    if (end > inner) { end = inner; }
    let sum = 0.0;
    for (let block = 0; block * ${BLOCK} < chunk; block++) {
      let partial = 0.0;
      ${integer("stop", `p + ${BLOCK}`)}
      if (stop > end) { stop = end; }
      while (p + ${UNROLL} <= stop) {
        ${step.repeat(UNROLL)}
      }
      sum += partial;
    }
    while (p < end) {
      ${step.replace("partial", "sum")}
    }
    return sum;`,
};
