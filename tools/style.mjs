// The house rules as a test: each rule is a function that returns its findings. node tools/style.mjs [RULE…]
// What may differ stands in tools/style-exceptions.txt ("rule path[:name]" a line); a line that is not needed any more is a finding itself.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join, posix } from 'node:path'

const LAYERS = ['base', 'os', 'store', 'http', 'expr', 'meta', 'access', 'record', 'flow', 'report', 'link', 'api', 'app']
const LAYERS_FOR_OBJECTS = [...LAYERS.slice(0, LAYERS.indexOf('report') + 1)]
const FILE_LINES = 1000
const FUNCTION_LINES = 70
const BANNED_CALLS = ['strcpy', 'strcat', 'sprintf', 'vsprintf', 'strtok', 'gmtime', 'localtime', 'atoi', 'atol', 'gets', 'scanf']
const EXCEPTIONS = 'tools/style-exceptions.txt'
const SKIPPED = new Set(['node_modules', 'dist', 'coverage', 'build', 'data', '.git', '.node', 'corpus', 'pictures', 'results'])

function* walk(folder) {
  if (!existsSync(folder)) return
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = folder === '.' ? entry.name : posix.join(folder, entry.name)
    if (entry.isDirectory()) {
      if (!SKIPPED.has(entry.name) && !entry.name.startsWith('build')) yield* walk(path)
    } else yield path
  }
}

const texts = new Map()
const read = (path) => {
  if (!texts.has(path)) texts.set(path, readFileSync(path, 'utf8'))
  return texts.get(path)
}
const files = [...walk('.')].sort()
const within = (...folders) => files.filter((path) => folders.some((folder) => path.startsWith(`${folder}/`)))
const ending = (list, ...ends) => list.filter((path) => ends.some((end) => path.endsWith(end)))
const cFiles = ending(within('src', 'objects', 'tests', 'bench'), '.c', '.h')
const engine = ending(within('src', 'objects'), '.c', '.h')
const isTest = (path) => /_test\.[ch]$|(^|\/)test_[^/]*\.h$/.test(path)
const webFiles = ending(within('web/src'), '.ts', '.vue').filter((path) => !path.endsWith('.d.ts'))
const lineOf = (text, index) => text.slice(0, index).split('\n').length

// Comments become blank; so do the insides of strings, unless they are wanted. Line numbers stay.
function codeOf(text, keepStrings = false) {
  const blank = (part) => part.replace(/[^\n]/g, ' ')
  return text.replace(/\/\*[^]*?\*\/|\/\/[^\n]*|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/g, (part) => {
    if (part[0] === '/') return blank(part)
    return keepStrings ? part : part[0] + blank(part.slice(1, -1)) + part[0]
  })
}

function includeAllowed(path, target) {
  const [top, layer] = path.split('/')
  const [first] = target.split('/')
  if (target.startsWith('tests/')) return isTest(path)
  if (top === 'objects') {
    if (first === 'objects' || target === 'api/route.h') return true
    return isTest(path) ? LAYERS.includes(first) : LAYERS_FOR_OBJECTS.includes(first)
  }
  if (first === 'objects') return layer === 'app'
  return LAYERS.includes(first) && LAYERS.indexOf(first) <= LAYERS.indexOf(layer)
}

const rules = {
  includes() {
    const found = []
    for (const path of engine) {
      for (const match of read(path).matchAll(/^#include "([^"]+)"/gm)) {
        const target = match[1]
        if (!target.includes('/')) {
          if (!existsSync(join(dirname(path), target))) found.push([path, lineOf(read(path), match.index), `"${target}" is not in this folder`])
        } else if (!includeAllowed(path, target)) found.push([path, lineOf(read(path), match.index), `may not include "${target}"`])
      }
    }
    return found
  },

  'banned-calls'() {
    const banned = new RegExp(`\\b(${BANNED_CALLS.join('|')})\\s*\\(`, 'g')
    return cFiles.flatMap((path) => [...codeOf(read(path)).matchAll(banned)].map((match) => [path, lineOf(read(path), match.index), `calls ${match[1]}`]))
  },

  'file-length'() {
    const own = [...cFiles, ...webFiles, ...ending(within('web', 'tools', 'tests'), '.mjs', '.css')]
    return [...new Set(own)].flatMap((path) => {
      const lines = read(path).split('\n').length - 1
      return lines > FILE_LINES ? [[path, 1, `${lines} lines, at most ${FILE_LINES}`]] : []
    })
  },

  'function-length'() {
    const found = []
    for (const path of cFiles) {
      // a head may go over several lines; its brace ends one of them or stands alone
      const code = codeOf(read(path)).replace(/\)\n\{/g, ') {\n')
      for (const match of code.matchAll(/^[A-Za-z_][^;{}()=]*?(\w+)\([^;{}]*\)[^;{}=()]*\{\n[^]*?^\}/gm)) {
        const length = match[0].split('\n').length
        if (length > FUNCTION_LINES) found.push([`${path}:${match[1]}`, lineOf(code, match.index), `${length} lines, at most ${FUNCTION_LINES}`])
      }
    }
    return found
  },

  braces() {
    return cFiles.flatMap((path) => {
      const match = /\)\n\{\n/.exec(codeOf(read(path)))
      return match ? [[path, lineOf(read(path), match.index) + 1, "a function's brace stands on the line of its head"]] : []
    })
  },

  opening() {
    return ending(engine, '.c').flatMap((path) => (read(path).startsWith('// ') ? [] : [[path, 1, 'does not open with what it is responsible for']]))
  },

  readme() {
    return LAYERS.flatMap((layer) => {
      const folder = `src/${layer}`
      return within(folder).some((path) => path.endsWith('.c')) && !existsSync(`${folder}/README.md`) ? [[folder, 1, 'has no README.md']] : []
    })
  },

  globals() {
    // A variable at the top of a file that can be written: static or not, without const on what it holds.
    const found = []
    for (const path of ending(engine, '.c').filter((file) => !isTest(file))) {
      const code = codeOf(read(path))
      for (const match of code.matchAll(/^(?:static )?(?!const\b|typedef\b|extern\b|return\b|enum\b.*\{|struct\b.*\{|static\b|inline\b|_Static_assert\b|#)[A-Za-z_][\w ]*[ *]+(\w+)(\[[^\]]*\])*\s*(=[^;]*|)(;|=\s*\{)/gm)) {
        const declaration = match[0].split('=')[0]
        if (/\bconst\b[^*]*$/.test(declaration) || /\(/.test(declaration)) continue
        if (/\bconst\b/.test(declaration) && !declaration.includes('*')) continue
        found.push([`${path}:${match[1]}`, lineOf(code, match.index), 'can be written by everyone: pass it instead'])
      }
    }
    return found
  },

  texts() {
    const found = []
    const known = new Map()
    for (const path of [...within('src', 'objects')].filter((file) => basename(file) === 'texts.json')) {
      for (const key of Object.keys(JSON.parse(read(path)))) known.set(key, path)
    }
    const literals = new Set()
    const used = /\berror_(?:set|add|detail)(?:_at)?\(\s*[^,()]*(?:\([^()]*\)[^,()]*)*,\s*(?:[^,()"]|\([^()]*\))*,\s*"([a-z0-9_]+)"/g
    const direct = /\btext_(?:get|format)\([^"\n]*"([A-Za-z0-9_.-]+)"/g
    for (const path of engine) {
      const code = codeOf(read(path), true)
      for (const match of code.matchAll(/"([A-Za-z0-9_.-]+)"/g)) literals.add(match[1])
      if (isTest(path)) continue
      for (const match of code.matchAll(used))
        if (!known.has(`error.${match[1]}`)) found.push([path, lineOf(code, match.index), `no text "error.${match[1]}"`])
      for (const match of code.matchAll(direct))
        if (!match[1].endsWith('.') && !known.has(match[1])) found.push([path, lineOf(code, match.index), `no text "${match[1]}"`])
    }
    const prefixes = [...literals].filter((literal) => literal.endsWith('.'))
    for (const [key, path] of known) {
      const code = key.startsWith('error.') ? key.slice('error.'.length) : key
      if (!literals.has(code) && !literals.has(key) && !prefixes.some((prefix) => prefix !== 'error.' && key.startsWith(prefix))) found.push([path, 1, `"${key}" is not used`])
    }
    return found
  },

  words() {
    // written in pieces, so that this file does not find itself
    const words = [
      [/(^|[\s"'(`=:])\/work\//, 'a path of one machine'],
      [/\/tmp\/hk\b/, 'a path of one machine'],
      [/\b(TO[D]O|FIX[M]E|XX[X])\b/, 'unfinished'],
      [/\bnot (yet )?impl[e]mented\b/i, 'unfinished'],
      [/\bcoming s[o]on\b/i, 'unfinished'],
      [/\bplaceh[o]lder\b/i, 'unfinished'],
    ]
    const own = files.filter((path) => /\.(c|h|ts|vue|mjs|md|json|sh|css|html|txt)$|^Makefile$|^tests\/[a-z]+$|^tools\/[a-z]+$/.test(path))
    const found = []
    for (const path of own) {
      if (path.endsWith('package-lock.json') || path === 'tools/style.mjs') continue
      // in the browser the word is the name of an attribute
      const here = path.startsWith('web/') || path.startsWith('tests/e2e/') ? words.slice(0, -1) : words
      read(path).split('\n').forEach((line, i) => {
        for (const [pattern, why] of here) if (pattern.test(line)) found.push([path, i + 1, `${why}: ${line.trim().slice(0, 100)}`])
      })
    }
    return found
  },

  'web-any'() {
    return webFiles.flatMap((path) => {
      const text = read(path)
      const script = path.endsWith('.vue') ? text.replace(/^[^]*?(?=<script|$)/, (part) => part.replace(/[^\n]/g, ' ')).replace(/<\/script>[^]*$/, '') : text
      return [...codeOf(script).matchAll(/(:\s*|\bas\s+|<|,\s*|\|\s*)any\b(?!\s*[:(=])|@ts-(ignore|nocheck)/g)].map((match) => [path, lineOf(script, match.index), 'any'])
    })
  },

  'web-texts'() {
    const folder = ['web/src/i18n', 'web/src/locales'].find((path) => within(path).some((file) => file.endsWith('.json')))
    if (!folder) return []
    const found = []
    const flatten = (value, prefix = '') =>
      Object.entries(value).flatMap(([key, inner]) => (typeof inner === 'object' ? flatten(inner, `${prefix}${key}.`) : [`${prefix}${key}`]))
    const languages = new Map()
    for (const path of ending(within(folder), '.json')) {
      const language = path.includes('zh-CN') ? 'zh-CN' : 'en'
      if (!languages.has(language)) languages.set(language, new Map())
      for (const key of flatten(JSON.parse(read(path)))) languages.get(language).set(key, path)
    }
    for (const [language, keys] of languages)
      for (const [other, theirs] of languages)
        for (const [key, path] of keys) if (!theirs.has(key)) found.push([path, 1, `"${key}" is in ${language}, not in ${other}`])
    const known = new Set([...languages.values()].flatMap((keys) => [...keys.keys()]))
    const literals = new Set()
    const prefixes = new Set()
    for (const path of webFiles) {
      const text = read(path)
      for (const match of text.matchAll(/['"`]([A-Za-z0-9_.-]+)['"`]/g)) literals.add(match[1])
      for (const match of text.matchAll(/`([A-Za-z0-9_-]+\.[A-Za-z0-9_.-]*)\$\{|['"]([A-Za-z0-9_.-]+\.)['"]\s*\+/g)) prefixes.add(match[1] ?? match[2])
      for (const match of text.matchAll(/(?<![\w.])\$?t[ec]?\(\s*['"]([A-Za-z0-9_.-]+)['"]/g))
        if (!known.has(match[1])) found.push([path, lineOf(text, match.index), `no text "${match[1]}"`])
    }
    for (const [key, path] of languages.get('zh-CN') ?? [])
      if (!literals.has(key) && ![...prefixes].some((prefix) => key.startsWith(prefix))) found.push([path, 1, `"${key}" is not used`])
    return found
  },
}

function exceptionsLoad() {
  if (!existsSync(EXCEPTIONS)) return new Map()
  const lines = read(EXCEPTIONS).split('\n').map((line) => line.replace(/#.*/, '').trim()).filter(Boolean)
  return new Map(lines.map((line) => [line, false]))
}

const exceptions = exceptionsLoad()
const chosen = process.argv.slice(2)
let passed = 0
let failed = 0
for (const [name, rule] of Object.entries(rules)) {
  if (chosen.length && !chosen.includes(name)) continue
  const findings = rule().filter(([where]) => {
    const exception = `${name} ${where}`
    if (!exceptions.has(exception)) return true
    exceptions.set(exception, true)
    return false
  })
  for (const [where, line, what] of findings) console.log(`${where.includes(':') ? where.replace(':', `:${line}: `) : `${where}:${line}`}: ${what} [${name}]`)
  if (findings.length) failed++
  else passed++
}
const stale = chosen.length ? [] : [...exceptions].filter(([, needed]) => !needed)
for (const [exception] of stale) console.log(`${EXCEPTIONS}: "${exception}" is not needed any more`)
if (!chosen.length) stale.length ? failed++ : passed++
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed ? 1 : 0
