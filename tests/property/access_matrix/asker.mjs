// One user with questions: what the server answers him is held against the model, eight requests at a time.
import { randomFrom } from './random.mjs'
import { READ } from './rights.mjs'

export const ABSENT = 987654321
export const LONG = ['long_text', 'json', 'file', 'image']
export const NUMBERS = ['money', 'integer', 'number']
export const GROUPED = ['text', 'choice', 'reference', 'user', 'department', 'boolean', 'date', 'integer', 'money', 'phone', 'email', 'formula']
export const byNumber = (list) => [...list].sort((a, b) => a - b)
export const idsOf = (rows) => byNumber(rows.map((row) => row.id))

// A refusal without what may differ: traces, times, and the id that was asked for.
export function refusal(answer, id) {
  const body = JSON.stringify(answer.body).replace(/"(trace|created_at|finished_at)":("[^"]*"|\d+)/g, '"$1":0').replaceAll(`"id":${id}`, '"id":0')
  return [answer.status, answer.body.kind ? body.replace(/"id":\d+/, '"id":0') : body, [...answer.headers.keys()].sort().join()]
}

export class Asker {
  constructor(world, model, person, cells) {
    Object.assign(this, { world, model, person, cells, admin: world.admin, random: randomFrom(world.random.below(1 << 30)) })
    this.user = model.users.find((user) => user.id === person.id)
    this.jobs = []
  }

  same(what, actual, expected) {
    return this.cells.same(this.user.login, what, actual, expected)
  }

  cell(way, allowed, count) {
    this.cells.cell(way, Boolean(allowed), count)
  }

  // What a job throws is its own, so that a seed repeats whatever the order of the answers.
  later(job) {
    const random = randomFrom(this.random.below(1 << 30))
    this.jobs.push(() => job(random))
  }

  async run() {
    this.plan()
    const work = async () => {
      for (let job = this.jobs.shift(); job; job = this.jobs.shift()) await job()
    }
    await Promise.all(Array.from({ length: 8 }, work))
  }

  objects() {
    return Object.keys(this.model.definitions)
  }

  definition(object) {
    return this.model.definitions[object]
  }

  fields(object) {
    return this.definition(object).fields
  }

  right(object, field) {
    return this.model.field(this.user, object, field.name)
  }

  readable(object, field) {
    return this.right(object, field) >= READ
  }

  listed(object) {
    return this.model.live(object).filter((row) => this.model.listed(this.user, object, row))
  }

  // Of those the ones whose value of a field is not hidden from him by a pool: others are not found by it.
  told(object, field) {
    return this.listed(object).filter((row) => !this.model.veiled(this.user, object, row, field))
  }

  // Rows he may not see, by lists or by id.
  unseen(object) {
    return this.model.live(object).filter((row) => !this.model.visible(this.user, object, row))
  }

  // What a record's members must be; long: also those that lists leave out.
  expected(object, row, long) {
    const record = {}
    for (const field of this.fields(object)) {
      if (!long && LONG.includes(field.type)) continue
      const value = this.model.member(this.user, object, row, field)
      if (value !== undefined) record[field.name] = value
    }
    return record
  }

  async job(started) {
    for (let i = 0; i < 3000; i++) {
      const job = (await this.person.get(`/jobs/${started.body.id}`)).body
      if (job.finished_at) return job
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    throw new Error('a job does not end')
  }
}
