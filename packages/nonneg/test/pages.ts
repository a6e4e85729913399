/** The pages of docs/examples show code; each piece of it stands in the file beside the page. */
import { readFile } from "node:fs/promises";
import { expect } from "vitest";
import { here } from "./support.js";

/** Without its indentation, which depends on where a piece stands. */
const lines = (code: string): string =>
  code
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .join("\n");

export async function expectCodeOf(name: string): Promise<void> {
  const folder = here("../../../docs/examples/");
  const page = await readFile(`${folder}${name}.md`, "utf8");
  const code = lines(await readFile(`${folder}${name}.js`, "utf8"));
  const pieces = [...page.matchAll(/```js\n(.*?)```/gs)].map(([, piece]) => lines(piece!));
  expect(pieces.length).toBeGreaterThan(0);
  for (const piece of pieces) expect(code).toContain(piece);
}
