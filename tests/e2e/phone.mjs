// Under a thumb, 390×844: the same pages.
import { PHONE } from './browser.mjs'
import { thumbs } from './layout.mjs'
import { ensure } from './report.mjs'

export async function run({ browser, report }) {
  const window = await browser.window({ login: 'sales1', size: PHONE })
  const { page } = window
  await report.check('phone: the bottom bar goes to today, customers, tasks and me', async () => {
    await window.go('/today')
    for (const [label, path] of [['客户', '/o/customer'], ['任务', '/o/task'], ['我', '/me'], ['今日', '/today']]) {
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
    await page.tap('footer button[type=submit]')
    await page.waitForURL(/\/o\/task\/\d+$/)
  })
  for (const [name, path] of [['today', '/today'], ['list', '/o/customer'], ['form', '/o/customer/new'], ['me', '/me'], ['kanban', '/o/opportunity?view=board']]) {
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
  await report.check('phone: no complaint of the browser', async () => ensure(!window.complaints.length, window.complaints.join('\n')))
  await window.close()
}
