// What each user may see and change, said again in plain JavaScript over all records as an administrator reads them. It shares nothing with the server
// but the definitions: what the two disagree about is a leak or a lock-out.

export const HIDE = 0
export const MASK = 1
export const READ = 2
export const WRITE = 3
const RIGHTS = { hide: HIDE, mask: MASK, read: READ, write: WRITE }
const SCOPES = ['none', 'own', 'department', 'tree', 'all']
const OPEN_TO_ALL = {
  user: ['id', 'version', 'name', 'department', 'active', 'position'],
  department: ['id', 'version', 'name', 'department', 'active', 'parent'],
}
export const PEOPLE = ['user', 'department']

// definitions: by object name, as the metadata API gives them to an administrator. rows: by object name, then id, with deleted ones marked.
// rules: by object name, then text of a rule → (record, user, model) → boolean.
export class Model {
  constructor({ definitions, rows, users, departments, roles, rules }) {
    Object.assign(this, { definitions, rows, users, departments, roles, rules })
    for (const definition of Object.values(definitions)) definition.byName ??= new Map(definition.fields.map((field) => [field.name, field]))
    this.rights = new Map(users.map((user) => [user.id, this.merge(user)]))
  }

  live(object) {
    return [...this.rows[object].values()].filter((row) => !row.deleted)
  }

  row(object, id) {
    const row = this.rows[object]?.get(id)
    return row && !row.deleted ? row : undefined
  }

  // ---- departments

  subtree(department) {
    const found = new Set()
    const add = (id) => {
      if (!id || found.has(id)) return
      found.add(id)
      for (const other of this.departments) if (other.parent?.id === id) add(other.id)
    }
    add(department)
    return found
  }

  tree(user) {
    const found = this.subtree(user.department?.id)
    for (const department of this.departments) if (department.head?.id === user.id) for (const id of this.subtree(department.id)) found.add(id)
    return found
  }

  // ---- grants

  entry(role, object) {
    const json = role.grants?.[object] ?? role.grants?.['*']
    const scope = (text) => (text === undefined ? { kind: 0, rules: [] } : SCOPES.includes(text) ? { kind: SCOPES.indexOf(text), rules: [] } : { kind: 0, rules: [text] })
    const others = RIGHTS[json?.fields?.['*'] ?? 'write']
    const fields = new Map(this.definitions[object].fields.map((field) => [field.name, json?.fields?.[field.name] ? RIGHTS[json.fields[field.name]] : others]))
    return { read: scope(json?.read), update: scope(json?.update), delete: scope(json?.delete), create: json?.create === true, export: json?.export === true,
      all: json?.actions === '*', actions: Array.isArray(json?.actions) ? json.actions : [], fields }
  }

  merge(user) {
    const none = (scope) => scope.kind === 0 && !scope.rules.length
    const rights = {}
    for (const object of Object.keys(this.definitions)) {
      const open = OPEN_TO_ALL[object]
      const fields = new Map(this.definitions[object].fields.map((field) => [field.name, HIDE]))
      const into = { read: { kind: 0, rules: [] }, update: { kind: 0, rules: [] }, delete: { kind: 0, rules: [] }, create: false, export: false, all: false, actions: [], fields }
      let empty = true
      for (const role of (user.roles ?? []).map((reference) => this.roles.get(reference.id))) {
        const from = this.entry(role, object)
        if (none(from.read) && none(from.update) && none(from.delete) && !from.create && !from.export && !from.all && !from.actions.length) continue
        empty = false
        for (const verb of ['read', 'update', 'delete']) into[verb] = { kind: Math.max(into[verb].kind, from[verb].kind), rules: [...into[verb].rules, ...from[verb].rules] }
        into.create ||= from.create
        into.export ||= from.export
        into.all ||= from.all
        into.actions.push(...from.actions)
        if (!open || from.read.kind === 4) for (const [name, right] of from.fields) fields.set(name, Math.max(fields.get(name), right))
      }
      if (open) {
        into.read = { kind: 4, rules: [] }
        for (const name of open) if (fields.has(name)) fields.set(name, Math.max(fields.get(name), READ))
      }
      const writes = into.create || !none(into.update)
      for (const [name, right] of fields) {
        if ((name === 'id' || name === 'version') && right < READ && (!empty || open)) fields.set(name, READ)
        if (fields.get(name) === WRITE && !writes) fields.set(name, READ)
      }
      rights[object] = into
    }
    this.hideFormulas(rights)
    return rights
  }

  // Fields that a formula touches, each as [object, field]; relations count as the child's reference.
  touches(object, expression) {
    const found = []
    const plain = expression.replace(/"[^"]*"/g, ' ')
    for (const [text, after] of [...plain.matchAll(/([a-z_][a-z0-9_.]*)\s*(\(?)/g)].map((match) => [match[1], match[2]])) {
      if (after) continue
      let at = object
      for (const name of text.split('.')) {
        const field = this.definitions[at]?.byName.get(name)
        const child = this.definitions[at]?.children?.find((relation) => relation.name === name)
        if (field) found.push([at, name])
        else if (child) found.push([child.object, child.field])
        at = field?.target ?? child?.object
      }
    }
    return found
  }

  hideFormulas(rights) {
    for (let again = true; again;) {
      again = false
      for (const [object, definition] of Object.entries(this.definitions))
        for (const field of definition.fields) {
          if (field.type !== 'formula' || rights[object].fields.get(field.name) === HIDE) continue
          const known = this.touches(object, field.expression).every(([at, name]) => this.mayRead(rights, at) && rights[at].fields.get(name) >= READ)
          if (!known) {
            rights[object].fields.set(field.name, HIDE)
            again = true
          }
        }
    }
  }

  // ---- questions

  mayRead(rights, object) {
    return rights[object] !== undefined && (rights[object].read.kind > 0 || rights[object].read.rules.length > 0)
  }

  reads(user, object) {
    return this.mayRead(this.rights.get(user.id), object)
  }

  writesAny(user, object, verb) {
    const scope = this.rights.get(user.id)[object][verb]
    return scope.kind > 0 || scope.rules.length > 0
  }

  creates(user, object) {
    return this.rights.get(user.id)[object].create
  }

  acts(user, object, action) {
    const rights = this.rights.get(user.id)[object]
    return rights.all || rights.actions.includes(action)
  }

  field(user, object, name) {
    return this.rights.get(user.id)[object].fields.get(name) ?? HIDE
  }

  named(user, object, name) {
    return this.reads(user, object) && this.field(user, object, name) >= READ
  }

  // Is the record within the user's scope for a verb? Of deleted records too.
  covers(user, object, verb, row) {
    const scope = this.rights.get(user.id)[object][verb]
    if (scope.kind === 4 || this.belongs(user, scope.kind, row)) return true
    if (verb === 'read' && !row.deleted && this.through(object, row).some((above) => this.belongs(user, scope.kind, above))) return true
    return scope.rules.some((text) => this.rules[object][text](row, user, this))
  }

  // The live records that a record is seen through.
  through(object, row) {
    return (this.definitions[object].through ?? []).flatMap((name) => {
      const field = this.definitions[object].byName.get(name)
      const above = row[name] && this.row(field.type === 'record' ? row[name].object : field.target, row[name].id)
      return above ? [above] : []
    })
  }

  belongs(user, kind, row) {
    if (kind >= 1 && row.owner?.id === user.id) return true
    if (kind >= 2 && row.department && row.department.id === user.department?.id) return true
    return kind >= 3 && row.department && this.treeOf(user).has(row.department.id)
  }

  treeOf(user) {
    this.trees ??= new Map()
    if (!this.trees.has(user.id)) this.trees.set(user.id, this.tree(user))
    return this.trees.get(user.id)
  }

  // In lists, paths, aggregates.
  listed(user, object, row) {
    return row !== undefined && !row.deleted && this.covers(user, object, 'read', row)
  }

  // By its id: also what hangs under something visible. records: whether record fields (an activity's target) are followed too.
  visible(user, object, row, depth = 0, records = true) {
    if (!row || row.deleted || !this.reads(user, object)) return false
    if (this.listed(user, object, row)) return true
    const inherit = this.definitions[object].inherit
    if (!inherit || depth >= 3 || !row[inherit]) return false
    const field = this.definitions[object].byName.get(inherit)
    const above = field.type === 'record' ? row[inherit].object : field.target
    if (field.type === 'record' && !records) return false
    return this.visible(user, above, this.row(above, row[inherit].id), depth + 1, records)
  }

  updates(user, object, row) {
    return this.visible(user, object, row) && this.writesAny(user, object, 'update') && this.covers(user, object, 'update', row)
  }

  deletes(user, object, row) {
    return this.visible(user, object, row) && this.writesAny(user, object, 'delete') && this.covers(user, object, 'delete', row)
  }

  // May this user set the field at all?
  settable(user, object, field) {
    const department = field.name === 'department' && this.definitions[object].follow_owner === false
    const fixed = field.readonly && !department
    return !fixed && this.field(user, object, field.name) === WRITE
  }

  // ---- values as this user reads them

  name(user, object, id) {
    if (PEOPLE.includes(object)) return this.row(object, id)?.name ?? null
    const row = this.row(object, id)
    const right = this.field(user, object, 'name')
    if (!row || right === HIDE || !this.reads(user, object) || !this.visible(user, object, row, 0, false)) return null
    return right === MASK ? mask({ type: 'text', name: 'name' }, row.name) : row.name
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
    const value = field.type === 'formula' ? this.formula(user, object, row, field) : row[field.name]
    return right === MASK ? mask(field, value) : this.shown(user, field, value)
  }

  // Formulas of the world (world.mjs): paths and aggregates of the reader's own.
  formula(user, object, row, field) {
    const own = this.formulas?.[`${object}.${field.name}`]
    return own ? own(row, user, this) : row[field.name]
  }
}

// ---- masks

const isHan = (text) => /^[\u3400-\u9fff\u{20000}-\u{3ffff}]+$/u.test(text)

export function mask(field, value) {
  if (typeof value !== 'string' || value === '') return null
  const head = (count) => [...value].slice(0, count).join('')
  if (field.type === 'phone') return [...value].length >= 9 && /^[0-9]{4}$/.test(value.slice(-4)) ? `${head(3)}****${value.slice(-4)}` : `${head(1)}***`
  if (field.type === 'email') return value.lastIndexOf('@') > 0 ? `${head(1)}***${value.slice(value.lastIndexOf('@'))}` : `${head(1)}***`
  if (!['text', 'long_text', 'url', 'auto_number'].includes(field.type)) return null
  if (field.name === 'name' && [...value].length <= 4 && isHan(value)) return head(1) + '*'.repeat(Math.max(1, [...value].length - 1))
  return `${head(1)}***`
}
