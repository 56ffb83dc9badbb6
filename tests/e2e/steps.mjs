// Steps that several walks share: addresses of lists, waiting for what the server says, dragging, reading what was downloaded.
import { readFileSync } from 'node:fs'
import { inflateRawSync } from 'node:zlib'
import { ensure } from './report.mjs'

export const mark = () => Date.now().toString(36).slice(-6)
export const listAt = (object, query = {}) => `/o/${object}?${new URLSearchParams(query)}`
export const named = (id) => `name contains "${id}"`

export async function create(window, object, values) {
  const answer = await window.api('POST', `/records/${object}`, values)
  ensure(answer.status === 201, `create ${object}: ${answer.status} ${JSON.stringify(answer.body)}`)
  return answer.body
}
export async function read(window, object, id) {
  return (await window.api('GET', `/records/${object}/${id}`)).body
}
export async function values(window, object, id, field) {
  const page = await window.api('GET', `/records/${object}?limit=200&sort=name&filter=${encodeURIComponent(named(id))}`)
  return page.body.items.map((record) => record[field])
}
export async function count(window, object, filter) {
  return (await window.api('GET', `/aggregate/${object}?measure=count()&filter=${encodeURIComponent(filter)}`)).body.items[0]['count()']
}

// From the middle of one box (or a point in it) over the way to another, with the button held.
export async function drag(page, from, to, before = async () => undefined) {
  await page.mouse.move(from.x, from.y)
  await page.mouse.down()
  await page.mouse.move(from.x + Math.sign(to.x - from.x) * 8, from.y + Math.sign(to.y - from.y) * 8, { steps: 3 })
  await page.mouse.move(to.x, to.y, { steps: 12 })
  await before()
  await page.mouse.up()
}
export async function middle(locator, dx = 0.5, dy = 0.5) {
  const box = await locator.boundingBox()
  return { x: box.x + box.width * dx, y: box.y + box.height * dy }
}

export async function choose(page, combo, text) {
  await combo.click()
  await page.keyboard.type(text)
  await page.locator('.list[data-floating] .mi.on', { hasText: text }).waitFor()
  await page.keyboard.press('Enter')
}
// What a button makes the browser save.
export async function saved(page, press) {
  const [download] = await Promise.all([page.waitForEvent('download'), press()])
  return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) }
}
// A workbook is a zip; its central directory tells where each part is.
export function unzip(bytes) {
  const parts = {}
  const end = bytes.lastIndexOf(Buffer.from('PK\x05\x06'))
  for (let n = bytes.readUInt16LE(end + 10), at = bytes.readUInt32LE(end + 16); n > 0; n--) {
    const [size, nameSize, extra, comment, offset] = [bytes.readUInt32LE(at + 20), bytes.readUInt16LE(at + 28), bytes.readUInt16LE(at + 30), bytes.readUInt16LE(at + 32), bytes.readUInt32LE(at + 42)]
    const start = offset + 30 + bytes.readUInt16LE(offset + 26) + bytes.readUInt16LE(offset + 28)
    const content = bytes.subarray(start, start + size)
    parts[bytes.toString('utf8', at + 46, at + 46 + nameSize)] = (bytes.readUInt16LE(at + 10) ? inflateRawSync(content) : content).toString('utf8')
    at += 46 + nameSize + extra + comment
  }
  return parts
}
