import type { HostDense } from "../host-matrix.js";
import type { Linalg } from "../linalg.js";
import type { Matrix } from "../matrix.js";

/** A state as a checkpoint keeps it. */
export interface SavedState {
  readonly matrices: Readonly<Record<string, HostDense>>;
  readonly scalars: Readonly<Record<string, number>>;
}

/** What a rule remembers between half-steps: named matrices, which it owns, and named scalars. */
export class State implements Disposable {
  readonly scalars: Record<string, number> = {};
  readonly #matrices = new Map<string, Matrix>();

  get(name: string): Matrix | undefined {
    return this.#matrices.get(name);
  }

  /** Takes over a matrix and releases the one it replaces. */
  set(name: string, matrix: Matrix | undefined): void {
    this.#matrices.get(name)?.[Symbol.dispose]();
    if (matrix) this.#matrices.set(name, matrix);
    else this.#matrices.delete(name);
  }

  async save(la: Linalg): Promise<SavedState> {
    const names = [...this.#matrices.keys()];
    const arrays = await la.download(...this.#matrices.values());
    const matrices = names.map((name, p): [string, HostDense] => {
      const { rows, cols } = this.#matrices.get(name)!;
      return [name, { rows, cols, data: arrays[p]! }];
    });
    return { matrices: Object.fromEntries(matrices), scalars: { ...this.scalars } };
  }

  static restore(la: Linalg, saved: SavedState | undefined): State {
    const state = new State();
    Object.assign(state.scalars, saved?.scalars);
    for (const [name, host] of Object.entries(saved?.matrices ?? {}))
      state.set(name, la.upload(host));
    return state;
  }

  [Symbol.dispose](): void {
    for (const matrix of this.#matrices.values()) matrix[Symbol.dispose]();
    this.#matrices.clear();
  }
}
