// Blends the lists of several products, as dashapp/answers/recommendations.py does on the server.

const K = 60; // the constant of reciprocal rank fusion (Cormack, Clarke and Büttcher, SIGIR 2009)

/** @typedef {{ position: number, neighbours: number[] }} Liked */

/**
 * Returns the positions of the best products near some others, none of these and one of each group of variants.
 *
 * @param {Liked[]} likes
 * @param {number[]} weights
 * @param {number[][]} groups  for each position, the groups of near-duplicates that it is in
 * @param {number} count
 */
export function recommended(likes, weights, groups, count) {
  /** @type {Map<number, number>} */
  const scores = new Map();
  likes.forEach(({ neighbours }, place) => {
    neighbours.forEach((position, rank) => {
      scores.set(position, (scores.get(position) ?? 0) + weights[place] / (K + rank + 1));
    });
  });
  const taken = likes.flatMap(({ position }) => groups[position]);
  const gone = new Set(likes.map(({ position }) => position));
  const best = [...scores].sort(([one, few], [other, many]) => many - few || one - other);
  const others = best.map(([position]) => position).filter((position) => !gone.has(position));
  return withoutVariants(others, groups, taken).slice(0, count);
}

/**
 * Returns the positions of which none is a near-duplicate of an earlier one.
 *
 * @param {number[]} positions
 * @param {number[][]} groups  for each position, the groups of near-duplicates that it is in
 * @param {number[]} [before]  groups of which none is wanted
 */
export function withoutVariants(positions, groups, before = []) {
  const taken = new Set(before);
  return positions.filter((position) => {
    if (groups[position].some((group) => taken.has(group))) return false;
    for (const group of groups[position]) taken.add(group);
    return true;
  });
}
