// What a user's roles give together, out of the grants as they stand in the roles. Knows no records.
import { patternOf } from './masks.mjs'

export const HIDE = 0
export const MASK = 1
export const READ = 2
export const WRITE = 3
const RIGHTS = { hide: HIDE, mask: MASK, read: READ, write: WRITE }
export const SCOPES = ['none', 'own', 'department', 'tree', 'all']
export const VERBS = ['read', 'update', 'delete']
export const PEOPLE = ['user', 'department']
const OPEN_TO_ALL = {
  user: ['id', 'version', 'name', 'department', 'active', 'position'],
  department: ['id', 'version', 'name', 'department', 'active', 'parent'],
}

const NOTHING = () => ({ kind: 0, rules: [] })
export const isNone = (scope) => scope.kind === 0 && !scope.rules.length
const scopeOf = (text) => (text === undefined ? NOTHING() : SCOPES.includes(text) ? { kind: SCOPES.indexOf(text), rules: [] } : { kind: 0, rules: [text] })
const rightOf = (text) => ({ level: text.startsWith('mask') ? MASK : RIGHTS[text], pattern: patternOf(text) })
const openness = (right) => right.level * 1000 + (right.level === MASK && right.pattern ? right.pattern.head + right.pattern.tail : 0)
const wider = (a, b) => (openness(b) > openness(a) ? b : a)

// What one role gives on one object.
function given(role, definition, features) {
  const json = role.grants?.[definition.name] ?? role.grants?.['*'] ?? {}
  const fields = new Map(definition.fields.map((field) => [field.name, rightOf(json.fields?.[field.name] ?? json.fields?.['*'] ?? 'write')]))
  const create = json.create === true
  const update = scopeOf(json.update)
  return {
    read: scopeOf(json.read), update, delete: scopeOf(json.delete), create, export: json.export === true, import: json.import ?? create, transfer: features.transfer ? json.transfer ?? !isNone(update) : true,
    everything: json.actions === '*', actions: Array.isArray(json.actions) ? json.actions : [], fields,
  }
}

const empty = (from, features) => VERBS.every((verb) => isNone(from[verb])) && !from.create && !from.export && !from.import && !(features.transfer && from.transfer) && !from.everything && !from.actions.length

function together(roles, definition, features) {
  const open = OPEN_TO_ALL[definition.name]
  const hidden = { level: HIDE, pattern: null }
  const into = { read: NOTHING(), update: NOTHING(), delete: NOTHING(), create: false, export: false, import: false, transfer: false, everything: false, actions: [], fields: new Map(definition.fields.map((field) => [field.name, hidden])) }
  const some = roles.map((role) => given(role, definition, features)).filter((from) => !empty(from, features))
  for (const from of some) {
    for (const verb of VERBS) into[verb] = { kind: Math.max(into[verb].kind, from[verb].kind), rules: [...into[verb].rules, ...from[verb].rules] }
    for (const word of ['create', 'export', 'import', 'transfer', 'everything']) into[word] ||= from[word]
    into.actions.push(...from.actions)
    if (!open || from.read.kind === 4) for (const [name, right] of from.fields) into.fields.set(name, wider(into.fields.get(name), right))
  }
  const atLeast = (name) => into.fields.has(name) && into.fields.set(name, wider(into.fields.get(name), { level: READ, pattern: null }))
  if (open) {
    into.read = { kind: 4, rules: [] }
    open.forEach(atLeast)
  }
  if (open || some.length) for (const name of ['id', 'version']) atLeast(name)
  if (!into.create && isNone(into.update)) for (const [name, right] of into.fields) if (right.level === WRITE) into.fields.set(name, { level: READ, pattern: null })
  return into
}

const all = (definition) => ({
  read: { kind: 4, rules: [] }, update: { kind: 4, rules: [] }, delete: { kind: 4, rules: [] }, create: true, export: true, import: true, transfer: true, everything: true, actions: [],
  fields: new Map(definition.fields.map((field) => [field.name, { level: WRITE, pattern: null }])),
})

// Fields that a formula touches, each as [object, field]; relations count as the child's reference.
function touched(definitions, object, expression) {
  const found = []
  const plain = expression.replace(/"[^"]*"/g, ' ')
  for (const [, path, call] of plain.matchAll(/([a-z_][a-z0-9_.]*)\s*(\(?)/g)) {
    if (call) continue
    let at = object
    for (const name of path.split('.')) {
      const field = definitions[at]?.byName.get(name)
      const child = definitions[at]?.children?.find((relation) => relation.name === name)
      if (field) found.push([at, name])
      else if (child) found.push([child.object, child.field])
      at = field?.target ?? child?.object
    }
  }
  return found
}

// A formula that touches what one may not read is hidden, and so are those over it.
function hideFormulas(definitions, rights) {
  const readable = ([object, name]) => rights[object] && !isNone(rights[object].read) && rights[object].fields.get(name).level >= READ
  for (let again = true; again;) {
    again = false
    for (const [object, definition] of Object.entries(definitions))
      for (const field of definition.fields) {
        if (field.type !== 'formula' || rights[object].fields.get(field.name).level === HIDE || touched(definitions, object, field.expression).every(readable)) continue
        rights[object].fields.set(field.name, { level: HIDE, pattern: null })
        again = true
      }
  }
}

// features: what the server knows of, see world.mjs. By object: read, update, delete (scopes: kind and rules), create, export, import, transfer, everything, actions, fields (name → level and pattern).
export function rightsOf(roles, definitions, features) {
  const admin = roles.some((role) => role.key === 'admin')
  const rights = Object.fromEntries(Object.entries(definitions).map(([name, definition]) => [name, admin ? all(definition) : together(roles, definition, features)]))
  hideFormulas(definitions, rights)
  return rights
}
