// The disk under a data folder: starts programs on faultfs, and after a crash leaves in the folder what a power cut would have left.
// The model is in tests/support/faultfs/README.md.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { BINARY } from '../support/server.mjs'

const SECTOR = 512
const TOOLS = process.env.HAIKE_FAULTFS ?? dirname(BINARY)
export const FORGETFUL = join(TOOLS, 'forgetful')

export class Disk {
  // folder: absolute, without links
  constructor(folder) {
    this.folder = folder
    this.shadow = mkdtempSync(join(tmpdir(), 'haike-disk-'))
  }

  // For a program that is to run on this disk; what is in the folder now is durable.
  environment({ lies = false, delay = 0, fail = '', waits = false } = {}) {
    rmSync(this.shadow, { recursive: true })
    mkdirSync(this.shadow)
    const library = resolve(TOOLS, 'faultfs.so')
    if (!existsSync(library)) throw new Error(`${library} is missing: make tests-build`)
    return {
      LD_PRELOAD: library,
      FAULTFS_ROOT: this.folder,
      FAULTFS_SHADOW: this.shadow,
      ...(delay ? { FAULTFS_DELAY_US: String(delay) } : {}),
      ...(lies ? { FAULTFS_LIES: '1' } : {}),
      ...(fail ? { FAULTFS_FAIL: fail } : {}),
      ...(waits ? { FAULTFS_WAITS: '1' } : {}),
    }
  }

  // From here on the calls are counted of which one is to fail.
  go() {
    writeFileSync(join(this.shadow, 'go'), '')
  }

  // Did it come to the call that was to fail?
  failed() {
    return existsSync(join(this.shadow, 'failed'))
  }

  names(table) {
    const lines = readFileSync(join(this.shadow, 'names'), 'utf8').split('\n').map((line) => /^(\w+) (\d+) (.*)$/.exec(line))
    return lines.filter((found) => found && found[1] === table).map(([, , image, path]) => ({ image, path }))
  }

  // After the program was killed. torn: a random part of what was not synced is there all the same.
  powerCut({ torn = false, random = null } = {}) {
    const now = new Map(this.names('now').map(({ image, path }) => [image, join(this.folder, path)]))
    const left = this.names('kept').map(({ image, path }) => {
      const durable = readFileSync(join(this.shadow, image))
      const current = now.get(image)
      return { path: join(this.folder, path), content: torn && current && existsSync(current) ? mixed(durable, readFileSync(current), random) : durable }
    })
    for (const entry of readdirSync(this.folder, { withFileTypes: true })) if (!entry.isDirectory()) rmSync(join(this.folder, entry.name))
    for (const { path, content } of left) {
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, content, { mode: 0o600 })
    }
  }

  done() {
    rmSync(this.shadow, { recursive: true, force: true })
  }
}

function mixed(durable, current, random) {
  const size = random.below(2) ? durable.length : current.length
  const result = Buffer.alloc(size)
  durable.copy(result)
  for (let at = 0; at < size; at += SECTOR) if (random.below(2)) current.copy(result, at, at, Math.min(at + SECTOR, current.length, size))
  return result
}
