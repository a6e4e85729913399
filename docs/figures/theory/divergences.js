// @ts-check
/** d_β(1, x) for some β. */
import { betaCost } from "@nonneg/core/proofs";
import { colours, range, render } from "../render.js";

const BETAS = new Map([
  [-1, "β = −1"],
  [0, "β = 0, Itakura–Saito"],
  [1, "β = 1, Kullback–Leibler"],
  [2, "β = 2, half the square"],
  [3, "β = 3"],
]);

export function draw() {
  const column = { v: [1], W: { rows: 1, cols: 1, data: Float64Array.of(1) } };
  const values = [...BETAS].flatMap(([beta, name]) =>
    range(0.02, 4, 200).map((x) => ({ name, x, d: betaCost(beta, column, [x]) })),
  );
  return render("d_β(1, x): every member is zero at x = 1 and positive elsewhere.", {
    width: 460,
    height: 260,
    data: { values },
    mark: { type: "line", strokeWidth: 2, clip: true },
    encoding: {
      x: { field: "x", type: "quantitative", title: "x, the model of an entry v = 1" },
      y: { field: "d", type: "quantitative", title: "d_β(1, x)", scale: { domain: [0, 3] } },
      color: { field: "name", type: "nominal", title: null, scale: colours([...BETAS.values()]) },
    },
  });
}
