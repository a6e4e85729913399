/** Tests run what users get: not the kernels that an environment asks of OpenBLAS, but those that suit the CPU. */
import { env } from "node:process";

delete env["OPENBLAS_CORETYPE"];
