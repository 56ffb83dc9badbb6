// Outgoing mail against a real mail server: what is set, the test, the queue with its retries, forgotten passwords.
import { Company, PASSWORD } from '../support/company.mjs'
import { MailServer, until } from '../support/outside.mjs'

const NEW = 'brand-new-password-9'

export async function setup({ engine }) {
  const company = await Company.start(engine, '--test-clock')
  const server = await MailServer.start('--user', 'crm', '--password', 'mail-secret', '--plain-sign-in')
  for (const [login, role] of [['anna', 'sales'], ['bert', 'sales'], ['carl', 'sales']]) await company.add(login, role, 'east')
  await company.boss.patch(`/records/user/${company.people.anna.id}`, { email: 'anna@example.com', name: '李安娜' })
  await company.boss.patch(`/records/user/${company.people.bert.id}`, { email: 'nobody-bert@example.com', lang: 'en' })
  const done = company.haike.done.bind(company.haike)
  company.haike.done = async () => { await done(); await server.stop() }
  return { haike: company.haike, company, server }
}

const settings = (server, more = {}) => ({ active: true, host: '127.0.0.1', port: server.port, security: 'none', user: 'crm', password: 'mail-secret', from: 'crm@example.com', from_name: '听潮·海客', ...more })
const errorAt = (answer) => `${answer.body.errors?.[0]?.field}:${answer.body.errors?.[0]?.code}`

function ensure(condition, message) {
  if (!condition) throw new Error(typeof message === 'string' ? message : JSON.stringify(message))
}
async function put(company, body) {
  const answer = await company.boss.call('PUT', '/settings/mail', body)
  ensure(answer.status === 200, answer)
  return answer.body
}
const tokenOf = (mail) => /\/reset\?token=([\w-]{43})/.exec(mail.text)[1]
const setClock = (haike, ms) => haike.nobody().post('/api/v1/test/clock', { now: new Date(ms).toISOString() })

export const scenarios = {
  'only administrators see or set the mail server, and nobody reads its password': async ({ company, server }) => {
    for (const [method, path] of [['GET', '/settings/mail'], ['PUT', '/settings/mail'], ['POST', '/settings/mail/test'], ['GET', '/mails']]) {
      ensure((await company.people.anna.call(method, path, method === 'GET' ? undefined : {})).status === 403, path)
      ensure((await company.haike.nobody().call(method, path, method === 'GET' ? undefined : {})).status === 401, path)
    }
    const kept = await put(company, settings(server))
    ensure(kept.password_set === true && !JSON.stringify(kept).includes('mail-secret'), kept)
    ensure(!JSON.stringify((await company.boss.get('/settings/mail')).body).includes('mail-secret'), 'the password is told')
  },

  'what is wrong is told at its field': async ({ company, server }) => {
    const cases = [
      [{ host: '' }, 'host:required'], [{ host: 'a b' }, 'host:bad_host'], [{ host: 'x:25/..' }, 'host:bad_host'], [{ port: 0 }, 'port:out_of_range'], [{ port: '25' }, 'port:wrong_type'],
      [{ from: 'not an address' }, 'from:bad_email'], [{ from: 'a@b.cn\r\nBcc: c@d.cn' }, 'from:bad_text'], [{ from_name: 'a\r\nBcc: c@d.cn' }, 'from_name:bad_text'], [{ security: 'maybe' }, 'security:unknown_option'],
      [{ host: 'mail.example.com' }, 'security:plain_refused'], [{ ca: 'no certificate' }, 'ca:bad_pem'], [{ nonsense: 1 }, 'nonsense:unknown_field'], [{ password: null }, 'password:required'],
    ]
    for (const [more, expected] of cases) {
      const answer = await company.boss.call('PUT', '/settings/mail', settings(server, more))
      ensure(answer.status === 422 && errorAt(answer) === expected, `${JSON.stringify(more)}: ${answer.status} ${errorAt(answer)}`)
    }
  },

  'the stored password goes to no other server: it is asked for again': async ({ company, server }) => {
    await put(company, settings(server))
    const { password, ...same } = settings(server)
    ensure((await put(company, same)).password_set === true, 'it is forgotten')
    const other = await MailServer.start('--plain-sign-in', '--user', 'crm', '--password', 'mail-secret')
    try {
      for (const path of ['/settings/mail', '/settings/mail/test']) {
        const answer = await company.boss.call(path.endsWith('test') ? 'POST' : 'PUT', path, { ...same, port: other.port, ...(path.endsWith('test') ? { to: 'x@example.com' } : {}) })
        ensure(answer.status === 422 && errorAt(answer) === 'password:password_again', answer.body)
      }
      ensure(password && !/AUTH/.test(other.log), 'it was sent')
    } finally {
      await other.stop()
    }
  },

  'the test sends a mail that is put together properly': async ({ company, server }) => {
    const answer = await company.boss.post('/settings/mail/test', settings(server, { to: 'boss@example.com' }), { 'Accept-Language': 'zh-CN' })
    ensure(answer.status === 200, answer.body)
    const mail = await server.mailTo('boss@example.com')
    ensure(mail.from === 'crm@example.com' && mail.headers.from === '听潮·海客 <crm@example.com>' && mail.headers.to === '<boss@example.com>', mail.headers)
    ensure(mail.headers.subject.includes('测试邮件') && mail.text.includes('邮件服务器已设置好') && mail.html.includes('<p '), mail)
    ensure(/^<[0-9a-f]{36}@example\.com>$/.test(mail.headers['message-id']) && mail.headers['auto-submitted'] === 'auto-generated' && Date.parse(mail.headers.date) > 0, mail.headers)
    ensure([...mail.raw].every((c) => c.charCodeAt(0) < 128) && mail.raw.split('\r\n').every((line) => line.length <= 78), 'not plain lines')
  },

  'a test that fails says what the server said, at the field that it is about': async ({ company, server }) => {
    const cases = [
      [{ password: 'wrong' }, 'password:net_sign_in'], [{ to: 'nobody@example.com' }, 'to:net_recipient'], [{ from: 'stranger@example.com' }, 'from:net_sender'],
      [{ port: 1 }, 'port:net_connect'], [{ host: 'no-such-host.invalid', allow_plain: true }, 'host:net_host'], [{ security: 'starttls' }, 'security:net_plain'], [{ security: 'tls' }, 'security:net_tls'], [{ to: 'x' }, 'to:bad_email'], [{ to: '' }, 'to:required'],
    ]
    for (const [more, expected] of cases) {
      const answer = await company.boss.post('/settings/mail/test', settings(server, { to: 'boss@example.com', ...more }))
      ensure(answer.status === 422 && errorAt(answer) === expected, `${JSON.stringify(more)}: ${answer.status} ${JSON.stringify(answer.body.errors)}`)
    }
    const answer = await company.boss.post('/settings/mail/test', settings(server, { to: 'nobody@example.com' }))
    ensure(answer.body.errors[0].message.includes('550') && answer.body.errors[0].message.includes('no such mailbox'), answer.body.errors)
  },

  'encryption is spoken, and an unknown certificate is refused': async ({ company }) => {
    for (const security of ['tls', 'starttls']) {
      const server = await MailServer.start(`--${security}`, '--user', 'crm', '--password', 'mail-secret')
      try {
        const body = settings(server, { security, to: 'boss@example.com' })
        const unknown = await company.boss.post('/settings/mail/test', body)
        ensure(unknown.status === 422 && errorAt(unknown) === 'security:net_certificate', unknown.body)
        ensure(server.mails().length === 0, 'it was sent all the same')
        const known = await company.boss.post('/settings/mail/test', { ...body, ca: server.ca })
        ensure(known.status === 200, known.body)
        ensure((await server.mailTo('boss@example.com')).tls, 'not encrypted')
        const wrongName = await company.boss.post('/settings/mail/test', { ...body, ca: server.ca, host: '127.0.0.2' })
        ensure(wrongName.status === 422, 'another name is taken')
      } finally {
        await server.stop()
      }
    }
  },

  'a forgotten password: the answer tells nothing, the mail does, once': async ({ company, haike, server }) => {
    const nobody = haike.nobody()
    await put(company, settings(server))
    ensure((await nobody.get('/session/options')).body.reset === false, 'offered without an address of the system')
    ensure((await company.boss.patch('/settings', { address: `${haike.url}/` })).body.address === haike.url, 'the slash stays')
    ensure((await company.boss.patch('/settings', { address: 'javascript:alert(1)' })).status === 422, 'no address')
    ensure((await nobody.get('/session/options')).body.reset === true, 'not offered')
    const answers = []
    for (const login of ['anna', 'there-is-no-such', 'carl']) answers.push(await nobody.post('/session/reset', { login }, { 'X-Forwarded-Host': 'evil.example' }))
    ensure(answers.every((answer) => answer.status === 202 && JSON.stringify(answer.body) === '{}'), answers)
    const mail = await server.mailTo('anna@example.com')
    const token = tokenOf(mail)
    ensure(mail.text.includes(`${haike.url}/reset?token=`) && mail.html.includes(`${haike.url}/reset?token=`) && !mail.raw.includes('evil'), mail.text)
    ensure(mail.headers.subject.includes('重设密码') && mail.text.includes('李安娜'), mail)
    const wrong = await nobody.post('/session/reset/password', { token: token.replace(/.$/, (c) => c === 'A' ? 'B' : 'A'), password: NEW })
    ensure(wrong.status === 422 && errorAt(wrong) === 'token:reset_invalid', wrong.body)
    const weak = await nobody.post('/session/reset/password', { token, password: 'short' })
    ensure(weak.status === 422 && weak.body.errors[0].field === 'password', weak.body)
    const anna = company.people.anna
    ensure((await anna.get('/session')).status === 200, 'she is signed out already')
    ensure((await nobody.post('/session/reset/password', { token, password: NEW })).status === 204, 'not taken')
    ensure((await anna.get('/session')).status === 401, 'her sessions go on')
    ensure((await nobody.post('/session/reset/password', { token, password: NEW })).status === 422, 'it works twice')
    ensure((await nobody.post('/session', { login: 'anna', password: PASSWORD })).status === 401, 'the old password works')
    company.people.anna = await haike.as('anna', NEW)
    const told = await until(() => server.mails().find((one) => one.to === 'anna@example.com' && one.headers.subject.includes('密码已修改')), 'she is not told')
    ensure(!told.raw.includes(token) && !told.text.includes(NEW), 'it tells a secret')
    ensure(server.mails().every((one) => !one.to.startsWith('carl')), 'who has no address')
    ensure(!haike.log.includes(token), 'the token is in the log')
    const page = await fetch(`${haike.url}/reset?token=${token}`)
    ensure(page.status === 404 || page.headers.get('referrer-policy') === 'no-referrer', 'the token is sent on as referrer')
  },

  'a link is void after half an hour, and after a newer one was used': async ({ company, haike, server }) => {
    const nobody = haike.nobody()
    const start = Date.now()
    try {
      const before = server.mails().length
      await nobody.post('/session/reset', { login: ' ANNA ' })
      const first = tokenOf(await until(() => server.mails().slice(before).find((mail) => mail.text.includes('token=')), 'no mail'))
      await setClock(haike, start + 31 * 60_000)
      ensure((await nobody.post('/session/reset/password', { token: first, password: NEW })).status === 422, 'it is too old')
      await setClock(haike, start + 61 * 60_000)
      const at = server.mails().length
      await nobody.post('/session/reset', { login: 'anna' })
      await nobody.post('/session/reset', { login: 'anna' })
      const [one, two] = await until(() => { const found = server.mails().slice(at).filter((mail) => mail.text.includes('token=')); return found.length === 2 && found.map(tokenOf) }, 'not two mails')
      ensure((await nobody.post('/session/reset/password', { token: two, password: `${NEW}!` })).status === 204, 'not taken')
      ensure((await nobody.post('/session/reset/password', { token: one, password: NEW })).status === 422, 'the other one still works')
    } finally {
      await setClock(haike, start)
    }
  },

  'asking is limited, for a login in silence and for an address aloud': async ({ company, haike, server }) => {
    const nobody = haike.nobody()
    const start = Date.now()
    try {
      await setClock(haike, start + 3 * 3600_000)
      const links = () => server.mails().filter((mail) => mail.text.includes('token=')).length
      const before = links()
      for (let n = 0; n < 6; n++) ensure((await nobody.post('/session/reset', { login: 'anna' })).status === 202, 'told')
      await nobody.post('/session/reset', { login: 'nobody-at-all' })
      await until(() => links() >= before + 3, 'no mails')
      await until(async () => (await company.boss.get('/mails')).body.waiting === 0, 'it goes on')
      ensure(links() === before + 3, `${links() - before} mails`)
      let limited
      for (let n = 0; n < 40 && !limited; n++) limited = (await nobody.post('/session/reset', { login: `guess-${n}` })).status === 429
      ensure(limited, 'never limited')
    } finally {
      await setClock(haike, start)
    }
  },

  'what waits is sealed, is sent again later under the same Message-ID, and survives a crash': async ({ company, haike, server }) => {
    const start = Date.now()
    const boss = company.boss
    const nobody = haike.nobody()
    try {
      await setClock(haike, start + 8 * 3600_000)
      await put(company, settings(server))
      server.mood('busy', true)
      const before = server.mails().length
      await nobody.post('/session/reset', { login: 'anna' })
      const row = await until(async () => (await boss.get('/mails?status=waiting')).body.items.find((mail) => mail.attempts === 1 && mail.problem), 'it is not tried')
      ensure(row.problem.includes('451') && row.to === 'anna@example.com' && row.kept === true, row)
      ensure(!JSON.stringify(row).includes('token'), 'content is told')
      if (haike.engine === 'sqlite') {
        const { readFileSync, readdirSync } = await import('node:fs')
        const bytes = readdirSync(haike.folder).filter((name) => name.startsWith('haike.db')).map((name) => readFileSync(`${haike.folder}/${name}`, 'latin1')).join('')
        ensure(bytes.includes('anna@example.com') && !bytes.includes('reset?token='), 'the link is in the database')
      }
      await haike.stop('SIGKILL')
      server.mood('busy', false)
      await haike.serve('--test-clock')
      await boss.patch('/settings', { address: haike.url })
      ensure(server.mails().length === before, 'it did not wait')
      await setClock(haike, start + 8 * 3600_000 + 61_000)
      const mail = await until(() => server.mails().slice(before).find((one) => one.to === 'anna@example.com'), 'not sent after the crash')
      await until(async () => (await boss.get('/mails?status=sent')).body.items.find((one) => one.id === row.id && one.attempts === 2 && one.kept === false), 'not noted as sent')
      ensure(mail.headers['message-id'].startsWith('<'), mail.headers)
    } finally {
      await setClock(haike, start)
    }
  },

  'what is refused for good is shown as failed, and can be sent again or dropped': async ({ company, haike, server }) => {
    const start = Date.now()
    const boss = company.boss
    try {
      await setClock(haike, start + 16 * 3600_000)
      await haike.nobody().post('/session/reset', { login: 'bert' })
      const row = await until(async () => (await boss.get('/mails?status=failed')).body.items.find((mail) => mail.to === 'nobody-bert@example.com'), 'it is not given up')
      ensure(row.attempts === 1 && row.answer.includes('550') && (await boss.get('/mails')).body.failed >= 1, row)
      ensure((await company.people.carl.post(`/mails/${row.id}/retry`)).status === 403, 'anyone may')
      ensure((await boss.post(`/mails/${row.id}/retry`)).status === 204, 'not again')
      await until(async () => (await boss.get('/mails?status=failed')).body.items.find((mail) => mail.id === row.id), 'not tried again')
      ensure((await boss.delete(`/mails/${row.id}`)).status === 204 && (await boss.delete(`/mails/${row.id}`)).status === 404, 'not dropped')
      ensure((await boss.get('/mails?status=maybe')).status === 422, 'any status')
    } finally {
      await setClock(haike, start)
    }
  },

  'a server that does not answer holds up nothing else, and stopping does not wait for it': async ({ company, haike, server }) => {
    server.mood('slow', true)
    try {
      const asked = company.boss.post(`/users/${company.people.anna.id}/password`, { password: 'yet-another-password-5' })
      ensure((await asked).status === 204, 'the password is not set')
      await until(async () => (await company.boss.get('/mails?status=waiting')).body.items.some((mail) => mail.kind === 'password_changed' && mail.attempts === 1), 'it is not tried')
      await haike.stop()
    } finally {
      server.mood('slow', false)
    }
    await haike.serve('--test-clock')
    await until(() => server.mails().some((mail) => mail.to === 'anna@example.com' && mail.headers.subject.includes('密码已修改') && mail.raw.length), 'not sent after the start')
  },
}
