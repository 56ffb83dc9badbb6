// The event stream of somebody, for tests.
import assert from 'node:assert/strict'

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

// Collects events until closed.
export class Stream {
  static async open(person, last) {
    const stream = new Stream()
    stream.control = new AbortController()
    stream.events = []
    stream.last = last
    const headers = { Authorization: `Bearer ${person.token}`, ...(last ? { 'Last-Event-ID': last } : {}) }
    stream.response = await fetch(`${person.haike.url}/api/v1/events`, { headers, signal: stream.control.signal })
    assert.equal(stream.response.status, 200)
    assert.match(stream.response.headers.get('content-type'), /text\/event-stream/)
    stream.reading = stream.read()
    return stream
  }

  async read() {
    const decoder = new TextDecoder()
    let text = ''
    try {
      for await (const bytes of this.response.body) {
        text += decoder.decode(bytes, { stream: true })
        for (let end; (end = text.indexOf('\n\n')) >= 0; text = text.slice(end + 2)) this.take(text.slice(0, end))
      }
    } catch (error) {
      if (error.name !== 'AbortError') throw error
    }
  }

  take(block) {
    const event = {}
    for (const line of block.split('\n')) {
      const colon = line.indexOf(':')
      if (colon > 0) event[line.slice(0, colon)] = line.slice(colon + 1).trim()
    }
    if (event.id) this.last = event.id
    if (event.event === 'record') this.events.push({ id: event.id, ...JSON.parse(event.data), cursor: event.id })
  }

  async until(done, ms = 6000) {
    for (const end = Date.now() + ms; Date.now() < end; await wait(20)) if (done(this.events)) return
    assert.fail(`not heard within ${ms} ms: ${JSON.stringify(this.events.slice(-5))}`)
  }

  async close() {
    this.control.abort()
    await this.reading
  }
}
