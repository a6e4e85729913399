import type { HostMatrix } from "@nonneg/core";
import type { Model } from "../factorize.js";
import { bars } from "./chart.js";
import { escape, type ImageShape, picture } from "./picture.js";
import { slice } from "./slice.js";

const SHOWN = 12;

/** Some samples, evenly spread over the data, beside their reconstructions and coefficients. */
export function samples(
  model: Model,
  V: HostMatrix,
  shape: ImageShape | undefined,
  names: readonly string[] | undefined,
): string {
  const byRows = model.samples === "rows";
  const count = byRows ? V.rows : V.cols;
  const chosen = [
    ...new Set(Array.from({ length: SHOWN }, (_, s) => Math.floor((s * count) / SHOWN))),
  ];
  const tallest = Math.max(...chosen.flatMap((s) => [...coefficientsOf(model, s)]));
  const cards = chosen.map((s) => {
    const coefficients = [...coefficientsOf(model, s)];
    const titles = coefficients.map((value, a) => `component ${a}: ${value.toPrecision(3)}`);
    const name = escape(names?.[s] ?? `sample ${s}`);
    const pictures = shape ? pair(model, V, s, shape, name) : "";
    return `<div class="${shape ? "card sample" : "card"}">${pictures}<figure>${bars(coefficients, titles, tallest)}<figcaption>${shape ? "coefficients" : name}</figcaption></figure></div>`;
  });
  const what = shape
    ? "Each sample, its reconstruction, and how much of each component it is made of."
    : "How much of each component some samples are made of.";
  return `<section><h2>Samples</h2><p>${what}</p><div class="samples">${cards.join("")}</div></section>`;
}

function pair(model: Model, V: HostMatrix, s: number, shape: ImageShape, name: string): string {
  const original = sampleOf(V, model.samples === "rows" ? "row" : "column", s);
  const rebuilt = reconstruction(model, s);
  const brightest = Math.max(...original);
  return (
    `<figure>${picture(original, shape, brightest, name)}<figcaption>${name}</figcaption></figure>` +
    `<figure>${picture(rebuilt, shape, brightest, "reconstruction")}<figcaption>WH</figcaption></figure>`
  );
}

function coefficientsOf({ coefficients, samples }: Model, s: number): Float64Array {
  return slice(coefficients, samples === "rows" ? "row" : "column", s);
}

function reconstruction(model: Model, s: number): Float64Array {
  const { basis, samples } = model;
  const sum = new Float64Array(samples === "rows" ? basis.cols : basis.rows);
  coefficientsOf(model, s).forEach((share, a) => {
    const component = slice(basis, samples === "rows" ? "row" : "column", a);
    component.forEach((value, p) => (sum[p] = sum[p]! + share * value));
  });
  return sum;
}

function sampleOf(V: HostMatrix, axis: "row" | "column", at: number): Float64Array {
  if ("data" in V) return slice(V, axis, at);
  const vector = new Float64Array(axis === "row" ? V.cols : V.rows);
  for (let i = 0; i < V.rows; i++) {
    if (axis === "row" && i !== at) continue;
    for (let p = V.indptr[i]!; p < V.indptr[i + 1]!; p++) {
      if (axis === "row") vector[V.indices[p]!] = V.values[p]!;
      else if (V.indices[p] === at) vector[i] = V.values[p]!;
    }
  }
  return vector;
}
