// @ts-check
import { sabotaged } from "./reference.js";

export const provider = sabotaged("hang", () => {
  for (;;);
});
