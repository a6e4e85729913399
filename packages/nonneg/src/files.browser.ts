/** What stands for `files.ts` where there is no file system. */
import { NonnegError } from "@nonneg/core";
import type { BasisModel } from "./model.js";

const refuse = (): NonnegError =>
  new NonnegError(
    "NONNEG_UNSUPPORTED",
    "There are no files here. Keep W, H, samples and beta, and make a BasisModel of them.",
  );

export const saveModel = (_directory: string, _model: BasisModel): Promise<void> =>
  Promise.reject(refuse());
export const loadModel = (_directory: string): Promise<BasisModel> => Promise.reject(refuse());
