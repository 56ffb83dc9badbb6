// Potential and formal customers, where contacts work and worked, parties to a deal, competitors: each for who may and who may not.
import assert from 'node:assert/strict'

let n = 0
const unique = (word) => `${word}${Date.now() % 100000}${n++}`
const errors = (answer) => Object.fromEntries((answer.body.errors ?? []).map((error) => [error.field, error.code]))

export const scenarios = {
  'anybody enters a potential customer, who is designated makes it formal, once what must be known is known': async ({ people }) => {
    const { admin, manager, sales1 } = people
    const made = await sales1.create('customer', { name: unique('待转正公司') })
    const path = `/records/customer/${made.id}`
    assert.equal(made.status, 'potential')
    assert.deepEqual(errors(await sales1.patch(path, { status: 'formal' })), { status: 'formal_not_yours' })
    assert.deepEqual(errors(await sales1.post('/records/customer', { name: unique('直接正式'), status: 'formal' })), { status: 'formal_not_yours' })
    assert.deepEqual(errors(await sales1.post('/records/customer/batch', { items: [{ op: 'update', id: made.id, values: { status: 'formal' } }] })), { 'items[0].values.status': 'formal_not_yours' })
    assert.equal((await sales1.post(`${path}/actions/make_formal`, {})).status, 403)
    const { rules } = (await admin.get('/meta/objects/customer')).body
    assert.equal((await admin.patch('/meta/objects/customer', { rules: [...(rules ?? []), { field: 'credit_code', effect: 'require', when: 'status = "formal"' }] })).status, 200)
    assert.deepEqual(errors(await manager.post(`${path}/actions/make_formal`, {})), { credit_code: 'required' })
    await sales1.patch(path, { credit_code: '91310000MA1FL00001' })
    const formal = await manager.post(`${path}/actions/make_formal`, {})
    assert.deepEqual([formal.status, formal.body.status], [200, 'formal'])
    assert.deepEqual(errors(await sales1.patch(path, { status: 'potential' })), { status: 'formal_not_yours' })
    assert.equal((await sales1.patch(path, { remark: '照常可改' })).status, 200)
    assert.equal((await manager.patch(path, { status: 'potential' })).body.status, 'potential')
    await admin.patch('/meta/objects/customer', { rules: rules ?? [] })
    const history = (await manager.get(`${path}/history`)).body.items
    assert.ok(history.some((item) => item.action === 'make_formal' && item.user.id === manager.id))
  },

  'where a contact works and worked is kept, and seen with contact or company': async ({ people }) => {
    const { admin, sales1, sales2 } = people
    const [old, fresh] = [await sales1.create('customer', { name: unique('老东家') }), await sales1.create('customer', { name: unique('新东家') })]
    const contact = await sales1.create('contact', { name: '柳岸', customer: old.id, position: '科长' })
    const all = async (person) => (await person.list('affiliation', { filter: `contact = ${contact.id}`, sort: 'created_at' })).body.items ?? []
    const [first] = await all(sales1)
    assert.deepEqual([first.name, first.customer.id, first.position, first.from, first.to, first.current], [`柳岸 · ${old.name}`, old.id, '科长', null, null, true])
    await sales1.patch(`/records/contact/${contact.id}`, { position: '处长' })
    assert.deepEqual((await all(sales1)).map((item) => item.position), ['处长'])
    await sales1.patch(`/records/contact/${contact.id}`, { customer: fresh.id, position: '总监' })
    const [before, now] = await all(sales1)
    assert.deepEqual([before.current, before.position, now.current, now.position, now.customer.id], [false, '处长', true, '总监', fresh.id])
    assert.equal(before.to, now.from)
    const also = await sales1.create('affiliation', { contact: contact.id, customer: old.id, position: '顾问' })
    assert.equal((await all(sales1)).filter((item) => item.current).length, 2, 'somebody may work at two companies')
    assert.deepEqual(errors(await sales1.patch(`/records/affiliation/${also.id}`, { from: '2026-05-01', to: '2026-04-01' })), { to: 'validation' })
    assert.deepEqual(await all(sales2), [])
    assert.equal((await sales2.get(`/records/affiliation/${also.id}`)).status, 404)
    assert.equal((await sales2.post('/records/affiliation', { contact: contact.id, customer: old.id })).status, 422)
    assert.deepEqual((await admin.list('contact', { filter: `count(affiliations, current) = 2 and id = ${contact.id}` })).body.items.map((item) => item.id), [contact.id])
    await sales1.delete(`/records/contact/${contact.id}`)
    assert.deepEqual(await all(admin), [], 'they go with the contact')
  },

  'parties to a deal are seen with it, a competitor is known by the deals met': async ({ people }) => {
    const { admin, manager, sales1, sales2 } = people
    const [buyer, institute, rival] = [await sales1.create('customer', { name: unique('业主') }), await sales1.create('customer', { name: unique('设计院') }), await sales1.create('competitor', { name: unique('对手') })]
    const deal = await sales1.create('opportunity', { name: unique('泵站'), customer: buyer.id, amount: 300, competitor: rival.id })
    const party = await sales1.create('deal_partner', { opportunity: deal.id, customer: institute.id, role: 'design_institute', share: 0.15 })
    assert.equal(party.name, institute.name)
    assert.deepEqual((await manager.list('deal_partner', { filter: `opportunity = ${deal.id}` })).body.items.map((item) => item.id), [party.id])
    assert.deepEqual((await sales2.list('deal_partner', { filter: `opportunity = ${deal.id}` })).body.items, [])
    assert.deepEqual(errors(await sales1.patch(`/records/deal_partner/${party.id}`, { share: 1.5 })), { share: 'out_of_range' })
    assert.deepEqual(errors(await sales1.post('/records/deal_partner', { opportunity: deal.id, customer: institute.id })), { role: 'required' })
    assert.equal((await sales1.delete(`/records/customer/${institute.id}`)).status, 409)

    for (const [name, close] of [['甲', 'win'], ['乙', 'lose'], ['丙', 'lose']]) {
      const one = await sales1.create('opportunity', { name: unique(name), customer: buyer.id, amount: 100, competitor: rival.id })
      assert.equal((await sales1.post(`/records/opportunity/${one.id}/actions/${close}`, close === 'lose' ? { lost_reason: '价格' } : {})).status, 200)
    }
    await sales2.create('competitor_price', { name: '同型号泵', competitor: rival.id, price: 88000, at: '2026-11-02' })
    const known = (await sales2.get(`/records/competitor/${rival.id}`)).body
    assert.deepEqual([known.deals_met, known.deals_won, known.deals_lost, known.amount_lost, known.last_price_at], [4, 1, 2, 200, '2026-11-02'])
    assert.ok(Math.abs(known.win_rate - 1 / 3) < 0.001, String(known.win_rate))
    assert.equal((await admin.get(`/records/competitor/${(await admin.create('competitor', { name: unique('新对手') })).id}`)).body.win_rate, null)
  },
}
