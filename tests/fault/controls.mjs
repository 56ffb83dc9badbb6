// Do these tests notice anything? A program that forgets to sync loses what it did not sync; a disk that lies about it loses answered writes, and the book
// says so; and an organisation just made outlives a power cut.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Disk, FORGETFUL } from './disk.mjs'
import { CrashHaike } from './server.mjs'
import { Load } from './load.mjs'
import { watched } from './rounds.mjs'

// See tests/support/faultfs/forgetful.c.
const LEFT = { half_synced: 'AAAA', cut: 'DD\0\0', appended: 'FF', never_synced: '', removed: 'still here', replaced: 'old' }

async function forgetful() {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'haike-forgetful-')))
  const disk = new Disk(folder)
  try {
    writeFileSync(join(folder, 'removed'), LEFT.removed)
    writeFileSync(join(folder, 'replaced'), LEFT.replaced)
    const child = spawn(FORGETFUL, [folder], { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, ...disk.environment() } })
    const ended = new Promise((resolve) => child.once('exit', resolve))
    await Promise.race([new Promise((resolve) => child.stdout.once('data', resolve)), ended])
    child.kill('SIGKILL')
    await ended
    const before = readdirSync(folder).sort().join()
    disk.powerCut()
    const found = Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]))
    const problems = []
    for (const name of new Set([...Object.keys(LEFT), ...Object.keys(found)]))
      if (found[name] !== LEFT[name]) problems.push(`${name} is ${JSON.stringify(found[name])}, should be ${JSON.stringify(LEFT[name])}`)
    if (before !== 'appended,cut,half_synced,nameless,never_synced,replaced') problems.push(`before the cut there was ${before}`)
    return { problems }
  } finally {
    disk.done()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function lyingDisk(random) {
  const haike = new CrashHaike('sqlite')
  try {
    haike.init()
    await haike.mustStart()
    const load = new Load('L', random, 0.2)
    const person = await haike.signIn()
    await load.prepare(person)
    await haike.stop()
    await haike.mustStart({ lies: true })
    await load.run(person)
    await haike.kill()
    haike.disk.powerCut()
    await haike.mustStart()
    const found = await load.verify(await haike.signIn(), { faults: true }).catch((error) => [error.message])
    return { problems: found.length > 10 && found.some((text) => text.includes('lost')) ? [] : ['a disk that loses everything was not noticed'], note: `${found.length} losses noticed, as should be` }
  } finally {
    await haike.done()
  }
}

async function freshOrganisation() {
  const haike = new CrashHaike('sqlite')
  try {
    haike.init(watched)
    await haike.mustStart()
    await haike.signIn()
    return { problems: haike.findings() }
  } finally {
    await haike.done()
  }
}

export async function controls(test, { random }) {
  await test('control: what is not synced is lost', forgetful)
  await test('control: a disk that lies is noticed', () => lyingDisk(random))
  await test('init and user add outlive a power cut', freshOrganisation)
}
