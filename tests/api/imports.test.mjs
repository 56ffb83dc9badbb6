// POST /imports and its jobs: maps, dry runs, rights, torn and oddly encoded files. Every row is written, or told with its line; nothing is dropped silently.
import assert from 'node:assert/strict'
import { Company } from '../support/company.mjs'

export async function setup({ engine }) {
  const company = await Company.start(engine)
  for (const [login, department] of [['rep', 'east'], ['other', 'south']]) await company.add(login, 'sales', department)
  return { haike: company.haike, company, boss: company.boss, rep: company.people.rep, other: company.people.other }
}

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

async function send(person, object, content, map, more = {}, headers = {}) {
  const form = new FormData()
  form.append('file', new Blob([content]), more.name ?? 'rows.csv')
  if (object !== undefined) form.append('object', object)
  if (map !== undefined) form.append('map', typeof map === 'string' ? map : JSON.stringify(map))
  if (more.dry_run) form.append('dry_run', 'true')
  return person.post('/imports', form, headers)
}

async function ended(person, id) {
  for (let i = 0; i < 600; i++, await wait(20)) {
    const job = (await person.get(`/jobs/${id}`)).body
    assert.ok(job.progress >= 0 && job.progress <= 1)
    if (job.status === 'done' || job.status === 'failed') return job
  }
  throw new Error('the job does not end')
}

async function load(person, object, content, map, more) {
  const started = await send(person, object, content, map, more)
  assert.equal(started.status, 202, JSON.stringify(started.body))
  assert.equal(started.headers.get('location'), `/api/v1/jobs/${started.body.id}`)
  return ended(person, started.body.id)
}

const counts = (job) => job.result && ['rows', 'created', 'updated', 'unchanged', 'failed'].map((key) => job.result[key])
const total = async (person, object, filter) => (await person.list(object, { filter, count: 'true', limit: '1' })).body.count

export const scenarios = {
  'columns find their fields by name and label; what found none is told': async ({ rep }) => {
    const job = await load(rep, 'customer', '名称,级别,电话,Website,备注栏\n甲公司,A,13800138000,https://a.example,x\n乙公司,B,,,y\n')
    assert.deepEqual([job.status, job.progress, counts(job), job.result.unmapped], ['done', 1, [2, 2, 0, 0, 0], '备注栏'])
    const made = (await rep.list('customer', { filter: 'name = "甲公司"' })).body.items[0]
    assert.deepEqual([made.level, made.phone, made.website, made.owner.id], ['A', '13800138000', 'https://a.example', rep.id])
    assert.equal((await rep.get(`/records/customer/${made.id}/history`)).body.items[0].source, 'import')
  },
  'choices by key or label, dates, references by name, constants, keys': async ({ rep }) => {
    const map = {
      object: 'opportunity', key: 'reference_no', mode: 'both', constants: { currency: 'USD', remark: '导入' }, ignore: ['空'],
      columns: { 编号: 'reference_no', 单: 'name', 客户: { field: 'customer', match: 'name', missing: 'create' }, 阶段: { field: 'stage', values: { 谈: 'negotiation' } }, 日期: { field: 'close_date', format: 'D/M/YYYY' }, 金额: { field: 'amount', scale: 1000 } },
    }
    const first = await load(rep, 'opportunity', '编号,单,客户,阶段,日期,金额,空\nI-1,一,新来的公司,谈,3/4/2026,1.5,\nI-2,二,新来的公司,proposal,31/12/2026,2,\n', map)
    assert.deepEqual([counts(first), first.result.unmapped], [[2, 2, 0, 0, 0], ''])
    const deal = (await rep.list('opportunity', { filter: 'reference_no = "I-1"' })).body.items[0]
    assert.deepEqual([deal.stage, deal.close_date, deal.amount, deal.currency, deal.customer.name], ['negotiation', '2026-04-03', 1500, 'USD', '新来的公司'])
    assert.equal(await total(rep, 'customer', 'name = "新来的公司"'), 1)
    const second = await load(rep, 'opportunity', '编号,单,客户,阶段,日期,金额,空\nI-1,一,新来的公司,谈,3/4/2026,1.5,\nI-2,二改,,,,,\nI-3,三,,,,,\n', map)
    assert.deepEqual(counts(second), [3, 1, 1, 1, 0])
    const kept = (await rep.list('opportunity', { filter: 'reference_no = "I-2"' })).body.items[0]
    assert.deepEqual([kept.name, kept.amount, kept.version], ['二改', 2000, 2], 'empty cells clear nothing')
  },
  'bad rows are told with line, column and reason; the good ones are in': async ({ rep }) => {
    const job = await load(rep, 'customer', 'name,level,employees,parent\n好一,A,5,\n,B,1,\n坏级别,Z,many,\n坏上级,A,1,没有这家\n"好\n二",,,\n好三,C,7,好一\n')
    assert.deepEqual(counts(job), [6, 3, 0, 0, 3])
    assert.deepEqual(job.result.issues.map((issue) => [issue.line, issue.column, issue.code]), [[3, 'name', 'required'], [4, 'level', 'unknown_option'], [4, 'employees', job.result.issues[2].code], [5, 'parent', 'no_match']])
    assert.ok(job.result.issues.every((issue) => issue.message && !issue.message.includes('{0}') && !issue.message.startsWith('error.')))
    assert.equal((await rep.list('customer', { filter: 'name = "好三"', fields: 'parent.name' })).body.items[0]['parent.name'], '好一')
  },
  'a dry run says the same and writes nothing': async ({ rep, haike }) => {
    const content = 'name,level\n试一,A\n试二,Q\n试三,\n'
    const dry = await load(rep, 'customer', content, undefined, { dry_run: true })
    assert.deepEqual([dry.status, counts(dry)], ['done', [3, 2, 0, 0, 1]])
    assert.equal(await total(rep, 'customer', 'name contains "试"'), 0)
    const real = await load(rep, 'customer', content)
    assert.deepEqual([counts(real), real.result.issues], [counts(dry), dry.result.issues])
    assert.equal(haike.command(['check']).status, 0)
  },
  'the importer\'s rights are his own': async ({ rep, other, boss, company }) => {
    const theirs = await other.create('customer', { name: '南方客户' })
    const hidden = await load(rep, 'opportunity', 'name,customer\n偷看,南方客户\n', { columns: { name: 'name', customer: { field: 'customer', match: 'name' } } })
    assert.deepEqual([counts(hidden), hidden.result.issues[0].code], [[1, 0, 0, 0, 1], 'no_match'])
    const taken = await load(rep, 'customer', 'name,level\n南方客户,A\n', { columns: { name: 'name', level: 'level' }, key: 'name', mode: 'update' })
    assert.deepEqual([counts(taken), taken.result.issues[0].code], [[1, 0, 0, 0, 1], 'no_record_to_update'])
    assert.equal((await boss.get(`/records/customer/${theirs.id}`)).body.level, null)
    const given = await load(rep, 'customer', 'name,owner,created_at\n转走的,other,2020-01-01\n', { columns: { name: 'name', owner: { field: 'owner', match: 'login' }, created_at: 'created_at' } })
    assert.equal(given.result.failed, 1, 'who may not transfer does not import for others either')
    const own = await rep.create('customer', { name: '自己的' })
    const byId = await load(rep, 'customer', `id,name\n${theirs.id},改名\n987654,改名\n${own.id},改了名\n`, { columns: { id: 'id', name: 'name' }, key: 'id', mode: 'update' })
    assert.deepEqual([counts(byId), byId.result.issues.map((issue) => issue.code)], [[3, 0, 1, 0, 2], ['no_record_to_update', 'no_record_to_update']])
    assert.deepEqual([(await boss.get(`/records/customer/${theirs.id}`)).body.name, (await boss.get(`/records/customer/${own.id}`)).body.name], ['南方客户', '改了名'])
    const original = await load(boss, 'customer', 'name,owner,created_at,created_by\n旧客户,rep,2020-01-02T03:04:05Z,other\n', { columns: { name: 'name', owner: { field: 'owner', match: 'login' }, created_at: 'created_at', created_by: { field: 'created_by', match: 'login' } } })
    assert.deepEqual(counts(original), [1, 1, 0, 0, 0], JSON.stringify(original))
    const old = (await boss.list('customer', { filter: 'name = "旧客户"' })).body.items[0]
    assert.deepEqual([old.created_at, old.created_by.id, old.owner.id], ['2020-01-02T03:04:05.000Z', other.id, rep.id].map((value) => (value === '2020-01-02T03:04:05.000Z' ? old.created_at : value)))
    assert.match(old.created_at, /^2020-01-02T03:04:05/)
    assert.equal((await send(rep, 'role', 'name\nx\n')).status, 422)
    assert.equal((await send(rep, 'nothing', 'name\nx\n')).status, 422)
    await company.role('looker', { customer: { read: 'all' } })
    const looker = await company.add('looker', 'looker', 'hq')
    assert.equal((await send(looker, 'customer', 'name\nx\n')).status, 403)
    const job = (await send(rep, 'customer', 'name\n只有自己\n')).body
    await ended(rep, job.id)
    assert.equal((await other.get(`/jobs/${job.id}`)).status, 404)
    assert.equal((await rep.get('/jobs/999999')).status, 404)
  },
  'encodings and delimiters: the same rows': async ({ rep }) => {
    const iconv = (text) => Buffer.from(text, 'utf16le')
    const swapped = (bytes) => Buffer.from(bytes).swap16()
    const gb = Buffer.from([0xc3, 0xfb, 0xb3, 0xc6, 0x2c, 0xb1, 0xb8, 0xd7, 0xa2, 0x0d, 0x0a]) // 名称,备注
    const gbRow = Buffer.concat([Buffer.from([0xb1, 0xe0, 0xc2, 0xeb, 0x47, 0x42]), Buffer.from(',a'), Buffer.from([0x95, 0x32, 0x82, 0x36]), Buffer.from('\r\n')]) // 编码GB,a𠀀
    const text = (name) => `名称,备注\r\n${name},a𠀀\r\n`
    const files = {
      UTF8: Buffer.from(text('编码UTF8')), BOM: Buffer.from(`\ufeff${text('编码BOM')}`), LE: iconv(`\ufeff${text('编码LE')}`), BE: swapped(iconv(`\ufeff${text('编码BE')}`)), GB: Buffer.concat([gb, gbRow]),
      SEMI: Buffer.from('名称;备注\n编码SEMI;a𠀀\n'), TAB: Buffer.from('名称\t备注\n编码TAB\ta𠀀'), PIPE: Buffer.from('名称|备注\r编码PIPE|a𠀀\r'), QUOTED: Buffer.from('"名称","备注"\n"编码QUOTED","a𠀀"\n'),
    }
    for (const [name, bytes] of Object.entries(files)) {
      const job = await load(rep, 'customer', bytes)
      assert.deepEqual(counts(job), [1, 1, 0, 0, 0], `${name}: ${JSON.stringify(job)}`)
      assert.equal((await rep.list('customer', { filter: `name = "编码${name}"`, fields: 'name,remark' })).body.items[0]?.remark, 'a𠀀', name)
    }
  },
  'what the system computes is not taken from a file': async ({ rep, haike, boss }) => {
    for (const field of ['open_amount', 'version', 'deleted_at', 'nothing']) {
      const job = await load(rep, 'customer', 'name,x\n算\n', { columns: { name: 'name', x: field } })
      assert.deepEqual([job.status, job.problem?.field], ['failed', 'columns.x'], field)
    }
    const guessed = await load(boss, 'customer', 'id,name,open_amount,version,name\n77,猜,99,5,再猜\n')
    assert.deepEqual([counts(guessed), guessed.result.unmapped], [[1, 1, 0, 0, 0], 'id, open_amount, version, name'])
    assert.equal(haike.command(['check']).status, 0)
  },
  'torn and hostile files end in a result or a clear refusal': async ({ rep, haike }) => {
    const files = {
      empty: '', blank: '\n\n\n', header: 'name', headerOnly: 'name\n', openQuote: 'name\n"never closed\nx\n', strayQuote: 'name\na"b\n', quoteThenText: 'name\n"a"b\n', nul: 'name\na\u0000b\n', onlyCommas: ',,,\n,,,\n', wide: `name${',c'.repeat(600)}\nx\n`,
      longCell: `name,remark\n长格,${'长'.repeat(60000)}\n`, longRow: `name\n短,${'x,'.repeat(2000)}\n`, shortRow: 'name,level,remark\n短行\n', same: 'name,name\n一,二\n', formula: 'name\n=cmd|\' /C calc\'!A0\n', bom: '\ufeff', crs: 'name\r一CR\r二CR\r',
      binary: Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * 7919) % 256)), badUtf16: Buffer.from([0xff, 0xfe, 0x00, 0xd8, 0x41, 0x00, 0x0a]), zip: Buffer.from('PK\x03\x04rest'), unknown: 'nothing,at,all\n1,2,3\n', emoji: 'name\n👩‍👩‍👧‍👦\ud83d\n',
    }
    for (const [name, content] of Object.entries(files)) {
      const started = await send(rep, 'customer', content)
      assert.ok([202, 400, 422].includes(started.status), `${name}: ${started.status} ${JSON.stringify(started.body)}`)
      if (started.status !== 202) continue
      const job = await ended(rep, started.body.id)
      if (job.status === 'failed') assert.ok(job.problem.code && job.problem.title && !/^error\./.test(job.problem.title) && job.problem.code !== 'internal', `${name}: ${JSON.stringify(job.problem)}`)
      else assert.equal(job.result.rows, job.result.created + job.result.updated + job.result.unchanged + job.result.failed, `${name}: ${JSON.stringify(job.result)}`)
    }
    assert.equal((await rep.list('customer', { filter: 'name = "短行"' })).body.items.length, 1)
    assert.equal((await rep.list('customer', { filter: 'name = "=cmd|\' /C calc\'!A0"' })).body.items.length, 1)
    assert.equal((await haike.nobody().get('/healthz')).status, 200)
  },
  'wrong maps are refused at their place': async ({ rep }) => {
    for (const map of ['{', '[]', '5', '"x"', '{"columns":5}', '{"columns":[1,2]}', '{"columns":{"name":5}}', '{"columns":{"nothing":"name"}}', '{"columns":{"name":"nothing"}}', '{"columns":{"name":{"field":"name","match":5}}}', '{"columns":{"name":[[["name"]]]}}',
      '{"columns":{"name":"name"},"key":"nothing"}', '{"columns":{"name":"name"},"mode":"update"}', '{"columns":{"name":"id"}}', '{"columns":{"name":"version"}}', '{"columns":{"name":"name"},"constants":5}', '{"columns":{"name":"name"},"constants":{"level":{"x":1}}}',
      '{"columns":{"name":"name"},"second_pass":5}', '{"columns":{"name":{"field":"name","values":5}}}', '{"columns":{"name":{"field":"created_at","format":"YYYYYYYY"}}}', '{"columns":{"name":{"field":"name","scale":99999999999}}}']) {
      const started = await send(rep, 'customer', 'name\n地图\n', map)
      assert.ok([202, 400, 422].includes(started.status), `${map}: ${started.status}`)
      if (started.status !== 202) continue
      const job = await ended(rep, started.body.id)
      if (!map.startsWith('{"')) assert.equal(job.status, 'failed', map)
      assert.ok(job.status === 'failed' ? job.problem.code !== 'internal' : job.result.rows === 1, `${map}: ${JSON.stringify(job)}`)
    }
  },
  'an import of thousands reports its progress and can be sent twice with one key': async ({ boss }) => {
    const content = `name\n${Array.from({ length: 3000 }, (_, i) => `多${i}`).join('\n')}\n`
    const key = { 'Idempotency-Key': `import-${Math.random()}` }
    const [first, again] = [await send(boss, 'competitor', content, undefined, {}, key), await send(boss, 'competitor', content, undefined, {}, key)]
    assert.deepEqual([first.status, again.status, again.body.id], [202, 202, first.body.id])
    const job = await ended(boss, first.body.id)
    assert.deepEqual([counts(job), job.kind, typeof job.finished_at], [[3000, 3000, 0, 0, 0], 'import', 'string'])
    assert.equal(await total(boss, 'competitor', 'name contains "多"'), 3000)
  },
}
