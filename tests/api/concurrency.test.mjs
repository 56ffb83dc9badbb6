// Many at once: versions, actions, unique fields, roll-ups, idempotency keys. Of N who want the same thing exactly one gets it.
import assert from 'node:assert/strict'
import { Company } from '../support/company.mjs'

export async function setup({ engine }) {
  const company = await Company.start(engine)
  for (const login of ['a', 'b', 'c']) await company.add(login, 'sales_manager', 'east')
  return { haike: company.haike, company, boss: company.boss }
}

const times = (count, make) => Promise.all(Array.from({ length: count }, (_, i) => make(i)))
const tally = (answers) => answers.reduce((counts, answer) => ({ ...counts, [answer.status]: (counts[answer.status] ?? 0) + 1 }), {})
const shown = (answers) => JSON.stringify(answers.filter((answer) => answer.status >= 500).map((answer) => answer.body)).slice(0, 1000)

export const scenarios = {
  '50 changes of one version: exactly one wins each': async ({ boss, company }) => {
    const path = `/records/customer/${(await boss.create('customer', { name: '众手' })).id}`
    for (let version = 1; version <= 3; version++) {
      const people = [boss, company.people.a, company.people.b]
      const answers = await times(50, (i) => boss.patch(path, { remark: `第${version}轮第${i}个` }, { 'If-Match': `"${version}"` }))
      assert.deepEqual(tally(answers), { 200: 1, 412: 49 }, shown(answers))
      const winner = answers.find((answer) => answer.status === 200).body
      assert.equal(winner.version, version + 1)
      assert.ok(answers.filter((answer) => answer.status === 412).every((answer) => answer.body.current.version === version + 1 && answer.body.current.remark === winner.remark))
      assert.equal(people.length, 3)
    }
    const history = (await boss.get(`${path}/history`)).body.items.map((item) => item.version)
    assert.deepEqual(history, [4, 3, 2, 1])
  },
  '30 changes without a version: all are kept in order, none is lost': async ({ boss }) => {
    const path = `/records/customer/${(await boss.create('customer', { name: '无版本' })).id}`
    const answers = await times(30, (i) => boss.patch(path, { employees: i + 1 }))
    assert.deepEqual(tally(answers), { 200: 30 }, shown(answers))
    assert.deepEqual(answers.map((answer) => answer.body.version).sort((a, b) => a - b), Array.from({ length: 30 }, (_, i) => i + 2))
    const history = (await boss.get(`${path}/history?limit=100`)).body.items
    assert.deepEqual(history.map((item) => item.version), Array.from({ length: 31 }, (_, i) => 31 - i))
    for (let i = 0; i + 2 < history.length; i++) assert.equal(history[i].changes[0].from, history[i + 1].changes[0].to)
  },
  '20 conversions of one lead: one 200, the others 409': async ({ boss, company }) => {
    const lead = await boss.create('lead', { name: '抢手', company: `抢手${Math.random()}公司` })
    await boss.post(`/records/lead/${lead.id}/actions/assign`, { owner: company.people.a.id })
    const answers = await times(20, (i) => [boss, company.people.a][i % 2].post(`/records/lead/${lead.id}/actions/convert`, { opportunity: { name: '一单' } }))
    assert.deepEqual(tally(answers), { 200: 1, 409: 19 }, shown(answers))
    assert.equal((await boss.list('customer', { filter: `name = "${lead.company}"` })).body.items.length, 1)
    assert.equal((await boss.list('opportunity', { filter: 'name = "一单"' })).body.items.length, 1)
  },
  'win and lose at once: one of them': async ({ boss }) => {
    for (let round = 0; round < 5; round++) {
      const deal = await boss.create('opportunity', { name: `胜负${round}`, amount: 5 })
      const path = `/records/opportunity/${deal.id}/actions`
      const answers = await times(10, (i) => (i % 2 ? boss.post(`${path}/win`, {}) : boss.post(`${path}/lose`, { lost_reason: '价格' })))
      assert.deepEqual(tally(answers), { 200: 1, 409: 9 }, shown(answers))
    }
  },
  'unique fields stay unique': async ({ boss, company }) => {
    const answers = await times(20, (i) => [boss, company.people.a][i % 2].post('/records/opportunity', { name: `唯一${i}`, reference_no: 'U-1' }))
    assert.deepEqual(tally(answers), { 201: 1, 422: 19 }, shown(answers))
    assert.ok(answers.filter((answer) => answer.status === 422).every((answer) => answer.body.errors[0].field === 'reference_no' && answer.body.errors[0].code === 'not_unique'))
    const logins = await times(10, (i) => boss.post('/records/user', { name: `同名${i}`, login: 'same-login' }))
    assert.deepEqual(tally(logins), { 201: 1, 422: 9 }, shown(logins))
    const second = await boss.create('opportunity', { name: '第二', reference_no: 'U-2' })
    const moves = await times(10, () => boss.patch(`/records/opportunity/${second.id}`, { reference_no: 'U-1' }))
    assert.deepEqual(tally(moves), { 422: 10 }, shown(moves))
  },
  'roll-ups add up': async ({ boss }) => {
    const [first, second] = [await boss.create('customer', { name: '合计一' }), await boss.create('customer', { name: '合计二' })]
    const deals = await times(30, (i) => boss.create('opportunity', { name: `笔${i}`, customer: (i % 2 ? first : second).id, amount: i + 0.25 }))
    const answers = await times(30, (i) => {
      const path = `/records/opportunity/${deals[i].id}`
      return i % 3 === 0 ? boss.patch(path, { amount: 1000 }) : i % 3 === 1 ? boss.patch(path, { customer: (i % 2 ? second : first).id }) : boss.delete(path)
    })
    assert.ok(answers.every((answer) => answer.status < 300), shown(answers))
    for (const customer of [first, second]) {
      const sum = (await boss.aggregate('opportunity', { measure: 'sum(amount)', filter: `customer = ${customer.id}` })).body.items[0]['sum(amount)']
      assert.equal((await boss.get(`/records/customer/${customer.id}`)).body.open_amount, sum)
    }
  },
  'deleting while children come: never an orphan': async ({ boss }) => {
    for (let round = 0; round < 4; round++) {
      const customer = await boss.create('customer', { name: `孤${round}` })
      const answers = await times(12, (i) => (i === 5 ? boss.delete(`/records/customer/${customer.id}`) : boss.post('/records/opportunity', { name: `孤单${i}`, customer: customer.id })))
      const gone = answers[5].status === 204
      const made = answers.filter((answer, i) => i !== 5 && answer.status === 201).length
      assert.ok(gone ? made === 0 : answers[5].status === 409, `${answers.map((answer) => answer.status)}`)
      assert.equal((await boss.list('opportunity', { filter: `customer = ${customer.id}` })).body.items.length, made)
    }
  },
  'one idempotency key sent by many makes one record': async ({ boss, company }) => {
    for (let round = 0; round < 4; round++) {
      const key = { 'Idempotency-Key': `many-${round}-${Math.random()}` }
      const name = `一次${round}`
      const answers = await times(15, () => boss.post('/records/customer', { name }, key))
      assert.ok(answers.every((answer) => [201, 409].includes(answer.status)), shown(answers))
      const made = answers.filter((answer) => answer.status === 201)
      assert.equal(new Set(made.map((answer) => answer.body.id)).size, 1)
      assert.ok(made.length >= 1 && made.every((answer) => answer.headers.get('etag') === '"1"'))
      assert.equal((await boss.list('customer', { filter: `name = "${name}"` })).body.items.length, 1)
      assert.equal((await company.people.a.post('/records/customer', { name }, key)).status, 201, 'another user\'s key is another')
    }
  },
  'two administrators cannot lock each other out': async ({ boss, company }) => {
    const second = await company.add('second', 'admin', 'hq')
    const answers = await Promise.all([boss.patch(`/records/user/${second.id}`, { active: false }), second.patch(`/records/user/${boss.id}`, { active: false })])
    const active = (await company.haike.command(['user', 'list'])).stdout
    assert.ok(answers.filter((answer) => answer.status === 200).length <= 1, active)
    const [first, other] = answers.map((answer) => answer.status)
    assert.ok([200, 401, 403, 422].includes(first) && [200, 401, 403, 422].includes(other), `${first} ${other}`)
    if (other === 200) await company.people.second.patch(`/records/user/${boss.id}`, { active: true })
    company.people.boss = await company.signIn('boss')
  },
  'many writers over many objects: nothing is refused for being busy': async ({ company }) => {
    const { boss } = company
    const answers = await times(120, (i) => boss.post('/records/lead', { name: `潮${i}`, company: `潮${i % 7}` }))
    assert.deepEqual(tally(answers), { 201: 120 }, shown(answers))
    assert.equal(new Set(answers.map((answer) => answer.body.id)).size, 120)
  },
}
