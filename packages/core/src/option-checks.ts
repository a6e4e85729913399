/** What options have in common: each check throws NonnegError NONNEG_OPTION, naming what was given and what was expected. */
import { NonnegError } from "./errors.js";

export function refuse(name: string, given: unknown, expected: string): NonnegError {
  return new NonnegError(
    "NONNEG_OPTION",
    `Option ${name} is ${String(given)}: expected ${expected}.`,
  );
}

export function number(name: string, given: number, least: number): number {
  if (typeof given === "number" && given >= least) return given;
  throw refuse(name, given, `a number, at least ${least}`);
}

export function whole(name: string, given: number, least: number): number {
  if (Number.isSafeInteger(given) && given >= least) return given;
  throw refuse(name, given, `a whole number, at least ${least}`);
}

export function oneOf<T extends string>(name: string, given: T, choices: readonly T[]): T {
  if (choices.includes(given)) return given;
  throw refuse(name, given, `one of ${choices.join(", ")}`);
}

/** An option that has members: an object without others than the known. */
export function members<T extends object>(
  name: string,
  given: T,
  known: readonly (keyof T & string)[],
): T {
  const value: unknown = given;
  if (typeof value !== "object" || value === null) {
    throw refuse(name, value, `an object with ${known.join(", ")}`);
  }
  const unknown = Object.keys(value).find((member) => !known.some((one) => one === member));
  if (unknown !== undefined) throw refuse(`${name}.${unknown}`, "unknown", known.join(" or "));
  return given;
}
