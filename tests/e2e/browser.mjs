// Chromium with a fresh profile, and one person's window in it.
import { createRequire } from 'node:module'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PASSWORD } from '../support/server.mjs'

const { chromium } = createRequire(new URL('../../web/package.json', import.meta.url))('playwright-core')
export const PICTURES = 'build/pictures'
export const DESK = { width: 1440, height: 900 }
export const PHONE = { width: 390, height: 844 }
const FLAGS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']
// answers that a walk provokes on purpose; the browser logs each as an error
const EXPECTED = /status of (400|401|403|404|409|412|422)/

export class Browser {
  windows = new Set()

  async pictures(name) {
    let n = 0
    for (const window of this.windows) await window.page.screenshot({ path: `${PICTURES}/${name}${n++ ? `-${n}` : ''}.png` }).catch(() => undefined)
  }

  async open(url) {
    this.url = url
    this.profile = mkdtempSync(join(tmpdir(), 'haike-browser-'))
    const executablePath = process.env.CHROMIUM ?? ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => existsSync(path))
    this.chromium = await chromium.launch({ executablePath, args: FLAGS, env: { ...process.env, HOME: this.profile } })
    return this
  }

  // A window of its own storage, signed in unless login is null.
  async window({ login = 'sales1', size = DESK, lang = 'zh-CN', theme = 'light' } = {}) {
    const narrow = size.width < 768
    const context = await this.chromium.newContext({ viewport: size, locale: lang, timezoneId: 'Asia/Shanghai', hasTouch: narrow, isMobile: narrow, reducedMotion: 'reduce' })
    await context.addInitScript(([chosen, language]) => {
      if (!localStorage.getItem('haike.preferences')) localStorage.setItem('haike.preferences', JSON.stringify({ theme: chosen, lang: language }))
    }, [theme, lang])
    const page = await context.newPage()
    page.setDefaultTimeout(15_000)
    const window = new Window(page, this.url)
    this.windows.add(window)
    context.on('close', () => this.windows.delete(window))
    page.on('console', (message) => {
      if (message.type() === 'error' && !EXPECTED.test(message.text())) window.complaints.push(message.text())
    })
    page.on('pageerror', (error) => window.complaints.push(error.message))
    if (login) {
      await window.signIn(login)
      await window.likes({ theme, lang })
    }
    return window
  }

  async close() {
    await this.chromium?.close()
    if (this.profile) rmSync(this.profile, { recursive: true, force: true, maxRetries: 5 })
  }
}

export class Window {
  complaints = []

  constructor(page, url) {
    this.page = page
    this.url = url
  }

  async signIn(login, password = PASSWORD) {
    await this.page.goto(`${this.url}/signin`)
    await this.page.fill('#login', login)
    await this.page.fill('#password', password)
    await this.page.click('button[type=submit]')
    await this.page.waitForURL('**/today')
  }

  // What an earlier window of this person chose is kept by the server and wins over what this one was opened with.
  async likes(wanted) {
    const { status, body } = await this.api('GET', '/preferences')
    if (status !== 200 || Object.entries(wanted).every(([key, value]) => body?.[key] === undefined || body[key] === value)) return
    const at = Object.fromEntries(Object.keys(wanted).map((key) => [key, Date.now()]))
    await this.api('PUT', '/preferences', { ...body, ...wanted, at: { ...body.at, ...at } })
    await this.go('/today')
  }

  async go(path) {
    await this.page.goto(this.url + path)
    await this.settled()
  }

  // No request is under way and no skeleton is left. The event stream never ends, so "network idle" would not do.
  async settled() {
    await this.page.waitForLoadState('load')
    await this.page.waitForFunction(() => !document.querySelector('.skel') && !document.querySelector('[aria-busy="true"]'), undefined, { timeout: 20_000 })
    await this.page.waitForTimeout(250)
  }

  async picture(name) {
    await this.settled()
    await this.page.screenshot({ path: `${PICTURES}/${name}.png` })
  }

  // The API in this person's name, with the cookie of the window.
  api(method, path, body) {
    return this.page.evaluate(async ([verb, address, sent]) => {
      const response = await fetch(`/api/v1${address}`, { method: verb, headers: sent ? { 'Content-Type': 'application/json' } : {}, body: sent ? JSON.stringify(sent) : undefined })
      const text = await response.text()
      return { status: response.status, body: text ? JSON.parse(text) : null }
    }, [method, path, body])
  }

  async one(object, filter) {
    const answer = await this.api('GET', `/records/${object}?limit=1&sort=-updated_at&filter=${encodeURIComponent(filter)}`)
    return answer.body.items?.[0]
  }

  async close() {
    await this.page.context().close()
  }
}
