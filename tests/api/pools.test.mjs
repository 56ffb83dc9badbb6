// Public pools: who sees and claims what, within which limits, also at the same moment; what is masked by every way in; release, assignment, recycling, warnings, simulation, report.
import assert from 'node:assert/strict'
import { Company } from '../support/company.mjs'

const DAY = 86400e3
let serial = 0
const word = () => `池${++serial}号公司`

export async function setup({ engine }) {
  const company = await Company.start(engine, '--test-clock')
  const { boss } = company
  company.start = Date.now()
  company.days = 0
  for (const [login, role, department] of [['keeper', 'sales', 'hq'], ['one', 'sales', 'east'], ['two', 'sales', 'shanghai'], ['far', 'sales', 'south'], ['lead', 'sales_manager', 'east'], ['desk', 'service', 'hq'], ['loser', 'sales', 'south']]) await company.add(login, role, department)
  const { people, departments } = company
  const pool = await boss.create('pool', { name: '华东公海', object: 'customer', departments: [departments.east], administrators: [people.keeper.id], protect: 'open_amount > 0', mask_fields: ['credit_code'] })
  return { haike: company.haike, company, boss, engine, pool, ...people }
}

// The clock so many days after the start; whoever is asked for signs in anew, for sessions end when nobody uses them.
async function later(company, days, ...names) {
  company.days = days
  assert.equal((await company.haike.nobody().post('/test/clock', { now: new Date(company.start + days * DAY).toISOString() })).status, 204)
  return Promise.all(names.map((name) => company.signIn(name)))
}
const act = (person, record, action, body = {}, object = 'customer') => person.post(`/records/${object}/${record.id ?? record}/actions/${action}`, body)
const get = async (person, record, object = 'customer') => (await person.get(`/records/${object}/${record.id ?? record}`)).body
const code = (answer) => [answer.status, answer.body.code ?? answer.body.errors?.[0]?.code]
const ids = async (person, params, object = 'customer') => ((await person.list(object, { fields: 'id', limit: '200', ...params })).body.items ?? []).map((item) => item.id)
const pooled = (keeper, pool, values = {}) => keeper.create('customer', { name: word(), pool: pool.id, ...values })
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
async function ended(person, id) {
  for (let i = 0; i < 2000; i++, await wait(20)) {
    const job = (await person.get(`/jobs/${id}`)).body
    if (job.status === 'done' || job.status === 'failed') return job
  }
  throw new Error('the job does not end')
}
const movements = async (boss, record, object = 'customer') => (await boss.list('pool_movement', { filter: `target = "${object}:${record.id}"`, sort: 'id' })).body.items
// Changes of the pool for one scenario, taken back afterwards.
async function withPool(boss, pool, values, run) {
  const before = await get(boss, pool, 'pool')
  assert.equal((await boss.patch(`/records/pool/${pool.id}`, values)).status, 200)
  try {
    await run()
  } finally {
    await boss.patch(`/records/pool/${pool.id}`, Object.fromEntries(Object.keys(values).map((name) => [name, before[name]])))
  }
}

export const scenarios = {
  'what lies in a pool is seen by whoever is in it, and by nobody else': async ({ boss, keeper, one, two, far, desk, pool }) => {
    const name = word()
    const record = await pooled(keeper, pool, { name })
    assert.deepEqual([record.owner, record.in_pool, record.pool.name, record.department], [null, true, '华东公海', null])
    assert.deepEqual(code(await act(boss, record, 'claim')), [403, 'pool_not_member'])
    for (const [person, sees] of [[one, true], [two, true], [keeper, true], [boss, true], [desk, true], [far, false]]) {
      assert.equal((await person.get(`/records/customer/${record.id}`)).status, sees ? 200 : 404)
      assert.equal((await ids(person, { filter: `id = ${record.id}` })).length, sees ? 1 : 0)
      assert.equal((await ids(person, { q: name })).length, sees ? 1 : 0)
      assert.equal((await ids(person, {})).includes(record.id), sees)
      assert.equal((await person.aggregate('customer', { filter: `id = ${record.id}` })).body.items[0]['count()'], sees ? 1 : 0)
      assert.equal((await person.get(`/search?q=${encodeURIComponent(name)}`)).body.items.length, sees ? 1 : 0)
      assert.equal((await person.get(`/records/customer/${record.id}/timeline`)).status, sees ? 200 : 404)
    }
    const why = (await boss.get(`/records/customer/${record.id}/explain?user=${one.id}`)).body
    assert.match(JSON.stringify(why), /华东公海/)
    assert.equal((await one.patch(`/records/customer/${record.id}`, { remark: 'x' })).status, 403)
    assert.equal((await one.delete(`/records/customer/${record.id}`)).status, 403)
    assert.equal((await ids(one, { filter: 'in_pool' })).includes(record.id), true)
    await withPool(boss, pool, { active: false }, async () => assert.equal((await one.get(`/records/customer/${record.id}`)).status, 404))
    assert.equal((await one.get(`/records/customer/${record.id}`)).status, 200)
    assert.equal((await boss.delete(`/records/pool/${pool.id}`)).status, 409, 'a pool with records is not deleted')
  },

  'in a pool contact details are masked by every way in, but not for its administrators': async ({ boss, keeper, one, desk, far, pool }) => {
    const phone = '13987654321'
    const values = { name: word(), phone, email: 'secret@hidden.cn', credit_code: '91310000MA1FL0AB2C', short_name: '简称' }
    const record = await pooled(keeper, pool, { ...values, phone: '13711110000', email: 'old@hidden.cn' })
    assert.equal((await boss.patch(`/records/customer/${record.id}`, { phone, email: values.email })).status, 200)
    const hidden = ['139****4321', 's***@hidden.cn', '9***']
    const shown = (item) => [item.phone, item.email, item.credit_code]
    const clear = [phone, values.email, values.credit_code]
    const child = await boss.create('customer', { name: word(), owner: one.id, parent: record.id })
    for (const [person, masked] of [[one, true], [desk, true], [keeper, false], [boss, false]]) {
      const want = masked ? hidden : clear
      assert.deepEqual(shown(await get(person, record)), want)
      assert.deepEqual(shown((await person.list('customer', { filter: `id = ${record.id}` })).body.items[0]), want)
      assert.deepEqual(shown((await person.list('customer', { filter: `id = ${record.id}`, fields: 'phone,email,credit_code' })).body.items[0]), want)
      const history = (await person.get(`/records/customer/${record.id}/history`)).body.items[0].changes
      assert.equal(history.find((change) => change.field === 'phone').to, want[0])
      const timeline = (await person.get(`/records/customer/${record.id}/timeline`)).body.items.flatMap((item) => item.changes ?? [])
      assert.equal(timeline.find((change) => change.field === 'email').to, want[1])
      const count = masked ? 0 : 1
      for (const filter of [`phone = "${phone}"`, 'phone contains "8765"', `phone != "1" and id = ${record.id}`, `is_null(phone) and id = ${record.id}`, `email starts_with "secret"`, `credit_code = "${values.credit_code}"`]) {
        const found = (await ids(person, { filter: `(${filter}) and in_pool` })).includes(record.id) ? 1 : 0
        assert.equal(found, filter.startsWith('is_null') ? 0 : count, filter)
        assert.equal((await person.aggregate('customer', { filter: `(${filter}) and in_pool and id = ${record.id}` })).body.items[0]['count()'], filter.startsWith('is_null') ? 0 : count, filter)
      }
      assert.equal((await ids(person, { sort: 'phone', filter: `id = ${record.id}` })).length, count, 'sorted by it')
      assert.equal((await person.aggregate('customer', { group: 'phone', filter: `id = ${record.id}` })).body.items.length, count, 'grouped by it')
      assert.equal((await person.aggregate('customer', { measure: `count_distinct(phone)`, filter: `id = ${record.id}` })).body.items[0]['count_distinct(phone)'], count)
      for (const q of ['4321', phone, 'secret', '91310000MA1FL0AB2C']) assert.equal((await ids(person, { q })).includes(record.id), false, `search ${q}`)
      assert.equal((await ids(person, { q: '简称' })).includes(record.id), true)
      const path = (await person.list('customer', { filter: `id = ${child.id}`, fields: 'parent.phone' })).body.items
      if (path.length) assert.equal(path[0]['parent.phone'], masked ? null : phone, 'by a path')
      assert.equal((await ids(person, { filter: `parent.phone = "${phone}"` })).includes(child.id), !masked && person !== keeper)
      const same = (await person.post('/records/customer/duplicates', { values: { name: 'quite another', phone } })).body.items ?? []
      if (person !== desk) assert.equal(same.some((item) => item.id === record.id), !masked, 'as a duplicate')
    }
    // whose it was and whose it becomes see it all
    assert.equal((await act(one, record, 'claim')).status, 200)
    assert.deepEqual(shown(await get(one, record)), clear)
    assert.equal((await ids(one, { q: '4321' })).includes(record.id), true)
    assert.equal((await far.get(`/records/customer/${record.id}`)).status, 404)
    assert.equal((await act(one, record, 'release', { reason: '试过了' })).status, 200)
    assert.deepEqual(shown(await get(one, record)), hidden)
    // a pool that masks nothing
    await withPool(boss, pool, { masked: false }, async () => {
      assert.deepEqual(shown(await get(one, record)), clear)
      assert.equal((await ids(one, { q: '4321' })).includes(record.id), true, 'the search index follows')
    })
    assert.equal((await ids(one, { q: '4321' })).includes(record.id), false)
  },

  'an export of a pool is masked for whoever exports': async ({ company, boss, keeper, pool }) => {
    await company.role('exporter', { customer: { read: 'own', export: true, actions: ['claim'] } })
    const exporter = await company.add('exporter', 'exporter', 'east')
    const record = await pooled(keeper, pool, { phone: '13911112222' })
    for (const [person, want] of [[exporter, '139****2222'], [boss, '13911112222']]) {
      const answer = await person.post('/exports', { object: 'customer', filter: `id = ${record.id}`, columns: ['name', 'phone'], format: 'csv' })
      const job = await ended(person, answer.body.id)
      const text = (await person.get(`/files/${job.result.file.id}`)).bytes.toString('utf8')
      assert.ok(text.includes(want), `${JSON.stringify(job)} ${text}`)
      if (person === exporter) assert.ok(!text.includes('13911112222'))
    }
  },

  'of many who claim at once one gets it, the others are told who': async ({ boss, keeper, one, two, lead, far, pool }) => {
    const record = await pooled(keeper, pool)
    const askers = Array.from({ length: 20 }, (_, i) => [one, two, lead][i % 3])
    const answers = await Promise.all(askers.map((person) => act(person, record, 'claim')))
    const won = answers.filter((answer) => answer.status === 200)
    assert.equal(won.length, 1)
    assert.equal(won[0].body.in_pool, false)
    for (const answer of answers) if (answer.status !== 200) assert.deepEqual(code(answer), [409, 'already_claimed'])
    const owner = (await get(boss, record)).owner
    for (const answer of answers) if (answer.status === 409) assert.ok(answer.body.title.includes(owner.name), JSON.stringify(answer.body))
    assert.equal((await act(far, record, 'claim')).status, 404, 'whoever is in no pool learns nothing')
    assert.deepEqual((await movements(boss, record)).map((item) => item.kind), ['import', 'claim'])
  },

  'limits hold, also under claims at the same moment': async ({ boss, keeper, one, two, desk, far, pool }) => {
    assert.equal((await desk.get('/pools')).body.items.length, 0)
    const free = await pooled(keeper, pool)
    assert.deepEqual(code(await act(desk, free, 'claim')), [403, 'forbidden'])
    assert.equal((await act(far, free, 'claim')).status, 404)
    const used = (await one.get('/pools')).body.items[0].claim.today
    await withPool(boss, pool, { claim_daily: used + 3 }, async () => {
      const records = await Promise.all(Array.from({ length: 10 }, () => pooled(keeper, pool)))
      const answers = await Promise.all(records.map((record) => act(one, record, 'claim')))
      assert.equal(answers.filter((answer) => answer.status === 200).length, 3)
      for (const answer of answers) if (answer.status !== 200) assert.deepEqual(code(answer), [422, 'claim_limit'])
      assert.match(answers.find((answer) => answer.status === 422).body.title, new RegExp(`${used + 3}`))
      const mine = (await one.get('/pools')).body.items.find((item) => item.id === pool.id)
      assert.deepEqual(mine.claim, { daily: used + 3, today: used + 3 })
    })
    const held = (await two.get('/pools')).body.items[0].holding.now
    await withPool(boss, pool, { holding_limit: held + 2 }, async () => {
      const records = await Promise.all(Array.from({ length: 8 }, () => pooled(keeper, pool)))
      const answers = await Promise.all(records.map((record) => act(two, record, 'claim')))
      assert.equal(answers.filter((answer) => answer.status === 200).length, 2)
      for (const answer of answers) if (answer.status !== 200) assert.deepEqual(code(answer), [422, 'holding_limit'])
      const left = records.find((_, i) => answers[i].status !== 200)
      assert.deepEqual(code(await act(keeper, left, 'assign', { owner: two.id })), [422, 'holding_limit'])
      assert.equal((await act(keeper, left, 'assign', { owner: far.id })).status, 200, 'by an administrator of the pool, without the right to assign')
    })
  },

  'who throws away what he claimed has claimed it': async ({ boss, keeper, one, pool }) => {
    const records = await Promise.all([pooled(keeper, pool), pooled(keeper, pool)])
    for (const record of records) assert.equal((await act(one, record, 'claim')).status, 200)
    const claimed = async () => (await one.get('/pools')).body.items.find((item) => item.id === pool.id).claim.today
    const before = await claimed()
    for (const record of records) assert.equal((await one.delete(`/records/customer/${record.id}`)).status, 204)
    assert.equal(await claimed(), before)
    assert.equal((await boss.delete(`/trash/customer/${records[0].id}`)).status < 300, true, 'for good: by administrators')
    assert.equal((await boss.post(`/trash/customer/${records[1].id}/restore`)).status, 200)
  },

  'the former owner waits, however often it moved since': async ({ boss, keeper, one, two, pool }) => {
    const record = await pooled(keeper, pool)
    await withPool(boss, pool, { cooldown_days: 7 }, async () => {
      assert.equal((await act(one, record, 'claim')).status, 200)
      assert.equal((await act(one, record, 'release', {})).body.errors[0].code, 'required')
      assert.equal((await act(one, record, 'release', { reason: '客户暂停采购' })).status, 200)
      const inside = await get(two, record)
      assert.deepEqual([inside.former_owner.id, inside.pool_reason, inside.owner], [one.id, '客户暂停采购', null])
      const refused = await act(one, record, 'claim')
      assert.deepEqual(code(refused), [422, 'cooldown'])
      assert.match(refused.body.title, /\d{4}-\d\d-\d\d/)
      assert.equal((await act(two, record, 'claim')).status, 200)
      assert.equal((await act(two, record, 'release', { reason: '不合适' })).status, 200)
      assert.deepEqual(code(await act(one, record, 'claim')), [422, 'cooldown'])
    })
    assert.equal((await act(one, record, 'claim')).status, 200)
  },

  'release and protection': async ({ boss, keeper, one, far, lead, pool, company }) => {
    const deal = await one.create('customer', { name: word() })
    await one.create('opportunity', { name: 'deal', customer: deal.id, amount: 5000 })
    assert.deepEqual(code(await act(one, deal, 'release', { reason: 'x' })), [409, 'pool_protected'])
    assert.equal((await act(boss, deal, 'release', { reason: 'x' })).status, 200, 'administrators may')
    assert.equal((await boss.list('opportunity', { filter: `customer = ${deal.id}`, fields: 'owner' })).body.items[0].owner.id, one.id, 'deals stay where they are')
    const kept = await one.create('customer', { name: word() })
    const until = new Date(company.start + 9 * DAY).toISOString().slice(0, 10)
    assert.equal((await act(one, kept, 'protect', { until })).status, 403)
    assert.equal((await act(lead, kept, 'protect', { until })).body.protected_until, until)
    assert.deepEqual(code(await act(one, kept, 'release', { reason: 'x' })), [409, 'pool_protected'])
    assert.equal((await act(lead, kept, 'protect', { until: null })).body.protected_until, null)
    assert.equal((await act(one, kept, 'release', { reason: 'x', pool: 999999 })).body.errors[0].code, 'pool_unfit')
    assert.equal((await act(far, kept, 'release', { reason: 'x' })).status, 404)
    assert.equal((await act(one, kept, 'release', { reason: 'x', pool: pool.id })).status, 200)
    const others = await far.create('lead', { name: 'somebody' })
    assert.deepEqual(code(await act(far, others, 'release', { reason: 'x' }, 'lead')), [409, 'pool_none'])
    // written by hand it leaves the pool too
    assert.equal((await boss.patch(`/records/customer/${kept.id}`, { owner: far.id })).status, 200)
    assert.deepEqual([(await get(boss, kept)).pool, (await get(boss, kept)).in_pool], [null, false])
    assert.deepEqual((await movements(boss, kept)).map((item) => item.kind), ['release', 'assign'])
    const timeline = (await far.get(`/records/customer/${kept.id}/timeline`)).body.items
    assert.deepEqual(timeline.filter((item) => item.kind === 'pool_movement').map((item) => [item.pool_movement.kind, item.pool_movement.reason]), [['assign', null], ['release', 'x']])
    assert.equal((await boss.patch(`/records/customer/${kept.id}`, { pool: pool.id })).status, 422, 'not by writing')
    const movement = (await movements(boss, kept))[0]
    assert.equal((await boss.patch(`/records/pool_movement/${movement.id}`, { reason: 'y' })).status, 403)
    assert.equal((await boss.delete(`/records/pool_movement/${movement.id}`)).status, 403)
    assert.equal((await boss.post('/records/pool_movement', { name: 'x' })).status, 403)
  },

  'contacts go with their customer, those of others stay': async ({ boss, one, two, far, pool }) => {
    const customer = await one.create('customer', { name: word() })
    const mine = await one.create('contact', { name: '我的', customer: customer.id, phone: '13700001111' })
    const other = await boss.create('contact', { name: '别人的', customer: customer.id, owner: far.id })
    assert.equal((await act(one, customer, 'release', { reason: 'x', pool: pool.id })).status, 200)
    assert.deepEqual([(await get(boss, mine, 'contact')).owner, (await get(boss, other, 'contact')).owner.id], [null, far.id])
    for (const person of [one, two]) {
      assert.equal((await person.get(`/records/contact/${mine.id}`)).status, 404, 'not seen through a pool that masks')
      assert.equal((await ids(person, { filter: `customer = ${customer.id}` }, 'contact')).length, 0)
    }
    assert.equal((await act(two, customer, 'claim')).status, 200)
    assert.deepEqual([(await get(two, mine, 'contact')).owner.id, (await get(boss, other, 'contact')).owner.id], [two.id, far.id])
  },

  'a record that is merged leaves its movements behind': async ({ boss, keeper, one, pool }) => {
    const lying = await pooled(keeper, pool)
    const owned = await one.create('customer', { name: word() })
    const merged = await boss.post(`/records/customer/${owned.id}/merge`, { with: [lying.id] })
    assert.ok(merged.status < 300, JSON.stringify(merged.body))
    if (merged.status === 202) await ended(boss, merged.body.id)
    assert.deepEqual([(await get(boss, owned)).owner.id, (await get(boss, owned)).in_pool, await movements(boss, owned)], [one.id, false, []])
    assert.equal((await boss.get(`/records/customer/${lying.id}`)).status, 404)
  },

  'straight into a pool: by its administrators, by the API and by an import': async ({ boss, keeper, one, pool }) => {
    assert.equal((await one.post('/records/customer', { name: word(), pool: pool.id })).body.errors[0].code, 'pool_not_administrator')
    assert.equal((await keeper.post('/records/customer', { name: word(), pool: pool.id, owner: keeper.id })).body.errors[0].code, 'pool_owner')
    assert.equal((await keeper.post('/records/lead', { name: word(), pool: pool.id })).body.errors[0].code, 'pool_unfit')
    const form = new FormData()
    form.append('file', new Blob(['公司,公海\n导入一号,华东公海\n导入二号,华东公海\n']), 'rows.csv')
    form.append('object', 'customer')
    form.append('map', JSON.stringify({ columns: { 公司: 'name', 公海: 'pool' } }))
    const answer = await keeper.post('/imports', form)
    const job = await ended(keeper, answer.body.id)
    assert.equal(job.result?.created, 2, JSON.stringify(job))
    const made = (await boss.list('customer', { filter: 'name starts_with "导入"' })).body.items
    for (const record of made) assert.deepEqual([record.owner, record.in_pool, (await movements(boss, record))[0].kind], [null, true, 'import'])
  },

  'bulk: each record for itself; a release is taken back by who may give records away': async ({ boss, keeper, one, two, lead, pool }) => {
    const records = await Promise.all(Array.from({ length: 5 }, () => pooled(keeper, pool)))
    await act(two, records[0], 'claim')
    const claimed = (await one.post('/records/customer/bulk', { ids: records.map((record) => record.id), op: 'action', action: 'claim' })).body
    assert.deepEqual([claimed.result.done, claimed.result.failed, claimed.result.problems.map((problem) => problem.id)], [4, 1, [records[0].id]])
    assert.match(claimed.result.problems[0].message, /two/)
    const released = (await one.post('/records/customer/bulk', { ids: records.slice(1).map((record) => record.id), op: 'action', action: 'release', body: { reason: '批量', pool: pool.id } })).body
    assert.equal(released.result.done, 4)
    assert.equal((await boss.post(`/jobs/${released.id}/undo`, {})).body.result.done, 4)
    const back = await get(boss, records[1])
    assert.deepEqual([back.owner.id, back.in_pool, back.pool], [one.id, false, null])
    assert.deepEqual((await movements(boss, records[1])).map((item) => item.kind), ['import', 'claim', 'release', 'return'])
    const mine = (await lead.post('/records/customer/bulk', { ids: records.slice(1, 3).map((record) => record.id), op: 'action', action: 'release', body: { reason: '批量' } })).body
    assert.equal(mine.result.done, 2)
  },

  'what somebody held who leaves goes to a pool, and comes back': async ({ company, boss, pool }) => {
    const leaver = await company.add('leaver', 'sales', 'south')
    const records = [await leaver.create('customer', { name: word() }), await leaver.create('customer', { name: word() })]
    const rules = [{ of: 'customer.owner', to: [{ pool: pool.id }] }]
    const plan = (await boss.post(`/users/${leaver.id}/handover`, { rules, dry_run: true })).body
    assert.deepEqual(plan.items.find((field) => field.of === 'customer.owner').to, [{ pool: { id: pool.id, name: '华东公海' }, count: 2 }])
    assert.equal((await boss.post(`/users/${leaver.id}/handover`, { rules: [{ of: '*', to: [{ pool: pool.id }] }], dry_run: true })).status, 422)
    const started = await boss.post(`/users/${leaver.id}/handover`, { rules })
    const job = await ended(boss, started.body.id)
    assert.deepEqual([job.result.done, job.result.failed, job.result.to], [2, 0, [{ pool: { id: pool.id }, count: 2 }]], JSON.stringify(job))
    for (const record of records) assert.deepEqual([(await get(boss, record)).pool.id, (await get(boss, record)).owner], [pool.id, null])
    await ended(boss, (await boss.post(`/jobs/${job.id}/undo`, {})).body.id)
    for (const record of records) assert.equal((await get(boss, record)).owner.id, leaver.id)
  },

  'only so many different records of a pool are opened a day': async ({ boss, keeper, one, two, pool }) => {
    const records = await Promise.all(Array.from({ length: 4 }, () => pooled(keeper, pool)))
    await withPool(boss, pool, { view_daily: 100 }, async () => {
      for (const record of records.slice(0, 2)) await two.get(`/records/customer/${record.id}`)
    })
    const seen = (await two.get('/pools')).body.items[0].view.today
    assert.equal(seen, 2)
    await withPool(boss, pool, { view_daily: 2 }, async () => {
      assert.equal((await two.get(`/records/customer/${records[0].id}`)).status, 200, 'again')
      assert.deepEqual(code(await two.get(`/records/customer/${records[2].id}`)), [429, 'pool_view_limit'])
      assert.deepEqual(code(await two.get(`/records/customer/${records[2].id}/timeline`)), [429, 'pool_view_limit'])
      assert.equal((await keeper.get(`/records/customer/${records[2].id}`)).status, 200)
      await act(two, records[2], 'claim')
      assert.equal((await two.get(`/records/customer/${records[2].id}`)).status, 200, 'what is his own')
    })
  },

  'rules and limits are written by who administers the pool': async ({ boss, keeper, one, lead, pool }) => {
    const rule = { name: '试', pool: pool.id, clock: 'follow_up', days: 30, active: false }
    assert.equal((await one.post('/records/pool_rule', rule)).status, 403)
    assert.equal((await lead.post('/records/pool_rule', rule)).status, 403, 'a manager of other people')
    assert.equal((await lead.post('/records/pool', { name: 'x', object: 'customer' })).status, 403)
    assert.equal((await lead.patch(`/records/pool/${pool.id}`, { claim_daily: 9 })).status, 403)
    assert.equal((await boss.post('/records/pool', { name: 'x', object: 'opportunity' })).body.errors[0].code, 'pool_object')
    assert.equal((await boss.patch(`/records/pool/${pool.id}`, { object: 'lead' })).body.errors[0].code, 'pool_fixed')
    assert.equal((await boss.patch(`/records/pool/${pool.id}`, { mask_fields: ['nothing'] })).status, 422)
    assert.equal((await boss.patch(`/records/pool/${pool.id}`, { protect: 'nothing > 1' })).body.errors[0].code, 'expr_unknown_name')
    const led = await boss.create('pool', { name: '主管公海', object: 'customer', administrators: [lead.id], active: true })
    const made = await lead.post('/records/pool_rule', { ...rule, pool: led.id })
    assert.equal(made.status, 201, JSON.stringify(made.body))
    assert.equal(made.body.object, 'customer')
    assert.equal((await lead.patch(`/records/pool/${led.id}`, { claim_daily: 9 })).status, 200)
    assert.equal((await lead.patch(`/records/pool/${led.id}`, { administrators: [one.id] })).status, 422)
    assert.equal((await lead.post('/pools/simulate', { pool: led.id })).status, 200)
    for (const person of [one, lead]) assert.equal((await person.post('/pools/simulate', { pool: pool.id })).status, 403)
    assert.equal((await one.get(`/pools/${pool.id}/report`)).status, 403)
    assert.equal((await lead.post('/pools/sweep')).status, 403)
    assert.equal((await keeper.get(`/pools/${pool.id}/report`)).status, 200)
    assert.ok((await keeper.list('pool_movement', { filter: `pool = ${pool.id}` })).body.items.length > 3, 'its log')
    assert.equal((await one.list('pool_movement', { filter: `pool = ${pool.id}` })).body.items.length, 0)
    assert.equal((await boss.get('/pools')).body.items.length, 2)
    assert.deepEqual((await lead.get('/pools')).body.items.map((item) => [item.name, item.member, item.administrator]).sort(), [['主管公海', true, true], ['华东公海', true, false]])
    assert.equal((await boss.patch(`/records/pool/${led.id}`, { active: false })).status, 200)
  },

  'what counts as a follow-up is a rule; an empty note never does': async ({ boss, loser, pool, company }) => {
    const rule = await boss.create('pool_rule', { name: '三十天', pool: pool.id, clock: 'follow_up', days: 30, condition: `owner = ${loser.id}` })
    const customer = await loser.create('customer', { name: word() })
    const day = (days) => new Date(company.start + days * DAY + 8 * 3600e3).toISOString().slice(0, 10)
    assert.deepEqual([customer.recycle_at, customer.recycle_rule.name], [day(30), '三十天'])
    const [again] = await later(company, 4, 'loser')
    const note = (content, type = 'call') => again.create('activity', { type, content, target: { object: 'customer', id: customer.id } })
    const clock = async () => (await get(again, customer)).recycle_at
    await note(' …。！ ')
    assert.equal(await clock(), day(30))
    const added = await note('。。')
    await note('谈过了')
    assert.equal(await clock(), day(34))
    const [boss4] = await later(company, 6, 'boss')
    const refusals = (await boss4.get('/audit?kind=quota.refused&limit=50')).body.items
    assert.equal(refusals.filter((item) => item.object === 'pool').length, 1, 'who looked at too many, once a day')
    const effective = await boss4.create('follow_up_rule', { name: '有效', object: 'customer', condition: 'length(content) >= 6 and type in ("call","visit")' })
    const [loser6] = await later(company, 7, 'loser')
    const more = (content, type, at) => loser6.create('activity', { type, content, at, target: { object: 'customer', id: customer.id } })
    await more('太短', 'call')
    await more('够长的一段备注文字', 'note')
    await more('      ', 'call').catch(() => null)
    assert.equal((await get(loser6, customer)).recycle_at, day(34))
    await more('够长的一段电话记录', 'call', new Date(company.start + 500 * DAY).toISOString())
    assert.equal((await get(loser6, customer)).recycle_at, day(37), 'not from the future')
    await more('很久以前的一次拜访记录', 'visit', new Date(company.start - 5 * DAY).toISOString())
    assert.equal((await get(loser6, customer)).recycle_at, day(37), 'not back')
    assert.equal((await loser6.post('/records/follow_up_rule', { name: 'x', object: 'customer', condition: 'true' })).status, 403)
    const [loser8] = await later(company, 8, 'loser')
    assert.equal((await loser8.patch(`/records/activity/${added.id}`, { content: '补写一段足够长的记录' })).status, 200)
    assert.equal((await get(loser8, customer)).recycle_at, day(37), 'entered for an earlier day')
    const [boss8] = await later(company, 8, 'boss')
    await boss8.patch(`/records/follow_up_rule/${effective.id}`, { active: false })
    await boss8.patch(`/records/pool_rule/${rule.id}`, { active: false })
  },

  'what is simulated is what the sweep does; it is told once, taken back, and warned of': async ({ boss: stale, company, pool, engine }) => {
    const [boss, loser] = await later(company, 9, 'boss', 'loser')
    const rule = await boss.create('pool_rule', { name: '十天没跟进', pool: pool.id, clock: 'follow_up', days: 10, warn_days: 3, order: 5, condition: `owner = ${loser.id} and level = "C"` })
    const first = await boss.create('pool_rule', { name: 'B 类不回收', pool: pool.id, clock: 'gained', days: 3000, order: 1, condition: 'short_name = "留"' })
    const records = []
    for (let i = 0; i < 8; i++) records.push(await loser.create('customer', { name: word(), level: 'C' }))
    const kept = await loser.create('customer', { name: word(), level: 'C', short_name: '留' })
    const deal = await loser.create('customer', { name: word(), level: 'C' })
    await loser.create('opportunity', { name: 'd', customer: deal.id, amount: 10 })
    const day = (days) => new Date(company.start + days * DAY + 8 * 3600e3).toISOString().slice(0, 10)
    const told = async (person) => (await person.list('notification', { limit: '200', filter: 'text contains "回收" or text contains "pool"', fields: 'text' })).body.items.map((item) => item.text)
    const before = (await told(loser)).length
    // warned three days before, once
    const [loser16] = await later(company, 16, 'loser')
    await later(company, 16)
    const warned = (await told(loser16)).slice(0, (await told(loser16)).length - before)
    assert.equal(warned.length, 8, warned.join('\n'))
    assert.ok(warned.every((text) => text.includes(day(19)) && text.includes('十天没跟进')), warned[0])
    // a follow-up saves one of them
    await loser16.create('activity', { type: 'call', content: '救回来了', target: { object: 'customer', id: records[7].id } })
    assert.equal((await get(loser16, records[7])).recycle_at, day(26))
    const [boss18, keeper18] = await later(company, 18, 'boss', 'keeper')
    const tomorrow = (await boss18.post('/pools/simulate', { object: 'customer' })).body
    assert.deepEqual([tomorrow.count, tomorrow.protected, tomorrow.by_owner], [7, 1, [{ owner: { id: loser.id, name: 'loser' }, count: 7 }]])
    assert.deepEqual(tomorrow.by_rule.map((item) => [item.rule.name, item.count]), [['B 类不回收', 0], ['十天没跟进', 7]])
    assert.deepEqual([tomorrow.items[0].due_at, tomorrow.items[0].rule.id, tomorrow.items[0].owner.id], [day(19), rule.id, loser.id])
    assert.equal((await boss18.post('/pools/simulate', { object: 'customer', at: day(18) })).body.count, 0)
    assert.equal((await keeper18.post('/pools/simulate', { pool: pool.id })).body.count, 7, 'by its administrators')
    assert.equal((await boss18.post('/pools/simulate', { object: 'customer', rule: { id: rule.id, days: 12 } })).body.count, 0, 'with another figure')
    assert.equal((await boss18.post('/pools/simulate', { object: 'customer', rule: { id: first.id, active: false } })).body.count, 8)
    assert.equal((await boss18.post('/pools/simulate', { pool: pool.id, rule: { name: '新', clock: 'gained', days: 1, condition: 'level = "C"', order: 0 } })).body.count, 9, 'with one that is not stored')
    assert.equal((await boss18.post('/pools/simulate', { pool: pool.id, rule: { name: '新', clock: 'gained', days: 1, condition: 'nothing = 1' } })).status, 422)
    const [boss19, loser19] = await later(company, 19, 'boss', 'loser')
    const expected = (await boss19.post('/pools/simulate', { object: 'customer', at: day(19) })).body.items.map((item) => item.id).sort()
    const sweep = await boss19.post('/pools/sweep')
    assert.equal(sweep.status, 202)
    const job = await ended(boss19, sweep.body.job)
    assert.deepEqual([job.status, job.result.failed], ['done', 0], JSON.stringify(job))
    const gone = []
    for (const record of [...records, kept, deal]) if ((await get(boss19, record)).in_pool) gone.push(record.id)
    assert.deepEqual(gone.sort(), expected)
    const one = await get(boss19, records[0])
    assert.deepEqual([one.pool.id, one.former_owner.id, one.pool_reason, one.owner, one.recycle_at], [pool.id, loser.id, '十天没跟进', null, null])
    assert.deepEqual((await movements(boss19, records[0])).map((item) => [item.kind, item.rule.id, item.from_user.id]), [['recycle', rule.id, loser.id]])
    assert.equal((await told(loser19)).length, before + 8 + 1, 'one notification for seven records')
    assert.deepEqual((await boss19.post('/pools/simulate', { object: 'customer', at: day(19) })).body.count, 0)
    const report = (await boss19.get(`/pools/${pool.id}/report?from=${day(0)}&to=${day(19)}`)).body
    assert.equal(report.in.find((item) => item.kind === 'recycle').count, 7)
    assert.ok(report.out.some((item) => item.kind === 'claim') && report.people.some((item) => item.user.id === loser.id && item.recycled === 7), JSON.stringify(report))
    assert.equal(typeof report.waiting_days.median, 'number')
    const undone = await boss19.post(`/jobs/${sweep.body.job}/undo`, {})
    await ended(boss19, undone.body.id)
    assert.deepEqual([(await get(boss19, records[0])).owner.id, (await get(boss19, records[0])).in_pool], [loser.id, false])
    assert.equal((await movements(boss19, records[0])).at(-1).kind, 'return')
    for (const each of [rule, first]) await boss19.patch(`/records/pool_rule/${each.id}`, { active: false })
    // the night sweeps by itself
    const swept = async () => (await boss19.get('/audit?kind=pool_sweep.end&limit=50')).body.items.length
    const until = await swept()
    assert.equal((await boss19.post('/test/night')).status, 200)
    for (let i = 0; i < 300 && (await swept()) === until; i++) await wait(20)
    assert.equal(await swept(), until + 1)
  },

  'leads have pools of their own, and by department': async ({ company }) => {
    const [boss, far, one] = await later(company, 20, 'boss', 'far', 'one')
    const pool = await boss.create('pool', { name: '线索池', object: 'lead', members: [far.id], holding_limit: 2, mask_fields: ['wechat'] })
    const rule = await boss.create('pool_rule', { name: '两天', pool: pool.id, clock: 'gained', days: 2, departments: [company.departments.south] })
    const mine = await far.create('lead', { name: '线索甲', wechat: 'wx-secret', phone: '13611112222' })
    const theirs = await one.create('lead', { name: '线索乙' })
    const closed = await far.create('lead', { name: '线索丙' })
    assert.equal((await act(far, closed, 'reject', { reason: 'x' }, 'lead')).status, 200)
    assert.equal(theirs.recycle_at, null)
    const [boss22, far22, one22] = await later(company, 22, 'boss', 'far', 'one')
    assert.equal((await boss22.post('/pools/simulate', { object: 'lead', at: new Date(company.start + 22 * DAY + 8 * 3600e3).toISOString().slice(0, 10) })).body.count, 2, 'one of long ago')
    await ended(boss22, (await boss22.post('/pools/sweep')).body.job)
    const state = async (lead) => (await get(boss22, lead, 'lead')).in_pool === true
    assert.deepEqual([await state(mine), await state(theirs), await state(closed)], [true, false, false])
    assert.deepEqual([(await get(far22, mine, 'lead')).wechat, (await get(far22, mine, 'lead')).phone], ['w***', '136****2222'])
    assert.equal((await one22.get(`/records/lead/${mine.id}`)).status, 404)
    assert.equal((await act(far22, mine, 'claim', {}, 'lead')).status, 200)
    const more = await boss22.create('lead', { name: '线索丁', pool: pool.id })
    assert.equal((await act(far22, more, 'claim', {}, 'lead')).status, 200, 'what is closed does not count')
    const last = await boss22.create('lead', { name: '线索戊', pool: pool.id })
    assert.deepEqual(code(await act(far22, last, 'claim', {}, 'lead')), [422, 'holding_limit'])
    await boss22.patch(`/records/pool_rule/${rule.id}`, { active: false })
  },

  'a sweep that is killed in the middle goes on to the same end': async ({ company, haike, pool, engine }) => {
    if (engine === 'postgres') return // there the others take twenty seconds to find out, as with every job: a hand-over shows it
    const [boss, far] = await later(company, -10, 'boss', 'far') // so that it is due by the clock of a server that is started again, too
    const rule = await boss.create('pool_rule', { name: '一天', pool: pool.id, clock: 'gained', days: 1, condition: 'short_name = "崩"' })
    const made = await boss.post('/records/customer/batch', Array.from({ length: 400 }, (_, i) => ({ op: 'create', values: { name: `崩溃 ${i}`, short_name: '崩', owner: far.id } })))
    assert.equal(made.status, 200, JSON.stringify(made.body).slice(0, 300))
    const [boss25] = await later(company, 0, 'boss')
    const sweep = await boss25.post('/pools/sweep')
    for (let i = 0, moved = 0; i < 500 && moved < 20; i++, await wait(5)) moved = (await boss25.aggregate('customer', { filter: 'short_name = "崩" and in_pool' })).body.items[0]['count()']
    await haike.stop('SIGKILL')
    await haike.serve('--test-clock')
    const [again] = await later(company, 0, 'boss')
    const job = await ended(again, sweep.body.job)
    assert.equal(job.status, 'done', JSON.stringify(job))
    assert.equal((await again.aggregate('customer', { filter: 'short_name = "崩" and in_pool' })).body.items[0]['count()'], 400)
    const counted = (await again.aggregate('pool_movement', { filter: `rule = ${rule.id}`, measure: 'count()' })).body.items[0]['count()']
    assert.equal(counted, 400, 'each once')
    const [owner] = await later(company, 0, 'far')
    assert.equal((await owner.list('notification', { filter: 'text contains "400"' })).body.items.length, 1, 'told once')
  },
}
