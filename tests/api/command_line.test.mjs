// The command line: every subcommand, its exit status (0 done, 1 failed or found something, 2 wrong usage), alone and beside a running server.
import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Haike } from '../support/server.mjs'

export const own = true
const PASSWORD = 'a-good-password'

async function withDatabase(engine, run) {
  const haike = new Haike(engine)
  const folder = mkdtempSync(join(tmpdir(), 'haike-out-'))
  const done = (words, input = '') => haike.command(words, input)
  const status = (words, expected, input) => {
    const answer = done(words, input)
    assert.equal(answer.status, expected, `${words.join(' ')} → ${answer.status}\n${answer.stdout}${answer.stderr}`)
    return answer
  }
  try {
    await run({ haike, done, status, folder })
  } finally {
    await haike.done()
    rmSync(folder, { recursive: true, force: true })
  }
}

const addBoss = (status) => status(['user', 'add', 'boss', '--name', '老板', '--role', 'admin', '--password-stdin'], 0, PASSWORD)

// A table as the export writes it: RFC 4180, a byte order mark in front.
function table(file) {
  const text = readFileSync(file, 'utf8')
  assert.equal(text[0], '\ufeff')
  const rows = [[]]
  for (let i = 1, cell = '', quoted = false; i <= text.length; i++) {
    const c = text[i]
    if (quoted) {
      if (c === '"' && text[i + 1] === '"') cell += text[i++]
      else if (c === '"') quoted = false
      else cell += c
    } else if (c === '"') quoted = true
    else if (c === ',' || c === '\r' || c === undefined) {
      rows.at(-1).push(cell)
      cell = ''
      if (c === '\r') { i++; rows.push([]) }
    } else cell += c
  }
  rows.pop()
  const [head, ...body] = rows
  return body.map((row) => Object.fromEntries(head.map((name, i) => [name, row[i]])))
}

export const scenarios = {
  'wrong usage is 2 and says how': ({ engine }) => withDatabase(engine, async ({ haike, status }) => {
    for (const words of [['nothing'], ['init', 'x'], ['init', '--what'], ['user'], ['user', 'add'], ['user', 'add', 'x'], ['user', 'passwd', 'x'], ['user', 'remove', 'x'], ['import'], ['import', 'customer'], ['import', 'customer', 'a', 'b'],
      ['export'], ['backup'], ['restore'], ['check', 'x'], ['serve', 'x'], ['backup', ''], ['serve', '--listen', 'nonsense'], ['serve', '--listen', '127.0.0.1:99999'], ['check', '--map']]) {
      const answer = status(words, 2)
      assert.ok(answer.stderr.length > 10 && answer.stdout === '', words.join(' '))
    }
    haike.place = []
    assert.equal(haike.command([]).status, 2)
    assert.equal(haike.command(['--help']).status, 0)
    assert.match(haike.command(['--version']).stdout, /^haike \S+\n$/)
    assert.match(haike.command(['--help']).stdout, /serve.*\n.*init/s)
  }),
  'without a database everything but init says so and makes none': ({ engine }) => withDatabase(engine, async ({ haike, status, folder }) => {
    for (const words of [['check'], ['user', 'list'], ['export', join(folder, 'e')], ['backup', join(folder, 'b')], ['user', 'add', 'x', '--role', 'admin']]) assert.ok(status(words, 1).stderr.startsWith('haike: '), words.join(' '))
    assert.deepEqual(readdirSync(haike.folder).filter((name) => name.endsWith('.db')), [])
  }),
  'init makes no one who can sign in; again it changes nothing': ({ engine }) => withDatabase(engine, async ({ haike, status }) => {
    status(['init'], 0)
    assert.equal(status(['user', 'list'], 0).stdout, '')
    status(['init'], 0)
    addBoss(status)
    assert.equal(status(['user', 'list'], 0).stdout.split('\n').length, 2)
    status(['init', '--demo'], 1)
    status(['check'], 0)
    await haike.serve()
    assert.equal((await haike.nobody().post('/session', { login: 'admin', password: 'haike-demo' })).status, 401)
  }),
  'users: added, listed, with a new password; wrong ones refused with 1': ({ engine }) => withDatabase(engine, async ({ haike, status }) => {
    status(['init'], 0)
    addBoss(status)
    status(['user', 'add', 'boss', '--role', 'sales', '--password-stdin'], 1, PASSWORD)
    status(['user', 'add', 'BOSS', '--role', 'sales', '--password-stdin'], 1, PASSWORD)
    status(['user', 'add', 'short', '--role', 'sales', '--password-stdin'], 1, 'short')
    status(['user', 'add', 'x', '--role', 'nothing', '--password-stdin'], 1, PASSWORD)
    status(['user', 'add', 'x', '--role', 'sales', '--department', 'nowhere', '--password-stdin'], 1, PASSWORD)
    status(['user', 'add', 'two words', '--role', 'sales', '--password-stdin'], 1, PASSWORD)
    status(['user', 'add', 'quiet', '--role', 'sales,service', '--name', '静'], 0)
    status(['user', 'passwd', 'nobody', '--password-stdin'], 1, PASSWORD)
    assert.deepEqual(status(['user', 'list'], 0).stdout.trim().split('\n').map((line) => line.split('\t')).map((cells) => [cells[0], cells[1], cells[3], cells[4]]),
      [['boss', '老板', 'admin', 'active'], ['quiet', '静', 'sales,service', 'active']])
    await haike.serve()
    assert.equal((await haike.nobody().post('/session', { login: 'quiet', password: '' })).status, 422)
    const boss = await haike.as('boss', PASSWORD)
    status(['user', 'passwd', 'boss', '--password-stdin'], 0, 'another-password\n')
    assert.equal((await boss.get('/session')).status, 401, 'a new password ends all sign-ins')
    assert.equal((await haike.nobody().post('/session', { login: 'boss', password: PASSWORD })).status, 401)
    await haike.as('boss', 'another-password')
    status(['user', 'passwd', 'quiet', '--password-stdin'], 0, PASSWORD)
    await haike.as('quiet', PASSWORD)
  }),
  'import, export, backup and check beside a running server; restore refuses there': ({ engine }) => withDatabase(engine, async ({ haike, status, folder }) => {
    status(['init'], 0)
    addBoss(status)
    await haike.serve()
    const boss = await haike.as('boss', PASSWORD)
    const csv = join(folder, 'rows.csv')
    writeFileSync(csv, 'name,level\n"引号""与,逗号",A\n"换\n行",B\n坏,Z\n')
    assert.match(status(['import', 'customer', csv], 1).stdout, /line 5: level: .*\n(.*\n)*rows 3, created 2, updated 0, unchanged 0, failed 1/)
    assert.equal((await boss.list('customer', { count: 'true' })).body.count, 2, 'seen by the server at once')
    status(['import', 'nothing', csv], 1)
    status(['import', 'customer', join(folder, 'absent.csv')], 1)
    status(['import', 'customer', csv, '--map', join(folder, 'absent.json')], 1)
    status(['import', 'customer', csv, '--dry-run'], 1)
    const customer = (await boss.list('customer', { filter: 'level = "A"' })).body.items[0]
    const form = new FormData()
    form.append('file', new Blob(['附件内容'], { type: 'text/plain' }), '附件.txt')
    const file = (await boss.post('/files', form)).body
    await boss.create('activity', { content: '跟进', target: { object: 'customer', id: customer.id }, attachment: file.id })
    status(['check'], 0)
    const out = join(folder, 'export')
    status(['export', out], 0)
    status(['export', out], 1)
    const rows = table(join(out, 'customer.csv'))
    assert.deepEqual(rows.map((row) => row.name).sort(), ['引号"与,逗号', '换\n行'].sort())
    assert.equal(rows.find((row) => row.level === 'A').id, String(customer.id))
    assert.equal(readFileSync(join(out, 'files', String(file.id)), 'utf8'), '附件内容')
    assert.ok(existsSync(join(out, 'definitions', 'customer.json')) && table(join(out, 'files.csv')).length === 1)
    assert.ok(!readFileSync(join(out, 'user.csv'), 'utf8').includes('argon2'))
    const backup = join(folder, 'copy.db')
    if (engine === 'postgres') {
      assert.match(status(['backup', backup], 1).stderr, /pg_dump/)
      return
    }
    status(['backup', backup], 0)
    status(['backup', backup], 0)
    status(['backup', join(folder, 'nowhere', 'copy.db')], 1)
    await boss.create('customer', { name: '备份之后' })
    status(['restore', backup], 1)
    assert.equal((await boss.list('customer', { count: 'true' })).body.count, 3)
    await haike.stop()
    status(['check'], 0)
    writeFileSync(join(folder, 'broken.db'), readFileSync(backup).subarray(0, 5000))
    writeFileSync(join(folder, 'text.db'), 'not a database')
    for (const name of ['broken.db', 'text.db', 'absent.db']) status(['restore', join(folder, name)], 1)
    assert.equal(status(['user', 'list'], 0).stdout.split('\n').length, 2, 'a refused restore changes nothing')
    status(['restore', backup], 0)
    status(['check'], 0)
    await haike.serve()
    const again = await haike.as('boss', PASSWORD)
    assert.deepEqual((await again.list('customer', { sort: 'id' })).body.items.map((item) => item.name), ['引号"与,逗号', '换\n行'])
    assert.equal((await again.get(`/files/${file.id}`)).bytes.toString(), '附件内容')
    assert.ok(readdirSync(haike.folder).some((name) => name.includes('before-restore')), 'what was there is kept')
  }),
  'a second server on the same folder refuses; a killed one leaves nothing broken': ({ engine }) => withDatabase(engine, async ({ haike, status }) => {
    status(['init'], 0)
    addBoss(status)
    await haike.serve()
    if (engine === 'sqlite') status(['serve', '--listen', '127.0.0.1:0'], 1)
    const boss = await haike.as('boss', PASSWORD)
    const made = []
    let writing = true
    const writer = (async () => {
      for (let i = 0; writing; i++) {
        try {
          made.push((await boss.create('competitor', { name: `断电${i}` })).id)
        } catch { return }
      }
    })()
    await new Promise((resolve) => setTimeout(resolve, 400))
    await haike.stop('SIGKILL')
    writing = false
    await writer
    assert.ok(made.length > 5)
    status(['check'], 0)
    await haike.serve()
    const again = await haike.as('boss', PASSWORD)
    for (const id of [made[0], made.at(-1)]) assert.equal((await again.get(`/records/competitor/${id}`)).status, 200, 'what answered 201 is there')
    assert.equal((await again.list('competitor', { q: `断电${made.length - 1}` })).body.items.length, 1)
  }),
  'serve makes the database it does not find, and ends with 0': ({ engine }) => withDatabase(engine, async ({ haike, status }) => {
    await haike.serve()
    assert.equal((await haike.nobody().get('/readyz')).status, 200)
    const ended = new Promise((resolve) => haike.process.once('exit', resolve))
    haike.process.kill('SIGTERM')
    assert.equal(await ended, 0)
    status(['check'], 0)
  }),
}
