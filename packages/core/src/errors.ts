/** Stable codes of every error that nonneg throws. Codes are API; messages are prose and may change. */
export type NonnegErrorCode =
  | "NONNEG_SHAPE_MISMATCH" // operands or factors whose shapes do not fit
  | "NONNEG_DTYPE" // a dtype that is unknown, or not that of the data handed over
  | "NONNEG_NEGATIVE_INPUT" // a negative entry where none may be
  | "NONNEG_NOT_FINITE" // NaN or infinity in the input
  | "NONNEG_ZERO_INPUT" // a zero where the loss needs positive entries
  | "NONNEG_RANK" // a rank that is no positive integer, or absurd
  | "NONNEG_OPTION" // an unknown option or a value out of its range
  | "NONNEG_INVALID_INPUT" // data of no known form
  | "NONNEG_UNSUPPORTED" // a combination that is not offered
  | "NONNEG_OUT_OF_MEMORY" // an allocation refused, or past a backend's limit
  | "NONNEG_BACKEND_UNAVAILABLE" // the backend cannot run on this machine
  | "NONNEG_BACKEND_FAILED" // a backend failed at work it had accepted
  | "NONNEG_API_VERSION" // a backend written for another version of the interface
  | "NONNEG_FOREIGN_MATRIX" // a matrix that belongs to another Linalg
  | "NONNEG_DISPOSED" // use after release
  | "NONNEG_PARSE" // a file whose text or header is not what its format asks for
  | "NONNEG_IO"; // a file that cannot be read or written

/**
 * The one error class. `code` is stable; `message` says what was given, where, what was expected
 * and how to mend it; `cause` keeps the original error.
 */
export class NonnegError extends Error {
  readonly code: NonnegErrorCode;

  constructor(code: NonnegErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "NonnegError";
    this.code = code;
  }
}
