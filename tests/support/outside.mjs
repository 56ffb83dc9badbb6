// Other systems that tests start for themselves, each in a folder of its own, on the loopback address, stopped by its own process id: a mail server (aiosmtpd), a
// directory (slapd), a service to sign in with (glewlwyd). All of them are Debian packages: tools/setup test.
import { spawn, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, unlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

function run(command, words, input = '') {
  const done = spawnSync(command, words, { input, encoding: 'utf8' })
  if (done.status !== 0) throw new Error(`${command} ${words.join(' ')}: ${done.status} ${done.error ?? ''}${done.stdout}${done.stderr}`)
  return done.stdout
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}

// Asks until it is so.
export async function until(ask, what, limit = 15_000) {
  for (const end = Date.now() + limit; ;) {
    const answer = await ask()
    if (answer) return answer
    if (Date.now() > end) throw new Error(typeof what === 'function' ? what() : what)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

// An authority of its own and a certificate of it for 127.0.0.1 and localhost: { ca (text), caFile, certificate, key (files) }.
export function certificates(folder) {
  const at = (name) => join(folder, name)
  run('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', at('ca.key'), '-out', at('ca.pem'), '-days', '2', '-subj', '/CN=test authority', '-addext', 'basicConstraints=critical,CA:TRUE', '-addext', 'keyUsage=critical,keyCertSign'])
  run('openssl', ['req', '-newkey', 'rsa:2048', '-nodes', '-keyout', at('server.key'), '-out', at('server.csr'), '-subj', '/CN=localhost'])
  writeFileSync(at('server.ext'), 'subjectAltName=DNS:localhost,IP:127.0.0.1\n')
  run('openssl', ['x509', '-req', '-in', at('server.csr'), '-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-CAcreateserial', '-days', '2', '-extfile', at('server.ext'), '-out', at('server.pem')])
  return { ca: readFileSync(at('ca.pem'), 'utf8'), caFile: at('ca.pem'), certificate: at('server.pem'), key: at('server.key') }
}

class Outside {
  constructor(name) {
    this.folder = mkdtempSync(join(tmpdir(), `haike-${name}-`))
    this.log = ''
  }

  // Resolves when a line of its output matches: of this process's, for it may have been started before.
  start(command, words, ready, options = {}) {
    this.process = spawn(command, words, { stdio: ['ignore', 'pipe', 'pipe'], ...options })
    return new Promise((resolve, reject) => {
      let said = ''
      const take = (bytes) => {
        said += bytes
        this.log += bytes
        const found = ready.exec(said)
        if (found) resolve(found)
      }
      this.process.stdout.on('data', take)
      this.process.stderr.on('data', take)
      this.process.on('error', reject)
      this.process.on('exit', (code) => reject(new Error(`${command} ended with ${code}: ${this.log}`)))
    })
  }

  // Whatever does not begin leaves nothing running.
  async orStop(begin) {
    try {
      await begin()
    } catch (error) {
      await this.stop()
      throw error
    }
  }

  async halt() {
    if (!this.process || this.process.exitCode !== null) return
    const ended = new Promise((resolve) => this.process.once('exit', resolve))
    this.process.kill('SIGTERM')
    const hard = setTimeout(() => this.process.kill('SIGKILL'), 5000)
    await ended
    clearTimeout(hard)
  }

  async stop() {
    await this.halt()
    rmSync(this.folder, { recursive: true, force: true })
  }
}

// ---- Mail

function decodeWords(text) {
  return text.replace(/\r?\n[ \t]+/g, ' ').replace(/(=\?UTF-8\?B\?[^?]*\?=)\s+(?==\?)/g, '$1').replace(/=\?UTF-8\?B\?([^?]*)\?=/g, (_, word) => Buffer.from(word, 'base64').toString('utf8'))
}

export function readMail(text) {
  const [envelope, ...rest] = text.split('\n\n')
  const raw = rest.join('\n\n')
  const [head, ...body] = raw.split('\r\n\r\n')
  const headers = {}
  for (const line of head.replace(/\r\n[ \t]+/g, '\n ').split('\r\n')) {
    const name = line.slice(0, line.indexOf(':')).toLowerCase()
    headers[name] = decodeWords(line.slice(line.indexOf(':') + 1).trim())
  }
  const boundary = /boundary="([^"]+)"/.exec(headers['content-type'] ?? '')?.[1]
  const parts = {}
  for (const part of body.join('\r\n\r\n').split(`--${boundary}`).slice(1, -1)) {
    const [partHead, content] = part.replace(/^\r\n/, '').split('\r\n\r\n')
    parts[/Content-Type: text\/(\w+)/.exec(partHead)[1]] = Buffer.from(content.replace(/\s/g, ''), 'base64').toString('utf8')
  }
  const of = (name) => new RegExp(`^${name}: (.*)$`, 'm').exec(envelope)[1]
  return { from: of('from'), to: of('to'), tls: of('tls') === 'True', raw, head, headers, text: parts.plain, html: parts.html }
}

export class MailServer extends Outside {
  constructor() {
    super('mail')
  }

  static async start(...words) {
    const server = new MailServer()
    if (words.includes('--tls') || words.includes('--starttls')) {
      Object.assign(server, certificates(server.folder))
      words.push('--certificate', server.certificate, '--key', server.key)
    }
    const found = await server.start('/usr/bin/python3', ['tests/support/smtp.py', server.folder, ...words], /listening (\d+)/)
    server.port = Number(found[1])
    return server
  }

  mails() {
    return readdirSync(this.folder).filter((name) => name.endsWith('.eml')).sort().map((name) => readMail(readFileSync(join(this.folder, name), 'utf8')))
  }

  // "busy" or "slow" (smtp.py), on or off
  mood(name, on) {
    const path = join(this.folder, name)
    if (on) writeFileSync(path, '')
    else if (existsSync(path)) unlinkSync(path)
  }

  mailTo(address, count = 1) {
    return until(() => {
      const found = this.mails().filter((mail) => mail.to === address)
      return found.length >= count ? found.at(-1) : undefined
    }, () => `no mail to ${address}: ${this.mails().map((mail) => mail.to).join()}`)
  }
}

// ---- A directory

const SUFFIX = 'dc=example,dc=com'
const ROOT = `cn=manager,${SUFFIX}`
const ROOT_PASSWORD = 'the-directory-s-own'

export class Directory extends Outside {
  suffix = SUFFIX
  bindDn = ROOT
  bindPassword = ROOT_PASSWORD

  constructor() {
    super('directory')
  }

  // people: { uid: { cn, mail, password, ou, title, mobile, groups } }
  static async start(people) {
    const directory = new Directory()
    Object.assign(directory, certificates(directory.folder))
    directory.write()
    run('slapadd', ['-f', directory.conf, '-l', directory.ldif(people)])
    await directory.orStop(() => directory.open())
    return directory
  }

  // Unauthenticated binds are allowed on purpose: a server that says yes to an empty password is what the program has to be proof against.
  write() {
    mkdirSync(join(this.folder, 'db'))
    this.conf = join(this.folder, 'slapd.conf')
    writeFileSync(this.conf, [
      'include /etc/ldap/schema/core.schema', 'include /etc/ldap/schema/cosine.schema', 'include /etc/ldap/schema/inetorgperson.schema',
      `pidfile ${this.folder}/slapd.pid`, 'modulepath /usr/lib/ldap', 'moduleload back_mdb', 'allow bind_anon_cred bind_anon_dn', 'sizelimit 5',
      `TLSCACertificateFile ${this.caFile}`, `TLSCertificateFile ${this.certificate}`, `TLSCertificateKeyFile ${this.key}`,
      'database mdb', `suffix "${SUFFIX}"`, `rootdn "${ROOT}"`, `rootpw ${ROOT_PASSWORD}`, `directory ${this.folder}/db`, 'maxsize 67108864',
      'limits * size.soft=5 size.hard=5 size.prtotal=unlimited size.pr=3 time=10',
    ].join('\n') + '\n')
  }

  ldif(people) {
    const file = join(this.folder, 'people.ldif')
    const groups = {}
    const entries = [`dn: ${SUFFIX}\nobjectClass: dcObject\nobjectClass: organization\no: Example\ndc: example`, `dn: ou=people,${SUFFIX}\nobjectClass: organizationalUnit\nou: people`,
      `dn: ou=sales,ou=people,${SUFFIX}\nobjectClass: organizationalUnit\nou: sales`, `dn: ou=groups,${SUFFIX}\nobjectClass: organizationalUnit\nou: groups`]
    for (const [uid, person] of Object.entries(people)) {
      entries.push(this.entry(uid, person))
      for (const group of person.groups ?? []) (groups[group] ??= []).push(this.dn(uid, person))
    }
    for (const [group, members] of Object.entries(groups)) entries.push(`dn: cn=${group},ou=groups,${SUFFIX}\nobjectClass: groupOfNames\ncn: ${group}\n${members.map((dn) => `member: ${dn}`).join('\n')}`)
    writeFileSync(file, entries.join('\n\n') + '\n')
    return file
  }

  dn(uid, person = {}) {
    return `uid=${uid},${person.unit ? `ou=${person.unit},` : ''}ou=people,${SUFFIX}`
  }

  entry(uid, person) {
    const value = (name, text) => text === undefined ? [] : [`${name}:: ${Buffer.from(text).toString('base64')}`]
    return [`dn: ${this.dn(uid, person)}`, 'objectClass: inetOrgPerson', `uid: ${uid}`, ...value('cn', person.cn ?? uid), ...value('sn', person.cn ?? uid), ...value('mail', person.mail), ...value('userPassword', person.password),
      ...value('ou', person.ou), ...value('title', person.title), ...value('mobile', person.mobile)].join('\n')
  }

  async open() {
    this.port = await freePort()
    this.tlsPort = await freePort()
    await this.start('slapd', ['-h', `ldap://127.0.0.1:${this.port} ldaps://127.0.0.1:${this.tlsPort}`, '-f', this.conf, '-d', 'stats'], /slapd starting/)
  }

  modify(ldif) {
    run('ldapmodify', ['-x', '-H', `ldap://127.0.0.1:${this.port}`, '-D', ROOT, '-w', ROOT_PASSWORD], ldif)
  }

  add(uid, person) {
    run('ldapadd', ['-x', '-H', `ldap://127.0.0.1:${this.port}`, '-D', ROOT, '-w', ROOT_PASSWORD], this.entry(uid, person) + '\n')
  }

  remove(uid, person) {
    run('ldapdelete', ['-x', '-H', `ldap://127.0.0.1:${this.port}`, '-D', ROOT, '-w', ROOT_PASSWORD, this.dn(uid, person)])
  }
}

// ---- A service to sign in with

const PAGES = '/usr/share/glewlwyd/webapp'
const TABLES = '/usr/share/dbconfig-common/data/glewlwyd/install/sqlite3'

export class Glewlwyd extends Outside {
  clientId = 'haike'
  secret = 'a-secret-of-the-client'

  constructor() {
    super('glewlwyd')
  }

  // people: { name: { name, email, password } }; redirect: where it may send the browser back to
  static async start(redirect, people) {
    const service = new Glewlwyd()
    service.port = await freePort()
    service.url = `http://127.0.0.1:${service.port}`
    service.issuer = `${service.url}/api/oidc`
    run('sqlite3', [join(service.folder, 'data')], readFileSync(TABLES, 'utf8'))
    cpSync(PAGES, join(service.folder, 'pages'), { recursive: true, dereference: true })
    rmSync(join(service.folder, 'pages/config.json'), { recursive: true, force: true })
    cpSync('/usr/share/glewlwyd/templates/config.json', join(service.folder, 'pages/config.json'))
    writeFileSync(join(service.folder, 'conf'), service.conf())
    await service.orStop(async () => {
      await service.start('glewlwyd', [`--config-file=${join(service.folder, 'conf')}`], /Glewlwyd started on port/)
      await until(() => service.signIn().then(() => true, () => false), () => `glewlwyd does not answer: ${service.log.slice(-2000)}`) // it says that it has started a moment before
      await service.rotate('POST')
      await service.client(redirect)
      for (const [username, person] of Object.entries(people)) await service.call('POST', '/user/', { username, enabled: true, scope: ['openid'], ...person })
    })
    return service
  }

  conf() {
    const types = { html: 'text/html', css: 'text/css', js: 'application/javascript', json: 'application/json', woff2: 'font/woff2', woff: 'font/woff', ttf: 'font/ttf', map: 'application/octet-stream', ico: 'image/x-icon' }
    return [`port=${this.port}`, 'bind_address="127.0.0.1"', `external_url="${this.url}"`, 'login_url="login.html"', 'api_prefix="api"', `static_files_path="${this.folder}/pages/"`, 'log_mode="console"', 'log_level="INFO"',
      'cookie_secure=0', 'session_key="GLEWLWYD2_SESSION_ID"', 'admin_scope="g_admin"', 'profile_scope="g_profile"', 'user_module_path="/usr/lib/glewlwyd/user"', 'client_module_path="/usr/lib/glewlwyd/client"',
      'user_auth_scheme_module_path="/usr/lib/glewlwyd/scheme"', 'plugin_module_path="/usr/lib/glewlwyd/plugin"', 'hash_algorithm="SHA512"', `database = { type = "sqlite3"; path = "${this.folder}/data"; };`,
      `static_files_mime_types = ( ${Object.entries(types).map(([end, type]) => `{ extension = ".${end}"; mime_type = "${type}"; }`).join(', ')} )`].join('\n') + '\n'
  }

  async call(method, path, body) {
    const response = await fetch(`${this.url}/api${path}`, { method, headers: { 'Content-Type': 'application/json', ...(this.cookie ? { Cookie: this.cookie } : {}) }, body: body === undefined ? undefined : JSON.stringify(body), redirect: 'manual' })
    if (response.status >= 400) throw new Error(`glewlwyd ${method} ${path}: ${response.status} ${await response.text()}\n${this.log.slice(-2000)}`)
    return response
  }

  async signIn() {
    const response = await this.call('POST', '/auth/', { username: 'admin', password: 'password' })
    this.cookie = response.headers.getSetCookie()[0].split(';')[0]
  }

  // A new key to sign with; the one before is gone.
  async rotate(method = 'PUT') {
    const key = join(this.folder, 'key.pem')
    run('openssl', ['genrsa', '-out', key, '2048'])
    const parameters = {
      iss: this.issuer, 'jwt-type': 'rsa', 'jwt-key-size': '256', key: readFileSync(key, 'utf8'), cert: run('openssl', ['rsa', '-in', key, '-pubout']), 'access-token-duration': 3600, 'refresh-token-duration': 1209600, 'code-duration': 600,
      'refresh-token-rolling': true, 'refresh-token-one-use': 'never', 'allow-non-oidc': false, 'auth-type-code-enabled': true, 'auth-type-token-enabled': false, 'auth-type-id-token-enabled': true, 'auth-type-password-enabled': false,
      'auth-type-client-enabled': false, 'auth-type-device-enabled': false, 'auth-type-refresh-enabled': false, 'jwks-show': true, 'jwks-x5c': [], 'pkce-allowed': true, 'pkce-method-plain-allowed': false, 'pkce-required': true,
      'pkce-scopes': [], 'introspection-revocation-allowed': false, 'register-client-allowed': false, 'session-management-allowed': false, 'subject-type': 'public', 'name-claim': 'mandatory', 'name-claim-scope': [],
      'email-claim': 'mandatory', 'email-claim-scope': [], 'scope-claim': 'no', 'scope-claim-scope': [], claims: [{ name: 'preferred_username', 'user-property': 'username', type: 'string', mandatory: true, scope: [] }],
      'address-claim': { type: 'no' }, 'request-parameter-allow': false, 'encrypt-out-token-allow': false, 'oauth-rar-allowed': false, 'oauth-par-allowed': false, 'oauth-dpop-allowed': false, 'oauth-ciba-allowed': false, 'allowed-scope': ['openid'],
    }
    await this.call(method, method === 'POST' ? '/mod/plugin/' : '/mod/plugin/oidc', { module: 'oidc', name: 'oidc', display_name: 'OIDC', parameters })
    if (method === 'PUT') await this.call('PUT', '/mod/plugin/oidc/reset')
  }

  client(redirect) {
    return this.call('POST', '/client/', { client_id: this.clientId, name: 'Haike', client_secret: this.secret, confidential: true, enabled: true, redirect_uri: [redirect], authorization_type: ['code'], token_endpoint_auth_method: ['client_secret_basic'], scope: [] })
  }
}
