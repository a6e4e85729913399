// @ts-check
/**
 * `npm run check:sklearn [-- backend …]`: the command against scikit-learn, in a virtual environment
 * of its own: traces of its multiplicative solver, and the objective of its coordinate descent.
 */
import { compare } from "./python.js";

compare("sklearn");
