// A server over a filled database, and what its processes use. Everything that measures starts here.
import { execFileSync, spawn } from 'node:child_process'
import { cpSync, existsSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export const BINARY = process.env.HAIKE ?? 'build/haike'
export const PROGRAMS = 'build/bench'
export const CACHE = 'build/bench/data'
export const SECONDS = 12 // a call that is slow is asked fewer times
const PASSWORD = 'haike-bench'
const TICKS = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }))

// ---- processes

export const run = (program, words, options = {}) => execFileSync(program, words, { encoding: 'utf8', maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'inherit'], ...options })

function cpuSeconds(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / TICKS
}

// PostgreSQL's own processes, whose work is done for the server.
function databaseSeconds(cluster) {
  if (!cluster) return 0
  const postmaster = Number(readFileSync(join(cluster.folder, 'data/postmaster.pid'), 'utf8').split('\n')[0])
  const children = readFileSync(`/proc/${postmaster}/task/${postmaster}/children`, 'utf8').trim().split(' ').filter(Boolean)
  return children.reduce((sum, pid) => (existsSync(`/proc/${pid}`) ? sum + cpuSeconds(pid) : sum), 0)
}

export function memory(pid) {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
  const of = (name) => Math.round(Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)[1]) / 102.4) / 10
  return { rss_mb: of('Rss'), pss_mb: of('Pss'), private_mb: Math.round((of('Private_Clean') + of('Private_Dirty')) * 10) / 10 }
}

export class Server {
  async start(place) {
    const began = performance.now()
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
      const answer = await fetch(`http://127.0.0.1:${this.port}/api/v1/session`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ login, password: PASSWORD }) })
      if (answer.status !== 200) throw new Error(`${login} cannot sign in: ${answer.status}`)
      this.tokens[login] = (await answer.json()).token
    }
    return this.tokens[login]
  }

  // Asks in parallel; answers what bench/load printed, with the CPU that the server (and its database) used by request.
  load(call, requests, token, cluster, high) {
    const words = ['--port', this.port, '--path', call.path, '--method', call.method ?? 'GET', '--requests', requests, '--seconds', SECONDS, '--connections', 16]
    if (token) words.push('--token', token)
    if (call.body) words.push('--body', call.body)
    if (call.ids) words.push('--low', 1, '--high', high)
    const before = cpuSeconds(this.pid)
    const databaseBefore = databaseSeconds(cluster)
    const answer = JSON.parse(run(`${PROGRAMS}/load`, words.map(String)))
    answer.cpu_us = ((cpuSeconds(this.pid) - before) * 1e6) / answer.requests
    answer.database_cpu_us = ((databaseSeconds(cluster) - databaseBefore) * 1e6) / answer.requests
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

// A filled SQLite database is kept for the next run, and measured in a copy because creating changes it.
export function sqliteCopy(size) {
  const kept = join(CACHE, `sqlite-${size}`)
  if (!existsSync(kept)) {
    rmSync(`${kept}.new`, { recursive: true, force: true })
    const seconds = fill(`${kept}.new`, size)
    renameSync(`${kept}.new`, kept)
    writeFileSync(`${kept}.seconds`, String(seconds))
  }
  const copy = join(CACHE, `measured-${size}`)
  rmSync(copy, { recursive: true, force: true })
  cpSync(kept, copy, { recursive: true })
  const noted = `${kept}.seconds`
  return { place: ['--data', copy], folder: copy, fillSeconds: existsSync(noted) ? Number(readFileSync(noted, 'utf8')) : null, size_mb: Math.round(statSync(join(copy, 'haike.db')).size / 1e6) }
}
