// Comments, mentions, notifications, saved views, events: who is told, who sees what is shared.
import assert from 'node:assert/strict'

const mine = async (person) => (await person.list('notification', { sort: '-created_at', fields: 'kind,text,target,sender,read_at' })).body.items

export const scenarios = {
  'a comment tells the owner and whom it mentions, if they may see the record': async ({ people }) => {
    const customer = await people.sales1.create('customer', { name: '回声泵业' })
    const before = (await mine(people.sales2)).length
    const comment = await people.manager.create('comment', { content: '@陈知远 报价先给我看', target: { object: 'customer', id: customer.id }, mentions: [people.sales2.id, people.sales1.id] })
    assert.equal(comment.name, '@陈知远 报价先给我看')
    const told = await mine(people.sales1)
    assert.equal(told[0].kind, 'mention')
    assert.deepEqual([told[0].target.object, told[0].target.id, told[0].sender.id], ['customer', customer.id, people.manager.id])
    assert.match(told[0].text, /回声泵业/)
    assert.equal((await mine(people.sales2)).length, before, 'another department learns nothing')
    const timeline = (await people.sales1.get(`/records/customer/${customer.id}/timeline`)).body.items
    assert.ok(timeline.some((item) => item.kind === 'comment' && item.comment.content.includes('报价')))
    assert.ok(!timeline.some((item) => item.kind === 'notification'))
    assert.equal((await people.sales2.get(`/records/comment/${comment.id}`)).status, 404)
  },
  'notifications are one\'s own; only read_at may be written, nobody makes them': async ({ people }) => {
    const lead = await people.manager.create('lead', { name: '转交测试' })
    await people.manager.post(`/records/lead/${lead.id}/actions/assign`, { owner: people.sales1.id })
    const [told] = await mine(people.sales1)
    assert.equal(told.kind, 'assigned')
    assert.equal((await people.manager.get(`/records/notification/${told.id}`)).status, 404)
    assert.equal((await people.sales1.patch(`/records/notification/${told.id}`, { read_at: '2026-11-22T00:00:00Z' })).status, 200)
    assert.equal((await people.sales1.patch(`/records/notification/${told.id}`, { text: 'x' })).status, 422)
    assert.equal((await people.sales1.post('/records/notification', { name: 'x' })).status, 403)
  },
  'a task given to somebody tells them': async ({ people }) => {
    await people.manager.create('task', { title: '催首付款', owner: people.sales1.id })
    assert.match((await mine(people.sales1))[0].text, /催首付款/)
  },
  'views: private ones are seen by their owner, shared ones by whom they are shared with': async ({ people }) => {
    const view = await people.sales1.create('view', { name: '大单', object: 'opportunity', filter: 'amount > 1000000', sort: '-amount', columns: ['name', 'amount'] })
    const seen = async (person) => (await person.get(`/records/view/${view.id}`)).status
    assert.deepEqual([await seen(people.sales1), await seen(people.manager), await seen(people.sales2)], [200, 404, 404])
    await people.sales1.patch(`/records/view/${view.id}`, { share: 'department' })
    assert.deepEqual([await seen(people.manager), await seen(people.sales2)], [200, 404])
    await people.sales1.patch(`/records/view/${view.id}`, { share: 'all' })
    assert.equal(await seen(people.sales2), 200)
    assert.equal((await people.sales2.patch(`/records/view/${view.id}`, { name: 'x' })).status, 403)
    await people.sales1.patch(`/records/view/${view.id}`, { locked: true })
    assert.equal((await people.sales1.patch(`/records/view/${view.id}`, { name: 'y' })).status, 409)
    assert.equal((await people.sales1.patch(`/records/view/${view.id}`, { locked: false, name: 'y' })).body.name, 'y')
  },
  'views with wrong filters, sorts and objects are refused at the place': async ({ people }) => {
    const answer = await people.sales1.post('/records/view', { name: 'x', object: 'customer', filter: 'name = ', sort: 'remark' })
    assert.equal(answer.status, 422)
    assert.deepEqual(answer.body.errors.map((error) => [error.field, error.position ?? null]).sort(), [['filter', 7], ['sort', null]])
    assert.equal((await people.sales1.post('/records/view', { name: 'x', object: 'role' })).status, 422)
  },
  'reminders of tasks and events come when their time has come, once': async ({ haike, people }) => {
    const now = Date.now()
    const iso = (minutes) => new Date(now + minutes * 60000).toISOString()
    const task = await people.sales1.create('task', { title: '提醒我', due_at: iso(120), remind_at: iso(30) })
    const event = await people.sales1.create('event', { title: '例会', start_at: iso(60), remind_minutes: 15 })
    const reminders = async () => (await mine(people.sales1)).filter((item) => item.kind === 'reminder' && [task.id, event.id].includes(item.target.id))
    const clock = async (at) => assert.equal((await haike.nobody().post('/test/clock', { now: at })).status, 204)
    await clock(iso(10))
    assert.equal((await reminders()).length, 0)
    await clock(iso(31))
    assert.deepEqual((await reminders()).map((item) => item.target.object), ['task'])
    await clock(iso(46))
    await clock(iso(47))
    assert.deepEqual((await reminders()).map((item) => item.target.object), ['event', 'task'])
    await clock(new Date().toISOString())
  },
  'a repeated task that is done makes the next one': async ({ people }) => {
    const task = await people.sales1.create('task', { title: '周报', due_at: '2099-01-02T10:00:00Z', remind_at: '2099-01-02T09:30:00Z', repeat: 'weekly' })
    await people.sales1.patch(`/records/task/${task.id}`, { status: 'done' })
    await people.sales1.patch(`/records/task/${task.id}`, { description: '再改一次' })
    const next = (await people.sales1.list('task', { filter: `previous = ${task.id}` })).body.items
    assert.deepEqual(next.map((item) => [item.title, item.status, item.due_at, item.remind_at, item.repeat]), [['周报', 'open', '2099-01-09T10:00:00Z', '2099-01-09T09:30:00Z', 'weekly']])
  },
  'events end after they begin; an hour when nothing is said': async ({ people }) => {
    const made = await people.sales1.create('event', { title: '拜访', start_at: '2026-11-25T02:00:00Z' })
    assert.equal(made.end_at, '2026-11-25T03:00:00Z')
    const wrong = await people.sales1.post('/records/event', { title: '倒着', start_at: '2026-11-25T02:00:00Z', end_at: '2026-11-25T01:00:00Z' })
    assert.deepEqual([wrong.status, wrong.body.errors[0].field], [422, 'end_at'])
  },
}
