// @ts-check
/** `node docs/examples/recommender.js`: the code of recommender.md. */
import { factorize } from "nonneg";
import { ITEMS, ratings, USERS } from "./ratings.js";

/** @typedef {import("./ratings.js").Rating} Rating */

/**
 * Users in rows, items in columns; what is not stored is not known.
 * @param {readonly Rating[]} known
 */
export function toMatrix(known) {
  const sorted = known.toSorted((a, b) => a.user - b.user || a.item - b.item);
  const indptr = new Int32Array(USERS + 1);
  for (const { user } of sorted) indptr[user + 1] = (indptr[user + 1] ?? 0) + 1;
  for (let user = 0; user < USERS; user++)
    indptr[user + 1] = (indptr[user + 1] ?? 0) + (indptr[user] ?? 0);
  return {
    rows: USERS,
    cols: ITEMS,
    indptr,
    indices: Int32Array.from(sorted, ({ item }) => item),
    values: Float64Array.from(sorted, ({ stars }) => stars),
  };
}

/**
 * R ≈ UVᵀ over the known ratings alone.
 * @param {readonly Rating[]} known
 * @param {number} rank
 * @param {{ missing?: "unobserved" }} [options] what is not stored: unobserved, or zeros
 */
export async function recommender(known, rank, options = { missing: "unobserved" }) {
  const model = await factorize(toMatrix(known), {
    rank,
    ...options,
    penalties: { W: { l2: 1 }, H: { l2: 1 } },
    maxIterations: 500,
  });
  /** @type {(user: number, item: number) => number} */
  const predict = (user, item) => {
    let stars = 0;
    for (let a = 0; a < rank; a++)
      stars += (model.W.data[user * rank + a] ?? 0) * (model.H.data[a * ITEMS + item] ?? 0);
    return stars;
  };
  return { model, predict };
}

/**
 * The mean rating by user, or by item; the mean of all where there is none.
 * @param {readonly Rating[]} known
 * @param {"user" | "item"} by
 */
export function means(known, by) {
  const all = known.reduce((sum, { stars }) => sum + stars, 0) / known.length;
  /** @type {Map<number, number[]>} */
  const groups = new Map();
  for (const rating of known)
    groups.set(rating[by], [...(groups.get(rating[by]) ?? []), rating.stars]);
  /** @type {(user: number, item: number) => number} */
  return (user, item) => {
    const stars = groups.get(by === "user" ? user : item);
    return stars ? stars.reduce((a, b) => a + b, 0) / stars.length : all;
  };
}

/**
 * Root mean square error, in stars.
 * @param {readonly Rating[]} heldOut
 * @param {(user: number, item: number) => number} predict
 */
export function error(heldOut, predict) {
  const squares = heldOut.reduce(
    (sum, { user, item, stars }) => sum + (predict(user, item) - stars) ** 2,
    0,
  );
  return Math.sqrt(squares / heldOut.length);
}

/** Held-out error of every way to predict. */
export async function compare() {
  const { known, heldOut } = ratings();
  const rows = [
    { name: "mean of the user", rmse: error(heldOut, means(known, "user")) },
    { name: "mean of the item", rmse: error(heldOut, means(known, "item")) },
  ];
  for (const rank of [1, 2, 3, 4, 6, 8]) {
    const { predict } = await recommender(known, rank);
    rows.push({ name: `rank ${rank}`, rmse: error(heldOut, predict) });
  }
  const { predict } = await recommender(known, 4, {});
  rows.push({ name: "rank 4, the unknown read as 0", rmse: error(heldOut, predict) });
  return { known: known.length, heldOut: heldOut.length, rows };
}

if (process.argv[1] === import.meta.filename) {
  const { rows, ...sizes } = await compare();
  console.log(sizes);
  console.table(rows.map(({ name, rmse }) => ({ name, rmse: rmse.toFixed(3) })));
}
