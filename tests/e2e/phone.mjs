// Under a thumb, 390×844: the same pages.
import { PHONE } from './browser.mjs'
import { fresh, windowOf } from './first.mjs'
import { fits, thumbs } from './layout.mjs'
import { ensure, until } from './report.mjs'

const mark = () => Date.now().toString(36).slice(-6)

// What one does between two customers.
async function day(window, report, browser) {
  const { page } = window
  const id = mark()
  await report.check('phone: the calendar is a list of days; an event is made and opened there', async () => {
    await window.go('/calendar')
    await page.waitForSelector('.ag')
    ensure(await page.locator('.hk-grid').count() === 0, 'a grid is shown')
    await page.tap('.head .btn.p')
    await page.waitForSelector('.modal .ef')
    await page.fill('.modal .title', `路上约的${id}`)
    await page.tap('.modal footer .btn.p')
    await page.waitForSelector('.modal', { state: 'detached' })
    await page.tap(`.ag .bd:has-text("路上约的${id}")`)
    await page.waitForSelector('.modal .pk')
    await page.tap('.modal .pk .btn:has-text("打开")')
    await page.waitForURL(/\/o\/event\/\d+/)
  })
  await report.check('phone: a month shows where something is, and the chosen day below', async () => {
    await window.go('/calendar?view=month')
    await page.waitForSelector('.pm .d.today .dot')
    await page.tap('.pm .d.today')
    await page.waitForSelector(`.pm .bd:has-text("路上约的${id}")`)
  })
  await report.check('phone: tasks are written in one line and ticked', async () => {
    await window.go('/tasks')
    await page.fill('.qa input', `后天 带样品${id}`)
    await page.tap('.qa .btn.p')
    const row = page.locator(`.tr:has-text("带样品${id}")`)
    await row.waitFor()
    await row.locator('.ck').tap()
    await until(async () => (await window.one('task', `title = "带样品${id}"`)).status === 'done', 'it is not done')
  })
  await report.check('phone: notifications are a page; a tap opens what it is about', async () => {
    const me = (await window.api('GET', '/session')).body.user.id
    const record = (await window.api('POST', '/records/customer', { name: `手机上看${id}` })).body
    const giver = await browser.window({ login: 'manager' })
    await giver.api('POST', '/records/comment', { content: '@陈知远 请看', mentions: [me], target: { object: 'customer', id: record.id } })
    await giver.close()
    await window.go('/today')
    await page.tap('.head a[href="/notifications"]')
    await page.tap(`.nt.unread:has-text("手机上看${id}")`)
    await page.waitForURL(`**/o/customer/${record.id}`)
  })
  await report.check('phone: the list stands where it was when one comes back from a record', async () => {
    await window.go('/o/customer?view=all')
    const box = page.locator('.cl')
    ensure(await box.evaluate((element) => element.scrollHeight > element.clientHeight * 3), 'the list is too short to come back to a place in it')
    await box.evaluate((element) => element.scrollTo(0, 1200))
    await page.waitForTimeout(200) // the rows are drawn after the scroll
    const card = await page.evaluate(() => [...document.querySelectorAll('.kc')].findIndex((element) => element.getBoundingClientRect().top > 200))
    await page.locator('.kc').nth(card).tap()
    await page.waitForURL(/\/o\/customer\/\d+/)
    await page.tap('.crumb button[aria-label="返回"]')
    await page.waitForURL('**/o/customer?**')
    await until(() => page.evaluate(() => (document.querySelector('.cl')?.scrollTop ?? 0) > 1000), 'it begins at its top')
  })
}

async function setup(browser, report) {
  const haike = await fresh('sqlite')
  const window = await windowOf(browser, haike, { size: PHONE })
  const { page } = window
  try {
    await report.check('phone: setup fits in each of its steps, targets are 44 px', async () => {
      await page.goto(`${haike.url}/setup?code=${haike.code}`)
      const step = async (fill) => {
        await window.settled()
        await fits(page)
        await thumbs(page)
        await fill()
        await page.tap('.fm footer .btn.p')
      }
      await page.waitForSelector('.opt')
      await step(async () => undefined)
      await page.waitForSelector('#su-company')
      await step(() => page.fill('#su-company', '手机公司'))
      await page.waitForSelector('#su-name')
      await step(async () => {
        for (const [name, value] of [['name', '老板'], ['login', 'boss'], ['password', 'yi-shan-yi-hai-7']]) await page.fill(`#su-${name}`, value)
      })
      await page.waitForSelector('.opt:has-text("空的")')
      await step(() => page.tap('.opt:has-text("空的")'))
      await page.waitForURL('**/today')
      await page.waitForSelector('.card2:not(.wait)')
      await fits(page)
      await page.tap('.card2 .btn.q')
      await window.settled()
      await thumbs(page)
    })
    await report.check('phone: no complaint of the browser in the setup', async () => ensure(!window.complaints.length, window.complaints.join('\n')))
  } finally {
    await window.close()
    await haike.done()
  }
}

export async function run({ browser, report }) {
  const window = await browser.window({ login: 'sales1', size: PHONE })
  const { page } = window
  await report.check('phone: the bottom bar goes to today, customers, tasks and me', async () => {
    await window.go('/today')
    for (const [label, path] of [['客户', '/o/customer'], ['任务', '/tasks'], ['我', '/me'], ['今日', '/today']]) {
      await page.click(`.bb >> text=${label}`)
      await page.waitForURL(`**${path}`)
    }
  })
  await report.check('phone: a list is cards, a card opens the page, the composer saves', async () => {
    await window.go('/o/customer')
    ensure(await page.locator('[role=grid]').count() === 0, 'a table is shown')
    await page.tap('.kc >> nth=0')
    await page.waitForURL(/\/o\/customer\/\d+/)
    await page.tap('.fold')
    await page.fill('textarea.cta', '到了客户门口，先签到再进厂。')
    await page.tap('.cmp .btn.p')
    await page.tap('.tabs >> text=时间线')
    await page.waitForSelector('.ev:has-text("先签到再进厂")')
  })
  await report.check('phone: ＋ creates', async () => {
    await window.go('/today')
    await page.tap('.bb .plus')
    await page.tap('.modal a:has-text("任务")')
    await page.fill('#f-task-title', '手机上建的任务')
    await page.tap('.modal footer button[type=submit]')
    await page.tap('.toast .act:has-text("打开")')
    await page.waitForURL(/\/o\/task\/\d+$/)
  })
  await day(window, report, browser)
  for (const [name, path] of [['today', '/today'], ['list', '/o/customer'], ['form', '/o/customer/new'], ['me', '/me'], ['kanban', '/o/opportunity?view=board'],
    ['calendar', '/calendar'], ['month', '/calendar?view=month'], ['tasks', '/tasks'], ['notifications', '/notifications'], ['settings', '/settings']]) {
    await report.check(`phone: targets are 44 px on ${name}`, async () => {
      await window.go(path)
      await thumbs(page)
    })
  }
  await report.check('phone: targets are 44 px on a record', async () => {
    const record = await window.one('customer', 'owner = me()')
    await window.go(`/o/customer/${record.id}`)
    await thumbs(page)
  })
  await report.check('phone: targets are 44 px on the parts of a record', async () => {
    const record = await window.one('customer', 'owner = me() and open_amount > 0') ?? await window.one('customer', 'owner = me()')
    await window.go(`/o/customer/${record.id}`)
    for (const tab of await page.locator('.tabs .tab').allTextContents()) {
      await page.tap(`.tabs .tab:text-is("${tab.trim()}")`)
      await window.settled()
      await thumbs(page)
    }
    await page.tap('.fold')
    await page.waitForSelector('.cmp textarea')
    await thumbs(page)
  })
  await report.check('phone: no complaint of the browser', async () => ensure(!window.complaints.length, window.complaints.join('\n')))
  await window.close()
  await setup(browser, report)
}
