// Measures a server over filled databases of several sizes: requests a second, latency, CPU by request, and how that compares with what nobody can avoid, which is
// the database's own CPU for the same statement and the CPU of sending a static answer of the same size; then the steps of bench/steps.mjs. Prints tables, leaves JSON.
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { CALLS } from './calls.mjs'
import { learnStatements, pgbench } from './pgbench.mjs'
import { compare, met, printAims, printTable, us, writeResults } from './results.mjs'
import { BINARY, CACHE, fill, memory, PROGRAMS, run, Server, sqliteCopy } from './server.mjs'
import { FULL, SHORT, STEPS } from './steps.mjs'

function option(name, fallback) {
  const at = process.argv.indexOf(`--${name}`)
  return at < 0 ? fallback : process.argv[at + 1]
}
const flag = (name) => process.argv.includes(`--${name}`)
const short = flag('short')
const scale = short ? SHORT : FULL
const engines = option('engine', process.env.ENGINE ?? 'sqlite').split(',')
const sizes = option('sizes', process.env.SIZES ?? (short ? '2000' : '50000,1000000')).split(',').map(Number)
const only = option('only', '').split(',').filter(Boolean)
const showPlans = flag('plans')

const AIM_LIST = 1.5 // of what nobody can avoid
const checks = []    // of the short form: did everything print its figures?
const check = (name, good, why = '') => {
  checks.push(good)
  if (!good) console.log(`${name}: no figures${why ? `: ${why}` : ''}`)
}

// "list" chooses all calls with the word in their names, and the step of that name.
const chosenCalls = () => Object.entries(CALLS).filter(([name]) => !only.length || only.some((word) => name.includes(word) && !(word in STEPS)))
const chosenSteps = () => Object.entries(STEPS).filter(([name]) => !only.length || only.includes(name))

function postgresCluster(size) {
  const folder = mkdtempSync(join(tmpdir(), 'haike-bench-postgres-')) // PostgreSQL's user must be able to reach it; TMPDIR chooses the disk
  const url = run('tests/support/postgres', ['start', folder, '--sync']).trim()
  const data = join(CACHE, `postgres-data-${size}`)
  mkdirSync(data, { recursive: true })
  let fillSeconds = 0
  try {
    fillSeconds = fill(data, size, ['--database', url])
  } catch (error) {
    run('tests/support/postgres', ['stop', folder])
    throw error
  }
  const size_mb = Math.round(Number(run('psql', ['-Atc', "select pg_database_size('haike') / 1000000", url])))
  return { place: ['--data', data, '--database', url], folder, cluster: { folder }, fillSeconds, size_mb, url }
}

// ---- single calls

function bare(database, call, size, loops) {
  const words = [...call.bare, '--data', database.folder, '--login', call.as, '--loops', String(loops)]
  if (call.ids) words.push('--id', String(Math.min(7777, size)), '--high', String(size))
  return JSON.parse(run(`${PROGRAMS}/bare`, words, { stdio: ['ignore', 'pipe', showPlans ? 'inherit' : 'ignore'] }))
}

function bareAll(database, size) {
  const found = {}
  for (const [name, call] of chosenCalls())
    if (call.bare) {
      const once = bare(database, call, size, 3)
      found[name] = short ? once : bare(database, call, size, Math.max(3, Math.min(5000, Math.round(2e6 / once.cpu_us))))
    }
  return found
}

// Where the page begins that a call asks for.
async function pageOf(server, call) {
  let after = ''
  for (let left = call.page - 1; left > 0; ) {
    const pages = Math.min(left, 4)
    const { next } = await server.ask(call.as, `${call.path.split('?')[0]}?limit=${pages * 50}&fields=name${after}`)
    if (!next) break
    after = `&after=${encodeURIComponent(next)}`
    left -= pages
  }
  return { ...call, path: call.path + after }
}

async function measureCall(server, database, name, call, size, bareTime) {
  const options = { token: await server.token(call.as), high: size, seconds: scale.seconds }
  const probe = server.load(call, 48, options)
  const requests = Math.max(48, Math.min(scale.requests, Math.round(scale.seconds / (probe.seconds / probe.requests))))
  const answer = server.load(call, requests, options)
  const sent = server.load({ path: `/api/v1/test/static/${Math.round(answer.bytes)}` }, scale.requests, { seconds: scale.seconds })
  const result = { name, size, ...answer, static_cpu_us: sent.cpu_us }
  const least = database.statements?.[name] ? await pgbench(database, database.statements[name], short ? ['-t', '3'] : ['-T', '4']) : bareTime
  if (least) {
    result.bare_cpu_us = least.cpu_us
    result.ratio = (answer.cpu_us + answer.database_cpu_us) / (least.cpu_us + sent.cpu_us)
  }
  return result
}

const columns = [
  ['call', 39, (r) => r.name], ['requests', 9, (r) => String(r.requests)], ['1/s', 8, (r) => r.per_second.toFixed(r.per_second < 100 ? 1 : 0)], ['p50', 9, (r) => us(r.p50_us)], ['p99', 9, (r) => us(r.p99_us)],
  ['bytes', 7, (r) => r.bytes.toFixed(0)], ['CPU', 9, (r) => us(r.cpu_us)], ['database', 9, (r) => us(r.database_cpu_us)], ['bare', 9, (r) => us(r.bare_cpu_us)], ['static', 8, (r) => us(r.static_cpu_us)], ['ratio', 6, (r) => r.ratio?.toFixed(2) ?? ''],
]
const line = (cells) => console.log(cells.map((cell, i) => (i ? String(cell).padStart(columns[i][1]) : String(cell).padEnd(columns[i][1]))).join(' '))

async function measureCalls(server, database, size, bareTimes) {
  const results = []
  const calls = []
  for (const [name, call] of chosenCalls()) calls.push([name, call.page ? await pageOf(server, call) : call])
  const one = (call) => ({ ...call, path: call.path.replace('{id}', Math.min(7777, size)) })
  if (database.url) database.statements = await learnStatements(server, database, calls.filter(([, call]) => call.bare).map(([name, call]) => [name, one(call)]))
  if (calls.length) line(columns.map(([head]) => head))
  for (const [name, call] of calls) {
    try {
      const result = await measureCall(server, database, name, call, size, bareTimes[name])
      line(columns.map(([, , of]) => of(result)))
      results.push(result)
      check(name, result.per_second > 0 && result.p99_us > 0 && (!call.bare || result.ratio >= 0))
    } catch (error) {
      if (!short) throw error
      check(name, false, error.message)
    }
  }
  const aims = results.filter((r) => r.ratio !== undefined && r.name.startsWith('list')).map((r) => ({ what: `${r.name}: CPU of what nobody can avoid`, value: r.ratio, most: AIM_LIST }))
  if (!short) printAims(aims.filter((aim) => !met(aim)))
  return results
}

// ---- steps

const isFigure = (value) => typeof value === 'number' && Number.isFinite(value)

async function measureSteps(bench) {
  const steps = {}
  for (const [name, step] of chosenSteps()) {
    console.log(`\n${name}`)
    try {
      steps[name] = await step(bench)
      printTable(steps[name].rows)
      printAims(steps[name].aims)
      check(name, steps[name].rows.length > 0 && [...steps[name].rows.flatMap(({ label, ...row }) => Object.values(row)), ...steps[name].aims.map((aim) => aim.value)].every(isFigure))
    } catch (error) {
      if (!short) throw error
      check(name, false, error.message)
    }
  }
  return steps
}

// ---- a size of an engine

async function measureSize(engine, size) {
  const database = engine === 'sqlite' ? sqliteCopy(size) : postgresCluster(size)
  let server = null
  try {
    const bareTimes = engine === 'sqlite' ? bareAll(database, size) : {}
    server = await new Server().start(database.place, database.cluster)
    await sleep(short ? 500 : 4000)
    const idle = memory(server.pid)
    console.log(`\n${engine}, ${size} customers (${database.size_mb} MB${database.fillSeconds ? `, filled in ${database.fillSeconds} s` : ''}): first answer after ${server.startMs} ms, idle ${idle.rss_mb} MB RSS, ${idle.pss_mb} MB PSS, ${idle.private_mb} MB private`)
    check('start', server.startMs > 0 && idle.rss_mb > 0)
    const results = await measureCalls(server, database, size, bareTimes)
    const steps = await measureSteps({ server, engine, size, scale })
    const after = memory(server.pid)
    console.log(`\nmemory after all of this: ${after.rss_mb} MB RSS`)
    return { size, engine, start_ms: server.startMs, idle, after, database_mb: database.size_mb, fill_seconds: database.fillSeconds, results, steps }
  } finally {
    await server?.stop()
    if (database.cluster) run('tests/support/postgres', ['stop', database.folder])
    else rmSync(database.folder, { recursive: true, force: true })
  }
}

function compareSizes(runs) {
  if (runs.length < 2) return
  const [small, large] = runs
  console.log(`\nCPU by call, ${large.size} against ${small.size} customers`)
  for (const result of large.results) {
    const other = small.results.find((one) => one.name === result.name)
    const total = (r) => r.cpu_us + r.database_cpu_us
    console.log(`${result.name.padEnd(39)} ${(total(result) / total(other)).toFixed(2)}`)
  }
}

const runs = []
for (const engine of engines) {
  const ofEngine = []
  for (const size of sizes) ofEngine.push(await measureSize(engine, size))
  compareSizes(ofEngine)
  runs.push(...ofEngine)
}
if (option('against')) compare(runs, option('against'))
const megabytes = (statSync(BINARY).size / 1e6).toFixed(1)
if (short && !flag('keep')) console.log(`\nbinary ${megabytes} MB`)
else console.log(`\nbinary ${megabytes} MB · ${writeResults(runs, flag('keep'))}`)
if (short) {
  const failed = checks.filter((good) => !good).length
  console.log(`${checks.length - failed} passed, ${failed} failed`)
  process.exitCode = failed ? 1 : 0
}
