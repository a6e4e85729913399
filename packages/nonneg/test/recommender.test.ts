/** docs/examples/recommender.md, run. */
import { expect, test } from "vitest";
import { compare } from "../../../docs/examples/recommender.js";
import { expectCodeOf } from "./pages.js";

test("the page shows the code that runs", () => expectCodeOf("recommender"));

test("held-out ratings are predicted better than by the means of users and of items", async () => {
  const { rows } = await compare();
  const error = (name: string) => rows.find((row) => row.name === name)!.rmse;
  const planted = error("rank 4");
  expect(planted).toBeLessThan(error("mean of the user"));
  expect(planted).toBeLessThan(error("mean of the item"));
  // The genres that are there: fewer explain less, more explain noise.
  for (const rank of [1, 2, 3, 6, 8]) expect(planted).toBeLessThan(error(`rank ${rank}`));
  // What an unknown rating read as a zero does.
  expect(planted).toBeLessThan(error("rank 4, the unknown read as 0"));
});
