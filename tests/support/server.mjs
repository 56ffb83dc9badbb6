// Starts a Haike of its own for tests: fresh data folder or PostgreSQL schema, port 0, stopped by its own pid.
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export const BINARY = process.env.HAIKE ?? 'build/haike'
export const PASSWORD = 'haike-demo'
let schemas = 0

// An own schema in the test cluster, chosen by search_path.
function freshDatabase() {
  const base = process.env.HAIKE_TEST_POSTGRES
  if (!base) throw new Error('HAIKE_TEST_POSTGRES names no PostgreSQL')
  const schema = `test_${process.pid}_${++schemas}`
  return `${base}${base.includes('?') ? '&' : '?'}options=-csearch_path%3D${schema}`
}

export class Haike {
  constructor(engine) {
    this.engine = engine
    this.folder = mkdtempSync(join(tmpdir(), 'haike-test-'))
    this.place = ['--data', this.folder, ...(engine === 'postgres' ? ['--database', freshDatabase()] : [])]
    this.log = '' // what serve wrote to standard error, and to standard output since it was started last
    this.out = ''
  }

  // Runs a subcommand to its end: { status, stdout, stderr }.
  command(words, input = '') {
    return spawnSync(BINARY, [...words, ...this.place], { input, encoding: 'utf8', maxBuffer: 1 << 28, env: { ...process.env, LC_ALL: 'en_US.UTF-8' } })
  }

  async serve(...more) {
    this.process = spawn(BINARY, ['serve', '--listen', '127.0.0.1:0', ...more, ...this.place], { stdio: ['ignore', 'pipe', 'pipe'] })
    this.process.stderr.on('data', (bytes) => { this.log += bytes })
    this.url = await new Promise((resolve, reject) => {
      this.out = ''
      this.process.stdout.on('data', (bytes) => {
        this.out += bytes
        const found = /listening on (http:\S+)/.exec(this.out)
        if (found) resolve(found[1])
      })
      this.process.on('exit', (code) => reject(new Error(`serve ended with ${code}: ${this.log}`)))
    })
    return this
  }

  async stop(signal = 'SIGTERM') {
    if (!this.process || this.process.exitCode !== null) return
    const ended = new Promise((resolve) => this.process.once('exit', resolve))
    this.process.kill(signal)
    await ended
    this.process = undefined
  }

  async done() {
    await this.stop()
    rmSync(this.folder, { recursive: true, force: true })
  }

  // A signed-in person; calls answer { status, body, headers }.
  async as(login, password = PASSWORD) {
    const person = new Person(this)
    const answer = await person.post('/session', { login, password })
    if (answer.status !== 200) throw new Error(`${login} cannot sign in: ${answer.status} ${JSON.stringify(answer.body)}`)
    person.token = answer.body.token
    person.id = answer.body.user.id
    return person
  }

  nobody() {
    return new Person(this)
  }
}

export class Person {
  constructor(haike) {
    this.haike = haike
  }

  async call(method, path, body, headers = {}) {
    const url = this.haike.url + (path.startsWith('/') && !/^\/(api|healthz|readyz|metrics)/.test(path) ? '/api/v1' + path : path)
    const sent = { 'Accept-Language': 'en', ...headers }
    if (this.token) sent.Authorization ??= `Bearer ${this.token}`
    const raw = body === undefined || typeof body === 'string' || body instanceof FormData || body instanceof Uint8Array
    if (!raw) sent['Content-Type'] = 'application/json'
    const response = await fetch(url, { method, headers: sent, body: raw ? body : JSON.stringify(body) })
    const bytes = Buffer.from(await response.arrayBuffer())
    const text = bytes.toString('utf8')
    const json = (response.headers.get('content-type') ?? '').includes('json')
    return { status: response.status, headers: response.headers, body: json && text ? JSON.parse(text) : text, bytes }
  }

  get(path, headers) { return this.call('GET', path, undefined, headers) }
  post(path, body, headers) { return this.call('POST', path, body, headers) }
  patch(path, body, headers) { return this.call('PATCH', path, body, headers) }
  delete(path, headers) { return this.call('DELETE', path, undefined, headers) }

  // The created record; anything but 201 is an error of the test.
  async create(object, values) {
    const answer = await this.post(`/records/${object}`, values)
    if (answer.status !== 201) throw new Error(`create ${object}: ${answer.status} ${JSON.stringify(answer.body)}`)
    return answer.body
  }

  list(object, params = {}) {
    return this.get(`/records/${object}?${new URLSearchParams(params)}`)
  }

  aggregate(object, params = {}) {
    return this.get(`/aggregate/${object}?${new URLSearchParams(params)}`)
  }
}
