import { expect, test } from "vitest";
import { Linalg, type Matrix, NonnegError } from "../src/index.js";
import { ThreeVerbs } from "./three-verbs.js";

const matrix = (la: Linalg, rows: number, cols: number): Matrix =>
  la.upload({ rows, cols, data: Float64Array.from({ length: rows * cols }, (_, i) => i + 1) });

const codeOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (error instanceof NonnegError) return error.code;
    throw error;
  }
  return "no error";
};

test("refuses what does not fit, by code, before the backend sees it", () => {
  const la = new Linalg(new ThreeVerbs());
  const a = matrix(la, 2, 3);
  const b = matrix(la, 2, 2);
  expect(codeOf(() => la.matmul(a, b))).toBe("NONNEG_SHAPE_MISMATCH");
  expect(codeOf(() => la.matmul(a, b, { transA: true }))).toBe("no error");
  expect(codeOf(() => la.add(a, b))).toBe("NONNEG_SHAPE_MISMATCH");
  expect(codeOf(() => la.upload({ rows: 2, cols: 2, data: new Float64Array(3) }))).toBe(
    "NONNEG_SHAPE_MISMATCH",
  );
  expect(codeOf(() => la.full(0, 1, 1, "float64"))).toBe("NONNEG_SHAPE_MISMATCH");
  expect(codeOf(() => la.full(2 ** 11, 2 ** 11, 1, "float64"))).toBe("NONNEG_OUT_OF_MEMORY");
  const narrow = new Linalg(new ThreeVerbs(["float32"]));
  expect(codeOf(() => matrix(narrow, 1, 1))).toBe("NONNEG_DTYPE");
  const sparse = {
    rows: 1,
    cols: 1,
    indptr: Int32Array.of(0, 0),
    indices: new Int32Array(0),
    values: new Float64Array(0),
  };
  expect(codeOf(() => la.upload(sparse))).toBe("NONNEG_UNSUPPORTED");
});

test("refuses matrices that are released or another's", () => {
  const la = new Linalg(new ThreeVerbs());
  const other = new Linalg(new ThreeVerbs());
  const a = matrix(la, 2, 2);
  expect(codeOf(() => other.sum(a))).toBe("NONNEG_FOREIGN_MATRIX");
  a[Symbol.dispose]();
  expect(codeOf(() => la.sum(a))).toBe("NONNEG_DISPOSED");
});

test("releases once, counts what lives, and closes with everything released", async () => {
  const backend = new ThreeVerbs();
  const la = new Linalg(backend);
  const a = matrix(la, 2, 2);
  matrix(la, 1, 1);
  a[Symbol.dispose]();
  a[Symbol.dispose]();
  expect([la.liveMatrices, backend.released]).toEqual([1, 1]);
  await la[Symbol.asyncDispose]();
  expect([la.liveMatrices, backend.released]).toEqual([0, 2]);
});

test("refuses a backend of another interface version", () => {
  const backend = Object.assign(new ThreeVerbs(), { apiVersion: 2 });
  expect(codeOf(() => new Linalg(backend))).toBe("NONNEG_API_VERSION");
});

test("wraps what a backend throws, its cause kept", async () => {
  const cause = new Error("queue lost");
  const backend = new ThreeVerbs();
  backend.download = () => Promise.reject(cause);
  const la = new Linalg(backend);
  await expect(la.download(matrix(la, 1, 1))).rejects.toMatchObject({
    code: "NONNEG_BACKEND_FAILED",
    cause,
  });
});
