// The first start of a company of its own: setup in two languages, the tour, empty pages, settings, the password, the page without a network; and a demo company that comes and goes.
import { Haike } from '../support/server.mjs'
import { ensure, until } from './report.mjs'

const PASSWORD = 'yi-shan-yi-hai-7'
const TITLES = ['今天要做的事', '导航', '搜索与命令', '随手新建', '视图', '写跟进']

// A server on an empty folder, and the code that it printed.
export async function fresh(engine) {
  const haike = new Haike(engine)
  await haike.serve()
  haike.code = await until(() => /^open http:\S+\/setup\?code=(\w+)$/m.exec(haike.out)?.[1], () => `no code in: ${haike.out}`)
  return haike
}
export async function windowOf(browser, haike, options = {}) {
  const window = await browser.window({ login: null, ...options })
  window.url = haike.url
  return window
}
const next = (page) => page.click('.fm footer .btn.p')
async function nobodyYet(page) {
  await page.fill('#su-company', '')
  await next(page)
  await page.waitForSelector('#su-company[aria-invalid=true]')
}

async function chinese({ browser, report, haike }) {
  const window = await windowOf(browser, haike)
  const { page } = window
  await report.check('setup in Chinese: what is wrong is said at its field, in its step, and nothing typed is lost', async () => {
    await page.goto(`${haike.url}/o/customer`)
    await page.waitForURL('**/setup')
    await page.waitForSelector('#su-code:focus')
    await page.keyboard.press('Enter')
    await page.waitForSelector('#su-code[aria-invalid=true]')
    await page.keyboard.type('0000000000000000')
    await page.keyboard.press('Enter')
    await page.waitForSelector('#su-company:focus')
    await nobodyYet(page)
    await page.fill('#su-company', '听潮环境科技')
    await page.keyboard.press('Enter')
    await page.waitForSelector('#su-name:focus')
    await page.fill('#su-name', '顾听潮')
    await page.fill('#su-login', 'boss')
    await page.fill('#su-password', '1234567')
    await page.keyboard.press('Enter')
    await page.waitForSelector('#su-password[aria-invalid=true]')
    await page.fill('#su-password', PASSWORD)
    await page.waitForSelector('.meter.strong, .meter.fair')
    await page.keyboard.press('Enter')
    await page.click('.opt:has-text("空的")')
    await next(page)
    await page.waitForSelector('#su-code[aria-invalid=true]')
    await page.fill('#su-code', haike.code)
    await next(page)
    ensure(await page.inputValue('#su-company') === '听潮环境科技', 'the company is lost')
    await next(page)
    ensure(await page.inputValue('#su-name') === '顾听潮' && await page.inputValue('#su-password') === PASSWORD, 'the person is lost')
    await next(page)
    await page.waitForSelector('.opt.on:has-text("空的")')
    await next(page)
    await page.waitForURL('**/today')
    const settings = (await window.api('GET', '/settings')).body
    ensure(settings.company === '听潮环境科技' && settings.language === 'zh-CN' && settings.demo === false, JSON.stringify(settings))
  })
  await report.check('the tour begins, goes on by keyboard, is left and does not come again by itself', async () => {
    await page.waitForSelector('.card2:not(.wait)')
    const seen = [await page.textContent('.card2 h2')]
    await page.keyboard.press('ArrowRight')
    await until(async () => await page.textContent('.card2 h2') !== seen[0], 'it stands still')
    seen.push(await page.textContent('.card2 h2'))
    await page.keyboard.press('ArrowLeft')
    await until(async () => await page.textContent('.card2 h2') === seen[0], 'it does not go back')
    ensure(seen.every((title) => TITLES.includes(title)), seen.join())
    const kept = page.waitForResponse((response) => response.url().endsWith('/preferences') && response.request().method() === 'PUT')
    await page.keyboard.press('Escape')
    await page.waitForSelector('.card2', { state: 'detached' })
    await kept
    await page.reload()
    await window.settled()
    ensure(await page.locator('.card2, .offer').count() === 0, 'it is offered again')
  })
  await report.check('the tour is begun again from the help and walked to its end with Enter', async () => {
    await page.keyboard.press('?')
    await page.waitForSelector('.sheet')
    await page.click('.modal footer .btn:has-text("再看一遍引导")')
    const seen = new Set()
    const stands = () => page.evaluate(() => document.querySelector('.card2:has(.btn.p:focus) h2')?.textContent ?? null)
    for (let title = await until(stands, 'it does not begin'); title;) {
      ensure(!seen.has(title), `it goes in circles at ${title}`)
      seen.add(title)
      await page.keyboard.press('Enter')
      const before = title
      title = await until(async () => { const now = await stands(); return now === before ? null : now ?? (await page.locator('.card2').count() ? null : 'end') }, `it stands still at ${title}`)
      if (title === 'end') break
    }
    ensure(seen.size >= 4, `only ${[...seen].join()}`)
    ensure(page.url().endsWith('/today'), 'it does not come back to where it began')
  })
  await report.check('setup: no complaint of the browser', async () => ensure(!window.complaints.length, window.complaints.join('\n')))
  await window.close()
}

async function english({ browser, report, engine }) {
  const haike = await fresh(engine)
  const window = await windowOf(browser, haike)
  const { page } = window
  try {
    await report.check('setup in English from a printed address that was cut: the code is asked for again, all else is kept; the company speaks English', async () => {
      await page.goto(`${haike.url}/setup?code=${haike.code.slice(0, -2)}`)
      await page.click('.opt:has-text("English")')
      await page.waitForSelector('h1:has-text("Welcome")')
      ensure(await page.locator('#su-code').count() === 0, 'it asks for the code')
      await page.keyboard.press('Tab')
      await next(page)
      await page.fill('#su-company', 'Tide Water Ltd')
      await page.click('.combo >> nth=0')
      await page.keyboard.type('Berlin')
      await page.keyboard.press('Enter')
      await page.click('.combo >> nth=1')
      await page.keyboard.type('EUR')
      await page.keyboard.press('Enter')
      await next(page)
      await page.fill('#su-name', 'Gu Tingchao')
      await page.fill('#su-login', 'a b')
      await page.fill('#su-password', '1234567')
      await next(page)
      await page.waitForSelector('#su-password[aria-invalid=true]')
      ensure(/at least 8/.test(await page.textContent('.fm')), 'it does not say what is wanted')
      await page.fill('#su-password', PASSWORD)
      await next(page)
      await page.locator('.opt').nth(1).click()
      const shown = await page.textContent('.fm')
      ensure(!/[\u4e00-\u9fff]/.test(shown), shown)
      await next(page)
      await page.waitForSelector('#su-code[aria-invalid=true]')
      await page.fill('#su-code', haike.code)
      for (const field of ['#su-company', '#su-login[aria-invalid=true], #su-login']) {
        await next(page)
        await page.waitForSelector(field)
      }
      await next(page)
      await next(page)
      await page.waitForSelector('#su-login[aria-invalid=true]')
      await page.fill('#su-login', 'boss')
      await next(page)
      await page.waitForSelector('.opt.on:has-text("Empty")')
      await next(page)
      await page.waitForURL('**/today')
      await page.waitForSelector('.card2:not(.wait)')
      await page.keyboard.press('Escape')
      const settings = (await window.api('GET', '/settings')).body
      ensure(settings.language === 'en' && settings.currency === 'EUR' && settings.zone === 'Europe/Berlin', JSON.stringify(settings))
      ensure(await page.getAttribute('html', 'lang') === 'en', 'the page is not marked English')
      ensure(!(await page.textContent('.app')).includes('¥') && (await page.textContent('.app')).includes('€0'), 'sums are not in the company\'s currency')
      await window.settled()
      const left = (await page.textContent('.app')).match(/[\u4e00-\u9fff]+/g)
      ensure(!left, (left ?? []).join(' '))
    })
    await report.check('setup happens once: its page leads to the sign-in, its address answers no more', async () => {
      const other = await windowOf(browser, haike, { lang: 'en' })
      await other.page.goto(`${haike.url}/setup?code=${haike.code}`)
      await other.page.waitForURL('**/signin')
      const again = await haike.nobody().post('/setup', { code: haike.code, company: 'x', zone: 'Asia/Shanghai', language: 'en', currency: 'CNY', login: 'other', name: 'x', password: PASSWORD, demo: false })
      ensure(again.status >= 400, `it answers ${again.status}`)
      await other.close()
    })
    await report.check('setup in English: no complaint of the browser', async () => ensure(!window.complaints.length, window.complaints.join('\n')))
  } finally {
    await window.close()
    await haike.done()
  }
}

async function empty({ browser, report, haike }) {
  const window = await windowOf(browser, haike)
  const { page } = window
  await window.signIn('boss', PASSWORD)
  for (const path of ['/today', '/o/customer', '/o/lead', '/o/opportunity?mode=kanban', '/tasks', '/calendar?view=agenda', '/notifications', '/trash']) {
    await report.check(`empty: ${path} says what belongs there and what to do`, async () => {
      await window.go(path)
      const boxes = page.locator('.main .empty')
      if (!path.includes('kanban')) await boxes.first().waitFor()
      for (const text of await boxes.allInnerTexts()) ensure(text.trim().length > 5, `says only ${text}`)
      const ways = await page.locator('.main .empty button, .main .empty a, .main .btn.p, .main .add, .main .qa input, .main [data-tour=composer]').count()
      ensure(ways > 0 || ['/notifications', '/trash'].includes(path), 'there is nothing to press')
    })
  }
  await report.check('empty: from an empty list to the first customer', async () => {
    await window.go('/o/customer')
    await page.locator('.main .empty a, .main .empty button').first().click()
    const name = page.locator('#f-customer-name')
    await name.waitFor()
    await name.fill('第一家客户')
    await page.keyboard.press('Control+Enter')
    await until(() => window.one('customer', 'name = "第一家客户"'), 'it was not made')
  })
  await report.check('empty: no complaint of the browser', async () => ensure(!window.complaints.length, window.complaints.join('\n')))
  await window.close()
}

async function settings({ browser, report, haike }) {
  const window = await windowOf(browser, haike)
  const { page } = window
  await window.signIn('boss', PASSWORD)
  const save = () => page.click('#company footer .btn.p')
  await report.check('company settings: each refusal stands at its field, what was typed stays', async () => {
    await window.go('/settings#company')
    await page.fill('#set-company', '')
    await page.fill('#set-tiles', 'not an address')
    await save()
    await page.waitForSelector('#set-company[aria-invalid=true]')
    await page.waitForSelector('#set-tiles[aria-invalid=true]')
    ensure(await page.inputValue('#set-tiles') === 'not an address', 'what was typed is gone')
    await page.fill('#set-company', '听潮环境科技集团')
    await page.fill('#set-tiles', '')
    await page.click('#company .seg button:has-text("周日")')
    await page.focus('#set-company')
    await page.keyboard.press('Control+Enter')
    await page.waitForSelector('.toast:has-text("设置已保存")')
    await window.go('/calendar')
    await page.waitForSelector('.hkc-hcell')
    ensure(/日/.test(await page.locator('.hkc-hcell').first().textContent()), 'the week does not begin on Sunday')
    await window.go('/settings#company')
    ensure(await page.inputValue('#set-company') === '听潮环境科技集团', 'it was not kept')
    await page.click('#company .seg button:has-text("周一")')
    await save()
    await page.waitForSelector('.toast:has-text("设置已保存")')
  })
  await report.check('one\'s own password: wrong, short and different ones are refused at their fields; the new one signs in', async () => {
    const role = (await window.api('GET', '/records/role?filter=key%20%3D%20%22sales%22')).body.items[0].id
    const made = await window.api('POST', '/records/user', { login: 'xinren', name: '新同事', roles: [role] })
    ensure(made.status === 201, JSON.stringify(made.body))
    const set = await window.api('POST', `/users/${made.body.id}/password`, { password: 'first-password-9' })
    ensure(set.status < 300, JSON.stringify(set.body))
    const own = await windowOf(browser, haike)
    await own.signIn('xinren', 'first-password-9')
    await own.page.waitForSelector('.offer')
    await own.page.click('.offer button[aria-label="不用了"]')
    await own.go('/settings#password')
    const change = async (current, password, again) => {
      for (const [name, value] of Object.entries({ current, password, again })) await own.page.fill(`#pw-${name}`, value)
      await own.page.click('#password .btn.p')
    }
    await change('first-password-9', 'second-password-9', 'other')
    await own.page.waitForSelector('#pw-again[aria-invalid=true]')
    await change('not-it', 'second-password-9', 'second-password-9')
    await own.page.waitForSelector('#pw-current[aria-invalid=true]')
    await change('first-password-9', 'short', 'short')
    await own.page.waitForSelector('#pw-password[aria-invalid=true]')
    await change('first-password-9', 'second-password-9', 'second-password-9')
    await own.page.waitForSelector('.toast:has-text("密码已修改")')
    const later = await windowOf(browser, haike)
    await later.signIn('xinren', 'second-password-9')
    await later.settled()
    ensure(await later.page.locator('.offer').count() === 0, 'the tour is offered in a second browser')
    ensure((await haike.nobody().post('/session', { login: 'xinren', password: 'first-password-9' })).status === 401, 'the old password signs in')
    ensure(!own.complaints.length, own.complaints.join('\n'))
    await later.close()
    await own.close()
  })
  await report.check('settings: no complaint of the browser', async () => ensure(!window.complaints.length, window.complaints.join('\n')))
  await window.close()
}

async function offline({ browser, report, haike }) {
  await report.check('the page can be installed: manifest, icons, a service worker that is asked for anew', async () => {
    const manifest = await (await fetch(`${haike.url}/manifest.webmanifest`)).json()
    ensure(manifest.start_url && manifest.display === 'standalone' && manifest.name, JSON.stringify(manifest))
    for (const icon of manifest.icons) {
      const answer = await fetch(new URL(icon.src, haike.url))
      ensure(answer.ok && answer.headers.get('content-type').startsWith('image/'), `${icon.src}: ${answer.status} ${answer.headers.get('content-type')}`)
    }
    ensure(manifest.icons.some((icon) => icon.sizes === '512x512') && manifest.icons.some((icon) => icon.purpose === 'maskable'), 'sizes are missing')
    const worker = await fetch(`${haike.url}/sw.js`)
    ensure(/no-cache|no-store|max-age=0/.test(worker.headers.get('cache-control') ?? '') && /javascript/.test(worker.headers.get('content-type')), `${worker.headers.get('cache-control')} ${worker.headers.get('content-type')}`)
    ensure(/no-store/.test((await fetch(`${haike.url}/api/v1/setup`)).headers.get('cache-control') ?? ''), 'answers of the API may be stored')
  })
  const window = await windowOf(browser, haike)
  const { page } = window
  await report.check('without a network a reload shows the shell and a clear line; nothing of the API was kept', async () => {
    await window.signIn('boss', PASSWORD)
    await page.evaluate(() => Promise.race([navigator.serviceWorker.ready, new Promise((_, fail) => setTimeout(() => fail(new Error('no service worker')), 12_000))]))
    await window.go('/o/customer')
    await until(() => page.evaluate(() => navigator.serviceWorker.controller !== null), 'the page is not in its hands')
    await window.go('/today')
    const kept = await page.evaluate(async () => {
      const found = []
      for (const name of await caches.keys()) for (const request of await (await caches.open(name)).keys()) found.push(new URL(request.url).pathname)
      return found
    })
    ensure(kept.includes('/index.html') && kept.some((path) => path.startsWith('/assets/')), kept.join())
    ensure(!kept.some((path) => path.startsWith('/api')), kept.filter((path) => path.startsWith('/api')).join())
    await page.context().setOffline(true)
    await page.reload()
    await page.waitForSelector('.nav')
    await page.waitForSelector('.lines .soon:has-text("连不上服务器")')
    ensure(await page.locator('.nav .list a').count() > 3, 'the navigation is empty')
    await page.screenshot({ path: 'build/pictures/offline-1440-light.png' })
    await page.context().setOffline(false)
    await page.waitForSelector('.lines .soon', { state: 'detached', timeout: 40_000 })
    await page.waitForSelector('.td .card')
    await window.settled()
  })
  await window.close()
}

async function demo({ browser, report }) {
  const haike = await fresh('sqlite')
  const window = await windowOf(browser, haike)
  const { page } = window
  try {
    await report.check('setup with a demo company shows how far it is, and opens it', async () => {
      await page.goto(`${haike.url}/setup?code=${haike.code}`)
      await page.waitForSelector('.opt')
      await next(page)
      await page.fill('#su-company', '先看看公司')
      await next(page)
      await page.fill('#su-name', '老板')
      await page.fill('#su-login', 'boss')
      await page.fill('#su-password', PASSWORD)
      await next(page)
      await page.click('.opt:has-text("带一家演示公司")')
      await next(page)
      await page.waitForSelector('.sw progress')
      const seen = new Set()
      await until(async () => {
        const value = await page.locator('.sw progress').getAttribute('value', { timeout: 300 }).catch(() => null)
        if (value !== null) seen.add(Number(value))
        return page.url().endsWith('/today')
      }, 'it does not end', 240_000)
      ensure(seen.size > 3 && Math.max(...seen) > 0.5, `progress was ${[...seen].join(' ')}`)
      await page.waitForSelector('.card2:not(.wait)')
      await page.keyboard.press('Escape')
      ensure((await window.api('GET', '/records/customer?limit=1&count=true')).body.count > 1000, 'there are no customers')
      return `${seen.size} steps seen`
    })
    await report.check('the demo company goes at a word, with its progress; what is one\'s own stays', async () => {
      const mine = (await window.api('POST', '/records/customer', { name: '自己的客户' })).body
      await window.go('/settings#demo')
      await page.click('#demo .btn.danger')
      await page.waitForSelector('#demo .ask:has-text("客户")')
      ensure(await page.locator('#demo .ask .btn.danger').isDisabled(), 'it goes without the word')
      await page.fill('#demo-word', '移除')
      await page.keyboard.press('Enter')
      await page.waitForSelector('#demo progress, .toast:has-text("演示数据已移除")')
      await page.waitForSelector('.toast:has-text("演示数据已移除")', { timeout: 240_000 })
      await page.waitForSelector('#demo', { state: 'detached' })
      const left = (await window.api('GET', '/records/customer?limit=5&fields=id,name')).body.items
      ensure(left.length === 1 && left[0].id === mine.id, JSON.stringify(left))
      ensure((await window.api('GET', '/records/user?filter=active&fields=id,login')).body.items.map((user) => user.login).join() === 'boss', 'colleagues of the demo company are left')
      const check = haike.command(['check'])
      ensure(check.status === 0, check.stdout + check.stderr)
    })
    await report.check('demo company: no complaint of the browser', async () => ensure(!window.complaints.length, window.complaints.join('\n')))
  } finally {
    await window.close()
    await haike.done()
  }
}

export async function run(context) {
  const haike = await fresh(context.engine)
  const parts = { chinese, empty, settings, offline, english, demo }
  try {
    for (const [name, part] of Object.entries(parts)) {
      // the company that the others visit is made by the first
      if (context.only && context.only !== name && !(name === 'chinese' && ['empty', 'settings', 'offline'].includes(context.only))) continue
      try {
        await part({ ...context, haike })
      } catch (error) {
        context.report.fail(name, error)
      }
    }
  } finally {
    await haike.done()
  }
}
