import { decode } from "fast-png";
import { beforeAll, describe, expect, test } from "vitest";
import { factorize, type HostDense, type HostSparse, type Model } from "../src/index.js";
import { report } from "../src/report/report.js";
import { DIGITS, npy } from "./support.js";

const pictures = (page: string): Uint8Array[] =>
  [...page.matchAll(/src="data:image\/png;base64,([^"]+)"/g)].map(([, text]) =>
    Buffer.from(text!, "base64"),
  );

describe("of digits", () => {
  let V: HostDense;
  let model: Model;
  let page = "";
  beforeAll(async () => {
    V = await npy(DIGITS);
    model = await factorize(V, { rank: 5, backend: "js", maxIterations: 20, tol: 0, kktTol: 0 });
    page = report(model, { title: "digits <1>", V });
  });

  test("is one page that asks for nothing from elsewhere and runs nothing", () => {
    expect(page).not.toMatch(/<script|<link|<iframe|\bon\w+=|@import/i);
    const urls = [...page.matchAll(/(?:src|href)="([^"]*)"|url\(([^)]*)\)/g)];
    for (const [, a, b] of urls) expect(a ?? b).toMatch(/^(data:|#)/);
    expect(page).toContain("digits &#60;1&#62;");
    expect(page).not.toMatch(/NaN|undefined/);
  });

  test("every component is a picture of 8×8 whose brightest pixel is its largest entry", () => {
    const first = pictures(page)
      .slice(0, 5)
      .map((png) => decode(png));
    const order = [...page.matchAll(/<figcaption>component (\d)/g)].map(([, a]) => Number(a));
    expect([...order].sort()).toEqual([0, 1, 2, 3, 4]);
    first.forEach(({ width, height, data }, p) => {
      expect([width, height]).toEqual([8, 8]);
      const row = model.H.data.subarray(64 * order[p]!, 64 * order[p]! + 64);
      const light = Array.from(row, (_, q) => data[3 * q]! + data[3 * q + 1]! + data[3 * q + 2]!);
      expect(light.indexOf(Math.max(...light))).toBe(row.indexOf(Math.max(...row)));
    });
  });

  test("the certificate says what the model says", () => {
    const text = page.replace(/<[^>]*>/g, " ");
    expect(text).toContain("the number of iterations allowed after 20 iterations");
    expect(text).toContain(model.relativeError.toPrecision(4));
    expect(text).toContain(model.kkt.toExponential(2));
    expect(text).toMatch(/js on cpu, 1 thread, float64/);
    expect(text).toMatch(/nonneg \d+\.\d+\.\d+/);
  });
});

test("components that are no pictures are their largest features, by name", async () => {
  const V: HostSparse = {
    ...{ rows: 3, cols: 3, indptr: Int32Array.of(0, 1, 2, 3), indices: Int32Array.of(0, 1, 1) },
    values: Float64Array.of(1, 2, 3),
  };
  const model = await factorize(V, { rank: 1, backend: "js" });
  const page = report(model, { title: "words", V, featureNames: ["cat", "do&g", "eel"] });
  expect(page).toMatch(/cat|do&#38;g/);
  expect(page).not.toContain("do&g");
  expect(page).not.toMatch(/NaN|undefined/);
});
