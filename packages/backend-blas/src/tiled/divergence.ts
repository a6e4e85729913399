import type { DivergenceOperands, Factor, MatrixInfo } from "@nonneg/core";
import { type Range, ranges, region, whole } from "./cut.js";
import { reduce, sumsOfTiles } from "./reduce.js";
import type { AnyHandle, AnyOperand, Workspace } from "./workspace.js";

type Operands = DivergenceOperands<AnyHandle>;

/** V (m×n), W (m×k), H (k×n): tiles of V by rows and columns, with all of the rank. */
function cutOperands(work: Workspace, { v, w }: Operands): readonly [number, number] {
  const tiles = [[0, 1] as const, [0, 2] as const, [2, 1] as const];
  const [rows, cols] = work.cut([v.rows, v.cols, w.cols] as const, tiles, 2);
  return [rows, cols];
}

/** What belongs to rows i and columns j of V, in the memory. */
function readOperands(work: Workspace, { beta, v, w, h, weights }: Operands, i: Range, j: Range) {
  const rank = whole(w.cols);
  return {
    beta,
    v: work.read(v, region(i, j)),
    w: work.read(w, region(i, rank)),
    h: work.read(h, region(rank, j)),
    ...(weights && { weights: work.read(weights, region(i, j)) }),
  };
}

/** The operands in the order of their names, and back. */
const listed = ({ v, w, h, weights }: Operands) => (weights ? [v, w, h, weights] : [v, w, h]);
const named = <H>(beta: number, [v, w, h, weights]: readonly DivergenceOperands<H>["v"][]) => ({
  ...{ beta, v: v!, w: w!, h: h! },
  ...(weights && { weights }),
});

/** Terms of a step, summed over tiles: for H down the rows of V, for W along its columns. */
export function divergenceTerms(
  work: Workspace,
  out: { readonly numerator: MatrixInfo; readonly denominator: MatrixInfo },
  operands: Operands,
  factor: Factor,
): { numerator: AnyHandle; denominator: AnyHandle } {
  const { inner } = work;
  const { beta, v, w, h, weights } = operands;
  if (v.format === "csr") {
    const [numerator, denominator] = work.uncut(
      [out.numerator, out.denominator],
      listed(operands),
      (given) => {
        const terms = inner.divergenceTerms(out, named(beta, given), factor);
        return [terms.numerator, terms.denominator];
      },
    );
    return { numerator: numerator!, denominator: denominator! };
  }
  const [rows, cols] = cutOperands(work, operands);
  const forH = factor === "H";
  const [own, partners] = forH
    ? [ranges(v.cols, cols), ranges(v.rows, rows)]
    : [ranges(v.rows, rows), ranges(v.cols, cols)];
  // then the denominator is the sums of the partner, whatever the number of tiles
  const short = beta === 1 && weights === undefined;
  const numerator = work.make(out.numerator);
  const denominator = short
    ? partnerSums(work, out.denominator, forH ? w : h, forH)
    : work.make(out.denominator);
  const rank = whole(w.cols);
  for (const range of own) {
    using step = work.step();
    const block = forH ? region(rank, range) : region(range, rank);
    const info = { ...out.numerator, rows: block.rows, cols: block.cols };
    const second = short ? out.denominator : { ...info, dtype: out.denominator.dtype };
    const [first, other] = step.sums(short ? [info] : [info, second], partners, (part, partner) => {
      const [i, j] = forH ? [partner, range] : [range, partner];
      const given = readOperands(part, operands, i, j);
      const terms = inner.divergenceTerms({ numerator: info, denominator: second }, given, factor);
      if (!short) return [terms.numerator, terms.denominator];
      inner.release(terms.denominator);
      return [terms.numerator];
    });
    step.write(numerator, block, first!);
    if (other !== undefined) step.write(denominator, block, other);
  }
  return { numerator: work.give(numerator), denominator: work.give(denominator) };
}

/** Column sums of W (k×1, for H), row sums of H (1×k, for W). A vector lies the same way either way. */
function partnerSums(
  work: Workspace,
  out: MatrixInfo,
  partner: AnyOperand,
  forH: boolean,
): AnyOperand {
  const shape = { ...out, rows: out.cols, cols: out.rows };
  return work.own(out, reduce(work, shape, "sum", partner, forH ? "rows" : "cols"));
}

export function divergence(
  work: Workspace,
  out: { readonly sum: MatrixInfo; readonly infinite: MatrixInfo },
  operands: Operands,
): { sum: AnyHandle; infinite: AnyHandle } {
  const { inner } = work;
  const { beta, v } = operands;
  if (v.format === "csr") {
    const [sum, infinite] = work.uncut([out.sum, out.infinite], listed(operands), (given) => {
      const both = inner.divergence(out, named(beta, given));
      return [both.sum, both.infinite];
    });
    return { sum: sum!, infinite: infinite! };
  }
  const [height, width] = cutOperands(work, operands);
  const sides = [ranges(v.rows, height), ranges(v.cols, width)] as const;
  const [sum, infinite] = sumsOfTiles(work, [out.sum, out.infinite], sides, (step, i, j) => {
    const both = inner.divergence(out, readOperands(step, operands, i, j));
    return [both.sum, both.infinite];
  });
  return { sum: sum!, infinite: infinite! };
}
