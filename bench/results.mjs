// What a run found: as tables, as a file for each commit, and compared with such a file of another run.
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { join } from 'node:path'
import { BINARY } from './server.mjs'

const FOLDER = 'bench/results'
const COMPARED = ['per_second', 'cpu_us', 'p50_us', 'p99_us', 'rss_mb', 'each_kb', 'seconds'] // what is compared, of what there is

// ---- printing

export const us = (number) => (number === undefined ? '' : number >= 1e6 ? `${(number / 1e6).toFixed(1)} s` : number >= 10000 ? `${(number / 1000).toFixed(0)} ms` : `${number.toFixed(0)} µs`)
const plain = (number) => (Number.isInteger(number) ? String(number) : number.toFixed(Math.abs(number) < 100 ? 2 : 0))
const HEADS = { per_second: '1/s', p50_us: 'p50', p99_us: 'p99', max_us: 'most', cpu_us: 'CPU', database_cpu_us: 'database', rss_mb: 'RSS MB', before_mb: 'before', after_mb: 'after', each_kb: 'KB each' }

export function printTable(rows) {
  const keys = [...new Set(rows.flatMap((row) => Object.keys(row)))].filter((key) => key !== 'label')
  const width = Math.max(...rows.map((row) => row.label.length))
  const cell = (row, key) => (row[key] === undefined ? '' : key.endsWith('_us') ? us(row[key]) : plain(row[key]))
  console.log([''.padEnd(width), ...keys.map((key) => (HEADS[key] ?? key).padStart(11))].join(' '))
  for (const row of rows) console.log([row.label.padEnd(width), ...keys.map((key) => cell(row, key).padStart(11))].join(' '))
}

export const met = (aim) => (aim.most === undefined || aim.value <= aim.most) && (aim.least === undefined || aim.value >= aim.least)

export function printAims(aims) {
  for (const aim of aims) {
    const wanted = aim.most !== undefined ? `at most ${aim.most}` : aim.least !== undefined ? `at least ${aim.least}` : ''
    console.log(`  ${plain(aim.value).padStart(8)}  ${aim.what}${wanted ? `: ${wanted}${met(aim) ? '' : ', missed'}` : ''}`)
  }
}

// ---- keeping

const said = (program, words) => execFileSync(program, words, { encoding: 'utf8' }).trim()

function commit() {
  try {
    return said('git', ['rev-parse', '--short=12', 'HEAD']) + (said('git', ['status', '--porcelain', '--untracked-files=no']) ? '-changed' : '')
  } catch {
    return 'unknown'
  }
}

// keep: in a folder that git takes.
export function writeResults(runs, keep) {
  const folder = keep ? join(FOLDER, 'kept') : FOLDER
  mkdirSync(folder, { recursive: true })
  const date = new Date().toISOString()
  const engines = [...new Set(runs.map((one) => one.engine))].join('+')
  const machine = { cores: cpus().length, model: cpus()[0].model, kernel: said('uname', ['-r']), compiler: said('gcc', ['--version']).split('\n')[0], load: loadavg()[0] }
  const at = commit()
  const file = join(folder, keep ? `${at}-${engines}.json` : `${at}-${engines}-${date.slice(0, 19).replaceAll(':', '')}.json`)
  writeFileSync(file, `${JSON.stringify({ date, commit: at, machine, binary_bytes: statSync(BINARY).size, runs }, null, 1)}\n`)
  return file
}

// ---- comparing

// engine, size, call or step, row → figures
function flat(runs) {
  const found = new Map()
  for (const one of runs) {
    const place = `${one.engine} ${one.size}`
    found.set(`${place} · server`, { rss_mb: one.idle.rss_mb, seconds: one.start_ms / 1000 })
    for (const result of one.results) found.set(`${place} · ${result.name}`, result)
    for (const [step, { rows }] of Object.entries(one.steps)) for (const row of rows) found.set(`${place} · ${step}: ${row.label.trim()}`, row)
  }
  return found
}

export function compare(runs, file) {
  const before = JSON.parse(readFileSync(file, 'utf8'))
  const old = flat(before.runs)
  const rows = []
  for (const [name, row] of flat(runs)) {
    const other = old.get(name)
    if (!other) continue
    const quotients = COMPARED.filter((key) => row[key] > 0 && other[key] > 0).map((key) => [key, row[key] / other[key]])
    if (quotients.length) rows.push({ label: name, ...Object.fromEntries(quotients.map(([key, value]) => [HEADS[key] ?? key, value])) })
  }
  console.log(`\nagainst ${before.commit} of ${before.date.slice(0, 10)}: now divided by then`)
  if (rows.length) printTable(rows)
  else console.log('nothing was measured in both')
}
