import type { Family } from "../context.js";
import { dense, map, of } from "../data.js";
import { check } from "../sample.js";
import { matmulSample } from "./matmul.js";

const plain = { transA: false, transB: false };

/** Products of hostile values: far scales, zeros, subnormals. */
export const matmulValuesFamily: Family = (context) => {
  const { dtype, capabilities } = context;
  const far = dtype === "float32" ? 1e30 : 1e300;
  const a = dense(9, 17, dtype, "signed", 1);
  const b = dense(17, 5, dtype, "signed", 2);
  const scaled = (factor: number) => (x: number) => x * factor;
  const product = (x: typeof a, y: typeof b) => matmulSample(context, x, y, plain);
  const smallest = dtype === "float32" ? 2 ** -149 : Number.MIN_VALUE;

  return [
    {
      name: "matmul at far scales, results in range or underflowing",
      run: () =>
        check(
          context,
          product(map(a, scaled(far)), map(b, scaled(1 / far))),
          product(map(a, scaled(1 / far)), map(b, scaled(far))),
          product(map(a, scaled(far)), b),
          product(map(a, scaled(1 / far)), b),
          product(map(a, scaled(1 / far)), map(b, scaled(1 / far))),
        ),
    },
    {
      name: "matmul that overflows gives no ordinary numbers",
      run: () =>
        check(context, product(of(2, 1, dtype, [far, -far]), of(1, 2, dtype, [far, 2 * far]))),
    },
    {
      name: "matmul with zero rows, zero columns and all zeros",
      run: () => {
        const rows = map(a, (x, i) => (Math.floor(i / 17) % 2 === 0 ? 0 : x));
        const cols = map(b, (x, i) => (i % 5 === 2 ? -0 : x));
        const zeros = dense(17, 5, dtype, "zero", 0);
        return check(
          context,
          product(rows, cols),
          product(a, zeros),
          product(
            map(a, () => -0),
            cols,
          ),
        );
      },
    },
    {
      name: "matmul of entries over six orders of magnitude",
      run: () =>
        check(
          context,
          product(dense(33, 65, dtype, "scales", 3), dense(65, 31, dtype, "scales", 4)),
        ),
    },
    // What becomes of a subnormal operand is open where they are flushed.
    ...(capabilities.subnormals
      ? [
          {
            name: "matmul of subnormals",
            run: () =>
              check(
                context,
                product(
                  map(a, (x) => Math.round(1000 * x) * smallest),
                  map(b, Math.sign),
                ),
              ),
          },
        ]
      : []),
  ];
};
