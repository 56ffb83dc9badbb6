// The forms of a list beside the table: board, calendar, map, funnel, plan. Moved by mouse and by keys, refused and put back, at a desk and under a thumb.
import { PHONE } from './browser.mjs'
import { ensure, until } from './report.mjs'
import { count, create, drag, listAt, mark, middle, named, read } from './steps.mjs'

const PICTURE = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64')
const quiet = (window) => async () => ensure(!window.complaints.length, window.complaints.join('\n'))
const toast = (page, text) => page.locator('.toast', { hasText: text })
const day = (by) => new Date(Date.now() + 8 * 3_600_000 + by * 86_400_000).toISOString().slice(0, 10)
const later = (date, by) => new Date(Date.parse(`${date}T00:00:00Z`) + by * 86_400_000).toISOString().slice(0, 10)

async function show(window, object, query, what) {
  await window.go(listAt(object, query))
  await window.page.waitForSelector(what)
  await window.settled()
}
async function deals(window, id, list) {
  const customer = await create(window, 'customer', { name: `${id} 客户` })
  const made = []
  for (const [name, more] of list) made.push(await create(window, 'opportunity', { name: `${id} ${name}`, customer: customer.id, ...more }))
  return made
}
// What the administrator sets for a while; it is taken away again however the check ends.
async function withRules(browser, change, run) {
  const admin = await browser.window({ login: 'admin' })
  const answer = await admin.api('PATCH', '/meta/objects/opportunity', change)
  try {
    ensure(answer.status === 200, JSON.stringify(answer.body))
    await run()
  } finally {
    await admin.api('PATCH', '/meta/objects/opportunity', Object.fromEntries(Object.keys(change).map((key) => [key, null])))
    await admin.close()
  }
}

async function board({ browser, report }) {
  const window = await browser.window({ login: 'sales1' })
  const { page } = window
  const id = mark()
  const [one, two] = await deals(window, id, [['甲', { amount: 1_000_000, stage: 'initial' }], ['乙', { amount: 500_000, stage: 'initial' }]])
  const column = (key) => page.locator(`[data-column=${key}]`)
  const card = (key, name) => page.locator(`[data-column=${key}] article[aria-label="${id} ${name}"]`)
  const at = { view: 'all', mode: 'kanban', filter: named(id) }
  await report.check('board: counts, sums and what they weigh stand at the head of a column', async () => {
    await show(window, 'opportunity', at, '[data-column=initial] article')
    ensure((await column('initial').locator('header').innerText()).replace(/\s/g, '').includes('初步接洽210%'), await column('initial').locator('header').innerText())
    const sums = (await column('initial').locator('.ks').innerText()).replace(/\s/g, '')
    ensure(sums.includes('150') && sums.includes('¥15.0万'), sums)
    await page.waitForFunction(() => /150/.test(document.querySelector('.tot')?.textContent ?? ''))
  })
  await report.check('board: won and lost are folded to a line, with their counts, and open', async () => {
    for (const key of ['won', 'lost']) ensure(await page.locator(`button.fold[data-column=${key}]`).getAttribute('aria-expanded') === 'false', `${key} is open`)
    await column('won').click()
    await page.waitForSelector('section[data-column=won]')
    await page.click('[data-column=won] header [aria-label^="收起"]')
    await page.waitForSelector('button.fold[data-column=won]')
  })
  await report.check('board: a card is added in its column', async () => {
    await page.click('[data-column=qualified] header .ib')
    await page.click('.qa button[type=submit]')
    await page.waitForSelector('.qa .err')
    await page.fill('.qa #action-name', `${id} 丙`)
    await page.fill('.qa #action-amount', '20万')
    await page.click('.qa button[type=submit]')
    await card('qualified', '丙').waitFor()
    const made = await window.one('opportunity', `name = "${id} 丙"`)
    ensure(made.stage === 'qualified' && made.amount === 200000, `${made.stage} ${made.amount}`)
    await page.waitForFunction(() => /20/.test(document.querySelector('[data-column=qualified] .ks').textContent))
  })
  await report.check('board: a stage that demands something asks for it where the card was put', async () => {
    await withRules(browser, { rules: [{ field: 'reference_no', effect: 'require', when: `stage = "negotiation" and name contains "${id}"` }] }, async () => {
      const target = await column('negotiation').boundingBox()
      await drag(page, await middle(card('initial', '甲'), 0.3, 0.2), { x: target.x + target.width / 2, y: target.y + 220 }, () => page.waitForSelector('[data-column=negotiation] .slot.drop'))
      await page.waitForSelector('[data-column=negotiation] .slot form')
      ensure((await read(window, 'opportunity', one.id)).stage === 'initial', 'it was moved without what is demanded')
      await page.click('.slot button[type=submit]')
      await page.waitForSelector('.slot .err')
      await page.fill('.slot #action-reference_no', `H-${id}`)
      await page.click('.slot button[type=submit]')
      await card('negotiation', '甲').waitFor()
      await until(async () => { const now = await read(window, 'opportunity', one.id); return now.stage === 'negotiation' && now.reference_no === `H-${id}` }, 'it was not saved')
    })
  })
  await report.check('board: a card dropped on lost says why, or stays', async () => {
    await drag(page, await middle(card('initial', '乙'), 0.3, 0.2), await middle(column('lost'), 0.5, 0.3))
    await page.waitForSelector('[data-column=lost] .slot form')
    await page.keyboard.press('Escape')
    await page.waitForSelector('.slot', { state: 'detached' })
    await card('initial', '乙').waitFor()
    ensure((await read(window, 'opportunity', two.id)).stage === 'initial', 'it went though nothing was said')
  })
  await report.check('board: the keyboard walks over the cards and carries one along', async () => {
    await card('initial', '乙').focus()
    await page.keyboard.press('ArrowRight')
    await page.waitForFunction((name) => document.activeElement?.getAttribute('aria-label') === name, `${id} 丙`)
    await card('initial', '乙').focus()
    await page.keyboard.press('Control+ArrowRight')
    await card('qualified', '乙').waitFor()
    await until(async () => (await read(window, 'opportunity', two.id)).stage === 'qualified', 'Ctrl with an arrow did not move it')
    await page.waitForFunction((name) => document.activeElement?.getAttribute('aria-label') === name, `${id} 乙`)
    await page.keyboard.press('m')
    await page.waitForSelector('.pop .mi:has-text("方案报价")')
    await page.click('.pop .mi:has-text("方案报价")')
    await until(async () => (await read(window, 'opportunity', two.id)).stage === 'proposal', 'the menu did not move it')
    await card('proposal', '乙').focus()
    await page.keyboard.press('Space')
    await page.keyboard.press('ArrowLeft')
    await page.keyboard.press('Escape')
    await card('proposal', '乙').waitFor()
    ensure((await read(window, 'opportunity', two.id)).stage === 'proposal', 'Esc did not leave it where it was')
  })
  await report.check('board: what is refused goes back to its column and is said', async () => {
    await withRules(browser, { validations: [{ name: 'held', when: `name contains "${id}" and stage = "initial"`, message: { 'zh-CN': '不能退回初步接洽', en: 'not back' } }] }, async () => {
      await drag(page, await middle(card('proposal', '乙'), 0.3, 0.2), await middle(column('initial'), 0.5, 0.4))
      await toast(page, '不能退回初步接洽').waitFor()
      await card('proposal', '乙').waitFor()
      ensure((await read(window, 'opportunity', two.id)).stage === 'proposal', 'it was moved')
    })
  })
  await report.check('board: another field makes the columns', async () => {
    await page.click('.tot button')
    await page.click('.pop .mi:has-text("负责人")')
    await page.waitForSelector('[data-column] header:has-text("陈知远")')
    await page.click('.tot button')
    await page.click('.pop .mi:has-text("阶段")')
    await page.waitForSelector('[data-column=initial]')
  })
  await report.check('board: no complaint of the browser', quiet(window))
  await window.close()

  const small = await browser.window({ login: 'sales1', size: PHONE })
  await report.check('phone: the board is one column at a time, and a card moves by its menu', async () => {
    await show(small, 'opportunity', at, '[data-column] article')
    const wide = (await small.page.locator('section[data-column=initial]').boundingBox()).width
    ensure(wide > 300 && wide < 380, `a column is ${wide} wide`)
    await small.page.locator(`article[aria-label="${id} 丙"] .mv`).tap()
    await small.page.locator('.pop .mi', { hasText: '方案报价' }).tap()
    await until(async () => (await small.one('opportunity', `name = "${id} 丙"`)).stage === 'proposal', 'it did not move')
    ensure(!small.complaints.length, small.complaints.join('\n'))
  })
  await small.close()
}

async function calendar({ browser, report }) {
  const window = await browser.window({ login: 'sales1' })
  const { page } = window
  const id = mark()
  const [deal] = await deals(window, id, [['日历单', { amount: 1000, start_date: '2031-03-11', close_date: '2031-03-12' }]])
  const at = { view: 'all', mode: 'calendar', filter: named(id), date: '2031-03-10', cal: 'month' }
  const bar = page.locator(`[data-key="opportunity:${deal.id}"]`)
  const dates = async () => { const now = await read(window, 'opportunity', deal.id); return `${now.start_date} ${now.close_date}` }
  await report.check('calendar: a record stands on its days and is opened beside them', async () => {
    await show(window, 'opportunity', at, `[data-key="opportunity:${deal.id}"]`)
    await bar.first().click()
    await page.waitForURL('**open=**')
    await page.waitForSelector('.side dl')
    await page.keyboard.press('Escape')
    await page.waitForURL((address) => !address.searchParams.has('open'))
  })
  await report.check('calendar: dragged to another day, saved, taken back', async () => {
    const before = await dates()
    const from = await middle(bar.first(), 0.3, 0.5)
    const width = (await page.locator('.hk-grid').boundingBox()).width / 7
    await drag(page, from, { x: from.x + width, y: from.y })
    const moved = '2031-03-12 2031-03-13'
    await until(async () => await dates() === moved, 'it did not move a day')
    await toast(page, '日历单').locator('.act').click()
    await until(async () => await dates() === before, 'undo did not put it back')
  })
  await report.check('calendar: Alt and the arrows move it, a week at a time up and down', async () => {
    await bar.first().focus()
    await page.keyboard.press('Alt+ArrowDown')
    await until(async () => await dates() === '2031-03-18 2031-03-19', 'it did not move a week')
    await bar.first().focus()
    await page.keyboard.press('Alt+ArrowLeft')
    await until(async () => await dates() === '2031-03-17 2031-03-18', 'it did not move a day')
  })
  await report.check('calendar: what is refused goes back, with the reason beside it', async () => {
    await withRules(browser, { validations: [{ name: 'held', when: `name contains "${id}" and not is_null(close_date)`, message: { 'zh-CN': '这单的日期已经定了', en: 'fixed' } }] }, async () => {
      await bar.first().focus()
      await page.keyboard.press('Alt+ArrowRight')
      await page.waitForSelector('.rn:has-text("这单的日期已经定了")')
      ensure(await dates() === '2031-03-17 2031-03-18', 'it was saved')
    })
  })
  await report.check('calendar: day, week, list and month by their keys; back and forth', async () => {
    await page.keyboard.press('Escape')
    await page.evaluate(() => document.activeElement.blur())
    for (const [key, view] of [['w', 'week'], ['a', 'agenda'], ['d', 'day'], ['m', 'month']]) {
      await page.keyboard.press(key)
      await page.waitForURL(`**cal=${view}**`)
    }
    await page.click('[aria-label="向后"]')
    await page.waitForURL('**date=2031-04**')
  })
  await report.check('calendar: no complaint of the browser', quiet(window))
  await window.close()

  const small = await browser.window({ login: 'sales1', size: PHONE })
  await report.check('phone: a month of dots, the chosen day below, a tap opens the record', async () => {
    await show(small, 'opportunity', { ...at, date: '2031-03-17' }, '.pm .d.on .dot')
    await small.page.locator('.pm .d[aria-label*="18日"]').first().tap()
    await small.page.waitForURL('**date=2031-03-18**')
    await small.page.locator('.pm', { hasText: `${id} 日历单` }).waitFor()
    await small.page.locator(`.pm >> text=${id} 日历单`).first().tap()
    await small.page.waitForURL(`**/o/opportunity/${deal.id}`)
    ensure(!small.complaints.length, small.complaints.join('\n'))
  })
  await small.close()
}

async function map({ browser, report }) {
  const window = await browser.window({ login: 'sales1' })
  const { page } = window
  const id = mark()
  const places = [['近一', 31.23, 121.47], ['近二', 31.235, 121.475], ['近三', 31.228, 121.468], ['远', 39.9, 116.4]]
  const list = []
  for (const [name, lat, lng] of places) list.push(await create(window, 'customer', { name: `${id} ${name}`, location: { lat, lng } }))
  await create(window, 'customer', { name: `${id} 没有位置` })
  const at = { view: 'all', mode: 'map', filter: named(id) }
  await report.check('map: what has a place is marked, what stands close is one mark; the list beside says the same', async () => {
    await show(window, 'customer', at, '.mk')
    await page.waitForFunction(() => document.querySelectorAll('.mk').length === 2)
    ensure((await page.textContent('.mk.many')).startsWith('3'), await page.textContent('.mk.many'))
    ensure(await page.locator('.ls .mi').count() === 4, `${await page.locator('.ls .mi').count()} in the list`)
    ensure(await page.locator('.ls .mi:has-text("没有位置")').count() === 0, 'one without a place is listed')
  })
  await report.check('map: without tiles a grid of degrees, and nothing is fetched from elsewhere', async () => {
    ensure(await page.locator('path.deg').count() > 4, 'no grid')
    ensure(await page.locator('img.leaflet-tile').count() === 0, 'tiles are drawn')
  })
  await report.check('map: a mark of many comes closer, a mark of one opens its record', async () => {
    await page.locator('.mk.many').click()
    await page.waitForFunction(() => document.querySelector('.mk') && !document.querySelector('.mk.many'))
    await page.waitForFunction(() => document.querySelectorAll('.ls .mi').length === 3)
    await page.locator(`.mkbox[title="${id} 近一"] .mk`).click()
    await page.waitForURL(`**open=${list[0].id}**`)
    await page.waitForSelector('.side dl')
    await page.keyboard.press('Escape')
    await page.waitForURL((address) => !address.searchParams.has('open'))
    await page.click('[aria-label="显示全部"]')
    await page.waitForFunction(() => document.querySelectorAll('.ls .mi').length === 4)
  })
  await report.check('map: the list leads to the mark, by keyboard too', async () => {
    await page.locator('.ls .mi', { hasText: `${id} 远` }).focus()
    await page.waitForSelector('.mk.on')
    await page.keyboard.press('Enter')
    await page.waitForURL(`**open=${list[3].id}**`)
    await page.keyboard.press('Escape')
  })
  await report.check('map: no complaint of the browser', quiet(window))
  await report.check('map: tiles that the administrator names are allowed by the policy, drawn, and told of', async () => {
    const admin = await browser.window({ login: 'admin' })
    try {
      await page.route('https://tiles.example.org/**', (route) => route.fulfill({ contentType: 'image/png', body: PICTURE }))
      const answer = await admin.api('PATCH', '/settings', { map_tiles: 'https://tiles.example.org/{z}/{x}/{y}.png', map_attribution: '© 示例地图' })
      ensure(answer.status === 200, JSON.stringify(answer.body))
      const policy = (await page.goto(window.url + listAt('customer', at))).headers()['content-security-policy']
      ensure(/img-src[^;]*https:\/\/tiles\.example\.org/.test(policy), policy)
      await page.waitForSelector('img.leaflet-tile-loaded', { state: 'attached' })
      await page.waitForSelector('.leaflet-control-attribution:has-text("© 示例地图")')
      ensure(await page.locator('path.deg').count() === 0, 'the grid is drawn as well')
      ensure(!window.complaints.length, window.complaints.join('\n'))
    } finally {
      await admin.api('PATCH', '/settings', { map_tiles: '', map_attribution: '' })
      await admin.close()
    }
    const policy = (await page.goto(window.url + listAt('customer', at))).headers()['content-security-policy']
    ensure(!policy.includes('tiles.example.org'), policy)
  })
  await window.close()

  const small = await browser.window({ login: 'sales1', size: PHONE })
  await report.check('phone: the map is the whole page, a mark opens the record', async () => {
    await show(small, 'customer', at, '.mk')
    ensure(await small.page.locator('.mv .ls').count() === 0, 'the list stands beside it')
    await small.page.locator(`.mkbox[title="${id} 远"] .mk`).tap()
    await small.page.waitForURL(`**/o/customer/${list[3].id}`)
    ensure(!small.complaints.length, small.complaints.join('\n'))
  })
  await small.close()
}

async function funnel({ browser, report }) {
  const window = await browser.window({ login: 'sales1' })
  const { page } = window
  const id = mark()
  await deals(window, id, [['一', { amount: 10_000, stage: 'initial' }], ['二', { amount: 20_000, stage: 'proposal' }], ['三', { amount: 30_000, stage: 'proposal' }], ['四', { amount: 40_000, stage: 'won' }]])
  await report.check('funnel: who is further on has passed the earlier stages', async () => {
    await show(window, 'opportunity', { view: 'all', mode: 'funnel', filter: named(id) }, '.fnl li:nth-child(2)')
    await page.waitForFunction(() => /4/.test(document.querySelector('.fnl li:nth-child(2)').textContent))
    const row = async (label) => (await page.locator('.fnl li', { hasText: label }).innerText()).replace(/\s+/g, ' ')
    ensure(/3/.test(await row('需求确认')) && /75%/.test(await row('需求确认')), await row('需求确认'))
    ensure(/5\.0万/.test(await row('方案报价')), await row('方案报价'))
    ensure(await page.locator('.fnl li', { hasText: '输单' }).count() === 0, 'what is lost stands in it')
  })
  await report.check('funnel: a stage leads to its records', async () => {
    await page.locator('.fnl li', { hasText: '方案报价' }).locator('a').click()
    await page.waitForURL('**mode=list**')
    await page.waitForFunction(() => document.querySelectorAll('.tbody .row').length === 2)
    ensure(await count(window, 'opportunity', `stage = "proposal" and ${named(id)}`) === 2, 'it shows others')
    ensure(!window.complaints.length, window.complaints.join('\n'))
  })
  await window.close()
}

async function gantt({ browser, report }) {
  const window = await browser.window({ login: 'sales1' })
  const { page } = window
  const id = mark()
  const start = day(-2)
  const end = day(6)
  const [deal] = await deals(window, id, [['计划单', { amount: 1000, stage: 'proposal', start_date: start, close_date: end }], ['另一单', { amount: 1000, stage: 'initial', start_date: day(1), close_date: day(4) }]])
  const at = { view: 'all', mode: 'timeline', filter: named(id) }
  const bar = page.locator(`.bar[data-key="opportunity:${deal.id}"]`)
  const dates = async () => { const now = await read(window, 'opportunity', deal.id); return `${now.start_date} ${now.close_date}` }
  const is = (from, to, what) => until(async () => await dates() === `${from} ${to}`, what)
  const DAY = 16 // pixels where a week is the scale
  await report.check('plan: a bar from the first to the last day, by owner', async () => {
    await show(window, 'opportunity', at, '.bar')
    ensure(Math.abs((await bar.boundingBox()).width - 9 * DAY) < 3, `nine days are ${(await bar.boundingBox()).width} wide`)
    ensure((await page.locator('.names .g').innerText()).includes('陈知远'), await page.locator('.names .g').innerText())
  })
  await report.check('plan: a bar is dragged, saved, and taken back by undo', async () => {
    const from = await middle(bar)
    await drag(page, from, { x: from.x + 3 * DAY, y: from.y }, () => page.waitForSelector('.tip'))
    await is(later(start, 3), later(end, 3), 'it was not moved by three days')
    await toast(page, '计划单').locator('.act').click()
    await is(start, end, 'undo did not put it back')
  })
  await report.check('plan: an end is drawn, the other stays', async () => {
    await until(async () => Math.abs((await bar.boundingBox()).width - 9 * DAY) < 3, 'the bar did not come back')
    const from = await middle(bar.locator('.grip.r'))
    await drag(page, from, { x: from.x + 2 * DAY, y: from.y })
    await is(start, later(end, 2), 'the end was not moved')
    await toast(page, '计划单').last().locator('.act').click()
    await is(start, end, 'undo did not put it back')
  })
  await report.check('plan: Esc leaves the bar where it was', async () => {
    await until(async () => Math.abs((await bar.boundingBox()).width - 9 * DAY) < 3, 'the bar did not come back')
    const before = await bar.boundingBox()
    const from = await middle(bar)
    await page.mouse.move(from.x, from.y)
    await page.mouse.down()
    await page.mouse.move(from.x + 5 * DAY, from.y, { steps: 8 })
    await page.waitForSelector('.tip')
    await page.keyboard.press('Escape')
    await page.waitForSelector('.tip', { state: 'detached' })
    await page.mouse.up()
    ensure(Math.abs((await bar.boundingBox()).x - before.x) < 2, 'it stands elsewhere')
    ensure(await dates() === `${start} ${end}`, await dates())
  })
  await report.check('plan: Alt and the arrows move it day by day, with Shift its end', async () => {
    await bar.focus()
    await page.keyboard.press('Alt+ArrowRight')
    await page.keyboard.press('Alt+ArrowRight')
    await is(later(start, 2), later(end, 2), 'it was not moved by two days')
    await bar.focus()
    await page.keyboard.press('Alt+Shift+ArrowLeft')
    await is(later(start, 2), later(end, 1), 'the end was not moved')
    await page.keyboard.press('ArrowDown')
    await page.waitForFunction((name) => document.activeElement?.getAttribute('aria-label')?.startsWith(name), `${id} 另一单`)
  })
  await report.check('plan: what is refused goes back, with the reason beside the bar', async () => {
    await withRules(browser, { validations: [{ name: 'held', when: `name contains "${id}" and not is_null(close_date)`, message: { 'zh-CN': '这单的日期已经定了', en: 'fixed' } }] }, async () => {
      const before = await dates()
      const stood = await bar.boundingBox()
      const from = await middle(bar)
      await drag(page, from, { x: from.x + 4 * DAY, y: from.y })
      await page.waitForSelector('.rn:has-text("这单的日期已经定了")')
      await until(async () => Math.abs((await bar.boundingBox()).x - stood.x) < 2, 'the bar stays where it was refused')
      ensure(await dates() === before, await dates())
    })
    await page.keyboard.press('Escape')
    await page.waitForSelector('.rn', { state: 'detached' })
  })
  await report.check('plan: grouped by stage, another scale, a bar opens its record', async () => {
    await page.click('.gb [role=radio]:has-text("阶段")')
    await page.waitForFunction(() => document.querySelectorAll('.names .g').length === 2)
    await page.click('.zoom [role=radio]:has-text("月")')
    await page.waitForURL('**zoom=month**')
    await bar.click()
    await page.waitForURL(`**open=${deal.id}**`)
    await page.waitForSelector('.side dl')
  })
  await report.check('plan: no complaint of the browser', quiet(window))
  await window.close()

  const small = await browser.window({ login: 'sales1', size: PHONE })
  await report.check('phone: the plan scrolls under a thumb, a bar opens its record', async () => {
    await show(small, 'opportunity', at, '.bar')
    ensure(await small.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'the page is wider than the window')
    await small.page.locator(`.bar[data-key="opportunity:${deal.id}"]`).tap()
    await small.page.waitForURL(`**/o/opportunity/${deal.id}`)
    ensure(!small.complaints.length, small.complaints.join('\n'))
  })
  await small.close()
}

async function forms({ browser, report }) {
  const window = await browser.window({ login: 'sales1' })
  const { page } = window
  await report.check('the form of a view is chosen, kept in the address, and saved with it', async () => {
    const name = `板 ${mark()}`
    await show(window, 'opportunity', { view: 'mine' }, '.tbody .row, .empty')
    await page.click('[role=radiogroup] [aria-label="看板"]')
    await page.waitForURL('**mode=kanban**')
    await page.waitForSelector('[data-column]')
    await page.click('.vc button:has-text("另存为")')
    await page.fill('.vf input.in', name)
    await page.click('.vf footer .btn.p')
    await page.waitForSelector(`.tab.on:has-text("${name}")`)
    await page.waitForSelector('[data-column]')
    ensure(!page.url().includes('mode='), page.url())
    const view = await window.one('view', `name = "${name}"`)
    ensure(view.kind === 'kanban', view.kind)
    await window.api('DELETE', `/records/view/${view.id}`)
    ensure(!window.complaints.length, window.complaints.join('\n'))
  })
  await window.close()
}

export async function run(context) {
  for (const part of [board, calendar, map, funnel, gantt, forms].filter((item) => !context.only || item.name === context.only)) {
    try {
      await part(context)
    } catch (error) {
      context.report.fail(part.name, error)
    }
  }
}
