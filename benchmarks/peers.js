// @ts-check
/**
 * `pnpm bench:peers [--backends blas,wasm] [--cases TEXT] [--repeats 5] [--out FILE]`: milliseconds
 * an iteration of multiplicative updates, nonneg's backends against scikit-learn, on the same V, W0
 * and H0 in float32 with two threads, one after the other in turn, each in a process of its own.
 * Ratios are medians of ratios within a round. Prints and writes a Markdown table.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const here = dirname(fileURLToPath(import.meta.url));
const { values: flags } = parseArgs({
  options: {
    backends: { type: "string", default: "blas,wasm" },
    cases: { type: "string", default: "" },
    repeats: { type: "string", default: "5" },
    out: { type: "string" },
  },
});
const backends = flags.backends.split(",");
const repeats = Number(flags.repeats);

const shapes = [
  { name: "dense 2000×1000 k20", rows: 2000, cols: 1000, rank: 20, few: 10, many: 210 },
  { name: "dense 10000×2000 k50", rows: 10000, cols: 2000, rank: 50, few: 2, many: 12 },
  {
    name: "sparse 20000×10000 1 % k20",
    rows: 20000,
    cols: 10000,
    rank: 20,
    density: 0.01,
    few: 2,
    many: 12,
  },
];
const losses = ["euclidean", "kullback-leibler"];

const venv = join(here, "node_modules", ".cache", "peers-venv");
const python = join(
  venv,
  ...(process.platform === "win32" ? ["Scripts", "python.exe"] : ["bin", "python"]),
);
// Both sides get two threads, and choose their own kernels.
/** @type {NodeJS.ProcessEnv} */
const env = {
  ...process.env,
  OMP_NUM_THREADS: "2",
  OPENBLAS_NUM_THREADS: "2",
  PYTHONWARNINGS: "ignore",
};
delete env["OPENBLAS_CORETYPE"];
delete env["OPENBLAS_L2_SIZE"];

/**
 * @param {string} command
 * @param {string[]} args
 */
function run(command, args) {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd: here,
    env,
    encoding: "utf8",
  });
  if (error || status !== 0)
    throw new Error(`${command} ${args.join(" ")}: ${error?.message ?? stderr}`);
  return stdout;
}

/** @typedef {{ milliseconds: number, objective: number, versions: Record<string, string>, reason?: string }} Measurement */

/**
 * One side's turn, in a process of its own: what cannot run, or crashes, costs its cell only.
 * @param {string} side
 * @param {string} folder
 * @param {string[]} rest loss, few, many
 * @returns {Measurement}
 */
function measure(side, folder, ...rest) {
  try {
    const text =
      side === "scikit-learn"
        ? run(python, ["peers/scikit_learn.py", "time", folder, ...rest])
        : run(process.execPath, ["peers/ours.js", folder, rest[0] ?? "", side, ...rest.slice(1)]);
    return JSON.parse(text);
  } catch (error) {
    const reason = /NONNEG_[A-Z_]+/.exec(String(error))?.[0] ?? "it failed";
    return { milliseconds: NaN, objective: NaN, versions: {}, reason };
  }
}

if (!existsSync(python)) {
  run(process.platform === "win32" ? "python" : "python3", ["-m", "venv", venv]);
  run(python, ["-m", "pip", "install", "--quiet", "-r", join(here, "peers/requirements.txt")]);
}

/** @param {readonly number[]} values */
const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted.length % 2 === 1
    ? (sorted[(sorted.length - 1) / 2] ?? NaN)
    : ((sorted[sorted.length / 2 - 1] ?? NaN) + (sorted[sorted.length / 2] ?? NaN)) / 2;
};

/** @type {string[]} */
const table = [
  `| case | scikit-learn, ms | ${backends.map((name) => `${name}, ms | ratio (least to most)`).join(" | ")} |`,
  `|---|---|${backends.map(() => "---|---|").join("")}`,
];
/** @type {Record<string, string>} */
const versions = {};
for (const shape of shapes) {
  const wanted = losses.filter((loss) => `${shape.name} ${loss}`.includes(flags.cases));
  if (wanted.length === 0) continue;
  const folder = mkdtempSync(join(tmpdir(), "nonneg-peers-"));
  try {
    run(python, ["peers/scikit_learn.py", "make", folder, JSON.stringify(shape)]);
    for (const loss of wanted) {
      const [few, many] = [String(shape.few), String(shape.many)];
      /** @type {Map<string, Measurement[]>} */
      const measured = new Map();
      for (let round = 0; round < repeats; round++) {
        for (const side of ["scikit-learn", ...backends]) {
          process.stderr.write(
            `${shape.name} ${loss}: round ${round + 1} of ${repeats}, ${side}\n`,
          );
          const measurement = measure(side, folder, loss, few, many);
          Object.assign(versions, measurement.versions);
          measured.set(side, [...(measured.get(side) ?? []), measurement]);
        }
      }
      const peer = measured.get("scikit-learn") ?? [];
      const cells = backends.map((name) => {
        const ours = measured.get(name) ?? [];
        const ratios = ours.map(
          ({ milliseconds }, r) => (peer[r]?.milliseconds ?? NaN) / milliseconds,
        );
        const reason = ours[0]?.reason;
        if (reason) return `${reason} | –`;
        const gap = Math.abs((ours[0]?.objective ?? NaN) / (peer[0]?.objective ?? NaN) - 1);
        if (!(gap < 1e-3)) return `wrong: its objective differs by ${gap.toExponential(1)} | –`;
        const ms = median(ours.map(({ milliseconds }) => milliseconds));
        return `${ms.toFixed(2)} | **${median(ratios).toFixed(2)}** (${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)})`;
      });
      const ms = median(peer.map(({ milliseconds }) => milliseconds));
      table.push(`| ${shape.name} ${loss} | ${ms.toFixed(2)} | ${cells.join(" | ")} |`);
      process.stderr.write(`${table[table.length - 1] ?? ""}\n`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const machine = `${cpus()[0]?.model}, ${cpus().length} cores, ${process.platform} ${process.arch}`;
const text = `${table.join("\n")}\n\nHigher ratios are better: scikit-learn's time over ours, the median of ${repeats} rounds. float32, two threads, ${new Date().toISOString().slice(0, 10)}, ${machine}; ${Object.entries(
  versions,
)
  .map((pair) => pair.join(" "))
  .join(", ")}.\n`;
process.stdout.write(text);
if (flags.out) writeFileSync(flags.out, text);
