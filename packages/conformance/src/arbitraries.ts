import fc from "fast-check";

/** A number of rows or columns: on and off the widths of SIMD, small else. */
export const extent: fc.Arbitrary<number> = fc.oneof(
  fc.constantFrom(1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33),
  fc.integer({ min: 1, max: 24 }),
);
