// @ts-check
/**
 * Generated ratings with a structure to find: no collection of real ratings may be passed on with
 * this repository. Each item is a mixture of genres, each user has a taste for some of them; a rating
 * from 1 to 5 follows taste, what is thought of the item in general and how generous the user is,
 * with noise; and popular items are rated more often.
 */
import { uniform } from "@nonneg/core";

export const USERS = 300;
export const ITEMS = 200;
const GENRES = 4;

/** @typedef {{ user: number, item: number, stars: number }} Rating */

/**
 * A random number of (0, 1) for each purpose and place.
 * @param {number} purpose
 * @param {number} i
 * @param {number} j
 */
const draw = (purpose, i, j) => uniform(2024, purpose, i, j);

/**
 * A mixture of genres that sums to one, most of it in a few.
 * @param {number} purpose
 * @param {number} i
 */
function mixture(purpose, i) {
  const weights = Array.from({ length: GENRES }, (_, g) => draw(purpose, i, g) ** 4);
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / sum);
}

/** About a seventh of all pairs of user and item, and a fifth of those held out. */
export function ratings() {
  /** @type {{ known: Rating[], heldOut: Rating[] }} */
  const split = { known: [], heldOut: [] };
  const tastes = Array.from({ length: USERS }, (_, user) => mixture(0, user));
  for (let item = 0; item < ITEMS; item++) {
    const genres = mixture(1, item);
    const popularity = 0.04 + 0.4 * draw(2, item, 0) ** 3;
    const quality = draw(3, item, 0) - 0.5;
    for (let user = 0; user < USERS; user++) {
      if (draw(4, user, item) > popularity) continue;
      const match = (tastes[user] ?? []).reduce(
        (sum, taste, g) => sum + taste * (genres[g] ?? 0),
        0,
      );
      const generosity = draw(5, user, 0) - 0.5;
      const noise = draw(6, user, item) + draw(7, user, item) - 1;
      const opinion = 1.6 + 5 * match + quality + generosity + noise;
      const stars = Math.min(5, Math.max(1, Math.round(opinion)));
      split[draw(8, user, item) < 0.2 ? "heldOut" : "known"].push({ user, item, stars });
    }
  }
  return split;
}
