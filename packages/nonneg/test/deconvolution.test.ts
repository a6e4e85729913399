/** docs/examples/deconvolution.md, run. */
import { expect, test } from "vitest";
import { blur, distance, observe, restore, truth } from "../../../docs/examples/deconvolution.js";
import { expectCodeOf } from "./pages.js";

test("the page shows the code that runs", () => expectCodeOf("deconvolution"));

test("a blurred picture comes nearer to the true one, and each iteration fits what is seen better", async () => {
  const W = blur(1.2);
  const picture = await truth();
  const seen = observe(picture, W);
  const [few, more] = [await restore(seen, W, 10), await restore(seen, W, 30)];
  const distances = [more.picture, few.picture, seen].map((one) => distance(one, picture));
  expect(distances).toEqual(distances.toSorted((a, b) => a - b));
  expect(more.cost).toBeLessThan(few.cost);
  // Rule (5) conserves what was counted: the blur loses no light.
  const light = (one: ArrayLike<number>) => Array.from(one).reduce((a, b) => a + b, 0);
  const rounding = 4 * seen.length * 2 ** -53;
  expect(Math.abs(light(more.picture) / light(seen) - 1)).toBeLessThan(rounding);
});

test("the blur is a matrix whose columns sum to one, and one pixel becomes its column", () => {
  const W = blur(1.2);
  const sums = new Float64Array(W.cols);
  W.data.forEach((light, p) => (sums[p % W.cols]! += light));
  for (const sum of sums) expect(Math.abs(sum - 1)).toBeLessThan(W.rows * 2 ** -53);
});
