// Measures a server over filled databases of several sizes: requests a second, latency, CPU by request, and how that compares with what nobody can avoid, which is
// the database's own CPU for the same statement and the CPU of sending a static answer of the same size. Prints tables, leaves JSON in bench/results.
import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { BINARY, CACHE, fill, memory, PROGRAMS, run, SECONDS, Server, sqliteCopy } from './server.mjs'

const RESULTS = 'bench/results'
const REQUESTS = 20000

function option(name, fallback) {
  const at = process.argv.indexOf(`--${name}`)
  return at < 0 ? fallback : process.argv[at + 1]
}
const engine = option('engine', process.env.ENGINE ?? 'sqlite')
const sizes = option('sizes', process.env.SIZES ?? '50000,1000000').split(',').map(Number)
const only = option('only', '')?.split(',').filter(Boolean)
const showPlans = process.argv.includes('--plans')

// ---- what is asked. bare: the same question for bench/bare; as: who asks ("rep" sees his own, "manager" a tree of 20 departments, "director" 200 people in 40, "quiet" 200 who own 20 customers between them, "admin" everything)
const list = (as, object = 'customer') => ({ as, path: `/api/v1/records/${object}?limit=50`, bare: ['--kind', 'list', '--object', object] })
const search = (as, q) => ({ as, path: `/api/v1/search?q=${encodeURIComponent(q)}`, bare: ['--kind', 'search', '--q', q] })
const aggregate = (object, group, measure, as = 'admin') => ({
  as,
  path: `/api/v1/aggregate/${object}?group=${group}&measure=${measure}`,
  bare: ['--kind', 'aggregate', '--object', object, '--group', group, '--measure', measure],
})
const customer = JSON.stringify({ name: '上海测量科技有限公司 {n}', phone: '139{n}8817', level: 'B', industry: 'C', email: 'info@example{n}.com', employees: 120, annual_revenue: 3500000 })
const calls = {
  'list, own': list('rep'),
  'list, department tree': list('manager'),
  'manager of 200, customers': list('director'),
  'manager of 200, opportunities': list('director', 'opportunity'),
  'manager of 200 with 20 customers': list('quiet'),
  'manager of 200 with few, opportunities': list('quiet', 'opportunity'),
  'list, all': list('admin'),
  'get by id': { as: 'admin', path: '/api/v1/records/customer/{id}', ids: true, bare: ['--kind', 'get', '--object', 'customer', '--id', '7777'] },
  'search, common word, sees all': search('admin', '科技'),
  'search, common word, sees few': search('rep', '科技'),
  'search, rare word, sees all': search('admin', '鲲鹏'),
  'search, rare word, sees few': search('rep', '鲲鹏'),
  'search, pinyin initials': search('admin', 'kpkj'),
  'search, phone tail': search('admin', '8817'),
  'aggregate opportunities by stage': aggregate('opportunity', 'stage', 'count(),sum(amount)'),
  'aggregate opportunities by stage, own': aggregate('opportunity', 'stage', 'count(),sum(amount)', 'rep'),
  'aggregate opportunities by stage, tree': aggregate('opportunity', 'stage', 'count(),sum(amount)', 'manager'),
  'aggregate opportunities by month': aggregate('opportunity', 'month(close_date)', 'count(),sum(amount)'),
  'aggregate opportunities by month, tree': aggregate('opportunity', 'month(close_date)', 'count(),sum(amount)', 'manager'),
  'aggregate opportunities by owner, tree': aggregate('opportunity', 'owner', 'count(),sum(amount)', 'manager'),
  'aggregate opportunities by product': aggregate('opportunity', 'product', 'count(),sum(amount)'),
  'aggregate customers by level': aggregate('customer', 'level', 'count(),sum(open_amount)'),
  'aggregate customers by owner': aggregate('customer', 'owner', 'count()'),
  create: { as: 'admin', path: '/api/v1/records/customer', method: 'POST', body: customer },
}

function postgresCluster(size) {
  const folder = join(process.cwd(), CACHE, `postgres-${size}`)
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
  return { place: ['--data', data, '--database', url], folder, cluster: { folder }, fillSeconds, size_mb }
}

// ---- measuring

function bare(database, call, size, loops) {
  const words = [...call.bare, '--data', database.folder, '--login', call.as, '--loops', String(loops)]
  if (call.ids) words.push('--high', String(size))
  return JSON.parse(run(`${PROGRAMS}/bare`, words, { stdio: ['ignore', 'pipe', showPlans ? 'inherit' : 'ignore'] }))
}

function bareAll(database, size) {
  const found = {}
  for (const [name, call] of chosen())
    if (call.bare) {
      const once = bare(database, call, size, 3)
      found[name] = bare(database, call, size, Math.max(3, Math.min(5000, Math.round(2e6 / once.cpu_us))))
    }
  return found
}

const chosen = () => Object.entries(calls).filter(([name]) => !only.length || only.some((word) => name.includes(word)))

async function measureCall(server, database, name, call, size, database_us) {
  const token = await server.token(call.as)
  const probe = server.load(call, 48, token, database.cluster, size)
  const each = probe.seconds / probe.requests
  const requests = Math.max(48, Math.min(REQUESTS, Math.round(SECONDS / each)))
  const answer = server.load(call, requests, token, database.cluster, size)
  const sent = server.load({ path: `/api/v1/test/static/${Math.round(answer.bytes)}` }, REQUESTS, null, null, size)
  const result = { name, size, ...answer, static_cpu_us: sent.cpu_us }
  if (database_us) {
    result.bare_cpu_us = database_us.cpu_us
    result.ratio = answer.cpu_us / (database_us.cpu_us + sent.cpu_us)
  }
  printRow(result)
  return result
}

async function measureSize(size) {
  const database = engine === 'sqlite' ? sqliteCopy(size) : postgresCluster(size)
  const bareTimes = engine === 'sqlite' ? bareAll(database, size) : {}
  const server = await new Server().start(database.place)
  try {
    await sleep(4000)
    const idle = memory(server.pid)
    console.log(`\n${engine}, ${size} customers (${database.size_mb} MB${database.fillSeconds ? `, filled in ${database.fillSeconds} s` : ''}): first answer after ${server.startMs} ms, idle ${idle.rss_mb} MB RSS, ${idle.pss_mb} MB PSS, ${idle.private_mb} MB private`)
    printHead()
    const results = []
    for (const [name, call] of chosen()) results.push(await measureCall(server, database, name, call, size, bareTimes[name]))
    return { size, engine, start_ms: server.startMs, idle, after: memory(server.pid), database_mb: database.size_mb, fill_seconds: database.fillSeconds, results }
  } finally {
    await server.stop()
    if (database.cluster) run('tests/support/postgres', ['stop', database.folder])
    else rmSync(database.folder, { recursive: true, force: true })
  }
}

// ---- tables

const us = (number) => (number === undefined ? '' : number >= 10000 ? `${(number / 1000).toFixed(0)} ms` : `${number.toFixed(0)} µs`)
const columns = [
  ['call', 39, (r) => r.name], ['requests', 9, (r) => String(r.requests)], ['1/s', 8, (r) => r.per_second.toFixed(r.per_second < 100 ? 1 : 0)], ['p50', 9, (r) => us(r.p50_us)], ['p99', 9, (r) => us(r.p99_us)],
  ['bytes', 7, (r) => r.bytes.toFixed(0)], ['CPU', 9, (r) => us(r.cpu_us)], ['database', 9, (r) => us(engine === 'sqlite' ? r.bare_cpu_us : r.database_cpu_us)], ['static', 8, (r) => us(r.static_cpu_us)], ['ratio', 6, (r) => r.ratio?.toFixed(2) ?? ''],
]
const line = (cells) => console.log(cells.map((cell, i) => (i ? String(cell).padStart(columns[i][1]) : String(cell).padEnd(columns[i][1]))).join(' '))
const printHead = () => line(columns.map(([head]) => head))
function printRow(result) {
  line(columns.map(([, , of]) => of(result)))
  if (result.failed) console.log(`  ${result.failed} failed`)
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

const version = (program, words) => run(program, words).split('\n')[0]
const runs = []
for (const size of sizes) runs.push(await measureSize(size))
compareSizes(runs)
mkdirSync(RESULTS, { recursive: true })
const file = join(RESULTS, `${new Date().toISOString().slice(0, 19).replaceAll(':', '')}-${engine}.json`)
const machine = { cores: cpus().length, model: cpus()[0].model, kernel: version('uname', ['-r']), compiler: version('gcc', ['--version']) }
writeFileSync(file, JSON.stringify({ date: new Date().toISOString(), machine, binary_bytes: statSync(BINARY).size, runs }, null, 2))
console.log(`\nbinary ${(statSync(BINARY).size / 1e6).toFixed(1)} MB · ${file}`)
