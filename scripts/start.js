// @ts-check
/** `npm start`: install, build, factorize the handwritten digits and leave a report to look at. */
import { build, install, node } from "./workspace.js";

install();
build();
node([
  "packages/nonneg/bin/nonneg.js",
  "factorize",
  "packages/nonneg/data/digits.npy",
  ...["--rank", "16"],
  ...["--out", "nonneg-out/digits"],
  "--report",
]);
