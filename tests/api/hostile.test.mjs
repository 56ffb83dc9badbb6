// Strings that break other programs come back unchanged from every text field and are found by every filter.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'

const folder = 'tests/support/data/hostile-strings'
const lines = (file) => readFileSync(`${folder}/${file}`, 'utf8').split(/\r?\n/)
const strings = () => {
  const all = [...JSON.parse(readFileSync(`${folder}/blns/blns.json`, 'utf8')), ...lines('blns/blns.txt'), ...lines('payloadbox/csv-injection.txt'), ...lines('payloadbox/sqli-Generic_SQLI.txt'),
    ...lines('payloadbox/sqli-Auth_Bypass.txt'), ...lines('payloadbox/sqli-Generic_UnionSelect.txt'), ...lines('payloadbox/xss.txt').filter((_, i) => i % 20 === 0)]
  return [...new Set(all)].filter((text) => text.trim() !== '' && text.isWellFormed() && !text.includes('\u0000'))
}
const quoted = (text) => JSON.stringify(text)
const short = (text, limit) => [...text].slice(0, limit).join('')

async function inBatches(person, object, values) {
  const made = []
  for (let i = 0; i < values.length; i += 500) {
    const answer = await person.post(`/records/${object}/batch`, { items: values.slice(i, i + 500).map((v) => ({ op: 'create', values: v })) })
    assert.equal(answer.status, 200, JSON.stringify(answer.body).slice(0, 2000))
    made.push(...answer.body.items.map((item) => item.record))
  }
  return made
}

export const scenarios = {
  'they round-trip through every text field of a lead': async ({ people }) => {
    const all = strings()
    assert.ok(all.length > 1000, `only ${all.length}`)
    const values = all.map((text) => ({ name: short(text, 200), company: short(text, 200), wechat: short(text, 80), position: short(text, 80), requirement: text, remark: text, reject_reason: short(text, 500), tags: [short(text, 40)] }))
    const blankless = values.filter((v) => v.name.trim() !== '')
    const made = await inBatches(people.sales2, 'lead', blankless)
    for (let i = 0; i < made.length; i++) {
      for (const field of ['name', 'company', 'wechat', 'position', 'requirement', 'remark', 'reject_reason']) assert.equal(made[i][field] ?? '', blankless[i][field], `${field}: ${quoted(blankless[i][field])}`)
    }
    const sample = made.filter((_, i) => i % 7 === 0)
    for (const lead of sample) {
      const again = (await people.sales2.get(`/records/lead/${lead.id}`)).body
      assert.deepEqual([again.name, again.remark, again.tags], [lead.name, lead.remark, lead.tags])
    }
  },
  'filters take them as text and nothing else': async ({ people }) => {
    const all = strings().filter((text) => [...text].length <= 200 && encodeURIComponent(text).length < 6000)
    for (const [i, text] of all.filter((_, i) => i % 8 === 0).entries()) {
      const equal = await people.sales2.list('lead', { filter: `company = ${quoted(text)}`, limit: '200', fields: 'company' })
      assert.equal(equal.status, 200, `${quoted(text)}: ${JSON.stringify(equal.body)}`)
      assert.ok(equal.body.items.length > 0 && equal.body.items.every((item) => item.company === text), `= finds ${quoted(text)}`)
      const contains = await people.sales2.list('lead', { filter: `company contains ${quoted(text)} and id = ${equal.body.items[0].id}`, fields: 'company' })
      assert.equal(contains.status, 200, `contains ${quoted(text)}: ${JSON.stringify(contains.body)}`)
      assert.ok(contains.body.items.some((item) => item.company === text), `contains finds ${quoted(text)}`)
      if (i % 4 !== 0) continue
      const search = await people.sales2.get(`/search?q=${encodeURIComponent(text)}`)
      assert.equal(search.status, 200, `search ${quoted(text)}: ${JSON.stringify(search.body)}`)
    }
  },
  'they harm neither logins nor paths nor sort nor groups': async ({ haike, people }) => {
    const nobody = haike.nobody()
    for (const text of strings().filter((_, i) => i % 90 === 0)) {
      const path = encodeURIComponent(text)
      assert.ok([401, 422, 429].includes((await nobody.post('/session', { login: text, password: text })).status), `login ${quoted(text)}`)
      for (const url of [`/records/lead?sort=${path}`, `/records/lead?fields=${path}`, `/aggregate/lead?group=${path}&measure=count()`, `/records/lead?after=${path}`, `/records/lead?filter=${path}`]) {
        const answer = await people.sales2.get(url)
        assert.ok([200, 400, 414, 422].includes(answer.status), `${url}: ${answer.status}`)
      }
    }
  },
}
