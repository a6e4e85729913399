/** A demand of the suite that a backend does not meet. */
export class ConformanceFailure extends Error {
  override readonly name = "ConformanceFailure";
}

/** @throws ConformanceFailure with `message` unless `condition` holds */
export function demand(condition: boolean, message: string | (() => string)): asserts condition {
  if (!condition) throw new ConformanceFailure(typeof message === "string" ? message : message());
}
