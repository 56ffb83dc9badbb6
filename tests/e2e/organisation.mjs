// The organisation on screen: the tree by mouse and keyboard, people moved with their records, departments merged and taken back; handing over what somebody holds.
// At a desk and on a phone.
import { DESK, PHONE } from './browser.mjs'
import { ensure, until } from './report.mjs'
import { choose, count, create, drag, mark, middle } from './steps.mjs'

const row = (page, name) => page.locator('.tr[role=treeitem]', { hasText: name })
const person = (page, name) => page.locator('.pr', { hasText: name })
const departmentOf = async (window, id) => (await window.api('GET', `/records/user/${id}`)).body.department
const parentOf = async (window, id) => (await window.api('GET', `/records/department/${id}`)).body.parent

// A branch of its own: 总 with 甲 and 乙 below, somebody in 甲 who owns three customers.
async function branch(window, id) {
  const top = await create(window, 'department', { name: `事业部${id}` })
  const a = await create(window, 'department', { name: `甲组${id}`, parent: top.id }), b = await create(window, 'department', { name: `乙组${id}`, parent: top.id })
  const role = await window.one('role', 'key = "sales"')
  const staff = await create(window, 'user', { name: `周明${id}`, login: `zhou${id}`, department: a.id, roles: [role.id], position: '客户经理' })
  for (let i = 0; i < 3; i++) await create(window, 'customer', { name: `随行${id}-${i}`, owner: staff.id, level: i ? 'C' : 'A' })
  return { top, a, b, staff }
}

async function tree({ page, window, report }, id) {
  const made = await branch(window, id)
  await report.check('organisation: reached from the settings, a branch with its people', async () => {
    await window.go('/settings')
    await page.click('.mi[href="/settings/organisation"]')
    await row(page, `甲组${id}`).click()
    await page.waitForURL(`**/settings/organisation/${made.a.id}`)
    await person(page, `周明${id}`).waitFor()
    ensure((await row(page, `事业部${id}`).locator('.num').innerText()) === '0' && (await row(page, `甲组${id}`).locator('.num').innerText()) === '1', 'the counts are wrong')
  })
  await report.check('organisation: a department is made and renamed in place, a refusal stands at its place', async () => {
    await page.click('.dh .btn:has-text("新建下级")')
    await page.keyboard.type(`丙组${id}`)
    await page.keyboard.press('Enter')
    await page.waitForSelector(`.dh h2:has-text("丙组${id}")`)
    await row(page, `丙组${id}`).focus()
    await page.keyboard.press('F2')
    await page.keyboard.type(`丁组${id}`)
    await page.keyboard.press('Enter')
    await page.waitForSelector(`.dh h2:has-text("丁组${id}")`)
    await row(page, `甲组${id}`).click()
    await page.click('.dh .ib')
    await page.click('.mn .danger')
    await page.waitForSelector('.tree .err:has-text("1")')
    ensure((await parentOf(window, made.a.id)).id === made.top.id, 'it is gone')
  })
  await report.check('organisation: dragged under another one; a circle is not taken; undone', async () => {
    await drag(page, await middle(row(page, `甲组${id}`), 0.3), await middle(row(page, `乙组${id}`), 0.4), () => page.waitForTimeout(60))
    await until(async () => (await parentOf(window, made.a.id)).id === made.b.id, 'it did not move')
    await page.waitForSelector('.toast:has-text("已移动")')
    await drag(page, await middle(row(page, `乙组${id}`), 0.3), await middle(row(page, `甲组${id}`), 0.4), async () => { await page.waitForSelector('.tr.no') })
    ensure((await parentOf(window, made.b.id)).id === made.top.id, 'a department stands below itself')
  })
  await report.check('organisation: the same with the keyboard: out with Alt and arrow, lifted with Space', async () => {
    await row(page, `甲组${id}`).focus()
    await page.keyboard.press('Alt+ArrowLeft')
    await until(async () => (await parentOf(window, made.a.id)).id === made.top.id, 'it did not come out')
    await row(page, `丁组${id}`).focus()
    await page.keyboard.press('Space')
    for (let i = 0; i < 20 && !(await page.locator('.tr.over', { hasText: `乙组${id}` }).count()); i++) await page.keyboard.press(i < 6 ? 'ArrowUp' : 'ArrowDown')
    await page.keyboard.press('Enter')
    const moved = await window.one('department', `name = "丁组${id}"`)
    await until(async () => (await parentOf(window, moved.id)).id === made.b.id, 'what was lifted was not put down')
  })
  await report.check('organisation: position with suggestions, head, superior, changed in place', async () => {
    await row(page, `甲组${id}`).click()
    await person(page, `周明${id}`).locator('.ps .ce').click()
    await page.keyboard.type(`大区总监${id}`)
    await page.keyboard.press('Enter')
    await person(page, `周明${id}`).locator(`.ps :text("大区总监${id}")`).waitFor()
    await page.click('.dh .hb')
    await page.keyboard.type(`周明${id}`)
    await page.locator('.list[data-floating] .mi.on', { hasText: `周明${id}` }).waitFor()
    await page.keyboard.press('Enter')
    await page.waitForSelector(`.dh .hb:has-text("周明${id}")`)
    await window.picture('organisation-desk')
  })
  await report.check('organisation: a colleague is dragged to another department, his records go along', async () => {
    await drag(page, await middle(person(page, `周明${id}`), 0.02), await middle(row(page, `乙组${id}`), 0.4), () => page.waitForTimeout(60))
    await page.waitForSelector('.modal .op')
    ensure((await page.innerText('.modal legend')).includes('3'), await page.innerText('.modal legend'))
    await window.picture('organisation-move')
    await page.click('.modal .btn.p')
    await until(async () => (await departmentOf(window, made.staff.id)).id === made.b.id, 'he did not move')
    await until(async () => (await count(window, 'customer', `department = ${made.b.id}`)) === 3, 'the records did not follow')
  })
  await report.check('organisation: merged, with what moves told before, and taken back', async () => {
    await row(page, `乙组${id}`).click()
    await page.click('.dh .ib')
    await page.click('.mn .mi:has-text("并入")')
    await page.waitForSelector('.modal .ls li')
    await choose(page, page.locator('.modal .combo'), `甲组${id}`)
    await window.picture('organisation-merge')
    await page.click('.modal .btn.p')
    await page.waitForURL(`**/settings/organisation/${made.a.id}`)
    await person(page, `周明${id}`).waitFor()
    ensure(await row(page, `乙组${id}`).count() === 0, 'it is still there')
    ensure((await count(window, 'customer', `department = ${made.a.id}`)) === 3, 'the records stayed')
    await page.click('.toast button:has-text("撤销")')
    await until(async () => (await window.api('GET', `/records/department/${made.b.id}`)).status === 200, 'it did not come back')
    await until(async () => (await count(window, 'customer', `department = ${made.b.id}`)) === 3, 'the records did not come back')
  })
  return made
}

async function handover({ page, window, report }, id, made) {
  const rep = await window.one('user', 'login = "sales1"'), other = await window.one('user', 'login = "sales2"')
  await report.check('hand-over: everything he holds, rules tried while they are made', async () => {
    await window.go(`/settings/handover/${made.staff.id}`)
    await page.waitForSelector('[data-of="customer.owner"]')
    ensure((await page.innerText('[data-of="customer.owner"]')).includes('3'), 'not three customers')
    ensure(await page.isDisabled('.sd .btn.p'), 'it can be started without anybody chosen')
    await choose(page, page.locator('.all .combo'), rep.name)
    await page.keyboard.press('Escape')
    await page.waitForFunction(() => /^[1-9]/.test(document.querySelector('.sd .fig b')?.textContent ?? ''))
    await page.click('[data-of="customer.owner"] .btn:has-text("按条件")')
    await page.waitForSelector('.part .cond')
    await page.locator('.part .cond .combo').nth(0).click()
    await page.keyboard.type('客户级别')
    await page.keyboard.press('Enter')
    await page.locator('.part .cond .combo').nth(2).click()
    await page.keyboard.press('Enter')
    await page.keyboard.press('Escape')
    await choose(page, page.locator('.part > .combo'), other.name)
    await page.keyboard.press('Escape')
    await page.waitForSelector(`[data-of="customer.owner"] .out:has-text("${other.name}")`)
    await window.picture('handover-desk')
    ensure((await count(window, 'customer', `owner = ${made.staff.id}`)) === 3, 'trying has moved something')
  })
  await report.check('hand-over: moved, the account closed, taken back as a whole', async () => {
    await page.click('.sd .op .ck')
    await page.click('.sd .btn.p')
    await page.waitForSelector('.hj .ln .btn:has-text("整体撤销")')
    ensure((await count(window, 'customer', `owner = ${made.staff.id}`)) === 0, 'he still owns customers')
    ensure((await window.api('GET', `/records/user/${made.staff.id}`)).body.active === false, 'the account is open')
    await window.picture('handover-done')
    await page.click('.hj .ln .btn:has-text("整体撤销")')
    await until(async () => (await count(window, 'customer', `owner = ${made.staff.id}`)) === 3, 'they did not come back')
    await until(async () => (await window.api('GET', `/records/user/${made.staff.id}`)).body.active === true, 'the account stays closed')
  })
}

async function phone({ browser, report }, id, made) {
  const window = await browser.window({ login: 'admin', size: PHONE })
  const { page } = window
  await report.check('organisation on a phone: the tree, then the people, then the menu', async () => {
    await window.go('/settings/organisation')
    await row(page, `乙组${id}`).click()
    await page.waitForURL(`**/settings/organisation/${made.b.id}`)
    await person(page, `周明${id}`).waitFor()
    await window.picture('organisation-phone-people')
    await page.click('.bk')
    await row(page, `乙组${id}`).waitFor()
    await window.picture('organisation-phone')
    ensure(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'it scrolls sideways')
    await row(page, `乙组${id}`).click()
    await person(page, `周明${id}`).locator('.ib').click()
    await page.click('.mn >> text=离职交接')
    await page.waitForSelector('[data-of="customer.owner"]')
    await window.picture('handover-phone')
    ensure(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'it scrolls sideways')
  })
  await report.check('organisation on a phone: no complaint of the browser', async () => ensure(!window.complaints.length, window.complaints.join('\n')))
  await window.close()
}

async function others({ browser, report }, made) {
  const window = await browser.window({ login: 'sales1', size: DESK, theme: 'dark' })
  await report.check('organisation: who keeps nobody sees it and changes nothing', async () => {
    await window.go(`/settings/organisation/${made.b.id}`)
    await window.page.waitForSelector('.pr')
    ensure(await window.page.locator('.dh .ib, .dh .btn, .pr .ib, .pr .ce, .head .btn').count() === 0, 'there are buttons')
    await window.picture('organisation-dark')
    await window.go(`/settings/handover/${made.staff.id}`)
    await window.page.waitForSelector('.fail')
  })
  await window.close()
}

export async function run({ browser, report, only }) {
  const window = await browser.window({ login: 'admin' })
  const id = mark()
  const context = { page: window.page, window, report, browser }
  const made = await tree(context, id)
  if (!only || only === 'handover') await handover(context, id, made)
  await phone(context, id, made)
  await others(context, made)
  await report.check('organisation: no complaint of the browser', async () => ensure(!window.complaints.length, window.complaints.join('\n')))
  await window.close()
}
