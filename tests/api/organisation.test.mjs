// The organisation: departments move and merge, people move with their records or without, superiors, deactivating; handing over what somebody holds who leaves, and
// taking that back: for who may and for who may not.
import assert from 'node:assert/strict'
import { Company, PASSWORD } from '../support/company.mjs'

const keeper = { user: { read: 'all', update: 'all' }, customer: { read: 'tree', update: 'tree', create: true, actions: ['assign'] }, lead: { read: 'tree', update: 'tree' }, department: { read: 'all' } }

export async function setup({ engine }) {
  const company = await Company.start(engine)
  await company.role('keeper', keeper)
  await company.role('grower', { customer: { read: 'tree', update: 'tree', create: true }, department: { read: 'all', create: true, update: 'all', delete: 'all', actions: '*' }, user: { read: 'all' } })
  for (const [login, role, department] of [['keeper', 'keeper', 'east'], ['grower', 'grower', 'hq'], ['rep', 'sales', 'east'], ['next', 'sales', 'east'], ['third', 'sales', 'south']]) await company.add(login, role, department)
  return { haike: company.haike, company, boss: company.boss, ...company.people }
}

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
let serial = 0
const mark = () => `o${++serial}_${Date.now().toString(36)}`
const got = async (person, object, id) => (await person.get(`/records/${object}/${id}`)).body
const count = async (person, object, filter) => (await person.get(`/aggregate/${object}?measure=count()&filter=${encodeURIComponent(filter)}`)).body.items[0]['count()']
const codes = (answer) => (answer.body.errors ?? []).map((error) => `${error.field}:${error.code}`)

async function ended(person, id, look = () => {}) {
  for (let i = 0; i < 6000; i++, await wait(10)) {
    const job = (await person.get(`/jobs/${id}`)).body
    look(job)
    if (job.finished_at) return job
  }
  throw new Error('the job does not end')
}

// The newest job of a kind that a person has started, once it is there and over.
async function newest(person, kind, known = 0) {
  for (let i = 0; i < 1000; i++, await wait(10)) {
    const job = (await person.get('/jobs?limit=20')).body.items.find((item) => item.kind === kind && item.id > known)
    if (job) return ended(person, job.id)
  }
  throw new Error(`no job ${kind}`)
}

async function make(person, object, rows) {
  const made = []
  for (let i = 0; i < rows.length; i += 500) {
    const answer = await person.post(`/records/${object}/batch`, { items: rows.slice(i, i + 500).map((values) => ({ op: 'create', values })) })
    assert.equal(answer.status, 200, JSON.stringify(answer.body).slice(0, 400))
    made.push(...answer.body.items.map((item) => item.record))
  }
  return made
}

async function hire(company, role, department, more = {}) {
  const login = mark()
  const person = await company.add(login, role, department)
  if (Object.keys(more).length) await changed(company.boss, 'user', person.id, more)
  return person
}

async function changed(person, object, id, values) {
  const answer = await person.patch(`/records/${object}/${id}`, values)
  assert.equal(answer.status, 200, JSON.stringify(answer.body))
  return answer.body
}

const department = async (boss, name, parent) => (await boss.create('department', { name, ...(parent ? { parent } : {}) })).id
const handOver = (person, user, body) => person.post(`/users/${user}/handover`, body)
const notices = async (person) => (await person.list('notification', { sort: '-created_at', limit: '50' })).body.items.filter((item) => item.target?.object === 'user' || /交接|handed/.test(item.text ?? ''))

export const scenarios = {
  'departments: moving, circles, and why one cannot go': async ({ boss, grower, company }) => {
    const top = await department(boss, mark(), company.departments.hq), below = await department(boss, mark(), top), leaf = await department(boss, mark(), below)
    assert.deepEqual(codes(await boss.patch(`/records/department/${top}`, { parent: leaf })), ['parent:department_cycle'])
    assert.equal((await got(boss, 'department', leaf)).parent.id, below)
    await changed(boss, 'department', leaf, { parent: top })
    assert.equal((await got(boss, 'department', leaf)).parent.id, top)
    const nested = await boss.delete(`/records/department/${top}`)
    assert.deepEqual([nested.status, nested.body.code], [409, 'department_children'])
    assert.match(nested.body.title + (nested.body.detail ?? ''), /2/)
    const member = await hire(company, 'sales', 'south', { department: leaf })
    const full = await boss.delete(`/records/department/${leaf}`)
    assert.deepEqual([full.status, full.body.code], [409, 'department_people'])
    const guest = await hire(company, 'sales', 'south', { other_departments: [below] })
    assert.equal((await boss.delete(`/records/department/${below}`)).body.code, 'department_people', 'a second membership counts too')
    await changed(boss, 'user', guest.id, { other_departments: null })
    await member.create('customer', { name: mark() })
    await changed(boss, 'user', member.id, { department: top })
    await newest(boss, 'department_follow')
    const lone = await department(boss, mark(), top), owner = await hire(company, 'sales', 'south', { department: lone })
    await owner.create('customer', { name: mark() })
    assert.equal((await boss.post(`/records/user/${owner.id}/actions/move`, { department: top, records: 'leave' })).status, 200)
    const kept = await boss.delete(`/records/department/${lone}`)
    assert.deepEqual([kept.status, kept.body.code], [409, 'department_records'])
    assert.equal((await boss.delete(`/records/department/${leaf}`)).status, 204)
    assert.equal((await boss.delete(`/records/department/${below}`)).status, 204)
    assert.deepEqual(codes(await grower.patch(`/records/department/${top}`, { head: grower.id })), ['head:department_own_rights'])
  },

  'the tree with its counts, for everybody; heads by right': async ({ boss, rep, company }) => {
    const here = await department(boss, mark(), company.departments.hq), member = await hire(company, 'sales', 'south', { department: here }), gone = await hire(company, 'sales', 'south', { department: here })
    await hire(company, 'sales', 'south', { other_departments: [here] })
    await changed(boss, 'user', gone.id, { active: false })
    await changed(boss, 'department', here, { head: member.id })
    const row = (await rep.get('/organisation')).body.departments.find((item) => item.id === here)
    assert.deepEqual([row.parent, row.people, row.inactive, row.others, row.head.id], [company.departments.hq, 1, 1, 1, member.id])
    await company.role('blind', { customer: { read: 'own' } })
    const blind = await hire(company, 'blind', 'south')
    const seen = (await blind.get('/organisation')).body.departments.find((item) => item.id === here)
    assert.equal(seen.people, 1)
    assert.ok(!('head' in seen), 'heads open by a grant only')
    assert.equal((await company.haike.nobody().get('/organisation')).status, 401)
    assert.equal((await rep.get(`/departments/${here}/contents`)).status, 403)
  },

  'superiors: the written one, else heads upwards; no circles, nobody who left': async ({ boss, company }) => {
    const top = await department(boss, mark()), team = await department(boss, mark(), top)
    const [chief, head, a, b] = [await hire(company, 'sales', 'south', { department: top }), await hire(company, 'sales', 'south', { department: team }), await hire(company, 'sales', 'south', { department: team }), await hire(company, 'sales', 'south', { department: team })]
    await changed(boss, 'department', top, { head: chief.id })
    await changed(boss, 'department', team, { head: head.id })
    const chain = async (person, of) => (await person.get(`/users/${of}/superiors`)).body.items.map((item) => [item.id, item.by])
    assert.deepEqual(await chain(a, a.id), [[head.id, 'head'], [chief.id, 'head']])
    assert.deepEqual(await chain(boss, head.id), [[chief.id, 'head']])
    assert.deepEqual(await chain(boss, chief.id), [])
    await changed(boss, 'user', a.id, { superior: b.id })
    assert.deepEqual(await chain(a, a.id), [[b.id, 'superior'], [head.id, 'head'], [chief.id, 'head']])
    assert.deepEqual(codes(await boss.patch(`/records/user/${b.id}`, { superior: a.id })), ['superior:superior_cycle'])
    assert.deepEqual(codes(await boss.patch(`/records/user/${b.id}`, { superior: b.id })), ['superior:superior_cycle'])
    await changed(boss, 'user', head.id, { superior: a.id })
    assert.deepEqual(await chain(boss, a.id), [[b.id, 'superior'], [head.id, 'head'], [chief.id, 'head']], 'a head who reports to his own man does not turn the chain round')
    await changed(boss, 'user', b.id, { active: false })
    assert.deepEqual(await chain(a, a.id), [[head.id, 'head'], [chief.id, 'head']])
    assert.deepEqual(codes(await boss.patch(`/records/user/${head.id}`, { superior: b.id })), ['superior:superior_inactive'])
    assert.equal((await boss.get('/users/99999999/superiors')).status, 404)
    await company.role('unknowing', { customer: { read: 'own' } })
    const blind = await hire(company, 'unknowing', 'south', { department: team })
    assert.deepEqual(await chain(blind, blind.id), [[head.id, 'head'], [a.id, 'superior'], [chief.id, 'head']], 'his own everyone may know')
    assert.equal((await blind.get(`/users/${a.id}/superiors`)).status, 403)
    await changed(boss, 'user', a.id, { other_departments: [team, top, top] })
    assert.deepEqual((await got(boss, 'user', a.id)).other_departments.map((item) => item.id ?? item), [top], 'the primary one is not among the others')
    assert.deepEqual(codes(await blind.patch(`/records/user/${blind.id}`, { superior: a.id })).length > 0 || (await blind.patch(`/records/user/${blind.id}`, { superior: a.id })).status === 403, true)
  },

  'deactivated: out at once, named everywhere; administrators only by administrators': async ({ boss, keeper, company, haike }) => {
    const leaver = await hire(company, 'sales', 'east'), login = (await got(boss, 'user', leaver.id)).login
    const customer = await leaver.create('customer', { name: mark() })
    assert.equal((await leaver.get('/session')).status, 200)
    await changed(keeper, 'user', leaver.id, { active: false })
    assert.equal((await leaver.get('/session')).status, 401)
    const again = await haike.nobody().post('/session', { login, password: PASSWORD })
    assert.deepEqual([again.status, again.body.code], [401, 'bad_credentials'])
    assert.equal((await got(boss, 'customer', customer.id)).owner.name, login)
    const chief = await hire(company, 'admin', 'east')
    for (const values of [{ active: false }, { login: mark() }, { email: 'a@b.cn' }, { department: company.departments.south }]) {
      const refused = await keeper.patch(`/records/user/${chief.id}`, values)
      assert.deepEqual([refused.status, refused.body.code], [403, 'user_admin_account'], JSON.stringify(values))
    }
    assert.equal((await chief.get('/session')).status, 200)
    assert.equal((await handOver(keeper, chief.id, { rules: [], disable: true })).status, 403)
    await changed(boss, 'user', chief.id, { active: false })
    assert.equal((await keeper.patch(`/records/user/${chief.id}`, { active: true })).status, 403, 'nor brought back')
    assert.deepEqual(codes(await boss.patch(`/records/user/${boss.id}`, { active: false })), ['active:user_self', 'active:user_last_admin'])
  },

  'a person moves: his records follow, or stay, whichever way he is moved': async ({ boss, company, third }) => {
    const [from, to, far] = [await department(boss, mark()), await department(boss, mark()), await department(boss, mark())]
    const person = await hire(company, 'sales', 'south', { department: from })
    const rows = await make(person, 'customer', Array.from({ length: 120 }, () => ({ name: mark() })))
    await make(person, 'lead', [{ name: mark() }])
    const other = await third.create('customer', { name: mark() })
    await changed(boss, 'user', person.id, { department: to })
    const job = await newest(boss, 'department_follow')
    assert.deepEqual([job.status, job.result.done, job.result.failed, job.request.from, job.request.to], ['done', 121, 0, from, to])
    assert.equal(await count(boss, 'customer', `department = ${to}`), 120)
    assert.equal(await count(boss, 'lead', `department = ${to}`), 1)
    assert.equal((await got(boss, 'customer', other.id)).department.id, company.departments.south)
    const history = (await boss.get(`/records/customer/${rows[0].id}/history`)).body.items[0]
    assert.ok(history.changes.some((change) => change.field === 'department'))
    const left = await boss.post(`/records/user/${person.id}/actions/move`, { department: far, records: 'leave' })
    assert.deepEqual([left.status, left.body.job], [200, null])
    assert.equal((await got(boss, 'user', person.id)).department.id, far)
    assert.equal(await count(boss, 'customer', `department = ${to}`), 120)
    const back = await boss.post(`/records/user/${person.id}/actions/move`, { department: from, records: 'follow' })
    await ended(boss, back.body.job)
    assert.equal(await count(boss, 'customer', `department = ${to}`), 120, 'what was left in another department stays there')
    assert.deepEqual(codes(await boss.post(`/records/user/${person.id}/actions/move`, { department: from, records: 'maybe' })), ['records:records_follow_or_leave'])
    assert.deepEqual(codes(await boss.post(`/records/user/${person.id}/actions/move`, {})), ['department:required'])
    assert.equal((await third.post(`/records/user/${person.id}/actions/move`, { department: to })).status, 403)
    const customers = await count(boss, 'customer', `owner = ${person.id} and department = ${from}`)
    await make(person, 'customer', [{ name: mark() }, { name: mark() }])
    const bulk = await boss.post('/records/user/bulk', { ids: [person.id], op: 'update', values: { department: far } })
    assert.equal(bulk.status, 200, JSON.stringify(bulk.body))
    const followed = await newest(boss, 'department_follow', bulk.body.id)
    assert.deepEqual([followed.result.done, await count(boss, 'customer', `department = ${far}`)], [customers + 2, customers + 2])
    const undone = await boss.post(`/jobs/${bulk.body.id}/undo`, {})
    await newest(boss, 'department_follow', undone.body.id)
    assert.equal(await count(boss, 'customer', `owner = ${person.id} and department = ${from}`), customers + 2, 'undoing brings them back')
  },

  'merging departments: people, records, heads, lists and grants; taken back as a whole': async ({ boss, grower, company }) => {
    const [from, into] = [await department(boss, mark()), await department(boss, mark())], below = await department(boss, mark(), from)
    const head = await hire(company, 'sales', 'south', { department: from }), member = await hire(company, 'sales', 'south', { department: from }), guest = await hire(company, 'sales', 'south', { other_departments: [from, below] }), both = await hire(company, 'sales', 'south', { department: into, other_departments: [from] })
    await changed(boss, 'department', from, { head: head.id })
    await make(member, 'customer', Array.from({ length: 150 }, () => ({ name: mark() })))
    const key = mark()
    await company.role(key, { customer: { read: `owner.department under ${from} or department in (${from}, ${below}) or annual_revenue > ${from}`, update: `department = ${below}` }, '*': { read: 'own' } })
    const contents = (await boss.get(`/departments/${from}/contents`)).body
    assert.deepEqual(contents.items.map((item) => [item.object, item.field, item.count]).sort(), [['customer', 'department', 150], ['department', 'parent', 1], ['user', 'department', 2], ['user', 'other_departments', 2]].sort())
    assert.deepEqual(contents.roles, [key])
    const ask = (person, body) => person.post(`/records/department/${from}/actions/merge`, body)
    assert.equal((await ask(grower, { into })).status, 403, 'an action of administrators')
    assert.deepEqual(codes(await ask(boss, {})), ['into:required'])
    assert.deepEqual(codes(await ask(boss, { into: from })), ['into:merge_itself'])
    assert.deepEqual(codes(await ask(boss, { into: below })), ['into:merge_below'])
    assert.deepEqual(codes(await ask(boss, { into: 99999999 })), ['into:reference_missing'])
    const started = await ask(boss, { into })
    assert.equal(started.status, 200, JSON.stringify(started.body))
    const job = await ended(boss, started.body.job)
    assert.deepEqual([job.status, job.result.failed, job.result.undo], ['done', 0, true], JSON.stringify(job))
    assert.equal((await boss.get(`/records/department/${from}`)).status, 404)
    assert.equal((await got(boss, 'department', below)).parent.id, into)
    assert.equal((await got(boss, 'department', into)).head.id, head.id)
    assert.equal((await got(boss, 'user', member.id)).department.id, into)
    assert.deepEqual((await got(boss, 'user', guest.id)).other_departments.map((item) => item.id ?? item).sort(), [into, below].sort())
    assert.equal((await got(boss, 'user', both.id)).other_departments, null)
    assert.deepEqual([await count(boss, 'customer', `department = ${into}`), await count(boss, 'customer', `department = ${from}`)], [150, 0])
    const grants = async () => (await got(boss, 'role', company.roles[key])).grants.customer
    assert.deepEqual(await grants(), { read: `owner.department under ${into} or department in (${into}, ${below}) or annual_revenue > ${from}`, update: `department = ${below}` })
    assert.ok((await boss.get('/jobs?limit=20')).body.items.every((item) => item.kind !== 'department_follow' || item.request.from !== from), 'the merge moves the records itself')
    const undone = await boss.post(`/jobs/${job.id}/undo`, {})
    const back = undone.status === 202 ? await ended(boss, undone.body.id) : undone.body
    assert.deepEqual([back.status, back.result.failed], ['done', 0], JSON.stringify(back))
    assert.equal((await got(boss, 'department', below)).parent.id, from)
    assert.equal((await got(boss, 'department', into)).head, null)
    assert.equal((await got(boss, 'user', member.id)).department.id, from)
    assert.deepEqual((await got(boss, 'user', both.id)).other_departments.map((item) => item.id ?? item), [from])
    assert.deepEqual([await count(boss, 'customer', `department = ${into}`), await count(boss, 'customer', `department = ${from}`)], [0, 150])
    assert.ok((await grants()).read.startsWith(`owner.department under ${from} `))
  },

  'what somebody holds, counted; rules tried without doing anything': async ({ boss, company, rep, next, third }) => {
    const leaver = await hire(company, 'sales', 'east'), team = await department(boss, mark())
    const customers = await make(leaver, 'customer', Array.from({ length: 10 }, (_, i) => ({ name: mark(), level: i < 4 ? 'A' : 'C' })))
    await make(leaver, 'task', [{ title: mark() }, { title: mark() }])
    await leaver.create('comment', { text: mark(), target: `customer:${customers[0].id}` }).catch(() => undefined)
    await changed(boss, 'department', team, { head: leaver.id })
    await changed(boss, 'user', rep.id, { superior: leaver.id })
    const held = (await boss.get(`/users/${leaver.id}/holdings`)).body
    const counts = Object.fromEntries(held.items.map((item) => [item.of, item.count]))
    assert.deepEqual([counts['customer.owner'], counts['task.owner'], counts['department.head'], counts['user.superior'], counts['user.owner'], counts['notification.owner']], [10, 2, 1, 1, undefined, undefined])
    assert.ok(held.others.some((item) => item.of === 'job' && item.count === 0))
    const rules = [{ of: 'customer.owner', filter: 'level = "A"', to: [next.id] }, { of: 'task.owner', to: [] }, { of: '*', to: [next.id, third.id] }]
    const tried = await handOver(boss, leaver.id, { rules, dry_run: true })
    assert.equal(tried.status, 200, JSON.stringify(tried.body))
    const moves = Object.fromEntries(tried.body.items.map((item) => [item.of, [item.moves, item.to.map((share) => [share.user.id, share.count])]]))
    assert.deepEqual(moves['customer.owner'], [10, [[next.id, 7], [third.id, 3]]], 'the first rule that matches, then in turn')
    assert.deepEqual(moves['task.owner'], [0, []])
    assert.equal(await count(boss, 'customer', `owner = ${leaver.id}`), 10, 'nothing was done')
    const bad = async (body, ...expected) => assert.deepEqual(codes(await handOver(boss, leaver.id, { dry_run: true, ...body })), expected, JSON.stringify(body))
    await bad({ rules: [{ of: 'nothing.owner', to: [next.id] }] }, 'rules[0].of:handover_unknown')
    await bad({ rules: [{ of: 'notification.owner', to: [next.id] }] }, 'rules[0].of:handover_unknown')
    await bad({ rules: [{ of: '*', to: [leaver.id] }] }, 'rules[0].to[0]:handover_to_himself')
    await bad({ rules: [{ of: '*', to: [99999999] }] }, 'rules[0].to[0]:reference_missing')
    await bad({ rules: [{ of: '*', filter: 'level = "A"', to: [next.id] }] }, 'rules[0].filter:handover_filter_of_all')
    await bad({ rules: [{ of: 'customer.owner', filter: 'level = ', to: [next.id] }, { of: 'customer.owner', filter: 'level = "A") or (1 = 1', to: [next.id] }] }, 'rules[0].filter:expr_end', 'rules[1].filter:expr_syntax')
    await bad({ rules: 'x' }, 'rules:wrong_type')
    await bad({ rules: [5] }, 'rules[0]:wrong_type')
    await bad({ rules: [{ of: 'customer.owner', to: 'x' }], disable: 1 }, 'rules[0].to:wrong_type', 'disable:wrong_type')
    assert.equal((await handOver(boss, 99999999, { rules: [] })).status, 404)
    assert.equal((await handOver(rep, leaver.id, { rules: [] })).status, 403)
    assert.equal((await rep.get(`/users/${leaver.id}/holdings`)).status, 403)
    await changed(boss, 'user', rep.id, { superior: null })
  },

  'handed over: history, one notice each, the account closed, taken back as a whole': async ({ boss, company, next, third, rep }) => {
    const leaver = await hire(company, 'sales', 'east'), team = await department(boss, mark())
    const customers = await make(leaver, 'customer', Array.from({ length: 260 }, (_, i) => ({ name: mark(), level: i % 2 ? 'A' : 'C' })))
    const [task] = await make(leaver, 'task', [{ title: mark() }])
    const [view] = await make(leaver, 'view', [{ name: mark(), object: 'customer', kind: 'list' }])
    const trashed = await leaver.create('customer', { name: mark() })
    await leaver.delete(`/records/customer/${trashed.id}`)
    await changed(boss, 'department', team, { head: leaver.id })
    await changed(boss, 'user', next.id, { superior: leaver.id })
    await changed(boss, 'user', rep.id, { superior: leaver.id })
    const noticed = [(await notices(next)).length, (await notices(third)).length]
    const started = await handOver(boss, leaver.id, { rules: [{ of: 'customer.owner', filter: 'level = "A"', to: [third.id] }, { of: '*', to: [next.id] }], disable: true })
    assert.equal(started.status, 202, JSON.stringify(started.body))
    const job = await ended(boss, started.body.id)
    assert.deepEqual([job.status, job.result.failed, job.result.undo, job.progress], ['done', 0, true, 1], JSON.stringify(job))
    assert.equal(job.result.done, 260 + 1 + 1 + 1 + 2 + 1)
    assert.deepEqual(job.result.to.map((share) => [share.user.id, share.count]).sort(), [[third.id, 130], [next.id, 260 - 130 + 5]].sort())
    assert.deepEqual([await count(boss, 'customer', `owner = ${leaver.id}`), await count(boss, 'customer', `owner = ${third.id} and department = ${company.departments.south}`) >= 130], [0, true], 'departments follow the new owners')
    const history = (await boss.get(`/records/customer/${customers[0].id}/history`)).body.items[0]
    assert.deepEqual([history.source, history.user.id, history.changes.some((change) => change.field === 'owner')], ['handover', boss.id, true])
    assert.equal((await got(boss, 'task', task.id)).owner.id, next.id)
    assert.equal((await got(next, 'view', view.id)).owner.id, next.id)
    assert.equal((await got(boss, 'department', team)).head.id, next.id)
    assert.equal((await got(boss, 'user', rep.id)).superior.id, next.id)
    assert.equal((await got(boss, 'user', next.id)).superior, null, 'nobody becomes his own superior')
    assert.equal((await got(boss, 'user', leaver.id)).active, false)
    assert.equal((await leaver.get('/session')).status, 401)
    assert.deepEqual([(await notices(next)).length - noticed[0], (await notices(third)).length - noticed[1]], [1, 1], 'one notice each')
    await changed(boss, 'customer', customers[1].id, { owner: boss.id })
    const undone = await boss.post(`/jobs/${job.id}/undo`, {})
    assert.equal(undone.status, 202, JSON.stringify(undone.body))
    const back = await ended(boss, undone.body.id)
    assert.deepEqual([back.status, back.result.failed], ['done', 1], JSON.stringify(back.result))
    assert.deepEqual(back.result.problems.map((problem) => [problem.object, problem.id]), [['customer', customers[1].id]], 'what was changed since stays')
    assert.equal(await count(boss, 'customer', `owner = ${leaver.id} and department = ${company.departments.east}`), 259)
    assert.equal((await got(boss, 'department', team)).head.id, leaver.id)
    assert.deepEqual([(await got(boss, 'user', rep.id)).superior.id, (await got(boss, 'user', next.id)).superior.id], [leaver.id, leaver.id])
    assert.equal((await got(boss, 'user', leaver.id)).active, true)
    assert.equal((await boss.post(`/jobs/${job.id}/undo`, {})).body.code, 'undone_already')
    for (const person of [rep, next]) await changed(boss, 'user', person.id, { superior: null })
  },

  'one who is no administrator hands over what he may, no more': async ({ boss, keeper, company, next }) => {
    await changed(boss, 'department', company.departments.east, { head: null })
    const leaver = await hire(company, 'sales', 'east')
    const [customer] = await make(leaver, 'customer', [{ name: mark() }])
    const [lead] = await make(leaver, 'lead', [{ name: mark() }])
    const [task] = await make(leaver, 'task', [{ title: mark() }])
    await changed(boss, 'department', company.departments.shanghai, { head: leaver.id })
    const held = (await keeper.get(`/users/${leaver.id}/holdings`)).body.items.map((item) => item.of)
    assert.ok(held.includes('customer.owner') && !held.includes('task.owner'), 'what he may not read he is not told of')
    const job = await ended(keeper, (await handOver(keeper, leaver.id, { rules: [{ of: '*', to: [next.id] }, { of: 'department.head', to: [keeper.id] }], disable: true })).body.id)
    assert.equal(job.status, 'done', JSON.stringify(job))
    assert.deepEqual(job.result.problems.map((problem) => problem.object).sort(), ['department', 'lead'], 'leads take a right to give away, heads one to departments')
    assert.deepEqual([(await got(boss, 'customer', customer.id)).owner.id, (await got(boss, 'lead', lead.id)).owner.id, (await got(boss, 'task', task.id)).owner.id], [next.id, leaver.id, leaver.id])
    assert.equal((await got(boss, 'department', company.departments.shanghai)).head.id, leaver.id)
    assert.equal((await got(boss, 'user', leaver.id)).active, false)
    assert.equal((await boss.get(`/jobs/${job.id}`)).status, 404)
    await changed(boss, 'department', company.departments.shanghai, { head: null })
  },

  'a hand-over goes on where a stopped server left it': async ({ boss, company, haike, next }) => {
    const leaver = await hire(company, 'sales', 'east')
    await make(leaver, 'customer', Array.from({ length: 1500 }, () => ({ name: mark() })))
    const before = (await notices(next)).length
    const started = await handOver(boss, leaver.id, { rules: [{ of: '*', to: [next.id] }] })
    for (let i = 0; i < 500 && (await boss.get(`/jobs/${started.body.id}`)).body.progress === 0; i++) await wait(5)
    await haike.stop('SIGKILL')
    await haike.serve()
    let person
    for (let i = 0; i < 200 && !person; i++) person = await haike.as('boss', PASSWORD).catch(() => wait(50))
    const job = await ended(person, started.body.id)
    assert.deepEqual([job.status, job.result.failed], ['done', 0], JSON.stringify(job))
    assert.equal(job.result.done, 1500)
    assert.deepEqual(job.result.to.map((share) => share.count), [1500])
    assert.equal(await count(person, 'customer', `owner = ${leaver.id}`), 0)
    assert.equal((await notices(await haike.as((await got(person, 'user', next.id)).login, PASSWORD))).length - before, 1)
  },
}
