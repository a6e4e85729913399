/** What backend-blas and backend-wasm are to reach beside scikit-learn's multiplicative updates, and how far they are. */
import type { Summary } from "./summary.js";
import { digits } from "./table.js";

const BASELINE = "scikit-learn:mu";
const SIDES = ["blas", "wasm"] as const;

type Target = readonly [group: string, goals: Readonly<Record<(typeof SIDES)[number], number>>];

/** Set before any of it was built, from figures of scikit-learn on another CPU. */
const targets: readonly Target[] = [
  ["dense 2000×1000 k20 · euclidean", { blas: 1.3, wasm: 0.6 }],
  ["dense 10000×2000 k50 · euclidean", { blas: 2.5, wasm: 0.8 }],
  ["dense 2000×1000 k20 · kullback-leibler", { blas: 4, wasm: 2 }],
  ["dense 10000×2000 k50 · kullback-leibler", { blas: 5, wasm: 1.6 }],
  ["sparse 20000×10000 1 % k20 · euclidean", { blas: 8, wasm: 8 }],
  ["sparse 20000×10000 1 % k20 · kullback-leibler", { blas: 20, wasm: 20 }],
];

/** Square products of backend-wasm: beside TensorFlow.js's own on one thread (1.2 wanted), and on two threads (1.8). */
function products({ groups }: Summary): string {
  const milliseconds = (size: string, threads: string, side: string) =>
    groups
      .find(({ name }) => name.startsWith(`matmul ${size}³ · ${threads}`))
      ?.rows.find(({ row }) => row.side === side)?.figure?.value ?? NaN;
  return ["512", "1024"]
    .map((size) => {
      const one = milliseconds(size, "1 thread", "wasm");
      const beside = milliseconds(size, "1 thread", "tfjs-wasm") / one;
      const two = one / milliseconds(size, "2 threads", "wasm");
      return `At ${size}³ its product is ${digits(beside)} times as fast as that of TensorFlow.js's WebAssembly backend (1.2 wanted), and two threads are ${digits(two)} times as fast as one (1.8 wanted).`;
    })
    .join(" ");
}

/** The section of docs/performance.md. Empty where the run has none of these cases. */
export function targetsSection({ groups }: Summary, kernels: Summary | undefined): string {
  const lines = targets.flatMap(([name, goals]) => {
    const group = groups.find((one) => one.name.startsWith(name) && one.baseline === BASELINE);
    if (!group) return [];
    const cells = SIDES.flatMap((side) => {
      const ratio = group.rows.find(({ row }) => row.side === side)?.ratio;
      if (!ratio) return ["–", `${goals[side]}`, "–"];
      const of = ratio.value / goals[side];
      return [
        digits(ratio.value),
        `${goals[side]}`,
        of >= 1 ? "reached" : `${digits(1 / of)}× short`,
      ];
    });
    return [`| ${[name.replace(" · ", ", "), ...cells].join(" | ")} |`];
  });
  if (lines.length === 0) return "";
  const heads = SIDES.flatMap((side) => [side, "wanted", ""]);
  return `## Against what we set out for

Before the backends were written, targets were set as ratios to ${BASELINE}, from its figures on another CPU. On this one
scikit-learn's BLAS multiplies with AVX-512, and SciPy's sparse products are several times as fast as they were there.

| ${["case", ...heads].join(" | ")} |
| ${["---", ...heads.map(() => "---")].join(" | ")} |
${lines.join("\n")}

What the profiles say of those that fall short, and what would close the gap:

- **Dense, Euclidean, blas.** Nearly all of an iteration is two products of V with a thin factor. scikit-learn has them computed by the same library,
  which packs V before it multiplies; here they are cut into products that it takes unpacked
  ([decision 7](decisions/0007-small-products.md)). On large V both wait for memory
  and for the same AVX-512 units: what is left is the share of an iteration that is not those two products.
- **Dense, Kullback–Leibler, blas.** Of a half-step the two products (WH, and that of the ratio) take most, at the speed at which
  OpenBLAS multiplies small matrices, and the division of V, in WebAssembly, the rest. Wider vectors for that division are all that can be gained.
- **Dense, wasm.** A WebAssembly vector has 128 bits and no fused multiply–add; an AVX-512 one has 512 bits and fuses. The roof above is
  the BLAS's, and backend-wasm's own products reach the share of it that the table shows. Relaxed SIMD brings the fused operation, on Node 22 and later; a build with
  it did not gain the 15 % that would be worth a second binary. Wider vectors in WebAssembly would close most of it.
  ${kernels ? products(kernels) : ""}
- **Sparse, Euclidean.** An iteration reads 80 bytes of a factor's row for each stored entry, twice: 320 MB from the caches, at the
  speed at which a core gathers them. Rows and columns in an order that keeps neighbours together would help; they are the user's.

\`node bench/small-products.js\` and \`node bench/against-wasm.js\` in packages/backend-blas and \`node bench/gemm.js\` in packages/backend-wasm time the products by themselves.`;
}
