// One line per check.
export class Report {
  passed = 0
  failed = 0
  onFailure = null // takes a picture of what was there

  async check(name, run) {
    const begun = Date.now()
    try {
      const said = await run()
      this.passed++
      console.log(`ok    ${name}${typeof said === 'string' ? ` (${said})` : ''} ${Date.now() - begun} ms`)
      return true
    } catch (error) {
      this.fail(name, error)
      await this.onFailure?.(`failure-${this.failed}`)
      return false
    }
  }

  fail(name, error) {
    this.failed++
    console.log(`FAIL  ${name}`)
    console.log(`      ${String(error?.message ?? error).split('\n').slice(0, 8).join('\n      ')}`)
  }

  end() {
    console.log(`${this.passed} passed, ${this.failed} failed`)
    process.exitCode = this.failed || !this.passed ? 1 : 0
  }
}

export function ensure(condition, message) {
  if (!condition) throw new Error(message)
}

// Asks again until it is so; what it answers is handed on.
export async function until(ask, message, within = 10_000) {
  for (const end = Date.now() + within; ;) {
    const answer = await ask()
    if (answer) return answer
    if (Date.now() > end) throw new Error(typeof message === 'function' ? message() : message)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
