// A server over a filled database, and what its processes use. Everything that measures starts here.
import { execFile, execFileSync, spawn } from 'node:child_process'
import { cpSync, existsSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export const BINARY = process.env.HAIKE ?? 'build/haike'
export const PROGRAMS = 'build/bench'
export const CACHE = 'build/bench/data'
const FILLED = 2 // databases that were filled otherwise are not used again
const PASSWORD = 'haike-bench'
const TICKS = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }))

// ---- processes

export const run = (program, words, options = {}) => execFileSync(program, words, { encoding: 'utf8', maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'inherit'], ...options })

export const runBeside = (program, words) =>
  new Promise((done, fail) => execFile(program, words, { encoding: 'utf8', maxBuffer: 1 << 28 }, (error, out, problems) => (error ? fail(new Error(`${program}: ${problems || error.message}`)) : done(out))))

export function cpuSeconds(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / TICKS
}

// Of children that have ended.
export function endedSeconds(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[13]) + Number(fields[14])) / TICKS
}

export function childrenSeconds(pid) {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean)
  return children.reduce((sum, child) => (existsSync(`/proc/${child}`) ? sum + cpuSeconds(child) : sum), 0)
}

// PostgreSQL's own processes, whose work is done for the server.
function databaseSeconds(cluster) {
  return cluster ? childrenSeconds(Number(readFileSync(join(cluster.folder, 'data/postmaster.pid'), 'utf8').split('\n')[0])) : 0
}

export function memory(pid) {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
  const of = (name) => Math.round(Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)[1]) / 102.4) / 10
  return { rss_mb: of('Rss'), pss_mb: of('Pss'), private_mb: Math.round((of('Private_Clean') + of('Private_Dirty')) * 10) / 10 }
}

// While a program runs nobody here notices that the server has closed an idle connection: then the question is asked again on a new one.
export const get = (url, options) => fetch(url, options).catch(() => fetch(url, options))

export class Server {
  async start(place, cluster) {
    const began = performance.now()
    this.cluster = cluster
    this.process = spawn(BINARY, ['serve', '--listen', '127.0.0.1:0', '--test-clock', ...place], { stdio: ['ignore', 'pipe', 'inherit'] })
    this.pid = this.process.pid
    this.port = await new Promise((resolve, reject) => {
      this.process.stdout.on('data', (bytes) => {
        const found = /listening on http:\S+:(\d+)/.exec(String(bytes))
        if (found) resolve(Number(found[1]))
      })
      this.process.once('exit', (code) => reject(new Error(`the server ended with ${code}`)))
    })
    const ready = await fetch(`http://127.0.0.1:${this.port}/readyz`)
    if (ready.status !== 200) throw new Error(`not ready: ${ready.status}`)
    await ready.arrayBuffer()
    this.startMs = Math.round(performance.now() - began)
    return this
  }

  async token(login) {
    this.tokens ??= {}
    if (!this.tokens[login]) {
      const answer = await get(`http://127.0.0.1:${this.port}/api/v1/session`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ login, password: PASSWORD }) })
      if (answer.status !== 200) throw new Error(`${login} cannot sign in: ${answer.status}`)
      this.tokens[login] = (await answer.json()).token
    }
    return this.tokens[login]
  }

  async ask(as, path, more = {}) {
    const headers = { Authorization: `Bearer ${await this.token(as)}`, ...(typeof more.body === 'string' ? { 'Content-Type': 'application/json' } : {}) }
    const answer = await get(`http://127.0.0.1:${this.port}${path}`, { ...more, headers })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${more.method ?? 'GET'} ${path}: ${answer.status} ${text.slice(0, 300)}`)
    return JSON.parse(text)
  }

  post(as, path, body) {
    return this.ask(as, path, { method: 'POST', body: body instanceof FormData ? body : JSON.stringify(body) })
  }

  words(call, requests, { token, high, seconds, connections = 16 }) {
    const words = ['--port', this.port, '--path', call.path, '--method', call.method ?? 'GET', '--requests', requests, '--connections', connections]
    if (seconds) words.push('--seconds', seconds)
    if (token) words.push('--token', token)
    if (call.body) words.push('--body', call.body)
    if (call.ids) words.push('--low', 1, '--high', high)
    return words.map(String)
  }

  spent() {
    return [cpuSeconds(this.pid), databaseSeconds(this.cluster)]
  }

  // Asks in parallel; answers what bench/load printed, with the CPU that the server (and its database) used by request.
  load(call, requests, options) {
    const before = this.spent()
    const answer = JSON.parse(run(`${PROGRAMS}/load`, this.words(call, requests, options)))
    return this.account(answer, before)
  }

  async loadBeside(words) {
    const before = this.spent()
    return this.account(JSON.parse(await runBeside(`${PROGRAMS}/load`, ['--port', this.port, ...words].map(String))), before)
  }

  account(answer, before) {
    const after = this.spent()
    answer.cpu_us = ((after[0] - before[0]) * 1e6) / answer.requests
    answer.database_cpu_us = ((after[1] - before[1]) * 1e6) / answer.requests
    return answer
  }

  async stop() {
    const ended = new Promise((resolve) => this.process.once('exit', resolve))
    this.process.kill('SIGTERM')
    await ended
  }
}

// ---- databases

export function fill(folder, size, more = []) {
  const began = performance.now()
  run(`${PROGRAMS}/fill`, ['--data', folder, '--customers', String(size), ...more])
  return Math.round((performance.now() - began) / 100) / 10
}

// A filled SQLite database is kept for the next run.
export function sqliteKept(size) {
  const kept = join(CACHE, `sqlite-${FILLED}-${size}`)
  if (!existsSync(kept)) {
    rmSync(`${kept}.new`, { recursive: true, force: true })
    const seconds = fill(`${kept}.new`, size)
    renameSync(`${kept}.new`, kept)
    writeFileSync(`${kept}.seconds`, String(seconds))
  }
  return kept
}

// It is measured in a copy, because creating changes it.
export function sqliteCopy(size) {
  const kept = sqliteKept(size)
  const copy = join(CACHE, `measured-${size}-${process.pid}`)
  rmSync(copy, { recursive: true, force: true })
  cpSync(kept, copy, { recursive: true })
  const noted = `${kept}.seconds`
  return { place: ['--data', copy], folder: copy, fillSeconds: existsSync(noted) ? Number(readFileSync(noted, 'utf8')) : null, size_mb: Math.round(statSync(join(copy, 'haike.db')).size / 1e6) }
}
