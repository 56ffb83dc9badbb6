// What a change of a role would do, told before it is made: held against what people really see before and after.
import assert from 'node:assert/strict'
import { Company } from '../support/company.mjs'

const SELLERS = [['head', 'east'], ['mate', 'east'], ['shanghai1', 'shanghai'], ['south1', 'south']]

export async function setup({ engine }) {
  const company = await Company.start(engine)
  await company.role('seller', { customer: { read: 'tree', create: true, update: 'own', fields: { phone: 'read' } } })
  await company.role('other', { customer: { read: 'all' } })
  for (const [login, department] of SELLERS) await company.add(login, 'seller', department)
  await company.add('viewer', ['seller', 'other'], 'south')
  await company.add('stranger', 'other', 'south')
  for (const [i, [login]] of SELLERS.entries())
    for (let n = 0; n <= i; n++) await company.boss.create('customer', { name: `客户${login}${n}`, level: n % 2 ? 'A' : 'B', owner: company.people[login].id })
  return { haike: company.haike, company }
}

async function sights(company) {
  const seen = {}
  for (const login of [...SELLERS.map(([each]) => each), 'viewer', 'stranger'])
    seen[login] = new Set((await company.people[login].list('customer', { fields: 'name', limit: '200' })).body.items?.map((item) => item.id) ?? [])
  return seen
}

const preview = (company, grants, role = 'seller') => company.boss.post(`/roles/${company.roles[role]}/preview`, { grants })

async function holds(company, grants) {
  const told = await preview(company, grants)
  assert.equal(told.status, 200, JSON.stringify(told.body))
  const reads = told.body.records.find((item) => item.object === 'customer' && item.verb === 'read')
  const before = await sights(company)
  await company.grant('seller', grants)
  const after = await sights(company)
  const [lost, gained] = [new Set(), new Set()]
  let [losers, gainers] = [0, 0]
  for (const login of Object.keys(before)) {
    const gone = [...before[login]].filter((id) => !after[login].has(id)), come = [...after[login]].filter((id) => !before[login].has(id))
    gone.forEach((id) => lost.add(id))
    come.forEach((id) => gained.add(id))
    losers += gone.length > 0
    gainers += come.length > 0
    const who = reads?.who.find((item) => item.id === company.people[login].id)
    assert.deepEqual([who?.lose ?? 0, who?.gain ?? 0], [gone.length, come.length], `${login} under ${JSON.stringify(grants)}`)
  }
  const expected = { lose: { people: losers, records: lost.size }, gain: { people: gainers, records: gained.size } }
  assert.deepEqual(reads ? { lose: reads.lose, gain: reads.gain } : { lose: { people: 0, records: 0 }, gain: { people: 0, records: 0 } }, expected, JSON.stringify(grants))
  assert.ok(!reads || reads.exact)
  return told.body
}

export const scenarios = {
  'what is told comes true, scope by scope': async ({ company }) => {
    for (const read of ['own', 'all', 'department', 'none', 'level = "A"', 'tree', 'level = "A" and owner = me()', 'own'])
      await holds(company, { customer: { read, create: true, update: 'own', fields: { phone: 'read' } } })
    await company.grant('seller', { customer: { read: 'tree', create: true, update: 'own', fields: { phone: 'read' } } })
  },
  'rights and fields are told with the people whom they concern': async ({ company }) => {
    const told = (await preview(company, { customer: { read: 'tree', create: false, export: true, update: 'own', actions: ['assign'], fields: { phone: 'mask' } } })).body
    assert.equal(told.people, 5)
    const right = (name) => told.rights.find((item) => item.object === 'customer' && item.right === name)
    assert.deepEqual(right('create'), { object: 'customer', right: 'create', people: 5, given: false })
    assert.deepEqual(right('export'), { object: 'customer', right: 'export', people: 5, given: true })
    assert.deepEqual(right('assign'), { object: 'customer', right: 'assign', people: 5, given: true })
    assert.deepEqual(told.fields.filter((item) => item.object === 'customer' && item.field === 'phone').map(({ from, to, people }) => [from, to, people]), [['read', 'mask', 4]], 'the fifth reads it by another role')
    assert.deepEqual(told.records, [])
  },
  'nothing changes where nothing would': async ({ company }) => {
    const same = (await company.boss.get(`/records/role/${company.roles.seller}`)).body.grants
    const told = (await preview(company, same)).body
    assert.deepEqual([told.records, told.rights, told.fields], [[], [], []])
  },
  'mistakes are told where they are, and only administrators ask': async ({ company }) => {
    const bad = await preview(company, { customer: { read: 'everything(' }, nosuch: {} })
    assert.equal(bad.status, 422)
    assert.deepEqual(bad.body.errors.map((item) => item.field).sort(), ['grants.customer.read', 'grants.nosuch'])
    assert.equal((await company.boss.post(`/roles/${company.roles.seller}/preview`, {})).body.errors[0].field, 'grants')
    assert.equal((await company.boss.post('/roles/999999/preview', { grants: {} })).status, 404)
    assert.equal((await company.people.head.post(`/roles/${company.roles.seller}/preview`, { grants: {} })).status, 403)
    const kept = (await company.boss.get(`/records/role/${company.roles.seller}`)).body.version
    await preview(company, {})
    assert.equal((await company.boss.get(`/records/role/${company.roles.seller}`)).body.version, kept, 'looking writes nothing')
  },
}
