// Every documented refusal: malformed, unknown, wrong type, too long, stale, repeated, foreign.
import assert from 'node:assert/strict'
import { connect } from 'node:net'

const problem = (answer, status, code) => {
  assert.equal(answer.status, status, JSON.stringify(answer.body))
  assert.match(answer.headers.get('content-type'), /application\/problem\+json/)
  if (code) assert.equal(answer.body.code, code)
  assert.ok(answer.body.title && Array.isArray(answer.body.errors))
}

function raw(url, text) {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(text))
    let out = ''
    socket.on('data', (bytes) => { out += bytes })
    socket.on('close', () => resolve(out))
    socket.on('error', reject)
    setTimeout(() => socket.destroy(), 3000)
  })
}

export const scenarios = {
  'bodies that are not JSON are 400, what JSON forbids too': async ({ people }) => {
    for (const body of ['{', '{"name":}', '[1,2', '{"name":"a","name":"b"}', '{"name":"a",}', "{'name':'a'}", '{"name":01}', '{"name":"\ttab"}', 'nul', '{"a":1}x', '\ufeff{"name":"a"}', '"text"', '[]']) {
      problem(await people.sales1.post('/records/customer', body, { 'Content-Type': 'application/json' }), 400)
    }
    problem(await people.sales1.call('POST', '/records/customer', new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])), 400)
  },
  'U+0000 and lone surrogates are 422': async ({ people }) => {
    for (const body of ['{"name":"a\\u0000b"}', '{"name":"\\ud800"}', '{"name":"\\udc00x"}']) problem(await people.sales1.post('/records/customer', body), 422)
  },
  'every wrong field is named at once': async ({ people }) => {
    const answer = await people.sales1.post('/records/customer', { name: '  ', phone: 'x', employees: 1.5, annual_revenue: 'lots', level: 'Z', nothing: 1, website: 'javascript:alert(1)', email: 'no', parent: 99999999, created_at: '2020-01-01T00:00:00Z', id: 5 })
    problem(answer, 422)
    assert.deepEqual(answer.body.errors.map((error) => error.field).sort(), ['annual_revenue', 'created_at', 'email', 'employees', 'id', 'level', 'name', 'nothing', 'parent', 'phone', 'website'])
    assert.ok(answer.body.errors.every((error) => error.message && error.code))
  },
  'too long is said with the limit': async ({ people }) => {
    const answer = await people.sales1.post('/records/customer', { name: '长'.repeat(201) })
    assert.deepEqual([answer.status, answer.body.errors[0].code], [422, 'too_long'])
    assert.equal((await people.sales1.post('/records/customer', { name: '长'.repeat(200) })).status, 201)
  },
  'bodies over the limit are 413, addresses over 16 KB 414, headers over 32 KB 431': async ({ haike, people }) => {
    problem(await people.sales1.post('/records/customer', JSON.stringify({ name: 'x', remark: 'a'.repeat(1 << 20) })), 413)
    assert.equal((await people.sales1.get(`/records/customer?filter=${'a'.repeat(17000)}`)).status, 414)
    const answer = await raw(haike.url, `GET /healthz HTTP/1.1\r\nHost: x\r\n${'X-Long: '.padEnd(40000, 'y')}\r\nConnection: close\r\n\r\n`)
    assert.match(answer, /^HTTP\/1\.[01] 431/)
  },
  'both lengths at once are refused and the connection closed': async ({ haike }) => {
    const answer = await raw(haike.url, 'POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n')
    assert.match(answer, /^HTTP\/1\.[01] 400/)
    assert.ok(!answer.includes('200 OK'))
  },
  'a filter that cannot be read says where': async ({ people }) => {
    for (const [filter, position] of [['name = ', 7], ['nonsense = 1', 0], ['name contains 5', 14], ['level = "Q"', 8], ['(name = "a"', 11], ['sum(opportunities.nothing) > 1', 18]]) {
      const answer = await people.sales1.list('customer', { filter })
      problem(answer, 400)
      assert.equal(answer.body.position, position, `${filter}: ${JSON.stringify(answer.body)}`)
    }
    problem(await people.sales1.list('customer', { filter: '('.repeat(2000) + '1=1' + ')'.repeat(2000) }), 400)
    problem(await people.sales1.list('customer', { after: 'garbage' }), 400, 'bad_cursor')
    problem(await people.sales1.list('customer', { sort: 'remark' }), 422)
    problem(await people.sales1.list('customer', { limit: '9999' }), 422)
    problem(await people.sales1.list('customer', { fields: 'name,nothing' }), 422)
  },
  'versions: a stale one is 412 with the current record, none wins': async ({ people }) => {
    const made = await people.sales1.post('/records/customer', { name: '潮位' })
    assert.equal(made.headers.get('etag'), '"1"')
    const path = `/records/customer/${made.body.id}`
    assert.equal((await people.sales1.patch(path, { level: 'A' }, { 'If-Match': '"1"' })).body.version, 2)
    const stale = await people.sales1.patch(path, { level: 'B' }, { 'If-Match': '"1"' })
    problem(stale, 412)
    assert.deepEqual([stale.body.current.version, stale.body.current.level], [2, 'A'])
    assert.equal((await people.sales1.patch(path, { level: 'B' })).body.version, 3)
    assert.equal((await people.sales1.patch(path, { level: 'B' })).body.version, 3, 'nothing changed, nothing written')
    problem(await people.sales1.patch(path, { level: 'C' }, { 'If-Match': 'x' }), 400)
    problem(await people.sales1.delete(path, { 'If-Match': '"1"' }), 412)
    assert.equal((await people.sales1.delete(path, { 'If-Match': '"3"' })).status, 204)
    problem(await people.sales1.get(path), 404)
  },
  'idempotency keys give the first answer again, per user, and refuse another body': async ({ people }) => {
    const key = { 'Idempotency-Key': `k-${Math.random()}` }
    const first = await people.sales1.post('/records/customer', { name: '一次' }, key)
    const again = await people.sales1.post('/records/customer', { name: '一次' }, key)
    assert.deepEqual([again.status, again.body.id], [201, first.body.id])
    problem(await people.sales1.post('/records/customer', { name: '两次' }, key), 422)
    const other = await people.sales2.post('/records/customer', { name: '一次' }, key)
    assert.notEqual(other.body.id, first.body.id)
  },
  'without signing in nothing is told': async ({ haike }) => {
    const nobody = haike.nobody()
    for (const path of ['/records/customer', '/records/nothing', '/records/customer/1', '/meta/objects', '/search?q=a', '/events', '/aggregate/customer?measure=count()', '/openapi.json', '/session', '/trash/customer', '/jobs/1', '/files/1']) {
      problem(await nobody.get(path), 401)
    }
    problem(await nobody.post('/records/customer', { nonsense: true }), 401)
    nobody.token = 'x'.repeat(43)
    problem(await nobody.post('/records/customer', '{broken'), 401)
    problem(await nobody.post('/records/nothing', {}), 401)
    problem(await nobody.get('/session'), 401)
    problem(await nobody.post('/session', { login: 'sales1', password: 'wrong' }), 401)
    problem(await nobody.post('/session', { login: 'sales1' }), 422)
    assert.equal((await nobody.get('/healthz')).status, 200)
    assert.equal((await nobody.get('/readyz')).status, 200)
    assert.match((await nobody.get('/metrics')).body, /haike_http_requests_total \d+/)
  },
  'ten wrong passwords close the door for that login from that address': async ({ haike }) => {
    const nobody = haike.nobody()
    const login = `ghost-${Math.random()}`
    for (let i = 0; i < 10; i++) assert.equal((await nobody.post('/session', { login, password: 'wrong-password' })).status, 401)
    const shut = await nobody.post('/session', { login, password: 'wrong-password' })
    problem(shut, 429)
    assert.ok(Number(shut.headers.get('retry-after')) > 0)
    assert.equal((await nobody.post('/session', { login: 'finance', password: 'haike-demo' })).status, 200)
  },
  'a foreign page cannot write with the cookie': async ({ haike, people }) => {
    const cookie = { Cookie: `haike_session=${people.sales1.token}` }
    const nobody = haike.nobody()
    problem(await nobody.post('/records/customer', { name: '外站' }, { ...cookie, Origin: 'https://evil.example' }), 403)
    assert.equal((await nobody.post('/records/customer', { name: '本站' }, { ...cookie, Origin: haike.url })).status, 201)
    assert.equal((await nobody.get('/session', cookie)).status, 200)
  },
  'signing out ends the session': async ({ haike }) => {
    const person = await haike.as('service')
    assert.equal((await person.delete('/session')).status, 204)
    problem(await person.get('/session'), 401)
  },
  'messages come in the reader\'s language': async ({ people }) => {
    const say = async (language) => (await people.sales1.post('/records/customer', {}, { 'Accept-Language': language })).body.errors[0].message
    assert.equal(await say('zh-CN'), '必填')
    assert.match(await say('en-US,en;q=0.9'), /required/)
  },
  'unknown addresses and methods': async ({ people }) => {
    problem(await people.sales1.get('/nothing/here'), 404)
    problem(await people.sales1.call('PUT', '/records/customer', {}), 405)
    problem(await people.sales1.get('/records/nothing'), 404)
    problem(await people.sales1.get('/records/customer/999999999'), 404)
    problem(await people.sales1.get('/records/customer/abc'), 404)
    problem(await people.sales1.post('/records/customer/1/actions/nonsense'), 404)
  },
}
