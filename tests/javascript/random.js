// Numbers that look random and are the same each time.

/** A function that gives whole numbers from 0 to `below` - 1. */
export function drawing(seed) {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
