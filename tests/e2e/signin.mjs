// Signing in with all that may lie on the way, and what one and an administrator see of it afterwards. Codes are computed here as a telephone would.
import { totp } from '../support/totp.mjs'
import { DESK, PHONE } from './browser.mjs'
import { looked } from './layout.mjs'
import { ensure, until } from './report.mjs'
import { mark } from './steps.mjs'

const GIVEN = 'given-by-the-office-7'
const OWN = 'a-lamp-by-the-window-9'
const digits = (text) => text.replace(/\s/g, '')

async function addPerson(admin, login, roles) {
  const made = await admin.api('POST', '/records/user', { name: `登录${login}`, login, roles })
  ensure(made.status === 201, JSON.stringify(made.body))
  return made.body.id
}
async function roleOf(admin, key) {
  return (await admin.one('role', `key = "${key}"`)).id
}
async function outside(browser, options = {}) {
  return browser.window({ login: null, ...options })
}
async function enterPassword(window, login, password) {
  await window.page.goto(`${window.url}/signin`)
  await window.page.fill('#login', login)
  await window.page.fill('#password', password)
  await window.page.click('button[type=submit]')
}

async function theAdministratorGives(admin, report, id) {
  await report.check('an administrator gives a password that must be changed; a common one is refused at its field', async () => {
    await admin.go(`/o/user/${id}`)
    await admin.page.click('header .acts .ib[aria-expanded], .ib[aria-label="更多"]')
    await admin.page.click(`a[href="/people/${id}/security"]`)
    await admin.page.fill('#admin-password', 'password1')
    await admin.page.click('#admin form button[type=submit]')
    await admin.page.waitForSelector('#admin-password-error')
    await looked(admin, 'signin-admin')
    await admin.page.fill('#admin-password', GIVEN)
    await admin.page.click('#admin form button[type=submit]')
    await until(async () => (await admin.api('GET', `/users/${id}/signin`)).body.must_change === true, 'it need not be changed')
  })
}

async function theFirstSignIn(window, report, login) {
  const { page } = window
  await report.check('the given password is changed before anything else; the same one and an unlike one are refused at their fields', async () => {
    await enterPassword(window, login, GIVEN)
    await page.waitForSelector('#renew-password:focus')
    await page.fill('#renew-password', GIVEN)
    await page.fill('#renew-again', OWN)
    await page.keyboard.press('Enter')
    await page.waitForSelector('#renew-again-error')
    await page.fill('#renew-again', GIVEN)
    await page.keyboard.press('Enter')
    await page.waitForSelector('#renew-error')
    await looked(window, 'signin-renew')
    await page.fill('#renew-password', OWN)
    await page.fill('#renew-again', OWN)
    await page.keyboard.press('Enter')
    await page.waitForURL('**/today')
  })
}

// Answers { secret, codes }.
async function turnOn(window, report, tail) {
  const { page } = window
  const made = {}
  await report.check(`the second factor goes on: password, picture, first code, recovery codes (${tail})`, async () => {
    await window.go('/me/security')
    await page.click('#factor .state .btn')
    await page.fill('#factor-current', 'not-my-password')
    await page.click('#factor form button[type=submit]')
    await page.waitForSelector('#factor-current-error')
    await page.fill('#factor-current', OWN)
    await page.click('#factor form button[type=submit]')
    await page.waitForSelector('#factor img.qr')
    made.secret = digits(await page.textContent('#factor .secret'))
    await page.fill('#factor-code', '000000')
    await page.waitForSelector('#factor-error')
    await looked(window, `signin-factor-${tail}`)
    await page.fill('#factor-code', totp(made.secret))
    await page.waitForSelector('#factor .rc li')
    made.codes = await page.locator('#factor .rc li').allTextContents()
    ensure(made.codes.length === 10, `${made.codes.length} codes`)
    ensure(await page.isDisabled('#factor .rc .btn.p'), 'one can go on without keeping them')
    await page.check('#factor .rc .ck')
    await looked(window, `signin-codes-${tail}`)
    await page.click('#factor .rc .btn.p')
    await page.waitForSelector('#factor .ok')
  })
  return made
}

async function withCode(window, report, login, made) {
  const { page } = window
  await report.check('signing in asks for the code; a wrong one is told at its place; the device is remembered', async () => {
    await page.context().clearCookies()
    await enterPassword(window, login, OWN)
    await page.waitForSelector('#code:focus')
    await page.fill('#code', '000000')
    await page.waitForSelector('#code-error')
    await looked(window, 'signin-code')
    await page.check('.tick .ck')
    await page.fill('#code', totp(made.secret, Date.now(), 1))
    await page.waitForURL('**/today')
  })
  await report.check('the remembered device is not asked again', async () => {
    await page.context().clearCookies({ name: 'haike_session' })
    await enterPassword(window, login, OWN)
    await page.waitForURL('**/today')
  })
}

async function elsewhere(browser, window, report, login, made) {
  const phone = await outside(browser, { size: PHONE, theme: 'dark' })
  await report.check('on the phone a recovery code opens, once', async () => {
    await enterPassword(phone, login, OWN)
    await phone.page.waitForSelector('#code')
    await phone.page.click('.under button >> nth=0')
    await phone.page.fill('#code', made.codes[2])
    await looked(phone, 'signin-recovery-phone')
    await phone.page.click('button[type=submit]')
    await phone.page.waitForURL('**/today')
    await phone.go('/me/security')
    await looked(phone, 'signin-security-phone')
  })
  await report.check('the list shows both; the other one is ended and has to sign in again', async () => {
    await window.go('/me/security')
    ensure(await window.page.locator('#sessions .wh').count() >= 2, 'there are not two')
    ensure(await window.page.locator('#sessions .tag.green').count() === 1, 'the current one is not marked')
    await looked(window, 'signin-security')
    await window.page.click('#sessions header .btn')
    await until(async () => (await window.page.locator('#sessions .wh').count()) === 1, 'the other is still there')
    await phone.page.reload()
    await phone.page.waitForURL('**/signin?next=**')
  })
  await report.check('the remembered device is forgotten', async () => {
    await window.page.click('#devices .wh .btn')
    await window.page.waitForSelector('#devices', { state: 'detached' })
  })
  await phone.close()
}

async function overThePage(window, report, made) {
  const { page } = window
  await report.check('the session ends over a form: password and code on the spot, and what was typed is saved', async () => {
    const name = `没丢的客户${mark()}`
    await window.go('/o/customer/new')
    await page.fill('#f-customer-name', name)
    await page.context().clearCookies()
    await page.keyboard.press('Control+Enter')
    await page.fill('#again-password', OWN)
    await page.keyboard.press('Enter')
    await page.waitForSelector('.modal #code')
    await page.click('.modal .under button >> nth=0')
    await page.fill('.modal #code', made.codes[5])
    await looked(window, 'signin-again')
    await page.click('.modal button[type=submit]')
    await page.waitForURL(/\/o\/customer\/\d+$/)
    await page.waitForSelector(`h1:has-text("${name}")`)
  })
}

async function programs(window, report) {
  const { page } = window
  await report.check('an API token is made, shown once, works as narrow as it is, and is deleted', async () => {
    await window.go('/me/security')
    await page.click('#tokens header .btn')
    await page.click('#tokens form button[type=submit]')
    await page.waitForSelector('#tokens form .err')
    await page.fill('#token-name', '财务同步')
    await page.fill('#tokens .find', '客户')
    await page.click('#tokens .objs li:has-text("客户") .seg button >> nth=1')
    await page.fill('#token-current', OWN)
    await looked(window, 'signin-token')
    await page.click('#tokens form button[type=submit]')
    const token = await page.inputValue('#tokens .fresh input')
    ensure(/^hk_[\w-]{43}$/.test(token), token)
    const ask = async (path) => (await fetch(`${window.url}/api/v1${path}`, { headers: { Authorization: `Bearer ${token}` } })).status
    ensure(await ask('/records/customer') === 200 && await ask('/records/contact') === 404 && await ask('/search?q=x') === 403, 'it opens something else than it should')
    await looked(window, 'signin-token-made')
    await page.reload()
    await page.waitForSelector('#tokens .tk')
    ensure(await page.locator('#tokens .fresh').count() === 0, 'it is shown again')
    await page.click('#tokens .tk .btn')
    await page.click('#tokens .tk .btn.danger')
    await page.waitForSelector('#tokens .tk', { state: 'detached' })
    ensure(await ask('/records/customer') === 401, 'it still opens')
  })
}

async function theRoleNeedsIt(browser, admin, report, id) {
  const login = `guarded${id}`
  await report.check('a role that needs a second factor has it made at sign-in', async () => {
    const role = (await admin.api('POST', '/records/role', { name: `要验证${id}`, key: `guarded${id}`, grants: { customer: { read: 'own' } }, second_factor: true })).body.id
    const person = await addPerson(admin, login, [role])
    ensure((await admin.api('POST', `/users/${person}/password`, { password: OWN })).status === 204, 'no password')
    const window = await outside(browser, { size: PHONE })
    await enterPassword(window, login, OWN)
    await window.page.waitForSelector('img.qr')
    await looked(window, 'signin-enrol-phone')
    await window.page.fill('#factor-code', totp(digits(await window.page.textContent('.secret'))))
    await window.page.waitForSelector('.rc li')
    await window.page.check('.rc .ck')
    await looked(window, 'signin-enrol-codes-phone')
    await window.page.click('.rc .btn.p')
    await window.page.waitForURL('**/today')
    await window.close()
  })
  return login
}

async function lockedOut(browser, admin, report, login, person) {
  await report.check('after ten failures the minutes are told; an administrator lifts the lock', async () => {
    const window = await outside(browser, { theme: 'dark' })
    for (let i = 0; i < 10; i++) await fetch(`${window.url}/api/v1/session`, { method: 'POST', body: JSON.stringify({ login, password: `wrong ${i}` }) })
    await enterPassword(window, login, OWN)
    await window.page.waitForSelector('#signin-error')
    ensure(/\d+ 分钟/.test(await window.page.textContent('#signin-error')), await window.page.textContent('#signin-error'))
    await looked(window, 'signin-locked-dark')
    await admin.go(`/people/${person}/security`)
    await looked(admin, 'signin-admin-locked')
    await admin.page.click('#admin .warn .btn')
    await admin.page.waitForSelector('#admin .warn', { state: 'detached' })
    await window.page.click('button[type=submit]')
    await window.page.waitForSelector('#code')
    await window.close()
  })
  await report.check('an administrator takes the second factor away and ends all sessions', async () => {
    await admin.page.click('#admin .line:has(.ok) .btn')
    await until(async () => (await admin.api('GET', `/users/${person}/signin`)).body.second_factor === false, 'it is still on')
    ensure((await admin.api('GET', `/users/${person}/sessions`)).body.items.length === 0, 'sessions are left')
  })
}

async function policy(admin, report) {
  const { page } = admin
  await report.check('the policy: what is out of range and a list without one\'s own address are refused at their fields', async () => {
    await admin.go('/settings#security')
    await page.fill('#set-password_length', '7')
    await page.fill('#set-allow', '10.0.0.0/8')
    await page.click('#security button[type=submit]')
    await page.waitForSelector('#set-password_length-said.err')
    await page.fill('#set-password_length', '10')
    await page.click('#security button[type=submit]')
    await page.waitForSelector('#set-allow-said.err')
    await looked(admin, 'signin-policy')
    await page.fill('#set-allow', '10.0.0.0/8\n127.0.0.0/8\n::1')
    await page.click('#security button[type=submit]')
    await until(async () => (await admin.api('GET', '/settings')).body.allow_list === '10.0.0.0/8, 127.0.0.0/8, ::1', 'it is not saved')
    await page.fill('#set-password_length', '8')
    await page.fill('#set-allow', '')
    await page.click('#security button[type=submit]')
    await until(async () => (await admin.api('GET', '/settings')).body.allow_list === '', 'it is not emptied')
  })
}

async function looks(browser, report, login) {
  for (const [size, theme, lang] of [[DESK, 'dark', 'zh-CN'], [DESK, 'light', 'en'], [PHONE, 'light', 'en']]) {
    await report.check(`sign-in and its pages at ${size.width} ${theme} ${lang}: fit, and axe finds nothing`, async () => {
      const window = await outside(browser, { size, theme, lang })
      await window.page.goto(`${window.url}/signin`)
      await looked(window, `signin-page-${size.width}-${theme}-${lang}`)
      await enterPassword(window, login, OWN)
      await window.page.waitForURL('**/today')
      await window.go('/me/security')
      await looked(window, `signin-security-${size.width}-${theme}-${lang}`)
      await window.page.click('#tokens header .btn')
      await looked(window, `signin-tokens-${size.width}-${theme}-${lang}`)
      await window.close()
    })
  }
}

export async function run({ browser, report }) {
  const id = mark()
  const login = `signin${id}`
  const admin = await browser.window({ login: 'admin' })
  const person = await addPerson(admin, login, [await roleOf(admin, 'sales')])
  await theAdministratorGives(admin, report, person)
  const window = await outside(browser)
  await theFirstSignIn(window, report, login)
  const made = await turnOn(window, report, 'desk')
  await withCode(window, report, login, made)
  await elsewhere(browser, window, report, login, made)
  await overThePage(window, report, made)
  await programs(window, report)
  await theRoleNeedsIt(browser, admin, report, id)
  await lockedOut(browser, admin, report, login, person)
  await policy(admin, report)
  await looks(browser, report, login)
  await report.check('no complaint of the browser while signing in', async () => ensure(!window.complaints.length && !admin.complaints.length, [...window.complaints, ...admin.complaints].join('\n')))
  await window.close()
  await admin.close()
}
