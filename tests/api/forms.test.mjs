// Layouts, rules and validations: set by administrators, enforced for whoever writes in whatever way, and asked by forms, which tell nothing that a reader may not know.
import assert from 'node:assert/strict'
import { Company } from '../support/company.mjs'

const codes = (answer) => [answer.status, ...(answer.body.errors ?? []).map((error) => `${error.field}:${error.code}`)]
const ok = (answer, status = 200) => {
  assert.equal(answer.status, status, JSON.stringify(answer.body))
  return answer.body
}
const said = (answer) => ok(answer).errors.map((error) => `${error.field}:${error.code}`)

const PROJECT = {
  layout: { header: ['state'], sections: [{ label: { 'zh-CN': '基本', en: 'Basics' }, fields: ['name', 'state', 'cost'], columns: 1 }, { label: 'Money', fields: ['budget', 'reason'], when: 'cost > 100' }], related: ['parts'] },
  layouts: [
    { name: 'secret_one', label: 'Secret', when: 'margin > 5', sections: [] },
    { name: 'reps', label: { 'zh-CN': '销售', en: 'For reps' }, roles: ['rep'], when: 'kind = "inner"', header: ['cost'], sections: [{ label: 'One', fields: ['name'], when: 'margin = 1' }, { label: 'Two', fields: ['cost'], when: 'cost = 7' }, { label: 'Three', fields: ['reason'] }] },
    { name: 'closed', label: 'Closed', when: 'state = "closed"', sections: [{ label: 'All', fields: ['name', 'cost'] }] },
  ],
  rules: [
    { field: 'reason', effect: 'show', when: 'cost > 100' },
    { field: 'reason', effect: 'require', when: 'cost > 100 and state = "closed"' },
    { field: 'budget', effect: 'lock', when: 'state = "closed"' },
    { field: 'budget', effect: 'require', when: 'customer.level = "A"' },
    { field: 'kind', effect: 'lock', when: 'state != "open"', roles: ['rep'] },
    { field: 'cost', effect: 'require', when: 'margin > 5' },
    { field: 'contract_no', effect: 'require', when: 'state = "signed"' },
  ],
  validations: [
    { name: 'over', when: 'cost > budget', message: { 'zh-CN': '费用超过预算', en: 'The cost is above the budget' }, field: 'cost' },
    { name: 'nothing', when: 'is_null(cost) and is_null(budget)', message: 'Give a cost or a budget' },
    { name: 'thin', when: 'margin < 1', message: 'The margin is too thin', field: 'margin' },
    { name: 'parts', when: 'count(parts) > 2', message: 'Two parts are enough' },
  ],
}

const FIELDS = [
  { name: 'state', type: 'choice', label: 'State', options: ['open', 'signed', 'closed'].map((key) => ({ key, label: key })), default: 'open' },
  { name: 'kind', type: 'choice', label: 'Kind', options: ['inner', 'outer'].map((key) => ({ key, label: key })) },
  { name: 'cost', type: 'money', label: 'Cost' }, { name: 'budget', type: 'money', label: 'Budget' }, { name: 'margin', type: 'number', label: 'Margin' },
  { name: 'reason', type: 'text', label: 'Reason' }, { name: 'contract_no', type: 'text', label: 'Contract' },
  { name: 'customer', type: 'reference', target: 'customer', label: 'Customer', inverse: 'projects' },
  { name: 'whole', type: 'reference', target: 'project', label: 'Whole', inverse: 'parts' },
  { name: 'rest', type: 'formula', label: 'Rest', expression: 'budget - cost', result: 'money' },
  { name: 'gain', type: 'formula', label: 'Gain', expression: 'budget * margin', result: 'money' },
  { name: 'level', type: 'formula', label: 'Level', expression: 'customer.level', result: 'text' },
  { name: 'number', type: 'auto_number', label: 'Number', format: 'P-{0000}' },
  { name: 'spent', type: 'rollup', label: 'Spent', expression: 'sum(parts.cost)', result: 'money' },
]

export async function setup({ engine }) {
  const company = await Company.start(engine)
  const { boss } = company
  ok(await boss.post('/meta/objects', { name: 'project', label: { 'zh-CN': '项目', en: 'Project' }, fields: FIELDS }), 201)
  ok(await boss.patch('/meta/objects/project', PROJECT))
  const project = { read: 'own', create: true, update: 'own', delete: 'own', actions: [], fields: { margin: 'hide', contract_no: 'hide', budget: 'write' } }
  await company.role('rep', { project, customer: { read: 'own', create: true, update: 'own', fields: { phone: 'mask' } } })
  await company.role('looker', { project: { read: 'all', fields: { margin: 'mask' } }, customer: { read: 'all' } })
  const rep = await company.add('rep', 'rep', 'east')
  const looker = await company.add('looker', 'looker', 'south')
  const mine = await rep.create('customer', { name: '我的客户', level: 'A' })
  const theirs = await boss.create('customer', { name: '别人的客户', level: 'A' })
  return { haike: company.haike, company, boss, rep, looker, mine, theirs }
}

// A record as it was before there were rules.
async function dirty(boss, values) {
  ok(await boss.patch('/meta/objects/project', { rules: [], validations: [] }))
  const made = await boss.create('project', { name: '旧项目', ...values })
  ok(await boss.patch('/meta/objects/project', { rules: PROJECT.rules, validations: PROJECT.validations }))
  return made
}

export const scenarios = {
  'only administrators set them, and every mistake comes back at its place': async ({ boss, rep }) => {
    assert.deepEqual(codes(await rep.patch('/meta/objects/project', { rules: [] })), [403])
    assert.deepEqual(codes(await rep.patch('/meta/objects/customer', { validations: [] })), [403])
    const wrong = await boss.patch('/meta/objects/project', { rules: [{ field: 'nothing', effect: 'show', when: 'true' }], validations: [{ name: 'A B', when: 'true', message: 'M' }] })
    assert.deepEqual(codes(wrong), [422, 'validations[0].name:bad_name', 'rules[0].field:unknown_field'])
    const bad = await boss.patch('/meta/objects/project', {
      layouts: [{ name: 'x', label: 'X', when: 'cost > ', sections: [{ label: 'S', fields: ['cost'], when: 'state = "lost"' }] }],
      rules: [{ field: 'cost', effect: 'lock', when: 'kind = "inner" and 名 = 1' }], validations: [{ name: 'v', when: 'cost', message: 'M', field: 'cost' }],
    })
    assert.deepEqual(codes(bad), [422, 'layouts[0].when:expr_end', 'layouts[0].sections[0].when:expr_unknown_key', 'rules[0].when:expr_syntax', 'validations[0].when:expr_type'])
    assert.deepEqual(bad.body.errors.map((error) => error.position), [7, 8, 19, 0])
    assert.deepEqual(codes(await boss.patch('/meta/objects/project', { rules: [{ field: 'spent', effect: 'require', when: 'true' }] })), [422, 'rules[0].field:rule_computed'])
    const meta = ok(await boss.get('/meta/objects/project?labels=all'))
    assert.deepEqual([meta.rules, meta.validations.map((one) => one.message)], [PROJECT.rules, [{ 'zh-CN': '费用超过预算', en: 'The cost is above the budget' }, ...['Give a cost or a budget', 'The margin is too thin', 'Two parts are enough'].map((text) => ({ 'zh-CN': text, en: text }))]])
    assert.deepEqual(meta.layouts[1].roles, ['rep'])
    assert.deepEqual(meta.layout.sections[0], { label: { 'zh-CN': '基本', en: 'Basics' }, fields: ['name', 'state', 'cost'], columns: 1 })
  },
  'a reader is told what he may know': async ({ rep, looker }) => {
    const meta = ok(await rep.get('/meta/objects/project', { 'Accept-Language': 'zh-CN' }))
    const text = JSON.stringify(meta)
    for (const hidden of ['margin', 'contract_no', 'gain', 'roles']) assert.ok(!text.includes(`"${hidden}"`) && !text.includes(`${hidden} `), `${hidden}: ${text}`)
    assert.deepEqual(meta.layouts.map((one) => [one.name, one.label, one.sections.map((section) => section.when)]), [['reps', '销售', [undefined, 'cost = 7', undefined]], ['closed', 'Closed', [undefined]]])
    assert.deepEqual(meta.rules.map((rule) => `${rule.field} ${rule.effect}`), ['reason show', 'reason require', 'budget lock', 'budget require', 'kind lock'])
    assert.deepEqual(meta.validations.map((one) => [one.name, one.message, one.field]), [['over', '费用超过预算', 'cost'], ['nothing', 'Give a cost or a budget', undefined], ['parts', 'Two parts are enough', undefined]])
    assert.deepEqual(ok(await looker.get('/meta/objects/project')).layouts.map((one) => one.name), ['closed'])
  },
  'a validation refuses, in the language of whoever writes, and whoever it is': async ({ boss, rep }) => {
    for (const person of [boss, rep]) {
      const refused = await person.post('/records/project', { name: 'x', cost: 5, budget: 4 })
      assert.deepEqual([codes(refused), refused.body.errors[0].message], [[422, 'cost:validation'], 'The cost is above the budget'])
      assert.equal((await person.post('/records/project', { name: 'x', cost: 5, budget: 4 }, { 'Accept-Language': 'zh-CN' })).body.errors[0].message, '费用超过预算')
      assert.deepEqual(codes(await person.post('/records/project', { name: 'x' })), [422, ':validation'])
    }
    const made = await rep.create('project', { name: 'x', cost: 3, budget: 4 })
    assert.deepEqual(codes(await rep.patch(`/records/project/${made.id}`, { cost: 9 })), [422, 'cost:validation'])
    assert.deepEqual(codes(await rep.patch(`/records/project/${made.id}`, { budget: 1 })), [422, 'cost:validation'])
    assert.deepEqual(codes(await rep.patch(`/records/project/${made.id}`, { cost: null, budget: null })), [422, ':validation'])
    assert.equal((await rep.get(`/records/project/${made.id}`)).body.version, 1)
  },
  'conditions know who makes a record and when, its defaults and its formulas': async ({ boss, rep }) => {
    const set = (when) => boss.patch('/meta/objects/customer', { validations: [{ name: 'v', when, message: 'No' }] })
    for (const [when, refused] of [['created_at >= today() and created_by = me() and owner = me()', true], ['is_null(created_at)', false], ['status = "potential"', true], ['department.name = "华东"', true], ['open_amount = 0', true], ['founded > 2000', false]]) {
      ok(await set(when))
      assert.deepEqual(codes(await rep.post('/records/customer', { name: '新', level: 'B' })), refused ? [422, ':validation'] : [201], when)
    }
    ok(await boss.patch('/meta/objects/customer', { validations: null }))
  },
  'what is wrong already and not touched does not stand in the way': async ({ boss }) => {
    const old = await dirty(boss, { cost: 50, budget: 4, margin: 0, state: 'closed' })
    const path = `/records/project/${old.id}`
    ok(await boss.patch(path, { name: '改名' }))
    ok(await boss.patch(path, { name: '再改', cost: 50, state: 'closed', budget: 4 })) // as a form that sends everything
    assert.deepEqual(codes(await boss.patch(path, { cost: 51 })), [422, 'cost:validation'])
    ok(await boss.patch(path, { cost: 4 }))
    assert.deepEqual(codes(await boss.patch(path, { margin: 0.5 })), [422, 'margin:validation'])
    for (let i = 0; i < 3; i++) await boss.create('project', { name: `part ${i}`, cost: 1, whole: old.id })
    assert.deepEqual(codes(await boss.patch(path, { name: '又改' })), [422, ':validation'], 'names none of its own fields: asked with every change')
    ok(await boss.patch(path, { name: '再改' }), 200)
  },
  'what is required is required when it is touched, and only where it is shown': async ({ boss, rep, mine, theirs }) => {
    assert.deepEqual(codes(await rep.post('/records/project', { name: 'x', cost: 101, state: 'closed', budget: 200 })), [422, 'reason:required'])
    const made = await rep.create('project', { name: 'x', cost: 101, state: 'open', budget: 200 })
    assert.deepEqual(codes(await rep.patch(`/records/project/${made.id}`, { state: 'closed' })), [422, 'reason:required'])
    ok(await rep.patch(`/records/project/${made.id}`, { state: 'closed', reason: '因为' }))
    assert.deepEqual(codes(await rep.patch(`/records/project/${made.id}`, { reason: ' ' })), [422, 'reason:required'])
    assert.deepEqual(codes(await rep.patch(`/records/project/${made.id}`, { reason: null })), [422, 'reason:required'])
    assert.deepEqual(codes(await rep.post('/records/project', { name: 'x', cost: 1, customer: mine.id })), [422, 'budget:required'])
    assert.deepEqual(codes(await rep.post('/records/project', { name: 'x', cost: 1, customer: theirs.id })), [422, 'customer:reference_missing'], 'tells nothing of a customer he may not see')
    assert.deepEqual(codes(await rep.post('/records/project', { name: 'x', cost: 1, state: 'signed' })), [422, ':required_unseen'])
    assert.deepEqual(codes(await boss.post('/records/project', { name: 'x', cost: 1, state: 'signed' })), [422, 'contract_no:required'])
    const lines = await dirty(boss, { cost: 101, state: 'closed' })
    ok(await boss.patch(`/records/project/${lines.id}`, { kind: 'inner' }))
    assert.deepEqual(codes(await boss.patch(`/records/project/${lines.id}`, { cost: 102 })), [422, 'reason:required'])
  },
  'what is locked is judged by the record before the change': async ({ boss, rep }) => {
    const made = await rep.create('project', { name: 'x', cost: 1, budget: 10, state: 'closed', kind: 'inner' })
    const path = `/records/project/${made.id}`
    assert.deepEqual(codes(await rep.patch(path, { budget: 11, state: 'open' })), [422, 'budget:locked'])
    assert.deepEqual(codes(await rep.patch(path, { budget: 11, kind: 'outer', cost: 99 })), [422, 'budget:locked', 'kind:locked'])
    assert.deepEqual(codes(await boss.patch(path, { budget: 11, kind: 'outer' })), [422, 'budget:locked'], 'administrators are bound where a rule names no roles')
    ok(await boss.patch(path, { kind: 'outer' }))
    ok(await rep.patch(path, { budget: 10, cost: 2, name: 'y' })) // sent along as it is
    ok(await rep.patch(path, { state: 'open' }))
    ok(await rep.patch(path, { budget: 11, state: 'closed', kind: 'inner' }))
    assert.deepEqual(codes(await rep.patch(path, { budget: null })), [422, 'budget:locked'])
  },
  'batches and imports are bound too': async ({ boss, rep }) => {
    const made = await rep.create('project', { name: 'x', cost: 1, budget: 10, state: 'closed' })
    const items = [{ op: 'create', values: { name: 'a', cost: 2, budget: 1 } }, { op: 'create', values: { name: 'b' } }, { op: 'update', id: made.id, values: { budget: 12 } }, { op: 'create', values: { name: 'c', cost: 1 } }]
    const each = ok(await rep.post('/records/project/batch?atomic=false', { items }))
    assert.deepEqual(each.items.map((item) => item.status === 422 ? item.problem.errors.map((error) => `${error.field}:${error.code}`).join() : item.status), ['cost:validation', ':validation', 'budget:locked', 201])
    for (const [at, where] of [[0, 'items[0].values.cost:validation'], [1, 'items[0].values:validation'], [2, 'items[0].values.budget:locked']]) {
      assert.deepEqual(codes(await rep.post('/records/project/batch', { items: [items[at]] })), [422, where])
    }
    const body = new FormData()
    body.append('object', 'project')
    body.append('file', new Blob(['name,cost,budget,state,reason\n好,1,2,open,\n坏,5,2,open,\n无,,,open,\n缺,500,600,closed,\n']), 'p.csv')
    const job = await boss.post('/imports', body)
    assert.ok([200, 201, 202].includes(job.status), JSON.stringify(job.body))
    let done = job.body
    for (let i = 0; i < 100 && !['done', 'failed'].includes(done.status); i++) {
      await new Promise((resolve) => setTimeout(resolve, 50))
      done = ok(await boss.get(`/jobs/${job.body.id}`))
    }
    assert.deepEqual([done.result.created, done.result.failed], [1, 3], JSON.stringify(done))
    assert.match(JSON.stringify(done.result), /above the budget|费用超过预算/)
  },
  'an action is bound by what the record becomes, and by locks of what its caller names': async ({ company, boss }) => {
    const rules = [
      { field: 'amount', effect: 'require', when: 'stage = "won"' }, { field: 'amount', effect: 'lock', when: 'stage = "proposal"' },
      { field: 'stage', effect: 'lock', when: 'true' }, { field: 'owner', effect: 'lock', when: 'true' },
    ]
    ok(await boss.patch('/meta/objects/opportunity', { rules, validations: [{ name: 'small', when: 'stage = "won" and amount < 10', message: 'Too small to win', field: 'amount' }] }))
    const seller = await company.add('seller', 'sales_manager', 'east')
    const customer = await seller.create('customer', { name: '单位' })
    const make = (values) => seller.create('opportunity', { name: '商机', customer: customer.id, ...values })
    const [empty, low, fixed] = [await make({}), await make({ amount: 5 }), await make({ amount: 50, stage: 'proposal' })]
    const act = (deal, action, body) => seller.post(`/records/opportunity/${deal.id}/actions/${action}`, body)
    assert.deepEqual(codes(await act(empty, 'win', {})), [422, 'amount:required'])
    assert.deepEqual(codes(await act(low, 'win', {})), [422, 'amount:validation'])
    assert.deepEqual(codes(await act(fixed, 'win', { amount: 60 })), [422, 'amount:locked'])
    assert.deepEqual(codes(await seller.patch(`/records/opportunity/${empty.id}`, { stage: 'won' })), [422, 'stage:locked'])
    assert.equal(ok(await act(empty, 'win', { amount: 99 })).stage, 'won')
    assert.equal(ok(await act(fixed, 'win', {})).stage, 'won')
    ok(await act(low, 'assign', { owner: boss.id }))
    assert.equal(ok(await boss.get(`/records/opportunity/${low.id}`)).owner.id, boss.id)
    ok(await boss.patch('/meta/objects/opportunity', { rules: [], validations: [] }))
  },
  'a form is told what it shows': async ({ boss, rep, mine }) => {
    const ask = async (person, body) => ok(await person.post('/records/project/form', body))
    const fresh = await ask(rep, { values: { name: 'x', cost: 5 } })
    assert.deepEqual(fresh, {
      layout: null, sections: [true, false],
      fields: { kind: { show: true, require: false, lock: false }, budget: { show: true, require: false, lock: false }, reason: { show: false, require: false, lock: false } },
      computed: { rest: null, level: null }, errors: [],
    })
    const inner = await ask(rep, { values: { kind: 'inner', cost: 700, budget: 800, customer: mine.id, state: 'closed' } })
    assert.deepEqual([inner.layout, inner.sections, inner.computed], ['reps', [true, false, true], { rest: 100, level: 'A' }])
    assert.deepEqual(inner.fields, { kind: { show: true, require: false, lock: false }, budget: { show: true, require: true, lock: false }, reason: { show: true, require: true, lock: false } })
    assert.equal((await ask(boss, { values: { kind: 'inner', state: 'closed' } })).layout, 'closed')
    const made = await rep.create('project', { name: 'x', cost: 7, budget: 10, state: 'closed', kind: 'inner' })
    const stored = await ask(rep, { id: made.id, values: { cost: 8 } })
    assert.deepEqual([stored.layout, stored.sections, stored.fields.budget.lock, stored.fields.kind.lock, stored.computed.rest, stored.errors], ['reps', [true, false, true], true, true, 2, []])
    assert.deepEqual((await ask(rep, { id: made.id })).sections, [true, true, true])
    assert.equal((await ask(boss, { id: made.id })).fields.kind, undefined, 'a rule for a role he has not')
    assert.equal((await ask(rep, { id: made.id, values: { state: 'open' } })).fields.budget.lock, true, 'by the record before the change')
    const again = await rep.get(`/records/project/${made.id}`)
    assert.deepEqual([again.body.version, again.body.cost], [1, 7], 'nothing is written')
    const numbers = [await rep.create('project', { name: 'a', cost: 1 }), await ask(rep, { values: { name: 'n' } }), await rep.create('project', { name: 'b', cost: 1 })].map((one) => Number((one.number ?? '').slice(2)))
    assert.equal(numbers[2], numbers[0] + 1, 'no number is used up')
  },
  'and what a write of it would be told, of what was touched': async ({ rep }) => {
    const ask = (body) => rep.post('/records/project/form', body)
    assert.deepEqual(said(await ask({ values: {} })), [])
    assert.deepEqual(said(await ask({ values: { cost: 5, budget: 4 } })), ['cost:validation'])
    assert.deepEqual(said(await ask({ values: { name: '', cost: null } })), ['name:required', ':validation'])
    assert.deepEqual(said(await ask({ values: { cost: 'much', budget: 4, state: 'lost', nothing: 1, spent: 3, owner: 1 } })), ['cost:bad_decimal', 'state:unknown_option', 'nothing:unknown_field', 'spent:read_only', 'owner:may_not_assign'])
    assert.deepEqual(said(await ask({ values: { cost: 101, state: 'closed', reason: '' } })), ['reason:required'])
    const made = await rep.create('project', { name: 'x', cost: 7, budget: 10, state: 'closed' })
    assert.deepEqual(said(await ask({ id: made.id, values: { budget: 11 } })), ['budget:locked'])
    assert.deepEqual(said(await ask({ id: made.id, values: { budget: 10, cost: 11 } })), ['cost:validation'])
    assert.deepEqual(codes(await ask({ values: [] })), [400])
    assert.deepEqual(codes(await ask({ id: 'x', values: {} })), [422, 'id:bad_integer'])
  },
  'it is no way around rights': async ({ boss, rep, looker, mine, theirs }) => {
    const foreign = await boss.create('project', { name: '秘', cost: 7, budget: 10, margin: 9, customer: theirs.id })
    assert.deepEqual(codes(await rep.post('/records/project/form', { id: foreign.id, values: {} })), [404])
    assert.deepEqual(codes(await rep.post('/records/project/form', { id: 99999999, values: {} })), [404])
    assert.deepEqual(codes(await looker.post('/records/project/form', { values: {} })), [403])
    assert.deepEqual(codes(await rep.post('/records/opportunity/form', { values: {} })), [404])
    assert.deepEqual(codes(await looker.haike.nobody().post('/records/project/form', { values: {} })), [401])
    // hidden: neither what is stored nor what is typed of it has a part in the answer
    const ours = await rep.create('project', { name: '我', cost: 7, budget: 10, kind: 'inner' })
    const asked = async (person, body) => JSON.stringify(ok(await person.post('/records/project/form', body)))
    const before = await asked(rep, { id: ours.id, values: { cost: null } })
    ok(await boss.patch(`/records/project/${ours.id}`, { margin: 9 }))
    assert.equal(await asked(rep, { id: ours.id, values: { cost: null } }), before)
    ok(await boss.patch(`/records/project/${ours.id}`, { margin: 1 }))
    assert.equal(await asked(rep, { id: ours.id, values: { cost: null } }), before)
    for (const word of ['margin', 'gain', 'contract']) assert.ok(!before.includes(word), before)
    assert.deepEqual(said(await rep.post('/records/project/form', { id: ours.id, values: { margin: 'x' } })), ['margin:unknown_field'])
    assert.deepEqual(said(await rep.post('/records/project/form', { id: ours.id, values: { margin: 0 } })), ['margin:unknown_field'])
    // masked: not named, its formula neither
    const seen = ok(await looker.post('/records/project/form', { id: foreign.id, values: {} }))
    assert.deepEqual([Object.keys(seen.computed), seen.fields.cost, seen.layout], [['rest', 'level'], undefined, null])
    // a customer he may not see is null to his form, whether it is there or not; his own is not
    const level = async (customer) => (ok(await rep.post('/records/project/form', { values: { customer } }))).computed.level
    assert.deepEqual([await level(theirs.id), await level(99999999), await level(mine.id)], [null, null, 'A'])
    const require = async (customer) => (ok(await rep.post('/records/project/form', { values: { customer } }))).fields.budget.require
    assert.deepEqual([await require(theirs.id), await require(mine.id)], [false, true])
  },
  'an administrator looks as a role; nobody else does': async ({ company, boss, rep, looker, mine }) => {
    const { roles } = company
    for (const person of [rep, looker]) {
      assert.deepEqual(codes(await person.post('/records/project/form', { values: {}, role: roles.rep })), [403])
      assert.deepEqual(codes(await person.get(`/meta/objects/project?role=${roles.rep}`)), [403])
    }
    assert.deepEqual(codes(await boss.get('/meta/objects/project?role=99999')), [422, 'role:reference_missing'])
    assert.deepEqual(codes(await boss.get('/meta/objects/project?role=x')), [422, 'role:out_of_range'])
    assert.deepEqual(codes(await boss.post('/records/project/form', { values: {}, role: 99999 })), [422, 'role:reference_missing'])
    const as = ok(await boss.get(`/meta/objects/project?role=${roles.rep}`)), own = ok(await rep.get('/meta/objects/project'))
    assert.deepEqual(as, own)
    assert.equal(as.rights.update, true)
    const none = ok(await boss.get(`/meta/objects/opportunity?role=${roles.rep}`))
    assert.deepEqual([none.rights.read, none.fields.filter((field) => field.name === 'amount')], [false, []])
    assert.equal(ok(await boss.get(`/meta/objects/project?role=${roles.admin}`)).fields.some((field) => field.name === 'margin'), true)
    const made = await boss.create('project', { name: 'x', cost: 7, budget: 10, margin: 9, kind: 'inner', state: 'signed', contract_no: '1', customer: mine.id })
    const form = ok(await boss.post('/records/project/form', { id: made.id, values: { margin: 2 }, role: roles.rep }))
    assert.deepEqual([form.layout, form.fields.kind.lock, Object.keys(form.computed), form.errors.map((error) => error.code)], ['reps', true, ['rest', 'level'], ['unknown_field']])
    assert.equal(ok(await boss.post('/records/project/form', { id: made.id, values: {} })).fields.kind, undefined)
    assert.equal(ok(await boss.post('/records/project/form', { values: {}, role: roles.looker })).layout, null)
  },
  'expressions are checked, with their value for a record': async ({ boss, rep, mine, theirs }) => {
    const check = async (person, expression, kind, id) => ok(await person.post('/meta/objects/project/check', { expression, kind, id }))
    assert.deepEqual(await check(boss, 'cost > 1', 'condition'), { ok: true, type: 'bool' })
    assert.deepEqual(await check(boss, 'cost * 2', 'value'), { ok: true, type: 'number' })
    const wrong = await check(boss, 'name = "价" and cots > 1', 'condition')
    assert.deepEqual([wrong.ok, wrong.code, wrong.position], [false, 'expr_unknown_name', 15])
    assert.match(wrong.message, /cots/)
    assert.deepEqual([(await check(boss, 'cost', 'condition')).code, (await check(boss, '', 'value')).code, (await check(boss, 'cost +', 'value')).position], ['expr_type', 'expr_end', 6])
    const made = await rep.create('project', { name: '值', cost: 7.5, budget: 10, customer: mine.id })
    const value = async (person, expression, id = made.id) => (await check(person, expression, 'value', id)).value
    assert.deepEqual(await Promise.all(['rest', 'cost > 7', 'name', 'state', 'customer', 'customer.owner', 'count(parts)', 'null', 'created_at >= today()', 'reason', 'date(2026, 1, 2)'].map((text) => value(rep, text))),
      [2.5, true, '值', 'open', { id: mine.id, name: '我的客户' }, { id: rep.id, name: 'rep' }, 0, null, true, null, '2026-01-02'])
    // rights: hidden names do not exist, invisible records neither
    for (const text of ['margin', 'gain', 'customer.phone']) assert.equal((await check(rep, text, 'value', made.id)).code, 'expr_unknown_name', text)
    assert.equal((await check(boss, 'margin', 'value')).ok, true)
    const foreign = await boss.create('project', { name: '秘', cost: 7, budget: 10, customer: theirs.id })
    assert.deepEqual(codes(await rep.post('/meta/objects/project/check', { expression: 'cost', kind: 'value', id: foreign.id })), [404])
    ok(await boss.patch(`/records/project/${made.id}`, { customer: theirs.id }))
    assert.equal(await value(rep, 'customer.level'), null)
    assert.equal(await value(boss, 'customer.level'), 'A')
    // roll-ups: administrators, with the rules of a definition
    assert.deepEqual(codes(await rep.post('/meta/objects/project/check', { expression: 'sum(parts.cost)', kind: 'rollup' })), [403])
    await boss.create('project', { name: '子', cost: 2.25, whole: made.id })
    assert.deepEqual(await check(boss, 'sum(parts.cost)', 'rollup', made.id), { ok: true, type: 'number', value: 2.25 })
    assert.deepEqual(await Promise.all(['sum(parts.cost) * 2', 'sum(parts.customer.open_amount)', 'count(parts, created_at < now())'].map(async (text) => (await check(boss, text, 'rollup')).code)), ['rollup_not_aggregate', 'rollup_beyond_children', 'rollup_moment'])
    assert.deepEqual(codes(await boss.post('/meta/objects/project/check', { expression: 'cost', kind: 'guess' })), [422, 'kind:unknown_option'])
    assert.deepEqual(codes(await boss.post('/meta/objects/project/check', { kind: 'value' })), [422, 'expression:required'])
    assert.deepEqual(codes(await rep.post('/meta/objects/opportunity/check', { expression: 'name', kind: 'value' })), [404])
  },
  'fields that are gone are left out; what conditions name stays': async ({ boss }) => {
    ok(await boss.post('/meta/objects', { name: 'gadget', label: 'Gadget', fields: ['a', 'b', 'c'].map((name) => ({ name, type: 'text', label: name })) }), 201)
    ok(await boss.patch('/meta/objects/gadget', { layout: { header: ['a'], sections: [{ label: 'S', fields: ['a', 'b'] }] }, layouts: [{ name: 'x', label: 'X', sections: [{ label: 'S', fields: ['a', 'c'] }] }],
      rules: [{ field: 'a', effect: 'require', when: 'b = "x"' }], validations: [{ name: 'v', when: 'c = "x"', message: 'M', field: 'a' }] }))
    const inUse = await boss.delete('/meta/objects/gadget/fields/b')
    assert.deepEqual([inUse.status, inUse.body.code], [409, 'field_in_use'])
    assert.deepEqual(codes(await boss.post('/records/gadget', { name: 'g', b: 'x' })), [422, 'a:required'])
    assert.equal((await boss.delete('/meta/objects/gadget/fields/a')).status, 204)
    const meta = ok(await boss.get('/meta/objects/gadget'))
    assert.deepEqual([meta.layout, meta.layouts[0].sections[0].fields, meta.rules, meta.validations], [{ header: [], sections: [{ label: 'S', fields: ['b'] }], related: [] }, ['c'], [], [{ name: 'v', when: 'c = "x"', message: 'M' }]])
    await boss.create('gadget', { name: 'g', b: 'x' })
    assert.deepEqual(codes(await boss.post('/records/gadget', { name: 'g', c: 'x' })), [422, ':validation'])
    assert.deepEqual(ok(await boss.post('/records/gadget/form', { values: { b: 'x', c: 'x' } })), { layout: 'x', sections: [true], fields: {}, computed: {}, errors: [{ field: '', code: 'validation', message: 'M' }] })
    ok(await boss.patch('/meta/objects/gadget', { label: 'Gadgets' }))
    assert.deepEqual(codes(await boss.patch('/meta/objects/gadget', { layout: { header: ['a'] } })), [422, 'layout.header[0]:unknown_field'])
    ok(await boss.patch('/meta/objects/gadget', { layouts: null, rules: null, validations: [] }))
    assert.equal((await boss.delete('/meta/objects/gadget/fields/b')).status, 204)
  },
}
