// Reading many at once: lists, pages, filters, orders, groups, measures, paths, children, the bin.
import { HIDE, READ } from './rights.mjs'
import { Asker, GROUPED, NUMBERS, byNumber, idsOf } from './asker.mjs'

const NAMES_NOTHING = [400, 'expr_unknown_name']
const tally = (keys) => {
  const counts = {}
  for (const key of keys) counts[JSON.stringify(key)] = (counts[JSON.stringify(key)] ?? 0) + 1
  return counts
}
// The extremes of what is there: a text of digits or a number in, a number or null out.
const extreme = (pick, values) => (values.length ? pick(...values) : null)
const number = (value) => (value === null || value === undefined ? null : Number(value))

export class Reads extends Asker {
  plan() {
    for (const object of this.objects()) {
      if (this.model.reads(this.user, object)) this.object(object)
      else this.later(() => this.refused(object))
    }
  }

  object(object) {
    this.later(() => this.list(object))
    this.later((random) => this.pages(object, random))
    this.later((random) => this.trash(object, random))
    this.later(() => this.count(object))
    for (const field of this.fields(object)) {
      if (field.filterable) this.later(() => this.filter(object, field))
      if (field.sortable && this.random.chance(0.5)) this.later(() => this.sort(object, field))
      if (GROUPED.includes(field.type) && this.random.chance(0.5)) this.later(() => this.group(object, field))
      if (NUMBERS.includes(field.type)) this.later(() => this.measures(object, field))
      if (this.definition(field.target) && field.type !== 'multi_reference') for (const far of this.random.shuffled(this.fields(field.target)).slice(0, 3)) this.later(() => this.path(object, field, far))
    }
    for (const relation of this.definition(object).children ?? []) if (this.model.definitions[relation.object]) this.later((random) => this.children(object, relation, random))
  }

  // An object of which he may not read anything is, for who may not create either, like one that does not exist.
  async refused(object) {
    const knows = this.model.knows(this.user, object)
    const id = [...this.model.rows[object].keys()][0] ?? 1
    const status = knows ? 403 : 404
    const paths = [[`/records/${object}`, status], [`/aggregate/${object}`, status], [`/records/${object}/${id}`, 404], [`/records/${object}/${id}/history`, 404], [`/records/${object}/${id}/timeline`, 404], [`/records/${object}/${id}/explain`, 404]]
    for (const [path, expected] of paths) {
      const answer = await this.person.get(path)
      this.cell('object', false)
      this.same(`GET ${path}`, answer.status, expected)
      if (knows) continue
      const nothing = await this.person.get(path.replace(object, 'nothing'))
      this.same(`GET ${path} like an object that is not there`, [answer.body.code, answer.body.errors, answer.body.title.replace(object, '')], [nothing.body.code, nothing.body.errors, nothing.body.title.replace('nothing', '')])
    }
    const trash = await this.person.get(`/trash/${object}`)
    this.same(`GET /trash/${object}`, trash.body.items?.length ?? 0, 0)
  }

  async list(object) {
    const rows = this.listed(object)
    this.cell('list', true, rows.length)
    this.cell('list', false, this.model.live(object).length - rows.length)
    const answer = await this.person.list(object, { limit: 200, count: 'true' })
    if (!this.same(`list ${object}`, answer.status, 200)) return
    this.same(`list ${object} ids`, idsOf(answer.body.items), idsOf(rows))
    this.same(`list ${object} count`, answer.body.count, rows.length)
    for (const item of answer.body.items) {
      const row = this.model.row(object, item.id)
      if (row) this.same(`list ${object} ${item.id}`, item, this.expected(object, row, false))
    }
  }

  // The same in small pages, in some order; the pages together are the list.
  async pages(object, random) {
    const names = this.fields(object).filter((field) => field.sortable && this.readable(object, field)).map((field) => field.name)
    const sort = names.length ? random.pick(['', '-']) + random.pick(names) : 'id'
    const ids = []
    for (let after = ''; after !== null && ids.length < 500;) {
      const page = await this.person.list(object, { sort, limit: 3, fields: 'id', ...(after && { after }) })
      if (!this.same(`page of ${object} by ${sort}`, page.status, 200)) return
      ids.push(...page.body.items.map((item) => item.id))
      after = page.body.next
    }
    this.same(`pages of ${object} by ${sort}`, byNumber(ids), idsOf(this.told(object, this.definition(object).byName.get(sort.replace('-', '')))))
  }

  async trash(object, random) {
    const deleted = [...this.model.rows[object].values()].filter((row) => row.deleted)
    const seen = deleted.filter((row) => this.model.binned(this.user, object, row))
    this.cell('bin', true, seen.length)
    this.cell('bin', false, deleted.length - seen.length)
    const answer = await this.person.get(`/trash/${object}?limit=200&count=true`)
    this.same(`trash ${object} may be looked at`, answer.status, this.model.may(this.user, object, 'delete') ? 200 : 403)
    this.same(`trash ${object}`, idsOf(answer.body.items ?? []), idsOf(seen))
    if (answer.status === 200) this.same(`trash ${object} count`, answer.body.count, seen.length)
    for (const item of answer.body.items ?? []) for (const field of this.fields(object)) if (this.right(object, field) === HIDE) this.same(`trash ${object} ${field.name}`, item[field.name], undefined)
    if (answer.status !== 200) return
    for (const field of random.shuffled(this.fields(object).filter((each) => !this.readable(object, each))).slice(0, 3)) {
      if (field.filterable) this.same(`filter trash ${object}: ${field.name}`, (await this.person.get(`/trash/${object}?filter=is_null(${field.name})`)).status, 400)
      if (field.sortable) this.same(`sort trash ${object}: ${field.name}`, (await this.person.get(`/trash/${object}?sort=${field.name}`)).status, 422)
      if (this.right(object, field) === HIDE) this.same(`fields of trash ${object}: ${field.name}`, (await this.person.get(`/trash/${object}?fields=${field.name}`)).status, 422)
      this.cell('bin by field', false)
    }
  }

  // ---- by field

  async filter(object, field) {
    const filter = `is_null(${field.name})`
    const answer = await this.person.list(object, { filter, limit: 200, fields: 'id', sort: 'id', count: 'true' })
    const alone = await this.person.get(`/records/${object}/count?filter=${encodeURIComponent(filter)}`)
    this.cell('filter', this.readable(object, field))
    if (!this.readable(object, field)) {
      this.same(`filter ${object}: ${filter}`, [answer.status, answer.body.code], NAMES_NOTHING)
      this.same(`count ${object}: ${filter}`, [alone.status, alone.body.code], NAMES_NOTHING)
      const nothing = await this.person.list(object, { filter: 'is_null(nothing)' })
      this.same(`filter ${object}: ${filter} like a name that is not there`, answer.body.title.replaceAll(field.name, ''), nothing.body.title.replaceAll('nothing', ''))
      const named = await this.person.list(object, { fields: field.name, limit: 1 })
      if (this.right(object, field) === HIDE) this.same(`fields ${object}: ${field.name}`, [named.status, named.body.errors?.[0].code], [422, 'unknown_field'])
      return
    }
    const empty = (row) => {
      const value = this.model.member(this.user, object, row, field)
      return value === null || (Array.isArray(value) && !value.length)
    }
    const rows = this.told(object, field).filter(empty)
    this.same(`filter ${object}: ${filter}`, [idsOf(answer.body.items ?? []), answer.body.count], [idsOf(rows), rows.length])
    this.same(`count ${object}: ${filter}`, alone.body, { count: rows.length, exact: true })
  }

  // The whole order, as an administrator has it.
  async order(object, sort) {
    this.model.orders ??= new Map()
    const key = `${object} ${sort}`
    if (!this.model.orders.has(key)) this.model.orders.set(key, this.admin.list(object, { sort, limit: 200, fields: 'id' }))
    return (await this.model.orders.get(key)).body.items.map((item) => item.id)
  }

  async sort(object, field) {
    const sort = `-${field.name}`
    const answer = await this.person.list(object, { sort, limit: 200, fields: 'id' })
    const right = this.right(object, field)
    this.cell('sort', right >= READ)
    if (right < READ) {
      this.same(`sort ${object}: ${field.name}`, [answer.status, answer.body.errors?.[0].code], [422, right === HIDE ? 'unknown_field' : 'not_sortable'])
      return
    }
    const mine = new Set(this.told(object, field).map((row) => row.id))
    this.same(`sort ${object}: ${field.name}`, (answer.body.items ?? []).map((item) => item.id), (await this.order(object, sort)).filter((id) => mine.has(id)))
  }

  async group(object, field) {
    const answer = await this.person.aggregate(object, { group: field.name, measure: 'count()', limit: 1000 })
    this.cell('group', this.readable(object, field))
    if (!this.readable(object, field)) {
      this.same(`group ${object}: ${field.name}`, [answer.status, answer.body.code], NAMES_NOTHING)
      const sorted = await this.person.aggregate(object, { measure: 'count()', sort: field.name })
      this.same(`aggregate ${object} sorted by ${field.name}`, sorted.status >= 400, true)
      const filtered = await this.person.aggregate(object, { measure: 'count()', filter: `is_null(${field.name})` })
      if (field.filterable) this.same(`aggregate ${object} filtered by ${field.name}`, [filtered.status, filtered.body.code], NAMES_NOTHING)
      return
    }
    const expected = tally(this.told(object, field).map((row) => this.model.member(this.user, object, row, field)))
    this.same(`group ${object}: ${field.name}`, Object.fromEntries((answer.body.items ?? []).map((item) => [JSON.stringify(item[field.name]), item['count()']])), expected)
  }

  async count(object) {
    const rows = this.listed(object)
    const answer = await this.person.aggregate(object)
    this.cell('count', true, rows.length)
    this.cell('count', false, this.model.live(object).length - rows.length)
    this.same(`count ${object}`, answer.body.items?.[0]?.['count()'], rows.length)
  }

  async measures(object, field) {
    const measures = ['sum', 'min', 'max'].map((name) => `${name}(${field.name})`)
    if (!this.readable(object, field)) {
      for (const measure of [...measures, `count(is_null(${field.name}))`]) {
        const answer = await this.person.aggregate(object, { measure })
        this.cell('measure', false)
        this.same(`${measure} of ${object}`, [answer.status, answer.body.code], NAMES_NOTHING)
      }
      return
    }
    this.cell('measure', true, 3)
    const answer = await this.person.aggregate(object, { measure: measures.join() })
    const values = this.listed(object).map((row) => this.model.member(this.user, object, row, field)).filter((value) => value !== null)
    const row = answer.body.items?.[0] ?? {}
    this.same(`${measures} of ${object}`, measures.map((measure) => number(row[measure])), [values.reduce((sum, value) => sum + value, 0), extreme(Math.min, values), extreme(Math.max, values)])
  }

  // ---- through references and relations

  async path(object, reference, field) {
    const path = `${reference.name}.${field.name}`
    const { model, user } = this
    const right = !this.readable(object, reference) || !model.reads(user, reference.target) ? HIDE : this.right(reference.target, field)
    const answer = await this.person.list(object, { fields: path, limit: 200, sort: 'id' })
    if (answer.status === 422 && right > HIDE && (await this.admin.list(object, { fields: path })).status === 422) return // no path leads there, for anybody
    this.cell('path', right >= READ)
    if (right === HIDE) this.same(`fields ${object}: ${path}`, [answer.status, answer.body.errors?.[0].code], [422, 'unknown_field'])
    const filter = field.filterable && (await this.person.list(object, { filter: `not is_null(${path})`, fields: 'id', limit: 200, sort: 'id' }))
    if (right < READ && filter) this.same(`filter ${object}: ${path}`, [filter.status, filter.body.code], NAMES_NOTHING)
    if (right === HIDE) return
    const value = (row) => {
      const far = row[reference.name] && model.row(reference.target, row[reference.name].id)
      return far && model.listed(user, reference.target, far) && !model.veiled(user, reference.target, far, field) ? model.member(user, reference.target, far, field) : null
    }
    const rows = this.listed(object)
    const expected = Object.fromEntries(rows.map((row) => [row.id, value(row)]))
    this.same(`fields ${object}: ${path}`, Object.fromEntries((answer.body.items ?? []).map((item) => [item.id, item[path]])), expected)
    if (GROUPED.includes(field.type)) await this.groupPath(object, path, right, Object.values(expected))
    const lists = ['tags', 'multi_reference', 'multi_choice'].includes(field.type)
    if (right >= READ && filter && !lists) this.same(`filter ${object}: ${path}`, idsOf(filter.body.items ?? []), idsOf(rows.filter((row) => value(row) !== null)))
  }

  async groupPath(object, path, right, values) {
    const answer = await this.person.aggregate(object, { group: path, measure: 'count()', limit: 1000 })
    this.cell('group by path', right >= READ)
    if (right < READ) this.same(`group ${object}: ${path}`, [answer.status, answer.body.code], NAMES_NOTHING)
    else this.same(`group ${object}: ${path}`, Object.fromEntries((answer.body.items ?? []).map((item) => [JSON.stringify(item[path]), item['count()']])), tally(values))
  }

  // What is summed over children is summed over those that he sees.
  async children(object, relation, random) {
    const { model, user } = this
    const numbers = this.fields(relation.object).filter((field) => NUMBERS.includes(field.type) && !field.readonly && field.type !== 'integer')
    const fields = [null, ...random.shuffled(numbers).slice(0, 2)]
    for (const field of fields) {
      const value = field ? `sum(${relation.name}.${field.name})` : `count(${relation.name})`
      const answer = await this.person.list(object, { filter: `${value} > 0`, fields: 'id', limit: 200, sort: 'id' })
      const known = model.named(user, relation.object, relation.field) && (!field || model.named(user, relation.object, field.name))
      this.cell('children', known)
      if (!known) {
        this.same(`filter ${object}: ${value} > 0`, [answer.status, answer.body.code?.startsWith('expr_')], [400, true])
        continue
      }
      const children = model.live(relation.object).filter((row) => model.listed(user, relation.object, row))
      const total = (row) => children.filter((child) => child[relation.field]?.id === row.id).reduce((sum, child) => sum + (field ? child[field.name] ?? 0 : 1), 0)
      this.same(`filter ${object}: ${value} > 0`, idsOf(answer.body.items ?? []), idsOf(this.listed(object).filter((row) => total(row) > 0)))
      const whole = await this.person.aggregate(object, { measure: `sum(${value})` })
      if (whole.status === 200) this.same(`sum(${value}) of ${object}`, number(whole.body.items[0][`sum(${value})`]) ?? 0, this.listed(object).reduce((sum, row) => sum + total(row), 0))
      const row = random.pick(this.listed(object).length ? this.listed(object) : [null])
      const computed = row && (await this.person.post(`/meta/objects/${object}/check`, { expression: value, kind: 'value', id: row.id }))
      if (row) this.same(`check ${value} of ${object} ${row.id}`, number(computed.body.value) ?? 0, total(row))
    }
  }
}
