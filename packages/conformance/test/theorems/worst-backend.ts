import type { Capabilities, MatrixInfo } from "@nonneg/core";
import { precision } from "../../src/precision.js";
import { type Random, randomFrom } from "../../src/random.js";
import { type Bounded, BoundingBackend } from "../../src/theorems/bounding-backend.js";

/** A GPU's idea of arithmetic: flushed subnormals, inexact division, poor powers. */
export const rough: Capabilities = {
  dtypes: ["float32", "float64"],
  sparse: true,
  deterministic: false,
  subnormals: false,
  maxElements: 2 ** 31,
  accuracy: {
    div: { ulps: 2.5, absolute: 0 },
    sqrt: { ulps: 4, absolute: 0 },
    pow: { ulps: 64, absolute: 0 },
    exp: { ulps: 16, absolute: 0 },
    log: { ulps: 8, absolute: 2 ** -21 },
    log1p: { ulps: 8, absolute: 2 ** -21 },
    expm1: { ulps: 16, absolute: 2 ** -21 },
  },
};

/** As wrong as it may be: each operation returns one end of what its bound allows, at random. */
export class WorstBackend extends BoundingBackend {
  override readonly name: string = "worst";
  readonly #random: Random;

  constructor(seed: number, capabilities = rough) {
    super(capabilities);
    this.#random = randomFrom(seed);
  }

  override matmul(...args: Parameters<BoundingBackend["matmul"]>): Bounded {
    return this.#worst(args[0], super.matmul(...args));
  }

  override elementwise(...args: Parameters<BoundingBackend["elementwise"]>): Bounded {
    return this.#worst(args[0], super.elementwise(...args));
  }

  override reduce(...args: Parameters<BoundingBackend["reduce"]>): Bounded {
    return this.#worst(args[0], super.reduce(...args));
  }

  #worst({ dtype }: MatrixInfo, { value, bound, stored }: Bounded): Bounded {
    const { u } = precision(dtype, this.capabilities);
    const round = dtype === "float32" ? Math.fround : (x: number) => x;
    // The last rounding, to the dtype, is in the bound too. Nothing computes 0 wrong.
    const wrong = value.map((x, i) => {
      const room = Math.max(0, bound[i]! - u * Math.abs(x));
      if (x === 0 || room === Infinity) return x;
      return round(x + (this.#random() < 0.5 ? room : -room));
    });
    return { value: wrong, bound: new Float64Array(value.length), stored };
  }
}
