// Looking as a colleague: who may, whom, that everything read is what that person reads, that nothing is written on any way in, what stays closed, what the audit log says.
import assert from 'node:assert/strict'
import { BrowserPerson } from '../support/browser_person.mjs'
import { Company, PASSWORD } from '../support/company.mjs'
import { rows } from '../support/database.mjs'
import { Stream } from '../support/stream.mjs'

const PUBLIC = /^\/api\/v1\/(session$|session\/(second|enrol|password|reset|oidc\/\{id\}\/start)|setup|test\/)/
const READING_POSTS = /^POST \/api\/v1\/(records\/[^/]+\/(form|duplicates)|meta\/objects\/[^/]+\/check|(roles|sales-modes)\/\{id\}\/preview|(retention|erasures)\/preview|assignment\/simulate|leads\/parse)$/

export async function setup({ engine }) {
  const company = await Company.start(engine, '--test-clock')
  await company.role('clerk', { '*': { read: 'none' }, customer: { read: 'own', create: true, update: 'own', delete: 'own', export: true, fields: { phone: 'mask', level: 'hide' } }, contact: { read: 'department' }, activity: { read: 'own', create: true } })
  const clerk = await company.add('clerk', 'clerk', 'east'), other = await company.add('other', 'sales', 'south'), second = await company.add('second', 'admin', 'hq')
  const customer = await company.boss.create('customer', { name: '他的客户', phone: '13800001234', owner: clerk.id })
  const foreign = await other.create('customer', { name: '别人的客户' })
  for (let i = 0; i < 5; i++) await clerk.create('customer', { name: `客户${i}` })
  return { haike: company.haike, company, boss: company.boss, clerk, other, second, customer, foreign }
}

const fields = (answer) => Object.fromEntries((answer.body.errors ?? []).map((error) => [error.field, error.code]))
const refused = (answer, code = 'viewing_as') => assert.deepEqual([answer.status, answer.body.code], [403, code], JSON.stringify(answer.body))
const noted = (haike, user) => rows(haike, `select kind, user_id, record_id from audit where kind like 'view_as.%' and record_id = ${user} order by id`)

// A session of the boss of its own, looking as somebody.
async function looking({ company }, user) {
  const session = await company.signIn('boss')
  const answer = await session.post('/session/view-as', { user })
  assert.equal(answer.status, 200, JSON.stringify(answer.body))
  return Object.assign(session, { begun: answer.body })
}

async function whoMay({ haike, company, boss, clerk, other, second }) {
  refused(await clerk.post('/session/view-as', { user: other.id }), 'forbidden')
  assert.equal((await haike.nobody().post('/session/view-as', { user: other.id })).status, 401)
  const token = await boss.post(`/users/${boss.id}/tokens`, { name: 'ein Programm', scopes: { objects: '*', areas: ['admin'] }, expires_at: new Date(Date.now() + 86400_000).toISOString(), current: PASSWORD })
  const program = Object.assign(haike.nobody(), { token: token.body.token })
  refused(await program.post('/session/view-as', { user: clerk.id }), 'token_scope')
  for (const [body, code] of [[{}, 'required'], [{ user: 'clerk' }, 'wrong_type'], [{ user: -1 }, 'wrong_type'], [{ user: 987654 }, 'view_as_unknown'], [{ user: second.id }, 'view_as_administrator'], [{ user: boss.id }, 'view_as_administrator']]) {
    const answer = await boss.post('/session/view-as', body)
    assert.deepEqual([answer.status, fields(answer)], [422, { user: code }], JSON.stringify(body))
  }
  const gone = await company.add('gone', 'sales', 'south')
  assert.equal((await boss.patch(`/records/user/${gone.id}`, { active: false })).status, 200)
  assert.deepEqual(fields(await boss.post('/session/view-as', { user: gone.id })), { user: 'view_as_unknown' })
  assert.equal((await boss.get('/session')).body.viewing_as, null, 'nothing of it has begun')
  const browser = new BrowserPerson(haike)
  await browser.signIn('boss', PASSWORD)
  assert.equal((await browser.post('/session/view-as', { user: clerk.id })).status, 200, 'by cookie')
  assert.equal((await browser.get('/session')).body.viewing_as.id, clerk.id)
  refused(await browser.patch('/preferences', { theme: 'dark' }).then((answer) => answer.status === 405 ? browser.call('PUT', '/preferences', { theme: 'dark' }) : answer))
}

async function everythingReadIsTheirs(given) {
  const { boss, clerk, customer, foreign } = given
  const view = await looking(given, clerk.id)
  const own = (await clerk.get('/session')).body, seen = (await view.get('/session')).body
  assert.deepEqual(seen.viewing_as, { id: clerk.id, name: 'clerk' })
  assert.deepEqual([seen.account.id, seen.account.login, seen.user, seen.permissions, seen.admin], [boss.id, 'boss', own.user, own.permissions, false])
  assert.deepEqual(view.begun, seen, 'the first answer says the same')
  for (const path of ['/meta/objects', '/records/customer?limit=50', `/records/customer/${customer.id}`, `/records/customer/${foreign.id}`, '/records/role', '/records/user?limit=100', '/aggregate/customer?measure=count()', '/search?q=%E5%AE%A2%E6%88%B7',
    '/trash/customer', '/preferences', '/jobs', '/settings', `/records/customer/${customer.id}/history`, `/records/customer/${customer.id}/timeline`, `/records/customer/${customer.id}/explain`, '/organisation', '/mails', '/settings/mail', '/records/contact']) {
    const [mine, his] = [await view.get(path), await clerk.get(path)]
    assert.deepEqual([mine.status, mine.body.items ?? mine.body.code ?? mine.body], [his.status, his.body.items ?? his.body.code ?? his.body], path)
  }
  const record = (await view.get(`/records/customer/${customer.id}`)).body
  assert.deepEqual([record.phone === '13800001234', 'level' in record], [false, false], 'masked and hidden as for him')
  assert.equal((await view.get(`/records/customer/${foreign.id}`)).status, 404)
  const form = await view.post('/records/customer/form', { values: { name: 'x' } })
  assert.equal(form.status, (await clerk.post('/records/customer/form', { values: { name: 'x' } })).status, 'what only reads may be asked by POST too')
  assert.equal((await boss.get('/session')).body.viewing_as, null, 'another session of the same person sees with its own eyes')
  assert.equal((await boss.get(`/records/customer/${foreign.id}`)).status, 200)
}

const FILL = (given) => ({ object: 'customer', id: given.customer.id, action: 'assign', field: 'name', session: 'x', device: 'x', token: '1', provider: '1' })
const BODIES = (given) => ({
  'PATCH /api/v1/records/{object}/{id}': { name: '改了' }, 'POST /api/v1/records/{object}': { name: '新的' }, 'POST /api/v1/records/{object}/{id}/actions/{action}': { owner: given.clerk.id },
  'POST /api/v1/records/{object}/batch': { items: [{ op: 'update', id: given.customer.id, values: { name: '改了' } }, { op: 'create', values: { name: '新的' } }] },
  'POST /api/v1/records/{object}/bulk': { ids: [given.customer.id], values: { name: '改了' } }, 'PUT /api/v1/preferences': { theme: 'dark' }, 'POST /api/v1/exports': { object: 'customer', format: 'csv' },
})

// Every route that is there, as the server itself lists them.
async function nothingIsWritten(given) {
  const { haike, clerk, customer, boss } = given
  const view = await looking(given, clerk.id)
  const { paths } = (await boss.get('/openapi.json')).body
  const routes = Object.entries(paths).flatMap(([path, methods]) => Object.keys(methods).filter((method) => ['post', 'put', 'patch', 'delete'].includes(method)).map((method) => [method.toUpperCase(), path]))
  const before = rows(haike, 'select count(*) from audit')[0][0]
  const asked = [], wrong = []
  for (const [method, path] of routes) {
    const route = `${method} ${path}`
    if (PUBLIC.test(path) || READING_POSTS.test(route) || path === '/api/v1/session/view-as') continue
    const address = path.replace(/\{(\w+)\}/g, (_, name) => String(FILL(given)[name] ?? 1))
    let body = BODIES(given)[route.replace('/records/customer', '/records/{object}')] ?? (method === 'DELETE' ? undefined : {})
    if (path === '/api/v1/files' || path === '/api/v1/imports') {
      body = new FormData()
      body.append('object', 'customer')
      body.append('file', new Blob(['名称\n新的\n'], { type: 'text/csv' }), 'a.csv')
    }
    const answer = await view.call(method, address, body)
    if (answer.status !== 403 || answer.body.code !== 'viewing_as') wrong.push(`${route}: ${answer.status} ${answer.body.code}`)
    asked.push(route)
  }
  assert.deepEqual(wrong, [])
  assert.ok(asked.length > 40 && ['/customer/bulk', '/customer/batch', '/customer/{id}', '/actions/{action}', '/files', '/preferences', '/imports', '/restore'].every((path) => asked.some((route) => route.endsWith(path))), asked.join(', '))
  const now = (await clerk.get(`/records/customer/${customer.id}`)).body
  assert.deepEqual([now.name, now.version], [customer.name, customer.version])
  assert.equal((await clerk.list('customer', { filter: 'name = "改了" or name = "新的"' })).body.items.length, 0)
  assert.equal(rows(haike, 'select count(*) from audit')[0][0], before)
  assert.equal((await view.get('/session')).body.viewing_as.id, clerk.id, 'the view goes on')
}

async function signInSecretsStayClosed(given) {
  const { clerk } = given
  const view = await looking(given, clerk.id)
  for (const part of ['sessions', 'devices', 'tokens', 'signin', 'identities']) refused(await view.get(`/users/${clerk.id}/${part}`))
  for (const path of ['/tokens', `/users/${given.boss.id}/sessions`]) refused(await view.get(path))
  assert.equal((await view.get(`/users/${clerk.id}/superiors`)).status, (await clerk.get(`/users/${clerk.id}/superiors`)).status, 'an ordinary page')
}

async function endsAndIsNoted(given) {
  const { haike, boss, other, company, foreign } = given
  const view = await looking(given, other.id)
  const clerk2 = await company.add('clerk2', 'clerk', 'east')
  const before = noted(haike, other.id).length
  assert.equal((await view.post('/session/view-as', { user: clerk2.id })).status, 200, 'from one to the next')
  assert.deepEqual(noted(haike, other.id).slice(before - 1), [['view_as.start', String(boss.id), String(other.id)], ['view_as.end', String(boss.id), String(other.id)]])
  assert.equal((await view.get(`/records/customer/${foreign.id}`)).status, 404)
  const ended = await view.post('/session/view-as', { user: null })
  assert.deepEqual([ended.status, ended.body.viewing_as, ended.body.user.id, ended.body.admin, 'account' in ended.body], [200, null, boss.id, true, false])
  assert.equal((await view.post('/session/view-as', { user: null })).status, 200, 'ended already')
  assert.deepEqual(noted(haike, clerk2.id).map(([kind, by]) => [kind, by]), [['view_as.start', String(boss.id)], ['view_as.end', String(boss.id)]])
  assert.equal((await view.patch(`/records/customer/${foreign.id}`, { remark: '又能写了' })).status, 200)
  assert.equal((await view.get(`/users/${clerk2.id}/sessions`)).status, 200)
  await view.post('/session/view-as', { user: clerk2.id })
  assert.equal((await view.delete('/session')).status, 204, 'signing out is his own')
  assert.equal((await view.get('/session')).status, 401)
  assert.equal((await clerk2.get('/session')).status, 200, 'his own session is not touched')
}

// What is heard is what that person hears, and a stream from before does not go on with other eyes.
async function streamsFollow(given) {
  const { boss, clerk, other } = given
  const view = await given.company.signIn('boss')
  const before = await Stream.open(view)
  assert.equal((await view.post('/session/view-as', { user: clerk.id })).status, 200)
  const during = await Stream.open(view)
  const hidden = await other.create('customer', { name: '听不到' }), heard = await clerk.create('customer', { name: '听得到' })
  const has = (stream, record) => stream.events.some((event) => event.object === 'customer' && event.id === record.id)
  await during.until(() => has(during, heard))
  await before.reading // the server has closed it
  assert.deepEqual([has(during, hidden), has(before, hidden), has(before, heard)], [false, false, false])
  assert.equal((await view.post('/session/view-as', { user: null })).status, 200)
  await clerk.create('customer', { name: '之后' })
  await during.reading
  const after = await Stream.open(view)
  const last = await boss.create('customer', { name: '自己的' })
  await after.until(() => has(after, last))
  await after.close()
}

// Asked anew by every request.
async function rightsThatChangeMeanwhile(given) {
  const { boss, company } = given
  const leaver = await company.add('leaver', 'clerk', 'east'), deputy = await company.add('deputy', 'admin', 'hq')
  const view = await looking(given, leaver.id)
  assert.equal((await view.get('/session')).body.user.id, leaver.id)
  await boss.patch(`/records/user/${leaver.id}`, { active: false })
  assert.deepEqual([(await view.get('/session')).body.viewing_as, (await view.get('/session')).body.user.id], [null, boss.id])
  await boss.patch(`/records/user/${leaver.id}`, { active: true, roles: [company.roles.admin] })
  assert.equal((await view.get('/session')).body.viewing_as, null, 'nobody looks as an administrator, not even as one who became it')
  await boss.patch(`/records/user/${leaver.id}`, { roles: [company.roles.clerk] })
  assert.equal((await deputy.post('/session/view-as', { user: leaver.id })).status, 200)
  await boss.patch(`/records/user/${deputy.id}`, { roles: [company.roles.clerk] })
  const now = (await deputy.get('/session')).body
  assert.deepEqual([now.viewing_as, now.user.id, now.admin], [null, deputy.id, false], 'who is no administrator any more is himself')
}

export const scenarios = {
  'administrators with a session may look as active colleagues, nobody else': whoMay,
  'everything that is read is what that person reads': everythingReadIsTheirs,
  'no route writes meanwhile': nothingIsWritten,
  'what a person signs in with stays closed': signInSecretsStayClosed,
  'it ends, and both are noted': endsAndIsNoted,
  'streams follow': streamsFollow,
  'rights that change meanwhile count at once': rightsThatChangeMeanwhile,
}
