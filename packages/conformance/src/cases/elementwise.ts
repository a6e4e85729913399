import type { Dtype, ElementwiseOp, HostDense, HostMatrix, Matrix } from "@nonneg/core";
import fc from "fast-check";
import { extent } from "../arbitraries.js";
import type { Context, Family } from "../context.js";
import { of } from "../data.js";
import { precision } from "../precision.js";
import { property } from "../property.js";
import { type Random, randomFrom } from "../random.js";
import { elementwise } from "../reference/elementwise.js";
import { check, type Sample } from "../sample.js";

/** How an operand is laid out beside an r×c result: whole, one row, one column, 1×1, or a number. */
const layouts = ["full", "row", "column", "single", "number"] as const;
type Layout = (typeof layouts)[number];

/** Entries that an op is tested on, by operand: multiples of 1/1024, exact in every dtype. */
const fraction = (random: Random) => Math.ceil(random() * 1024) / 1024;
const signed = (random: Random) =>
  random() < 1 / 8 ? (random() < 0.5 ? 0 : -0) : 2 * fraction(random) - 1;
const scaled = (random: Random) => fraction(random) * 2 ** Math.round(20 * random() - 10);
const digit = (random: Random) => Math.floor(random() * 4) - 1;

type Draw = (random: Random) => number;
export const domains: Readonly<Record<ElementwiseOp, readonly Draw[]>> = {
  add: [signed, scaled],
  sub: [scaled, scaled],
  mul: [signed, scaled],
  div: [signed, scaled],
  min: [signed, signed],
  max: [signed, signed],
  pow: [scaled, (random) => 4 * fraction(random) - 2],
  lessEqual: [digit, digit],
  equal: [digit, digit],
  sqrt: [scaled],
  abs: [signed],
  exp: [(random) => 40 * fraction(random) - 20],
  log: [scaled],
  log1p: [(random) => (random() < 0.5 ? scaled(random) : (1 - 2 ** -10) * (fraction(random) - 1))],
  expm1: [(random) => (random() < 0.5 ? 20 * fraction(random) - 10 : signed(random) / 1024)],
  select: [digit, signed, scaled],
};
export const ops = Object.keys(domains) as ElementwiseOp[];

function operand(
  layout: Layout,
  rows: number,
  cols: number,
  dtype: Dtype,
  draw: Draw,
  random: Random,
) {
  if (layout === "number") return draw(random);
  const [r, c] = [
    layout === "full" || layout === "column" ? rows : 1,
    layout === "full" || layout === "row" ? cols : 1,
  ];
  return of(
    r,
    c,
    dtype,
    Array.from({ length: r * c }, () => draw(random)),
  );
}

/** One op on given operands against the reference; `out` asks for another dtype than theirs. */
export function elementwiseSample(
  context: Context,
  op: ElementwiseOp,
  operands: readonly (HostDense | number)[],
  out: Dtype = context.dtype,
): Sample {
  const matrices = operands.filter((one) => typeof one !== "number");
  const rows = Math.max(...matrices.map((one) => one.rows));
  const cols = Math.max(...matrices.map((one) => one.cols));
  const shapes = operands.map((one) =>
    typeof one === "number" ? String(one) : `${one.rows}×${one.cols}`,
  );
  const { capabilities } = context;
  return {
    label: `${op}(${shapes.join(", ")})`,
    inputs: matrices,
    compute: (la, uploaded) => [
      la.elementwise(op, interleaved(operands, uploaded), { dtype: out }),
    ],
    expected: () => [
      elementwise(op, rows, cols, operands, precision(out, capabilities), capabilities),
    ],
    flops: rows * cols,
  };
}

/** The operands, each host matrix in its place replaced by its upload. */
function interleaved(
  operands: readonly (HostMatrix | number)[],
  uploaded: readonly Matrix[],
): (Matrix | number)[] {
  let next = 0;
  return operands.map((one) => (typeof one === "number" ? one : uploaded[next++]!));
}

/** Every way to lay out n operands of which at least one is a matrix. */
function layoutsOf(n: number): Layout[][] {
  let all: Layout[][] = [[]];
  for (let i = 0; i < n; i++)
    all = all.flatMap((head) => layouts.map((layout) => [...head, layout]));
  return all.filter((one) => one.some((layout) => layout !== "number"));
}

const shapes: readonly (readonly [number, number])[] = [
  [1, 1],
  [1, 9],
  [8, 1],
  [2, 3],
  [4, 4],
  [7, 5],
  [17, 33],
  [65, 4],
];

function randomOp(
  context: Context,
  op: ElementwiseOp,
  layout: readonly Layout[],
  [rows, cols]: readonly [number, number],
  seed: number,
): Sample {
  const random = randomFrom(seed);
  const operands = layout.map((one, i) =>
    operand(one, rows, cols, context.dtype, domains[op][i]!, random),
  );
  return elementwiseSample(context, op, operands);
}

export const elementwiseFamily: Family = (context) => [
  ...ops.map((op) => ({
    name: `${op}, every broadcast`,
    run: () => {
      const all = layoutsOf(domains[op].length);
      // Three operands have 124 layouts: one shape off the tiles is enough for them.
      const sizes = domains[op].length < 3 ? shapes : [[7, 5] as const];
      return check(
        context,
        ...sizes.flatMap((size, s) =>
          all.map((layout, l) => randomOp(context, op, layout, size, 31 * s + l)),
        ),
      );
    },
  })),
  {
    name: "a constant matrix from numbers alone",
    run: () =>
      check(
        context,
        ...shapes.map(([rows, cols], i): Sample => ({
          label: `a constant ${rows}×${cols} matrix`,
          inputs: [],
          compute: (la) => [la.full(rows, cols, i - 2.5, context.dtype)],
          expected: () => [
            elementwise("add", rows, cols, [i - 2.5, 0], context, context.capabilities),
          ],
        })),
      ),
  },
  property(
    context,
    "any op, shape and broadcast",
    fc
      .constantFrom(...ops)
      .chain((op) =>
        fc.tuple(
          fc.constant(op),
          fc.constantFrom(...layoutsOf(domains[op].length)),
          fc.tuple(extent, extent),
          fc.nat(),
        ),
      ),
    ([op, layout, size, seed]) => check(context, randomOp(context, op, layout, size, seed)),
  ),
];
