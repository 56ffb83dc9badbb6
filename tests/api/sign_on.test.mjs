// Signing in at another service by OpenID Connect: against a real one (glewlwyd), and against one that lies in every way that we know of.
import { Company, PASSWORD } from '../support/company.mjs'
import { Glewlwyd } from '../support/outside.mjs'
import { Provider, keyPair } from '../support/provider.mjs'

export async function setup({ engine }) {
  const company = await Company.start(engine)
  const haike = company.haike
  for (const login of ['anna', 'bert']) await company.add(login, 'sales', 'east')
  await company.boss.patch(`/records/user/${company.people.bert.id}`, { email: 'Bert@example.com' })
  await company.boss.patch('/settings', { address: haike.url })
  const liar = await Provider.start()
  const done = haike.done.bind(haike)
  haike.done = async () => { await done(); await liar.stop() }
  return { haike, company, liar }
}

function ensure(condition, message) {
  if (!condition) throw new Error(typeof message === 'string' ? message : JSON.stringify(message))
}

const config = (liar, more = {}) => ({ kind: 'oidc', label: '公司账号', active: true, issuer: liar.issuer, client_id: 'haike', secret: 'the-secret', match: 'login', ...more })
async function add(company, body) {
  const made = await company.boss.post('/settings/providers', body)
  ensure(made.status === 201, made.body)
  return made.body
}
async function withProvider(company, body, work) {
  const provider = await add(company, body)
  try {
    await work(provider)
  } finally {
    await company.boss.patch('/settings/sign-in', { passwords_off: false })
    const gone = await company.boss.delete(`/settings/providers/${provider.id}`)
    ensure(gone.status === 204, gone.body)
  }
}

// A browser without pages: keeps cookies, follows where it is sent.
class Visitor {
  cookies = {}

  constructor(haike) {
    this.haike = haike
  }

  async get(address, more = {}) {
    const url = new URL(address, this.haike.url)
    const own = url.origin === this.haike.url
    const response = await fetch(url, { redirect: 'manual', headers: own ? { Cookie: Object.entries(this.cookies).map(([name, value]) => `${name}=${value}`).join('; '), ...more } : {} })
    for (const cookie of own ? response.headers.getSetCookie() : []) {
      const [name, value] = cookie.split(';')[0].split('=')
      this.cookies[name] = value
      if (/Max-Age=0\b/.test(cookie)) delete this.cookies[name]
    }
    return { status: response.status, location: response.headers.get('location'), body: await response.text(), headers: response.headers }
  }

  start(provider, next = '') {
    return this.get(`/api/v1/session/oidc/${provider.id}/start${next ? `?next=${encodeURIComponent(next)}` : ''}`)
  }

  // All the way: where the page is in the end.
  async signIn(provider, next) {
    const there = await this.start(provider, next)
    ensure(there.status === 302, there)
    if (there.location.startsWith('/')) return there.location
    const back = await this.get(there.location)
    ensure(back.status === 302, back)
    const end = await this.get(back.location)
    ensure(end.status === 302 && end.location.startsWith('/'), end)
    return end.location
  }

  async who() {
    const answer = await this.get('/api/v1/session')
    return answer.status === 200 ? JSON.parse(answer.body).user.login : null
  }
}

export const scenarios = {
  'only administrators set services, and nobody reads their secrets; what is wrong is told at its field': async ({ company, haike, liar }) => {
    for (const [method, path] of [['GET', '/settings/sign-in'], ['PATCH', '/settings/sign-in'], ['POST', '/settings/providers'], ['POST', '/settings/providers/test'], ['POST', '/settings/providers/1/sync'], ['PUT', '/settings/providers/1'], ['DELETE', '/settings/providers/1']]) {
      ensure((await company.people.anna.call(method, path, method === 'GET' ? undefined : {})).status === 403, path)
      ensure((await haike.nobody().call(method, path, method === 'GET' ? undefined : {})).status === 401, path)
    }
    const admin = company.roles.admin
    const cases = [
      [{ issuer: '' }, 'issuer:required'], [{ issuer: 'http://login.example.com' }, 'issuer:bad_issuer'], [{ issuer: 'file:///etc/passwd' }, 'issuer:bad_issuer'], [{ issuer: 'https://user@evil.example' }, 'issuer:bad_issuer'], [{ issuer: 'http://localhost.evil.example' }, 'issuer:bad_issuer'],
      [{ client_id: '' }, 'client_id:required'], [{ secret: '' }, 'secret:required'], [{ scopes: 'profile' }, 'scopes:oidc_scopes'], [{ auth: 'jwt' }, 'auth:unknown_option'], [{ match: 'any' }, 'match:unknown_option'],
      [{ create: true }, 'role:required'], [{ create: true, role: admin }, 'role:role_for_everybody'], [{ create: true, role: 987654 }, 'role:bad_reference'], [{ department: 987654 }, 'department:bad_reference'], [{ label: '' }, 'label:required'], [{ what: 1 }, 'what:unknown_field'],
    ]
    for (const [more, expected] of cases) {
      const answer = await company.boss.post('/settings/providers', config(liar, more))
      ensure(answer.status === 422 && answer.body.errors.some((error) => `${error.field}:${error.code}` === expected), `${JSON.stringify(more)}: ${answer.status} ${JSON.stringify(answer.body.errors)}`)
    }
    await withProvider(company, config(liar), async (provider) => {
      const seen = JSON.stringify((await company.boss.get('/settings/sign-in')).body)
      ensure(seen.includes('"secret_set":true') && !seen.includes('the-secret'), seen)
      const { secret, ...same } = config(liar, { label: '另一个名字' })
      const kept = await company.boss.call('PUT', `/settings/providers/${provider.id}`, same)
      ensure(secret && kept.status === 200 && kept.body.secret_set === true && kept.body.label === '另一个名字', kept.body)
      const other = await company.boss.call('PUT', `/settings/providers/${provider.id}`, { ...same, issuer: 'https://elsewhere.example' })
      ensure(other.status === 422 && other.body.errors[0].code === 'password_again', other.body)
    })
  },

  'trying a service says what is wrong with it': async ({ company, liar }) => {
    const trial = (more = {}) => company.boss.post('/settings/providers/test', config(liar, more))
    ensure((await trial()).body.token === `${liar.issuer}/token`, 'it does not work')
    const cases = [
      [() => { liar.bend.discovery = (honest) => ({ ...honest, issuer: 'https://evil.example' }) }, 'oidc_issuer'], [() => { liar.bend.discovery = (honest) => ({ ...honest, token_endpoint: 'http://evil.example/token' }) }, 'oidc_endpoints'],
      [() => { liar.bend.discovery = () => 'no json' }, 'oidc_answer'], [() => { liar.bend.discovery = () => `{"issuer":"${'x'.repeat(600_000)}"}` }, 'net_large'], [() => { liar.bend.redirect = 'http://169.254.169.254/' }, 'oidc_answer'],
      [() => { liar.bend.discovery = (honest) => ({ ...honest, response_types_supported: ['id_token'] }) }, 'oidc_endpoints'],
    ]
    try {
      for (const [bend, expected] of cases) {
        liar.honest()
        bend()
        const answer = await trial()
        ensure(answer.status === 422 && answer.body.errors[0].field === 'issuer' && answer.body.errors[0].code === expected, `${expected}: ${JSON.stringify(answer.body.errors)}`)
      }
    } finally {
      liar.honest()
    }
    ensure((await trial({ issuer: 'http://127.0.0.1:1' })).body.errors[0].code === 'net_connect', 'nobody is there')
    ensure((await trial({ issuer: 'https://169.254.169.254' })).body.errors[0].code === 'net_address', 'it asks a link-local address')
  },

  'whoever is known by his login is signed in, and only where he came from': async ({ haike, company, liar }) => {
    await withProvider(company, config(liar), async (provider) => {
      ensure((await haike.nobody().get('/session/options')).body.providers.some((one) => one.id === provider.id && one.label === '公司账号' && Object.keys(one).length === 2), 'not offered')
      const visitor = new Visitor(haike)
      const there = await visitor.start(provider, '/o/customer?view=mine')
      const asked = new URL(there.location)
      ensure(asked.searchParams.get('redirect_uri') === `${haike.url}/api/v1/session/oidc/callback` && asked.searchParams.get('code_challenge_method') === 'S256' && asked.searchParams.get('response_type') === 'code', there.location)
      for (const name of ['state', 'nonce', 'code_challenge']) ensure(asked.searchParams.get(name).length === 43, name)
      ensure(/^haike_away=[\w-]{43}; Path=\/api\/v1\/session\/oidc; HttpOnly; SameSite=Lax; Max-Age=600/.test(there.headers.getSetCookie()[0]), there.headers.getSetCookie())
      const back = await visitor.get(there.location)
      const end = await visitor.get(back.location)
      ensure(end.location === '/o/customer?view=mine' && end.body === '' && await visitor.who() === 'anna', end)
      ensure(liar.authorization === `Basic ${Buffer.from('haike:the-secret').toString('base64')}`, liar.authorization)
      ensure((await visitor.get(back.location)).location === '/signin?error=flow_unknown', 'it works twice')
      const linked = (await company.people.anna.get(`/users/${company.people.anna.id}/identities`)).body.items.find((one) => one.provider === provider.id)
      ensure(linked.linked && linked.name === 'anna', linked)
      ensure((await company.people.bert.get(`/users/${company.people.anna.id}/identities`)).status === 403, "another's accounts are shown")
    })
  },

  'no page elsewhere can be reached through the sign-in': async ({ haike, company, liar }) => {
    await withProvider(company, config(liar), async (provider) => {
      for (const next of ['https://evil.example', '//evil.example', '/\\evil.example', '/\t/evil.example', 'javascript:alert(1)', '/api/v1/session', `/${'x'.repeat(3000)}`, '\\\\evil.example']) {
        ensure(await new Visitor(haike).signIn(provider, next) === '/today', next)
      }
      ensure(await new Visitor(haike).signIn(provider, '/o/customer?q=张 三') === '/o/customer?q=%E5%BC%A0%20%E4%B8%89', 'an own path')
    })
  },

  'a link on another page begins no sign-in': async ({ haike, company, liar }) => {
    await withProvider(company, config(liar), async (provider) => {
      for (const site of ['cross-site', 'same-site']) {
        const answer = await new Visitor(haike).get(`/api/v1/session/oidc/${provider.id}/start?next=${encodeURIComponent('/o/customer?view=mine')}`, { 'Sec-Fetch-Site': site })
        ensure(answer.status === 302 && answer.location === '/signin?next=%2Fo%2Fcustomer%3Fview%3Dmine' && !answer.headers.getSetCookie().length, `${site}: ${answer.location}`)
      }
      for (const site of ['same-origin', 'none']) { // the page's own button; an address that was typed
        const answer = await new Visitor(haike).get(`/api/v1/session/oidc/${provider.id}/start`, { 'Sec-Fetch-Site': site })
        ensure(answer.status === 302 && new URL(answer.location).searchParams.get('state'), `${site}: ${answer.location}`)
      }
    })
  },
  'another browser, another state, a code used twice, a foreign issuer: refused': async ({ haike, company, liar }) => {
    await withProvider(company, config(liar), async (provider) => {
      const mine = new Visitor(haike)
      const others = new Visitor(haike)
      const there = await mine.start(provider)
      const back = await mine.get(there.location)
      await others.start(provider)
      ensure((await others.get(back.location)).location === '/signin?error=flow_unknown' && await others.who() === null, 'somebody else is signed in with it')
      ensure((await new Visitor(haike).get(back.location)).location === '/signin?error=flow_unknown', 'without the cookie')
      const forged = new URL(back.location)
      forged.searchParams.set('state', forged.searchParams.get('state').replace(/.$/, (c) => c === 'A' ? 'B' : 'A'))
      ensure((await mine.get(forged.toString())).location === '/signin?error=flow_unknown', 'any state will do')
      ensure((await mine.get(back.location)).location === '/today', 'the right one does not')
      // a code that was used: with a fresh state of the same browser
      const again = await mine.get((await mine.start(provider)).location)
      const replay = new URL(again.location)
      replay.searchParams.set('code', new URL(back.location).searchParams.get('code'))
      delete mine.cookies.haike_session
      ensure((await mine.get(replay.toString())).location === '/signin?error=oidc_refused' && await mine.who() === null, 'a used code')
      try {
        liar.bend.iss = 'https://evil.example'
        ensure(await new Visitor(haike).signIn(provider) === '/signin?error=oidc_token', 'a foreign issuer')
        liar.bend = { iss: liar.issuer }
        ensure(await new Visitor(haike).signIn(provider) === '/today', 'its own issuer')
        liar.bend = { discovery: (honest) => ({ ...honest, authorization_response_iss_parameter_supported: true }) }
        ensure(await new Visitor(haike).signIn(provider) === '/signin?error=oidc_token', 'a missing issuer')
      } finally {
        liar.honest()
      }
      const denied = new Visitor(haike)
      const state = new URL((await denied.start(provider)).location).searchParams.get('state')
      ensure((await denied.get(`/api/v1/session/oidc/callback?error=access_denied&state=${state}`)).location === '/signin?error=oidc_refused', 'a no')
    })
  },

  'a token that is not right in any one thing is refused': async ({ haike, company, liar }) => {
    const now = () => Math.floor(Date.now() / 1000)
    const stranger = keyPair('rsa')
    const bent = {
      'wrong nonce': { claims: (honest) => ({ ...honest, nonce: 'x'.repeat(43) }) }, 'no nonce': { claims: ({ nonce, ...rest }) => rest }, 'empty nonce': { claims: (honest) => ({ ...honest, nonce: '' }) },
      'another audience': { claims: (honest) => ({ ...honest, aud: 'somebody-else' }) }, 'no audience': { claims: ({ aud, ...rest }) => rest }, 'several audiences without azp': { claims: (honest) => ({ ...honest, aud: ['haike', 'other'] }) },
      'another azp': { claims: (honest) => ({ ...honest, azp: 'other' }) }, 'another issuer': { claims: (honest) => ({ ...honest, iss: 'https://evil.example' }) }, expired: { claims: (honest) => ({ ...honest, exp: now() - 200 }) },
      'no expiry': { claims: ({ exp, ...rest }) => rest }, 'expiry as text': { claims: (honest) => ({ ...honest, exp: String(now() + 300) }) }, 'from the future': { claims: (honest) => ({ ...honest, iat: now() + 900 }) }, 'from last week': { claims: (honest) => ({ ...honest, iat: now() - 7 * 86400 }) },
      'not valid yet': { claims: (honest) => ({ ...honest, nbf: now() + 900 }) }, 'no subject': { claims: ({ sub, ...rest }) => rest }, 'subject of another kind': { claims: (honest) => ({ ...honest, sub: 7 }) },
      'alg none': { header: (honest) => ({ ...honest, alg: 'none' }) }, 'alg None': { header: (honest) => ({ ...honest, alg: 'None' }), token: (honest) => honest }, 'alg HS256 with the public key': { header: (honest) => ({ ...honest, alg: 'HS256' }) },
      'critical header': { header: (honest) => ({ ...honest, crit: ['exp'] }) }, 'unknown key': { header: (honest) => ({ ...honest, kid: 'nobody-s' }) }, "a stranger's signature": { signer: stranger },
      'a key in the header': { signer: stranger, header: (honest) => ({ ...honest, kid: undefined, jwk: stranger.publicKey.export({ format: 'jwk' }) }), keys: () => ({ keys: [] }) },
      'a key for encryption': { keys: (honest) => ({ keys: honest.keys.map((key) => ({ ...key, use: 'enc' })) }) }, 'no keys': { keys: () => ({}) }, 'a secret key in the set': { keys: () => ({ keys: [{ kty: 'oct', k: 'AAAA', kid: 'x' }] }) },
      'signature cut off': { token: (honest) => ({ ...honest, id_token: honest.id_token.replace(/\.[^.]*$/, '.') }) }, 'two parts': { token: (honest) => ({ ...honest, id_token: honest.id_token.replace(/\.[^.]*$/, '') }) },
      'claims changed': { token: (honest) => ({ ...honest, id_token: honest.id_token.replace(/\.[^.]*\./, `.${Buffer.from(JSON.stringify({ sub: 'x' })).toString('base64url')}.`) }) }, 'no token': { token: () => ({ access_token: 'x' }) },
      'userinfo of another person': { claims: ({ name, email, ...rest }) => rest, userinfo: (honest) => ({ ...honest, sub: 'somebody-else' }) },
    }
    await withProvider(company, config(liar), async (provider) => {
      try {
        for (const [name, bend] of Object.entries(bent)) {
          liar.bend = bend
          const visitor = new Visitor(haike)
          ensure(/^\/signin\?error=oidc_(token|refused)$/.test(await visitor.signIn(provider)) && await visitor.who() === null, name)
        }
        liar.bend = { keys: () => ({ keys: [] }) }
        liar.useKey('small')
        liar.bend = {}
        ensure(await new Visitor(haike).signIn(provider) === '/signin?error=oidc_token', 'a key of 1024 bits')
        const good = { 'an audience of one': { claims: (honest) => ({ ...honest, aud: ['haike'] }) }, 'several with azp': { claims: (honest) => ({ ...honest, aud: ['haike', 'other'], azp: 'haike' }) }, 'clocks that differ': { claims: (honest) => ({ ...honest, iat: now() + 90, exp: now() - 60 }) } }
        for (const kind of ['ec', 'ed', 'rsa']) {
          liar.useKey(kind) // keys change, and count at once
          liar.bend = {}
          ensure(await new Visitor(haike).signIn(provider) === '/today', kind)
        }
        for (const [name, bend] of Object.entries(good)) {
          liar.bend = bend
          ensure(await new Visitor(haike).signIn(provider) === '/today', name)
        }
      } finally {
        liar.honest()
      }
    })
  },

  'an address counts where the service has verified it': async ({ haike, company, liar }) => {
    await withProvider(company, config(liar, { match: 'email' }), async (provider) => {
      const as = async (person) => {
        Object.assign(liar.person, person)
        const visitor = new Visitor(haike)
        return [await visitor.signIn(provider), await visitor.who()].join()
      }
      try {
        ensure(await as({ sub: 'b1', email: 'bert@EXAMPLE.com', email_verified: false }) === '/signin?error=email_unverified,', 'not verified')
        ensure(await as({ sub: 'b1', email_verified: 'true' }) === '/signin?error=email_unverified,', 'verified as text')
        ensure(await as({ sub: 'b1', email_verified: true }) === '/today,bert', 'verified')
        ensure(await as({ sub: 'b2' }) === '/signin?error=person_linked,', 'another account with the same address')
        ensure(await as({ sub: 'c1', email: 'nobody@example.com' }) === '/signin?error=person_unknown,', 'nobody')
        await company.boss.patch(`/records/user/${company.people.anna.id}`, { email: 'bert@example.com' })
        ensure(await as({ sub: 'c2', email: 'bert@example.com' }) === '/signin?error=person_several,', 'two of one address')
        await company.boss.patch(`/records/user/${company.people.anna.id}`, { email: null })
        await company.boss.patch(`/records/user/${company.people.bert.id}`, { active: false })
        ensure(await as({ sub: 'b1', email: 'bert@example.com' }) === '/signin?error=person_inactive,', 'inactive')
      } finally {
        await company.boss.patch(`/records/user/${company.people.bert.id}`, { active: true })
        company.people.bert = await company.signIn('bert')
        await company.boss.patch(`/records/user/${company.people.anna.id}`, { email: null })
        liar.honest()
      }
      await company.boss.call('PUT', `/settings/providers/${provider.id}`, config(liar, { match: 'email', trust_email: true }))
      liar.person = { sub: 'b1', email: 'bert@example.com' }
      ensure(await new Visitor(haike).signIn(provider) === '/today', 'trusted')
      liar.honest()
    })
  },

  'newcomers are made where that is set, with the role and the department that are named': async ({ haike, company, liar }) => {
    const { roles, departments } = company
    await withProvider(company, config(liar, { match: 'login', create: true, role: roles.sales, department: departments.south }), async (provider) => {
      try {
        liar.person = { sub: 'n1', preferred_username: 'New.Comer', name: '新同事', email: 'new@example.com', email_verified: true }
        const visitor = new Visitor(haike)
        ensure(await visitor.signIn(provider) === '/today' && await visitor.who() === 'new.comer', 'not made')
        const made = (await company.boss.list('user', { filter: 'login = "new.comer"', fields: 'name,roles,department,email,active' })).body.items[0]
        ensure(made.name === '新同事' && made.department.id === departments.south && made.roles.length === 1 && made.roles[0].id === roles.sales && made.email === 'new@example.com', made)
        ensure(await visitor.signIn(provider) === '/today' && (await company.boss.list('user', { filter: 'login = "new.comer"' })).body.items.length === 1, 'made twice')
        liar.person = { sub: 'n2', preferred_username: 'has a space', name: 'x' }
        ensure(await new Visitor(haike).signIn(provider) === '/signin?error=person_refused', 'an impossible login')
        liar.person = { sub: 'n3', preferred_username: 'other.comer', email: 'boss@example.com', email_verified: false }
        ensure(await new Visitor(haike).signIn(provider) === '/today', 'not made')
        ensure((await company.boss.list('user', { filter: 'login = "other.comer"', fields: 'email' })).body.items[0].email === null, 'an unverified address is taken over')
      } finally {
        liar.honest()
      }
    })
    ensure((await company.boss.get('/settings/sign-in')).body.providers.length === 0, 'it is still there')
  },

  'accounts are linked and unlinked by their owner': async ({ haike, company, liar }) => {
    await withProvider(company, config(liar, { match: 'none' }), async (provider) => {
      liar.person = { sub: 'l1', preferred_username: 'something-else', name: 'B' }
      try {
        ensure(await new Visitor(haike).signIn(provider) === '/signin?error=person_unknown', 'known by nothing')
        const { bert, anna } = company.people
        const link = async (person, browser = new Visitor(haike)) => {
          const begun = await person.post(`/session/oidc/${provider.id}/link`, {})
          ensure(begun.status === 200, begun.body)
          browser.cookies.haike_away = /haike_away=([\w-]+)/.exec(begun.headers.get('set-cookie'))[1]
          browser.cookies.haike_session ??= person.token
          return browser.get((await browser.get(begun.body.url)).location)
        }
        ensure((await haike.nobody().post(`/session/oidc/${provider.id}/link`, {})).status === 401, 'anyone may')
        const foreign = new Visitor(haike)
        foreign.cookies.haike_session = anna.token
        ensure((await link(bert, foreign)).location === '/settings?error=flow_unknown', "in somebody else's session")
        ensure((await link(bert)).location === '/settings#accounts', 'not linked')
        ensure((await link(anna)).location === '/settings?error=identity_taken', 'linked to two')
        const visitor = new Visitor(haike)
        ensure(await visitor.signIn(provider) === '/today' && await visitor.who() === 'bert', 'not signed in with it')
        ensure((await anna.delete(`/users/${bert.id}/identities/${provider.id}`)).status === 403 && (await bert.delete(`/users/${bert.id}/identities/${provider.id}`)).status === 204, 'unlinking')
        ensure(await new Visitor(haike).signIn(provider) === '/signin?error=person_unknown', 'still linked')
      } finally {
        liar.honest()
      }
    })
  },

  'passwords are turned off but for one administrator': async ({ haike, company, liar }) => {
    const { boss } = company
    const nobody = haike.nobody()
    const none = await boss.patch('/settings/sign-in', { passwords_off: true, emergency: boss.id })
    ensure(none.status === 422 && none.body.errors[0].code === 'no_provider', none.body)
    await withProvider(company, config(liar), async (provider) => {
      const wrong = await boss.patch('/settings/sign-in', { passwords_off: true, emergency: company.people.anna.id })
      ensure(wrong.status === 422 && wrong.body.errors[0].field === 'emergency', wrong.body)
      ensure((await boss.patch('/settings/sign-in', { passwords_off: true })).status === 422, 'without anyone')
      const off = await boss.patch('/settings/sign-in', { passwords_off: true, emergency: boss.id })
      ensure(off.status === 200 && off.body.passwords_off && off.body.emergency.id === boss.id, off.body)
      const options = (await nobody.get('/session/options')).body
      ensure(options.passwords === false && options.reset === false, options)
      const refused = await nobody.post('/session', { login: 'anna', password: PASSWORD })
      ensure(refused.status === 403 && refused.body.code === 'passwords_off', refused.body)
      ensure((await nobody.post('/session', { login: 'anna', password: 'wrong-password' })).status === 401, 'a wrong one is told apart')
      ensure((await nobody.post('/session', { login: 'boss', password: PASSWORD })).status === 200, 'the emergency')
      ensure(await new Visitor(haike).signIn(provider) === '/today', 'the service')
      const last = await boss.delete(`/settings/providers/${provider.id}`)
      ensure(last.status === 409 && last.body.code === 'provider_last', last.body)
      ensure((await boss.call('PUT', `/settings/providers/${provider.id}`, config(liar, { active: false }))).status === 409, 'turned off')
      const second = await boss.create('user', { name: '二号', login: 'second', roles: [company.roles.admin] })
      for (const change of [{ active: false }, { roles: [company.roles.sales] }]) {
        const answer = await haike.nobody().call('PATCH', `/records/user/${boss.id}`, change, { Authorization: `Bearer ${boss.token}` })
        ensure(answer.status === 422 && JSON.stringify(answer.body).includes('user_emergency'), answer.body)
      }
      ensure(second.id > 0 && (await boss.delete(`/records/user/${boss.id}`)).status === 409, 'the emergency is deleted')
    })
    ensure((await nobody.post('/session', { login: 'anna', password: PASSWORD })).status === 200, 'on again')
  },

  'an API token sets neither who vouches for people nor where links lead, whoever it belongs to': async ({ haike, company, liar }) => {
    const { boss } = company
    const made = await boss.post(`/users/${boss.id}/tokens`, { name: 'all', expires_at: new Date(Date.now() + 86400_000).toISOString(), current: PASSWORD, scopes: { objects: '*', areas: ['meta', 'files', 'search', 'events', 'admin'] } })
    ensure(made.status === 201, made.body)
    const program = haike.nobody()
    program.token = made.body.token
    const calls = [['GET', '/settings/sign-in'], ['PATCH', '/settings/sign-in', {}], ['POST', '/settings/providers', config(liar)], ['POST', '/settings/providers/test', config(liar)], ['GET', '/settings/mail'], ['PUT', '/settings/mail', {}], ['PATCH', '/settings', { address: 'https://evil.example' }]]
    for (const [method, path, body] of calls) {
      const answer = await program.call(method, path, body)
      ensure(answer.status === 403 && answer.body.code === 'token_scope', `${method} ${path}: ${answer.status}`)
    }
    ensure((await program.patch('/settings', { company: '听潮' })).status === 200, 'it is no token of an administrator')
  },

  'a second factor is asked for here, unless the service asks for one itself': async ({ haike, company, liar }) => {
    await company.role('careful', {})
    ensure((await company.boss.patch(`/records/role/${company.roles.careful}`, { second_factor: true })).status === 200, 'no such field')
    const { anna } = company.people
    await company.boss.patch(`/records/user/${anna.id}`, { roles: [company.roles.sales, company.roles.careful] })
    try {
      await withProvider(company, config(liar), async (provider) => {
        const visitor = new Visitor(haike)
        const end = await visitor.signIn(provider, '/o/customer')
        const [, challenge] = /^\/signin\?next=%2Fo%2Fcustomer#need=totp_enrol_required&challenge=([\w-]{43})$/.exec(end) ?? []
        ensure(challenge && await visitor.who() === null, end)
        ensure((await haike.nobody().post('/session/enrol', { challenge })).status === 200, 'the challenge does not go on')
        await company.boss.call('PUT', `/settings/providers/${provider.id}`, config(liar, { second_factor: true }))
        ensure(await visitor.signIn(provider) === '/today' && await visitor.who() === 'anna', 'it is asked for all the same')
      })
    } finally {
      await company.boss.patch(`/records/user/${anna.id}`, { roles: [company.roles.sales] })
    }
  },

  'a service that does not answer holds up nobody, and strangers do not make us ask it for ever': async ({ haike, company, liar }) => {
    await withProvider(company, config(liar), async (provider) => {
      liar.bend.hang = true
      try {
        const asked = Array.from({ length: 8 }, () => new Visitor(haike).start(provider))
        ensure((await company.people.anna.list('user')).status === 200 && (await haike.nobody().get('/session/options')).status === 200, 'others wait')
        const ends = (await Promise.all(asked)).map((end) => end.location).sort()
        ensure(ends.filter((end) => end === '/signin?error=busy').length >= 5 && ends.includes('/signin?error=away_failed'), ends)
      } finally {
        liar.honest()
      }
      let limited
      for (let n = 0; n < 400 && !limited; n++) limited = (await new Visitor(haike).start(provider)).location === '/signin?error=too_often'
      ensure(limited, 'never limited')
    })
  },

  'glewlwyd: signing in there, back and again with a new key': async ({ engine }) => {
    const company = await Company.start(engine)
    const { haike } = company
    await company.boss.patch('/settings', { address: haike.url })
    await company.add('wang.fang', 'sales', 'east')
    const service = await Glewlwyd.start(`${haike.url}/api/v1/session/oidc/callback`, { 'wang.fang': { name: '王芳', email: 'wang@example.com', password: 'at-the-service' } })
    try {
      const provider = await add(company, { kind: 'oidc', label: 'glewlwyd', issuer: service.issuer, client_id: service.clientId, secret: service.secret, scopes: 'openid' })
      const session = await fetch(`${service.url}/api/auth/`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ username: 'wang.fang', password: 'at-the-service' }) })
      const cookie = session.headers.getSetCookie()[0].split(';')[0]
      await fetch(`${service.url}/api/auth/grant/${service.clientId}`, { method: 'PUT', headers: { 'Content-Type': 'application/json', Cookie: cookie }, body: JSON.stringify({ scope: 'openid' }) })
      const walk = async (bend = (url) => url) => {
        const visitor = new Visitor(haike)
        const there = await visitor.start(provider, '/o/customer')
        const answer = await fetch(`${there.location}&g_continue`, { redirect: 'manual', headers: { Cookie: cookie } })
        ensure(answer.headers.get('location')?.startsWith(haike.url), `${there.location} → ${answer.status} ${answer.headers.get('location')}`)
        const end = await visitor.get(bend(answer.headers.get('location')))
        return { visitor, end: end.location, back: answer.headers.get('location') }
      }
      const first = await walk()
      ensure(first.end === '/o/customer' && await first.visitor.who() === 'wang.fang', `${first.end} ${haike.log.slice(-500)}`)
      const code = new URL(first.back).searchParams.get('code')
      const replayed = await walk((url) => { const bent = new URL(url); bent.searchParams.set('code', code); return bent.toString() })
      ensure(replayed.end === '/signin?error=oidc_refused', replayed.end)
      await service.rotate()
      const second = await walk()
      ensure(second.end === '/o/customer', second.end)
    } finally {
      await service.stop()
      await haike.done()
    }
  },
}
