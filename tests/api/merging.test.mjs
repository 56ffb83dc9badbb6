// Merging: every field as chosen, everything that refers moved, nobody without the right, all of it undone.
import assert from 'node:assert/strict'
import { Company } from '../support/company.mjs'

const ALL = { read: 'all', create: true, update: 'all', delete: 'all' }

export async function setup({ engine }) {
  const company = await Company.start(engine, '--test-clock')
  await company.role('rep', { customer: { read: 'own', create: true, update: 'own', delete: 'own' }, contact: { read: 'own', create: true }, comment: { read: 'own', create: true, update: 'own' } })
  await company.role('keeps', { customer: { read: 'all', create: true, update: 'all', delete: 'none' }, contact: ALL })
  await company.role('takes', { customer: { read: 'all', create: true, update: 'own', delete: 'all' }, contact: ALL })
  await company.role('half', { customer: { ...ALL, fields: { '*': 'write', level: 'hide', remark: 'read' } } })
  for (const login of ['rep', 'keeps', 'half', 'takes']) await company.add(login, login, 'east')
  await company.add('other', 'rep', 'south')
  return { haike: company.haike, company, boss: company.boss, ...company.people }
}

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
const merge = (person, object, id, body) => person.post(`/records/${object}/${id}/merge`, body)
const get = async (person, object, id) => (await person.get(`/records/${object}/${id}`)).body

async function ended(person, id) {
  for (let i = 0; i < 1500; i++, await wait(20)) {
    const job = (await person.get(`/jobs/${id}`)).body
    if (job.status === 'done' || job.status === 'failed') return job
  }
  throw new Error('the job does not end')
}

async function undo(person, job) {
  const started = await person.post(`/jobs/${job}/undo`)
  assert.ok(started.status === 200 || started.status === 202, JSON.stringify(started.body))
  return ended(person, started.body.id)
}

const sound = (haike) => {
  const check = haike.command(['check'])
  assert.equal(check.status, 0, check.stdout + check.stderr)
}

export const scenarios = {
  'fields as chosen, empty ones from the others; what refers is moved; the others are in the bin and say into what': async ({ boss, rep, haike }) => {
    const stays = await boss.create('customer', { name: '留下的公司', level: 'A', phone: '13800000001' })
    const goes = await boss.create('customer', { name: '并入的公司有限公司', level: 'B', phone: '13800000002', email: 'a@goes.cn', website: 'https://goes.cn', tags: ['x'] })
    const third = await boss.create('customer', { name: '第三家', industry: 'C', email: 'b@third.cn' })
    const child = await boss.create('customer', { name: '下级公司', parent: goes.id })
    await boss.patch(`/records/customer/${stays.id}`, { parent: third.id })
    const contact = await boss.create('contact', { name: '联系人甲', customer: goes.id })
    const deal = await boss.create('opportunity', { name: '一单', customer: goes.id, amount: 100 })
    const talk = await boss.create('activity', { content: '打过电话', target: { object: 'customer', id: goes.id } })
    const said = await boss.create('comment', { content: '记一笔', target: { object: 'customer', id: third.id } })
    const todo = await boss.create('task', { title: '回访', target: { object: 'customer', id: goes.id } })
    await boss.create('team_member', { record: { object: 'customer', id: goes.id }, user: rep.id, access: 'write', role: '技术' })
    await boss.create('team_member', { record: { object: 'customer', id: third.id }, user: rep.id, access: 'read' })
    const counted = (await boss.get(`/records/customer/${goes.id}/references`)).body.items
    assert.deepEqual(Object.fromEntries(counted.map((item) => [item.object, item.count])), { customer: 1, contact: 1, affiliation: 1, opportunity: 1, activity: 1, task: 1 })

    const version = (await get(boss, 'customer', stays.id)).version
    const answer = await merge(boss, 'customer', stays.id, { with: [goes.id, third.id], values: { name: { from: goes.id }, level: 'C' }, version })
    assert.equal(answer.status, 200, JSON.stringify(answer.body))
    const { job, record } = answer.body
    assert.deepEqual([record.id, record.name, record.level, record.phone, record.email, record.website, record.industry, record.tags, record.parent, record.open_amount],
      [stays.id, '并入的公司有限公司', 'C', '13800000001', 'a@goes.cn', 'https://goes.cn', 'C', ['x'], null, 100])
    assert.equal((await get(boss, 'contact', contact.id)).customer.id, stays.id)
    assert.equal((await get(boss, 'opportunity', deal.id)).customer.id, stays.id)
    assert.equal((await get(boss, 'customer', child.id)).parent.id, stays.id)
    for (const [object, made] of [['activity', talk], ['comment', said], ['task', todo]]) assert.equal((await get(boss, object, made.id)).target.id, stays.id, object)
    const team = (await boss.get(`/records/customer/${stays.id}/team`)).body.items
    assert.deepEqual(team.map((item) => [item.user.id, item.access]), [[rep.id, 'write']])
    assert.equal((await rep.get(`/records/customer/${stays.id}`)).status, 200, 'who was in the team sees it')
    const gone = await boss.get(`/records/customer/${goes.id}`)
    assert.deepEqual([gone.status, gone.body.code, gone.body.merged_into], [404, 'not_found', stays.id])
    assert.deepEqual((await boss.get('/trash/customer')).body.items.map((item) => item.id).sort(), [goes.id, third.id].sort())
    const [change] = (await boss.get(`/records/contact/${contact.id}/history`)).body.items
    assert.deepEqual([change.action, change.changes[0].field], ['merge', 'customer'])
    assert.equal((await boss.get(`/records/customer/${stays.id}/history`)).body.items[0].action, 'merge')
    const told = (await boss.get('/audit?kind=record.merge')).body.items[0]
    assert.deepEqual([told.kind, told.record.id, told.detail.with], ['record.merge', stays.id, [goes.id, third.id]])
    sound(haike)

    const operation = (await boss.get('/operations')).body.items.find((item) => item.id === job)
    assert.deepEqual([operation.kind, operation.op, operation.object, operation.count, operation.record.id], ['merge', 'merge', 'customer', 3, stays.id])
    const undone = await undo(boss, job)
    assert.deepEqual([undone.status, undone.result.failed], ['done', 0], JSON.stringify(undone.result))
    const back = await get(boss, 'customer', stays.id)
    assert.deepEqual([back.name, back.level, back.email, back.industry, back.tags, back.parent.id, back.open_amount], ['留下的公司', 'A', null, null, null, third.id, 0])
    assert.deepEqual([(await get(boss, 'customer', goes.id)).name, (await get(boss, 'customer', goes.id)).open_amount], ['并入的公司有限公司', 100])
    assert.equal((await get(boss, 'contact', contact.id)).customer.id, goes.id)
    assert.equal((await get(boss, 'comment', said.id)).target.id, third.id)
    assert.equal((await get(boss, 'customer', child.id)).parent.id, goes.id)
    assert.deepEqual([(await boss.get(`/records/customer/${stays.id}/team`)).body.items.length, (await boss.get(`/records/customer/${goes.id}/team`)).body.items.length], [0, 1])
    assert.equal((await boss.post(`/jobs/${job}/undo`)).status, 409)
    sound(haike)
  },
  'it takes the right to change the one and to delete the others': async ({ boss, rep, keeps, other, company }) => {
    const [mine, too] = [await rep.create('customer', { name: '我的一' }), await rep.create('customer', { name: '我的二' })]
    const foreign = await other.create('customer', { name: '别人的' })
    const body = { with: [too.id] }
    assert.deepEqual([(await merge(other, 'customer', mine.id, body)).status, (await merge(keeps, 'customer', mine.id, body)).status], [404, 403])
    assert.deepEqual([(await merge(rep, 'customer', mine.id, { with: [foreign.id] })).status, (await merge(other, 'customer', foreign.id, { with: [too.id] })).status], [404, 404])
    assert.equal((await merge(company.people.takes, 'customer', mine.id, body)).status, 403, 'who may not change the one')
    const seen = await get(boss, 'customer', mine.id)
    assert.equal(seen.version, 1, 'nothing happened')
    // what others have said of it goes along, and comes back when he undoes it
    const said = await boss.create('comment', { content: '老板说的', target: { object: 'customer', id: too.id } })
    const contact = await boss.create('contact', { name: '老板录的', customer: too.id })
    const done = await merge(rep, 'customer', mine.id, body)
    assert.equal(done.status, 200, JSON.stringify(done.body))
    assert.equal((await get(boss, 'comment', said.id)).target.id, mine.id)
    assert.equal((await other.get(`/records/customer/${too.id}`)).body.merged_into, undefined, 'nobody learns of what he could not see')
    const member = await boss.create('team_member', { record: { object: 'customer', id: mine.id }, user: other.id, access: 'read' })
    assert.equal((await other.get(`/records/customer/${mine.id}`)).status, 200)
    assert.equal((await other.get(`/records/customer/${too.id}`)).body.merged_into, undefined, 'though he sees what became of it')
    await boss.delete(`/records/team_member/${member.id}`)
    assert.equal((await rep.get(`/records/customer/${too.id}`)).body.merged_into, mine.id)
    assert.equal((await other.post(`/jobs/${done.body.job}/undo`)).status, 404)
    const undone = await undo(rep, done.body.job)
    assert.deepEqual([undone.status, undone.result.failed], ['done', 0], JSON.stringify(undone.result))
    assert.deepEqual([(await get(boss, 'comment', said.id)).target.id, (await get(boss, 'contact', contact.id)).customer.id], [too.id, too.id])
    assert.ok(company)
  },
  'fields that somebody may not write are not chosen by him, and are not lost either': async ({ boss, half }) => {
    const stays = await boss.create('customer', { name: '半边一' }), goes = await boss.create('customer', { name: '半边二', level: 'B', remark: '备注' })
    for (const [values, code] of [[{ level: { from: goes.id } }, 'unknown_field'], [{ remark: 'x' }, 'read_only'], [{ won_amount: 1 }, 'read_only'], [{ nothing: 1 }, 'unknown_field'], [{ phone: 'abc' }, 'bad_phone'], [{ id: 5 }, 'read_only']]) {
      const refused = await merge(half, 'customer', stays.id, { with: [goes.id], values })
      assert.deepEqual([refused.status, refused.body.errors?.[0].code], [422, code], JSON.stringify([values, refused.body]))
    }
    assert.equal((await merge(half, 'customer', stays.id, { with: [goes.id] })).status, 200)
    const now = await get(boss, 'customer', stays.id)
    assert.deepEqual([now.level, now.remark], ['B', '备注'])
  },
  'what is asked wrongly is refused whole': async ({ boss }) => {
    const [a, b] = [await boss.create('customer', { name: '甲一' }), await boss.create('customer', { name: '甲二' })]
    for (const [body, status, code] of [
      [{}, 422, 'required'], [{ with: [] }, 422, 'required'], [{ with: [a.id] }, 422, 'merge_with_itself'], [{ with: ['x'] }, 422, 'wrong_type'], [{ with: [b.id, 999999] }, 404, 'not_found'],
      [{ with: [b.id], version: 77 }, 412, 'stale'], [{ with: [b.id], values: [] }, 422, 'wrong_type'], [{ with: Array.from({ length: 21 }, (_, i) => i + 1) }, 422, 'too_many'], [{ with: [b.id], values: { name: null } }, 422, 'required'],
    ]) {
      const answer = await merge(boss, 'customer', a.id, body)
      assert.deepEqual([answer.status, answer.body.errors?.[0]?.code ?? answer.body.code], [status, code], JSON.stringify(body))
    }
    assert.equal((await get(boss, 'customer', b.id)).version, 1)
    const user = (await boss.list('user')).body.items
    assert.deepEqual([(await merge(boss, 'user', user[0].id, { with: [user[1].id] })).body.code], ['not_mergeable'])
  },
  'where much refers it is a job, and undone as one': async ({ boss, haike }) => {
    const stays = await boss.create('customer', { name: '大客户' }), goes = await boss.create('customer', { name: '大客户二', phone: '13911110000' })
    const made = await boss.post('/records/contact/batch', { items: Array.from({ length: 450 }, (_, i) => ({ op: 'create', values: { name: `联系人${i}`, customer: goes.id } })) })
    assert.equal(made.status, 200, JSON.stringify(made.body).slice(0, 300))
    const started = await merge(boss, 'customer', stays.id, { with: [goes.id] })
    assert.equal(started.status, 202, JSON.stringify(started.body))
    const job = await ended(boss, started.body.id)
    assert.deepEqual([job.status, job.result.id, job.result.moved], ['done', stays.id, 900], JSON.stringify(job))
    const count = async (id) => (await boss.list('contact', { filter: `customer = ${id}`, count: 'true', limit: '1' })).body.count
    assert.deepEqual([await count(stays.id), await count(goes.id), (await get(boss, 'customer', stays.id)).phone], [450, 0, '13911110000'])
    const undone = await undo(boss, started.body.id)
    assert.deepEqual([undone.status, undone.result.failed, await count(stays.id), await count(goes.id)], ['done', 0, 0, 450])
    assert.equal((await get(boss, 'customer', stays.id)).phone, null)
    sound(haike)
  },
  'leads and contacts too, and objects of one\'s own with lists': async ({ boss, haike }) => {
    const customer = await boss.create('customer', { name: '联系人之家' })
    const [one, two] = [await boss.create('contact', { name: '王五', customer: customer.id }), await boss.create('contact', { name: '王五二', customer: customer.id, phone: '13722220000' })]
    assert.equal((await boss.post('/meta/objects', { name: 'visit', label: '拜访', fields: [{ name: 'people', type: 'multi_reference', target: 'contact', label: '人' }] })).status, 201)
    const visit = await boss.create('visit', { name: '拜访一', people: [two.id, one.id] }), alone = await boss.create('visit', { name: '拜访二', people: [two.id] })
    const done = await merge(boss, 'contact', one.id, { with: [two.id] })
    assert.equal(done.status, 200, JSON.stringify(done.body))
    const people = async (id) => (await get(boss, 'visit', id)).people.map((item) => item.id)
    assert.deepEqual([await people(visit.id), await people(alone.id), done.body.record.phone], [[one.id], [one.id], '13722220000'])
    await undo(boss, done.body.job)
    assert.deepEqual([await people(visit.id), await people(alone.id)], [[two.id, one.id], [two.id]])
    sound(haike)
  },
}
