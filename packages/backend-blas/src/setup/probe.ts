/**
 * The program that proves an installation: loads the library named and compares its products with
 * plain JavaScript's. A process of its own, because a native library can crash. Prints its version.
 */
import { argv, stdout } from "node:process";
import { loadLibrary } from "../library.js";

stdout.write(loadLibrary(argv[2]).vendor.version);
