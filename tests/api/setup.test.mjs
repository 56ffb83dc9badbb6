// The first start with its code, the organisation's settings, preferences, passwords, and the demo company that comes and goes.
import assert from 'node:assert/strict'
import { Haike, Person } from '../support/server.mjs'

export const own = true

const ADMINISTRATOR = { company: '海客测试', zone: 'Asia/Shanghai', language: 'en', currency: 'CNY', login: 'boss', name: '老板', password: 'a-good-password', demo: false }
const SIGN_IN = 'a-good-password'

// A server on an empty database, and the code that it printed.
async function firstStart(haike) {
  await haike.serve()
  for (let i = 0; i < 100 && !/^open .+\n/m.test(haike.out); i++) await new Promise((resolve) => setTimeout(resolve, 20))
  const found = /^open (http:\S+)\/setup\?code=(\w+)$/m.exec(haike.out)
  assert.equal(found?.[1], haike.url, haike.out)
  return found[2]
}

async function withFirstStart(engine, run) {
  const haike = new Haike(engine)
  try {
    await run({ haike, code: await firstStart(haike), nobody: haike.nobody() })
    const check = haike.command(['check'])
    assert.equal(check.status, 0, check.stdout + check.stderr)
    await haike.stop()
    assert.doesNotMatch(haike.log, /sanitizer|runtime error/i)
  } finally {
    await haike.done()
  }
}

function personOf(haike, answer) {
  assert.equal(answer.status, 200, JSON.stringify(answer.body))
  const person = new Person(haike)
  person.token = answer.body.token
  person.id = answer.body.user.id
  return person
}

const fields = (answer) => Object.fromEntries(answer.body.errors.map((error) => [error.field, error.code]))

async function jobDone(person, id) {
  for (let i = 0; i < 3000; i++) {
    const { body } = await person.get(`/jobs/${id}`)
    if (body.status === 'done') return body
    assert.notEqual(body.status, 'failed', JSON.stringify(body))
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`job ${id} does not end`)
}

// Waits until there is something of everything, then lets the server die in the midst of it. Its job is given up when it has said nothing for a minute.
async function dieWhileFilling(haike, boss) {
  for (let i = 0; i < 3000 && !(await first(boss, 'opportunity', { filter: 'amount > 0 and stage = "won"' })); i++) await new Promise((resolve) => setTimeout(resolve, 100))
  await haike.stop('SIGKILL')
  await haike.serve('--test-clock')
  assert.equal((await boss.get('/settings')).body.demo, true)
  if (haike.engine === 'postgres') assert.equal((await boss.delete('/demo')).body.code, 'demo_busy')
  assert.ok((await boss.post('/test/clock', { now: new Date(Date.now() + 120_000).toISOString() })).status < 300)
}

const first = async (person, object, params = {}) => (await person.list(object, { limit: '1', ...params })).body.items[0]
const count = async (person, object, filter = '') => (await person.list(object, { filter, count: 'true', limit: '1' })).body.count

async function firstStartIsOnce({ haike, code, nobody }) {
  assert.deepEqual((await nobody.get('/setup')).body, { needed: true })
  const wrong = await nobody.post('/setup', { ...ADMINISTRATOR, code: 'wrong' })
  assert.equal(wrong.status, 403)
  assert.deepEqual(fields(wrong), { code: 'setup_code' })
  assert.deepEqual(fields(await nobody.post('/setup', ADMINISTRATOR)), { code: 'required' })
  const bad = await nobody.post('/setup', { code, zone: 'Mars/Olympus', currency: 'ZZZ', language: 'fr', login: 'two words', password: 'short', demo: 1 })
  assert.equal(bad.status, 422)
  assert.deepEqual(fields(bad), { zone: 'bad_time_zone', currency: 'unknown_currency', language: 'unknown_language', name: 'required', company: 'required', password: 'password_short', demo: 'wrong_type' })
  assert.deepEqual(fields(await nobody.post('/setup', { ...ADMINISTRATOR, code, login: 'two words' })), { login: 'login_characters' })
  assert.deepEqual((await nobody.get('/setup')).body, { needed: true }, 'nothing of it was kept')
  const answers = await Promise.all([0, 1].map((i) => nobody.post('/setup', { ...ADMINISTRATOR, login: `boss${i}`, code: code.toUpperCase() })))
  assert.deepEqual(answers.map((answer) => answer.status).sort(), [200, 409])
  const made = answers.find((answer) => answer.status === 200)
  assert.match(made.headers.get('set-cookie'), /haike_session=.+HttpOnly/)
  assert.equal(made.body.job, null)
  const boss = personOf(haike, made)
  const me = (await boss.get('/session')).body
  assert.deepEqual([me.admin, me.user.name, me.user.lang, me.user.department.name], [true, '老板', 'en', '海客测试'])
  assert.equal(await count(boss, 'user'), 1)
  assert.deepEqual((await nobody.get('/setup')).body, { needed: false })
  assert.equal((await nobody.post('/setup', { ...ADMINISTRATOR, code })).status, 409)
  assert.equal((await boss.delete('/demo')).body.code, 'no_demo')
  await haike.as(me.user.login, SIGN_IN)
}

const WRONG_TILES = [
  'http://tiles.example.org/{z}/{x}/{y}.png', 'javascript:alert(1)//{z}{x}{y}', 'https://tiles.example.org/{z}/{x}.png', "https://tiles.example.org/{z}/{x}/{y}'.png", 'https://tiles.example.org/{z}/{x}/{y};script-src *',
  'https://a.example.org https://evil.example/{z}/{x}/{y}', 'https://{z}.example.org/{x}/{y}', 'https://user@example.org/{z}/{x}/{y}', 'https://*/{z}/{x}/{y}', 'https://{s}/{z}/{x}/{y}', 'https://{s}.org/{z}/{x}/{y}', 'https://a.{s}.org/{z}/{x}/{y}',
  'https:///{z}/{x}/{y}', 'https://example.org:99999/{z}/{x}/{y}', 'https://example.org/{z}/{x}/{y}/{other}', 'https://example.org/{z}/{x}/{y}"', 'https://例.org/{z}/{x}/{y}', 5,
]

async function policyAllows(nobody, source) {
  const page = await nobody.call('GET', '/api/../')
  if (page.status !== 200) return // a build without the interface
  const images = /img-src ([^;]*)/.exec(page.headers.get('content-security-policy'))[1]
  assert.equal(images, `'self' data: blob:${source ? ` ${source}` : ''}`)
}

const SECURITY = { password_length: 8, password_classes: 1, password_history: 3, password_days: 0, session_idle: 20160, session_hours: 2160 }
const HOURS = { working_hours: [1, 2, 3, 4, 5].map((day) => ({ day, from: '09:00', to: '18:00' })), holidays: [], workdays: [] }

async function settingsAreChecked({ boss, rep, nobody }) {
  assert.equal((await nobody.get('/settings')).status, 401)
  assert.equal((await nobody.patch('/settings', { company: 'x' })).status, 401)
  assert.equal((await rep.patch('/settings', { company: 'x' })).status, 403)
  const before = (await rep.get('/settings')).body
  assert.deepEqual(before, { company: '海客测试', zone: 'Asia/Shanghai', currency: 'CNY', language: 'en', week_start: 1, map_tiles: '', map_attribution: '', address: '', demo: false, ...SECURITY, ...HOURS })
  const wrong = await boss.patch('/settings', { company: '', zone: 'Beijing', currency: 'cny', language: 'de', week_start: 2, map_attribution: 'x'.repeat(301), demo: false, colour: 'red' })
  assert.equal(wrong.status, 422)
  assert.deepEqual(fields(wrong), { company: 'required', zone: 'bad_time_zone', currency: 'unknown_currency', language: 'unknown_language', week_start: 'bad_week_start', map_attribution: 'too_long', demo: 'read_only', colour: 'unknown_field' })
  for (const map_tiles of WRONG_TILES) assert.deepEqual(Object.keys(fields(await boss.patch('/settings', { map_tiles }))), ['map_tiles'], String(map_tiles))
  assert.deepEqual((await rep.get('/settings')).body.company, before.company)
}

async function tilesAreAllowed({ boss, nobody }) {
  const set = async (map_tiles) => assert.equal((await boss.patch('/settings', { map_tiles })).body.map_tiles, map_tiles ?? '')
  await policyAllows(nobody, '')
  const tag = async () => (await nobody.call('GET', '/api/../')).headers.get('etag')
  const before = await tag()
  await set('https://tiles.example.org/{z}/{x}/{y}.png')
  await policyAllows(nobody, 'https://tiles.example.org')
  if (before) assert.notEqual(await tag(), before, 'a page that is kept has the policy of before')
  await set('https://{s}.tile.openstreetmap.org/{z}/{x}/{y}.png')
  await policyAllows(nobody, 'https://*.tile.openstreetmap.org')
  await set('https://t{s}.tianditu.gov.cn/DataServer?T=vec_w&x={x}&y={y}&l={z}&tk=0123abc')
  await policyAllows(nobody, 'https://*.tianditu.gov.cn')
  await set('https://maps.example.org:8443/{z}/{x}/{y}@2x.png')
  await policyAllows(nobody, 'https://maps.example.org:8443')
  await set(null)
  await policyAllows(nobody, '')
}

// 2026-11-22T20:00Z is the 23rd in Shanghai and the 22nd in New York.
async function zoneCountsAtOnce({ boss }) {
  const task = await boss.create('task', { title: '零点前后', due_at: '2026-11-22T20:00:00Z' })
  const days = async () => [await count(boss, 'task', `id = ${task.id} and due_at = 2026-11-23`), await count(boss, 'task', `id = ${task.id} and due_at = 2026-11-22`)]
  assert.deepEqual(await days(), [1, 0])
  assert.equal((await boss.patch('/settings', { zone: 'America/New_York', currency: 'EUR' })).body.zone, 'America/New_York')
  assert.deepEqual(await days(), [0, 1])
  const session = (await boss.get('/session')).body
  assert.deepEqual([session.zone, session.currency], ['America/New_York', 'EUR'])
}

// A total with a day in its condition is another one in another zone.
async function totalsFollowTheZone({ boss }) {
  const post = async (path, body) => { const answer = await boss.post(path, body); assert.ok(answer.status < 300, JSON.stringify(answer.body)) }
  await post('/meta/objects/customer/fields', { name: 'on_the_day', type: 'rollup', label: '当天', expression: 'count(opportunities, next_follow_up = 2026-11-23)', result: 'integer' })
  const customer = await boss.create('customer', { name: '跨日' })
  await boss.create('opportunity', { name: '跨日', customer: customer.id, next_follow_up: '2026-11-22T20:00:00Z' })
  const total = async () => (await boss.get(`/records/customer/${customer.id}`)).body.on_the_day
  await boss.patch('/settings', { zone: 'America/New_York' })
  assert.equal(await total(), 0)
  await boss.patch('/settings', { zone: 'Asia/Shanghai' })
  assert.equal(await total(), 1)
}

async function languageIsTheDefault({ boss, nobody }) {
  const title = async (language) => (await nobody.get('/settings', { 'Accept-Language': language })).body.title
  await boss.patch('/settings', { language: 'en' })
  assert.match(await title(''), /sign in/i)
  assert.equal(await title('fr'), await title(''), 'a language that is not there is as none')
  assert.match(await title('zh-CN'), /登录/)
  await boss.patch('/settings', { language: 'zh-CN' })
  assert.match(await title(''), /登录/)
  assert.match(await title('en'), /sign in/i)
  const user = async (values) => (await boss.create('user', values)).lang
  assert.equal(await user({ name: '一', login: 'one' }), 'zh-CN')
  await boss.patch('/settings', { language: 'en' })
  assert.deepEqual([await user({ name: '二', login: 'two' }), await user({ name: '三', login: 'three', lang: 'zh-CN' })], ['en', 'zh-CN'])
}

async function preferencesAreOnesOwn({ boss, rep, nobody }) {
  assert.equal((await nobody.get('/preferences')).status, 401)
  assert.deepEqual((await rep.get('/preferences')).body, {})
  const values = { theme: 'dark', home: [{ 卡片: '我的商机', width: 2.5 }], nothing: null }
  assert.deepEqual((await rep.call('PUT', '/preferences', values)).body, values)
  assert.deepEqual((await rep.get('/preferences')).body, values)
  assert.deepEqual((await boss.get('/preferences')).body, {})
  for (const wrong of ['[]', '"text"', '{"a":1,"a":2}', '{']) assert.equal((await rep.call('PUT', '/preferences', wrong)).status, 400, wrong)
  assert.equal((await rep.call('PUT', '/preferences', { a: '\u0000' })).status, 422)
  assert.equal((await rep.call('PUT', '/preferences', { a: 'x'.repeat(65_000) })).status, 200)
  const large = await rep.call('PUT', '/preferences', { a: 'x'.repeat(66_000) })
  assert.deepEqual([large.status, large.body.code], [413, 'body_too_large'])
  assert.equal((await rep.get('/preferences')).body.a.length, 65_000)
}

async function passwordsEndOtherSignIns({ haike, boss, rep, nobody }) {
  const other = await haike.as('rep', SIGN_IN)
  const change = (person, id, body) => person.post(`/users/${id}/password`, body)
  assert.equal((await change(nobody, rep.id, { password: 'x' })).status, 401)
  assert.equal((await change(rep, boss.id, { password: 'another-password' })).status, 403)
  assert.equal((await change(boss, 9999, { password: 'another-password' })).status, 404)
  assert.deepEqual(fields(await change(rep, rep.id, {})), { password: 'required' })
  assert.deepEqual(fields(await change(rep, rep.id, { password: 'another-password' })), { current: 'required' })
  assert.deepEqual(fields(await change(rep, rep.id, { password: 'short', current: SIGN_IN })), { password: 'password_short' })
  assert.deepEqual(fields(await change(rep, rep.id, { password: 'another-password', current: 'wrong' })), { current: 'wrong_password' })
  assert.equal((await change(rep, rep.id, { password: 'another-password', current: SIGN_IN })).status, 204)
  assert.deepEqual([(await rep.get('/session')).status, (await other.get('/session')).status], [200, 401], 'only the one that asked goes on')
  assert.equal((await nobody.post('/session', { login: 'rep', password: SIGN_IN })).status, 401)
  const again = await haike.as('rep', 'another-password')
  assert.equal((await change(boss, rep.id, { password: 'given-by-boss' })).status, 204)
  assert.deepEqual([(await rep.get('/session')).status, (await again.get('/session')).status], [401, 401])
  const last = await haike.as('rep', 'given-by-boss')
  for (let i = 0; i < 9; i++) assert.equal((await change(last, rep.id, { password: 'another-password', current: 'wrong' })).status, 422)
  assert.equal((await change(last, rep.id, { password: 'another-password', current: 'wrong' })).status, 422)
  const shut = await change(last, rep.id, { password: 'another-password', current: 'given-by-boss' })
  assert.equal(shut.status, 429)
  assert.ok(shut.headers.get('retry-after'))
}

async function languageIsOnesOwn({ rep, boss }) {
  const mine = `/records/user/${rep.id}`
  assert.equal((await rep.patch(mine, { lang: 'zh-CN' })).status, 200)
  assert.equal((await rep.get('/session')).body.user.lang, 'zh-CN')
  assert.equal((await rep.patch(mine, { lang: 'de' })).status, 422)
  assert.equal((await rep.patch(mine, { name: '别名' })).status, 403)
  assert.equal((await rep.patch(mine, { lang: 'en', name: '别名' })).status, 403)
  assert.equal((await rep.patch(`/records/user/${boss.id}`, { lang: 'en' })).status, 403)
  assert.equal((await rep.patch(mine, { lang: 'en' }, { 'If-Match': '"1"' })).status, 412)
}

async function withPeople(engine, run) {
  await withFirstStart(engine, async ({ haike, code, nobody }) => {
    const boss = personOf(haike, await nobody.post('/setup', { ...ADMINISTRATOR, code }))
    assert.equal(haike.command(['user', 'add', 'rep', '--role', 'sales', '--password-stdin'], SIGN_IN).status, 0)
    await run({ haike, boss, rep: await haike.as('rep', SIGN_IN), nobody })
  })
}

// What real people make of the demo before it goes.
async function workInDemo(haike, boss) {
  const customer = await first(boss, 'customer', { sort: 'id' })
  const seller = await first(boss, 'user', { filter: 'name contains "销" or position contains "销"' })
  const department = await first(boss, 'department', { filter: 'name = "华东销售部"' })
  const target = { object: 'customer', id: customer.id }
  const kept = {
    customer: await boss.create('customer', { name: '真客户', parent: customer.id }),
    contact: await boss.create('contact', { name: '真联系人', customer: customer.id }),
    opportunity: await boss.create('opportunity', { name: '交给演示同事的商机', customer: customer.id, owner: seller.id }),
    activity: await boss.create('activity', { type: 'call', content: '打过电话', target, at: '2026-11-20T08:00:00Z' }),
    user: await boss.create('user', { name: '真同事', login: 'real', department: department.id }),
    department: await boss.create('department', { name: '真部门', parent: department.id, head: seller.id }),
    event: await boss.create('event', { title: '真会议', start_at: '2026-12-01T02:00:00Z', end_at: '2026-12-01T03:00:00Z', participants: [seller.id, boss.id] }),
  }
  const gone = { comment: await boss.create('comment', { content: '评论', target }) }
  const thrown = await boss.create('contact', { name: '扔掉的', customer: customer.id })
  assert.equal((await boss.delete(`/records/contact/${thrown.id}`)).status, 204)
  const moved = await first(boss, 'opportunity', { filter: 'amount > 0 and stage = "won"' })
  assert.equal((await boss.patch(`/records/opportunity/${moved.id}`, { customer: kept.customer.id })).status, 200)
  assert.ok((await boss.get(`/records/customer/${kept.customer.id}`)).body.won_amount > 0)
  assert.equal((await boss.patch(`/records/customer/${customer.id}`, { remark: '改过' })).status, 200)
  return { kept, gone, customer, seller }
}

async function demoHasGone(haike, boss, { kept, gone, customer }) {
  assert.equal((await boss.get('/settings')).body.demo, false)
  const read = async (object) => (await boss.get(`/records/${object}/${kept[object].id}`)).body
  const root = (await boss.get('/session')).body.user.department.id
  const me = { id: boss.id, name: (await boss.get('/session')).body.user.name }
  assert.deepEqual([(await read('customer')).parent, (await read('customer')).won_amount ?? 0], [null, 0])
  assert.equal((await read('contact')).customer, null)
  const deal = await read('opportunity')
  assert.deepEqual([deal.customer, deal.owner, deal.department.id], [null, me, root])
  assert.equal((await read('activity')).target, null)
  assert.equal((await read('user')).department.id, root)
  const department = await read('department')
  assert.deepEqual([department.parent.id, department.head], [root, null])
  assert.deepEqual((await read('event')).participants.map((one) => one.id), [boss.id])
  assert.equal((await boss.get(`/records/comment/${gone.comment.id}`)).status, 404)
  assert.equal((await boss.get(`/records/customer/${customer.id}`)).status, 404)
  // the deal that was kept keeps the task of its stage
  for (const [object, left] of [['customer', 1], ['lead', 0], ['contact', 1], ['opportunity', 1], ['product', 0], ['competitor', 0], ['task', 1], ['activity', 1]]) assert.equal(await count(boss, object), left, object)
  assert.equal((await boss.get(`/trash/customer`)).body.items.length, 0, 'not even in the recycle bin')
  assert.equal((await boss.get(`/search?q=${encodeURIComponent(customer.name)}`)).body.items.length, 0)
  assert.equal((await boss.get(`/search?q=${encodeURIComponent('真客户')}`)).body.items.length, 1)
  const change = (await boss.get(`/records/contact/${kept.contact.id}/history`)).body.items[0]
  assert.ok(change.changes.customer ?? change.changes.find?.((one) => one.field === 'customer'), JSON.stringify(change))
  assert.equal((await boss.delete('/demo')).body.code, 'no_demo')
}

export const scenarios = {
  'the first start: with the printed code, once, of two at once one': ({ engine }) => withFirstStart(engine, firstStartIsOnce),
  'ten wrong codes close the door': ({ engine }) =>
    withFirstStart(engine, async ({ code, nobody }) => {
      for (let i = 0; i < 10; i++) assert.equal((await nobody.post('/setup', { ...ADMINISTRATOR, code: `wrong${i}` })).status, 403)
      const shut = await nobody.post('/setup', { ...ADMINISTRATOR, code })
      assert.equal(shut.status, 429)
      assert.ok(shut.headers.get('retry-after'))
    }),
  'a user from the command line ends the first start': ({ engine }) =>
    withFirstStart(engine, async ({ haike, code, nobody }) => {
      assert.equal(haike.command(['user', 'add', 'boss', '--role', 'admin', '--password-stdin'], SIGN_IN).status, 0)
      assert.deepEqual((await nobody.get('/setup')).body, { needed: false })
      assert.equal((await nobody.post('/setup', { ...ADMINISTRATOR, code })).status, 409)
      await haike.stop()
      await haike.serve()
      assert.doesNotMatch(haike.out, /setup/)
    }),
  'settings, each at its field; hostile tiles refused': ({ engine }) => withPeople(engine, async (given) => {
    await settingsAreChecked(given)
    await tilesAreAllowed(given)
  }),
  'a new zone is every day\'s at once, of totals too': ({ engine }) => withPeople(engine, async (given) => {
    await zoneCountsAtOnce(given)
    await totalsFollowTheZone(given)
  }),
  'the language of who has not said his own': ({ engine }) => withPeople(engine, languageIsTheDefault),
  'preferences are one\'s own': ({ engine }) => withPeople(engine, preferencesAreOnesOwn),
  'a new password ends the other sign-ins': ({ engine }) => withPeople(engine, passwordsEndOtherSignIns),
  'everyone chooses his own language, and nothing else': ({ engine }) => withPeople(engine, languageIsOnesOwn),
  'two nodes: codes of both, settings of one known to the other': async ({ engine }) => {
    if (engine !== 'postgres') return
    await withFirstStart(engine, async ({ haike, nobody }) => {
      const second = new Haike(engine)
      const own = second.place
      second.place = [...own.slice(0, 2), ...haike.place.slice(2)]
      try {
        const code = await firstStart(second)
        const boss = personOf(haike, await nobody.post('/setup', { ...ADMINISTRATOR, code }))
        assert.deepEqual((await second.nobody().get('/setup')).body, { needed: false })
        const there = new Person(second)
        there.token = boss.token
        await zoneCountsAtOnce({ boss })
        assert.equal((await there.get('/settings')).body.zone, 'America/New_York')
        await boss.patch('/settings', { map_tiles: 'https://tiles.example.org/{z}/{x}/{y}.png' })
        await policyAllows(second.nobody(), 'https://tiles.example.org')
      } finally {
        await second.done()
      }
    })
  },
  'the demo company beside a real one: it comes, is worked in, and goes without a trace': ({ engine }) =>
    withFirstStart(engine, async ({ haike, code, nobody }) => {
      const made = await nobody.post('/setup', { ...ADMINISTRATOR, login: 'admin', code, demo: true })
      const boss = personOf(haike, made)
      assert.equal((await boss.get('/settings')).body.demo, true)
      assert.equal((await boss.delete('/demo')).body.code, 'demo_busy')
      if (engine === 'postgres') await dieWhileFilling(haike, boss)
      else await jobDone(boss, made.body.job)
      assert.equal((await nobody.post('/session', { login: 'sales1', password: 'haike-demo' })).status, 401, 'nobody of the demo can sign in')
      assert.equal((await nobody.post('/session', { login: 'demo-admin', password: 'haike-demo' })).status, 401)
      const seller = await first(boss, 'user', { filter: 'login = "sales1"' })
      await boss.post(`/users/${seller.id}/password`, { password: SIGN_IN })
      const sales = await haike.as('sales1', SIGN_IN)
      const played = await sales.create('lead', { name: '演示同事自己的' })
      assert.equal((await sales.delete('/demo')).status, 403)
      const work = await workInDemo(haike, boss)
      const answer = await boss.delete('/demo')
      assert.deepEqual([answer.status, answer.body.kind], [202, 'demo_removal'])
      const done = await jobDone(boss, answer.body.id)
      assert.ok(done.result.removed > 200, JSON.stringify(done.result))
      await demoHasGone(haike, boss, work)
      assert.equal((await boss.get(`/records/lead/${played.id}`)).status, 404)
      assert.equal((await sales.get('/session')).status, 401)
      assert.equal(await count(boss, 'user'), 2)
    }),
  'a server that dies while it makes or removes the demo leaves nothing that cannot be removed': async ({ engine }) => {
    if (engine !== 'sqlite') return
    await withFirstStart(engine, async ({ haike, code, nobody }) => {
      const boss = personOf(haike, await nobody.post('/setup', { ...ADMINISTRATOR, code, demo: true }))
      await dieWhileFilling(haike, boss)
      const work = await workInDemo(haike, boss)
      assert.equal((await boss.delete('/demo')).status, 202)
      await new Promise((resolve) => setTimeout(resolve, 150))
      await haike.stop('SIGKILL')
      await haike.serve()
      const again = await boss.delete('/demo')
      if (again.status === 202) await jobDone(boss, again.body.id)
      else assert.equal(again.body.code, 'no_demo') // it was done
      await demoHasGone(haike, boss, work)
    })
  },
  'init --demo goes too; the administrator who removes it stays': async ({ engine }) => {
    if (engine !== 'sqlite') return
    const haike = new Haike(engine)
    try {
      assert.equal(haike.command(['init', '--demo']).status, 0)
      await haike.serve()
      assert.doesNotMatch(haike.out, /setup/)
      const [admin, sales] = [await haike.as('admin'), await haike.as('sales1')]
      const work = await workInDemo(haike, admin)
      await jobDone(admin, (await admin.delete('/demo')).body.id)
      await demoHasGone(haike, admin, work)
      assert.equal((await sales.get('/session')).status, 401)
      assert.equal(await count(admin, 'user'), 2)
      assert.equal(await count(admin, 'department'), 2)
      const check = haike.command(['check'])
      assert.equal(check.status, 0, check.stdout)
    } finally {
      await haike.done()
    }
  },
}
