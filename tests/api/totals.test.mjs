// Totals: whatever people do to records, an aggregate from totals is what the rows say, byte for byte; definitions at run time; building in slices, killed in the middle;
// many writers at once. A condition on the id is none that totals know: with it the same question is asked of the rows.
import assert from 'node:assert/strict'
import { Company } from '../support/company.mjs'

const MINE = { read: 'own', create: true, update: 'own', delete: 'own', transfer: true, actions: ['assign', 'make_formal'] }

export async function setup({ engine }) {
  const company = await Company.start(engine, '--test-clock')
  const { boss } = company
  await company.role('mine', { '*': MINE })
  await company.role('near', { '*': { ...MINE, read: 'department' } })
  await company.role('wide', { '*': { ...MINE, read: 'tree', update: 'tree', delete: 'tree' } })
  await company.role('won', { opportunity: { read: 'stage = "won" and month(close_date) >= "2026-02"' }, customer: { read: 'level = "A"' } })
  await company.role('both', { opportunity: { read: 'department' } })
  await company.role('sums', { opportunity: { read: 'all', fields: { amount: 'hide' } }, customer: { read: 'all', fields: { status: 'mask' } } })
  const people = [['one', 'mine', 'shanghai'], ['two', 'mine', 'south'], ['near', 'near', 'east'], ['wide', 'wide', 'east'], ['winner', 'won', 'hq'], ['several', ['both', 'won', 'mine'], 'south'], ['hidden', 'sums', 'hq']]
  for (const [login, role, department] of people) await company.add(login, role, department)
  await boss.patch(`/records/department/${company.departments.south}`, { head: company.people.near.id })
  return { haike: company.haike, company, boss, ...company.people }
}

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

async function ended(person, id) {
  for (let i = 0; i < 1500; i++, await wait(20)) {
    const job = (await person.get(`/jobs/${id}`)).body
    if (job.status === 'done' || job.status === 'failed') return job
  }
  throw new Error('the job does not end')
}

const QUESTIONS = [
  ['opportunity', { measure: 'count(),sum(amount)' }],
  ['opportunity', { group: 'stage', measure: 'count(),sum(amount),avg(amount),count(amount)', sort: '-sum(amount)' }],
  ['opportunity', { group: 'owner', measure: 'count(),sum(amount * probability)', filter: 'not stage in ("won","lost")' }],
  ['opportunity', { group: 'month(close_date)', measure: 'count(),sum(amount)', filter: 'stage != "won"' }],
  ['opportunity', { group: 'department,quarter(close_date)', measure: 'count(),sum(amount)', filter: 'close_date >= 2026-02-01 and close_date <= 2026-04-30' }],
  ['opportunity', { group: 'stage', measure: 'count(),sum(amount)', filter: 'owner.department under my_department()' }],
  ['opportunity', { group: 'stage', measure: 'count()', filter: 'owner = me()' }],
  ['customer', { group: 'status', measure: 'count(),sum(open_amount),sum(won_amount)' }],
  ['customer', { group: 'level,owner', measure: 'count()' }],
  ['customer', { group: 'type', measure: 'count()', sort: '-count()' }],
  ['activity', { group: 'type,month(at)', measure: 'count()' }],
  ['task', { group: 'status', measure: 'count()' }],
  ['lead', { group: 'source', measure: 'count()', filter: 'status = "new"' }],
]

// Records follow a person who moves behind: what changes between the two questions is asked again.
async function both(person, object, params) {
  const ask = async () => [await person.aggregate(object, params), await person.aggregate(object, { ...params, filter: params.filter ? `(${params.filter}) and id > 0` : 'id > 0' })]
  let answers = await ask()
  for (let i = 0; i < 5 && answers[0].status === 200 && answers[0].bytes.toString() !== answers[1].bytes.toString(); i++) {
    await wait(100)
    answers = await ask()
  }
  return answers
}

async function compare(people, note = '') {
  for (const person of people)
    for (const [object, params] of QUESTIONS) {
      const [kept, rows] = await both(person, object, params)
      assert.equal(kept.status, rows.status, `${object} ${JSON.stringify(params)} ${note}: ${JSON.stringify(kept.body)}`)
      if (kept.status === 200) assert.equal(kept.bytes.toString(), rows.bytes.toString(), `${object} ${JSON.stringify(params)} ${note}`)
    }
}

// A fixed seed, as good as any.
function chance(seed) {
  let state = seed
  return (limit) => {
    state = (state * 1103515245 + 12345) % 2147483648
    return Math.floor((state / 2147483648) * limit)
  }
}

const STAGES = ['initial', 'proposal', 'won', null]
const DATES = ['2026-01-31', '2026-02-01', '2026-02-28', '2026-04-30', '2026-05-01', null]

export const scenarios = {
  'whatever people do, totals are what the rows say': async ({ company, boss, one, two, near, wide, winner, several, hidden }) => {
    const below = chance(20261130), pick = (list) => list[below(list.length)]
    const people = [boss, one, two, near, wide, winner, several, hidden], owners = [boss, one, two, near, wide, several]
    const customers = [], deals = []
    const departments = Object.values(company.departments)
    const ok = (answer, ...also) => assert.ok(answer.status < 300 || [403, 404, 409, 422, ...also].includes(answer.status), JSON.stringify(answer.body))
    const member = await boss.post('/records/sharing_rule', { name: '大单', object: 'opportunity', condition: 'amount > 500', users: [two.id], access: 'read' })
    ok(member)
    const steps = [
      async () => customers.push((await boss.create('customer', { name: `客户${customers.length}`, level: pick(['A', 'B', null]), status: pick(['potential', 'formal']), type: 'end_user', owner: pick(owners).id })).id),
      async () => {
        const made = await boss.post('/records/opportunity', { name: '商机', customer: pick(customers) ?? null, amount: pick(['0.01', '999999999999.99', '600', null]), probability: pick([0.1, 0.5, null]), stage: pick(STAGES), close_date: pick(DATES), owner: pick(owners).id })
        ok(made) // the customer may be in the bin
        if (made.status === 201) deals.push(made.body.id)
      },
      async () => ok(await pick(people).patch(`/records/opportunity/${pick(deals) ?? 1}`, { stage: pick(STAGES), close_date: pick(DATES) })),
      async () => ok(await pick(people).patch(`/records/opportunity/${pick(deals) ?? 1}`, { owner: pick(owners).id, amount: pick(['5.55', null, '700']) })),
      async () => ok(await boss.patch(`/records/customer/${pick(customers) ?? 1}`, { owner: pick(owners).id, level: pick(['A', 'B']) })),
      async () => ok(await pick(people).delete(`/records/opportunity/${pick(deals) ?? 1}`)),
      async () => ok(await boss.post(`/trash/opportunity/${pick(deals) ?? 1}/restore`, {})),
      async () => ok(await boss.delete(`/records/customer/${pick(customers) ?? 1}`)),
      async () => ok(await boss.post(`/trash/customer/${pick(customers) ?? 1}/restore`, {})),
      async () => ok(await boss.post('/records/team_member', { record: { object: 'opportunity', id: pick(deals) ?? 1 }, user: pick(owners).id, access: 'read' })),
      async () => ok(await boss.post('/records/activity', { content: 'x', type: 'call', at: pick(['2026-01-31T15:59:59Z', '2026-01-31T16:00:00Z']), target: { object: 'customer', id: pick(customers) ?? 1 } })),
      async () => ok(await pick(owners).post('/records/task', { title: 't', target: { object: 'customer', id: pick(customers) ?? 1 } })),
      async () => ok(await pick(owners).post('/records/lead', { name: '线索', source: 'website' })),
      async () => ok(await boss.patch(`/records/user/${pick([one, two, near]).id}`, { department: pick(departments) })),
      async () => ok(await boss.patch(`/records/sharing_rule/${member.body.id}`, { condition: pick(['amount > 500', 'stage = "won"']) })),
      async () => ok(await boss.delete(`/trash/opportunity/${pick(deals) ?? 1}`)),
      async () => {
        const started = await boss.post('/records/opportunity/bulk', { filter: `stage = "${pick(STAGES) ?? 'won'}"`, op: 'update', values: { stage: pick(STAGES), amount: pick([1, 2, 3]) } })
        ok(started)
        if (started.status === 202) await ended(boss, started.body.id)
      },
    ]
    for (let i = 0; i < 10; i++) await steps[0]()
    for (let i = 0; i < 220; i++) {
      await steps[i % 3 ? below(steps.length) : 1]()
      if (i % 20 === 19) await compare(people, `after ${i}`)
    }
    await compare(people, 'in the end')
  },
  'departments that merge, people who hand over, what goes for good': async ({ company, boss, one, two, wide }) => {
    const team = (await boss.create('department', { name: '一组', parent: company.departments.east })).id
    company.departments.team = team
    const leaver = await company.add('leaver', 'mine', 'team')
    for (let i = 0; i < 30; i++) await leaver.create('opportunity', { name: '商机', amount: i, stage: STAGES[i % 3], close_date: DATES[i % 5] })
    for (let i = 0; i < 30; i++) await leaver.create('customer', { name: `留下${i}`, level: 'A', status: 'formal' })
    const all = [boss, one, two, wide, leaver]
    await compare(all)
    const merged = await boss.post(`/records/department/${team}/actions/merge`, { into: company.departments.south })
    assert.equal(merged.status, 200, JSON.stringify(merged.body))
    assert.equal((await ended(boss, merged.body.job)).status, 'done')
    await compare(all, 'merged')
    const started = await boss.post(`/users/${leaver.id}/handover`, { rules: [{ of: '*', to: [one.id] }] })
    assert.ok(started.status < 300, JSON.stringify(started.body))
    const job = await ended(boss, started.body.id ?? started.body.job)
    await compare([boss, one, two, wide], 'handed over')
    const undone = await boss.post(`/jobs/${job.id}/undo`, {})
    if (undone.status === 202) await ended(boss, undone.body.id)
    await compare(all, 'taken back')
    const gone = (await leaver.list('customer', { limit: '5', fields: 'id' })).body.items
    for (const { id } of gone) {
      await boss.delete(`/records/customer/${id}`)
      await boss.delete(`/trash/customer/${id}`)
    }
    await boss.patch('/settings', { time_zone: 'America/St_Johns' })
    await compare(all, 'in another zone')
  },
  'who may not read a field is told of no total of it': async ({ hidden, boss }) => {
    await boss.create('opportunity', { name: '暗', amount: 77, stage: 'won' })
    for (const params of [{ measure: 'sum(amount)' }, { measure: 'avg(amount)' }, { measure: 'sum(amount * probability)' }, { measure: 'count(amount)' }])
      assert.equal((await hidden.aggregate('opportunity', params)).status, (await hidden.aggregate('opportunity', { ...params, filter: 'id > 0' })).status)
    assert.notEqual((await hidden.aggregate('opportunity', { measure: 'sum(amount)' })).status, 200)
    assert.notEqual((await hidden.aggregate('customer', { group: 'status', measure: 'count()' })).status, 200)
    assert.notEqual((await hidden.aggregate('task', { group: 'status', measure: 'count()' })).status, 200)
  },
  'twenty write to one stage at once': async ({ boss, one, wide }) => {
    const made = await Promise.all(Array.from({ length: 20 }, (_, i) => boss.create('opportunity', { name: `同时${i}`, stage: 'proposal', amount: 10, close_date: '2026-02-02', owner: one.id })))
    for (let round = 0; round < 4; round++) {
      await Promise.all(made.map(({ id }, i) => boss.patch(`/records/opportunity/${id}`, { stage: i % 2 ? 'won' : 'proposal', amount: round + i })))
      await compare([boss, one, wide], `round ${round}`)
    }
  },
  'totals of a definition are checked, made at run time, and seen by who may see their fields': async ({ boss }) => {
    const fields = [{ name: 'kind', type: 'choice', options: [{ key: 'a' }, { key: 'b' }] }, { name: 'price', type: 'money' }, { name: 'on', type: 'date' }, { name: 'text', type: 'text' }]
    const made = await boss.post('/meta/objects', { name: 'parcel', label: '包裹', fields, totals: [{ by: ['kind'] }] })
    assert.equal(made.status, 201, JSON.stringify(made.body))
    for (let i = 0; i < 30; i++) await boss.create('parcel', { name: `p${i}`, kind: 'ab'[i % 2], price: i, on: `2026-0${1 + (i % 5)}-15` })
    const ask = async (params) => {
      const [kept, rows] = [await boss.aggregate('parcel', params), await boss.aggregate('parcel', { ...params, filter: 'id > 0' })]
      assert.equal(kept.bytes.toString(), rows.bytes.toString())
      return kept.body.items
    }
    assert.deepEqual((await ask({ group: 'kind', measure: 'count()' })).map((item) => item['count()']), [15, 15])
    const change = (totals) => boss.patch('/meta/objects/parcel', { totals })
    assert.equal((await change([{ by: ['kind', 'month(on)'], sum: ['price'] }])).status, 200)
    assert.deepEqual((await boss.get('/meta/objects/parcel')).body.totals, [{ by: ['kind', 'month(on)'], sum: ['price'] }])
    assert.equal((await ask({ group: 'kind,month(on)', measure: 'count(),sum(price)' })).length, 10)
    await boss.patch(`/records/parcel/${(await boss.list('parcel', { limit: '1' })).body.items[0].id}`, { kind: 'a', price: 1000 })
    await ask({ group: 'kind', measure: 'sum(price),avg(price)' })
    assert.equal((await change([{ sum: ['price'] }])).status, 200)
    assert.deepEqual(await ask({ measure: 'count(),count(price)' }), [{ 'count()': 30, 'count(price)': 30 }])
    await ask({ group: 'owner', measure: 'sum(price)' })
    assert.equal((await change([{ by: ['kind', 'month(on)'], sum: ['price'] }])).status, 200)
    for (const [totals, field] of [[[{ by: ['text'] }], 'totals[0].by[0]'], [[{ by: ['owner'] }], 'totals[0].by[0]'], [[{ by: ['kind', 'kind'] }], 'totals[0].by[1]'], [[{ by: ['on'] }], 'totals[0].by[0]'],
      [[{ by: ['kind'], sum: ['price * 2'] }], 'totals[0].sum[0]'], [[{ by: ['kind'], sum: ['text'] }], 'totals[0].sum[0]'], [[{ by: ['kind'], other: 1 }], 'totals[0].other'], ['x', 'totals']]) {
      const answer = await change(totals)
      assert.deepEqual([answer.status, answer.body.errors?.[0]?.field], [422, field], JSON.stringify(answer.body))
    }
    assert.equal((await change([])).status, 200)
    await ask({ group: 'kind', measure: 'count(),sum(price)' })
    assert.equal((await change([{ by: ['kind'] }])).status, 200)
    assert.equal((await boss.delete('/meta/objects/parcel/fields/kind')).status, 204)
    await ask({ measure: 'count()' })
  },
  'a large object is gone through in slices; killed in the middle it goes on': async ({ boss, company, haike, engine }) => {
    if (engine !== 'sqlite') return // filling takes minutes there; the slices themselves are in totals_test.c
    assert.equal((await boss.post('/meta/objects', { name: 'reading', label: '读数', search: false, fields: [{ name: 'kind', type: 'choice', options: [{ key: 'a' }, { key: 'b' }, { key: 'c' }] }] })).status, 201)
    for (let i = 0; i < 21; i++) {
      const answer = await boss.post('/records/reading/batch', { items: Array.from({ length: 1000 }, (_, k) => ({ op: 'create', values: { name: `r${i}-${k}`, kind: 'abc'[k % 3] } })) })
      assert.equal(answer.status, 200, JSON.stringify(answer.body).slice(0, 300))
    }
    const check = async (note) => {
      const [kept, rows] = [await boss.aggregate('reading', { group: 'kind', measure: 'count()' }), await boss.aggregate('reading', { group: 'kind', measure: 'count()', filter: 'id > 0' })]
      assert.equal(kept.bytes.toString(), rows.bytes.toString(), note)
    }
    assert.equal((await boss.patch('/meta/objects/reading', { totals: [{ by: ['kind'] }] })).status, 200)
    for (let i = 0; i < 3; i++) {
      await boss.create('reading', { name: `neu${i}`, kind: 'a' })
      await check(`while it is built, ${i}`)
      await haike.stop('SIGKILL')
      await haike.serve('--test-clock')
    }
    for (let i = 0; i < 30; i++) {
      await boss.create('reading', { name: `mehr${i}`, kind: 'b' })
      await check(`afterwards, ${i}`)
      await wait(100)
    }
    await check('in the end')
  },
}
