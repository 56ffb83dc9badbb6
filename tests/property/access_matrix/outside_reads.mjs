// What leaves the house: exported tables, calendars, notifications, the jobs of others.
import { HIDE, MASK, READ } from './rights.mjs'
import { ABSENT, Asker, byNumber, refusal } from './asker.mjs'
import { OBJECTS, ok } from './world.mjs'

const TABLED = ['text', 'long_text', 'phone', 'email', 'reference', 'user', 'department', 'integer']

// Rows of a CSV file: texts may be quoted.
function rowsOf(text) {
  const rows = [['']]
  for (let i = text.charCodeAt(0) === 0xfeff ? 1 : 0, quoted = false; i < text.length; i++) {
    const row = rows.at(-1)
    if (text[i] === '"' && quoted && text[i + 1] === '"') row[row.length - 1] += text[i++]
    else if (text[i] === '"') quoted = !quoted
    else if (text[i] === ',' && !quoted) row.push('')
    else if (text[i] === '\n' && !quoted) rows.push([''])
    else if (text[i] !== '\r' || quoted) row[row.length - 1] += text[i]
  }
  return rows.filter((row) => row.length > 1 || row[0] !== '')
}

export class OutsideReads extends Asker {
  plan() {
    for (const object of OBJECTS) this.later(() => this.export(object))
    this.later(() => this.calendar())
    this.later(() => this.others())
    this.later((random) => this.viewedAs(random))
  }

  async export(object) {
    const { model, user } = this
    const columns = this.fields(object).filter((field) => TABLED.includes(field.type) && this.right(object, field) !== HIDE).map((field) => field.name)
    const body = { object, filter: '', sort: 'id', format: 'csv', columns }
    const may = model.right(user, object).export
    this.cell('export', may && model.reads(user, object))
    if (!model.reads(user, object) || !may || !columns.length) {
      const answer = await this.person.post('/exports', { ...body, columns: ['id'] })
      const expected = !model.reads(user, object) ? [403, 404, 422].includes(answer.status) : answer.status === 403 || (may && answer.status === 202)
      this.same(`export of ${object} refused`, [answer.status, expected], [answer.status, true])
      return
    }
    for (const field of this.fields(object).filter((each) => this.right(object, each) < READ)) {
      this.cell('export by field', false)
      if (this.right(object, field) === HIDE) this.same(`export of ${object}.${field.name}`, (await this.person.post('/exports', { ...body, columns: [field.name] })).status, 422)
      if (field.filterable) this.same(`export of ${object} by ${field.name}`, (await this.person.post('/exports', { ...body, filter: `is_null(${field.name})` })).status, 400)
    }
    await this.exported(object, columns, body)
  }

  async exported(object, columns, body) {
    const { model, user } = this
    const started = await this.person.post('/exports', body)
    if (!this.same(`export of ${object}`, started.status, 202)) return
    const job = await this.job(started)
    const rows = model.live(object).filter((row) => model.listed(user, object, row))
    if (!this.same(`export of ${object} rows`, [job.status, job.result?.rows], ['done', rows.length])) return
    this.cell('exported row', true, rows.length)
    this.cell('exported row', false, model.live(object).length - rows.length)
    const file = await this.person.get(`/files/${job.result.file.id}`)
    const cell = (row, name) => {
      const field = this.definition(object).byName.get(name)
      const value = model.member(user, object, row, field)
      const text = this.right(object, field) !== MASK && field.target ? value?.name ?? '' : `${value ?? ''}`
      return /^[=+\-@＝＋－＠\t]/.test(text) && !(field.type === 'integer') ? `'${text}` : text
    }
    const expected = rows.sort((a, b) => a.id - b.id).map((row) => columns.map((name) => cell(row, name)))
    const readable = this.right(object, { name: 'id' }) >= READ
    this.same(`export of ${object} cells`, rowsOf(file.bytes.toString('utf8')).slice(1), readable ? expected : [])
    const stranger = this.world.users.find((person) => person.id !== user.id)
    for (const path of [`/files/${job.result.file.id}`, `/jobs/${job.id}`]) {
      this.cell('job of another', false)
      this.same(`${path.split('/')[1]} of another and absent`, refusal(await stranger.get(path), path.split('/')[2]), refusal(await stranger.get(path.replace(/\d+/, ABSENT)), ABSENT))
    }
  }

  // Events that are his or that he takes part in, open tasks of his with a due time, his next follow-ups: all as far as his lists go.
  async calendar() {
    const made = ok(await this.person.post('/calendar/address', {}), 201)
    const text = await (await fetch(made.url)).text()
    const told = new Set([...text.matchAll(/UID:([a-z_]+)-(\d+)-/g)].map((match) => `${match[1]}:${match[2]}`))
    const { model, user } = this
    for (const [object, names] of [['event', ['start_at', 'end_at']], ['task', ['due_at', 'status']]])
      for (const row of model.live(object)) {
        const mine = row.owner?.id === user.id || (object === 'event' && row.participants?.some((one) => one.id === user.id))
        const open = object === 'event' || (row.due_at && ['open', 'doing'].includes(row.status))
        const known = [...names, 'name', 'owner', 'updated_at'].every((name) => model.named(user, object, name))
        const seen = model.listed(user, object, row) && mine && open
        this.cell('calendar', seen && known)
        this.same(`calendar has ${object} ${row.id}`, told.has(`${object}:${row.id}`), Boolean(seen && known))
        if (told.has(`${object}:${row.id}`)) this.secrets(object, row, text)
      }
    for (const object of ['customer', 'lead']) for (const row of model.live(object)) if (told.has(`${object}:${row.id}`)) this.same(`calendar has ${object} ${row.id}`, model.listed(user, object, row) && row.owner?.id === user.id, true)
  }

  secrets(object, row, text) {
    for (const field of this.fields(object)) {
      const word = typeof row[field.name] === 'string' && /^zq\d+x$/.test(row[field.name]) && row[field.name]
      const elsewhere = (other) => row[other.name] === word && this.readable(object, other)
      if (word && !this.readable(object, field) && !this.fields(object).some(elsewhere)) this.same(`calendar tells ${object}.${field.name}`, text.includes(word), false)
    }
  }

  // An administrator who looks as somebody sees what that person sees, and writes nothing.
  async viewedAs(random) {
    const viewer = await this.world.haike.as('root')
    const begun = await viewer.post('/session/view-as', { user: this.user.id })
    if (begun.status === 404 || begun.status === 405) return // not yet
    if ((await this.person.get('/session')).body.admin) return this.same('view as an administrator', [begun.status, begun.body.errors?.[0]?.code], [422, 'view_as_administrator'])
    this.same('view as', begun.status < 300, true)
    for (const object of random.shuffled(this.objects()).slice(0, 5)) {
      const [theirs, his] = await Promise.all([viewer, this.person].map((person) => person.list(object, { limit: 200, count: 'true' })))
      this.cell('view as', his.status === 200)
      this.same(`view as: list of ${object}`, [theirs.status, theirs.body.items, theirs.body.count], [his.status, his.body.items, his.body.count])
    }
    const written = await viewer.post('/records/customer', { name: this.world.word() })
    this.cell('view as', false)
    this.same('view as: nothing is written', [written.status, written.body.code], [403, 'viewing_as'])
  }

  // Whatever somebody was told in the bell belongs to him.
  async others() {
    const { model, user } = this
    const rows = model.live('notification')
    if (!model.reads(user, 'notification')) return
    const answer = await this.person.list('notification', { limit: 200, fields: 'id' })
    this.same('notifications', byNumber((answer.body.items ?? []).map((item) => item.id)), byNumber(rows.filter((row) => model.listed(user, 'notification', row)).map((row) => row.id)))
  }
}
