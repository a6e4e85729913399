import type { Dtype, HostDense, HostSparse } from "@nonneg/core";
import { NonnegError } from "@nonneg/core";
import fc from "fast-check";
import { extent } from "../arbitraries.js";
import { exactly, productBound } from "../bounds.js";
import type { Case, Context, Family } from "../context.js";
import { allocate, dense, kinds, sparse } from "../data.js";
import { demand } from "../failure.js";
import { precision } from "../precision.js";
import { property } from "../property.js";
import { randomFrom } from "../random.js";
import { elementwise } from "../reference/elementwise.js";
import { product } from "../reference/product.js";
import { type Approximate, check, type Sample } from "../sample.js";
import { domains, ops } from "./elementwise.js";
import { matmulSample, transposes } from "./matmul.js";
import { axes, reduceSample } from "./reduce.js";

/** CSR matrices on and off tiles: nothing stored, everything stored, one long row, one long column. */
function hostile(context: Context): readonly HostSparse[] {
  const { dtype } = context;
  const of = (rows: number, cols: number, density: number, seed: number) =>
    sparse(rows, cols, dtype, "signed", seed, density);
  return [
    of(1, 1, 1, 3),
    of(1, 1, 0, 1),
    of(5, 7, 0, 1),
    of(1, 33, 0.5, 2),
    of(33, 1, 0.5, 2),
    of(4, 4, 1, 3),
    of(17, 9, 0.3, 4),
    of(31, 65, 0.1, 5),
    of(65, 31, 0.05, 6),
    of(3, 3000, 0.2, 7),
    of(3000, 3, 0.2, 8),
  ];
}

/** The approximation restricted to the stored entries of `v`. */
function atPattern(v: HostSparse, { cols, values, bound }: Approximate): Approximate {
  const at: number[] = [];
  for (let i = 0; i < v.rows; i++) {
    for (let p = v.indptr[i]!; p < v.indptr[i + 1]!; p++) at.push(i * cols + v.indices[p]!);
  }
  return {
    rows: 1,
    cols: at.length,
    values: Float64Array.from(at, (i) => values[i]!),
    bound: Float64Array.from(at, (i) => bound[i]!),
  };
}

/** WH at the stored entries of v against the reference; `out` asks for another dtype than that of W and H. */
export function sampledMatmulSample(
  context: Context,
  v: HostSparse,
  w: HostDense,
  h: HostDense,
  out: Dtype = context.dtype,
): Sample {
  return {
    label: `sampledMatmul ${w.rows}×${w.cols} · ${h.rows}×${h.cols} at ${v.values.length} entries`,
    inputs: [v, w, h],
    compute: (la, [x, y, z]) => [la.sampledMatmul(y!, z!, x!, { dtype: out })],
    expected: () => [
      atPattern(v, productBound(precision(out, context.capabilities), product(w, h))),
    ],
    flops: 2 * w.cols * v.values.length,
  };
}

export const sparseFamily: Family = (context) => {
  if (!context.capabilities.sparse) return [refusal(context)];
  const { dtype } = context;
  const rank = [1, 3, 8, 20] as const;

  return [
    {
      name: "CSR goes up and comes down as it was",
      run: () =>
        check(
          context,
          ...hostile(context).map((v): Sample => ({
            label: `upload of a CSR ${v.rows}×${v.cols}`,
            inputs: [v],
            compute: (la, [x]) => [la.mul(x!, 1)],
            expected: () => [exactly(1, v.values.length, Float64Array.from(v.values))],
          })),
        ),
    },
    ...transposes.flatMap((options) => {
      const name = (a: string, b: string) =>
        `${a}${options.transA ? "ᵀ" : ""} · ${b}${options.transB ? "ᵀ" : ""}`;
      return [
        {
          name: `matmul ${name("CSR", "dense")}, hostile shapes`,
          run: () =>
            check(
              context,
              ...hostile(context).map((v, i) => {
                const inner = options.transA ? v.rows : v.cols;
                const k = rank[i % 4]!;
                const b = options.transB
                  ? dense(k, inner, dtype, "signed", i)
                  : dense(inner, k, dtype, "signed", i);
                return matmulSample(context, v, b, options);
              }),
            ),
        },
        {
          name: `matmul ${name("dense", "CSR")}, hostile shapes`,
          run: () =>
            check(
              context,
              ...hostile(context).map((v, i) => {
                const inner = options.transB ? v.cols : v.rows;
                const k = rank[i % 4]!;
                const a = options.transA
                  ? dense(inner, k, dtype, "signed", i)
                  : dense(k, inner, dtype, "signed", i);
                return matmulSample(context, a, v, options);
              }),
            ),
        },
      ];
    }),
    {
      name: "sum of CSR over each axis, hostile shapes",
      run: () =>
        check(
          context,
          ...hostile(context).flatMap((v) =>
            axes.map((axis) => reduceSample(context, "sum", v, axis)),
          ),
        ),
    },
    {
      name: "the error of a sum of CSR grows with log n",
      run: () => {
        const tail = (i: number) => (i < 256 ? 1 : 0.4 * context.u);
        const n = 100_003;
        const values = allocate(n, dtype).map((_, i) => tail(i));
        const every = Int32Array.from({ length: n + 1 }, (_, i) => i);
        const row = {
          rows: 1,
          cols: n,
          indptr: Int32Array.of(0, n),
          indices: every.slice(0, n),
          values,
        };
        const column = { rows: n, cols: 1, indptr: every, indices: new Int32Array(n), values };
        return check(
          context,
          reduceSample(context, "sum", row, "cols"),
          reduceSample(context, "sum", row, "all"),
          reduceSample(context, "sum", column, "rows"),
        );
      },
    },
    ...ops.map((op) => ({
      name: `${op} on the stored values of CSR`,
      run: () => check(context, ...onStored(context, op)),
    })),
    {
      name: "sampledMatmul, hostile shapes",
      run: () =>
        check(
          context,
          ...hostile(context).map((v, i) => {
            const k = rank[i % 4]!;
            return sampledMatmulSample(
              context,
              v,
              dense(v.rows, k, dtype, "signed", i),
              dense(k, v.cols, dtype, "zeros", ~i),
            );
          }),
        ),
    },
    property(
      context,
      "any product and sum of CSR",
      fc.record({
        size: fc.tuple(extent, extent, extent),
        density: fc.constantFrom(0, 0.1, 0.5, 1),
        kind: fc.constantFrom(...kinds),
        seed: fc.nat(),
      }),
      ({ size: [m, n, k], density, kind, seed }) => {
        const v = sparse(m, n, dtype, kind, seed, density);
        const w = dense(m, k, dtype, kind, seed + 1);
        const h = dense(k, n, dtype, kind, seed + 2);
        return check(
          context,
          matmulSample(context, w, v, { transA: true, transB: false }),
          matmulSample(context, v, h, { transA: false, transB: true }),
          sampledMatmulSample(context, v, w, h),
          ...axes.map((axis) => reduceSample(context, "sum", v, axis)),
        );
      },
    ),
  ];
};

/** One op with the CSR operand in each place, beside numbers and beside another CSR matrix of its pattern. */
function onStored(context: Context, op: (typeof ops)[number]): Sample[] {
  const draws = domains[op];
  const pattern = sparse(9, 17, context.dtype, "positive", 5);
  const nnz = pattern.values.length;
  const stored = (place: number, seed: number): HostSparse => {
    const random = randomFrom(seed);
    return { ...pattern, values: allocate(nnz, context.dtype).map(() => draws[place]!(random)) };
  };
  const reference = (operands: readonly (HostSparse | number)[]): Approximate =>
    elementwise(
      op,
      1,
      nnz,
      operands.map((one) =>
        typeof one === "number" ? one : { rows: 1, cols: nnz, data: one.values },
      ),
      context,
      context.capabilities,
    );
  const alone = draws.map((_, place): Sample => {
    const v = stored(place, place + 1);
    const numbers = draws.map((draw, i) => draw(randomFrom(i + 10)));
    return {
      label: `${op} on a CSR operand ${place} and numbers`,
      inputs: [v],
      compute: (la, [x]) => [
        la.elementwise(
          op,
          numbers.map((one, i) => (i === place ? x! : one)),
        ),
      ],
      expected: () => [reference(numbers.map((one, i) => (i === place ? v : one)))],
    };
  });
  // A second matrix of the same pattern is made of the first: |v| and v ∘ v, exact for these.
  const v = { ...pattern, values: pattern.values.map((_, p) => ((p % 13) - 6) / 4) };
  const square = { ...v, values: v.values.map((x) => x * x + 0.25) };
  const absolute = { ...v, values: v.values.map((x) => Math.abs(x)) };
  if (draws.length === 1) return alone;
  const both: Sample = {
    label: `${op} on two CSR operands of one pattern`,
    inputs: [v],
    compute: (la, [x]) => {
      using product = la.mul(x!, x!);
      using shifted = la.add(product, 0.25);
      using sizes = la.elementwise("abs", [x!]);
      const operands =
        op === "pow" ? [shifted, x!] : op === "select" ? [sizes, x!, shifted] : [x!, shifted];
      return [la.elementwise(op, operands)];
    },
    expected: () => [
      reference(op === "pow" ? [square, v] : op === "select" ? [absolute, v, square] : [v, square]),
    ],
  };
  return [...alone, both];
}

/** Without sparse matrices a backend refuses them; nothing is densified behind the user's back. */
function refusal(context: Context): Case {
  return {
    name: "CSR is refused with NONNEG_UNSUPPORTED",
    run: async () => {
      let refused: unknown;
      try {
        context.la().upload(sparse(3, 4, context.dtype, "positive", 1));
      } catch (error) {
        refused = error;
      }
      demand(
        refused instanceof NonnegError && refused.code === "NONNEG_UNSUPPORTED",
        `Upload of a CSR matrix: expected NONNEG_UNSUPPORTED, got ${String(refused)}.`,
      );
    },
  };
}
