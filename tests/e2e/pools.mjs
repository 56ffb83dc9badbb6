// Public pools on screen: claiming with its limits and races, the band of a record, releasing; a rule that is tried while it is written, sweeping, movements and monitoring. At a desk and on a phone.
import { PHONE } from './browser.mjs'
import { looked } from './layout.mjs'
import { ensure, until } from './report.mjs'
import { choose, create, mark, read } from './steps.mjs'

const rowOf = (page, name) => page.locator('.tbody .row', { hasText: name })
const meterOf = async (page, key) => (await page.locator(`[data-meter="${key}"]`).innerText()).replace(/\s+/g, ' ')

// A pool of its own: two may claim a day, six customers lie in it.
async function fill(admin, id) {
  const [sales1, sales2, manager] = await Promise.all(['sales1', 'sales2', 'manager'].map((login) => admin.one('user', `login = "${login}"`)))
  const pool = await create(admin, 'pool', { name: `公海${id}`, object: 'customer', members: [sales1.id, sales2.id], administrators: [manager.id], claim_daily: 2, holding_limit: 500, cooldown_days: 7, view_daily: 60, masked: true })
  const customers = []
  for (let i = 0; i < 8; i++) customers.push(await create(admin, 'customer', { name: `海产${id}-${i}`, phone: `1390000${1000 + i}`, level: i % 2 ? 'B' : 'C', pool: pool.id }))
  return { pool, customers, sales1, sales2, manager }
}

async function claiming({ report, browser }, id, made) {
  const window = await browser.window({ login: 'sales1' })
  const { page } = window
  const [first, second, third] = made.customers.map((customer) => customer.name)
  await report.check('pools: the navigation leads to mine; what is left today stands above the list; phones are masked', async () => {
    await window.go('/today')
    await page.click('.nav a[href="/pools"]')
    await page.click(`[role=tab]:has-text("${made.pool.name}")`)
    await page.waitForURL(`**pool=${made.pool.id}`)
    await rowOf(page, first).waitFor()
    ensure((await meterOf(page, 'claim')) === '今天还可领 2 0/2', await meterOf(page, 'claim'))
    ensure(await page.locator('.tbody .row').count() === 8, `${await page.locator('.tbody .row').count()} rows`)
    const phone = await rowOf(page, first).locator('[data-col=phone]').innerText()
    ensure(phone.includes('*') && !phone.includes('13900001000'), `the phone is told: ${phone}`)
    await rowOf(page, first).locator('[data-col=phone] .mt').hover()
    await page.waitForSelector('.tip:has-text("领取后可见")')
    await rowOf(page, first).hover()
    await looked(window, 'pools-desk')
  })
  await report.check('pools: claimed in its row, by the button and by c; what is mine leads to the record and leaves', async () => {
    await rowOf(page, first).hover()
    await rowOf(page, first).getByRole('button', { name: `领取${first}` }).click()
    await rowOf(page, first).locator('a:has-text("已领取")').waitFor()
    ensure((await read(window, 'customer', made.customers[0].id)).owner.id === made.sales1.id, 'it is not his')
    await until(async () => (await meterOf(page, 'claim')) === '今天还可领 1 1/2', 'the limit does not follow')
    await page.locator('.tw').hover()
    for (let n = 0; n < 12 && !(await rowOf(page, second).getAttribute('class')).includes('cur'); n++) await page.keyboard.press('j')
    await page.keyboard.press('c')
    await rowOf(page, second).locator('a:has-text("已领取")').waitFor()
    ensure(!(await page.locator('[aria-modal=true]').count()), 'the key made something new')
    await window.picture('pools-claimed')
    await rowOf(page, first).waitFor({ state: 'detached' })
  })
  await report.check('pools: beyond the limit it is refused in its row, and the row stays', async () => {
    await rowOf(page, third).hover()
    await rowOf(page, third).getByRole('button', { name: `领取${third}` }).click()
    await rowOf(page, third).locator('[role=alert]:has-text("2")').waitFor()
    await looked(window, 'pools-refused')
    ensure((await window.api('GET', `/records/customer/${made.customers[2].id}`)).body.in_pool === true, 'it was claimed')
  })
  return window
}

async function race({ report, browser }, id, made, manager) {
  const window = await browser.window({ login: 'sales2' })
  const { page } = window
  const [taken, away] = [made.customers[3], made.customers[4]]
  await report.check('pools: who comes second is told who was first; what others take meanwhile leaves by itself', async () => {
    await window.go(`/pools?pool=${made.pool.id}`)
    await rowOf(page, taken.name).waitFor()
    const give = (customer) => manager.api('POST', `/records/customer/${customer.id}/actions/assign`, { owner: made.sales1.id })
    const answer = await give(taken)
    ensure(answer.status === 200, `assign: ${answer.status} ${JSON.stringify(answer.body)}`)
    await rowOf(page, taken.name).hover()
    await rowOf(page, taken.name).getByRole('button', { name: `领取${taken.name}` }).click()
    await rowOf(page, taken.name).locator(`.taken:has-text("${made.sales1.name}")`).waitFor()
    await window.picture('pools-race')
    await rowOf(page, taken.name).waitFor({ state: 'detached' })
    ensure((await give(away)).status === 200, 'not assigned')
    await rowOf(page, away.name).waitFor({ state: 'detached' })
  })
  await report.check('pools: several at once; the one that is too many says so in its row', async () => {
    await window.go(`/pools?pool=${made.pool.id}&sort=name`)
    for (const at of [5, 6, 7]) await rowOf(page, made.customers[at].name).locator('.ck').click()
    await page.click('.cbar .btn.p')
    await page.locator('.cc.refused [role=alert]').waitFor()
    await page.waitForFunction(() => document.querySelectorAll('.cc.refused').length === 1)
    const mine = await window.api('GET', `/records/customer?filter=${encodeURIComponent(`owner = me() and name contains "海产${id}"`)}`)
    ensure(mine.body.items.length === 2, `${mine.body.items.length} are his`)
    await window.picture('pools-many')
  })
  await report.check('pools: no complaint of the browser (second)', async () => ensure(!window.complaints.length, window.complaints.join('\n')))
  await window.close()
}

async function releasing({ report }, id, made, window) {
  const { page } = window
  const customer = made.customers[0]
  await report.check('pools: released with a reason from the record; the band says where it lies and when it can be had back', async () => {
    await window.go(`/o/customer/${customer.id}`)
    ensure((await page.locator('[data-field=phone]').innerText()).includes('13900001000'), 'his own phone is masked')
    await page.click('button[aria-label="更多操作"]')
    await page.click('.mi:has-text("放回公海")')
    await page.fill('#action-reason', `暂停采购${id}`)
    // the demo company may have pools of its own
    if (await page.locator('.af .combo').count()) await choose(page, page.locator('.af .combo'), made.pool.name)
    await page.click('.af .btn.p')
    const band = page.locator('[data-band=pool]')
    await band.waitFor()
    const said = await band.innerText()
    ensure(said.includes(made.pool.name) && said.includes(made.sales1.name) && said.includes(`暂停采购${id}`) && said.includes('冷却期'), said)
    ensure(!(await band.locator('button').count()), 'he may claim it back at once')
    await page.waitForSelector(`.ev:has-text("放回公海"):has-text("暂停采购${id}")`)
    await page.waitForSelector('[data-field=phone] .mt')
    await looked(window, 'pools-record')
  })
  await report.check('pools: another member claims it from its page', async () => {
    await window.go(`/o/customer/${made.customers[2].id}`)
    await page.click('[data-band=pool] .btn.p')
    await page.locator('[data-band=pool] [role=alert]:has-text("2")').waitFor()
    await window.picture('pools-record-refused')
  })
}

async function rules({ report, browser }, id, made, admin) {
  const { page } = admin
  // a customer that no rule before takes, and nothing protects
  const trial = await admin.api('POST', '/pools/simulate', { pool: made.pool.id, object: 'customer', rule: { name: 'trial', clock: 'follow_up', days: 1, order: 10, active: true } })
  const old = trial.body.items?.find((item) => item.rule.name === 'trial')
  ensure(old, `no customer of the demo company has been quiet for a day: ${trial.status}`)
  await report.check('pools: a rule is a sentence; what it would do tomorrow follows while it is written', async () => {
    await admin.go('/settings')
    await page.click('.mi[href="/settings/pools"] >> nth=0')
    await page.click(`a[href="/settings/pools/${made.pool.id}"]`)
    await page.click('.add:has-text("添加回收规则")')
    await page.fill('#rule-days', '3000')
    await page.fill('#rule-condition', `id = ${old.id}`)
    await page.waitForSelector('.rf .m:has-text("超过 3,000 天没有有效跟进"), .rf .m:has-text("超过 3000 天没有有效跟进")')
    await page.waitForSelector('[data-simulation] .tag:has-text("未保存")')
    const before = await page.locator('[data-simulation] .sum').innerText()
    await page.fill('#rule-days', '1')
    await page.waitForSelector(`[data-simulation] td a:has-text("${old.name}")`)
    ensure((await page.locator('[data-simulation] .sum').innerText()) !== before, 'the figure stays')
    await looked(admin, 'pools-rule')
    await page.keyboard.press('Control+Enter')
    await page.waitForSelector('.rule:has-text("超过 1 天没有有效跟进 → 回收，提前 3 天提醒")')
  })
  await report.check('pools: rules change places with the keyboard, and are put out of use', async () => {
    await page.click('.add:has-text("添加回收规则")')
    await page.fill('#rule-days', '365')
    await page.fill('#rule-condition', 'level = "D" and name = "no such customer"')
    await page.click('.rf .btn.p')
    await page.waitForSelector('.rule >> nth=1')
    await page.locator('.rule').nth(1).locator('.grip').focus()
    await page.keyboard.press('Alt+ArrowUp')
    await page.waitForFunction(() => document.querySelector('.rule')?.textContent?.includes('365'))
    const stored = (await admin.api('GET', `/records/pool_rule?filter=${encodeURIComponent(`pool = ${made.pool.id}`)}`)).body.items.sort((a, b) => a.order - b.order)
    ensure(stored[0].days === 365, JSON.stringify(stored.map((rule) => [rule.order, rule.days])))
    await page.locator('.rule').first().locator('[role=switch]').click()
    await page.waitForSelector('.rule.off')
  })
  await report.check('pools: swept; the movement and the month\'s figures say so', async () => {
    await admin.go('/settings/pools')
    await page.click('.head .btn:has-text("现在回收")')
    await page.waitForSelector('.due:has-text("客户")')
    ensure((await read(admin, 'customer', old.id)).in_pool !== true, 'asking has recycled it')
    await looked(admin, 'pools-settings')
    await page.click('.due .btn.p')
    await until(async () => (await read(admin, 'customer', old.id)).in_pool === true, 'it was not recycled', 15_000)
    await admin.go(`/settings/pools/${made.pool.id}?tab=log`)
    await page.waitForSelector(`li:has-text("${old.name}"):has-text("按规则")`)
    await page.click('.kinds .fc:has-text("领取")')
    await page.waitForFunction(() => ![...document.querySelectorAll('.log li')].some((item) => item.textContent.includes('按规则')))
    await looked(admin, 'pools-log')
    await admin.go(`/settings/pools/${made.pool.id}?tab=report`)
    await page.waitForSelector('.rep canvas')
    ensure((await page.locator('.rep tbody tr', { hasText: made.sales1.name }).first().innerText()).includes('2'), 'his claims are not counted')
    await looked(admin, 'pools-report')
  })
  await report.check('pools: whose record will go is told on it, amber from the day of the warning on', async () => {
    const counted = await admin.one('customer', 'in_pool != true and recycle_at <= today() + 30')
    if (!counted) return 'the rules in use name no day'
    await admin.go(`/o/customer/${counted.id}`)
    await page.waitForSelector('[data-band=recycle] p')
    await page.click('[data-band=recycle] .btn')
    await page.waitForFunction(() => document.activeElement?.tagName === 'TEXTAREA')
    await looked(admin, 'pools-countdown')
  })
}

async function elsewhere({ report, browser }, made) {
  for (const given of [{ size: PHONE, theme: 'light', lang: 'zh-CN', tabs: ['rules', 'report', 'log'] }, { size: PHONE, theme: 'dark', lang: 'en', tabs: ['rules'] }, { theme: 'dark', lang: 'en', tabs: ['report'] }])
    await report.check(`pools: ${given.size ? 'on a phone' : 'at a desk'}, ${given.theme}, ${given.lang}: fits, and axe finds nothing`, async () => {
      const window = await browser.window({ login: 'manager', ...given })
      const tail = `${given.size ? 'phone' : 'desk'}-${given.theme}`
      await window.go(`/pools?pool=${made.pool.id}`)
      await window.page.waitForSelector(given.size ? '.kc' : '.tbody .row')
      await looked(window, `pools-${tail}`)
      for (const tab of given.tabs) {
        await window.go(`/settings/pools/${made.pool.id}?tab=${tab}`)
        if (tab === 'report') await window.page.waitForSelector('canvas')
        await looked(window, `pools-${tab}-${tail}`)
      }
      ensure(!window.complaints.length, window.complaints.join('\n'))
      await window.close()
    })
  await report.check('pools: claimed with a thumb', async () => {
    const window = await browser.window({ login: 'sales1', size: PHONE })
    await window.go(`/pools?pool=${made.pool.id}`)
    const card = window.page.locator('.kc', { hasText: made.customers[2].name })
    const button = card.locator('.btn.act')
    ensure((await button.boundingBox()).height >= 44, 'the button is too small')
    await button.tap()
    await card.locator('[role=alert]:has-text("2")').waitFor()
    await looked(window, 'pools-phone-refused')
    await window.go(`/o/customer/${made.customers[2].id}`)
    await window.page.waitForSelector('[data-band=pool] .btn.p')
    await looked(window, 'pools-phone-record')
    await window.close()
  })
  await report.check('pools: who is in none has none, and no settings of them', async () => {
    const window = await browser.window({ login: 'finance' })
    ensure(!((await window.api('GET', '/pools')).body.items ?? []).length, 'the books have a pool')
    ensure(!(await window.page.locator('.nav a[href="/pools"]').count()), 'the navigation leads to pools')
    await window.go('/settings')
    ensure(!(await window.page.locator('.mi[href="/settings/pools"]').count()), 'the settings lead to pools')
    await window.close()
  })
}

export async function run({ browser, report }) {
  const admin = await browser.window({ login: 'admin' })
  const manager = await browser.window({ login: 'manager' })
  const id = mark()
  const context = { report, browser }
  const made = await fill(admin, id)
  const window = await claiming(context, id, made)
  await race(context, id, made, manager)
  await releasing(context, id, made, window)
  await rules(context, id, made, admin)
  await elsewhere(context, made)
  for (const each of [admin, manager, window]) {
    await report.check('pools: no complaint of the browser', async () => ensure(!each.complaints.length, each.complaints.join('\n')))
    await each.close()
  }
}
