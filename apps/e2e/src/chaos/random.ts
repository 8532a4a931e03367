/** Chances that come out the same for the same seed. */
export interface Random {
  /** At least `min`, less than `max`. */
  between(min: number, max: number): number;
  chance(probability: number): boolean;
  shuffled<Item>(items: readonly Item[]): readonly Item[];
  /** Chances of their own, so that what happens elsewhere does not shift them. */
  branch(name: string): Random;
}

export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  // Mulberry32: tiny, and good enough to spread faults.
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  return {
    between: (min, max) => min + next() * (max - min),
    chance: (probability) => next() < probability,
    shuffled: (items) =>
      items
        .map((item) => ({ item, at: next() }))
        .toSorted((one, other) => one.at - other.at)
        .map(({ item }) => item),
    branch: (name) => seededRandom([...name].reduce((hash, letter) => Math.imul(hash ^ letter.charCodeAt(0), 16_777_619), seed ^ 0x811c9dc5)),
  };
}
