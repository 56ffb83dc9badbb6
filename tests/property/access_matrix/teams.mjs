// Teams of records: who sees them, who manages them. Somebody is brought in and taken out again by an administrator.
import { Asker, idsOf } from './asker.mjs'
import { ok } from './world.mjs'

export class Teams extends Asker {
  async run() {
    if (!this.model.features.team) return
    for (const object of ['customer', 'contact', 'opportunity', 'lead', 'task', 'sample']) {
      const rows = this.random.shuffled(this.model.live(object)).slice(0, 4)
      for (const row of rows) await this.team(object, row)
    }
    for (const member of this.random.shuffled(this.model.live('team_member')).slice(0, 10)) await this.member(member)
    await this.list()
  }

  members(object, row) {
    return this.model.live('team_member').filter((member) => member.record.object === object && member.record.id === row.id)
  }

  async team(object, row) {
    const { model, user } = this
    const path = `/records/${object}/${row.id}/team`
    const answer = await this.person.get(path)
    const visible = model.visible(user, object, row)
    const manages = visible && model.manages(user, object, row)
    this.cell('team', visible)
    if (!this.same(`GET ${path}`, answer.status, visible ? 200 : 404)) return
    if (visible) this.same(`GET ${path}`, [idsOf(answer.body.items), answer.body.manage], [idsOf(this.members(object, row)), manages])
    const free = this.world.users.filter((person) => !this.members(object, row).some((member) => member.user.id === person.id))
    if (free.length) await this.invite(object, row, this.random.pick(free), manages)
  }

  async invite(object, row, person, manages) {
    const visible = this.model.visible(this.user, object, row)
    const answer = await this.person.post('/records/team_member', { record: { object, id: row.id }, user: person.id, access: 'write' })
    this.cell('team invitation', manages)
    const expected = manages ? [201, undefined] : visible ? [403, undefined] : [422, 'reference_missing']
    this.same(`somebody invited to ${object} ${row.id}`, [answer.status, answer.body.errors?.[0]?.code], expected)
    if (answer.status === 201) ok(await this.admin.delete(`/records/team_member/${answer.body.id}`), 204)
  }

  // A row of a team is seen by whoever sees the record, owns it, or brought the member; no grant opens more.
  async member(member) {
    const { model, user } = this
    const { object, id } = member.record
    const row = model.row(object, id)
    const visible = model.visible(user, object, row)
    const path = `/records/team_member/${member.id}`
    const seen = visible || this.listed(member)
    const manages = visible && model.manages(user, object, row)
    this.cell('team member', seen)
    this.same(`GET ${path}`, (await this.person.get(path)).status, seen ? 200 : 404)
    const answer = await this.person.patch(path, { access: member.access === 'read' ? 'write' : 'read' })
    this.cell('team change', manages)
    this.same(`PATCH ${path}`, answer.status, manages ? 200 : visible ? 403 : 404)
    if (answer.status === 200) ok(await this.admin.patch(path, { access: member.access }))
  }

  // In lists: rows of records that he owns, and those that he made.
  listed(member) {
    return [member, this.model.row(member.record.object, member.record.id)].some((row) => row?.owner?.id === this.user.id)
  }

  async list() {
    const { model, user } = this
    if (model.rolesOf(user).some((role) => role.key === 'admin')) return
    const mine = model.live('team_member').filter((member) => this.listed(member))
    const answer = await this.person.list('team_member', { limit: 200, fields: 'id' })
    this.cell('team list', true, mine.length)
    this.cell('team list', false, model.live('team_member').length - mine.length)
    this.same('list of team members', idsOf(answer.body.items ?? []), idsOf(mine))
  }
}
