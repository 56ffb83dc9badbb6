// The main job: a lead comes in, is followed up, converted, moved through its stages, won; the manager sees it, another department does not.
import assert from 'node:assert/strict'

const unique = () => Math.random().toString(36).slice(2, 8)

async function convertedDeal(people) {
  const company = `望潮${unique()}科技有限公司`
  const lead = await people.sales1.create('lead', { name: '孙望', company, phone: '138 0013 8000', source: 'website', budget: 320000 })
  const answer = await people.sales1.post(`/records/lead/${lead.id}/actions/convert`, { opportunity: { name: `${company} 一期`, close_date: '2026-12-20' } })
  assert.equal(answer.status, 200, JSON.stringify(answer.body))
  return { company, lead, ids: answer.body }
}

export const scenarios = {
  'a lead belongs to whoever enters it and is found by company and phone tail': async ({ people }) => {
    const company = `海岬${unique()}机械`
    const lead = await people.sales1.create('lead', { name: '李岬', company, phone: '+86 139-1234-5678' })
    assert.equal(lead.owner.id, people.sales1.id)
    assert.equal(lead.status, 'new')
    assert.equal(lead.version, 1)
    for (const q of [company, '5678']) {
      const found = await people.sales1.list('lead', { q })
      assert.ok(found.body.items.some((item) => item.id === lead.id), `${q} does not find it`)
    }
  },
  'a follow-up moves a new lead on and sets its dates': async ({ people }) => {
    const lead = await people.sales1.create('lead', { name: '周汀', company: `汀${unique()}` })
    await people.sales1.create('activity', { type: 'call', content: '约了下周上门', target: { object: 'lead', id: lead.id }, at: '2026-11-20T02:00:00Z', next_at: '2026-12-01T02:00:00Z' })
    const after = (await people.sales1.get(`/records/lead/${lead.id}`)).body
    assert.equal(after.status, 'contacted')
    assert.equal(after.last_followed_at, '2026-11-20T02:00:00Z')
    assert.equal(after.next_follow_up, '2026-12-01T02:00:00Z')
    const timeline = (await people.sales1.get(`/records/lead/${lead.id}/timeline`)).body
    assert.ok(timeline.items.some((item) => item.kind === 'activity' && item.activity.content === '约了下周上门'))
  },
  'converting makes customer, contact and opportunity in one go': async ({ people }) => {
    const { company, lead, ids } = await convertedDeal(people)
    const customer = (await people.sales1.get(`/records/customer/${ids.customer.id}`)).body
    assert.equal(customer.name, company)
    assert.equal(customer.phone, '13800138000')
    const deal = (await people.sales1.get(`/records/opportunity/${ids.opportunity.id}`)).body
    assert.deepEqual([deal.customer.id, deal.contact.id, deal.amount, deal.stage], [ids.customer.id, ids.contact.id, 320000, 'initial'])
    const after = (await people.sales1.get(`/records/lead/${lead.id}`)).body
    assert.equal(after.status, 'converted')
    assert.equal(after.customer.id, ids.customer.id)
    const again = await people.sales1.post(`/records/lead/${lead.id}/actions/convert`, {})
    assert.equal(again.status, 409)
  },
  'converting takes the customer that exists already': async ({ people }) => {
    const { company, ids } = await convertedDeal(people)
    const lead = await people.sales1.create('lead', { name: '第二人', company })
    const answer = await people.sales1.post(`/records/lead/${lead.id}/actions/convert`, { opportunity: null })
    assert.equal(answer.body.customer.id, ids.customer.id)
    assert.equal(answer.body.opportunity, null)
  },
  'a conversion that fails leaves nothing behind and says where': async ({ people }) => {
    const company = `断桅${unique()}`
    const lead = await people.sales1.create('lead', { name: '吴桅', company })
    const answer = await people.sales1.post(`/records/lead/${lead.id}/actions/convert`, { opportunity: { name: 'x', amount: 'many', stage: 'nowhere' } })
    assert.equal(answer.status, 422)
    assert.deepEqual(answer.body.errors.map((error) => error.field).sort(), ['opportunity.amount', 'opportunity.stage'])
    const found = await people.sales1.list('customer', { filter: `name = "${company}"` })
    assert.equal(found.body.items.length, 0)
    assert.equal((await people.sales1.get(`/records/lead/${lead.id}`)).body.status, 'new')
  },
  'stages move, won closes, lost needs a reason': async ({ people }) => {
    const { ids } = await convertedDeal(people)
    const path = `/records/opportunity/${ids.opportunity.id}`
    const moved = await people.sales1.patch(path, { stage: 'proposal' })
    assert.deepEqual([moved.status, moved.body.stage, moved.body.probability], [200, 'proposal', 0.5])
    const lost = await people.sales1.post(`${path}/actions/lose`, {})
    assert.equal(lost.status, 422)
    assert.equal(lost.body.errors[0].field, 'lost_reason')
    const patched = await people.sales1.patch(path, { stage: 'lost' })
    assert.equal(patched.status, 422)
    const won = await people.sales1.post(`${path}/actions/win`, {})
    assert.deepEqual([won.status, won.body.stage, won.body.probability], [200, 'won', 1])
    const customer = (await people.sales1.get(`/records/customer/${ids.customer.id}`)).body
    assert.deepEqual([customer.won_amount, customer.open_amount ?? 0], [320000, 0])
    const history = (await people.sales1.get(`${path}/history`)).body
    assert.ok(history.items.some((item) => item.changes.some((change) => change.field === 'stage' && change.from === 'proposal' && change.to === 'won')))
  },
  'the manager sees it in the funnel; another department finds it nowhere': async ({ people }) => {
    const { company, ids } = await convertedDeal(people)
    const funnel = { group: 'stage', measure: 'count(),sum(amount)', filter: `name contains "${company}"` }
    const seen = (await people.manager.aggregate('opportunity', funnel)).body
    assert.deepEqual(seen.items, [{ stage: 'initial', 'count()': 1, 'sum(amount)': 320000 }])
    assert.equal((await people.sales2.aggregate('opportunity', funnel)).body.items.length, 0)
    assert.equal((await people.sales2.get(`/records/opportunity/${ids.opportunity.id}`)).status, 404)
    assert.equal((await people.sales2.get(`/records/customer/${ids.customer.id}`)).status, 404)
    assert.equal((await people.sales2.list('opportunity', { filter: `name contains "${company}"` })).body.items.length, 0)
    assert.equal((await people.sales2.get(`/search?q=${encodeURIComponent(company)}`)).body.items.length, 0)
    assert.equal((await people.sales2.get(`/records/customer/${ids.customer.id}/timeline`)).status, 404)
    assert.equal((await people.sales2.get(`/records/customer/${ids.customer.id}/history`)).status, 404)
    assert.equal((await people.sales2.patch(`/records/customer/${ids.customer.id}`, { name: 'x' })).status, 404)
    assert.equal((await people.sales2.delete(`/records/customer/${ids.customer.id}`)).status, 404)
    assert.equal((await people.sales2.post('/records/contact', { name: 'x', customer: ids.customer.id })).body.errors[0].code, 'reference_missing')
    const mine = (await people.manager.get(`/search?q=${encodeURIComponent(company)}`)).body.items
    assert.ok(mine.some((item) => item.object === 'customer' && item.id === ids.customer.id))
  },
  'assigning hands a lead over': async ({ people }) => {
    const lead = await people.manager.create('lead', { name: `转${unique()}` })
    assert.equal((await people.sales1.get(`/records/lead/${lead.id}`)).status, 404)
    const answer = await people.manager.post(`/records/lead/${lead.id}/actions/assign`, { owner: people.sales1.id })
    assert.equal(answer.status, 200)
    assert.equal((await people.sales1.get(`/records/lead/${lead.id}`)).status, 200)
    const refused = await people.sales1.post(`/records/lead/${lead.id}/actions/assign`, { owner: people.sales2.id })
    assert.equal(refused.status, 403)
    const patched = await people.sales1.patch(`/records/lead/${lead.id}`, { owner: people.sales2.id })
    assert.equal(patched.status, 422)
    assert.equal(patched.body.errors[0].field, 'owner')
  },
}
