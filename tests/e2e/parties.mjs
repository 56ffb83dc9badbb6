// Customers made formal, where contacts work, parties to a deal, what is known of a competitor: on their pages, at a desk and on a phone.
import { PHONE } from './browser.mjs'
import { looked } from './layout.mjs'
import { ensure, until } from './report.mjs'
import { create, mark } from './steps.mjs'

async function formal({ window, theirs, report }, id) {
  const customer = await create(theirs, 'customer', { name: `转正客户${id}` })
  await report.check('parties: who is designated makes a customer formal, others are not offered it', async () => {
    await theirs.go(`/o/customer/${customer.id}`)
    ensure(!(await theirs.page.locator('button:has-text("转为正式")').count()), 'a salesperson is offered it')
    await theirs.page.click('[data-field=status] .val')
    await theirs.page.click('[data-field=status] .combo')
    await theirs.page.click('.floaty.list .mi:has-text("正式")')
    await theirs.page.waitForSelector('[data-field=status] :text("只有指定的角色")')
    await theirs.picture('parties-refused')
    await window.go(`/o/customer/${customer.id}`)
    const button = window.page.locator('button:has-text("转为正式")').first()
    if (!(await button.isVisible())) await window.page.click('button[aria-label="更多操作"]')
    await window.page.locator('button:has-text("转为正式"), .mi:has-text("转为正式")').first().click()
    await until(async () => (await window.api('GET', `/records/customer/${customer.id}`)).body.status === 'formal', 'it stays potential')
    await looked(window, 'parties-formal')
  })
  return customer
}

async function around({ window, theirs, report }, customer, id) {
  const [other, rival] = [await create(theirs, 'customer', { name: `设计院${id}` }), await create(theirs, 'competitor', { name: `对手${id}` })]
  const contact = await create(theirs, 'contact', { name: `柳岸${id}`, customer: customer.id, position: '处长' })
  await theirs.api('PATCH', `/records/contact/${contact.id}`, { customer: other.id, position: '总监' })
  const deal = await create(theirs, 'opportunity', { name: `泵站${id}`, customer: customer.id, amount: 500000, competitor: rival.id })
  await create(theirs, 'deal_partner', { opportunity: deal.id, customer: other.id, role: 'design_institute', share: 0.2 })
  await create(theirs, 'competitor_price', { name: '同型号', competitor: rival.id, price: 88000, opportunity: deal.id })
  await report.check('parties: the pages show affiliations, parties, and what is known of a competitor', async () => {
    await theirs.go(`/o/contact/${contact.id}`)
    await theirs.page.waitForSelector(`section:has-text("任职经历") :text("转正客户${id}")`)
    await looked(theirs, 'parties-contact')
    await theirs.go(`/o/opportunity/${deal.id}`)
    await theirs.page.waitForSelector(`section:has-text("参与方") :text("设计院${id}")`)
    await looked(theirs, 'parties-deal')
    await window.go(`/o/competitor/${rival.id}`)
    await window.page.waitForSelector('section:has-text("对手价格") :text("同型号")')
    await looked(window, 'parties-competitor')
  })
  return { contact, deal, rival }
}

export async function run({ browser, report }) {
  const window = await browser.window({ login: 'manager' }), theirs = await browser.window({ login: 'sales1' })
  const context = { window, theirs, report }, id = mark()
  const { deal, rival } = await around(context, await formal(context, id), id)
  await report.check('parties: the same on a phone', async () => {
    const phone = await browser.window({ login: 'sales1', size: PHONE })
    for (const [name, path] of [['deal', `/o/opportunity/${deal.id}`], ['competitor', `/o/competitor/${rival.id}`]]) {
      await phone.go(path)
      await looked(phone, `parties-phone-${name}`)
    }
    await phone.close()
  })
  for (const one of [window, theirs]) {
    ensure(!one.complaints.filter((text) => !text.includes('422')).length, one.complaints.join('\n'))
    await one.close()
  }
}
