// @ts-check
/** `npm test`: install, build, bring the backends that can be had, and run the tests of every package. */
import { build, install, node, pnpm } from "./workspace.js";

install();
build();
// What cannot be had is said and its tests skipped; NONNEG_SETUP=none leaves this out.
node(["packages/nonneg/bin/nonneg.js", "setup", "--for-tests"]);
// A failure hides no other: every package is run.
pnpm("exec turbo run test --continue");
