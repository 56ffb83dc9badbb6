// Plays what people do, in Chromium, against a fresh demo company. One line per check; the last line is "N passed, N failed".
// Parts: signin, desk (desk.deal, desk.lists …), lists (lists.views …), shapes (shapes.board …), record (record.rules …), duplicates, day (day.calendar …), audit (audit.log …), phone, design, own, organisation (organisation.tree, organisation.handover), rights (rights.matrix, rights.why, rights.viewAs), tiers, parties, pools, process, assignment (assignment.rules, assignment.rest, assignment.phone), looks. HAIKE_URL names a server that already runs (its records are changed). Pictures go to build/pictures.
import { mkdirSync } from 'node:fs'
import { Haike } from '../support/server.mjs'
import { Browser, PICTURES } from './browser.mjs'
import { Report } from './report.mjs'
import * as day from './day.mjs'
import * as duplicates from './duplicates.mjs'
import * as design from './design.mjs'
import * as desk from './desk.mjs'
import * as lists from './lists.mjs'
import * as own from './own.mjs'
import * as pools from './pools.mjs'
import * as phone from './phone.mjs'
import * as record from './record.mjs'
import * as first from './first.mjs'
import * as shapes from './shapes.mjs'
import * as rights from './rights.mjs'
import * as signin from './signin.mjs'
import * as organisation from './organisation.mjs'
import * as looks from './looks.mjs'
import * as assignment from './assignment.mjs'
import * as audit from './audit.mjs'
import * as signon from './signon.mjs'
import * as tiers from './tiers.mjs'
import * as parties from './parties.mjs'
import * as salesProcess from './process.mjs'

const parts = { signin, signon, rights, desk, lists, shapes, record, duplicates, day, first, pools, phone, design, own, looks, organisation, audit, tiers, parties, assignment, process: salesProcess }
const words = process.argv.slice(2)
const engineAt = words.indexOf('--engine')
const engine = engineAt >= 0 ? words.splice(engineAt, 2)[1] : 'sqlite'
const chosen = words.length ? words : Object.keys(parts)

class Running extends Haike {
  async serve() {
    this.url = process.env.HAIKE_URL
    return this
  }
}

const report = new Report()
const haike = process.env.HAIKE_URL ? new Running(engine) : new Haike(engine)
const browser = new Browser()
report.onFailure = (name) => browser.pictures(name)
mkdirSync(PICTURES, { recursive: true })
try {
  if (!process.env.HAIKE_URL) {
    const made = haike.command(['init', '--demo'])
    if (made.status !== 0) throw new Error(`init --demo ended with ${made.status}: ${made.stderr}`)
  }
  await haike.serve()
  await browser.open(haike.url)
  for (const name of chosen) {
    const [part, only] = name.split('.')
    await parts[part].run({ haike, browser, report, engine, only })
  }
} catch (error) {
  report.fail('the run itself', error)
} finally {
  await browser.close()
  await haike.done()
}
report.end()
