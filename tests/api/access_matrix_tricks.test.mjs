// What a dishonest colleague tries: to learn, by detours, what his role hides, and to raise his own rights. Each scenario says what he is given to work with.
import assert from 'node:assert/strict'
import { Stream } from '../property/access_matrix/events.mjs'
import { Company, PASSWORD } from '../support/company.mjs'
import { Haike } from '../support/server.mjs'

export async function setup({ engine }) {
  const company = await Company.start(engine)
  company.engine = engine
  for (const key of ['sly', 'friend', 'chief']) await company.role(key, {})
  for (const [login, department] of [['sly', 'east'], ['friend', 'east'], ['chief', 'hq']]) await company.add(login, login, department)
  return { haike: company.haike, company, ...company.people }
}

const codes = (answer) => (answer.body.errors ?? []).map((error) => `${error.field}:${error.code}`)
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
let serial = 0
const unique = (text) => `${text}${++serial}`

async function load(person, object, content, map) {
  const form = new FormData()
  form.append('file', new Blob([content]), 'rows.csv')
  form.append('object', object)
  form.append('map', JSON.stringify(map))
  const started = await person.post('/imports', form)
  assert.equal(started.status, 202, JSON.stringify(started.body))
  for (;;) {
    const job = (await person.get(`/jobs/${started.body.id}`)).body
    if (job.status === 'done' || job.status === 'failed') return job
    await wait(20)
  }
}

async function upload(person, text) {
  const form = new FormData()
  form.append('file', new Blob([text]), 'secret.txt')
  const answer = await person.post('/files', form)
  assert.equal(answer.status, 201)
  return answer.body.id
}

const allOf = (...objects) => Object.fromEntries(objects.map((object) => [object, { read: 'all', create: true, update: 'all', delete: 'all', actions: '*' }]))

export const scenarios = {
  'refused bodies tell nothing of fields to those who may not write at all': async ({ company, sly, boss }) => {
    await company.grant('sly', { customer: { read: 'own', update: 'own', fields: { credit_code: 'hide' } }, contact: { read: 'all' } })
    const theirs = await boss.create('customer', { name: '别人的' })
    const contact = await boss.create('contact', { name: '人', customer: theirs.id })
    for (const [path, status, body] of [['/records/lead', 404, { budget: 'x', wechat: 5 }], [`/records/customer/${theirs.id}`, 404, { employees: 'x', nothing: 1 }], [`/records/contact/${contact.id}`, 403, { birthday: 'x' }],
      ['/records/customer', 403, { employees: 'x' }]]) {
      const answer = await (/\d$/.test(path) ? sly.patch(path, body) : sly.post(path, body))
      assert.deepEqual([path, answer.status, answer.body.errors], [path, status, []])
    }
    const batch = await sly.post('/records/customer/batch?atomic=false', [{ op: 'update', id: theirs.id, values: { employees: 'x', credit_code: 5 } }])
    assert.deepEqual([batch.body.items[0].status, batch.body.items[0].problem.errors], [404, []])
  },
  'a masked number is not found out by crowding a page with decoys': async ({ company, sly, boss }) => {
    await company.grant('sly', { customer: { read: 'all', create: true, update: 'own', fields: { phone: 'mask' } } })
    const phone = '13977778888'
    const guess = async (number) => {
      const list = await sly.list('customer', { q: number, limit: 1, count: 'true' })
      const search = await sly.get(`/search?q=${number}&limit=1`)
      return [list.body.items.map((item) => item.name), list.body.next, list.body.count, search.body.items.map((item) => item.name)]
    }
    await sly.create('customer', { name: `older ${phone}` })
    await boss.create('customer', { name: unique('目标'), phone })
    assert.deepEqual(await guess(phone), [[`older ${phone}`], null, 1, [`older ${phone}`]])
    await sly.create('customer', { name: `newer ${phone}` })
    const first = await sly.list('customer', { q: phone, limit: 1 })
    assert.deepEqual(first.body.items.map((item) => item.name), [`newer ${phone}`])
    const second = await sly.list('customer', { q: phone, limit: 1, after: first.body.next })
    assert.deepEqual([second.body.items.map((item) => item.name), second.body.next], [[`older ${phone}`], null])
  },
  'converting does not carry what is hidden into what is shown': async ({ company, sly, boss }) => {
    const grants = allOf('lead', 'customer', 'contact', 'opportunity')
    grants.lead.fields = { phone: 'hide', email: 'mask', budget: 'hide', company: 'read' }
    await company.grant('sly', grants)
    const lead = await boss.create('lead', { name: '线索', company: unique('某公司'), phone: '13812345678', email: 'li@secret.cn', wechat: 'known', budget: 777 })
    const done = await sly.post(`/records/lead/${lead.id}/actions/convert`, { opportunity: { name: '商机' } })
    assert.equal(done.status, 200, JSON.stringify(done.body))
    const [customer, contact, deal] = await Promise.all(['customer', 'contact', 'opportunity'].map(async (object) => (await sly.get(`/records/${object}/${done.body[object].id}`)).body))
    assert.deepEqual([customer.name, customer.phone, customer.email, contact.phone, contact.email, contact.wechat, deal.amount], [lead.company, null, null, null, null, 'known', null])
  },
  'converting carries along what its maker may see but not write': async ({ company, sly, boss }) => {
    const grants = allOf('lead', 'customer', 'contact')
    grants.lead.fields = { email: 'mask' }
    grants.customer.fields = { phone: 'mask', email: 'mask', industry: 'read', source: 'hide' }
    await company.grant('sly', grants)
    const lead = await boss.create('lead', { name: '线索', company: unique('某公司'), phone: '13812345678', email: 'li@secret.cn', industry: 'A', source: 'website' })
    const done = await sly.post(`/records/lead/${lead.id}/actions/convert`, {})
    assert.equal(done.status, 200, JSON.stringify(done.body))
    const customer = (await boss.get(`/records/customer/${done.body.customer.id}`)).body
    assert.deepEqual([customer.phone, customer.email, customer.industry, customer.source], ['13812345678', 'li@secret.cn', 'A', 'website'])
    const second = await boss.create('lead', { name: '线索', company: unique('某公司') })
    const given = await sly.post(`/records/lead/${second.id}/actions/convert`, { customer: { name: 'x', industry: 'B' } })
    assert.deepEqual([given.status, codes(given)], [422, ['customer.industry:read_only']])
  },
  'converting matches no customer by a name that its maker cannot read': async ({ company, sly, boss }) => {
    const grants = allOf('lead', 'customer', 'contact')
    grants.customer.fields = { name: 'mask' }
    await company.grant('sly', grants)
    const name = unique('秘密客户')
    await boss.create('customer', { name })
    const lead = await sly.create('lead', { name: '线索', company: name })
    const done = await sly.post(`/records/lead/${lead.id}/actions/convert`, { opportunity: null })
    assert.notEqual(done.body.new_customer, false)
  },
  'converting finds and names no customer that its maker does not see': async ({ company, sly, boss }) => {
    const grants = allOf('lead', 'customer', 'contact')
    grants.customer.read = grants.customer.update = grants.contact.read = 'own'
    await company.grant('sly', grants)
    const theirs = await boss.create('customer', { name: unique('别人的客户') })
    const lead = await sly.create('lead', { name: '线索', company: theirs.name })
    const named = await sly.post(`/records/lead/${lead.id}/actions/convert`, { customer: { id: theirs.id }, opportunity: null })
    assert.deepEqual([named.status, codes(named)], [422, ['customer.id:reference_missing']])
    const done = await sly.post(`/records/lead/${lead.id}/actions/convert`, { opportunity: null })
    assert.deepEqual([done.status, done.body.new_customer], [200, true], JSON.stringify(done.body))
    assert.notEqual(done.body.customer.id, theirs.id)
  },
  'actions do not write fields that are not their own': async ({ company, sly, boss }) => {
    const grants = allOf('opportunity', 'competitor')
    grants.opportunity.fields = { amount: 'read', close_date: 'hide', competitor: 'read' }
    await company.grant('sly', grants)
    const deal = await boss.create('opportunity', { name: '商机', amount: 10 })
    const rival = await boss.create('competitor', { name: '对手' })
    const win = await sly.post(`/records/opportunity/${deal.id}/actions/win`, { amount: 99, close_date: '2026-01-01' })
    assert.deepEqual([win.status, codes(win).sort()], [422, ['amount:read_only', 'close_date:unknown_field']])
    const lose = await sly.post(`/records/opportunity/${deal.id}/actions/lose`, { lost_reason: '价格', competitor: rival.id })
    assert.deepEqual([lose.status, codes(lose)], [422, ['competitor:read_only']])
    assert.equal((await boss.get(`/records/opportunity/${deal.id}`)).body.amount, 10)
    assert.equal((await sly.post(`/records/opportunity/${deal.id}/actions/win`, {})).status, 200)
  },
  'no action runs without its grant, and none on what may not be changed': async ({ company, sly, boss }) => {
    const deal = await boss.create('opportunity', { name: '商机', amount: 10 })
    for (const [grant, status] of [[{ read: 'none', update: 'all', actions: '*' }, 404], [{ read: 'all', update: 'all' }, 403], [{ read: 'all', update: 'own', actions: '*' }, 403], [{ read: 'own', update: 'all', actions: '*' }, 404]]) {
      await company.grant('sly', { opportunity: grant })
      for (const [action, body] of [['win', {}], ['lose', { lost_reason: 'x' }], ['assign', { owner: sly.id }]])
        assert.deepEqual([grant, action, (await sly.post(`/records/opportunity/${deal.id}/actions/${action}`, body)).status], [grant, action, status])
    }
    assert.equal((await boss.get(`/records/opportunity/${deal.id}`)).body.version, 1)
  },
  'whose daughter an invisible company is stays unknown': async ({ company, sly, boss }) => {
    await company.grant('sly', { customer: { read: 'own', create: true, update: 'own' } })
    const mine = await sly.create('customer', { name: '我的' })
    const [below, apart] = [await boss.create('customer', { name: '子', parent: mine.id }), await boss.create('customer', { name: '别' })]
    for (const id of [below.id, apart.id, 987654321]) assert.deepEqual(codes(await sly.patch(`/records/customer/${mine.id}`, { parent: id })), ['parent:reference_missing'])
  },
  'imports find nothing by hidden or masked fields': async ({ company, sly, boss }) => {
    await company.grant('sly', { customer: { read: 'all', create: true, update: 'own', fields: { phone: 'mask', credit_code: 'hide', name: 'write' } }, contact: { read: 'all', create: true } })
    await boss.create('customer', { name: unique('目标'), phone: '13600001111', credit_code: 'CODE77' })
    const byMatch = await load(sly, 'contact', 'name,c\nx,13600001111\n', { columns: { name: 'name', c: { field: 'customer', match: 'phone' } } })
    assert.deepEqual([byMatch.status, byMatch.problem?.code], ['failed', 'unknown_field'])
    const byKey = await load(sly, 'customer', 'name,phone\nx,13600001111\n', { columns: { name: 'name', phone: 'phone' }, key: 'phone', mode: 'update' })
    assert.deepEqual([byKey.status, byKey.problem?.code], ['failed', 'unknown_field'])
    const hidden = await load(sly, 'customer', 'name,credit_code\nx,CODE77\n', { columns: { name: 'name', credit_code: 'credit_code' } })
    assert.deepEqual([hidden.status, hidden.problem?.code], ['failed', 'unknown_field'])
  },
  'imports carry no owner and no times of others without the right': async ({ company, sly, friend }) => {
    await company.grant('sly', { customer: { read: 'own', create: true, update: 'own' } })
    for (const [column, value] of [['owner', friend.id], ['created_at', '2001-01-01T00:00:00Z'], ['created_by', friend.id]]) {
      const job = await load(sly, 'customer', `name,v\nx,${column === 'created_at' ? value : 'friend'}\n`, { columns: { name: 'name', v: column === 'created_at' ? column : { field: column, match: 'name' } } })
      assert.deepEqual([column, job.result?.created], [column, 0], JSON.stringify(job))
    }
  },
  'a file does not move from a hidden field to a shown one': async ({ company, sly, boss }) => {
    for (const body of [{ name: 'contract', label: '合同' }]) assert.equal((await boss.post('/meta/objects', body)).status, 201)
    for (const name of ['draft', 'signed']) assert.equal((await boss.post('/meta/objects/contract/fields', { name, type: 'file', label: name })).status, 201)
    await company.grant('sly', { contract: { read: 'all', create: true, update: 'all', fields: { signed: 'hide' } } })
    const [first, second] = [await upload(boss, 'first'), await upload(boss, 'second')]
    const contract = await boss.create('contract', { name: '合同', signed: first })
    assert.equal((await sly.get(`/files/${first}`)).status, 404)
    assert.deepEqual(codes(await sly.patch(`/records/contract/${contract.id}`, { draft: first })), ['draft:reference_missing'])
    assert.equal((await boss.patch(`/records/contract/${contract.id}`, { signed: second })).status, 200)
    for (const id of [first, second]) assert.equal((await sly.get(`/files/${id}`)).status, 404)
    assert.deepEqual(codes(await sly.patch(`/records/contract/${contract.id}`, { draft: first })), ['draft:reference_missing'])
    const own = await upload(sly, 'own')
    assert.equal((await sly.patch(`/records/contract/${contract.id}`, { draft: own })).status, 200)
    assert.equal((await sly.get(`/files/${own}`)).status, 200)
  },
  'a stream ends with its session': async ({ company, boss }) => {
    await company.grant('friend', { customer: { read: 'all' } })
    const guest = await company.signIn('friend')
    const stream = await new Stream(guest).open()
    const before = await boss.create('customer', { name: '前' })
    assert.ok(await stream.until(`customer:${before.id}`))
    assert.equal((await guest.delete('/session')).status, 204)
    const after = await boss.create('customer', { name: '后' })
    assert.equal(await stream.until(`customer:${after.id}`, 1500), false)
    await stream.close()
  },
  'who is no longer active hears and does nothing': async ({ company, boss }) => {
    await company.grant('friend', { customer: { read: 'all', create: true } })
    const guest = await company.signIn('friend')
    const stream = await new Stream(guest).open()
    assert.equal((await boss.patch(`/records/user/${guest.id}`, { active: false })).status, 200)
    const after = await boss.create('customer', { name: '后' })
    assert.equal(await stream.until(`customer:${after.id}`, 700), false)
    for (const path of ['/session', '/records/customer', '/events', '/meta/objects']) assert.equal((await guest.get(path)).status, 401)
    assert.equal((await boss.patch(`/records/user/${guest.id}`, { active: true })).status, 200)
    assert.equal((await guest.get('/session')).status, 401)
    await stream.close()
  },
  'a node that is asked nothing hears of lost rights all the same': async ({ company, boss }) => {
    if (company.engine !== 'postgres') return
    const node = new Haike('sqlite')
    node.place = [...node.place, ...company.haike.place.slice(2)]
    await node.serve()
    try {
      await company.grant('friend', { customer: { read: 'all' } })
      const far = await node.as('friend', PASSWORD)
      const stream = await new Stream(far).open()
      const seen = await boss.create('customer', { name: '前' })
      assert.ok(await stream.until(`customer:${seen.id}`))
      await company.grant('friend', { customer: { read: 'own' } })
      const unseen = await boss.create('customer', { name: '后' })
      assert.equal(await stream.until(`customer:${unseen.id}`, 1500), false)
      await stream.close()
    } finally {
      await node.done()
    }
  },
  'a notification does not name what its reader may not read': async ({ company, sly, chief, boss }) => {
    await company.grant('sly', { customer: { read: 'all', fields: { name: 'hide' } }, notification: { read: 'own' } })
    await company.grant('chief', { customer: { read: 'all', create: true, update: 'all', actions: '*' }, comment: { read: 'all', create: true } })
    const name = unique('绝密客户')
    const customer = await boss.create('customer', { name })
    assert.equal((await chief.post(`/records/customer/${customer.id}/actions/assign`, { owner: sly.id })).status, 200)
    await chief.create('comment', { content: '看看', target: { object: 'customer', id: customer.id }, mentions: [sly.id] })
    const told = (await sly.list('notification')).body.items
    assert.ok(told.length >= 2)
    assert.equal(JSON.stringify(told).includes(name), false, JSON.stringify(told))
  },
  'nobody raises his own rights through his own record': async ({ company, sly, boss }) => {
    await company.grant('chief', { customer: { read: 'all' } })
    await company.grant('sly', { user: { read: 'all', update: 'own' }, role: { read: 'all' } })
    const path = `/records/user/${sly.id}`
    assert.equal((await sly.patch(path, { phone: '13911112222' })).status, 200)
    for (const values of [{ roles: [company.roles.sly, company.roles.chief] }, { roles: [company.roles.admin] }, { roles: [] }, { department: company.departments.hq }, { other_departments: [company.departments.hq] }]) {
      const answer = await sly.patch(path, values)
      assert.ok([403, 422].includes(answer.status), `${JSON.stringify(values)}: ${answer.status}`)
    }
    await company.grant('sly', { user: { read: 'all', update: 'own', fields: { department: 'read' } } })
    assert.ok(codes(await sly.patch(path, { department: company.departments.hq })).includes('department:read_only'))
    const after = (await boss.get(path)).body
    assert.deepEqual([after.roles.map((role) => role.id), after.department.id], [[company.roles.sly], company.departments.east])
  },
  'who keeps the list of colleagues gives no role that he has not': async ({ company, sly, friend }) => {
    await company.grant('sly', { user: { read: 'all', create: true, update: 'all' }, role: { read: 'all' } })
    const path = `/records/user/${friend.id}`
    assert.equal((await sly.patch(path, { roles: [company.roles.friend, company.roles.sly] })).status, 200)
    assert.deepEqual(codes(await sly.patch(path, { roles: [company.roles.chief] })), ['roles:role_not_yours'])
    assert.deepEqual(codes(await sly.post('/records/user', { name: 'x', login: unique('x'), roles: [company.roles.chief] })), ['roles:role_not_yours'])
    assert.equal((await sly.patch(path, { roles: [company.roles.friend] })).status, 200)
  },
  'who keeps the list of colleagues does not turn the ways in of somebody with more rights towards himself': async ({ company, sly, friend, boss }) => {
    await company.grant('sly', { user: { read: 'all', create: true, update: 'all' }, role: { read: 'all' } })
    const path = `/records/user/${friend.id}`
    for (const [field, value] of [['email', 'sly@example.com'], ['login', unique('sly')]]) assert.deepEqual(codes(await sly.patch(path, { [field]: value })), [`${field}:user_not_yours`])
    assert.equal((await sly.patch(`/records/user/${boss.id}`, { email: 'sly@example.com' })).status, 403, 'an administrator is left to administrators')
    assert.equal((await sly.patch(path, { phone: '13911112222' })).status, 200)
    const equal = await sly.create('user', { name: 'x', login: unique('x'), roles: [company.roles.sly] })
    assert.equal((await sly.patch(`/records/user/${equal.id}`, { email: 'x@example.com' })).status, 200)
    assert.equal((await sly.patch(`/records/user/${sly.id}`, { email: 'sly@example.com' })).status, 200)
  },
  'only an administrator changes roles': async ({ company, sly, boss }) => {
    await company.grant('sly', { '*': { read: 'all', create: true, update: 'all', delete: 'all' } })
    const path = `/records/role/${company.roles.sly}`
    const spare = await boss.create('role', { name: 'spare', key: 'spare', grants: {} })
    assert.equal((await sly.patch(path, { grants: { '*': { read: 'all', export: true } } })).status, 403)
    assert.equal((await sly.post('/records/role', { name: 'mine', grants: {} })).status, 403)
    assert.equal((await sly.delete(`/records/role/${spare.id}`)).status, 403)
    assert.equal((await boss.delete(`/records/role/${spare.id}`)).status, 204)
    assert.equal((await sly.post(`/trash/role/${spare.id}/restore`)).status, 403)
  },
  'the tree of departments is no way up': async ({ company, sly }) => {
    await company.grant('sly', { department: { read: 'all', create: true, update: 'all', delete: 'all' } })
    const { hq, east, south, shanghai } = company.departments
    assert.deepEqual(codes(await sly.patch(`/records/department/${hq}`, { head: sly.id })), ['head:department_own_rights'])
    assert.deepEqual(codes(await sly.patch(`/records/department/${south}`, { parent: east })), ['parent:department_own_rights'])
    assert.ok(codes(await sly.patch(`/records/department/${hq}`, { parent: east })).includes('parent:department_cycle'))
    assert.equal((await sly.patch(`/records/department/${shanghai}`, { remark: '改' })).status, 200)
    const made = await sly.create('department', { name: '新', parent: east })
    assert.equal((await sly.patch(`/records/department/${made.id}`, { parent: south })).status, 200)
    assert.deepEqual(codes(await sly.patch(`/records/department/${made.id}`, { parent: east })), ['parent:department_own_rights'])
  },
  'a stale write is answered with the record as its writer may see it': async ({ company, sly, boss }) => {
    await company.grant('sly', { customer: { read: 'all', update: 'all', fields: { phone: 'mask', credit_code: 'hide' } } })
    const customer = await boss.create('customer', { name: '客', phone: '13812345678', credit_code: 'SECRET' })
    const answer = await sly.patch(`/records/customer/${customer.id}`, { name: '改' }, { 'If-Match': '"7"' })
    assert.deepEqual([answer.status, answer.body.current.phone, 'credit_code' in answer.body.current], [412, '138****5678', false])
    await company.grant('sly', { customer: { read: 'all', update: 'own' } })
    assert.deepEqual([(await sly.patch(`/records/customer/${customer.id}`, { name: '改' }, { 'If-Match': '"7"' })).status], [403])
  },
  'a key of somebody else repeats nothing': async ({ company, sly, friend }) => {
    await company.grant('friend', allOf('customer'))
    await company.grant('sly', { customer: { read: 'own', create: true } })
    const key = { 'Idempotency-Key': unique('key') }
    const again = await company.signIn('friend')
    const first = await again.post('/records/customer', { name: '秘' }, key)
    assert.equal(first.status, 201)
    const second = await sly.post('/records/customer', { name: '秘' }, key)
    assert.notEqual(second.body.id, first.body.id)
  },
  'the usual order does not give away a hidden time in its cursor': async ({ company, sly, boss }) => {
    await company.grant('sly', { customer: { read: 'all', fields: { updated_at: 'hide', created_at: 'hide' } } })
    for (let i = 0; i < 3; i++) await boss.create('customer', { name: unique('多') })
    const page = (await sly.list('customer', { limit: 1 })).body
    const whole = (await boss.get(`/records/customer/${page.items[0].id}`)).body
    const ms = Date.parse(whole.updated_at)
    const bytes = Buffer.from(page.next, 'base64url').toString('hex')
    assert.equal(bytes.includes(ms.toString(16)), false)
    assert.deepEqual(codes(await sly.list('customer', { sort: '-updated_at' })), ['sort:unknown_field'])
  },
  'a rule with a hidden field is explained without it': async ({ company, sly, friend, boss }) => {
    await company.grant('sly', { customer: { read: 'annual_revenue > 5', fields: { annual_revenue: 'hide' } } })
    await company.grant('friend', { customer: { read: 'all' } })
    const customer = await boss.create('customer', { name: '客', annual_revenue: 10 })
    const own = (await sly.get(`/records/customer/${customer.id}/explain`)).body
    assert.equal(own.read.allowed, true)
    assert.equal(JSON.stringify(own).includes('annual_revenue'), false)
    const other = (await sly.get(`/records/customer/${customer.id}/explain?user=${friend.id}`)).body
    assert.deepEqual([other.read.allowed, other.read.because], [true, []])
    assert.ok((await boss.get(`/records/customer/${customer.id}/explain?user=${sly.id}`)).body.read.because[0].why.includes('annual_revenue > 5'))
  },
  'who lost a record brings nobody back into its team': async ({ company, sly, friend, boss }) => {
    for (const key of ['sly', 'friend']) await company.grant(key, { customer: { read: 'own', create: true, update: 'own', actions: '*' } })
    const customer = await sly.create('customer', { name: '客' })
    const [self, other] = await Promise.all([sly, friend].map((person) => sly.create('team_member', { record: { object: 'customer', id: customer.id }, user: person.id, access: 'write' })))
    const narrowed = await sly.post('/records/team_member/bulk', { ids: [other.id], op: 'update', values: { access: 'read' } })
    assert.equal(narrowed.body.result.done, 1)
    assert.equal((await boss.patch(`/records/customer/${customer.id}`, { owner: boss.id })).status, 200)
    assert.equal((await boss.delete(`/records/team_member/${self.id}`)).status, 204)
    assert.equal((await sly.get(`/records/customer/${customer.id}`)).status, 404)
    const path = `/records/team_member/${other.id}`
    const refused = [await sly.patch(path, { access: 'write' }), await sly.delete(path), await sly.post(`/trash/team_member/${self.id}/restore`)]
    assert.deepEqual(refused.map((answer) => answer.status), [404, 404, 404])
    const undone = await sly.post(`/jobs/${narrowed.body.id}/undo`, {})
    assert.equal(undone.body.result?.done ?? 0, 0, JSON.stringify(undone.body))
    assert.equal((await boss.get(path)).body.access, 'read')
    assert.equal((await sly.get(`/records/customer/${customer.id}`)).status, 404)
    assert.equal((await boss.post(`/trash/team_member/${self.id}/restore`)).status, 200)
    assert.equal((await sly.get(`/records/customer/${customer.id}`)).status, 200)
    assert.equal((await sly.patch(path, { access: 'write' })).status, 403)
  },
  'a formula over what may be made and not read is hidden': async ({ company, sly, boss }) => {
    assert.equal((await boss.post('/meta/objects', { name: 'quote', label: '报价', fields: [{ name: 'customer', type: 'reference', label: '客户', target: 'customer', inverse: 'quotes' }] })).status, 201)
    assert.equal((await boss.post('/meta/objects/quote/fields', { name: 'worth', type: 'formula', label: '值', expression: 'customer.annual_revenue * 2', result: 'money' })).status, 201)
    const customer = await boss.create('customer', { name: '客', annual_revenue: 4321 })
    const quote = await boss.create('quote', { name: '价', customer: customer.id })
    await company.grant('sly', { quote: { read: 'all' }, customer: { create: true } })
    assert.equal('worth' in (await sly.get(`/records/quote/${quote.id}`)).body, false)
    assert.equal((await sly.list('quote', { filter: 'worth > 1' })).status, 400)
    await company.grant('sly', { quote: { read: 'all' }, customer: { read: 'all' } })
    assert.equal((await sly.get(`/records/quote/${quote.id}`)).body.worth, 8642)
  },
  'definitions name no hidden field': async ({ company, sly }) => {
    await company.grant('sly', { opportunity: { read: 'all', fields: { stage: 'hide', amount: 'hide', close_date: 'mask' } } })
    const definition = (await sly.get('/meta/objects/opportunity')).body
    const texts = JSON.stringify(definition).replace(/"label":"[^"]*"/g, '')
    for (const name of ['stage', 'amount']) assert.equal(new RegExp(`.{0,80}"?\\b${name}\\b.{0,20}`).exec(texts)?.[0], undefined, name)
    const api = JSON.stringify((await sly.get('/openapi.json')).body.components.schemas.opportunity)
    assert.equal(/\bstage\b|\bamount\b/.test(api), false)
  },
}
