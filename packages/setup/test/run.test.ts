import { execPath } from "node:process";
import { describe, expect, test } from "vitest";
import { run } from "../src/index.js";

const node = (program: string, signal?: AbortSignal) =>
  run(execPath, ["--eval", program], { env: { GREETING: "hello" }, signal });

describe("run", () => {
  test("gives what was written to stdout, and nothing else", async () => {
    const program = "console.log(process.env.GREETING); console.error('aside')";
    expect(await node(program)).toBe("hello\n");
  });

  test("a command that fails: the code and its last words", async () => {
    const program = "for (let i = 0; i < 99; i++) console.error('line', i); process.exitCode = 3";
    const error = await node(program).catch((error: unknown) => error as Error);
    expect(error).toMatchObject({ message: expect.stringMatching(/ended with code 3:/) as string });
    expect(error).toMatchObject({ message: expect.stringMatching(/line 98$/) as string });
    expect(error).not.toMatchObject({ message: expect.stringMatching(/line 1$/m) as string });
  });

  test("a command that does not exist is named", async () => {
    await expect(run("nonneg-has-no-such-command", [])).rejects.toThrow(
      /^nonneg-has-no-such-command cannot be run/,
    );
  });

  test("aborted, it rejects with the reason when the process has ended", async () => {
    const controller = new AbortController();
    const reason = new Error("enough");
    const running = node("setInterval(() => {}, 1000)", controller.signal);
    controller.abort(reason);
    await expect(running).rejects.toBe(reason);
  });
});
