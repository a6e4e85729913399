/** Backends by mode, by the environment, from elsewhere; and `doctor`, which tries them. */
import { createJsBackend } from "@nonneg/backend-js";
import type { BackendProvider } from "@nonneg/core";
import { afterEach, describe, expect, test, vi } from "vitest";
import { openBackend } from "../src/index.js";
import { knownProviders } from "../src/open-backend.js";
import { providers } from "../src/providers.js";
import { useTemporaryDirectory } from "./io/files.js";
import { nonneg } from "./support.js";

const { put } = useTemporaryDirectory();
afterEach(() => {
  vi.unstubAllEnvs();
});

/** A module that exports js as a backend of the body of `create`. */
const theirs = (body: string) =>
  put(
    "theirs.mjs",
    `import { provider as js } from ${JSON.stringify(import.meta.resolve("@nonneg/backend-js"))};
     export const provider = {
       name: "theirs",
       isAvailable: () => js.isAvailable(),
       create: async (options) => { ${body} },
     };`,
  );

test("a name is a package's where it is none of ours and such a package is installed", async () => {
  await expect(openBackend("commander")).rejects.toMatchObject({
    code: "NONNEG_BACKEND_UNAVAILABLE",
    message: expect.stringMatching(/"commander" cannot run here: it exports no backend/) as string,
  });
  await expect(openBackend("comander")).rejects.toMatchObject({
    code: "NONNEG_OPTION",
    message: expect.stringMatching(/"comander" is unknown. Known: auto, blas/) as string,
  });
});

describe.each(providers)("a mode that $name does not have", (provider) => {
  const { name } = provider;
  const expected = {
    code: "NONNEG_OPTION",
    message: expect.stringMatching(
      name === "gpujs"
        ? /no mode "nope".*use one of gpujs:webgpu, .*gpujs:cpu/
        : /no mode "nope".*use [\w-]+, which has no modes/,
    ) as string,
  };

  test("is refused", async () => {
    expect(await provider.isAvailable({ mode: "nope" })).toMatchObject({ available: false });
    await expect(provider.create({ mode: "nope" })).rejects.toMatchObject(expected);
    await expect(openBackend(`${name}:nope`)).rejects.toMatchObject(expected);
    await expect(openBackend(`${name}:nope,js`)).rejects.toMatchObject(expected);
    await expect(openBackend(provider, { mode: "nope" })).rejects.toMatchObject(expected);
    vi.stubEnv("NONNEG_BACKEND", `js:nope,${name}`);
    await expect(openBackend()).rejects.toMatchObject({ code: "NONNEG_OPTION" });
  });
});

test("a backend from elsewhere takes modes of its own", async () => {
  const seen: unknown[] = [];
  const provider: BackendProvider = {
    ...providers.find(({ name }) => name === "js")!,
    isAvailable: () => providers.find(({ name }) => name === "js")!.isAvailable(),
    create: (options) => {
      seen.push(options?.mode);
      return Promise.resolve(createJsBackend());
    },
  };
  await using _given = await openBackend(provider, { mode: "theirs" });
  expect(seen).toEqual(["theirs"]);
  const path = await theirs(
    'return Object.assign(await js.create(), { name: "mode " + options.mode });',
  );
  await using open = await openBackend(`${path}:fast`);
  expect(open.la.backend.name).toBe("mode fast");
});

test("NONNEG_BLAS is the library of blas, and of no other", async () => {
  vi.stubEnv("NONNEG_BLAS", "/no/such/library");
  const names = async () => {
    const all = knownProviders().filter(({ name }) => name !== "gpujs");
    const found = await Promise.all(all.map((provider) => provider.isAvailable()));
    return all.filter((_, p) => found[p]!.available).map(({ name }) => name);
  };
  const without = await names();
  vi.unstubAllEnvs();
  expect(without).toEqual((await names()).filter((name) => name !== "blas"));

  const env = { NONNEG_BLAS: "/no/such/library" };
  const run = await nonneg(["backends", "--json"], { env });
  const rows = JSON.parse(run.stdout) as { name: string; available: boolean; reason?: string }[];
  expect(rows.find(({ name }) => name === "blas")).toMatchObject({ available: false });
  expect(rows.find(({ name }) => name === "blas")!.reason).toContain("/no/such/library");
});

describe("doctor", () => {
  test.each([
    ["garbage", /"garbage" is unknown\. Known: auto, blas, wasm, js/],
    ["js:garbage", /js has no mode "garbage"/],
  ])("there is no %s: exit 1, and which there are", async (name, says) => {
    const run = await nonneg(["doctor", name, "--json"]);
    expect(run).toMatchObject({ code: 1, stdout: "" });
    expect(run.stderr).toMatch(/^NONNEG_OPTION: /);
    expect(run.stderr).toMatch(says);
    expect(run.stderr.trim()).not.toContain("\n");
  });

  test("an unknown name is refused before anything is tried", async () => {
    expect((await nonneg(["doctor", "js", "garbage"])).stdout).toBe("");
  });

  test("one that cannot run is no crash; one that ends its process is", async () => {
    const run = await nonneg(["doctor", "./none.js", "js"]);
    expect(run.code, run.stderr).toBe(0);
    expect(run.stdout).toMatch(/^– .*unavailable: .*cannot be imported.*\n✓ .*healthy: .*\n$/);
    const crashing = await nonneg([
      "doctor",
      await theirs("process.kill(process.pid, 'SIGKILL');"),
    ]);
    expect(crashing.code).toBe(1);
    expect(crashing.stdout).toMatch(/^✗ .*crashed: its process ended with SIGKILL/);
    const throwing = await nonneg(["doctor", await theirs("throw new TypeError('no luck');")]);
    expect(throwing.code).toBe(1);
    expect(throwing.stdout).toMatch(/crashed: its process ended with 1\. TypeError: no luck/);
  });
});
