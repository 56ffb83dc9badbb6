// Files: sending, hanging on a record, who may fetch them, names and contents that would harm a browser.
import assert from 'node:assert/strict'
import { Company } from '../support/company.mjs'

export async function setup({ engine }) {
  const company = await Company.start(engine)
  for (const [login, department] of [['one', 'east'], ['two', 'south']]) await company.add(login, 'sales', department)
  return { haike: company.haike, company, boss: company.boss, one: company.people.one, two: company.people.two }
}

const upload = (person, name, content, type = 'text/plain', headers) => {
  const form = new FormData()
  form.append('file', new Blob([content], { type }), name)
  return person.post('/files', form, headers)
}

export const scenarios = {
  'what was sent comes back, byte by byte': async ({ one }) => {
    const bytes = new Uint8Array(300000).map((_, i) => (i * 31) % 256)
    const sent = await upload(one, '图纸 v2.bin', bytes, 'application/octet-stream')
    assert.equal(sent.status, 201, JSON.stringify(sent.body))
    assert.deepEqual({ ...sent.body, id: 0 }, { id: 0, name: '图纸 v2.bin', size: 300000, type: 'application/octet-stream' })
    const back = await one.get(`/files/${sent.body.id}`)
    assert.ok(back.bytes.equals(Buffer.from(bytes)))
    assert.equal(back.headers.get('content-length'), '300000')
    const empty = await upload(one, '空.txt', '')
    assert.deepEqual([empty.status, empty.body.size], [201, 0])
    assert.equal((await one.get(`/files/${empty.body.id}`)).bytes.length, 0)
  },
  'a file is its sender\'s until it hangs on a record; then its readers\'': async ({ one, two, boss }) => {
    const file = (await upload(one, '报价.txt', '内容')).body
    assert.equal((await two.get(`/files/${file.id}`)).status, 404)
    assert.equal((await boss.get(`/files/${file.id}`)).status, 404)
    const customer = await one.create('customer', { name: '文件客户' })
    const stolen = await two.post('/records/activity', { content: '偷挂', target: { object: 'customer', id: (await two.create('customer', { name: '二的客户' })).id }, attachment: file.id })
    assert.deepEqual([stolen.status, stolen.body.errors[0].field], [422, 'attachment'])
    const activity = await one.create('activity', { content: '附件', target: { object: 'customer', id: customer.id }, attachment: file.id })
    assert.deepEqual(activity.attachment, file)
    assert.equal((await boss.get(`/files/${file.id}`)).status, 200)
    assert.equal((await two.get(`/files/${file.id}`)).status, 404)
    const twice = await one.post('/records/activity', { content: '再挂', target: { object: 'customer', id: customer.id }, attachment: file.id })
    assert.equal(twice.status, 422, 'a file hangs on one record only')
    assert.equal((await boss.patch(`/records/activity/${activity.id}`, { content: '改文字', attachment: file.id })).status, 200, 'the file that hangs there already')
    const timeline = (await boss.get(`/records/customer/${customer.id}/timeline`)).body.items
    assert.deepEqual(timeline.find((item) => item.kind === 'activity').activity.attachment, file)
    await boss.delete(`/records/activity/${activity.id}`)
    assert.equal((await boss.get(`/files/${file.id}`)).status, 404)
  },
  'a field that a role may not see keeps its file': async ({ company, boss }) => {
    await company.role('blind', { customer: { read: 'all' }, activity: { read: 'all', fields: { attachment: 'hide' } } })
    const blind = await company.add('blind', 'blind', 'hq')
    const file = (await upload(boss, '内部.txt', '内部')).body
    const activity = await boss.create('activity', { content: '有密件', target: { object: 'customer', id: (await boss.create('customer', { name: '密件客户' })).id }, attachment: file.id })
    assert.equal('attachment' in (await blind.get(`/records/activity/${activity.id}`)).body, false)
    assert.equal((await blind.get(`/files/${file.id}`)).status, 404)
    assert.equal((await boss.get(`/files/${file.id}`)).status, 200)
  },
  'nothing that is sent runs in a browser': async ({ one }) => {
    for (const [name, type, content] of [['x.svg', 'image/svg+xml', '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'], ['x.html', 'text/html', '<script>alert(1)</script>'], ['x.xml', 'text/xml', '<a/>'],
      ['x.js', 'text/javascript', 'alert(1)'], ['x.pdf', 'application/pdf', '%PDF-'], ['x.png', 'text/html', '<script>'], ['x', 'image/png; charset=x', 'no']]) {
      const file = (await upload(one, name, content, type)).body
      const back = await one.get(`/files/${file.id}`)
      assert.equal(back.status, 200)
      assert.equal(back.headers.get('x-content-type-options'), 'nosniff')
      assert.match(back.headers.get('content-security-policy'), /default-src 'none'.*sandbox/)
      assert.match(back.headers.get('content-disposition'), /^attachment/, name)
      assert.equal(back.headers.get('content-type'), 'application/octet-stream', name)
    }
    const picture = await one.get(`/files/${(await upload(one, '照片.png', 'x', 'image/png')).body.id}`)
    assert.deepEqual([picture.headers.get('content-type'), picture.headers.get('content-disposition').startsWith('inline')], ['image/png', true])
  },
  'names that would harm are made harmless': async ({ one }) => {
    const boundary = 'haike-test'
    const send = (name) => one.call('POST', '/files', Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\nContent-Type: text/plain\r\n\r\nx\r\n--${boundary}--\r\n`),
      { 'Content-Type': `multipart/form-data; boundary=${boundary}` })
    for (const [name, kept] of [['../../etc/passwd', 'passwd'], ['C:\\\\Users\\\\x\\\\报价.xlsx', '报价.xlsx'], ['a\\"b.txt', 'a"b.txt'], ['..', undefined], ['x'.repeat(3000), undefined], ['tab\there.txt', 'tabhere.txt'], ['\u202egpj.exe', undefined], ['；分号;.txt', undefined]]) {
      const answer = await send(name)
      assert.ok([201, 400, 422].includes(answer.status), `${name}: ${answer.status} ${JSON.stringify(answer.body)}`)
      if (answer.status !== 201) continue
      if (kept) assert.equal(answer.body.name, kept)
      assert.ok(!/[/\\\x00-\x1f]/.test(answer.body.name) && [...answer.body.name].length <= 1024, answer.body.name)
      const back = await one.get(`/files/${answer.body.id}`)
      const disposition = back.headers.get('content-disposition')
      assert.equal(decodeURIComponent(disposition.split("UTF-8''")[1]), answer.body.name)
    }
  },
  'malformed uploads are refused': async ({ one, haike }) => {
    const type = { 'Content-Type': 'multipart/form-data; boundary=b' }
    for (const [body, headers] of [['', type], ['--b', type], ['--b\r\n\r\n', type], ['--b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\nno end', type], ['{}', { 'Content-Type': 'application/json' }],
      ['x', { 'Content-Type': 'multipart/form-data' }], ['--b\r\nContent-Disposition: form-data; name="other"; filename="x"\r\n\r\nx\r\n--b--', type], ['--b\r\nContent-Disposition: form-data; name="file"\r\n\r\nno name\r\n--b--', type],
      ['--b--', type], ['--b\r\n'.repeat(500) + '--b--', type]]) {
      const answer = await one.call('POST', '/files', body, headers)
      assert.ok([400, 422].includes(answer.status), `${JSON.stringify(body).slice(0, 80)}: ${answer.status}`)
    }
    assert.equal((await haike.nobody().call('POST', '/files', 'x', type)).status, 401)
    assert.equal((await one.get('/files/999999')).status, 404)
    assert.equal((await one.get('/files/abc')).status, 404)
  },
  'too large is 413': async ({ one }) => {
    assert.equal((await upload(one, 'big', new Uint8Array(26 * 1024 * 1024))).status, 413)
  },
  'an idempotency key makes one file of two sendings': async ({ one }) => {
    const boundary = 'b'
    const body = (text) => `--b\r\nContent-Disposition: form-data; name="file"; filename="x.txt"\r\n\r\n${text}\r\n--b--\r\n`
    const send = (text, key) => one.call('POST', '/files', body(text), { 'Content-Type': `multipart/form-data; boundary=${boundary}`, 'Idempotency-Key': key })
    const key = `file-${Math.random()}`
    const [first, again] = [await send('同', key), await send('同', key)]
    assert.deepEqual([first.status, again.status, again.body.id], [201, 201, first.body.id])
    assert.equal((await send('异', key)).status, 422)
  },
}
