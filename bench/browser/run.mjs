// Measures the interface in Chromium over a filled database: Lighthouse on the list page, frames while 100,000 rows are scrolled, and how long a board of 5,000 cards takes to open.
// Prints tables, leaves JSON in bench/results. HAIKE_DATA names a folder that was filled before (it is copied).
import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import lighthouse, { desktopConfig } from 'lighthouse'
import { chromium } from 'playwright-core'
import { CACHE, Server, sqliteCopy } from '../server.mjs'

const CUSTOMERS = Number(process.env.CUSTOMERS ?? 1_000_000)
const ROWS = Number(process.env.ROWS ?? 100_000)
const CARDS = 5_000
const FRAME_MS = 32
const SPEED = 24_000 // pixels a second: 670 rows
const STROKE = 240_000
const VISITS = 3 // Lighthouse: the visit with the middle score is told
const only = process.argv.slice(2)
const wanted = (name) => !only.length || only.includes(name)
const FLAGS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--accept-lang=zh-CN']

const freePort = () => new Promise((resolve) => {
  const server = createServer().listen(0, '127.0.0.1', () => {
    const { port } = server.address()
    server.close(() => resolve(port))
  })
})

function database() {
  if (!process.env.HAIKE_DATA) return sqliteCopy(CUSTOMERS)
  const copy = join(CACHE, 'browser')
  mkdirSync(CACHE, { recursive: true })
  rmSync(copy, { recursive: true, force: true })
  cpSync(process.env.HAIKE_DATA, copy, { recursive: true })
  return { place: ['--data', copy], folder: copy }
}

const percentile = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0

// ---- Lighthouse

async function score(url, cookie, port, form) {
  const settings = { onlyCategories: ['performance', 'accessibility', 'best-practices'] }
  const result = await lighthouse(url, { port, output: 'json', logLevel: 'error', extraHeaders: { Cookie: cookie }, ...settings }, form === 'desktop' ? desktopConfig : undefined)
  const { categories, audits, finalDisplayedUrl } = result.lhr
  if (!finalDisplayedUrl.includes('/o/customer')) throw new Error(`measured ${finalDisplayedUrl}`)
  const of = (name) => Math.round(categories[name].score * 100)
  const time = (name) => Math.round(audits[name].numericValue)
  const missed = Object.values(audits).filter((audit) => audit.score !== null && audit.score < 0.9 && audit.scoreDisplayMode !== 'informative').map((audit) => `${audit.id} ${audit.displayValue ?? ''}`.trim())
  return {
    form, performance: of('performance'), accessibility: of('accessibility'), best_practices: of('best-practices'),
    first_contentful_paint_ms: time('first-contentful-paint'), largest_contentful_paint_ms: time('largest-contentful-paint'), total_blocking_ms: time('total-blocking-time'),
    layout_shift: audits['cumulative-layout-shift'].numericValue, script_bytes: audits['network-requests'].details.items.filter((item) => item.resourceType === 'Script').reduce((sum, item) => sum + item.transferSize, 0), missed,
  }
}

async function lighthouses(server, token) {
  const results = []
  // the view of all customers: the administrator of the filled database has none of his own
  const address = `http://127.0.0.1:${server.port}/o/customer?view=all`
  for (const form of ['desktop', 'mobile']) {
    const port = await freePort()
    const profile = mkdtempSync(join(tmpdir(), 'haike-lighthouse-'))
    const browser = spawn(process.env.CHROMIUM ?? '/usr/bin/chromium', [...FLAGS, `--remote-debugging-port=${port}`, `--user-data-dir=${profile}`, 'about:blank'], { stdio: 'ignore', env: { ...process.env, HOME: profile } })
    try {
      for (let n = 0; n < 100 && !(await fetch(`http://127.0.0.1:${port}/json/version`).catch(() => null)); n++) await sleep(100)
      // the first visit fills the caches of the server; the next ones count. The browser's are emptied before each
      const visits = []
      for (let n = 0; n <= VISITS; n++) visits.push(await score(address, `haike_session=${token}`, port, form))
      visits.shift()
      visits.sort((a, b) => a.performance - b.performance)
      results.push({ ...visits[Math.floor(VISITS / 2)], scores: visits.map((visit) => visit.performance).join(' ') })
    } finally {
      const ended = new Promise((resolve) => browser.once('exit', resolve))
      browser.kill('SIGTERM')
      await ended
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 })
    }
  }
  console.table(results.map(({ missed, ...rest }) => rest))
  for (const result of results) if (result.missed.length) console.log(`${result.form}: ${result.missed.join(' · ')}`)
  return results
}

// ---- frames

async function page(server, token, run) {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: FLAGS })
  try {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'zh-CN', timezoneId: 'Asia/Shanghai' })
    await context.addCookies([{ name: 'haike_session', value: token, url: `http://127.0.0.1:${server.port}` }])
    const opened = await context.newPage()
    return await run(opened, await context.newCDPSession(opened))
  } finally {
    await browser.close()
  }
}

// What the compositor says of each frame while run goes on: the time between frames that were shown, and those that were dropped.
async function traced(client, run) {
  const events = []
  client.on('Tracing.dataCollected', ({ value }) => events.push(...value))
  await client.send('Tracing.start', { transferMode: 'ReportEvents', traceConfig: { includedCategories: ['disabled-by-default-devtools.timeline.frame', 'devtools.timeline.frame'] } })
  await run()
  const complete = new Promise((resolve) => client.once('Tracing.tracingComplete', resolve))
  await client.send('Tracing.end')
  await complete
  const at = (name) => events.filter((event) => event.name === name).map((event) => event.ts / 1000).sort((a, b) => a - b)
  const drawn = at('DrawFrame')
  const dropped = at('DroppedFrame').length
  const gaps = drawn.slice(1).map((time, n) => time - drawn[n]).sort((a, b) => a - b)
  return {
    frames: drawn.length, dropped_percent: Number(((100 * dropped) / Math.max(1, drawn.length + dropped)).toFixed(2)),
    within_percent: Number(((100 * gaps.filter((gap) => gap <= FRAME_MS).length) / Math.max(1, gaps.length)).toFixed(2)),
    p50_ms: Number(percentile(gaps, 0.5).toFixed(1)), p95_ms: Number(percentile(gaps, 0.95).toFixed(1)), p99_ms: Number(percentile(gaps, 0.99).toFixed(1)),
  }
}

const scroll = (server, token) => page(server, token, async (window, client) => {
  await window.goto(`http://127.0.0.1:${server.port}/o/customer?view=all`)
  await window.waitForSelector('.tbody [role=row]')
  await sleep(1500)
  const rows = () => window.evaluate(() => { const body = document.querySelector('.tbody'); return Math.round(body.getBoundingClientRect().height / 36) })
  const began = performance.now()
  let passed = 0
  const frames = await traced(client, async () => {
    // a wheel that spins freely: SPEED pixels a second, stroke after stroke, until so many rows were passed
    for (let still = 0; passed < ROWS && still < 20; ) {
      await client.send('Input.synthesizeScrollGesture', { x: 700, y: 500, yDistance: -STROKE, speed: SPEED, gestureSourceType: 'mouse', preventFling: true })
      const now = await window.evaluate(() => Math.floor(document.querySelector('.tw').scrollTop / 36))
      still = now === passed ? still + 1 : 0
      passed = now
    }
  })
  return { rows: passed, loaded: await rows(), seconds: Math.round((performance.now() - began) / 1000), ...frames }
})
async function board(server, token) {
  const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' }
  const ask = async (method, path, body) => (await fetch(`http://127.0.0.1:${server.port}/api/v1${path}`, { method, headers, body: body && JSON.stringify(body) })).json()
  // a pipeline of exactly so many cards: the newest deals of one source
  const cut = await ask('GET', '/records/opportunity?sort=-id&fields=id&limit=1')
  const filter = `id > ${cut.items[0].id - CARDS}`
  return page(server, token, async (window) => {
    const address = `http://127.0.0.1:${server.port}/o/opportunity?view=all&mode=kanban&filter=${encodeURIComponent(filter)}`
    const times = []
    for (let n = 0; n < 5; n++) {
      const began = performance.now()
      await window.goto(address)
      await window.waitForFunction(() => document.querySelectorAll('.kc').length > 3, undefined, { timeout: 60_000 })
      times.push(Math.round(performance.now() - began))
    }
    times.sort((a, b) => a - b)
    return { cards: CARDS, median_ms: times[2], best_ms: times[0], worst_ms: times[4] }
  })
}

const place = database()
const server = await new Server().start(place.place)
const results = {}
try {
  const token = await server.token('admin')
  if (wanted('lighthouse')) results.lighthouse = await lighthouses(server, token)
  if (wanted('scroll')) console.table([results.scroll = await scroll(server, token)])
  if (wanted('board')) console.table([results.board = await board(server, token)])
} finally {
  await server.stop()
  rmSync(place.folder, { recursive: true, force: true })
}
mkdirSync('bench/results', { recursive: true })
const file = join('bench/results', `${new Date().toISOString().slice(0, 19).replaceAll(':', '')}-browser.json`)
writeFileSync(file, JSON.stringify({ date: new Date().toISOString(), customers: CUSTOMERS, ...results }, null, 2))
console.log(file)
