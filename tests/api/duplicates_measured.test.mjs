// How well duplicates are found: precision and recall over people with the truth known (Febrl, made with typing, reading and hearing errors; support/data/febrl-duplicates), against what rules of
// equality find there, and over Chinese companies made here with known answers. Every pair comes out of POST …/duplicates. HAIKE_MEASURE=1 prints what is missed.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { Company } from '../support/company.mjs'

export async function setup({ engine }) {
  const company = await Company.start(engine)
  return { haike: company.haike, boss: company.boss }
}

const text = (name, label) => ({ name, type: 'text', label, max_length: 200 })
const PEOPLE = {
  label: 'Febrl person',
  fields: [text('given', 'Given name'), text('surname', 'Surname'), text('street_number', 'Number'), text('street', 'Street'), text('area', 'Area'), text('suburb', 'Suburb'), text('postcode', 'Postcode'), text('state', 'State'), text('birth', 'Born')],
  duplicates: [
    { name: 'person', fields: ['given', 'surname'], as: 'person', fuzzy: true, weight: 45, against: 25 },
    { name: 'birth', fields: ['birth'], fuzzy: true, weight: 40, against: 20 },
    { name: 'street', fields: ['street_number', 'street'], fuzzy: true, weight: 35, against: 10 },
    { name: 'suburb', fields: ['suburb'], fuzzy: true, find: false, weight: 15 },
    { name: 'postcode', fields: ['postcode'], fuzzy: true, find: false, weight: 15 },
    { name: 'area', fields: ['area'], fuzzy: true, find: false, weight: 15 },
  ],
}

async function fill(boss, object, rows) {
  const ids = []
  for (let from = 0; from < rows.length; from += 500) {
    const answer = await boss.post(`/records/${object}/batch`, { items: rows.slice(from, from + 500).map((values) => ({ op: 'create', values })) })
    assert.equal(answer.status, 200, JSON.stringify(answer.body).slice(0, 500))
    ids.push(...answer.body.items.map((item) => item.record.id))
    assert.ok(ids.every(Boolean))
  }
  return ids
}

// Every pair that is told, whichever of the two was asked about.
async function pairs(boss, object, ids) {
  const found = new Map()
  const place = new Map(ids.map((id, i) => [id, i]))
  let next = 0
  const ask = async () => {
    for (let i = next++; i < ids.length; i = next++) {
      const answer = await boss.post(`/records/${object}/duplicates`, { id: ids[i] })
      assert.equal(answer.status, 200, JSON.stringify(answer.body))
      for (const item of answer.body.items) found.set([i, place.get(item.id)].sort((a, b) => a - b).join(' '), item)
    }
  }
  await Promise.all([ask(), ask()])
  return found
}

function measure(label, found, truth) {
  let right = 0
  for (const pair of found.keys()) right += truth.has(pair)
  const precision = right / Math.max(1, found.size), recall = right / truth.size, f1 = 2 * precision * recall / Math.max(1e-9, precision + recall)
  console.log(`        ${label}: ${truth.size} true pairs, ${found.size} told; precision ${precision.toFixed(3)}, recall ${recall.toFixed(3)}, F1 ${f1.toFixed(3)}`)
  return { precision, recall, f1 }
}

function truthOf(groups) {
  const truth = new Set(), byGroup = new Map()
  groups.forEach((group, i) => byGroup.set(group, [...(byGroup.get(group) ?? []), i]))
  for (const members of byGroup.values()) for (let a = 0; a < members.length; a++) for (let b = a + 1; b < members.length; b++) truth.add(`${members[a]} ${members[b]}`)
  return truth
}

function show(found, truth, line) {
  if (!process.env.HAIKE_MEASURE) return
  for (const pair of truth) if (!found.has(pair)) console.log(`        missed  ${pair.split(' ').map(line).join('\n                ')}`)
  for (const [pair, item] of found) if (!truth.has(pair)) console.log(`        wrong ${item.score}  ${pair.split(' ').map(line).join('\n                ')}`)
}

async function febrl(boss, file, name) {
  const [, ...lines] = readFileSync(`tests/support/data/febrl-duplicates/${file}`, 'utf8').trim().split('\n')
  const rows = lines.map((line) => line.split(',').map((cell) => cell.trim()))
  assert.equal((await boss.post('/meta/objects', { ...PEOPLE, name })).status, 201)
  const values = rows.map(([, given, surname, street_number, street, area, suburb, postcode, state, birth], i) => ({ name: `P${i}`, ...Object.fromEntries(Object.entries({ given, surname, street_number, street, area, suburb, postcode, state, birth }).filter(([, value]) => value)) }))
  const ids = await fill(boss, name, values)
  const truth = truthOf(rows.map(([id]) => id.split('-')[1]))
  const found = await pairs(boss, name, ids)
  show(found, truth, (i) => lines[i])
  return { truth, ...measure(`Febrl ${file}`, found, truth) }
}

// ---- Chinese companies, from a fixed seed

let state = 20261130
const below = (limit) => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0
  return Math.floor(state / 4294967296 * limit)
}
const pick = (list) => list[below(list.length)]
const CITIES = ['杭州', '宁波', '苏州', '深圳', '成都', '武汉', '青岛', '义乌', '昆山', '绍兴']
const FIRST = [...'宏华鑫瑞博泰恒盛隆嘉锦东南海天云金银汇信诚和兴达昌永安新'], SECOND = [...'岱远博凯翔腾飞宇航源泉鸿图程辉耀明晟丰茂森林峰岭川江湖禾麦智慧创维拓迪']
const TRADES = ['科技', '精密机械', '电子', '贸易', '建筑工程', '新材料', '信息技术', '医疗器械', '食品', '服饰', '物流', '环保设备', '汽车配件', '文化传媒']
const LEGAL = ['有限公司', '股份有限公司', '有限责任公司', '集团有限公司']
const SOUNDS = { 华: '花', 瑞: '锐', 恒: '衡', 盛: '胜', 达: '大', 远: '苑', 博: '勃', 翔: '祥', 辉: '晖', 明: '鸣', 丰: '峰', 智: '志', 创: '闯', 云: '芸', 和: '河', 诚: '城', 兴: '星', 源: '元' }
const wide = (value) => value.replace(/[A-Za-z0-9()]/g, (c) => String.fromCharCode(c.charCodeAt(0) + 0xFEE0))

const ways = { // how one company is written another time
  'another legal form': (c) => ({ name: `${c.city}${c.brand}${c.trade}${pick(LEGAL)}` }),
  'without the town': (c) => ({ name: `${c.brand}${c.trade}有限公司` }),
  'the town in brackets': (c) => ({ name: `${c.brand}${c.trade}（${c.city}）有限公司` }),
  'with 市': (c) => ({ name: `${c.city}市${c.brand}${c.trade}有限公司` }),
  'in short': (c) => ({ name: `${c.city}${c.brand}${c.trade}` }),
  'spaces and width': (c) => ({ name: wide(`${c.city} ${c.brand}${c.trade}(集团)有限公司`) }),
  'by sound': (c) => ({ name: `${c.city}${[...c.brand].map((letter, i, all) => (i === all.findIndex((each) => SOUNDS[each]) ? SOUNDS[letter] : letter)).join('')}${c.trade}有限公司` }),
  'a letter changed': (c) => ({ name: `${c.city}${c.brand}${c.trade.slice(0, -1)}${pick(['其', '杌', '木'])}有限公司` }),
  'another name, the same number': (c) => ({ name: `${pick(CITIES)}${pick(FIRST)}${pick(SECOND)}${pick(FIRST)}商行`, phone: `+86 ${c.phone}` }),
  'another name, the same credit code': (c) => ({ name: `${pick(SECOND)}${pick(FIRST)}${pick(SECOND)}服务部`, credit_code: c.credit_code.toLowerCase() }),
}

function companies(count) {
  const rows = [], truth = new Set(), seen = new Set()
  while (seen.size < count) {
    const brand = pick(FIRST) + pick(SECOND) + (below(3) ? pick(SECOND) : ''), city = pick(CITIES), trade = pick(TRADES)
    if (seen.has(brand)) continue
    seen.add(brand)
    const serial = String(seen.size).padStart(8, '0')
    const company = { brand, city, trade, phone: `139${serial}`, credit_code: `9133${serial}MA2X${String(seen.size % 97).padStart(2, '0')}` }
    rows.push({ name: `${city}${brand}${trade}${pick(LEGAL)}`, phone: company.phone, credit_code: company.credit_code })
    const first = rows.length - 1, likewise = [first], others = {}
    for (let again = below(3); again > 0; again--) {
      const way = pick(Object.keys(ways))
      rows.push(ways[way](company))
      const other = way.startsWith('another name') // says nothing of the company but to the first, and to another of its kind
      for (const row of other ? [first, ...(others[way] ?? [])] : likewise) truth.add(`${row} ${rows.length - 1}`)
      if (other) (others[way] ??= []).push(rows.length - 1)
      else likewise.push(rows.length - 1)
    }
  }
  return { rows, truth }
}

export const scenarios = {
  'people of Febrl, set 1: better than F1 0.76, which rules of equality reach': async ({ boss }) => {
    const told = await febrl(boss, 'dataset1.csv', 'febrl_one')
    assert.equal(told.truth.size, 500)
    assert.ok(told.precision >= 0.95 && told.recall >= 0.9, JSON.stringify([told.precision, told.recall]))
  },
  'people of Febrl, set 3: better than F1 0.68': async ({ boss }) => {
    const told = await febrl(boss, 'dataset3.csv', 'febrl_three')
    assert.equal(told.truth.size, 6538)
    assert.ok(told.precision >= 0.9 && told.recall >= 0.85, JSON.stringify([told.precision, told.recall]))
  },
  'Chinese companies under the rules that customers come with': async ({ boss }) => {
    const { rows, truth } = companies(600)
    const ids = await fill(boss, 'customer', rows)
    const found = await pairs(boss, 'customer', ids)
    show(found, truth, (i) => JSON.stringify(rows[i]))
    const told = measure(`Chinese companies (${rows.length} rows)`, found, truth)
    assert.ok(told.precision >= 0.95 && told.recall >= 0.9, JSON.stringify([told.precision, told.recall]))
  },
}
