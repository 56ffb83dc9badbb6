// Runs the scenarios of tests/api/*.test.mjs: each file exports `scenarios`, a map of names to async functions that are given
// { haike, engine, people } and throw when something is not as it should be. One server with the demo company's sign-ins serves them all, unless a file
// exports `setup` (what it makes for the file is given to each scenario; its haike is checked and stopped afterwards) or `own` = true (every
// scenario starts what it needs). The last line is "N passed, N failed".
import { readdirSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { Company } from '../support/company.mjs'

const args = process.argv.slice(2)
const engine = args.includes('--engine') ? args[args.indexOf('--engine') + 1] : 'sqlite'
const named = args.filter((word, i) => word.endsWith('.mjs') && args[i - 1] !== '--engine')
const files = named.length ? named : readdirSync('tests/api').filter((file) => file.endsWith('.test.mjs')).sort().map((file) => `tests/api/${file}`)

let passed = 0
let failed = 0
let shared

async function sharedServer() {
  shared ??= await Company.likeDemo(engine, '--test-clock')
  return { haike: shared.haike, people: shared.people }
}

async function runOne(name, scenario, given) {
  const begun = Date.now()
  try {
    await scenario(given)
    passed++
    console.log(`  ok    ${name} (${Date.now() - begun} ms)`)
  } catch (error) {
    failed++
    console.log(`  FAIL  ${name}\n${String(error.stack ?? error).replace(/^/gm, '        ')}`)
  }
}

// What a whole file leaves behind must satisfy every invariant.
async function finish(label, haike) {
  await runOne(`${label}: afterwards the data is sound`, async () => {
    const check = haike.command(['check'])
    if (check.status !== 0) throw new Error(`check: ${check.status}\n${check.stdout}${check.stderr}`)
    await haike.stop() // leaks are told at the end
    if (/sanitizer|runtime error/i.test(haike.log)) throw new Error(`sanitizer:\n${haike.log.slice(0, 20000)}`)
  })
  await haike.done()
}

for (const file of files) {
  const module = await import(pathToFileURL(file))
  const label = file.replace(/^.*\//, '').replace('.test.mjs', '')
  let given
  try {
    given = { engine, ...(module.own ? {} : module.setup ? await module.setup({ engine }) : await sharedServer()) }
  } catch (error) {
    failed++
    console.log(`  FAIL  ${label}: cannot begin\n${String(error.stack ?? error)}`)
    continue
  }
  for (const [name, scenario] of Object.entries(module.scenarios)) await runOne(`${label}: ${name}`, scenario, given)
  if (module.setup) await finish(label, given.haike)
}
if (shared) await finish('shared company', shared.haike)
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed ? 1 : 0)
