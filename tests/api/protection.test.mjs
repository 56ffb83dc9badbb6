// What protects the company's data: quotas of exports and of reading, marks in exported files, values from the history, taking back single operations, the bin emptied for
// good, rules of keeping, erasing a person's data with proof.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { inflateRawSync } from 'node:zlib'
import { Company } from '../support/company.mjs'

export const own = true
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
const everything = { read: 'all', create: true, update: 'all', delete: 'all', export: true, actions: ['assign'] }

async function withCompany(engine, run) {
  const company = await Company.start(engine, '--test-clock')
  try {
    await company.role('hand', { customer: everything, contact: everything, lead: everything, activity: everything, comment: everything, attachment: everything, opportunity: everything, task: everything, user: { read: 'all' } })
    await company.role('looker', { customer: { read: 'all', update: 'all', fields: { phone: 'mask', remark: 'hide', level: 'read' } } })
    for (const [login, role] of [['hand', 'hand'], ['rep', 'hand'], ['looker', 'looker']]) await company.add(login, role, 'east')
    await run({ company, haike: company.haike, boss: company.boss, ...company.people })
    const check = company.haike.command(['check'])
    assert.equal(check.status, 0, check.stdout + check.stderr)
  } finally {
    await company.haike.done()
  }
}

async function ended(person, id) {
  for (let i = 0; i < 3000; i++, await wait(10)) {
    const job = (await person.get(`/jobs/${id}`)).body
    if (job.finished_at) return job
  }
  throw new Error('the job does not end')
}

async function done(person, answer) {
  assert.ok([200, 202].includes(answer.status), JSON.stringify(answer.body))
  const job = answer.status === 200 ? answer.body : await ended(person, answer.body.id)
  assert.equal(job.status, 'done', JSON.stringify(job))
  return job
}

const got = async (person, object, id) => (await person.get(`/records/${object}/${id}`)).body
const log = async (boss, params) => (await boss.get(`/audit?${new URLSearchParams({ limit: '200', ...params })}`)).body.items
const history = async (person, object, id) => (await person.get(`/records/${object}/${id}/history`)).body.items

async function make(person, object, rows) {
  const answer = await person.post(`/records/${object}/batch`, { items: rows.map((values) => ({ op: 'create', values })) })
  assert.equal(answer.status, 200, JSON.stringify(answer.body).slice(0, 400))
  return answer.body.items.map((item) => item.record)
}

function unzip(bytes) {
  const entries = {}
  let at = bytes.readUInt32LE(bytes.length - 22 + 16)
  while (bytes.readUInt32LE(at) === 0x02014b50) {
    const [method, size, nameLength, extra, comment, local] = [bytes.readUInt16LE(at + 10), bytes.readUInt32LE(at + 20), bytes.readUInt16LE(at + 28), bytes.readUInt16LE(at + 30), bytes.readUInt16LE(at + 32), bytes.readUInt32LE(at + 42)]
    const from = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28)
    const content = bytes.subarray(from, from + size)
    entries[bytes.toString('utf8', at + 46, at + 46 + nameLength)] = (method ? inflateRawSync(content) : content).toString('utf8')
    at += 46 + nameLength + extra + comment
  }
  return entries
}

async function upload(person, name, content) {
  const form = new FormData()
  form.append('file', new Blob([content], { type: 'text/plain' }), name)
  const answer = await person.post('/files', form)
  assert.equal(answer.status, 201)
  return answer.body
}

export const scenarios = {
  'exports: a quota a day, by setting and role; who, when and which file stand in the log': ({ engine }) => withCompany(engine, async ({ company, boss, hand, rep }) => {
    const made = await make(hand, 'customer', Array.from({ length: 60 }, (_, i) => ({ name: `导${i}`, level: 'C' })))
    assert.equal((await boss.patch('/settings', { export_rows: 100 })).status, 200)
    assert.equal((await hand.get('/settings')).body.export_rows, undefined, 'limits are the administrators\'')
    const ask = (more) => ({ object: 'customer', filter: 'level = "C"', columns: ['name', 'level'], format: 'xlsx', ...more })
    const job = await done(hand, await hand.post('/exports', ask()))
    assert.equal(job.result.rows, 60)
    const file = await hand.get(`/files/${job.result.file.id}`)
    assert.equal(createHash('sha256').update(file.bytes).digest('hex'), job.result.sha256)
    const sheet = unzip(file.bytes)
    const mark = new RegExp(`Exported by hand \\(hand\\) on \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d, number ${job.id}`)
    assert.match(sheet['xl/worksheets/sheet1.xml'], mark)
    assert.match(sheet['docProps/core.xml'], mark)
    assert.match(sheet['docProps/custom.xml'], new RegExp(`Haike export ${job.id}`))
    assert.match(job.result.file.name, new RegExp(`hand ${job.id}\\.xlsx$`))
    const csv = await done(hand, await hand.post('/exports', ask({ format: 'csv', filter: undefined, ids: made.slice(0, 30).map((one) => one.id) })))
    const text = (await hand.get(`/files/${csv.result.file.id}`)).bytes.toString('utf8').trimEnd().split('\r\n')
    assert.deepEqual([text.length, text[0]], [31, '\ufeffName,Level'], 'a table of plain text has nothing in it but the table')
    const over = await hand.post('/exports', ask({ filter: undefined, ids: made.slice(0, 11).map((one) => one.id) }))
    assert.deepEqual([over.status, over.body.code], [429, 'export_quota'])
    assert.ok(Number(over.headers.get('retry-after')) > 0 && Number(over.headers.get('retry-after')) <= 86400)
    assert.equal((await ended(hand, (await hand.post('/exports', ask())).body.id)).problem.code, 'export_quota', 'how many a filter finds is known only by looking')
    await done(hand, await hand.post('/exports', ask({ filter: undefined, ids: made.slice(0, 10).map((one) => one.id) })))
    assert.equal((await hand.post('/exports', ask())).status, 429, 'nothing is left')
    await done(rep, await rep.post('/exports', ask()))
    await done(boss, await boss.post('/exports', ask()))
    assert.equal((await boss.patch(`/records/role/${company.roles.hand}`, { export_rows: 200 })).status, 200)
    await done(hand, await hand.post('/exports', ask()))
    const [start] = await log(boss, { kind: 'export.start', user: String(rep.id) })
    assert.deepEqual([start.object, start.detail.filter, start.detail.columns, start.detail.format], ['customer', 'level = "C"', ['name', 'level'], 'xlsx'])
    const found = await log(boss, { sha256: job.result.sha256 })
    assert.deepEqual(found.map((item) => [item.kind, item.user.id, item.detail.job, item.detail.rows]), [['export.end', hand.id, job.id, 60]], 'whose file it is that turned up somewhere')
    assert.equal((await log(boss, { kind: 'export.download' })).length, 2)
    assert.equal((await log(boss, { kind: 'export.refused' })).length, 2)
    await boss.post('/test/clock', { now: new Date(Date.now() + 2 * 86400e3).toISOString() })
    const tomorrow = await company.signIn('rep')
    await done(tomorrow, await tomorrow.post('/exports', ask()))
  }),
  'reading: a harvester is stopped, his administrator told, others go on': ({ engine }) => withCompany(engine, async ({ boss, hand, rep, haike }) => {
    const made = await make(boss, 'customer', Array.from({ length: 40 }, (_, i) => ({ name: `读${i}` })))
    for (let i = 0; i < 30; i++) assert.equal((await hand.get(`/records/customer/${made[i].id}`)).status, 200, 'without a limit')
    assert.equal((await boss.patch('/settings', { opened_hour: 10, rows_day: 100 })).status, 200)
    for (let i = 0; i < 10; i++) assert.equal((await hand.get(`/records/customer/${made[i].id}`)).status, 200)
    const stopped = await hand.get(`/records/customer/${made[20].id}`)
    assert.deepEqual([stopped.status, stopped.body.code], [429, 'quota_opened'])
    assert.ok(Number(stopped.headers.get('retry-after')) > 0 && Number(stopped.headers.get('retry-after')) <= 3600)
    assert.equal((await hand.get(`/records/customer/${made[20].id}/timeline`)).status, 429)
    const written = await hand.patch(`/records/customer/${made[0].id}`, { level: 'B' })
    assert.deepEqual([written.status, written.body.level], [200, 'B'], 'writing goes on, and is answered')
    assert.equal((await hand.list('user')).status, 200, 'pages go on asking who is who')
    for (let i = 0; i < 9; i++) for (let k = 0; k < 3; k++) assert.equal((await rep.get(`/records/customer/${made[i].id}`)).status, 200, 'the same record again is no new one')
    for (let i = 0; i < 4; i++) assert.equal((await rep.list('customer', { limit: '30' })).status, 200)
    const rows = await rep.list('customer', { limit: '30' })
    assert.deepEqual([rows.status, rows.body.code], [429, 'quota_rows'])
    for (let i = 0; i < 40; i++) assert.equal((await boss.get(`/records/customer/${made[i].id}`)).status, 200, 'an administrator is never stopped')
    assert.equal((await boss.post('/test/night', {})).status, 200)
    const told = await log(boss, { kind: 'quota.*' })
    assert.deepEqual(told.filter((item) => item.user.id === hand.id).map((item) => [item.kind, item.detail.limit, item.detail.of]).sort(), [['quota.near', 'opened_hour', 10], ['quota.reached', 'opened_hour', 10], ['quota.refused', 'opened_hour', 10]])
    assert.ok(told.some((item) => item.user.id === rep.id && item.detail.limit === 'rows_day'))
    const notices = (await boss.list('notification', { fields: 'text,kind', limit: '50' })).body.items.filter((item) => item.text.includes('hand'))
    assert.ok(notices.length >= 2 && notices.every((item) => item.kind === 'system'), JSON.stringify(notices))
    assert.equal((await boss.post('/test/night', {})).status, 200)
    assert.equal((await log(boss, { kind: 'quota.*' })).length, told.length, 'told once')
    await haike.stop()
    await haike.serve('--test-clock')
    await boss.post('/test/night', {})
    assert.equal((await hand.get(`/records/customer/${made[21].id}`)).status, 429, 'a new start forgets nothing')
    await boss.post('/test/clock', { now: new Date(Date.now() + 3601e3).toISOString() })
    assert.equal((await hand.get(`/records/customer/${made[20].id}`)).status, 200, 'the next hour')
  }),
  'values from the history come back, with the rights of who asks': ({ engine }) => withCompany(engine, async ({ boss, hand, looker }) => {
    const other = await hand.create('customer', { name: '别的', level: 'A' })
    const { id } = await hand.create('customer', { name: '原名', level: 'A', phone: '13811112222', remark: '原注', tags: ['一', '二'], parent: other.id, annual_revenue: 1234.5 })
    await hand.patch(`/records/customer/${id}`, { name: '新名', level: 'B', phone: null, remark: '新注', tags: ['三'], parent: null, annual_revenue: 1 })
    const [change] = await history(hand, 'customer', id)
    assert.deepEqual([typeof change.id, change.version, change.source, change.via], ['number', 2, 'api', 'node'])
    const restore = (person, body, headers) => person.post(`/records/customer/${id}/history/${change.id}/restore`, body, headers)
    const one = await restore(hand, { fields: ['phone', 'tags'] })
    assert.deepEqual([one.status, one.body.phone, one.body.tags, one.body.name], [200, '13811112222', ['一', '二'], '新名'])
    const [written] = await history(hand, 'customer', id)
    assert.deepEqual([written.action, written.user.id, written.changes.map((item) => item.field).sort()], ['restore_value', hand.id, ['phone', 'tags']])
    assert.equal((await restore(hand, { fields: ['name'] }, { 'If-Match': '"2"' })).status, 412)
    const all = await restore(hand, {})
    assert.deepEqual([all.body.name, all.body.level, all.body.parent.id, all.body.annual_revenue, all.body.remark], ['原名', 'A', other.id, 1234.5, '原注'])
    assert.deepEqual((await restore(hand, { fields: ['name'], side: 'to' })).body.name, '新名')
    for (const fields of [['industry'], ['nothing'], [], 'name']) assert.equal((await restore(hand, { fields })).status, 422, JSON.stringify(fields))
    assert.equal((await restore(looker, { fields: ['remark'] })).body.errors[0].code, 'unknown_field', 'hidden: as if it were not there')
    for (const field of ['phone', 'level']) assert.equal((await restore(looker, { fields: [field] })).status, 422, `${field} is not his to write`)
    assert.deepEqual((await restore(looker, { fields: ['name'] })).body.name, '原名')
    assert.equal((await hand.post(`/records/customer/${other.id}/history/${change.id}/restore`, {})).status, 404, 'of another record')
    assert.equal((await restore(await hand.haike.nobody(), {})).status, 401)
    await hand.delete(`/records/customer/${other.id}`)
    await hand.patch(`/records/customer/${id}`, { parent: null })
    const gone = await restore(hand, { fields: ['parent'] })
    assert.deepEqual([gone.status, gone.body.errors[0].field, gone.body.errors[0].code], [422, 'parent', 'reference_missing'])
    assert.ok((await history(boss, 'customer', id)).length >= 5)
  }),
  'single deletions and transfers can be taken back, by who did them and by administrators': ({ engine }) => withCompany(engine, async ({ boss, hand, rep, company }) => {
    const [one, two, three] = await make(hand, 'customer', [{ name: '删一', level: 'A' }, { name: '转二', level: 'C' }, { name: '转三' }])
    await hand.create('contact', { name: '跟着走', customer: one.id })
    await hand.delete(`/records/customer/${one.id}`)
    await hand.patch(`/records/customer/${two.id}`, { owner: rep.id, level: 'A' })
    await hand.post(`/records/customer/${three.id}/actions/assign`, { owner: rep.id })
    await hand.patch(`/records/customer/${three.id}`, { level: 'B' })
    const mine = (await hand.get('/operations')).body.items
    assert.deepEqual(mine.map((item) => [item.op, item.object, item.count, item.record.id, item.fields.join()]), [['update', 'customer', 1, three.id, 'owner'], ['update', 'customer', 1, two.id, 'owner'], ['delete', 'customer', 1, one.id, '']])
    assert.deepEqual([mine[2].record.name, mine[2].left, mine[2].undone], ['删一', true, false])
    assert.ok(Date.parse(mine[0].undo_until) - Date.now() > 29 * 86400e3)
    assert.deepEqual((await rep.get('/operations')).body.items, [])
    assert.equal((await rep.get('/operations?everyone=true')).status, 403)
    assert.equal((await boss.get('/operations?everyone=true')).body.items.filter((item) => item.user.id === hand.id).length, 3)
    assert.ok((await hand.get('/jobs')).body.items.every((item) => item.kind !== 'operation'), 'they are not long work')
    await done(hand, await hand.post(`/jobs/${mine[2].id}/undo`, {}))
    assert.equal((await got(hand, 'customer', one.id)).name, '删一')
    assert.equal((await hand.list('contact', { filter: `customer = ${one.id}` })).body.items.length, 1)
    assert.equal((await rep.post(`/jobs/${mine[1].id}/undo`, {})).status, 404)
    await done(boss, await boss.post(`/jobs/${mine[1].id}/undo`, {}))
    const back = await got(hand, 'customer', two.id)
    assert.deepEqual([back.owner.id, back.level], [hand.id, 'A'], 'the transfer, not what was typed along with it')
    await boss.patch(`/records/customer/${three.id}`, { owner: company.people.looker.id })
    const conflict = await done(hand, await hand.post(`/jobs/${mine[0].id}/undo`, {}))
    assert.deepEqual([conflict.result.failed, conflict.result.problems[0].id], [1, three.id])
    assert.match(conflict.result.problems[0].message, /Owner/)
    const after = (await hand.get('/operations')).body.items
    assert.deepEqual(after.map((item) => [item.undone, item.left]), [[true, false], [true, false], [true, false]])
    const page = (await boss.get('/operations?everyone=true&limit=2')).body
    assert.equal(page.items.length, 2)
    assert.ok((await boss.get(`/operations?everyone=true&limit=2&after=${page.next}`)).body.items.every((item) => item.id < page.items[1].id))
    assert.equal((await log(boss, { kind: 'undo.start' })).length, 3)
  }),
  'the bin is emptied for good: what belongs to a record goes with it, what lives on loses its reference': ({ engine }) => withCompany(engine, async ({ boss, hand, rep }) => {
    const customer = await hand.create('customer', { name: '要清除的', phone: '13922223333' })
    const contact = await hand.create('contact', { name: '同去的人', customer: customer.id })
    const child = await hand.create('customer', { name: '子公司', parent: customer.id })
    const activity = await hand.create('activity', { type: 'call', content: '谈过', target: { object: 'customer', id: customer.id } })
    const comment = await hand.create('comment', { content: '说过', target: { object: 'customer', id: customer.id } })
    const file = await upload(hand, '合同.txt', '合同内容')
    const attachment = await hand.create('attachment', { file: file.id, target: { object: 'customer', id: customer.id } })
    const busy = await hand.create('customer', { name: '先删的' })
    const binned = await hand.create('customer', { name: '先进了回收站', parent: busy.id })
    assert.equal((await hand.delete(`/records/customer/${binned.id}`)).status, 204)
    assert.equal((await hand.delete(`/records/customer/${busy.id}`)).status, 204)
    assert.equal((await boss.delete(`/trash/customer/${customer.id}`)).status, 404, 'not in the bin')
    assert.equal((await hand.delete(`/records/customer/${customer.id}`)).status, 204)
    for (const person of [hand, rep]) {
      assert.equal((await person.delete(`/trash/customer/${customer.id}`)).status, 403)
      assert.equal((await person.post('/trash/customer/purge', { ids: [customer.id] })).status, 403)
    }
    assert.equal((await boss.post('/trash/user/purge', { ids: [hand.id] })).status, 409)
    for (const body of [{}, { ids: 1 }, { ids: [1], filter: 'x' }]) assert.equal((await boss.post('/trash/customer/purge', body)).status, 422)
    await done(boss, await boss.delete(`/trash/customer/${customer.id}`))
    assert.equal((await boss.get(`/trash/customer?filter=id=${customer.id}`)).body.items.length, 0)
    assert.equal((await boss.post(`/trash/customer/${customer.id}/restore`, {})).status, 404)
    assert.equal((await boss.get(`/trash/contact?filter=id=${contact.id}`)).body.items.length, 0, 'what was deleted along')
    assert.equal((await boss.get(`/records/comment/${comment.id}`)).status, 404)
    assert.equal((await boss.get(`/records/attachment/${attachment.id}`)).status, 404)
    assert.equal((await boss.get(`/files/${file.id}`)).status, 404)
    assert.deepEqual([(await got(hand, 'customer', child.id)).parent, (await got(hand, 'activity', activity.id)).target], [null, null])
    assert.equal((await boss.get('/search?q=13922223333')).body.items.length, 0)
    await done(boss, await boss.post('/trash/customer/purge', { filter: 'name = "先删的"' }))
    const back = await boss.post(`/trash/customer/${binned.id}/restore`, {})
    assert.deepEqual([back.status, back.body.parent], [200, null], 'what comes back does not point at what is gone')
    assert.equal((await hand.get('/operations')).body.items.filter((item) => [customer.id, busy.id].includes(item.record?.id) && item.left).length, 0, 'nothing is left to take back')
    const [start] = await log(boss, { kind: 'purge.start', record: String(customer.id) })
    assert.deepEqual([start.user.id, start.object, start.detail.count], [boss.id, 'customer', 1])
    const many = await make(hand, 'lead', Array.from({ length: 120 }, (_, i) => ({ name: `多${i}` })))
    await done(hand, await hand.post('/records/lead/bulk', { ids: many.map((one) => one.id), op: 'delete' }))
    const purged = await boss.post('/trash/lead/purge', { ids: many.map((one) => one.id) })
    assert.equal(purged.status, 202)
    assert.deepEqual((({ done: gone, failed }) => [gone, failed])((await ended(boss, purged.body.id)).result), [120, 0])
    const old = await hand.create('lead', { name: '放久了' })
    await hand.delete(`/records/lead/${old.id}`)
    await boss.patch('/settings', { bin_days: 30 })
    await boss.post('/test/night', {})
    assert.equal((await boss.get(`/trash/lead?filter=id=${old.id}`)).body.items.length, 1)
    await boss.post('/test/clock', { now: new Date(Date.now() + 13 * 86400e3).toISOString() })
    await boss.patch('/settings', { bin_days: 12 })
    await boss.post('/test/night', {})
    assert.equal((await boss.get(`/trash/lead?filter=id=${old.id}`)).body.items.length, 0)
    assert.ok((await log(boss, { kind: 'purge.start' })).some((item) => item.user === null), 'by the night')
  }),
  'rules of keeping: checked, previewed, followed at night or at once': ({ engine }) => withCompany(engine, async ({ boss, hand }) => {
    const leads = await make(hand, 'lead', Array.from({ length: 30 }, (_, i) => ({ name: `留${i}`, phone: `1380000${String(i).padStart(4, '0')}`, remark: i % 3 ? '普通' : '可删' })))
    const rule = { name: '旧线索', object: 'lead', condition: 'remark = "可删" and created_at < today() + 1', action: 'bin', active: true }
    for (const [values, field, code] of [[{ object: 'nothing' }, 'object', 'unknown_object'], [{ object: 'user' }, 'object', 'unknown_object'], [{ condition: 'nonsense = 1' }, 'condition'], [{ condition: '' }, 'condition', 'required'], [{ action: 'erase' }, 'fields', 'required'], [{ action: 'erase', fields: ['owner'] }, 'fields', 'not_erasable']]) {
      const answer = await boss.post('/records/retention_rule', { ...rule, ...values })
      assert.equal(answer.status, 422, JSON.stringify(values))
      assert.ok(answer.body.errors.some((error) => error.field === field && (!code || error.code === code)), JSON.stringify(answer.body.errors))
    }
    assert.equal((await hand.post('/records/retention_rule', rule)).status, 404)
    assert.equal((await hand.get('/records/retention_rule')).status, 404)
    const preview = await boss.post('/retention/preview', rule)
    assert.deepEqual([preview.status, preview.body.count, preview.body.items.length], [200, 10, 10])
    assert.equal((await hand.post('/retention/preview', rule)).status, 403)
    const made = await boss.create('retention_rule', { ...rule, active: false })
    await boss.post('/test/night', {})
    assert.equal((await hand.list('lead', { count: 'true' })).body.count, 30, 'not active yet')
    await boss.patch(`/records/retention_rule/${made.id}`, { active: true })
    await boss.post('/test/night', {})
    assert.equal((await hand.list('lead', { count: 'true' })).body.count, 20)
    const [binned] = (await boss.get('/trash/lead?limit=1')).body.items
    const [start] = await log(boss, { kind: 'retention.start' })
    assert.deepEqual([start.user, start.detail.rule, start.detail.count, start.detail.act], [null, made.id, 10, 'bin'])
    assert.equal((await boss.post(`/retention/${made.id}/run`, {})).body.code, 'nothing_to_do')
    const erase = await boss.create('retention_rule', { name: '号码', object: 'lead', condition: 'remark = "普通"', action: 'erase', fields: ['phone'], active: false })
    await done(boss, await boss.post(`/retention/${erase.id}/run`, {}))
    const kept = await got(boss, 'lead', leads[1].id)
    assert.deepEqual([kept.phone, kept.remark], [null, '普通'])
    assert.equal((await boss.get(`/search?q=${leads[1].phone}`)).body.items.length, 0)
    const purge = await boss.create('retention_rule', { name: '全清', object: 'lead', condition: 'remark = "普通"', action: 'purge', active: true })
    await boss.post('/test/night', {})
    assert.equal((await boss.list('lead', { count: 'true' })).body.count, 0)
    assert.equal((await boss.get('/trash/lead?count=true')).body.count, 10)
    assert.equal((await boss.post(`/trash/lead/${binned.id}/restore`, {})).status, 200)
    assert.ok((await history(boss, 'lead', binned.id)).some((item) => item.action === 'retention' && item.source === 'retention'))
    assert.ok((await log(boss, { kind: 'retention_rule.create' })).length >= 3 && purge.id)
  }),
  'a person is erased with proof; the chain holds': ({ engine }) => withCompany(engine, async ({ boss, hand, haike, company }) => {
    const secret = { name: '赵抹去', phone: '13755556666', email: 'zhao.gone@example.cn' }
    const customer = await hand.create('customer', { name: '某公司' })
    const contact = await hand.create('contact', { ...secret, customer: customer.id, remark: '喜欢钓鱼' })
    await hand.patch(`/records/contact/${contact.id}`, { phone: '13755557777' })
    const activity = await hand.create('activity', { type: 'call', content: '与赵抹去通话，电话 13755557777，谈到报价', target: { object: 'customer', id: customer.id } })
    const comment = await hand.create('comment', { content: '赵抹去很好说话', target: { object: 'contact', id: contact.id } })
    const key = { 'Idempotency-Key': 'erase-me' }
    const repeated = await hand.post('/records/contact', { ...secret, phone: '13755557777', customer: customer.id, name: '赵抹去二' }, key)
    await done(hand, await hand.post('/records/contact/bulk', { filter: 'phone = "13755557777"', op: 'update', values: { remark: '改过' } }))
    const exported = await done(hand, await hand.post('/exports', { object: 'contact', filter: 'email = "zhao.gone@example.cn"', columns: ['name', 'phone'], format: 'csv' }))
    const before = JSON.stringify([await log(boss, {}), (await hand.get('/jobs')).body])
    assert.ok(before.includes('13755557777') && before.includes('zhao.gone'))
    const preview = await boss.post('/erasures/preview', { object: 'contact', id: contact.id })
    assert.equal(preview.status, 200, JSON.stringify(preview.body))
    assert.ok(['name', 'phone', 'email', 'remark'].every((name) => preview.body.fields.some((field) => field.field === name && field.filled)))
    assert.deepEqual(preview.body.related.map((item) => [item.object, item.count]), [['comment', 1]])
    assert.ok(preview.body.mentions.some((item) => item.object === 'activity' && item.id === activity.id && item.fields.some((field) => field.field === 'content')), JSON.stringify(preview.body.mentions))
    for (const path of ['/erasures/preview', '/erasures']) assert.equal((await hand.post(path, { object: 'contact', id: contact.id, reason: 'x' })).status, 403)
    assert.equal((await boss.post('/erasures', { object: 'contact', id: contact.id })).body.errors[0].field, 'reason')
    assert.equal((await boss.post('/erasures', { object: 'contact', id: 999999, reason: 'x' })).status, 404)
    assert.equal((await boss.post('/erasures', { object: 'contact', id: contact.id, reason: 'x', fields: ['owner'] })).status, 422)
    assert.equal((await boss.post('/erasures', { object: 'user', id: hand.id, reason: 'x' })).body.code, 'erase_active_user')
    const other = repeated.body.id
    const job = await done(boss, await boss.post('/erasures', { object: 'contact', id: contact.id, reason: '本人要求', also: [{ object: 'activity', id: activity.id, fields: ['content', 'name'] }, { object: 'contact', id: other, fields: ['name', 'phone', 'email'] }] }))
    const gone = await got(boss, 'contact', contact.id)
    assert.deepEqual([gone.name, gone.phone, gone.email, gone.remark, gone.customer.id], [`Erased #${contact.id}`, null, null, null, customer.id])
    const said = await got(boss, 'activity', activity.id)
    assert.ok(!said.content.includes('赵抹去') && !said.content.includes('1375555') && said.content.includes('谈到报价'), said.content)
    assert.equal((await boss.get(`/records/comment/${comment.id}`)).status, 404)
    assert.equal((await hand.get(`/files/${exported.result.file.id}`)).status, 404, 'exported files with him are gone')
    for (const q of ['赵抹去', '13755557777', '13755556666', 'zhao.gone@example.cn']) assert.deepEqual((await boss.get(`/search?q=${encodeURIComponent(q)}`)).body.items, [], q)
    const changes = await history(boss, 'contact', contact.id)
    assert.equal(changes[0].action, 'erase')
    assert.ok(changes.some((item) => item.changes.some((change) => change.field === 'phone' && change.from === null && change.to === null)), 'that it changed stays')
    const everywhere = JSON.stringify([await log(boss, {}), (await hand.get('/jobs')).body, changes, await history(boss, 'activity', activity.id), await history(boss, 'contact', other), (await boss.get('/operations?everyone=true')).body, (await hand.post('/records/contact', { ...secret, phone: '13755557777', customer: customer.id, name: '赵抹去二' }, key)).body])
    for (const trace of ['赵抹去', '13755556666', '13755557777', 'zhao.gone']) assert.equal(everywhere.includes(trace), false, trace)
    const { erasure } = job.result
    const proof = (await boss.get(`/erasures/${erasure}`)).body
    assert.deepEqual([proof.status, proof.user.id, proof.object, proof.record, proof.reason], ['done', boss.id, 'contact', contact.id, '本人要求'])
    const { counts } = proof.certificate
    assert.ok(counts.history >= 1 && counts.related === 1 && counts.mentions === 2 && counts.answers >= 1 && counts.jobs >= 1 && counts.exports === 1 && counts.audit >= 2, JSON.stringify(counts))
    assert.ok(proof.certificate.remaining.length >= 1 && proof.certificate.remaining.every((item) => item.entry > 0 && /^[0-9a-f]{64}$/.test(item.commitment)))
    const [sealed] = await log(boss, { kind: 'erase.certificate' })
    assert.deepEqual([sealed.detail.erasure, sealed.detail.blake2b], [erasure, proof.hash], 'the certificate is in the chain')
    assert.ok((await log(boss, {})).filter((item) => item.erased).length >= 1)
    assert.equal((await boss.get('/erasures')).body.items[0].id, erasure)
    assert.equal((await hand.get(`/erasures/${erasure}`)).status, 403)
    for (let i = 0; i < 500 && !(await boss.get('/audit/head')).body.complete; i++) await wait(20)
    { const checked = haike.command(['check']); assert.equal(checked.status, 0, `the chain holds: ${checked.stdout}${checked.stderr}`) }
    const left = await company.add('left', 'sales', 'east')
    await boss.patch(`/records/user/${left.id}`, { phone: '13644445555', active: false })
    await done(boss, await boss.post('/erasures', { object: 'user', id: left.id, reason: '离职满三年' }))
    const person = await got(boss, 'user', left.id)
    assert.deepEqual([person.name, person.phone, person.active], [`Erased #${left.id}`, null, false])
  }),
}
