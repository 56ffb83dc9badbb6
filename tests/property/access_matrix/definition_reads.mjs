// What definitions tell: the metadata and the OpenAPI description name no object and no field that is hidden.
import { HIDE } from './rights.mjs'
import { Asker } from './asker.mjs'

export class DefinitionReads extends Asker {
  plan() {
    this.later(() => this.metadata())
    this.later(() => this.openapi())
    this.later(() => this.session())
    for (const object of this.objects()) this.later(() => this.one(object))
  }

  access(object, field) {
    return this.model.settable(this.user, object, field) ? 'write' : ['hide', 'mask', 'read', 'read'][this.right(object, field)]
  }

  async one(object) {
    const knows = this.model.knows(this.user, object)
    const answer = await this.person.get(`/meta/objects/${object}`)
    this.same(`GET /meta/objects/${object}`, answer.status, knows ? 200 : 404)
    if (!knows) return
    const { model, user } = this
    const right = model.right(user, object)
    const may = [...['read', 'update', 'delete'].map((verb) => [verb, model.may(user, object, verb)]), ['create', right.create], ['export', right.export && model.reads(user, object)], ...(model.features.transfer ? [['import', right.import], ['transfer', right.transfer]] : [])]
    this.same(`rights on ${object}`, Object.fromEntries(may.map(([verb]) => [verb, answer.body.rights[verb]])), Object.fromEntries(may))
    const acted = (this.definition(object).actions ?? []).map((action) => action.name).filter((name) => model.acts(user, object, name) && (name !== 'assign' || right.transfer))
    this.same(`actions on ${object}`, [...answer.body.rights.actions].sort(), acted.sort())
  }

  async session() {
    const { model } = this
    const { permissions } = (await this.person.get('/session')).body
    this.same('permissions', Object.keys(permissions).filter((object) => model.definitions[object]).sort(), this.objects().filter((object) => this.model.knows(this.user, object)).sort())
  }

  async metadata() {
    const { model, user } = this
    const items = (await this.person.get('/meta/objects')).body.items.filter((item) => model.definitions[item.name])
    const known = this.objects().filter((object) => model.knows(user, object))
    for (const object of this.objects()) this.cell('metadata', model.knows(user, object))
    this.same('metadata objects', items.map((item) => item.name).sort(), known.sort())
    for (const item of items) {
      const fields = this.fields(item.name)
      const expected = fields.filter((field) => this.right(item.name, field) !== HIDE)
      this.cell('metadata by field', true, expected.length)
      this.cell('metadata by field', false, fields.length - expected.length)
      this.same(`metadata ${item.name}`, item.fields.map((field) => [field.name, field.access]), expected.map((field) => [field.name, this.access(item.name, field)]))
      const { views, layout, indexes, actions, stage, inherit, readers, through } = item
      const told = JSON.stringify([views?.map((view) => [view.filter, view.sort, view.columns]), layout, indexes, actions?.map((action) => action.when), stage, inherit, readers, through]).replace(/\\"[^"]*?\\"/g, '').replace(/"label":"[^"]*"/g, '')
      for (const field of fields.filter((each) => this.right(item.name, each) === HIDE)) this.same(`metadata ${item.name} names ${field.name}`, new RegExp(`\\b${field.name}\\b`).test(told), false)
      for (const child of item.children ?? []) if (model.definitions[child.object]) this.same(`metadata ${item.name} child ${child.name}`, model.field(user, child.object, child.field) > HIDE, true)
    }
  }

  async openapi() {
    const { model, user } = this
    const { schemas } = (await this.person.get('/openapi.json')).body.components
    for (const object of this.objects()) {
      const known = model.knows(user, object)
      this.same(`openapi ${object}`, [schemas[object], schemas[`${object}_input`]].map(Boolean), [known, known])
      if (!known || !schemas[object]) continue
      const fields = this.fields(object)
      const seen = fields.filter((field) => this.right(object, field) !== HIDE).map((field) => field.name)
      this.same(`openapi ${object}`, Object.keys(schemas[object].properties).sort(), seen.sort())
      this.same(`openapi ${object}_input`, Object.keys(schemas[`${object}_input`].properties).sort(), fields.filter((field) => model.settable(user, object, field)).map((field) => field.name).sort())
    }
  }
}
