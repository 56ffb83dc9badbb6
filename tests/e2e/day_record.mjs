// A record at a desk: talk about it, its files, its fields' past, its neighbours, a network that goes, the keyboard alone.
import { Buffer } from 'node:buffer'
import { readFileSync } from 'node:fs'
import { ensure, until } from './report.mjs'

const MANAGER = '林若溪'
const mark = () => Date.now().toString(36).slice(-6)
const customer = async (window, name, values = {}) => (await window.api('POST', '/records/customer', { name, ...values })).body
const undo = (page) => page.click('.toast .act:has-text("撤销")')

// Files as they come from outside the browser.
async function drop(page, selector, files) {
  const data = await page.evaluateHandle((list) => {
    const transfer = new DataTransfer()
    for (const [name, type, text] of list) transfer.items.add(new File([text], name, { type }))
    return transfer
  }, files)
  for (const event of ['dragenter', 'dragover', 'drop']) await page.dispatchEvent(selector, event, { dataTransfer: data })
}

async function talk({ browser, report }) {
  const window = await browser.window({ login: 'sales1' })
  const colleague = await browser.window({ login: 'manager' })
  const { page } = window
  const id = mark()
  const record = await customer(window, `要商量的客户${id}`)
  await report.check('a comment names a colleague by pinyin initials; his bell rings at once and opens the record', async () => {
    await colleague.go('/reports')
    const before = await colleague.page.locator('.top .bd').last().textContent().catch(() => '')
    await window.go(`/o/customer/${record.id}`)
    await page.click('.ctab button:has-text("评论")')
    await page.locator('textarea.cta').pressSequentially('请@lrx')
    await page.waitForSelector(`.who .mi.on:has-text("${MANAGER}")`)
    await page.keyboard.press('Enter')
    ensure(await page.inputValue('textarea.cta') === `请@${MANAGER} `, `the text is ${await page.inputValue('textarea.cta')}`)
    await page.keyboard.type(`看一下报价 ${id}`)
    await page.keyboard.press('Control+Enter')
    await page.waitForSelector(`.ev:has-text("看一下报价 ${id}")`)
    const bell = colleague.page.locator('.top button[aria-label*="条未读通知"]')
    await until(async () => await bell.count() && await bell.textContent() !== before, `the bell stays at ${before}`)
    await bell.click()
    await colleague.page.waitForSelector(`.np .nt.unread:has-text("看一下报价 ${id}"), .np .nt.unread:has-text("要商量的客户${id}")`)
    await colleague.page.keyboard.press('ArrowDown')
    await colleague.page.keyboard.press('Enter')
    await colleague.page.waitForURL(`**/o/customer/${record.id}`)
    await colleague.page.waitForSelector(`.ev .bubble:has-text("看一下报价 ${id}")`)
  })
  await report.check('one changes and deletes a comment of one\'s own, others may not; what is deleted can be had back', async () => {
    const entry = page.locator(`.ev:has-text("看一下报价 ${id}")`)
    ensure(await colleague.page.locator(`.ev:has-text("看一下报价 ${id}") button[aria-label="编辑"]`).count() === 0, 'the colleague may edit it')
    await entry.hover()
    await entry.locator('button[aria-label="编辑"]').click()
    await page.waitForSelector('.ee textarea:focus')
    await page.locator('.ee textarea').fill(`@${MANAGER} 报价改好了 ${id}`)
    await page.keyboard.press('Control+Enter')
    const changed = page.locator(`.ev:has-text("报价改好了 ${id}")`)
    await changed.locator('text=改过').waitFor()
    await colleague.page.waitForSelector(`.ev:has-text("报价改好了 ${id}")`)
    await changed.hover()
    await changed.locator('button[aria-label="删除"]').click()
    await changed.waitFor({ state: 'detached' })
    await undo(page)
    await changed.waitFor()
  })
  await report.check('an answer names whom it answers', async () => {
    const entry = colleague.page.locator(`.ev:has-text("报价改好了 ${id}")`)
    await entry.hover()
    await entry.locator('button[aria-label="回复"]').click()
    await until(async () => (await colleague.page.inputValue('textarea.cta')).startsWith('@陈知远 '), 'nobody is named')
    await colleague.page.keyboard.type('好')
    await colleague.page.keyboard.press('Control+Enter')
    await page.waitForSelector('.ev .bubble:has-text("@陈知远")')
  })
  await report.check('no complaint of the browser while two talk', async () => ensure(!window.complaints.concat(colleague.complaints).length, window.complaints.concat(colleague.complaints).join('\n')))
  await colleague.close()
  await window.close()
}

async function files({ browser, report }) {
  const window = await browser.window({ login: 'sales1' })
  const { page } = window
  const record = await customer(window, `有文件的客户${mark()}`)
  const row = page.locator('.fls li')
  await report.check('a file dropped on the page is stored, looked at, renamed and downloaded', async () => {
    await window.go(`/o/customer/${record.id}`)
    await drop(page, '.rp', [['说明.txt', 'text/plain', '先到厂里看一看。']])
    await row.locator('text=说明.txt').waitFor()
    await row.locator('a.nm').click()
    await page.waitForSelector('.vw pre:has-text("先到厂里看一看")')
    await page.keyboard.press('Escape')
    await page.waitForSelector('.vw', { state: 'detached' })
    await row.hover()
    await row.locator('.mo').click()
    await page.click('.pop .mi:has-text("改名")')
    await page.keyboard.type('现场说明')
    await page.keyboard.press('Enter')
    await row.locator('text=现场说明.txt').waitFor()
    await row.hover()
    await row.locator('.mo').click()
    const [download] = await Promise.all([page.waitForEvent('download'), page.click('.pop .mi:has-text("下载文件"), .pop .mi:has-text("下载")')])
    ensure(download.suggestedFilename() === '现场说明.txt', download.suggestedFilename())
    ensure(readFileSync(await download.path(), 'utf8') === '先到厂里看一看。', 'another content')
    await page.waitForSelector('.pop', { state: 'detached' })
  })
  await report.check('a file is deleted, and had back with one press', async () => {
    await row.hover()
    await row.locator('.mo').click()
    await page.click('.pop .mi.danger')
    await page.waitForSelector('.fls li', { state: 'detached' })
    await undo(page)
    await row.locator('text=现场说明.txt').waitFor()
  })
  await report.check('a picture goes with a follow-up', async () => {
    const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64')
    await page.fill('textarea.cta', '现场照片')
    await page.setInputFiles('.cmp input[type=file] >> nth=0', { name: '泵房.png', mimeType: 'image/png', buffer: png })
    await page.waitForSelector('.cmp .ups img')
    await page.keyboard.press('Escape')
    await page.focus('textarea.cta')
    await page.keyboard.press('Control+Enter')
    await page.waitForSelector('.ev:has-text("现场照片") img, .ev:has-text("现场照片"):has-text("泵房.png")')
    await page.waitForSelector('.cmp .ups', { state: 'detached' })
  })
  await report.check('no complaint of the browser about files', async () => ensure(!window.complaints.length, window.complaints.join('\n')))
  await window.close()
}

async function facts({ browser, report }) {
  const window = await browser.window({ login: 'sales1' })
  const { page } = window
  const id = mark()
  const record = await customer(window, `有来历的客户${id}`, { short_name: '旧名' })
  const fact = (name) => page.locator(`[data-field=${name}]`)
  await report.check('a field tells who changed it, from what to what', async () => {
    await window.api('PATCH', `/records/customer/${record.id}`, { short_name: '新名' })
    await window.go(`/o/customer/${record.id}`)
    await fact('short_name').hover()
    await fact('short_name').locator('.hist').click()
    const line = page.locator('.fh li').first()
    await line.locator('.from:has-text("旧名")').waitFor()
    ensure((await line.locator('.to').textContent()).includes('新名') && (await line.textContent()).includes('陈知远'), await line.textContent())
    await page.keyboard.press('Escape')
    await page.waitForSelector('.fh', { state: 'detached' })
    await fact('short_name').hover()
    await page.keyboard.press('h')
    await page.waitForSelector('.fh li')
    await page.keyboard.press('Escape')
    ensure(page.url().endsWith(`/o/customer/${record.id}`), 'Esc left the page')
  })
  await report.check('a related list: one more is made in place, its cell is changed, refused and put right', async () => {
    const list = page.locator('.rel.rsec:has(header b:text-is("联系人"))')
    await list.locator('header button').click()
    await list.locator('input').first().fill(`何清越${id}`)
    const phone = list.locator('#f-contact-phone')
    await phone.fill('13800571234')
    await page.keyboard.press('Control+Enter')
    const row = list.locator(`.rl:has-text("何清越${id}")`)
    await row.waitFor()
    await row.locator('.ed1').last().click()
    const editor = page.locator('.pop .ed')
    await editor.locator('input').fill('不是电话')
    await page.keyboard.press('Enter')
    await editor.locator('.err').waitFor()
    await editor.locator('input').fill('13900571234')
    await page.keyboard.press('Enter')
    await editor.waitFor({ state: 'detached' })
    await until(async () => (await row.textContent()).replace(/\s/g, '').includes('13900571234'), 'the row shows the old number')
  })
  await report.check('two save the same field: mine, theirs and before are shown, and theirs can stay', async () => {
    await fact('short_name').locator('.val').click()
    await fact('short_name').locator('input').fill('我的名')
    await window.api('PATCH', `/records/customer/${record.id}`, { short_name: '对方名', employees: 7 })
    await until(async () => (await page.locator('[data-field=employees]').textContent()).includes('7'), 'what the other saved does not arrive')
    await fact('short_name').locator('input').press('Enter')
    const options = page.locator('.modal .cf .opt')
    await options.first().waitFor()
    const said = (await options.allTextContents()).map((text) => text.trim())
    ensure(said.length === 3 && said[0].includes('我的名') && said[1].includes('对方名') && said[2].includes('新名'), said.join(' | '))
    await page.click('.modal footer .btn:has-text("都用对方的")')
    await page.waitForSelector('.modal', { state: 'detached' })
    await fact('short_name').locator('.val:has-text("对方名")').waitFor()
    ensure((await window.api('GET', `/records/customer/${record.id}`)).body.short_name === '对方名', 'mine was saved')
  })
  await report.check('no complaint of the browser about fields', async () => ensure(!window.complaints.length, window.complaints.join('\n')))
  await window.close()
}

async function order({ browser, report }) {
  const window = await browser.window({ login: 'manager' })
  const { page } = window
  await report.check('previous and next follow the list one came from, and the list is found again where it was left', async () => {
    await window.go('/o/customer?view=all&sort=name')
    const rows = (await window.api('GET', '/records/customer?sort=name&limit=60&fields=id,name')).body.items
    await page.evaluate(() => document.querySelector('.tw').scrollTo(0, 36 * 30))
    const name = page.locator(`.tbody .row:has-text("${rows[36].name}") .name`)
    await name.click()
    await page.click('.side a[aria-label="整页打开"]')
    await page.waitForURL(`**/o/customer/${rows[36].id}`)
    await page.waitForSelector('.rh .st:has-text("37 /")')
    await page.keyboard.press(']')
    await page.waitForURL(`**/o/customer/${rows[37].id}`)
    await page.waitForSelector(`h1:has-text("${rows[37].name}")`)
    await page.keyboard.press('[')
    await page.waitForURL(`**/o/customer/${rows[36].id}`)
    await page.keyboard.press('[')
    await page.waitForURL(`**/o/customer/${rows[35].id}`)
    await page.waitForSelector('.rh .st:has-text("36 /")')
    await page.keyboard.press('Escape')
    await page.waitForURL('**/o/customer?**')
    await page.waitForSelector('.tbody .row')
    const there = async () => await page.evaluate(() => document.querySelector('.tw')?.scrollTop ?? 0) > 36 * 20
    await until(there, 'the list stands at its beginning', 5000)
    await page.waitForSelector(`.tbody .row:has-text("${rows[35].name}")`)
  })
  await report.check('the neighbours are known after a reload too', async () => {
    await page.click('.side a[aria-label="整页打开"]')
    await page.waitForURL(/\/o\/customer\/\d+$/)
    await page.reload()
    await page.waitForSelector('.rh .st:has-text("/")')
    const here = page.url()
    await page.keyboard.press(']')
    await page.waitForURL((url) => url.href !== here && /\/o\/customer\/\d+$/.test(url.pathname))
  })
  await report.check('no complaint of the browser between records', async () => ensure(!window.complaints.length, window.complaints.join('\n')))
  await window.close()
}

async function network({ browser, report }) {
  const window = await browser.window({ login: 'sales1' })
  const { page } = window
  const id = mark()
  const record = await customer(window, `断线的客户${id}`)
  const written = async (text) => (await window.api('GET', `/records/activity?filter=${encodeURIComponent(`content = "${text}"`)}&limit=9`)).body.items.length
  await report.check('the session ends: one signs in on the spot, and what was asked is done, once', async () => {
    await window.go(`/o/customer/${record.id}`)
    await page.fill('textarea.cta', `过期时写的 ${id}`)
    await page.context().clearCookies()
    await page.keyboard.press('Control+Enter')
    await page.waitForSelector('#again-password')
    await page.fill('#again-password', 'wrong-password')
    await page.keyboard.press('Enter')
    await page.waitForSelector('.modal .err')
    await page.fill('#again-password', 'haike-demo')
    await page.keyboard.press('Enter')
    await page.waitForSelector('.modal', { state: 'detached' })
    await page.waitForSelector(`.ev:has-text("过期时写的 ${id}")`)
    ensure(await written(`过期时写的 ${id}`) === 1, 'it is not there once')
    ensure(page.url().endsWith(`/o/customer/${record.id}`), 'the page was left')
  })
  await report.check('the session ends while a field is edited: the value is saved after signing in', async () => {
    const fact = page.locator('[data-field=short_name]')
    await fact.locator('.val').click()
    await fact.locator('input').fill(`续上${id}`)
    await page.context().clearCookies()
    await fact.locator('input').press('Enter')
    await page.fill('#again-password', 'haike-demo')
    await page.keyboard.press('Enter')
    await page.waitForSelector('.modal', { state: 'detached' })
    await fact.locator(`.val:has-text("续上${id}")`).waitFor()
    ensure((await window.api('GET', `/records/customer/${record.id}`)).body.short_name === `续上${id}`, 'it was not saved')
  })
  await report.check('without a network the composer keeps what is written and sends it later, once', async () => {
    await page.context().setOffline(true)
    await page.fill('textarea.cta', `没有网络时写的 ${id}`)
    await page.focus('textarea.cta')
    await page.keyboard.press('Control+Enter')
    await page.waitForSelector(`.oe.waiting:has-text("没有网络时写的 ${id}")`)
    await page.waitForSelector('.lines .soon')
    ensure(await page.inputValue('textarea.cta') === '', 'the composer is not free for the next')
    await page.context().setOffline(false)
    await page.waitForSelector(`.ev:has-text("没有网络时写的 ${id}")`)
    await page.waitForSelector('.oe', { state: 'detached' })
    await page.waitForSelector('.lines .soon', { state: 'detached', timeout: 40_000 })
    ensure(await written(`没有网络时写的 ${id}`) === 1, 'it is not there once')
  })
  await report.check('what could not be sent outlives a reload', async () => {
    await page.route('**/api/v1/records/activity', (route) => (route.request().method() === 'POST' ? route.abort() : route.continue()))
    await page.fill('textarea.cta', `重新打开后才发出 ${id}`)
    await page.focus('textarea.cta')
    await page.keyboard.press('Control+Enter')
    await page.waitForSelector('.oe.waiting')
    await page.unroute('**/api/v1/records/activity')
    await page.reload()
    await page.waitForSelector(`.ev:has-text("重新打开后才发出 ${id}")`)
    await until(async () => await written(`重新打开后才发出 ${id}`) === 1, 'it is not there once')
  })
  await window.close()
}

async function keyboard({ browser, report }) {
  const window = await browser.window({ login: 'sales1' })
  const { page } = window
  const id = mark()
  const record = await customer(window, `只用键盘${id}`, { phone: '0571-88001111' })
  const focused = (selector) => page.evaluate((wanted) => document.activeElement?.matches(wanted) ?? false, selector)
  const tabTo = async (selector, back = false) => {
    for (let step = 0; step < 160; step++) {
      if (await focused(selector)) return
      await page.keyboard.press(back ? 'Shift+Tab' : 'Tab')
    }
    throw new Error(`Tab does not reach ${selector}`)
  }
  await report.check('a record from list to list by keyboard alone: open, edit, write, relate, look, leave', async () => {
    await window.go(`/o/customer?view=mine&filter=${encodeURIComponent(`name = "只用键盘${id}"`)}`)
    await page.waitForSelector('.tbody .row')
    await page.keyboard.press('j')
    await page.keyboard.press('Enter')
    await page.waitForSelector('.side dl')
    await page.keyboard.press('Control+Enter')
    await page.waitForURL(`**/o/customer/${record.id}`)
    await page.waitForSelector('.r3')
    await page.keyboard.press('e')
    await until(() => focused('[data-field=name] input'), 'e edits nothing')
    await page.keyboard.press('Tab')
    await until(() => focused('[data-field=short_name] input'), 'Tab does not go on to the next field')
    await page.keyboard.type(`键盘${id}`)
    await page.keyboard.press('Enter')
    await page.waitForSelector(`[data-field=short_name] .val:has-text("键盘${id}")`)
    await tabTo('textarea.cta')
    await page.keyboard.type(`键盘写的跟进 ${id}`)
    await page.keyboard.press('Control+Enter')
    await page.waitForSelector(`.ev:has-text("键盘写的跟进 ${id}")`)
    await tabTo('.rel header button[aria-label="新建联系人"]')
    await page.keyboard.press('Enter')
    await page.waitForSelector('.rel .compact input')
    await until(() => focused('.rel .compact input'), 'the form has no focus')
    await page.keyboard.type(`键盘联系人${id}`)
    await page.keyboard.press('Control+Enter')
    await page.waitForSelector(`.rl:has-text("键盘联系人${id}")`)
    await tabTo('.rl a.nm', await focused('body') ? false : true).catch(() => tabTo('.rl a.nm'))
    await page.keyboard.press('Enter')
    await page.waitForSelector('.side dl')
    await page.keyboard.press('Escape')
    await page.waitForSelector('.side', { state: 'detached' })
    await page.keyboard.press('Escape')
    await page.waitForURL('**/o/customer?**')
  })
  await report.check('Tab goes through a whole record and shows where it is', async () => {
    await window.go(`/o/customer/${record.id}`)
    const seen = new Set()
    const hidden = new Set()
    for (let step = 0; step < 200; step++) {
      await page.keyboard.press('Tab')
      const at = await page.evaluate(() => {
        const element = document.activeElement
        if (!element || element === document.body) return null
        const box = element.getBoundingClientRect()
        const shadow = getComputedStyle(element).boxShadow + getComputedStyle(element).outlineStyle + getComputedStyle(element.closest('.cmp, .combo, .find, .in, dd') ?? element).boxShadow
        return { where: element.closest('[role=separator]') ? 'edge' : element.closest('.nav') ? 'nav' : element.closest('.top') ? 'top' : element.closest('.rh') ? 'head' : element.closest('.fl') ? 'facts' : element.closest('.mid') ? 'middle' : element.closest('.fr') ? 'related' : 'other', small: box.width < 2 && box.height < 2, marked: shadow !== 'nonenonenone', what: element.outerHTML.slice(0, 110) }
      })
      if (!at) break
      seen.add(at.where)
      if (at.where !== 'edge' && (at.small || !at.marked)) hidden.add(at.what)
    }
    for (const part of ['head', 'facts', 'middle', 'related']) ensure(seen.has(part), `${part} is not reached: ${[...seen].join()}`)
    ensure(!hidden.size, [...hidden].slice(0, 5).join('\n'))
  })
  await window.close()
}

export const parts = { talk, files, facts, order, network, keyboard }
