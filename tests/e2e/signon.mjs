// Mail, forgotten passwords, single sign-on and a directory, as an administrator sets them and colleagues use them: against aiosmtpd, glewlwyd and slapd.
import { Directory, Glewlwyd, MailServer } from '../support/outside.mjs'
import { DESK, PHONE } from './browser.mjs'
import { looked } from './layout.mjs'
import { ensure, until } from './report.mjs'
import { choose, create } from './steps.mjs'

const FORGETFUL = 'forgetful'
const NEW = 'shan-gao-shui-chang-8'

const errorOf = (page, id) => page.locator(`#${id}-said.err`)

async function fillMail(page, server, more = {}) {
  for (const [name, value] of Object.entries({ host: '127.0.0.1', port: server.port, user: 'crm', password: 'mail-secret', from: 'crm@example.com', name: '听潮海客', ...more })) await page.fill(`#mail-${name}`, String(value))
}

async function mail({ haike, browser, report }, server) {
  const admin = await browser.window({ login: 'admin' })
  const { page } = admin
  await report.check('the address of the system and the mail server are set; a test that fails says so at its field', async () => {
    await admin.go('/settings#company')
    await page.fill('#set-address', haike.url)
    await page.click('#company button[type=submit]')
    await page.waitForSelector('.toast, [role=status]:has-text("已保存")')
    await page.check('#mail-active')
    await page.click('#mail .seg button:has-text("不加密")')
    await fillMail(page, server, { password: 'wrong' })
    await page.fill('#mail-to', 'admin@example.com')
    await page.click('#mail button:has-text("发送测试")')
    await page.waitForSelector('#mail-password-said.err:has-text("535")')
    await page.fill('#mail-password', 'mail-secret')
    await page.fill('#mail-to', 'nobody@example.com')
    await page.click('#mail button:has-text("发送测试")')
    await page.waitForSelector('#mail-to-said.err:has-text("no such mailbox")')
    await looked(admin, 'settings-mail-refused')
    await page.fill('#mail-to', 'admin@example.com')
    await page.click('#mail button:has-text("发送测试")')
    await page.waitForSelector('#mail .note:has-text("250")')
    ensure((await server.mailTo('admin@example.com')).headers.subject.includes('测试邮件'), 'another mail')
    await page.click('#mail footer button[type=submit]')
    await until(async () => (await admin.api('GET', '/settings/mail')).body.password_set, 'not saved')
    await page.waitForFunction(() => document.querySelector('#mail-password').value === '')
    await looked(admin, 'settings-mail')
  })
  const role = await admin.one('role', 'key = "sales"')
  const user = await create(admin, 'user', { name: '忘性大', login: FORGETFUL, email: `${FORGETFUL}@example.com`, roles: [role.id] })
  await admin.api('POST', `/users/${user.id}/password`, { password: 'given-by-the-office-7' })
  await report.check('a forgotten password: from the sign-in page over the mail to a new one', async () => {
    const window = await browser.window({ login: null })
    await window.page.goto(`${haike.url}/signin`)
    await window.page.click('a:has-text("忘记密码")')
    await window.page.fill('#forgot-login', FORGETFUL)
    await looked(window, 'forgot')
    await window.page.keyboard.press('Enter')
    await window.page.waitForSelector('h1:has-text("请查收邮件")')
    const letter = await until(() => server.mails().find((one) => one.to === user.email && one.text.includes('/reset?token=')), 'no mail')
    const link = /https?:\S+\/reset\?token=\S+/.exec(letter.text)[0]
    await window.page.goto(link)
    await window.page.waitForSelector('#reset-password')
    ensure(!window.page.url().includes('token'), `the token stays in the address: ${window.page.url()}`)
    await window.page.fill('#reset-password', '12345678')
    await window.page.fill('#reset-again', '12345678')
    await window.page.keyboard.press('Enter')
    await window.page.waitForSelector('#reset-password[aria-invalid=true]')
    await looked(window, 'reset-refused')
    await window.page.fill('#reset-password', NEW)
    await window.page.fill('#reset-again', NEW)
    await window.page.keyboard.press('Enter')
    await window.page.waitForSelector('h1:has-text("密码已修改")')
    await window.page.click('a:has-text("登录")')
    await window.page.fill('#login', FORGETFUL)
    await window.page.fill('#password', NEW)
    await window.page.keyboard.press('Enter')
    await window.page.waitForURL('**/today')
    const used = await browser.window({ login: null })
    await used.page.goto(link)
    await used.page.fill('#reset-password', `${NEW}!`)
    await used.page.fill('#reset-again', `${NEW}!`)
    await used.page.keyboard.press('Enter')
    await used.page.waitForSelector('h1:has-text("链接无效")')
    for (const one of [window, used]) {
      ensure(!one.complaints.length, one.complaints.join('\n'))
      await one.close()
    }
  })
  await report.check('what failed stands in the outbox and is dropped there', async () => {
    await admin.api('PATCH', `/records/user/${user.id}`, { email: `nobody-${FORGETFUL}@example.com` })
    const window = await browser.window({ login: null, size: PHONE, lang: 'en' })
    await window.page.goto(`${haike.url}/forgot`)
    await window.page.fill('#forgot-login', FORGETFUL)
    await window.page.keyboard.press('Enter')
    await window.page.waitForSelector('h1:has-text("Look into your mail")')
    await looked(window, 'phone-forgot-asked')
    await window.close()
    await until(async () => (await admin.api('GET', '/mails?status=failed')).body.items.length === 1, 'nothing failed')
    await admin.go('/settings#mail')
    await page.waitForSelector('#mail .mails li:has-text("550")')
    await looked(admin, 'settings-mail-failed')
    await page.click('#mail .mails li .ib[aria-label="删掉这封"]')
    await page.waitForSelector('#mail .mails li', { state: 'detached' })
  })
  return admin
}

async function oidc({ haike, browser, report }, admin) {
  const { page } = admin
  const service = await Glewlwyd.start(`${haike.url}/api/v1/session/oidc/callback`, { sales2: { name: '小陈', email: 'sales2@example.com', password: 'at-the-service' }, stranger: { name: '陌生人', email: 'x@example.com', password: 'at-the-service' } })
  try {
    await report.check('a service is set up: what is wrong is told at its field, trying it helps', async () => {
      await admin.go('/settings#sign-on')
      await page.click('#sign-on a:has-text("OpenID Connect")')
      await page.fill('#pv-label', '公司账号')
      await page.fill('#pv-issuer', service.url)
      await page.fill('#pv-client', service.clientId)
      await page.fill('#pv-secret', service.secret)
      await page.fill('#pv-scopes', 'openid')
      await page.click('button:has-text("测试")')
      await errorOf(page, 'pv-issuer').waitFor()
      await looked(admin, 'provider-oidc-refused')
      await page.fill('#pv-issuer', service.issuer)
      await page.click('button:has-text("测试")')
      await page.waitForSelector('.note:has-text("/api/oidc/auth")')
      await page.click('button[type=submit]')
      await page.waitForURL(/\/settings\/providers\/\d+$/)
      await looked(admin, 'provider-oidc')
    })
    await report.check('signing in there and back, to the page that was asked for', async () => {
      const window = await browser.window({ login: null })
      await window.page.goto(`${haike.url}/o/customer`)
      await window.page.waitForURL('**/signin?next=**')
      await window.page.waitForSelector('a:has-text("用公司账号登录")')
      await looked(window, 'signin-service')
      await window.page.click('a:has-text("用公司账号登录")')
      await atService(window.page, 'sales2')
      await window.page.waitForURL(`${haike.url}/o/customer`)
      ensure((await window.api('GET', '/session')).body.user.login === 'sales2', 'somebody else')
      await window.go('/settings#accounts')
      await window.page.waitForSelector('#accounts .one:has-text("sales2")')
      await looked(window, 'settings-accounts')
      ensure(!window.complaints.filter((text) => !text.includes(service.url)).length, window.complaints.join('\n'))
      await window.close()
    })
    await report.check('who is nobody here is told so on the sign-in page, in its language', async () => {
      const window = await browser.window({ login: null, size: PHONE, lang: 'en' })
      await window.page.goto(`${haike.url}/signin`)
      await window.page.click('a:has-text("Sign in with 公司账号")')
      await atService(window.page, 'stranger')
      await window.page.waitForURL('**/signin?error=person_unknown')
      await window.page.waitForSelector('[role=alert]:has-text("no account here")')
      await looked(window, 'phone-signin-unknown')
      await window.close()
    })
    await report.check('passwords are turned off, the sign-in page has the service alone, the emergency goes on', async () => {
      await admin.go('/settings#sign-on')
      await page.check('#so-off')
      await page.click('#sign-on footer button[type=submit]')
      await page.waitForSelector('#sign-on .err')
      await choose(page, page.locator('#sign-on .who .combo'), (await admin.api('GET', '/session')).body.user.name)
      await page.click('#sign-on footer button[type=submit]')
      await until(async () => (await admin.api('GET', '/settings/sign-in')).body.passwords_off, 'not off')
      await looked(admin, 'settings-sign-on')
      const window = await browser.window({ login: null })
      await window.page.goto(`${haike.url}/signin`)
      await window.page.waitForSelector('button:has-text("管理员应急登录")')
      ensure(await window.page.locator('#password').count() === 0, 'a password is asked for')
      await looked(window, 'signin-passwords-off')
      await window.page.click('button:has-text("管理员应急登录")')
      await window.page.fill('#login', 'admin')
      await window.page.fill('#password', 'haike-demo')
      await window.page.keyboard.press('Enter')
      await window.page.waitForURL('**/today')
      await window.close()
      await page.uncheck('#so-off')
      await page.click('#sign-on footer button[type=submit]')
      await until(async () => !(await admin.api('GET', '/settings/sign-in')).body.passwords_off, 'still off')
    })
  } finally {
    await service.stop()
  }
}

// The service's own page, and its question whether it may tell of him.
async function atService(page, login) {
  await page.waitForSelector('#username, input[name=username]')
  await page.fill('#username, input[name=username]', login)
  const password = page.locator('#password, input[name=password]')
  if (await password.count() === 0) await page.keyboard.press('Enter')
  await password.waitFor()
  await password.fill('at-the-service')
  await page.keyboard.press('Enter')
  const go = page.locator('button:has-text("Grant access"), button:has-text("Continue"), a:has-text("Continue")')
  await until(async () => page.url().includes('/o/customer') || page.url().includes('/signin') || await go.count() > 0, () => `it stands still at ${page.url()}`)
  for (let n = 0; n < 3 && await go.count() > 0; n++) {
    await go.first().click()
    await page.waitForTimeout(500)
  }
}

async function ldap({ haike, browser, report }, admin) {
  const { page } = admin
  const directory = await Directory.start({
    'tan.lin': { cn: '谭林', mail: 'tan@example.com', password: 'tan-at-the-directory', groups: ['sales'], unit: 'sales' }, 'he.qing': { cn: '何晴', mail: 'he@example.com', password: 'he-at-the-directory' }, 'bad.mail': { cn: '坏邮箱', mail: 'x', password: 'y' },
  })
  try {
    await report.check('a directory is set up, tried, and its people are taken over after a look at what would change', async () => {
      await admin.go('/settings/providers/ldap')
      for (const [id, value] of Object.entries({ label: '公司目录', host: '127.0.0.1', port: directory.port, bind: directory.bindDn, secret: 'wrong', base: `ou=people,${directory.suffix}`, people: '(objectClass=inetOrgPerson)', groups_attr: '', gbase: `ou=groups,${directory.suffix}` })) await page.fill(`#pv-${id}`, String(value))
      await page.click('#pv-ca-open')
      await page.fill('#pv-ca', directory.ca)
      await page.click('button:has-text("加一行") >> nth=0')
      await page.fill('#pv-group-0', 'sales')
      await choose(page, page.locator('.pair .combo').first(), '销售')
      await choose(page, page.locator('.of > div:has(> .lb:text-is("角色")) .combo'), '客服')
      await page.click('button:has-text("测试")')
      await errorOf(page, 'pv-secret').waitFor()
      await page.fill('#pv-secret', directory.bindPassword)
      await page.click('button:has-text("测试")')
      await page.waitForSelector('.note:has-text("谭林")')
      await looked(admin, 'provider-ldap')
      await page.click('button[type=submit]')
      await page.waitForURL(/\/settings\/providers\/\d+$/)
      await page.click('button:has-text("先看看会改什么")')
      await page.waitForSelector('.items li:has-text("坏邮箱")')
      await page.locator('.sync').scrollIntoViewIfNeeded()
      await looked(admin, 'provider-ldap-dry')
      ensure(!(await admin.one('user', 'login = "tan.lin"')), 'it was done')
      await page.click('button:has-text("现在同步")')
      await until(async () => admin.one('user', 'login = "tan.lin"'), 'not done')
      await page.waitForSelector('.sync .m:has-text("已完成")')
    })
    await report.check("with the directory's password a colleague signs in", async () => {
      const window = await browser.window({ login: null, size: DESK })
      await window.signIn('tan.lin', 'tan-at-the-directory')
      ensure((await window.api('GET', '/session')).body.user.name === '谭林', 'somebody else')
      await window.close()
      const phone = await browser.window({ login: 'admin', size: PHONE })
      await phone.go('/settings#mail')
      await looked(phone, 'phone-settings-mail')
      await phone.page.goto(page.url())
      await phone.page.waitForSelector('#pv-host')
      await looked(phone, 'phone-provider-ldap')
      await phone.close()
    })
    for (const [size, theme, lang] of [[DESK, 'dark', 'zh-CN'], [PHONE, 'light', 'en']]) {
      await report.check(`mail and single sign-on at ${size.width} ${theme} ${lang}: fit, and axe finds nothing`, async () => {
        const window = await browser.window({ login: 'admin', size, theme, lang })
        for (const [name, path] of [['mail', '/settings#mail'], ['new-oidc', '/settings/providers/oidc'], ['new-ldap', '/settings/providers/ldap'], ['directory', new URL(page.url()).pathname]]) {
          await window.go(path)
          await looked(window, `signon-${name}-${size.width}`)
        }
        await window.close()
        const outside = await browser.window({ login: null, size, theme, lang })
        for (const [name, path] of [['signin', '/signin?error=person_unknown'], ['forgot', '/forgot'], ['void', '/reset']]) {
          await outside.go(path)
          await looked(outside, `signon-${name}-${size.width}`)
        }
        await outside.close()
      })
    }
    await report.check('single sign-on: no complaint of the browser', async () => ensure(!admin.complaints.length, admin.complaints.join('\n')))
  } finally {
    await directory.stop()
  }
  ensure(haike.url, 'no server')
}

export async function run(given) {
  const only = given.only
  const server = await MailServer.start('--user', 'crm', '--password', 'mail-secret', '--plain-sign-in')
  try {
    const admin = !only || only === 'mail' ? await mail(given, server) : await given.browser.window({ login: 'admin' })
    if (only && only !== 'mail') await admin.api('PATCH', '/settings', { address: given.haike.url })
    if (!only || only === 'oidc') await oidc(given, admin)
    if (!only || only === 'ldap') await ldap(given, admin)
    await admin.close()
  } finally {
    await server.stop()
  }
}
