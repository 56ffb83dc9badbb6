// Everybody listens while an administrator touches all records, throws some away and brings them back: each hears of what he may see, and of nothing else.
// Who sees a change is asked when it is told, so each step waits until all have heard of the one before.
import { Stream } from './events.mjs'
import { OBJECTS, ok, touched } from './world.mjs'

const GONE = ['sample', 'activity', 'task', 'event', 'attachment'] // what others hang under comes back first

class Listening {
  constructor(world, model) {
    Object.assign(this, { world, model, told: [] })
  }

  async open() {
    this.streams = await Promise.all([this.world.admin, ...this.world.users].map((person) => new Stream(person).open()))
    await this.settle()
  }

  // A new department is no secret to anybody: who has heard of it has heard of all that was before.
  async settle() {
    const { admin, departments } = this.world
    const mark = (await admin.create('department', { name: this.world.word(), parent: departments[0] })).id
    for (const stream of this.streams) if (!(await stream.until(`department:${mark}`, 60000))) throw new Error('a stream stands still')
    ok(await admin.delete(`/records/department/${mark}`), 204)
  }

  tell(object, row, change) {
    this.told.push({ object, row, change, event: `${object}:${row.id}:${change}` })
  }

  async touch() {
    for (const object of OBJECTS) {
      const rows = this.model.live(object)
      if (rows.length) ok(await this.world.admin.post(`/records/${object}/batch`, rows.map((row) => ({ op: 'update', id: row.id, values: { [touched(object)]: this.world.word() } }))))
      for (const row of rows) this.tell(object, row, 'update')
    }
    await this.settle()
  }

  async throwAwayAndBack() {
    const { admin, random } = this.world
    const rows = GONE.flatMap((object) => random.shuffled(this.model.live(object)).slice(0, 3).map((row) => [object, row]))
    for (const [object, row] of rows) ok(await admin.delete(`/records/${object}/${row.id}`), 204)
    await this.settle()
    for (const [object, row] of rows) ok(await admin.post(`/trash/${object}/${row.id}/restore`))
    await this.settle()
    for (const [object, row] of rows) ['delete', 'restore'].forEach((change) => this.tell(object, row, change))
  }

  // That something is gone is surely told to those whose own it is; to others it may be.
  compare(user, stream, cells) {
    const { model } = this
    const seen = this.told.filter(({ object, row }) => model.visible(user, object, row))
    const sure = seen.filter(({ object, row, change }) => change !== 'delete' || model.within(user, model.right(user, object).read.kind, row))
    cells.cell('event stream', true, seen.length)
    cells.cell('event stream', false, this.told.length - seen.length)
    const [all, may] = [this.told, seen].map((list) => new Set(list.map(({ event }) => event)))
    cells.same(user.login, 'events that were not his', [...stream.told].filter((event) => all.has(event) && !may.has(event)).sort(), [])
    cells.same(user.login, 'events that he missed', sure.map(({ event }) => event).filter((event) => !stream.told.has(event)).sort(), [])
  }
}

export async function listen(world, model, cells) {
  const listening = new Listening(world, model)
  await listening.open()
  await listening.touch()
  await listening.throwAwayAndBack()
  world.users.forEach((person, i) => listening.compare(model.users.find((user) => user.id === person.id), listening.streams[i + 1], cells))
  await Promise.all(listening.streams.map((stream) => stream.close()))
}
