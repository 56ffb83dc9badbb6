// Sales modes: a deal on its way through the gates, on its page and on the board; an administrator sets up and changes a mode while deals are running.
import { PHONE } from './browser.mjs'
import { accessible, fits, thumbs } from './layout.mjs'
import { ensure, until } from './report.mjs'
import { create, listAt, mark, named, read } from './steps.mjs'

// A colleague of a department that sells by the demo company's mode 产品供货.
const REP = 'dingruogu'

async function parties(window, id) {
  const customer = await create(window, 'customer', { name: `${id} 泵站` })
  const contact = await create(window, 'contact', { name: `${id} 联系人`, customer: customer.id })
  const product = (await window.api('GET', '/records/product?limit=1&sort=name')).body.items[0]
  return { customer: customer.id, contact: contact.id, product: product.id }
}

async function path({ browser, report }) {
  const window = await browser.window({ login: REP })
  const { page } = window
  const id = mark()
  const { contact, ...who } = await parties(window, id)
  const deal = await create(window, 'opportunity', { name: `${id} 供货`, close_date: '2027-06-30', ...who })
  const step = (key) => page.locator(`[data-step=${key}]`)
  await report.check('path: the stages are the mode\'s, with guidance; what is missing is asked in place', async () => {
    ensure(deal.mode?.name === '产品供货' && deal.probability === 0.2, JSON.stringify([deal.mode, deal.probability]))
    await window.go(`/o/opportunity/${deal.id}`)
    await page.waitForSelector('.path li.cur:has-text("询价")')
    await page.click('.gd')
    await page.waitForSelector('.gd .whole:has-text("两小时内回电")')
    await step('qualified').locator('.lk:has-text("1")').waitFor()
    await step('qualified').click()
    await page.waitForSelector('.pw .ask #action-amount')
    await window.picture('process-ask-1440-light')
    await fits(page)
    await accessible(page)
    await page.click('.pw .ask button[type=submit]')
    await page.waitForSelector('.pw .ask .err')
    await page.fill('#action-amount', '86000')
    await page.click('.pw .ask button[type=submit]')
    await page.waitForSelector('.path li.cur:has-text("选型")')
    ensure((await read(window, 'opportunity', deal.id)).amount === 86000, 'the amount was not saved')
  })
  await report.check('path: a task that must be done stands in the way, is ticked there, and the deal goes on', async () => {
    await step('proposal').click()
    await page.waitForSelector('.bl li:has-text("发选型单给客户确认")')
    await window.picture('process-task-1440-light')
    await page.click('.bl li:has-text("发选型单给客户确认") .tk')
    await page.waitForSelector('.path li.cur:has-text("报价")')
    ensure((await read(window, 'opportunity', deal.id)).stage === 'proposal', 'the stage did not change')
  })
  await report.check('timeline: a change of stage stands once, with how long it was', async () => {
    await page.waitForSelector('.ev:has-text("询价 → 选型"):has-text("停留不到一天")')
    ensure(await page.locator('.ev:has-text("询价 → 选型")').count() === 1, 'it stands twice')
  })
  await report.check('path: going back asks nothing; the server refuses what is not there at the API too', async () => {
    await step('initial').click()
    await page.waitForSelector('.path li.cur:has-text("询价")')
    const refused = await window.api('PATCH', `/records/opportunity/${deal.id}`, { stage: 'negotiation', close_date: null })
    ensure(refused.status === 422 && refused.body.errors.some((error) => error.field === 'close_date'), JSON.stringify(refused.body))
    ensure(!window.complaints.length, window.complaints.join('\n'))
  })
  await window.close()
  const phone = await browser.window({ login: REP, size: PHONE, lang: 'en', theme: 'dark' })
  await report.check('path: under a thumb, in English and in the dark', async () => {
    await create(phone, 'task', { title: `${id} x` })
    await phone.go(`/o/opportunity/${deal.id}`)
    await phone.page.waitForSelector('.path li.cur')
    await phone.page.click('[data-step=negotiation]')
    await phone.page.waitForSelector('.pw .ask')
    await phone.picture('process-path-390-dark')
    await fits(phone.page)
    await thumbs(phone.page)
    await accessible(phone.page)
  })
  await phone.close()
}

async function board({ browser, report }) {
  const window = await browser.window({ login: REP })
  const { page } = window
  const id = mark()
  const { contact, ...who } = await parties(window, id)
  const deal = await create(window, 'opportunity', { name: `${id} 看板`, amount: 5000, close_date: '2027-06-30', ...who })
  ensure((await window.api('PATCH', `/records/opportunity/${deal.id}`, { stage: 'qualified' })).status === 200, 'not moved')
  const card = (key) => page.locator(`[data-column=${key}] article[aria-label="${id} 看板"]`)
  await report.check('board: of one mode it has its stages; a card that may not go returns and says why', async () => {
    await window.go(listAt('opportunity', { view: 'all', mode: 'kanban', filter: `mode = ${deal.mode.id} and ${named(id)}` }))
    await page.waitForSelector('[data-column=qualified] header:has-text("选型")')
    await card('qualified').focus()
    await page.keyboard.press('Control+ArrowRight')
    await card('qualified').locator('.rf:has-text("发选型单给客户确认")').waitFor()
    await window.picture('process-board-1440-light')
    await accessible(page)
    ensure((await read(window, 'opportunity', deal.id)).stage === 'qualified', 'it was moved')
    await card('qualified').locator('.rf .ib').click()
    await card('qualified').locator('.rf').waitFor({ state: 'detached' })
  })
  await report.check('funnel: of one mode it has its stages', async () => {
    await window.go(listAt('opportunity', { view: 'funnel', mode: 'funnel', filter: `mode = ${deal.mode.id}` }))
    await page.waitForSelector('.fnl li:has-text("签约谈判")')
  })
  await window.close()
}

async function setup({ browser, report }) {
  const window = await browser.window({ login: 'admin' })
  const { page } = window
  const id = mark()
  const field = (await window.api('GET', '/meta/objects/opportunity?labels=all')).body.fields.find((item) => item.name === 'stage')
  const bar = page.locator('.bar')
  try {
    await report.check('settings: a mode is made from the stages that there are', async () => {
      await window.go('/settings#process')
      await page.waitForSelector('#process a:has-text("产品供货")')
      await page.click('#process button:has-text("新建销售模式")')
      await page.fill('#mode-name', `市场 ${id}`)
      await page.click('#process button[type=submit]')
      await page.waitForURL(/sales-modes\/\d+$/)
      await page.waitForSelector('.sl li:has-text("初步接洽")')
      await window.settled()
      await fits(page)
      await accessible(page)
    })
    const mode = Number(page.url().split('/').at(-1))
    await report.check('mode: fields, conditions and tasks of a stage are set where it stands, and saved together', async () => {
      await page.click('.sl li:has-text("初步接洽") .hd')
      const stage = page.locator('.sl li:has-text("初步接洽")')
      await stage.locator('.grid input').first().fill('摸底')
      await page.click('.se [aria-label="推进前必填"]')
      await page.keyboard.type('金额')
      await page.keyboard.press('Enter')
      await page.keyboard.press('Escape')
      await page.fill('.se textarea.mono', 'amount > nothing')
      await page.waitForSelector('.se .said .now')
      await page.fill('.se textarea.mono', 'amount > 100')
      await page.click('.se button:has-text("加一项任务")')
      await page.fill('.tk input', '先打个电话')
      await bar.locator('text=都不受影响').waitFor()
      await window.picture('process-mode-1440-light')
      await accessible(page)
      await bar.locator('.btn.p').click()
      await bar.waitFor({ state: 'detached' })
      const saved = (await window.api('GET', `/records/sales_stage?fields=id,label,exit_criteria,required_fields&filter=${encodeURIComponent(`mode = ${mode}`)}&sort=order`)).body.items[0]
      ensure(saved.label === '摸底' && saved.exit_criteria === 'amount > 100' && saved.required_fields.join() === 'amount', JSON.stringify(saved))
      ensure((await window.api('GET', `/records/stage_task?filter=${encodeURIComponent(`stage = ${saved.id}`)}`)).body.items[0]?.title === '先打个电话', 'no task')
    })
    await report.check('mode: stages are moved by keys, a new one stands before the ends', async () => {
      await page.focus('.sl li:has-text("需求确认") .hd')
      await page.keyboard.press('Alt+ArrowDown')
      await page.waitForFunction(() => [...document.querySelectorAll('.sl > ul > li')].findIndex((item) => item.textContent.includes('需求确认')) === 2)
      await page.click('.sl .add')
      await page.keyboard.type(`试样 ${id}`)
      await bar.locator('.btn.p').click()
      await bar.waitFor({ state: 'detached' })
      const stages = (await window.api('GET', `/records/sales_stage?filter=${encodeURIComponent(`mode = ${mode}`)}&sort=order`)).body.items
      ensure(stages.map((item) => item.label).join() === `摸底,方案报价,需求确认,商务谈判,试样 ${id},赢单,输单`, stages.map((item) => item.label).join())
      ensure(/^stage_\d+$/.test(stages[4].key), stages[4].key)
    })
    await report.check('mode: retiring a stage tells what stays in it; they are moved, and that is taken back', async () => {
      await window.api('PATCH', `/records/sales_mode/${mode}`, { active: true })
      const deal = await create(window, 'opportunity', { name: `${id} 在途`, mode, amount: 500 })
      await window.go(`/settings/sales-modes/${mode}`)
      await page.waitForSelector('.sl li:has-text("摸底"):has-text("在途 1")')
      await page.click('.sl li:has-text("摸底") .rt input')
      await bar.locator('b:has-text("1 单停在已停用的阶段")').waitFor()
      await window.picture('process-retire-1440-light')
      await bar.locator('.btn.p').click()
      await bar.waitFor({ state: 'detached' })
      await page.selectOption('.mv select', { label: '方案报价' })
      await page.click('.mv .btn')
      await until(async () => (await read(window, 'opportunity', deal.id)).stage === 'proposal', 'it was not moved')
      await page.click('.toast button:has-text("撤销")')
      await until(async () => (await read(window, 'opportunity', deal.id)).stage === 'initial', 'it was not taken back')
      ensure(!window.complaints.length, window.complaints.join('\n'))
    })
    await report.check('mode: the time in its stages is a report', async () => {
      await window.go('/reports')
      await page.waitForSelector('section:has-text("各阶段停留") .chart')
      await page.locator('section:has-text("各阶段停留")').last().scrollIntoViewIfNeeded()
      await window.picture('process-dwell-1440-light')
    })
    const phone = await browser.window({ login: 'admin', size: PHONE, lang: 'en', theme: 'dark' })
    await report.check('mode: on a phone, in English and in the dark', async () => {
      await phone.go(`/settings/sales-modes/${mode}`)
      await phone.page.waitForSelector('.sl li')
      await phone.page.click('.sl .hd >> nth=0')
      await phone.page.waitForSelector('.se')
      await phone.picture('process-mode-390-dark')
      await fits(phone.page)
      await thumbs(phone.page)
      await accessible(phone.page)
    })
    await phone.close()
    await window.api('PATCH', `/records/sales_mode/${mode}`, { active: false })
  } finally {
    // what a new stage brought into the field is retired again
    await window.api('PATCH', '/meta/objects/opportunity/fields/stage', { options: field.options })
    await window.close()
  }
}

export async function run(context) {
  for (const part of [path, board, setup].filter((item) => !context.only || item.name === context.only)) {
    try {
      await part(context)
    } catch (error) {
      context.report.fail(part.name, error)
    }
  }
}
