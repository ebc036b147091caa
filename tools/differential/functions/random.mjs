/** A small seeded generator, so that a run can be repeated by its seed. */
export function generator(seed) {
  let state = (seed * 2654435761 + 0x9e3779b9) >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (t ^ (t >>> 14)) >>> 0;
  };
  const below = (n) => Math.floor((next() / 4294967296) * n);
  return { below, chance: (p) => next() / 4294967296 < p, pick: (list) => list[below(list.length)], range: (a, b) => a + below(b - a + 1) };
}
