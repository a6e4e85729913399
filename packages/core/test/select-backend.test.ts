import { expect, test } from "vitest";
import {
  type BackendOptions,
  type BackendProvider,
  NonnegError,
  selectBackend,
  unknownMode,
} from "../src/index.js";
import { ThreeVerbs } from "./three-verbs.js";

const provider = (
  name: string,
  state: "ready" | "missing" | "software" | "broken",
  seen: BackendOptions[] = [],
): BackendProvider => ({
  name,
  isAvailable: () =>
    Promise.resolve(
      state === "missing"
        ? { available: false, reason: `${name} is not installed.`, fix: `install ${name}` }
        : {
            available: true,
            dtypes: ["float32"],
            device: "cpu",
            threads: 1,
            software: state === "software",
            versions: {},
          },
    ),
  create: (options) => {
    seen.push(options ?? {});
    if (state === "broken")
      return Promise.reject(new NonnegError("NONNEG_BACKEND_UNAVAILABLE", "it fell over"));
    return Promise.resolve(Object.assign(new ThreeVerbs(), { name }));
  },
});

test("auto takes the first that can run, software adapters last", async () => {
  const order = [
    provider("gone", "missing"),
    provider("emulated", "software"),
    provider("real", "ready"),
  ];
  expect((await selectBackend(order)).backend.name).toBe("real");
  expect((await selectBackend(order.slice(0, 2))).backend.name).toBe("emulated");
});

test("a named backend that cannot run fails with its reason and the fix", async () => {
  await expect(selectBackend([provider("gone", "missing")], "gone")).rejects.toMatchObject({
    code: "NONNEG_BACKEND_UNAVAILABLE",
    message: expect.stringMatching(/gone is not installed.*install gone/) as string,
  });
  const unsaid = { available: false, reason: "there is no /lib", fix: "install it" } as const;
  const plain = { ...provider("plain", "missing"), isAvailable: () => Promise.resolve(unsaid) };
  await expect(selectBackend([plain], "plain")).rejects.toMatchObject({
    message: 'Backend "plain" cannot run here: there is no /lib. To mend it: install it',
  });
  await expect(selectBackend([], "nothing")).rejects.toMatchObject({ code: "NONNEG_OPTION" });
  await expect(selectBackend([])).rejects.toMatchObject({ code: "NONNEG_BACKEND_UNAVAILABLE" });
});

test("a list is an order of preference, and says what it passed over", async () => {
  const seen: BackendOptions[] = [];
  const providers = [
    provider("gone", "missing"),
    provider("broken", "broken"),
    provider("real", "ready", seen),
  ];
  const selection = await selectBackend(providers, "gone, broken, real:fast", { threads: 3 });
  expect(selection.backend.name).toBe("real");
  expect(selection.skipped.map(({ name }) => name)).toEqual(["gone", "broken"]);
  expect(seen).toEqual([{ threads: 3, mode: "fast" }]);
});

test("a mode that a backend does not have is refused, in a list too", async () => {
  const ready = provider("real", "ready");
  const checked = (...modes: readonly string[]): BackendProvider => ({
    ...ready,
    isAvailable: async (options) =>
      unknownMode("real", options, modes) ?? (await ready.isAvailable()),
  });
  const other = provider("other", "ready");
  for (const wanted of ["real:slow", "real:slow,other", "real:"]) {
    await expect(selectBackend([checked(), other], wanted)).rejects.toMatchObject({
      code: "NONNEG_OPTION",
      message: expect.stringMatching(/real has no mode "(slow)?".*use real, which/) as string,
    });
  }
  const some = checked("fast", "safe");
  await expect(selectBackend([some], "real:slow")).rejects.toMatchObject({
    code: "NONNEG_OPTION",
    message: expect.stringContaining("use one of real:fast, real:safe") as string,
  });
  expect((await selectBackend([some], "real:safe")).backend.name).toBe("real");
  expect((await selectBackend([some], "real")).backend.name).toBe("real");
  // No part of what is asked for is left out.
  await expect(selectBackend([some], "real:safe:x")).rejects.toMatchObject({
    code: "NONNEG_OPTION",
  });
});

test("auto stands alone, whatever is around it", async () => {
  const ready = [provider("real", "ready")];
  expect((await selectBackend(ready, " auto ")).backend.name).toBe("real");
  await expect(selectBackend(ready, "real, auto")).rejects.toMatchObject({
    code: "NONNEG_OPTION",
    message: expect.stringContaining("stands alone") as string,
  });
});
