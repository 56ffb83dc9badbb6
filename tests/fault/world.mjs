// What the database says after a crash, read through the API: the records that are new since a mark, the recycle bin, single records.
const FIELDS = { customer: 'name,version,remark', lead: 'name,version,remark', contact: 'name,version', opportunity: 'name,version,remark', activity: 'name,version' }
const PAGE = 200

async function pages(person, path, params) {
  const items = []
  for (let after = null; ; ) {
    const answer = await person.get(`${path}?${new URLSearchParams({ limit: PAGE, ...params, ...(after ? { after } : {}) })}`)
    if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body).slice(0, 500)}`)
    items.push(...answer.body.items)
    after = answer.body.next
    if (!after) return items
  }
}

export class World {
  static async mark(person) {
    const world = new World()
    world.since = {}
    for (const object of Object.keys(FIELDS)) {
      const newest = await person.get(`/records/${object}?sort=-id&limit=1&fields=name`)
      world.since[object] = newest.body.items[0]?.id ?? 0
    }
    return world
  }

  // A fresh look at everything that came after the mark.
  async read(person) {
    const world = new World()
    world.since = this.since
    world.names = {}
    for (const [object, fields] of Object.entries(FIELDS)) {
      const names = (world.names[object] = new Map())
      for (const record of await pages(person, `/records/${object}`, { filter: `id > ${this.since[object]}`, sort: 'id', fields })) {
        if (!names.has(record.name)) names.set(record.name, [])
        names.get(record.name).push(record)
      }
    }
    world.bin = new Set((await pages(person, '/trash/customer', {})).map((record) => record.id))
    return world
  }

  named(object, name) {
    return this.names[object].get(name) ?? []
  }

  trashed(id) {
    return this.bin.has(id)
  }

  // null: not there
  async get(person, object, id) {
    const answer = await person.get(`/records/${object}/${id}`)
    if (answer.status !== 200 && answer.status !== 404) throw new Error(`${object} ${id}: ${answer.status} ${JSON.stringify(answer.body).slice(0, 500)}`)
    return answer.status === 200 ? answer.body : null
  }
}
