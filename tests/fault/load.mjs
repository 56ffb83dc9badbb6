// One round of concurrent writes and the client's own book of them: what was sent, what was answered; and after a crash, whether the database agrees.
// What was answered is there exactly once; what was not answered is there wholly or not at all.
import { World } from './world.mjs'

const BATCH = 12
const NEXT = '2027-03-01T02:00:00Z'

// outcome: unknown (no answer), done (2xx), refused (4xx), failed (5xx: it should not be there, but the client cannot know)
class Write {
  constructor(load, what, method, path, body, { key = false, expect = 'done' } = {}) {
    Object.assign(this, { load, what, method, path, body, expect, outcome: 'unknown', answer: null })
    this.key = key ? `${load.mark}-${load.keys++}` : null
  }

  async send(person) {
    const headers = this.key ? { 'Idempotency-Key': this.key } : {}
    const body = this.body instanceof Function ? this.body() : this.body
    const answer = await person.call(this.method, this.path, body, headers)
    this.answer = answer
    this.outcome = answer.status < 300 ? 'done' : answer.status < 500 ? 'refused' : 'failed'
    return answer
  }

  get certain() {
    return this.outcome === 'done'
  }
}

export class Load {
  constructor(mark, random, size = 1) {
    Object.assign(this, { mark, random, keys: 0, writes: [], checks: [], answered: 0 })
    this.count = (number) => Math.max(1, Math.round(number * size))
  }

  write(...args) {
    const write = new Write(this, ...args)
    this.writes.push(write)
    return write
  }

  // Records that the round will work on: all there and answered before it begins.
  async prepare(person) {
    const numbers = { chain: this.count(20), touch: this.count(40), gone: this.count(25), batch: this.count(35), parent: this.count(10) }
    const names = Object.entries(numbers).flatMap(([use, count]) => Array.from({ length: count }, (_, i) => `${this.mark}池${use}${i}`))
    const made = await batch(person, 'customer', names.map((name) => ({ name, remark: 'v0' })))
    this.pool = {}
    for (const record of made) (this.pool[record.name.replace(this.mark, '').replace(/池([a-z]+)\d+/, '$1')] ??= []).push(record)
    const leads = Array.from({ length: this.count(40) }, (_, i) => ({ name: `${this.mark}线索${i}`, company: `${this.mark}转${i}`, budget: 1000 + i }))
    this.leads = await batch(person, 'lead', leads)
    this.followUps = await batch(person, 'activity', this.leads.map((lead, i) => ({ type: 'call', content: `${this.mark}跟${i}`, target: { object: 'lead', id: lead.id } })))
    this.world = await World.mark(person)
    this.plan()
  }

  plan() {
    this.starts = []
    this.creates()
    this.chains()
    this.conversions()
    this.touches()
    this.deletes()
    this.batches()
    this.uploads()
    this.definitions()
    this.rights()
    this.random.shuffle(this.starts)
  }

  // Sends everything at once; resolves when every write has been answered or has failed on the way. onAnswer is called with the number answered so far.
  async run(person, onAnswer = () => {}, atOnce = Infinity) {
    const one = async (write) => {
      try {
        await write.send(person)
      } catch {
        return false // no answer: the server is gone
      }
      onAnswer(++this.answered)
      return write.outcome === 'done'
    }
    const queue = [...this.starts]
    const worker = async () => {
      for (let steps; (steps = queue.shift()); ) await steps(one)
    }
    await Promise.all(Array.from({ length: Math.min(atOnce, queue.length) }, worker))
  }

  // What is wrong, as texts. Sends again what had a key.
  async verify(person, { faults = false } = {}) {
    const problems = []
    for (const write of this.writes)
      if ((write.outcome === 'refused' && write.expect !== 'refused') || (write.outcome === 'failed' && !faults) || (write.outcome === 'done' && write.expect === 'refused'))
        problems.push(`${write.what}: answered ${write.answer.status} ${JSON.stringify(write.answer.body).slice(0, 300)}`)
    const world = await this.world.read(person)
    for (const check of this.checks) problems.push(...(await check(world, person)).map((problem) => `${problem}`))
    problems.push(...(await this.sendAgain(person)))
    return problems
  }

  // The same key once more: the same record, and still only one.
  async sendAgain(person) {
    const problems = []
    const keyed = this.writes.filter((write) => write.key && write.outcome !== 'refused')
    await Promise.all(keyed.map(async (write) => {
      const before = write.certain ? write.answer.body : null
      const again = await write.send(person)
      if (write.outcome !== 'done') problems.push(`${write.what}: sent again with its key, answered ${again.status} ${JSON.stringify(again.body).slice(0, 300)}`)
      else if (before && JSON.stringify(before) !== JSON.stringify(again.body)) problems.push(`${write.what}: its key has another answer: ${JSON.stringify(before)} / ${JSON.stringify(again.body)}`)
    }))
    const world = await this.world.read(person)
    for (const write of keyed) if (write.outcome === 'done' && write.recheck) problems.push(...write.recheck(world))
    return problems
  }

  // ---- Kinds of writes

  creates() {
    const parents = this.pool.parent
    const kinds = [
      ['customer', this.count(170), (i) => ({ name: `${this.mark}客${i}`, phone: `139${String(10000000 + i)}`, remark: `完整${i}` })],
      ['lead', this.count(60), (i) => ({ name: `${this.mark}人${i}`, company: `${this.mark}司${i}`, phone: `138${String(20000000 + i)}`, remark: `完整${i}` })],
      ['opportunity', this.count(50), (i) => ({ name: `${this.mark}机会${i}`, customer: parents[i % parents.length].id, amount: 100 + i, remark: `完整${i}` })],
    ]
    for (const [object, count, values] of kinds)
      for (let i = 0; i < count; i++) this.create(object, values(i), i % 2 === 0)
  }

  // A role and its entry in the audit log: both or neither, whatever was answered; an answered one is there.
  rights() {
    for (let i = 0; i < this.count(12); i++) {
      const write = this.write(`role ${this.mark} ${i}`, 'POST', '/records/role', { name: `${this.mark}角色${i}`, key: `${this.mark.toLowerCase()}_r${i}`, grants: { customer: { read: 'own' } } })
      this.checks.push(async (world, person) => {
        const [role] = (await person.list('role', { filter: `key = "${write.body.key}"`, fields: 'id' })).body.items
        if (!role) return write.certain ? [`${write.what}: answered ${write.answer.status}, but lost`] : []
        const { items } = (await person.get(`/audit?kind=role.create&object=role&record=${role.id}`)).body
        return items.length === 1 && items[0].user?.id === person.id ? [] : [`${write.what}: ${items.length} entries in the audit log`]
      })
      this.starts.push((one) => one(write))
    }
  }

  create(object, values, key) {
    const write = this.write(`create ${values.name}`, 'POST', `/records/${object}`, values, { key })
    const compare = (world) => {
      const found = world.named(object, values.name)
      if (found.length > 1) return [`${write.what}: there ${found.length} times`]
      if (!found.length) return write.certain ? [`${write.what}: answered ${write.answer.status}, but lost`] : []
      const record = found[0]
      if (write.certain && record.id !== write.answer.body.id) return [`${write.what}: answered as ${write.answer.body.id}, is ${record.id}`]
      if (record.remark !== values.remark || record.version !== 1) return [`${write.what}: half there: ${JSON.stringify(record)}`]
      return []
    }
    write.recheck = compare
    this.checks.push(compare)
    this.starts.push((one) => one(write))
  }

  // Several updates of one record, one after the other: the last answered one counts, or the one on its way.
  chains() {
    for (const record of this.pool.chain) {
      const writes = [1, 2, 3].map((step) => this.write(`update ${record.name} v${step}`, 'PATCH', `/records/customer/${record.id}`, { remark: `v${step}` }))
      this.starts.push(async (one) => {
        for (const write of writes) if (!(await one(write))) return
      })
      this.checks.push(async (world, person) => {
        const is = await world.get(person, 'customer', record.id)
        const step = Number(/^v(\d)$/.exec(is?.remark ?? '')?.[1] ?? -1)
        const last = writes.filter((write) => write.certain).length
        if (step < last || step > last + 1) return [`${record.name}: v${last} was answered, is ${is?.remark}`]
        return is.version === 1 + step ? [] : [`${record.name}: ${is.remark} in version ${is.version}`]
      })
    }
  }

  // A lead, its customer, contact, opportunity and follow-up: all moved or none.
  conversions() {
    this.leads.forEach((lead, i) => {
      const write = this.write(`convert ${lead.name}`, 'POST', `/records/lead/${lead.id}/actions/convert`, { opportunity: { name: `${this.mark}单${i}` } }, { key: i % 2 === 0 })
      const compare = (world, is, followUp) => {
        const made = [world.named('customer', lead.company), world.named('contact', lead.name), world.named('opportunity', `${this.mark}单${i}`)]
        const counts = made.map((list) => list.length).join()
        const all = counts === '1,1,1', none = counts === '0,0,0'
        if (!all && !none) return [`${write.what}: half there: customer, contact, opportunity are ${counts}`]
        if (none && write.certain) return [`${write.what}: answered, but lost`]
        const [customer, contact, opportunity] = made.map((list) => list[0]?.id)
        const expected = all ? ['converted', customer, contact, opportunity, `customer:${customer}`] : ['contacted', undefined, undefined, undefined, `lead:${lead.id}`]
        const found = [is.status, is.customer?.id, is.contact?.id, is.opportunity?.id, `${followUp.target.object}:${followUp.target.id}`]
        if (found.join() !== expected.join()) return [`${write.what}: half there: ${found} instead of ${expected}`]
        if (write.certain && [customer, contact, opportunity].join() !== ['customer', 'contact', 'opportunity'].map((name) => write.answer.body[name].id).join()) return [`${write.what}: others than answered`]
        return []
      }
      this.checks.push(async (world, person) => compare(world, await world.get(person, 'lead', lead.id), await world.get(person, 'activity', this.followUps[i].id)))
      this.starts.push((one) => one(write))
    })
  }

  // A follow-up sets the date on its customer.
  touches() {
    this.pool.touch.forEach((record, i) => {
      const content = `${this.mark}访${i}`
      const write = this.write(`activity ${content}`, 'POST', '/records/activity', { type: 'visit', content, target: { object: 'customer', id: record.id }, next_at: NEXT }, { key: i % 3 === 0 })
      this.checks.push(async (world, person) => {
        const found = world.named('activity', content).length
        const is = await world.get(person, 'customer', record.id)
        if (found > 1 || (write.certain && !found)) return [`${write.what}: there ${found} times`]
        return (is.next_follow_up === NEXT) === (found === 1) && (is.version === 1 + found) ? [] : [`${write.what}: there ${found} times, but its customer says ${is.next_follow_up} in version ${is.version}`]
      })
      this.starts.push((one) => one(write))
    })
  }

  deletes() {
    for (const record of this.pool.gone) {
      const write = this.write(`delete ${record.name}`, 'DELETE', `/records/customer/${record.id}`)
      this.checks.push(async (world, person) => {
        const is = await world.get(person, 'customer', record.id)
        if (is) return write.certain ? [`${write.what}: answered, but still there`] : is.version === 1 ? [] : [`${write.what}: version ${is.version}`]
        return world.trashed(record.id) ? [] : [`${write.what}: neither there nor in the recycle bin`]
      })
      this.starts.push((one) => one(write))
    }
  }

  // Creates, an update and a delete together; every third one has a mistake at its end and must leave nothing.
  batches() {
    const pool = [...this.pool.batch]
    for (let b = 0; pool.length >= 2; b++) {
      const bad = b % 3 === 2
      const [changed, gone] = pool.splice(0, 2)
      const names = Array.from({ length: BATCH }, (_, k) => `${this.mark}批${b}-${k}`)
      const items = names.map((name) => ({ op: 'create', values: { name } }))
      items.push({ op: 'update', id: changed.id, values: { remark: 'v1' } }, { op: 'delete', id: gone.id })
      if (bad) items.push({ op: 'create', values: { name: '' } })
      const write = this.write(`batch ${names[0]}`, 'POST', '/records/customer/batch', { items }, { key: !bad && b % 2 === 0, expect: bad ? 'refused' : 'done' })
      const count = (world) => names.map((name) => world.named('customer', name).length)
      write.recheck = (world) => (count(world).every((times) => times === 1) ? [] : [`${write.what}: ${count(world)} after it was sent again`])
      this.checks.push(async (world, person) => {
        const counts = count(world)
        const is = await world.get(person, 'customer', changed.id)
        const all = counts.every((times) => times === 1), none = counts.every((times) => times === 0)
        if ((!all && !none) || (all && bad) || (none && write.certain)) return [`${write.what}: ${counts} of its records are there`]
        const found = [is.remark, is.version, Boolean(await world.get(person, 'customer', gone.id))].join()
        return found === (all ? 'v1,2,false' : 'v0,1,true') ? [] : [`${write.what}: ${counts} there, but the others are ${found}`]
      })
      this.starts.push((one) => one(write))
    }
  }

  // Fields and an object made at run time: usable, or not there and free to be made again.
  definitions() {
    const parent = this.pool.parent[0].id
    for (let i = 0; i < this.count(3); i++) {
      const name = `f_${this.mark.toLowerCase()}_${i}`
      const values = { name, type: 'text', label: name, unique: i % 2 === 1 }
      const write = this.write(`field ${name}`, 'POST', '/meta/objects/customer/fields', values)
      this.starts.push((one) => one(write))
      this.checks.push(async (world, person) => {
        const known = (await person.get('/meta/objects/customer')).body.fields.some((field) => field.name === name)
        if (!known && write.certain) return [`${write.what}: answered, but lost`]
        const made = known || (await person.post(write.path, values)).status === 201
        const used = await person.patch(`/records/customer/${parent}`, { [name]: this.mark })
        return made && used.body[name] === this.mark ? [] : [`${write.what}: ${known ? 'there, but' : 'not there, and'} cannot be used: ${used.status} ${JSON.stringify(used.body).slice(0, 300)}`]
      })
    }
    const name = `o_${this.mark.toLowerCase()}`
    const write = this.write(`object ${name}`, 'POST', '/meta/objects', { name, label: name })
    this.starts.push((one) => one(write))
    this.checks.push(async (world, person) => {
      const known = (await person.get(`/meta/objects/${name}`)).status === 200
      if (!known && write.certain) return [`${write.what}: answered, but lost`]
      const made = known || (await person.post(write.path, write.body)).status === 201
      const used = await person.post(`/records/${name}`, { name: this.mark })
      return made && used.status === 201 ? [] : [`${write.what}: ${known ? 'there, but' : 'not there, and'} cannot be used: ${used.status}`]
    })
  }

  // A file, then a follow-up that it is attached to.
  uploads() {
    for (let i = 0; i < this.count(20); i++) {
      const content = `${this.mark}附${i}`
      const text = content.repeat(3000)
      const form = () => {
        const data = new FormData()
        data.append('file', new Blob([text]), `${content}.txt`)
        return data
      }
      const upload = this.write(`upload ${content}`, 'POST', '/files', form)
      let attach = null
      this.starts.push(async (one) => {
        if (!(await one(upload))) return
        const target = { object: 'customer', id: this.pool.parent[0].id }
        attach = this.write(`attach ${content}`, 'POST', '/records/activity', { type: 'note', content, target, attachment: upload.answer.body.id })
        await one(attach)
      })
      this.checks.push(async (world, person) => {
        const found = world.named('activity', content)
        if (found.length > 1 || (attach?.certain && !found.length)) return [`${attach.what}: there ${found.length} times`]
        if (!upload.certain) return found.length ? [`${upload.what}: attached, but never answered`] : []
        const file = await person.get(`/files/${upload.answer.body.id}`)
        return file.status === 200 && file.bytes.toString('utf8') === text ? [] : [`${upload.what}: answered, but reads ${file.status}`]
      })
    }
  }
}

async function batch(person, object, list) {
  const answer = await person.post(`/records/${object}/batch`, { items: list.map((values) => ({ op: 'create', values })) })
  if (answer.status !== 200) throw new Error(`batch ${object}: ${answer.status} ${JSON.stringify(answer.body).slice(0, 500)}`)
  return answer.body.items.map((item) => item.record)
}
