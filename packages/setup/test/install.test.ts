import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { install } from "../src/index.js";
import { freshDirectory } from "./directory.js";

const at = freshDirectory();

/** A library is a file here, which works unless it says "broken"; `made` is what a setup puts there. */
const library = (made: string, signal?: AbortSignal) => ({
  ...{ directory: at("cache", "library"), failure: "No library.", signal },
  async make(staging: string) {
    await writeFile(join(staging, "library"), made);
    return "made" as const;
  },
  async verify(directory: string) {
    const content = await readFile(join(directory, "library"), "utf8");
    if (content === "broken") throw new Error("it computes wrongly");
    return content;
  },
});

function alreadyThere(content: string) {
  mkdirSync(at("cache", "library"), { recursive: true });
  writeFileSync(at("cache", "library", "library"), content);
}

const inPlace = () => readFileSync(at("cache", "library", "library"), "utf8");
const entries = () => readdirSync(at("cache"));

describe("install", () => {
  test("makes what is not there, and keeps what is there and works", async () => {
    expect(await install(library("1.0"))).toEqual({ version: "1.0", source: "made" });
    expect(await install(library("2.0"))).toEqual({ version: "1.0", source: "kept" });
    expect([inPlace(), entries()]).toEqual(["1.0", ["library"]]);
  });

  test("makes again what is there and does not work", async () => {
    alreadyThere("broken");
    expect(await install(library("2.0"))).toEqual({ version: "2.0", source: "made" });
    expect([inPlace(), entries()]).toEqual(["2.0", ["library"]]);
  });

  test("what does not work is never in place, and nothing is left of it", async () => {
    await expect(install(library("broken"))).rejects.toMatchObject({
      code: "NONNEG_BACKEND_UNAVAILABLE",
      message: "No library. it computes wrongly",
    });
    expect(entries()).toEqual([]);
  });

  test("of two at once one result stays, and both succeed", async () => {
    const both = await Promise.all([install(library("1.0")), install(library("2.0"))]);
    expect(both.map(({ version }) => version)).toEqual(["1.0", "2.0"]);
    expect(["1.0", "2.0"]).toContain(inPlace());
    expect(entries()).toEqual(["library"]);
  });

  test("aborted, it rejects with the reason and leaves nothing", async () => {
    const controller = new AbortController();
    const reason = new Error("enough");
    const given = library("1.0", controller.signal);
    const make = async () => {
      controller.abort(reason);
      throw new Error("a command was killed");
    };
    await expect(install({ ...given, make })).rejects.toBe(reason);
    expect(entries()).toEqual([]);
  });
});
