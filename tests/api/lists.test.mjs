// Lists: orders, pages under writing, fields, counts, search within a list, filters by every operator.
import assert from 'node:assert/strict'
import { Company } from '../support/company.mjs'

const ROWS = 2300
const NAMES = ['安徽', '北京', '重庆', '长沙', '东莞', '广州', '海口', 'Apple', 'apple', 'Zebra', '10号', '2号', '曾国藩', '单雄信', '解放', 'éclair']

const id = (item) => item.id

export async function setup({ engine }) {
  const company = await Company.start(engine)
  const { boss } = company
  await company.role('reader', { product: { read: 'department' }, customer: { read: 'tree' }, opportunity: { read: 'tree' } })
  const values = Array.from({ length: ROWS }, (_, i) => ({
    name: `货${String(i * 7919 % ROWS).padStart(4, '0')}`, code: `C-${i}`, category: i % 3 === 0 ? null : `类${i % 5}`, price: i % 4 === 0 ? null : i % 50 + 0.25, active: i % 2 === 0,
  }))
  for (let i = 0; i < ROWS; i += 1000) {
    const answer = await boss.post('/records/product/batch', { items: values.slice(i, i + 1000).map((v) => ({ op: 'create', values: v })) })
    if (answer.status !== 200) throw new Error(JSON.stringify(answer.body).slice(0, 500))
  }
  const reader = await company.add('reader', 'reader', 'hq')
  const names = await boss.post('/records/competitor/batch', { items: NAMES.map((name) => ({ op: 'create', values: { name } })) })
  if (names.status !== 200) throw new Error(JSON.stringify(names.body).slice(0, 500))
  return { haike: company.haike, company, boss, reader }
}

// All pages of a list; between pages `meanwhile` is called.
async function pages(person, object, params, meanwhile) {
  const items = []
  for (let after, page = 0; page < 500; page++) {
    const answer = await person.list(object, { limit: '200', ...params, ...(after ? { after } : {}) })
    assert.equal(answer.status, 200, JSON.stringify(answer.body))
    items.push(...answer.body.items)
    after = answer.body.next
    if (!after) return items
    if (meanwhile) await meanwhile(page)
  }
  throw new Error('the pages do not end')
}

const collator = new Intl.Collator('zh-CN', { numeric: true })
const compare = (a, b) => (a === null ? (b === null ? 0 : 1) : b === null ? -1 : typeof a === 'string' && !/^\d{4}-/.test(a) ? collator.compare(a, b) : a < b ? -1 : a > b ? 1 : 0)
const ordered = (items, keys) => {
  for (let i = 1; i < items.length; i++) {
    let order = 0
    for (const key of keys) {
      const name = key.replace('-', '')
      const [a, b] = [items[i - 1][name], items[i][name]]
      order = compare(a, b)
      if (order && key.startsWith('-') && a !== null && b !== null) order = -order
      if (order) break
    }
    if (order === 0 && !keys.some((key) => key.endsWith('id'))) order = keys.at(-1).startsWith('-') ? items[i].id - items[i - 1].id : items[i - 1].id - items[i].id
    assert.ok(order < 0, `${JSON.stringify(items[i - 1])} before ${JSON.stringify(items[i])} by ${keys}`)
  }
}

export const scenarios = {
  'texts sort by pinyin, Latin letters without regard to case, both ways': async ({ boss }) => {
    const names = (await boss.list('competitor', { sort: 'name', fields: 'name' })).body.items.map((item) => item.name)
    const chinese = names.filter((name) => /^[\u4e00-\u9fff]+$/.test(name))
    assert.deepEqual(chinese, ['安徽', '北京', '曾国藩', '长沙', '重庆', '单雄信', '东莞', '广州', '海口', '解放'].sort(collator.compare))
    assert.deepEqual(names.indexOf('apple') < names.indexOf('Zebra') && Math.abs(names.indexOf('apple') - names.indexOf('Apple')) === 1, true)
    const backwards = (await boss.list('competitor', { sort: '-name', fields: 'name' })).body.items.map((item) => item.name)
    assert.deepEqual(backwards, names.toReversed(), 'and the other way round')
  },
  'every order is total: nulls last both ways, the id breaks ties, no row twice or missing': async ({ boss, reader }) => {
    for (const person of [boss, reader]) {
      for (const sort of ['category', '-category', 'price', '-price', '-updated_at', 'active,-price', 'price,code', '-category,price', 'id', '-id', 'category,-price,name']) {
        const items = await pages(person, 'product', { sort, fields: 'name,code,category,price,active,updated_at' })
        assert.equal(new Set(items.map(id)).size, items.length, `${sort}: a row twice`)
        assert.equal(items.length, ROWS, `${sort}: ${items.length}`)
        ordered(items, sort.split(','))
      }
    }
  },
  'pages have neither gaps nor doubles while rows come, change and go': async ({ boss, reader }) => {
    for (const [person, sort] of [[boss, 'price'], [reader, '-category'], [boss, 'name'], [boss, '-updated_at'], [reader, '-id']]) {
      const before = (await pages(boss, 'product', { sort: 'id', fields: 'name' })).map(id)
      let made = []
      const seen = await pages(person, 'product', { sort, fields: 'name', limit: '100' }, async (page) => {
        if (page % 4 === 0) made.push((await boss.create('product', { name: `新${page}`, code: `N-${sort}-${person.id}-${page}`, price: page, category: `类${page % 5}` })).id)
        if (page % 4 === 2) await boss.delete(`/records/product/${made.pop()}`)
      })
      assert.equal(new Set(seen.map(id)).size, seen.length, `${sort}: a row twice`)
      const ids = new Set(seen.map(id))
      assert.deepEqual(before.filter((one) => !ids.has(one)), [], `${sort}: rows that were there all the time`)
      for (const one of made) await boss.delete(`/records/product/${one}`)
    }
  },
  'a page marker belongs to its list': async ({ boss }) => {
    const next = (await boss.list('product', { sort: 'name', limit: '10' })).body.next
    assert.ok(next)
    for (const params of [{ sort: '-name', after: next }, { sort: 'name', filter: 'price > 1', after: next }, { after: next }, { sort: 'name', after: `${next.slice(0, -2)}xx` }, { sort: 'name', after: '' .padEnd(5000, 'A') }]) {
      const answer = await boss.list('product', { limit: '10', ...params })
      assert.deepEqual([answer.status, answer.body.code], [400, 'bad_cursor'], JSON.stringify(params))
    }
    assert.equal((await boss.list('competitor', { sort: 'name', after: next })).status, 400)
    assert.equal((await boss.list('product', { sort: 'name', limit: '200', after: next })).status, 200, 'another size of page is no other list')
  },
  'fields are chosen, paths included; the id is always there': async ({ boss, company }) => {
    const customer = await boss.create('customer', { name: '路径公司', level: 'A' })
    const deal = await boss.create('opportunity', { name: '路径单', customer: customer.id, amount: '12.5' })
    const item = (await boss.list('opportunity', { filter: `id = ${deal.id}`, fields: 'name,amount,customer,customer.name,customer.level,customer.owner,customer.owner.name,customer.owner.department.name' })).body.items[0]
    assert.deepEqual(item, {
      id: deal.id, name: '路径单', amount: 12.5, customer: { id: customer.id, name: '路径公司' }, 'customer.name': '路径公司', 'customer.level': 'A', 'customer.owner': { id: boss.id, name: '老板' },
      'customer.owner.name': '老板', 'customer.owner.department.name': (await boss.get(`/records/department/${company.departments.hq}`)).body.name,
    })
    const none = await boss.create('opportunity', { name: '无客户' })
    const lone = (await boss.list('opportunity', { filter: `id = ${none.id}`, fields: 'customer,customer.name,customer.owner.name' })).body.items[0]
    assert.deepEqual(lone, { id: none.id, customer: null, 'customer.name': null, 'customer.owner.name': null })
    for (const fields of ['customer.nothing', 'name.x', 'customer..name', 'customer.', 'nothing', '*', 'name,,amount;drop']) assert.equal((await boss.list('opportunity', { fields })).status, 422, fields)
  },
  'counts are exact up to 10,000': async ({ boss, reader }) => {
    for (const person of [boss, reader]) {
      const answer = (await person.list('product', { count: 'true', limit: '1' })).body
      assert.deepEqual([answer.count, answer.count_exact], [ROWS, true])
      assert.equal((await person.list('product', { count: 'true', filter: 'is_null(price)' })).body.count, Math.ceil(ROWS / 4))
    }
    assert.ok(!('count' in (await boss.list('product', { limit: '1' })).body))
  },
  'q searches within the list, by characters, pinyin and tails, and takes a filter but no order': async ({ boss }) => {
    const made = await boss.create('customer', { name: '蓝鳍金枪鱼贸易有限公司', phone: '13655554321' })
    for (const q of ['金枪鱼', '蓝鳍 贸易', 'jinqiangyu', 'lqjqy', '4321', '13655554321', '枪鱼']) assert.ok((await boss.list('customer', { q })).body.items.some((item) => item.id === made.id), q)
    for (const q of ['鱼枪金', '蓝鳍 没有', '9999999']) assert.ok(!(await boss.list('customer', { q })).body.items.some((item) => item.id === made.id), q)
    assert.equal((await boss.list('customer', { q: '金枪鱼', filter: 'level = "A"' })).body.items.length, 0)
    assert.equal((await boss.list('customer', { q: '金枪鱼', filter: 'is_null(level)' })).body.items.length, 1)
    assert.equal((await boss.list('customer', { q: '金枪鱼', sort: 'name' })).status, 400)
    const all = await pages(boss, 'product', { q: '货', limit: '200' })
    assert.deepEqual([all.length, new Set(all.map(id)).size], [ROWS, ROWS])
    await boss.patch(`/records/customer/${made.id}`, { name: '改名后的公司' })
    assert.equal((await boss.list('customer', { q: '金枪鱼' })).body.items.length, 0)
    assert.equal((await boss.list('customer', { q: '改名后' })).body.items.length, 1)
  },
  'filters mean what the manual says': async ({ boss }) => {
    const tag = `滤${Math.random().toString(36).slice(2)}`
    const rows = {
      甲: { level: 'A', employees: 10, annual_revenue: '1000000.01', tags: ['老', '大'], next_follow_up: '2026-03-31T15:59:59Z' },
      乙: { level: 'B', employees: 20, annual_revenue: 5, next_follow_up: '2026-03-31T16:00:00Z' },
      丙: { employees: -0, remark: 'ＡＢＣ １２３ ﬁn' },
    }
    const ids = {}
    for (const [name, values] of Object.entries(rows)) ids[name] = (await boss.create('customer', { name: `${tag}${name}`, short_name: tag, ...values })).id
    const match = async (filter) => {
      const answer = await boss.list('customer', { filter: `short_name = "${tag}" and (${filter})`, sort: 'id' })
      assert.equal(answer.status, 200, `${filter}: ${JSON.stringify(answer.body)}`)
      return answer.body.items.map((item) => item.name.replace(tag, '')).join('')
    }
    for (const [filter, expected] of [
      ['level = "A"', '甲'], ['level != "A"', '乙丙'], ['not (level = "A")', '乙丙'], ['level in ("A","B")', '甲乙'], ['is_null(level)', '丙'], ['not is_null(level)', '甲乙'],
      ['employees > 5 and employees <= 10', '甲'], ['employees between 0 and 10', '甲丙'], ['annual_revenue > 1000000', '甲'], ['annual_revenue = 1000000.01', '甲'],
      ['name contains "甲"', '甲'], ['remark contains "abc"', '丙'], ['remark contains "123"', '丙'], ['remark contains "FIN"', '丙'], ['owner = me()', '甲乙丙'], ['created_at >= today() - 1', '甲乙丙'],
      ['next_follow_up = 2026-03-31', '甲'], ['next_follow_up = 2026-04-01', '乙'], ['next_follow_up <= 2026-03-31', '甲'], ['next_follow_up between 2026-03-31 and 2026-03-31', '甲'], ['next_follow_up > 2026-03-31', '乙'],
      ['if(employees > 15, "大", "小") = "大"', '乙'], ['count(contacts) = 0', '甲乙丙'], ['employees * 2 = 40', '乙'], ['employees / 0 > 1 or level = "B"', '乙'], ['owner.department under my_department()', '甲乙丙'],
    ]) assert.equal(await match(filter), expected, filter)
  },
  'a filter over deep paths and children agrees with what the rows say': async ({ boss }) => {
    const parent = await boss.create('customer', { name: '母公司', level: 'A' })
    const child = await boss.create('customer', { name: '子公司', parent: parent.id })
    await boss.create('contact', { name: '子联系人', customer: child.id, position: '总监' })
    const names = async (object, filter) => (await boss.list(object, { filter, sort: 'name' })).body.items?.map((item) => item.name)
    assert.deepEqual(await names('contact', 'customer.parent.level = "A"'), ['子联系人'])
    assert.deepEqual(await names('customer', 'parent = ' + parent.id), ['子公司'])
    assert.deepEqual(await names('customer', 'count(contacts, position = "总监") = 1'), ['子公司'])
    assert.equal((await boss.list('contact', { filter: 'customer.parent.parent.parent.parent.parent.parent.parent.level = "A"' })).status < 500, true)
  },
}
