// Reading one record: by its id, its history, timeline, form, files, why one may; search; and that what is not his is as if it were absent.
import { HIDE, MASK, READ } from './rights.mjs'
import { ABSENT, Asker, refusal } from './asker.mjs'
import { OBJECTS } from './world.mjs'

const TIMES = { activity: 'at', event: 'start_at', task: 'due_at' }

export class RecordReads extends Asker {
  plan() {
    for (const object of this.objects()) {
      for (const field of this.fields(object)) this.cell('field', this.model.named(this.user, object, field.name))
      if (!this.model.reads(this.user, object)) continue
      for (const row of this.model.rows[object].values()) {
        this.later(() => this.get(object, row))
        if (this.random.chance(0.5)) this.later(() => this.history(object, row))
        if (this.random.chance(0.4)) this.later(() => this.timeline(object, row))
        if (this.random.chance(0.3)) this.later((random) => this.explain(object, row, random))
        if (this.random.chance(0.3)) this.later((random) => this.search(object, row, random))
        if (this.random.chance(0.2)) this.later(() => this.form(object, row))
        for (const field of this.fields(object)) if (['file', 'image'].includes(field.type) && row[field.name]) this.later(() => this.file(object, row, field))
      }
      for (const row of this.random.shuffled(this.unseen(object)).slice(0, 2)) this.later((random) => this.twins(object, row, random))
    }
  }

  async get(object, row) {
    const answer = await this.person.get(`/records/${object}/${row.id}`)
    const visible = this.model.visible(this.user, object, row)
    this.cell('get', visible)
    this.same(`get ${object} ${row.id}`, answer.status, visible ? 200 : 404)
    if (visible && answer.status === 200) this.same(`get ${object} ${row.id}`, answer.body, this.expected(object, row, true))
  }

  // The same answer, byte for byte but for the trace and the id itself, by every way in that takes an id.
  async twins(object, row, random) {
    const path = `/records/${object}`
    const ways = [
      ['get', (id) => this.person.get(`${path}/${id}`)], ['history', (id) => this.person.get(`${path}/${id}/history`)], ['timeline', (id) => this.person.get(`${path}/${id}/timeline`)],
      ['explain', (id) => this.person.get(`${path}/${id}/explain`)], ['explain of another', (id) => this.person.get(`${path}/${id}/explain?user=${this.world.users[0].id}`)],
      ['patch', (id) => this.person.patch(`${path}/${id}`, { name: 'x', nothing: 1 })], ['patch of a version', (id) => this.person.patch(`${path}/${id}`, {}, { 'If-Match': '"1"' })],
      ['delete', (id) => this.person.delete(`${path}/${id}`)], ['delete of a version', (id) => this.person.delete(`${path}/${id}`, { 'If-Match': '"77"' })],
      ['action', (id) => this.person.post(`${path}/${id}/actions/assign`, { owner: this.user.id })], ['no action', (id) => this.person.post(`${path}/${id}/actions/nothing`, {})],
      ['restore', (id) => this.person.post(`/trash/${object}/${id}/restore`)], ['form', (id) => this.person.post(`${path}/form`, { id, values: {} })],
      ['check', (id) => this.person.post(`/meta/objects/${object}/check`, { expression: 'id', kind: 'value', id })],
      ['batch', (id) => this.person.post(`${path}/batch?atomic=false`, [{ op: 'update', id, values: { name: 'x' } }, { op: 'delete', id }, { op: 'update', id, version: 77, values: {} }])],
      ['batch as a whole', (id) => this.person.post(`${path}/batch`, [{ op: 'update', id, values: { name: 'x' } }])],
      ['bulk', (id) => this.person.post(`${path}/bulk`, { ids: [id], op: 'delete' })], ...(this.model.features.team ? [['team', (id) => this.person.get(`${path}/${id}/team`)]] : []), ['head', (id) => this.person.call('HEAD', `${path}/${id}`)],
      ...this.naming(object),
    ]
    for (const [way, ask] of random.shuffled(ways).slice(0, 10)) {
      this.cell('absent or not yours', false)
      this.same(`${way} of ${object}: not his and absent`, refusal(await ask(row.id), row.id), refusal(await ask(ABSENT), ABSENT))
    }
  }

  // Forms of records that would name it.
  naming(object) {
    const fields = this.objects().flatMap((from) => this.fields(from).filter((field) => field.target === object && field.type === 'reference').map((field) => [from, field.name]))
    return fields.map(([from, name]) => [`form of ${from}.${name}`, (id) => this.person.post(`/records/${from}/form`, { values: { [name]: id } })])
  }

  side(object, row, field, value) {
    return this.right(object, field) === MASK || this.model.veiled(this.user, object, row, field) ? this.model.mask(this.user, object, field, value) : this.model.shown(this.user, field, value)
  }

  // An administrator's history entry as this user must see it; undefined: not at all.
  change(object, row, item) {
    const changes = []
    for (const { field: name, from, to } of item.changes) {
      const field = this.definition(object).byName.get(name)
      if (field && this.right(object, field) !== HIDE) changes.push({ field: name, from: this.side(object, row, field, from), to: this.side(object, row, field, to) })
    }
    return changes.length || item.action !== 'update' ? { ...item, changes } : undefined
  }

  async whole(object, row) {
    this.model.histories ??= new Map()
    const key = `${object} ${row.id}`
    if (!this.model.histories.has(key)) this.model.histories.set(key, this.admin.get(`/records/${object}/${row.id}/history?limit=200`))
    return (await this.model.histories.get(key)).body.items
  }

  async history(object, row) {
    const path = `/records/${object}/${row.id}/history?limit=200`
    const answer = await this.person.get(path)
    const visible = this.model.visible(this.user, object, row)
    this.cell('history', visible)
    this.same(`GET ${path}`, answer.status, visible ? 200 : 404)
    if (!visible || answer.status !== 200) return
    const whole = await this.whole(object, row)
    for (const item of whole) for (const { field } of item.changes) this.cell('history by field', this.model.field(this.user, object, field) >= READ)
    this.same(`GET ${path}`, answer.body.items, whole.map((item) => this.change(object, row, item)).filter(Boolean))
  }

  // Things that inherit from the record are seen with it; what merely points at it is not on its timeline.
  pointing(object, row) {
    const { model, user } = this
    const found = []
    for (const kind of this.objects()) {
      const name = this.definition(kind).inherit
      if (!name || this.definition(kind).byName.get(name).type !== 'record' || !model.named(user, kind, name)) continue
      for (const other of model.live(kind)) if (other[name]?.object === object && other[name].id === row.id) found.push([kind, other])
    }
    return found
  }

  async timeline(object, row) {
    const path = `/records/${object}/${row.id}/timeline?limit=200`
    const answer = await this.person.get(path)
    const visible = this.model.visible(this.user, object, row)
    this.cell('timeline', visible)
    this.same(`GET ${path}`, answer.status, visible ? 200 : 404)
    if (!visible || answer.status !== 200) return
    const pointing = this.pointing(object, row)
    const entries = answer.body.items.filter((item) => this.model.definitions[item.kind])
    const key = (kind, id) => `${kind}:${id}`
    this.same(`GET ${path} kinds`, entries.map((item) => key(item.kind, item[item.kind].id)).sort(), pointing.map(([kind, other]) => key(kind, other.id)).sort())
    for (const [kind, other] of pointing) {
      const entry = entries.find((item) => item.kind === kind && item[kind].id === other.id)
      if (!entry) continue
      const record = this.expected(kind, other, true)
      this.same(`GET ${path} ${kind} ${other.id}`, entry[kind], record)
      const known = (name) => name && this.model.field(this.user, kind, name) >= READ
      const times = [TIMES[kind], 'created_at'].filter(known).map((name) => other[name])
      this.same(`GET ${path} ${kind} ${other.id} at`, [...times, null].includes(entry.at), true)
      this.same(`GET ${path} ${kind} ${other.id} user`, entry.user, known('created_by') ? other.created_by : null)
    }
    const whole = await this.whole(object, row)
    this.same(`GET ${path} changes`, answer.body.items.filter((item) => item.kind === 'change').length, whole.filter((item) => this.change(object, row, item)).length)
  }

  async explain(object, row, random) {
    const { model, user } = this
    const answer = await this.person.get(`/records/${object}/${row.id}/explain`)
    const visible = model.visible(user, object, row)
    this.same(`explain ${object} ${row.id}`, answer.status, visible ? 200 : 404)
    if (!visible || answer.status !== 200) return
    const expected = [true, model.updates(user, object, row), model.deletes(user, object, row)]
    for (const may of expected) this.cell('explain', may)
    this.same(`explain ${object} ${row.id}`, ['read', 'update', 'delete'].map((verb) => answer.body[verb].allowed), expected)
    for (const name of Object.keys(answer.body.fields)) this.same(`explain ${object} field ${name}`, model.field(user, object, name) > HIDE, true)
    await this.explainOther(object, row, random)
  }

  // Of others one learns that they may, not by what roles and rules.
  async explainOther(object, row, random) {
    const { model } = this
    const other = random.pick(model.users.filter((user) => user.id !== this.user.id))
    const answer = await this.person.get(`/records/${object}/${row.id}/explain?user=${other.id}`)
    const expected = [model.visible(other, object, row), model.updates(other, object, row), model.deletes(other, object, row)]
    for (const may of expected) this.cell('explain', may)
    this.same(`explain ${object} ${row.id} of ${other.login}`, ['read', 'update', 'delete'].map((verb) => answer.body[verb]?.allowed), expected)
    for (const name of Object.keys(answer.body.fields ?? {})) this.same(`explain ${object} ${row.id} of another: field ${name}`, model.field(this.user, object, name) > HIDE, true)
    const roles = ['read', 'update', 'delete'].flatMap((verb) => answer.body[verb]?.because ?? []).filter((reason) => reason.role)
    if (!model.named(this.user, 'user', 'roles')) this.same(`explain ${object} ${row.id} of ${other.login}: roles`, roles, [])
  }

  async search(object, row, random) {
    const definition = this.definition(object)
    if (!OBJECTS.includes(object)) return
    const fields = definition.fields.filter((field) => (field.search || field.name === 'name') && typeof row[field.name] === 'string')
    const words = fields.flatMap((field) => (field.type === 'phone' ? [row[field.name]] : row[field.name].match(/zq\d+x/g) ?? []))
    if (!words.length) return
    const q = random.pick(words)
    const told = fields.some((field) => row[field.name].includes(q) && this.readable(object, field) && !this.model.unindexed(object, row, field))
    const found = this.model.listed(this.user, object, row) && told
    this.cell('search', found)
    const list = await this.person.list(object, { q, limit: 1, count: 'true' })
    this.same(`list ${object} q=${q}`, [list.status, list.body.items?.map((item) => item.id), list.body.next, list.body.count], [200, found ? [row.id] : [], null, found ? 1 : 0])
    const whole = await this.person.get(`/search?q=${q}`)
    const mine = whole.body.items.filter((item) => item.object === object && item.id === row.id)
    this.same(`search ${q} in ${object}`, mine.length, found ? 1 : 0)
    for (const item of mine) {
      this.same(`search ${q} name`, item.name, this.model.member(this.user, object, row, definition.byName.get('name')) ?? null)
      this.same(`search ${q} match`, this.model.field(this.user, object, item.match) >= READ, true)
    }
  }

  async file(object, row, field) {
    const answer = await this.person.get(`/files/${row[field.name].id}`)
    const seen = this.model.visible(this.user, object, row) && this.readable(object, field)
    this.cell('file', seen)
    this.same(`file of ${object} ${row.id}.${field.name}`, answer.status, seen ? 200 : 404)
    if (!seen) this.same('file: not his and absent', refusal(answer, row[field.name].id), refusal(await this.person.get(`/files/${ABSENT}`), ABSENT))
  }

  // A form computes what its reader may see.
  async form(object, row) {
    const answer = await this.person.post(`/records/${object}/form`, { id: row.id, values: {} })
    const visible = this.model.visible(this.user, object, row)
    this.cell('form', visible)
    if (!this.same(`form of ${object} ${row.id}`, answer.status, visible ? 200 : 404) || !visible) return
    const formulas = this.fields(object).filter((field) => field.type === 'formula' && this.readable(object, field))
    this.same(`form of ${object} ${row.id} computes`, answer.body.computed, Object.fromEntries(formulas.map((field) => [field.name, this.model.member(this.user, object, row, field)])))
  }
}
