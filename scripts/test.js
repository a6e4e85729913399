// @ts-check
/** `npm test`: install, build and run the tests of every package. */
import { build, install, pnpm } from "./workspace.js";

install();
build();
// A failure hides no other: every package is run.
pnpm("exec turbo run test --continue");
