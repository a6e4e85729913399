/** Batches of samples, and what is learned from them. */
import { expect } from "vitest";
import {
  factorize,
  type FactorizeOptions,
  type HostDense,
  Linalg,
  partialFit,
  type PartialFit,
  type PartialFitOptions,
  type PartialFitStart,
  type PartialState,
  uniform,
} from "../src/index.js";
import { product, random } from "./host.js";
import { ThreeVerbs } from "./three-verbs.js";

export async function take(
  batch: HostDense,
  from: PartialState | PartialFitStart,
  options: PartialFitOptions = {},
): Promise<PartialFit> {
  const backend = new ThreeVerbs();
  const fit = await partialFit(new Linalg(backend), batch, from, options);
  expect(backend.live).toBe(0);
  return fit;
}
export const fitOn = (V: HostDense, options: FactorizeOptions) =>
  factorize(new Linalg(new ThreeVerbs()), V, { tol: 0, kktTol: 0, ...options });
export const rowsOf = ({ cols, data }: HostDense, from: number, to: number): HostDense => ({
  rows: to - from,
  cols,
  data: data.slice(from * cols, to * cols),
});
/** A product of rank 3 with one percent of noise, positive. */
export const planted = (rows: number, cols: number): HostDense => {
  const P = product(random(rows, 3, 11), random(3, cols, 12));
  const data = P.data.map((x, p) => x * (0.99 + 0.02 * uniform(13, 0, p, 0)));
  return { ...P, data };
};
