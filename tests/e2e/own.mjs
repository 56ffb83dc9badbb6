// An object that an administrator has just made has all that shipped ones have: every form of its list, its page and its form, at both sizes; who was given nothing sees nothing of it.
import { DESK, PHONE } from './browser.mjs'
import { fits, thumbs } from './layout.mjs'
import { ensure, until } from './report.mjs'
import { create, listAt, mark, read } from './steps.mjs'

const day = (by) => new Date(Date.now() + 8 * 3_600_000 + by * 86_400_000).toISOString().slice(0, 10)
const FORMS = { list: '.tbody .row, .kc', kanban: '[data-column] article', funnel: '.fnl li', calendar: '.hkc-ev, .ag .bd, [data-key]', timeline: '.bar', map: '.mk' }
const FIELDS = [
  { name: 'phase', type: 'choice', label: { 'zh-CN': '步骤', en: 'Phase' }, options: [{ key: 'set_up', label: { 'zh-CN': '立项', en: 'Set up' }, outcome: 'open' }, { key: 'build', label: { 'zh-CN': '实施', en: 'Build' }, outcome: 'open' }, { key: 'over', label: { 'zh-CN': '验收', en: 'Accepted' }, outcome: 'won' }] },
  { name: 'begin', type: 'date', label: { 'zh-CN': '动工', en: 'Begins' } }, { name: 'finish', type: 'date', label: { 'zh-CN': '完工', en: 'Finishes' } },
  { name: 'place', type: 'position', label: { 'zh-CN': '工地', en: 'Site' } }, { name: 'budget', type: 'money', label: { 'zh-CN': '预算', en: 'Budget' } },
]

async function atDesk({ browser, report }, made) {
  const { window, name, records } = made
  const { page } = window
  const show = async (mode, what) => {
    await window.go(listAt(name, { mode }))
    await page.waitForSelector(what)
    await window.settled()
  }
  await report.check('own object: every form of a list is offered, and shows its records', async () => {
    await show('list', '.tbody .row')
    const offered = await page.locator('.head [role=radiogroup] [role=radio]').evaluateAll((items) => items.map((item) => item.ariaLabel))
    ensure(offered.join() === '列表,看板,漏斗,日历,时间轴,地图', offered.join())
    for (const [mode, what] of Object.entries(FORMS)) {
      await show(mode, what)
      await fits(page)
    }
  })
  await report.check('own object: a list of it is filtered in words, grouped and summed, and edited in its cell', async () => {
    await window.go(listAt(name, { filter: 'budget > 10000', group: 'phase' }))
    await page.waitForSelector('.tbody .gh')
    await page.waitForSelector('.fc.on:has-text("预算")')
    const head = (await page.locator('.gh', { hasText: '实施' }).innerText()).replace(/[\s,]/g, '')
    ensure(head.includes('实施260000'), head)
    await window.go(listAt(name, { filter: `id = ${records[0].id}` }))
    const cell = page.locator('.tbody .row [data-col=budget]')
    await cell.click()
    await cell.locator('input').fill('1.5万')
    await page.keyboard.press('Enter')
    await until(async () => (await read(window, name, records[0].id)).budget === 15000, 'the cell was not saved')
  })
  await report.check('own object: a card is carried to the next column by keyboard', async () => {
    await show('kanban', '[data-column=set_up] article')
    const card = page.locator(`[data-column=set_up] article[aria-label="${records[0].name}"]`)
    await card.focus()
    await page.keyboard.press('Control+ArrowRight')
    await until(async () => (await read(window, name, records[0].id)).phase === 'build', 'it was not moved')
  })
  await report.check('own object: the plan goes from its first to its last day, and a bar moves both', async () => {
    await show('timeline', '.bar')
    const bar = page.locator(`.bar[data-key="${name}:${records[1].id}"]`)
    ensure(Math.abs((await bar.boundingBox()).width - 9 * 16) < 3, `nine days are ${(await bar.boundingBox()).width} wide`)
    await bar.focus()
    await page.keyboard.press('Alt+ArrowRight')
    await until(async () => { const now = await read(window, name, records[1].id); return now.begin === day(-1) && now.finish === day(7) }, 'the dates did not follow')
  })
  await report.check('own object: the calendar goes by its date, and a day is moved by keyboard', async () => {
    await window.go(listAt(name, { mode: 'calendar', date: day(0) }))
    const item = page.locator(`[data-key="record:${records[2].id}"], [data-key="${name}:${records[2].id}"]`).first()
    await item.waitFor()
    await item.focus()
    await page.keyboard.press('Alt+ArrowRight')
    await until(async () => (await read(window, name, records[2].id)).begin === day(1), 'the day did not follow')
  })
  await report.check('own object: all its places are in sight on the map, one opens its record', async () => {
    await show('map', '.mk')
    await page.waitForFunction((count) => document.querySelectorAll('.ls .mi').length === count, records.length)
    ensure(await page.locator('.mk').count() > 1, 'they are one mark')
    await page.locator('.ls .mi').first().click()
    await page.waitForURL('**open=**')
    await page.waitForSelector('.side dl')
  })
  await report.check('own object: its own fields stand first on its page, a follow-up is written, a stage is taken, its past is told', async () => {
    await window.go(`/o/${name}/${records[3].id}`)
    const order = await page.locator('.fl [data-field]').evaluateAll((rows) => rows.map((row) => row.dataset.field))
    ensure(order.indexOf('begin') > 0 && order.indexOf('begin') < order.indexOf('created_at'), order.join())
    await page.fill('textarea.cta', '到工地看过，基础已经打好。')
    await page.keyboard.press('Control+Enter')
    await page.waitForSelector('.ev:has-text("基础已经打好")')
    await page.click('.path li:has-text("实施") button')
    await page.waitForSelector('.path li.cur:has-text("实施")')
    await page.waitForSelector('.ev:has-text("立项"):has-text("实施")')
    await page.click('header .acts .ib')
    await page.click(`.mi[href="/design/${name}?tab=layout"]`)
    await page.waitForSelector('.ld')
  })
  await report.check('own object: it speaks English to who reads English', async () => {
    const other = await browser.window({ login: 'admin', lang: 'en', size: DESK })
    const speak = (lang) => other.api('PUT', '/preferences', { lang, at: { lang: Date.now() } })
    await speak('en')
    await other.go(`/o/${name}/new`)
    await other.page.waitForSelector('label:has-text("Budget")')
    const left = (await other.page.textContent('.main')).match(/[\u4e00-\u9fff]+/g)?.filter((word) => !made.label.includes(word) && !'顾明远'.includes(word))
    await speak('zh-CN')
    ensure(!left?.length, (left ?? []).join())
    await other.close()
  })
}

async function onPhone({ browser, report }, { name, records }) {
  const window = await browser.window({ login: 'admin', size: PHONE })
  const { page } = window
  for (const [mode, what] of Object.entries(FORMS)) {
    await report.check(`phone: own object as ${mode}: it fits, and thumbs reach it`, async () => {
      await window.go(listAt(name, { mode, date: day(0) }))
      await page.waitForSelector(what)
      await window.settled()
      await fits(page)
      await thumbs(page)
    })
  }
  await report.check('phone: own object: a card opens its page, a form makes another', async () => {
    await window.go(listAt(name, { mode: 'list' }))
    await page.tap('.kc >> nth=0')
    await page.waitForURL(new RegExp(`/o/${name}/\\d+$`))
    await fits(page)
    await window.go(`/o/${name}/new`)
    await page.fill(`#f-${name}-name`, '手机上立的项')
    await page.tap('footer button[type=submit]')
    await page.waitForURL(new RegExp(`/o/${name}/\\d+$`))
    ensure(Number(page.url().split('/').at(-1)) > records.at(-1).id, page.url())
  })
  await report.check('phone: own object: no complaint of the browser', async () => ensure(!window.complaints.length, window.complaints.join('\n')))
  await window.close()
}

export async function run(context) {
  const { browser, report } = context
  const window = await browser.window({ login: 'admin' })
  const { page } = window
  const label = `工程${mark()}`
  const made = { window, label, name: '', records: [] }
  const begun = await report.check('own object: made in the settings, its designer opens', async () => {
    await window.go('/settings#objects')
    await page.click('#objects button:has-text("新建对象")')
    await page.click('.no button[type=submit]')
    await page.waitForSelector('#no-label[aria-invalid=true]')
    await page.fill('#no-label', label)
    await page.fill('#no-name', 'customer')
    await page.click('.no button[type=submit]')
    await page.waitForSelector('#no-name[aria-invalid=true]')
    ensure(await page.inputValue('#no-label') === label, 'what was typed is gone')
    await page.fill('#no-name', `works_${mark()}`)
    await page.click('.no button[type=submit]')
    await page.waitForURL('**/design/works_*')
    made.name = page.url().split('/').at(-1).split('?')[0]
    for (const field of FIELDS) ensure((await window.api('POST', `/meta/objects/${made.name}/fields`, field)).status < 300, field.name)
    ensure((await window.api('PATCH', `/meta/objects/${made.name}`, { stage: 'phase' })).status === 200, 'the stage was refused')
    for (let n = 0; n < 6; n++) {
      made.records.push(await create(window, made.name, { name: `${label} ${n}`, phase: n === 0 || n === 3 ? 'set_up' : n < 5 ? 'build' : 'over', begin: day(n === 2 ? 0 : -2), finish: day(6), place: { lat: 30 + n / 3, lng: 120 + n / 4 }, budget: 10000 * n }))
    }
  })
  if (begun) {
    await atDesk(context, made)
    await report.check('own object: who was given nothing sees nothing of it', async () => {
      const rep = await browser.window({ login: 'sales1' })
      ensure((await rep.api('GET', `/records/${made.name}`)).status >= 403, 'the API gives it')
      await rep.go('/today')
      ensure(await rep.page.locator(`.nav a[href="/o/${made.name}"]`).count() === 0, 'it is in the navigation')
      await rep.go(`/o/${made.name}`)
      ensure(!(await rep.page.textContent('.main')).includes(label), 'its page tells of it')
      await rep.close()
    })
    await onPhone(context, made)
  }
  await report.check('own object: no complaint of the browser', async () => ensure(!window.complaints.length, window.complaints.join('\n')))
  await window.close()
}
