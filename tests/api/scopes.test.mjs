// Who sees what, through every way in: lists, single records, filters and paths, aggregates, search, references, history, timeline, batches, recycle bin.
import assert from 'node:assert/strict'
import { Company } from '../support/company.mjs'

const OWNERS = ['boss', 'head', 'probe', 'mate', 'shanghai1', 'south1']
const LEVELS = { boss: 'A', head: 'B', probe: 'C', mate: 'A', shanghai1: 'A', south1: 'B' }

export async function setup({ engine }) {
  const company = await Company.start(engine)
  await company.role('probe', {})
  await company.role('writer', { '*': { read: 'own', create: true, update: 'own' } })
  for (const [login, department] of [['head', 'east'], ['probe', 'east'], ['mate', 'east'], ['shanghai1', 'shanghai'], ['south1', 'south']]) {
    await company.add(login, login === 'probe' ? 'probe' : 'writer', department)
  }
  const { people, boss } = company
  const records = {}
  for (const login of OWNERS) {
    const customer = await boss.create('customer', { name: `鲸${login}公司`, level: LEVELS[login], phone: `1380013800${OWNERS.indexOf(login)}`, owner: people[login].id })
    const contact = await boss.create('contact', { name: `联系人${login}`, customer: customer.id, owner: people[login].id })
    const deal = await boss.create('opportunity', { name: `单${login}`, customer: customer.id, amount: 100, owner: people[login].id })
    records[login] = { customer, contact, deal }
  }
  return { haike: company.haike, company, people, boss, records }
}

const quoted = (text) => JSON.stringify(text)

// Every way in shows the customers of exactly these owners. Contacts are readable, so that paths and references can be tried from them.
async function sees({ people, records }, who, expected) {
  const person = people[who]
  const names = expected.map((login) => `鲸${login}公司`).sort()
  const shown = (answer, field = 'name') => {
    assert.equal(answer.status, 200, JSON.stringify(answer.body))
    return answer.body.items.map((item) => item[field]).filter((name) => String(name).startsWith('鲸')).sort()
  }
  for (const params of [{}, { sort: 'name' }, { sort: '-level,name' }, { filter: 'name contains "鲸"' }, { q: '鲸' }, { filter: 'level in ("A","B","C")', sort: 'created_at', limit: '200' }]) {
    assert.deepEqual(shown(await person.list('customer', { ...params, fields: 'name', count: 'true' })), names, `list ${JSON.stringify(params)}`)
  }
  assert.equal((await person.list('customer', { filter: 'name contains "鲸"', count: 'true' })).body.count, names.length)
  const groups = (await person.aggregate('customer', { group: 'name', measure: 'count()', filter: 'name contains "鲸"' })).body.items
  assert.deepEqual(groups.map((item) => item.name).sort(), names)
  const total = (await person.aggregate('customer', { measure: 'count()', filter: 'name contains "鲸"' })).body.items
  assert.equal(total[0]?.['count()'] ?? 0, names.length)
  const found = (await person.get(`/search?q=${encodeURIComponent('鲸')}`)).body.items.filter((item) => item.object === 'customer')
  assert.deepEqual(found.map((item) => item.name).sort(), names, 'search')
  for (const login of OWNERS) {
    const { customer } = records[login]
    const path = `/records/customer/${customer.id}`
    const want = expected.includes(login) ? 200 : 404
    for (const way of ['', '/history', '/timeline', '/explain']) assert.equal((await person.get(path + way)).status, want, `${way} of ${login}`)
  }
}

async function seesThroughContacts({ people, records }, who, expected) {
  const person = people[who]
  const contacts = (await person.list('contact', { fields: 'name,customer,customer.name,customer.level,customer.owner.name', limit: '200' })).body.items
  assert.equal(contacts.length, OWNERS.length)
  for (const login of OWNERS) {
    const contact = contacts.find((item) => item.name === `联系人${login}`)
    const visible = expected.includes(login)
    assert.deepEqual(contact.customer, { id: records[login].customer.id, name: visible ? `鲸${login}公司` : null })
    assert.deepEqual([contact['customer.name'], contact['customer.level'], contact['customer.owner.name'] !== null], visible ? [`鲸${login}公司`, LEVELS[login], true] : [null, null, false], login)
    const single = (await person.get(`/records/contact/${records[login].contact.id}`)).body
    assert.deepEqual(single.customer, contact.customer)
    const filtered = (await person.list('contact', { filter: `customer.name = ${quoted(`鲸${login}公司`)}` })).body.items
    assert.equal(filtered.length, visible ? 1 : 0, `path filter of ${login}`)
    const probing = (await person.list('contact', { filter: `customer.level = ${quoted(LEVELS[login])} and name = ${quoted(`联系人${login}`)}` })).body.items
    assert.equal(probing.length, visible ? 1 : 0, `probing ${login}`)
  }
  const groups = (await person.aggregate('contact', { group: 'customer', measure: 'count()' })).body.items
  assert.deepEqual(groups.map((item) => item.customer.name).filter(Boolean).sort(), expected.map((login) => `鲸${login}公司`).sort())
  const levels = (await person.aggregate('contact', { group: 'customer.level', measure: 'count()' })).body.items
  assert.equal(levels.reduce((sum, item) => sum + (item['customer.level'] === null ? 0 : item['count()']), 0), expected.length)
}

const EXPECTED = {
  own: ['probe'],
  department: ['head', 'probe', 'mate'],
  tree: ['head', 'probe', 'mate', 'shanghai1'],
  all: OWNERS,
  none: [],
  'level = "A"': ['boss', 'mate', 'shanghai1'],
  'owner = me() or owner.department.name = "华南"': ['probe', 'south1'],
}

export const scenarios = {
  ...Object.fromEntries(Object.entries(EXPECTED).map(([scope, expected]) => [`${scope}: the same through every way in`, async (given) => {
    await given.company.grant('probe', { customer: { read: scope }, contact: { read: 'all' } })
    if (scope === 'none') {
      assert.equal((await given.people.probe.list('customer')).status, 404)
      assert.equal((await given.people.probe.get(`/records/customer/${given.records.probe.customer.id}`)).status, 404)
      assert.equal((await given.people.probe.get('/meta/objects/customer')).status, 404)
      assert.equal((await given.people.probe.aggregate('customer', { measure: 'count()' })).status, 404)
      assert.equal((await given.people.probe.get('/trash/customer')).status, 404)
      assert.equal((await given.people.probe.list('contact', { filter: 'customer.name = "x"' })).status, 400)
      assert.deepEqual((await given.people.probe.get(`/search?q=${encodeURIComponent('鲸')}`)).body.items, [])
      const one = (await given.people.probe.list('contact')).body.items[0]
      assert.equal(one.customer.name, null)
    } else {
      await sees(given, 'probe', expected)
      await seesThroughContacts(given, 'probe', expected)
    }
  }])),
  'two roles: the wider scope wins': async (given) => {
    const { company, boss, people } = given
    await company.grant('probe', { customer: { read: 'own' }, contact: { read: 'all' } })
    const extra = await company.role('extra', { customer: { read: 'level = "B"' } })
    await boss.patch(`/records/user/${people.probe.id}`, { roles: [company.roles.probe, extra] })
    await sees(given, 'probe', ['head', 'probe', 'south1'])
    await boss.patch(`/records/user/${people.probe.id}`, { roles: [company.roles.probe] })
    await sees(given, 'probe', ['probe'])
  },
  'a move to another department takes effect at once': async (given) => {
    const { company, boss, people } = given
    await company.grant('probe', { customer: { read: 'department' }, contact: { read: 'all' } })
    await boss.patch(`/records/user/${people.probe.id}`, { department: company.departments.south })
    await sees(given, 'probe', ['probe', 'south1'])
    await boss.patch(`/records/user/${people.probe.id}`, { department: company.departments.east })
    await sees(given, 'probe', ['head', 'probe', 'mate'])
  },
  'a head sees the tree below': async (given) => {
    const { company, boss, people } = given
    await company.grant('probe', { customer: { read: 'tree' }, contact: { read: 'all' } })
    await boss.patch(`/records/department/${company.departments.south}`, { head: people.probe.id })
    await sees(given, 'probe', ['head', 'probe', 'mate', 'shanghai1', 'south1'])
    await boss.patch(`/records/department/${company.departments.south}`, { head: null })
    await sees(given, 'probe', ['head', 'probe', 'mate', 'shanghai1'])
  },
  'aggregates over children in filters are the reader\'s own; a stored roll-up is the system\'s': async ({ company, people, boss, records }) => {
    await company.grant('probe', { customer: { read: 'all' }, opportunity: { read: 'own' } })
    const rich = await people.probe.list('customer', { filter: 'sum(opportunities.amount) >= 100', fields: 'name' })
    assert.deepEqual(rich.body.items.map((item) => item.name), ['鲸probe公司'])
    assert.deepEqual((await people.probe.list('customer', { filter: 'count(opportunities) > 0', fields: 'name' })).body.items.map((item) => item.name), ['鲸probe公司'])
    const seen = (await people.probe.get(`/records/customer/${records.south1.customer.id}`)).body
    assert.equal(seen.open_amount, 100)
    assert.equal((await boss.list('customer', { filter: 'sum(opportunities.amount) >= 100' })).body.items.length, OWNERS.length)
  },
  'writing: invisible is 404, visible but not allowed 403, and nothing changes': async ({ company, people, boss, records }) => {
    await company.grant('probe', { customer: { read: 'department', create: true, update: 'own', delete: 'none' } })
    const { probe } = people
    const path = (login) => `/records/customer/${records[login].customer.id}`
    assert.equal((await probe.patch(path('probe'), { remark: '自己的' })).status, 200)
    assert.equal((await probe.patch(path('mate'), { remark: '别人的' })).status, 403)
    assert.equal((await probe.patch(path('south1'), { remark: '看不见的' })).status, 404)
    assert.equal((await probe.patch(path('south1'), { nothing: 1 })).status, 404, 'not even what is wrong with the body')
    assert.equal((await probe.patch(path('mate'), { remark: 'x' }, { 'If-Match': '"99"' })).status, 403, 'no version is told')
    assert.equal((await probe.delete(path('probe'))).status, 403)
    assert.equal((await probe.delete(path('south1'))).status, 404)
    assert.equal((await probe.post(`${path('mate')}/actions/assign`, { owner: probe.id })).status, 403)
    assert.equal((await probe.post(`${path('south1')}/actions/assign`, { owner: probe.id })).status, 404)
    const batch = await probe.post('/records/customer/batch?atomic=false', { items: [
      { op: 'update', id: records.probe.customer.id, values: { remark: '批' } },
      { op: 'update', id: records.mate.customer.id, values: { remark: '批' } },
      { op: 'update', id: records.south1.customer.id, values: { remark: '批' } },
      { op: 'delete', id: records.probe.customer.id },
    ] })
    assert.deepEqual(batch.body.items.map((item) => item.status), [200, 403, 404, 403])
    assert.equal((await boss.get(path('mate'))).body.remark, null)
    assert.equal((await boss.get(path('south1'))).body.remark, null)
  },
  'a reference to what is invisible is refused exactly like an absent one': async ({ company, people, records }) => {
    await company.grant('probe', { customer: { read: 'own' }, contact: { read: 'own', create: true, update: 'own' }, activity: { read: 'own', create: true } })
    const tell = async (id) => {
      const answer = await people.probe.post('/records/contact', { name: 'x', customer: id })
      return [answer.status, answer.body.errors]
    }
    assert.deepEqual(await tell(records.south1.customer.id), await tell(987654321))
    assert.equal((await tell(records.south1.customer.id))[0], 422)
    const follow = async (id) => (await people.probe.post('/records/activity', { content: 'x', target: { object: 'customer', id } })).body.errors
    assert.deepEqual(await follow(records.south1.customer.id), await follow(987654321))
    assert.deepEqual(await people.probe.post('/records/activity', { content: 'x', target: { object: 'opportunity', id: records.probe.deal.id } }).then((answer) => answer.body.errors), await follow(987654321))
  },
  'an activity is read by whoever reads its record, in the timeline and by itself': async ({ company, people, boss, records }) => {
    await company.grant('probe', { customer: { read: 'department' }, activity: { read: 'own', create: true } })
    const near = await boss.create('activity', { content: '同部门的跟进', target: { object: 'customer', id: records.mate.customer.id } })
    const far = await boss.create('activity', { content: '别处的跟进', target: { object: 'customer', id: records.south1.customer.id } })
    const timeline = (await people.probe.get(`/records/customer/${records.mate.customer.id}/timeline`)).body.items
    assert.ok(timeline.some((item) => item.kind === 'activity' && item.activity.content === '同部门的跟进'))
    assert.equal((await people.probe.get(`/records/activity/${near.id}`)).status, 200)
    assert.equal((await people.probe.get(`/records/activity/${far.id}`)).status, 404)
    assert.ok(!(await people.probe.list('activity')).body.items.some((item) => item.id === far.id))
  },
  'the recycle bin shows and gives back only what one may delete': async ({ company, people, boss }) => {
    await company.grant('probe', { product: { read: 'all', create: true, update: 'own', delete: 'own' } })
    const mine = await people.probe.create('product', { name: '鲸油', code: 'WO-1' })
    const other = await boss.create('product', { name: '鲸须', code: 'WO-2' })
    assert.equal((await people.probe.delete(`/records/product/${mine.id}`)).status, 204)
    assert.equal((await boss.delete(`/records/product/${other.id}`)).status, 204)
    const bin = (await people.probe.get('/trash/product')).body.items.map((item) => item.id)
    assert.ok(bin.includes(mine.id))
    assert.equal((await people.probe.post(`/trash/product/${other.id}/restore`)).status, 404)
    assert.equal((await people.probe.post(`/trash/product/${mine.id}/restore`)).status, 200)
    assert.equal((await people.probe.post(`/trash/product/${mine.id}/restore`)).status, 404)
    assert.ok((await boss.get('/trash/product')).body.items.some((item) => item.id === other.id))
  },
  'who is deactivated is out at once': async ({ company, haike, boss }) => {
    const leaver = await company.add('leaver', 'writer', 'east')
    assert.equal((await leaver.list('customer')).status, 200)
    assert.equal((await boss.patch(`/records/user/${leaver.id}`, { active: false })).status, 200)
    assert.equal((await leaver.list('customer')).status, 401)
    assert.equal((await leaver.get('/session')).status, 401)
    assert.equal((await haike.nobody().post('/session', { login: 'leaver', password: 'a-good-password' })).status, 401)
    const assigned = await boss.post(`/records/customer/${(await boss.create('customer', { name: '鲸无主' })).id}/actions/assign`, { owner: leaver.id })
    assert.equal(assigned.status, 422)
    assert.equal((await boss.patch(`/records/user/${leaver.id}`, { active: true })).status, 200)
    assert.equal((await leaver.get('/session')).status, 401, 'the old session stays dead')
    assert.equal((await (await company.signIn('leaver')).list('customer')).status, 200)
  },
  'nobody locks the company out': async ({ boss, company }) => {
    assert.equal((await boss.patch(`/records/user/${boss.id}`, { active: false })).status, 422)
    assert.equal((await boss.patch(`/records/user/${boss.id}`, { roles: [] })).status, 422)
    assert.equal((await boss.delete(`/records/user/${boss.id}`)).status, 409)
    assert.equal((await boss.patch(`/records/role/${company.roles.admin}`, { grants: {} })).status, 422)
    assert.equal((await boss.delete(`/records/role/${company.roles.admin}`)).status, 409)
    assert.equal((await boss.delete(`/records/role/${company.roles.writer}`)).status, 409)
  },
  'wrong grants are refused at their place': async ({ boss, company }) => {
    const tell = async (grants) => {
      const answer = await boss.patch(`/records/role/${company.roles.probe}`, { grants })
      assert.equal(answer.status, 422, JSON.stringify(answer.body))
      return answer.body.errors.map((error) => error.field)
    }
    assert.deepEqual(await tell({ customer: { read: 'everything and more' } }), ['grants.customer.read'])
    assert.deepEqual(await tell({ nothing: { read: 'own' } }), ['grants.nothing'])
    assert.deepEqual(await tell({ customer: { read: 'own', fields: { nothing: 'hide' } } }), ['grants.customer.fields.nothing'])
    assert.deepEqual(await tell({ customer: { read: 'amount > 5' } }), ['grants.customer.read'])
  },
  'who is no administrator may not write roles, users or definitions': async ({ people, company, boss }) => {
    await company.grant('probe', { '*': { read: 'all', create: true, update: 'all', delete: 'all' } })
    const { probe } = people
    assert.ok([403, 422].includes((await probe.patch(`/records/user/${probe.id}`, { roles: [company.roles.admin] })).status))
    assert.equal((await boss.get(`/records/user/${probe.id}`)).body.roles.length, 1)
    assert.equal((await probe.post('/meta/objects', { name: 'mine', label: 'x' })).status, 403)
    assert.equal((await probe.post(`/users/${boss.id}/password`, { password: 'another-password' })).status, 403)
    await company.grant('probe', {})
    assert.equal((await probe.patch(`/records/user/${probe.id}`, { name: 'x' })).status, 403)
    assert.equal((await probe.list('role')).status, 404)
    assert.equal((await probe.list('user', { fields: 'name' })).status, 200)
  },
}
