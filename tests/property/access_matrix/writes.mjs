// What each user may change, field by field and record by record, held against the model. Most attempts write what is there already: they are allowed or refused
// like any other and leave the world as it is.
import assert from 'node:assert/strict'
import { HIDE } from './model.mjs'
import { ALL, OBJECTS } from './world.mjs'

const ASSIGNED = ['customer', 'lead', 'opportunity']
const LEAVES = ['activity', 'sample', 'lead', 'contact']
const ABSENT = 987654321

export class Writes {
  constructor(world, model, person, found) {
    Object.assign(this, { world, model, person, found, user: model.users.find((user) => user.id === person.id), admin: world.admin, random: world.random })
  }

  same(what, actual, expected) {
    try {
      assert.deepEqual(actual, expected)
    } catch {
      this.found.push(`${this.user.login} ${what}\n    is       ${JSON.stringify(actual)?.slice(0, 1200)}\n    expected ${JSON.stringify(expected)?.slice(0, 1200)}`)
    }
  }

  async run() {
    for (const object of ALL) await this.update(object)
    for (const object of OBJECTS) await this.create(object)
    this.model = await this.world.model()
    for (const object of ASSIGNED) await this.assign(object)
    for (const object of LEAVES) await this.remove(object)
  }

  fields(object) {
    return this.model.definitions[object].fields
  }

  // Several attempts in one request, each for itself; each says what it must come to: [status, codes of which the first error has one].
  async attempt(object, attempts) {
    if (!attempts.length) return
    const answer = await this.person.post(`/records/${object}/batch?atomic=false`, attempts.map(({ operation }) => operation))
    const known = this.model.reads(this.user, object) || this.model.creates(this.user, object)
    if (!known) {
      this.same(`batch ${object}`, [answer.status, answer.body.code, answer.body.errors], [404, 'unknown_object', []])
      return
    }
    this.same(`batch ${object}`, answer.status, 200)
    for (const [i, { operation, expected, check }] of attempts.entries()) {
      const item = answer.body.items?.[i]
      const values = JSON.stringify(operation.values)?.slice(0, 200)
      const [status, codes] = expected
      const code = item?.problem?.errors?.[0]?.code
      this.same(`${operation.op} ${object} ${operation.id ?? ''} ${values}`, [item?.status, codes?.includes(code) ? codes : code], [status, codes])
      if (item && item.status >= 403 && item.status <= 404) this.same(`${operation.op} ${object} ${operation.id ?? ''} ${values} tells`, item.problem.errors, [])
      await check?.(item)
    }
  }

  // The API's way in of a value that it gave out.
  input(field, value) {
    if (value === null || value === undefined) return null
    if (field.type === 'record') return { object: value.object, id: value.id }
    if (Array.isArray(value) && field.target) return value.map((item) => item.id)
    return value.id !== undefined && (field.target || field.type === 'file' || field.type === 'image') ? value.id : value
  }

  refused(object, row, verb) {
    if (!this.model.visible(this.user, object, row)) return [404, undefined]
    return (verb === 'update' ? this.model.updates(this.user, object, row) : this.model.deletes(this.user, object, row)) ? undefined : [403, undefined]
  }

  writing(object, field) {
    if (this.model.settable(this.user, object, field)) return undefined
    return [422, [this.model.field(this.user, object, field.name) === HIDE ? 'unknown_field' : 'read_only']]
  }

  async update(object) {
    const { model, user } = this
    const attempts = []
    const whole = (row) => (item) => {
      if (item?.status === 200) for (const field of this.fields(object)) if (model.field(user, object, field.name) === HIDE) this.same(`answer of update ${object} ${field.name}`, item.record[field.name], undefined)
      if (item?.status === 200) this.same(`update ${object} ${row.id} version`, item.record.version, row.version)
    }
    for (const row of model.live(object))
      for (const field of this.random.some(this.fields(object), object === 'user' || object === 'department' ? 0.5 : 0.35)) {
        const no = this.refused(object, row, 'update')
        attempts.push({ operation: { op: 'update', id: row.id, values: { [field.name]: this.input(field, row[field.name]) } }, expected: no ?? this.writing(object, field) ?? [200, undefined], check: whole(row) })
        if (this.random.chance(0.1)) attempts.push(this.wrong(object, row, field, no))
        attempts.push(...this.strangers(object, row, field, no))
      }
    for (let i = 0; i < attempts.length; i += 500) await this.attempt(object, attempts.slice(i, i + 500))
  }

  // Of a value that no field takes one learns only what one may know of the field.
  wrong(object, row, field, no) {
    const right = this.model.field(this.user, object, field.name)
    const operation = { op: 'update', id: row.id, values: { [field.name]: { wrong: [1] } } }
    if (no) return { operation, expected: no }
    const code = right === HIDE ? 'unknown_field' : undefined
    return { operation: code ? operation : { ...operation, values: { nothing_of_this_name: 1 } }, expected: [422, ['unknown_field']] }
  }

  // A record that one may not see is refused like one that does not exist.
  strangers(object, row, field, no) {
    if (no || !field.target || Array.isArray(row[field.name]) || field.type === 'multi_reference' || this.writing(object, field) || !OBJECTS.includes(field.target)) return []
    const hidden = this.model.live(field.target).filter((other) => !this.model.visible(this.user, field.target, other) && other.id !== row[field.name]?.id)
    const ids = [ABSENT, ...(hidden.length ? [this.random.pick(hidden).id] : [])]
    return ids.map((id) => ({ operation: { op: 'update', id: row.id, values: { [field.name]: id } }, expected: [422, ['reference_missing']] }))
  }

  // ---- create

  minimal(object) {
    const { model, user } = this
    const seen = (name) => model.live(name).filter((row) => model.visible(user, name, row))
    const customer = seen('customer')[0]
    const values = { name: this.world.word() }
    if (object === 'contact') return customer && { ...values, customer: customer.id }
    if (object === 'activity') return customer && { type: 'call', content: this.world.word(), target: { object: 'customer', id: customer.id } } // not to a lead: that moves it on
    return values
  }

  async create(object) {
    const { model, user } = this
    const values = this.minimal(object)
    if (!values) return
    const may = (more) => {
      if (!model.creates(user, object)) return [403, undefined]
      const given = this.fields(object).filter((field) => field.name in { ...values, ...more })
      const bad = given.map((field) => this.writing(object, field)).filter(Boolean)
      return bad.length ? [422, bad.flatMap(([, codes]) => codes)] : [201, undefined]
    }
    const other = this.random.pick(this.world.users.filter((person) => person.id !== user.id)).id
    const transfer = may({ owner: 1 })
    const attempts = this.fields(object).filter((field) => !(field.name in values)).map((field) => ({ operation: { op: 'create', values: { ...values, [field.name]: null } }, expected: may({ [field.name]: null }) })).filter(({ expected }) => expected[0] !== 201)
    attempts.push({ operation: { op: 'create', values }, expected: may({}) })
    if (transfer[0] !== 201) attempts.push({ operation: { op: 'create', values: { ...values, owner: other } }, expected: transfer })
    else if (!model.acts(user, object, 'assign')) attempts.push({ operation: { op: 'create', values: { ...values, owner: other } }, expected: [422, ['may_not_assign']] })
    await this.attempt(object, attempts)
  }

  // ---- actions, with the owner that it has: nothing changes

  async assign(object) {
    const { model, user } = this
    for (const row of model.live(object)) {
      if (!row.owner || this.random.chance(0.5)) continue
      const path = `/records/${object}/${row.id}/actions/assign`
      const answer = await this.person.post(path, { owner: row.owner.id })
      const known = model.reads(user, object) || model.creates(user, object)
      const expected = !known || !model.visible(user, object, row) ? 404 : model.acts(user, object, 'assign') && model.updates(user, object, row) ? 200 : 403
      this.same(`POST ${path}`, answer.status, expected)
    }
  }

  // ---- delete and restore

  async remove(object) {
    const { model, user } = this
    const rows = model.live(object)
    await this.attempt(object, rows.filter((row) => this.refused(object, row, 'delete')).map((row) => ({ operation: { op: 'delete', id: row.id }, expected: this.refused(object, row, 'delete') })))
    const row = rows.find((each) => !this.refused(object, each, 'delete'))
    if (row) await this.throwAway(object, row)
    for (const gone of [...model.rows[object].values()].filter((each) => each.deleted).slice(0, 3)) await this.restore(object, gone)
  }

  async throwAway(object, row) {
    const answer = await this.person.delete(`/records/${object}/${row.id}`)
    this.same(`delete ${object} ${row.id}`, answer.status, 204)
    if (answer.status !== 204) return
    const bin = await this.person.get(`/trash/${object}?limit=200`)
    const seen = this.model.covers(this.user, object, 'read', row)
    this.same(`trash ${object} has ${row.id}`, (bin.body.items ?? []).some((item) => item.id === row.id), seen)
    this.same(`get deleted ${object} ${row.id}`, (await this.person.get(`/records/${object}/${row.id}`)).status, 404)
    const back = await this.person.post(`/trash/${object}/${row.id}/restore`)
    this.same(`restore ${object} ${row.id}`, back.status, seen ? 200 : 404)
    if (back.status !== 200) this.same(`restore ${object} ${row.id} as administrator`, (await this.admin.post(`/trash/${object}/${row.id}/restore`)).status, 200)
  }

  // What he could not have thrown away he cannot bring back.
  async restore(object, row) {
    const { model, user } = this
    const may = model.writesAny(user, object, 'delete') && model.covers(user, object, 'read', row) && model.covers(user, object, 'delete', row)
    if (!may) this.same(`restore ${object} ${row.id}`, (await this.person.post(`/trash/${object}/${row.id}/restore`)).status, 404)
  }
}
