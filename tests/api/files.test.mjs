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

const PNG = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=', 'base64')

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
    const picture = await one.get(`/files/${(await upload(one, '照片.png', PNG, 'text/html')).body.id}`)
    assert.deepEqual([picture.headers.get('content-type'), picture.headers.get('content-disposition').startsWith('inline')], ['image/png', true])
    const liar = await one.get(`/files/${(await upload(one, '照片.png', '<script>', 'image/png')).body.id}`)
    assert.deepEqual([liar.headers.get('content-type'), liar.headers.get('content-disposition').startsWith('attachment')], ['application/octet-stream', true])
  },
  'in place are shown pictures, PDF and plain text, as their bytes say; all else is saved': async ({ one }) => {
    const shown = async (name, content, claimed) => {
      const back = await one.get(`/files/${(await upload(one, name, content, claimed)).body.id}?inline=1`)
      assert.deepEqual([back.status, back.headers.get('x-content-type-options')], [200, 'nosniff'])
      assert.match(back.headers.get('content-security-policy'), /default-src 'none'.*sandbox/)
      return `${back.headers.get('content-disposition').split(';')[0]} ${back.headers.get('content-type')}`
    }
    assert.equal(await shown('a.png', PNG, 'application/octet-stream'), 'inline image/png')
    assert.equal(await shown('a.jpg', new Uint8Array([0xff, 0xd8, 0xff, 0xe0, 0, 16]), 'text/plain'), 'inline image/jpeg')
    assert.equal(await shown('a.gif', 'GIF89a\x01', 'image/gif'), 'inline image/gif')
    assert.equal(await shown('a.webp', Buffer.from('RIFF\x10\x00\x00\x00WEBPVP8 ', 'latin1'), 'image/webp'), 'inline image/webp')
    assert.equal(await shown('a.pdf', '%PDF-1.4\n%\xe2\xe3', 'text/html'), 'inline application/pdf')
    assert.equal(await shown('a.txt', '会议纪要\n1. 报价', 'text/html'), 'inline text/plain; charset=utf-8')
    assert.equal(await shown('a.csv', '名称,金额\r\n泵,12', 'text/csv'), 'inline text/plain; charset=utf-8')
    for (const [name, content, claimed] of [['a.svg', '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', 'image/svg+xml'], ['a.html', '\n<!doctype html><script>alert(1)</script>', 'text/plain'], ['a.png', '<script>alert(1)</script>', 'image/png'],
      ['a.pdf', '<html>', 'application/pdf'], ['a.txt', new Uint8Array([0xb1, 0xa8, 0xbc, 0xdb]), 'text/plain'], ['a.zip', 'PK\x03\x04', 'image/png'], ['a.xml', '\ufeff<?xml version="1.0"?>', 'text/xml']])
      assert.equal(await shown(name, content, claimed), 'attachment application/octet-stream', name)
  },
  'a part of a file can be asked for': async ({ one }) => {
    const file = (await upload(one, 'x.bin', '0123456789')).body
    const part = async (range) => { const back = await one.get(`/files/${file.id}`, { Range: range }); return [back.status, back.headers.get('content-range'), back.body] }
    assert.deepEqual(await part('bytes=2-4'), [206, 'bytes 2-4/10', '234'])
    assert.deepEqual(await part('bytes=7-'), [206, 'bytes 7-9/10', '789'])
    assert.deepEqual(await part('bytes=-2'), [206, 'bytes 8-9/10', '89'])
    assert.deepEqual(await part('bytes=20-'), [416, 'bytes */10', ''])
    assert.deepEqual(await part('bytes=0-1,4-5'), [200, null, '0123456789'])
    assert.equal((await one.get(`/files/${file.id}`)).headers.get('accept-ranges'), 'bytes')
  },
  'an attachment hangs at a record: its readers see it and its file, a curious colleague neither': async ({ company, one, two, boss }) => {
    const mate = await company.add('mate', ['sales_manager'], 'east')
    const customer = await one.create('customer', { name: '附件客户' })
    const target = { object: 'customer', id: customer.id }
    const file = (await upload(one, '合同 扫描件.pdf', '%PDF-1.4 secret', 'application/pdf')).body
    for (const [values, field] of [[{ target }, 'file'], [{ file: file.id }, 'target'], [{ file: 999999, target }, 'file']]) {
      const refused = await one.post('/records/attachment', values)
      assert.deepEqual([refused.status, refused.body.errors.some((error) => error.field === field)], [422, true], JSON.stringify(refused.body))
    }
    const attachment = await one.create('attachment', { file: file.id, target })
    assert.deepEqual([attachment.name, attachment.file, attachment.target.id, attachment.owner.id], ['合同 扫描件.pdf', file, customer.id, one.id])
    const seen = async (person) => [(await person.get(`/records/attachment/${attachment.id}`)).status, (await person.get(`/files/${file.id}`)).status, (await person.get(`/files/${file.id}?inline=1`)).status]
    assert.deepEqual([await seen(one), await seen(mate), await seen(boss), await seen(two)], [[200, 200, 200], [200, 200, 200], [200, 200, 200], [404, 404, 404]])
    const timeline = (await mate.get(`/records/customer/${customer.id}/timeline`)).body.items
    assert.deepEqual(timeline.find((item) => item.kind === 'attachment').attachment.file, file)
    assert.equal((await two.get(`/records/customer/${customer.id}/timeline`)).status, 404)
    // the ways of one who is curious: hanging somebody's file at a record of his own, or something of his at a record he may not see
    const own = { object: 'customer', id: (await two.create('customer', { name: '二的' })).id }
    for (const values of [{ file: file.id, target: own }, { file: (await upload(two, 'x.txt', 'x')).body.id, target }]) assert.equal((await two.post('/records/attachment', values)).status, 422)
    const empty = await two.create('attachment', { file: (await upload(two, 'y.txt', 'y')).body.id, target: own })
    for (const values of [{ file: file.id }, { target }]) assert.equal((await two.patch(`/records/attachment/${empty.id}`, values)).status, 422)
    assert.equal((await two.get(`/search?q=${encodeURIComponent('扫描件')}`)).body.items.length, 0)
    assert.equal((await two.list('attachment', { filter: 'name contains "扫描"' })).body.items.length, 0)
    // its owner's to change and to delete
    assert.equal((await mate.patch(`/records/attachment/${attachment.id}`, { name: 'x' })).status, 403)
    assert.equal((await mate.delete(`/records/attachment/${attachment.id}`)).status, 403)
    assert.equal((await one.patch(`/records/attachment/${attachment.id}`, { name: '合同' })).body.name, '合同')
    const other = (await upload(one, '合同 v2.pdf', '%PDF-1.5', 'application/pdf')).body
    assert.equal((await one.patch(`/records/attachment/${attachment.id}`, { file: other.id })).body.name, '合同', 'a name of its own stays')
    assert.equal((await one.patch(`/records/attachment/${attachment.id}`, { name: null })).body.name, '合同 v2.pdf')
    const third = (await upload(one, '合同 v3.pdf', '%PDF-1.6', 'application/pdf')).body
    assert.equal((await one.patch(`/records/attachment/${attachment.id}`, { file: third.id })).body.name, '合同 v3.pdf')
    assert.equal((await one.delete(`/records/attachment/${attachment.id}`)).status, 204)
    for (const id of [file.id, other.id, third.id]) assert.equal((await mate.get(`/files/${id}`)).status, 404)
    assert.equal((await one.post(`/trash/attachment/${attachment.id}/restore`, {})).status, 200)
    assert.equal((await mate.get(`/files/${third.id}`)).status, 200)
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
  'a file is saved under another name where that is asked for, its ending stays': async ({ one }) => {
    const form = new FormData()
    form.append('file', new Blob(['x'], { type: 'text/plain' }), '说明.txt')
    const { body } = await one.post('/files', form)
    for (const [asked, saved] of [['现场 说明.txt', '现场 说明.txt'], ['说明.html', '说明.txt'], ['../说明.txt', '说明.txt'], ['a\nb.txt', '说明.txt'], ['', '说明.txt'], [`${'长'.repeat(400)}.txt`, '说明.txt']]) {
      const back = await one.get(`/files/${body.id}?name=${encodeURIComponent(asked)}`)
      assert.equal(back.status, 200)
      assert.equal(decodeURIComponent(back.headers.get('content-disposition').split("UTF-8''")[1]), saved)
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
