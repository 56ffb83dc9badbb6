// Somebody who is there already: told under the field while he is typed, looked for without making anything, merged field by field and taken apart again.
import { DESK, PHONE } from './browser.mjs'
import { accessible, fits } from './layout.mjs'
import { ensure } from './report.mjs'
import { create } from './steps.mjs'

const letters = '甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥'
const word = () => Array.from({ length: 4 }, () => letters[Math.floor(Math.random() * letters.length)]).join('')

async function typing({ browser, report }) {
  const other = await browser.window({ login: 'sales2' })
  const window = await browser.window({ login: 'sales1' })
  const { page } = window
  const [brand, foreign] = [`晟${word()}`, `霁${word()}`]
  const mine = await create(window, 'customer', { name: `杭州${brand}精密机械有限公司` })
  await create(other, 'customer', { name: `苏州${foreign}纺织有限公司`, phone: '13655550101' })
  await report.check('duplicates: whoever is there already is told under the field, with a link', async () => {
    await window.go('/o/customer/new')
    await page.fill('#f-customer-name', `${brand}精密机械股份公司`)
    await page.waitForSelector(`.dl a[href="/o/customer/${mine.id}"]`)
    await page.fill('#f-customer-name', `${word()}${word()}`)
    await page.waitForSelector('.dl', { state: 'detached' })
  })
  await report.check('duplicates: what one may not see is masked, and whose it is is told', async () => {
    await page.fill('#f-customer-name', `${foreign}纺织`)
    await page.waitForSelector('.dl b:has-text("苏**纺织")')
    const text = await page.locator('.dl').innerText()
    ensure(!text.includes(foreign) && await page.locator('.dl a').count() === 0, `it says ${text}`)
    await page.fill('#f-customer-name', '')
  })
  await report.check('duplicates: looked for from the palette, without making anything', async () => {
    await window.go('/today')
    await page.keyboard.press('Control+k')
    await page.waitForSelector('.pal input:focus')
    await page.keyboard.type('查重：客户')
    await page.locator('.pal .mi', { hasText: '查重：客户' }).first().click()
    await page.waitForURL('**/o/customer/duplicates')
    await page.fill('#dc-phone', '136 5555 0101')
    await page.waitForSelector('.list .masked:has-text("苏**纺织")')
    ensure((await page.locator('.list li').innerText()).includes('电话相同'), await page.locator('.list li').innerText())
    await page.fill('#dc-phone', '13000000000')
    await page.waitForSelector('text=还没有这样的记录')
  })
  for (const [size, theme, lang] of [[DESK, 'light', 'zh-CN'], [PHONE, 'dark', 'en']]) {
    await report.check(`duplicates: the check at ${size.width} ${theme} ${lang} fits, and axe finds nothing`, async () => {
      const look = await browser.window({ login: 'sales1', size, theme, lang })
      await look.go('/o/customer/duplicates')
      await look.page.fill('#dc-name', `${foreign}纺织`)
      await look.page.waitForSelector('.list li')
      await look.picture(`duplicates-${size.width}-${theme}`)
      await fits(look.page)
      await accessible(look.page)
      await look.close()
    })
  }
  await window.close()
  await other.close()
}

async function merging({ browser, report }) {
  const window = await browser.window({ login: 'admin' })
  const { page } = window
  const brand = `曜${word()}`
  const first = await create(window, 'customer', { name: `宁波${brand}电子有限公司`, level: 'A' })
  const second = await create(window, 'customer', { name: `${brand}电子股份有限公司`, level: 'B', phone: '13655550202' })
  const contact = await create(window, 'contact', { name: '合并联系人', customer: second.id })
  await report.check('duplicates: found from a record, chosen, and laid side by side', async () => {
    await window.go(`/o/customer/${first.id}`)
    await page.click('[aria-label="更多操作"]')
    await page.locator('.mi', { hasText: '查重与合并' }).click()
    await page.locator('.list li', { hasText: second.name }).locator('input').check()
    await page.click('a.btn.p:has-text("合并")')
    await page.waitForSelector('tr[data-field=level]')
    await page.waitForSelector('.counts:has-text("联系人 1")')
    await window.picture('merge-desk')
    await fits(page)
    await accessible(page)
  })
  await report.check('duplicates: merged by field, what referred is moved, and undone from the message', async () => {
    await page.locator('tr[data-field=level] input').nth(1).check()
    await page.click('button.btn.p:has-text("合并")')
    await page.waitForURL(`**/o/customer/${first.id}`)
    const now = (await window.api('GET', `/records/customer/${first.id}`)).body
    ensure(now.level === 'B' && now.phone === '13655550202', `level ${now.level}, phone ${now.phone}`)
    ensure((await window.api('GET', `/records/contact/${contact.id}`)).body.customer.id === first.id, 'the contact stayed')
    ensure((await window.api('GET', `/records/customer/${second.id}`)).body.merged_into === first.id, 'it does not say into what')
    const second_page = await browser.window({ login: 'admin' })
    await second_page.go(`/o/customer/${second.id}`)
    await second_page.page.waitForSelector(`.gn a[href="/o/customer/${first.id}"]`)
    await second_page.close()
    await page.click('.toast .act')
    for (let i = 0; i < 100 && (await window.api('GET', `/records/customer/${second.id}`)).status !== 200; i++) await page.waitForTimeout(50)
    await page.waitForTimeout(300)
    const back = (await window.api('GET', `/records/customer/${first.id}`)).body
    ensure(back.level === 'A' && back.phone === null && (await window.api('GET', `/records/contact/${contact.id}`)).body.customer.id === second.id, `level ${back.level}, phone ${back.phone}`)
  })
  await report.check('duplicates: no complaint of the browser', async () => ensure(!window.complaints.length, window.complaints.join('\n')))
  await window.close()
}

export async function run(context) {
  for (const part of [typing, merging].filter((item) => !context.only || item.name === context.only)) {
    try {
      await part(context)
    } catch (error) {
      context.report.fail(part.name, error)
    }
  }
}
