// Random numbers that a seed repeats (mulberry32).
export function randomFrom(seed) {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
  const below = (limit) => Math.floor(next() * limit)
  return {
    next,
    below,
    shuffle(list) {
      for (let i = list.length - 1; i > 0; i--) {
        const k = below(i + 1)
        ;[list[i], list[k]] = [list[k], list[i]]
      }
      return list
    },
  }
}
