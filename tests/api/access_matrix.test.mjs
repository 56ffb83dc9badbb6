// Random organisations, roles and records: what every user sees and changes by every way in is held against a model of its own (tests/property/access_matrix).
// One round has the roles that come with the program, the others random ones. HAIKE_SEED repeats a run, HAIKE_ROUNDS throws the rights more often.
import assert from 'node:assert/strict'
import { Cells } from '../property/access_matrix/cells.mjs'
import { DefinitionReads } from '../property/access_matrix/definition_reads.mjs'
import { listen } from '../property/access_matrix/listening.mjs'
import { OutsideReads } from '../property/access_matrix/outside_reads.mjs'
import { randomFrom } from '../property/access_matrix/random.mjs'
import { Reads } from '../property/access_matrix/reads.mjs'
import { RecordReads } from '../property/access_matrix/record_reads.mjs'
import { Teams } from '../property/access_matrix/teams.mjs'
import { World } from '../property/access_matrix/world.mjs'
import { Writes } from '../property/access_matrix/writes.mjs'

export const own = true

const SEED = process.env.HAIKE_SEED === 'random' ? Date.now() % 1000000 : Number(process.env.HAIKE_SEED ?? 482747)
const ROUNDS = { sqlite: 3, postgres: 2 } // the second has the shipped roles

async function play(world, cells, shipped) {
  const label = `HAIKE_SEED=${SEED}`
  await world.throwRights(shipped)
  await listen(world, await world.model(), cells)
  cells.agree(label)
  const model = await world.model()
  for (const Reading of [DefinitionReads, Reads, RecordReads, OutsideReads]) {
    for (const person of world.users) await new Reading(world, model, person, cells).run()
    cells.agree(label)
  }
  for (const Writing of [Writes, Teams]) for (const person of world.users) await new Writing(world, await world.model(), person, cells).run()
  cells.agree(label)
}

export const scenarios = {
  [`every user sees and changes what the model says (HAIKE_SEED=${SEED})`]: async ({ engine }) => {
    const world = new World(engine, randomFrom(SEED))
    const cells = new Cells()
    try {
      await world.open()
      for (let round = 0; round < Number(process.env.HAIKE_ROUNDS ?? ROUNDS[engine]); round++) await play(world, cells, round === 1)
      console.log(`        with ${Object.keys(world.features).filter((name) => world.features[name]).join(', ') || 'what there always was'}\n${cells.table()}`)
      cells.balance(`HAIKE_SEED=${SEED}`)
      const check = world.haike.command(['check'])
      assert.equal(check.status, 0, check.stdout + check.stderr)
    } finally {
      await world.haike.done()
    }
  },
}
