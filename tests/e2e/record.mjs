// The record's page: what is written, what rules ask for, what happens when the network, the session or the record is gone.
import { ensure } from './report.mjs'

const mark = () => Date.now().toString(36).slice(-6)

async function writing({ browser, report }) {
  const window = await browser.window({ login: 'sales1' })
  const { page } = window
  const made = (await window.api('POST', '/records/customer', { name: `写东西的客户 ${mark()}` })).body

  await report.check('record: @ finds a colleague by initials, the comment names him', async () => {
    await window.go(`/o/customer/${made.id}`)
    await page.click('.ctab button:has-text("评论")')
    await page.click('textarea.cta')
    await page.keyboard.type('请 @gmy')
    await page.waitForSelector('.who .mi.on:has-text("顾明远")')
    await page.keyboard.press('Enter')
    await page.keyboard.type('看一下')
    await page.keyboard.press('Control+Enter')
    await page.waitForSelector('.ev .at:has-text("@顾明远")')
    const comment = (await window.api('GET', `/records/customer/${made.id}/timeline?limit=1`)).body.items[0].comment
    ensure(comment.mentions?.[0]?.name === '顾明远', `mentions ${JSON.stringify(comment.mentions)}`)
  })
  await report.check('record: a comment is changed where it stands, and deleted with undo', async () => {
    const entry = page.locator('.ev:has(.bubble)')
    await entry.hover()
    await entry.locator('[aria-label="编辑"]').click()
    await page.locator('.ee textarea').press('End')
    await page.keyboard.type('，今天要')
    await page.keyboard.press('Control+Enter')
    await page.waitForSelector('.bubble:has-text("今天要")')
    await entry.hover()
    await entry.locator('[aria-label="删除"]').click()
    await page.waitForSelector('.bubble', { state: 'detached' })
    await page.click('.toast .act')
    await page.waitForSelector('.bubble:has-text("今天要")')
  })
  await report.check('record: a draft is kept for each record', async () => {
    await page.fill('textarea.cta', '没写完的话')
    await page.reload()
    await page.waitForFunction(() => document.querySelector('textarea.cta')?.value === '没写完的话')
    await page.fill('textarea.cta', '')
  })
  await report.check('record: a pasted file goes up with the follow-up and opens in the viewer', async () => {
    await page.click('.ctab button:has-text("拜访")')
    await page.fill('textarea.cta', '现场看过了')
    const picture = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64')
    await page.setInputFiles('.cft input[type=file] >> nth=0', { name: '现场.png', mimeType: 'image/png', buffer: picture })
    await page.waitForSelector('.ups img')
    await page.keyboard.press('Control+Enter')
    await page.waitForSelector('.ev:has-text("现场看过了") .ef img')
    await page.click('.ev:has-text("现场看过了") .ef a')
    await page.waitForSelector('.vw img')
    await page.keyboard.press('Escape')
    await page.waitForSelector('.vw', { state: 'detached' })
  })
  await report.check('record: what is written without a network is sent when it is back', async () => {
    // what a press needs is fetched once the page stands
    await page.waitForTimeout(1800)
    await page.context().setOffline(true)
    await page.fill('textarea.cta', '断网时写的')
    await page.keyboard.press('Control+Enter')
    await page.waitForSelector('.oe.waiting:has-text("断网时写的")')
    await page.click('[data-field=short_name] .val')
    await page.fill('[data-field=short_name] input', '断网简称')
    await page.keyboard.press('Enter')
    await page.waitForSelector('[data-field=short_name] .err')
    await page.context().setOffline(false)
    await page.waitForSelector('.ev:has-text("断网时写的")')
    await page.waitForSelector('[data-field=short_name] .val:has-text("断网简称")')
    const entries = (await window.api('GET', `/records/customer/${made.id}/timeline?limit=20`)).body.items.filter((item) => item.activity?.content === '断网时写的')
    ensure(entries.length === 1, `it was stored ${entries.length} times`)
  })
  await report.check('record: an ended session is begun again in place, nothing typed is lost', async () => {
    await page.click('[data-field=short_name] .val')
    await page.fill('[data-field=short_name] input', '接着写')
    // whatever asks first is told of the end; the field's own save waits for the sign-in like all others
    await page.context().clearCookies()
    await page.locator('[data-field=short_name] input').press('Enter')
    await page.fill('#again-password', 'haike-demo')
    await page.keyboard.press('Enter')
    await page.waitForSelector('[data-field=short_name] .val:has-text("接着写")')
    ensure((await window.api('GET', `/records/customer/${made.id}`)).body.short_name === '接着写', 'it was not saved')
  })
  await report.check('record: a record that somebody deletes says so and comes back', async () => {
    await window.api('DELETE', `/records/customer/${made.id}`)
    await page.waitForSelector('.gn.banner')
    await page.click('.gn button:has-text("恢复")')
    await page.waitForSelector('.gn.banner', { state: 'detached' })
    ensure((await window.api('GET', `/records/customer/${made.id}`)).status === 200, 'it was not restored')
  })
  await window.close()
}

async function rules({ browser, report }) {
  const admin = await browser.window({ login: 'admin' })
  const before = (await admin.api('GET', '/meta/objects/customer')).body.rules ?? []
  const set = (list) => admin.api('PATCH', '/meta/objects/customer', { rules: list })
  const answer = await set([
    { field: 'credit_code', effect: 'require', when: 'status = "formal"' }, { field: 'annual_revenue', effect: 'lock', when: 'level = "A"' }, { field: 'founded', effect: 'show', when: 'type = "partner"' },
  ])
  ensure(answer.status === 200, `the rules were answered ${answer.status}`)
  const window = await browser.window({ login: 'manager' })
  const { page } = window
  const made = (await window.api('POST', '/records/customer', { name: `守规矩的客户 ${mark()}`, type: 'end_user', level: 'A' })).body
  try {
    await report.check('record: a required field opens by itself and is saved together with what demands it', async () => {
      await window.go(`/o/customer/${made.id}`)
      ensure(await page.locator('[data-field=founded]').count() === 0, 'a field is shown against its rule')
      await page.click('[data-field=status] .val')
      await page.click('[data-field=status] .combo')
      await page.click('.floaty.list .mi:has-text("正式")')
      await page.waitForSelector('[data-field=credit_code] input')
      await page.fill('[data-field=credit_code] input', '91330000MA0000000X')
      await page.keyboard.press('Enter')
      await page.waitForSelector('[data-field=status]:not(.waits) .val:has-text("正式")')
      const saved = (await window.api('GET', `/records/customer/${made.id}`)).body
      ensure(saved.status === 'formal' && saved.credit_code === '91330000MA0000000X', `saved ${saved.status}, ${saved.credit_code}`)
    })
    await report.check('record: a locked field says why', async () => {
      await page.hover('[data-field=annual_revenue]')
      const why = await page.getAttribute('[data-field=annual_revenue] .lock', 'title')
      ensure(why?.includes('级别') && why.includes('A 类'), `it says ${why}`)
    })
    await report.check('record: a form shows a field when its rule holds', async () => {
      await window.go('/o/customer/new')
      await page.waitForSelector('#f-customer-type')
      ensure(await page.locator('#f-customer-founded').count() === 0, 'the field is there already')
      await page.click('#f-customer-type')
      await page.click('.floaty.list .mi:has-text("合作伙伴")')
      await page.waitForSelector('#f-customer-founded')
    })
  } finally {
    await set(before)
    await window.close()
    await admin.close()
  }
}

async function around({ browser, report }) {
  const window = await browser.window({ login: 'sales1' })
  const { page } = window
  await report.check('record: [ and ] keep the list, over a reload too; related records open in the panel', async () => {
    await window.go('/o/customer?view=all')
    await page.waitForSelector('.tbody [role=row]')
    await page.waitForTimeout(300)
    await page.keyboard.press('j')
    await page.keyboard.press('Control+Enter')
    await page.waitForURL(/\/o\/customer\/\d+$/)
    await page.waitForSelector('.crumb .st')
    const first = page.url()
    await page.keyboard.press(']')
    await page.waitForFunction((url) => location.href !== url, first)
    await page.reload()
    await page.waitForSelector('.crumb .st:has-text("2 /")')
    await page.keyboard.press('[')
    await page.waitForFunction((url) => location.href === url, first)
    const customer = await window.one('contact', 'not is_null(customer) and owner = me()')
    await window.go(`/o/customer/${customer.customer.id}`)
    await page.click('.rsec:has-text("联系人") .nm')
    await page.waitForSelector('.side dl')
    ensure(/open=contact/.test(decodeURIComponent(page.url())), page.url())
    await page.keyboard.press('Escape')
    await page.waitForSelector('.side', { state: 'detached' })
  })
  await report.check('record: a checklist is ticked and grown where it stands', async () => {
    const task = (await window.api('POST', '/records/task', { title: `准备投标 ${mark()}`, checklist: [{ text: '买标书', done: false }] })).body
    await window.go(`/o/task/${task.id}`)
    await page.click('.cl .ck >> nth=0')
    await page.fill('.cl input[type=text] >> nth=1', '盖章')
    await page.keyboard.press('Enter')
    await page.waitForTimeout(900)
    const saved = (await window.api('GET', `/records/task/${task.id}`)).body.checklist
    ensure(JSON.stringify(saved) === '[{"text":"买标书","done":true},{"text":"盖章","done":false}]', JSON.stringify(saved))
  })
  await window.close()
}

async function refused({ browser, report }) {
  const admin = await browser.window({ login: 'admin' })
  const window = await browser.window({ login: 'sales1' })
  const { page } = window
  const boss = await admin.one('user', 'login = "manager"')
  const away = (record) => admin.api('PATCH', `/records/competitor/${record.id}`, { owner: boss.id })
  const [one, two] = await Promise.all(['甲', '乙'].map(async (name) => (await window.api('POST', '/records/competitor', { name: `对手${name} ${mark()}` })).body))
  await report.check('refused: a right that is taken away meanwhile is told at the field, what was typed stays', async () => {
    await window.go(`/o/competitor/${one.id}`)
    await page.click('[data-field=website] .val')
    await page.fill('[data-field=website] input', 'https://rival.example')
    ensure((await away(one)).status === 200, 'the owner was not changed')
    await page.waitForSelector('[data-field=owner]:has-text("林若溪")')
    await page.keyboard.press('Enter')
    await page.waitForSelector('[data-field=website] .err:has-text("没有权限")')
    ensure(await page.inputValue('[data-field=website] input') === 'https://rival.example', 'what was typed is gone')
    ensure((await window.api('GET', `/records/competitor/${one.id}`)).body.website === null, 'it was saved')
  })
  await report.check('refused: the same in the cell of a list, with the old value back', async () => {
    await window.go(`/o/competitor?view=all&filter=${encodeURIComponent(`id = ${two.id}`)}`)
    const cell = page.locator('.tbody .row [data-col=website]')
    await cell.click()
    await cell.locator('input').fill('https://rival.example')
    await away(two)
    await page.keyboard.press('Enter')
    await page.waitForSelector('.refuse:has-text("没有权限")')
    ensure((await cell.innerText()).includes('rival.example'), 'what was typed is gone')
    ensure((await window.api('GET', `/records/competitor/${two.id}`)).body.website === null, 'it was saved')
  })
  await report.check('refused: no complaint of the browser', async () => ensure(!window.complaints.length, window.complaints.join('\n')))
  await window.close()
  await admin.close()
}

async function stages({ browser, report }) {
  const admin = await browser.window({ login: 'admin' })
  const window = await browser.window({ login: 'sales1' })
  const { page } = window
  const id = mark()
  const customer = (await window.api('POST', '/records/customer', { name: `走阶段 ${id}` })).body
  const deal = (await window.api('POST', '/records/opportunity', { name: `走阶段 ${id}`, customer: customer.id, stage: 'proposal' })).body
  await admin.api('PATCH', '/meta/objects/opportunity', { rules: [{ field: 'reference_no', effect: 'require', when: `stage = "negotiation" and name contains "${id}"` }] })
  try {
    await report.check('stage: what the next step lacks stands in it, what others demand is told where one points, and asked under the path', async () => {
      await window.go(`/o/opportunity/${deal.id}`)
      const step = (key) => page.locator(`[data-step=${key}]`)
      await step('negotiation').locator('.lk:has-text("1")').waitFor()
      ensure((await step('negotiation').getAttribute('title')).includes('编号'), await step('negotiation').getAttribute('title'))
      await step('lost').hover()
      await page.waitForFunction(() => document.querySelector('[data-step=lost]').title.includes('输单原因'))
      await step('negotiation').click()
      await page.waitForSelector('.pw .ask form')
      await page.click('.pw .ask button[type=submit]')
      await page.waitForSelector('.pw .ask .err')
      ensure((await window.api('GET', `/records/opportunity/${deal.id}`)).body.stage === 'proposal', 'it was moved without what is demanded')
      await page.fill('#action-reference_no', `HT-${id}`)
      await page.click('.pw .ask button[type=submit]')
      await page.waitForSelector('.path li.cur:has-text("商务谈判")')
      const now = (await window.api('GET', `/records/opportunity/${deal.id}`)).body
      ensure(now.stage === 'negotiation' && now.reference_no === `HT-${id}`, `${now.stage} ${now.reference_no}`)
    })
  } finally {
    await admin.api('PATCH', '/meta/objects/opportunity', { rules: null })
    await window.close()
    await admin.close()
  }
}

async function pickers({ browser, report }) {
  await report.check('a date is picked from weeks that begin where the company says, in each language', async () => {
    for (const [lang, monday] of [['zh-CN', '一'], ['en', 'Mo']]) {
      const window = await browser.window({ login: 'sales2', lang })
      await window.go('/o/opportunity/new')
      await window.page.click('#f-opportunity-close_date')
      const first = (await window.page.locator('.el-date-table th').first().innerText()).trim()
      ensure(first.startsWith(monday), `${lang}: the week begins with ${first}`)
      await window.close()
    }
  })
}

export async function run(context) {
  for (const part of [writing, rules, around, refused, stages, pickers].filter((item) => !context.only || item.name === context.only)) {
    try {
      await part(context)
    } catch (error) {
      context.report.fail(part.name, error)
    }
  }
}
