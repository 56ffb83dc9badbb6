// Takes the permission clauses of tests/mutate/mutations.mjs out of a copy of the tree, one at a time, builds it without the interface and asks whether a test notices.
//   node tests/mutate/run.mjs           each: killed, survived, or what is wrong with it; the last line is "N passed, N failed"
//   node tests/mutate/run.mjs --check   only: does each clause still stand in its file, exactly once?
//   MUTATE=regular expression           those whose file or name fits
import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { MUTATIONS } from './mutations.mjs'

const TREE = process.env.MUTATE_TREE ?? 'build/mutate/tree'
const SEEDS = [1, 2, 3]
const LONGEST_MS = 20 * 60 * 1000 // what takes longer has stopped
const chosen = MUTATIONS.filter(({ file, name }) => new RegExp(process.env.MUTATE ?? '').test(`${file} ${name}`))
let passed = 0
let failed = 0

function tell(good, word, { file, name }, more = '') {
  if (good) passed++
  else failed++
  console.log(`${good ? '  ok  ' : '  FAIL'} ${word.padEnd(9)} ${file}: ${name}${more && `  [${more}]`}`)
}

const times = (text, part) => text.split(part).length - 1

// What is wrong with the clause of a mutation; empty: nothing.
function wrong({ file, clause, instead }) {
  if (!existsSync(file)) return 'there is no such file'
  if (clause === instead) return 'nothing is taken out'
  const found = times(readFileSync(file, 'utf8'), clause)
  return found === 1 ? '' : `the clause stands there ${found} times: ${clause.slice(0, 100)}`
}

// ---- the copy

function filesBelow(folder) {
  return existsSync(folder) ? readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? filesBelow(join(folder, entry.name)) : [join(folder, entry.name)])) : []
}

function copyTree() {
  const listed = spawnSync('git', ['ls-files', '-co', '--exclude-standard', 'src', 'objects', 'tools', 'tests', 'Makefile', 'web/src/fields/address/divisions.json'], { encoding: 'utf8' }).stdout.split('\n').filter((path) => path && existsSync(path))
  for (const path of listed) {
    const to = join(TREE, path)
    if (existsSync(to) && readFileSync(to).equals(readFileSync(path))) continue // its objects stay good
    mkdirSync(dirname(to), { recursive: true })
    copyFileSync(path, to)
  }
  const kept = new Set(listed.map((path) => join(TREE, path)))
  for (const path of ['src', 'objects', 'tests'].flatMap((folder) => filesBelow(join(TREE, folder)))) if (!kept.has(path)) rmSync(path)
}

const ofUnit = (test) => test.includes('/') // src/LAYER/NAME_test: a program of unit tests, for what no way of the API leads to today
const unitsOf = (mutations) => [...new Set(mutations.flatMap(({ tests }) => tests).filter(ofUnit))]

function build(units) {
  const env = { ...process.env, WEB: '0' }
  for (const name of ['MAKEFLAGS', 'MAKELEVEL', 'MFLAGS']) delete env[name]
  return spawnSync('make', ['-C', TREE, 'WEB=0', 'BUILD=build', 'CFLAGS=-O1 -g0 -Wno-error', 'build/haike', ...units.map((unit) => `build/test/${unit}`)], { encoding: 'utf8', env })
}

// ---- the tests

// Does a file of scenarios fail with what was built? The first thing that was not as it should be, or empty.
function fails(test, seed) {
  if (ofUnit(test)) {
    const run = spawnSync(`build/test/${test}`, [], { cwd: TREE, encoding: 'utf8', timeout: LONGEST_MS })
    return run.status === 0 ? '' : (`${run.stdout}${run.stderr}`.split('\n').find((line) => line.includes('FAILED')) ?? `status ${run.status}`).slice(0, 140)
  }
  const env = { ...process.env, HAIKE: 'build/haike', HAIKE_SEED: String(seed), HAIKE_ROUNDS: '2' }
  const run = spawnSync('node', ['tests/api/run.mjs', '--engine', 'sqlite', `tests/api/${test}.test.mjs`], { cwd: TREE, encoding: 'utf8', env, maxBuffer: 1 << 28, timeout: LONGEST_MS })
  if (run.error) throw new Error(`tests/api/${test} with HAIKE_SEED=${seed} does not end: ${run.error.message}`)
  if (run.status === 0) return ''
  const lines = run.stdout.split('\n').map((line) => line.trim())
  return (lines.find((line) => /^\d+ × /.test(line)) ?? lines.find((line) => line.startsWith('FAIL')) ?? `status ${run.status}`).slice(0, 140)
}

function noticed({ tests }) {
  for (const test of tests) {
    for (const seed of test === 'access_matrix' ? SEEDS : SEEDS.slice(0, 1)) {
      const found = fails(test, seed)
      if (found) return found
    }
  }
  return ''
}

function mutate(mutation) {
  const path = join(TREE, mutation.file)
  const text = readFileSync(path, 'utf8')
  writeFileSync(path, text.replace(mutation.clause, () => mutation.instead))
  const built = build(unitsOf([mutation]))
  if (built.status !== 0) tell(false, 'unbuilt', mutation, (built.stderr.match(/error: .*/) ?? [''])[0])
  else {
    const found = noticed(mutation)
    tell(Boolean(found), found ? 'killed' : 'survived', mutation, found || mutation.tests.join(', '))
  }
  writeFileSync(path, text)
}

function checkAll() {
  for (const mutation of chosen) {
    const mistake = wrong(mutation)
    if (mistake) tell(false, 'clause', mutation, mistake)
    else passed++
  }
}

function mutateAll() {
  copyTree()
  const built = build(unitsOf(chosen))
  if (built.status !== 0) throw new Error(`the tree does not build: ${built.stderr.slice(-2000)}`)
  for (const test of new Set(chosen.flatMap((mutation) => mutation.tests))) {
    const found = noticed({ tests: [test] })
    tell(!found, found ? 'fails' : 'sound', { file: ofUnit(test) ? test : `tests/api/${test}`, name: 'as it is' }, found)
  }
  if (!failed) chosen.forEach((mutation) => (wrong(mutation) ? tell(false, 'clause', mutation, wrong(mutation)) : mutate(mutation)))
}

if (process.argv.includes('--check')) checkAll()
else mutateAll()
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed || !passed ? 1 : 0)
