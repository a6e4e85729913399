export {
  type BackendProvider,
  type Check,
  type Checkpoint,
  type Dtype,
  type Factorization,
  type HostDense,
  type HostMatrix,
  type HostSparse,
  type Loss,
  NonnegError,
  type NonnegErrorCode,
  type PartialFitOptions,
  type PartialFitStart,
  type PartialState,
  type Progress,
  type Samples,
  type StartName,
  type StoppedBy,
} from "@nonneg/core";
export { factorize, type Model, type Options } from "./factorize.js";
export type { MatrixLike } from "./input.js";
export { load } from "./load.js";
export {
  BasisModel,
  type Learned,
  type ModelPartialFitOptions,
  type ModelTransformOptions,
  OnlineModel,
  partialFit,
} from "./model.js";
export { type BackendChoice, openBackend, type OpenBackend } from "./open-backend.js";
export { providers } from "./providers.js";
