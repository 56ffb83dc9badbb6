// Somebody at a browser: cookies are kept and sent, with the Origin that a browser sends; from an address that a trusted proxy tells of.
import { Person } from './server.mjs'

export class BrowserPerson extends Person {
  constructor(haike, { address, agent = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36', secure = false } = {}) {
    super(haike)
    Object.assign(this, { address, agent, secure, cookies: {} })
  }

  async call(method, path, body, headers = {}) {
    const sent = { Origin: this.haike.url, 'User-Agent': this.agent, ...headers }
    const cookie = Object.entries(this.cookies).map(([name, value]) => `${name}=${value}`).join('; ')
    if (cookie) sent.Cookie = cookie
    if (this.address) sent['X-Forwarded-For'] = this.address
    if (this.secure) sent['X-Forwarded-Proto'] = 'https'
    const answer = await super.call(method, path, body, sent)
    for (const line of answer.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)
      if (value) this.cookies[name] = value
      else delete this.cookies[name]
    }
    return answer
  }

  async signIn(login, password) {
    const answer = await this.post('/session', { login, password })
    if (answer.status === 200) this.id = answer.body.user.id
    return answer
  }
}
