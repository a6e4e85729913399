import type { MatrixInfo, StationarityOptions } from "@nonneg/core";
import { ranges, region, whole } from "./cut.js";
import { sumsOfTiles } from "./reduce.js";
import type { AnyHandle, AnyOperand, Workspace } from "./workspace.js";

/** Both sums of the KKT residual, added up over tiles of x; what repeats is read for each of them. */
export function stationarity(
  work: Workspace,
  out: { readonly residual: MatrixInfo; readonly scale: MatrixInfo },
  x: AnyOperand,
  terms: readonly AnyOperand[],
  partner: AnyOperand,
  options: StationarityOptions,
): { residual: AnyHandle; scale: AnyHandle } {
  const [height, width] = work.cut([x.rows, x.cols] as const, [[0, 1]]);
  const sides = [ranges(x.rows, height), ranges(x.cols, width)] as const;
  const [residual, scale] = sumsOfTiles(work, [out.residual, out.scale], sides, (step, i, j) => {
    const part = (a: AnyOperand) =>
      step.read(a, region(a.rows === 1 ? whole(1) : i, a.cols === 1 ? whole(1) : j));
    const [numerator, denominator] = terms.map(part);
    const own = options.factor === "H" ? region(whole(1), i) : region(j, whole(1));
    const both = work.inner.stationarity(
      out,
      part(x),
      numerator!,
      denominator!,
      step.read(partner, own),
      options,
    );
    return [both.residual, both.scale];
  });
  return { residual: residual!, scale: scale! };
}
