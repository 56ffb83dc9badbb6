// What a masked field shows: by its type, or by a pattern of how many characters stay in front and behind.
const isHan = (text) => /^[\u3400-\u9fff\u{20000}-\u{3ffff}]+$/u.test(text)
const TEXTS = ['text', 'long_text', 'url', 'auto_number', 'phone', 'email']

// pattern: { head, tail }, or null for the type's own way.
export function masked(field, value, pattern = null) {
  if (typeof value !== 'string' || value === '' || !TEXTS.includes(field.type)) return null
  const characters = [...value]
  const head = (count) => characters.slice(0, count).join('')
  if (pattern) {
    const { head: front, tail } = pattern
    return characters.length < front + tail + 1 ? `${head(1)}***` : `${head(front)}****${characters.slice(characters.length - tail).join('')}`
  }
  if (field.type === 'phone') return characters.length >= 9 && /^[0-9]{4}$/.test(value.slice(-4)) ? `${head(3)}****${value.slice(-4)}` : `${head(1)}***`
  if (field.type === 'email') return value.lastIndexOf('@') > 0 ? `${head(1)}***${value.slice(value.lastIndexOf('@'))}` : `${head(1)}***`
  if (field.name === 'name' && characters.length <= 4 && isHan(value)) return head(1) + '*'.repeat(Math.max(1, characters.length - 1))
  return `${head(1)}***`
}

// "mask" or "mask:3,4" → { head, tail } or null.
export function patternOf(right) {
  const found = /^mask:(\d+),(\d+)$/.exec(right)
  return found && { head: Number(found[1]), tail: Number(found[2]) }
}
