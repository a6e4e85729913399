import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isSparse } from "@nonneg/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { backendsTable } from "../src/cli/backends-command.js";
import { factorize } from "../src/index.js";
import { readMatrix } from "../src/io/index.js";
import { DIGITS, euclidean, here, nonneg, npy, type Result, written } from "./support.js";

let directory = "";
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "nonneg cli "));
});
afterAll(() => rm(directory, { recursive: true, force: true }));
const path = (name: string) => join(directory, name);
async function put(name: string, text: string): Promise<string> {
  await writeFile(path(name), text);
  return path(name);
}
const exactly = (iterations: number) => [
  ...["--tol", "0", "--kkt-tol", "0", "--max-iterations", String(iterations)],
];

describe("factorize", () => {
  test("digits: what result.json says is what W.npy and H.npy hold", async () => {
    const out = path("digits");
    const run = await nonneg([
      ...["factorize", DIGITS, "--rank", "6", "--backend", "js", "--seed", "7"],
      ...[...exactly(20), "--out", out, "--report", "--json"],
    ]);
    expect(run.code, run.stderr).toBe(0);
    const { text, result, W, H } = await written(out);
    expect(JSON.parse(run.stdout)).toEqual(JSON.parse(text));
    expect(run.stdout.trim().split("\n")).toHaveLength(1);
    expect(run.stderr).toMatch(/not converged/);
    expect(run.stderr).toContain(out);

    expect([W.rows, W.cols, H.rows, H.cols]).toEqual([1797, 6, 6, 64]);
    const seen = euclidean(await npy(DIGITS), W, H);
    expect(Math.abs((result.cost as number) - seen.cost)).toBeLessThan(seen.bound);
    expect(result.objective).toBe(result.cost);
    expect(result.relativeError).toBeCloseTo(seen.relativeError, 12);
    expect(result).toMatchObject({
      schema: 1,
      shape: [1797, 64],
      samples: "rows",
      backend: "js",
      dtype: "float64",
      loss: "euclidean",
      rank: 6,
      iterations: 20,
      stoppedBy: "maxIterations",
      converged: false,
      seed: 7,
    });
    expect(result.compression).toBeCloseTo((1797 * 64) / (6 * (1797 + 64)), 12);
    const objectives = result.history.map(({ objective }) => objective);
    expect(objectives).toEqual([...objectives].sort((a, b) => b - a));
    expect(result.history.at(-1)!.iteration).toBe(20);
    expect((await readdir(out)).sort()).toEqual(["H.npy", "W.npy", "report.html", "result.json"]);
  });

  test("digits on the backend that fits the machine", async () => {
    const run = await nonneg(["factorize", DIGITS, "--rank", "3", "--json", "--quiet"]);
    expect(run.code, run.stderr).toBe(0);
    expect(run.stderr).toBe("");
    const result = JSON.parse(run.stdout) as Result;
    expect(result.converged).toBe(true);
    expect(["tol", "kktTol"]).toContain(result.stoppedBy);
    expect(result.relativeError).toBeLessThan(1);
  });

  test("a table with a header and row names", async () => {
    const table = await put("table.csv", 'city,"rain, mm",<sun>\n"A & B",1,2\nC,3,4\nD,5,7\n');
    const out = path("table");
    const run = await nonneg([
      ...["factorize", table, "--rank", "1", "--backend", "js", "--out", out, "--report"],
    ]);
    expect(run.code, run.stderr).toBe(0);
    expect(run.stdout).toBe("");
    const { result, W, H } = await written(out);
    const V = { rows: 3, cols: 2, data: Float64Array.of(1, 2, 3, 4, 5, 7) };
    const seen = euclidean(V, W, H);
    expect(Math.abs((result.cost as number) - seen.cost)).toBeLessThan(seen.bound);
    const page = await readFile(join(out, "report.html"), "utf8");
    expect(page).toContain("rain, mm");
    expect(page).toContain("A &#38; B");
    expect(page).not.toContain("<sun>");
  });

  test.each([
    ["SciPy's CSR", async () => here("io/fixtures/csr-f4.npz")],
    ["SciPy's CSC", async () => here("io/fixtures/csc-i8.npz")],
    [
      "Matrix Market",
      () =>
        put(
          "sparse.mtx",
          "%%MatrixMarket matrix coordinate real general\n4 3 5\n1 1 2.5\n2 3 1\n3 2 4\n4 1 0.5\n4 3 3\n",
        ),
    ],
  ])("sparse files stay sparse: %s", async (_, file) => {
    const V = (await readMatrix(await file())).matrix;
    expect(isSparse(V)).toBe(true);
    const out = path("sparse");
    const run = await nonneg([
      ...["factorize", await file(), "--rank", "2", "--dtype", "float64", "--backend", "js"],
      ...[...exactly(30), "--out", out, "--quiet"],
    ]);
    expect(run.code, run.stderr).toBe(0);
    const { result, W, H } = await written(out);
    const seen = euclidean(V, W, H);
    expect(Math.abs((result.cost as number) - seen.cost)).toBeLessThan(seen.bound);
    // The command and the API are one: the same bits.
    const options = { rank: 2, tol: 0, kktTol: 0, maxIterations: 30, backend: "js" } as const;
    const model = await factorize(V, { ...options, dtype: "float64" });
    expect(W.data).toEqual(model.W.data);
    expect(H.data).toEqual(model.H.data);
  });

  test("started at V = W₀H₀ it stays there", async () => {
    const W0 = await put("W0.csv", "2,0\n1,2\n0,3\n");
    const H0 = await put("H0.csv", "2,1,3\n1.5,3,3\n");
    const V = await put("product.csv", "4,2,6\n5,7,9\n4.5,9,9\n");
    const out = path("stays");
    const iterations = 50;
    const run = await nonneg([
      ...["factorize", V, "--rank", "2", "--backend", "js", "--init", `${W0},${H0}`],
      ...[...exactly(iterations), "--out", out, "--quiet"],
    ]);
    expect(run.code, run.stderr).toBe(0);
    const { W, H, result } = await written(out);
    const drift = iterations * (3 + 3 + 2 * 2) * 2 ** -53;
    const start = { W: [2, 0, 1, 2, 0, 3], H: [2, 1, 3, 1.5, 3, 3] };
    for (const [p, x] of start.W.entries()) {
      expect(Math.abs(W.data[p]! - x)).toBeLessThanOrEqual(drift * x);
    }
    for (const [p, x] of start.H.entries()) {
      expect(Math.abs(H.data[p]! - x)).toBeLessThanOrEqual(drift * x);
    }
    expect(result.iterations).toBe(iterations);
    expect(result.relativeError).toBeLessThanOrEqual(2 * drift);
  });

  test("what is not kept is said, where nothing was asked for", async () => {
    const V = await put("kept.csv", "1,2\n3,4\n");
    const say = async (...more: string[]) => {
      const run = await nonneg(["factorize", V, "--rank", "1", "--backend", "js", ...more]);
      expect(run.code, run.stderr).toBe(0);
      return run.stderr;
    };
    expect(await say()).toMatch(/^Nothing is kept of W and H: --out DIR writes/m);
    for (const asked of [["--json"], ["--out", path("kept")], ["--quiet"]]) {
      expect(await say(...asked)).not.toContain("Nothing is kept");
    }
  });

  test("an infinite cost is the text Infinity", async () => {
    const V = await put("infinite.csv", "1,2\n3,4\n");
    const W0 = await put("zero.csv", "0\n1\n");
    const H0 = await put("one.csv", "1,1\n");
    const run = await nonneg([
      ...["factorize", V, "--rank", "1", "--loss", "kullback-leibler", "--backend", "js"],
      ...["--init", `${W0},${H0}`, ...exactly(2), "--json", "--quiet"],
    ]);
    expect(run.code, run.stderr).toBe(0);
    const result = JSON.parse(run.stdout) as Result;
    expect([result.cost, result.objective, result.kkt]).toEqual(Array(3).fill("Infinity"));
    expect(run.stdout).not.toMatch(/NaN|"(cost|objective|kkt)":null/);
  });

  test("missing entries are left out, not read as zeros", async () => {
    const V = await put("missing.csv", "2,4,6\n1,,3\n3,6,9\n");
    const out = path("missing");
    const run = await nonneg([
      ...["factorize", V, "--rank", "1", "--missing", "nan", "--backend", "js"],
      ...[...exactly(2000), "--out", out, "--quiet"],
    ]);
    expect(run.code, run.stderr).toBe(0);
    const { W, H } = await written(out);
    // The only rank-1 completion of what is observed has 2 there.
    expect(W.data[1]! * H.data[1]!).toBeCloseTo(2, 6);
  });
});

// Windows has no signal that one process sends another as Ctrl-C.
test.skipIf(process.platform === "win32")("Ctrl-C keeps what was reached", async () => {
  const out = path("interrupted");
  const run = await nonneg(
    [
      ...["factorize", DIGITS, "--rank", "8", "--backend", here("announcing-backend.js")],
      ...[...exactly(1e9), "--out", out, "--json"],
    ],
    { interruptAt: "a hundred products" },
  );
  expect(run.code, run.stderr).toBe(130);
  const { result, W, H } = await written(out);
  expect(JSON.parse(run.stdout)).toEqual(result);
  expect(result).toMatchObject({ stoppedBy: "aborted", converged: false, rank: 8 });
  expect(result.iterations).toBeGreaterThan(0);
  const seen = euclidean(await npy(DIGITS), W, H);
  expect(Math.abs((result.cost as number) - seen.cost)).toBeLessThan(seen.bound);
  expect((await readdir(out)).sort()).toEqual(["H.npy", "W.npy", "result.json"]);
});

test("transform writes the coefficients of new samples", async () => {
  const out = path("model");
  const V = await put("train.csv", "1,2,3\n2,4,7\n5,1,1\n4,1,2\n");
  const X = await put("new.csv", "3,3,4\n1,0,0\n");
  await nonneg(["factorize", V, "--rank", "2", "--backend", "js", "--out", out, "--quiet"]);
  const file = path("coefficients.npy");
  const run = await nonneg(["transform", out, X, "--out", file, "--backend", "js", "--json"]);
  expect(run.code, run.stderr).toBe(0);
  const coefficients = await npy(file);
  const { H } = await written(out);
  const fit = await factorize((await readMatrix(X)).matrix, {
    ...{ rank: 2, hold: "H", init: { H }, backend: "js" },
  });
  expect(coefficients).toEqual(fit.W);
  expect(JSON.parse(run.stdout)).toMatchObject({ schema: 1, shape: [2, 2] });
});

describe("backends", () => {
  test("js is always among them", async () => {
    const run = await nonneg(["backends", "--json"]);
    expect(run.code).toBe(0);
    const rows = JSON.parse(run.stdout) as { name: string; available: boolean; fix?: string }[];
    expect(rows.find(({ name }) => name === "js")).toMatchObject({ available: true });
    for (const row of rows) expect(row.available || row.fix).toBeTruthy();
  });

  test("what is said of them lines up, however long a name", async () => {
    const fact = {
      ...({ available: true, device: "here", dtypes: ["float32"], threads: 1 } as const),
      ...{ software: false, versions: {} },
    };
    const table = backendsTable([
      { name: "js", ...fact },
      { name: "@somebody/backend-of-theirs", ...fact },
      { name: "./backend.js", available: false, reason: "here not", fix: "buy it" },
    ]);
    const columns = table.split("\n").flatMap((line) => {
      const at = line.search(/here|mend it/);
      return at < 0 ? [] : [at];
    });
    expect(columns).toHaveLength(4);
    expect(new Set(columns).size).toBe(1);

    const run = await nonneg(["doctor", "js", "./none-with-a-name-that-is-long.js"]);
    const [js, none] = run.stdout.split("\n");
    expect(none!.indexOf("unavailable: "), run.stdout).toBe(js!.indexOf("healthy: "));
  });

  test("one that cannot run: exit 2 with the reason and the fix", async () => {
    const run = await nonneg(["factorize", DIGITS, "--rank", "2", "--backend", "./none.js"]);
    expect(run.code).toBe(2);
    expect(run.stdout).toBe("");
    expect(run.stderr).toMatch(/^NONNEG_BACKEND_UNAVAILABLE: .*cannot be imported.*To mend it/);
    expect(run.stderr.trim()).not.toContain("\n");
  });

  test("NONNEG_BACKEND is a list in order of preference, which --backend overrules", async () => {
    const V = await put("tiny.csv", "1,2\n3,4\n");
    const args = ["factorize", V, "--rank", "1", "--json"];
    const env = { NONNEG_BACKEND: "./none.js,js" };
    const listed = await nonneg(args, { env });
    expect(listed.code, listed.stderr).toBe(0);
    expect((JSON.parse(listed.stdout) as Result).backend).toBe("js");
    expect(listed.stderr).toContain('"./none.js" was passed over');
    const named = await nonneg([...args, "--backend", "wasm", "--threads", "1"], { env });
    expect((JSON.parse(named.stdout) as Result).backend).toBe("wasm");
  });
});

test.each([["--help"], ["--version"], ["factorize --help"]])("%s: exit 0", async (args) => {
  const run = await nonneg(args.split(" "));
  expect(run.code).toBe(0);
  expect(run.stdout).not.toBe("");
  expect(run.stderr).toBe("");
});
