import { expect, test } from "vitest";
import {
  type BackendOptions,
  type BackendProvider,
  NonnegError,
  selectBackend,
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
