// Rights on screen: an administrator looks as a colleague, at a desk and on a phone.
import { PHONE } from './browser.mjs'
import { ensure } from './report.mjs'
import { create, mark, middle } from './steps.mjs'

const BANNER = '.line.viewing'
const who = async (window) => (await window.api('GET', '/session')).body

async function begin(window, person) {
  const { page } = window
  await window.go(`/o/user/${person.id}`)
  await page.click('button[aria-label="更多操作"]')
  await page.click('.mi:has-text("以他的身份查看")')
  await page.waitForURL('**/today')
  await page.waitForSelector(`${BANNER}:has-text("正在以 ${person.name} 的身份查看（只读）")`)
  await window.settled()
}

// Somebody with one customer of his own, and a customer of the administrator's.
async function people(window, id) {
  const role = await window.one('role', 'key = "sales"'), department = (await window.api('GET', '/records/department?limit=1')).body.items[0]
  const staff = await create(window, 'user', { name: `沈清${id}`, login: `shen${id}`, department: department.id, roles: [role.id] })
  return { staff, own: await create(window, 'customer', { name: `沈的客户${id}`, owner: staff.id }), foreign: await create(window, 'customer', { name: `别人的客户${id}` }) }
}

async function viewAs({ page, window, report }, id) {
  const { staff, own, foreign } = await people(window, id)
  await report.check('rights: looking as a colleague begins in his menu and shows what he sees, on every page', async () => {
    await begin(window, staff)
    ensure((await who(window)).viewing_as?.id === staff.id, 'the session is another')
    await window.go(`/o/customer?q=${encodeURIComponent(`客户${id}`)}`)
    await page.waitForSelector(`text=${own.name}`)
    ensure(!(await page.locator(`text=${foreign.name}`).count()), 'a record is shown that he may not see')
    await window.go('/settings')
    await page.waitForSelector(BANNER)
    ensure(!(await page.locator('.mi[href="/settings/rights"]').count()), 'the settings are an administrator\'s')
    await window.picture('rights-view-as-desk')
  })
  await report.check('rights: what is written meanwhile is refused at its place', async () => {
    await window.go('/o/customer/new')
    await page.fill('#f-customer-name', `不该有的${id}`)
    await page.keyboard.press('Control+Enter')
    const refusal = page.locator('form [role=alert]:has-text("正在以他人的身份查看")')
    await refusal.waitFor()
    const box = await middle(refusal)
    ensure(box.y > 0 && box.y < 860, `the refusal stands out of sight, at ${box.y}`)
    await window.picture('rights-view-as-refused')
    ensure((await window.api('PATCH', `/records/customer/${own.id}`, { name: '改了' })).body.code === 'viewing_as', 'it was written')
  })
  await report.check('rights: the other tab follows, and ending gives back one\'s own eyes', async () => {
    const other = await page.context().newPage()
    await other.goto(`${window.url}/o/customer/${own.id}`)
    await other.waitForSelector(BANNER)
    await window.go('/o/customer')
    await page.click(`${BANNER} button`)
    await page.waitForURL(`**/o/user/${staff.id}`)
    await other.waitForSelector(BANNER, { state: 'detached' })
    await other.close()
    await window.settled()
    ensure(!(await page.locator(BANNER).count()), 'the line stays')
    await window.go(`/o/customer?q=${encodeURIComponent(`客户${id}`)}`)
    await page.waitForSelector(`text=${foreign.name}`)
    ensure((await who(window)).admin, 'the administrator is not back')
  })
  return { staff, own }
}

async function viewAsOnPhone({ browser, report }, { staff, own }) {
  const window = await browser.window({ login: 'admin', size: PHONE })
  await report.check('rights: the same on a phone, the line above every page', async () => {
    await begin(window, staff)
    for (const path of ['/today', '/o/customer', `/o/customer/${own.id}`, '/calendar', '/me']) {
      await window.go(path)
      const box = await window.page.locator(BANNER).boundingBox()
      ensure(box && box.y >= 0 && box.y < 120 && box.width <= PHONE.width, `${path}: the line is not there`)
      await window.picture(`rights-view-as-phone${path.replaceAll('/', '-').replace(/\d+/, 'one')}`)
    }
    await window.page.click(`${BANNER} button`)
    await window.page.waitForURL(`**/o/user/${staff.id}`)
  })
  await report.check('rights: no complaint of the browser (phone)', async () => ensure(!window.complaints.length, window.complaints.join('\n')))
  await window.close()
}

export async function run({ browser, report, only }) {
  const window = await browser.window({ login: 'admin' })
  const context = { page: window.page, window, report, browser }
  if (!only || only === 'viewAs') await viewAsOnPhone(context, await viewAs(context, mark()))
  await report.check('rights: no complaint of the browser', async () => ensure(!window.complaints.length, window.complaints.join('\n')))
  await window.close()
}
