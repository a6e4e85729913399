import type { KernelSource } from "./kernel.js";
import { entrywise, type OperandKind } from "./operand.js";

const LARGEST = "3.4028234663852886e38";

/**
 * The multiplicative step x (n/d)^γ, and x where d = 0 or the result is not finite. Whether it is
 * finite is told beforehand, from finite numbers: WGSL may take it that there is no infinity, and
 * then a test for one is always false.
 */
export function scaleByRatio(kinds: readonly OperandKind[], plain: boolean): KernelSource {
  // n/d overflows only for d < 1, where d times the largest number does not.
  const factor = plain
    ? "const factor = v1 / v2;"
    : `const ratio = v1 / v2;
       const growth = exponent * Math.log2(Math.max(ratio, 1e-38));
       if (growth >= 127.99) { return v0; }
       const factor = accuratePow(ratio, exponent);`;
  return entrywise(
    kinds,
    plain ? {} : { exponent: "number" },
    `
    if (v2 === 0.0) { return v0; }
    if (v2 < 1.0) { if (v1 > v2 * ${LARGEST}) { return v0; } }
    ${factor}
    if (v0 > 1.0) { if (factor > ${LARGEST} / v0) { return v0; } }
    return v0 * factor;`,
  );
}
