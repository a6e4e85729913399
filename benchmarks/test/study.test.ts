import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { planOf } from "../dist/plan.js";
import { parseStudy, readStudy, type Study } from "../dist/study.js";

const shipped = readdirSync(fileURLToPath(new URL("../studies/", import.meta.url)));
const fit = { name: "tiny", rows: 30, cols: 20, rank: 3 };
const study = { name: "s", title: "S", measure: "iteration", cases: [fit] };
const parse = (given: object): Study => parseStudy({ ...study, ...given }, "/folder/study.json");

describe("a study", () => {
  test.each(shipped)("%s is one, and has rows", (file) => {
    const rows = planOf(readStudy(file.replace(/\.json$/, "")), { peers: true });
    expect(rows.length).toBeGreaterThan(0);
    expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
  });

  test.each<[what: string, given: object, message: RegExp]>([
    ["an unknown member", { case: [] }, /the study: "case" is unknown here/],
    ["a missing member", { title: undefined }, /must have required property 'title'/],
    [
      "a choice that is none",
      { losses: ["hinge"] },
      /losses\.0 is "hinge": expected "euclidean", "kullback-leibler"/,
    ],
    [
      "a number out of range",
      { cases: [{ ...fit, density: 2 }] },
      /cases\.0\.density is 2: must be <= 1/,
    ],
    [
      "a kernel among fits",
      { cases: [{ name: "k", kernel: "gram" }] },
      /cases\[0\] \("k"\): a kernel, where measure is "iteration"/,
    ],
    ["a fit among kernels", { measure: "kernel" }, /cases\[0\] \("tiny"\): expected a kernel/],
    ["two series in one", { cases: [{ ...fit, rows: [1, 2], cols: [3, 4] }] }, /two series in one/],
    ["no size at all", { cases: [{ name: "x", rank: 3 }] }, /expected rows and cols, or data/],
    [
      "iterations that do not divide",
      { cases: [{ ...fit, iterations: [4, 10] }] },
      /iterations 4, 10: expected the second/,
    ],
    ["one name twice", { cases: [fit, fit] }, /a case of this name is there already/],
  ])("with %s is refused", (_what, given, message) => {
    expect(() => parse(given)).toThrow(message);
  });

  test("reads paths from where its file is", () => {
    const { cases, backends } = parse({
      cases: [{ ...fit, data: "v.npy" }],
      backends: ["js", "./mine.js"],
    });
    expect(cases[0]).toMatchObject({ data: "/folder/v.npy" });
    expect(backends).toEqual(["js", "/folder/mine.js"]);
  });

  test("becomes rows: a series its points, a loss the rules that minimise it, peers where asked for", () => {
    const series = parse({
      cases: [{ ...fit, cols: [10, 20, 40] }],
      losses: ["euclidean", "kullback-leibler"],
      rules: ["multiplicative", "hals"],
      backends: ["js"],
      peers: ["scikit-learn:mu"],
    });
    const rows = planOf(series, { peers: false });
    expect(rows).toHaveLength(3 * (2 + 1));
    expect(rows[0]!.series).toEqual({ name: "tiny · euclidean", along: "n", at: 10 });
    expect(planOf(series, { peers: true })).toHaveLength(3 * (3 + 2));
    expect(planOf(series, { peers: true, filter: "Kullback = 20 scikit" })).toHaveLength(1);
  });
});
