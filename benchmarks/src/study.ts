/** What a study is: a JSON file that study.schema.json describes. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Axis, Dtype, Factor } from "@nonneg/core";
import { Ajv, type ErrorObject } from "ajv";

/** The folder of this package. */
export const home = fileURLToPath(new URL("..", import.meta.url));

export type Measure = "iteration" | "kernel" | "quality" | "memory" | "start-up";
export type LossName = "euclidean" | "kullback-leibler";

/** A matrix to factorize; sizes that are arrays make it a series. */
export interface FitCase {
  readonly name: string;
  readonly rows?: number | readonly number[];
  readonly cols?: number | readonly number[];
  readonly rank: number | readonly number[];
  readonly density?: number | readonly number[];
  readonly threads?: number | readonly number[];
  readonly data?: string;
  readonly losses?: readonly LossName[];
  readonly iterations: readonly [warm: number, timed: number];
}

/** One kernel on random operands: see measures/kernels.ts for what each reads. */
export interface KernelCase {
  readonly name: string;
  readonly kernel: string;
  readonly m?: number;
  readonly k?: number;
  readonly n?: number;
  readonly density?: number;
  readonly transA?: boolean;
  readonly transB?: boolean;
  readonly op?: string;
  readonly axis?: Axis;
  readonly beta?: number;
  readonly factor?: Factor;
  readonly composed?: boolean;
}

export interface Limits {
  readonly seconds: number;
  readonly megabytes: number;
}

export interface Study {
  readonly name: string;
  readonly title: string;
  readonly about?: string;
  readonly measure: Measure;
  readonly cases: readonly (FitCase | KernelCase)[];
  readonly losses: readonly LossName[];
  readonly rules: readonly string[];
  readonly backends: readonly string[];
  readonly peers: readonly string[];
  readonly threads: readonly number[];
  readonly dtypes: readonly Dtype[];
  readonly rounds: number;
  readonly seconds: number;
  readonly limits: Limits;
  readonly budget: { readonly row: number; readonly study: number };
}

/** A mistake of the user's, told without a stack. */
export class UsageError extends Error {}

const schema = JSON.parse(readFileSync(join(home, "study.schema.json"), "utf8")) as object;
const validate = new Ajv({ allErrors: true, useDefaults: true, strict: false }).compile(schema);

/** A study by its path, or by the name of one that is shipped. @throws UsageError */
export function readStudy(nameOrPath: string): Study {
  const shipped = join(home, "studies", `${nameOrPath}.json`);
  const path =
    /^[a-z0-9-]+$/.test(nameOrPath) && existsSync(shipped) ? shipped : resolve(nameOrPath);
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw new UsageError(
      `${nameOrPath}: neither a file that can be read nor the name of a shipped study (benchmarks/studies).`,
      { cause: error },
    );
  }
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${path}: not JSON: ${(error as Error).message}`, { cause: error });
  }
  return parseStudy(given, path);
}

/** Checks a study, fills in its defaults and makes its paths absolute. @throws UsageError naming each mistake */
export function parseStudy(given: unknown, path: string): Study {
  const study = structuredClone(given) as Study;
  const mistakes = validate(study)
    ? mistakesOfMeaning(study)
    : describe(validate.errors ?? [], given);
  if (mistakes.length > 0) {
    throw new UsageError(`${path} is no study:\n${mistakes.map((one) => `  ${one}`).join("\n")}`);
  }
  const absolute = (file: string) =>
    /^\.{0,2}\//.test(file) ? resolve(dirname(path), file) : file;
  return {
    ...study,
    backends: study.backends.map(absolute),
    cases: study.cases.map((one) => {
      if (isKernel(one)) return one;
      const iterations = (one as Partial<FitCase>).iterations ?? [10, 110];
      return { ...one, iterations, ...(one.data && { data: resolve(dirname(path), one.data) }) };
    }),
  };
}

export const isKernel = (one: FitCase | KernelCase): one is KernelCase => "kernel" in one;

/** What no schema can say. */
function mistakesOfMeaning(study: Study): string[] {
  const mistakes: string[] = [];
  const names = new Set<string>();
  for (const [i, one] of study.cases.entries()) {
    const where = `cases[${i}] ("${one.name}")`;
    if (names.has(one.name)) mistakes.push(`${where}: a case of this name is there already.`);
    names.add(one.name);
    if (isKernel(one) !== (study.measure === "kernel")) {
      mistakes.push(
        isKernel(one)
          ? `${where}: a kernel, where measure is "${study.measure}": expected rows, cols and rank.`
          : `${where}: expected a kernel, as measure is "kernel".`,
      );
      continue;
    }
    if (isKernel(one)) continue;
    if (one.data === undefined && (one.rows === undefined || one.cols === undefined)) {
      mistakes.push(`${where}: expected rows and cols, or data, the path of a matrix.`);
    }
    const series = [one.rows, one.cols, one.rank, one.density, one.threads].filter(Array.isArray);
    if (series.length > 1)
      mistakes.push(`${where}: two series in one; expected one array at most.`);
    const iterations = (one as Partial<FitCase>).iterations;
    if (iterations && (iterations[1] <= iterations[0] || iterations[1] % iterations[0] !== 0)) {
      mistakes.push(
        `${where}: iterations ${iterations.join(", ")}: expected the second to be a multiple of the first.`,
      );
    }
  }
  return mistakes;
}

/** ajv's errors as sentences that name the place, what was given and what was expected. */
function describe(errors: readonly ErrorObject[], given: unknown): string[] {
  // Of a failed choice, its branches say enough.
  const told = errors.filter(({ keyword }) => keyword !== "anyOf" && keyword !== "if");
  return [
    ...new Set(
      told.map(({ instancePath, keyword, params, message }) => {
        const where = instancePath.replace(/^\//, "").replaceAll("/", ".") || "the study";
        const value = instancePath
          .split("/")
          .slice(1)
          .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], given);
        const shown = JSON.stringify(value) as string | undefined;
        const detail = params as { additionalProperty?: string; allowedValues?: unknown[] };
        if (keyword === "additionalProperties")
          return `${where}: "${detail.additionalProperty ?? ""}" is unknown here.`;
        if (keyword === "enum")
          return `${where} is ${shown ?? "missing"}: expected ${(detail.allowedValues ?? []).map((one) => JSON.stringify(one)).join(", ")}.`;
        if (keyword === "required") return `${where}: ${message ?? ""}.`;
        return `${where} is ${(shown ?? "missing").slice(0, 60)}: ${message ?? ""}.`;
      }),
    ),
  ];
}

/** What two runs of the same study share. */
export function hashOf(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 12);
}
