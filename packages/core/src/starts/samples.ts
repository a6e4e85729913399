import type { HostDense } from "../host-matrix.js";
import { type Matrix, Scope } from "../matrix.js";
import { type Component, type Ground, norm, significant } from "./start.js";

/** V as a list of samples, its rows or its columns, each a vector of features. V stays where it is. */
export class SampleList {
  readonly count: number;
  readonly features: number;
  readonly #ground: Ground;

  constructor(ground: Ground) {
    const { V, samples } = ground;
    this.#ground = ground;
    [this.count, this.features] = samples === "rows" ? [V.rows, V.cols] : [V.cols, V.rows];
  }

  /** The sum of each sample's entries and that of their squares. */
  async sums(): Promise<{ sums: Float64Array; squares: Float64Array }> {
    const { la, V, samples } = this.#ground;
    const axis = samples === "rows" ? "cols" : "rows";
    using sum = la.sum(V, axis);
    using square = la.mul(V, V);
    using squareSum = la.sum(square, axis);
    const [sums, squares] = await la.download(sum, squareSum);
    return { sums: Float64Array.from(sums!), squares: Float64Array.from(squares!) };
  }

  /** Inner product of sample s with vector p, at [s · vectors.length + p]. */
  async inner(vectors: readonly Float64Array[]): Promise<Float64Array> {
    const { la, V, samples, pause } = this.#ground;
    await pause();
    using matrix = la.upload(stack(vectors, V));
    using products = la.matmul(V, matrix, { transA: samples === "columns", transB: true });
    const [data] = await la.download(products);
    return Float64Array.from(data!);
  }

  /** Sums of samples, each with the weights of one row. */
  async combine(weights: readonly Float64Array[]): Promise<Float64Array[]> {
    const { la, V, samples, pause } = this.#ground;
    await pause();
    using matrix = la.upload(stack(weights, V));
    using vectors = la.matmul(matrix, V, { transB: samples === "columns" });
    const [data] = await la.download(vectors);
    return weights.map((_, p) =>
      Float64Array.from(data!.subarray(p * this.features, (p + 1) * this.features)),
    );
  }

  /** One sample. */
  async at(index: number): Promise<Float64Array> {
    const one = new Float64Array(this.count);
    one[index] = 1;
    return (await this.combine([one]))[0]!;
  }

  /** Each basis vector with its share in every sample: the nonnegative least squares fit of V. */
  async components(basis: readonly Float64Array[]): Promise<Component[]> {
    const { la, V, samples } = this.#ground;
    if (basis.length === 0) return [];
    using scope = new Scope();
    const own = scope.own;
    const B = own(la.upload(stack(basis, V)));
    const byRows = samples === "rows";
    const cross = own(byRows ? la.matmul(V, B, { transB: true }) : la.matmul(B, V));
    const from = own(la.full(cross.rows, cross.cols, 1, V.dtype));
    const shares = own(await la.nnls(own(la.gram(B, "AAt")), cross, byRows ? "W" : "H", from));
    const [data] = await la.download(shares);
    return basis.map((vector, a) => {
      const share = Float64Array.from({ length: this.count }, (_, s) =>
        byRows ? data![s * basis.length + a]! : data![a * this.count + s]!,
      );
      const component = byRows ? { w: share, h: vector } : { w: vector, h: share };
      return balanced(significant(component, V.dtype));
    });
  }
}

/** The same w hᵀ with ‖w‖ = ‖h‖. */
function balanced({ w, h }: Component): Component {
  const ratio = Math.sqrt(norm(h) / norm(w));
  if (!(ratio > 0 && ratio < Infinity)) return { w, h };
  return { w: w.map((x) => x * ratio), h: h.map((x) => x / ratio) };
}

/** Vectors as the rows of a matrix, in the dtype of `like`. */
function stack(vectors: readonly Float64Array[], { dtype }: Matrix): HostDense {
  const cols = vectors[0]!.length;
  const size = vectors.length * cols;
  const data = dtype === "float64" ? new Float64Array(size) : new Float32Array(size);
  vectors.forEach((vector, p) => {
    data.set(vector, p * cols);
  });
  return { rows: vectors.length, cols, data };
}
