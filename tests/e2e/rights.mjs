// Rights on screen: the matrix of roles with what saving would do, why somebody sees a record, its team, and looking as a colleague; at a desk and on a phone.
import { PHONE } from './browser.mjs'
import { looked } from './layout.mjs'
import { ensure, until } from './report.mjs'
import { choose, create, mark, middle } from './steps.mjs'

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

// ---- the matrix

const cellOf = (page, label) => page.locator(`button.rc[aria-label^="${label}:"]`)
const grantsOf = async (window, role) => (await window.api('GET', `/records/role/${role.id}`)).body.grants

async function matrix({ page, window, report }, id) {
  const role = await create(window, 'role', { name: `矩阵${id}`, key: `matrix_${id}`, grants: { customer: { read: 'all', create: true, update: 'own' } } })
  const staff = await create(window, 'user', { name: `何川${id}`, login: `he${id}`, roles: [role.id] })
  const all = (await window.api('GET', '/aggregate/customer?measure=count()')).body.items[0]['count()']
  await report.check('rights: a scope is changed by keyboard, and whom it would cost what is told before it is saved', async () => {
    await window.go(`/settings/rights?role=${role.id}`)
    await cellOf(page, '客户 · 查看').focus()
    await page.keyboard.press('1')
    await page.waitForSelector('footer:has-text("1 处更改未保存")')
    await page.click('footer .btn:has-text("看影响")')
    await page.waitForSelector(`.eb:has-text("1 人将看不到 ${all.toLocaleString('en')} 条客户")`)
    await page.click('.eb .ln:has-text("看不到") .btn')
    await page.waitForSelector(`.eb .who:has-text("${staff.name}")`)
    ensure((await grantsOf(window, role)).customer.read === 'all', 'looking has saved it')
    await looked(window, 'rights-matrix-effect')
  })
  await report.check('rights: switches, actions and fields; arrow keys go from cell to cell; all is saved at once', async () => {
    await cellOf(page, '客户 · 查看').focus()
    await page.keyboard.press('ArrowRight')
    const beside = await page.evaluate(() => document.activeElement.getAttribute('aria-label'))
    ensure(beside.startsWith('客户 · ') && !beside.includes('查看'), `the focus is on ${beside}`)
    await cellOf(page, '客户 · 导出').click()
    await page.click('button[aria-expanded][aria-label^="客户: "]')
    await page.click('[role=radiogroup][aria-label="电话"] button:has-text("掩码")')
    await page.fill('input[aria-label="「电话」的掩码"]', '3,4')
    await page.keyboard.press('Tab')
    await page.click('[role=radiogroup][aria-label="备注"] button:has-text("隐藏")')
    await looked(window, 'rights-matrix-fields')
    await page.keyboard.press('Control+s')
    const saved = await until(async () => { const { customer } = await grantsOf(window, role); return customer.read === 'own' && customer }, 'not saved')
    ensure(saved.export === true && saved.fields.phone === 'mask:3,4' && saved.fields.remark === 'hide' && saved.update === 'own', JSON.stringify(saved))
    await page.waitForSelector('footer:has-text("未保存")', { state: 'detached' })
  })
  await report.check('rights: a condition that is wrong is told at its cell and keeps what else was changed', async () => {
    await cellOf(page, '客户 · 修改').click()
    await page.click('.mi:has-text("按条件")')
    await page.locator('textarea, [role=textbox], .cm-content').last().fill('nothing_there = 1')
    await page.click('.ask .btn.p')
    await cellOf(page, '客户 · 删除').focus()
    await page.keyboard.press('1')
    await page.click('footer .btn.p')
    await page.waitForSelector('button.rc.bad[aria-label^="客户 · 修改"]')
    await page.waitForSelector('footer:has-text("2 处更改未保存"):has-text("nothing_there")')
    ensure((await grantsOf(window, role)).customer.delete === undefined, 'half of it was saved')
    await page.click('footer .btn.q:has-text("撤销"), footer .btn.q >> nth=0')
    await page.waitForSelector('footer:has-text("未保存")', { state: 'detached' })
  })
  await report.check('rights: by object, all roles side by side; what a colleague saved meanwhile is not written over', async () => {
    await page.click('[role=tab]:has-text("按对象")')
    await window.go('/settings/rights?object=customer')
    await cellOf(page, `${role.name} · 查看`).focus()
    await page.keyboard.press('3')
    ensure((await window.api('PATCH', `/records/role/${role.id}`, { remark: '别人改的' })).status === 200, 'the role was not changed')
    await page.click('footer .btn.p')
    await page.waitForSelector(`text=「${role.name}」刚被别人改过`)
    ensure((await grantsOf(window, role)).customer.read === 'own', 'it was written over')
    await window.settled()
    await looked(window, 'rights-matrix-object')
    await cellOf(page, `${role.name} · 查看`).focus()
    await page.keyboard.press('3')
    await page.click('footer .btn.p')
    await until(async () => (await grantsOf(window, role)).customer.read === 'tree', 'it cannot be saved any more')
  })
  return role
}

async function matrixElsewhere({ browser, report }, role) {
  for (const given of [{ size: PHONE, theme: 'light', lang: 'zh-CN' }, { theme: 'dark', lang: 'en' }])
    await report.check(`rights: the matrix ${given.size ? 'on a phone' : 'in the dark, in English'}: fits, and axe finds nothing`, async () => {
      const window = await browser.window({ login: 'admin', ...given })
      for (const [name, query] of [['role', `role=${role.id}`], ['object', 'object=opportunity']]) {
        await window.go(`/settings/rights?${query}`)
        await looked(window, `rights-matrix-${name}-${given.size ? 'phone' : 'dark'}`)
      }
      ensure(!window.complaints.length, window.complaints.join('\n'))
      await window.close()
    })
  await report.check('rights: who is no administrator has no matrix', async () => {
    const window = await browser.window({ login: 'manager' })
    await window.go('/settings/rights')
    ensure(!(await window.page.locator('.mx').count()), 'the matrix is shown')
    await window.close()
  })
}

// ---- why, and the team

async function whyAndTeam({ page, window, report, browser }, id) {
  const customer = await create(window, 'customer', { name: `团队客户${id}` })
  const colleague = await window.one('user', 'login = "sales1"')
  const why = `/o/customer/${customer.id}/why`
  await report.check('rights: why somebody does not see a record, and what each role lacks', async () => {
    await window.go(`/o/customer/${customer.id}`)
    await page.click('button[aria-label="更多操作"]')
    await page.click('.mi:has-text("谁能看到，为什么")')
    await page.waitForURL(`**${why}`)
    await page.waitForSelector('h2:has-text("可以查看")')
    await choose(page, page.locator('.who .combo'), colleague.name)
    await page.waitForSelector('h2:has-text("不能查看")')
    ensure(await page.locator('.vd >> nth=0').locator('li').count() > 0, 'no role is named')
    await looked(window, 'rights-why-not')
  })
  const theirs = await browser.window({ login: 'sales1' })
  await report.check('rights: brought into the team by the record\'s owner, he reads it and says why; he brings nobody', async () => {
    ensure((await theirs.api('GET', `/records/customer/${customer.id}`)).status === 404, 'he sees it already')
    await window.go(`/o/customer/${customer.id}`)
    await page.click('section:has(> header b:text-is("团队")) button[aria-label="加人"]')
    await page.keyboard.type(colleague.name)
    await page.locator('.list[data-floating] .mi.on', { hasText: colleague.name }).waitFor()
    await page.keyboard.press('Enter')
    await page.waitForSelector(`button[aria-label="切换${colleague.name}的权限"]:has-text("只读")`)
    await window.picture('rights-team')
    await theirs.go(`/o/customer/${customer.id}`)
    await theirs.page.waitForSelector(`section:has(> header b:text-is("团队")) li:has-text("${colleague.name}")`)
    ensure(!(await theirs.page.locator('button[aria-label="加人"]').count()), 'he may bring others')
    ensure((await theirs.api('PATCH', `/records/customer/${customer.id}`, { phone: '13800001234' })).status === 403, 'he changed it')
    await theirs.go(why)
    await theirs.page.waitForSelector('h2:has-text("不能修改")')
    ensure((await theirs.page.locator('.vd >> nth=0').innerText()).includes('团队'), 'the team is not told of')
    await looked(theirs, 'rights-why-team')
  })
  await report.check('rights: the team\'s right is turned to writing, then taken; what he sees follows', async () => {
    await page.click(`button[aria-label="切换${colleague.name}的权限"]`)
    await page.waitForSelector(`button[aria-label="切换${colleague.name}的权限"]:has-text("可编辑")`)
    ensure((await theirs.api('PATCH', `/records/customer/${customer.id}`, { phone: '13800001234' })).status === 200, 'he cannot change it')
    await window.go(`/o/customer/${customer.id}`)
    await page.click(`button[aria-label="移除${colleague.name}"]`)
    await page.waitForSelector(`button[aria-label="移除${colleague.name}"]`, { state: 'detached' })
    ensure((await theirs.api('GET', `/records/customer/${customer.id}`)).status === 404, 'he still sees it')
    await theirs.go(why)
    ensure(!(await theirs.page.locator('.vd').count()), 'the reasons of a record that is not his are told')
  })
  await report.check('rights: a sharing rule is named by the page, and leads to it', async () => {
    await window.go('/o/sharing_rule/new')
    await page.fill('#f-sharing_rule-name', `大客户共享${id}`)
    await choose(page, page.locator('.fb:has(> label:has-text("对象")) .combo'), '客户')
    const condition = page.locator('#f-sharing_rule-condition')
    await condition.fill('nothing_there = 1')
    await page.waitForSelector('.fb:has(#f-sharing_rule-condition) :text("nothing_there")')
    await condition.fill(`name = "团队客户${id}"`)
    await page.waitForSelector('.fb:has(#f-sharing_rule-condition) .ok, .fb:has(#f-sharing_rule-condition) :text("可以")')
    await choose(page, page.locator('.fb:has(> label:has-text("同事")) .combo'), colleague.name)
    await page.keyboard.press('Escape')
    await looked(window, 'rights-sharing-rule-new')
    await page.keyboard.press('Control+Enter')
    const rule = await until(() => window.one('sharing_rule', `name = "大客户共享${id}"`), 'the rule was not saved')
    ensure(rule.object === 'customer' && rule.users.length === 1, JSON.stringify(rule))
    await until(async () => (await theirs.api('GET', `/records/customer/${customer.id}`)).status === 200, 'the rule gives nothing')
    await window.go(`${why}?user=${colleague.id}`)
    await page.click(`.vd a:has-text("${rule.name}")`)
    await page.waitForURL(`**/o/sharing_rule/${rule.id}`)
    await window.settled()
    await looked(window, 'rights-sharing-rule')
  })
  await report.check('rights: why, and the team, on a phone', async () => {
    const phone = await browser.window({ login: 'admin', size: PHONE })
    await phone.go(`${why}?user=${colleague.id}`)
    await looked(phone, 'rights-why-phone')
    await phone.close()
  })
  ensure(!theirs.complaints.length, theirs.complaints.join('\n'))
  await theirs.close()
}

export async function run({ browser, report, only }) {
  const window = await browser.window({ login: 'admin' })
  const context = { page: window.page, window, report, browser }
  if (!only || only === 'matrix') await matrixElsewhere(context, await matrix(context, mark()))
  if (!only || only === 'why') await whyAndTeam(context, mark())
  if (!only || only === 'viewAs') await viewAsOnPhone(context, await viewAs(context, mark()))
  await report.check('rights: no complaint of the browser', async () => ensure(!window.complaints.length, window.complaints.join('\n')))
  await window.close()
}
