// Fields that a role may not see, sees in part, or only reads: through every way in and out.
import assert from 'node:assert/strict'
import { Company } from '../support/company.mjs'

const FIELDS = { phone: 'mask', remark: 'hide', annual_revenue: 'hide', level: 'read', email: 'mask', open_amount: 'hide' }

export async function setup({ engine }) {
  const company = await Company.start(engine)
  await company.role('clerk', {
    customer: { read: 'all', create: true, update: 'all', delete: 'all', fields: FIELDS },
    contact: { read: 'all', create: true, update: 'all' },
    opportunity: { read: 'all', fields: { amount: 'hide' } },
    activity: { read: 'all', create: true },
  })
  const clerk = await company.add('clerk', 'clerk', 'east')
  const { boss } = company
  const customer = await boss.create('customer', { name: '珊瑚公司', phone: '13912345678', email: 'zhang.san@coral.example', remark: '绝密暗礁', annual_revenue: 7777, level: 'B' })
  await boss.patch(`/records/customer/${customer.id}`, { phone: '13912349999', remark: '更密的暗礁', annual_revenue: 8888, level: 'A' })
  await boss.patch(`/records/customer/${customer.id}`, { remark: '只改了密' })
  await boss.create('opportunity', { name: '珊瑚单', customer: customer.id, amount: 4242, probability: 0.5 })
  await boss.create('contact', { name: '珊瑚人', customer: customer.id })
  return { haike: company.haike, company, boss, clerk, customer }
}

const SECRETS = ['13912345678', '13912349999', '绝密暗礁', '更密的暗礁', '只改了密', '7777', '8888', '4242', 'zhang.san']
const hasNone = (answer, what) => {
  const text = JSON.stringify(answer.body)
  for (const secret of SECRETS) assert.ok(!text.includes(secret), `${what} tells ${secret}: ${text.slice(0, 400)}`)
  for (const field of ['remark', 'annual_revenue']) assert.ok(!text.includes(`"${field}"`), `${what} names ${field}: ${text.slice(0, 400)}`)
}
const codes = (answer) => [answer.status, ...(answer.body.errors ?? []).map((error) => `${error.field}:${error.code}`)]

export const scenarios = {
  'names are masked and not searched by, hidden texts are no part of what a search shows, what hangs under a record takes a right of its own': async ({ company, boss, customer }) => {
    await company.role('nameless', { customer: { read: 'all', fields: { name: 'mask', phone: 'hide', email: 'hide' } }, contact: { read: 'all', fields: { name: 'mask' } }, affiliation: { read: 'all', fields: { name: 'mask' } } })
    await company.role('deaf', { customer: { read: 'all', fields: { phone: 'hide', email: 'hide' } }, opportunity: { read: 'all', create: true, update: 'all' } })
    const nameless = await company.add('nameless', 'nameless', 'east'), deaf = await company.add('deaf', 'deaf', 'east')
    const contact = await boss.create('contact', { name: '欧阳海', customer: customer.id })
    assert.equal((await nameless.get(`/records/contact/${contact.id}`)).body.name, '欧**')
    assert.equal((await nameless.get(`/records/customer/${customer.id}`)).body.name, '珊***')
    const named = async (person) => (await person.list('affiliation', { q: '欧阳' })).body.items.length // an object that is not in the search index
    assert.deepEqual([await named(boss), await named(nameless)], [1, 0])
    const hits = (await deaf.get(`/search?q=${encodeURIComponent('珊瑚')}`)).body
    assert.ok(hits.items.some((item) => item.object === 'customer' && item.id === customer.id))
    for (const secret of ['13912349999', '9999', 'zhang.san', 'coral.example']) assert.ok(!JSON.stringify(hits).includes(secret), `a search shows ${secret}`)
    const both = await boss.create('customer', { name: '礁二号公司', phone: '13912349999', credit_code: '9999ABC' })
    const found = (await deaf.get('/search?q=9999')).body
    assert.ok(found.items.some((item) => item.id === both.id) && !JSON.stringify(found).includes('13912349999'), JSON.stringify(found))
    assert.equal((await boss.delete(`/records/customer/${both.id}`)).status, 204)
    assert.equal((await deaf.get(`/records/contact/${contact.id}`)).status, 404)
    const deal = await boss.create('opportunity', { name: '珊瑚礁', customer: customer.id, contact: contact.id })
    assert.deepEqual((await deaf.get(`/records/opportunity/${deal.id}`)).body.contact, { id: contact.id, name: null })
    assert.deepEqual(codes(await deaf.post('/records/opportunity', { name: '偷看', customer: customer.id, contact: contact.id })), [422, 'contact:reference_missing'])
    assert.equal((await boss.delete(`/records/opportunity/${deal.id}`)).status, 204)
    assert.equal((await boss.delete(`/records/contact/${contact.id}`)).status, 204)
  },
  'nothing that is read tells them': async ({ clerk, customer }) => {
    const path = `/records/customer/${customer.id}`
    const single = await clerk.get(path)
    hasNone(single, 'get')
    assert.deepEqual([single.body.phone, single.body.level, 'remark' in single.body], ['139****9999', 'A', false])
    assert.match(single.body.email, /^z\*+@coral\.example$/)
    for (const [what, answer] of [
      ['list', await clerk.list('customer')], ['search', await clerk.get(`/search?q=${encodeURIComponent('珊瑚')}`)], ['history', await clerk.get(`${path}/history`)],
      ['timeline', await clerk.get(`${path}/timeline`)], ['stale', await clerk.patch(path, { name: 'y' }, { 'If-Match': '"1"' })], ['opportunities', await clerk.list('opportunity')],
      ['aggregate', await clerk.aggregate('customer', { group: 'level', measure: 'count()' })], ['meta', await clerk.get('/meta/objects/customer')],
      ['explain', await clerk.get(`${path}/explain`)], ['update', await clerk.patch(path, { short_name: '珊瑚' })],
      ['batch', await clerk.post('/records/customer/batch', { items: [{ op: 'update', id: customer.id, values: { short_name: '珊' } }] })],
      ['contacts', await clerk.list('contact', { fields: 'customer.phone,customer.level,customer.name' })],
    ]) {
      assert.ok(answer.status < 300 || what === 'stale', `${what}: ${JSON.stringify(answer.body)}`)
      hasNone(answer, what)
    }
    const history = (await clerk.get(`${path}/history`)).body.items
    assert.ok(history.some((item) => item.changes.some((change) => change.field === 'level' && change.to === 'A')))
    assert.ok(history.some((item) => item.changes.some((change) => change.field === 'phone' && change.to === '139****9999')))
    assert.ok(history.every((item) => item.version !== 3), 'a change of hidden fields alone is not shown')
    const api = (await clerk.get('/openapi.json')).body
    assert.ok(!('remark' in api.components.schemas.customer.properties) && 'phone' in api.components.schemas.customer.properties && !('phone' in api.components.schemas.customer_input.properties))
  },
  'nothing can be asked of them': async ({ clerk }) => {
    for (const field of ['remark', 'annual_revenue']) {
      assert.equal((await clerk.list('customer', { filter: `is_null(${field})` })).status, 400)
      assert.deepEqual(codes(await clerk.list('customer', { sort: field })), [422, 'sort:unknown_field'])
      assert.deepEqual(codes(await clerk.list('customer', { fields: field })), [422, 'fields:unknown_field'])
      assert.ok([400, 422].includes((await clerk.aggregate('customer', { group: field, measure: 'count()' })).status))
      assert.ok([400, 422].includes((await clerk.aggregate('customer', { measure: `sum(${field})` })).status))
      assert.equal((await clerk.list('contact', { filter: `is_null(customer.${field})` })).status, 400)
      assert.deepEqual(codes(await clerk.list('contact', { fields: `customer.${field}` }))[0], 422)
    }
    for (const filter of ['phone = "13912349999"', 'phone contains "9999"', 'is_null(phone)', 'length(phone) > 3']) assert.equal((await clerk.list('customer', { filter })).status, 400, filter)
    assert.equal((await clerk.list('customer', { sort: 'phone' })).status, 422)
    assert.ok([400, 422].includes((await clerk.aggregate('customer', { group: 'phone', measure: 'count()' })).status))
    assert.ok([400, 422].includes((await clerk.aggregate('customer', { measure: 'max(email)' })).status))
    for (const filter of ['sum(opportunities.amount) > 0', 'max(opportunities.amount) > 0', 'sum(opportunities.weighted_amount) > 0']) assert.equal((await clerk.list('customer', { filter })).status, 400, filter)
    const same = (filter) => clerk.list('customer', { filter }).then((answer) => [answer.status, answer.body.code, answer.body.position])
    assert.deepEqual(await same('remark = "x"'), await same('rimark = "x"'))
  },
  'a short number keeps all but one': async ({ clerk, boss }) => {
    const made = await boss.create('customer', { name: '短号公司', phone: '8823456' })
    assert.equal((await clerk.get(`/records/customer/${made.id}`)).body.phone, '8***')
    await boss.delete(`/records/customer/${made.id}`)
  },
  'a formula over a hidden field is hidden with it, a roll-up by its own right': async ({ clerk, boss, customer }) => {
    const made = await boss.post('/meta/objects/customer/fields', { name: 'dial', type: 'formula', label: '拨号', expression: 'concat("0", phone)', result: 'text' })
    assert.equal(made.status, 201, JSON.stringify(made.body))
    assert.equal((await boss.get(`/records/customer/${customer.id}`)).body.dial, '013912349999')
    assert.ok(!('dial' in (await clerk.get(`/records/customer/${customer.id}`)).body), 'a formula tells what is masked')
    assert.equal((await boss.delete('/meta/objects/customer/fields/dial')).status, 204)
    const deal = (await clerk.list('opportunity')).body.items[0]
    assert.ok(!('weighted_amount' in deal) && !('amount' in deal) && 'probability' in deal)
    assert.equal((await clerk.list('opportunity', { fields: 'weighted_amount' })).status, 422)
    assert.ok([400, 422].includes((await clerk.aggregate('opportunity', { measure: 'sum(weighted_amount)' })).status))
  },
  'search finds them only by what is shown': async ({ clerk, boss, customer }) => {
    const found = async (person, q) => (await person.list('customer', { q })).body.items.some((item) => item.id === customer.id)
    const everywhere = async (person, q) => (await person.get(`/search?q=${encodeURIComponent(q)}`)).body.items.some((item) => item.object === 'customer' && item.id === customer.id)
    assert.ok(await found(boss, '13912349999') && await everywhere(boss, '13912349999'))
    assert.ok(!(await found(clerk, '13912349999')) && !(await everywhere(clerk, '13912349999')))
    assert.ok(await found(clerk, '9999'))
    assert.ok(!(await found(clerk, 'zhang.san')))
    const many = async (person) => (await person.post('/records/customer/bulk', { q: '13912349999', op: 'update', values: { short_name: '一起改' } })).body
    assert.equal((await many(clerk)).result?.done ?? 0, 0, 'nothing is changed by what is hidden')
    assert.notEqual((await boss.get(`/records/customer/${customer.id}`)).body.short_name, '一起改')
    assert.equal((await many(boss)).result.done, 1)
  },
  'writing them is refused, a hidden one like one that does not exist': async ({ clerk, boss, customer }) => {
    const path = `/records/customer/${customer.id}`
    const write = async (values) => codes(await clerk.patch(path, values))
    assert.deepEqual(await write({ level: 'C' }), [422, 'level:read_only'])
    assert.deepEqual(await write({ phone: '13800138000' }), [422, 'phone:read_only'])
    assert.deepEqual(await write({ remark: '偷改' }), [422, 'remark:unknown_field'])
    assert.deepEqual(await write({ rimark: '偷改' }), [422, 'rimark:unknown_field'])
    assert.deepEqual(await write({ annual_revenue: 'lots' }), [422, 'annual_revenue:unknown_field'], 'a wrong value does not tell that there is such a field')
    assert.deepEqual(await write({ remark: 'x'.repeat(9000) }), [422, 'remark:unknown_field'])
    assert.deepEqual(codes(await clerk.post('/records/customer', { name: '新', remark: 'x' })), [422, 'remark:unknown_field'])
    const batch = await clerk.post('/records/customer/batch', { items: [{ op: 'create', values: { name: '新', annual_revenue: {} } }] })
    assert.deepEqual(codes(batch), [422, 'items[0].values.annual_revenue:unknown_field'])
    const after = (await boss.get(path)).body
    assert.deepEqual([after.level, after.phone, after.remark, after.annual_revenue], ['A', '13912349999', '只改了密', 8888])
    const made = await clerk.create('customer', { name: '文员建的' })
    assert.equal((await boss.get(`/records/customer/${made.id}`)).body.remark, null)
  },
  'definitions say what one may do': async ({ clerk, boss }) => {
    const fields = Object.fromEntries((await clerk.get('/meta/objects/customer')).body.fields.map((field) => [field.name, field.access]))
    assert.deepEqual([fields.phone, fields.level, fields.remark, fields.name, fields.created_at], ['mask', 'read', undefined, 'write', 'read'])
    const all = (await boss.get('/meta/objects/customer')).body.fields.find((field) => field.name === 'phone')
    assert.equal(all.access, 'write')
    const objects = (await clerk.get('/meta/objects')).body.items.map((object) => object.name)
    assert.ok(objects.includes('customer') && !objects.includes('lead') && !objects.includes('role'))
    const rights = (await clerk.get('/meta/objects/opportunity')).body.rights
    assert.deepEqual([rights.read, rights.create, rights.update, rights.delete, rights.export], [true, false, false, false, false])
    assert.ok(!JSON.stringify((await clerk.get('/meta/objects/customer')).body.layout).includes('remark'), 'layouts do not name hidden fields')
  },
  'a change of the role takes effect at once': async ({ company, clerk, customer }) => {
    const grants = (await company.boss.get(`/records/role/${company.roles.clerk}`)).body.grants
    const path = `/records/customer/${customer.id}`
    await company.grant('clerk', { ...grants, customer: { ...grants.customer, fields: { ...FIELDS, remark: 'read', name: 'hide' } } })
    const open = (await clerk.get(path)).body
    assert.deepEqual([open.remark, 'name' in open], ['只改了密', false])
    assert.ok(!JSON.stringify((await clerk.list('contact')).body).includes('珊瑚公司'), 'a hidden name is hidden in references')
    assert.ok(!JSON.stringify((await clerk.get(`/search?q=${encodeURIComponent('珊瑚公司')}`)).body).includes('珊瑚公司'))
    await company.grant('clerk', grants)
    assert.equal('remark' in (await clerk.get(path)).body, false)
  },
}
