// Tiers of customers: scores of a real purchase history against figures worked out here, rules in their order, what a change of a record, of a rule and of the date entails, trying out, and who may what.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { Company } from '../support/company.mjs'

const DAY = 86400000
const PEOPLE = 240 // of the sample's 2,357
const RECENCY = 'max(opportunities.close_date, stage = "won")'
const FREQUENCY = 'count(opportunities, stage = "won")'
const MONETARY = 'sum(opportunities.amount, stage = "won")'
const CUTS = { recency_cuts: '90, 180, 270, 360', frequency_cuts: '2, 3, 5, 9', monetary_cuts: '20, 50, 100, 250' }
const RULES = [
  { tier: 'high_value', condition: 'rfm_recency >= 4 and rfm_frequency >= 4', follow_up_days: 14 },
  { tier: 'at_risk', condition: 'rfm_recency <= 2 and rfm_frequency >= 3', follow_up_days: 7 },
  { tier: 'lost', condition: 'rfm_recency = 1' },
  { tier: 'potential', condition: 'rfm_monetary >= 4', follow_up_days: 30 },
  { tier: 'normal', follow_up_days: 90 },
]
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
const day = (ms) => new Date(ms).toISOString().slice(0, 10)

// ---- The same, worked out without the program

function purchases(until) {
  const rows = readFileSync('tests/support/data/cdnow/CDNOW_sample.txt', 'utf8').trim().split(/\r?\n/).map((line) => line.trim().split(/\s+/))
  const at = (text) => Date.UTC(+text.slice(0, 4), +text.slice(4, 6) - 1, +text.slice(6))
  const shift = until - Math.max(...rows.map((row) => at(row[2])))
  return rows.map(([, person, date, , dollars]) => ({ person: +person, day: day(at(date) + shift), amount: +dollars })).filter(({ person }) => person <= PEOPLE)
}

const score = (value, cuts, lower) => {
  const passed = cuts.filter((cut) => (lower ? value > cut : value >= cut)).length
  return lower ? 5 - passed : 1 + passed
}

function expected(bought, today, cuts) {
  if (!bought.length) return { rfm_recency: 1, rfm_frequency: 1, rfm_monetary: 1, tier: 'lost' }
  const numbers = (text) => text.split(',').map(Number)
  const last = Math.max(...bought.map((one) => Date.parse(one.day)))
  const r = score((today - last) / DAY, numbers(cuts.recency_cuts), true)
  const f = score(bought.length, numbers(cuts.frequency_cuts))
  const m = score(Math.round(bought.reduce((sum, one) => sum + one.amount, 0) * 100) / 100, numbers(cuts.monetary_cuts))
  const tier = r >= 4 && f >= 4 ? 'high_value' : r <= 2 && f >= 3 ? 'at_risk' : r === 1 ? 'lost' : m >= 4 ? 'potential' : 'normal'
  return { rfm_recency: r, rfm_frequency: f, rfm_monetary: m, tier }
}

// ---- The company

async function batch(person, object, records) {
  const ids = []
  for (let i = 0; i < records.length; i += 500) {
    const answer = await person.post(`/records/${object}/batch`, { items: records.slice(i, i + 500).map((values) => ({ op: 'create', values })) })
    assert.equal(answer.status, 200, JSON.stringify(answer.body).slice(0, 300))
    ids.push(...answer.body.items.map((item) => item.record.id))
  }
  return ids
}

export async function setup({ engine }) {
  const company = await Company.start(engine, '--test-clock')
  const { boss } = company
  const now = Date.parse(`${day(Date.now())}T12:00:00Z`)
  await boss.post('/test/clock', { now: new Date(now).toISOString() })
  const sales = await company.add('sales1', 'sales', 'east')
  const other = await company.add('sales2', 'sales', 'south')
  const bought = purchases(Date.parse(day(now)) - DAY)
  const ids = await batch(boss, 'customer', Array.from({ length: PEOPLE }, (_, i) => ({ name: `顾客 ${i + 1}`, owner: i % 2 ? sales.id : other.id })))
  await batch(boss, 'opportunity', bought.map((one, i) => ({ name: `订单 ${i}`, customer: ids[one.person - 1], stage: 'won', amount: one.amount, close_date: one.day })))
  return { haike: company.haike, company, boss, sales, other, ids, bought, now }
}

async function everyone(boss) {
  const all = new Map()
  for (let after = ''; after !== null;) {
    const page = (await boss.list('customer', { fields: 'id,tier,tier_since,follow_up_due,rfm_recency,rfm_frequency,rfm_monetary,version', limit: '200', sort: 'created_at', ...(after && { after }) })).body
    for (const item of page.items) all.set(item.id, item)
    after = page.next
  }
  return all
}

// Until the model says that everyone has been gone through since this moment (of the program's clock), and nothing more of the kind waits.
async function settled(boss, model, since) {
  for (let i = 0; i < 1000; i++, await wait(30)) {
    const jobs = (await boss.get('/jobs?everyone=true')).body.items.filter((job) => job.kind === 'tiering')
    assert.ok(!jobs.some((job) => job.status === 'failed'), JSON.stringify(jobs))
    const at = (await boss.get(`/records/tier_model/${model}`)).body.computed_at
    if (jobs.every((job) => job.status === 'done') && at && Date.parse(at) >= since) return
  }
  throw new Error('the tiers are never settled')
}

async function agrees({ boss, ids, bought }, today, cuts = CUTS) {
  const found = await everyone(boss)
  const counts = {}
  ids.forEach((id, i) => {
    const want = expected(bought.filter((one) => one.person === i + 1), today, cuts)
    const { rfm_recency, rfm_frequency, rfm_monetary, tier } = found.get(id)
    assert.deepEqual({ rfm_recency, rfm_frequency, rfm_monetary, tier }, want, `customer ${i + 1}`)
    counts[tier] = (counts[tier] ?? 0) + 1
  })
  return counts
}

const model = (values = {}) => ({ name: '价值分层', recency: RECENCY, frequency: FREQUENCY, monetary: MONETARY, ...CUTS, ...values })

async function makeModel(boss, values) {
  const made = await boss.create('tier_model', model(values))
  for (const [i, rule] of RULES.entries()) await boss.create('tier_rule', { name: `规则 ${rule.tier}`, model: made.id, order: (i + 1) * 10, ...rule })
  return made
}

export const scenarios = {
  'a model is tried before it counts, then every customer is where an independent count says, and stays there by himself': async ({ boss, sales, other, ids, bought, now }) => {
    const today = Date.parse(day(now))
    const tried = await boss.post('/tiers/preview', { values: model(), rules: RULES })
    assert.equal(tried.status, 200, JSON.stringify(tried.body))
    assert.deepEqual([tried.body.count, tried.body.looked_at], [PEOPLE, PEOPLE])
    assert.equal((await everyone(boss)).get(ids[0]).tier, null, 'trying writes nothing')
    const made = await makeModel(boss)
    assert.equal((await boss.post(`/tiers/${made.id}/run`, {})).body.code, 'tier_inactive')
    assert.equal((await boss.patch(`/records/tier_model/${made.id}`, { active: true })).status, 200)
    await settled(boss, made.id, now)
    const counts = await agrees({ boss, ids, bought }, today)
    assert.ok(Object.keys(counts).length >= 4, JSON.stringify(counts))
    assert.deepEqual(Object.fromEntries(tried.body.moves.map((move) => [move.to, move.count])), counts, 'what was said beforehand')

    const again = await everyone(boss)
    await boss.post(`/tiers/${made.id}/run`, {})
    await settled(boss, made.id, now)
    for (const [id, item] of await everyone(boss)) assert.equal(item.version, again.get(id).version, 'nothing is written where nothing changes')

    // by himself: a deal is won, goes to another customer, is lost
    const id = ids.findIndex((_, i) => expected(bought.filter((one) => one.person === i + 1), today, CUTS).tier === 'lost')
    const customer = ids[id]
    const deals = []
    for (let i = 0; i < 5; i++) deals.push((await boss.create('opportunity', { name: '新单', customer, stage: 'won', amount: 1000, close_date: day(now) })).id)
    const risen = (await boss.get(`/records/customer/${customer}`)).body
    assert.deepEqual([risen.tier, risen.rfm_recency, risen.rfm_monetary], ['high_value', 5, 5])
    assert.equal(Date.parse(risen.follow_up_due) - Date.parse(risen.created_at), 14 * DAY)
    const followed = new Date(now - DAY).toISOString()
    await boss.create('activity', { type: 'call', content: '电话里谈了下一步', at: followed, target: { object: 'customer', id: customer } })
    assert.equal(Date.parse((await boss.get(`/records/customer/${customer}`)).body.follow_up_due) - Date.parse(followed), 14 * DAY)
    for (const deal of deals) assert.equal((await boss.delete(`/records/opportunity/${deal}`)).status, 204)
    assert.equal((await boss.get(`/records/customer/${customer}`)).body.tier, 'lost')

    const owner = id % 2 ? sales : other
    const stranger = id % 2 ? other : sales
    const told = (await owner.list('tier_change', { filter: `customer = ${customer}`, sort: 'created_at' })).body.items
    assert.deepEqual(told.map((one) => [one.from, one.to]), [[null, 'lost'], ['lost', 'potential'], ['potential', 'high_value'], ['high_value', 'potential'], ['potential', 'lost']])
    assert.deepEqual((await stranger.list('tier_change', { filter: `customer = ${customer}` })).body.items, [])
    await boss.patch(`/records/tier_model/${made.id}`, { active: false })
  },

  'the date goes by, and rules change': async ({ company, ids, bought, now }) => {
    let { boss } = company
    const made = await makeModel(boss, { active: true })
    await settled(boss, made.id, now)
    const later = now + 100 * DAY
    assert.equal((await boss.post('/test/clock', { now: new Date(later).toISOString() })).status, 204)
    boss = await company.signIn('boss') // sessions are over by then
    await settled(boss, made.id, later)
    const counts = await agrees({ boss, ids, bought }, Date.parse(day(later)))
    const before = ids.filter((_, i) => expected(bought.filter((one) => one.person === i + 1), Date.parse(day(now)), CUTS).tier === 'high_value').length
    assert.ok((counts.high_value ?? 0) < before, `nobody has bought for a while: ${before} were of high value`)
    const rule = (await boss.list('tier_rule', { filter: `model = ${made.id} and tier = "lost"` })).body.items[0]
    await boss.patch(`/records/tier_rule/${rule.id}`, { condition: 'rfm_recency <= 2' })
    await settled(boss, made.id, now)
    const found = [...(await everyone(boss)).values()]
    assert.equal(found.filter((one) => one.tier === 'lost').length, found.filter((one) => one.rfm_recency <= 2 && one.rfm_frequency < 3).length)

    // fifths: cut by what there is
    await boss.patch(`/records/tier_model/${made.id}`, { cuts: 'quintiles' })
    await settled(boss, made.id, now)
    const cut = (await boss.get(`/records/tier_model/${made.id}`)).body
    const fifths = (key) => [1, 2, 3, 4, 5].map((value) => [...all.values()].filter((one) => one[key] === value).length)
    const all = await everyone(boss)
    for (const count of fifths('rfm_monetary')) assert.ok(Math.abs(count - PEOPLE / 5) <= PEOPLE / 40, `money in fifths: ${fifths('rfm_monetary')}`)
    assert.match(cut.monetary_cuts, /^[\d.]+(, [\d.]+){3}$/)
    assert.notEqual(cut.monetary_cuts, CUTS.monetary_cuts)
    await boss.patch(`/records/tier_model/${made.id}`, { active: false })
    await boss.post('/test/clock', { now: new Date(now).toISOString() })
    company.people.boss = await company.signIn('boss')
    company.people.sales1 = await company.signIn('sales1')
  },

  'what is not understood is told where it stands, and only administrators decide': async ({ company, now }) => {
    const { boss, sales1: sales } = company.people
    const errors = (answer) => Object.fromEntries((answer.body.errors ?? []).map((error) => [error.field, error.code]))
    const bad = await boss.post('/records/tier_model', model({ recency: 'name', frequency: 'count(nothing)', monetary: RECENCY, recency_cuts: '90, 80, 1, 2', frequency_cuts: '1, 2', object: 'lead' }))
    assert.deepEqual(errors(bad), { object: 'tier_object' })
    const worse = await boss.post('/records/tier_model', model({ recency: 'name', frequency: 'count(nothing)', monetary: RECENCY, recency_cuts: '90, 80, 1, 2', frequency_cuts: '1, 2' }))
    assert.equal(worse.status, 422)
    assert.deepEqual(errors(worse), { recency: 'tier_moment', recency_cuts: 'tier_cuts', frequency: 'expr_unknown_name', frequency_cuts: 'tier_cuts', monetary: 'tier_number' })
    const made = await makeModel(boss)
    assert.deepEqual(errors(await boss.post('/records/tier_rule', { name: 'x', model: made.id, tier: 'gold', condition: 'rfm_recency >' })), { tier: 'unknown_option', condition: 'expr_end' })
    const tried = await boss.post('/tiers/preview', { values: model(), rules: [{ tier: 'lost', condition: 'nothing = 1' }, { tier: '' }] })
    assert.deepEqual(errors(tried), { 'rules[0].condition': 'expr_unknown_name', 'rules[1].tier': 'required' })
    await boss.patch(`/records/tier_model/${made.id}`, { active: true })
    assert.deepEqual(errors(await boss.post('/records/tier_model', model({ active: true }))), { active: 'tier_second' })
    await settled(boss, made.id, now)

    for (const [method, path, body] of [['post', '/records/tier_model', model()], ['post', '/tiers/preview', { values: model(), rules: RULES }], ['post', `/tiers/${made.id}/run`, {}]]) assert.equal((await sales[method](path, body)).status, path.startsWith('/records') ? 404 : 403, path)
    assert.ok([403, 404].includes((await sales.patch(`/records/tier_model/${made.id}`, { active: false })).status))
    assert.ok([403, 404].includes((await sales.get(`/records/tier_model/${made.id}`)).status))
    const mine = (await sales.list('customer', { filter: 'owner = me()', limit: '1' })).body.items[0]
    assert.deepEqual(errors(await sales.patch(`/records/customer/${mine.id}`, { tier: 'high_value', rfm_monetary: 5 })), { tier: 'read_only', rfm_monetary: 'read_only' })
    assert.ok([403, 404].includes((await sales.post('/records/tier_change', { name: 'x', customer: mine.id, to: 'lost' })).status))
    assert.equal((await boss.aggregate('customer', { group: 'tier', measure: 'count()' })).body.items.reduce((sum, item) => sum + item['count()'], 0), PEOPLE)
    await boss.patch(`/records/tier_model/${made.id}`, { active: false })
  },
}
