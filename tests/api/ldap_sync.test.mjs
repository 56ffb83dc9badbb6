// Taking a directory's people over: dry run, making, changing, making inactive; what is too much, and what goes wrong for one of them.
import { Company } from '../support/company.mjs'
import { Directory, until } from '../support/outside.mjs'

const PEOPLE = Object.fromEntries([
  ['wang.fang', { cn: '王芳', mail: 'wang@example.com', ou: '上海', title: '销售经理', mobile: '13812345678', groups: ['sales', 'managers'], unit: 'sales' }], ['li.wei', { cn: '李伟', mail: 'li@example.com', groups: ['sales'], unit: 'sales' }],
  ['bad.mail', { cn: '坏邮箱', mail: 'not an address', groups: ['sales'] }], ['known', { cn: '认识的', mail: 'known@example.com' }],
  ...Array.from({ length: 12 }, (_, n) => [`staff${n}`, { cn: `员工${n}`, mail: `staff${n}@example.com` }]),
])

export async function setup({ engine }) {
  const company = await Company.start(engine, '--test-clock')
  const directory = await Directory.start(PEOPLE)
  await company.add('known', 'sales', 'east')
  await company.add('local', 'sales', 'east')
  await company.role('managers_here', { customer: { read: 'tree' } })
  const done = company.haike.done.bind(company.haike)
  company.haike.done = async () => { await done(); await directory.stop() }
  const made = await company.boss.post('/settings/providers', {
    kind: 'ldap', label: '公司目录', host: '127.0.0.1', port: directory.port, security: 'none', bind_dn: directory.bindDn, secret: directory.bindPassword, base: `ou=people,${directory.suffix}`, filter: '(uid={login})', people_filter: '(objectClass=inetOrgPerson)',
    department_attr: 'ou', group_base: `ou=groups,${directory.suffix}`, groups: [{ group: 'sales', role: company.roles.sales }, { group: 'managers', role: company.roles.managers_here }], departments: [{ value: `ou=sales,ou=people,${directory.suffix}`, department: company.departments.south }],
    create: true, role: company.roles.service, department: company.departments.hq, adopt: true, disable: true,
  })
  ensure(made.status === 201, made.body)
  return { haike: company.haike, company, directory, provider: made.body }
}

function ensure(condition, message) {
  if (!condition) throw new Error(typeof message === 'string' ? message : JSON.stringify(message))
}
const ended = (boss, id) => until(async () => { const answer = (await boss.get(`/jobs/${id}`)).body; return ['done', 'failed'].includes(answer.status) && answer }, 'the job does not end')
async function sync({ company, provider }, body) {
  const begun = await company.boss.post(`/settings/providers/${provider.id}/sync`, body)
  ensure(begun.status === 202, begun.body)
  return ended(company.boss, begun.body.id)
}
const person = async (boss, login) => (await boss.list('user', { filter: `login = "${login}"`, fields: 'name,email,phone,position,department,roles,active' })).body.items[0]
const counts = ({ result }) => ['created', 'updated', 'disabled', 'unchanged', 'failed'].map((name) => result[name]).join()

export const scenarios = {
  'a dry run says what would be done, and does nothing': async (given) => {
    const { boss } = given.company
    const before = (await boss.list('user', { limit: 200 })).body.items.length
    const job = await sync(given, { dry_run: true })
    ensure(job.status === 'done' && counts(job) === '14,1,0,0,1', job)
    ensure(job.result.items.find((item) => item.login === 'bad.mail').message.startsWith('E-mail: ') && job.result.items.find((item) => item.login === 'known').fields === 'name,roles,email', job.result.items)
    ensure((await boss.list('user', { limit: 200 })).body.items.length === before && (await person(boss, 'known')).name === 'known', 'something was done')
    ensure((await boss.get('/settings/sign-in')).body.providers[0].synced_at === null, 'it counts as done')
  },

  'people are made and changed as the directory says': async (given) => {
    const { company } = given
    const job = await sync(given, {})
    ensure(job.status === 'done' && counts(job) === '14,1,0,0,1', job)
    const wang = await person(company.boss, 'wang.fang')
    ensure(wang.name === '王芳' && wang.email === 'wang@example.com' && wang.position === '销售经理' && wang.department.id === company.departments.south && wang.roles.map((role) => role.id).sort().join() === [company.roles.sales, company.roles.managers_here].sort().join(), wang)
    const staff = await person(company.boss, 'staff3')
    ensure(staff.department.id === company.departments.hq && staff.roles.map((role) => role.id).join() === String(company.roles.service) && staff.active, staff)
    ensure((await person(company.boss, 'bad.mail')) === undefined && (await person(company.boss, 'local')).name === 'local', 'others')
    const again = await sync(given, {})
    ensure(counts(again) === '0,0,0,15,1', again.result)
  },

  'what changes there changes here: names, roles that are mapped, and no others': async (given) => {
    const { company, directory } = given
    const li = await person(company.boss, 'li.wei')
    await company.boss.patch(`/records/user/${li.id}`, { roles: [...li.roles.map((role) => role.id), company.roles.finance] })
    const dn = directory.dn('li.wei', PEOPLE['li.wei'])
    directory.modify(`dn: ${dn}\nchangetype: modify\nreplace: cn\ncn:: ${Buffer.from('李伟伟').toString('base64')}\n\ndn: cn=sales,ou=groups,${directory.suffix}\nchangetype: modify\ndelete: member\nmember: ${dn}\n\ndn: cn=managers,ou=groups,${directory.suffix}\nchangetype: modify\nadd: member\nmember: ${dn}\n`)
    const job = await sync(given, {})
    ensure(counts(job) === '0,1,0,14,1' && job.result.items.find((item) => item.login === 'li.wei').fields === 'name,roles', job.result)
    const now = await person(company.boss, 'li.wei')
    ensure(now.name === '李伟伟' && now.roles.map((role) => role.id).sort().join() === [company.roles.finance, company.roles.managers_here].sort().join(), now)
    const history = (await company.boss.get(`/records/user/${li.id}/history`)).body.items[0]
    ensure(history.source === 'ldap' && history.changes.some((change) => change.field === 'name'), history)
  },

  'who has gone is made inactive, and his sessions end; too many at once are asked about': async (given) => {
    const { company, directory, haike } = given
    directory.remove('staff0', {})
    directory.modify(`dn: ${directory.dn('staff1')}\nchangetype: modify\nadd: userPassword\nuserPassword: staff1-password\n`)
    const staff1 = await haike.as('staff1', 'staff1-password')
    let job = await sync(given, {})
    ensure(counts(job) === '0,0,1,14,1' && (await person(company.boss, 'staff0')).active === false, job.result)
    for (let n = 1; n < 8; n++) directory.remove(`staff${n}`, {})
    job = await sync(given, { dry_run: true })
    ensure(job.status === 'done' && job.result.too_many === true && job.result.disabled === 7, job.result)
    job = await sync(given, {})
    ensure(job.status === 'failed' && job.problem.code === 'ldap_too_many' && (await person(company.boss, 'staff1')).active === true, job)
    ensure((await staff1.get('/session')).status === 200, 'his session ended')
    job = await sync(given, { force: true })
    ensure(job.status === 'done' && job.result.disabled === 7 && (await person(company.boss, 'staff1')).active === false && (await staff1.get('/session')).status === 401, job.result)
    ensure((await person(company.boss, 'local')).active && (await person(company.boss, 'boss')).active, 'others were made inactive')
  },

  'a directory that is not there, or does not say everything, changes nothing': async (given) => {
    const { company, directory } = given
    await directory.halt()
    const job = await sync(given, { force: true })
    ensure(job.status === 'failed' && job.problem.code === 'net_connect' && (await person(company.boss, 'wang.fang')).active, job)
    const port = directory.port
    await directory.open()
    const { secret_set: _set, id: _id, ...config } = given.provider
    const put = await company.boss.call('PUT', `/settings/providers/${given.provider.id}`, { ...config, port: directory.port, secret: directory.bindPassword })
    ensure(port !== directory.port && put.status === 200, put.body)
  },

  'by the clock: what is due is read by itself, once': async (given) => {
    const { company, directory, haike, provider } = given
    const { secret_set: _set, id: _id, synced_at: _at, ...config } = (await company.boss.get('/settings/sign-in')).body.providers[0]
    ensure((await company.boss.call('PUT', `/settings/providers/${provider.id}`, { ...config, sync_minutes: 60 })).status === 200, 'not set')
    directory.add('late.comer', { cn: '后来的', mail: 'late@example.com' })
    const start = Date.now()
    try {
      await haike.nobody().post('/api/v1/test/clock', { now: new Date(start + 2 * 3600_000).toISOString() })
      const made = await until(() => person(company.boss, 'late.comer'), 'not made', 120_000)
      ensure(made.name === '后来的', made)
    } finally {
      await haike.nobody().post('/api/v1/test/clock', { now: new Date(start).toISOString() })
    }
  },
}
