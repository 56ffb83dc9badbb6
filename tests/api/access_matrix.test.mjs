// Random organisations, roles and records: what every user sees and may change by every way in is held against a model of its own (tests/property/access_matrix).
// HAIKE_SEED repeats a run, HAIKE_ROUNDS throws the rights more often.
import assert from 'node:assert/strict'
import { randomFrom } from '../property/access_matrix/random.mjs'
import { Stream } from '../property/access_matrix/events.mjs'
import { Reads } from '../property/access_matrix/reads.mjs'
import { Writes } from '../property/access_matrix/writes.mjs'
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

// Every record is touched while all listen: each hears of what he may see, and of nothing else.
async function events(world, model, found) {
  const streams = await Promise.all([world.admin, ...world.users].map((person) => new Stream(person).open()))
  await new Promise((resolve) => setTimeout(resolve, 100))
  const touched = await world.touchAll(model)
  await streams[0].until(touched.at(-1))
  await new Promise((resolve) => setTimeout(resolve, 300))
  for (const [i, person] of world.users.entries()) {
    const user = model.users.find((each) => each.id === person.id)
    const expected = touched.filter((name) => {
      const [object, id] = name.split(':')
      return model.visible(user, object, model.row(object, Number(id)))
    })
    const told = [...streams[i + 1].told].filter((name) => touched.includes(name))
    const [is, must] = [told.sort().join(' '), expected.sort().join(' ')]
    if (is !== must) found.push(`${user.login} events\n    is       ${is}\n    expected ${must}`)
  }
  await Promise.all(streams.map((stream) => stream.close()))
}

export const scenarios = {
  [`every user sees and changes what the model says (HAIKE_SEED=${SEED})`]: ({ engine }) => withWorld(engine, async (world) => {
    const found = []
    for (let round = 0; round < ROUNDS; round++) {
      await world.throwRights()
      await events(world, await world.model(), found)
      const model = await world.model()
      for (const person of world.users) await new Reads(world, model, person, found).run()
      for (const person of world.users) await new Writes(world, await world.model(), person, found).run()
    }
    tell(found)
    assert.equal(world.haike.command(['check']).status, 0)
  }),
}
