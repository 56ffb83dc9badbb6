// A small company for scenarios: head office with East (below it Shanghai) and South, a few people in each, signed in.
import { Haike, PASSWORD as DEMO_PASSWORD } from './server.mjs'

export const PASSWORD = 'a-good-password'

export class Company {
  constructor(haike) {
    this.haike = haike
    this.people = {}
    this.departments = {}
    this.roles = {}
  }

  static async start(engine, ...options) {
    const haike = new Haike(engine)
    const company = new Company(haike)
    for (const words of [['init'], ['user', 'add', 'boss', '--name', '老板', '--role', 'admin', '--password-stdin']]) {
      const done = haike.command(words, PASSWORD)
      if (done.status !== 0) throw new Error(`${words.join(' ')}: ${done.status} ${done.stderr}`)
    }
    await haike.serve(...options)
    company.people.boss = await haike.as('boss', PASSWORD)
    for (const role of (await company.boss.list('role')).body.items) company.roles[role.key] = role.id
    company.departments.hq = (await company.boss.list('department')).body.items[0].id
    for (const [name, label, parent] of [['east', '华东', 'hq'], ['shanghai', '上海', 'east'], ['south', '华南', 'hq']]) {
      company.departments[name] = (await company.boss.create('department', { name: label, parent: company.departments[parent] })).id
    }
    return company
  }

  get boss() { return this.people.boss }

  // The sign-ins of the demo company without its years of records, which take long to make.
  static async likeDemo(engine, ...options) {
    const company = await Company.start(engine, ...options)
    const { boss, departments } = company
    for (const [name, label] of [['service', '客服部'], ['finance', '财务部']]) departments[name] = (await boss.create('department', { name: label, parent: departments.hq })).id
    const people = [['admin', 'admin', 'hq'], ['manager', 'sales_manager', 'east'], ['sales1', 'sales', 'east'], ['sales2', 'sales', 'south'], ['service', 'service', 'service'], ['finance', 'finance', 'finance']]
    await Promise.all(people.map(([login, role, department]) => company.add(login, role, department, DEMO_PASSWORD)))
    await boss.patch(`/records/department/${departments.east}`, { head: company.people.manager.id })
    return company
  }

  // A signed-in colleague: add('east1', 'sales', 'east').
  async add(login, role, department, password = PASSWORD) {
    const made = await this.boss.create('user', { name: login, login, roles: [].concat(role).map((key) => this.roles[key]), department: this.departments[department] })
    const set = await this.boss.post(`/users/${made.id}/password`, { password })
    if (set.status !== 204) throw new Error(`password of ${login}: ${set.status} ${JSON.stringify(set.body)}`)
    return this.people[login] = await this.haike.as(login, password)
  }

  // A role with the given grants, found by its key from then on.
  async role(key, grants) {
    const made = await this.boss.create('role', { name: key, key, grants })
    this.roles[key] = made.id
    return made.id
  }

  async grant(key, grants) {
    const answer = await this.boss.patch(`/records/role/${this.roles[key]}`, { grants })
    if (answer.status !== 200) throw new Error(`grant ${key}: ${answer.status} ${JSON.stringify(answer.body)}`)
  }

  signIn(login) { return this.haike.as(login, PASSWORD) }
}
