// The database as an outside tool reads it: rows of a question, and all of it as text, beside a running server.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

function read(program, words) {
  const done = spawnSync(program, words, { encoding: 'utf8', maxBuffer: 1 << 28 })
  if (done.status !== 0) throw new Error(`${program}: ${done.status} ${done.error ?? ''}${done.stderr}`)
  return done.stdout
}
const file = (haike) => `file:${join(haike.folder, 'haike.db')}?mode=ro`
const url = (haike) => haike.place[haike.place.indexOf('--database') + 1]
const schemaOf = (haike) => decodeURIComponent(url(haike)).match(/search_path=(\w+)/)[1]

// Lines of texts, their columns apart by "|".
export function rows(haike, question) {
  const out = haike.engine === 'postgres' ? read('psql', ['-qAt', url(haike), '-c', question]) : read('sqlite3', [file(haike), question])
  return out.split('\n').filter(Boolean).map((line) => line.split('|'))
}

export function everything(haike) {
  return haike.engine === 'postgres' ? read('pg_dump', ['-a', '--inserts', '-n', schemaOf(haike), url(haike)]) : read('sqlite3', [file(haike), '.dump'])
}
