// Every way of reading, for one user, held against the model.
import assert from 'node:assert/strict'
import { HIDE, MASK, READ } from './model.mjs'
import { ALL, OBJECTS } from './world.mjs'

const LONG = ['long_text', 'json', 'file', 'image']
const NUMBERS = ['money', 'integer', 'number', 'percent']
const GROUPED = ['text', 'choice', 'reference', 'user', 'department', 'boolean', 'date', 'integer', 'money', 'phone', 'email', 'formula']
const sorted = (list) => [...list].sort((a, b) => a - b)

export class Reads {
  constructor(world, model, person, found) {
    Object.assign(this, { world, model, person, found, user: model.users.find((user) => user.id === person.id), admin: world.admin, random: world.random })
    this.jobs = []
  }

  same(what, actual, expected) {
    try {
      assert.deepEqual(actual, expected)
    } catch {
      this.found.push(`${this.user.login} ${what}\n    is       ${JSON.stringify(actual)?.slice(0, 1200)}\n    expected ${JSON.stringify(expected)?.slice(0, 1200)}`)
    }
  }

  later(job) {
    this.jobs.push(job)
  }

  // Requests of one user run eight at a time.
  async run() {
    for (const object of ALL) this.object(object)
    this.later(() => this.metadata())
    this.later(() => this.openapi())
    const work = async () => {
      for (let job = this.jobs.shift(); job; job = this.jobs.shift()) await job()
    }
    await Promise.all(Array.from({ length: 8 }, work))
  }

  definition(object) {
    return this.model.definitions[object]
  }

  right(object, field) {
    return this.model.field(this.user, object, field.name)
  }

  listed(object) {
    return this.model.live(object).filter((row) => this.model.listed(this.user, object, row))
  }

  object(object) {
    const { model, user } = this
    if (!model.reads(user, object)) {
      this.later(() => this.refused(object))
      return
    }
    this.later(() => this.list(object))
    this.later(() => this.pages(object))
    this.later(() => this.trash(object))
    this.later(() => this.measures(object))
    for (const field of this.definition(object).fields) {
      this.later(() => this.filter(object, field))
      if (this.random.chance(0.5)) this.later(() => this.sort(object, field))
      if (GROUPED.includes(field.type) && this.random.chance(0.5)) this.later(() => this.group(object, field))
      if (field.target && !Array.isArray(field.target)) this.path(object, field)
    }
    for (const relation of this.definition(object).children ?? []) if (OBJECTS.includes(relation.object)) this.later(() => this.children(object, relation))
    if (OBJECTS.includes(object)) this.records(object)
  }

  async refused(object) {
    const creates = this.model.creates(this.user, object)
    const id = [...this.model.rows[object].keys()][0]
    const paths = [[`/records/${object}`, creates ? 403 : 404], [`/aggregate/${object}`, creates ? 403 : 404], [`/records/${object}/${id}`, 404], [`/records/${object}/${id}/history`, 404],
      [`/records/${object}/${id}/timeline`, 404], [`/records/${object}/${id}/explain`, 404]]
    for (const [path, status] of paths) this.same(`GET ${path}`, (await this.person.get(path)).status, status)
    const trash = await this.person.get(`/trash/${object}`)
    this.same(`GET /trash/${object}`, trash.body.items?.length ?? 0, 0)
  }

  // What a record's members must be; long: also those that lists leave out.
  expected(object, row, long) {
    const record = {}
    for (const field of this.definition(object).fields) {
      if (!long && LONG.includes(field.type)) continue
      const value = this.model.member(this.user, object, row, field)
      if (value !== undefined) record[field.name] = value
    }
    return record
  }

  async list(object) {
    const rows = this.listed(object)
    const answer = await this.person.list(object, { limit: 200, count: 'true' })
    this.same(`list ${object}`, answer.status, 200)
    if (answer.status !== 200) return
    this.same(`list ${object} ids`, sorted(answer.body.items.map((item) => item.id)), sorted(rows.map((row) => row.id)))
    this.same(`list ${object} count`, answer.body.count, rows.length)
    for (const item of answer.body.items) {
      const row = this.model.row(object, item.id)
      if (row) this.same(`list ${object} ${item.id}`, item, this.expected(object, row, false))
    }
  }

  // The same in small pages, in some order; the pages together are the list.
  async pages(object) {
    const names = this.definition(object).fields.filter((field) => field.sortable && this.right(object, field) >= READ).map((field) => field.name)
    const sort = names.length ? this.random.pick(['', '-']) + this.random.pick(names) : 'id'
    const ids = []
    for (let after = ''; after !== null && ids.length < 500;) {
      const page = await this.person.list(object, { sort, limit: 3, fields: 'id', ...(after && { after }) })
      if (page.status !== 200) return this.same(`page of ${object} by ${sort}`, page.status, 200)
      ids.push(...page.body.items.map((item) => item.id))
      after = page.body.next
    }
    return this.same(`pages of ${object} by ${sort}`, sorted(ids), sorted(this.listed(object).map((row) => row.id)))
  }

  async trash(object) {
    const deleted = [...this.model.rows[object].values()].filter((row) => row.deleted)
    const seen = this.model.writesAny(this.user, object, 'delete') ? deleted.filter((row) => this.model.covers(this.user, object, 'read', row) && this.model.covers(this.user, object, 'delete', row)) : []
    const answer = await this.person.get(`/trash/${object}?limit=200`)
    this.same(`trash ${object}`, sorted((answer.body.items ?? []).map((item) => item.id)), sorted(seen.map((row) => row.id)))
    for (const item of answer.body.items ?? []) for (const field of this.definition(object).fields) if (this.right(object, field) === HIDE) this.same(`trash ${object} ${field.name}`, item[field.name], undefined)
  }

  // ---- by field

  async filter(object, field) {
    const text = `is_null(${field.name})`
    const whole = await this.admin.list(object, { filter: text, limit: 200, fields: 'id' })
    if (whole.status !== 200) return
    const answer = await this.person.list(object, { filter: text, limit: 200, fields: 'id', sort: 'id' })
    if (this.right(object, field) < READ) {
      this.same(`filter ${object}: ${text}`, [answer.status, answer.body.code], [400, 'expr_unknown_name'])
      return
    }
    const empty = (row) => {
      const value = this.model.member(this.user, object, row, field)
      return value === null || (Array.isArray(value) && !value.length)
    }
    this.same(`filter ${object}: ${text}`, sorted((answer.body.items ?? []).map((item) => item.id)), sorted(this.listed(object).filter(empty).map((row) => row.id)))
  }

  async sort(object, field) {
    const query = { sort: `-${field.name}`, limit: 200, fields: 'id' }
    const whole = await this.admin.list(object, query)
    if (whole.status !== 200) return
    const answer = await this.person.list(object, query)
    const right = this.right(object, field)
    if (right < READ) {
      this.same(`sort ${object}: ${field.name}`, [answer.status, answer.body.errors?.[0].code], [422, right === HIDE ? 'unknown_field' : 'not_sortable'])
      return
    }
    const mine = new Set(this.listed(object).map((row) => row.id))
    this.same(`sort ${object}: ${field.name}`, (answer.body.items ?? []).map((item) => item.id), whole.body.items.map((item) => item.id).filter((id) => mine.has(id)))
  }

  async group(object, field) {
    const query = { group: field.name, measure: 'count()' }
    if ((await this.admin.aggregate(object, query)).status !== 200) return
    const answer = await this.person.aggregate(object, query)
    if (this.right(object, field) < READ) {
      this.same(`group ${object}: ${field.name}`, [answer.status, answer.body.code], [400, 'expr_unknown_name'])
      return
    }
    const counts = {}
    for (const row of this.listed(object)) {
      const key = JSON.stringify(this.model.member(this.user, object, row, field))
      counts[key] = (counts[key] ?? 0) + 1
    }
    const actual = {}
    for (const item of answer.body.items ?? []) actual[JSON.stringify(item[field.name])] = item['count()']
    this.same(`group ${object}: ${field.name}`, actual, counts)
  }

  async measures(object) {
    const rows = this.listed(object)
    const count = await this.person.aggregate(object)
    this.same(`count ${object}`, count.body.items?.[0]?.['count()'], rows.length)
    for (const field of this.definition(object).fields.filter((each) => NUMBERS.includes(each.type) && each.type !== 'percent')) {
      const answer = await this.person.aggregate(object, { measure: `sum(${field.name})` })
      if (this.right(object, field) < READ) this.same(`sum ${object}.${field.name}`, [answer.status, answer.body.code], [400, 'expr_unknown_name'])
      else this.same(`sum ${object}.${field.name}`, Number(answer.body.items?.[0]?.[`sum(${field.name})`]), rows.reduce((sum, row) => sum + (row[field.name] ?? 0), 0))
    }
  }

  // ---- through references and relations

  path(object, reference) {
    const target = this.definition(reference.target)
    if (!target || reference.type === 'multi_reference') return
    for (const field of this.random.shuffled(target.fields).slice(0, 3)) this.later(() => this.onePath(object, reference, field))
  }

  async onePath(object, reference, field) {
    const path = `${reference.name}.${field.name}`
    const { model, user } = this
    const whole = await this.admin.list(object, { fields: path, limit: 200 })
    if (whole.status !== 200) return
    const right = this.right(object, reference) < READ || !model.reads(user, reference.target) ? HIDE : this.right(reference.target, field)
    const answer = await this.person.list(object, { fields: path, limit: 200, sort: 'id' })
    const filter = await this.person.list(object, { filter: `not is_null(${path})`, fields: 'id', limit: 200, sort: 'id' })
    if (right === HIDE) this.same(`fields ${object}: ${path}`, [answer.status, answer.body.errors?.[0].code], [422, 'unknown_field'])
    if (right < READ && (await this.admin.list(object, { filter: `not is_null(${path})` })).status === 200) this.same(`filter ${object}: ${path}`, [filter.status, filter.body.code], [400, 'expr_unknown_name'])
    if (right === HIDE) return
    const value = (row) => {
      const far = row[reference.name] && model.row(reference.target, row[reference.name].id)
      return far && model.listed(user, reference.target, far) ? model.member(user, reference.target, far, field) : null
    }
    const rows = this.listed(object)
    const expected = Object.fromEntries(rows.map((row) => [row.id, value(row)]))
    this.same(`fields ${object}: ${path}`, Object.fromEntries((answer.body.items ?? []).map((item) => [item.id, item[path]])), expected)
    if (GROUPED.includes(field.type)) await this.groupPath(object, path, right, expected)
    const whenNone = ['tags', 'multi_reference', 'multi_choice'].includes(field.type)
    if (right >= READ && filter.status === 200 && !whenNone) this.same(`filter ${object}: ${path}`, sorted(filter.body.items.map((item) => item.id)), sorted(rows.filter((row) => value(row) !== null).map((row) => row.id)))
  }

  async groupPath(object, path, right, values) {
    const answer = await this.person.aggregate(object, { group: path, measure: 'count()' })
    if (right < READ) {
      this.same(`group ${object}: ${path}`, [answer.status, answer.body.code], [400, 'expr_unknown_name'])
      return
    }
    const counts = {}
    for (const value of Object.values(values)) counts[JSON.stringify(value)] = (counts[JSON.stringify(value)] ?? 0) + 1
    this.same(`group ${object}: ${path}`, Object.fromEntries((answer.body.items ?? []).map((item) => [JSON.stringify(item[path]), item['count()']])), counts)
  }

  async children(object, relation) {
    const { model, user } = this
    const number = this.definition(relation.object).fields.find((field) => NUMBERS.includes(field.type) && !field.readonly)
    const texts = [[`count(${relation.name}) > 0`, null], ...(number ? [[`sum(${relation.name}.${number.name}) > 0`, number]] : [])]
    for (const [filter, field] of texts) {
      const answer = await this.person.list(object, { filter, fields: 'id', limit: 200, sort: 'id' })
      const known = model.named(user, relation.object, relation.field) && (!field || model.named(user, relation.object, field.name))
      if (!known) {
        this.same(`filter ${object}: ${filter}`, [answer.status, answer.body.code?.startsWith('expr_')], [400, true])
        continue
      }
      const children = model.live(relation.object).filter((row) => model.listed(user, relation.object, row))
      const holds = (row) => children.filter((child) => child[relation.field]?.id === row.id).reduce((sum, child) => sum + (field ? child[field.name] ?? 0 : 1), 0) > 0
      this.same(`filter ${object}: ${filter}`, sorted((answer.body.items ?? []).map((item) => item.id)), sorted(this.listed(object).filter(holds).map((row) => row.id)))
    }
  }

  // ---- one record

  records(object) {
    for (const row of this.model.rows[object].values()) {
      this.later(() => this.get(object, row))
      if (this.random.chance(0.6)) this.later(() => this.history(object, row))
      if (this.random.chance(0.4)) this.later(() => this.timeline(object, row))
      if (this.random.chance(0.3)) this.later(() => this.explain(object, row))
      if (this.random.chance(0.3)) this.later(() => this.search(object, row))
      for (const field of this.definition(object).fields) if (field.type === 'file' && row[field.name]) this.later(() => this.file(object, row, field))
    }
  }

  async get(object, row) {
    const answer = await this.person.get(`/records/${object}/${row.id}`)
    const visible = this.model.visible(this.user, object, row)
    this.same(`get ${object} ${row.id}`, answer.status, visible ? 200 : 404)
    if (visible && answer.status === 200) this.same(`get ${object} ${row.id}`, answer.body, this.expected(object, row, true))
    if (answer.status === 404) this.same(`get ${object} ${row.id} problem`, [answer.body.code, answer.body.errors], ['not_found', []])
  }

  side(object, field, value) {
    return this.right(object, field) === MASK ? this.model.member(this.user, object, { [field.name]: value }, field) : this.model.shown(this.user, field, value)
  }

  // An administrator's history entry as this user must see it; undefined: not at all.
  change(object, item) {
    const changes = []
    for (const { field: name, from, to } of item.changes) {
      const field = this.definition(object).byName.get(name)
      if (field && this.right(object, field) !== HIDE) changes.push({ field: name, from: this.side(object, field, from), to: this.side(object, field, to) })
    }
    return changes.length || item.action !== 'update' ? { ...item, changes } : undefined
  }

  async history(object, row) {
    const path = `/records/${object}/${row.id}/history?limit=200`
    const answer = await this.person.get(path)
    const visible = this.model.visible(this.user, object, row)
    this.same(`GET ${path}`, answer.status, visible ? 200 : 404)
    if (!visible || answer.status !== 200) return
    const whole = (await this.admin.get(path)).body.items
    this.same(`GET ${path}`, answer.body.items, whole.map((item) => this.change(object, item)).filter(Boolean))
  }

  // Things that inherit from the record are seen with it; what merely points at it (a sample's about) is not on its timeline.
  pointing(object, row) {
    const { model, user } = this
    const found = []
    for (const [kind, name] of [['activity', 'target'], ['sample', 'about']]) {
      if (!model.named(user, kind, name)) continue
      for (const other of model.live(kind)) {
        const points = other[name]?.object === object && other[name]?.id === row.id
        if (points && this.definition(kind).inherit === name) found.push([kind, other])
      }
    }
    return found
  }

  async timeline(object, row) {
    const path = `/records/${object}/${row.id}/timeline?limit=200`
    const answer = await this.person.get(path)
    const visible = this.model.visible(this.user, object, row)
    this.same(`GET ${path}`, answer.status, visible ? 200 : 404)
    if (!visible || answer.status !== 200) return
    const pointing = this.pointing(object, row)
    const entries = answer.body.items.filter((item) => item.kind !== 'change')
    const key = (kind, id) => `${kind}:${id}`
    this.same(`GET ${path} kinds`, entries.map((item) => key(item.kind, item[item.kind].id)).sort(), pointing.map(([kind, other]) => key(kind, other.id)).sort())
    for (const [kind, other] of pointing) {
      const entry = entries.find((item) => item.kind === kind && item[kind].id === other.id)
      if (!entry) continue
      const record = this.expected(kind, other, true)
      this.same(`GET ${path} ${kind} ${other.id}`, entry[kind], record)
      const at = kind === 'activity' && this.right(kind, { name: 'at' }) >= READ ? other.at : this.right(kind, { name: 'created_at' }) >= READ ? other.created_at : null
      this.same(`GET ${path} ${kind} ${other.id} at`, entry.at, at)
      this.same(`GET ${path} ${kind} ${other.id} user`, entry.user, this.right(kind, { name: 'created_by' }) >= READ ? other.created_by : null)
    }
    const whole = (await this.admin.get(`/records/${object}/${row.id}/history?limit=200`)).body.items
    this.same(`GET ${path} changes`, answer.body.items.filter((item) => item.kind === 'change').length, whole.filter((item) => this.change(object, item)).length)
  }

  async explain(object, row) {
    const { model, user } = this
    const answer = await this.person.get(`/records/${object}/${row.id}/explain`)
    const visible = model.visible(user, object, row)
    this.same(`explain ${object} ${row.id}`, answer.status, visible ? 200 : 404)
    if (!visible || answer.status !== 200) return
    const said = ['read', 'update', 'delete'].map((verb) => answer.body[verb].allowed)
    this.same(`explain ${object} ${row.id}`, said, [true, model.updates(user, object, row), model.deletes(user, object, row)])
    for (const name of Object.keys(answer.body.fields)) this.same(`explain ${object} field ${name}`, model.field(user, object, name) > HIDE, true)
    await this.explainOther(object, row)
  }

  // Of others one learns that they may, not by what roles and rules.
  async explainOther(object, row) {
    const { model } = this
    const other = this.random.pick(model.users.filter((user) => user.id !== this.user.id))
    const answer = await this.person.get(`/records/${object}/${row.id}/explain?user=${other.id}`)
    const said = ['read', 'update', 'delete'].map((verb) => answer.body[verb]?.allowed)
    this.same(`explain ${object} ${row.id} of ${other.login}`, said, [model.visible(other, object, row), model.updates(other, object, row), model.deletes(other, object, row)])
    const roles = ['read', 'update', 'delete'].flatMap((verb) => answer.body[verb]?.because ?? []).filter((reason) => reason.role)
    if (!model.named(this.user, 'user', 'roles')) this.same(`explain ${object} ${row.id} of ${other.login}: roles`, roles, [])
  }

  async search(object, row) {
    const definition = this.definition(object)
    const fields = definition.fields.filter((field) => (field.search || field.name === 'name') && typeof row[field.name] === 'string')
    const words = fields.flatMap((field) => (field.type === 'phone' ? [row[field.name]] : row[field.name].match(/zq\d+x/g) ?? []))
    if (!words.length) return
    const q = this.random.pick(words)
    const told = fields.some((field) => row[field.name].includes(q) && this.right(object, field) >= READ)
    const found = this.model.listed(this.user, object, row) && told
    const list = await this.person.list(object, { q, limit: 1, count: 'true' })
    if (this.model.reads(this.user, object))
      this.same(`list ${object} q=${q}`, [list.status, list.body.items?.map((item) => item.id), list.body.next, list.body.count], [200, found ? [row.id] : [], null, found ? 1 : 0])
    const whole = await this.person.get(`/search?q=${q}`)
    const mine = whole.body.items.filter((item) => item.object === object && item.id === row.id)
    this.same(`search ${q} in ${object}`, mine.length, found ? 1 : 0)
    for (const item of mine) {
      const name = this.model.member(this.user, object, row, definition.byName.get('name')) ?? null
      this.same(`search ${q} name`, item.name, name)
      this.same(`search ${q} match`, this.model.field(this.user, object, item.match) >= READ, true)
    }
  }

  async file(object, row, field) {
    const answer = await this.person.get(`/files/${row[field.name].id}`)
    const seen = this.model.visible(this.user, object, row) && this.right(object, field) >= READ
    this.same(`file of ${object} ${row.id}.${field.name}`, answer.status, seen ? 200 : 404)
  }

  // ---- definitions

  access(object, field) {
    const right = this.right(object, field)
    return this.model.settable(this.user, object, field) ? 'write' : ['hide', 'mask', 'read', 'read'][right]
  }

  async metadata() {
    const { model, user } = this
    const items = (await this.person.get('/meta/objects')).body.items
    const known = Object.keys(model.definitions).filter((object) => model.reads(user, object) || model.creates(user, object))
    this.same('metadata objects', items.map((item) => item.name).filter((name) => model.definitions[name]).sort(), known.sort())
    for (const item of items.filter((each) => model.definitions[each.name])) {
      const definition = this.definition(item.name)
      const expected = definition.fields.filter((field) => this.right(item.name, field) !== HIDE)
      this.same(`metadata ${item.name}`, item.fields.map((field) => [field.name, field.access]), expected.map((field) => [field.name, this.access(item.name, field)]))
      const hidden = definition.fields.filter((field) => this.right(item.name, field) === HIDE).map((field) => field.name)
      const { views, layout, indexes, actions, stage, inherit } = item
      const texts = JSON.stringify([views?.map((view) => [view.filter, view.sort, view.columns]), layout, indexes, actions?.map((action) => action.when), stage, inherit]).replace(/\\"[^"]*?\\"/g, '')
      for (const name of hidden) this.same(`metadata ${item.name} names ${name}`, new RegExp(`\\b${name}\\b`).test(texts.replace(/"label":"[^"]*"/g, '')), false)
      for (const child of item.children ?? []) if (model.definitions[child.object]) this.same(`metadata ${item.name} child ${child.name}`, model.field(user, child.object, child.field) > HIDE, true)
    }
  }

  async openapi() {
    const { model, user } = this
    const { schemas } = (await this.person.get('/openapi.json')).body.components
    for (const object of Object.keys(model.definitions)) {
      const known = model.reads(user, object) || model.creates(user, object)
      this.same(`openapi ${object}`, [schemas[object], schemas[`${object}_input`]].map(Boolean), [known, known])
      if (!known || !schemas[object]) continue
      const fields = this.definition(object).fields
      const seen = fields.filter((field) => this.right(object, field) !== HIDE).map((field) => field.name)
      this.same(`openapi ${object}`, Object.keys(schemas[object].properties).sort(), seen.sort())
      this.same(`openapi ${object}_input`, Object.keys(schemas[`${object}_input`].properties).sort(), fields.filter((field) => model.settable(user, object, field)).map((field) => field.name).sort())
    }
  }
}
