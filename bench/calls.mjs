// What is asked. bare: the same question for bench/bare; as: who asks ("rep" sees his own, "keeper" owns an eighth of all, "manager" a tree of 20 departments, "director" 200 people in 40,
// "quiet" 200 who own 20 customers between them, "admin" everything); page: the so manyth, or the last whole one; ids: any customer's id in place of "{id}".
const list = (as, object = 'customer') => ({ as, path: `/api/v1/records/${object}?limit=50`, bare: ['--kind', 'list', '--object', object] })
const hundredth = (as) => ({ ...list(as), page: 100, bare: ['--kind', 'list', '--object', 'customer', '--page', '100'] })
const listed = (as, object, more) => ({ as, path: `/api/v1/records/${object}?limit=50&${new URLSearchParams(more)}` })
const search = (as, q) => ({ as, path: `/api/v1/search?q=${encodeURIComponent(q)}`, bare: ['--kind', 'search', '--q', q] })
const aggregate = (object, group, measure, as = 'admin') => ({
  as,
  path: `/api/v1/aggregate/${object}?group=${group}&measure=${measure}`,
  bare: ['--kind', 'aggregate', '--object', object, '--group', group, '--measure', measure],
})
const of = (as, rest) => ({ as, path: `/api/v1/records/customer/{id}${rest}`, ids: true })

export const CUSTOMER = JSON.stringify({ name: '上海测量科技有限公司 {n}', phone: '139{n}8817', level: 'B', industry: 'C', email: 'info@example{n}.com', employees: 120, annual_revenue: 3500000 })

// Every call that a person at work waits for.
export const CALLS = {
  'list, own': list('rep'),
  'list, own eighth': list('keeper'),
  'list, own eighth, hundredth page': hundredth('keeper'),
  'list, department tree': list('manager'),
  'list, department tree, hundredth page': hundredth('manager'),
  'manager of 200, customers': list('director'),
  'manager of 200, opportunities': list('director', 'opportunity'),
  'manager of 200 with 20 customers': list('quiet'),
  'manager of 200 with few, opportunities': list('quiet', 'opportunity'),
  'list, all': list('admin'),
  'list, all, hundredth page': hundredth('admin'),
  'list, by name': listed('admin', 'customer', { sort: 'name' }),
  'list, filtered by two choices': listed('manager', 'customer', { filter: 'level = "A" and status = "formal"' }),
  'list, text contains': listed('admin', 'customer', { filter: 'name contains "科技"' }),
  'list, with its count': listed('rep', 'customer', { count: 'true' }),
  'get by id': { as: 'admin', path: '/api/v1/records/customer/{id}', ids: true, bare: ['--kind', 'get', '--object', 'customer'] },
  history: of('admin', '/history'),
  timeline: of('admin', '/timeline'),
  team: of('admin', '/team'),
  'who may do what': of('admin', '/explain'),
  'opportunities of a customer': { as: 'admin', path: '/api/v1/records/opportunity?limit=50&filter=customer%20%3D%20{id}', ids: true },
  form: { as: 'admin', path: '/api/v1/records/customer/form', method: 'POST', body: JSON.stringify({ values: { name: '测量 {n}', level: 'A' } }) },
  'search, common word, sees all': search('admin', '科技'),
  'search, common word, sees few': search('rep', '科技'),
  'search, rare word, sees all': search('admin', '鲲鹏'),
  'search, rare word, sees few': search('rep', '鲲鹏'),
  'search, pinyin initials': search('admin', 'kpkj'),
  'search, phone tail': search('admin', '8817'),
  'aggregate opportunities by stage': aggregate('opportunity', 'stage', 'count(),sum(amount)'),
  'aggregate opportunities by stage, own': aggregate('opportunity', 'stage', 'count(),sum(amount)', 'rep'),
  'aggregate opportunities by stage, tree': aggregate('opportunity', 'stage', 'count(),sum(amount)', 'manager'),
  'aggregate opportunities by month': aggregate('opportunity', 'month(close_date)', 'count(),sum(amount)'),
  'aggregate opportunities by month, tree': aggregate('opportunity', 'month(close_date)', 'count(),sum(amount)', 'manager'),
  'aggregate opportunities by owner, tree': aggregate('opportunity', 'owner', 'count(),sum(amount)', 'manager'),
  'aggregate opportunities by product': aggregate('opportunity', 'product', 'count(),sum(amount)'),
  'aggregate customers by level': aggregate('customer', 'level', 'count(),sum(open_amount)'),
  'aggregate customers by owner': aggregate('customer', 'owner', 'count()'),
  session: { as: 'rep', path: '/api/v1/session' },
  'all definitions': { as: 'rep', path: '/api/v1/meta/objects' },
  'definition of customers': { as: 'rep', path: '/api/v1/meta/objects/customer' },
  preferences: { as: 'rep', path: '/api/v1/preferences' },
  organisation: { as: 'rep', path: '/api/v1/organisation' },
  'recycle bin': { as: 'admin', path: '/api/v1/trash/customer' },
  jobs: { as: 'admin', path: '/api/v1/jobs' },
  'create a customer': { as: 'admin', path: '/api/v1/records/customer', method: 'POST', body: CUSTOMER },
  'change a customer': { as: 'admin', path: '/api/v1/records/customer/{id}', method: 'PATCH', ids: true, body: JSON.stringify({ remark: '测量 {n}' }) },
}

// ---- people at work

const json = (values) => JSON.stringify(values)
const follow = json({ type: 'call', content: '电话沟通了需求，下次带上报价 {n}', target: { object: 'customer', id: '{id}' } }).replace('"{id}"', '{id}')

// What 500 people do all day, by weight (reads 80, writes 20); ids are of what each may see. Lines of bench/load's --mix.
export function workday(tokens, ids) {
  const line = (name, weight, as, method, path, body = '') => [name, weight, tokens[as], method, path, body, (ids[as] ?? []).join(',')].join('\t')
  const record = '/api/v1/records/customer/{id}'
  return [
    line('list, own', 10, 'rep', 'GET', '/api/v1/records/customer?limit=50'),
    line('list, own eighth', 6, 'keeper', 'GET', '/api/v1/records/customer?limit=50'),
    line('list, department tree', 5, 'manager', 'GET', '/api/v1/records/customer?limit=50'),
    line('list, all', 1, 'admin', 'GET', '/api/v1/records/customer?limit=50'),
    line('opportunities', 6, 'keeper', 'GET', '/api/v1/records/opportunity?limit=50'),
    line('get', 20, 'keeper', 'GET', record),
    line('timeline', 12, 'keeper', 'GET', `${record}/timeline`),
    line('history', 2, 'manager', 'GET', `${record}/history`),
    line('search', 6, 'keeper', 'GET', `/api/v1/search?q=${encodeURIComponent('科技')}`),
    line('aggregate own', 4, 'rep', 'GET', '/api/v1/aggregate/opportunity?group=stage&measure=count(),sum(amount)'),
    line('session', 4, 'rep', 'GET', '/api/v1/session'),
    line('preferences', 4, 'rep', 'GET', '/api/v1/preferences'),
    line('follow up', 7, 'keeper', 'POST', '/api/v1/records/activity', follow),
    line('change', 8, 'keeper', 'PATCH', record, json({ remark: '客户对价格还有疑问 {n}' })),
    line('create a customer', 2, 'keeper', 'POST', '/api/v1/records/customer', CUSTOMER),
    line('create an opportunity', 3, 'keeper', 'POST', '/api/v1/records/opportunity', json({ name: '项目 {n}', amount: 12000, stage: 'initial', customer: '{id}' }).replace('"{id}"', '{id}')),
  ].join('\n') + '\n'
}
