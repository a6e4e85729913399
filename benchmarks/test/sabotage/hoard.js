// @ts-check
import { sabotaged } from "./reference.js";

export const provider = sabotaged("hoard", () => {
  const hoard = [];
  for (;;) hoard.push(Buffer.alloc(2 ** 24, 1));
});
