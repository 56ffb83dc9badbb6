// One event stream: which records it told of (customer:7), and what of them (customer:7:update).
export class Stream {
  constructor(person) {
    this.person = person
    this.told = new Set()
    this.ended = false
  }

  async open(more = {}) {
    this.abort = new AbortController()
    const headers = { Authorization: `Bearer ${this.person.token}`, ...more }
    const response = await fetch(`${this.person.haike.url}/api/v1/events`, { headers, signal: this.abort.signal })
    this.reading = this.read(response.body.getReader()).catch(() => {}).finally(() => { this.ended = true })
    return this
  }

  async read(reader) {
    const decoder = new TextDecoder()
    let text = ''
    for (;;) {
      const { value, done } = await reader.read()
      if (done) return
      text += decoder.decode(value, { stream: true })
      const blocks = text.split('\n\n')
      text = blocks.pop()
      for (const block of blocks) {
        const data = /^data: (.*)$/m.exec(block)
        if (!data) continue
        const event = JSON.parse(data[1])
        this.told.add(`${event.object}:${event.id}`)
        this.told.add(`${event.object}:${event.id}:${event.change}`)
      }
    }
  }

  async until(name, timeoutMs = 5000) {
    for (let waited = 0; waited < timeoutMs && !this.told.has(name); waited += 20) await new Promise((resolve) => setTimeout(resolve, 20))
    return this.told.has(name)
  }

  async close() {
    this.abort.abort()
    await this.reading
  }
}
