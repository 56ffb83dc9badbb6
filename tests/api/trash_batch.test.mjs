// The recycle bin (restrict, clear, cascade, restore) and batches (all or nothing, or each for itself).
import assert from 'node:assert/strict'
import { Company } from '../support/company.mjs'

export async function setup({ engine }) {
  const company = await Company.start(engine)
  await company.role('own_customers', { customer: { read: 'own', create: true, update: 'own', delete: 'own' }, contact: { read: 'own', create: true, update: 'own' }, activity: { read: 'own', create: true } })
  await company.add('rep', 'own_customers', 'east')
  return { haike: company.haike, company, boss: company.boss, rep: company.people.rep }
}

const exists = async (person, object, id) => (await person.get(`/records/${object}/${id}`)).status === 200
const count = async (person, object, filter) => (await person.list(object, { filter, count: 'true', limit: '1' })).body.count

export const scenarios = {
  'what has restricted children is not deleted, and says which': async ({ boss }) => {
    const customer = await boss.create('customer', { name: '有单客户' })
    const deal = await boss.create('opportunity', { name: '在谈', customer: customer.id })
    const answer = await boss.delete(`/records/customer/${customer.id}`)
    assert.deepEqual([answer.status, answer.body.code], [409, 'has_children'])
    assert.match(answer.body.title, /[Oo]pportunities/)
    assert.ok(await exists(boss, 'customer', customer.id))
    await boss.delete(`/records/opportunity/${deal.id}`)
    assert.equal((await boss.delete(`/records/customer/${customer.id}`)).status, 204)
    const early = await boss.post(`/trash/opportunity/${deal.id}/restore`)
    assert.deepEqual([early.status, early.body.code], [409, 'parent_deleted'])
    assert.equal((await boss.post(`/trash/customer/${customer.id}/restore`)).status, 200)
    assert.equal((await boss.post(`/trash/opportunity/${deal.id}/restore`)).status, 200)
  },
  'contacts go with their customer and come back with it; those deleted before stay': async ({ boss }) => {
    const customer = await boss.create('customer', { name: '连根' })
    const [stays, early] = [await boss.create('contact', { name: '同去同回', customer: customer.id }), await boss.create('contact', { name: '早走了', customer: customer.id })]
    await boss.delete(`/records/contact/${early.id}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
    assert.equal((await boss.delete(`/records/customer/${customer.id}`)).status, 204)
    assert.equal(await exists(boss, 'contact', stays.id), false)
    assert.equal((await boss.list('contact', { q: '同去同回' })).body.items.length, 0)
    const bin = (await boss.get('/trash/customer')).body.items
    assert.deepEqual([bin[0].id, typeof bin[0].deleted_at], [customer.id, 'string'])
    const back = await boss.post(`/trash/customer/${customer.id}/restore`)
    assert.deepEqual([back.status, back.body.name, back.body.version], [200, '连根', 3])
    assert.deepEqual([await exists(boss, 'contact', stays.id), await exists(boss, 'contact', early.id)], [true, false])
    assert.equal((await boss.list('contact', { q: '同去同回' })).body.items.length, 1)
    const actions = (await boss.get(`/records/customer/${customer.id}/history`)).body.items.map((item) => item.action)
    assert.deepEqual(actions, ['restore', 'delete', 'create'])
  },
  'children of others come back with their parent too': async ({ boss, rep, company }) => {
    const customer = await rep.create('customer', { name: '自己的客户' })
    const contact = await boss.create('contact', { name: '老板录的', customer: customer.id })
    assert.equal((await rep.delete(`/records/customer/${customer.id}`)).status, 204)
    assert.equal((await rep.post(`/trash/customer/${customer.id}/restore`)).status, 200)
    assert.ok(await exists(boss, 'contact', contact.id))
    assert.equal(company.people.rep, rep)
  },
  'references that are cleared': async ({ boss }) => {
    const competitor = await boss.create('competitor', { name: '对手' })
    const deal = await boss.create('opportunity', { name: '有对手', competitor: competitor.id, amount: 3 })
    assert.equal((await boss.delete(`/records/competitor/${competitor.id}`)).status, 204)
    const after = (await boss.get(`/records/opportunity/${deal.id}`)).body
    assert.deepEqual([after.competitor, after.version], [null, 2])
    const history = (await boss.get(`/records/opportunity/${deal.id}/history`)).body.items
    assert.equal(history[0].changes[0].field, 'competitor')
    assert.equal((await boss.post(`/trash/competitor/${competitor.id}/restore`)).status, 200)
    assert.equal((await boss.get(`/records/opportunity/${deal.id}`)).body.competitor, null)
  },
  'what was deleted is nowhere, and a unique value is free again until it comes back': async ({ boss }) => {
    const first = await boss.create('opportunity', { name: '占号', reference_no: 'T-1' })
    await boss.delete(`/records/opportunity/${first.id}`)
    const path = `/records/opportunity/${first.id}`
    for (const way of ['', '/history', '/timeline']) assert.equal((await boss.get(path + way)).status, 404)
    assert.equal((await boss.patch(path, { name: 'x' })).status, 404)
    assert.equal((await boss.delete(path)).status, 404)
    assert.equal((await boss.post(`${path}/actions/win`, {})).status, 404)
    assert.equal(await count(boss, 'opportunity', 'reference_no = "T-1"'), 0)
    const second = await boss.create('opportunity', { name: '接号', reference_no: 'T-1' })
    const back = await boss.post(`/trash/opportunity/${first.id}/restore`)
    assert.deepEqual([back.status, back.body.errors[0].field, back.body.errors[0].code], [422, 'reference_no', 'not_unique'])
    await boss.delete(`/records/opportunity/${second.id}`)
    assert.equal((await boss.post(`/trash/opportunity/${first.id}/restore`)).status, 200)
    assert.equal((await boss.post('/records/opportunity', { name: '指向已删', customer: (await boss.create('customer', { name: '将删' })).id })).status, 201)
  },
  'departments and users are guarded': async ({ boss, company }) => {
    assert.equal((await boss.delete(`/records/department/${company.departments.east}`)).status, 409)
    assert.equal((await boss.delete(`/records/department/${company.departments.hq}`)).status, 409)
    const loop = await boss.patch(`/records/department/${company.departments.east}`, { parent: company.departments.shanghai })
    assert.deepEqual([loop.status, loop.body.errors[0].code], [422, 'department_cycle'])
    assert.equal((await boss.delete(`/records/department/${company.departments.shanghai}`)).status, 204)
    assert.equal((await boss.post(`/trash/department/${company.departments.shanghai}/restore`)).status, 200)
  },
  'a batch is all or nothing and names the item': async ({ boss }) => {
    const kept = await boss.create('customer', { name: '批前', level: 'A' })
    const answer = await boss.post('/records/customer/batch', { items: [
      { op: 'create', values: { name: '批内一' } }, { op: 'update', id: kept.id, values: { level: 'B' } }, { op: 'create', values: { name: '', level: 'Q' } }, { op: 'update', id: 99999999, values: {} }] })
    assert.equal(answer.status, 422)
    assert.deepEqual(answer.body.errors.map((error) => error.field).sort(), ['items[2].values.level', 'items[2].values.name'])
    assert.equal(await count(boss, 'customer', 'name = "批内一"'), 0)
    assert.equal((await boss.get(`/records/customer/${kept.id}`)).body.level, 'A')
    const good = await boss.post('/records/customer/batch', { items: [
      { op: 'create', values: { name: '批内一' } }, { op: 'update', id: kept.id, version: 1, values: { level: 'B' } }, { op: 'delete', id: kept.id }] })
    assert.deepEqual(good.body.items.map((item) => item.status), [201, 200, 204])
    assert.deepEqual([good.body.items[0].record.name, good.body.items[1].record.version], ['批内一', 2])
    assert.equal(await exists(boss, 'customer', kept.id), false)
  },
  'each for itself: what fails says why, the rest is done': async ({ boss }) => {
    const kept = await boss.create('customer', { name: '各自', level: 'A' })
    const answer = await boss.post('/records/customer/batch?atomic=false', { items: [
      { op: 'create', values: { name: '好的' } }, { op: 'create', values: { level: 'Q' } }, { op: 'update', id: kept.id, version: 7, values: { level: 'B' } }, { op: 'update', id: 99999999, values: {} },
      { op: 'delete', id: 99999999 }, { op: 'update', id: kept.id, values: { parent: 99999999 } }, { op: 'update', id: kept.id, version: 1, values: { level: 'C' } }] })
    assert.equal(answer.status, 200)
    assert.deepEqual(answer.body.items.map((item) => item.status), [201, 422, 412, 404, 404, 422, 200])
    assert.deepEqual(answer.body.items[1].problem.errors.map((error) => error.field).sort(), ['level', 'name'])
    assert.equal(answer.body.items[1].record, undefined)
    assert.equal((await boss.get(`/records/customer/${kept.id}`)).body.level, 'C')
    assert.equal(await count(boss, 'customer', 'name = "好的"'), 1)
  },
  'limits and malformed batches': async ({ boss }) => {
    const many = (n) => ({ items: Array.from({ length: n }, (_, i) => ({ op: 'create', values: { name: `满${i}` } })) })
    assert.equal((await boss.post('/records/competitor/batch', many(1001))).status, 422)
    const full = await boss.post('/records/competitor/batch', many(1000))
    assert.deepEqual([full.status, full.body.items.length], [200, 1000])
    assert.equal((await boss.post('/records/competitor/batch', { items: [] })).body.items.length, 0)
    for (const [body, status] of [['{"items":{}}', 400], ['5', 400], ['{', 400], ['{"items":[{"op":"upsert"}]}', 422], ['{"items":[{"op":"update","values":{}}]}', 422], ['{"items":[5]}', 422], ['{"items":[{"op":"create"}]}', 400]]) {
      const answer = await boss.post('/records/competitor/batch', body)
      assert.ok([status, 422, 400].includes(answer.status), `${body}: ${answer.status}`)
      assert.ok(answer.status < 500)
    }
    const key = { 'Idempotency-Key': `batch-${Math.random()}` }
    const first = await boss.post('/records/competitor/batch', many(3), key)
    const again = await boss.post('/records/competitor/batch', many(3), key)
    assert.deepEqual(again.body, first.body)
  },
}
