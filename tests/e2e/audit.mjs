// An administrator watches and protects: the audit log, limits, rules of keeping, the bin emptied, a person erased; and everybody takes back what he did.
import { DESK, PHONE } from './browser.mjs'
import { accessible, fits } from './layout.mjs'
import { ensure } from './report.mjs'

const mark = () => Date.now().toString(36).slice(-6)

async function history({ browser, report }) {
  const window = await browser.window({ login: 'sales1' })
  const { page } = window
  const made = (await window.api('POST', '/records/customer', { name: `改来改去 ${mark()}`, short_name: '最初的', level: 'A' })).body
  await window.api('PATCH', `/records/customer/${made.id}`, { short_name: '后来的' })
  await report.check('audit: an old value is put back from the field\'s history', async () => {
    await window.go(`/o/customer/${made.id}`)
    await page.hover('[data-field=short_name] dd')
    await page.click('[data-field=short_name] .hist')
    await page.waitForSelector('.fh li:has-text("最初的")')
    await page.waitForSelector('.fh .via:has-text("Chrome")')
    await window.picture('history-1440-light')
    await page.click('.fh li:has-text("最初的") .back')
    await page.waitForSelector('[data-field=short_name] .val:has-text("最初的")')
  })
  await report.check('audit: what I did is listed, and a deletion is taken back from there', async () => {
    const gone = (await window.api('POST', '/records/customer', { name: `误删 ${mark()}` })).body
    await window.api('DELETE', `/records/customer/${gone.id}`)
    await window.api('POST', '/records/customer/bulk', { ids: [made.id], op: 'update', values: { level: 'C' } })
    await window.go('/operations')
    await window.picture('operations-1440-light')
    await fits(page)
    await accessible(page)
    await page.click(`li:has-text("${gone.name}") button:has-text("撤销")`)
    await page.waitForSelector(`li.undone:has-text("${gone.name}")`)
    ensure((await window.api('GET', `/records/customer/${gone.id}`)).status === 200, 'it is not back')
  })
  await report.check('audit: the log is not for everybody', async () => {
    await window.go('/audit')
    await page.waitForSelector('.empty:has-text("只有管理员")')
  })
  await window.close()
}

async function log({ browser, report }) {
  const window = await browser.window({ login: 'admin' })
  const { page } = window
  const role = (await window.api('GET', `/records/role/${(await window.one('role', 'key = "sales"')).id}`)).body
  const { grants } = role
  await window.api('PATCH', `/records/role/${role.id}`, { grants: { ...grants, customer: { ...grants.customer, export: true } } })
  await window.api('PATCH', `/records/role/${role.id}`, { grants })
  const started = await window.api('POST', '/exports', { object: 'customer', columns: ['name', 'level'], format: 'xlsx', filter: 'level = "A"' })
  for (let i = 0; i < 200 && (await window.api('GET', `/jobs/${started.body.id}`)).body.status !== 'done'; i++) await page.waitForTimeout(50)
  await report.check('audit: entries are asked by kind, opened, and say from what to what', async () => {
    await window.go('/audit')
    await page.waitForSelector('.ar')
    await fits(page)
    await accessible(page)
    await window.picture('audit-1440-light')
    await page.click('.af .k input, .af .k')
    await page.keyboard.type('角色')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Escape')
    await page.waitForFunction(() => [...document.querySelectorAll('.ar .tag')].every((tag) => tag.textContent.startsWith('角色')))
    ensure(decodeURIComponent(page.url()).includes('kind=role.*'), page.url())
    await page.click('.ar .line >> nth=0')
    await page.waitForSelector('.ar.open .gr code')
    ensure((await page.textContent('.ar.open .gr')).includes('export'), await page.textContent('.ar.open'))
    await window.picture('audit-open-1440-light')
  })
  await report.check('audit: an export says what was taken out; the head of the chain can be copied', async () => {
    await window.go('/audit?kind=export.*')
    await page.waitForSelector('.ar:has-text("level = \\"A\\"")')
    await page.click('button:has-text("审计链")')
    await page.waitForSelector('.ch code:has-text(":")')
    await window.picture('audit-chain-1440-light')
    await page.keyboard.press('Escape')
  })
  await report.check('audit: a question that finds nothing says so, and is cleared', async () => {
    await window.go('/audit?peer=192.0.2.1')
    await page.waitForSelector('.empty')
    await page.click('.af button:has-text("清除条件")')
    await page.waitForSelector('.ar')
  })
  await window.close()
}

async function settings({ browser, report }) {
  const window = await browser.window({ login: 'admin' })
  const { page } = window
  await report.check('protection: limits are set, a wrong one is refused at its place', async () => {
    await window.go('/settings#protection')
    await page.fill('#pf-audit_days', '30')
    await page.fill('#pf-opened_hour', '200')
    await page.click('#protection footer .btn.p')
    await page.waitForSelector('#protection .err:has-text("180")')
    await page.fill('#pf-audit_days', '365')
    await page.click('#protection footer .btn.p')
    await page.waitForSelector('#protection .err', { state: 'detached' })
    await page.waitForSelector('.toast')
    const set = (await window.api('GET', '/settings')).body
    ensure(set.audit_days === 365 && set.opened_hour === 200, JSON.stringify(set))
    await page.evaluate(() => document.querySelector('#protection').scrollIntoView())
    await window.picture('protection-1440-light')
    await accessible(page)
    await page.fill('#pf-opened_hour', '')
    await page.click('#protection footer .btn.p')
    await page.waitForTimeout(300)
  })
  await report.check('protection: a rule of keeping is previewed, made, and followed at once', async () => {
    const name = `清理 ${mark()}`
    for (let i = 0; i < 3; i++) await window.api('POST', '/records/lead', { name: `${name} 线索${i}`, remark: name })
    await page.click('#retention .mi:has-text("新增规则")')
    await page.fill('#rr-name', name)
    await page.click('#retention form .combo')
    await page.keyboard.type('线索')
    await page.keyboard.press('Enter')
    await page.fill('#rr-cond', 'nonsense = 1')
    await page.click('#retention form button:has-text("看看涉及哪些")')
    await page.waitForSelector('#retention form .err')
    await page.fill('#rr-cond', `remark = "${name}"`)
    await page.click('#retention form button:has-text("看看涉及哪些")')
    await page.waitForSelector('#retention [role=status]:has-text("3")')
    await page.evaluate(() => document.querySelector('#retention').scrollIntoView())
    await window.picture('retention-1440-light')
    await page.click('#retention form .btn.p')
    await page.waitForSelector(`#retention li:has-text("${name}")`)
    await page.click(`#retention li:has-text("${name}") button:has-text("立即执行")`)
    for (let i = 0; i < 100 && (await window.one('lead', `remark = "${name}"`)); i++) await page.waitForTimeout(50)
    ensure(!(await window.one('lead', `remark = "${name}"`)), 'they are still there')
    await page.click(`#retention li:has-text("${name}") [aria-label="删除"]`)
    await page.waitForSelector(`#retention li:has-text("${name}")`, { state: 'detached' })
  })
  await report.check('protection: the bin is emptied for good, after a question', async () => {
    await window.go('/trash/lead')
    await page.waitForSelector('li .ck')
    await window.picture('trash-1440-light-admin')
    const before = await page.locator('.scroll li').count()
    await page.click('li .ck >> nth=0')
    await page.click('li .ck >> nth=1')
    await page.click('.bar .btn.danger')
    await page.waitForSelector('.modal')
    await page.click('.modal .btn.danger')
    await page.waitForFunction((n) => document.querySelectorAll('.scroll li').length <= n - 2, before)
  })
  await window.close()
}

async function erase({ browser, report }) {
  const window = await browser.window({ login: 'admin' })
  const { page } = window
  const name = `赵${mark()}`
  const customer = await window.one('customer', 'id > 0')
  const person = (await window.api('POST', '/records/contact', { name, phone: '13755550001', customer: customer.id })).body
  await window.api('POST', '/records/activity', { type: 'call', content: `与${name}谈价`, target: { object: 'customer', id: customer.id } })
  await report.check('erasure: what would go is shown; done, there is a certificate to print', async () => {
    await window.go(`/o/contact/${person.id}`)
    await page.click('header .acts button[aria-expanded]')
    await page.click('.mi:has-text("抹去个人信息")')
    await page.waitForSelector('.er .card')
    await page.waitForSelector('.er .line:has-text("谈价")')
    await window.picture('erase-1440-light')
    await fits(page)
    await accessible(page)
    await page.fill('#er-word', '抹去')
    await page.click('.er .btn.danger')
    await page.waitForSelector('.er .err')
    await page.fill('#er-reason', '本人来函要求')
    await page.click('.er .btn.danger')
    await page.waitForURL('**/erasures/*')
    await page.waitForSelector('.paper dl')
    ensure(!(await page.textContent('.paper')).includes(name), 'the certificate names him')
    await window.picture('certificate-1440-light')
    await fits(page)
    await accessible(page)
    const left = (await window.api('GET', `/records/contact/${person.id}`)).body
    ensure(left.phone === null && !left.name.includes(name), JSON.stringify(left))
    const found = (await window.api('GET', `/search?q=${encodeURIComponent(name)}`)).body.items
    ensure(found.length === 0, JSON.stringify(found))
  })
  await window.close()
}

async function phones({ browser, report }) {
  const window = await browser.window({ login: 'admin', size: PHONE })
  const { page } = window
  const contact = await window.one('contact', 'id > 0')
  for (const [name, path, ready] of [['audit', '/audit', '.ar'], ['operations', '/operations', '.op'], ['erase', `/erase/contact/${contact.id}`, '.er .card'], ['trash-admin', '/trash/lead', '.tr'], ['settings-admin', '/settings', '#protection']]) {
    await report.check(`${name} on a phone: fits, and axe finds nothing`, async () => {
      await window.go(path)
      await page.waitForSelector(ready)
      if (name === 'settings-admin') await page.evaluate(() => document.querySelector('#protection').scrollIntoView())
      await window.picture(`${name}-390-light`)
      await fits(page)
      await accessible(page)
    })
  }
  await window.close()
  const dark = await browser.window({ login: 'admin', size: DESK, theme: 'dark', lang: 'en' })
  await report.check('the audit log in the dark, in English: fits, and axe finds nothing', async () => {
    await dark.go('/audit')
    await dark.page.waitForSelector('.ar')
    await dark.picture('audit-1440-dark-en')
    await fits(dark.page)
    await accessible(dark.page)
  })
  await dark.close()
}

const parts = { history, log, settings, erase, phones }
export async function run(given) {
  for (const [name, part] of Object.entries(parts)) if (!given.only || given.only === name) await part(given)
}
