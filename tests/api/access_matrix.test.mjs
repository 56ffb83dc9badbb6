// Random organisations, roles and records: what every user sees and may change by every way in is held against a model of its own (tests/property/access_matrix).
// HAIKE_SEED repeats a run, HAIKE_ROUNDS throws the rights more often.
import assert from 'node:assert/strict'
import { randomFrom } from '../property/access_matrix/random.mjs'
import { Reads } from '../property/access_matrix/reads.mjs'
import { World } from '../property/access_matrix/world.mjs'

export const own = true

const SEED = Number(process.env.HAIKE_SEED ?? Date.now() % 1000000)
const ROUNDS = Number(process.env.HAIKE_ROUNDS ?? 2)

// One example of each kind of difference, with how often it came.
function tell(found) {
  const kinds = new Map()
  for (const text of found) {
    const kind = text.split('\n')[0].replace(/\buser\d\b/, '').replace(/\d+/g, 'N')
    const known = kinds.get(kind)
    if (known) known.count++
    else kinds.set(kind, { count: 1, text })
  }
  const texts = [...kinds.values()].map(({ count, text }) => `${count} × ${text}`)
  assert.equal(found.length, 0, `HAIKE_SEED=${SEED}: ${found.length} differences\n${texts.slice(0, 40).join('\n')}`)
}

async function withWorld(engine, run) {
  const world = new World(engine, randomFrom(SEED))
  try {
    await world.open()
    await run(world)
  } finally {
    await world.haike.done()
  }
}

export const scenarios = {
  [`every user sees what the model says (HAIKE_SEED=${SEED})`]: ({ engine }) => withWorld(engine, async (world) => {
    const found = []
    for (let round = 0; round < ROUNDS; round++) {
      await world.throwRights()
      const model = await world.model()
      for (const person of world.users) await new Reads(world, model, person, found).run()
    }
    tell(found)
  }),
}
