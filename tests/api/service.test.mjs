// The border and what the service says of itself: methods, HEAD and OPTIONS, headers, health, metrics, the test clock, OpenAPI, definitions changed at run time.
import assert from 'node:assert/strict'
import { Company } from '../support/company.mjs'
import { until } from '../support/outside.mjs'

export async function setup({ engine }) {
  const company = await Company.start(engine, '--test-clock')
  await company.add('rep', 'sales', 'east')
  return { haike: company.haike, company, boss: company.boss, rep: company.people.rep }
}

const walk = (json, visit, path = '#') => {
  if (json === null || typeof json !== 'object') return
  visit(json, path)
  for (const [key, value] of Object.entries(json)) walk(value, visit, `${path}/${key}`)
}

export const scenarios = {
  'HEAD says what GET would, without a body': async ({ boss, haike }) => {
    const made = await boss.create('customer', { name: '头' })
    for (const path of ['/records/customer', `/records/customer/${made.id}`, '/healthz', '/readyz', '/openapi.json', '/records/nothing']) {
      const [get, head] = [await boss.get(path), await boss.call('HEAD', path)]
      assert.equal(head.status, get.status, path)
      assert.equal(head.bytes.length, 0)
      for (const name of ['content-type', 'etag']) assert.equal(head.headers.get(name), get.headers.get(name), `${path} ${name}`)
      assert.equal(head.headers.get('content-length'), get.headers.get('content-length'), path)
    }
    assert.equal((await haike.nobody().call('HEAD', '/records/customer')).status, 401)
  },
  'methods that an address does not have are 405 with Allow': async ({ boss }) => {
    for (const [method, path, allow] of [['PUT', '/records/customer', ['GET', 'HEAD', 'POST']], ['DELETE', '/records/customer', ['GET', 'POST']], ['POST', '/records/customer/1', ['GET', 'PATCH', 'DELETE']], ['PATCH', '/session', ['GET', 'POST', 'DELETE']],
      ['OPTIONS', '/records/customer', ['GET', 'POST']], ['GET', '/imports', ['POST']]]) {
      const answer = await boss.call(method, path)
      assert.ok(method === 'OPTIONS' ? [200, 204, 405].includes(answer.status) : answer.status === 405, `${method} ${path}: ${answer.status}`)
      const allowed = (answer.headers.get('allow') ?? '').split(/, */)
      for (const name of allow) assert.ok(allowed.includes(name), `${method} ${path}: ${allowed}`)
    }
    assert.equal((await boss.call('OPTIONS', '/records/customer')).headers.get('access-control-allow-origin'), null, 'no other site is let in')
    for (const path of ['/nothing', '/records', '/records/customer/1/nothing', '/records/customer/1/actions', '//records/customer', '/records/customer/']) assert.ok([404, 405].includes((await boss.get(path)).status), path)
  },
  'every answer is marked private and safe to a browser': async ({ boss, haike }) => {
    for (const answer of [await boss.list('customer'), await boss.get('/records/customer/999999'), await haike.nobody().get('/session')]) {
      assert.equal(answer.headers.get('cache-control'), 'no-store')
      assert.equal(answer.headers.get('x-content-type-options'), 'nosniff')
      assert.ok(!/haike|microhttpd|sqlite/i.test(answer.headers.get('server') ?? ''))
    }
  },
  'every text names its encoding': async ({ haike }) => {
    for (const path of ['/', '/favicon.svg', '/theme.js', '/healthz', '/metrics', '/api/v1/session', '/api/v1/nothing']) {
      const type = (await fetch(haike.url + path)).headers.get('content-type')
      assert.match(type, /^(text\/|image\/svg\+xml|application\/(problem\+)?json).*; charset=utf-8$/, path)
    }
  },
  'the cookie: HttpOnly, SameSite, ended by signing out': async ({ haike }) => {
    const nobody = haike.nobody()
    const answer = await nobody.post('/session', { login: 'rep', password: 'a-good-password' })
    const cookie = answer.headers.get('set-cookie')
    assert.match(cookie, /^haike_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=\d+$/)
    const headers = { Cookie: cookie.split(';')[0] }
    assert.equal((await nobody.get('/session', headers)).body.user.login, 'rep')
    assert.equal((await nobody.delete('/session', { ...headers, Origin: haike.url })).status, 204)
    assert.equal((await nobody.get('/session', headers)).status, 401)
  },
  'what is refused stands in the log: who, what and why, and no values': async ({ haike, rep }) => {
    const before = haike.log.length
    assert.equal((await rep.patch('/settings', { company: '不写进日志' })).status, 403)
    const line = (await until(() => /.*event=refused .*\n/.exec(haike.log.slice(before)), 'no line in the log'))[0]
    assert.match(line, new RegExp(`level=info event=refused trace=\\d+ route=\\w+ status=403 code=forbidden user=${rep.id} peer=127\\.0\\.0\\.1\n$`))
    assert.ok(!haike.log.includes('不写进日志'))
  },
  'who am I': async ({ rep, boss, company }) => {
    const me = (await rep.get('/session')).body
    assert.deepEqual([me.user.login, me.user.id, me.user.department, me.admin], ['rep', rep.id, { id: company.departments.east, name: '华东' }, false])
    assert.deepEqual([me.permissions.customer.read, me.permissions.customer.create, me.permissions.customer.export, me.permissions.role], ['own', true, false, undefined])
    assert.equal((await boss.get('/session')).body.admin, true)
  },
  'passwords: one\'s own needs the current one, and ends the other sign-ins': async ({ company, haike, rep }) => {
    const person = await company.add('changer', 'sales', 'south')
    const elsewhere = await company.signIn('changer')
    const path = `/users/${person.id}/password`
    assert.equal((await person.post(path, { password: 'next-password' })).status, 422)
    assert.equal((await person.post(path, { password: 'next-password', current: 'wrong' })).status, 422)
    assert.equal((await person.post(path, { password: 'short', current: 'a-good-password' })).status, 422)
    assert.ok([403, 404].includes((await rep.post(path, { password: 'next-password', current: 'a-good-password' })).status))
    assert.equal((await person.post(path, { password: 'next-password', current: 'a-good-password' })).status, 204)
    assert.equal((await elsewhere.get('/session')).status, 401)
    await haike.as('changer', 'next-password')
    assert.equal((await haike.nobody().post('/session', { login: 'changer', password: 'a-good-password' })).status, 401)
  },
  'metrics count': async ({ haike, boss }) => {
    const read = async (name) => Number(new RegExp(`^${name} (\\d+)`, 'm').exec((await haike.nobody().get('/metrics')).body)?.[1])
    const before = [await read('haike_http_requests_total'), await read('haike_store_writes_total')]
    await boss.create('customer', { name: '计数' })
    assert.ok(await read('haike_http_requests_total') > before[0] && await read('haike_store_writes_total') > before[1])
    const text = (await haike.nobody().get('/metrics')).body
    for (const line of text.trim().split('\n')) assert.match(line, /^(# (HELP|TYPE) \w+ .+|\w+(\{[^}]*\})? -?[\d.e+]+)$/, line)
  },
  'the clock is moved only where that was asked for': async ({ haike, company }) => {
    const nobody = haike.nobody()
    assert.equal((await nobody.post('/api/v1/test/clock', { now: 'soon' })).status, 422)
    assert.equal((await nobody.post('/api/v1/test/clock', { now: '2027-02-28T16:30:00Z' })).status, 204)
    const boss = company.people.boss = await company.signIn('boss')
    const made = await boss.create('customer', { name: '未来' })
    assert.match(made.created_at, /^2027-02-28T16:30:/)
    assert.deepEqual((await boss.list('customer', { filter: 'created_at = today() and today() = 2027-03-01' })).body.items.map((item) => item.name), ['未来'], 'today is the organisation\'s')
    const key = { 'Idempotency-Key': `clock-${Math.random()}` }
    const first = await boss.post('/records/customer', { name: '钥匙' }, key)
    await nobody.post('/api/v1/test/clock', { now: '2027-03-01T16:29:00Z' })
    assert.equal((await boss.post('/records/customer', { name: '钥匙' }, key)).body.id, first.body.id)
    await nobody.post('/api/v1/test/clock', { now: '2027-03-01T16:31:00Z' })
    assert.notEqual((await boss.post('/records/customer', { name: '钥匙' }, key)).body.id, first.body.id, 'after 24 hours a key is free')
    await nobody.post('/api/v1/test/clock', { now: '2027-03-20T00:00:00Z' })
    assert.equal((await boss.get('/session')).status, 401, 'a session not used for 14 days is gone')
    await nobody.post('/api/v1/test/clock', { now: new Date().toISOString() })
  },
  'OpenAPI is whole: parameters declared, references resolve, every object there': async ({ company }) => {
    company.people.boss = await company.signIn('boss')
    const { boss } = company
    const api = (await boss.get('/openapi.json')).body
    assert.match(api.openapi, /^3\.1\./)
    const ids = new Set()
    for (const [path, methods] of Object.entries(api.paths)) {
      assert.ok(path.startsWith('/') && !path.includes('{object}') === !path.includes('{object}'))
      const named = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort()
      for (const [method, operation] of Object.entries(methods)) {
        if (method === 'parameters') continue
        assert.match(method, /^(get|post|patch|put|delete)$/, path)
        const parameters = [...(methods.parameters ?? []), ...(operation.parameters ?? [])]
        assert.deepEqual(parameters.filter((one) => one.in === 'path').map((one) => one.name).sort(), named, `${method} ${path}`)
        assert.ok(parameters.every((one) => one.name && one.schema && (one.in !== 'path' || one.required === true)), `${method} ${path}`)
        assert.ok(Object.keys(operation.responses ?? {}).length > 0, `${method} ${path} has no responses`)
        assert.ok(operation.operationId && !ids.has(operation.operationId), `${method} ${path}: ${operation.operationId} twice`)
        ids.add(operation.operationId)
      }
    }
    walk(api, (node, path) => {
      if (typeof node.$ref !== 'string') return
      const target = node.$ref.split('/').slice(1).reduce((at, key) => at?.[key], api)
      assert.ok(node.$ref.startsWith('#/') && target, `${path}: ${node.$ref}`)
    })
    for (const { name } of (await boss.get('/meta/objects')).body.items) {
      for (const [path, methods] of [[`/api/v1/records/${name}`, ['get', 'post']], [`/api/v1/records/${name}/{id}`, ['get', 'patch', 'delete']]]) {
        for (const method of methods) assert.ok(api.paths[path]?.[method], `${method} ${path}`)
      }
      const schema = api.components.schemas[name]
      const fields = (await boss.get(`/meta/objects/${name}`)).body.fields.map((field) => field.name)
      assert.deepEqual(Object.keys(schema.properties).sort(), fields.sort(), name)
    }
    for (const path of ['/api/v1/search', '/api/v1/events', '/api/v1/files', '/api/v1/files/{id}', '/api/v1/imports', '/api/v1/jobs/{id}', '/api/v1/session', '/api/v1/meta/objects', '/healthz', '/readyz', '/metrics']) assert.ok(api.paths[path], path)
    assert.ok(!Object.keys(api.paths).some((path) => path.includes('test/clock')))
  },
  'a record is what its schema says': async ({ company }) => {
    const { boss } = company
    const { schemas } = (await boss.get('/openapi.json')).body.components
    const made = await boss.create('customer', { name: '样', level: 'A', employees: 3, annual_revenue: '1.5', tags: ['a'], address: { province: '浙江省', city: '杭州市' }, next_follow_up: '2026-12-01T00:00:00Z' })
    const kind = (value) => (value === null ? 'null' : Array.isArray(value) ? 'array' : Number.isInteger(value) ? 'integer' : typeof value)
    for (const [name, value] of Object.entries(made)) {
      const schema = schemas.customer.properties[name]
      assert.ok(schema, name)
      const types = schema.type ? [].concat(schema.type) : schema.enum ? null : ['object', 'null']
      if (schema.enum) assert.ok(schema.enum.includes(value), `${name}: ${value}`)
      else assert.ok(types.includes(kind(value)) || (types.includes('number') && kind(value) === 'integer'), `${name}: ${kind(value)} is none of ${types}`)
    }
  },
  'definitions change at run time: labels, options, retired fields and objects': async ({ company }) => {
    const { boss } = company
    const rep = await company.signIn('rep')
    assert.equal((await boss.post('/meta/objects', { name: 'voyage', label: { 'zh-CN': '航次', en: 'Voyage' } })).status, 201)
    assert.equal((await boss.post('/meta/objects/voyage/fields', { name: 'port', type: 'choice', label: '港口', options: [{ key: 'sh', label: '上海' }, { key: 'nb', label: '宁波' }] })).status, 201)
    assert.equal((await boss.post('/meta/objects/voyage/fields', { name: 'code', type: 'text', label: '编号', unique: true, required: true, max_length: 10 })).status, 201)
    const first = await boss.create('voyage', { name: '一', port: 'sh', code: 'A1' })
    assert.deepEqual((await boss.post('/records/voyage', { name: '二', code: 'A1' })).body.errors.map((error) => [error.field, error.code]), [['code', 'not_unique']])
    assert.deepEqual((await boss.post('/records/voyage', { name: '二', code: 'too long a code' })).body.errors.map((error) => error.code), ['too_long'])
    const changed = await boss.patch('/meta/objects/voyage/fields/port', { label: '靠泊港', options: [{ key: 'sh', label: '上海港' }, { key: 'qd', label: '青岛' }] })
    assert.equal(changed.status, 200, JSON.stringify(changed.body))
    assert.equal((await boss.post('/records/voyage', { name: '三', code: 'A3', port: 'nb' })).status, 422)
    assert.equal((await boss.patch(`/records/voyage/${first.id}`, { port: 'qd' })).body.port, 'qd')
    for (const [language, label] of [['zh-CN', '航次'], ['en', 'Voyage']]) assert.equal((await boss.get('/meta/objects/voyage', { 'Accept-Language': language })).body.label, label)
    assert.equal((await rep.get('/meta/objects/voyage')).status, 404)
    assert.ok([403, 404].includes((await rep.patch('/meta/objects/voyage', { label: 'x' })).status))
    assert.equal((await rep.delete('/meta/objects/customer')).status, 403)
    assert.equal((await boss.delete('/meta/objects/customer')).status, 409, 'what is shipped stays')
    assert.ok([409, 422].includes((await boss.delete('/meta/objects/voyage/fields/name')).status))
    assert.equal((await boss.delete('/meta/objects/voyage/fields/port')).status, 204)
    assert.equal('port' in (await boss.get(`/records/voyage/${first.id}`)).body, false)
    assert.deepEqual((await boss.patch(`/records/voyage/${first.id}`, { port: 'sh' })).body.errors.map((error) => error.code), ['unknown_field'])
    assert.equal((await boss.post('/meta/objects/voyage/fields', { name: 'port', type: 'text', label: '港' })).status, 422, 'a name is not used twice')
    assert.equal((await boss.delete('/meta/objects/voyage')).status, 204)
    for (const path of ['/records/voyage', '/meta/objects/voyage', '/aggregate/voyage?measure=count()', '/trash/voyage']) assert.equal((await boss.get(path)).status, 404, path)
    assert.equal((await boss.post('/meta/objects', { name: 'voyage', label: '又' })).status, 422)
    assert.deepEqual((await boss.get(`/search?q=${encodeURIComponent('一')}&objects=voyage`)).body.items, [])
  },
  'many fields at once, while others write': async ({ company }) => {
    const { boss } = company
    await boss.post('/meta/objects', { name: 'cargo', label: '货' })
    const fields = Promise.all(Array.from({ length: 6 }, (_, i) => boss.post('/meta/objects/cargo/fields', { name: `f${i}`, type: ['text', 'money', 'date', 'boolean', 'integer', 'percent'][i], label: `字段${i}` })))
    const writes = Promise.all(Array.from({ length: 30 }, (_, i) => boss.post('/records/cargo', { name: `件${i}` })))
    assert.deepEqual((await fields).map((answer) => answer.status), Array(6).fill(201))
    const made = await writes
    assert.ok(made.every((answer) => answer.status === 201), JSON.stringify(made.find((answer) => answer.status !== 201)?.body))
    const full = await boss.create('cargo', { name: '全', f0: 'x', f1: '1.25', f2: '2026-01-01', f3: true, f4: 7, f5: 0.5 })
    assert.deepEqual([full.f0, full.f1, full.f2, full.f3, full.f4, full.f5], ['x', 1.25, '2026-01-01', true, 7, 0.5])
    assert.equal((await boss.list('cargo', { count: 'true', limit: '1' })).body.count, 31)
  },
}
