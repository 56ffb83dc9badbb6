// A Haike that is killed and started again, on a disk of its own if it is given one.
import { spawn, spawnSync } from 'node:child_process'
import { realpathSync } from 'node:fs'
import { BINARY, Haike } from '../support/server.mjs'
import { Disk } from './disk.mjs'

const LOGIN = 'root'
const PASSWORD = 'haike-fault-test'
const STOP_MS = 20000

export class CrashHaike extends Haike {
  constructor(engine) {
    super(engine)
    this.folder = realpathSync(this.folder)
    this.place[1] = this.folder
    this.application = this.folder.replace(/^.*-/, 'fault_')
    if (engine === 'postgres') this.place[3] += `&application_name=${this.application}`
    this.disk = new Disk(this.folder)
  }

  onDisk(options) {
    return { ...process.env, LANG: 'en_US.UTF-8', ...(options ? this.disk.environment(options) : {}) }
  }

  // A subcommand to its end; options: of the disk it runs on, null for the machine's own.
  run(words, input = '', options = null) {
    return spawnSync(BINARY, [...words, ...this.place], { input, encoding: 'utf8', maxBuffer: 1 << 28, env: this.onDisk(options) })
  }

  must(words, input = '', options = null) {
    const { status, stdout, stderr } = this.run(words, input, options)
    if (status !== 0) throw new Error(`haike ${words.join(' ')}: ${status} ${stdout} ${stderr}`)
  }

  init(options = null) {
    this.must(['init'], '', options)
    if (options) this.disk.powerCut()
    this.must(['user', 'add', LOGIN, '--name', 'Root', '--role', 'admin', '--password-stdin'], `${PASSWORD}\n`, options)
    if (options) this.disk.powerCut()
  }

  signIn() {
    return this.as(LOGIN, PASSWORD)
  }

  // True when it listens, false when it ended before that.
  async start(options = null) {
    const child = spawn(BINARY, ['serve', '--listen', '127.0.0.1:0', ...this.place], { stdio: ['ignore', 'pipe', 'pipe'], env: this.onDisk(options) })
    this.process = child
    this.log = ''
    this.ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve((this.end = { code, signal }))))
    this.end = null
    child.stderr.on('data', (bytes) => { this.log = (this.log + bytes).slice(-20000) })
    const listening = new Promise((resolve) => {
      let out = ''
      child.stdout.on('data', (bytes) => {
        out += bytes
        const found = /listening on (http:\S+)/.exec(out)
        if (found) resolve(found[1])
      })
    })
    this.url = await Promise.race([listening, this.ended.then(() => null)])
    return this.url !== null
  }

  async mustStart(options = null) {
    if (!(await this.start(options))) throw new Error(`does not start: ${JSON.stringify(this.end)} ${this.log}`)
  }

  // As a power cut or the out-of-memory killer does; for PostgreSQL also waits until the server has noticed.
  async kill() {
    this.process?.kill('SIGKILL')
    await this.ended
    if (this.engine === 'postgres') await this.waitForBackends()
  }

  async waitForBackends() {
    const question = `select count(*) from pg_stat_activity where application_name = '${this.application}'`
    for (let i = 0; i < 200; i++) {
      const answer = spawnSync('psql', ['-qAt', process.env.HAIKE_TEST_POSTGRES, '-c', question], { encoding: 'utf8' })
      if (answer.stdout.trim() === '0') return
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    throw new Error('PostgreSQL still works for a client that is gone')
  }

  // Asked to stop; what does not is killed and called a mistake.
  async stop() {
    if (!this.process || this.end) return
    this.process.kill('SIGTERM')
    const timer = setTimeout(() => this.process.kill('SIGKILL'), STOP_MS)
    const { signal } = await this.ended
    clearTimeout(timer)
    if (signal === 'SIGKILL') throw new Error('does not stop when asked to')
  }

  // What `haike check` has to say, beside the running server.
  findings() {
    const { status, stdout, stderr } = this.run(['check'])
    return status === 0 ? [] : [`check: ${status} ${stdout.slice(0, 3000)}${stderr.slice(0, 1000)}`]
  }

  async done() {
    await this.kill()
    this.disk.done()
    await super.done()
  }
}
