// Who sees a record beside its owner and department: through what it refers to, teams, sharing rules, several departments, a base role; and what of that is taken back at once.
// Every way in is asked, for who may and for who may not.
import assert from 'node:assert/strict'
import { Company } from '../support/company.mjs'
import { Stream } from '../support/stream.mjs'

export async function setup({ engine }) {
  const company = await Company.start(engine)
  await company.role('own', { '*': { read: 'own', create: true, update: 'own', delete: 'own', actions: ['assign'] } })
  await company.role('near', { '*': { read: 'department', update: 'department' } })
  await company.role('wide', { '*': { read: 'tree', update: 'tree' } })
  await company.role('expression', { '*': { read: 'name = "nothing"', update: 'name = "nothing"' } })
  await company.role('nothing', { product: { read: 'all' } })
  const people = [['one', 'own', 'east'], ['two', 'own', 'south'], ['near', 'near', 'east'], ['wide', 'wide', 'east'], ['words', 'expression', 'south'], ['nobody', 'nothing', 'east']]
  for (const [login, role, department] of people) await company.add(login, role, department)
  return { haike: company.haike, company, boss: company.boss, ...company.people }
}

// The ways in that tell of a record: all say the same.
async function sees(person, object, id, word, want, note = '') {
  const path = `/records/${object}/${id}`
  const names = async (params) => (await person.list(object, { fields: 'name', limit: '200', ...params })).body.items?.map((item) => item.id) ?? []
  const has = (ids) => ids.filter((found) => found === id).length
  const expected = want ? 1 : 0
  const inherited = object !== 'customer' // by its id a record is read by whoever reads the one above
  if (!inherited || want) assert.equal((await person.get(path)).status, want ? 200 : 404, `get ${note}`)
  const ways = [{}, { sort: 'name' }, { sort: 'updated_at' }, { filter: `name = ${JSON.stringify(word)}` }, { filter: `name contains ${JSON.stringify(word)}` }, { q: word }, { filter: `id = ${id}`, sort: '-created_at' }]
  for (const params of ways) assert.equal(has(await names(params)), expected, `list ${JSON.stringify(params)} ${note}`)
  const counted = (await person.list(object, { filter: `id = ${id}`, count: 'true' })).body
  assert.equal(counted.count ?? 0, expected, `count ${note}`)
  const listed = (await person.list(object, { limit: '200', count: 'true' })).body
  if (listed.items) assert.equal(listed.count, listed.items.length, `whole count ${note}`)
  if (listed.items) assert.equal(new Set(listed.items.map((item) => item.id)).size, listed.items.length, `doubles ${note}`)
  const sum = (await person.aggregate(object, { measure: 'count()', filter: `id = ${id}` })).body.items?.[0]?.['count()'] ?? 0
  assert.equal(sum, expected, `aggregate ${note}`)
  const found = (await person.get(`/search?q=${encodeURIComponent(word)}&objects=${object}`)).body.items
  assert.equal(found.filter((item) => item.id === id).length, expected, `search ${note}`)
}

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

async function ended(person, answer) {
  assert.ok(answer.status < 300, JSON.stringify(answer.body))
  for (let i = 0; i < 600; i++, await wait(20)) {
    const job = (await person.get(`/jobs/${answer.body.id}`)).body
    if (job.status === 'done' || job.status === 'failed') return job
  }
  throw new Error('the job does not end')
}

function table(person, object, content, map) {
  const form = new FormData()
  form.append('file', new Blob([content]), 'rows.csv')
  form.append('object', object)
  form.append('map', JSON.stringify(map))
  return person.post('/imports', form)
}

const member = (person, object, id, user, more = {}) => person.post('/records/team_member', { record: { object, id }, user, ...more })

export const scenarios = {
  'what hangs under a customer is seen by whoever owns the customer, as far as his scope goes': async ({ boss, one, two, near, wide, words, nobody }) => {
    const customer = await boss.create('customer', { name: '经由客户', owner: one.id })
    const made = {
      contact: await boss.create('contact', { name: '经由联系人', customer: customer.id, owner: two.id }),
      opportunity: await boss.create('opportunity', { name: '经由商机', customer: customer.id, owner: two.id }),
      activity: await boss.create('activity', { type: 'visit', content: '经由跟进', target: { object: 'customer', id: customer.id }, owner: two.id }),
      task: await boss.create('task', { title: '经由任务', target: { object: 'customer', id: customer.id }, owner: two.id }),
    }
    for (const [object, record] of Object.entries(made)) {
      const name = (await boss.get(`/records/${object}/${record.id}`)).body.name
      await sees(one, object, record.id, name, true, `own ${object}`)
      await sees(near, object, record.id, name, true, `department ${object}`)
      await sees(wide, object, record.id, name, true, `tree ${object}`)
      await sees(words, object, record.id, name, false, `an expression is not widened ${object}`)
      assert.equal((await nobody.get(`/records/${object}/${record.id}`)).status, 404)
      assert.equal((await one.patch(`/records/${object}/${record.id}`, { name: '改' })).status, 403, 'not for update')
      assert.equal((await one.delete(`/records/${object}/${record.id}`)).status, 403, 'not for delete')
    }
    // the customer changes hands: what hangs under it follows at once, in search too
    assert.equal((await boss.patch(`/records/customer/${customer.id}`, { owner: two.id })).status, 200)
    for (const [object, record] of Object.entries(made)) {
      const name = (await boss.get(`/records/${object}/${record.id}`)).body.name
      await sees(one, object, record.id, name, false, `lost ${object}`)
      await sees(near, object, record.id, name, false, `lost ${object}`)
    }
    assert.equal((await boss.patch(`/records/customer/${customer.id}`, { owner: one.id })).status, 200)
    await sees(one, 'task', made.task.id, '经由任务', true, 'back')
    // another customer instead
    const other = await boss.create('customer', { name: '另一客户', owner: two.id })
    assert.equal((await boss.patch(`/records/opportunity/${made.opportunity.id}`, { customer: other.id })).status, 200)
    await sees(one, 'opportunity', made.opportunity.id, '经由商机', false, 'moved')
    // through the bin nobody sees
    assert.equal((await boss.delete(`/records/task/${made.task.id}`)).status, 204)
    assert.equal((await boss.post(`/trash/task/${made.task.id}/restore`)).status, 200)
    await sees(one, 'task', made.task.id, '经由任务', true, 'restored')
  },

  'through a deleted record nobody sees, and again when it is back': async ({ boss, one, two }) => {
    const customer = await boss.create('customer', { name: '会消失的客户', owner: one.id })
    const task = await boss.create('task', { title: '孤立任务', target: { object: 'customer', id: customer.id }, owner: two.id })
    await sees(one, 'task', task.id, '孤立任务', true)
    assert.equal((await boss.delete(`/records/customer/${customer.id}`)).status, 204)
    await sees(one, 'task', task.id, '孤立任务', false)
    assert.equal((await boss.post(`/trash/customer/${customer.id}/restore`)).status, 200)
    await sees(one, 'task', task.id, '孤立任务', true)
  },

  'a team reads, or writes, and is managed by who may update the record himself': async ({ boss, one, two, near, words, nobody }) => {
    const customer = await one.create('customer', { name: '团队客户' })
    const path = `/records/customer/${customer.id}`
    await sees(two, 'customer', customer.id, '团队客户', false)
    assert.equal((await member(two, 'customer', customer.id, two.id)).status, 422, 'of what he does not see')
    const added = await member(one, 'customer', customer.id, two.id, { role: '技术' })
    assert.equal(added.status, 201, JSON.stringify(added.body))
    assert.equal(added.body.name, 'two')
    await sees(two, 'customer', customer.id, '团队客户', true)
    assert.equal((await two.patch(path, { short_name: '甲' })).status, 403)
    assert.equal((await member(one, 'customer', customer.id, two.id)).body.errors[0].code, 'team_twice')
    assert.equal((await two.patch(`/records/team_member/${added.body.id}`, { access: 'write' })).status, 403)
    assert.equal((await one.patch(`/records/team_member/${added.body.id}`, { user: near.id })).body.errors[0].code, 'team_fixed')
    assert.equal((await one.patch(`/records/team_member/${added.body.id}`, { access: 'write' })).status, 200)
    assert.equal((await two.patch(path, { short_name: '甲' })).status, 200)
    assert.equal((await two.delete(path)).status, 403, 'never deletes')
    const refused = await member(two, 'customer', customer.id, words.id)
    assert.deepEqual([refused.status, refused.body.code], [403, 'team_manage'], 'a member does not invite')
    assert.equal((await member(near, 'customer', customer.id, words.id)).status, 201, 'whoever may update it, does')
    await sees(words, 'customer', customer.id, '团队客户', true, 'a scope by expression reads at all')
    assert.equal((await words.patch(path, { short_name: '乙' })).status, 403)
    assert.equal((await member(boss, 'customer', customer.id, nobody.id, { access: 'write' })).status, 201)
    assert.equal((await nobody.get(path)).status, 404, 'who reads no customers at all')
    const team = (await two.get(`${path}/team`)).body
    assert.deepEqual([team.items.map((item) => [item.user.name, item.access, item.role]), team.manage], [[['two', 'write', '技术'], ['words', 'read', null], ['nobody', 'write', null]], false])
    assert.equal((await one.get(`${path}/team`)).body.manage, true)
    assert.equal((await nobody.get(`${path}/team`)).status, 404)
    // what the member sees goes with the record, and comes back with it
    assert.equal((await one.delete(path)).status, 204)
    assert.equal((await boss.list('team_member', { filter: `record = "customer:${customer.id}"` })).body.items.length, 0)
    assert.equal((await boss.post(`/trash/customer/${customer.id}/restore`)).status, 200)
    await sees(two, 'customer', customer.id, '团队客户', true, 'restored')
    assert.equal((await two.delete(`/records/team_member/${added.body.id}`)).status, 403)
    assert.equal((await one.delete(`/records/team_member/${added.body.id}`)).status, 204)
    await sees(two, 'customer', customer.id, '团队客户', false, 'removed')
  },

  'a sharing rule opens what matches it, from the moment it is there': async ({ company, boss, one, two, near, words, nobody }) => {
    const match = await one.create('customer', { name: '共享甲', level: 'A' }), other = await one.create('customer', { name: '共享乙', level: 'B' })
    const answer = await boss.post('/records/sharing_rule', { name: '南方看甲', object: 'customer', condition: 'level = "A" and name starts_with "共享"', departments: [company.departments.south], access: 'read' })
    assert.equal(answer.status, 201, JSON.stringify(answer.body))
    const rule = `/records/sharing_rule/${answer.body.id}`
    assert.equal(answer.body.state, 'ready')
    for (const person of [two, words]) {
      await sees(person, 'customer', match.id, '共享甲', true, 'in the department')
      await sees(person, 'customer', other.id, '共享乙', false, 'does not match')
    }
    assert.equal((await nobody.get(`/records/customer/${match.id}`)).status, 404)
    assert.equal((await two.patch(`/records/customer/${match.id}`, { short_name: 'x' })).status, 403)
    // records come and go with what they say
    assert.equal((await one.patch(`/records/customer/${other.id}`, { level: 'A' })).status, 200)
    await sees(two, 'customer', other.id, '共享乙', true, 'matches now')
    assert.equal((await one.patch(`/records/customer/${match.id}`, { level: 'C' })).status, 200)
    await sees(two, 'customer', match.id, '共享甲', false, 'matches no more')
    // the rule changes
    assert.equal((await boss.patch(rule, { condition: 'level = "C" and name starts_with "共享"' })).status, 200)
    await sees(two, 'customer', match.id, '共享甲', true, 'new condition')
    await sees(two, 'customer', other.id, '共享乙', false, 'new condition')
    assert.equal((await boss.patch(rule, { access: 'write' })).status, 200)
    assert.equal((await two.patch(`/records/customer/${match.id}`, { short_name: 'x' })).status, 200)
    assert.equal((await two.delete(`/records/customer/${match.id}`)).status, 403)
    assert.equal((await boss.patch(rule, { departments: [], users: [near.id] })).status, 200)
    await sees(two, 'customer', match.id, '共享甲', false, 'for others now')
    assert.equal((await boss.patch(rule, { users: [], roles: [company.roles.expression] })).status, 200)
    await sees(words, 'customer', match.id, '共享甲', true, 'by role')
    assert.equal((await boss.patch(rule, { active: false })).status, 200)
    await sees(words, 'customer', match.id, '共享甲', false, 'not active')
    assert.equal((await boss.patch(rule, { active: true })).status, 200)
    await sees(words, 'customer', match.id, '共享甲', true, 'active again')
    assert.equal((await boss.delete(rule)).status, 204)
    await sees(words, 'customer', match.id, '共享甲', false, 'deleted')
    assert.equal((await boss.post(`/trash/sharing_rule/${answer.body.id}/restore`)).status, 200)
    await sees(words, 'customer', match.id, '共享甲', true, 'restored')
    await boss.delete(rule)
  },

  'a rule by a total follows the total': async ({ boss, one, two }) => {
    const customer = await one.create('customer', { name: '合计客户' })
    const rule = await boss.create('sharing_rule', { name: '大客户', object: 'customer', condition: 'open_amount >= 1000 and name = "合计客户"', users: [two.id] })
    await sees(two, 'customer', customer.id, '合计客户', false)
    const deal = await one.create('opportunity', { name: '合计商机', customer: customer.id, amount: 2000, stage: 'initial' })
    await sees(two, 'customer', customer.id, '合计客户', true, 'through a roll-up')
    assert.equal((await one.delete(`/records/opportunity/${deal.id}`)).status, 204)
    await sees(two, 'customer', customer.id, '合计客户', false, 'and back')
    await boss.delete(`/records/sharing_rule/${rule.id}`)
  },

  'conditions of rules are of the record alone; rules are administrators\'': async ({ boss, one }) => {
    const bad = [['customer', 'owner = me()', 'expr_own', 8], ['customer', 'owner.department = 1', 'expr_own', 0], ['customer', 'level = "A" and created_at < today()', 'expr_own', 29],
      ['customer', 'count(contacts) > 0', 'expr_own', 0], ['customer', 'department under 1', 'expr_own', 11], ['customer', 'nothing = 1', 'expr_unknown_name', 0], ['customer', '1 + 1', 'expr_type', 0]]
    for (const [object, condition, code, position] of bad) {
      const answer = await boss.post('/records/sharing_rule', { name: 'x', object, condition })
      assert.equal(answer.status, 422, condition)
      assert.deepEqual([answer.body.errors[0].field, answer.body.errors[0].code, answer.body.errors[0].position], ['condition', code, position], condition)
    }
    for (const object of ['user', 'sharing_rule', 'role', 'ghost']) {
      const answer = await boss.post('/records/sharing_rule', { name: 'x', object, condition: 'id = 1' })
      assert.deepEqual([answer.status, answer.body.errors[0].field, answer.body.errors[0].code], [422, 'object', 'sharing_object'])
    }
    const rule = await boss.create('sharing_rule', { name: 'y', object: 'lead', condition: 'name = "y"' })
    assert.equal((await boss.patch(`/records/sharing_rule/${rule.id}`, { object: 'customer' })).body.errors[0].code, 'sharing_fixed')
    assert.equal((await boss.patch(`/records/sharing_rule/${rule.id}`, { state: 'building' })).body.errors[0].code, 'read_only')
    assert.equal((await one.post('/records/sharing_rule', { name: 'z', object: 'customer', condition: 'id > 0', users: [one.id] })).status, 403)
    assert.equal((await one.patch(`/records/sharing_rule/${rule.id}`, { users: [one.id] })).status, 404)
    await boss.delete(`/records/sharing_rule/${rule.id}`)
  },

  'several departments, and a role of everyone': async ({ company, boss, one, near, nobody }) => {
    const south = await boss.create('customer', { name: '南方客户', owner: company.people.two.id })
    await sees(near, 'customer', south.id, '南方客户', false)
    assert.equal((await boss.patch(`/records/user/${near.id}`, { other_departments: [company.departments.south] })).status, 200)
    await sees(near, 'customer', south.id, '南方客户', true, 'the other department')
    const mine = await boss.create('customer', { name: '归属客户', owner: near.id })
    assert.equal((await boss.get(`/records/customer/${mine.id}`)).body.department.id, company.departments.east, 'records follow the first department')
    assert.equal((await boss.patch(`/records/user/${near.id}`, { other_departments: [] })).status, 200)
    await sees(near, 'customer', south.id, '南方客户', false, 'no more')
    await company.role('everyone', { customer: { read: 'own', create: true } })
    assert.equal((await nobody.get('/records/customer')).status, 404)
    assert.equal((await boss.patch(`/records/role/${company.roles.everyone}`, { base: true })).status, 200)
    assert.equal((await nobody.create('customer', { name: '人人可建' })).owner.id, nobody.id)
    assert.deepEqual((await boss.delete(`/records/role/${company.roles.everyone}`)).body.code, 'role_base')
    assert.equal((await boss.patch(`/records/role/${company.roles.admin}`, { base: true })).body.errors[0].code, 'role_base_admin')
    assert.equal((await one.patch(`/records/role/${company.roles.everyone}`, { base: false })).status, 404)
    assert.equal((await boss.patch(`/records/role/${company.roles.everyone}`, { base: false })).status, 200)
    assert.equal((await nobody.get('/records/customer')).status, 404)
  },

  'who may not transfer changes no owner in any way': async ({ company, boss, two }) => {
    await company.role('stay', { customer: { read: 'own', create: true, update: 'own', transfer: false, actions: ['assign'] } })
    await company.role('move', { customer: { read: 'own', create: true, update: 'own', actions: ['assign'] } })
    const stay = await company.add('stay', 'stay', 'east'), move = await company.add('move', 'move', 'east')
    const kept = await stay.create('customer', { name: '不可转移' }), path = `/records/customer/${kept.id}`
    const refused = async (answer, note) => assert.deepEqual([answer.status, answer.body.errors[0].field, answer.body.errors[0].code], [422, 'owner', 'may_not_assign'], note)
    await refused(await stay.patch(path, { owner: two.id }), 'patch')
    await refused(await stay.patch(path, { owner: null }), 'cleared')
    await refused(await stay.post('/records/customer', { name: '代建', owner: two.id }), 'create')
    assert.equal((await stay.post(`${path}/actions/assign`, { owner: two.id })).status, 403)
    const batch = await stay.post('/records/customer/batch?atomic=false', { items: [{ op: 'update', id: kept.id, values: { owner: two.id } }] })
    assert.ok(JSON.stringify(batch.body).includes('may_not_assign'), 'batch')
    assert.equal((await stay.post('/records/customer/bulk', { ids: [kept.id], op: 'action', action: 'assign', body: { owner: two.id } })).status, 403)
    const bulk = await ended(stay, await stay.post('/records/customer/bulk', { ids: [kept.id], op: 'update', values: { owner: two.id } }))
    assert.equal(bulk.result.failed, 1, 'bulk')
    const imported = await ended(stay, await table(stay, 'customer', `id,owner\n${kept.id},two\n`, { key: 'id', mode: 'update', columns: { id: 'id', owner: { field: 'owner', match: 'name' } } }))
    assert.deepEqual([imported.result.failed, imported.result.issues[0].code], [1, 'may_not_assign'], 'import')
    assert.equal((await boss.get(path)).body.owner.id, stay.id)
    assert.equal((await stay.patch(path, { owner: stay.id, short_name: '自己' })).status, 200, 'his own name is no change')
    const meta = (await stay.get('/meta/objects/customer')).body.rights
    assert.deepEqual([meta.transfer, meta.actions.includes('assign'), meta.import], [false, false, true])
    assert.equal((await stay.get('/session')).body.permissions.customer.transfer, false)
    const given = await move.create('customer', { name: '可转移' })
    assert.equal((await move.patch(`/records/customer/${given.id}`, { owner: two.id })).status, 200)
  },

  'who may not import is told so, and a masked field shows its pattern': async ({ company, boss }) => {
    await company.role('typist', { customer: { read: 'all', create: true, import: false, fields: { phone: 'mask:2,3', email: 'mask', '*': 'write' } } })
    const typist = await company.add('typist', 'typist', 'east')
    const answer = await table(typist, 'customer', 'name\n进不来\n', { columns: { name: 'name' } })
    assert.deepEqual([answer.status, answer.body.code], [403, 'may_not_import'])
    assert.equal((await typist.create('customer', { name: '手工录入' })).name, '手工录入')
    const customer = await boss.create('customer', { name: '掩码客户', phone: '13812345678', email: 'zhang@x.cn' })
    const seen = (await typist.get(`/records/customer/${customer.id}`)).body
    assert.deepEqual([seen.phone, seen.email], ['13****678', 'z***@x.cn'])
    assert.equal((await typist.list('customer', { q: '13812345678' })).body.items.length, 0, 'not found by what is hidden')
    const field = (await typist.get('/meta/objects/customer')).body.fields.find((item) => item.name === 'phone')
    assert.deepEqual([field.access, field.mask], ['mask', '2,3'])
    assert.equal((await typist.list('customer', { filter: 'phone = "13812345678"' })).status, 400)
  },

  'explained: through what somebody may, and what is missing': async ({ company, boss, one, two, near, nobody }) => {
    const customer = await boss.create('customer', { name: '解释客户', owner: one.id })
    const contact = await boss.create('contact', { name: '解释联系人', customer: customer.id, owner: two.id })
    const explain = async (user, object, id) => (await boss.get(`/records/${object}/${id}/explain?user=${user.id}`)).body
    const kinds = (part) => part.because.map((reason) => reason.kind)
    let told = await explain(one, 'contact', contact.id)
    assert.deepEqual([told.read.allowed, kinds(told.read), told.update.allowed], [true, ['through'], false])
    assert.deepEqual([told.read.because[0].how, told.read.because[0].field, told.read.because[0].record], ['owner', 'customer', { object: 'customer', id: customer.id, name: '解释客户' }])
    assert.deepEqual(told.update.without.map((lack) => [lack.role, lack.scope]), [['own', 'own']])
    told = await explain(near, 'contact', contact.id)
    assert.deepEqual([told.read.because[0].kind, told.read.because[0].how, told.read.because[0].role], ['through', 'department', 'near'])
    await member(boss, 'customer', customer.id, two.id, { access: 'write', role: '售前' })
    const rule = await boss.create('sharing_rule', { name: '解释规则', object: 'customer', condition: 'name = "解释客户"', departments: [company.departments.hq], access: 'read' })
    told = await explain(two, 'customer', customer.id)
    assert.deepEqual(kinds(told.read).sort(), ['sharing_rule', 'team'])
    assert.deepEqual(kinds(told.update), ['team'])
    const shared = told.read.because.find((reason) => reason.kind === 'sharing_rule')
    assert.deepEqual([shared.rule, shared.access, shared.to.map((item) => item.kind)], [{ id: rule.id, name: '解释规则' }, 'read', ['department']])
    assert.equal(told.update.because[0].team_role, '售前')
    assert.deepEqual([told.delete.allowed, told.delete.without[0].scope], [false, 'own'])
    told = await explain(nobody, 'customer', customer.id)
    assert.deepEqual([told.read.allowed, told.read.without[0].scope], [false, 'none'])
    told = await explain(one, 'customer', customer.id)
    const phone = told.rights.find((item) => item.field === 'phone')
    assert.deepEqual([phone.right, phone.because.map((item) => item.role)], ['write', ['own']])
    assert.deepEqual([told.object.transfer.allowed, told.object.export.allowed, told.object.actions.assign.because[0].role], [true, false, 'own'])
    const own = (await one.get(`/records/customer/${customer.id}/explain`)).body
    assert.equal(own.read.because[0].how, 'owner', 'about oneself')
    const curious = (await one.get(`/records/customer/${customer.id}/explain?user=${two.id}`)).body
    assert.equal(curious.read.allowed, true)
    assert.ok(curious.read.because.length > 0 === ((await one.get('/meta/objects/user')).body.fields.some((field) => field.name === 'roles')), 'reasons are for who may know of roles')
    await boss.delete(`/records/sharing_rule/${rule.id}`)
  },

  'definitions say what is seen through, and follow when that changes': async ({ boss, one, two }) => {
    const made = await boss.post('/meta/objects', { name: 'visit_report', label: '拜访报告', fields: [{ name: 'customer', type: 'reference', target: 'customer', label: '客户' }, { name: 'about', type: 'record', label: '关于' }] })
    assert.equal(made.status, 201, JSON.stringify(made.body))
    assert.deepEqual((await boss.patch('/meta/objects/visit_report', { through: ['name'] })).body.errors[0].code, 'not_a_reference')
    assert.deepEqual((await boss.patch('/meta/objects/visit_report', { through: ['ghost'] })).body.errors[0].code, 'unknown_field')
    const customer = await boss.create('customer', { name: '报告客户', owner: one.id })
    const report = await boss.create('visit_report', { name: '一号报告', customer: customer.id, owner: two.id })
    await sees(one, 'visit_report', report.id, '一号报告', false)
    assert.equal((await boss.patch('/meta/objects/visit_report', { through: ['customer', 'about'] })).status, 200)
    assert.deepEqual((await boss.get('/meta/objects/visit_report')).body.through, ['customer', 'about'])
    await sees(one, 'visit_report', report.id, '一号报告', true, 'made before')
    assert.equal((await boss.patch('/meta/objects/visit_report', { through: [] })).status, 200)
    await sees(one, 'visit_report', report.id, '一号报告', false, 'taken back')
  },

  'the stream tells whoever sees by entries': async ({ boss, one, two }) => {
    const customer = await boss.create('customer', { name: '流客户', owner: one.id })
    const mine = await Stream.open(one), theirs = await Stream.open(two)
    const contact = await boss.create('contact', { name: '流联系人', customer: customer.id, owner: boss.id })
    const before = await boss.create('customer', { name: '之前', owner: two.id })
    await theirs.until((events) => events.some((event) => event.object === 'customer' && event.id === before.id))
    assert.ok(!theirs.events.some((event) => event.object === 'contact'), 'not his yet')
    await member(boss, 'customer', customer.id, two.id)
    await boss.patch(`/records/customer/${customer.id}`, { short_name: '流' })
    const last = await boss.create('customer', { name: '末', owner: one.id }), other = await boss.create('customer', { name: '末二', owner: two.id })
    const has = (events, object, id) => events.some((event) => event.object === object && event.id === id)
    await mine.until((events) => has(events, 'customer', last.id))
    await theirs.until((events) => has(events, 'customer', other.id))
    assert.ok(has(mine.events, 'contact', contact.id), 'through his customer')
    assert.ok(theirs.events.some((event) => event.object === 'customer' && event.version === 2), 'the team hears of the customer')
    await Promise.all([mine.close(), theirs.close()])
  },

  'nothing is left over or missing': async ({ haike }) => {
    const done = haike.command(['check'])
    assert.equal(done.status, 0, done.stdout + done.stderr)
  },
}
