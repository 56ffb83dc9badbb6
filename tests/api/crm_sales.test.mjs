// A public data set of a sales organisation comes in through the command line, its pipeline in three spellings of dates; figures that are known from the data
// set's own files must come out of aggregates, and a regional manager sees exactly his region.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { Company, PASSWORD } from '../support/company.mjs'

const DATA = 'tests/support/data/crm-sales-opportunities'
const MAPS = 'tests/support/maps'

// The files are small enough to be split by hand: no quotes in them.
const rows = (file) => readFileSync(`${DATA}/${file}`, 'utf8').trim().split(/\r?\n/).slice(1).map((line) => line.split(','))

function load(haike, object, file, map, ...more) {
  const done = haike.command(['import', object, `${DATA}/${file}`, '--map', `${MAPS}/${map}.json`, ...more])
  const counts = /rows (\d+), created (\d+), updated (\d+), unchanged (\d+), failed (\d+)/.exec(done.stdout)?.slice(1).map(Number)
  assert.ok(counts, `${file}: ${done.status}\n${done.stdout}${done.stderr}`)
  return { ...done, counts }
}

export async function setup({ engine }) {
  const company = await Company.start(engine)
  return { haike: company.haike, company, boss: company.boss }
}

const one = async (person, params, object = 'opportunity') => {
  const answer = await person.aggregate(object, params)
  assert.equal(answer.status, 200, JSON.stringify(answer.body))
  return answer.body.items
}

async function figures(boss) {
  const stages = await one(boss, { group: 'stage', measure: 'count(),sum(amount)' })
  assert.deepEqual(Object.fromEntries(stages.map((item) => [item.stage, item['count()']])), { won: 4238, lost: 2473, qualified: 1589, initial: 500 })
  assert.equal(stages.find((item) => item.stage === 'won')['sum(amount)'], 10005534)
  assert.deepEqual(await one(boss, { group: 'quarter(close_date)', measure: 'sum(amount)', filter: 'stage = "won"', sort: 'quarter(close_date)' }), [
    { 'quarter(close_date)': '2017-Q1', 'sum(amount)': 1134672 }, { 'quarter(close_date)': '2017-Q2', 'sum(amount)': 3086111 },
    { 'quarter(close_date)': '2017-Q3', 'sum(amount)': 2982255 }, { 'quarter(close_date)': '2017-Q4', 'sum(amount)': 2802496 }])
  const products = await one(boss, { group: 'product.name', measure: 'count()' })
  const expected = {}
  for (const row of rows('sales_pipeline.csv')) expected[row[2] === 'GTXPro' ? 'GTX Pro' : row[2]] = (expected[row[2] === 'GTXPro' ? 'GTX Pro' : row[2]] ?? 0) + 1
  assert.deepEqual(Object.fromEntries(products.map((item) => [item['product.name'], item['count()']])), expected)
  assert.equal((await one(boss, { measure: 'count()', filter: 'is_null(customer)' }))[0]['count()'], 1425)
  assert.equal((await one(boss, { measure: 'count()', filter: 'not is_null(parent)' }, 'customer'))[0]['count()'], 15)
}

export const scenarios = {
  'teams, products and accounts come in beside the running server': async ({ haike, boss }) => {
    for (const [object, file, map, created] of [['department', 'sales_teams.csv', 'departments', 3], ['user', 'sales_teams.csv', 'managers', 6], ['user', 'sales_teams.csv', 'agents', 35], ['product', 'products.csv', 'products', 7], ['customer', 'accounts.csv', 'accounts', 85]]) {
      const done = load(haike, object, file, map)
      assert.deepEqual([done.status, done.counts[1], done.counts[4]], [0, created, 0], `${map}: ${done.stdout}`)
    }
    const parents = (await boss.list('customer', { filter: 'not is_null(parent)', fields: 'name,parent', limit: '200' })).body.items
    const expected = rows('accounts.csv').filter((row) => row[6]).map((row) => [row[0], row[6]])
    assert.deepEqual(parents.map((item) => [item.name, item.parent.name]).sort(), expected.sort())
    const revenue = (await boss.list('customer', { filter: 'name = "Acme Corporation"', fields: 'annual_revenue,employees,founded,industry,currency' })).body.items[0]
    assert.deepEqual([revenue.annual_revenue, revenue.employees, revenue.founded], [1100040000, 2822, 1996])
  },
  'a dry run tells the same and leaves nothing': async ({ haike, boss }) => {
    const dry = load(haike, 'opportunity', 'sales_pipeline.csv', 'pipeline', '--dry-run')
    assert.deepEqual([dry.status, dry.counts], [0, [8800, 8800, 0, 0, 0]], dry.stdout.slice(0, 500))
    assert.equal((await one(boss, { measure: 'count()' }))[0]['count()'], 0)
  },
  'the pipeline: figures as the data set has them': async ({ haike, boss }) => {
    const done = load(haike, 'opportunity', 'sales_pipeline.csv', 'pipeline')
    assert.deepEqual([done.status, done.counts], [0, [8800, 8800, 0, 0, 0]], done.stdout.slice(0, 500))
    await figures(boss)
  },
  'the other spellings of dates say the same, row by row': async ({ haike, boss }) => {
    for (const [file, map] of [['variants/sales_pipeline.us-dates.csv', 'pipeline.us-dates'], ['variants/sales_pipeline.dd-mm-yy.csv', 'pipeline.dd-mm-yy']]) {
      const done = load(haike, 'opportunity', file, map)
      assert.deepEqual([done.status, done.counts], [0, [8800, 0, 0, 8800, 0]], `${file}: ${done.stdout.slice(0, 500)}`)
    }
    await figures(boss)
  },
  'a regional manager sees exactly his region, an agent his own': async ({ haike, boss }) => {
    const passwords = [['dustin.brinkmann'], ['anna.snelling']].map(([login]) => haike.command(['user', 'passwd', login, '--password-stdin'], PASSWORD).status)
    assert.deepEqual(passwords, [0, 0])
    const manager = await haike.as('dustin.brinkmann', PASSWORD)
    const central = new Set(rows('sales_teams.csv').filter((row) => row[2] === 'Central').map((row) => row[0]))
    const pipeline = rows('sales_pipeline.csv')
    assert.equal(pipeline.filter((row) => central.has(row[1])).length, 3512)
    const seen = (await manager.list('opportunity', { count: 'true', limit: '1' })).body
    assert.deepEqual([seen.count, seen.count_exact], [3512, true])
    assert.equal((await one(manager, { measure: 'count()' }))[0]['count()'], 3512)
    const owners = await one(manager, { group: 'owner', measure: 'count()' })
    assert.deepEqual(owners.map((item) => item.owner.name).sort(), [...central].filter((name) => pipeline.some((row) => row[1] === name)).sort())
    const other = (await boss.list('opportunity', { filter: 'owner.department.name = "West"', limit: '1' })).body.items[0]
    assert.equal((await manager.get(`/records/opportunity/${other.id}`)).status, 404)
    assert.equal((await manager.list('opportunity', { filter: `reference_no = "${other.reference_no}"` })).body.items.length, 0)
    assert.equal((await manager.get(`/search?q=${other.reference_no}`)).body.items.length, 0)
    const agent = await haike.as('anna.snelling', PASSWORD)
    assert.equal((await agent.list('opportunity', { count: 'true', limit: '1' })).body.count, pipeline.filter((row) => row[1] === 'Anna Snelling').length)
  },
}
