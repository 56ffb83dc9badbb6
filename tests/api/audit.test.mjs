// The audit log: what is recorded and who may read it, its chain and what becomes of it when somebody meddles, what outlives a crash.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Company, PASSWORD } from '../support/company.mjs'

export const own = true
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
const everything = { read: 'all', create: true, update: 'all', delete: 'all', export: true, actions: ['assign'] }

async function withCompany(engine, run) {
  const company = await Company.start(engine, '--test-clock')
  try {
    await run({ company, haike: company.haike, boss: company.boss })
    const check = company.haike.command(['check'])
    assert.equal(check.status, 0, check.stdout + check.stderr)
  } finally {
    await company.haike.done()
  }
}

async function ended(person, id) {
  for (let i = 0; i < 3000; i++, await wait(10)) {
    const job = (await person.get(`/jobs/${id}`)).body
    if (job.finished_at) return job
  }
  throw new Error('the job does not end')
}

async function log(boss, params = {}) {
  const answer = await boss.get(`/audit?${new URLSearchParams(params)}`)
  assert.equal(answer.status, 200, JSON.stringify(answer.body))
  return answer.body
}

async function sealed(boss) {
  for (let i = 0; i < 2000; i++, await wait(20)) {
    const head = (await boss.get('/audit/head')).body
    if (head.complete && head.seq > 0) return head
  }
  throw new Error('the log is not sealed')
}

// A statement in the database, past the program: what a dishonest administrator of the machine could do.
function meddle(haike, engine, sql) {
  const done = engine === 'sqlite'
    ? spawnSync('python3', ['-c', 'import sqlite3,sys\nc=sqlite3.connect(sys.argv[1],timeout=30)\nfor s in sys.argv[2].split(";"):\n c.execute(s)\nc.commit()', join(haike.folder, 'haike.db'), sql], { encoding: 'utf8' })
    : spawnSync('psql', [haike.place[3], '-v', 'ON_ERROR_STOP=1', '-qc', sql], { encoding: 'utf8' })
  assert.equal(done.status, 0, done.stderr)
}

export const scenarios = {
  'changes of rights are told with from and to; others are not': ({ engine }) => withCompany(engine, async ({ company, boss }) => {
    const rep = await company.add('rep', 'sales', 'east')
    await company.role('extra', { customer: { read: 'own' }, contact: { read: 'all' } })
    await company.grant('extra', { customer: { read: 'all', export: true }, contact: { read: 'all' } })
    await boss.patch(`/records/user/${rep.id}`, { roles: [company.roles.sales, company.roles.extra], department: company.departments.south, phone: '13800001111' })
    await boss.patch(`/records/user/${rep.id}`, { phone: '13800002222' })
    await boss.patch('/settings', { company: '新名字', bin_days: 30 })
    await boss.post('/meta/objects', { name: 'sample_item', label: '样品' })
    await boss.post('/meta/objects/sample_item/fields', { name: 'cost', type: 'money', label: '费用' })
    const [grant] = (await log(boss, { kind: 'role.change', record: String(company.roles.extra) })).items
    assert.equal(grant.user.id, boss.id)
    assert.deepEqual(grant.detail.changes.grants, { customer: [{ read: 'own' }, { read: 'all', export: true }] }, 'only what changed of the grants')
    const moved = (await log(boss, { object: 'user', record: String(rep.id), kind: 'user.change' })).items
    assert.equal(moved.length, 1, 'another phone is no change of rights')
    assert.deepEqual(moved[0].changes.find((change) => change.field === 'department').from.id, company.departments.east)
    assert.deepEqual(moved[0].changes.find((change) => change.field === 'roles').to.map((role) => role.id), [company.roles.sales, company.roles.extra])
    assert.equal(JSON.stringify(moved[0]).includes('1380000'), false)
    const [setting] = (await log(boss, { kind: 'settings.change' })).items
    assert.deepEqual([setting.detail.company[1], setting.detail.bin_days], ['新名字', ['0', '30']])
    const kinds = (await boss.get('/audit/kinds')).body.items
    for (const kind of ['command.start', 'command.end', 'meta.object_add', 'meta.field_add', 'role.create', 'user.create', 'department.create', 'department.change']) assert.ok(kinds.includes(kind) || kind === 'department.change', kind)
    const command = (await log(boss, { kind: 'command.*' })).items
    assert.ok(command.some((item) => item.detail.words.join(' ') === 'user add boss' && item.user === null))
    assert.equal(JSON.stringify(command).includes(PASSWORD), false)
    for (const path of ['/audit', '/audit/kinds', '/audit/head']) assert.equal((await rep.get(path)).status, 403, path)
    assert.equal((await rep.post('/audit/export', {})).status, 403)
    for (const bad of ['object=nothing', 'from=x', 'sha256=12', 'user=x']) assert.ok([400, 422].includes((await boss.get(`/audit?${bad}`)).status), bad)
  }),
  'the log is asked by person, kind, object, record, time and address, page by page': ({ engine }) => withCompany(engine, async ({ company, boss }) => {
    await company.add('other', 'admin', 'hq')
    for (let i = 0; i < 25; i++) await (i % 5 ? boss : company.people.other).patch('/settings', { bin_days: i + 1 })
    const all = []
    let after = null
    do {
      const page = await log(boss, { kind: 'settings.change', limit: '7', ...(after ? { after } : {}) })
      all.push(...page.items)
      after = page.next
      assert.ok(page.items.length <= 7)
    } while (after)
    assert.equal(all.length, 25)
    assert.deepEqual(all.map((item) => item.detail.bin_days[1]), Array.from({ length: 25 }, (_, i) => String(25 - i)))
    assert.equal((await log(boss, { kind: 'settings.change', user: String(company.people.other.id) })).items.length, 5)
    assert.equal((await log(boss, { kind: 'settings.*,role.create', limit: '200' })).items.filter((item) => item.kind === 'settings.change').length, 25)
    assert.equal((await log(boss, { kind: 'nothing.*' })).items.length, 0)
    assert.equal((await log(boss, { peer: '127.0.0.1', kind: 'settings.change', limit: '200' })).items.length, 25)
    assert.equal((await log(boss, { peer: '192.0.2.7' })).items.length, 0)
    assert.equal((await log(boss, { from: '2999-01-01' })).items.length, 0)
    assert.equal((await log(boss, { to: '2000-01-01' })).items.length, 0)
    const first = all.at(-1)
    assert.equal((await log(boss, { kind: 'settings.change', to: first.at })).items.length, 0)
    const cursor = (await log(boss, { kind: 'settings.change', limit: '7' })).next
    assert.equal((await boss.get(`/audit?kind=role.change&limit=7&after=${encodeURIComponent(cursor)}`)).status, 400, 'a cursor belongs to its question')
    const job = await ended(boss, (await boss.post('/audit/export', { kind: 'settings.change' })).body.id)
    assert.equal(job.status, 'done', JSON.stringify(job))
    const file = await boss.get(`/files/${job.result.file.id}`)
    assert.equal(file.bytes.toString('utf8').trimEnd().split('\r\n').length, 26)
    assert.equal(createHash('sha256').update(file.bytes).digest('hex'), job.result.sha256)
    assert.deepEqual((await log(boss, { kind: 'audit_export.*' })).items.map((item) => item.kind), ['audit_export.end', 'audit_export.start'])
  }),
  'meddling with the log is named; a cut end by the head that was noted': ({ engine }) => withCompany(engine, async ({ company, haike, boss }) => {
    await company.role('one', { customer: { read: 'own' } })
    await company.role('two', { customer: { read: 'own' } })
    const head = await sealed(boss)
    const [latest] = (await log(boss, { kind: 'role.create' })).items
    assert.match(head.head, /^\d+:[0-9a-f]{64}$/)
    const check = (...more) => haike.command(['check', ...more])
    assert.equal(check('--audit-head', head.head).status, 0)
    assert.equal(check('--audit-head', 'nonsense').status, 1)
    await haike.stop()
    meddle(haike, engine, `update audit set user_id = 77 where id = ${latest.id}`)
    const changed = check()
    assert.equal(changed.status, 1)
    assert.match(changed.stdout, new RegExp(`entry ${latest.seq} \\(row ${latest.id}, role.create\\)`))
    meddle(haike, engine, `update audit set user_id = ${boss.id} where id = ${latest.id}`)
    assert.equal(check().status, 0, 'put back as it was')
    writeFileSync(join(haike.folder, 'noted'), readFileSync(join(haike.folder, 'audit.heads'), 'utf8'))
    assert.ok(readFileSync(join(haike.folder, 'noted'), 'utf8').includes(':'), 'the server notes the head when it stops')
    meddle(haike, engine, `create table kept_audit as select * from audit where seal > ${head.seq - 2};create table kept_seal as select * from audit_seal where seq > ${head.seq - 2};delete from audit where seal > ${head.seq - 2};delete from audit_seal where seq > ${head.seq - 2}`)
    assert.match(check().stdout, /noted elsewhere, but the chain ends at/, 'by what the server noted beside the database')
    writeFileSync(join(haike.folder, 'audit.heads'), '')
    assert.equal(check().status, 0, 'the chain alone cannot know')
    assert.match(check('--audit-head', head.head).stdout, /noted elsewhere, but the chain ends at/)
    meddle(haike, engine, 'insert into audit_seal select * from kept_seal;drop table kept_audit;drop table kept_seal')
    assert.match(check().stdout, /is missing/)
    meddle(haike, engine, `delete from audit_seal where seq > ${head.seq - 2}`)
  }),
  'what a crash interrupts is told as begun and interrupted': ({ engine }) => withCompany(engine, async ({ haike, boss }) => {
    const rows = Array.from({ length: 900 }, (_, i) => ({ op: 'create', values: { name: `断${i}`, level: 'C' } }))
    for (let i = 0; i < 4; i++) assert.equal((await boss.post('/records/customer/batch', { items: rows })).status, 200)
    const started = await boss.post('/records/customer/bulk', { filter: 'level = "C"', op: 'update', values: { level: 'A', phone: '13911112222' } })
    assert.equal(started.status, 202)
    const { id } = started.body
    for (let i = 0; i < 500; i++, await wait(2)) if ((await boss.get(`/jobs/${id}`)).body.progress > 0) break
    await haike.stop('SIGKILL')
    await haike.serve('--test-clock')
    const again = await haike.as('boss', PASSWORD)
    // another node's job counts as dead after twenty seconds, by the database's clock
    if (engine === 'postgres') meddle(haike, engine, `update job set seen_at = now() - interval '1 hour' where id = ${id}`)
    let items = []
    for (let i = 0; i < 1500 && items.length < 2; i++, await wait(20)) items = (await log(again, { kind: 'bulk.*' })).items
    assert.deepEqual(items.map((item) => [item.kind, item.detail.job]), [['bulk.interrupted', id], ['bulk.start', id]])
    assert.deepEqual([items[1].detail.filter, items[1].detail.count, items[1].detail.fields, items[1].user.id], ['level = "C"', 3600, ['level', 'phone'], boss.id])
    assert.equal(JSON.stringify(items).includes('13911112222'), false, 'values stand in the history, not in the log')
    await sealed(again)
  }),
  'old entries go after their time, and what is left is whole': ({ engine }) => withCompany(engine, async ({ haike, boss }) => {
    for (const days of [179, 1, -1, 1.5, 'x']) assert.equal((await boss.patch('/settings', { audit_days: days })).status, 422, String(days))
    assert.equal((await boss.patch('/settings', { audit_days: 180 })).status, 200)
    const before = await sealed(boss)
    await boss.post('/test/clock', { now: new Date(Date.now() + 200 * 86400e3).toISOString() })
    const later = await haike.as('boss', PASSWORD)
    assert.equal((await later.patch('/settings', { bin_days: 3 })).status, 200)
    const night = await later.post('/test/night', {})
    assert.equal(night.status, 200, JSON.stringify(night.body))
    await sealed(later)
    const items = (await log(later, { limit: '200' })).items
    assert.ok(items.some((item) => item.kind === 'audit.prune') && items.some((item) => item.kind === 'settings.change'))
    assert.ok(items.every((item) => Date.parse(item.at) > Date.now() + 19 * 86400e3))
    assert.equal(haike.command(['check', '--audit-head', before.head]).status, 0)
    assert.equal((await later.get('/settings')).body.audit_days, 180)
  }),
}
