// Duplicates: what is found and why, what is masked, what is refused, how often one may ask, keys kept through every change, definitions changed under them.
import assert from 'node:assert/strict'
import { Company } from '../support/company.mjs'

export async function setup({ engine }) {
  const company = await Company.start(engine, '--test-clock')
  await company.role('rep', { customer: { read: 'own', create: true, update: 'own', delete: 'own', import: true }, contact: { read: 'own', create: true, update: 'own' }, lead: { read: 'own', create: true } })
  await company.role('blind', { customer: { read: 'own', create: true, update: 'own', fields: { '*': 'write', phone: 'mask', credit_code: 'hide' } } })
  await company.role('looks', { customer: { read: 'all' } })
  for (const [login, role] of [['rep1', 'rep'], ['rep2', 'rep'], ['blind', 'blind'], ['looks', 'looks'], ['busy', 'rep']]) await company.add(login, role, 'east')
  return { haike: company.haike, company, boss: company.boss, ...company.people }
}

const find = (person, object, values, id) => person.post(`/records/${object}/duplicates`, { values, ...(id ? { id } : {}) })

async function hits(person, object, values, id) {
  const answer = await find(person, object, values, id)
  assert.equal(answer.status, 200, JSON.stringify(answer.body))
  assert.equal(answer.body.complete, true)
  return answer.body.items
}

const why = (item) => item.because.map((reason) => `${reason.key}${reason.exact ? '' : '~'}`).join(' ')
const sound = (haike) => {
  const check = haike.command(['check'])
  assert.equal(check.status, 0, check.stdout + check.stderr)
}

async function imported(person, object, csv, dry) {
  const form = new FormData()
  if (dry) form.append('dry_run', 'true')
  form.append('file', new Blob([csv]), 'rows.csv')
  form.append('object', object)
  const started = await person.post('/imports', form)
  for (let i = 0; i < 500; i++, await new Promise((resolve) => setTimeout(resolve, 20))) {
    const job = (await person.get(`/jobs/${started.body.id}`)).body
    if (job.status === 'done' || job.status === 'failed') return job
  }
  throw new Error('the import does not end')
}

export const scenarios = {
  'a name is found however it is written, a number and an address too': async ({ boss }) => {
    const made = await boss.create('customer', { name: '杭州宏岱精密机械股份有限公司', phone: '0571-8888 1234', email: 'Info@HongDai.cn', credit_code: '91330100MA27X12345' })
    for (const [values, reasons] of [
      [{ name: '宏岱精密机械（杭州）有限公司' }, 'company'], [{ name: '宏岱精蜜机械有限公司' }, 'company~'], [{ name: '宏岱精密机械' }, 'company'],
      [{ name: '别的名字', phone: '+86 0571 88881234' }, 'phone'], [{ email: 'INFO@hongdai.cn' }, 'email'], [{ credit_code: '91330100ma27x12345' }, 'credit_code'],
      [{ name: '杭州宏岱精密机械', phone: '057188881234', credit_code: '91330100MA27X12345' }, 'company credit_code phone'],
    ]) {
      const found = await hits(boss, 'customer', values)
      assert.deepEqual([found.length, found[0]?.id, found[0]?.visible, found[0] && why(found[0])], [1, made.id, true, reasons], JSON.stringify(values))
      assert.equal(found[0].name, made.name)
      assert.equal(found[0].owner.name, '老板')
    }
    assert.equal((await hits(boss, 'customer', { name: '宏岱精密机械' }))[0].score, 0.85)
    for (const values of [{}, { name: '完全另一家公司' }, { phone: '0571-88881235' }, { phone: 'not a number' }, { credit_code: '' }]) assert.deepEqual(await hits(boss, 'customer', values), [], JSON.stringify(values))
    assert.deepEqual(await hits(boss, 'customer', { phone: '0571-88881234' }, made.id), [], 'a record is not its own duplicate')
    const other = await boss.create('customer', { name: '宏岱精密机械杭州分公司' })
    assert.deepEqual((await hits(boss, 'customer', {}, other.id)).map((item) => item.id), [made.id], 'what is not given is taken from the record')
    assert.deepEqual(await hits(boss, 'customer', { name: '青岛海纳' }, other.id), [])
  },
  'another credit code speaks against one company': async ({ boss }) => {
    await boss.create('customer', { name: '温州同名阀门有限公司', credit_code: '91330300AAAAAAAAA1' })
    assert.equal((await hits(boss, 'customer', { name: '温州同名阀门有限公司' })).length, 1)
    assert.equal((await hits(boss, 'customer', { name: '温州同名阀门有限公司', credit_code: '91330300BBBBBBBBB2' })).length, 0)
  },
  'leads and contacts: company and person together, a person within one customer': async ({ boss }) => {
    const lead = await boss.create('lead', { name: '王建国', company: '苏州云帆科技有限公司', wechat: 'wjg_1980' })
    assert.deepEqual(await hits(boss, 'lead', { company: '苏州云帆科技' }), [])
    assert.deepEqual((await hits(boss, 'lead', { company: '苏州云帆科技', name: '王建国' })).map((item) => item.id), [lead.id])
    assert.deepEqual((await hits(boss, 'lead', { wechat: 'WJG_1980' })).map(why), ['wechat'])
    const [one, two] = [await boss.create('customer', { name: '甲方某某实业' }), await boss.create('customer', { name: '乙方其它商贸' })]
    const contact = await boss.create('contact', { name: '李 娜', customer: one.id })
    assert.deepEqual((await hits(boss, 'contact', { name: '李娜女士', customer: one.id })).map((item) => item.id), [contact.id])
    assert.deepEqual(await hits(boss, 'contact', { name: '李娜', customer: two.id }), [])
    assert.deepEqual(await hits(boss, 'contact', { name: '李娜' }), [])
  },
  'what may not be seen is masked: no id, no name, one of two scores': async ({ boss, rep1, rep2 }) => {
    const made = await rep1.create('customer', { name: '绍兴锦绣纺织有限公司', phone: '13900001111', remark: '不可外传' })
    const answer = await find(rep2, 'customer', { name: '锦绣纺织', phone: '13900001111' })
    const [hit] = answer.body.items
    assert.deepEqual([hit.visible, 'id' in hit, hit.name, hit.score, hit.exact, why(hit)], [false, false, '绍**纺织', 1, true, 'company phone'])
    assert.deepEqual([hit.owner.name, hit.department.name], ['rep1', '华东'])
    for (const secret of ['锦绣', '13900001111', '不可外传', `"id":${made.id},"name"`]) assert.ok(!JSON.stringify({ ...answer.body, items: answer.body.items.map((item) => ({ ...item, owner: null, department: null })) }).includes(secret), secret)
    const scores = new Set()
    for (const name of ['锦绣纺织品', '锦秀纺织', '锦绣纺织坊', '锦绣纺']) for (const item of await hits(rep2, 'customer', { name })) scores.add(item.score)
    assert.deepEqual([...scores], [0.6])
    await boss.patch('/meta/objects/customer', { duplicate_owner: false })
    const [quiet] = await hits(rep2, 'customer', { phone: '13900001111' })
    assert.deepEqual([quiet.owner, quiet.department, quiet.name], [null, null, '绍**纺织'])
    assert.equal((await hits(rep1, 'customer', { phone: '13900001111' }))[0].owner.name, 'rep1')
    await boss.patch('/meta/objects/customer', { duplicate_owner: true })
    assert.equal((await find(rep2, 'customer', {}, made.id)).status, 404)
  },
  'fields that somebody may not read are not compared for him; who can write none asks nothing': async ({ boss, blind, looks }) => {
    await boss.create('customer', { name: '嘉兴暗处光学有限公司', phone: '13700002222', credit_code: '91330400CCCCCCCCC3' })
    assert.deepEqual(await hits(blind, 'customer', { phone: '13700002222', credit_code: '91330400CCCCCCCCC3' }), [])
    assert.deepEqual((await hits(blind, 'customer', { name: '嘉兴暗处光学', phone: '13700002222' })).map(why), ['company'])
    assert.equal((await hits(blind, 'customer', { name: '嘉兴暗处光学', credit_code: '91330400DDDDDDDDD4' })).length, 1, 'nor do they speak against it')
    const meta = (await blind.get('/meta/objects/customer')).body
    assert.deepEqual(meta.duplicates.map((rule) => rule.name), ['company', 'phone', 'email'])
    assert.deepEqual([(await find(looks, 'customer', { name: 'x' })).status, (await find(blind, 'lead', { name: 'x' })).status], [403, 404])
  },
  'keys follow every change of a record': async ({ boss, haike }) => {
    const made = await boss.create('customer', { name: '台州第一次有限公司', phone: '13600000001' })
    const seen = async (values) => (await hits(boss, 'customer', values)).length
    await boss.patch(`/records/customer/${made.id}`, { name: '台州换过名有限公司', phone: null })
    assert.deepEqual([await seen({ name: '第一次' }), await seen({ name: '换过名' }), await seen({ phone: '13600000001' })], [0, 1, 0])
    await boss.delete(`/records/customer/${made.id}`)
    assert.equal(await seen({ name: '台州换过名' }), 0)
    await boss.post(`/trash/customer/${made.id}/restore`)
    assert.equal(await seen({ name: '台州换过名' }), 1)
    await boss.delete(`/records/customer/${made.id}`)
    assert.equal((await boss.delete(`/trash/customer/${made.id}`)).status, 200)
    sound(haike)
  },
  'exact matches are refused where the object says so, with the record where it may be seen': async ({ boss, rep1, rep2 }) => {
    const made = await rep1.create('customer', { name: '湖州拒收电缆有限公司', phone: '13511112222' })
    await boss.patch('/meta/objects/customer', { on_duplicate: 'refuse' })
    try {
      const own = await rep1.post('/records/customer', { name: '拒收电缆公司' })
      assert.deepEqual([own.status, own.body.errors[0].field, own.body.errors[0].code, own.body.errors[0].record], [422, 'name', 'duplicate', made.id])
      assert.match(own.body.errors[0].message, /湖州拒收电缆/)
      const other = await rep2.post('/records/customer', { name: '新名字', phone: '+86 13511112222' })
      assert.deepEqual([other.status, other.body.errors[0].field, other.body.errors[0].code, other.body.errors[0].record], [422, 'phone', 'duplicate', undefined])
      assert.ok(!JSON.stringify(other.body).includes('拒收'))
      assert.equal((await rep2.post('/records/customer', { name: '拒收电览公司' })).status, 201, 'what is only alike is not refused')
      const renamed = await rep2.create('customer', { name: '先用别名' })
      assert.equal((await rep2.patch(`/records/customer/${renamed.id}`, { name: '湖州拒收电缆' })).body.errors[0].code, 'duplicate')
      assert.equal((await rep2.patch(`/records/customer/${renamed.id}`, { remark: '别的不受影响' })).status, 200)
      assert.equal((await rep1.patch(`/records/customer/${made.id}`, { name: '湖州拒收电缆股份有限公司' })).status, 200, 'not held against itself')
    } finally {
      await boss.patch('/meta/objects/customer', { on_duplicate: 'warn' })
    }
    assert.equal((await rep1.post('/records/customer', { name: '拒收电缆公司' })).status, 201)
    await boss.patch('/meta/objects/customer', { on_duplicate: 'off' })
    assert.deepEqual((await find(rep1, 'customer', { name: '拒收电缆公司' })).body.items, [])
    await boss.patch('/meta/objects/customer', { on_duplicate: 'warn' })
  },
  'an import counts them, those of its own file too, and refuses where the object does': async ({ boss, rep1 }) => {
    await boss.create('customer', { name: '金华已有五金有限公司' })
    const csv = 'name,phone\n金华已有五金公司,\n衢州全新五金,13400001111\n另起一行,13400001111\n'
    const told = await imported(boss, 'customer', csv)
    assert.deepEqual([told.result.created, told.result.failed, told.result.duplicates, told.result.issues.map((issue) => [issue.line, issue.code])], [3, 0, 2, [[2, 'duplicate'], [4, 'duplicate']]])
    const tried = async (person) => (await imported(person, 'customer', 'name,phone\n完全没有过的名字,13400001111\n', true)).result.duplicates
    assert.deepEqual([await tried(boss), await tried(rep1)], [1, 0], 'trying out tells nothing of what is not seen')
    await boss.patch('/meta/objects/customer', { on_duplicate: 'refuse' })
    const refused = await imported(boss, 'customer', csv)
    assert.deepEqual([refused.result.created, refused.result.failed, refused.result.duplicates], [0, 3, 0])
    await boss.patch('/meta/objects/customer', { on_duplicate: 'warn' })
  },
  'a definition may be changed: what does not fit is refused, what does is in effect at once': async ({ boss, haike }) => {
    const rules = (duplicates) => boss.patch('/meta/objects/customer', { duplicates })
    const before = (await boss.get('/meta/objects/customer')).body.duplicates
    for (const [rule, field, code] of [
      [{ fields: [] }, 'duplicates[0].fields', 'required'], [{ fields: ['nothing'] }, 'duplicates[0].fields[0]', 'unknown_field'], [{ fields: ['remark'] }, 'duplicates[0].fields[0]', 'not_comparable'],
      [{ fields: ['won_amount'] }, 'duplicates[0].fields[0]', 'not_comparable'], [{ fields: ['name'], as: 'sound' }, 'duplicates[0].as', 'unknown_option'], [{ fields: ['name'], weight: 101 }, 'duplicates[0].weight', 'out_of_range'],
      [{ fields: ['level'], fuzzy: true }, 'duplicates[0].fuzzy', 'not_comparable'], [{ fields: ['name'], other: 1 }, 'duplicates[0].other', 'unknown_member'],
    ]) {
      const answer = await rules([rule])
      assert.deepEqual([answer.status, answer.body.errors?.[0].field, answer.body.errors?.[0].code], [422, field, code], JSON.stringify(rule))
    }
    assert.equal((await boss.patch('/meta/objects/customer', { on_duplicate: 'maybe' })).body.errors[0].field, 'on_duplicate')
    const made = await boss.create('customer', { name: '舟山网站客户', website: 'https://zhoushan.example' })
    assert.equal((await hits(boss, 'customer', { website: 'https://zhoushan.example' })).length, 0)
    assert.equal((await rules([...before, { name: 'site', fields: ['website'], weight: 60 }, { name: 'two', fields: ['level', 'industry', 'short_name'], weight: 60 }])).status, 200)
    assert.deepEqual((await hits(boss, 'customer', { website: 'https://zhoushan.example' })).map((item) => item.id), [made.id])
    await boss.patch(`/records/customer/${made.id}`, { level: 'A', industry: 'C', short_name: '网站' })
    assert.deepEqual((await hits(boss, 'customer', { level: 'A', industry: 'C', short_name: '网 站' })).map(why), ['two'])
    assert.deepEqual(await hits(boss, 'customer', { level: 'B', industry: 'C', short_name: '网站' }), [])
    assert.equal((await rules(before)).status, 200)
    sound(haike)
  },
  'nobody asks all day long': async ({ busy, boss }) => {
    let refused
    for (let i = 0; i < 605 && !refused; i++) {
      const answer = await find(busy, 'customer', { phone: `1330000${String(i).padStart(4, '0')}` })
      if (answer.status !== 200) refused = [i, answer.status, answer.body.code]
    }
    assert.deepEqual(refused, [600, 429, 'too_many_checks'])
    assert.equal((await find(boss, 'customer', {})).status, 200)
  },
}
