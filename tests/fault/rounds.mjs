// Rounds of the same kind on one database: a load, a crash in the middle of it, a restart, and the book is compared.
import { CrashHaike } from './server.mjs'
import { Load } from './load.mjs'

const SYNC_US = 1500 // what a sync takes, so that kills meet one

// crash(haike, random, round): kills, and leaves the folder as it is to be found. disk: options of faultfs, null without it.
export async function crashRounds(test, { engine, name, rounds, random, size, disk = null, crash }) {
  const haike = new CrashHaike(engine)
  const everything = [] // of all rounds: what was answered stays
  try {
    haike.init()
    await haike.mustStart(disk)
    for (let round = 1; round <= rounds; round++)
      await test(`${name}, round ${round}`, async () => {
        const load = new Load(`R${round}`, random, size)
        await load.prepare(await haike.signIn())
        const person = await haike.signIn()
        const killAt = Math.floor(load.writes.length * (0.05 + 0.85 * random.next()))
        let killed = null
        await load.run(person, (answered) => {
          if (answered >= killAt) killed ??= crash(haike, random, round)
        })
        await (killed ?? crash(haike, random, round))
        const counts = outcomes(load)
        await haike.mustStart(disk)
        person.haike = haike
        everything.push(load)
        return { problems: [...(await load.verify(person)), ...haike.findings()], note: counts }
      })
    await test(`${name}, what was answered in all rounds`, async () => {
      const person = await haike.signIn()
      const world = await Object.assign(everything[0].world, { since: Object.fromEntries(Object.keys(everything[0].world.since).map((object) => [object, 0])) }).read(person)
      const creates = everything.flatMap((load) => load.writes).filter((write) => write.certain && write.recheck)
      return { problems: creates.flatMap((write) => write.recheck(world)), note: `${creates.length} writes` }
    })
  } finally {
    await haike.done()
  }
}

export function outcomes(load) {
  const counts = {}
  for (const write of load.writes) counts[write.outcome] = (counts[write.outcome] ?? 0) + 1
  return Object.entries(counts).map(([outcome, count]) => `${count} ${outcome}`).join(', ')
}

export const killed = (haike) => haike.kill()

// Everything not synced is thrown away; torn: a random part of it.
export const powerCut = (torn) => async (haike, random) => {
  await haike.kill()
  haike.disk.powerCut({ torn, random })
}

export const watched = { delay: SYNC_US }
