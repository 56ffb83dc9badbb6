// What each user may change, field by field and record by record, held against the model. Most attempts write what is there already: they are allowed or refused
// like any other and leave the world as it is.
import { HIDE } from './rights.mjs'
import { ABSENT, Asker, byNumber, idsOf, refusal } from './asker.mjs'
import { OBJECTS, ok, touched } from './world.mjs'

const WRITTEN = ['customer', 'contact', 'opportunity', 'lead', 'activity', 'sample', 'product', 'competitor', 'user', 'department']
const ASSIGNED = ['customer', 'lead', 'opportunity', 'task']
const LEAVES = ['activity', 'sample', 'lead', 'contact', 'task', 'event']
const BULKED = ['customer', 'lead', 'sample', 'task', 'event']

export class Writes extends Asker {
  async run() {
    for (const object of WRITTEN) await this.update(object)
    for (const object of WRITTEN.slice(0, 6)) await this.create(object)
    for (const object of ['lead', 'sample']) await this.import(object)
    await this.looseFile()
    this.model = await this.world.model()
    for (const object of ASSIGNED) await this.assign(object)
    for (const object of LEAVES) await this.remove(object)
    this.model = await this.world.model()
    for (const object of this.random.shuffled(BULKED).slice(0, 3)) await this.bulk(object)
    for (const object of this.random.shuffled(ASSIGNED).slice(0, 2)) await this.transfer(object)
  }

  // Several attempts in one request, each for itself; each says what it must come to: [status, codes of which the first error has one].
  async attempt(object, attempts) {
    if (!attempts.length) return
    const answer = await this.person.post(`/records/${object}/batch?atomic=false`, attempts.map(({ operation }) => operation))
    if (!this.model.knows(this.user, object)) {
      for (const { operation } of attempts) this.cell(operation.op, false)
      this.same(`batch ${object}`, [answer.status, answer.body.code, answer.body.errors], [404, 'unknown_object', []])
      return
    }
    this.same(`batch ${object}`, answer.status, 200)
    for (const [i, { operation, expected, check }] of attempts.entries()) {
      const item = answer.body.items?.[i]
      const values = JSON.stringify(operation.values)?.slice(0, 200)
      const [status, codes] = expected
      this.cell(operation.op, status < 300)
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
    return [422, [this.right(object, field) === HIDE ? 'unknown_field' : 'read_only']]
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
    else if (!this.assigns(object)) attempts.push({ operation: { op: 'create', values: { ...values, owner: other } }, expected: [422, ['may_not_assign']] })
    await this.attempt(object, attempts)
  }

  // ---- import: rows are written as his own would be

  async import(object) {
    const { model, user } = this
    const columns = this.random.shuffled(this.fields(object).filter((field) => ['text', 'phone'].includes(field.type) && !field.readonly && field.name !== 'name')).slice(0, 2)
    const form = new FormData()
    form.append('file', new Blob([`name,${columns.map((field) => field.name)}\n${this.world.word()},${columns.map(() => '13812340000')}\n`]), 'rows.csv')
    form.append('object', object)
    form.append('map', JSON.stringify({ columns: Object.fromEntries(['name', ...columns.map((field) => field.name)].map((name) => [name, name])) }))
    const answer = await this.person.post('/imports', form)
    const may = model.knows(user, object) && model.right(user, object).import
    const blocked = !model.creates(user, object) || ['name', ...columns.map((field) => field.name)].some((name) => !model.settable(user, object, this.definition(object).byName.get(name)))
    this.cell('import', may && !blocked)
    if (!may) {
      this.same(`import of ${object}`, [answer.status, answer.body.errors?.[0]?.code], model.knows(user, object) ? [403, undefined] : [422, 'unknown_object'])
      return
    }
    if (!this.same(`import of ${object} ${JSON.stringify(answer.body).slice(0, 300)}`, answer.status, 202)) return
    const job = await this.job(answer)
    const made = job.result?.created ?? 0
    this.same(`import of ${object} with ${columns.map((field) => field.name)}`, made, blocked ? 0 : 1)
    const rows = made ? (await this.admin.list(object, { sort: '-id', limit: made, fields: 'id,owner' })).body.items : []
    for (const row of rows) this.same(`import of ${object} belongs to`, row.owner?.id, user.id)
    for (const row of rows) ok(await this.admin.delete(`/records/${object}/${row.id}`), 204)
  }

  // ---- actions, with the owner that it has: nothing changes

  async assign(object) {
    const { model, user } = this
    for (const row of model.live(object)) {
      if (!row.owner || this.random.chance(0.5)) continue
      const path = `/records/${object}/${row.id}/actions/assign`
      const answer = await this.person.post(path, { owner: row.owner.id })
      const expected = !model.visible(user, object, row) ? 404 : this.assigns(object) && model.updates(user, object, row) ? 200 : 403
      this.cell('action', expected === 200)
      this.same(`POST ${path}`, answer.status, expected)
    }
  }

  // A file that hangs nowhere yet is its sender's alone, to fetch and to hang up.
  async looseFile() {
    const { model, user } = this
    const file = await this.world.upload()
    this.cell('loose file', false)
    this.same('file of nobody: not his and absent', refusal(await this.person.get(`/files/${file}`), file), refusal(await this.person.get(`/files/${ABSENT}`), ABSENT))
    const row = model.live('sample').find((each) => model.updates(user, 'sample', each))
    if (!row || !model.settable(user, 'sample', this.definition('sample').byName.get('paper'))) return
    for (const id of [file, ABSENT]) {
      const answer = await this.person.patch(`/records/sample/${row.id}`, { paper: id })
      this.same('file of another hung up', [answer.status, answer.body.errors?.[0]?.code], [422, 'reference_missing'])
    }
  }

  assigns(object) {
    return this.model.acts(this.user, object, 'assign') && this.model.right(this.user, object).transfer
  }

  // Another owner, by every way there is; an administrator puts it back.
  async transfer(object) {
    const { model, user } = this
    const field = this.definition(object).byName.get('owner')
    const row = this.random.shuffled(model.live(object).filter((each) => model.visible(user, object, each) && each.owner))[0]
    if (!row) return
    const other = this.random.pick(this.world.users.filter((person) => person.id !== row.owner.id)).id
    const path = `/records/${object}/${row.id}`
    const change = { op: 'update', values: { owner: other } }
    const ways = [
      ['patch', true, () => this.person.patch(path, { owner: other })],
      ['batch', true, () => this.person.post(`/records/${object}/batch?atomic=false`, [{ ...change, id: row.id }])],
      ['bulk', true, () => this.person.post(`/records/${object}/bulk`, { ...change, ids: [row.id] })],
      ['bulk action', false, () => this.person.post(`/records/${object}/bulk`, { ids: [row.id], op: 'action', action: 'assign', body: { owner: other } })],
      ['action', false, () => this.person.post(`${path}/actions/assign`, { owner: other })],
    ]
    for (const [way, written, attempt] of ways) {
      const may = model.updates(user, object, model.row(object, row.id)) && this.assigns(object) && (!written || model.settable(user, object, field))
      const answer = await attempt()
      const now = ok(await this.admin.get(path))
      this.cell('transfer', may)
      this.same(`another owner of ${object} ${row.id} by ${way} (${answer.status} ${JSON.stringify(answer.body).slice(0, 300)})`, now.owner.id, may ? other : row.owner.id)
      if (now.owner.id !== row.owner.id) model.rows[object].set(row.id, ok(await this.admin.patch(path, { owner: row.owner.id }))) // its department is the owner's as he is now
    }
  }

  // ---- bulk: what a list finds, or named ids, each as his own write would be

  async bulk(object) {
    const { model, user } = this
    const field = this.definition(object).byName.get(touched(object))
    const word = this.world.word()
    const listed = this.listed(object)
    const ids = this.random.chance(0.5) && [...this.random.some(model.live(object), 0.5).map((row) => row.id), ABSENT]
    const named = ids ? model.live(object).filter((row) => ids.includes(row.id)) : listed
    const answer = await this.person.post(`/records/${object}/bulk`, { ...(ids ? { ids } : { filter: '' }), op: 'update', values: { [field.name]: word } })
    const writes = model.settable(user, object, field)
    const mine = named.filter((row) => writes && model.updates(user, object, row))
    this.cell('bulk', true, mine.length)
    this.cell('bulk', false, named.length - mine.length)
    if (answer.status === 200) this.same(`bulk of ${object}`, [answer.body.result.done, answer.body.result.failed], [mine.length, (ids ? ids.length : listed.length) - mine.length])
    else if (answer.status === 202) this.same(`bulk of ${object}`, 'in the background', 'at once')
    else this.same(`bulk of ${object} refused`, mine.length, 0)
    const now = await this.world.rowsOf(object)
    const changed = [...now.values()].filter((row) => row[field.name] === word).map((row) => row.id)
    this.same(`bulk of ${object} changed`, byNumber(changed), idsOf(mine))
    for (const problem of answer.body.result?.problems ?? []) this.same(`bulk of ${object}: the name of ${problem.id}`, problem.name, this.model.name(this.user, object, problem.id))
    if (answer.status === 200 && answer.body.result.undo) ok(await this.person.post(`/jobs/${answer.body.id}/undo`, {}))
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
    const seen = this.model.binned(this.user, object, { ...row, deleted: true })
    this.same(`trash ${object} has ${row.id}`, (bin.body.items ?? []).some((item) => item.id === row.id), seen)
    this.same(`get deleted ${object} ${row.id}`, (await this.person.get(`/records/${object}/${row.id}`)).status, 404)
    const back = await this.person.post(`/trash/${object}/${row.id}/restore`)
    this.same(`restore ${object} ${row.id}`, back.status, seen ? 200 : 404)
    if (back.status !== 200) this.same(`restore ${object} ${row.id} as administrator`, (await this.admin.post(`/trash/${object}/${row.id}/restore`)).status, 200)
  }

  // What he could not have thrown away he cannot bring back.
  async restore(object, row) {
    const may = this.model.binned(this.user, object, row)
    this.cell('restore', may)
    if (!may) this.same(`restore ${object} ${row.id}`, (await this.person.post(`/trash/${object}/${row.id}/restore`)).status, 404)
  }
}
