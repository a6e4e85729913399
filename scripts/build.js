// @ts-check
/** `npm run build`: install and build. */
import { build, install } from "./workspace.js";

install();
build();
