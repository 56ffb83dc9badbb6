// API tokens: what they open is the person's own, narrowed by their scopes, wherever it is asked: lists, single records, writes, jobs, search, events, definitions.
import assert from 'node:assert/strict'
import { Company, PASSWORD } from '../support/company.mjs'
import { Person } from '../support/server.mjs'

const DAY = 24 * 3600_000

export async function setup({ engine }) {
  const company = await Company.start(engine, '--test-clock')
  const seller = await company.add('seller', ['sales', 'sales_manager'], 'east')
  const customer = await seller.create('customer', { name: '令牌客户', phone: '13800001234' })
  const contact = await seller.create('contact', { name: '令牌联系人', customer: customer.id })
  return { haike: company.haike, company, boss: company.boss, seller, customer, contact }
}

const fields = (answer) => Object.fromEntries(answer.body.errors.map((error) => [error.field, error.code]))
const inDays = (days) => new Date(Date.now() + days * DAY).toISOString()

async function make(person, scopes, more = {}) {
  const answer = await person.post(`/users/${person.id}/tokens`, { name: 'ein Programm', scopes, expires_at: inDays(30), current: PASSWORD, ...more })
  assert.equal(answer.status, 201, JSON.stringify(answer.body))
  const program = new Person(person.haike)
  Object.assign(program, { token: answer.body.token, id: person.id, tokenId: answer.body.id })
  return program
}

const refused = (answer, code = 'token_scope') => assert.deepEqual([answer.status, answer.body.code], [403, code], JSON.stringify(answer.body))

async function jobDone(person, answer) {
  if (answer.status === 200) return answer.body // few records are done at once
  assert.equal(answer.status, 202, JSON.stringify(answer.body))
  for (let i = 0; i < 600; i++) {
    const { body } = await person.get(`/jobs/${answer.body.id}`)
    if (body.status === 'done' || body.status === 'failed') return body
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error('the job does not end')
}

async function madeAndShownOnce({ seller, haike }) {
  const post = (values) => seller.post(`/users/${seller.id}/tokens`, { name: 'a', scopes: {}, expires_at: inDays(3), current: PASSWORD, ...values })
  assert.deepEqual(fields(await post({ name: ' ', expires_at: inDays(400), scopes: { objects: { nothing: 'read' }, areas: ['all'] } })),
    { name: 'required', expires_at: 'token_expiry', 'scopes.objects.nothing': 'unknown_object', 'scopes.areas[0]': 'scope_area' })
  assert.deepEqual(fields(await post({ expires_at: inDays(-1) })), { expires_at: 'token_expiry' })
  assert.deepEqual(fields(await post({ scopes: undefined })), { scopes: 'scope_object' })
  assert.deepEqual(fields(await post({ current: undefined })), { current: 'required' })
  assert.deepEqual(fields(await post({ current: 'wrong' })), { current: 'wrong_password' })
  const program = await make(seller, { objects: { customer: 'read' } })
  assert.match(program.token, /^hk_[\w-]{43}$/)
  const { items } = (await seller.get(`/users/${seller.id}/tokens`)).body
  const listed = items.find((item) => item.id === program.tokenId)
  assert.deepEqual([listed.name, listed.scopes, listed.seen_at, listed.expired], ['ein Programm', { objects: { customer: 'read' }, areas: [] }, null, false])
  assert.ok(program.token.startsWith(listed.hint) && listed.hint.length === 7)
  assert.ok(!JSON.stringify(items).includes(program.token))
  assert.equal((await program.get('/session')).body.user.login, 'seller')
  const asCookie = haike.nobody()
  assert.equal((await asCookie.get('/session', { Cookie: `haike_session=${program.token}` })).status, 401, 'a token is no cookie')
  assert.equal((await asCookie.get('/session', { Authorization: `Bearer ${program.token}x` })).status, 401)
}

async function readsAndNothingElse({ seller, customer, contact }) {
  const program = await make(seller, { objects: { customer: 'read' } })
  assert.equal((await program.get(`/records/customer/${customer.id}`)).body.name, customer.name)
  assert.ok((await program.list('customer')).body.items.some((item) => item.id === customer.id))
  assert.equal((await program.get(`/records/contact/${contact.id}`)).status, 404)
  assert.equal((await program.list('contact')).status, 404)
  assert.equal((await program.post('/records/customer', { name: 'x' })).status, 403)
  assert.equal((await program.patch(`/records/customer/${customer.id}`, { name: 'x' })).status, 403)
  assert.equal((await program.delete(`/records/customer/${customer.id}`)).status, 403)
  const batch = await program.post('/records/customer/batch?atomic=false', { items: [{ op: 'update', id: customer.id, values: { name: 'x' } }] })
  assert.notEqual(batch.body.items?.[0]?.status, 200, JSON.stringify(batch.body))
  assert.equal((await program.aggregate('customer', { measure: 'count()' })).status, 200)
  assert.equal((await program.aggregate('contact', { measure: 'count()' })).status, 404)
  assert.equal((await program.list('customer', { filter: 'count(contacts) > 0' })).status, 400, 'what may not be read may not be asked about')
  assert.equal((await program.list('customer', { fields: 'name,owner' })).body.items[0].owner.name, 'seller', 'owners have names')
  const foreign = (await program.get(`/records/customer/${customer.id}/explain?user=${seller.id}`))
  assert.ok([200, 403].includes(foreign.status))
  assert.equal((await seller.get(`/records/customer/${customer.id}`)).body.name, customer.name)
}

async function writesWhatIsNamed({ seller, customer, contact, company }) {
  const program = await make(seller, { objects: { '*': 'read', contact: 'write' } })
  assert.equal((await program.patch(`/records/contact/${contact.id}`, { name: '改过' })).status, 200)
  assert.equal((await program.patch(`/records/customer/${customer.id}`, { name: '改过' })).status, 403)
  const history = (await seller.get(`/records/contact/${contact.id}/history`)).body.items[0]
  assert.equal(history.user?.id ?? history.by?.id, seller.id, JSON.stringify(history))
  const everything = await make(seller, { objects: '*' })
  const theirs = await company.boss.create('customer', { name: '别人的', owner: company.boss.id })
  assert.equal((await everything.get(`/records/customer/${theirs.id}`)).status, (await seller.get(`/records/customer/${theirs.id}`)).status, 'no more than the person')
}

// A job runs later and in another thread: with no more rights than the token that started it.
async function jobsAreNarrowed({ seller, customer, contact }) {
  const reader = await make(seller, { objects: { customer: 'read' } })
  const bulk = { ids: [customer.id], op: 'update', values: { name: '批量改名' } }
  const answer = await reader.post('/records/customer/bulk', bulk)
  if (answer.status < 300) {
    const job = await jobDone(reader, answer)
    assert.equal(job.result?.done ?? 0, 0, JSON.stringify(job))
  } else {
    assert.equal(answer.status, 403, JSON.stringify(answer.body))
  }
  assert.equal((await seller.get(`/records/customer/${customer.id}`)).body.name, customer.name)
  const writer = await make(seller, { objects: { customer: 'write' }, areas: ['files'] })
  const undone = await jobDone(writer, await writer.post('/records/customer/bulk', { ids: [customer.id], op: 'update', values: { remark: '批量' } }))
  assert.equal(undone.result.done, 1, JSON.stringify(undone))
  const exported = await jobDone(writer, await writer.post('/exports', { object: 'customer', columns: ['name', 'owner'], format: 'csv' }))
  assert.equal(exported.status, 'done', JSON.stringify(exported))
  assert.match((await writer.get(`/files/${exported.result.file.id}`)).body, /令牌客户/)
  refused(await reader.get(`/files/${exported.result.file.id}`))
  const mine = await jobDone(seller, await seller.post('/exports', { object: 'contact', columns: ['name'], format: 'csv' }))
  assert.equal((await seller.get(`/files/${mine.result.file.id}`)).status, 200)
  assert.equal((await writer.get(`/files/${mine.result.file.id}`)).status, 404, 'a person\'s own export is not a token\'s')
  assert.equal((await seller.get(`/files/${exported.result.file.id}`)).status, 200)
  const own = await jobDone(seller, await seller.post('/records/contact/bulk', { ids: [contact.id], op: 'update', values: { remark: '不该撤销' } }))
  assert.equal((await writer.post(`/jobs/${own.id}/undo`, {})).status, 404, 'a person\'s own jobs are not a token\'s')
  assert.equal((await writer.get(`/jobs/${own.id}`)).status, 404)
  assert.ok(!(await writer.get('/jobs')).body.items.some((item) => item.id === own.id))
  assert.ok((await seller.get('/jobs')).body.items.some((item) => item.id === undone.id), 'his tokens\' jobs are his')
  assert.equal((await seller.get(`/records/contact/${contact.id}`)).body.remark, '不该撤销', 'what the token does not write it does not undo')
  const wide = await writer.post('/exports', { object: 'contact', columns: ['name'], format: 'csv' })
  assert.notEqual(wide.status, 202)
  const form = new FormData()
  form.append('file', new Blob(['name,customer\n导入联系人,令牌客户\n'], { type: 'text/csv' }), 'a.csv')
  form.append('object', 'contact')
  assert.notEqual((await writer.post('/imports', form)).status, 202)
}

async function areasAreAsked({ seller, customer }) {
  const bare = await make(seller, { objects: '*' })
  for (const path of ['/meta/objects', '/search?q=x', '/openapi.json', '/events', '/settings']) refused(await bare.get(path))
  const form = new FormData()
  form.append('file', new Blob(['x']), 'a.txt')
  refused(await bare.post('/files', form))
  const wide = await make(seller, { objects: { customer: 'read' }, areas: ['meta', 'search', 'files'] })
  assert.deepEqual((await wide.get('/meta/objects')).body.items.map((item) => item.name).filter((name) => ['customer', 'contact', 'lead'].includes(name)), ['customer'])
  assert.equal((await wide.get('/settings')).status, 200)
  const found = (await wide.get(`/search?q=${encodeURIComponent('令牌')}`)).body.items
  assert.deepEqual([...new Set(found.map((item) => item.object))], ['customer'])
  assert.ok(found.some((item) => item.id === customer.id))
  const nothing = await make(seller, { areas: ['meta'] })
  refused(await nothing.list('customer'))
}

async function nothingBeyond({ seller, boss }) {
  const everything = await make(seller, { objects: '*', areas: ['meta', 'files', 'search', 'events', 'admin'] })
  const me = `/users/${seller.id}`
  refused(await everything.post(`${me}/tokens`, { name: 'more', scopes: { objects: '*' }, expires_at: inDays(300), current: PASSWORD }))
  refused(await everything.post(`${me}/password`, { password: 'another-password', current: PASSWORD }))
  refused(await everything.post(`${me}/factor`, { current: PASSWORD }))
  for (const path of [`${me}/sessions`, `${me}/devices`, `${me}/tokens`, `${me}/signin`, '/preferences', '/calendar/address', '/tokens']) refused(await everything.get(path))
  refused(await everything.delete(`${me}/sessions`))
  refused(await everything.delete('/session'))
  assert.equal((await everything.patch('/settings', { company: 'x' })).body.code, 'forbidden', 'the person is no administrator')
  const narrow = await make(boss, { objects: '*', areas: ['meta'] })
  refused(await narrow.patch('/settings', { week_start: 0 }))
  assert.equal((await narrow.get('/session')).body.admin, false)
  const role = (await boss.list('role')).body.items.find((one) => one.key === 'service')
  assert.equal((await narrow.patch(`/records/role/${role.id}`, { remark: 'x' })).status, 403, 'roles are an administrator\'s')
  const admin = await make(boss, { objects: {}, areas: ['meta', 'admin'] })
  assert.equal((await admin.patch('/settings', { week_start: 1 })).status, 200)
  refused(await admin.list('customer'))
  refused(await admin.post(`/users/${seller.id}/password`, { password: 'given-by-a-program' }))
  refused(await admin.delete(`/users/${seller.id}/factor`))
  refused(await admin.get('/tokens'))
}

async function tokensEnd({ haike, company, boss }) {
  const person = await company.add('leaver', 'sales', 'east')
  const programs = []
  for (let i = 0; i < 3; i++) programs.push(await make(person, { objects: '*' }, { expires_at: inDays(i === 0 ? 1 : 300) }))
  const works = async () => Promise.all(programs.map(async (one) => (await one.list('customer')).status))
  assert.deepEqual(await works(), [200, 200, 200])
  // when a token was last seen is written after its answer, and waited for by nobody
  const seen = async () => (await person.get(`/users/${person.id}/tokens`)).body.items.every((item) => item.seen_at && item.address === '127.0.0.1' && item.place === 'here')
  while (!(await seen())) await new Promise((resolve) => setTimeout(resolve, 20))
  assert.ok((await boss.post('/test/clock', { now: inDays(2) })).status < 300)
  assert.deepEqual(await works(), [401, 200, 200])
  assert.ok((await boss.post('/test/clock', { now: new Date().toISOString() })).status < 300)
  assert.ok((await boss.get('/tokens')).body.items.some((item) => item.user.id === person.id))
  assert.equal((await person.get('/tokens')).status, 403)
  const other = await company.add('bystander', 'sales', 'east')
  assert.equal((await other.delete(`/users/${person.id}/tokens/${programs[1].tokenId}`)).status, 403)
  assert.equal((await other.delete(`/users/${other.id}/tokens/${programs[1].tokenId}`)).status, 404)
  assert.equal((await boss.delete(`/users/${person.id}/tokens/${programs[1].tokenId}`)).status, 204)
  assert.deepEqual(await works(), [200, 401, 200])
  assert.equal((await boss.patch(`/records/user/${person.id}`, { active: false })).status, 200)
  assert.deepEqual(await works(), [401, 401, 401])
  assert.equal((await boss.patch(`/records/user/${person.id}`, { active: true })).status, 200)
  assert.deepEqual(await works(), [401, 401, 401], 'for good')
  assert.ok(haike)
}

// Rights that change are the token's at once.
async function rightsFollow({ company, boss }) {
  await company.role('changing', { customer: { read: 'all' } })
  const person = await company.add('changing', 'changing', 'east')
  const program = await make(person, { objects: { customer: 'write' } })
  const made = await boss.create('customer', { name: '看得见' })
  assert.equal((await program.get(`/records/customer/${made.id}`)).status, 200)
  await company.grant('changing', { customer: { read: 'own' } })
  assert.equal((await program.get(`/records/customer/${made.id}`)).status, 404)
  await company.grant('changing', { customer: { read: 'all', update: 'all' } })
  assert.equal((await program.patch(`/records/customer/${made.id}`, { remark: 'x' })).status, 200)
}

async function streamsAreNarrowed({ haike, seller, customer, contact }) {
  const program = await make(seller, { objects: { customer: 'read' }, areas: ['events'] })
  const control = new AbortController()
  const response = await fetch(`${haike.url}/api/v1/events`, { headers: { Authorization: `Bearer ${program.token}` }, signal: control.signal })
  assert.equal(response.status, 200)
  assert.equal(response.headers.get('x-content-type-options'), 'nosniff')
  const heard = []
  const reading = (async () => {
    let text = ''
    for await (const bytes of response.body) {
      text += Buffer.from(bytes).toString()
      heard.push(...[...text.matchAll(/data: (\{.*\})\n\n/g)].map((match) => JSON.parse(match[1]).object))
      text = text.slice(text.lastIndexOf('\n\n') + 2)
      if (heard.includes('customer')) return
    }
  })()
  assert.equal((await seller.patch(`/records/contact/${contact.id}`, { remark: 'unseen' })).status, 200)
  assert.equal((await seller.patch(`/records/customer/${customer.id}`, { remark: 'seen' })).status, 200)
  await reading
  control.abort()
  assert.deepEqual([...new Set(heard)], ['customer'])
}

export const scenarios = {
  'a token is made with the password, shown once, listed without it': madeAndShownOnce,
  'a token that reads one object reads that and nothing else': readsAndNothingElse,
  'a token writes what it names, as its person': writesWhatIsNamed,
  'jobs that a token started run with its rights': jobsAreNarrowed,
  'areas are asked for': areasAreAsked,
  'a token makes no tokens and changes no sign-in': nothingBeyond,
  'tokens end: with time, by their person, an administrator, with the person': tokensEnd,
  'a change of the person\'s rights is the token\'s at once': rightsFollow,
  'event streams of tokens are narrowed': streamsAreNarrowed,
}
