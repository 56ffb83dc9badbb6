// A company that a seed repeats: departments, users, roles with random grants, records of six objects. Rights are thrown anew each round.
import assert from 'node:assert/strict'
import { Haike, PASSWORD } from '../../support/server.mjs'
import { Model } from './model.mjs'

export const OBJECTS = ['customer', 'contact', 'opportunity', 'lead', 'activity', 'sample']
export const ALL = [...OBJECTS, 'user', 'department']
const USERS = 5
const ROLES = 5
const TOUCHED = { customer: 'remark', contact: 'remark', opportunity: 'remark', lead: 'remark', activity: 'content', sample: 'note' }
const ACTIONS = { lead: ['qualify', 'reject', 'convert', 'assign'], customer: ['assign'], opportunity: ['win', 'lose', 'reopen', 'assign'] }

const ownerDepartment = (row, model) => model.row('user', row.owner?.id)?.department?.id
const customerOf = (row, model) => model.row('customer', row.customer?.id)
const RULES = {
  customer: {
    'level = "A"': (row) => row.level === 'A',
    'owner.department under my_department()': (row, user, model) => model.subtree(user.department?.id).has(ownerDepartment(row, model)),
    'parent.owner = me()': (row, user, model) => model.row('customer', row.parent?.id)?.owner?.id === user.id,
    'count(contacts) > 1': (row, user, model) => model.live('contact').filter((contact) => contact.customer?.id === row.id).length > 1,
    'department = my_department()': (row, user) => Boolean(row.department && user.department && row.department.id === user.department.id),
  },
  contact: {
    'customer.level = "A"': (row, user, model) => customerOf(row, model)?.level === 'A',
    'customer.owner = me()': (row, user, model) => customerOf(row, model)?.owner?.id === user.id,
  },
  opportunity: {
    'amount >= 5000': (row) => row.amount !== null && row.amount >= 5000,
    'customer.owner.department = my_department()': (row, user, model) => {
      const customer = customerOf(row, model)
      const department = customer && ownerDepartment(customer, model)
      return Boolean(department && user.department && department === user.department.id)
    },
  },
  lead: {
    'status = "new" and department under my_department()': (row, user, model) => row.status === 'new' && model.subtree(user.department?.id).has(row.department?.id),
    'owner != me() and budget < 4000': (row, user) => row.owner?.id !== user.id && row.budget !== null && row.budget < 4000,
  },
  activity: { 'type = "call"': (row) => row.type === 'call' },
  sample: {
    'cost < 500 or owner = me()': (row, user) => (row.cost !== null && row.cost < 500) || row.owner?.id === user.id,
    'customer.level != "A"': (row, user, model) => customerOf(row, model)?.level !== 'A',
  },
}
// Formulas that reach beyond their record: what a path or an aggregate gives is the reader's own.
const FORMULAS = {
  'sample.revenue': (row, user, model) => {
    const customer = customerOf(row, model)
    return customer && model.listed(user, 'customer', customer) && customer.annual_revenue !== null ? customer.annual_revenue * 2 : null
  },
  'customer.sample_count': (row, user, model) => model.live('sample').filter((sample) => sample.customer?.id === row.id && model.listed(user, 'sample', sample)).length,
}

const ok = (answer, status = 200) => {
  assert.equal(answer.status, status, JSON.stringify(answer.body)?.slice(0, 600))
  return answer.body
}

export class World {
  constructor(engine, random) {
    this.random = random
    this.haike = new Haike(engine)
    this.serial = 0
  }

  async open() {
    assert.equal(this.haike.command(['init']).status, 0)
    assert.equal(this.haike.command(['user', 'add', 'admin', '--name', 'Admin', '--role', 'admin', '--password-stdin'], PASSWORD).status, 0)
    await this.haike.serve('--test-clock')
    this.admin = await this.haike.as('admin')
    await this.addObject()
    this.departments = (await this.admin.list('department')).body.items.map((item) => item.id)
    for (let i = 0; i < 5; i++) this.departments.push((await this.admin.create('department', { name: `部门${i}`, parent: this.random.pick(this.departments) })).id)
    this.roles = []
    for (let i = 0; i < ROLES; i++) this.roles.push((await this.admin.create('role', { name: `role${i}`, key: `r${i}` })).id)
    this.users = []
    for (let i = 0; i < USERS; i++) {
      const login = `user${i}`
      const made = await this.admin.create('user', { name: `甲乙丙丁戊${i}`, login, position: `p${i}`, phone: `1390000${1000 + i}`, email: `${login}@haike.test`, department: this.random.pick(this.departments) })
      ok(await this.admin.post(`/users/${made.id}/password`, { password: PASSWORD }), 204)
      this.users.push(await this.haike.as(login))
    }
    await this.addRecords()
  }

  async addObject() {
    ok(await this.admin.post('/meta/objects', { name: 'sample', label: '样品' }), 201)
    const fields = [
      ['sample', { name: 'customer', type: 'reference', label: '客户', target: 'customer', inverse: 'samples' }],
      ['sample', { name: 'cost', type: 'money', label: '费用' }],
      ['sample', { name: 'code', type: 'text', label: '编码', unique: true, search: true, indexed: true }],
      ['sample', { name: 'note', type: 'text', label: '说明' }],
      ['sample', { name: 'level', type: 'choice', label: '级别', options: [{ key: 'x', label: 'X' }, { key: 'y', label: 'Y' }] }],
      ['sample', { name: 'about', type: 'record', label: '关于' }],
      ['sample', { name: 'paper', type: 'file', label: '文件' }],
      ['sample', { name: 'twice', type: 'formula', label: '双倍', expression: 'cost * 2', result: 'money' }],
      ['sample', { name: 'revenue', type: 'formula', label: '双倍营业额', expression: 'customer.annual_revenue * 2', result: 'money' }],
      ['customer', { name: 'sample_cost', type: 'rollup', label: '样品费用', expression: 'sum(samples.cost)', result: 'money' }],
      ['customer', { name: 'sample_count', type: 'formula', label: '样品数', expression: 'count(samples)', result: 'integer' }],
    ]
    for (const [object, body] of fields) ok(await this.admin.post(`/meta/objects/${object}/fields`, { label: body.name, ...body }), 201)
  }

  // ---- records

  word() {
    return `zq${String(++this.serial).padStart(4, '0')}x`
  }

  phone() {
    return `138${String(10000000 + ++this.serial * 7919)}`
  }

  async add(object, values) {
    const made = await this.admin.create(object, values)
    ;(this.made[object] ??= []).push(made.id)
    return made
  }

  async addRecords() {
    const r = this.random
    this.made = {}
    const maybe = (make, share = 0.8) => (r.chance(share) ? make() : null)
    const owner = () => r.pick(this.users).id
    const one = (object) => r.pick(this.made[object])
    for (let i = 0; i < 10; i++)
      await this.add('customer', { name: this.word(), owner: owner(), phone: maybe(() => this.phone()), email: maybe(() => `${this.word()}@x.cn`), level: maybe(() => r.pick(['A', 'B'])), remark: maybe(() => this.word()),
        annual_revenue: maybe(() => r.below(9000)), parent: i ? maybe(() => one('customer'), 0.5) : null, tags: maybe(() => ['t1'], 0.4), employees: maybe(() => r.below(50)), credit_code: maybe(() => this.word(), 0.5) })
    for (let i = 0; i < 10; i++)
      await this.add('contact', { name: r.pick(['王小明', '欧阳海', this.word()]), customer: one('customer'), owner: owner(), phone: this.phone(), email: maybe(() => `${this.word()}@y.cn`), gender: maybe(() => 'male', 0.5), remark: maybe(() => this.word()) })
    for (let i = 0; i < 10; i++)
      await this.add('opportunity', { name: this.word(), customer: maybe(() => one('customer')), contact: maybe(() => one('contact'), 0.5), owner: owner(), amount: maybe(() => r.below(10000)), stage: r.pick(['initial', 'proposal', 'won']),
        close_date: maybe(() => `2026-1${r.below(3)}-15`), reference_no: maybe(() => this.word()) })
    for (let i = 0; i < 8; i++)
      await this.add('lead', { name: this.word(), company: maybe(() => this.word()), phone: maybe(() => this.phone()), owner: owner(), budget: maybe(() => r.below(8000)), source: maybe(() => 'website', 0.5), requirement: maybe(() => this.word()) })
    for (let i = 0; i < 10; i++) {
      const file = maybe(() => true, 0.7) ? await this.upload() : null
      const about = maybe(() => r.pick(['customer', 'lead', 'contact']))
      await this.add('sample', { name: this.word(), customer: maybe(() => one('customer')), owner: owner(), cost: maybe(() => r.below(1000)), code: maybe(() => this.word()), note: maybe(() => this.word()), level: maybe(() => r.pick(['x', 'y'])), paper: file,
        about: about && { object: about, id: one(about) } })
    }
    for (let i = 0; i < 14; i++) {
      const target = r.pick(['customer', 'lead', 'contact', 'opportunity', 'sample'])
      await this.add('activity', { type: r.pick(['call', 'visit']), content: `${this.word()} ${this.word()}`, owner: owner(), target: { object: target, id: one(target) }, at: `2026-11-0${1 + r.below(9)}T08:00:00Z` })
    }
    for (const object of ['contact', 'lead', 'sample', 'activity'])
      for (const id of r.shuffled(this.made[object]).slice(0, 2)) ok(await this.admin.delete(`/records/${object}/${id}`), 204)
  }

  async upload() {
    const form = new FormData()
    form.append('file', new Blob([`paper ${++this.serial}`]), `${this.word()}.txt`)
    return ok(await this.admin.post('/files', form), 201).id
  }

  // ---- rights, thrown anew

  grant(object, fields) {
    const r = this.random
    const rules = Object.keys(RULES[object] ?? {})
    const scope = () => (rules.length && r.chance(0.25) ? r.pick(rules) : r.pick(['none', 'own', 'department', 'tree', 'all']))
    const grant = { read: scope(), create: r.chance(0.6), update: scope(), delete: scope(), export: r.chance(0.5) }
    if (ACTIONS[object]) grant.actions = r.chance(0.2) ? '*' : r.some(ACTIONS[object], 0.5)
    if (r.chance(0.75)) {
      grant.fields = Object.fromEntries(r.some(fields, 0.4).map((field) => [field.name, r.pick(['hide', 'mask', 'read', 'write'])]))
      if (r.chance(0.12)) grant.fields['*'] = r.pick(['hide', 'mask', 'read'])
    }
    return grant
  }

  grants() {
    const grants = {}
    for (const object of OBJECTS) if (this.random.chance(0.85)) grants[object] = this.grant(object, this.definitions[object].fields)
    for (const object of ['user', 'department']) if (this.random.chance(0.4)) grants[object] = this.grant(object, this.definitions[object].fields)
    if (this.random.chance(0.15)) grants['*'] = { read: this.random.pick(['own', 'tree']), update: 'own', create: true }
    return grants
  }

  // New values for some fields of a record.
  change(object) {
    const r = this.random
    const values = {
      customer: { phone: this.phone(), email: `${this.word()}@x.cn`, level: r.pick(['A', 'B']), annual_revenue: r.below(9000), employees: r.below(50), credit_code: this.word(), tags: r.some(['t1', 't2'], 0.5) },
      contact: { phone: this.phone(), email: null, gender: r.pick(['male', 'female']), customer: r.pick(this.made.customer) },
      opportunity: { amount: r.below(10000), stage: r.pick(['initial', 'proposal', 'won']), close_date: '2026-12-31', customer: r.pick(this.made.customer), reference_no: this.word() },
      lead: { phone: this.phone(), company: this.word(), budget: r.below(8000), source: r.pick(['website', 'referral']) },
      activity: { type: r.pick(['call', 'visit']), duration_minutes: r.below(60) },
      sample: { cost: r.below(1000), level: r.pick(['x', 'y']), customer: r.pick(this.made.customer), code: this.word(), about: { object: 'customer', id: r.pick(this.made.customer) } },
    }[object]
    return { owner: r.pick(this.users).id, [TOUCHED[object]]: this.word(), ...Object.fromEntries(r.some(Object.entries(values), 0.5)) }
  }

  async throwRights() {
    const r = this.random
    await this.readDefinitions()
    for (const id of this.roles) ok(await this.admin.patch(`/records/role/${id}`, { grants: this.grants() }))
    for (const user of this.users)
      ok(await this.admin.patch(`/records/user/${user.id}`, { roles: r.shuffled(this.roles).slice(0, r.below(3)), department: r.chance(0.85) ? r.pick(this.departments) : null }))
    for (const id of this.departments) ok(await this.admin.patch(`/records/department/${id}`, { head: r.chance(0.3) ? r.pick(this.users).id : null }))
    for (const object of OBJECTS) // owners change, departments follow; a row of changes for the history
      for (const row of (await this.admin.list(object, { limit: 200, fields: 'id' })).body.items)
        if (r.chance(0.4)) ok(await this.admin.patch(`/records/${object}/${row.id}`, this.change(object)))
  }

  // ---- everything, as an administrator reads it

  async readDefinitions() {
    const items = ok(await this.admin.get('/meta/objects')).items
    this.definitions = Object.fromEntries(items.filter((item) => [...ALL, 'role', 'competitor', 'product', 'task'].includes(item.name)).map((item) => [item.name, item]))
  }

  async rowsOf(object) {
    const fields = this.definitions[object].fields.map((field) => field.name).join(',')
    const rows = new Map()
    for (const [path, deleted] of [[`/records/${object}`, false], [`/trash/${object}`, true]])
      for (let after = ''; after !== null;) {
        const page = ok(await this.admin.get(`${path}?${new URLSearchParams({ limit: 200, fields, ...(after && { after }) })}`))
        for (const row of page.items) rows.set(row.id, { ...row, deleted })
        after = page.next
      }
    return rows
  }

  async model() {
    const rows = {}
    for (const object of Object.keys(this.definitions)) rows[object] = await this.rowsOf(object)
    const roles = new Map((await this.admin.list('role', { limit: 200, fields: 'id,key,grants' })).body.items.map((role) => [role.id, role]))
    const people = this.users.map((person) => rows.user.get(person.id))
    const model = new Model({ definitions: this.definitions, rows, users: people, departments: [...rows.department.values()].filter((row) => !row.deleted), roles, rules: RULES })
    model.formulas = FORMULAS
    return model
  }

  // Touches every record as administrator, so that each leaves an event.
  async touchAll(model) {
    const events = []
    for (const object of OBJECTS) {
      const rows = model.live(object)
      const operations = rows.map((row) => ({ op: 'update', id: row.id, values: { [TOUCHED[object]]: this.word() } }))
      if (operations.length) ok(await this.admin.post(`/records/${object}/batch`, operations))
      events.push(...rows.map((row) => `${object}:${row.id}`))
    }
    return events
  }
}
