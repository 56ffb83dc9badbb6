// Runs the fault tests; tests/fault/run is their front door. Each test gives back { problems, note }; it passes when there are no problems.
import { randomFrom } from './random.mjs'
import { crashRounds, killed, powerCut, watched } from './rounds.mjs'
import { failingDisk } from './failing.mjs'
import { controls } from './controls.mjs'

const args = process.argv.slice(2)
const option = (name, fallback) => (args.includes(name) ? args[args.indexOf(name) + 1] : fallback)
const short = args.includes('--short')
const only = option('--only', null)
const engines = option('--engine', null) ? [option('--engine')] : ['sqlite', 'postgres']
const seed = Number(option('--seed', Date.now() % 1e9))
const rounds = Number(option('--rounds', short ? 2 : 20))
const size = short ? 0.4 : 1
const random = randomFrom(seed)

let passed = 0
let failed = 0

async function test(name, run) {
  const begun = Date.now()
  let result
  try {
    result = await run()
  } catch (error) {
    result = { problems: [error.stack ?? String(error)] }
  }
  const { problems, note } = result
  if (problems.length) failed++
  else passed++
  console.log(`  ${problems.length ? 'FAIL' : 'ok  '}  ${name}${note ? `: ${note}` : ''} (${Date.now() - begun} ms)`)
  for (const problem of problems.slice(0, 10)) console.log(`        ${problem}`)
  if (problems.length > 10) console.log(`        … and ${problems.length - 10} more`)
}

const wanted = (part) => !only || only === part

console.log(`seed ${seed} (--seed ${seed} sends the same again)`)
if (wanted('controls') && engines.includes('sqlite')) await controls(test, { random })
for (const engine of engines)
  if (wanted('kill')) await crashRounds(test, { engine, name: `kill ${engine}`, rounds, random, size, crash: killed })
if (wanted('power') && engines.includes('sqlite')) {
  await crashRounds(test, { engine: 'sqlite', name: 'power cut', rounds, random, size, disk: watched, crash: powerCut(false) })
  await crashRounds(test, { engine: 'sqlite', name: 'torn power cut', rounds, random, size, disk: watched, crash: powerCut(true) })
}
if (wanted('failing') && engines.includes('sqlite')) await failingDisk(test, { random, short })
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed ? 1 : 0)
