// Expressions as the tests use them in grants and sharing rules, each with what it means in plain JavaScript; and the formulas of the world that reach beyond
// their record: what a path or an aggregate gives is the reader's own.
const same = (a, b) => Boolean(a && b && a.id === b.id)
const ownerDepartment = (row, model) => model.row('user', row.owner?.id)?.department
const customerOf = (row, model) => model.row('customer', row.customer?.id)
const under = (reference, user, model) => Boolean(reference && user.department && model.subtree(user.department.id).has(reference.id))
const more = (value, bound) => value !== null && value > bound
const less = (value, bound) => value !== null && value < bound

// Scopes written as expressions: (record, user, model) → boolean.
export const SCOPE_RULES = {
  customer: {
    'level = "A"': (row) => row.level === 'A',
    'owner.department under my_department()': (row, user, model) => under(ownerDepartment(row, model), user, model),
    'parent.owner = me()': (row, user, model) => same(model.row('customer', row.parent?.id)?.owner, user),
    'count(contacts) > 1': (row, user, model) => model.live('contact').filter((contact) => contact.customer?.id === row.id).length > 1,
    'department = my_department()': (row, user) => same(row.department, user.department),
  },
  contact: {
    'customer.level = "A"': (row, user, model) => customerOf(row, model)?.level === 'A',
    'customer.owner = me()': (row, user, model) => same(customerOf(row, model)?.owner, user),
  },
  opportunity: {
    'amount >= 5000': (row) => row.amount !== null && row.amount >= 5000,
    'customer.owner.department = my_department()': (row, user, model) => {
      const customer = customerOf(row, model)
      return Boolean(customer && same(ownerDepartment(customer, model), user.department))
    },
  },
  lead: {
    'status = "new" and department under my_department()': (row, user, model) => row.status === 'new' && under(row.department, user, model),
    'owner != me() and budget < 4000': (row, user) => !same(row.owner, user) && less(row.budget, 4000),
  },
  activity: { 'type = "call"': (row) => row.type === 'call', 'target.object = "customer"': (row) => row.target?.object === 'customer' },
  task: { 'priority in ("high","urgent") or owner = me()': (row, user) => ['high', 'urgent'].includes(row.priority) || same(row.owner, user) },
  event: { 'kind = "visit"': (row) => row.kind === 'visit', 'participants contains me()': (row, user) => (row.participants ?? []).some((one) => one.id === user.id) },
  product: { 'price < 500': (row) => less(row.price, 500) },
  sample: {
    'cost < 500 or owner = me()': (row, user) => less(row.cost, 500) || same(row.owner, user),
    'customer.level != "A"': (row, user, model) => customerOf(row, model)?.level !== 'A',
    'twice > 900': (row) => row.cost !== null && row.cost * 2 > 900,
  },
  pool: { 'administrators contains me()': (row, user) => (row.administrators ?? []).some((one) => one.id === user.id) },
  pool_rule: { 'pool.administrators contains me()': (row, user, model) => (model.row('pool', row.pool?.id)?.administrators ?? []).some((one) => one.id === user.id) },
  view: {
    'owner = me() or share = "all" or (share = "department" and department = my_department())':
      (row, user) => same(row.owner, user) || row.share === 'all' || (row.share === 'department' && same(row.department, user.department)),
  },
}

// Conditions of sharing rules: the record's own stored fields and formulas over them.
export const SHARING_RULES = {
  customer: { 'level = "B"': (row) => row.level === 'B', 'annual_revenue > 4000': (row) => more(row.annual_revenue, 4000), 'tags contains "t1"': (row) => (row.tags ?? []).includes('t1') },
  contact: { 'gender = "male"': (row) => row.gender === 'male' },
  opportunity: { 'stage = "proposal" or amount < 2000': (row) => row.stage === 'proposal' || less(row.amount, 2000), 'weighted_amount > 1000': (row) => more(row.weighted_amount, 1000) },
  lead: { 'source = "website"': (row) => row.source === 'website' },
  activity: { 'type = "visit"': (row) => row.type === 'visit' },
  task: { 'status = "open"': (row) => row.status === 'open' },
  sample: { 'cost < 300': (row) => less(row.cost, 300), 'twice > 1200': (row) => row.cost !== null && row.cost * 2 > 1200, 'level = "x"': (row) => row.level === 'x' },
}

export const RULES = Object.fromEntries([...new Set([...Object.keys(SCOPE_RULES), ...Object.keys(SHARING_RULES)])].map((object) => [object, { ...SCOPE_RULES[object], ...SHARING_RULES[object] }]))

export const FORMULAS = {
  'sample.revenue': (row, user, model) => {
    const customer = customerOf(row, model)
    return customer && model.listed(user, 'customer', customer) && customer.annual_revenue !== null ? customer.annual_revenue * 2 : null
  },
  'customer.sample_count': (row, user, model) => model.live('sample').filter((sample) => sample.customer?.id === row.id && model.listed(user, 'sample', sample)).length,
}
