// A company's directory, against slapd: signing in with its password, its people taken over, and what must not work.
import { createServer } from 'node:net'
import { Company, PASSWORD } from '../support/company.mjs'
import { Directory, until } from '../support/outside.mjs'

const PEOPLE = {
  'wang.fang': { cn: '王芳', mail: 'wang@example.com', password: 'wang-at-the-directory', ou: '上海', title: '销售经理', mobile: '13812345678', groups: ['sales', 'managers'], unit: 'sales' },
  'li.wei': { cn: '李伟', mail: 'li@example.com', password: 'li-at-the-directory', ou: 'South', groups: ['sales'], unit: 'sales' },
  'zhao.min': { cn: '赵敏', mail: 'not an address', password: 'zhao-at-the-directory', groups: [] },
  'star*man': { cn: 'Star', password: 'star-at-the-directory', mail: 'star@example.com' },
  known: { cn: '认识的', password: 'known-at-the-directory', mail: 'known@example.com' },
  'chen.jun': { cn: '陈军', password: 'chen-at-the-directory' }, 'guo.hua': { cn: '郭华', password: 'guo-at-the-directory' }, 'he.ping': { cn: '何平', password: 'he-at-the-directory' },
}

export async function setup({ engine }) {
  const company = await Company.start(engine)
  const directory = await Directory.start(PEOPLE)
  await company.add('known', 'sales', 'east')
  await company.add('local', 'sales', 'east')
  await company.role('managers_here', { customer: { read: 'tree' } })
  const done = company.haike.done.bind(company.haike)
  company.haike.done = async () => { await done(); await directory.stop() }
  return { haike: company.haike, company, directory }
}

function ensure(condition, message) {
  if (!condition) throw new Error(typeof message === 'string' ? message : JSON.stringify(message))
}
const config = ({ company, directory }, more = {}) => ({
  kind: 'ldap', label: '公司目录', host: '127.0.0.1', port: directory.port, security: 'none', bind_dn: directory.bindDn, secret: directory.bindPassword, base: `ou=people,${directory.suffix}`, filter: '(&(objectClass=inetOrgPerson)(uid={login}))',
  people_filter: '(objectClass=inetOrgPerson)', department_attr: 'ou', group_base: `ou=groups,${directory.suffix}`, groups: [{ group: 'sales', role: company.roles.sales }, { group: `cn=managers,ou=groups,${directory.suffix}`, role: company.roles.managers_here }],
  departments: [{ value: 'South', department: company.departments.south }], create: true, role: company.roles.service, department: company.departments.hq, ...more,
})
async function withDirectory(given, more, work) {
  const { boss } = given.company
  const made = await boss.post('/settings/providers', config(given, more))
  ensure(made.status === 201, made.body)
  try {
    await work(made.body)
  } finally {
    const gone = await boss.delete(`/settings/providers/${made.body.id}`)
    ensure(gone.status === 204, gone.body)
  }
}
const signIn = (haike, login, password) => haike.nobody().post('/session', { login, password })
async function sync(boss, provider, body) {
  const begun = await boss.post(`/settings/providers/${provider.id}/sync`, body)
  ensure(begun.status === 202, begun.body)
  const job = await until(async () => { const answer = (await boss.get(`/jobs/${begun.body.id}`)).body; return ['done', 'failed'].includes(answer.status) && answer }, 'the job does not end')
  return job
}
const person = async (boss, login) => (await boss.list('user', { filter: `login = "${login}"`, fields: 'name,email,phone,position,department,roles,active' })).body.items[0]
const wrongAt = (answer) => answer.body.errors.map((error) => `${error.field}:${error.code}`)

export const scenarios = {
  'what is wrong is told at its field, the password is not told, and goes to no other server': async (given) => {
    const { company, directory } = given
    const cases = [
      [{ host: '' }, 'host:required'], [{ host: 'a/b' }, 'host:bad_host'], [{ host: 'ldap.example.com' }, 'security:plain_refused'], [{ base: '' }, 'base:required'], [{ filter: '' }, 'filter:required'], [{ filter: '(uid=*)' }, 'filter:ldap_login_place'],
      [{ dn_template: 'uid=x' }, 'dn_template:ldap_login_place'], [{ login_attr: 'u)(id' }, 'login_attr:bad_attribute'], [{ people_filter: 'all' }, 'people_filter:ldap_filter'], [{ sync_minutes: 1 }, 'sync_minutes:out_of_range'], [{ groups: [{ group: '', role: 5 }] }, 'groups[0].group:required'],
      [{ groups: [{ group: 'x', role: 987654 }] }, 'groups[0].role:bad_reference'], [{ departments: [{ value: 'x', department: 987654 }] }, 'departments[0].department:bad_reference'], [{ secret: '' }, 'secret:required'], [{ ca: 'x' }, 'ca:bad_pem'], [{ groups: 'all' }, 'groups:wrong_type'],
    ]
    for (const [more, expected] of cases) {
      const answer = await company.boss.post('/settings/providers', config(given, more))
      ensure(answer.status === 422 && wrongAt(answer).includes(expected), `${JSON.stringify(more)}: ${JSON.stringify(answer.body.errors)}`)
    }
    await withDirectory(given, {}, async (provider) => {
      ensure(!JSON.stringify((await company.boss.get('/settings/sign-in')).body).includes(directory.bindPassword), 'the password is told')
      const { secret, ...same } = config(given)
      ensure(secret && (await company.boss.call('PUT', `/settings/providers/${provider.id}`, same)).body.secret_set, 'it is forgotten')
      const moved = await company.boss.post('/settings/providers/test', { ...same, id: provider.id, port: directory.tlsPort })
      ensure(moved.status === 422 && wrongAt(moved).includes('secret:password_again'), moved.body)
    })
  },

  'trying it says what the directory says': async (given) => {
    const { company } = given
    const trial = (more) => company.boss.post('/settings/providers/test', config(given, more))
    const good = await trial({})
    ensure(good.status === 200 && good.body.people === 8 && good.body.examples.length === 5, good.body) // more than the directory gives at once
    for (const [more, expected] of [[{ secret: 'wrong' }, 'secret:net_sign_in'], [{ port: 1 }, 'host:net_connect'], [{ base: 'ou=nowhere,dc=example,dc=com' }, 'base:ldap_search'], [{ people_filter: '(((' }, 'base:ldap_search'], [{ security: 'tls' }, 'security:net_certificate']]) {
      const answer = await trial(more)
      ensure(answer.status === 422 && wrongAt(answer).includes(expected), `${JSON.stringify(more)}: ${JSON.stringify(answer.body)}`)
    }
  },

  'encryption is spoken, and an unknown certificate is refused': async (given) => {
    const { company, directory, haike } = given
    for (const [security, port] of [['tls', directory.tlsPort], ['starttls', directory.port]]) {
      const unknown = await company.boss.post('/settings/providers/test', config(given, { security, port }))
      ensure(unknown.status === 422 && wrongAt(unknown).includes('security:net_certificate'), unknown.body)
      const name = await company.boss.post('/settings/providers/test', config(given, { security, port, ca: directory.ca, host: '127.0.0.2' }))
      ensure(name.status === 422, 'another name is taken')
      ensure((await company.boss.post('/settings/providers/test', config(given, { security, port, ca: directory.ca }))).status === 200, security)
      await withDirectory(given, { security, port, ca: directory.ca, adopt: true }, async () => {
        ensure((await signIn(haike, 'he.ping', PEOPLE['he.ping'].password)).status === 200, `${security}: not signed in`)
      })
    }
  },

  "with the directory's password people are signed in, and made with what it says of them": async (given) => {
    const { company, haike } = given
    await withDirectory(given, {}, async (provider) => {
      const answer = await signIn(haike, 'Li.Wei ', PEOPLE['li.wei'].password)
      ensure(answer.status === 200 && answer.body.user.login === 'li.wei', answer.body)
      const made = await person(company.boss, 'li.wei')
      ensure(made.name === '李伟' && made.email === 'li@example.com' && made.department.id === company.departments.south && made.roles.map((role) => role.id).join() === String(company.roles.sales), made)
      ensure((await signIn(haike, 'wang.fang', PEOPLE['wang.fang'].password)).status === 200, 'the second')
      const wang = await person(company.boss, 'wang.fang')
      ensure(wang.department.name === '上海' && wang.position === '销售经理' && wang.phone.includes('13812345678') && wang.roles.length === 2, wang)
      ensure((await signIn(haike, 'li.wei', 'wrong-password')).status === 401 && (await signIn(haike, 'no.such', 'wrong-password')).status === 401, 'a wrong password')
      const accounts = (await company.boss.get(`/users/${made.id}/identities`)).body.items
      ensure(accounts.some((one) => one.provider === provider.id && one.linked && one.name === 'li.wei'), accounts)
    })
  },

  'an empty password, wildcards and filters are nobody': async (given) => {
    const { haike, company } = given
    await withDirectory(given, { adopt: true }, async () => {
      ensure((await signIn(haike, 'wang.fang', '')).status === 422, 'an empty password')
      ensure((await signIn(haike, 'wang.fang', PEOPLE['wang.fang'].password)).status === 200, 'the right one')
      const before = (await company.boss.list('user', { limit: 200 })).body.items.length
      for (const login of ['*', 'wang*', 'w*g.fang', '*)(uid=*', 'wang.fang)(|(uid=*', 'x)(|(objectClass=*)', '\\2a', 'wang.fang\\00', 'uid=wang.fang,ou=people,dc=example,dc=com', 'wang.fang,ou=people', ')', '(', '&', '|(uid=*)']) {
        for (const password of ['wang-at-the-directory', 'li-at-the-directory']) ensure([401, 422, 429].includes((await signIn(haike, login, password)).status), `${login} is signed in`)
      }
      ensure((await signIn(haike, 'star*man', PEOPLE['star*man'].password)).status === 200, 'a login with a star in it')
      ensure((await company.boss.list('user', { limit: 200 })).body.items.length === before + 1, 'somebody was made')
    })
    await withDirectory(given, { filter: '', dn_template: `uid={login},ou=people,${given.directory.suffix}`, bind_dn: '', secret: null, groups: [], group_base: '' }, async () => {
      ensure((await signIn(haike, 'chen.jun', PEOPLE['chen.jun'].password)).status === 200, 'by his name in the directory')
      ensure((await signIn(haike, 'chen.jun', '')).status === 422, 'an empty password, by the template')
      for (const login of ['chen.jun,ou=people', 'x+uid=chen.jun', 'chen.jun,ou=people,dc=example,dc=com#']) ensure((await signIn(haike, login, PEOPLE['chen.jun'].password)).status === 401, login)
    })
  },

  'who has a password here keeps it, unless the directory is to take him over': async (given) => {
    const { haike, company, directory } = given
    await withDirectory(given, {}, async () => {
      ensure((await signIn(haike, 'known', PASSWORD)).status === 200, 'his own')
      ensure((await signIn(haike, 'known', PEOPLE.known.password)).status === 401, "the directory's: somebody else of that name")
    })
    await withDirectory(given, { adopt: true }, async (provider) => {
      ensure((await signIn(haike, 'known', PEOPLE.known.password)).status === 200, "the directory's")
      ensure((await signIn(haike, 'known', PASSWORD)).status === 401, 'his own goes on working')
      ensure((await signIn(haike, 'local', PASSWORD)).status === 200, 'who is not in the directory')
      await company.boss.patch('/settings/sign-in', { passwords_off: true, emergency: company.boss.id })
      ensure((await signIn(haike, 'known', PEOPLE.known.password)).status === 200 && (await signIn(haike, 'local', PASSWORD)).status === 403, 'with passwords off')
      await company.boss.patch('/settings/sign-in', { passwords_off: false })
      directory.remove('known', {})
      ensure((await signIn(haike, 'known', PEOPLE.known.password)).status === 401, 'gone from the directory')
      directory.add('known', PEOPLE.known)
      ensure(provider.id > 0, provider)
    })
    ensure((await signIn(haike, 'known', PASSWORD)).status === 200, 'without the directory his own works again')
  },

  'a directory that is away: people of ours sign in, its own are told': async (given) => {
    const { haike, company } = given
    const silent = createServer(() => {}) // takes connections and says nothing
    await new Promise((resolve) => silent.listen(0, '127.0.0.1', resolve))
    const sockets = new Set()
    silent.on('connection', (socket) => { sockets.add(socket); socket.on('error', () => {}) })
    try {
      await withDirectory(given, { adopt: true }, async (provider) => {
        ensure((await signIn(haike, 'wang.fang', PEOPLE['wang.fang'].password)).status === 200, 'it does not work at all')
        await company.boss.call('PUT', `/settings/providers/${provider.id}`, config(given, { adopt: true, port: silent.address().port }))
        const away = await signIn(haike, 'wang.fang', PEOPLE['wang.fang'].password)
        ensure(away.status === 503 && away.body.code === 'directory_down', away.body)
        ensure((await signIn(haike, 'local', PASSWORD)).status === 200, 'ours')
        ensure((await signIn(haike, 'local', 'wrong-password')).status === 401, 'ours, wrong')
      })
    } finally {
      for (const socket of sockets) socket.destroy()
      silent.close()
    }
  },
}
