// What is measured beside single calls. A step answers rows of figures and what they say about an aim: { rows: [{ label, … }], aims: [{ what, value, most or least }] }.
import { spawn } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { CUSTOMER, workday } from './calls.mjs'
import { startNginx } from './nginx.mjs'
import { CACHE, childrenSeconds, cpuSeconds, get, memory, PROGRAMS, run, sqliteKept } from './server.mjs'

export const FULL = { requests: 20000, seconds: 12, creates: 8000, single: 1000, warm: 1000, imported: 20000, connections: 1000, listeners: 10000, changes: 5, pauseMs: 6000, desk: 20, day: 60, people: 500, calls: 120, rest: 130 }
export const SHORT = { requests: 200, seconds: 1, creates: 128, single: 20, warm: 64, imported: 300, connections: 50, listeners: 100, changes: 2, pauseMs: 100, desk: 1, day: 2, people: 20, calls: 10, rest: 0.1 }

const LIST = '/api/v1/records/customer?limit=50'
const figures = (answer, keys = ['per_second', 'p50_us', 'p99_us', 'cpu_us', 'database_cpu_us']) => Object.fromEntries(keys.map((key) => [key, answer[key]]))

async function text(server, as, path) {
  const answer = await get(`http://127.0.0.1:${server.port}${path}`, { headers: { Authorization: `Bearer ${await server.token(as)}` } })
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`)
  return answer.text()
}

// ---- other programs beside ours

async function nginxStatic({ server, size, scale }) {
  const token = await server.token('admin')
  const asked = { 'get by id': `/api/v1/records/customer/${Math.min(7777, size)}`, 'list of 50, all': LIST }
  const bodies = {}
  for (const [label, path] of Object.entries(asked)) bodies[label] = await text(server, 'admin', path)
  const files = Object.fromEntries(Object.values(bodies).map((body, i) => [`${i}.json`, body]))
  const nginx = await startNginx(files)
  const rows = []
  try {
    for (const [i, [label, path]] of Object.entries(asked).entries()) {
      const ours = server.load({ path }, scale.requests, { token, seconds: scale.seconds })
      const same = server.load({ path: `/api/v1/test/static/${Math.round(ours.bytes)}` }, scale.requests, { seconds: scale.seconds })
      const before = cpuSeconds(nginx.pid) + childrenSeconds(nginx.pid)
      const theirs = JSON.parse(run(`${PROGRAMS}/load`, ['--port', nginx.port, '--path', `/${i}.json`, '--requests', scale.requests, '--seconds', scale.seconds].map(String)))
      theirs.cpu_us = ((cpuSeconds(nginx.pid) + childrenSeconds(nginx.pid) - before) * 1e6) / theirs.requests
      const keys = ['per_second', 'p50_us', 'p99_us', 'bytes', 'cpu_us']
      rows.push({ label: `${label}: Haike`, ...figures(ours, keys) }, { label: `${label}: Haike, static`, ...figures(same, keys) }, { label: `${label}: nginx, static`, ...figures(theirs, keys) })
    }
  } finally {
    await nginx.stop()
  }
  const cpu = (at) => Math.max(rows[at].cpu_us, 0.1)
  return {
    rows,
    aims: [
      { what: 'get by id, CPU against nginx static', value: rows[0].cpu_us / cpu(2), most: 3 },
      { what: 'get by id, requests a second of nginx against Haike', value: rows[2].per_second / rows[0].per_second, most: 3 },
    ],
  }
}

const wrkUs = (text, label) => {
  const found = new RegExp(`^\\s*${label}\\s+([\\d.]+)(us|ms|s)$`, 'm').exec(text)
  return Number(found?.[1]) * { us: 1, ms: 1e3, s: 1e6 }[found?.[2]]
}

async function wrk({ server, size, scale }) {
  const token = await server.token('admin')
  const rows = [], aims = []
  for (const [label, path] of [['get by id', `/api/v1/records/customer/${Math.min(7777, size)}`], ['list of 50, all', LIST]]) {
    const ours = server.load({ path }, scale.requests, { token, seconds: scale.seconds })
    const words = ['-t1', '-c16', `-d${Math.max(1, Math.ceil(scale.seconds / 2))}s`, '--latency', '-H', `Authorization: Bearer ${token}`, `http://127.0.0.1:${server.port}${path}`]
    const theirs = run('wrk', words)
    if (theirs.includes('Non-2xx')) throw new Error(`wrk was refused:\n${theirs}`)
    const per_second = Number(/^Requests\/sec:\s+([\d.]+)/m.exec(theirs)?.[1])
    rows.push({ label: `${label}: bench/load`, ...figures(ours, ['per_second', 'p50_us', 'p99_us']) })
    rows.push({ label: `${label}: wrk`, per_second, p50_us: wrkUs(theirs, '50%'), p99_us: wrkUs(theirs, '99%') })
    aims.push({ what: `${label}, requests a second by bench/load against wrk`, value: ours.per_second / per_second })
  }
  return { rows, aims }
}

// ---- writing

function bareWrite(size, words) {
  const copy = join(CACHE, `bare-${size}-${process.pid}`)
  rmSync(copy, { recursive: true, force: true })
  cpSync(sqliteKept(size), copy, { recursive: true })
  try {
    return JSON.parse(run(`${PROGRAMS}/bare_write`, ['--data', copy, '--login', 'admin', '--object', 'customer', ...words].map(String)))
  } finally {
    rmSync(copy, { recursive: true, force: true })
  }
}

async function creates({ server, engine, size, scale }) {
  const token = await server.token('admin')
  const call = { path: '/api/v1/records/customer', method: 'POST', body: CUSTOMER }
  const keys = ['per_second', 'p50_us', 'p99_us', 'cpu_us']
  const rows = [], aims = []
  const bare = (label, count, group, savepoints) => rows.push({ label, ...figures(bareWrite(size, ['--body', CUSTOMER, '--count', count, '--group', group, '--savepoints', savepoints, '--warm', scale.warm]), keys) })
  if (engine === 'sqlite') {
    bare('bare, a commit each', scale.single, 1, 0)
    bare('bare, 64 to a commit', scale.creates, 64, 0)
    bare('bare, 64 to a commit, each in a savepoint', scale.creates, 64, 1)
  }
  server.load(call, scale.warm, { token, connections: 64 })
  for (const [label, clients, count] of [['Haike, 1 client', 1, scale.single], ['Haike, 64 clients', 64, scale.creates]]) {
    const answer = server.load(call, count, { token, seconds: scale.seconds, connections: clients })
    rows.push({ label, ...figures(answer, engine === 'sqlite' ? keys : [...keys, 'database_cpu_us']) })
  }
  if (engine === 'sqlite') {
    aims.push({ what: 'durable creates, 64 clients, of the bare grouped limit', value: rows[4].per_second / rows[1].per_second, least: 0.6 })
    aims.push({ what: 'durable creates, 64 clients, of that with savepoints', value: rows[4].per_second / rows[2].per_second })
    aims.push({ what: "one client's create against a bare commit, p50", value: rows[3].p50_us / rows[0].p50_us, most: 2 })
  }
  return { rows, aims }
}

const IMPORT_BODY = JSON.stringify({ name: '导入科技有限公司 {n}', phone: '137{n}5566', level: 'B', industry: 'C', email: 'import@example{n}.com', employees: 80, annual_revenue: 1200000, remark: '客户对价格还有疑问' })
const IMPORT_SLICE = 100 // rows to a commit, as src/link/import has it

function csv(count) {
  const names = Object.keys(JSON.parse(IMPORT_BODY))
  const lines = [names.join(',')]
  for (let n = 0; n < count; n++) lines.push(Object.values(JSON.parse(IMPORT_BODY.replaceAll('{n}', n))).join(','))
  return `${lines.join('\n')}\n`
}

async function jobEnds(server, as, id) {
  for (;;) {
    const job = await server.ask(as, `/api/v1/jobs/${id}`)
    if (job.finished_at || job.status === 'failed') return job
    await sleep(20)
  }
}

async function imports({ server, engine, size, scale }) {
  const count = scale.imported
  const rows = []
  if (engine === 'sqlite') {
    const bare = bareWrite(size, ['--body', IMPORT_BODY, '--count', count, '--group', IMPORT_SLICE, '--import', 1, '--warm', scale.warm])
    rows.push({ label: `bare, ${IMPORT_SLICE} to a commit`, rows: count, ...figures(bare, ['seconds', 'per_second', 'cpu_us']) })
  }
  const form = new FormData()
  form.append('file', new Blob([csv(count)]), 'customers.csv')
  form.append('object', 'customer')
  form.append('map', JSON.stringify({ object: 'customer', key: 'phone', mode: 'both' }))
  const before = server.spent()
  const began = performance.now()
  const job = await jobEnds(server, 'admin', (await server.post('admin', '/api/v1/imports', form)).id)
  const seconds = (performance.now() - began) / 1000
  const after = server.spent()
  if (job.result?.created !== count) throw new Error(`the import: ${JSON.stringify(job).slice(0, 500)}`)
  rows.push({ label: 'Haike: validated, compared by phone, written', rows: count, seconds, per_second: count / seconds, cpu_us: ((after[0] - before[0]) * 1e6) / count, database_cpu_us: ((after[1] - before[1]) * 1e6) / count })
  const aims = engine === 'sqlite' ? [{ what: 'import, of the bare engine writing the same rows', value: rows[1].per_second / rows[0].per_second, least: 0.5 }] : []
  return { rows, aims }
}

// ---- many at once

class Held {
  constructor(words) {
    this.child = spawn(`${PROGRAMS}/hold`, words.map(String), { stdio: ['pipe', 'pipe', 'inherit'] })
    this.lines = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]()
    this.ended = new Promise((done) => this.child.once('exit', done))
  }

  async line() {
    const { value, done } = await this.lines.next()
    if (done) throw new Error('bench/hold has ended')
    return JSON.parse(value)
  }

  go() {
    this.child.stdin.write('\n')
  }

  async end() {
    this.child.stdin.end()
    await this.ended
  }
}

const rounded = (number) => Math.round(number * 10) / 10

async function connections({ server, scale }) {
  const before = memory(server.pid)
  const held = new Held(['--port', server.port, '--token', await server.token('admin'), '--path', LIST, '--connections', scale.connections])
  try {
    const { open, seconds } = await held.line()
    const during = memory(server.pid)
    const row = { label: 'each has asked for a list of 50 and stays', connections: open, seconds, rss_mb: during.rss_mb, before_mb: before.rss_mb, each_kb: rounded(((during.rss_mb - before.rss_mb) * 1024) / open) }
    return { rows: [row], aims: [{ what: `memory with ${open} open connections, MB`, value: during.rss_mb, most: 200 }] }
  } finally {
    await held.end()
  }
}

async function listeners({ server, scale }) {
  const before = memory(server.pid)
  const { items } = await server.ask('admin', '/api/v1/records/customer?limit=1&fields=name')
  const words = ['--port', server.port, '--token', await server.token('admin'), '--path', '/api/v1/events', '--connections', scale.listeners]
  const held = new Held([...words, '--change-path', `/api/v1/records/customer/${items[0].id}`, '--change-body', JSON.stringify({ remark: '{n}' }), '--changes', scale.changes, '--pause-ms', scale.pauseMs])
  try {
    const { open, seconds } = await held.line()
    await sleep(Math.min(2000, scale.pauseMs))
    const listening = memory(server.pid)
    held.go()
    const told = await held.line()
    const after = memory(server.pid)
    const each_kb = rounded(((listening.rss_mb - before.rss_mb) * 1024) / open)
    const row = { label: `${told.changes} changes, each told to all`, listeners: open, seconds, rss_mb: listening.rss_mb, each_kb, after_mb: after.rss_mb, ...figures(told, ['p50_us', 'p99_us', 'max_us']) }
    return {
      rows: [row],
      aims: [
        { what: `memory of a listener, ${open} of them, KB`, value: each_kb, most: 25 },
        { what: 'from the change to the listener, p99, ms', value: told.p99_us / 1000, most: 1000 },
      ],
    }
  } finally {
    await held.end()
  }
}

// What a busy hour has left behind, and what of it is left after two minutes of rest.
async function rest({ server, scale }) {
  for (const as of ['rep', 'keeper', 'manager', 'admin']) server.load({ path: LIST }, scale.requests, { token: await server.token(as), seconds: scale.seconds / 4, connections: 64 })
  server.load({ path: '/api/v1/records/customer', method: 'POST', body: CUSTOMER }, scale.creates, { token: await server.token('admin'), seconds: scale.seconds / 4, connections: 64 })
  const busy = memory(server.pid)
  await sleep(scale.rest * 1000)
  const rested = memory(server.pid)
  return { rows: [{ label: `${scale.rest} s after lists and creates`, before_mb: busy.rss_mb, rss_mb: rested.rss_mb }], aims: [] }
}

// ---- people at work

async function peopleFile(server) {
  const tokens = {}, ids = {}
  for (const as of ['rep', 'keeper', 'manager', 'admin']) {
    tokens[as] = await server.token(as)
    const own = as === 'keeper' ? '&filter=owner%20%3D%20me()' : '' // what is shared with him he may not change
    const { items } = await server.ask(as, `/api/v1/records/customer?limit=200&fields=name${own}`)
    ids[as] = items.map((item) => item.id)
  }
  const folder = mkdtempSync(join(tmpdir(), 'haike-bench-'))
  writeFileSync(join(folder, 'day'), workday(tokens, ids))
  return { folder, file: join(folder, 'day') }
}

function dayRows(label, answer) {
  if (answer.failed) throw new Error(`${label}: ${answer.failed} of ${answer.requests} failed`)
  const rows = [{ label, requests: answer.requests, ...figures(answer) }]
  for (const part of [answer.reads, answer.writes]) rows.push({ label: `  ${part.name}`, ...figures(part, ['requests', 'p50_us', 'p99_us']) })
  return rows
}

async function desk({ server, scale }) {
  const { folder, file } = await peopleFile(server)
  const words = ['--mix', file, '--connections', 32, '--requests', scale.desk * 60, '--over', scale.desk]
  let over = false
  const done = { aggregates: 0, exports: 0 }
  const again = async (what, work) => {
    while (!over) {
      await work()
      done[what]++
    }
  }
  try {
    const alone = await server.loadBeside(words)
    const beside = Promise.all([
      again('aggregates', () => server.ask('admin', '/api/v1/aggregate/customer?group=owner&measure=count(),sum(annual_revenue)')),
      again('exports', async () => jobEnds(server, 'admin', (await server.post('admin', '/api/v1/exports', { object: 'customer', columns: ['name', 'owner', 'phone', 'level'], format: 'csv' })).id)),
    ])
    const busy = await server.loadBeside(words).finally(() => (over = true))
    await beside
    const rows = [...dayRows('people alone', alone), ...dayRows(`beside ${done.aggregates} aggregates over all and ${done.exports} exports of all`, busy)]
    return { rows, aims: [{ what: 'p99 beside aggregates and exports, against p99 without', value: busy.p99_us / alone.p99_us, most: 2 }] }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function mixed({ server, scale }) {
  const { folder, file } = await peopleFile(server)
  try {
    const answer = await server.loadBeside(['--mix', file, '--connections', scale.people, '--requests', scale.people * scale.calls, '--day', scale.day])
    const rows = dayRows(`a day of ${scale.people} people (${scale.calls} calls each) in ${scale.day} s`, answer)
    for (const call of answer.calls) rows.push({ label: `    ${call.name}`, ...figures(call, ['requests', 'p50_us', 'p99_us']) })
    return { rows, aims: [] }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

// ---- recycling: a twentieth more customers than there are, long silent, go into a pool; the others are looked at where their clock says so

async function sweep({ server, size }) {
  const count = Math.max(20, Math.round(size / 20))
  const words = (n) => `${((n * 7919) % 999983).toString(36)}${((n * 104729) % 999979).toString(36)}`
  const form = new FormData()
  form.append('file', new Blob([`name,short_name,created_at\n${Array.from({ length: count }, (_, n) => `${words(n + 1)},recycled,2020-01-01T08:00:00Z`).join('\n')}\n`]), 'silent.csv')
  form.append('object', 'customer')
  form.append('map', JSON.stringify({ object: 'customer', columns: { name: 'name', short_name: 'short_name', created_at: 'created_at' } }))
  const made = await jobEnds(server, 'admin', (await server.post('admin', '/api/v1/imports', form)).id)
  if (made.result?.created !== count) throw new Error(`the import: ${JSON.stringify(made).slice(0, 500)}`)
  const pool = await server.post('admin', '/api/v1/records/pool', { name: 'bench', object: 'customer' })
  await server.post('admin', '/api/v1/records/pool_rule', { name: 'bench', pool: pool.id, clock: 'follow_up', days: 30, condition: 'short_name = "recycled"' })
  const timed = async (label, work) => {
    const before = server.spent()
    const began = performance.now()
    const rows = await work()
    const seconds = (performance.now() - began) / 1000
    const after = server.spent()
    return { label, rows, seconds, cpu_us: ((after[0] - before[0]) * 1e6) / rows, database_cpu_us: ((after[1] - before[1]) * 1e6) / rows }
  }
  const rows = [
    await timed('simulated', async () => (await server.post('admin', '/api/v1/pools/simulate', { object: 'customer' })).count),
    await timed('recycled', async () => (await jobEnds(server, 'admin', (await server.post('admin', '/api/v1/pools/sweep', {})).job)).result.done),
  ]
  if (rows[0].rows !== count || rows[1].rows !== count) throw new Error(`${count} were due, ${rows[0].rows} simulated, ${rows[1].rows} recycled`)
  return { rows, aims: [{ what: 'a sweep of a twentieth of the customers, seconds', value: rows[1].seconds, most: 60 }] }
}

export const STEPS = { static: nginxStatic, wrk, creates, import: imports, connections, listeners, desk, mixed, rest, sweep }
