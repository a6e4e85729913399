import type { Model } from "../factorize.js";
import { escape, type ImageShape, picture } from "./picture.js";
import { slice } from "./slice.js";

const MOST_COMPONENTS = 100;
const FEATURES = 8;

/** The basis: pictures where its vectors are images, else the largest features of each component. */
export function components(
  model: Model,
  shape: ImageShape | undefined,
  names: readonly string[] | undefined,
): string {
  const ranked = byContribution(model);
  const shown = ranked.slice(0, MOST_COMPONENTS);
  const axis = model.samples === "rows" ? "row" : "column";
  const vectors = shown.map(({ component }) => slice(model.basis, axis, component));
  const captions = shown.map(
    ({ component, share }) => `component ${component} · ${(100 * share).toFixed(1)} %`,
  );
  const body = shape
    ? `<div class="pictures">${vectors
        .map(
          (vector, p) =>
            `<figure>${picture(vector, shape, Math.max(...vector), captions[p]!)}<figcaption>${captions[p]!.replace(" · ", "<br>")}</figcaption></figure>`,
        )
        .join("")}</div>`
    : `<div class="samples">${vectors.map((vector, p) => `<section class="card"><figcaption>${captions[p]!}</figcaption>${features(vector, names)}</section>`).join("")}</div>`;
  const more =
    ranked.length > shown.length ? ` The first ${shown.length} of ${ranked.length} are shown.` : "";
  return `<section><h2>Components</h2><p>Each in its own scale, by its share of the sum of WH.${more}</p>${body}</section>`;
}

function byContribution({ contributions }: Model): { component: number; share: number }[] {
  return contributions
    .map((share, component) => ({ component, share }))
    .sort((a, b) => b.share - a.share);
}

function features(vector: Float64Array, names: readonly string[] | undefined): string {
  const largest = Math.max(...vector);
  const items = Array.from(vector, (value, at) => ({ value, name: names?.[at] ?? `feature ${at}` }))
    .sort((a, b) => b.value - a.value)
    .slice(0, FEATURES)
    .map(({ value, name }) => {
      const share = largest > 0 ? (100 * value) / largest : 0;
      return `<li style="--share:${share.toFixed(1)}%"><span>${escape(name)}</span><span>${Number(value.toPrecision(3))}</span></li>`;
    });
  return `<ol class="features">${items.join("")}</ol>`;
}
