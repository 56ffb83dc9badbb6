// Assignment on screen: a rule is written and tried out, moved with the keyboard; a card is pasted into a new lead, which the rules give away; why stands on its timeline, and
// the clock of the first response in its head; leave, working hours, cadences, the fairness report. At a desk and on a phone.
import { DESK, PHONE } from './browser.mjs'
import { accessible, fits } from './layout.mjs'
import { ensure, until } from './report.mjs'
import { choose, create, mark } from './steps.mjs'

const row = (page, name) => page.locator('.rr', { hasText: name })
const combo = (page, label) => page.locator(`input[role=combobox][aria-label="${label}"]`)
const names = (page) => page.locator('.rr .line .m').allInnerTexts()

async function rules({ page, window, report }, id) {
  const company = `分配${id}公司`
  await report.check('assignment: reached from the settings; a rule is written, tried out while it is, and saved', async () => {
    await window.go('/settings')
    await page.click('.mi[href="/settings/assignment?tab=rules"]')
    await page.click('.btn.add')
    await page.fill('#re-name', `规则${id}`)
    await page.fill('#re-cond', `company = "${company}"`)
    await page.waitForSelector('#re-cond-said .ok')
    for (const login of ['sales1', 'sales2']) await choose(page, combo(page, '成员'), (await window.one('user', `login = "${login}"`)).name)
    await page.fill('.mr tbody tr:first-child td:nth-child(2) input', '200')
    await page.waitForSelector('.tb .it')
    await page.click('.re button[type=submit]')
    await row(page, `规则${id}`).waitFor()
    const stored = await window.one('assignment_rule', `name = "规则${id}"`)
    ensure((await window.api('GET', `/records/assignment_member?filter=rule=${stored.id}`)).body.items.length >= 1, 'it has no members')
    await window.picture('assignment-rules')
  })
  await report.check('assignment: what is wrong is told at its field; the trial follows the form', async () => {
    await row(page, `规则${id}`).locator('.ib').nth(2).click()
    await page.fill('#re-cond', 'nonsense = 1')
    await page.click('.re button[type=submit]')
    await page.waitForSelector('#re-cond[aria-invalid=true]')
    await page.waitForSelector('.tb .err')
    await page.fill('#re-cond', '')
    await page.waitForSelector('.tb .sums li')
    ensure(!await page.locator('.tb .err').count(), 'the trial still says that the condition is wrong')
    await page.locator('.tb .it').first().click()
    await page.waitForSelector('.tb .why')
    await window.picture('assignment-editor')
    await page.click('.re footer .btn.q')
  })
  await report.check('assignment: rules are put in another order with the keyboard', async () => {
    await create(window, 'assignment_rule', { name: `其后${id}`, order: 900, condition: `company = "${company}二"`, departments: [(await window.one('department', 'id > 0')).id] })
    await window.go('/settings/assignment?tab=rules')
    await row(page, `其后${id}`).waitFor()
    const before = await names(page)
    await row(page, `其后${id}`).locator('.ib').nth(2).focus()
    await page.keyboard.press('Alt+ArrowUp')
    await until(async () => (await names(page)).indexOf(`其后${id}`) === before.indexOf(`其后${id}`) - 1, 'it did not move up')
    await row(page, `其后${id}`).locator('.ck').click()
    await until(async () => (await window.one('assignment_rule', `name = "其后${id}"`)).active === false, 'it is still in effect')
    await fits(page)
    await accessible(page)
  })
  return company
}

async function card({ page, window, report }, id, company) {
  await report.check('assignment: a pasted card fills the form; the rules give the lead away; why and by when stands at it', async () => {
    await window.go('/o/lead/new')
    await page.click('.pc-open')
    await page.fill('#pc-text', `王小明${'\u3000'}采购经理\n${company}\n手机 139 0000 ${String(Math.floor(Math.random() * 9000) + 1000)}\n浙江省杭州市滨江区江南大道588号`)
    await page.waitForSelector('.pc mark')
    await until(async () => await page.inputValue('#f-lead-name') === '王小明' && await page.inputValue('#f-lead-company') === company, 'the form was not filled')
    await page.fill('#f-lead-position', '采购总监')
    await page.click('#f-lead-auto_assign')
    await window.picture('assignment-card')
    await page.click('.cf button[type=submit]')
    await page.waitForURL(/\/o\/lead\/\d+$/)
    await page.waitForSelector('.rc')
    await page.waitForSelector('.de')
    ensure((await page.locator('.de').innerText()).includes(`规则${id}`), 'the rule is not named')
    await page.locator('.ev .fold').click()
    await page.waitForSelector('.cands .won')
    await window.picture('assignment-lead')
    const made = await window.one('lead', `company = "${company}"`)
    ensure(made.position === '采购总监' && made.assigned_at && made.phone.startsWith('139'), JSON.stringify(made))
  })
}

async function rest({ page, window, report }, id) {
  await report.check('assignment: a cadence with a step', async () => {
    await window.go('/settings/assignment?tab=cadence')
    await page.fill('.new input', `节奏${id}`)
    await page.click('.new button')
    const box = page.locator('.cl .card', { hasText: `节奏${id}` })
    await box.locator('.add .in.sp').fill('首次沟通')
    await box.locator('.add button[type=submit]').click()
    await box.locator('li', { hasText: '首次沟通' }).waitFor()
    await window.picture('assignment-cadence')
    await accessible(page)
  })
  await report.check('assignment: working hours are set, a day off is added', async () => {
    await window.go('/settings#assignment')
    const saturday = page.locator('.hf .day').nth(5)
    await saturday.locator('.ck').click()
    await saturday.locator('.time').first().fill('10:00')
    await page.click('.hf button[type=submit]')
    await until(async () => (await window.api('GET', '/settings')).body.working_hours.some((day) => day.day === 6 && day.from === '10:00'), 'they were not saved')
    await window.picture('assignment-hours')
    await saturday.locator('.ck').click()
    await page.click('.hf button[type=submit]')
    await until(async () => (await window.api('GET', '/settings')).body.working_hours.length === 5, 'Saturday is still worked')
  })
  await report.check('assignment: the fairness report shows who got what', async () => {
    await window.go('/settings/assignment?tab=report')
    await page.waitForSelector('.fr tbody tr')
    await page.waitForSelector('.fr canvas')
    await window.picture('assignment-report')
    await fits(page)
    await accessible(page)
  })
}

async function phone({ browser, report }) {
  const window = await browser.window({ login: 'sales1', size: PHONE, lang: 'en', theme: 'dark' })
  const { page } = window
  await report.check('assignment on a phone, in English: leave is entered under Me, and taken back', async () => {
    await window.go('/me')
    await page.click('.ab .btn')
    const from = new Date(Date.now() + 86_400_000), to = new Date(Date.now() + 2 * 86_400_000)
    for (const [label, day] of [['From', from], ['To', to]]) {
      await page.fill(`.af [aria-label="${label}"]`, `${day.toISOString().slice(0, 10)} 09:00`)
      await page.keyboard.press('Enter')
    }
    await window.picture('assignment-leave-phone')
    await page.click('.af button[type=submit]')
    await page.waitForSelector('.ab li')
    await fits(page)
    await accessible(page)
    await page.locator('.ab li .ib').first().click()
    await until(async () => (await page.locator('.ab li').count()) === 0, 'it is still there')
  })
  await report.check('assignment on a phone: pasting a card, the report; both fit', async () => {
    await window.go('/o/lead/new')
    await page.click('.pc-open')
    await page.fill('#pc-text', 'David L. Chen\nVice President\nNorthwind Traders Inc.\n+1 415 555 0132')
    await page.waitForSelector('.pc mark')
    await fits(page)
    await accessible(page)
    await window.picture('assignment-card-phone')
    await window.go('/settings/assignment?tab=report')
    await fits(page)
  })
  await report.check('assignment on a phone: no complaint of the browser', async () => ensure(!window.complaints.length, window.complaints.join('\n')))
  await window.close()
}

async function rulesPhone({ browser, report }) {
  const window = await browser.window({ login: 'admin', size: PHONE, lang: 'zh-CN' })
  await report.check('assignment on a phone: the rules and the editor fit, and axe finds nothing', async () => {
    await window.go('/settings/assignment?tab=rules')
    await window.page.locator('.rr .ib').nth(2).click()
    await window.page.waitForSelector('#re-name')
    await fits(window.page)
    await accessible(window.page)
    await window.picture('assignment-rules-phone')
  })
  await window.close()
}

export async function run({ browser, report, only }) {
  const window = await browser.window({ login: 'admin', size: DESK })
  const context = { page: window.page, window, report, browser }
  const id = mark()
  if (!only || only === 'rules') await card(context, id, await rules(context, id))
  if (!only || only === 'rest') await rest(context, id)
  await report.check('assignment: no complaint of the browser', async () => ensure(!window.complaints.length, window.complaints.join('\n')))
  await window.close()
  if (!only || only === 'phone') await phone(context)
  if (!only || only === 'rules') await rulesPhone(context)
}
