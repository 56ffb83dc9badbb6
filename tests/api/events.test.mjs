// The event stream: who hears what, resuming without loss or doubles, and what happens to listeners whose rights change.
import assert from 'node:assert/strict'
import { Company } from '../support/company.mjs'
import { Stream } from '../support/stream.mjs'

export async function setup({ engine }) {
  const company = await Company.start(engine)
  await company.role('ear', { customer: { read: 'own', create: true, update: 'own', delete: 'own' }, activity: { read: 'own' } })
  for (const [login, department] of [['ear1', 'east'], ['ear2', 'south']]) await company.add(login, 'ear', department)
  return { haike: company.haike, company, boss: company.boss, ear1: company.people.ear1, ear2: company.people.ear2 }
}

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

const of = (events, record) => events.filter((event) => event.object === 'customer' && event.id === record.id).map((event) => [event.change, event.version])

export const scenarios = {
  'whoever may see a record hears of it, others do not': async ({ boss, ear1, ear2 }) => {
    const [all, mine, other] = [await Stream.open(boss), await Stream.open(ear1), await Stream.open(ear2)]
    const record = await ear1.create('customer', { name: '听得到' })
    await ear1.patch(`/records/customer/${record.id}`, { level: 'A' })
    await ear1.patch(`/records/customer/${record.id}`, { level: 'A' })
    await ear1.delete(`/records/customer/${record.id}`)
    await ear1.post(`/trash/customer/${record.id}/restore`)
    const expected = [['create', 1], ['update', 2], ['delete', 3], ['restore', 4]]
    for (const stream of [all, mine]) {
      await stream.until((events) => of(events, record).length >= 4)
      assert.deepEqual(of(stream.events, record), expected)
    }
    await ear2.create('customer', { name: '别人的' })
    await other.until((events) => events.length >= 1)
    assert.deepEqual(other.events.map((event) => event.change), ['create'])
    assert.deepEqual(of(other.events, record), [])
    for (const stream of [all, mine, other]) await stream.close()
  },
  'what failed and what changed nothing is silent': async ({ boss }) => {
    const stream = await Stream.open(boss)
    const record = await boss.create('customer', { name: '静' })
    await boss.patch(`/records/customer/${record.id}`, { level: 'Q' })
    await boss.patch(`/records/customer/${record.id}`, { name: '静' })
    await boss.post('/records/customer/batch', { items: [{ op: 'create', values: { name: '作废' } }, { op: 'create', values: {} }] })
    const last = await boss.create('customer', { name: '末' })
    await stream.until((events) => of(events, last).length === 1)
    assert.deepEqual(stream.events.filter((event) => event.object === 'customer').map((event) => event.id), [record.id, last.id])
    await stream.close()
  },
  'resuming: nothing lost, nothing twice, in order': async ({ boss }) => {
    const heard = []
    let last
    const made = []
    for (let round = 0; round < 4; round++) {
      const stream = await Stream.open(boss, last)
      const during = Promise.all(Array.from({ length: 20 }, async (_, i) => made.push((await boss.create('competitor', { name: `续${round}-${i}` })).id)))
      if (round % 2) await during
      await stream.until((events) => events.some((event) => event.object === 'competitor'))
      await stream.close()
      heard.push(...stream.events)
      last = stream.last
      await during
      for (let i = 0; i < 5; i++) made.push((await boss.create('competitor', { name: `间${round}-${i}` })).id)
    }
    const stream = await Stream.open(boss, last)
    await stream.until((events) => new Set([...heard, ...events].filter((event) => event.object === 'competitor').map((event) => event.id)).size >= made.length)
    await stream.close()
    heard.push(...stream.events)
    const ids = heard.filter((event) => event.object === 'competitor').map((event) => event.id)
    assert.deepEqual(ids.toSorted((a, b) => a - b), made.toSorted((a, b) => a - b))
    assert.equal(new Set(heard.map((event) => event.cursor)).size, heard.length)
  },
  'a listener that heard nothing yet can resume too': async ({ boss }) => {
    const first = await Stream.open(boss)
    await wait(200)
    await first.close()
    assert.ok(first.last, 'the stream says at once where it stands')
    const missed = await boss.create('competitor', { name: '没听到的' })
    const second = await Stream.open(boss, first.last)
    await second.until((events) => events.some((event) => event.object === 'competitor' && event.id === missed.id))
    await second.close()
  },
  'a listener whose rights change hears by the new ones at once': async ({ company, boss, ear2 }) => {
    const stream = await Stream.open(ear2)
    await boss.create('customer', { name: '听不到' })
    const grants = (await boss.get(`/records/role/${company.roles.ear}`)).body.grants
    await company.grant('ear', { ...grants, customer: { ...grants.customer, read: 'level = "A"' } })
    const heard = await boss.create('customer', { name: '按规则听到', level: 'A' })
    await boss.create('customer', { name: '规则之外', level: 'B' })
    const mark = await boss.create('customer', { name: '规则之内', level: 'A' })
    await stream.until((events) => of(events, mark).length === 1)
    assert.deepEqual(stream.events.filter((event) => event.object === 'customer').map((event) => event.id), [heard.id, mark.id])
    await company.grant('ear', grants)
    await stream.close()
  },
  'who is out hears nothing more': async ({ company, boss }) => {
    const leaver = await company.add('leaver', 'sales_manager', 'hq')
    const stream = await Stream.open(leaver)
    const before = await boss.create('customer', { name: '离开前' })
    await stream.until((events) => of(events, before).length === 1)
    await boss.patch(`/records/user/${leaver.id}`, { active: false })
    const mark = await Stream.open(boss)
    const after = await boss.create('customer', { name: '离开后' })
    await mark.until((events) => of(events, after).length === 1)
    await wait(200)
    assert.deepEqual(of(stream.events, after), [])
    await stream.close()
    await mark.close()
  },
  'a marker that is none is refused': async ({ boss }) => {
    for (const last of ['x', '1', '1-', '-1-2-3x']) assert.equal((await boss.get('/events', { 'Last-Event-ID': last })).status, 400, last)
  },
}
