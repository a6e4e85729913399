/**
 * The Backend interface: the one file that the author of a backend must read.
 *
 * A backend owns memory and computes three verbs on it: `matmul`, `elementwise` and `reduce`. Every
 * update rule of nonneg is written over these three. Optional kernels are faster ways to do what
 * the verbs can already do; `compositions.ts` defines each of them in terms of the verbs, and the
 * conformance suite holds each against its composition.
 *
 * `Linalg` (linalg.ts) is the only caller. It validates shapes, dtypes, ownership and use after
 * release, so a backend never has to.
 *
 * The contract:
 * - A call enqueues work and returns at once; only `download` and `sync` wait. A backend whose
 *   library is asynchronous keeps a promise in its handle and chains.
 * - A call that cannot be done throws a `NonnegError`, or returns a handle that is poisoned: what
 *   depends on it is poisoned too, and the error surfaces at `download`. Never an unhandled
 *   rejection, never a wrong number instead.
 * - The handle returned is always new. Inputs are never changed, outputs never share memory with them.
 * - Arithmetic is carried out at least in the precision of `out.dtype`, operands read exactly
 *   whatever their own dtype (a float64 product of float32 operands is a float64 product).
 * - No rule relies on Inf or NaN inside a backend: x / 0, log 0 and the like may give anything.
 * - An empty sum is 0. Matrices have at least one row and one column.
 */

export type Dtype = "float32" | "float64";
export type HostArray = Float32Array | Float64Array;

/** Compressed sparse rows on the host. Row i holds entries indptr[i] … indptr[i+1]−1, columns ascending, none twice. */
export interface HostCsr {
  readonly indptr: Int32Array;
  readonly indices: Int32Array;
  readonly values: HostArray;
}

/** Where a sparse matrix has entries. Two CSR matrices share a pattern when this is the same object. */
export interface Pattern {
  readonly nnz: number;
}

/** What is known of a matrix without looking at its entries. Dense is row-major. */
export interface MatrixInfo {
  readonly rows: number;
  readonly cols: number;
  readonly dtype: Dtype;
  readonly format: "dense" | "csr";
  readonly pattern?: Pattern; // present exactly for `csr`
}

/** A matrix as its backend sees it. Nobody else opens `handle`. */
export interface Operand<H> extends MatrixInfo {
  readonly handle: H;
}

export interface MatmulOptions {
  readonly transA: boolean;
  readonly transB: boolean;
}

export type UnaryOp = "sqrt" | "abs" | "exp" | "log" | "log1p" | "expm1";
/** `lessEqual` and `equal` give 1 where true, 0 elsewhere. */
export type BinaryOp =
  "add" | "sub" | "mul" | "div" | "min" | "max" | "pow" | "lessEqual" | "equal";
/** `select(c, a, b)` is a where c ≠ 0, else b. */
export type TernaryOp = "select";
export type ElementwiseOp = UnaryOp | BinaryOp | TernaryOp;

export type ReduceOp = "sum" | "min" | "max";
/** The dimension that disappears: "rows" gives 1×cols, "cols" gives rows×1, "all" gives 1×1. */
export type Axis = "rows" | "cols" | "all";

/** Which of the two factors of V ≈ WH (m×n ≈ m×k · k×n) a half-step moves. */
export type Factor = "W" | "H";

/** The operands of a β-divergence D_β(V‖WH): V m×n, W m×k dense, H k×n dense. */
export interface DivergenceOperands<H> {
  readonly beta: number;
  readonly v: Operand<H>;
  readonly w: Operand<H>;
  readonly h: Operand<H>;
  /**
   * Nonnegative weight of each entry, in V's format. For CSR it shares V's pattern and is zero off
   * it, so that V is read as observed only where it has entries. Absent: every entry weighs 1,
   * and the entries that a CSR V does not store are zeros.
   */
  readonly weights?: Operand<H>;
}

/** Error of a function: |computed − exact| ≤ ulps · u · |exact| + absolute, u the dtype's unit roundoff. */
export interface Accuracy {
  readonly ulps: number;
  readonly absolute: number;
}

export interface Capabilities {
  readonly dtypes: readonly Dtype[];
  /** CSR operands are taken by upload, matmul, elementwise, reduce (sum) and sampledMatmul. */
  readonly sparse: boolean;
  /** The same calls on the same inputs give the same bits, whatever the number of threads. */
  readonly deterministic: boolean;
  /** Subnormal numbers are kept, not flushed to zero. */
  readonly subnormals: boolean;
  /** Most elements of one matrix. */
  readonly maxElements: number;
  readonly accuracy: Readonly<
    Record<"div" | "sqrt" | "pow" | "exp" | "log" | "log1p" | "expm1", Accuracy>
  >;
}

/** What runs, for people: shown by `nonneg backends`, kept in every result. */
export interface BackendDescription {
  readonly device: string; // such as "cpu", "WebGPU: SwiftShader"
  readonly threads: number;
  /** A GPU emulated on the CPU: `auto` takes it last. */
  readonly software: boolean;
  /** Versions of what it stands on, such as { openblas: "0.3.30 SkylakeX" }. */
  readonly versions: Readonly<Record<string, string>>;
}

export interface Backend<H = unknown> extends AsyncDisposable {
  readonly apiVersion: 1;
  readonly name: string;
  readonly description: BackendDescription;
  readonly capabilities: Capabilities;

  // ── memory ────────────────────────────────────────────────────────────────────────────────
  /** Copies host data (of `out.dtype`; a `HostCsr` where `out.format` is csr) to the backend. */
  upload(out: MatrixInfo, data: HostArray | HostCsr): H;
  /** Copies to the host in one readback: fresh arrays of each operand's dtype. CSR gives its values. Errors of queued work surface here. */
  download(operands: readonly Operand<H>[]): Promise<HostArray[]>;
  /** Legal right after the call that uses the handle. Called once for each handle, poisoned ones too. */
  release(handle: H): void;
  /** Resolves when all queued work is done. */
  sync(): Promise<void>;

  // ── the three verbs: `out` says the shape and dtype to produce ────────────────────────────
  /** op(a)·op(b). At most one operand is CSR; the output is dense. */
  matmul(out: MatrixInfo, a: Operand<H>, b: Operand<H>, options: MatmulOptions): H;
  /**
   * The op on each entry. Dense operands have shape r×c, r×1, 1×c or 1×1 and repeat along the
   * missing dimension; numbers repeat along both (all operands may be numbers: a constant matrix).
   * Where `out` is CSR, operands are CSR of its pattern or numbers, and the op acts on stored values.
   */
  elementwise(out: MatrixInfo, op: ElementwiseOp, operands: readonly (Operand<H> | number)[]): H;
  /** Pairwise or better: the error of a sum grows with log n, not n. CSR: sum only. */
  reduce(out: MatrixInfo, op: ReduceOp, a: Operand<H>, axis: Axis): H;

  // ── optional kernels: present means supported; absent means composed from the verbs ───────
  /**
   * `upload` of a dense matrix without a whole copy of it on the host: `write` puts the entries from `start` on
   * (row-major) into an array of `out.dtype` that the backend holds. Called until each entry is written once; what it
   * throws ends the upload.
   */
  uploadFrom?(out: MatrixInfo, write: WriteEntries): H;
  /** AᵀA (side "AtA", of A's columns) or AAᵀ (side "AAt", of its rows); exactly symmetric. */
  gram?(out: MatrixInfo, a: Operand<H>, side: "AtA" | "AAt"): H;
  /**
   * The multiplicative step: x ∘ (numerator ⊘ denominator)^exponent, and x itself where the
   * denominator is 0 or the result is not finite. x dense r×c; the other two r×c, r×1 or 1×c.
   * A zero stays a zero.
   */
  scaleByRatio?(
    out: MatrixInfo,
    x: Operand<H>,
    numerator: Operand<H>,
    denominator: Operand<H>,
    exponent: number,
  ): H;
  /**
   * Both parts of the gradient of D_β(V‖WH) by one factor, ∇ = denominator − numerator, WH never
   * materialised. With X = WH and M the weights (∘ entrywise, a negative power of X being 0 where X = 0):
   *   H: numerator Wᵀ(M ∘ V ∘ X^(β−2)), denominator Wᵀ(M ∘ X^(β−1)), both k×n;
   *   W: numerator (M ∘ V ∘ X^(β−2))Hᵀ, denominator (M ∘ X^(β−1))Hᵀ, both m×k.
   * For β = 1 without weights the denominator is the k×1 column sums of W (for H), or the 1×k row
   * sums of H (for W).
   */
  divergenceTerms?(
    out: { readonly numerator: MatrixInfo; readonly denominator: MatrixInfo },
    operands: DivergenceOperands<H>,
    factor: Factor,
  ): { numerator: H; denominator: H };
  /**
   * D_β(V‖WH) = Σ M ∘ d_β(V, WH), WH never materialised, without cancellation where V ≈ WH:
   * `sum` (1×1) over the entries whose d_β is finite, and `infinite` (1×1), how many are infinite
   * (observed V > 0 where WH = 0, β ≤ 1). d_2 is half the square; 0 log 0 = 0.
   */
  divergence?(
    out: { readonly sum: MatrixInfo; readonly infinite: MatrixInfo },
    operands: DivergenceOperands<H>,
  ): { sum: H; infinite: H };
  /**
   * The two sums that make the KKT residual of a factor x (k×n for "H", m×k for "W"), 1×1 each, with
   * ∇ = denominator − numerator, both as `scaleByRatio` has them:
   *   residual Σ x ∘ ∇₊ + max(x, x̄) ∘ (−∇)₊,   scale Σ x ∘ denominator,
   * x̄ = share ⊘ partner, at most the largest number, and 0 where the partner is 0. The partner is 1×k
   * for "H" (column sums of W) and k×1 for "W" (row sums of H).
   */
  stationarity?(
    out: { readonly residual: MatrixInfo; readonly scale: MatrixInfo },
    x: Operand<H>,
    numerator: Operand<H>,
    denominator: Operand<H>,
    partner: Operand<H>,
    options: StationarityOptions,
  ): { residual: H; scale: H };
  /**
   * One sweep of coordinate descent (HALS). For "H": x k×n, gram WᵀW (k×k), cross WᵀV (k×n); for
   * each component a in turn, with the rows already moved,
   *   x_a ← max(0, x_a + (cross_a − l1 − (gram x)_a − l2 x_a) / (gram_aa + l2)),
   * and x_a as it is where gram_aa + l2 = 0. For "W": x m×k, gram HHᵀ, cross VHᵀ (m×k), by columns.
   */
  coordinateSweep?(
    out: MatrixInfo,
    x: Operand<H>,
    gram: Operand<H>,
    cross: Operand<H>,
    options: CoordinateSweepOptions,
  ): H;
  /**
   * Nonnegative least squares, each column of the unknown by itself (block principal pivoting):
   * for "H" the minimiser x ≥ 0 (k×n) of ½ xᵀ(gram)x − crossᵀx; for "W" the same by rows (m×k).
   * The positive entries of `start`, of cross's shape, are the first guess at those of x.
   */
  nnls?(out: MatrixInfo, gram: Operand<H>, cross: Operand<H>, start: Operand<H>, factor: Factor): H;
  /** (WH) at the stored entries of a CSR matrix: CSR of its pattern. Required where `capabilities.sparse`. */
  sampledMatmul?(out: MatrixInfo, w: Operand<H>, h: Operand<H>, pattern: Operand<H>): H;
}

/** Writes the entries `start`, `start` + 1, … of a matrix into all of `into`. */
export type WriteEntries = (into: HostArray, start: number) => void;

export interface StationarityOptions {
  readonly factor: Factor;
  /** what an entry of x would be if every component had the same share of V, times that of the partner; ≥ 0 */
  readonly share: number;
}

export interface CoordinateSweepOptions {
  readonly factor: Factor;
  readonly l1: number;
  readonly l2: number;
}

export interface BackendOptions {
  /** Threads to compute with. Default: what the machine offers. */
  readonly threads?: number;
  /** A way of running that the backend knows, such as "webgpu" of `gpujs:webgpu`. */
  readonly mode?: string;
  /** Path of the native library to load, where the backend loads one. */
  readonly library?: string;
}

export type Availability =
  | ({ readonly available: true; readonly dtypes: readonly Dtype[] } & BackendDescription)
  | {
      readonly available: false;
      /** why it cannot run here */
      readonly reason: string;
      /** the one command or act that mends it */
      readonly fix: string;
    };

/** Where a backend comes from. Nothing happens on import; `isAvailable` never throws. */
export interface BackendProvider {
  readonly name: string;
  isAvailable(options?: BackendOptions): Promise<Availability>;
  /** @throws NonnegError NONNEG_BACKEND_UNAVAILABLE where `isAvailable` says no */
  create(options?: BackendOptions): Promise<Backend>;
}
