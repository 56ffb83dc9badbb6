// An administrator adds an object with a reference, money and a roll-up; everything has it at once, and after a restart.
import assert from 'node:assert/strict'
import { Haike } from '../support/server.mjs'

export const own = true

async function withCompany(engine, run) {
  const haike = new Haike(engine)
  try {
    assert.equal(haike.command(['init']).status, 0)
    assert.equal(haike.command(['user', 'add', 'boss', '--name', '老板', '--role', 'admin', '--password-stdin'], 'a-good-password').status, 0)
    assert.equal(haike.command(['user', 'add', 'rep', '--name', '小销', '--role', 'sales', '--password-stdin'], 'a-good-password').status, 0)
    await haike.serve()
    await run(haike, await haike.as('boss', 'a-good-password'), await haike.as('rep', 'a-good-password'))
  } finally {
    await haike.done()
  }
}

async function addSampleRequest(boss) {
  const steps = [
    ['/meta/objects', { name: 'sample_request', label: '样品申请' }],
    ['/meta/objects/sample_request/fields', { name: 'cost', type: 'money', label: '费用', required: false, unique: false }],
    ['/meta/objects/sample_request/fields', { name: 'customer', type: 'reference', label: '客户', target: 'customer', inverse: 'sample_requests' }],
    ['/meta/objects/sample_request/fields', { name: 'state', type: 'choice', label: { 'zh-CN': '状态', en: 'State' }, options: [{ key: 'asked', label: '已申请' }, { key: 'sent', label: '已寄出' }] }],
    ['/meta/objects/customer/fields', { name: 'sample_cost', type: 'rollup', label: '样品费用', expression: 'sum(sample_requests.cost)', result: 'money' }],
    ['/meta/objects/sample_request/fields', { name: 'double_cost', type: 'formula', label: '双倍', expression: 'cost * 2', result: 'money' }],
  ]
  for (const [path, body] of steps) {
    const answer = await boss.post(path, body)
    assert.equal(answer.status, 201, `${path}: ${JSON.stringify(answer.body)}`)
  }
}

export const scenarios = {
  'list, filter, aggregate, search and OpenAPI have it at once, and after a restart': ({ engine }) => withCompany(engine, async (haike, boss) => {
    await addSampleRequest(boss)
    const customer = await boss.create('customer', { name: '宏岱科技股份有限公司' })
    for (const [name, cost, state] of [['阀门样品', '12.50', 'asked'], ['泵样品', 30, 'sent'], ['密封圈', 0.01, 'sent']]) {
      const made = await boss.create('sample_request', { name, cost, state, customer: customer.id })
      assert.deepEqual(made.customer, { id: customer.id, name: '宏岱科技股份有限公司' })
      assert.equal(made.double_cost, Number(cost) * 2)
    }
    const look = async (person) => {
      assert.equal((await person.get(`/records/customer/${customer.id}`)).body.sample_cost, 42.51)
      assert.equal((await person.list('sample_request', { filter: 'cost > 1 and customer.name contains "宏岱"', count: 'true' })).body.count, 2)
      assert.equal((await person.list('customer', { filter: 'sum(sample_requests.cost) > 42', fields: 'name,sample_cost' })).body.items[0].sample_cost, 42.51)
      assert.deepEqual((await person.aggregate('sample_request', { group: 'state', measure: 'count(),sum(cost)', sort: 'state' })).body.items,
        [{ state: 'asked', 'count()': 1, 'sum(cost)': 12.5 }, { state: 'sent', 'count()': 2, 'sum(cost)': 30.01 }])
      assert.equal((await person.get(`/search?q=${encodeURIComponent('密封')}`)).body.items[0].object, 'sample_request')
      const api = (await person.get('/openapi.json')).body
      assert.ok(api.paths['/api/v1/records/sample_request'].post && api.components.schemas.sample_request_input.properties.cost)
      const meta = (await person.get('/meta/objects/sample_request')).body
      assert.deepEqual(meta.fields.filter((field) => field.id >= 10000000).map((field) => field.name), ['cost', 'customer', 'state', 'double_cost'])
    }
    await look(boss)
    await haike.stop()
    await haike.serve()
    await look(await haike.as('boss', 'a-good-password'))
    assert.equal(haike.command(['check']).status, 0)
  }),
  'roll-ups follow updates, moves, deletes and restores': ({ engine }) => withCompany(engine, async (haike, boss) => {
    await addSampleRequest(boss)
    const [first, second] = [await boss.create('customer', { name: '甲' }), await boss.create('customer', { name: '乙' })]
    const sample = await boss.create('sample_request', { name: '样', cost: 5, customer: first.id })
    const costs = async () => [(await boss.get(`/records/customer/${first.id}`)).body.sample_cost, (await boss.get(`/records/customer/${second.id}`)).body.sample_cost]
    assert.deepEqual(await costs(), [5, 0])
    await boss.patch(`/records/sample_request/${sample.id}`, { cost: 7.25 })
    assert.deepEqual(await costs(), [7.25, 0])
    await boss.patch(`/records/sample_request/${sample.id}`, { customer: second.id })
    assert.deepEqual(await costs(), [0, 7.25])
    await boss.delete(`/records/sample_request/${sample.id}`)
    assert.deepEqual(await costs(), [0, 0])
    await boss.post(`/trash/sample_request/${sample.id}/restore`)
    assert.deepEqual(await costs(), [0, 7.25])
  }),
  'who is not administrator may not, and sees it only when granted': ({ engine }) => withCompany(engine, async (haike, boss, rep) => {
    assert.equal((await rep.post('/meta/objects', { name: 'mine', label: '我的' })).status, 403)
    assert.equal((await rep.post('/meta/objects/customer/fields', { name: 'x', type: 'text', label: 'x' })).status, 403)
    await addSampleRequest(boss)
    assert.equal((await rep.get('/meta/objects/sample_request')).status, 404)
    assert.equal((await rep.list('sample_request')).status, 404)
    assert.ok(!JSON.stringify((await rep.get('/openapi.json')).body).includes('/records/sample_request'))
    const role = (await boss.list('role', { filter: 'key = "sales"' })).body.items[0]
    const grants = (await boss.get(`/records/role/${role.id}`)).body.grants
    grants.sample_request = { read: 'own', create: true, update: 'own', fields: { cost: 'read' } }
    assert.equal((await boss.patch(`/records/role/${role.id}`, { grants })).status, 200)
    const made = await rep.create('sample_request', { name: '我的样品' })
    assert.equal(made.owner.id, rep.id)
    assert.equal((await rep.patch(`/records/sample_request/${made.id}`, { cost: 3 })).status, 422)
    assert.equal((await rep.delete(`/records/sample_request/${made.id}`)).status, 403)
    await boss.create('sample_request', { name: '别人的样品' })
    assert.deepEqual((await rep.list('sample_request')).body.items.map((item) => item.name), ['我的样品'])
  }),
  'wrong definitions are refused at their place and change nothing': ({ engine }) => withCompany(engine, async (haike, boss) => {
    const wrong = [
      ['/meta/objects', { name: 'Bad Name', label: 'x' }, 'name'],
      ['/meta/objects', { name: 'customer', label: 'x' }, 'name'],
      ['/meta/objects/customer/fields', { name: 'x', type: 'nonsense', label: 'x' }, 'type'],
      ['/meta/objects/customer/fields', { name: 'name', type: 'text', label: 'x' }, 'name'],
      ['/meta/objects/customer/fields', { name: 'x', type: 'reference', target: 'nowhere', label: 'x' }, 'target'],
      ['/meta/objects/customer/fields', { name: 'x', type: 'formula', expression: 'amount_of(', result: 'money', label: 'x' }, 'expression'],
      ['/meta/objects/customer/fields', { name: 'x', type: 'choice', options: [], label: 'x' }, 'options'],
    ]
    for (const [path, body, field] of wrong) {
      const answer = await boss.post(path, body)
      assert.equal(answer.status, 422, `${JSON.stringify(body)} → ${answer.status} ${JSON.stringify(answer.body)}`)
      assert.ok(answer.body.errors.some((error) => error.field.split(/[.[]/)[0] === field), `${JSON.stringify(body)} → ${JSON.stringify(answer.body.errors)}`)
    }
    assert.ok(!(await boss.get('/meta/objects/customer')).body.fields.some((field) => field.name === 'x'))
  }),
}
