// @ts-check
/**
 * `npm run check:numpy [-- backend …]`: 100 iterations of (4) and of (5) by the command against NumPy
 * written straight from the formulas, in a virtual environment of its own.
 */
import { compare } from "./python.js";

compare("numpy");
