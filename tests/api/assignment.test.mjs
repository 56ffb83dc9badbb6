// Assignment by rules: who gets what and why, who is passed over, how soon he answers, what pasted text says.
import assert from 'node:assert/strict'
import { Company } from '../support/company.mjs'
import { Haike, Person } from '../support/server.mjs'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
// ten in the morning in Shanghai, on the Monday that comes
const MONDAY = (() => { const day = new Date(Date.now() + DAY); while (day.getUTCDay() !== 1) day.setTime(day.getTime() + DAY); return Date.UTC(day.getUTCFullYear(), day.getUTCMonth(), day.getUTCDate(), 2) })()
const iso = (ms) => new Date(ms).toISOString().replace(/\.\d+Z/, 'Z')
const day = (ms) => iso(ms).slice(0, 10)

export async function setup({ engine }) {
  const company = await Company.start(engine, '--test-clock')
  await clock(company.haike, MONDAY)
  for (const [login, role, department] of [['li', 'sales', 'east'], ['wang', 'sales', 'east'], ['zhao', 'sales', 'shanghai'], ['qian', 'sales', 'south'], ['head', 'sales_manager', 'east'], ['money', 'finance', 'hq']]) await company.add(login, role, department)
  await company.boss.patch(`/records/department/${company.departments.east}`, { head: company.people.head.id })
  return { haike: company.haike, company, boss: company.boss, ...company.people }
}

async function clock(haike, ms) {
  const answer = await haike.nobody().post('/test/clock', { now: iso(ms) })
  assert.equal(answer.status, 204, JSON.stringify(answer.body))
}
// the clock goes on after it was set
const isAt = (value, ms, said) => assert.ok(value && Date.parse(value) >= ms && Date.parse(value) < ms + MINUTE, `${said ?? ''} ${value}, not ${iso(ms)}`)
const errors = (answer) => (answer.body.errors ?? []).map((error) => [error.field, error.code])
const told = async (person) => (await person.list('notification', { sort: '-id', fields: 'kind,text,target', limit: '50' })).body.items
const times = (count, make) => Promise.all(Array.from({ length: count }, (_, i) => make(i)))
const owners = async (boss, company) => {
  const counts = {}
  for (const row of (await boss.aggregate('lead', { group: 'owner', measure: 'count()', filter: `company = "${company}"` })).body.items) counts[row.owner.name] = row['count()']
  return counts
}
const decisions = async (person, id, object = 'lead') => (await person.get(`/records/${object}/${id}/timeline`)).body.items.filter((item) => item.kind === 'assignment_decision').map((item) => item.assignment_decision)
const reasons = (decision) => Object.fromEntries(decision.candidates.filter((candidate) => !candidate.considered).map((candidate) => [candidate.user, candidate.reason]))

// A rule for leads of a company of that name, with members; gone when the scenario is over.
async function withRule(boss, name, values, members, run) {
  const rule = await boss.create('assignment_rule', { name, condition: `company = "${name}"`, ...values })
  try {
    const rows = []
    for (const member of members) rows.push(await boss.create('assignment_member', { rule: rule.id, ...(member.user ? member : { user: member.id }) }))
    return await run(rule, rows)
  } finally {
    await boss.delete(`/records/assignment_rule/${rule.id}`)
  }
}
const lead = (person, company, more = {}) => person.create('lead', { name: `${company}的人`, company, auto_assign: true, ...more })

export const scenarios = {
  'in turn: whoever comes next gets it, with his department; why is on the timeline; he is told; its maker learns its id only': async ({ boss, company, li, wang, zhao, qian, money }) => {
    await withRule(boss, '轮流', {}, [li, wang, zhao], async (rule) => {
      const made = []
      for (let i = 0; i < 6; i++) made.push(await lead(boss, '轮流'))
      assert.deepEqual(made.map((item) => item.owner.id), [li.id, wang.id, zhao.id, li.id, wang.id, zhao.id])
      assert.deepEqual([made[2].department.id, made[2].version], [company.departments.shanghai, 1])
      isAt(made[2].assigned_at, MONDAY)
      const [decision] = await decisions(boss, made[1].id)
      assert.deepEqual([decision.name, decision.rule.id, decision.method, decision.outcome, decision.chosen.id], ['轮流', rule.id, 'round_robin', 'chosen', wang.id])
      assert.deepEqual(decision.candidates.map((candidate) => [candidate.user, candidate.considered]), [[li.id, true], [wang.id, true], [zhao.id, true]])
      assert.equal((await decisions(wang, made[1].id)).length, 1, 'whoever reads the lead reads why')
      const note = (await told(wang)).find((item) => item.target?.id === made[1].id)
      assert.match(note.text, /轮流/)
      const given = await lead(qian, '轮流')
      assert.deepEqual(Object.keys(given), ['id'], 'qian may not see what is another department\'s now')
      assert.equal((await qian.get(`/records/lead/${given.id}`)).status, 404)
      assert.equal((await qian.get(`/records/assignment_decision/${decision.id}`)).status, 404)
      assert.equal((await qian.list('assignment_decision')).body.items.length, 0)
      assert.equal((await money.post('/records/lead', { name: '无权', company: '轮流', auto_assign: true })).status, 404)
      const own = await boss.create('lead', { name: '不分', company: '轮流' })
      assert.deepEqual([own.owner.id, own.assigned_at, (await decisions(boss, own.id)).length], [boss.id, null, 0], 'without auto_assign nothing happens')
    })
  },
  'by weight: each gets exactly his share': async ({ boss, li, wang, zhao }) => {
    await withRule(boss, '权重', { method: 'weighted' }, [{ user: li.id, weight: 3 }, { user: wang.id, weight: 1 }, { user: zhao.id, weight: 2, active: false }], async () => {
      for (let i = 0; i < 8; i++) await lead(boss, '权重')
      assert.deepEqual(await owners(boss, '权重'), { li: 6, wang: 2 })
      const last = (await boss.list('lead', { filter: 'company = "权重"', sort: '-id', limit: '1' })).body.items[0]
      assert.deepEqual(reasons((await decisions(boss, last.id))[0]), { [zhao.id]: 'paused' })
    })
  },
  'fewest open first, and nobody above his capacity': async ({ boss, li, wang, zhao }) => {
    await withRule(boss, '最少', { method: 'least_loaded', fallback: 'keep' }, [{ user: li.id }, { user: wang.id, capacity: 0 }, { user: zhao.id }], async () => {
      const open = async (person) => (await boss.aggregate('lead', { measure: 'count()', filter: `owner = ${person.id} and status in ("new","contacted","qualified")` })).body.items[0]['count()']
      const before = [await open(li), await open(zhao)]
      const total = before[0] + before[1] + 6
      for (let i = 0; i < 6; i++) await lead(boss, '最少')
      const after = [await open(li), await open(zhao)]
      assert.equal(after[0] + after[1], total)
      assert.ok(Math.abs(after[0] - after[1]) <= Math.max(1, Math.abs(before[0] - before[1]) - 6), `${before} became ${after}`)
      const last = (await boss.list('lead', { filter: 'company = "最少"', sort: '-id', limit: '1' })).body.items[0]
      const [decision] = await decisions(boss, last.id)
      assert.deepEqual(reasons(decision), { [wang.id]: 'capacity' })
      assert.equal(typeof decision.candidates.find((candidate) => candidate.user === li.id).open, 'number')
    })
    await withRule(boss, '满了', { fallback: 'keep' }, [{ user: li.id, capacity: 0 }], async () => {
      const kept = await lead(boss, '满了')
      assert.deepEqual([kept.owner.id, kept.assigned_at, (await decisions(boss, kept.id))[0].outcome], [boss.id, null, 'kept'])
    })
  },
  'rules are asked in their order; one that has nobody hands on, to a colleague, or to the next': async ({ boss, li, wang, zhao }) => {
    await withRule(boss, '次序', { name: '第二条', order: 20, fallback: 'user', fallback_user: zhao.id }, [{ user: wang.id, active: false }], async (second) => {
      await withRule(boss, '次序', { name: '第一条', order: 10 }, [{ user: li.id, capacity: 0 }], async () => {
        const made = await lead(boss, '次序')
        const [decision] = await decisions(boss, made.id)
        assert.deepEqual([made.owner.id, decision.name, decision.outcome], [zhao.id, '第二条', 'fallback'])
        assert.deepEqual(decision.candidates.map((candidate) => [candidate.user, candidate.reason, candidate.rule]), [[wang.id, 'paused', undefined], [li.id, 'capacity', '第一条']])
      })
      await boss.patch(`/records/assignment_rule/${second.id}`, { active: false })
      const nobody = await lead(boss, '次序')
      assert.deepEqual([nobody.owner.id, (await decisions(boss, nobody.id))[0].outcome], [boss.id, 'none'])
    })
    for (const [values, field] of [[{ fallback: 'user' }, 'fallback_user'], [{ escalate_to: 'user' }, 'escalate_user'], [{ condition: 'nonsense = 1' }, 'condition'], [{ object: 'user' }, 'object'], [{ method: 'dice' }, 'method']]) {
      const refused = await boss.post('/records/assignment_rule', { name: '错', ...values })
      assert.deepEqual([refused.status, refused.body.errors.map((error) => error.field)], [422, [field]], JSON.stringify(values))
    }
  },
  'a department and those below it take part; who may not read leads, or has left, does not': async ({ boss, company, money }) => {
    const gone = await company.add('gone', 'sales', 'south')
    await withRule(boss, '部门', { departments: [company.departments.south, company.departments.hq] }, [], async () => {
      await boss.patch(`/records/user/${gone.id}`, { active: false })
      for (let i = 0; i < 7; i++) await lead(boss, '部门')
      const counts = await owners(boss, '部门')
      assert.deepEqual(Object.keys(counts).filter((name) => name !== '老板').sort(), ['head', 'li', 'qian', 'wang', 'zhao'])
      assert.ok(Object.values(counts).every((count) => count === 1 || count === 2), JSON.stringify(counts))
      const last = (await boss.list('lead', { filter: 'company = "部门"', sort: '-id', limit: '1' })).body.items[0]
      assert.deepEqual(reasons((await decisions(boss, last.id))[0]), { [money.id]: 'no_access' })
    })
  },
  'whoever is away gets nothing, his deputy does; everybody enters his own leave, a manager his people\'s': async ({ boss, li, wang, zhao, qian, head }) => {
    const mine = await li.create('absence', { from: iso(MONDAY - HOUR), to: iso(MONDAY + DAY), kind: 'sick' })
    assert.deepEqual([mine.user.id, mine.owner.id, mine.name], [li.id, li.id, 'li'])
    assert.deepEqual(errors(await li.post('/records/absence', { user: wang.id, from: iso(MONDAY), to: iso(MONDAY + DAY) })), [['user', 'person_not_yours']])
    assert.equal((await wang.get(`/records/absence/${mine.id}`)).status, 404, 'a colleague learns nothing of it')
    const theirs = await head.create('absence', { user: zhao.id, from: iso(MONDAY - HOUR), to: iso(MONDAY + DAY), deputy: wang.id })
    assert.deepEqual(errors(await head.post('/records/absence', { user: qian.id, from: iso(MONDAY), to: iso(MONDAY + DAY) })), [['user', 'person_not_yours']])
    assert.deepEqual(errors(await li.post('/records/absence', { from: iso(MONDAY), to: iso(MONDAY), deputy: li.id })), [['to', 'ends_before_start'], ['deputy', 'deputy_self']])
    await withRule(boss, '请假', {}, [li, zhao, qian], async () => {
      const made = []
      for (let i = 0; i < 4; i++) made.push(await lead(boss, '请假'))
      assert.deepEqual(made.map((item) => item.owner.id), [wang.id, qian.id, wang.id, qian.id])
      const [decision] = await decisions(boss, made[0].id)
      assert.deepEqual(reasons(decision), { [li.id]: 'absent' })
      assert.equal(decision.candidates.find((candidate) => candidate.user === zhao.id).deputy, wang.id)
      const second = await boss.create('absence', { user: wang.id, from: iso(MONDAY - HOUR), to: iso(MONDAY + HOUR) })
      assert.equal((await lead(boss, '请假')).owner.id, qian.id, 'a deputy who is away himself hands on to nobody')
      await boss.delete(`/records/absence/${second.id}`)
    })
    for (const item of [mine, theirs]) await boss.delete(`/records/absence/${item.id}`)
  },
  'outside of working hours a rule that respects them has nobody; days off and days worked instead count': async ({ haike, boss, li }) => {
    const bad = await boss.patch('/settings', { working_hours: [{ day: 1, from: '18:00', to: '09:00' }], holidays: ['2026-13-01'] })
    assert.deepEqual(errors(bad), [['working_hours', 'bad_hours'], ['holidays[0]', 'bad_date']])
    assert.equal((await li.patch('/settings', { holidays: [] })).status, 403)
    await withRule(boss, '工作时间', { respect_hours: true, fallback: 'keep' }, [li], async () => {
      const at = async (ms) => {
        await clock(haike, ms)
        return (await decisions(boss, (await lead(boss, '工作时间')).id))[0].outcome
      }
      assert.equal(await at(MONDAY), 'chosen')
      assert.equal(await at(MONDAY + 9 * HOUR), 'kept', 'seven in the evening')
      assert.equal(await at(MONDAY + 5 * DAY), 'kept', 'Saturday')
      await boss.patch('/settings', { holidays: [day(MONDAY + DAY)], workdays: [day(MONDAY + 5 * DAY)] })
      assert.equal(await at(MONDAY + DAY), 'kept', 'a day off')
      assert.equal(await at(MONDAY + 5 * DAY), 'chosen', 'a Saturday that is worked')
      assert.deepEqual((await li.get('/settings')).body.holidays, [day(MONDAY + DAY)], 'everybody knows the hours')
      await boss.patch('/settings', { holidays: [], workdays: [] })
      await clock(haike, MONDAY)
    })
  },
  'expertise: whoever matches most; performance: whoever converts more gets more, newcomers some': async ({ boss, li, wang, zhao, head }) => {
    const product = await boss.create('product', { name: '激光切割机' })
    const known = [await boss.create('expertise', { user: li.id, provinces: ['33'], industries: ['C'] }), await head.create('expertise', { user: wang.id, provinces: ['33', '32'], industries: ['C'], products: [product.id] })]
    assert.equal((await li.post('/records/expertise', { user: li.id })).status, 403)
    await withRule(boss, '专长', { method: 'expertise' }, [li, wang, zhao], async () => {
      const best = await lead(boss, '专长', { industry: 'C', address: { province: '浙江省', city: '杭州市' }, requirement: '想要一台激光切割机，两周内' })
      assert.equal(best.owner.id, wang.id)
      assert.deepEqual((await decisions(boss, best.id))[0].candidates.map((candidate) => candidate.score), [2, 3, 0])
      const other = await lead(boss, '专长', { industry: 'C', address: { province: '广东省' } })
      assert.deepEqual((await decisions(boss, other.id))[0].candidates.map((candidate) => candidate.score), [1, 1, 0])
    })
    for (const item of known) await boss.delete(`/records/expertise/${item.id}`)
    await withRule(boss, '业绩', { method: 'performance' }, [li, zhao], async () => {
      for (let i = 0; i < 4; i++) {
        const won = await boss.create('lead', { name: `赢${i}`, company: '业绩旧', owner: li.id })
        assert.equal((await boss.post(`/records/lead/${won.id}/actions/convert`, {})).status, 200)
      }
      for (let i = 0; i < 10; i++) await lead(boss, '业绩')
      const counts = await owners(boss, '业绩')
      assert.ok(counts.li > counts.zhao && counts.zhao >= 1, JSON.stringify(counts))
    })
  },
  '50 at once, on every node: spread evenly, each decided once': async ({ engine, haike, boss, li, wang, zhao, qian }) => {
    const nodes = [boss]
    const second = engine === 'postgres' ? new Haike(engine) : null
    if (second) {
      second.place = [...second.place.slice(0, 2), ...haike.place.slice(2)]
      await second.serve('--test-clock')
      await clock(second, MONDAY)
      const there = new Person(second)
      there.token = boss.token
      nodes.push(there)
    }
    try {
      await withRule(boss, '并发', {}, [li, wang, zhao, qian], async () => {
        const answers = await times(50, (i) => nodes[i % nodes.length].post('/records/lead', { name: `并发${i}`, company: '并发', auto_assign: true }))
        assert.deepEqual([...new Set(answers.map((answer) => answer.status))], [201], JSON.stringify(answers.find((answer) => answer.status !== 201)?.body))
        assert.deepEqual(Object.values(await owners(boss, '并发')).sort(), [12, 12, 13, 13])
        assert.equal((await boss.list('assignment_decision', { filter: 'name = "并发"', limit: '200' })).body.items.length, 50)
      })
      await withRule(boss, '并满', { fallback: 'keep' }, [{ user: qian.id, capacity: (await boss.aggregate('lead', { measure: 'count()', filter: `owner = ${qian.id} and status in ("new","contacted","qualified")` })).body.items[0]['count()'] + 5 }], async () => {
        await times(20, (i) => nodes[i % nodes.length].post('/records/lead', { name: `并满${i}`, company: '并满', auto_assign: true }))
        assert.deepEqual(await owners(boss, '并满'), { qian: 5, 老板: 15 })
      })
    } finally {
      await second?.done()
    }
  },
  'the first response is measured in working minutes; who is late is told about once, to his superior': async ({ haike, boss, li, wang, head }) => {
    await withRule(boss, '响应', { response_minutes: 30 }, [li, wang], async () => {
      await clock(haike, MONDAY + 7 * HOUR + 50 * MINUTE) // ten minutes before the day ends
      const [quick, slow] = [await lead(boss, '响应'), await lead(boss, '响应')]
      isAt(quick.response_due_at, MONDAY + DAY - HOUR + 20 * MINUTE, 'twenty past nine the next morning')
      await boss.create('activity', { type: 'call', content: '别人打的电话', target: { object: 'lead', id: quick.id } })
      assert.equal((await boss.get(`/records/lead/${quick.id}`)).body.first_response_at, null, 'only the owner\'s counts')
      await clock(haike, MONDAY + DAY - HOUR + 10 * MINUTE)
      await li.create('activity', { type: 'call', content: '打了电话，约了时间', target: { object: 'lead', id: quick.id }, at: iso(MONDAY + 8 * HOUR - MINUTE) })
      const answered = (await boss.get(`/records/lead/${quick.id}`)).body
      isAt(answered.first_response_at, MONDAY + DAY - HOUR + 10 * MINUTE)
      assert.ok(answered.response_minutes === 19 || answered.response_minutes === 20, `${answered.response_minutes}`)
      assert.equal((await head.patch(`/records/lead/${slow.id}`, { first_response_at: iso(MONDAY) })).status, 422)
      await clock(haike, MONDAY + DAY - HOUR + 22 * MINUTE)
      const late = async () => (await told(head)).filter((item) => item.target?.id === slow.id)
      assert.deepEqual([(await late()).length, (await late())[0].kind], [1, 'reminder'])
      assert.match((await late())[0].text, /wang/)
      await clock(haike, MONDAY + DAY)
      assert.equal((await late()).length, 1, 'once')
      assert.ok((await boss.get(`/records/lead/${slow.id}`)).body.escalated_at)
      assert.ok((await boss.get(`/records/lead/${slow.id}/timeline`)).body.items.some((item) => item.action === 'escalate'))
      assert.equal((await told(head)).filter((item) => item.target?.id === quick.id).length, 0)
      await boss.post(`/records/lead/${slow.id}/actions/assign`, { owner: li.id })
      const again = (await boss.get(`/records/lead/${slow.id}`)).body
      isAt(again.assigned_at, MONDAY + DAY)
      isAt(again.response_due_at, MONDAY + DAY + 30 * MINUTE, 'whoever gets it next has a clock of his own')
      assert.equal(again.escalated_at, null)
      await boss.post(`/records/lead/${slow.id}/actions/reject`, { reason: '空号' })
      await clock(haike, MONDAY + DAY + HOUR)
      assert.equal((await late()).length, 1, 'what is settled is not late')
      const report = (await head.get(`/assignment/report?from=${day(MONDAY)}&to=${day(MONDAY + DAY)}`)).body.items
      const line = report.find((item) => item.user.id === li.id)
      assert.ok(line.assigned >= 2 && line.responded >= 1 && line.response_minutes !== null, JSON.stringify(line))
      await clock(haike, MONDAY)
    })
  },
  'a cadence makes tasks for the owner; they are cancelled and made anew when he changes, and end with the lead': async ({ haike, boss, li, wang }) => {
    const cadence = await boss.create('cadence', { name: '七天节奏' })
    await boss.create('cadence_step', { cadence: cadence.id, days: 0, title: '首次沟通', type: 'call' })
    await boss.create('cadence_step', { cadence: cadence.id, days: 5, working_days: true, title: '上门', type: 'visit' })
    await withRule(boss, '节奏', { cadence: cadence.id }, [li], async () => {
      const made = await lead(boss, '节奏')
      const tasks = async () => (await boss.list('task', { filter: 'not is_null(cadence_step)', sort: 'id', fields: 'title,due_at,status,owner,target', limit: '50' })).body.items.filter((task) => [made.id, customer].includes(task.target.id))
      let customer = 0
      assert.deepEqual((await tasks()).map((task) => [task.title, task.due_at, task.status, task.owner.id]), [['Call · 首次沟通', iso(MONDAY + 8 * HOUR), 'open', li.id], ['Visit · 上门', iso(MONDAY + 7 * DAY + 8 * HOUR), 'open', li.id]].map(([title, ...rest]) => [title.replace('Call', '电话').replace('Visit', '拜访'), ...rest]))
      await boss.patch(`/records/task/${(await tasks())[0].id}`, { status: 'done' })
      await boss.post(`/records/lead/${made.id}/actions/assign`, { owner: wang.id })
      assert.deepEqual((await tasks()).map((task) => [task.status, task.owner.id]), [['done', li.id], ['cancelled', li.id], ['open', wang.id], ['open', wang.id]])
      const converted = await wang.post(`/records/lead/${made.id}/actions/convert`, {})
      assert.equal(converted.status, 200, JSON.stringify(converted.body))
      customer = converted.body.customer.id
      assert.deepEqual((await tasks()).map((task) => task.status), ['done', 'cancelled', 'cancelled', 'cancelled'])
      assert.equal((await told(li)).filter((item) => item.kind === 'task').length, 0, 'he is told of the lead, not of each task')
    })
    await clock(haike, MONDAY)
  },
  'an import without the right to assign is spread all the same; each is told once of all he got': async ({ haike, boss, li, wang, qian }) => {
    await withRule(boss, '导入', {}, [li, wang], async () => {
      const form = new FormData()
      form.append('file', new Blob(['名称,公司,按规则分配\n甲,导入,true\n乙,导入,true\n丙,导入,true\n丁,导入,false\n']), 'rows.csv')
      form.append('object', 'lead')
      const started = await qian.post('/imports', form)
      assert.equal(started.status, 202, JSON.stringify(started.body))
      for (let i = 0, status = ''; i < 300 && status !== 'done'; i++, await new Promise((resolve) => setTimeout(resolve, 20))) status = (await qian.get(`/jobs/${started.body.id}`)).body.status
      assert.deepEqual(await owners(boss, '导入'), { li: 2, wang: 1, qian: 1 })
      assert.deepEqual(await owners(qian, '导入'), { qian: 1 }, 'he sees his own')
      const before = (await told(li)).length
      await clock(haike, MONDAY + MINUTE)
      await clock(haike, MONDAY + 2 * MINUTE)
      const notes = await told(li)
      assert.equal(notes.length - before, 1)
      assert.match(notes[0].text, /2/)
      await clock(haike, MONDAY)
    })
  },
  'the action: for whom it is granted and who may transfer, in bulk too; auto_assign is chosen at creation only; nobody writes decisions': async ({ company, boss, li, wang, zhao, head }) => {
    await withRule(boss, '操作', {}, [wang, zhao], async () => {
      const own = await li.create('lead', { name: '我的', company: '操作' })
      const path = `/records/lead/${own.id}`
      assert.equal((await li.post(`${path}/actions/assign_by_rules`, {})).status, 403)
      assert.deepEqual(errors(await li.patch(path, { auto_assign: true })), [['auto_assign', 'assign_at_creation']])
      assert.equal((await head.post(`${path}/actions/assign_by_rules`, {})).body.owner.id, wang.id)
      const [decision] = await decisions(boss, own.id)
      for (const answer of [await boss.patch(`/records/assignment_decision/${decision.id}`, { name: '改' }), await boss.delete(`/records/assignment_decision/${decision.id}`), await boss.post('/records/assignment_decision', { name: '假', target: { object: 'lead', id: own.id } })]) assert.equal(answer.status, 403)
      const role = await company.role('no_transfer', { lead: { read: 'all', create: true, update: 'all', transfer: false, actions: ['assign_by_rules'] } })
      assert.ok(role)
      const clerk = await company.add('clerk', 'no_transfer', 'east')
      assert.equal((await clerk.post(`${path}/actions/assign_by_rules`, {})).status, 403)
      const more = await times(3, (i) => boss.create('lead', { name: `批量${i}`, company: '操作' }))
      const bulk = await boss.post('/records/lead/bulk', { op: 'action', action: 'assign_by_rules', ids: more.map((item) => item.id) })
      assert.ok([200, 202].includes(bulk.status), JSON.stringify(bulk.body))
      for (let i = 0; i < 100 && (await owners(boss, '操作'))['老板']; i++) await new Promise((resolve) => setTimeout(resolve, 20))
      assert.deepEqual(await owners(boss, '操作'), { wang: 2, zhao: 2 })
      await withRule(boss, '客户规则', { object: 'customer', condition: 'level = "D"' }, [zhao], async () => {
        const customer = await boss.create('customer', { name: '客户规则公司', level: 'D', auto_assign: true })
        assert.deepEqual([customer.owner.id, (await decisions(boss, customer.id, 'customer'))[0].name], [zhao.id, '客户规则'])
      })
    })
  },
  'where nobody can it goes into a pool, of which its maker need not know; out of it again by the rules': async ({ boss, li, wang, qian }) => {
    const pool = await boss.create('pool', { name: '线索公海', object: 'lead', members: [li.id], active: true })
    assert.deepEqual(errors(await boss.post('/records/assignment_rule', { name: '错', fallback: 'pool' })), [['fallback_pool', 'required']])
    assert.deepEqual(errors(await boss.post('/records/assignment_rule', { name: '错', object: 'customer', fallback: 'pool', fallback_pool: pool.id })), [['fallback_pool', 'pool_unfit']])
    await withRule(boss, '入公海', { fallback: 'pool', fallback_pool: pool.id, response_minutes: 30 }, [{ user: wang.id, active: false }], async (rule, [member]) => {
      const tried = await boss.post('/assignment/simulate', { values: { name: '来人', company: '入公海' } })
      assert.deepEqual([tried.body.items[0].outcome, tried.body.items[0].chosen], ['pooled', null])
      const made = await lead(qian, '入公海')
      assert.deepEqual(Object.keys(made), ['id'], 'qian is not in the pool')
      const stored = (await boss.get(`/records/lead/${made.id}`)).body
      assert.deepEqual([stored.owner, stored.in_pool, stored.pool.id, stored.response_due_at], [null, true, pool.id, null])
      const [decision] = await decisions(boss, made.id)
      assert.deepEqual([decision.outcome, decision.pool.id, decision.chosen], ['pooled', pool.id, null])
      assert.equal((await qian.post('/records/lead', { name: '直接', company: '入公海', pool: pool.id })).status, 422, 'nobody else puts records there')
      assert.equal((await li.get(`/records/lead/${made.id}`)).status, 200)
      await boss.patch(`/records/assignment_member/${member.id}`, { active: true })
      const out = await boss.post(`/records/lead/${made.id}/actions/assign_by_rules`, {})
      assert.deepEqual([out.status, out.body.owner.id, out.body.in_pool], [200, wang.id, false])
      assert.ok(out.body.response_due_at, 'the clock begins')
      await boss.patch(`/records/assignment_member/${member.id}`, { active: false })
      const back = await boss.post(`/records/lead/${made.id}/actions/assign_by_rules`, {})
      assert.deepEqual([back.status, back.body.owner, back.body.pool.id, back.body.former_owner.id], [200, null, pool.id, wang.id])
      assert.equal((await li.post(`/records/lead/${made.id}/actions/claim`, {})).status, 200)
      assert.equal(rule.fallback, 'pool')
    })
  },
  'trying out writes nothing and is for whoever may change rules': async ({ boss, li, wang, head }) => {
    await withRule(boss, '试算', {}, [li], async (rule) => {
      const values = { name: '来人', company: '试算' }
      const stored = await boss.post('/assignment/simulate', { values })
      assert.deepEqual([stored.status, stored.body.items[0].chosen.id, stored.body.items[0].rule.id, stored.body.items[0].record], [200, li.id, rule.id, null])
      const other = await boss.post('/assignment/simulate', { values, rule: { id: rule.id, name: '改过', condition: 'company = "试算"', members: [{ user: wang.id }] } })
      assert.deepEqual([other.body.items[0].chosen.id, other.body.items[0].rule.name], [wang.id, '改过'])
      const off = await boss.post('/assignment/simulate', { values, rule: { id: rule.id, active: false } })
      assert.equal(off.body.items[0].outcome, 'none')
      assert.deepEqual(errors(await boss.post('/assignment/simulate', { values, rule: { condition: 'x x' } })).map(([field]) => field), ['rule.condition'])
      await times(4, (i) => boss.create('lead', { name: `试${i}`, company: '试算' }))
      const newest = (await boss.post('/assignment/simulate', { values: { newest: 4 }, rule: { id: rule.id, condition: 'company = "试算"', members: [{ user: li.id }, { user: wang.id }] } })).body
      assert.deepEqual(newest.items.map((item) => item.chosen.id), [li.id, wang.id, li.id, wang.id])
      assert.deepEqual(newest.people.map((line) => [line.user.id, line.count]), [[li.id, 2], [wang.id, 2]])
      assert.equal((await owners(boss, '试算'))['老板'], 4)
      for (const person of [li, head]) assert.equal((await person.post('/assignment/simulate', { values })).status, 403)
      assert.equal((await lead(boss, '试算')).owner.id, li.id, 'the turn did not go on')
    })
  },
  'the report counts what its reader may see': async ({ boss, li, qian, head, money }) => {
    const today = `from=${day(MONDAY)}&to=${day(MONDAY)}`
    const people = async (person) => (await person.get(`/assignment/report?${today}`)).body.items.map((item) => item.user.name)
    assert.ok((await people(boss)).includes('qian') && (await people(boss)).includes('li'))
    assert.deepEqual(await people(qian), ['qian'])
    assert.ok(!(await people(head)).includes('qian'))
    const line = (await boss.get(`/assignment/report?${today}`)).body.items.find((item) => item.user.id === li.id)
    assert.deepEqual(Object.keys(line).sort(), ['assigned', 'converted', 'overdue', 'qualified', 'responded', 'response_minutes', 'user', 'won_amount'])
    assert.equal((await money.get(`/assignment/report?${today}`)).status, 422, 'leads do not exist for finance')
    assert.equal((await boss.get('/assignment/report?object=task')).status, 422)
    assert.equal((await boss.get('/assignment/report?from=2026-12-02&to=2026-12-01')).status, 422)
  },
  'pasted text: what it says, each with its piece of the text; for whoever may make leads': async ({ boss, money }) => {
    const text = '张伟 销售总监\n浙江海川科技有限公司\n手机 138 0013 8000 电话 0571-88886666\n浙江省杭州市滨江区江南大道588号\nwww.haichuan.com.cn'
    const card = await boss.post('/leads/parse', { text })
    assert.equal(card.status, 200, JSON.stringify(card.body))
    assert.deepEqual(card.body.values, { name: '张伟', company: '浙江海川科技有限公司', position: '销售总监', phone: '13800138000', address: { province: '浙江省', city: '杭州市', district: '滨江区', detail: '江南大道588号' }, remark: 'Other phone: 057188886666\nWebsite: www.haichuan.com.cn' })
    for (const item of card.body.items) assert.equal([...text].slice(item.at, item.at + item.length).join(''), item.text)
    assert.equal((await boss.post('/records/lead', card.body.values)).status, 201, 'a form can be sent as it was filled')
    assert.equal((await money.post('/leads/parse', { text })).status, 403)
    assert.deepEqual(errors(await boss.post('/leads/parse', { text: '长'.repeat(7000) })), [['text', 'card_long']])
    assert.deepEqual((await boss.post('/leads/parse', { text: '' })).body, { values: {}, items: [] })
  },
}
