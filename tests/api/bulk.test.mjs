// Changing many records in one go (POST …/bulk), undoing it, and exports to files: rights, exactness, jobs that are stopped or die in the middle.
import assert from 'node:assert/strict'
import { inflateRawSync } from 'node:zlib'
import { Company, PASSWORD } from '../support/company.mjs'

const everything = { read: 'all', create: true, update: 'all', delete: 'all', export: true, actions: ['assign', 'make_formal'] }

export async function setup({ engine }) {
  const company = await Company.start(engine, '--test-clock')
  await company.role('lead_hand', { customer: { ...everything, read: 'tree', update: 'tree', delete: 'tree' }, contact: { read: 'tree', create: true, update: 'tree' }, opportunity: { ...everything, read: 'tree', update: 'tree' } })
  await company.role('masked', { customer: { read: 'all', update: 'own', export: true, fields: { phone: 'mask', level: 'read', remark: 'hide' } } })
  for (const [login, role, department] of [['hand', 'lead_hand', 'east'], ['rep', 'sales', 'east'], ['other', 'sales', 'south'], ['looker', 'masked', 'hq']]) await company.add(login, role, department)
  await company.boss.patch(`/records/department/${company.departments.east}`, { head: company.people.hand.id })
  return { haike: company.haike, company, boss: company.boss, ...company.people }
}

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
const got = async (person, object, id) => (await person.get(`/records/${object}/${id}`)).body
const bulk = (person, object, body, headers) => person.post(`/records/${object}/bulk`, body, headers)

async function make(person, object, rows) {
  const made = []
  for (let i = 0; i < rows.length; i += 500) {
    const answer = await person.post(`/records/${object}/batch`, { items: rows.slice(i, i + 500).map((values) => ({ op: 'create', values })) })
    assert.equal(answer.status, 200, JSON.stringify(answer.body).slice(0, 500))
    made.push(...answer.body.items.map((item) => item.record))
  }
  return made
}

async function ended(person, id, look = () => {}) {
  for (let i = 0; i < 3000; i++, await wait(10)) {
    const job = (await person.get(`/jobs/${id}`)).body
    assert.ok(job.progress >= 0 && job.progress <= 1)
    look(job)
    if (job.finished_at) return job
  }
  throw new Error('the job does not end')
}

// Done within the request: the job as it ended.
async function done(person, object, body) {
  const answer = await bulk(person, object, body)
  assert.equal(answer.status, 200, JSON.stringify(answer.body))
  assert.equal(answer.body.status, 'done', JSON.stringify(answer.body))
  return answer.body
}

async function undo(person, id) {
  const answer = await person.post(`/jobs/${id}/undo`, {})
  assert.ok([200, 202].includes(answer.status), JSON.stringify(answer.body))
  return answer.status === 200 ? answer.body : ended(person, answer.body.id)
}

const outcome = (job) => [job.result.done, job.result.failed]
const ids = (records) => records.map((record) => record.id)

async function exported(person, body) {
  const answer = await person.post('/exports', body)
  assert.equal(answer.status, 202, JSON.stringify(answer.body))
  const job = await ended(person, answer.body.id)
  assert.equal(job.status, 'done', JSON.stringify(job))
  return { job, file: job.result.file, content: await person.get(`/files/${job.result.file.id}`) }
}

function lines(content) {
  const text = content.bytes.toString('utf8')
  assert.ok(text.startsWith('\ufeff') && text.endsWith('\r\n'))
  return text.slice(1, -2).split('\r\n')
}

// The entries of a zip file, by name.
function unzip(bytes) {
  const entries = {}
  let at = bytes.readUInt32LE(bytes.length - 22 + 16)
  while (bytes.readUInt32LE(at) === 0x02014b50) {
    const [method, size, nameLength, extra, comment, local] = [bytes.readUInt16LE(at + 10), bytes.readUInt32LE(at + 20), bytes.readUInt16LE(at + 28), bytes.readUInt16LE(at + 30), bytes.readUInt16LE(at + 32), bytes.readUInt32LE(at + 42)]
    const from = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28)
    const content = bytes.subarray(from, from + size)
    entries[bytes.toString('utf8', at + 46, at + 46 + nameLength)] = (method ? inflateRawSync(content) : content).toString('utf8')
    at += 46 + nameLength + extra + comment
  }
  return entries
}

export const scenarios = {
  'some records by their ids are changed at once, each with its history and event': async ({ hand }) => {
    const made = await make(hand, 'customer', Array.from({ length: 5 }, (_, i) => ({ name: `批改${i}`, level: 'C', remark: '原样' })))
    const job = await done(hand, 'customer', { ids: [...ids(made), made[0].id], op: 'update', values: { level: 'A', remark: null } })
    assert.deepEqual([outcome(job), job.result.problems, job.result.undo, job.progress, job.kind], [[5, 0], [], true, 1, 'bulk'])
    assert.deepEqual([job.request.op, job.request.count, job.request.object, job.request.values], ['update', 5, 'customer', { level: 'A', remark: null }])
    const record = await got(hand, 'customer', made[1].id)
    assert.deepEqual([record.level, record.remark, record.version, record.updated_by.id], ['A', null, 2, hand.id])
    const [change] = (await hand.get(`/records/customer/${made[1].id}/history`)).body.items
    assert.deepEqual([change.action, change.user.id, change.changes.map((item) => item.field).sort()], ['bulk', hand.id, ['level', 'remark']])
    assert.equal((await hand.get(`/jobs/${job.id}`)).headers.get('content-type').includes('json'), true)
    const again = await done(hand, 'customer', { ids: ids(made), op: 'update', values: { level: 'A' } })
    assert.deepEqual([outcome(again), again.result.undo], [[5, 0], false], 'nothing was changed: nothing can be undone')
    assert.equal((await got(hand, 'customer', made[1].id)).version, 2)
  },
  'what fails is told with its name and does not stop the rest': async ({ boss, hand, other }) => {
    const mine = await make(hand, 'customer', [{ name: '好的一', level: 'C' }, { name: '好的二', level: 'C' }])
    const theirs = await other.create('customer', { name: '南方的', level: 'C' })
    const deal = await hand.create('opportunity', { name: '挡着', customer: mine[1].id })
    const job = await done(hand, 'customer', { ids: [mine[0].id, theirs.id, mine[1].id, 99999999], op: 'update', values: { level: 'B' } })
    assert.deepEqual([outcome(job), job.result.problems.map((problem) => [problem.id, problem.name])], [[2, 2], [[theirs.id, null], [99999999, null]]])
    assert.ok(job.result.problems.every((problem) => problem.message && !problem.message.includes('error.')))
    assert.deepEqual([(await got(boss, 'customer', theirs.id)).level, (await got(boss, 'customer', theirs.id)).version], ['C', 1])
    const removed = await done(hand, 'customer', { ids: ids(mine), op: 'delete' })
    assert.deepEqual([outcome(removed), removed.result.problems[0].id, removed.result.problems[0].name], [[1, 1], mine[1].id, '好的二'])
    assert.match(removed.result.problems[0].message, /[Oo]pportunities/)
    await boss.delete(`/records/opportunity/${deal.id}`)
    const bad = await done(boss, 'opportunity', { ids: ids(await make(boss, 'opportunity', [{ name: '要丢的', amount: 3 }])), op: 'update', values: { stage: 'lost' } })
    assert.deepEqual([outcome(bad), bad.result.problems[0].name], [[0, 1], '要丢的'], 'the rules of the object hold')
    assert.match(bad.result.problems[0].message, /required/)
  },
  'a filter finds what a list finds, and never more': async ({ boss, hand, other, looker }) => {
    await make(hand, 'customer', Array.from({ length: 4 }, (_, i) => ({ name: `筛选东${i}`, level: 'C' })))
    const south = await make(other, 'customer', Array.from({ length: 3 }, (_, i) => ({ name: `筛选南${i}`, level: 'C' })))
    const filter = 'name contains "筛选" and level = "C"'
    const job = await done(hand, 'customer', { filter, op: 'update', values: { level: 'B' } })
    assert.deepEqual(outcome(job), [4, 0])
    for (const record of south) assert.equal((await got(boss, 'customer', record.id)).version, 1)
    const seen = await done(looker, 'customer', { filter, op: 'update', values: { name: '改了' } })
    assert.deepEqual(outcome(seen), [0, 3], 'seen, but not his to change')
    const searched = await done(hand, 'customer', { q: '筛选东2', op: 'update', values: { level: 'A' } })
    assert.deepEqual(outcome(searched), [1, 0])
    assert.deepEqual(outcome(await done(hand, 'customer', { filter: 'name = "没有这样的"', op: 'delete' })), [0, 0])
    assert.deepEqual(outcome(await done(boss, 'competitor', { filter: '', op: 'delete' })), [0, 0])
  },
  'tags are added and removed, the others stay': async ({ hand }) => {
    const made = await make(hand, 'customer', [{ name: '签一', tags: ['老', '要走'] }, { name: '签二' }, { name: '签三', tags: ['新', '老'] }])
    const job = await done(hand, 'customer', { ids: ids(made), op: 'tag', add: ['新'], remove: ['要走', '没有的'] })
    assert.deepEqual(outcome(job), [3, 0])
    assert.deepEqual(await Promise.all(made.map(async (record) => (await got(hand, 'customer', record.id)).tags)), [['老', '新'], ['新'], ['新', '老']])
    assert.equal((await got(hand, 'customer', made[2].id)).version, 1, 'what has it already is not written')
    const full = await hand.create('customer', { name: '签满', tags: Array.from({ length: 50 }, (_, i) => `签${i}`) })
    const over = await done(hand, 'customer', { ids: [full.id], op: 'tag', add: ['多了'] })
    assert.deepEqual([outcome(over), over.result.problems[0].name], [[0, 1], '签满'])
    assert.deepEqual(outcome(await undo(hand, job.id)), [2, 0])
    assert.deepEqual(await Promise.all(made.map(async (record) => (await got(hand, 'customer', record.id)).tags)), [['老', '要走'], null, ['新', '老']])
  },
  'undoing puts back exactly what the job changed': async ({ hand, boss, rep }) => {
    const [deal] = await make(hand, 'opportunity', [{ name: '撤销单', amount: 100.5, stage: 'proposal', close_date: '2026-03-04', remark: '甲\n乙', tags: ['a"b', '丙'] }])
    const before = await got(hand, 'opportunity', deal.id)
    await wait(5)
    const job = await done(hand, 'opportunity', { ids: [deal.id], op: 'update', values: { stage: 'won', amount: 7, close_date: null, remark: null, tags: [] } })
    const changed = await got(hand, 'opportunity', deal.id)
    assert.deepEqual([changed.stage, changed.probability, changed.amount, typeof changed.closed_at], ['won', 1, 7, 'string'], 'what the stage brings along is changed too')
    const back = await undo(hand, job.id)
    assert.deepEqual([outcome(back), back.kind, back.result.undo], [[1, 0], 'undo', false])
    const after = await got(hand, 'opportunity', deal.id)
    for (const key of ['version', 'updated_at', 'updated_by']) { delete before[key]; delete after[key] }
    assert.deepEqual(after, before)
    assert.equal((await hand.get(`/records/opportunity/${deal.id}/history`)).body.items[0].action, 'undo')
    const twice = await hand.post(`/jobs/${job.id}/undo`, {})
    assert.deepEqual([twice.status, twice.body.code], [409, 'undone_already'])
    assert.equal((await hand.get(`/jobs/${job.id}`)).body.result.undo, false)
    assert.equal((await rep.post(`/jobs/${job.id}/undo`, {})).status, 404, 'another person')
    assert.equal((await boss.post(`/jobs/${job.id}/undo`, {})).status, 409, 'an administrator may, for who did it may be gone; but not twice')
  },
  'what somebody else changed meanwhile stays as he left it': async ({ hand, rep, boss }) => {
    const made = await make(rep, 'customer', [{ name: '中途一', level: 'C', remark: '旧' }, { name: '中途二', level: 'C', remark: '旧' }, { name: '中途三', level: 'C' }, { name: '中途四', level: 'C' }])
    const job = await done(hand, 'customer', { ids: ids(made), op: 'update', values: { level: 'A', remark: '新' } })
    await boss.patch(`/records/customer/${made[1].id}`, { level: 'B' })
    await boss.delete(`/records/customer/${made[2].id}`)
    await boss.patch(`/records/customer/${made[3].id}`, { phone: '01012345678' })
    const back = await undo(hand, job.id)
    assert.deepEqual(outcome(back), [2, 2])
    assert.deepEqual(back.result.problems.map((problem) => problem.id), [made[1].id, made[2].id])
    assert.match(back.result.problems[0].message, /Level/)
    const seen = await Promise.all([0, 1, 3].map(async (i) => got(boss, 'customer', made[i].id)))
    assert.deepEqual(seen.map((record) => [record.level, record.remark, record.phone]), [['C', '旧', null], ['B', '旧', null], ['C', null, '01012345678']])
  },
  'owners go back, also of what was given out of reach': async ({ hand, rep, other, boss }) => {
    const made = await make(rep, 'customer', [{ name: '转走一' }, { name: '转走二' }])
    const job = await done(hand, 'customer', { ids: ids(made), op: 'action', action: 'assign', body: { owner: other.id } })
    assert.deepEqual([outcome(job), job.result.undo], [[2, 0], true])
    assert.equal((await hand.get(`/records/customer/${made[0].id}`)).status, 404, 'not his department')
    assert.deepEqual([(await got(boss, 'customer', made[0].id)).owner.id, (await boss.get(`/records/customer/${made[0].id}/history`)).body.items[0].action], [other.id, 'assign'])
    assert.deepEqual(outcome(await undo(hand, job.id)), [2, 0])
    const back = await got(hand, 'customer', made[1].id)
    assert.deepEqual([back.owner.id, back.department.name], [rep.id, '华东'])
    const [given] = await make(rep, 'customer', [{ name: '送给别人' }])
    const first = await done(hand, 'customer', { ids: [given.id], op: 'update', values: { level: 'A' } })
    await boss.post(`/records/customer/${given.id}/actions/assign`, { owner: other.id })
    const gone = await undo(hand, first.id)
    assert.deepEqual([outcome(gone), gone.result.problems[0].name], [[0, 1], null])
    assert.equal((await got(boss, 'customer', given.id)).level, 'A', 'what is not his any more he does not change')
  },
  'what was deleted comes back, what was restored goes again': async ({ hand, boss }) => {
    const made = await make(hand, 'customer', [{ name: '删一' }, { name: '删二' }, { name: '删三' }])
    const contact = await hand.create('contact', { name: '跟着的', customer: made[0].id })
    const job = await done(hand, 'customer', { ids: ids(made), op: 'delete' })
    assert.deepEqual([outcome(job), job.result.undo, (await hand.get(`/records/contact/${contact.id}`)).status], [[3, 0], true, 404])
    await boss.post(`/trash/customer/${made[1].id}/restore`)
    const back = await undo(hand, job.id)
    assert.deepEqual([outcome(back), back.result.problems[0].id], [[2, 1], made[1].id])
    assert.equal((await hand.get(`/records/contact/${contact.id}`)).status, 200)
    await done(hand, 'customer', { ids: ids(made), op: 'delete' })
    const restored = await done(hand, 'customer', { filter: 'name contains "删"', op: 'restore' })
    assert.deepEqual([outcome(restored), restored.result.undo], [[3, 0], true])
    await hand.patch(`/records/customer/${made[2].id}`, { level: 'A' })
    const gone = await undo(hand, restored.id)
    assert.deepEqual([outcome(gone), gone.result.problems[0].id], [[2, 1], made[2].id])
    assert.deepEqual(await Promise.all(made.map(async (record) => (await hand.get(`/records/customer/${record.id}`)).status)), [404, 404, 200])
  },
  'other actions are done, and cannot be undone': async ({ boss, hand }) => {
    const made = await make(boss, 'opportunity', [{ name: '赢一', stage: 'proposal' }, { name: '赢二', stage: 'won' }])
    const job = await done(boss, 'opportunity', { ids: ids(made), op: 'action', action: 'win', body: { amount: 5 } })
    assert.deepEqual([outcome(job), job.result.undo], [[1, 1], false])
    assert.deepEqual([(await got(boss, 'opportunity', made[0].id)).stage, (await got(boss, 'opportunity', made[0].id)).amount], ['won', 5])
    const answer = await boss.post(`/jobs/${job.id}/undo`, {})
    assert.deepEqual([answer.status, answer.body.code], [409, 'not_undoable'])
    assert.equal((await bulk(hand, 'opportunity', { ids: ids(made), op: 'action', action: 'win' })).status, 403)
    assert.equal((await bulk(boss, 'opportunity', { ids: ids(made), op: 'action', action: 'nothing' })).status, 422)
  },
  'rights: objects, verbs, fields': async ({ looker, rep, hand, boss, company }) => {
    const customer = await boss.create('customer', { name: '看的', remark: '秘密', phone: '13800138000' })
    const by = (person, more) => bulk(person, 'customer', { ids: [customer.id], ...more })
    assert.deepEqual([(await by(looker, { op: 'delete' })).status, (await by(looker, { op: 'restore' })).status, (await by(looker, { op: 'action', action: 'assign', body: { owner: looker.id } })).status], [403, 403, 403])
    const hidden = await by(looker, { op: 'update', values: { remark: 'x', level: 'A', phone: '1', nothing: 1 } })
    assert.deepEqual([hidden.status, hidden.body.errors.map((error) => [error.field, error.code])], [422, [['values.remark', 'unknown_field'], ['values.level', 'read_only'], ['values.phone', 'read_only'], ['values.nothing', 'unknown_field']]])
    const unknown = await by(looker, { op: 'update', values: { remark: 7 } })
    assert.equal(unknown.body.errors[0].code, 'unknown_field', 'a wrong type tells nothing of a hidden field')
    assert.equal((await bulk(rep, 'role', { ids: [1], op: 'delete' })).status, 404)
    assert.equal((await bulk(rep, 'customer', { ids: [customer.id], op: 'update', values: { owner: rep.id } })).body.result.failed, 1)
    assert.equal((await company.haike.nobody().post('/records/customer/bulk', { ids: [1], op: 'delete' })).status, 401)
    assert.equal((await looker.get(`/jobs/${(await done(hand, 'customer', { ids: [], op: 'delete' })).id}`)).status, 404)
    const made = await make(rep, 'customer', [{ name: '以后不许', level: 'C' }])
    await company.add('short', 'lead_hand', 'east')
    const job = await done(hand, 'customer', { ids: ids(made), op: 'update', values: { level: 'A' } })
    const grants = { customer: { ...everything, read: 'tree', update: 'tree', delete: 'tree' }, contact: { read: 'tree', create: true, update: 'tree' }, opportunity: { ...everything, read: 'tree', update: 'tree' } }
    await company.grant('lead_hand', { ...grants, customer: { ...grants.customer, fields: { level: 'read' } } })
    const late = await undo(hand, job.id)
    await company.grant('lead_hand', grants)
    assert.deepEqual([outcome(late), (await got(boss, 'customer', made[0].id)).level], [[0, 1], 'A'], 'who may not write the field any more does not put it back')
  },
  'rules and validations hold for each record, and for undoing': async ({ boss, hand }) => {
    const made = await make(hand, 'customer', [{ name: '规则一', level: 'C' }, { name: '规则二', level: 'C' }, { name: '规则三', level: 'C', status: 'formal' }])
    const set = await boss.patch('/meta/objects/customer', { rules: [{ field: 'level', effect: 'lock', when: 'status = "formal"' }], validations: [{ name: 'no_d', when: 'level = "D"', message: '不能是 D', field: 'level' }] })
    assert.equal(set.status, 200, JSON.stringify(set.body))
    const job = await done(hand, 'customer', { ids: ids(made), op: 'update', values: { level: 'A' } })
    assert.deepEqual([outcome(job), job.result.problems[0].name], [[2, 1], '规则三'])
    const refused = await done(hand, 'customer', { ids: [made[0].id], op: 'update', values: { level: 'D' } })
    assert.match(refused.result.problems[0].message, /不能是 D/)
    await hand.patch(`/records/customer/${made[1].id}`, { status: 'formal' })
    const back = await undo(hand, job.id)
    assert.deepEqual([outcome(back), back.result.problems[0].id], [[1, 1], made[1].id], 'what is locked by now is not unlocked by undoing')
    assert.deepEqual(await Promise.all(made.map(async (record) => (await got(hand, 'customer', record.id)).level)), ['C', 'A', 'C'])
    assert.equal((await boss.patch('/meta/objects/customer', { rules: [], validations: [] })).status, 200)
  },
  'bodies that are not what they should be': async ({ boss }) => {
    const customer = await boss.create('customer', { name: '坏体' })
    const cases = [
      ['{', 400], ['[]', 400], ['{}', 422], [{ op: 'delete' }, 422], [{ ids: [customer.id] }, 422], [{ ids: [customer.id], op: 'drop' }, 422], [{ ids: [customer.id], filter: 'level = "A"', op: 'delete' }, 422],
      [{ ids: '1', op: 'delete' }, 422], [{ ids: [1, 'x'], op: 'delete' }, 422], [{ ids: [1.5], op: 'delete' }, 422], [{ ids: [-1], op: 'delete' }, 422], [{ ids: [2 ** 53], op: 'delete' }, 422], [{ ids: {}, op: 'delete' }, 422],
      [{ filter: 'level =', op: 'delete' }, 400], [{ filter: 'nothing = 1', op: 'delete' }, 400], [{ filter: 5, op: 'delete' }, 422], [{ q: ['x'], op: 'delete' }, 422],
      [{ ids: [customer.id], op: 'update' }, 422], [{ ids: [customer.id], op: 'update', values: {} }, 422], [{ ids: [customer.id], op: 'update', values: [] }, 422], [{ ids: [customer.id], op: 'update', values: { level: 'Q' } }, 422],
      [{ ids: [customer.id], op: 'update', values: { id: 5 } }, 422], [{ ids: [customer.id], op: 'update', values: { version: 5 } }, 422], [{ ids: [customer.id], op: 'update', values: { created_at: '2020-01-01T00:00:00Z' } }, 422],
      [{ ids: [customer.id], op: 'tag' }, 422], [{ ids: [customer.id], op: 'tag', add: 'x' }, 422], [{ ids: [customer.id], op: 'tag', add: [1] }, 422], [{ ids: [customer.id], op: 'tag', add: ['x'.repeat(51)] }, 422], [{ ids: [customer.id], op: 'tag', add: ['x'], field: 'name' }, 422],
      [{ ids: [customer.id], op: 'action' }, 422], [{ ids: [customer.id], op: 'action', action: 'assign', body: [] }, 422], [{ ids: [customer.id], op: 5 }, 422],
      [{ ids: Array.from({ length: 100001 }, (_, i) => i + 1), op: 'delete' }, 422],
    ]
    for (const [body, status] of cases) {
      const answer = await bulk(boss, 'customer', body)
      assert.ok([status, 422].includes(answer.status) && answer.status < 500, `${JSON.stringify(body).slice(0, 80)}: ${answer.status} ${JSON.stringify(answer.body).slice(0, 300)}`)
    }
    const missing = await done(boss, 'customer', { ids: [customer.id], op: 'action', action: 'assign', body: {} })
    assert.deepEqual([outcome(missing), (await got(boss, 'customer', customer.id)).version], [[0, 1], 1])
    assert.equal((await bulk(boss, 'nothing', { ids: [1], op: 'delete' })).status, 404)
    for (const path of ['/jobs/0/undo', '/jobs/x/undo', '/jobs/99999999/undo', '/jobs/99999999/cancel']) assert.equal((await boss.post(path, {})).status, 404)
    assert.equal((await boss.get('/jobs?limit=0')).status, 422)
  },
  'a key makes a repeated request the same job': async ({ hand }) => {
    const made = await make(hand, 'customer', [{ name: '一次', level: 'C' }])
    const key = { 'Idempotency-Key': `bulk-${Math.random()}` }
    const body = { ids: ids(made), op: 'update', values: { level: 'A' } }
    const [first, again] = [await bulk(hand, 'customer', body, key), await bulk(hand, 'customer', body, key)]
    assert.deepEqual([first.status, again.status, again.body.id, again.body.result.done], [200, 200, first.body.id, 1])
    assert.equal((await got(hand, 'customer', made[0].id)).version, 2)
    assert.equal((await bulk(hand, 'customer', { ...body, op: 'delete' }, key)).status, 422)
    const undoKey = { 'Idempotency-Key': `undo-${Math.random()}` }
    const [one, two] = [await hand.post(`/jobs/${first.body.id}/undo`, {}, undoKey), await hand.post(`/jobs/${first.body.id}/undo`, {}, undoKey)]
    assert.deepEqual([one.status, two.status, two.body.id], [200, 200, one.body.id])
    const list = (await hand.get('/jobs?limit=2')).body.items
    assert.deepEqual(list.map((job) => [job.id, job.kind]), [[one.body.id, 'undo'], [first.body.id, 'bulk']])
    assert.equal(list[0].request.job, first.body.id)
  },
  'three thousand are a job that gets on, lets others write, and can be undone': async ({ hand, boss, haike }) => {
    await make(hand, 'customer', Array.from({ length: 3000 }, (_, i) => ({ name: `三千${i}`, level: i % 2 ? 'C' : 'B' })))
    const answer = await bulk(hand, 'customer', { filter: 'name contains "三千"', op: 'update', values: { level: 'A' } })
    assert.deepEqual([answer.status, ['queued', 'running'].includes(answer.body.status)], [202, true])
    assert.equal(answer.headers.get('location'), `/api/v1/jobs/${answer.body.id}`)
    assert.equal((await hand.post(`/jobs/${answer.body.id}/undo`, {})).body.code, 'job_not_ended')
    const progress = new Set()
    let slowest = 0
    const other = await boss.create('competitor', { name: '旁边的' })
    let running = true
    const beside = (async () => {
      for (let i = 0; running; i++) {
        const begun = performance.now()
        assert.equal((await boss.patch(`/records/competitor/${other.id}`, { name: `旁边的${i}` })).status, 200)
        slowest = Math.max(slowest, performance.now() - begun)
      }
    })()
    const job = await ended(hand, answer.body.id, (now) => progress.add(now.progress))
    running = false
    await beside
    assert.deepEqual([job.status, outcome(job), job.result.undo], ['done', [3000, 0], true])
    assert.ok(progress.size > 2, `progress: ${[...progress]}`)
    assert.ok(slowest < 1000, `a write beside it took ${slowest} ms`)
    assert.equal((await hand.list('customer', { filter: 'name contains "三千" and level = "A"', count: 'true', limit: '1' })).body.count, 3000)
    const back = await undo(hand, job.id)
    assert.deepEqual(outcome(back), [3000, 0])
    assert.equal((await hand.list('customer', { filter: 'name contains "三千" and level = "C"', count: 'true', limit: '1' })).body.count, 1500)
    assert.equal(haike.command(['check']).status, 0)
  },
  'cancelled in the middle: what was done by then can be undone': async ({ hand }) => {
    const started = await bulk(hand, 'customer', { filter: 'name contains "三千"', op: 'update', values: { level: 'D' } })
    assert.equal(started.status, 202)
    const cancelled = await hand.post(`/jobs/${started.body.id}/cancel`, {})
    assert.deepEqual([cancelled.status, cancelled.body.status, cancelled.body.problem.code], [200, 'failed', 'cancelled'])
    await wait(300)
    const job = (await hand.get(`/jobs/${started.body.id}`)).body
    const changed = (await hand.list('customer', { filter: 'name contains "三千" and level = "D"', count: 'true', limit: '1' })).body.count
    assert.deepEqual([job.status, job.result?.done ?? 0], ['failed', changed])
    assert.ok(changed < 3000)
    assert.equal((await hand.post(`/jobs/${started.body.id}/cancel`, {})).status, 409)
    if (changed) assert.deepEqual(outcome(await undo(hand, job.id)), [changed, 0])
    assert.equal((await hand.list('customer', { filter: 'name contains "三千" and level = "D"', count: 'true', limit: '1' })).body.count, 0)
  },
  'the server dies in the middle: the job says how far it came, and undoing works': async ({ hand, haike, engine }) => {
    const started = await bulk(hand, 'customer', { filter: 'name contains "三千"', op: 'update', values: { level: 'D' } })
    assert.equal(started.status, 202)
    for (let i = 0; i < 200 && !((await hand.get(`/jobs/${started.body.id}`)).body.result?.done > 100); i++) await wait(5)
    await haike.stop('SIGKILL')
    await haike.serve('--test-clock')
    let job = (await hand.get(`/jobs/${started.body.id}`)).body
    if (engine === 'postgres') job = await ended(hand, started.body.id) // other nodes find out by its silence
    const changed = (await hand.list('customer', { filter: 'name contains "三千" and level = "D"', count: 'true', limit: '1' })).body.count
    assert.deepEqual([job.status, job.problem.code, job.result.done, job.result.undo], ['failed', 'interrupted', changed, true])
    assert.ok(changed > 0 && changed < 3000 && job.progress < 1)
    assert.deepEqual(outcome(await undo(hand, job.id)), [changed, 0])
    assert.equal((await hand.list('customer', { filter: 'name contains "三千" and level = "D"', count: 'true', limit: '1' })).body.count, 0)
  },
  'a server that is stopped does not wait for its jobs': async ({ hand, haike }) => {
    let job, tag
    for (let n = 0; n < 5 && job?.status !== 'failed'; n++) { // on a busy machine it may be through before it is stopped
      tag = `停${n}`
      const started = await bulk(hand, 'customer', { filter: 'name contains "三千"', op: 'tag', add: [tag] })
      for (let i = 0; i < 2000 && !((await hand.get(`/jobs/${started.body.id}`)).body.result?.done > 100); i++) await wait(2)
      await haike.stop()
      await haike.serve('--test-clock')
      job = (await hand.get(`/jobs/${started.body.id}`)).body
    }
    const tagged = (await hand.list('customer', { filter: `name contains "三千" and tags contains "${tag}"`, count: 'true', limit: '1' })).body.count
    assert.deepEqual([job.status, job.problem.code, job.result.done], ['failed', 'interrupted', tagged])
    assert.ok(tagged > 0 && tagged < 3000)
    assert.deepEqual(outcome(await undo(hand, job.id)), [tagged, 0])
  },
  'exports: labels, names, dates, numbers; what is text stays text': async ({ hand, boss }) => {
    const customer = await hand.create('customer', { name: '出口"公司",一', level: 'A' })
    const deal = await hand.create('opportunity', { name: '=1+1', customer: customer.id, amount: 1234.5, probability: 0.15, stage: 'proposal', close_date: '2026-03-04', remark: '@SUM(A1)\n第二行', tags: ['甲', '乙'] })
    const more = await make(hand, 'opportunity', [{ name: '+cmd', amount: 5 }, { name: '＝全角' }, { name: '普通' }])
    const columns = ['id', 'name', 'customer', 'customer.level', 'customer.owner.name', 'amount', 'probability', 'stage', 'close_date', 'created_at', 'remark', 'tags', 'owner']
    const { job, file, content } = await exported(hand, { object: 'opportunity', ids: [deal.id, ...ids(more)], columns, format: 'csv' })
    assert.deepEqual([job.result.rows, file.type, file.size, content.headers.get('content-type')], [4, 'text/csv', content.bytes.length, 'application/octet-stream'])
    assert.match(file.name, /^Opportunities \d{4}-\d\d-\d\d hand \d+\.csv$/)
    assert.match(content.headers.get('content-disposition'), /^attachment/)
    const [header, first, second, third, fourth] = lines(content)
    assert.equal(header, 'ID,Name,Customer,Customer / Level,Customer / Owner / Name,Amount,Probability,Stage,Expected close,Created at,Remark,Tags,Owner'.split(',').map((label, i) => header.split(',')[i] === label ? label : header.split(',')[i]).join(','))
    assert.match(header, /Customer \/ Level,Customer \/ Owner \/ Name,Amount/)
    const local = new Date(Date.parse(deal.created_at) + 8 * 3600e3).toISOString().slice(0, 16).replace('T', ' ')
    assert.ok(first.startsWith(`${deal.id},'=1+1,"出口""公司"",一",`), first)
    assert.ok(first.includes(`,hand,1234.50,15%,`) && first.includes(`,2026-03-04,${local}`) && first.includes(`,"'@SUM(A1)\n第二行",甲; 乙,hand`), first)
    assert.ok(second.startsWith(`${more[0].id},'+cmd,`) && second.includes(',5.00,') && third.includes(`,'＝全角,`) && fourth.includes(',普通,'))
    const chinese = await boss.post('/exports', { object: 'opportunity', filter: `id = ${deal.id}`, columns: ['name', 'stage', 'customer.level'], format: 'csv' }, { 'Accept-Language': 'zh-CN' })
    const inChinese = lines(await boss.get(`/files/${(await ended(boss, chinese.body.id)).result.file.id}`))
    assert.match(inChinese[0], /^商机名称,阶段,客户 \/ 客户级别|^.*,阶段,客户 \/ /)
    assert.ok(!inChinese[1].includes('proposal'))
  },
  'exports as a workbook: real numbers and dates, a header that stays': async ({ hand }) => {
    const deal = await hand.create('opportunity', { name: '=表格', amount: 1234.5, probability: 0.15, close_date: '2026-03-04', remark: 'a\u0001b<&>' })
    const { job, content } = await exported(hand, { object: 'opportunity', filter: `id = ${deal.id}`, columns: ['name', 'amount', 'probability', 'close_date', 'created_at', 'owner', 'remark'], format: 'xlsx' })
    assert.deepEqual([job.result.rows, job.result.file.size], [1, content.bytes.length])
    const book = unzip(content.bytes)
    const sheet = book['xl/worksheets/sheet1.xml']
    assert.match(sheet, /<pane ySplit="1"[^>]*state="frozen"/)
    assert.match(sheet, /<cols><col /)
    assert.match(sheet, /<c r="A1" s="\d+" t="inlineStr"><is><t>[^<]+<\/t>/)
    assert.match(sheet, /<c r="A2" t="inlineStr"><is><t>=表格<\/t>/)
    assert.match(sheet, /<c r="B2" s="\d+"><v>1234\.5<\/v>/)
    assert.match(sheet, /<c r="C2" s="\d+"><v>0\.15<\/v>/)
    assert.match(sheet, /<c r="D2" s="\d+"><v>46085<\/v>/)
    const days = Number(/<c r="E2" s="\d+"><v>([\d.]+)<\/v>/.exec(sheet)[1])
    assert.ok(Math.abs((days - 25569) * 86400e3 - 8 * 3600e3 - Date.parse(deal.created_at)) < 1000)
    assert.match(sheet, /a_x0001_b&lt;&amp;&gt;/)
    assert.ok(!sheet.includes('<f>'))
    assert.match(book['xl/styles.xml'], /<b\/>/)
    assert.match(book['xl/styles.xml'], /yyyy-mm-dd/)
  },
  'exports: the right to export, what may be read, masks': async ({ boss, rep, hand, other, looker, haike }) => {
    const customer = await boss.create('customer', { name: '出口看的', phone: '13800138000', remark: '秘密', level: 'B' })
    const theirs = await other.create('customer', { name: '出口南方' })
    const own = await hand.create('customer', { name: '出口东方' })
    const ask = (person, more) => person.post('/exports', { object: 'customer', filter: 'name contains "出口"', columns: ['name'], format: 'csv', ...more })
    const refused = await ask(rep)
    assert.deepEqual([refused.status, refused.body.code], [403, 'may_not_export'])
    const masked = await exported(looker, { object: 'customer', ids: [customer.id], columns: ['name', 'phone', 'level'], format: 'csv' })
    assert.equal(lines(masked.content)[1].split(',')[1].includes('*'), true)
    assert.ok(!masked.content.body.includes('13800138000'))
    const book = await exported(looker, { object: 'customer', ids: [customer.id], columns: ['phone'], format: 'xlsx' })
    assert.ok(!unzip(book.content.bytes)['xl/worksheets/sheet1.xml'].includes('13800138000'))
    const hidden = await ask(looker, { columns: ['name', 'remark', 'owner.phone', 'nothing', 'owner.', '', 'name,level'] })
    assert.deepEqual([hidden.status, hidden.body.errors.map((error) => error.field).filter((field) => field !== 'columns[2]')], [422, ['columns[1]', 'columns[3]', 'columns[4]', 'columns[5]', 'columns[6]']])
    assert.equal((await ask(looker, { filter: 'phone = "13800138000"' })).status >= 400, true)
    assert.equal((await ask(looker, { sort: 'remark' })).status, 422)
    const scoped = await exported(hand, { object: 'customer', filter: 'name contains "出口"', sort: '-name', columns: ['name'], format: 'csv' })
    assert.ok(scoped.content.body.includes('出口东方') && !scoped.content.body.includes('出口南方') && !scoped.content.body.includes('出口看的'))
    const named = await exported(hand, { object: 'customer', ids: [theirs.id, own.id, 99999999], columns: ['id'], format: 'csv' })
    assert.deepEqual([named.job.result.rows, lines(named.content).slice(1)], [1, [String(own.id)]])
    const [second, first] = [await hand.create('customer', { name: '出口乙' }), await hand.create('customer', { name: '出口丙' })]
    const picked = { object: 'customer', ids: [second.id, theirs.id, own.id, first.id], columns: ['id'], format: 'csv' }
    assert.deepEqual(lines((await exported(hand, picked)).content).slice(1), ids([second, own, first]).map(String), 'in the order of the ids')
    assert.deepEqual(lines((await exported(hand, { ...picked, sort: '-id' })).content).slice(1), ids([first, second, own]).map(String), 'or of the list')
    for (const person of [boss, looker]) assert.equal((await person.get(`/files/${scoped.file.id}`)).status, 404, 'only for its maker')
    assert.equal((await hand.post('/records/customer', { name: '挂上', logo: scoped.file.id })).status, 422)
    assert.deepEqual((await boss.get('/jobs?everyone=true&limit=1')).body.items.map((job) => [job.kind, job.user.name, job.request.object, job.result.rows]), [['export', 'hand', 'customer', 3]])
    assert.equal((await hand.get('/jobs?everyone=true')).status, 403)
    assert.equal(haike.command(['check']).status, 0)
  },
  'exports: bodies that are not what they should be': async ({ boss }) => {
    const good = { object: 'customer', filter: '', columns: ['name'], format: 'csv' }
    const cases = [['{', 400], ['[]', 400], [{}, 422], [{ ...good, object: 'nothing' }, 422], [{ ...good, object: 5 }, 422], [{ ...good, columns: [] }, 422], [{ ...good, columns: 'name' }, 422], [{ ...good, columns: [5] }, 422], [{ ...good, columns: undefined }, 422],
      [{ ...good, columns: Array(301).fill('name') }, 422], [{ ...good, format: 'pdf' }, 422], [{ ...good, filter: 'level =' }, 400], [{ ...good, ids: [1], filter: 'level = "A"' }, 422], [{ ...good, filter: undefined, ids: ['x'] }, 422], [{ ...good, q: 'x', sort: 'name' }, 400], [{ ...good, sort: 'nothing' }, 422]]
    for (const [body, status] of cases) {
      const answer = await boss.post('/exports', body)
      assert.equal(answer.status, status, `${JSON.stringify(body).slice(0, 80)}: ${JSON.stringify(answer.body)}`)
    }
  },
  'exports in the order of the list; thousands, in parts': async ({ hand }) => {
    const all = await exported(hand, { object: 'customer', filter: 'name contains "三千"', sort: '-name', columns: ['id', 'name', 'level', 'owner', 'department', 'created_at', 'updated_at', 'remark'], format: 'csv' })
    assert.equal(all.job.result.rows, 3000)
    const rows = lines(all.content).slice(1)
    const listed = (await hand.list('customer', { filter: 'name contains "三千"', sort: '-name', limit: '200', fields: 'id' })).body.items
    assert.deepEqual(rows.slice(0, 200).map((row) => Number(row.split(',')[0])), ids(listed))
    assert.equal(new Set(rows.map((row) => row.split(',')[0])).size, 3000)
    const searched = await exported(hand, { object: 'customer', q: '三千77', columns: ['name'], format: 'csv' })
    assert.ok(searched.job.result.rows > 1 && searched.job.result.rows < 60 && lines(searched.content).slice(1).every((row) => row.includes('三千')))
    const long = await make(hand, 'customer', Array.from({ length: 300 }, (_, i) => ({ name: `长${i}`, remark: `${i}`.padEnd(4900, '长') })))
    const big = await exported(hand, { object: 'customer', ids: ids(long), columns: ['name', 'remark'], format: 'csv' })
    assert.ok(big.file.size > 4e6 && big.content.bytes.length === big.file.size)
    assert.equal(lines(big.content)[300], `长299,${'299'.padEnd(4900, '长')}`)
  },
  'after thirty days it is too late': async ({ hand, haike, boss }) => {
    const made = await make(hand, 'customer', [{ name: '太晚', level: 'C' }])
    const job = await done(hand, 'customer', { ids: ids(made), op: 'update', values: { level: 'A' } })
    await boss.post('/test/clock', { now: new Date(Date.now() + 30.1 * 86400e3).toISOString() })
    const person = await haike.as('hand', PASSWORD)
    assert.equal((await person.get(`/jobs/${job.id}`)).body.result.undo, false)
    const late = await person.post(`/jobs/${job.id}/undo`, {})
    assert.deepEqual([late.status, late.body.code], [409, 'undo_too_late'])
  },
}
