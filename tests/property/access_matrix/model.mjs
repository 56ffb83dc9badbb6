// Who may see and change what, said again in plain JavaScript over all records as an administrator reads them: src/access/README.md in other words. It shares
// nothing with the server but the definitions, so that what the two disagree about is a leak or a lock-out.
import { masked } from './masks.mjs'
import { HIDE, MASK, PEOPLE, READ, WRITE, isNone, rightsOf } from './rights.mjs'

const idOf = (reference) => reference?.id

// definitions: by object name, as the metadata API gives them to an administrator. rows: by object name, then id, with deleted ones marked. roles: by id.
// rules: by object name, then text of an expression → (record, user, model) → boolean. formulas: 'object.field' → (record, user, model) → value.
export class Model {
  constructor({ definitions, rows, users, departments, roles, rules, formulas, features }) {
    Object.assign(this, { definitions, rows, users, departments, roles, rules, formulas, features })
    for (const definition of Object.values(definitions)) definition.byName = new Map(definition.fields.map((field) => [field.name, field]))
    this.rights = new Map(users.map((user) => [user.id, rightsOf(this.rolesOf(user), definitions, features)]))
    this.trees = new Map(users.map((user) => [user.id, this.tree(user)]))
  }

  live(object) {
    return [...(this.rows[object]?.values() ?? [])].filter((row) => !row.deleted)
  }

  row(object, id) {
    const row = this.rows[object]?.get(id)
    return row && !row.deleted ? row : undefined
  }

  // ---- the organisation

  rolesOf(user) {
    const base = [...this.roles.values()].filter((role) => role.base === true)
    return [...(user.roles ?? []).map((reference) => this.roles.get(reference.id)), ...base]
  }

  // Departments that a user is in.
  own(user) {
    return [idOf(user.department), ...(user.other_departments ?? []).map(idOf)].filter(Boolean)
  }

  subtree(department) {
    const found = new Set()
    const add = (id) => {
      if (!id || found.has(id)) return
      found.add(id)
      for (const other of this.departments) if (idOf(other.parent) === id) add(other.id)
    }
    add(department)
    return found
  }

  tree(user) {
    const roots = [...this.own(user), ...this.departments.filter((department) => idOf(department.head) === user.id).map((department) => department.id)]
    return new Set(roots.flatMap((root) => [...this.subtree(root)]))
  }

  // ---- rights

  right(user, object) {
    return this.rights.get(user.id)[object]
  }

  reads(user, object) {
    return Boolean(this.right(user, object)) && !isNone(this.right(user, object).read)
  }

  may(user, object, verb) {
    return !isNone(this.right(user, object)[verb])
  }

  creates(user, object) {
    return this.right(user, object).create
  }

  // Who may neither read nor create does not know of the object.
  knows(user, object) {
    return this.reads(user, object) || this.creates(user, object)
  }

  acts(user, object, action) {
    const right = this.right(user, object)
    return right.everything || right.actions.includes(action)
  }

  field(user, object, name) {
    return this.right(user, object)?.fields.get(name)?.level ?? HIDE
  }

  named(user, object, name) {
    return this.reads(user, object) && this.field(user, object, name) >= READ
  }

  // May this user set the field at all?
  settable(user, object, field) {
    const department = field.name === 'department' && this.definitions[object].follow_owner === false
    return (!field.readonly || department) && this.field(user, object, field.name) === WRITE
  }

  // ---- whose a record is

  // The records whose owner and department count: its own, and for reading those that its definition names (through).
  holders(object, row, verb) {
    if (verb !== 'read') return [row]
    const far = (this.definitions[object].through ?? []).map((name) => {
      const target = this.definitions[object].byName.get(name)
      return row[name] && this.row(target.type === 'record' ? row[name].object : target.target, row[name].id)
    })
    return [row, ...far.filter(Boolean)]
  }

  within(user, kind, holder) {
    if (kind >= 1 && idOf(holder.owner) === user.id) return true
    const department = idOf(holder.department)
    if (!department) return false
    return (kind >= 2 && this.own(user).includes(department)) || (kind >= 3 && this.trees.get(user.id).has(department))
  }

  // Named by the record itself, by its team, by a sharing rule.
  shared(user, object, row, verb) {
    const readers = this.definitions[object].readers
    if (verb === 'read' && readers && (row[readers] ?? []).some((reference) => reference.id === user.id)) return true
    const enough = (access) => verb === 'read' || access === 'write'
    const member = (entry) => entry.record?.object === object && entry.record.id === row.id && idOf(entry.user) === user.id && enough(entry.access)
    if (!row.deleted && this.live('team_member').some(member)) return true
    return this.live('sharing_rule').some((rule) => rule.active && rule.object === object && enough(rule.access) && this.meant(user, rule) && this.rules[object][rule.condition](row, user, this))
  }

  // Is the user one of those a sharing rule speaks to?
  meant(user, rule) {
    if ((rule.users ?? []).some((reference) => reference.id === user.id)) return true
    if ((rule.departments ?? []).some((reference) => this.own(user).some((mine) => this.subtree(reference.id).has(mine)))) return true
    const roles = this.rolesOf(user).map((role) => role.id)
    return (rule.roles ?? []).some((reference) => roles.includes(reference.id))
  }

  // ---- pools: records without an owner, for who is in the pool that they lie in; what is told of a pool, for its administrators

  poolOf(row) {
    return row.pool && this.row('pool', row.pool.id)
  }

  administers(user, pool) {
    return (pool.administrators ?? []).some((reference) => reference.id === user.id)
  }

  inPool(user, pool) {
    const below = (pool.departments ?? []).some((reference) => this.own(user).some((mine) => this.subtree(reference.id).has(mine)))
    return below || this.administers(user, pool) || (pool.members ?? []).some((reference) => reference.id === user.id)
  }

  masks(user, pool) {
    return pool.masked === true && !this.administers(user, pool) && !this.rolesOf(user).some((role) => role.key === 'admin')
  }

  // open: only through pools that hide nothing from him.
  pooled(user, object, row, open) {
    const pool = this.definitions[object].byName.has('pool') && this.poolOf(row)
    if (!pool || !pool.active || row.deleted) return false
    if (!this.definitions[object].byName.has('in_pool')) return this.administers(user, pool)
    return this.inPool(user, pool) && !(open && this.masks(user, pool))
  }

  // What a pool hides of a record: phones, addresses, the texts that it names.
  hiddenBy(pool, field) {
    return ['phone', 'email'].includes(field.type) || (pool.mask_fields ?? []).includes(field.name)
  }

  veiled(user, object, row, field) {
    const pool = this.definitions[object].byName.has('in_pool') && this.poolOf(row)
    return Boolean(pool) && this.masks(user, pool) && this.hiddenBy(pool, field)
  }

  // Not in the search index, for anybody.
  unindexed(object, row, field) {
    const pool = this.definitions[object].byName.has('in_pool') && this.poolOf(row)
    return Boolean(pool) && pool.masked === true && this.hiddenBy(pool, field)
  }

  // By the scopes of his roles alone: it is his, his department's, or an expression fits. Of deleted records too.
  scoped(user, object, verb, row) {
    const scope = this.right(user, object)[verb]
    return scope.kind === 4 || this.within(user, scope.kind, row) || scope.rules.some((text) => this.rules[object][text](row, user, this))
  }

  covers(user, object, verb, row, open = false) {
    if (!this.may(user, object, verb)) return false
    if (this.scoped(user, object, verb, row)) return true
    const { kind } = this.right(user, object)[verb]
    if (verb === 'read' && this.pooled(user, object, row, open)) return true
    return this.holders(object, row, verb).some((holder) => this.within(user, kind, holder)) || (verb !== 'delete' && this.shared(user, object, row, verb))
  }

  // In lists, paths, aggregates.
  listed(user, object, row, open = false) {
    return row !== undefined && !row.deleted && this.covers(user, object, 'read', row, open)
  }

  // By its id: also what hangs under something visible, but by a reference not through a pool that hides something. records: whether record fields (an activity's target) are followed too.
  visible(user, object, row, depth = 0, records = true, open = false) {
    if (!row || row.deleted || !this.reads(user, object)) return false
    if (this.listed(user, object, row, open)) return true
    const inherit = this.definitions[object].inherit
    if (!inherit || depth >= 3 || !row[inherit]) return false
    const field = this.definitions[object].byName.get(inherit)
    if (field.type === 'record' && !records) return false
    const above = field.type === 'record' ? row[inherit].object : field.target
    return this.visible(user, above, this.row(above, row[inherit].id), depth + 1, records, field.type !== 'record')
  }

  updates(user, object, row) {
    return this.visible(user, object, row) && this.covers(user, object, 'update', row)
  }

  deletes(user, object, row) {
    return this.visible(user, object, row) && this.covers(user, object, 'delete', row)
  }

  // A team is managed by whoever may update the record by his own scopes, without the help of teams and sharing rules.
  manages(user, object, row) {
    return this.may(user, object, 'update') && this.scoped(user, object, 'update', row)
  }

  // In his recycle bin, and so his to bring back? What is deleted has no team, no sharing rules, nothing through others.
  binned(user, object, row) {
    const covers = (verb) => this.may(user, object, verb) && (this.features.entries ? this.scoped(user, object, verb, row) : this.covers(user, object, verb, row))
    return Boolean(row.deleted) && covers('read') && covers('delete')
  }

  // ---- values as this user reads them

  mask(user, object, field, value) {
    return masked(field, value, this.right(user, object).fields.get(field.name).pattern)
  }

  name(user, object, id) {
    const row = this.row(object, id)
    if (PEOPLE.includes(object)) return row?.name ?? null
    const right = this.field(user, object, 'name')
    if (!row || right === HIDE || !this.visible(user, object, row, 0, false)) return null
    return right === MASK ? this.mask(user, object, this.definitions[object].byName.get('name'), row.name) : row.name
  }

  shown(user, field, value) {
    if (value === null || value === undefined) return null
    if (field.type === 'record') return { object: value.object, id: value.id, name: this.name(user, value.object, value.id) }
    if (field.target && Array.isArray(value)) return value.map((item) => ({ id: item.id, name: this.name(user, field.target, item.id) }))
    if (field.target) return { id: value.id, name: this.name(user, field.target, value.id) }
    return value
  }

  // A record's member for this user: undefined is "not there at all".
  member(user, object, row, field) {
    const right = this.field(user, object, field.name)
    if (right === HIDE) return undefined
    const formula = this.formulas[`${object}.${field.name}`]
    const value = formula ? formula(row, user, this) : row[field.name]
    return right === MASK || this.veiled(user, object, row, field) ? this.mask(user, object, field, value) : this.shown(user, field, value)
  }
}
