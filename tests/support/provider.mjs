// A service to sign in with that lies on demand: what it answers is bent by whoever tests (`bend`). Honest, unless told otherwise.
import { createHash, createHmac, createSign, generateKeyPairSync, randomUUID, sign as signBytes } from 'node:crypto'
import { createServer } from 'node:http'

const url64 = (value) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
const now = () => Math.floor(Date.now() / 1000)

function keyPair(kind) {
  const pair = kind === 'rsa' ? generateKeyPairSync('rsa', { modulusLength: 2048 }) : kind === 'small' ? generateKeyPairSync('rsa', { modulusLength: 1024 }) : kind === 'ec' ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : generateKeyPairSync('ed25519')
  return { ...pair, kid: randomUUID(), alg: { rsa: 'RS256', small: 'RS256', ec: 'ES256', ed: 'EdDSA' }[kind] }
}

const jwk = (key) => ({ ...key.publicKey.export({ format: 'jwk' }), kid: key.kid, use: 'sig', alg: key.alg })

function signature(text, key, alg) {
  if (alg === 'EdDSA') return signBytes(null, Buffer.from(text), key.privateKey).toString('base64url')
  return createSign('sha256').update(text).sign(alg === 'ES256' ? { key: key.privateKey, dsaEncoding: 'ieee-p1363' } : key.privateKey).toString('base64url')
}

export class Provider {
  bend = {}      // discovery, header, claims, token, userinfo: functions of what is honest; status: of the token's answer; hang
  person = { sub: 'person-1', preferred_username: 'anna', name: 'Anna', email: 'anna@example.com', email_verified: true }
  asked = []     // paths

  static async start() {
    const provider = new Provider()
    provider.key = keyPair('rsa')
    provider.codes = new Map()
    provider.server = createServer((request, response) => provider.answer(request, response).catch((error) => response.writeHead(500).end(String(error))))
    await new Promise((resolve) => provider.server.listen(0, '127.0.0.1', resolve))
    provider.issuer = `http://127.0.0.1:${provider.server.address().port}`
    return provider
  }

  useKey(kind) {
    this.key = keyPair(kind)
  }

  honest() {
    this.bend = {}
    this.person = new Provider().person
  }

  async answer(request, response) {
    const url = new URL(request.url, this.issuer)
    const body = await new Promise((resolve) => {
      let text = ''
      request.on('data', (bytes) => { text += bytes })
      request.on('end', () => resolve(new URLSearchParams(text)))
    })
    this.asked.push(url.pathname)
    const json = (value, status = 200) => response.writeHead(status, { 'Content-Type': 'application/json' }).end(typeof value === 'string' ? value : JSON.stringify(value))
    if (this.bend.hang) return undefined
    if (this.bend.redirect) return response.writeHead(302, { Location: this.bend.redirect }).end()
    if (url.pathname === '/.well-known/openid-configuration') return json(this.bent('discovery', this.discovery()))
    if (url.pathname === '/authorize') return this.authorize(url, response)
    if (url.pathname === '/token') return this.token(request, body, json)
    if (url.pathname === '/keys') return json(this.bent('keys', { keys: [jwk(this.key)] }))
    if (url.pathname === '/userinfo') return json(this.bent('userinfo', this.person))
    return response.writeHead(404).end()
  }

  bent(name, honest) {
    return this.bend[name] ? this.bend[name](honest) : honest
  }

  discovery() {
    return { issuer: this.issuer, authorization_endpoint: `${this.issuer}/authorize`, token_endpoint: `${this.issuer}/token`, jwks_uri: `${this.issuer}/keys`, userinfo_endpoint: `${this.issuer}/userinfo`, response_types_supported: ['code'] }
  }

  // Nobody is asked: whoever comes is the person.
  authorize(url, response) {
    const code = randomUUID()
    this.codes.set(code, Object.fromEntries(url.searchParams))
    const back = new URL(url.searchParams.get('redirect_uri'))
    back.searchParams.set('code', code)
    back.searchParams.set('state', this.bent('state', url.searchParams.get('state')))
    if (this.bend.iss) back.searchParams.set('iss', this.bend.iss)
    response.writeHead(302, { Location: back.toString() }).end()
  }

  token(request, body, json) {
    const given = this.codes.get(body.get('code'))
    this.codes.delete(body.get('code')) // once
    const challenge = createHash('sha256').update(body.get('code_verifier') ?? '').digest('base64url')
    if (!given || given.code_challenge !== challenge || given.code_challenge_method !== 'S256' || given.redirect_uri !== body.get('redirect_uri')) return json({ error: 'invalid_grant' }, 400)
    this.authorization = request.headers.authorization
    const claims = this.bent('claims', { iss: this.issuer, aud: given.client_id, iat: now(), exp: now() + 300, nonce: given.nonce, ...this.person })
    const header = this.bent('header', { alg: this.key.alg, kid: this.key.kid, typ: 'JWT' })
    const text = `${url64(header)}.${url64(claims)}`
    const signed = header.alg === 'none' ? '' : header.alg === 'HS256' ? createHmac('sha256', this.key.publicKey.export({ type: 'spki', format: 'pem' })).update(text).digest('base64url') : signature(text, this.bend.signer ?? this.key, header.alg)
    return json(this.bent('token', { access_token: 'an-access-token', token_type: 'Bearer', id_token: `${text}.${signed}` }))
  }

  stop() {
    this.server.closeAllConnections()
    return new Promise((resolve) => this.server.close(resolve))
  }
}

export { keyPair }
