// Events with participants, the calendar for phones (iCalendar at a private address), who is busy when, tasks that are acknowledged, checklists.
import assert from 'node:assert/strict'
import { Company } from '../support/company.mjs'

export async function setup({ engine }) {
  const company = await Company.start(engine, '--test-clock')
  for (const [login, role, department] of [['one', 'sales', 'east'], ['two', 'sales', 'south'], ['three', 'sales', 'south'], ['head', 'sales_manager', 'east']]) await company.add(login, role, department)
  return { haike: company.haike, company, boss: company.boss, ...company.people }
}

const HOUR = 3600_000
const DAY = 24 * HOUR
const iso = (ms) => new Date(ms).toISOString().replace(/\.\d+Z/, 'Z')
// ten past some hour: what is due at midnight is a whole day's; one beginning for the whole run, which may pass an hour
const BEGINNING = Math.ceil(Date.now() / HOUR) * HOUR + HOUR / 6
const soon = (hours) => iso(BEGINNING + hours * HOUR)
const told = async (person) => (await person.list('notification', { sort: '-created_at', fields: 'kind,text,target,sender' })).body.items
const errors = (answer) => answer.body.errors.map((error) => [error.field, error.code])

// The entries of a calendar by their names; each a map of properties as they are meant, not as they are written.
function entries(text) {
  assert.ok(text.startsWith('BEGIN:VCALENDAR\r\n') && text.endsWith('END:VCALENDAR\r\n'), text.slice(0, 200))
  for (const line of text.split('\r\n')) assert.ok(Buffer.byteLength(line) <= 75, `a line of ${Buffer.byteLength(line)} bytes: ${line}`)
  const lines = text.replace(/\r\n[ \t]/g, '').split('\r\n')
  const found = new Map()
  let entry
  let alarm
  for (const line of lines) {
    if (line === 'BEGIN:VEVENT') entry = { alarms: [] }
    else if (line === 'BEGIN:VALARM') alarm = {}
    else if (line === 'END:VALARM') { entry.alarms.push(alarm); alarm = undefined }
    else if (line === 'END:VEVENT') { found.set(entry.SUMMARY, entry); entry = undefined }
    else if (entry) {
      const at = line.indexOf(':')
      const value = line.slice(at + 1).replace(/\\([\\;,nN])/g, (_, c) => (c === 'n' || c === 'N' ? '\n' : c))
      ;(alarm ?? entry)[line.slice(0, at)] = value
    }
  }
  return found
}

async function address(person) {
  const made = await person.post('/calendar/address', {})
  assert.equal(made.status, 201, JSON.stringify(made.body))
  return new URL(made.body.url).pathname
}

const fetchFeed = (haike, path, headers = {}, method = 'GET') => fetch(haike.url + path, { method, headers })
const feed = async (haike, path) => {
  const answer = await fetchFeed(haike, path)
  assert.equal(answer.status, 200)
  return entries(await answer.text())
}

export const scenarios = {
  'who takes part in an event reads it, in lists and searches too, and does not change it; nobody else does': async ({ one, two, three, head }) => {
    const event = await one.create('event', { title: '方案评审会', start_at: soon(30), participants: [two.id], location: '三号会议室' })
    assert.deepEqual(event.participants.map((person) => person.id), [two.id])
    const seen = async (person) => (await person.get(`/records/event/${event.id}`)).status
    assert.deepEqual([await seen(one), await seen(two), await seen(three), await seen(head)], [200, 200, 404, 200])
    for (const query of [{}, { sort: 'start_at' }, { filter: 'start_at > now()', sort: 'start_at' }, { filter: 'participants contains me()' }, { filter: `id = ${event.id}`, count: 'true' }, { q: '方案评审' }]) {
      const ids = async (person) => (await person.list('event', query)).body.items.map((item) => item.id)
      assert.ok((await ids(two)).includes(event.id), JSON.stringify(query))
      assert.ok(!(await ids(three)).includes(event.id), JSON.stringify(query))
    }
    assert.equal((await two.list('event', { count: 'true' })).body.count, 1)
    assert.equal((await two.aggregate('event', { measure: 'count()' })).body.items[0]['count()'], 1)
    assert.deepEqual((await two.get('/search?q=方案评审')).body.items.map((item) => item.id), [event.id])
    assert.deepEqual((await three.get('/search?q=方案评审')).body.items, [])
    assert.equal((await two.patch(`/records/event/${event.id}`, { title: '改名' })).status, 403)
    assert.equal((await two.delete(`/records/event/${event.id}`)).status, 403)
    const because = (await two.get(`/records/event/${event.id}/explain`)).body
    assert.deepEqual([because.read.allowed, because.read.because[0].scope, because.update.allowed], [true, 'readers', false])
    await one.patch(`/records/event/${event.id}`, { participants: [three.id] })
    assert.deepEqual([await seen(two), await seen(three)], [404, 200])
    assert.deepEqual([(await two.list('event', { q: '方案评审' })).body.items.length, (await three.list('event', { q: '方案评审' })).body.items.length], [0, 1])
    await one.patch(`/records/event/${event.id}`, { participants: null })
    assert.equal(await seen(three), 404)
    await one.delete(`/records/event/${event.id}`)
  },
  'a page of own and shared events has each once, in order': async ({ one, two }) => {
    const made = []
    for (let i = 0; i < 6; i++) made.push((await (i % 2 ? one : two).create('event', { title: `序 ${i}`, start_at: soon(100 + i), participants: [one.id, two.id] })).id)
    for (const sort of ['start_at', '-updated_at']) {
      const ids = []
      for (let after; ;) {
        const page = (await two.list('event', { filter: 'title starts_with "序"', sort, limit: '2', ...(after ? { after } : {}) })).body
        ids.push(...page.items.map((item) => item.id))
        after = page.next
        if (!after) break
      }
      assert.deepEqual(ids, sort === 'start_at' ? made : [...made].reverse(), sort)
    }
    for (const id of made) await (made.indexOf(id) % 2 ? one : two).delete(`/records/event/${id}`)
  },
  'who is invited is told; so is everybody when the time moves, and when it is cancelled': async ({ one, two, three, head }) => {
    const event = await one.create('event', { title: '客户拜访', start_at: '2099-05-04T02:00:00Z', participants: [two.id, one.id] })
    const [invited] = await told(two)
    assert.deepEqual([invited.kind, invited.target.id, invited.sender.id], ['event', event.id, one.id])
    assert.match(invited.text, /客户拜访.*2099-05-04 10:00/)
    const before = (await told(two)).length
    await one.patch(`/records/event/${event.id}`, { description: '带样品' })
    assert.equal((await told(two)).length, before, 'nothing that matters to them')
    await one.patch(`/records/event/${event.id}`, { participants: [two.id, three.id] })
    assert.equal((await told(two)).length, before)
    assert.match((await told(three))[0].text, /客户拜访/)
    assert.equal((await head.patch(`/records/event/${event.id}`, { start_at: '2099-05-05T02:00:00Z', end_at: '2099-05-05T03:00:00Z' })).status, 200)
    for (const person of [one, two, three]) assert.match((await told(person))[0].text, /客户拜访.*2099-05-05 10:00/)
    await one.delete(`/records/event/${event.id}`)
    assert.match((await told(two))[0].text, /取消|cancelled/)
    const past = await one.create('event', { title: '昨天的会', start_at: '2020-01-01T02:00:00Z', participants: [two.id] })
    assert.ok(!(await told(two)).some((item) => item.target?.id === past.id), 'of what is over nobody is told')
  },
  'reminders reach who takes part': async ({ haike, one, two }) => {
    const event = await one.create('event', { title: '晨会', start_at: iso(Date.now() + 60 * 60000), remind_minutes: 10, participants: [two.id] })
    const clock = async (minutes) => assert.equal((await haike.nobody().post('/test/clock', { now: iso(Date.now() + minutes * 60000) })).status, 204)
    await clock(52)
    for (const person of [one, two]) assert.equal((await told(person)).filter((item) => item.kind === 'reminder' && item.target.id === event.id).length, 1)
    await clock(0)
    const over = await one.create('event', { title: '开过的会', start_at: iso(Date.now() - 120 * 60000), end_at: iso(Date.now() - 60 * 60000), remind_minutes: 10, participants: [two.id] })
    const goesOn = await one.create('event', { title: '正在开的会', start_at: iso(Date.now() - 30 * 60000), end_at: iso(Date.now() + 30 * 60000), remind_minutes: 10 })
    await clock(1)
    const reminders = (await told(one)).filter((item) => item.kind === 'reminder').map((item) => item.target.id)
    assert.ok(reminders.includes(goesOn.id) && !reminders.includes(over.id), 'of what is over nobody is reminded')
    await clock(0)
  },
  'the end is not before the start; whole days are whole days of the zone': async ({ one }) => {
    const wrong = await one.post('/records/event', { title: '倒着', start_at: '2099-05-04T02:00:00Z', end_at: '2099-05-04T01:00:00Z' })
    assert.deepEqual([wrong.status, errors(wrong)], [422, [['end_at', 'ends_before_start']]])
    const batch = await one.post('/records/event/batch', { items: [{ op: 'create', values: { title: '倒着', start_at: '2099-05-04T02:00:00Z', end_at: '2099-05-04T01:00:00Z' } }] })
    assert.deepEqual(errors(batch), [['items[0].values.end_at', 'ends_before_start']])
    const span = (event) => [event.start_at, event.end_at]
    const make = async (values) => one.create('event', { title: '全天', all_day: true, ...values })
    assert.deepEqual(span(await make({ start_at: '2099-05-04T06:30:00Z' })), ['2099-05-03T16:00:00Z', '2099-05-04T16:00:00Z'])
    assert.deepEqual(span(await make({ start_at: '2099-05-03T16:00:00Z', end_at: '2099-05-04T16:00:00Z' })), ['2099-05-03T16:00:00Z', '2099-05-04T16:00:00Z'])
    assert.deepEqual(span(await make({ start_at: '2099-05-03T16:00:00Z', end_at: '2099-05-05T15:59:00Z' })), ['2099-05-03T16:00:00Z', '2099-05-05T16:00:00Z'])
    const event = await one.create('event', { title: '拖动', start_at: '2099-05-04T02:00:00Z', end_at: '2099-05-04T04:00:00Z' })
    const moved = await one.patch(`/records/event/${event.id}`, { start_at: '2099-05-04T03:00:00Z' })
    assert.deepEqual(span(moved.body), ['2099-05-04T03:00:00Z', '2099-05-04T04:00:00Z'], 'the end stays where it is')
    assert.deepEqual(errors(await one.patch(`/records/event/${event.id}`, { start_at: '2099-05-04T05:00:00Z' })), [['end_at', 'ends_before_start']])
    assert.deepEqual(span((await one.patch(`/records/event/${event.id}`, { all_day: true })).body), ['2099-05-03T16:00:00Z', '2099-05-04T16:00:00Z'])
  },
  'an address is made, shown once, replaced and taken away': async ({ haike, three }) => {
    assert.deepEqual((await three.get('/calendar/address')).body, { created_at: null })
    const made = await three.post('/calendar/address', {}, { 'Idempotency-Key': 'once' })
    assert.match(made.body.url, new RegExp(`^${haike.url}/calendar/[A-Za-z0-9_-]{43}\\.ics$`))
    assert.deepEqual(Object.keys((await three.get('/calendar/address')).body), ['created_at'])
    assert.equal((await three.get('/calendar/address')).body.created_at, made.body.created_at)
    const first = new URL(made.body.url).pathname
    assert.equal((await fetchFeed(haike, first)).status, 200)
    const again = await three.post('/calendar/address', {}, { 'Idempotency-Key': 'once' })
    assert.notEqual(again.body.url, made.body.url, 'no answer that holds an address is kept')
    assert.equal((await fetchFeed(haike, first)).status, 404)
    const second = new URL(again.body.url).pathname
    assert.equal((await fetchFeed(haike, second)).status, 200)
    assert.equal((await three.delete('/calendar/address')).status, 204)
    assert.equal((await fetchFeed(haike, second)).status, 404)
    assert.deepEqual((await three.get('/calendar/address')).body, { created_at: null })
    for (const path of ['/calendar/x.ics', `/calendar/${'A'.repeat(43)}.ics`, '/calendar/.ics']) assert.ok([404].includes((await fetchFeed(haike, path)).status), path)
    for (const method of ['GET', 'POST', 'DELETE']) assert.equal((await haike.nobody().call(method, '/calendar/address')).status, 401)
    assert.ok(!haike.log.includes(second.slice(10, 30)), 'no address in the log')
  },
  'the calendar has events, tasks that are due and follow-ups, with the rights of its person': async ({ haike, one, two }) => {
    const customer = await one.create('customer', { name: '白鹭泵业, 有限; 公司', next_follow_up: '2099-01-01T02:00:00Z' })
    const due = soon(50)
    await one.patch(`/records/customer/${customer.id}`, { next_follow_up: due })
    const meeting = await one.create('event', { title: '选型沟通：离心泵、齿轮泵，以及配套的阀门和密封件，请提前准备好资料', start_at: '2099-05-04T02:00:00Z', end_at: '2099-05-04T03:30:00Z' })
    await one.patch(`/records/event/${meeting.id}`, { start_at: soon(20), end_at: soon(21), location: '杭州; 滨江, A座\\3', description: '第一行\n第二行', remind_minutes: 30, target: { object: 'customer', id: customer.id } })
    const fair = await one.create('event', { title: '展会', all_day: true, start_at: soon(24 * 10), end_at: soon(24 * 11) })
    await two.create('event', { title: '联合拜访', start_at: soon(26), participants: [one.id] })
    await two.create('event', { title: '二的私事', start_at: soon(26) })
    const old = await one.create('event', { title: '很久以前', start_at: iso(Date.now() - 100 * DAY) })
    await one.create('event', { title: '很久以后', start_at: iso(Date.now() + 800 * DAY) })
    const day = (await one.create('event', { title: '某天', all_day: true, start_at: soon(48) })).start_at
    const task = await one.create('task', { title: '发报价', due_at: soon(30), remind_at: soon(29) })
    await one.create('task', { title: '整天的事', due_at: day })
    await one.create('task', { title: '做完的事', due_at: soon(31), status: 'done' })
    await two.create('task', { title: '二的任务', due_at: soon(31) })
    const gone = await one.create('event', { title: '取消的会', start_at: soon(33) })
    await one.delete(`/records/event/${gone.id}`)

    const path = await address(one)
    const answer = await fetchFeed(haike, path)
    assert.equal(answer.headers.get('content-type'), 'text/calendar; charset=utf-8')
    const text = await answer.text()
    assert.match(text, /X-WR-CALNAME:/)
    const found = entries(text)
    const names = [...found.keys()]
    for (const absent of ['二的私事', '很久以前', '很久以后', '做完的事', '二的任务', '取消的会']) assert.ok(!names.some((name) => name.includes(absent)), absent)
    assert.ok(old.id)
    const stamp = (at) => at.replace(/[-:]/g, '')
    const shown = found.get('选型沟通：离心泵、齿轮泵，以及配套的阀门和密封件，请提前准备好资料')
    assert.deepEqual([shown.DTSTART, shown.DTEND, shown.LOCATION, shown.TRANSP], [stamp(soon(20)), stamp(soon(21)), '杭州; 滨江, A座\\3', 'OPAQUE'])
    assert.equal(shown.DESCRIPTION, '白鹭泵业, 有限; 公司\n第一行\n第二行')
    assert.deepEqual(shown.alarms.map((alarm) => [alarm.ACTION, alarm.TRIGGER]), [['DISPLAY', '-PT30M']])
    assert.match(shown.UID, new RegExp(`^event-${meeting.id}-[0-9a-f]{16}@haike$`))
    assert.equal(shown.URL, `${haike.url}/o/event/${meeting.id}`)
    const local = (at, days = 0) => iso(Date.parse(at) + 8 * HOUR + days * DAY).slice(0, 10).replaceAll('-', '')
    assert.deepEqual([found.get('展会')['DTSTART;VALUE=DATE'], found.get('展会')['DTEND;VALUE=DATE']], [local(fair.start_at), local(fair.end_at)])
    assert.equal(found.get('联合拜访').DTSTART, stamp(soon(26)))
    const given = found.get('任务：发报价')
    assert.deepEqual([given.DTSTART, given.TRANSP, given.alarms.map((alarm) => alarm.TRIGGER)], [stamp(task.due_at), 'TRANSPARENT', ['-PT1H']])
    assert.equal(found.get('任务：整天的事')['DTSTART;VALUE=DATE'], local(day))
    assert.deepEqual([found.get('跟进：白鹭泵业, 有限; 公司').DTSTART, found.get('跟进：白鹭泵业, 有限; 公司').UID.startsWith(`customer-${customer.id}-next-`)], [stamp(due), true])

    const etag = answer.headers.get('etag')
    const same = await fetchFeed(haike, path, { 'If-None-Match': `"other", ${etag}` })
    assert.deepEqual([same.status, (await same.text()).length], [304, 0])
    await one.patch(`/records/task/${task.id}`, { title: '发正式报价' })
    assert.equal((await fetchFeed(haike, path, { 'If-None-Match': etag })).status, 200)
    const header = await fetchFeed(haike, path, {}, 'HEAD')
    assert.deepEqual([header.status, (await header.text()).length], [200, 0])

    assert.equal((await feed(haike, path)).get('任务：发正式报价').UID, given.UID)
  },
  'who has left has no calendar and is never busy': async ({ haike, company, boss, three }) => {
    const leaver = await company.add('leaver', 'sales', 'south')
    await leaver.create('event', { title: '交接', start_at: soon(5) })
    const path = await address(leaver)
    const busy = async () => (await three.get(`/calendar/busy?${new URLSearchParams({ users: leaver.id, from: soon(0), to: soon(24) })}`)).body.items.length
    assert.deepEqual([(await feed(haike, path)).size, await busy()], [1, 1])
    await boss.patch(`/records/user/${leaver.id}`, { active: false })
    assert.deepEqual([(await fetchFeed(haike, path)).status, await busy()], [404, 0])
    await boss.patch(`/records/user/${leaver.id}`, { active: true })
    assert.deepEqual([(await feed(haike, path)).size, await busy()], [1, 1])
  },
  'what a role hides is not in the calendar either': async ({ haike, company }) => {
    await company.role('narrow', { event: { read: 'own', create: true, fields: { location: 'hide', description: 'hide', participants: 'hide' } }, task: { read: 'own', create: true, fields: { due_at: 'read', name: 'mask', title: 'mask' } }, customer: { read: 'none' } })
    const narrow = await company.add('narrow', 'narrow', 'south')
    const { boss } = company
    await boss.create('event', { title: '地点保密', start_at: soon(10), location: '秘密地点', description: '秘密', owner: narrow.id })
    await boss.create('task', { title: '标题保密', due_at: soon(10), owner: narrow.id })
    await boss.create('customer', { name: '看不见的客户', next_follow_up: soon(10), owner: narrow.id })
    const text = await (await fetchFeed(haike, await address(narrow))).text()
    assert.match(text, /地点保密/)
    assert.doesNotMatch(text.replace(/\r\n /g, ''), /秘密|标题保密|看不见/)
  },
  'a calendar is not fetched without end': async ({ haike, three }) => {
    const path = await address(three)
    let refused
    for (let i = 0; i < 130 && !refused; i++) {
      const answer = await fetchFeed(haike, path)
      await answer.arrayBuffer()
      if (answer.status === 429) refused = answer
    }
    assert.ok(Number(refused?.headers.get('retry-after')) > 0)
  },
  'colleagues learn when somebody is busy and nothing else': async ({ haike, one, two, three }) => {
    const at = (hour, minute = 0) => `2098-03-05T${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}:00Z`
    const event = (person, from, to, more = {}) => person.create('event', { title: '机密会谈', start_at: from, end_at: to, location: '密室', ...more })
    await event(one, at(1), at(2))
    await event(one, at(1, 30), at(3), { participants: [two.id] })
    await event(two, at(3), at(4), { participants: [one.id] })
    await event(one, at(6), at(6))
    await event(two, '2098-03-04T20:00:00Z', at(0, 30))
    const gone = await event(one, at(8), at(9))
    await one.delete(`/records/event/${gone.id}`)
    const ask = (person, users, from = at(0), to = at(23)) => person.get(`/calendar/busy?${new URLSearchParams({ users, from, to })}`)
    const answer = await ask(three, `${two.id}, ${one.id}`)
    assert.equal(answer.status, 200, JSON.stringify(answer.body))
    assert.deepEqual(answer.body, { items: [{ user: one.id, from: at(1), to: at(4) }, { user: two.id, from: at(0), to: at(0, 30) }, { user: two.id, from: at(1, 30), to: at(4) }] })
    assert.deepEqual((await ask(three, `${one.id}`, at(2), at(3))).body.items, [{ user: one.id, from: at(2), to: at(3) }])
    assert.deepEqual((await ask(three, `${three.id},999999`)).body.items, [])
    const wrong = async (users, from, to) => { const answer = await ask(three, users, from, to); assert.equal(answer.status, 422); return errors(answer) }
    assert.deepEqual(await wrong('', at(0), at(1)), [['users', 'required']])
    assert.deepEqual(await wrong('a', at(0), at(1)), [['users', 'bad_integer']])
    assert.deepEqual(await wrong(Array.from({ length: 51 }, (_, i) => i + 1).join(','), at(0), at(1)), [['users', 'too_many']])
    assert.deepEqual(await wrong('1', 'gestern', ''), [['from', 'bad_datetime'], ['to', 'required']])
    assert.deepEqual(await wrong('1', at(5), at(4)), [['to', 'ends_before_start']])
    assert.deepEqual(await wrong('1', '2098-01-01T00:00:00Z', '2098-03-05T00:00:00Z'), [['to', 'span_too_long']])
    assert.equal((await haike.nobody().get('/calendar/busy?users=1')).status, 401)
  },
  'who was given a task says that it has arrived; who gave it is told': async ({ one, two, head, boss }) => {
    const task = await head.create('task', { title: '整理清单', owner: one.id })
    assert.equal((await two.post(`/records/task/${task.id}/actions/acknowledge`, {})).status, 404)
    assert.ok([403, 409].includes((await head.post(`/records/task/${task.id}/actions/acknowledge`, {})).status))
    const done = await one.post(`/records/task/${task.id}/actions/acknowledge`, {})
    assert.equal(done.status, 200, JSON.stringify(done.body))
    assert.ok(done.body.acknowledged_at)
    const [told1] = await told(head)
    assert.deepEqual([told1.kind, told1.target.id, told1.sender.id], ['task', task.id, one.id])
    assert.match(told1.text, /整理清单/)
    assert.equal((await one.post(`/records/task/${task.id}/actions/acknowledge`, {})).status, 409, 'once')
    assert.equal((await one.patch(`/records/task/${task.id}`, { acknowledged_at: null })).status, 422)
    await one.post(`/records/task/${task.id}/actions/assign`, { owner: two.id })
    const given = (await boss.get(`/records/task/${task.id}`)).body
    assert.deepEqual([given.owner.id, given.acknowledged_at], [two.id, null])
    assert.equal((await two.post(`/records/task/${task.id}/actions/acknowledge`, {})).status, 200)
    const own = await one.create('task', { title: '自己的事' })
    assert.equal((await one.post(`/records/task/${own.id}/actions/acknowledge`, {})).status, 409)
  },
  'a checklist has its shape': async ({ one }) => {
    const task = await one.create('task', { title: '出差', checklist: [{ text: ' 订票 ', done: true }, { text: '样品' }] })
    assert.deepEqual(task.checklist, [{ text: '订票', done: true }, { text: '样品', done: false }])
    const refuse = async (checklist) => { const answer = await one.post('/records/task', { title: 'x', checklist }); assert.equal(answer.status, 422, JSON.stringify(answer.body)); return errors(answer) }
    assert.deepEqual(await refuse([{ text: 'a', done: false }, { text: 'b', done: 'no' }, 3, { text: '', done: true }]), [['checklist[1].done', 'wrong_type'], ['checklist[2]', 'wrong_type'], ['checklist[3].text', 'required']])
    assert.deepEqual(await refuse([{ text: '长'.repeat(201), done: false }]), [['checklist[0].text', 'too_long']])
    assert.deepEqual(await refuse([{ text: 'a', done: false, colour: 1 }]), [['checklist[0].colour', 'unknown_field']])
    assert.deepEqual(await refuse({ text: 'a' }), [['checklist', 'wrong_type']])
    assert.deepEqual(await refuse(Array.from({ length: 101 }, () => ({ text: 'a', done: false }))), [['checklist', 'too_many']])
    assert.equal((await one.patch(`/records/task/${task.id}`, { checklist: [] })).body.checklist, null)
    const batch = await one.post('/records/task/batch', { items: [{ op: 'update', id: task.id, values: { checklist: [{ done: true }] } }] })
    assert.deepEqual(errors(batch), [['items[0].values.checklist[0].text', 'required']])
  },
  'saved views: groups, columns and settings are looked at': async ({ one }) => {
    const good = { name: '看', object: 'opportunity', kind: 'timeline', group: 'stage', columns: ['name', 'customer.level', 'owner.department.name'], settings: { start: 'start_date', end: 'close_date' } }
    const view = await one.create('view', good)
    assert.deepEqual([view.kind, view.group, view.settings], ['timeline', 'stage', good.settings])
    for (const kind of ['calendar', 'map']) assert.equal((await one.patch(`/records/view/${view.id}`, { kind })).status, 200)
    const refuse = async (change) => { const answer = await one.post('/records/view', { ...good, ...change }); assert.equal(answer.status, 422, JSON.stringify(change)); return errors(answer) }
    assert.deepEqual(await refuse({ group: 'nothing' }), [['group', 'not_groupable']])
    assert.deepEqual(await refuse({ object: 'customer', group: 'remark', columns: null }), [['group', 'not_groupable']])
    assert.deepEqual(await refuse({ columns: ['name', 'customer.nothing', 3] }), [['columns[1]', 'unknown_field'], ['columns[2]', 'unknown_field']])
    assert.deepEqual(await refuse({ columns: 'name' }), [['columns', 'wrong_type']])
    assert.deepEqual(await refuse({ settings: [1] }), [['settings', 'wrong_type']])
    assert.deepEqual(await refuse({ settings: { x: 'y'.repeat(17000) } }), [['settings', 'too_long']])
    assert.deepEqual(await refuse({ kind: 'spiral' }), [['kind', 'unknown_option']])
  },
  'definitions have views of every kind, and say where these find time and place': async ({ one, boss }) => {
    const view = async (object, name) => (await one.get(`/meta/objects/${object}`)).body.views.find((item) => item.name === name)
    assert.deepEqual((await view('event', 'calendar')).settings, { start: 'start_at', end: 'end_at' })
    assert.deepEqual((await view('task', 'calendar')).settings, { start: 'due_at' })
    assert.deepEqual((await view('opportunity', 'timeline')).settings, { start: 'start_date', end: 'close_date' })
    assert.deepEqual((await view('customer', 'map')).settings, { position: 'location' })
    const made = await boss.post('/meta/objects', { name: 'trip', label: '出差', fields: [{ name: 'begins', type: 'date', label: '开始' }, { name: 'ends', type: 'date', label: '结束' }, { name: 'place', type: 'position', label: '地点' }, { name: 'kind', type: 'choice', label: '类型', options: [{ key: 'a', label: 'A' }] }, { name: 'people', type: 'multi_reference', target: 'user', label: '同行' }], readers: 'people' })
    assert.equal(made.status, 201, JSON.stringify(made.body))
    const change = (views) => boss.patch('/meta/objects/trip', { views })
    const right = [{ name: 'c', label: 'c', kind: 'calendar', settings: { start: 'begins' } }, { name: 't', label: 't', kind: 'timeline', group: 'kind', settings: { start: 'begins', end: 'ends' } }, { name: 'm', label: 'm', kind: 'map', settings: { position: 'place' } }]
    assert.equal((await change(right)).status, 200)
    const wrong = await change([{ name: 'c', label: 'c', kind: 'calendar', group: 'place', settings: { start: 'place' } }, { name: 't', label: 't', kind: 'timeline', settings: { start: 'begins' } }, { name: 'm', label: 'm', kind: 'map', settings: 'place' }])
    assert.deepEqual(errors(wrong).map(([field]) => field).sort(), ['views[0].group', 'views[0].settings.start', 'views[1].settings.end', 'views[2].settings'])
  },
}
