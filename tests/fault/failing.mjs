// The Nth call to the disk fails, once or from then on. The server answers an error or ends; after a restart on a good disk nothing that was answered
// is lost, nothing is half there, and check finds nothing. Every second case ends in a power cut instead of a stop.
import { cpSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { CrashHaike } from './server.mjs'
import { Load } from './load.mjs'
import { outcomes } from './rounds.mjs'

const AT_ONCE = 10
const LONG = [1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233]

// waits: counted from the moment when the writes are sent, 10 at a time; else from the start of the program.
export function failingCases(short) {
  const load = (fail) => ({ fail, waits: true, size: 0.2 })
  const whole = (fail) => ({ fail, waits: false, size: 0.2 })
  const large = (fail) => ({ fail, waits: true, size: 1 }) // long enough for the log to be moved into the database meanwhile
  if (short) return [load('write:25:EIO'), load('write:40:ENOSPC:on'), load('sync:3:EIO'), load('sync:5:EIO'), whole('write:30:EIO')]
  return [
    ...LONG.flatMap((n) => [load(`write:${n}:EIO`), load(`write:${n + 1}:EIO`), load(`write:${n * 2}:ENOSPC:on`), load(`write:${n * 3}:ENOSPC`)]),
    ...LONG.slice(0, 8).flatMap((n) => [load(`sync:${n}:EIO`), load(`sync:${n}:EIO`), load(`sync:${n}:EIO:on`)]),
    ...LONG.flatMap((n) => [whole(`write:${n}:EIO`), whole(`write:${n}:ENOSPC:on`)]),
    ...[1, 2, 3, 4, 5].flatMap((n) => [whole(`sync:${n}:EIO`), whole(`sync:${n}:EIO:on`)]),
    ...[800, 1200, 1600, 2000, 2400, 2800, 3200, 3600].flatMap((n) => [large(`write:${n}:EIO`), large(`write:${n}:ENOSPC:on`)]),
    ...[15, 25, 35, 45, 55].flatMap((n) => [large(`sync:${n}:EIO`), large(`sync:${n + 2}:EIO`)]),
    ...[1, 2, 3, 4, 5, 6, 8, 10].map((n) => whole(`open:${n}:EIO`)),
    ...[1, 2].flatMap((n) => [whole(`truncate:${n}:EIO`), whole(`unlink:${n}:EIO`), load(`truncate:${n}:EIO`)]),
  ]
}

async function loadUnderFault(haike, random, { fail, waits, size }) {
  if (!(await haike.start({ fail, waits }))) return null
  const load = new Load('F', random, size)
  const person = await haike.signIn()
  await load.prepare(person)
  haike.disk.go()
  await load.run(person, () => {}, AT_ONCE)
  return load
}

async function oneCase(haike, random, one, cut) {
  let load = null
  let early = ''
  try {
    load = await loadUnderFault(haike, random, one)
    early = load ? outcomes(load) : `does not start: ${haike.log.trim().split('\n').pop()}`
  } catch (error) {
    early = `ended while preparing: ${error.message.slice(0, 120)}`
  }
  const hit = haike.disk.failed()
  const problems = haike.end?.signal ? [`ended by ${haike.end.signal}: ${haike.log.slice(-500)}`] : []
  if (cut) await haike.kill()
  else await haike.stop()
  if (cut) haike.disk.powerCut()
  await haike.mustStart()
  if (load) problems.push(...(await load.verify(await haike.signIn(), { faults: true })))
  problems.push(...haike.findings())
  await haike.stop()
  return { problems, note: `${hit ? '' : 'not reached, '}${early}` }
}

export async function failingDisk(test, { random, short }) {
  const haike = new CrashHaike('sqlite')
  const fresh = `${haike.folder}.fresh`
  try {
    haike.init()
    cpSync(haike.folder, fresh, { recursive: true })
    let number = 0
    for (const one of failingCases(short)) {
      const cut = number++ % 2 === 1
      for (const name of readdirSync(haike.folder)) rmSync(join(haike.folder, name), { recursive: true })
      cpSync(fresh, haike.folder, { recursive: true })
      await test(`failing ${one.fail}${one.waits ? ' under load' : ''}${cut ? ' and power cut' : ''}`, () => oneCase(haike, random, one, cut))
    }
  } finally {
    rmSync(fresh, { recursive: true, force: true })
    await haike.done()
  }
}
