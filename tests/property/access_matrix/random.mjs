// Numbers that a seed repeats: mulberry32, and what is drawn from them.
export function randomFrom(seed) {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
  const below = (count) => Math.floor(next() * count)
  return {
    below,
    chance: (share) => next() < share,
    pick: (list) => list[below(list.length)],
    some: (list, share) => list.filter(() => next() < share),
    shuffled: (list) => list.map((item) => [next(), item]).sort((a, b) => a[0] - b[0]).map((pair) => pair[1]),
  }
}
