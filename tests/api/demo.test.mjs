// The demo company: made once from a fixed seed, sound, with its six sign-ins. On SQLite only: the browser tests make it on both.
import assert from 'node:assert/strict'
import { Haike } from '../support/server.mjs'

export const own = true

export const scenarios = {
  'it can be signed in to, is sound, and is not made twice': async ({ engine }) => {
    if (engine !== 'sqlite') return
    const haike = new Haike(engine)
    try {
      const made = haike.command(['init', '--demo'])
      assert.equal(made.status, 0, made.stderr)
      assert.equal(haike.command(['init', '--demo']).status, 1)
      const check = haike.command(['check'])
      assert.equal(check.status, 0, check.stdout)
      await haike.serve()
      const people = {}
      for (const login of ['admin', 'manager', 'sales1', 'sales2', 'service', 'finance']) people[login] = await haike.as(login)
      const count = async (login, object, filter = '') => (await people[login].list(object, { filter, count: 'true', limit: '1' })).body.count
      const [all, team, own, other] = [await count('admin', 'customer'), await count('manager', 'customer'), await count('sales1', 'customer'), await count('sales2', 'customer')]
      assert.ok(all > team && team > own && own > 10 && other > 10, `${all} ${team} ${own} ${other}`)
      assert.equal(await count('manager', 'customer', `owner = ${people.sales2.id}`), 0)
      assert.equal((await haike.as('manager')).id, (await people.admin.list('department', { filter: 'name = "华东销售部"', fields: 'head' })).body.items[0].head.id)
      const me = (await people.sales2.get('/session')).body
      assert.deepEqual([me.user.department.name, me.admin], ['华南销售部', false])
      assert.ok((await people.admin.get('/session')).body.admin)
    } finally {
      await haike.done()
    }
  },
}
