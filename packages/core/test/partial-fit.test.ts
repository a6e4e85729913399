import { describe, expect, test } from "vitest";
import type { HostDense, PartialFit, PartialFitStart, PartialState } from "../src/index.js";
import { fitOn, planted, rowsOf, take } from "./batches.js";
import { expectClose, random, times, toSmall, transposed } from "./host.js";

describe.each(["rows", "columns"] as const)("samples in %s", (samples) => {
  const oriented = (A: HostDense) => (samples === "rows" ? A : transposed(A));

  test.each([-1, 0, 0.5, 1, 1.5, 2, 3])("one batch takes the plain steps: β = %f", async (loss) => {
    const V = oriented(planted(14, 9));
    const basis = oriented(random(3, 9, 3));
    const options = { innerIterations: 7, steps: 3 };
    const fit = await take(V, { rank: 3, samples, loss, init: basis }, options);
    const held =
      samples === "rows"
        ? ({ rank: 3, hold: "H", init: { H: basis } } as const)
        : ({ rank: 3, hold: "W", init: { W: basis } } as const);
    const { W, H } = await fitOn(V, { ...held, loss, maxIterations: 7 });
    const first = samples === "rows" ? "H" : "W";
    const steps = await fitOn(V, { rank: 3, loss, init: { W, H }, first, maxIterations: 3 });
    expectClose(fit.coefficients, samples === "rows" ? steps.W : steps.H, 1e-12);
    expectClose(fit.basis, steps[first], 1e-12);
    expect(fit.state.batches).toBe(1);
  });

  test.each([2, 1, 0])("batches come near a fit of the whole: β = %f", async (loss) => {
    const rows = planted(96, 12);
    const V = oriented(rows);
    const costOf = async (basis: HostDense) => {
      const held =
        samples === "rows"
          ? ({ rank: 3, hold: "H", init: { H: basis } } as const)
          : ({ rank: 3, hold: "W", init: { W: basis } } as const);
      return (await fitOn(V, { ...held, loss, maxIterations: 200 })).cost;
    };
    let from: PartialState | PartialFitStart = { rank: 3, samples, loss, seed: 2 };
    const costs: number[] = [];
    for (const passes of [1, 4, 15]) {
      for (let batch = 0; batch < 6 * passes; batch++) {
        const at = 16 * (batch % 6);
        const fit: PartialFit = await take(oriented(rowsOf(rows, at, at + 16)), from);
        if (batch === 6 * passes - 1) costs.push(await costOf(fit.basis));
        from = fit.state;
      }
    }
    // A fit of the whole that looks at the data as often.
    const full = await fitOn(V, { rank: 3, loss, seed: 2, maxIterations: 20 });
    expect(costs).toEqual([...costs].sort((a, b) => b - a));
    expect(costs.at(-1)).toBeLessThan(full.cost);
  });
});

describe("aborted", () => {
  /** Is found aborted when asked for the time after so many. */
  const after = (times: number): AbortSignal => {
    let asked = 0;
    return {
      get aborted() {
        return ++asked > times;
      },
    } as AbortSignal;
  };
  const V = planted(20, 6);
  const W = transposed(V);

  test("between steps it keeps those that were taken", async () => {
    for (const from of [{ rank: 2 }, (await take(V, { rank: 2 })).state]) {
      const all = { innerIterations: 4, steps: 9 };
      const cut = await take(V, from, { ...all, signal: after(4 + 3) });
      expect(cut).toEqual(await take(V, from, { ...all, steps: 3 }));
      expect(cut.steps).toBe(3);
    }
  });

  test("before the first step the batch has taught nothing", async () => {
    const { state } = await take(V, { rank: 2 });
    const cut = await take(times(V, 3), state, { signal: after(5) });
    expect([cut.steps, cut.basis]).toEqual([0, state.basis]);
    expect(cut.state).toEqual(state);
  });

  test.each([1, 2])("a first batch leaves its start to go on from: β = %f", async (loss) => {
    const start = { rank: 2, loss, samples: "columns" } as const;
    const cut = await take(W, start, { signal: AbortSignal.abort() });
    expect([cut.steps, cut.state.batches]).toEqual([0, 0]);
    const next = await take(W, cut.state);
    const { state, ...same } = await take(W, { ...start, init: cut.basis });
    expect(next).toMatchObject(same);
    expect(next.state.batches).toBe(state.batches);
  });

  test("a signal is heard while it works", async () => {
    const controller = new AbortController();
    const timer = setTimeout(() => {
      controller.abort();
    }, 20);
    const endless = { innerIterations: Number.MAX_SAFE_INTEGER, signal: controller.signal };
    expect((await take(V, { rank: 2 }, endless)).steps).toBe(0);
    clearTimeout(timer);
  });
});

test("a state that was kept goes on to the same bits", async () => {
  const V = planted(40, 8);
  const batches = [0, 10, 20, 30].map((at) => rowsOf(V, at, at + 10));
  const run = async (keep: (state: PartialState) => PartialState) => {
    let from: PartialState | PartialFitStart = { rank: 3, loss: 1 };
    for (const batch of batches) from = keep((await take(batch, from)).state);
    return from;
  };
  expect(await run((state) => structuredClone(state))).toEqual(await run((state) => state));
});

test("the more memory, the more of what came before counts", async () => {
  const [first, then] = [random(20, 6, 1), times(random(20, 6, 2), 1)];
  then.data.forEach((x, p) => (then.data[p] = p % 6 < 3 ? 0.01 * x : x));
  const errors: number[] = [];
  for (const memory of [1, 0.9, 0.2]) {
    let from: PartialState | PartialFitStart = { rank: 2 };
    for (let pass = 0; pass < 20; pass++) from = (await take(first, from, { memory })).state;
    for (let pass = 0; pass < 5; pass++) from = (await take(then, from, { memory })).state;
    errors.push((await take(then, from)).relativeError);
  }
  expect(errors).toEqual([...errors].sort((a, b) => b - a));
  expect(errors[2]).toBeLessThan(0.9 * errors[0]!);
});

test("what is said of a batch is what the basis before it gives", async () => {
  const V = planted(20, 6);
  const { state, basis } = await take(V, { rank: 2, loss: 1 });
  const next = await take(V, state, { innerIterations: 30 });
  const held = await fitOn(V, {
    rank: 2,
    loss: 1,
    hold: "H",
    init: { H: basis },
    maxIterations: 30,
  });
  expect([next.cost, next.relativeError]).toEqual([held.cost, held.relativeError]);
});

test("the scale of the data is that of the basis and the coefficients", async () => {
  const V = planted(20, 6);
  const run = async (data: HostDense) => {
    const { state } = await take(data, { rank: 2 });
    return take(data, state);
  };
  const here = await run(V);
  for (const c of [2 ** 80, 2 ** -80]) {
    const there = await run(times(V, c));
    expect(there.basis).toEqual(times(here.basis, Math.sqrt(c)));
    expect(there.coefficients).toEqual(times(here.coefficients, Math.sqrt(c)));
  }
});

test("missing entries are not zeros", async () => {
  const V = planted(30, 8);
  const masked = { ...V, data: V.data.map((x, p) => (p % 5 === 0 ? NaN : x)) };
  let from: PartialState | PartialFitStart = { rank: 3, seed: 1 };
  for (let pass = 0; pass < 40; pass++) {
    from = (await take(masked, from, { missing: "nan", memory: 0.5 })).state;
  }
  const { basis, coefficients } = await take(masked, from, {
    missing: "nan",
    innerIterations: 200,
  });
  const WH = toSmall(coefficients).mmul(toSmall(basis)).to1DArray();
  const hidden = WH.filter((_, p) => p % 5 === 0);
  const truth = V.data.filter((_, p) => p % 5 === 0);
  const off = hidden.map((x, p) => Math.abs(x - truth[p]!) / truth[p]!).sort((a, b) => a - b);
  // Read as zeros they would draw WH down by about a fifth.
  expect(off[off.length >> 1]).toBeLessThan(0.1);
});

test("one sample, zero samples and features, a rank above both: no NaN", async () => {
  const V = planted(6, 4);
  for (let i = 0; i < 6; i++) V.data[4 * i + 2] = 0;
  V.data.fill(0, 8, 16);
  for (const loss of [2, 1, 0.5, 3]) {
    let from: PartialState | PartialFitStart = { rank: 7, loss };
    for (let i = 0; i < 6; i++) {
      const fit: PartialFit = await take(rowsOf(V, i, i + 1), from);
      const { basis, coefficients, state } = fit;
      const numbers = [...basis.data, ...coefficients.data, ...state.numerator.data, fit.cost];
      expect(numbers.filter((x) => !(x >= 0))).toEqual([]);
      from = state;
    }
  }
});

test("a batch of zeros teaches nothing", async () => {
  const V = planted(6, 4);
  const { basis, state } = await take(V, { rank: 2 });
  const after = await take(times(V, 0), state);
  expectClose(after.basis, basis, 1e-15);
});

test.each([
  [{ rank: 2 }, {}, times(random(3, 4), 0), "NONNEG_INVALID_INPUT"],
  [{ rank: 2 }, { memory: 0 }, random(3, 4), "NONNEG_OPTION"],
  [{ rank: 2 }, { memory: 1.1 }, random(3, 4), "NONNEG_OPTION"],
  [{ rank: 2 }, { steps: 1.5 }, random(3, 4), "NONNEG_OPTION"],
  [{ rank: 2 }, { innerIterations: 0 }, random(3, 4), "NONNEG_OPTION"],
  [{ rank: 2 }, { penalties: { W: { l1: -1 }, H: { l1: 1 } } }, random(3, 4), "NONNEG_OPTION"],
  [{ rank: 2 }, { penalties: { H: { l2: 1 } } }, random(3, 4), "NONNEG_OPTION"],
  [{ rank: 2, init: random(2, 4) }, { penalties: { W: { l1: 1 } } }, random(3, 4), "NONNEG_OPTION"],
  [{ rank: 0 }, {}, random(3, 4), "NONNEG_RANK"],
  [{ rank: 2, loss: "hinge" }, {}, random(3, 4), "NONNEG_OPTION"],
  [{ rank: 2, init: "magic" }, {}, random(3, 4), "NONNEG_OPTION"],
  [{ rank: 2, init: random(2, 5) }, {}, random(3, 4), "NONNEG_SHAPE_MISMATCH"],
  [{ rank: 2, samples: "depth" }, {}, random(3, 4), "NONNEG_OPTION"],
  [{ rank: 2 }, {}, times(random(3, 4), -1), "NONNEG_NEGATIVE_INPUT"],
])("%j %j is refused", async (from, options, batch, code) => {
  const start = from as unknown as PartialFitStart;
  await expect(take(batch, start, options)).rejects.toMatchObject({ code });
});

test("a batch of other features is refused", async () => {
  const { state } = await take(planted(5, 4), { rank: 2 });
  await expect(take(planted(5, 6), state)).rejects.toMatchObject({
    code: "NONNEG_SHAPE_MISMATCH",
    message:
      "V is 5×6, with its samples in rows, and the basis has 4 features: expected 4 columns of V.",
  });
});
