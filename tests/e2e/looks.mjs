// How it looks: every main page at both sizes, light and dark, Chinese and English; nothing overflows, nothing is cut.
import { DESK, PHONE } from './browser.mjs'
import { accessible, fits } from './layout.mjs'
import { ensure } from './report.mjs'

async function pages(window, login) {
  const mine = await window.one('customer', 'owner = me() and open_amount > 0') ?? await window.one('customer', 'id > 0')
  const deal = await window.one('opportunity', 'stage = "proposal"')
  const lead = await window.one('lead', 'status = "new"')
  const admin = login === 'admin' ? { fields: '/design/opportunity?tab=fields', layout: '/design/customer?tab=layout', rules: '/design/lead?tab=rules', views: '/design/customer?tab=views', company: '/settings#company' } : {}
  return {
    ...admin, calendar: '/calendar', mytasks: '/tasks', map: '/o/customer?view=map', timeline: '/o/opportunity?mode=timeline', month: '/o/event?mode=calendar', grouped: '/o/customer?group=level', notices: '/notifications', me: '/me',
    today: '/today', list: '/o/customer', kanban: '/o/opportunity?view=board', funnel: '/o/opportunity?view=funnel', tasks: '/o/task', record: `/o/customer/${mine.id}`, deal: `/o/opportunity/${deal.id}`,
    lead: `/o/lead/${lead.id}`, form: '/o/customer/new', dashboard: '/reports', trash: '/trash/customer', settings: '/settings',
  }
}

async function look({ browser, report }, { login, size, theme, lang }) {
  const window = await browser.window({ login, size, theme, lang })
  const tail = `${size.width}-${theme}${lang === 'en' ? '-en' : ''}${login === 'admin' ? '-admin' : ''}`
  for (const [name, path] of Object.entries(await pages(window, login))) {
    await report.check(`${name} at ${size.width} ${theme} ${lang}: fits, and axe finds nothing`, async () => {
      await window.go(path)
      if (name === 'dashboard') await window.page.waitForSelector('canvas')
      await window.picture(`${name}-${tail}`)
      ensure(await window.page.getAttribute('html', 'data-theme') === theme && await window.page.getAttribute('html', 'lang') === lang, 'another look than was asked for')
      await fits(window.page)
      await accessible(window.page)
    })
  }
  if (size === DESK && login !== 'admin') await open(window, report, tail)
  await report.check(`no complaint of the browser at ${size.width} ${theme} ${lang}`, async () => ensure(!window.complaints.length, window.complaints.join('\n')))
  await window.close()
}

async function open(window, report, tail) {
  await report.check(`side panel, palette and conversion ${tail}: fit`, async () => {
    await window.go('/o/customer')
    await window.page.click('.tbody .row .name >> nth=2')
    await window.page.waitForSelector('.side dl')
    await window.picture(`panel-${tail}`)
    await fits(window.page)
    await window.page.keyboard.press('Control+k')
    await window.page.waitForSelector('.pal input:focus')
    await window.page.keyboard.type('hz')
    await window.page.waitForSelector('.pal .mi')
    await window.page.waitForTimeout(700)
    await window.picture(`palette-${tail}`)
    await fits(window.page)
    await window.page.keyboard.press('Escape')
    const lead = await window.one('lead', 'status = "contacted" and owner = me()') ?? await window.one('lead', 'status = "contacted"')
    await window.go(`/o/lead/${lead.id}`)
    await window.page.click('header .acts button.p')
    await window.page.waitForSelector('.cv')
    await window.picture(`convert-${tail}`)
    await fits(window.page)
  })
}

// Words of the interface in English: no Chinese left in what the program says by itself.
async function english({ browser, report }) {
  const window = await browser.window({ login: 'sales1', lang: 'en' })
  for (const path of ['/today', '/o/customer', '/o/opportunity?view=board', '/reports', '/settings', '/o/lead/new']) {
    await report.check(`English: the interface speaks it on ${path.split('?')[0]}`, async () => {
      await window.go(path)
      const found = await window.page.evaluate(() => {
        const own = [...document.querySelectorAll('.nav, .top, .head h1, .tabs, .th, .card > header, .btn, label, legend, .fnl .hd, .fig .k')]
        const text = own.flatMap((element) => (element.textContent ?? '').match(/[\u4e00-\u9fff]+/g) ?? [])
        return [...new Set(text)].filter((word) => !['中文', '简体中文'].includes(word))
      })
      // the reader's own name stands in the greeting; views and sales modes that people made are called as they called them
      const own = ['陈知远', ...(await window.api('GET', '/records/view?limit=200&fields=name')).body.items.map((view) => view.name), ...(await window.api('GET', '/records/sales_mode?limit=200&fields=name')).body.items.map((mode) => mode.name), ...(await window.api('GET', '/meta/objects/customer')).body.views.filter((view) => view.name.startsWith('view_')).map((view) => view.label)]
      const theirs = (word) => own.some((name) => name.includes(word)) || !own.reduce((rest, name) => rest.replaceAll(name, ''), word) // options of a select stand together
      ensure(found.every(theirs), found.join(' '))
    })
  }
  await window.close()
}

async function signInPage({ browser, report }) {
  for (const size of [DESK, PHONE]) for (const theme of ['light', 'dark']) {
    await report.check(`sign-in at ${size.width} ${theme}: fits`, async () => {
      const window = await browser.window({ login: null, size, theme })
      await window.page.goto(`${window.url}/signin`)
      await window.picture(`signin-${size.width}-${theme}`)
      await fits(window.page)
      await window.close()
    })
  }
}

export async function run(context) {
  await signInPage(context)
  await look(context, { login: 'sales1', size: DESK, theme: 'light', lang: 'zh-CN' })
  await look(context, { login: 'manager', size: DESK, theme: 'dark', lang: 'zh-CN' })
  await look(context, { login: 'sales1', size: DESK, theme: 'light', lang: 'en' })
  await look(context, { login: 'admin', size: DESK, theme: 'light', lang: 'en' })
  await look(context, { login: 'admin', size: PHONE, theme: 'light', lang: 'zh-CN' })
  await look(context, { login: 'sales1', size: PHONE, theme: 'light', lang: 'zh-CN' })
  await look(context, { login: 'sales1', size: PHONE, theme: 'dark', lang: 'en' })
  await english(context)
}
