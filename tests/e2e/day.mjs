// A working day at a desk: records and the calendar (day_record, day_calendar), tasks, notices, the palette, the home page, the navigation.
import { calendar } from './day_calendar.mjs'
import { parts as record } from './day_record.mjs'
import { ensure, until } from './report.mjs'

const mark = () => Date.now().toString(36).slice(-6)
const undo = (page) => page.click('.toast .act:has-text("撤销")')
const wire = (date) => date.toISOString().replace(/\.\d{3}Z$/, 'Z')
/** Days from today in Shanghai, at an hour there. */
function day(ahead, hour) {
  const now = new Date(Date.now() + 8 * 3600000)
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() + ahead, hour - 8))
}

async function tasks({ browser, report }) {
  const window = await browser.window({ login: 'sales1' })
  const { page } = window
  const id = mark()
  const row = (title, on = page) => on.locator(`.tr:has(.n:text-is("${title}"))`)
  const group = (title) => page.locator('.tgs section', { has: page.locator(`.tr:has(.n:text-is("${title}"))`) }).locator('h2')
  const saved = (title) => window.one('task', `title = "${title}"`)
  await report.check('one line makes a task: what was understood is shown before it is saved', async () => {
    await window.go('/tasks')
    await page.keyboard.press('c')
    await page.keyboard.type(`明天下午3点 给王总${id}打电话 !高`)
    const chips = page.locator('.qa .chips')
    await chips.locator('.ch:has-text("明天"):has-text("15:00")').waitFor()
    await chips.locator('.ch:has-text("高")').waitFor()
    ensure((await chips.locator('.ti').textContent()).trim() === `给王总${id}打电话`, await chips.locator('.ti').textContent())
    await page.screenshot({ path: 'build/pictures/tasks-line-1440-light.png' })
    await page.keyboard.press('Enter')
    await row(`给王总${id}打电话`).waitFor()
    const task = await saved(`给王总${id}打电话`)
    ensure(task.priority === 'high' && wire(new Date(task.due_at)) === wire(day(1, 15)), `${task.priority}, ${task.due_at}`)
  })
  await report.check('a part that was not meant goes back into the title; what is half written is kept', async () => {
    await page.keyboard.type(`讨论 !高 周报${id}`)
    await page.click('.qa .ch:has-text("高")')
    await page.waitForSelector(`.qa .ti:has-text("讨论 !高 周报${id}")`)
    await page.reload()
    await until(async () => (await page.inputValue('.qa input')).includes(`周报${id}`), 'it is lost')
    await page.fill('.qa input', '')
    await page.keyboard.press('Escape')
  })
  await report.check('a tick finishes a task, one press takes it back', async () => {
    const title = `给王总${id}打电话`
    await row(title).locator('.ck').click()
    await until(async () => (await saved(title)).status === 'done', 'it is not done')
    await undo(page)
    await until(async () => (await saved(title)).status === 'open', 'it is not open again')
    await until(async () => await row(title).count() === 1 && !(await row(title).getAttribute('class')).includes('done'), 'it is shown as done')
  })
  await report.check('groups: overdue, today, later and undated stand apart', async () => {
    const wanted = { 已逾期: day(-3, 10), 今天: new Date(Math.min(Date.now() + 600_000, day(0, 23.9).getTime())), 以后: day(40, 10), 没有日期: null }
    for (const [name, at] of Object.entries(wanted)) await window.api('POST', '/records/task', { title: `${name}${id}`, ...(at ? { due_at: wire(at) } : {}) })
    for (const name of Object.keys(wanted)) {
      await row(`${name}${id}`).waitFor()
      ensure((await group(`${name}${id}`).textContent()).includes(name), `${name} stands under ${await group(`${name}${id}`).textContent()}`)
    }
  })
  await report.check('keys: down, unfold, tick', async () => {
    await page.evaluate(() => document.activeElement?.blur())
    await page.keyboard.press('j')
    await page.waitForSelector('.tr .ln:focus')
    await page.keyboard.press('j')
    const title = (await page.locator('.tr:has(.ln:focus) .n').textContent()).trim()
    await page.keyboard.press('e')
    await page.waitForSelector('.te input:focus')
    await page.keyboard.press('Escape')
    await page.waitForSelector('.te', { state: 'detached' })
    ensure((await page.locator('.tr:has(.ln:focus) .n').textContent()).trim() === title, 'the place was lost')
    await page.keyboard.press('x')
    await page.waitForSelector('.toast .act')
    await undo(page)
  })
  await report.check('a checklist is written, ticked and counted in the row', async () => {
    const title = `以后${id}`
    await row(title).locator('.what').click()
    const lines = row(title).locator('.cl')
    for (const text of ['样本', '报价']) {
      await lines.locator('input[placeholder]').fill(text)
      await page.keyboard.press('Enter')
    }
    await lines.locator('.ck').first().click()
    await row(title).locator('.mark:has-text("1/2"), .mark:has-text("1 / 2")').waitFor()
    const task = await saved(title)
    await until(async () => { const list = (await window.api('GET', `/records/task/${task.id}`)).body.checklist; return list?.length === 2 && list[0].done && !list[1].done }, 'it was not saved')
    await page.keyboard.press('Escape')
  })
  await report.check('a task that repeats makes the next one when it is done; its reminder is set in the same line', async () => {
    const title = `写周报${id}`
    await page.fill('.qa input', `明天上午9点 每周 ${title} 提前30分钟提醒`)
    await page.waitForSelector('.qa .ch:has-text("每周")')
    await page.keyboard.press('Enter')
    await row(title).waitFor()
    const first = await saved(title)
    ensure(first.repeat === 'weekly' && wire(new Date(first.remind_at)) === wire(new Date(day(1, 9).getTime() - 1800000)), `${first.repeat}, ${first.remind_at}`)
    await row(title).locator('.mark:has-text("每周")').waitFor()
    await row(title).locator('.ck').click()
    const next = await until(() => window.one('task', `title = "${title}" and status = "open" and id != ${first.id}`), 'there is no next one')
    ensure(wire(new Date(next.due_at)) === wire(day(8, 9)), `due ${next.due_at}`)
    await page.locator(`.tr:not(.done):has(.n:text-is("${title}")) .what`).click()
    await page.click('.te .f:has-text("重复") .combo')
    await page.click('.list .mi:has-text("每月")')
    await until(async () => (await window.api('GET', `/records/task/${next.id}`)).body.repeat === 'monthly', 'the rhythm was not changed')
    await page.keyboard.press('Escape')
  })
  await report.check('a task is given to a colleague, who says that it has arrived; the giver is told', async () => {
    const title = `转出去的事${id}`
    const manager = await browser.window({ login: 'manager' })
    await manager.api('POST', '/records/task', { title, due_at: wire(day(1, 17)) })
    await manager.go('/tasks')
    await row(title, manager.page).locator('.what').click()
    await row(title, manager.page).locator('.te .f:has-text("交给") .combo').click()
    await manager.page.keyboard.type('陈知远')
    await manager.page.waitForSelector('.list .mi:has-text("陈知远")')
    await manager.page.keyboard.press('Enter')
    await row(title, manager.page).waitFor({ state: 'detached' })
    await row(title).locator('.ack').click()
    await until(async () => (await saved(title)).acknowledged_at, 'it is not acknowledged')
    await row(title).locator('.ack').waitFor({ state: 'detached' })
    await until(() => manager.one('notification', `text contains "${title}"`), 'the giver is not told')
    await manager.page.click('.tabs .tab:has-text("我交办的")')
    await row(title, manager.page).waitFor()
    await manager.close()
  })
  await report.check('no complaint of the browser about tasks', async () => ensure(!window.complaints.length, window.complaints.join('\n')))
  await window.close()
}

async function notices({ browser, report }) {
  const giver = await browser.window({ login: 'manager' })
  const window = await browser.window({ login: 'sales1' })
  const { page } = window
  const id = mark()
  const me = (await window.api('GET', '/session')).body.user.id
  const record = (await window.api('POST', '/records/customer', { name: `通知用的客户${id}` })).body
  const line = (text) => page.locator(`.np .nt:has-text("${text}${id}")`)
  await report.check('notifications: unread ones are marked, filtered, read one by one and all at once', async () => {
    await window.go('/notifications')
    for (const text of ['第一条', '第二条']) await giver.api('POST', '/records/comment', { content: `@陈知远 ${text}${id}`, mentions: [me], target: { object: 'customer', id: record.id } })
    await giver.api('POST', '/records/task', { title: `派来的事${id}`, owner: me })
    await until(async () => await page.locator(`.np .nt.unread:has-text("${id}")`).count() >= 3, 'they do not arrive')
    await until(async () => /^\(\d+\+?\) /.test(await page.title()), 'the title does not count them')
    const filters = page.locator('.nl header .fc')
    await filters.nth(2).click()
    await until(async () => await page.locator(`.np .nt:has-text("派来的事${id}")`).count() === 0, 'the filter lets a task through')
    await filters.nth(1).click()
    await page.waitForSelector(`.np .nt.unread:has-text("派来的事${id}")`)
    await filters.nth(0).click()
    const one = page.locator(`.np .nt:has-text("派来的事${id}")`)
    await one.focus()
    await page.keyboard.press('r')
    await until(async () => !(await one.getAttribute('class')).includes('unread'), 'r does not read it')
    await page.keyboard.press('r')
    await until(async () => (await one.getAttribute('class')).includes('unread'), 'r does not make it unread')
    await page.click('.nl header .btn:has-text("全部已读")')
    await until(async () => await page.locator('.np .nt.unread').count() === 0, 'some stay unread')
    await until(async () => !/^\(/.test(await page.title()), 'the title still counts')
    ensure((await window.api('GET', '/records/notification?filter=is_null(read_at)&limit=1')).body.items.length === 0, 'the server knows unread ones')
  })
  await report.check('a notification opens what it is about', async () => {
    await page.locator('.np .nt', { hasText: `派来的事${id}` }).click()
    await page.waitForURL('**/o/task/*')
  })
  await giver.close()
  await window.close()
}

async function palette({ browser, report }) {
  const window = await browser.window({ login: 'sales1' })
  const { page } = window
  const id = mark()
  const ask = async (text) => {
    await page.keyboard.press('Control+k')
    await page.waitForSelector('.pal input:focus')
    if (text) await page.keyboard.type(text)
  }
  const take = async (label) => {
    const line = page.locator('.pal .mi', { hasText: label }).first()
    await line.waitFor()
    for (let step = 0; step < 60 && !(await line.getAttribute('class')).split(' ').includes('on'); step++) await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
  }
  await report.check('palette: goes somewhere by pinyin initials', async () => {
    await window.go('/today')
    await ask('rl')
    await take('日历')
    await page.waitForURL('**/calendar')
  })
  await report.check('palette: creates without leaving the page', async () => {
    await window.go('/reports')
    await ask('xjkh')
    await take('新建客户')
    await page.waitForSelector('.qc input:focus')
    await page.keyboard.type(`面板建的客户${id}`)
    await page.keyboard.press('Control+Enter')
    await page.waitForSelector('.toast:has-text("已建好")')
    await until(() => window.one('customer', `name = "面板建的客户${id}"`), 'it was not made')
    ensure(page.url().endsWith('/reports'), 'the page was left')
  })
  await report.check('palette: acts on the open record, and changes one of its fields', async () => {
    const lead = (await window.api('POST', '/records/lead', { name: `面板线索${id}`, company: `面板公司${id}` })).body
    await window.go(`/o/lead/${lead.id}`)
    await ask('改电话')
    await take('改电话')
    await page.waitForSelector('.pal .ps input:focus')
    await page.keyboard.type('13800571234')
    await page.keyboard.press('Control+Enter')
    await page.waitForSelector('.pal', { state: 'detached' })
    await until(async () => /13800571234$/.test((await window.api('GET', `/records/lead/${lead.id}`)).body.phone ?? ''), 'the number was not saved')
    await ask('转化')
    await take('转化')
    await page.waitForSelector('.pal .cv')
    await page.keyboard.press('Escape')
    await page.keyboard.press('Escape')
    await page.waitForSelector('.pal', { state: 'detached' })
  })
  await report.check('palette: runs a view of one\'s own', async () => {
    const view = await window.api('POST', '/records/view', { name: `重点跟进${id}`, object: 'customer', kind: 'list', filter: 'level = "A"' })
    ensure(view.status === 201, JSON.stringify(view.body))
    await window.go('/today')
    await ask(`重点跟进${id}`)
    await take(`重点跟进${id}`)
    await page.waitForURL(`**/o/customer?view=${view.body.id}**`)
    await window.settled()
  })
  await report.check('palette: changes the theme, and offers it again', async () => {
    await ask('深色')
    await take('换成深色')
    await page.waitForSelector('html[data-theme=dark]')
    await ask('')
    await take('换成深色')
    await ask('qs')
    await take('换成浅色')
    await page.waitForSelector('html[data-theme=light]')
  })
  await report.check('palette: one Esc leaves it and the focus is where it was', async () => {
    await window.go('/o/customer')
    await page.focus('[data-page-search]')
    await ask('zzz')
    await page.keyboard.press('Escape')
    await page.waitForSelector('.pal', { state: 'detached' })
    await page.waitForSelector('[data-page-search]:focus')
  })
  await report.check('no key acts while an input method composes: on lists, records, calendar, tasks, notices', async () => {
    const record = await window.one('customer', 'owner = me()')
    for (const path of ['/today', '/o/customer', `/o/customer/${record.id}`, '/calendar', '/tasks', '/notifications']) {
      await window.go(path)
      const before = await page.evaluate(() => location.href)
      await page.evaluate(() => {
        for (const key of ['c', '?', '/', 'j', 'x', 'e', 'h', 'm', ']', 'Escape', 'Enter']) for (const target of [window, document.activeElement]) target.dispatchEvent(new KeyboardEvent('keydown', { key, isComposing: true, bubbles: true, cancelable: true }))
        window.dispatchEvent(new KeyboardEvent('keydown', { key: 'k', ctrlKey: true, isComposing: true, bubbles: true }))
      })
      await page.waitForTimeout(200)
      ensure(page.url() === before, `${path}: the page was left for ${page.url()}`)
      ensure(await page.locator('[role=dialog], .sheet, .pal, .selbar').count() === 0, `${path}: a key acted`)
      ensure(await page.evaluate(() => !['INPUT', 'TEXTAREA'].includes(document.activeElement?.tagName)), `${path}: a key moved the focus`)
    }
    await page.evaluate(() => window.dispatchEvent(new KeyboardEvent('keydown', { key: '?', bubbles: true })))
    await page.waitForSelector('.sheet')
    await page.keyboard.press('Escape')
  })
  await report.check('no complaint of the browser about the palette', async () => ensure(!window.complaints.length, window.complaints.join('\n')))
  await window.close()
}

async function today({ browser, report }) {
  const id = mark()
  await report.check('home of a rep: what is late stands first and is done, put off and written about in place', async () => {
    const window = await browser.window({ login: 'sales1' })
    const { page } = window
    const record = (await window.api('POST', '/records/customer', { name: `今天要见的客户${id}`, level: 'A' })).body
    await window.api('POST', '/records/task', { title: `今天做完${id}`, due_at: wire(day(-1, 9)), target: { object: 'customer', id: record.id } })
    await window.api('POST', '/records/task', { title: `推到明天${id}`, due_at: wire(day(-1, 10)), target: { object: 'customer', id: record.id } })
    await window.go('/today')
    ensure(await page.locator('.td .seg').count() === 0, 'a rep is offered a team')
    if (await page.locator('.rest').count()) await page.click('.rest')
    const row = (title) => page.locator('.due li', { hasText: title })
    await row(`推到明天${id}`).hover()
    await row(`推到明天${id}`).locator('.later').click()
    await page.click('.pop .mi:has-text("明天")')
    await until(async () => new Date((await window.one('task', `title = "推到明天${id}"`)).due_at) > new Date(), 'it was not put off')
    await row(`今天做完${id}`).hover()
    await row(`今天做完${id}`).locator('.note').click()
    await row(`今天做完${id}`).locator('textarea.cta').fill(`在首页写的 ${id}`)
    await row(`今天做完${id}`).locator('textarea.cta').press('Control+Enter')
    await until(() => window.one('activity', `content = "在首页写的 ${id}"`), 'the follow-up was not written')
    await row(`今天做完${id}`).locator('.act').click()
    await until(async () => (await window.one('task', `title = "今天做完${id}"`)).status === 'done', 'it is not done')
    await page.click('.ft .add')
    await page.waitForSelector('.ft input:focus')
    await page.keyboard.press('Escape')
    await page.click('.ft .add')
    await page.waitForSelector('.ft input:focus')
    await page.keyboard.type(`首页加的事${id}`)
    await page.keyboard.press('Enter')
    await until(() => window.one('task', `title = "首页加的事${id}"`), 'it was not added')
    const sum = await page.locator('.fun li').count()
    ensure(sum > 2, 'the pipeline has no stages')
    ensure(!window.complaints.length, window.complaints.join('\n'))
    await window.close()
  })
  await report.check('home of a manager: the team by person, deals at risk with their reasons; each number leads to its records', async () => {
    const window = await browser.window({ login: 'manager' })
    const { page } = window
    await window.go('/today')
    await page.waitForSelector('.td .seg button.on:has-text("团队")')
    const risks = page.locator('.card:has(h2:has-text("有风险的商机")) li')
    await risks.first().waitFor()
    ensure(/已过|没有|推迟|未跟进/.test(await risks.first().textContent()), await risks.first().textContent())
    const people = page.locator('.card:has(h2:has-text("团队")) tbody tr')
    await until(async () => await people.count() > 3, 'the team is missing')
    const name = (await people.first().locator('td').first().textContent()).trim()
    await people.first().locator('a.amt').click()
    await page.waitForURL('**/o/opportunity?**')
    await page.waitForSelector(`.tbody .row:has-text("${name.slice(-2)}"), .empty`)
    await window.go('/today')
    await page.click('.td .seg button:has-text("我的")')
    await page.waitForSelector('.due, .empty')
    ensure(await page.locator('h2:has-text("有风险的商机")').count() === 0, 'the team is still shown')
    ensure(!window.complaints.length, window.complaints.join('\n'))
    await window.close()
  })
}

async function navigation({ browser, report }) {
  await report.check('the navigation is put in order, and stands so in another browser', async () => {
    const window = await browser.window({ login: 'service' })
    const { page } = window
    const entries = (on = page) => on.locator('.nav .list a .el').allTextContents()
    await window.go('/today')
    const before = await entries()
    await page.hover('.nav')
    await page.click('.nav .order')
    const grip = page.locator('.arr .grip')
    await grip.nth(before.length - 1).focus()
    await page.keyboard.press('Alt+ArrowUp')
    await page.keyboard.press('Alt+ArrowUp')
    const hidden = before[2]
    await page.locator('.arr li', { has: page.locator(`.el:text-is("${hidden}")`) }).locator('.ib').click()
    const from = await page.locator('.arr li', { hasText: before[1] }).locator('.grip').boundingBox()
    const to = await page.locator('.arr li', { hasText: before[4] }).locator('.grip').boundingBox()
    await page.mouse.move(from.x + 10, from.y + 12)
    await page.mouse.down()
    await page.mouse.move(from.x + 12, from.y + 24, { steps: 4 })
    await page.mouse.move(to.x + 12, to.y + 24, { steps: 12 })
    await page.waitForTimeout(200) // where it hovers is looked at twenty times a second
    await page.mouse.up()
    const pushed = page.waitForResponse((response) => response.url().endsWith('/preferences') && response.request().method() === 'PUT')
    await page.click('.arr footer .btn.p')
    await pushed
    const after = await entries()
    ensure(!after.includes(hidden), `${hidden} is still there`)
    ensure(after.indexOf(before[1]) > 1, `${before[1]} was not dragged: ${after.join()}`)
    ensure(after.join() !== before.filter((name) => name !== hidden).join(), 'nothing moved')
    const other = await browser.window({ login: 'service' })
    await other.go('/today')
    ensure((await entries(other.page)).join() === after.join(), `the other browser shows ${(await entries(other.page)).join()}`)
    await other.close()
    await page.hover('.nav')
    await page.click('.nav .order')
    const reset = page.waitForResponse((response) => response.url().endsWith('/preferences') && response.request().method() === 'PUT')
    await page.click('.arr footer .btn:has-text("恢复默认")')
    await page.keyboard.press('Escape')
    await reset
    ensure((await entries()).join() === before.join(), 'the usual order did not come back')
    ensure(!window.complaints.length, window.complaints.join('\n'))
    await window.close()
  })
}

export async function run(context) {
  for (const [name, part] of Object.entries({ ...record, calendar, tasks, notices, palette, today, navigation })) {
    if (context.only && context.only !== name) continue
    try {
      await part(context)
    } catch (error) {
      context.report.fail(name, error)
    }
  }
}
