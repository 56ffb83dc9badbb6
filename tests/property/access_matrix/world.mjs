// A company that a seed repeats: departments, users, records of all kinds. Rights are thrown anew each round: random roles, or those that come with the program.
import assert from 'node:assert/strict'
import { Haike, PASSWORD } from '../../support/server.mjs'
import { Model } from './model.mjs'
import { FORMULAS, RULES, SCOPE_RULES, SHARING_RULES } from './rules.mjs'

export const OBJECTS = ['customer', 'contact', 'opportunity', 'lead', 'activity', 'task', 'event', 'comment', 'attachment', 'product', 'competitor', 'sample']
export const SHIPPED_ROLES = ['sales', 'sales_manager', 'service', 'finance', 'admin']
const KNOWN = [...OBJECTS, 'view', 'notification', 'user', 'department', 'role', 'pool', 'pool_rule', 'cadence', 'cadence_step'] // others have rights of their own, see their scenarios
const USERS = 6
const ROLES = 6
export const TOUCHED = { activity: 'content', task: 'description', event: 'description', comment: 'content', attachment: 'name', sample: 'note' } // else remark
export const touched = (object) => TOUCHED[object] ?? 'remark'
const ACTIONS = { lead: ['qualify', 'reject', 'convert', 'assign'], customer: ['assign'], opportunity: ['win', 'lose', 'reopen', 'assign'], task: ['assign', 'acknowledge'] }
const THROUGH = { contact: ['customer'], opportunity: ['customer'], activity: ['target'], attachment: ['target'], comment: ['target'], event: ['target'], task: ['target'] }
const PATTERNS = ['mask', 'mask:3,4', 'mask:0,2', 'mask:1,0', 'mask:2,3']

export const ok = (answer, status = 200) => {
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
    assert.equal(this.haike.command(['user', 'add', 'root', '--name', 'Root', '--role', 'admin', '--password-stdin'], PASSWORD).status, 0)
    await this.haike.serve('--test-clock')
    this.admin = await this.haike.as('root')
    await this.addObject()
    await this.readDefinitions()
    await this.findFeatures()
    this.departments = (await this.admin.list('department')).body.items.map((item) => item.id)
    for (let i = 0; i < 6; i++) this.departments.push((await this.admin.create('department', { name: `部门${i}`, parent: this.random.pick(this.departments) })).id)
    this.shipped = Object.fromEntries((await this.admin.list('role', { fields: 'id,key' })).body.items.map((role) => [role.key, role.id]))
    this.roles = []
    for (let i = 0; i < ROLES; i++) this.roles.push((await this.admin.create('role', { name: `role${i}`, key: `r${i}` })).id)
    this.users = []
    for (let i = 0; i < USERS; i++) this.users.push(await this.addUser(i))
    await this.addRecords()
  }

  async addUser(i) {
    const login = `user${i}`
    const made = await this.admin.create('user', { name: `甲乙丙丁戊己`[i], login, position: `p${i}`, phone: `1390000${1000 + i}`, email: `${login}@haike.test`, department: this.random.pick(this.departments) })
    ok(await this.admin.post(`/users/${made.id}/password`, { password: PASSWORD }), 204)
    return this.haike.as(login)
  }

  // What the server does not know yet is not thrown.
  async findFeatures() {
    const has = (object, field) => Boolean(this.everything[object]?.fields.some((each) => !field || each.name === field))
    const probe = async (grant) => (await this.admin.post('/records/role', { name: 'probe', grants: { customer: grant } })).status === 201
    this.features = {
      base: has('role', 'base'), several: has('user', 'other_departments'), team: has('team_member'), sharing: has('sharing_rule'), through: this.through, entries: has('sharing_rule'),
      transfer: await probe({ transfer: false }), import: await probe({ import: false }), patterns: await probe({ fields: { phone: 'mask:3,4' } }),
    }
  }

  async addObject() {
    const custom = { name: 'sample', label: '样品', readers: 'watchers', fields: [
      { name: 'customer', type: 'reference', label: '客户', target: 'customer', inverse: 'samples' },
      { name: 'watchers', type: 'multi_reference', label: '关注', target: 'user', inverse: 'watched' },
      { name: 'cost', type: 'money', label: '费用' },
      { name: 'code', type: 'text', label: '编码', unique: true, search: true, indexed: true },
      { name: 'note', type: 'text', label: '说明' },
      { name: 'level', type: 'choice', label: '级别', options: [{ key: 'x', label: 'X' }, { key: 'y', label: 'Y' }] },
      { name: 'about', type: 'record', label: '关于' },
      { name: 'paper', type: 'file', label: '文件' },
    ] }
    const through = await this.admin.post('/meta/objects', { ...custom, through: ['customer', 'about'] })
    this.through = through.status === 201
    if (!this.through) ok(await this.admin.post('/meta/objects', custom), 201)
    const fields = [
      ['sample', { name: 'twice', type: 'formula', label: '双倍', expression: 'cost * 2', result: 'money' }],
      ['sample', { name: 'revenue', type: 'formula', label: '双倍营业额', expression: 'customer.annual_revenue * 2', result: 'money' }],
      ['customer', { name: 'sample_cost', type: 'rollup', label: '样品费用', expression: 'sum(samples.cost)', result: 'money' }],
      ['customer', { name: 'sample_count', type: 'formula', label: '样品数', expression: 'count(samples)', result: 'integer' }],
    ]
    for (const [object, body] of fields) ok(await this.admin.post(`/meta/objects/${object}/fields`, body), 201)
  }

  // ---- records

  word() {
    return `zq${String(++this.serial).padStart(4, '0')}x`
  }

  phone() {
    return `138${String(10000000 + ++this.serial * 7919)}`
  }

  one(object) {
    return this.random.pick(this.made[object])
  }

  about(...objects) {
    const object = this.random.pick(objects)
    return { object, id: this.one(object) }
  }

  async add(object, count, values) {
    this.made[object] ??= []
    for (let i = 0; i < count; i++) this.made[object].push((await this.admin.create(object, { owner: this.random.pick(this.users).id, ...(await values(i)) })).id)
  }

  async addRecords() {
    const r = this.random
    const maybe = (make, share = 0.8) => (r.chance(share) ? make() : null)
    const people = (share = 0.25) => r.some(this.users, share).map((user) => user.id)
    const targets = ['customer', 'lead', 'contact', 'opportunity', 'sample']
    const soon = (hours) => new Date(Date.now() + hours * 3600e3).toISOString().replace(/\.\d+/, '')
    this.made = {}
    await this.add('customer', 10, (i) => ({ name: this.word(), phone: maybe(() => this.phone()), email: maybe(() => `${this.word()}@x.cn`), level: maybe(() => r.pick(['A', 'B'])), remark: maybe(() => this.word()), annual_revenue: maybe(() => r.below(9000)),
      parent: i ? maybe(() => this.one('customer'), 0.5) : null, tags: maybe(() => ['t1'], 0.4), employees: maybe(() => r.below(50)), credit_code: maybe(() => this.word(), 0.5), next_follow_up: maybe(() => soon(r.below(500)), 0.6) }))
    await this.add('contact', 10, () => ({ name: r.pick(['王小明', '欧阳海', this.word()]), customer: this.one('customer'), phone: this.phone(), email: maybe(() => `${this.word()}@y.cn`), gender: maybe(() => 'male', 0.5), remark: maybe(() => this.word()) }))
    await this.add('product', 5, () => ({ name: this.word(), code: maybe(() => this.word()), price: maybe(() => r.below(900)), cost: maybe(() => r.below(900)) }))
    await this.add('competitor', 4, () => ({ name: this.word(), price_level: maybe(() => 'low'), remark: maybe(() => this.word()) }))
    await this.add('opportunity', 10, () => ({ name: this.word(), customer: maybe(() => this.one('customer')), contact: maybe(() => this.one('contact'), 0.5), amount: maybe(() => r.below(10000)), stage: r.pick(['initial', 'proposal', 'won']), product: maybe(() => this.one('product'), 0.5),
      competitor: maybe(() => this.one('competitor'), 0.4), close_date: maybe(() => `2026-1${r.below(3)}-15`), reference_no: maybe(() => this.word()) }))
    await this.add('lead', 8, () => ({ name: this.word(), company: maybe(() => this.word()), phone: maybe(() => this.phone()), budget: maybe(() => r.below(8000)), source: maybe(() => 'website', 0.5), requirement: maybe(() => this.word()), next_follow_up: maybe(() => soon(r.below(500)), 0.5) }))
    await this.add('sample', 10, async () => ({ name: this.word(), customer: maybe(() => this.one('customer')), cost: maybe(() => r.below(1000)), code: maybe(() => this.word()), note: maybe(() => this.word()), level: maybe(() => r.pick(['x', 'y'])),
      paper: await maybe(() => this.upload(), 0.7), about: maybe(() => this.about('customer', 'lead', 'contact')), watchers: people() }))
    await this.add('activity', 14, async () => ({ type: r.pick(['call', 'visit']), content: `${this.word()} ${this.word()}`, target: this.about(...targets), at: `2026-11-0${1 + r.below(9)}T08:00:00Z`, attachment: await maybe(() => this.upload(), 0.3) }))
    await this.add('task', 9, () => ({ title: this.word(), description: maybe(() => this.word()), priority: maybe(() => r.pick(['high', 'normal'])), status: r.pick(['open', 'done']), due_at: maybe(() => soon(r.below(500))), target: maybe(() => this.about(...targets)) }))
    await this.add('event', 9, () => ({ title: this.word(), kind: r.pick(['visit', 'call']), location: maybe(() => this.word()), description: maybe(() => this.word()), start_at: soon(r.below(500)), target: maybe(() => this.about(...targets)), participants: people() }))
    await this.add('comment', 8, async () => ({ content: this.word(), target: this.about(...targets), mentions: people(0.3), attachment: await maybe(() => this.upload(), 0.3) }))
    await this.add('attachment', 6, async () => ({ file: await this.upload(), target: this.about(...targets) }))
    await this.add('view', 6, () => ({ name: this.word(), object: 'customer', kind: 'list', share: r.pick(['private', 'department', 'all']) }))
    for (const object of ['contact', 'lead', 'sample', 'activity', 'task', 'event', 'attachment'])
      for (let i = 0; i < 2; i++) await this.throwAway(object, this.one(object))
    if (this.features.team) await this.addTeams()
    if (this.features.sharing) await this.addRules()
    await this.addPools()
  }

  async throwAway(object, id) {
    ok(await this.admin.delete(`/records/${object}/${id}`), 204)
    this.made[object] = this.made[object].filter((each) => each !== id)
  }

  async upload() {
    const form = new FormData()
    form.append('file', new Blob([`paper ${++this.serial}`]), `${this.word()}.txt`)
    return ok(await this.admin.post('/files', form), 201).id
  }

  async addTeams() {
    for (const object of ['customer', 'contact', 'opportunity', 'lead', 'activity', 'task', 'sample'])
      for (const { id } of (await this.admin.list(object, { limit: 200, fields: 'id' })).body.items)
        for (const user of this.random.some(this.users, 0.08)) await this.join({ record: { object, id }, user: user.id, access: this.random.pick(['read', 'write']), role: 'x' })
  }

  // Nobody is in a team twice.
  async join(member) {
    const answer = await this.admin.post('/records/team_member', member)
    assert.ok(answer.status === 201 || answer.body.errors?.[0]?.code === 'team_twice', JSON.stringify(answer.body))
  }

  sharing(object) {
    const r = this.random
    return { condition: r.pick(Object.keys(SHARING_RULES[object])), users: r.some(this.users, 0.15).map((user) => user.id), departments: r.some(this.departments, 0.2), roles: r.some(this.roles, 0.15), access: r.pick(['read', 'write']), active: r.chance(0.85) }
  }

  async addRules() {
    this.rules = []
    for (const object of Object.keys(SHARING_RULES)) this.rules.push([object, (await this.admin.create('sharing_rule', { name: `rule ${object}`, object, ...this.sharing(object) })).id])
  }

  // ---- pools, and what lies in them

  pool() {
    const r = this.random
    const people = (share) => r.some(this.users, share).map((user) => user.id)
    return { members: people(0.25), departments: r.some(this.departments, 0.2), administrators: people(0.15), masked: r.chance(0.7), mask_fields: r.some(['remark'], 0.5), active: r.chance(0.8) }
  }

  async addPools() {
    this.pools = []
    for (const object of ['customer', 'customer', 'lead']) this.pools.push([object, (await this.admin.create('pool', { name: this.word(), object, ...this.pool() })).id])
    for (const [, id] of this.pools.slice(0, 2)) await this.admin.create('pool_rule', { name: this.word(), pool: id, clock: 'gained', days: 3000, active: false }) // not in use: what it foresees comes by itself, a minute later
  }

  // Some records go into some pool that is in use; those that were given an owner meanwhile have left it.
  async throwPools() {
    for (const [, id] of this.pools) ok(await this.admin.patch(`/records/pool/${id}`, { ...this.pool(), active: true }))
    for (const object of ['customer', 'lead']) {
      const open = object === 'lead' ? { filter: 'status in ("new","contacted","qualified")' } : {}
      for (const row of (await this.admin.list(object, { limit: 200, fields: 'id,pool', ...open })).body.items)
        if (!row.pool && this.random.chance(0.35)) ok(await this.admin.post(`/records/${object}/${row.id}/actions/release`, { reason: this.word(), pool: this.random.pick(this.pools.filter(([name]) => name === object))[1] }))
    }
    for (const [, id] of this.pools) if (this.random.chance(0.2)) ok(await this.admin.patch(`/records/pool/${id}`, { active: false }))
  }

  // ---- rights, thrown anew

  grant(object, fields) {
    const r = this.random
    const rules = Object.keys(SCOPE_RULES[object] ?? {})
    const scope = () => (rules.length && r.chance(0.25) ? r.pick(rules) : r.pick(['none', 'own', 'department', 'tree', 'all']))
    const grant = { read: scope(), create: r.chance(0.6), update: scope(), delete: scope(), export: r.chance(0.5) }
    if (ACTIONS[object]) grant.actions = r.chance(0.2) ? '*' : r.some(ACTIONS[object], 0.5)
    if (this.features.transfer && r.chance(0.4)) grant.transfer = r.chance(0.4)
    if (this.features.import && r.chance(0.4)) grant.import = r.chance(0.5)
    const right = () => r.pick(['hide', this.features.patterns ? r.pick(PATTERNS) : 'mask', 'read', 'write'])
    if (r.chance(0.75)) {
      grant.fields = Object.fromEntries(r.some(fields, 0.4).map((field) => [field.name, right()]))
      if (r.chance(0.12)) grant.fields['*'] = r.pick(['hide', 'mask', 'read'])
    }
    return grant
  }

  grants() {
    const r = this.random
    const grants = {}
    for (const object of OBJECTS) if (r.chance(0.8)) grants[object] = this.grant(object, this.definitions[object].fields)
    for (const object of ['user', 'department', 'view', 'notification']) if (r.chance(0.4)) grants[object] = this.grant(object, this.definitions[object].fields)
    if (r.chance(0.15)) grants['*'] = { read: r.pick(['own', 'tree']), update: 'own', create: true }
    return grants
  }

  // New values for some fields of a record.
  change(object) {
    const r = this.random
    const values = {
      customer: { phone: this.phone(), email: `${this.word()}@x.cn`, level: r.pick(['A', 'B']), annual_revenue: r.below(9000), employees: r.below(50), credit_code: this.word(), tags: r.some(['t1', 't2'], 0.5) },
      contact: { phone: this.phone(), email: null, gender: r.pick(['male', 'female']), customer: this.one('customer') },
      opportunity: { amount: r.below(10000), stage: r.pick(['initial', 'proposal', 'won']), close_date: '2026-12-31', customer: this.one('customer'), reference_no: this.word() },
      lead: { phone: this.phone(), company: this.word(), budget: r.below(8000), source: r.pick(['website', 'referral']) },
      activity: { type: r.pick(['call', 'visit']), duration_minutes: r.below(60) },
      task: { priority: r.pick(['high', 'normal']), target: this.about('customer', 'contact') },
      event: { kind: r.pick(['visit', 'call']), location: this.word(), participants: r.some(this.users, 0.3).map((user) => user.id) },
      comment: {}, attachment: {},
      product: { price: r.below(900), cost: r.below(900) },
      competitor: { price_level: r.pick(['low', 'high']) },
      sample: { cost: r.below(1000), level: r.pick(['x', 'y']), customer: this.one('customer'), code: this.word(), about: this.about('customer', 'lead'), watchers: r.some(this.users, 0.3).map((user) => user.id) },
    }[object]
    return { owner: r.pick(this.users).id, [touched(object)]: this.word(), ...Object.fromEntries(r.some(Object.entries(values), 0.5)) }
  }

  // shipped: each user has one role that comes with the program; else one to three of any.
  rolesOf(i, shipped) {
    const r = this.random
    if (shipped) return [this.shipped[SHIPPED_ROLES[i % SHIPPED_ROLES.length]]]
    return r.shuffled([...this.roles, ...SHIPPED_ROLES.slice(0, 4).map((key) => this.shipped[key])]).slice(0, r.pick([0, 1, 1, 2, 2, 3]))
  }

  async throwRights(shipped) {
    const r = this.random
    ok(await this.admin.patch('/meta/objects/sample', { inherit: r.pick(['customer', 'about', null]) }))
    await this.readDefinitions()
    for (const id of this.roles) ok(await this.admin.patch(`/records/role/${id}`, { grants: this.grants(), ...(this.features.base && { base: !shipped && r.chance(0.12) }) }))
    for (const [i, user] of this.users.entries()) {
      const values = { roles: this.rolesOf(i, shipped), department: r.chance(0.9) ? r.pick(this.departments) : null }
      if (this.features.several) values.other_departments = r.some(this.departments, 0.12)
      ok(await this.admin.patch(`/records/user/${user.id}`, values))
    }
    for (const id of this.departments) ok(await this.admin.patch(`/records/department/${id}`, { head: r.chance(0.3) ? r.pick(this.users).id : null }))
    for (const object of OBJECTS) // owners change, departments follow; a row of changes for the history
      for (const row of (await this.admin.list(object, { limit: 200, fields: 'id' })).body.items)
        if (r.chance(0.4)) ok(await this.admin.patch(`/records/${object}/${row.id}`, this.change(object)))
    await this.throwPools()
    await this.throwShares()
  }

  async throwShares() {
    if (this.features.team)
      for (const row of (await this.admin.list('team_member', { limit: 200, fields: 'id' })).body.items) {
        if (this.random.chance(0.3)) ok(await this.admin.patch(`/records/team_member/${row.id}`, { access: this.random.pick(['read', 'write']) }))
        else if (this.random.chance(0.3)) ok(await this.admin.delete(`/records/team_member/${row.id}`), 204)
      }
    if (this.features.team) await this.addTeams()
    if (!this.features.sharing) return
    for (const [object, id] of this.rules) ok(await this.admin.patch(`/records/sharing_rule/${id}`, this.sharing(object)))
    for (let i = 0; i < 500; i++) {
      const rules = (await this.admin.list('sharing_rule', { limit: 200 })).body.items
      if (rules.every((rule) => !rule.active || rule.state === 'ready')) return
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    assert.fail('a sharing rule does not become ready')
  }

  // ---- everything, as an administrator reads it

  async readDefinitions() {
    const items = ok(await this.admin.get('/meta/objects')).items
    this.everything = Object.fromEntries(items.map((item) => [item.name, item]))
    this.definitions = Object.fromEntries(KNOWN.map((name) => [name, this.everything[name]]))
    if (this.through) {
      for (const [object, fields] of Object.entries(THROUGH)) this.definitions[object].through ??= fields
      this.definitions.sample.through ??= ['customer', 'about']
    }
  }

  async rowsOf(object) {
    const fields = this.everything[object].fields.map((field) => field.name).join(',')
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
    for (const object of [...KNOWN, 'team_member', 'sharing_rule']) if (this.everything[object]) rows[object] = await this.rowsOf(object)
    const live = (object) => [...rows[object].values()].filter((row) => !row.deleted)
    return new Model({ definitions: this.definitions, rows, users: this.users.map((person) => rows.user.get(person.id)), departments: live('department'), roles: new Map(live('role').map((role) => [role.id, role])), rules: RULES, formulas: FORMULAS, features: this.features })
  }
}
