// What nobody can avoid on PostgreSQL: learns from the server's log which statements a call runs, and runs these, with their values, by pgbench.
import { closeSync, openSync, readFileSync, readSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { CACHE, childrenSeconds, endedSeconds, run } from './server.mjs'

const postmaster = (cluster) => Number(readFileSync(join(cluster.folder, 'data/postmaster.pid'), 'utf8').split('\n')[0])
const spent = (cluster) => childrenSeconds(postmaster(cluster)) + endedSeconds(postmaster(cluster))

function withValues(text, said) {
  const values = new Map([...said.matchAll(/\$(\d+) = ('(?:[^']|'')*'|NULL)/g)].map((match) => [match[1], match[2]]))
  return text.replace(/\$(\d+)/g, (whole, number) => values.get(number) ?? whole)
}

// Of each process, in order. An entry goes over several lines where its text does; the next one begins with a date.
function byProcess(log) {
  const processes = new Map()
  for (const entry of log.split(/\n(?=\d{4}-\d\d-\d\d )/)) {
    const [, pid, kind, text] = /\[(\d+)\] (LOG|DETAIL): +([^]*)$/.exec(entry) ?? []
    if (!pid) continue
    if (!processes.has(pid)) processes.set(pid, [])
    const found = processes.get(pid)
    const statement = /^(?:execute [^:]*|statement): ([^]*)$/.exec(text)
    if (kind === 'LOG' && statement) found.push(statement[1].trim())
    else if (kind === 'DETAIL' && text.startsWith('parameters: ') && found.length) found.push(withValues(found.pop(), text))
  }
  return [...processes.values()]
}

// What a request runs after it has been found out who asks, until its transaction ends.
function ofRequest(statements) {
  const from = statements.findLastIndex((statement) => /from "?session"?\b/i.test(statement))
  if (from < 0) return []
  const rest = statements.slice(from + 1)
  const until = rest.findIndex((statement) => /^(commit|rollback|begin)/i.test(statement))
  return (until < 0 ? rest : rest.slice(0, until)).filter((statement) => /^(select|with)/i.test(statement))
}

function readFrom(file, from) {
  const bytes = Buffer.alloc(statSync(file).size - from)
  const opened = openSync(file)
  readSync(opened, bytes, 0, bytes.length, from)
  closeSync(opened)
  return bytes.toString()
}

// calls: name → call. Answers name → statements.
export async function learnStatements(server, database, calls) {
  const log = join(database.folder, 'server.log')
  const say = (what) => run('psql', ['-q', '-o', '/dev/null', '-c', `alter system set log_statement = '${what}'`, '-c', 'select pg_reload_conf()', database.url])
  const found = {}
  say('all')
  await sleep(300)
  for (const [name, call] of calls) {
    const from = statSync(log).size
    await server.ask(call.as, call.path)
    await sleep(60)
    found[name] = byProcess(readFrom(log, from)).map(ofRequest).find((statements) => statements.length) ?? []
  }
  say('none')
  return found
}

// CPU of the cluster's processes by transaction; the statements of one call are one transaction, as they are in the server. many: "-T" seconds or "-t" transactions.
export async function pgbench(database, statements, many) {
  if (!statements.length) throw new Error('no statement of this call is in the log of PostgreSQL')
  const file = join(CACHE, `pgbench-${process.pid}.sql`)
  writeFileSync(file, ['begin isolation level repeatable read read only', ...statements, 'commit'].map((text) => `${text.replaceAll('\n', ' ')};\n`).join(''))
  const before = spent(database.cluster)
  const said = run('pgbench', ['-n', '-M', 'prepared', '-c', '8', ...many, '-f', file, database.url], { stdio: ['ignore', 'pipe', 'pipe'] })
  rmSync(file)
  await sleep(100) // its connections end
  const done = Number(/transactions actually processed: (\d+)/.exec(said)?.[1])
  return { cpu_us: ((spent(database.cluster) - before) * 1e6) / done, per_second: Number(/tps = ([\d.]+)/.exec(said)?.[1]), statements: statements.length }
}
