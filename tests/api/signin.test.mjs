// Signing in: passwords and their policy, lock-out, the second factor, devices, sessions, addresses, other sites, what answers carry.
import assert from 'node:assert/strict'
import { BrowserPerson } from '../support/browser_person.mjs'
import { Company, PASSWORD } from '../support/company.mjs'
import { everything, rows } from '../support/database.mjs'
import { totp } from '../support/totp.mjs'

const HOUR = 3600_000
const DAY = 24 * HOUR

export async function setup({ engine }) {
  const company = await Company.start(engine, '--test-clock', '--trusted-proxies', '127.0.0.1')
  return { haike: company.haike, company, boss: company.boss, now: Date.now() }
}

const fields = (answer) => Object.fromEntries(answer.body.errors.map((error) => [error.field, error.code]))
let people = 0

// A new colleague whom no other scenario touches.
async function colleague({ company }, role = 'sales') {
  const login = `person${++people}`
  const person = await company.add(login, role, 'east')
  return { person, login, id: person.id }
}

async function moveTo({ company }, ms) {
  assert.ok((await company.boss.post('/test/clock', { now: new Date(ms).toISOString() })).status < 300)
}

// The clock is the server's: while it is ahead, sign-ins of now are over and swept, the boss's too.
async function later(given, ms, run) {
  const start = Date.now()
  await moveTo(given, start + ms)
  try {
    await run(start + ms)
  } finally {
    await moveTo(given, Date.now())
    given.boss.token = (await given.haike.as('boss', PASSWORD)).token
  }
}

async function settings({ boss }, values) {
  const answer = await boss.patch('/settings', values)
  assert.equal(answer.status, 200, JSON.stringify(answer.body))
}

// What the audit log says was done to somebody or by him.
const noted = (haike, user) => rows(haike, `select kind from audit where record_id = ${user} or user_id = ${user}`).map(([kind]) => kind)

async function enrol(browser, at = Date.now()) {
  const begun = await browser.post(`/users/${browser.id}/factor`, { current: PASSWORD })
  assert.equal(begun.status, 200, JSON.stringify(begun.body))
  const confirmed = await browser.post(`/users/${browser.id}/factor/confirm`, { code: totp(begun.body.secret, at) })
  assert.equal(confirmed.status, 200, JSON.stringify(confirmed.body))
  return { secret: begun.body.secret, uri: begun.body.uri, qr: begun.body.qr, codes: confirmed.body.recovery_codes }
}

async function signedIn(given, login, options) {
  const browser = new BrowserPerson(given.haike, options)
  const answer = await browser.signIn(login, PASSWORD)
  assert.equal(answer.status, 200, JSON.stringify(answer.body))
  return browser
}

// ---- Passwords

async function policyIsTheSettings(given) {
  const { boss, haike } = given
  const { id, login } = await colleague(given)
  const set = (password, more = {}) => boss.post(`/users/${id}/password`, { password, ...more })
  assert.deepEqual(fields(await boss.patch('/settings', { password_length: 7, password_classes: 5, password_history: 11, password_days: -1, session_idle: 4, session_hours: 0 })),
    { password_length: 'out_of_range', password_classes: 'out_of_range', password_history: 'out_of_range', password_days: 'out_of_range', session_idle: 'out_of_range', session_hours: 'out_of_range' })
  assert.deepEqual(fields(await boss.patch('/settings', { password_length: 'long' })), { password_length: 'wrong_type' })
  assert.deepEqual(fields(await set('password1')), { password: 'password_common' })
  assert.deepEqual(fields(await set('P@ssw0rd!!')), { password: 'password_common' })
  assert.deepEqual(fields(await set(`${login}!1`)), { password: 'password_own' })
  await settings(given, { password_length: 14, password_classes: 3 })
  assert.deepEqual(fields(await set('tall-garden7')), { password: 'password_short' })
  assert.deepEqual(fields(await set('tallgardenseven')), { password: 'password_classes' })
  assert.equal((await set('tall-garden-seven7')).status, 204)
  await settings(given, { password_length: 8, password_classes: 1 })
  const nobody = haike.nobody()
  assert.equal((await nobody.post('/session', { login, password: 'tall-garden-seven7' })).status, 200)
  assert.deepEqual(fields(await set('any', { must_change: 'yes' })), { must_change: 'wrong_type' })
}

async function oldPasswordsAreRefused(given) {
  const { haike } = given
  const { person, id, login } = await colleague(given)
  const change = (current, password) => person.post(`/users/${id}/password`, { current, password })
  assert.deepEqual(fields(await change(PASSWORD, PASSWORD)), { password: 'password_used' })
  assert.equal((await change(PASSWORD, 'second-of-them')).status, 204)
  assert.equal((await change('second-of-them', 'third-of-them')).status, 204)
  assert.deepEqual(fields(await change('third-of-them', PASSWORD)), { password: 'password_used' })
  assert.equal((await change('third-of-them', 'fourth-of-them')).status, 204)
  assert.equal((await change('fourth-of-them', PASSWORD)).status, 204, 'three changes later')
  assert.equal((await haike.nobody().post('/session', { login, password: PASSWORD })).status, 200)
}

async function givenPasswordsAreChanged(given) {
  const { boss, haike } = given
  const { id, login } = await colleague(given)
  assert.equal((await boss.post(`/users/${id}/password`, { password: 'given-by-boss', must_change: true })).status, 204)
  const browser = new BrowserPerson(haike)
  const first = await browser.signIn(login, 'given-by-boss')
  assert.deepEqual([first.status, first.body.code, first.headers.get('set-cookie')], [401, 'password_expired', null])
  assert.equal((await browser.get('/session')).status, 401)
  const renew = (challenge, password) => browser.post('/session/password', { challenge, password })
  assert.deepEqual(fields(await renew(first.body.challenge, 'short')), { password: 'password_short' })
  assert.deepEqual(fields(await renew(first.body.challenge, 'given-by-boss')), { password: 'password_used' })
  assert.equal((await renew('A'.repeat(43), 'quite-my-own-one')).body.code, 'challenge_ended')
  assert.equal((await browser.post('/session/second', { challenge: first.body.challenge, code: '000000' })).body.code, 'challenge_ended', 'another step than the one it is for')
  const done = await renew(first.body.challenge, 'quite-my-own-one')
  assert.equal(done.status, 200, JSON.stringify(done.body))
  assert.equal((await browser.get('/session')).body.user.login, login)
  assert.equal((await renew(first.body.challenge, 'quite-another-one')).body.code, 'challenge_ended', 'once')
  assert.equal((await browser.signIn(login, 'quite-my-own-one')).status, 200)
}

async function passwordsGrowOld(given) {
  const { haike } = given
  const { login } = await colleague(given)
  await settings(given, { password_days: 90 })
  try {
    await later(given, 80 * DAY, async () => assert.equal((await haike.nobody().post('/session', { login, password: PASSWORD })).status, 200))
    await later(given, 91 * DAY, async () => assert.equal((await haike.nobody().post('/session', { login, password: PASSWORD })).body.code, 'password_expired'))
  } finally {
    await settings(given, { password_days: 0 })
  }
}

// ---- Lock-out

async function inTens(count, run) {
  for (let i = 0; i < count; i += 10) await Promise.all(Array.from({ length: 10 }, (_, k) => run(i + k)))
}

async function failuresLockOut(given) {
  const { haike, boss } = given
  const { login, id } = await colleague(given)
  const at = (address) => new BrowserPerson(haike, { address })
  const attacker = at('203.0.113.7')
  for (let i = 0; i < 10; i++) assert.equal((await attacker.signIn(login, `wrong ${i}`)).status, 401)
  const shut = await attacker.signIn(login, PASSWORD)
  assert.equal(shut.status, 429)
  assert.ok(Number(shut.headers.get('retry-after')) > 60)
  assert.match(shut.body.title, /minutes/)
  assert.equal((await at('203.0.113.8').signIn(login, PASSWORD)).status, 200, 'from elsewhere he comes in')
  assert.equal((await boss.get(`/users/${id}/signin`)).body.locked, true)
  assert.equal((await attacker.delete(`/users/${id}/lockout`)).status, 401)
  assert.equal((await boss.delete(`/users/${id}/lockout`)).status, 204)
  assert.equal((await boss.get(`/users/${id}/signin`)).body.locked, false)
  assert.equal((await attacker.signIn(login, PASSWORD)).status, 200)
}

// From ever new addresses: the login is shut to strangers, and open where he has signed in before.
async function manyAddressesLockOut(given) {
  const { haike } = given
  const { login } = await colleague(given)
  const at = (address) => new BrowserPerson(haike, { address })
  assert.equal((await at('198.51.100.1').signIn(login, PASSWORD)).status, 200)
  await inTens(50, async (i) => assert.equal((await at(`203.0.113.${i + 20}`).signIn(login, 'wrong')).status, 401))
  assert.equal((await at('203.0.113.99').signIn(login, PASSWORD)).status, 429)
  assert.equal((await at('198.51.100.1').signIn(login, PASSWORD)).status, 200)
}

async function oneAddressLocksOut(given) {
  const { haike } = given
  const { login } = await colleague(given)
  const office = new BrowserPerson(haike, { address: '192.0.2.77' })
  assert.equal((await office.signIn(login, PASSWORD)).status, 200)
  await inTens(100, async (i) => assert.equal((await office.signIn(`guess ${i}`, 'wrong')).status, 401))
  const { login: other } = await colleague(given)
  assert.equal((await office.signIn(other, PASSWORD)).status, 429, 'who never was here')
  assert.equal((await office.signIn(login, PASSWORD)).status, 200, 'who was')
}

// ---- The second factor

async function factorIsAskedFor(given) {
  const { haike, boss } = given
  const { login, id } = await colleague(given)
  const browser = await signedIn(given, login)
  const before = browser.cookies.haike_session
  assert.deepEqual(fields(await browser.post(`/users/${id}/factor`, {})), { current: 'required' })
  assert.deepEqual(fields(await browser.post(`/users/${id}/factor`, { current: 'wrong' })), { current: 'wrong_password' })
  assert.equal((await boss.post(`/users/${id}/factor`, { current: PASSWORD })).status, 403, 'nobody makes another\'s')
  const { secret, uri, qr, codes } = await enrol(browser)
  assert.match(secret, /^[A-Z2-7]{32}$/)
  assert.match(uri, new RegExp(`^otpauth://totp/.+:${login}\\?secret=${secret}&issuer=`))
  assert.match(qr, /^<svg .*<\/svg>$/)
  assert.equal(new Set(codes).size, 10)
  assert.notEqual(browser.cookies.haike_session, before, 'a new token with the new rights')
  const old = new BrowserPerson(haike)
  old.cookies.haike_session = before
  assert.equal((await old.get('/session')).status, 401)
  assert.equal((await browser.get('/session')).status, 200)
  assert.equal((await browser.post(`/users/${id}/factor`, { current: PASSWORD })).body.code, 'factor_on')
  const state = (await browser.get(`/users/${id}/signin`)).body
  assert.deepEqual([state.second_factor, state.recovery_codes_left, state.password], [true, 10, true])
  assert.equal((await haike.nobody().post('/session', { login, password: 'wrong' })).body.code, 'bad_credentials', 'the second step is no oracle for the first')

  const fresh = new BrowserPerson(haike)
  const first = await fresh.signIn(login, PASSWORD)
  assert.deepEqual([first.status, first.body.code, first.headers.get('set-cookie')], [401, 'totp_required', null])
  const second = (values) => fresh.post('/session/second', { challenge: first.body.challenge, ...values })
  assert.deepEqual(fields(await second({})), { code: 'required' })
  assert.deepEqual(fields(await second({ code: '000000' })), { code: 'wrong_code' })
  assert.deepEqual(fields(await second({ code: totp(secret) })), { code: 'wrong_code' }, 'the code that turned it on is used')
  const done = await second({ code: totp(secret, Date.now(), 1) })
  assert.equal(done.status, 200, JSON.stringify(done.body))
  assert.equal((await fresh.get('/session')).body.user.login, login)
  assert.equal((await second({ code: totp(secret, Date.now(), 1) })).body.code, 'challenge_ended')
}

async function challengesAreFewTries(given) {
  const { login } = await colleague(given)
  const browser = await signedIn(given, login)
  const { secret } = await enrol(browser)
  const fresh = new BrowserPerson(given.haike)
  const first = await fresh.signIn(login, PASSWORD)
  const second = (code) => fresh.post('/session/second', { challenge: first.body.challenge, code })
  for (let i = 0; i < 5; i++) assert.deepEqual(fields(await second('123456x')), { code: 'wrong_code' })
  assert.equal((await second(totp(secret, Date.now(), 1))).body.code, 'challenge_ended')
  const again = await fresh.signIn(login, PASSWORD)
  await later(given, 6 * 60_000, async (at) => {
    assert.equal((await fresh.post('/session/second', { challenge: again.body.challenge, code: totp(secret, at) })).body.code, 'challenge_ended', 'after five minutes')
  })
}

async function recoveryCodesOnce(given) {
  const { haike } = given
  const { login, id } = await colleague(given)
  const browser = await signedIn(given, login)
  const { secret, codes } = await enrol(browser)
  const enter = async (recovery) => {
    const fresh = new BrowserPerson(haike)
    const { challenge } = (await fresh.signIn(login, PASSWORD)).body
    return fresh.post('/session/second', { challenge, recovery })
  }
  assert.equal((await enter(codes[4].toUpperCase())).status, 200)
  assert.deepEqual(fields(await enter(codes[4])), { recovery: 'wrong_code' })
  assert.equal((await browser.get(`/users/${id}/signin`)).body.recovery_codes_left, 9)
  const renewed = await browser.post(`/users/${id}/factor/recovery`, { current: PASSWORD, code: totp(secret, Date.now(), 1) })
  assert.equal(renewed.body.recovery_codes.length, 10)
  assert.deepEqual(fields(await enter(codes[5])), { recovery: 'wrong_code' }, 'the ones before are nothing now')
  assert.equal((await enter(renewed.body.recovery_codes[0])).status, 200)
}

async function factorGoesOff(given) {
  const { haike, boss } = given
  const { login, id } = await colleague(given)
  const browser = await signedIn(given, login)
  const { secret } = await enrol(browser)
  const off = (values) => browser.post(`/users/${id}/factor/off`, values)
  assert.deepEqual(fields(await off({ code: totp(secret, Date.now(), 1) })), { current: 'required' })
  assert.deepEqual(fields(await off({ current: PASSWORD, code: '000000' })), { code: 'wrong_code' })
  assert.equal((await browser.delete(`/users/${id}/factor`)).status, 403, 'without a code only an administrator')
  assert.equal((await off({ current: PASSWORD, code: totp(secret, Date.now(), 1) })).status, 204)
  assert.equal((await new BrowserPerson(haike).signIn(login, PASSWORD)).status, 200)
  await enrol(browser)
  assert.equal((await boss.delete(`/users/${boss.id}/factor`)).status, 403, 'nobody his own')
  assert.equal((await boss.delete(`/users/${id}/factor`)).status, 204)
  assert.equal((await browser.get('/session')).status, 401, 'and his sessions end')
  assert.equal((await boss.delete(`/users/${id}/factor`)).body.code, 'factor_off')
  assert.equal((await browser.signIn(login, PASSWORD)).status, 200)
}

async function rolesNeedAFactor(given) {
  const { haike, boss, company } = given
  await company.role('guarded', { customer: { read: 'own' } })
  const { login, id } = await colleague(given, 'guarded')
  assert.equal((await boss.patch(`/records/role/${company.roles.guarded}`, { second_factor: true })).status, 200)
  const browser = new BrowserPerson(haike)
  const first = await browser.signIn(login, PASSWORD)
  assert.deepEqual([first.status, first.body.code], [401, 'totp_enrol_required'])
  const { challenge } = first.body
  assert.equal((await browser.post('/session/second', { challenge, code: '123456' })).body.code, 'factor_off')
  const begun = await browser.post('/session/enrol', { challenge })
  assert.match(begun.body.qr, /^<svg /)
  assert.deepEqual(fields(await browser.post('/session/second', { challenge, code: '000000' })), { code: 'wrong_code' })
  const done = await browser.post('/session/second', { challenge, code: totp(begun.body.secret) })
  assert.equal(done.status, 200, JSON.stringify(done.body))
  assert.equal(done.body.recovery_codes.length, 10)
  assert.equal((await browser.get('/session')).status, 200)
  assert.equal((await new BrowserPerson(haike).signIn(login, PASSWORD)).body.code, 'totp_required')
  assert.equal((await boss.get(`/users/${id}/signin`)).body.second_factor_needed, true)
}

async function devicesAreRemembered(given) {
  const { haike, boss } = given
  const { login, id } = await colleague(given)
  const browser = await signedIn(given, login)
  const { secret } = await enrol(browser)
  const desk = new BrowserPerson(haike)
  const { challenge } = (await desk.signIn(login, PASSWORD)).body
  const done = await desk.post('/session/second', { challenge, code: totp(secret, Date.now(), 1), remember: true })
  assert.match(done.headers.getSetCookie().join('\n'), /haike_device=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=2592000/)
  delete desk.cookies.haike_session
  assert.equal((await desk.signIn(login, PASSWORD)).status, 200, 'no code on this device')
  const stranger = new BrowserPerson(haike)
  stranger.cookies.haike_device = 'A'.repeat(43)
  assert.equal((await stranger.signIn(login, PASSWORD)).body.code, 'totp_required')
  const { login: other } = await colleague(given)
  const theirs = await signedIn(given, other)
  await enrol(theirs)
  const borrowed = new BrowserPerson(haike)
  borrowed.cookies.haike_device = desk.cookies.haike_device
  assert.equal((await borrowed.signIn(other, PASSWORD)).body.code, 'totp_required', 'a device is one person\'s')
  await later(given, 31 * DAY, async () => assert.equal((await desk.signIn(login, PASSWORD)).body.code, 'totp_required', 'after a month'))
  assert.equal((await desk.signIn(login, PASSWORD)).status, 200)
  const { items } = (await desk.get(`/users/${id}/devices`)).body
  assert.deepEqual(items.map((item) => [item.current, item.agent]), [[true, desk.agent]])
  const { login: third } = await colleague(given)
  const somebody = await signedIn(given, third)
  assert.equal((await somebody.get(`/users/${id}/devices`)).status, 403)
  assert.equal((await somebody.delete(`/users/${id}/devices/${items[0].id}`)).status, 403)
  assert.equal((await boss.delete(`/users/${id}/devices/0000000000000000`)).status, 404)
  assert.equal((await desk.delete(`/users/${id}/devices/${items[0].id}`)).status, 204)
  assert.equal((await desk.signIn(login, PASSWORD)).body.code, 'totp_required')
}

// ---- Sessions

async function sessionsAreListed(given) {
  const { haike, boss } = given
  const { login, id, person } = await colleague(given)
  const desk = await signedIn(given, login, { address: '192.168.1.5' })
  const phone = await signedIn(given, login, { address: '203.0.113.5', agent: 'phone' })
  const list = async (who) => (await who.get(`/users/${id}/sessions`)).body.items
  const items = await list(desk)
  assert.equal(items.length, 3)
  assert.deepEqual(items.filter((item) => item.current).map((item) => item.address), ['192.168.1.5'])
  assert.deepEqual(Object.fromEntries(items.map((item) => [item.address, item.place])), { '192.168.1.5': 'inside', '203.0.113.5': 'outside', '127.0.0.1': 'here' })
  assert.doesNotMatch(JSON.stringify(items), new RegExp(`${person.token.slice(0, 12)}|${desk.cookies.haike_session.slice(0, 12)}`))
  const { login: other } = await colleague(given)
  const theirs = await signedIn(given, other)
  const phones = items.find((item) => item.agent === 'phone')
  assert.deepEqual([(await theirs.get(`/users/${id}/sessions`)).status, (await theirs.delete(`/users/${id}/sessions/${phones.id}`)).status, (await theirs.delete(`/users/${id}/sessions`)).status], [403, 403, 403])
  assert.equal((await theirs.delete(`/users/${theirs.id}/sessions/${phones.id}`)).status, 404, 'not under one\'s own name either')
  assert.equal((await phone.get('/session')).status, 200)
  assert.equal((await desk.delete(`/users/${id}/sessions/${phones.id}`)).status, 204)
  assert.equal((await phone.get('/session')).status, 401)
  assert.equal((await desk.delete(`/users/${id}/sessions`)).status, 204)
  assert.deepEqual([(await desk.get('/session')).status, (await person.get('/session')).status], [200, 401])
  assert.equal((await list(boss)).length, 1)
  assert.equal((await boss.delete(`/users/${id}/sessions`)).status, 204)
  assert.equal((await desk.get('/session')).status, 401)
  assert.equal((await boss.get('/users/999999/sessions')).status, 404)
}

async function sessionsEndAsSet(given) {
  const { login } = await colleague(given)
  const browser = await signedIn(given, login)
  await settings(given, { session_idle: 30, session_hours: 24 })
  try {
    await later(given, 25 * 60_000, async () => assert.equal((await browser.get('/session')).status, 200))
    await later(given, 2 * HOUR, async () => assert.equal((await browser.get('/session')).status, 401))
    const used = await signedIn(given, login)
    assert.match((await used.signIn(login, PASSWORD)).headers.get('set-cookie'), /Max-Age=86400/)
  } finally {
    await settings(given, { session_idle: 20160, session_hours: 2160 })
  }
}

async function tokensAreNew(given) {
  const { haike } = given
  const { login, id } = await colleague(given)
  const planted = new BrowserPerson(haike)
  planted.cookies.haike_session = 'B'.repeat(43)
  const first = await planted.signIn(login, PASSWORD)
  assert.equal(first.status, 200)
  assert.notEqual(planted.cookies.haike_session, 'B'.repeat(43), 'a token that was there before is not taken')
  const before = planted.cookies.haike_session
  assert.equal((await planted.signIn(login, PASSWORD)).status, 200)
  assert.notEqual(planted.cookies.haike_session, before)
  const second = planted.cookies.haike_session
  const left = new BrowserPerson(haike)
  left.cookies.haike_session = before
  assert.equal((await left.get('/session')).status, 401, 'who signs in again leaves no session behind')
  assert.equal((await planted.get('/session')).status, 200)
  assert.equal((await planted.post(`/users/${id}/password`, { current: PASSWORD, password: 'another-of-mine' })).status, 204)
  assert.notEqual(planted.cookies.haike_session, second)
  assert.equal((await planted.get('/session')).status, 200)
  planted.cookies.haike_session = second
  assert.equal((await planted.get('/session')).status, 401)
}

// ---- Other sites, and what answers carry

async function otherSitesAreRefused(given) {
  const { haike } = given
  const { login } = await colleague(given)
  const foreign = { Origin: 'https://evil.example' }
  const nobody = haike.nobody()
  for (const headers of [foreign, { Origin: 'null' }, { 'Sec-Fetch-Site': 'cross-site' }]) {
    const answer = await nobody.post('/session', { login, password: PASSWORD }, headers)
    assert.deepEqual([answer.status, answer.body.code, answer.headers.get('set-cookie')], [403, 'foreign_origin', null], JSON.stringify(headers))
  }
  assert.equal((await nobody.post('/session/second', { challenge: 'x', code: '1' }, foreign)).body.code, 'foreign_origin')
  const browser = await signedIn(given, login)
  assert.equal((await browser.patch(`/records/user/${browser.id}`, { lang: 'en' }, foreign)).body.code, 'foreign_origin')
  assert.equal((await browser.delete(`/users/${browser.id}/sessions`, foreign)).body.code, 'foreign_origin')
  const program = await haike.as(login, PASSWORD)
  assert.equal((await program.patch(`/records/user/${program.id}`, { lang: 'en' }, foreign)).status, 200, 'a bearer token comes from no page')
}

async function answersCarryHeaders(given) {
  const { haike } = given
  const { login } = await colleague(given)
  const secure = new BrowserPerson(haike, { secure: true, address: '192.168.1.9' })
  const signed = await secure.signIn(login, PASSWORD)
  assert.match(signed.headers.get('set-cookie'), /^haike_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=\d+; Secure$/)
  const plain = new BrowserPerson(haike)
  assert.doesNotMatch((await plain.signIn(login, PASSWORD)).headers.get('set-cookie'), /Secure/)
  const expected = { 'x-content-type-options': 'nosniff', 'referrer-policy': 'same-origin', 'x-frame-options': 'DENY', 'cross-origin-opener-policy': 'same-origin', 'cross-origin-resource-policy': 'same-origin' }
  for (const path of ['/session', '/records/customer', '/nothing', '/api/../', '/healthz', '/records/customer/999999']) {
    const answer = await secure.get(path)
    for (const [name, value] of Object.entries(expected)) assert.equal(answer.headers.get(name), value, `${path}: ${name}`)
    assert.match(answer.headers.get('permissions-policy'), /camera=\(\)/)
    assert.match(answer.headers.get('content-security-policy'), /default-src '(none|self)'/)
    assert.match(answer.headers.get('content-security-policy'), /frame-ancestors 'none'/)
    assert.doesNotMatch(answer.headers.get('content-security-policy'), /unsafe|\*/)
    assert.match(answer.headers.get('strict-transport-security'), /max-age=31536000/)
    if (answer.headers.get('content-type').includes('json')) assert.equal(answer.headers.get('cache-control'), 'no-store', path)
  }
  assert.equal((await plain.get('/session')).headers.get('strict-transport-security'), null)
}

async function uploadsAreHarmless(given) {
  const { login } = await colleague(given)
  const browser = await signedIn(given, login)
  const upload = async (name, content, type) => {
    const form = new FormData()
    form.append('file', new Blob([content], { type }), name)
    return (await browser.post('/files', form)).body.id
  }
  const hostile = [['page.html', '<!doctype html><script>1</script>', 'text/html'], ['drawing.svg', '<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>', 'image/svg+xml'], ['picture.png', '<html><script>1</script>', 'image/png'], ['feed.xml', '<?xml version="1.0"?><x/>', 'text/xml']]
  for (const [name, content, type] of hostile) {
    const id = await upload(name, content, type)
    for (const query of ['', '?inline=1']) {
      const { headers } = await browser.get(`/files/${id}${query}`)
      assert.equal(headers.get('content-type'), 'application/octet-stream', name + query)
      assert.match(headers.get('content-disposition'), /^attachment;/)
      assert.match(headers.get('content-security-policy'), /sandbox/)
      assert.equal(headers.get('x-content-type-options'), 'nosniff')
    }
  }
  const { headers } = await browser.get(`/files/${await upload('note.txt', 'plain words', 'text/html')}?inline=1`)
  assert.deepEqual([headers.get('content-type'), headers.get('x-frame-options')], ['text/plain; charset=utf-8', 'SAMEORIGIN'])
}

// ---- Addresses

async function addressesAreAllowed(given) {
  const { haike, boss } = given
  const { login } = await colleague(given)
  const inside = await signedIn(given, login, { address: '10.1.2.3' })
  const outside = await signedIn(given, login, { address: '203.0.113.40' })
  assert.deepEqual(fields(await boss.patch('/settings', { allow_list: '10.0.0.0/33' })), { allow_list: 'bad_network' })
  const locked = await boss.patch('/settings', { allow_list: '10.0.0.0/8' })
  assert.deepEqual(fields(locked), { allow_list: 'address_self' }, 'one\'s own address must be in it')
  assert.equal((await boss.patch('/settings', { allow_list: ' 10.7.0.1/8\n127.0.0.1 2001:DB8::/32' })).body.allow_list, '10.0.0.0/8, 127.0.0.1, 2001:db8::/32')
  try {
    assert.equal((await inside.get('/session')).status, 200)
    assert.equal((await inside.get('/settings')).body.allow_list, undefined, 'not for everybody to know')
    const refused = await outside.get('/session')
    assert.deepEqual([refused.status, refused.body.code], [403, 'address_refused'])
    const stranger = new BrowserPerson(haike, { address: '203.0.113.41' })
    const answer = await stranger.signIn(login, PASSWORD)
    assert.deepEqual([answer.status, answer.body.code, answer.headers.get('set-cookie')], [403, 'address_refused', null])
    assert.equal((await stranger.signIn(login, 'wrong')).body.code, 'bad_credentials')
    const six = new BrowserPerson(haike, { address: '2001:db8::7' })
    assert.equal((await six.signIn(login, PASSWORD)).status, 200)
  } finally {
    await settings(given, { allow_list: null })
  }
  assert.equal((await outside.get('/session')).status, 200)
}

async function rolesHaveAddresses(given) {
  const { haike, boss, company } = given
  await company.role('office', { customer: { read: 'own' } })
  const { login } = await colleague(given, ['sales', 'office'])
  const role = `/records/role/${company.roles.office}`
  assert.deepEqual(fields(await boss.patch(role, { allow_list: 'nowhere' })), { allow_list: 'bad_network' })
  assert.equal((await boss.patch(role, { allow_list: '192.168.0.0/16' })).body.allow_list, '192.168.0.0/16')
  assert.equal((await new BrowserPerson(haike, { address: '203.0.113.50' }).signIn(login, PASSWORD)).body.code, 'address_refused')
  assert.equal((await new BrowserPerson(haike, { address: '192.168.3.4' }).signIn(login, PASSWORD)).status, 200)
  const self = await boss.patch(`/records/user/${boss.id}`, { roles: [company.roles.admin, company.roles.office] })
  assert.deepEqual(fields(self), { roles: 'address_self' })
  assert.deepEqual(fields(await boss.patch(`/records/role/${company.roles.admin}`, { allow_list: '192.168.0.0/16' })), { allow_list: 'address_self' })
  assert.equal((await boss.patch(role, { allow_list: null })).status, 200)
}

async function theCommandRescues(given) {
  const { haike, boss, company } = given
  const { login, id } = await colleague(given)
  const browser = await signedIn(given, login)
  await enrol(browser)
  await settings(given, { allow_list: '127.0.0.1, 10.0.0.0/8' })
  const far = new BrowserPerson(haike, { address: '203.0.113.60' })
  assert.equal((await far.signIn(login, PASSWORD)).body.code, 'address_refused')
  const done = haike.command(['user', 'rescue', login])
  assert.equal(done.status, 0, done.stderr)
  assert.equal((await far.signIn(login, PASSWORD)).status, 200)
  assert.equal((await boss.get('/settings')).body.allow_list, '')
  assert.equal(haike.command(['user', 'rescue', 'nobody-of-that-name']).status, 1)
  assert.ok(company && id)
}

// ---- The log

async function everythingIsNoted(given) {
  const { boss, haike } = given
  const { login, id } = await colleague(given)
  const browser = await signedIn(given, login, { address: '192.0.2.10' })
  const { secret, codes } = await enrol(browser)
  const fresh = new BrowserPerson(haike, { address: '192.0.2.11' })
  const step = async (values) => fresh.post('/session/second', { challenge: (await fresh.signIn(login, PASSWORD)).body.challenge, ...values })
  assert.equal((await step({ code: totp(secret, Date.now(), 1), remember: true })).status, 200)
  const device = (await fresh.get(`/users/${id}/devices`)).body.items[0]
  assert.equal((await fresh.delete(`/users/${id}/devices/${device.id}`)).status, 204)
  assert.equal((await step({ recovery: codes[0] })).status, 200)
  const strange = `secret typed as login ${Date.now()}`
  assert.equal((await fresh.signIn(strange, 'x')).status, 401)
  for (let i = 0; i < 10; i++) await fresh.signIn(login, 'wrong')
  assert.equal((await boss.delete(`/users/${id}/lockout`)).status, 204)
  const made = await browser.post(`/users/${id}/tokens`, { name: 'a', scopes: { objects: '*' }, expires_at: new Date(Date.now() + DAY).toISOString(), current: PASSWORD })
  assert.equal((await browser.delete(`/users/${id}/tokens/${made.body.id}`)).status, 204)
  assert.equal((await boss.post(`/users/${id}/password`, { password: 'given-by-boss' })).status, 204)
  assert.equal((await boss.delete(`/users/${id}/factor`)).status, 204)
  assert.equal((await fresh.signIn(login, 'given-by-boss')).status, 200)
  assert.equal((await boss.delete(`/users/${id}/sessions`)).status, 204)
  await settings(given, { password_classes: 1 })
  const kinds = noted(haike, id)
  for (const kind of ['session.start', 'session.fail', 'session.end_other', 'totp.on', 'totp.reset', 'recovery.used', 'device.remember', 'device.forget', 'lockout', 'lockout.end', 'token.create', 'token.delete', 'password.set']) assert.ok(kinds.includes(kind), `${kind}: ${kinds}`)
  assert.ok(noted(haike, boss.id).includes('settings.change'))
  const whole = everything(haike)
  assert.ok(whole.includes(login) && whole.includes('192.0.2.11'), 'what is looked through is the database')
  const secrets = [strange, secret, codes[0], codes[1], made.body.token, PASSWORD, 'given-by-boss', browser.cookies.haike_session, fresh.cookies.haike_device, boss.token]
  for (const kept of secrets) assert.ok(!whole.includes(kept) && !whole.includes(Buffer.from(kept).toString('hex')), `in the database: ${kept}`)
}

export const scenarios = {
  'the policy of passwords is a setting': policyIsTheSettings,
  'old passwords are refused': oldPasswordsAreRefused,
  'a password that was given is changed at the next sign-in': givenPasswordsAreChanged,
  'passwords grow old': passwordsGrowOld,
  'ten failures shut an address out; an administrator lifts it': failuresLockOut,
  'many addresses shut a login, not where it is known': manyAddressesLockOut,
  'many logins shut an address, not those who are known there': oneAddressLocksOut,
  'a second factor is asked for, its codes once': factorIsAskedFor,
  'a challenge is five tries and five minutes': challengesAreFewTries,
  'recovery codes open once': recoveryCodesOnce,
  'the second factor goes off with a code, or by an administrator': factorGoesOff,
  'a role needs a second factor': rolesNeedAFactor,
  'devices are remembered for a month and forgotten on demand': devicesAreRemembered,
  'sessions are listed and ended, one\'s own and by an administrator': sessionsAreListed,
  'sessions end as the settings say': sessionsEndAsSet,
  'every sign-in and every change of rights has a new token': tokensAreNew,
  'pages of other sites are refused, also at signing in': otherSitesAreRefused,
  'every answer carries its headers': answersCarryHeaders,
  'uploads are handed out so that nothing of them runs': uploadsAreHarmless,
  'addresses are allowed, and nobody shuts himself out': addressesAreAllowed,
  'roles have addresses of their own': rolesHaveAddresses,
  'the command line rescues who cannot get in': theCommandRescues,
  'everything is noted, and no secret': everythingIsNoted,
}
