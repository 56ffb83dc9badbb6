// An administrator changes how an object looks: fields with live checks, layout by keyboard and drag, rules that refuse, views; others cannot.
import { ensure } from './report.mjs'

const mark = () => Date.now().toString(36).slice(-5)

async function fields({ page, window, report }, id) {
  await report.check('a new field is made, its formula checked while it is typed', async () => {
    await window.go('/o/opportunity')
    await page.click('.head a[href="/design/opportunity"]')
    await page.click('.tool .btn')
    await page.click('.ff .combo >> nth=0')
    await page.keyboard.type('公式')
    await page.keyboard.press('Enter')
    await page.fill('#ff-label-zh', `净额${id}`)
    await page.fill('#ff-label-en', `Net ${id}`)
    ensure((await page.inputValue('#ff-name')) === `net_${id}`, `the name is ${await page.inputValue('#ff-name')}`)
    await page.fill('#ff-expression', 'amount * (1 - nonsense)')
    await page.waitForSelector('.ei mark')
    ensure((await page.textContent('.ei mark')) === 'n', 'the mark stands elsewhere')
    await page.click('.ff footer .btn.p')
    await page.waitForSelector('.ff .err')
    ensure((await page.inputValue('#ff-expression')).includes('nonsense'), 'what was typed is gone')
    await page.fill('#ff-expression', 'amount * (1 - 0.1)')
    await page.waitForSelector('.ei .said .ok')
    await page.click('.ff footer .btn.p')
    await page.waitForSelector(`.ls .mi[aria-current=true]:has-text("净额${id}")`)
  })
  await report.check('names are proposed by label while an expression is written', async () => {
    await page.fill('#ff-expression', '')
    await page.locator('#ff-expression').pressSequentially('prob')
    await page.waitForSelector('.names .mi')
    await page.keyboard.press('Enter')
    ensure((await page.inputValue('#ff-expression')) === 'probability', await page.inputValue('#ff-expression'))
    await page.fill('#ff-expression', 'amount * (1 - 0.1)')
  })
}

async function layout({ page, window, report }, id) {
  await report.check('layout: a section with two columns, a field moved by keyboard, saved, seen on the record', async () => {
    const deal = await window.one('opportunity', 'stage = "proposal"')
    await window.go('/design/opportunity?tab=layout')
    await page.click('.cv > .btn')
    await page.fill('[id^=se-][id$=-zh]', `交付${id}`)
    await page.click('.ins .seg button >> nth=1')
    await page.click(`.lf .chip:has-text("净额${id}") button`)
    const chip = page.locator(`.sc .chip:has-text("净额${id}") .sp`)
    await chip.click()
    await page.keyboard.press('Alt+ArrowUp')
    await page.waitForTimeout(100)
    ensure(await page.locator(`.sc:last-of-type .chip:has-text("净额${id}")`).count() === 0, 'it did not leave its section')
    await page.keyboard.press('Alt+ArrowDown')
    await page.click('.head .btn.p')
    await page.waitForSelector('.head .btn.p', { state: 'detached' })
    await window.go(`/o/opportunity/${deal.id}`)
    await page.waitForSelector(`text=交付${id}`)
    await page.waitForSelector(`text=净额${id}`)
  })
  await report.check('layout: dragging moves a field to another section', async () => {
    await window.go('/design/opportunity?tab=layout')
    const first = page.locator('.sc >> nth=0')
    const name = (await first.locator('.chip').nth(1).innerText()).trim()
    const from = await first.locator('.chip').nth(1).boundingBox()
    const to = await page.locator('.sc >> nth=1').locator('.chip').first().boundingBox()
    await page.mouse.move(from.x + 60, from.y + 12)
    await page.mouse.down()
    await page.mouse.move(from.x + 62, from.y + 30, { steps: 4 })
    await page.mouse.move(to.x + 60, to.y + 6, { steps: 12 })
    await page.waitForTimeout(200) // where it hovers is looked at twenty times a second
    await page.mouse.up()
    await page.waitForSelector(`.sc >> nth=1 >> .chip:has-text("${name.split('\n')[0]}")`)
    await page.click('.head .btn.q')
    await page.waitForSelector('.head .btn.p', { state: 'detached' })
  })
  await report.check('layout: seen as a role, with a real record', async () => {
    await page.click('.bar .btn[aria-pressed]')
    await page.waitForSelector('.pv .pair')
    await page.click('.pv .combo >> nth=0')
    await page.keyboard.type('客服')
    await page.keyboard.press('Enter')
    await page.waitForFunction(() => document.querySelectorAll('.pv .pair .lucide-lock').length > 3 || document.querySelector('.pv .empty, .pv [class*=empty]'))
  })
}

async function layouts({ page, window, report, browser }, id) {
  await report.check('layout: one role has another page for one kind of record, and only there', async () => {
    await window.go('/design/customer?tab=layout')
    await page.click('.bar button:has-text("新建布局")')
    await page.fill('[id^=ly-label][id$=-zh]', `伙伴${id}`)
    await page.click('.who .combo >> nth=0')
    await page.keyboard.type('销售')
    await page.waitForSelector('.list[data-floating] .mi:has(:text-is("销售"))')
    await page.click('.list[data-floating] .mi:has(:text-is("销售"))')
    await page.keyboard.press('Escape')
    if (!await page.locator('#ly-when').count()) await page.click('.bar .btn:has-text("给谁用")')
    await page.fill('#ly-when', 'type = "partnr"')
    await page.waitForSelector('.who .ei .said')
    await page.fill('#ly-when', 'type = "partner"')
    await page.waitForSelector('.who .said .ok')
    await page.keyboard.press('Escape')
    await page.locator('.sc >> nth=0').locator('header').click()
    await page.fill('[id^=se-][id$=-zh]', `伙伴资料${id}`)
    await page.click('.head .btn.p')
    await page.waitForSelector('.head .btn.p', { state: 'detached' })
    const rep = await browser.window({ login: 'sales1' })
    const manager = await browser.window({ login: 'manager' })
    try {
      const [partner, user] = await Promise.all(['partner', 'end_user'].map(async (type) => (await rep.api('POST', '/records/customer', { name: `布局 ${type} ${id}`, type })).body))
      // who has a layout of his own is answered which one it is
      const titles = async (who, record) => {
        const own = (await who.api('GET', '/meta/objects/customer')).body.layouts?.length
        const answered = own ? who.page.waitForResponse((response) => response.url().endsWith('/records/customer/form')) : null
        await who.go(`/o/customer/${record.id}`)
        await answered
        await who.settled()
        return (await who.page.locator('.fl .sh').allInnerTexts()).join()
      }
      ensure((await titles(rep, partner)).includes(`伙伴资料${id}`), await titles(rep, partner))
      ensure(!(await titles(rep, user)).includes(`伙伴资料${id}`), 'another kind of record has it')
      ensure(!(await titles(manager, partner)).includes(`伙伴资料${id}`), 'another role has it')
      await rep.go('/o/customer/new')
      await rep.page.click('#f-customer-type')
      await rep.page.click('.floaty.list .mi:has-text("合作伙伴")')
      await rep.page.waitForSelector(`.sec:has-text("伙伴资料${id}")`)
    } finally {
      await window.api('PATCH', '/meta/objects/customer', { layouts: null })
      await rep.close()
      await manager.close()
    }
  })
  await report.check('the designers are reached from the pages they change', async () => {
    const record = await window.one('customer', 'id > 0')
    for (const path of [`/o/customer/${record.id}`, '/o/customer/new', '/o/customer']) {
      await window.go(path)
      if (path.endsWith(String(record.id))) await page.click('header .acts .ib')
      await page.locator('a[href^="/design/customer"]').first().click()
      await page.waitForURL('**/design/customer**')
    }
    const rep = await browser.window({ login: 'sales1' })
    await rep.go('/o/customer/new')
    ensure(await rep.page.locator('a[href^="/design/"]').count() === 0, 'a rep is offered it')
    await rep.close()
  })
}

async function rules({ page, window, report, browser }, id) {
  await report.check('a rule demands, a check refuses: in the browser and by the API', async () => {
    await window.go('/design/lead?tab=rules')
    await page.click('section >> nth=0 >> .rl > .btn')
    await page.click('.rule .fc2')
    await page.keyboard.type('邮箱')
    await page.keyboard.press('Enter')
    await page.fill('#rule-0', 'source = "exhibition"')
    await page.click('.add')
    await page.fill('#va-0', `name contains "禁用${id}"`)
    await page.fill('#va-message-0-zh', '这个名字不能用')
    await page.waitForSelector('section >> nth=1 >> .said .ok')
    await page.click('.head .btn.p')
    await page.waitForSelector('.head .btn.p', { state: 'detached' })
    const rep = await browser.window({ login: 'sales1' })
    const refused = await rep.api('POST', '/records/lead', { name: `禁用${id}`, source: 'exhibition' })
    ensure(refused.status === 422, `status ${refused.status}`)
    ensure(refused.body.errors.some((error) => error.field === 'email') && refused.body.errors.some((error) => error.message === '这个名字不能用'), JSON.stringify(refused.body.errors))
    await rep.go('/o/lead/new')
    await rep.page.fill('#f-lead-name', `禁用${id}`)
    await rep.page.keyboard.press('Control+Enter')
    await rep.page.waitForSelector('text=这个名字不能用')
    ensure((await rep.page.inputValue('#f-lead-name')) === `禁用${id}`, 'what was typed is gone')
    await rep.close()
    await window.api('PATCH', '/meta/objects/lead', { rules: null, validations: null })
  })
  await report.check('only administrators reach the designers', async () => {
    const rep = await browser.window({ login: 'manager' })
    await rep.go('/design/customer')
    ensure(await rep.page.locator('.tabs .tab').count() === 0, 'the designer is shown')
    ensure((await rep.api('PATCH', '/meta/objects/customer', { label: 'x' })).status === 403, 'the API lets him')
    await rep.close()
  })
}

async function views({ page, window, report, browser }, id) {
  await report.check('a view made by the administrator is a tab for everybody', async () => {
    await window.go('/design/customer?tab=views')
    await page.click('.lf > .btn')
    await page.fill('#vw-label-zh', `工业${id}`)
    await page.fill('#vw-filter', 'industry = "C"')
    await page.waitForSelector('.said .ok')
    await page.click('.head .btn.p')
    await page.waitForSelector('.head .btn.p', { state: 'detached' })
    const rep = await browser.window({ login: 'sales1' })
    await rep.go('/o/customer')
    await rep.page.waitForSelector(`.tab:has-text("工业${id}"), .tabs :text("工业${id}")`, { state: 'attached' })
    await rep.close()
  })
  await report.check('unsaved changes are asked about once', async () => {
    await page.fill('#vw-label-zh', '没有保存')
    let asked = 0
    page.once('dialog', (dialog) => { asked++; void dialog.dismiss() })
    await page.click('.nav >> text=今日')
    await page.waitForTimeout(300)
    ensure(asked === 1 && page.url().includes('/design/customer'), 'left without asking')
    await page.click('.head .btn.q')
  })
}

export async function run({ browser, report, only }) {
  const window = await browser.window({ login: 'admin' })
  const id = mark()
  const context = { page: window.page, window, report, browser }
  for (const [name, part] of Object.entries({ fields, layout, layouts, rules, views })) if (!only || only === name || name === 'fields') await part(context, id)
  await report.check('designers: no complaint of the browser', async () => ensure(!window.complaints.length, window.complaints.join('\n')))
  await window.close()
}
