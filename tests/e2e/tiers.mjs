// Tiers on screen: an administrator writes the rules and sees what they would do, switches them on, and customers show where they are.
import { PHONE } from './browser.mjs'
import { looked } from './layout.mjs'
import { ensure, until } from './report.mjs'
import { choose, create, mark } from './steps.mjs'

const PAGE = '/settings/tiers'
const rows = (page) => page.locator('.tb tbody tr').evaluateAll((all) => Object.fromEntries(all.map((row) => [row.querySelector('th').textContent.trim(), Number([...row.querySelectorAll('td')].at(-1).textContent.replace(/\D/g, ''))])))

// The figures of a trial once it has answered what is written by now.
async function tried(window, fits) {
  await until(async () => fits(await rows(window.page)), 'the trial does not follow')
  return rows(window.page)
}

async function write({ page, window, report }, id) {
  const customer = await create(window, 'customer', { name: `分层客户${id}`, level: 'A' })
  await report.check('tiers: rules that are being written say what they would do', async () => {
    await window.go(PAGE)
    await page.waitForSelector('.tb tbody tr')
    const before = await tried(window, (found) => Object.values(found).some((count) => count > 0))
    ensure(before['高价值'] !== undefined && Object.values(before).reduce((sum, count) => sum + count, 0) > 50, JSON.stringify(before))
    await looked(window, 'tiers-new')
    const condition = page.locator('.rule textarea').first()
    await condition.fill(`name contains "分层客户${id}"`)
    const after = await tried(window, (found) => found['高价值'] === 1)
    ensure(after['高价值'] !== before['高价值'] || before['高价值'] === 1, 'nothing followed')
    await condition.fill('rfm_recency >')
    await page.waitForSelector('.rule .said .now, .rule .said .err')
    await condition.fill(`name contains "分层客户${id}"`)
    await tried(window, (found) => found['高价值'] === 1)
  })
  await report.check('tiers: what is refused stands at its place and nothing that was written is lost', async () => {
    await page.fill('#tier-monetary-cuts', '5, 4, 3, 2')
    await page.click('button.p:has-text("保存")')
    await page.waitForSelector('.measure .err:has-text("4 个从小到大的数")')
    ensure((await page.locator('.rule textarea').first().inputValue()).includes(id), 'the rule is gone')
    await page.fill('#tier-monetary-cuts', '10000, 50000, 200000, 1000000')
  })
  await report.check('tiers: switched on, customers are where the trial said', async () => {
    const said = await tried(window, (found) => found['高价值'] === 1)
    await page.click('label.on')
    await page.click('button.p:has-text("保存")')
    await page.waitForSelector('text=上次全部计算')
    await until(async () => (await window.api('GET', `/records/customer/${customer.id}`)).body.tier === 'high_value', 'no tier')
    await until(async () => {
      const found = (await window.api('GET', '/aggregate/customer?group=tier&measure=count()')).body.items
      return found.every((item) => item.tier) && found.find((item) => item.tier === 'high_value')['count()'] === said['高价值']
    }, 'not all are where they belong')
    await window.go(`/o/customer/${customer.id}`)
    await page.waitForSelector('text=高价值')
    await looked(window, 'tiers-record')
    await window.go(`/o/customer?view=all&filter=${encodeURIComponent('tier = "high_value"')}`)
    await page.waitForSelector(`text=分层客户${id}`)
  })
  return customer
}

async function change({ page, window, report }) {
  await report.check('tiers: rules are moved, added and removed, and come back as they were stored', async () => {
    await window.go(PAGE)
    await page.waitForSelector('.rule')
    const count = await page.locator('.rule').count()
    await page.locator('.rule >> nth=1').locator('button[aria-label="上移"]').click()
    await page.click('button:has-text("添加规则")')
    await choose(page, page.locator('.rule').last().locator('.combo'), '潜力')
    await page.locator('.rule').last().locator('textarea').fill('level = "A"')
    await page.locator('.rule').last().locator('input.num').fill('10')
    await page.locator('.rule >> nth=2').locator('button[aria-label="删除规则"]').click()
    await page.click('button.p:has-text("保存")')
    await page.waitForSelector('button:has-text("立即计算")')
    await window.go(PAGE)
    await page.waitForSelector('.rule')
    ensure((await page.locator('.rule').count()) === count, 'a rule too many or too few')
    ensure((await page.locator('.rule').last().locator('textarea').inputValue()) === 'level = "A"', 'the new rule is not last')
    ensure((await page.locator('.rule').last().locator('input.num').inputValue()) === '10', 'its days are lost')
    await looked(window, 'tiers-page')
  })
}

async function elsewhere({ browser, report }) {
  await report.check('tiers: the page on a phone, in English, in the dark', async () => {
    for (const [name, look] of [['phone', { size: PHONE }], ['phone-en', { size: PHONE, lang: 'en' }], ['en-dark', { lang: 'en', theme: 'dark' }]]) {
      const window = await browser.window({ login: 'admin', ...look })
      await window.go(PAGE)
      await window.page.waitForSelector('.tb tbody tr')
      await looked(window, `tiers-${name}`)
      ensure(!window.complaints.length, window.complaints.join('\n'))
      await window.close()
    }
  })
  await report.check('tiers: who is no administrator has no such page', async () => {
    const window = await browser.window({ login: 'sales1' })
    await window.go('/settings')
    ensure(!(await window.page.locator(`a[href="${PAGE}"]`).count()), 'the link is there')
    ensure((await window.api('GET', '/records/tier_model')).status === 404, 'models can be read')
    await window.close()
  })
}

export async function run({ browser, report }) {
  const window = await browser.window({ login: 'admin' })
  const context = { page: window.page, window, report, browser }
  await write(context, mark())
  await change(context)
  await elsewhere(context)
  await window.api('PATCH', `/records/tier_model/${(await window.one('tier_model', 'active')).id}`, { active: false })
  ensure(!window.complaints.length, window.complaints.join('\n'))
  await window.close()
}
