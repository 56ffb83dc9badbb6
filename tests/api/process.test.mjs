// Sales modes: which one a deal takes, what its stages ask by every way to write, what follows a move, and stages that change while deals are on their way.
import assert from 'node:assert/strict'
import { Company } from '../support/company.mjs'

const MESSAGE = '金额不到一万不报价'
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
const codes = (answer) => answer.body.errors.map((error) => `${error.field}:${error.code}`).sort()
// The clock so many days from now, at ten in the morning of the company.
const dayFrom = (by) => new Date(Date.now() + by * 86_400_000).toISOString().slice(0, 10)
const clock = async (haike, by, hour = '02') => {
  const now = by === 0 ? new Date().toISOString() : `${dayFrom(by)}T${hour}:00:00Z`
  assert.equal((await haike.nobody().post('/api/v1/test/clock', { now })).status, 204)
}
const unique = () => Math.random().toString(36).slice(2, 8)

async function stagesOf(boss, mode, stages) {
  const made = {}
  let order = 0
  for (const [key, values] of stages) made[key] = await boss.create('sales_stage', { mode: mode.id, key, order: (order += 10), ...values })
  return made
}

export async function setup({ engine }) {
  const company = await Company.start(engine, '--test-clock')
  const { boss, departments } = company
  await company.role('seller', { customer: { read: 'own', create: true }, opportunity: { read: 'own', create: true, update: 'own', actions: ['win', 'lose'] } })
  const everything = { read: 'all', create: true, update: 'all', delete: 'all' }
  await company.role('meddler', Object.fromEntries(['sales_mode', 'sales_stage', 'stage_task', 'stage_change', 'risk_rule'].map((object) => [object, everything])))
  for (const [login, role, department] of [['meddler', 'meddler', 'south'], ['rep', 'sales', 'east'], ['clerk', 'sales', 'shanghai'], ['other', 'sales', 'south'], ['chief', 'sales_manager', 'east'], ['seller', 'seller', 'south']]) await company.add(login, role, department)
  await boss.patch(`/records/department/${departments.east}`, { head: company.people.chief.id })
  const old = await company.people.rep.create('opportunity', { name: '早先的单', stage: 'qualified' })
  const supply = await boss.create('sales_mode', { name: '产品供货', departments: [departments.east], lost_competitor: true, lost_category: true })
  const rest = await boss.create('sales_mode', { name: '其余', fallback: true })
  const light = await boss.create('sales_mode', { name: '小单', departments: [departments.east] })
  const own = await stagesOf(boss, supply, [
    ['initial', { label: '接洽', probability: 0.15, required_fields: ['customer'], exit_criteria: 'amount >= 10000', exit_message: MESSAGE, guidance: '先问清用量' }],
    ['survey', { label: '现场勘查', probability: 0.4, color: 'plum', required_fields: ['close_date'], max_days: 10 }],
    ['proposal', { label: '报价', required_fields: ['source'] }],
    ['won', { label: '赢单', outcome: 'won', required_fields: ['reference_no'] }],
    ['lost', { label: '输单', outcome: 'lost' }],
  ])
  for (const mode of [rest, light]) await stagesOf(boss, mode, [['qualified', { label: '需求' }], ['negotiation', { label: '谈判' }], ['won', { label: '赢', outcome: 'won' }], ['lost', { label: '输', outcome: 'lost' }]])
  const task = await boss.create('stage_task', { stage: own.initial.id, title: '首次拜访', due_days: 3, type: 'visit', required: true })
  const customer = await company.people.rep.create('customer', { name: '供货客户' })
  return { haike: company.haike, company, ...company.people, supply, rest, light, own, task, old, customer }
}

const get = async (person, id) => (await person.get(`/records/opportunity/${id}`)).body
const patch = (person, id, values) => person.patch(`/records/opportunity/${id}`, values)
const act = (person, id, action, body = {}) => person.post(`/records/opportunity/${id}/actions/${action}`, body)
const way = async (person, id) => (await person.get(`/records/opportunity/${id}/stages`)).body
const tasksOf = async (person, id) => (await person.list('task', { filter: `target = "opportunity:${id}"` })).body.items

async function ended(person, id) {
  for (let i = 0; i < 600; i++, await wait(20)) {
    const job = (await person.get(`/jobs/${id}`)).body
    if (job.status === 'done' || job.status === 'failed') return job
  }
  throw new Error('the job does not end')
}

// A deal of the supply mode that has all that its first stage asks; done: its task too.
async function ready({ rep, customer }, more = {}, done = true) {
  const deal = await rep.create('opportunity', { name: `供货 ${unique()}`, customer: customer.id, amount: 50000, ...more })
  if (done) for (const task of await tasksOf(rep, deal.id)) await rep.patch(`/records/task/${task.id}`, { status: 'done' })
  return deal
}

export const scenarios = {
  'administrators make modes, others read them': async ({ rep, chief, seller, meddler, boss, supply, own, task }) => {
    assert.equal((await rep.post('/records/sales_mode', { name: 'x' })).status, 403)
    assert.equal((await chief.patch(`/records/sales_stage/${own.initial.id}`, { exit_criteria: null })).status, 403)
    assert.equal((await rep.post('/records/stage_task', { stage: own.initial.id, title: 'x' })).status, 403)
    // whatever a role says
    for (const [object, id, values] of [['sales_mode', supply.id, { name: 'x' }], ['sales_stage', own.initial.id, { label: 'x', mode: supply.id }], ['stage_task', task.id, { title: 'x', stage: own.initial.id }]]) {
      assert.equal((await meddler.post(`/records/${object}`, values)).status, 403)
      assert.equal((await meddler.patch(`/records/${object}/${id}`, values)).status, 403)
      assert.equal((await meddler.delete(`/records/${object}/${id}`)).status, 403)
    }
    assert.equal((await rep.post(`/sales-modes/${supply.id}/preview`, { stages: [] })).status, 403)
    assert.equal((await rep.post(`/sales-modes/${supply.id}/move`, { from: 'initial', to: 'survey' })).status, 403)
    assert.equal((await rep.list('sales_stage', { filter: `mode = ${supply.id}` })).body.items.length, 5)
    assert.equal((await seller.list('sales_stage')).status, 404)
    assert.deepEqual(codes(await boss.post('/records/sales_mode', { name: 'y', object: 'customer' })), ['object:mode_object'])
  },
  'a new key becomes an option of the field, and nothing else does': async ({ boss, rep, supply, own }) => {
    const stage = (await rep.get('/meta/objects/opportunity')).body.fields.find((field) => field.name === 'stage')
    const option = stage.options.find((item) => item.key === 'survey')
    assert.deepEqual([option.label, option.probability, option.color, option.outcome], ['现场勘查', 0.4, 'plum', 'open'])
    assert.equal(stage.options.filter((item) => item.retired).length, 0)
    const made = (values) => boss.post('/records/sales_stage', { mode: supply.id, label: 'x', ...values })
    assert.deepEqual(codes(await made({ key: 'survey' })), ['key:not_unique'])
    assert.deepEqual(codes(await made({ key: 'negotiation', outcome: 'won' })), ['outcome:stage_outcome'])
    assert.deepEqual(codes(await made({ key: 'no good' })), ['key:bad_key'])
    assert.deepEqual(codes(await made({ required_fields: ['nonsense', 'stage_days'] })), ['required_fields:unknown_field', 'required_fields:unknown_field'])
    const wrong = await made({ exit_criteria: 'amount > nothing' })
    assert.deepEqual([codes(wrong), wrong.body.errors[0].position], [['exit_criteria:expr_unknown_name'], 9])
    assert.deepEqual(codes(await boss.patch(`/records/sales_stage/${own.survey.id}`, { key: 'other' })), ['key:process_fixed'])
    const two = await boss.post('/records/sales_stage/batch', { items: [1, 2].map((n) => ({ op: 'create', values: { mode: supply.id, label: `临时${n}`, order: 90 + n, retired: true } })) })
    assert.equal(two.status, 200, JSON.stringify(two.body))
    const keys = two.body.items.map((item) => item.record.key)
    assert.ok(keys[0] !== keys[1] && keys.every((key) => /^stage_\d+$/.test(key)), keys.join())
    const options = (await boss.get('/meta/objects/opportunity')).body.fields.find((field) => field.name === 'stage').options
    assert.ok([...keys, 'survey', 'initial', 'negotiation'].every((key) => options.some((item) => item.key === key && !item.retired)))
    for (const item of two.body.items) assert.equal((await boss.delete(`/records/sales_stage/${item.record.id}`)).status, 204)
  },
  'a deal takes the mode of its owner\'s department': async ({ rep, clerk, other, seller, boss, supply, rest, light, old }) => {
    for (const [person, mode, stage] of [[rep, supply, 'initial'], [clerk, supply, 'initial'], [other, rest, 'qualified']]) {
      const deal = await person.create('opportunity', { name: `单 ${unique()}` })
      assert.deepEqual([deal.mode.id, deal.mode.name, deal.stage], [mode.id, mode.name, stage])
    }
    assert.equal((await rep.create('opportunity', { name: '赢率' })).probability, 0.15)
    assert.deepEqual(codes(await other.post('/records/opportunity', { name: 'x', mode: supply.id })), ['mode:mode_not_yours'])
    assert.deepEqual(codes(await rep.post('/records/opportunity', { name: 'x', mode: rest.id })), ['mode:mode_not_yours'])
    assert.equal((await rep.create('opportunity', { name: '选的', mode: light.id })).stage, 'qualified')
    assert.equal((await boss.create('opportunity', { name: '管理员的', mode: supply.id })).mode.id, supply.id)
    const unseen = await seller.create('opportunity', { name: '看不到模式的' })
    assert.deepEqual([unseen.mode, unseen.stage], [{ id: rest.id, name: null }, 'qualified'])
    // what was there before goes on without one
    assert.equal((await get(rep, old.id)).mode, null)
    assert.equal((await patch(rep, old.id, { stage: 'proposal' })).status, 200)
    assert.deepEqual((await way(rep, old.id)), { mode: null, items: [] })
  },
  'going on asks everything of every stage that is left, at once': async (given) => {
    const { rep, customer } = given
    const deal = await rep.create('opportunity', { name: '空单', amount: 500 })
    const refused = await patch(rep, deal.id, { stage: 'proposal' })
    assert.equal(refused.status, 422)
    assert.deepEqual(codes(refused), ['close_date:required', 'customer:required', 'source:required', 'stage:stage_gate', 'stage:stage_task_open'])
    assert.equal(refused.body.errors.find((error) => error.code === 'stage_gate').message, MESSAGE)
    assert.ok(refused.body.errors.find((error) => error.code === 'stage_task_open').message.includes('首次拜访'))
    assert.deepEqual([(await get(rep, deal.id)).stage, (await get(rep, deal.id)).version], ['initial', 1])
    assert.deepEqual(codes(await patch(rep, deal.id, { stage: 'survey', customer: customer.id, amount: 20000 })), ['close_date:required', 'stage:stage_task_open'])
    const [task] = await tasksOf(rep, deal.id)
    assert.deepEqual([task.title, task.owner.id, task.status], ['Visit: 首次拜访', rep.id, 'open'])
    assert.equal((await rep.patch(`/records/task/${task.id}`, { status: 'done' })).status, 200)
    const moved = await patch(rep, deal.id, { stage: 'survey', customer: customer.id, amount: 20000, close_date: '2027-01-31' })
    assert.deepEqual([moved.status, moved.body.stage, moved.body.probability], [200, 'survey', 0.4])
    // back asks nothing, and makes no task again
    assert.equal((await patch(rep, deal.id, { stage: 'initial', customer: null })).status, 200)
    assert.equal((await tasksOf(rep, deal.id)).length, 1)
    assert.deepEqual(codes(await patch(rep, deal.id, { stage: 'negotiation' })), ['stage:stage_not_in_mode'])
  },
  'a task that is thrown away is not done; one that was thought of later holds nobody up': async (given) => {
    const { rep, boss, own } = given
    const deal = await ready(given, { close_date: '2027-01-31' }, false)
    const [task] = await tasksOf(rep, deal.id)
    assert.equal((await rep.delete(`/records/task/${task.id}`)).status, 204)
    assert.deepEqual(codes(await patch(rep, deal.id, { stage: 'survey' })), ['stage:stage_task_open'])
    const done = await ready(given, { close_date: '2027-01-31' })
    const later = await boss.create('stage_task', { stage: own.initial.id, title: '后来想到的', required: true })
    assert.equal((await patch(rep, done.id, { stage: 'survey' })).status, 200)
    assert.equal((await boss.delete(`/records/stage_task/${later.id}`)).status, 204)
  },
  'creation, batch, bulk and import are asked too': async (given) => {
    const { rep, customer, company } = given
    assert.deepEqual(codes(await rep.post('/records/opportunity', { name: '跳级', stage: 'survey' })), ['close_date:required', 'customer:required', 'stage:stage_gate', 'stage:stage_task_open'])
    const batch = await rep.post('/records/opportunity/batch', { items: [{ op: 'create', values: { name: '批', stage: 'won', customer: customer.id, amount: 20000 } }] })
    assert.equal(batch.status, 422)
    assert.ok(batch.body.errors.some((error) => error.field === 'items[0].values.reference_no' && error.code === 'required'), JSON.stringify(batch.body.errors))
    const [good, bad] = [await ready(given, { close_date: '2027-02-01' }), await ready(given, { amount: 1 })]
    const bulk = await rep.post('/records/opportunity/bulk', { ids: [good.id, bad.id], op: 'update', values: { stage: 'survey' } })
    assert.deepEqual([bulk.status, bulk.body.result.done, bulk.body.result.failed, bulk.body.result.problems[0].id], [200, 1, 1, bad.id])
    assert.ok(bulk.body.result.problems[0].message.includes(MESSAGE), bulk.body.result.problems[0].message)
    await company.grant('sales', { ...(await company.boss.get(`/records/role/${company.roles.sales}`)).body.grants, opportunity: { read: 'own', create: true, update: 'own', delete: 'own', import: true, actions: ['win', 'lose'] } })
    const form = new FormData()
    form.append('file', new Blob(['name,customer,amount,close_date,stage\n进得来,供货客户,20000,2027-03-01,survey\n进不来,供货客户,20,,survey\n从前输的,供货客户,20,,lost\n']), 'deals.csv')
    form.append('object', 'opportunity')
    form.append('map', JSON.stringify({ object: 'opportunity', columns: { name: 'name', customer: { field: 'customer', match: 'name' }, amount: 'amount', close_date: 'close_date', stage: 'stage' } }))
    const job = await ended(rep, (await rep.post('/imports', form)).body.id)
    assert.deepEqual([job.result.created, job.result.failed], [2, 1], JSON.stringify(job.result))
    const [came] = (await rep.list('opportunity', { filter: 'name = "进得来"' })).body.items
    assert.deepEqual([came.mode.name, came.stage, (await tasksOf(rep, came.id)).length], ['产品供货', 'survey', 0])
  },
  'winning asks what the way asks; losing asks the reason, its kind and the competitor': async (given) => {
    const { rep, chief, boss } = given
    const deal = await ready(given, { close_date: '2027-01-31', source: 'phone' })
    assert.deepEqual(codes(await act(rep, deal.id, 'win')), ['reference_no:required'])
    assert.deepEqual(codes(await act(rep, deal.id, 'lose')), ['competitor:required', 'lost_category:required', 'lost_reason:required'])
    assert.deepEqual(codes(await patch(rep, deal.id, { stage: 'lost', lost_reason: '价格' })), ['competitor:required', 'lost_category:required'])
    const rival = await boss.create('competitor', { name: `对手 ${unique()}` })
    const lost = await act(rep, deal.id, 'lose', { lost_reason: '价格高', competitor: rival.id, lost_category: 'price' })
    assert.deepEqual([lost.status, lost.body.stage, lost.body.lost_category], [200, 'lost', 'price'])
    assert.ok(lost.body.closed_at)
    // it is opened where it was closed, and not further on without what that asks
    assert.deepEqual(codes(await act(chief, deal.id, 'reopen', { stage: 'negotiation' })), ['stage:stage_not_in_mode'])
    await patch(chief, deal.id, { source: null })
    assert.deepEqual(codes(await act(chief, deal.id, 'reopen', { stage: 'proposal' })), ['source:required'])
    assert.deepEqual(codes(await patch(rep, deal.id, { stage: 'proposal' })), ['source:required'])
    const again = await act(chief, deal.id, 'reopen')
    assert.deepEqual([again.status, again.body.stage, again.body.closed_at, again.body.lost_reason, again.body.lost_category], [200, 'initial', null, null, null])
    const won = await patch(rep, deal.id, { stage: 'won', source: 'phone', reference_no: `HT-${unique()}` })
    assert.deepEqual([won.status, won.body.stage], [200, 'won'], JSON.stringify(won.body))
  },
  'nobody gets past a gate by another mode': async (given) => {
    const { rep, boss, light, supply } = given
    const deal = await rep.create('opportunity', { name: '绕行' })
    assert.deepEqual(codes(await patch(rep, deal.id, { mode: null })), ['mode:required'])
    assert.deepEqual(codes(await patch(rep, deal.id, { mode: light.id })), ['stage:stage_not_in_mode'])
    assert.equal((await patch(rep, deal.id, { mode: light.id, stage: 'negotiation' })).status, 200)
    assert.deepEqual(codes(await patch(rep, deal.id, { mode: supply.id, stage: 'proposal' })), ['close_date:required', 'customer:required', 'source:required', 'stage:stage_gate'])
    assert.equal((await patch(boss, deal.id, { mode: null })).status, 200)
  },
  'the way of a deal says where it is and what is missing': async (given) => {
    const { rep, other, supply, own } = given
    const deal = await rep.create('opportunity', { name: '看路', amount: 5 })
    const path = await way(rep, deal.id)
    assert.deepEqual([path.mode, path.items.map((item) => [item.key, item.state])], [{ id: supply.id, name: '产品供货' }, [['initial', 'now'], ['survey', 'ahead'], ['proposal', 'ahead'], ['won', 'ahead'], ['lost', 'ahead']]])
    const survey = path.items[1]
    assert.deepEqual(survey.missing.map((item) => item.field ?? item.task?.title ?? item.criteria), ['customer', 'initial', '首次拜访', 'close_date'])
    assert.deepEqual([survey.missing[1].message, survey.missing[2].task.id > 0, survey.label, survey.max_days], [MESSAGE, true, '现场勘查', 10])
    assert.deepEqual(path.items[0].missing, [])
    assert.equal(path.items[0].guidance, '先问清用量')
    assert.deepEqual(path.items[4].missing.map((item) => item.field), ['lost_reason', 'competitor', 'lost_category'])
    assert.equal((await other.get(`/records/opportunity/${deal.id}/stages`)).status, 404)
    assert.equal((await rep.get(`/records/sales_stage/${own.initial.id}/stages`)).body.mode, null)
  },
  'each move is noted with the time spent, for whoever sees the deal': async (given) => {
    const { rep, other, chief, boss, supply, haike } = given
    await clock(haike, -20)
    const deal = await ready(given, { close_date: '2027-06-30' })
    await clock(haike, -17, '03')
    assert.equal((await patch(rep, deal.id, { stage: 'survey', amount: 60000 })).status, 200)
    const changes = (await rep.list('stage_change', { filter: `target = "opportunity:${deal.id}"`, sort: '-at' })).body.items
    assert.deepEqual(changes.map((change) => [change.from, change.to, change.seconds, change.forward]), [['initial', 'survey', changes[0].seconds, true], [null, 'initial', null, false]])
    assert.ok(Math.abs(changes[0].seconds - 3 * 86400 - 3600) < 60, String(changes[0].seconds))
    assert.deepEqual([changes[0].amount, changes[0].by.id, changes[0].name, changes[0].mode.id], [60000, rep.id, '接洽 → 现场勘查', supply.id])
    await clock(haike, -6, '04')
    const [first, now] = (await way(rep, deal.id)).items
    assert.deepEqual([first.days, first.state, now.days, now.stalled, (await get(rep, deal.id)).stage_days], [3, 'done', 11, true, 11])
    assert.ok((await rep.get(`/records/opportunity/${deal.id}/timeline`)).body.items.some((item) => item.kind === 'stage_change' && item.stage_change.seconds === changes[0].seconds))
    const mean = await chief.aggregate('stage_change', { group: 'from', measure: 'avg(seconds),sum(if(forward, 1, 0))', filter: `target = "opportunity:${deal.id}" and not is_null(seconds)` })
    assert.deepEqual(mean.body.items, [{ from: 'initial', 'avg(seconds)': changes[0].seconds, 'sum(if(forward, 1, 0))': 1 }])
    assert.equal((await other.list('stage_change', { filter: `target = "opportunity:${deal.id}"` })).body.items.length, 0)
    assert.equal((await other.get(`/records/stage_change/${changes[0].id}`)).status, 404)
    for (const person of [given.meddler, boss]) {
      assert.equal((await person.patch(`/records/stage_change/${changes[0].id}`, { seconds: 1 })).status, 403)
      assert.equal((await person.post('/records/stage_change', { name: 'x', target: { object: 'opportunity', id: deal.id } })).status, 403)
    }
    assert.equal((await boss.delete(`/records/stage_change/${changes[0].id}`)).status, 403)
    await clock(haike, 0)
  },
  'stages change while deals are on their way': async (given) => {
    const { rep, boss, supply, own } = given
    const deal = await ready(given, { close_date: '2027-06-30' })
    assert.equal((await patch(rep, deal.id, { stage: 'survey' })).status, 200)
    const stages = Object.values(own).map(({ key, label, required_fields }) => ({ key, label, required_fields, retired: key === 'survey' }))
    const before = (await boss.aggregate('opportunity', { group: 'stage', measure: 'count(),sum(amount)', filter: `mode = ${supply.id} and stage in ("initial", "survey", "proposal")` })).body.items
    const count = (key) => before.find((item) => item.stage === key)?.['count()'] ?? 0
    const seen = await boss.post(`/sales-modes/${supply.id}/preview`, { stages })
    assert.equal(seen.status, 200, JSON.stringify(seen.body))
    const planned = Object.fromEntries(seen.body.stages.map((item) => [item.key, item]))
    assert.deepEqual([planned.survey.deals, planned.survey.retired, planned.initial.deals, seen.body.retired.deals], [count('survey'), true, count('initial'), count('survey')])
    const without = (await boss.aggregate('opportunity', { measure: 'count()', filter: `mode = ${supply.id} and stage = "initial" and is_null(customer)` })).body.items[0]['count()']
    assert.deepEqual([planned.initial.lacking, planned.survey.amount], [without, before.find((item) => item.stage === 'survey')['sum(amount)']])
    const mapped = (await boss.post(`/sales-modes/${supply.id}/preview`, { stages: stages.filter((item) => item.key !== 'survey'), map: { survey: 'proposal' } })).body
    assert.deepEqual([mapped.stages.find((item) => item.key === 'proposal').deals, mapped.retired.deals], [count('survey') + count('proposal'), 0])
    // retired: what is in it stays and is edited, nobody comes in any more, and it is not deleted from under them
    assert.equal((await boss.patch(`/records/sales_stage/${own.survey.id}`, { retired: true })).status, 200)
    assert.equal((await patch(rep, deal.id, { remark: '还在' })).status, 200)
    const fresh = await ready(given, { close_date: '2027-06-30', source: 'phone' })
    assert.deepEqual(codes(await patch(rep, fresh.id, { stage: 'survey' })), ['stage:stage_not_in_mode'])
    assert.equal((await patch(rep, fresh.id, { stage: 'proposal', close_date: null })).status, 200)
    const kept = await boss.delete(`/records/sales_stage/${own.survey.id}`)
    assert.deepEqual([kept.status, kept.body.code], [409, 'stage_in_use'])
    assert.equal((await boss.delete(`/records/sales_mode/${supply.id}`)).status, 409)
    // moved as a job, past the gates, and taken back
    assert.deepEqual(codes(await boss.post(`/sales-modes/${supply.id}/move`, { from: 'survey', to: 'nowhere' })), ['to:stage_not_in_mode'])
    const started = await boss.post(`/sales-modes/${supply.id}/move`, { from: 'survey', to: 'proposal' })
    assert.equal(started.status, 202, JSON.stringify(started.body))
    const job = await ended(boss, started.body.id)
    assert.deepEqual([job.status, job.result.done, job.result.failed, (await get(rep, deal.id)).stage], ['done', count('survey'), 0, 'proposal'], JSON.stringify(job))
    const undo = await boss.post(`/jobs/${job.id}/undo`, {})
    assert.ok(undo.status < 300, JSON.stringify(undo.body))
    const undone = undo.status === 200 ? undo.body : await ended(boss, undo.body.id)
    assert.deepEqual([undone.result.failed, (await get(rep, deal.id)).stage], [0, 'survey'], JSON.stringify(undone.result))
    assert.equal((await boss.patch(`/records/sales_stage/${own.survey.id}`, { retired: false })).status, 200)
  },
  'open deals without a mode are taken in': async (given) => {
    const { rep, boss, rest, supply, old } = given
    assert.equal((await get(rep, old.id)).mode, null)
    await patch(rep, old.id, { stage: 'negotiation' })
    const job = await ended(boss, (await boss.post(`/sales-modes/${supply.id}/move`, { adopt: true, to: 'proposal' })).body.id)
    assert.deepEqual([job.status, job.result.failed], ['done', 0], JSON.stringify(job))
    const taken = await get(rep, old.id)
    assert.deepEqual([taken.mode.id, taken.stage], [supply.id, 'proposal'])
    assert.equal((await boss.aggregate('opportunity', { measure: 'count()', filter: 'is_null(mode)' })).body.items[0]['count()'], (await boss.aggregate('opportunity', { measure: 'count()', filter: 'is_null(mode) and not owner.department.name in ("华东", "上海")' })).body.items[0]['count()'])
    assert.deepEqual(codes(await boss.post(`/sales-modes/${rest.id}/move`, { from: 'qualified', to: 'proposal' })), ['to:stage_not_in_mode'])
  },
  'risk is the sum of what holds, with its reasons; it is no change of anybody\'s': async ({ rep, other, boss, meddler, haike }) => {
    const reasons = (deal) => (deal.risks ?? []).map((item) => item.message.en)
    await clock(haike, -10)
    const deal = await rep.create('opportunity', { name: '有险', close_date: dayFrom(-20) })
    assert.deepEqual([deal.risk, reasons(deal)], [70, ['the close date has passed', 'no next step is planned', 'nobody who decides has been reached', 'the amount is not known']])
    const better = await patch(rep, deal.id, { amount: 1000, close_date: dayFrom(-5), next_follow_up: `${dayFrom(100)}T02:00:00Z` })
    assert.deepEqual([better.body.risk, reasons(better.body), better.body.version], [15, ['nobody who decides has been reached'], 2])
    assert.ok(!(await rep.get(`/records/opportunity/${deal.id}/history`)).body.items.some((item) => item.changes.some((change) => change.field.startsWith('risk'))))
    assert.deepEqual(codes(await patch(rep, deal.id, { risk: 0 })), ['risk:read_only'])
    // a rule of the administrator's is asked of all that are open
    assert.equal((await meddler.post('/records/risk_rule', { name: 'x', condition: 'true', weight: 5, message: 'x' })).status, 403)
    assert.deepEqual(codes(await boss.post('/records/risk_rule', { name: 'x', condition: 'nothing = 1', weight: 5, message: 'x' })), ['condition:expr_unknown_name'])
    assert.deepEqual(codes(await boss.post('/records/risk_rule', { name: 'x', object: 'customer', condition: 'true', weight: 5, message: 'x' })), ['object:risk_object'])
    const rule = await boss.create('risk_rule', { name: '政策', condition: 'name = "有险"', weight: 60, message: '政策变了' })
    const becomes = async (risk) => {
      for (let i = 0; i < 300 && (await get(rep, deal.id)).risk !== risk; i++) await wait(20)
      assert.equal((await get(rep, deal.id)).risk, risk)
    }
    await becomes(75)
    assert.equal((await get(rep, deal.id)).version, 2)
    assert.deepEqual((await rep.list('opportunity', { filter: 'risk >= 75', sort: '-risk' })).body.items.map((item) => item.id), [deal.id])
    // what depends on the day is asked at night
    await clock(haike, 0)
    assert.equal((await haike.nobody().post('/api/v1/test/night', {})).status, 200)
    await becomes(100)
    assert.equal((await get(rep, deal.id)).risks[0].weight, 60)
    assert.equal((await boss.delete(`/records/risk_rule/${rule.id}`)).status, 204)
    const rival = await boss.create('competitor', { name: `对手 ${unique()}` })
    const lost = await act(rep, deal.id, 'lose', { lost_reason: '没了', competitor: rival.id, lost_category: 'other' })
    assert.deepEqual([lost.status, lost.body.risk, lost.body.risks], [200, null, null])
    assert.equal((await other.list('opportunity', { filter: `id = ${deal.id}` })).body.items.length, 0)
  },
  'priorities are one\'s own open deals, with the arithmetic': async ({ other, chief, company, light }) => {
    const person = await company.add(`p${unique()}`, 'sales', 'east')
    const deal = (values) => person.create('opportunity', { mode: light.id, ...values })
    const big = await deal({ name: '大而远', amount: 100000, probability: 0.5, close_date: dayFrom(300), next_follow_up: `${dayFrom(60)}T02:00:00Z` })
    const near = await deal({ name: '小而急', amount: 60000, probability: 0.5, close_date: dayFrom(0) })
    await deal({ name: '没有金额' })
    const won = await deal({ name: '赢了', amount: 900000 })
    await act(person, won.id, 'win')
    const items = (await person.get('/priorities')).body.items
    assert.deepEqual(items.map((item) => item.id), [near.id, big.id])
    for (const item of items) {
      assert.ok(Math.abs(1 + item.why.reduce((sum, factor) => sum + factor.by, 0) - item.urgency) < 1e-6, JSON.stringify(item))
      assert.ok(Math.abs(item.amount * item.probability * item.urgency - item.score) < 0.01, JSON.stringify(item))
    }
    assert.ok(items[0].why.some((factor) => factor.key === 'no_next_step') && items[0].why.some((factor) => factor.key === 'close_date'))
    assert.equal((await person.get('/priorities?limit=1')).body.items.length, 1)
    for (const someone of [other, chief]) assert.ok(!(await someone.get('/priorities?limit=100')).body.items.some((item) => item.id === near.id))
    assert.equal((await person.get('/priorities?limit=0')).status, 422)
  },
}
