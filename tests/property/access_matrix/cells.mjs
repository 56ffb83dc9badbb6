// What was asked and how it came out: each question is a cell (who × way in × object × record or field), allowed or refused by the model; what the server said
// otherwise is a difference.
import assert from 'node:assert/strict'

const text = (value) => (JSON.stringify(value) ?? 'undefined').slice(0, 1200)

export class Cells {
  constructor() {
    this.ways = new Map()
    this.differences = []
  }

  cell(way, allowed, count = 1) {
    const known = this.ways.get(way) ?? [0, 0]
    known[allowed ? 0 : 1] += count
    this.ways.set(way, known)
  }

  same(who, what, actual, expected) {
    try {
      assert.deepEqual(actual, expected)
      return true
    } catch {
      this.differences.push(`${who} ${what}\n    is       ${text(actual)}\n    expected ${text(expected)}`)
      return false
    }
  }

  total() {
    return [...this.ways.values()].reduce(([allowed, refused], [more, less]) => [allowed + more, refused + less], [0, 0])
  }

  // The ways in, each with its cells, and a line for all.
  table() {
    const lines = [...this.ways].sort().map(([way, [allowed, refused]]) => `        ${way.padEnd(22)} ${String(allowed).padStart(7)} allowed ${String(refused).padStart(7)} refused`)
    const [allowed, refused] = this.total()
    const share = (count) => `${Math.round((100 * count) / Math.max(1, allowed + refused))} %`
    return [...lines, `        ${allowed + refused} cells: ${allowed} allowed (${share(allowed)}), ${refused} refused (${share(refused)})`].join('\n')
  }

  // One example of each kind of difference, with how often it came.
  agree(label) {
    const kinds = new Map()
    for (const difference of this.differences) {
      const kind = difference.split('\n')[0].replace(/\buser\d\b/, '').replace(/\d+/g, 'N')
      const known = kinds.get(kind)
      if (known) known.count++
      else kinds.set(kind, { count: 1, difference })
    }
    const examples = [...kinds.values()].map(({ count, difference }) => `${count} × ${difference}`)
    assert.equal(this.differences.length, 0, `${label}: ${this.differences.length} differences\n${examples.slice(0, 40).join('\n')}`)
  }

  balance(label) {
    const [allowed, refused] = this.total()
    assert.ok(Math.min(allowed, refused) * 4 >= allowed + refused, `${label}: a matrix of ${allowed} allowed and ${refused} refused cells proves little: each must be a quarter`)
  }
}
