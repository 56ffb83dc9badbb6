// What must hold on every page at every size: nothing wider than the window, no text cut off without an ellipsis, targets large enough for a thumb.
import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'

// Runs in the page: text that is cut without saying so, and boxes beyond the right edge that nothing scrolls to.
function findings() {
  const found = []
  const say = (element, what) => {
    const text = (element.textContent ?? '').trim().replace(/\s+/g, ' ').slice(0, 40)
    found.push(`${what}: <${element.tagName.toLowerCase()} class="${element.getAttribute('class') ?? ''}"> ${text}`)
  }
  if (document.documentElement.scrollWidth > window.innerWidth + 1) found.push(`the page is ${document.documentElement.scrollWidth} wide`)
  const scrolls = (element) => {
    for (let box = element.parentElement; box; box = box.parentElement) {
      const style = getComputedStyle(box)
      if (/(auto|scroll)/.test(style.overflowX) && box.scrollWidth > box.clientWidth) return true
      if (style.position === 'fixed') return false
    }
    return false
  }
  for (const element of document.querySelectorAll('body *')) {
    if (!(element instanceof HTMLElement) || element.closest('.sr, [aria-hidden="true"], svg')) continue
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim())
    if (!own) continue
    const box = element.getBoundingClientRect()
    if (box.width === 0 || box.height === 0) continue
    const style = getComputedStyle(element)
    if (style.visibility === 'hidden' || style.opacity === '0') continue
    const clips = style.overflowX !== 'visible' && style.overflowX !== 'auto' && style.overflowX !== 'scroll'
    if (clips && style.textOverflow !== 'ellipsis' && element.scrollWidth > element.clientWidth + 2 && !style.webkitLineClamp.match(/\d/)) say(element, 'cut')
    if (box.right > window.innerWidth + 1 && !scrolls(element)) say(element, 'beyond the edge')
    // a text that runs out of its block into what stands beside it
    const block = element.closest('dd, td, li, p, .row, .col, section, header')
    if (block && block !== element && getComputedStyle(block).overflowX === 'visible' && box.right > block.getBoundingClientRect().right + 8 && !scrolls(element)) say(element, 'runs out of its block')
    // a text that is wider than the box that hides what sticks out
    for (let parent = element.parentElement; parent; parent = parent.parentElement) {
      const outer = getComputedStyle(parent)
      if (/(auto|scroll)/.test(outer.overflowX)) break
      if (outer.overflowX === 'hidden' || outer.overflowX === 'clip') {
        const edge = parent.getBoundingClientRect()
        const ellipsis = style.textOverflow === 'ellipsis' || outer.textOverflow === 'ellipsis'
        if (box.left < edge.right - 2 && box.right > edge.right + 2 && !ellipsis) say(element, 'hidden by its box')
        break
      }
    }
  }
  return [...new Set(found)]
}

// Runs in the page: what one taps must be 44 px high and wide, its invisible margin counted.
function smallTargets() {
  const found = []
  for (const element of document.querySelectorAll('button, a[href], input:not([type=file]), textarea, [role=button], [role=tab]')) {
    const box = element.getBoundingClientRect()
    if (!box.width || !box.height || box.bottom < 0 || box.top > window.innerHeight || element.closest('.sr, label, .val')) continue
    if (element.classList.contains('sr') || getComputedStyle(element).visibility === 'hidden') continue
    // a link in running text is exempt, as in WCAG 2.5.8
    if (element.tagName === 'A' && getComputedStyle(element).display === 'inline') continue
    if (element.tagName === 'INPUT' && element.closest('.in, .find')) continue
    const after = getComputedStyle(element, '::after')
    const inset = (value) => (after.content !== 'none' && after.position === 'absolute' && value.startsWith('-') ? -parseFloat(value) : 0)
    const height = box.height + inset(after.top) + inset(after.bottom)
    const width = box.width + inset(after.left) + inset(after.right)
    if (height < 43.5 || width < 33) found.push(`${Math.round(width)}×${Math.round(height)} <${element.tagName.toLowerCase()} class="${element.getAttribute('class') ?? ''}"> ${(element.textContent || element.getAttribute('aria-label') || '').trim().slice(0, 24)}`)
  }
  return [...new Set(found)]
}

// What axe says about names, roles and contrast (WCAG 2.1 A and AA).
const axe = readFileSync(createRequire(new URL('../../web/package.json', import.meta.url)).resolve('axe-core/axe.min.js'), 'utf8')
export async function accessible(page) {
  await page.evaluate(axe)
  const found = await page.evaluate(async () => {
    const result = await window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] })
    return result.violations.flatMap((item) => item.nodes.slice(0, 3).map((node) => `${item.id}: ${node.html.slice(0, 120)} ${(node.any[0] ?? node.all[0] ?? node.none[0])?.message ?? ''}`))
  })
  if (found.length) throw new Error(found.slice(0, 6).join('\n'))
}

export async function fits(page) {
  const found = await page.evaluate(findings)
  if (found.length) throw new Error(found.slice(0, 6).join('\n'))
}

export async function thumbs(page) {
  const found = await page.evaluate(smallTargets)
  if (found.length) throw new Error(found.slice(0, 8).join('\n'))
}

// A page as it stands, with its picture: nothing cut, nothing that axe finds, on the phone nothing too small for a thumb.
export async function looked(window, name) {
  await window.picture(name)
  await fits(window.page)
  await accessible(window.page)
  if (window.page.viewportSize().width < 768) await thumbs(window.page)
}
