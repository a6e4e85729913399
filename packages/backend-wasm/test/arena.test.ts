import fc from "fast-check";
import { expect, test } from "vitest";
import { Arena, type Block } from "../src/arena.js";

const page = 65_536;

function open(limit = 65_536 * page) {
  const memory = new WebAssembly.Memory({ initial: 2, maximum: 65_536, shared: true });
  return { memory, arena: new Arena(memory, page, limit) };
}

test("blocks lie apart, inside the memory, and all of it comes back", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(300_000), fc.nat(9)), { maxLength: 60 }), (steps) => {
      const { memory, arena } = open();
      const live: Block[] = [];
      for (const [bytes, choice] of steps) {
        if (choice < 4 && live.length > 0) {
          arena.free(live.splice(choice % live.length, 1)[0]!);
          continue;
        }
        const block = arena.allocate(bytes, "a test");
        expect(block.bytes).toBeGreaterThanOrEqual(bytes + 64);
        expect(block.offset % 64).toBe(0);
        expect(block.offset).toBeGreaterThanOrEqual(page);
        expect(block.offset + block.bytes).toBeLessThanOrEqual(memory.buffer.byteLength);
        for (const other of live) {
          const apart =
            other.offset + other.bytes <= block.offset ||
            block.offset + block.bytes <= other.offset;
          expect(apart).toBe(true);
        }
        live.push(block);
      }
      for (const block of live) arena.free(block);
      expect(arena.used).toBe(0);
      // in one piece again: the largest block that fits needs no growth
      const size = memory.buffer.byteLength;
      arena.allocate(size - page - 64, "everything");
      expect(memory.buffer.byteLength).toBe(size);
    }),
  );
});

test("the same sizes again need no more memory", () => {
  const { memory, arena } = open();
  const round = () => {
    const blocks = [100, 5_000_000, 70_000, 12, 2_000_000].map((n) => arena.allocate(n, "a test"));
    for (const block of blocks) arena.free(block);
  };
  round();
  const size = memory.buffer.byteLength;
  for (let i = 0; i < 1000; i++) round();
  expect(memory.buffer.byteLength).toBe(size);
});

test("past the limit: an error that names sizes and the way out, and nothing lost", () => {
  const { arena } = open(64 * page);
  const before = arena.used;
  expect(() => arena.allocate(100 * page, "a 10×20 float32 matrix")).toThrow(
    expect.objectContaining({
      code: "NONNEG_OUT_OF_MEMORY",
      message: expect.stringMatching(
        /a 10×20 float32 matrix \(6\.3 MiB\).*float32.*sparse.*js/s,
      ) as string,
    }) as Error,
  );
  expect(arena.used).toBe(before);
  arena.free(arena.allocate(40 * page, "what fits"));
});
