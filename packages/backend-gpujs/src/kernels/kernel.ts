/** How a parameter of a kernel is passed; "host" is a matrix that is not on the device yet. */
export type ParameterType = "matrix" | "host" | "integer" | "number";

/**
 * A kernel in the subset of JavaScript that gpu.js translates: each thread computes the one entry
 * `this.thread.x` of a flat row-major output. Kernels are text and not functions, because what a
 * compiler or a coverage tool makes of a function is no longer in that subset.
 */
export interface KernelSource {
  /** Parameters by name, in order. */
  readonly parameters: Readonly<Record<string, ParameterType>>;
  readonly body: string;
}

/** A function that kernels call: numbers in, a number out. */
export interface HelperSource {
  readonly name: string;
  readonly parameters: Readonly<Record<string, "integer" | "number">>;
  readonly returns: "integer" | "number";
  readonly body: string;
}

/**
 * Declares an integer variable. gpu.js makes every local a float, in which indices past 2^24 are no
 * longer exact, unless it starts from a literal and is incremented somewhere: hence this detour.
 */
export function integer(name: string, value: string): string {
  return `let ${name} = 0; ${name} = ${value} - 1; ${name}++;`;
}
