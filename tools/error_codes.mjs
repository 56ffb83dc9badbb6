// The list of error codes for the manual, made from the texts.json files and from where the code sets them.
//   node tools/error_codes.mjs zh-CN|en      prints the page
//   node tools/error_codes.mjs --write       writes docs/manual/*/error-codes.md
//   node tools/error_codes.mjs --check       says which of the two pages are out of date; exit status 1 when one is
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { pathToFileURL } from 'node:url'

const LANGUAGES = ['zh-CN', 'en']
const HTTP = { MALFORMED: 400, UNAUTHENTICATED: 401, FORBIDDEN: 403, NOT_FOUND: 404, CONFLICT: 409, STALE: 412, TOO_LARGE: 413, INVALID: 422, LIMITED: 429, BUSY: 503, BUDGET: 503, RETRY: 503, IO: 500, INTERNAL: 500 }
// Set through helpers that do not name the code and its status together.
const FIXED = {
  bad_json: [400, 'field'], json_too_deep: [400], duplicate_key: [400], bad_utf8: [400], bad_text: [422, 'field'], method_not_allowed: [405], http_version: [505],
  disk_full: [500], file_unreadable: [500], bad_sort: ['field'], not_a_choice: ['field'], not_a_reference: ['field'], unknown_relation: ['field'], field_in_use: [409],
  bad_totals_by: ['field'], bad_totals_sum: ['field'], rollup_beyond_children: ['field'], rollup_cycle: ['field'], rollup_moment: ['field'], rollup_not_aggregate: ['field'],
  unknown_op: ['field'],
}
const WORDS = {
  'zh-CN': {
    title: '错误码',
    intro: '本页由 `node tools/error_codes.mjs --write` 从源代码生成，请勿手工修改。',
    how: '错误以 `application/problem+json`（RFC 9457）返回，格式见[开发者手册](developer.md#错误)。`code` 是稳定的，`title` 和 `message` 随语言变化；`{0}` 等处填入具体内容。“字段”表示它出现在 `errors` 数组中、带有 `field`，整个响应的状态码是 422。没有状态码的只出现在命令行或导入结果中。',
    heads: ['错误码', '状态码', '含义'],
    field: '字段',
  },
  en: {
    title: 'Error codes',
    intro: 'This page is made from the source code by `node tools/error_codes.mjs --write`; do not edit it by hand.',
    how: 'Errors are answered as `application/problem+json` (RFC 9457); see the [developer manual](developer.md#errors) for the form. `code` is stable, `title` and `message` are in the reader\'s language; `{0}` and the like stand for what the case is about. “field” means that it stands in the array `errors` with a `field`, under an answer whose status is 422. Codes without a status occur on the command line or in the result of an import only.',
    heads: ['Code', 'Status', 'Meaning'],
    field: 'field',
  },
}

function* walk(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = `${folder}/${entry.name}`
    if (entry.isDirectory()) yield* walk(path)
    else yield path
  }
}

function readTexts(files) {
  const texts = new Map()
  for (const file of files.filter((path) => basename(path) === 'texts.json'))
    for (const [key, text] of Object.entries(JSON.parse(readFileSync(file, 'utf8'))))
      if (key.startsWith('error.')) texts.set(key.slice('error.'.length), text)
  return texts
}

// What the border answers before a language or a route is known: status, code and title in one table.
function readRefusals() {
  const table = readFileSync('src/http/response.c', 'utf8').matchAll(/\{(\d{3}), "([a-z_]+)", "([^"]+)"\}/g)
  return [...table].map(([, status, code, title]) => ({ status: Number(status), code, title }))
}

// Every call that sets an error, up to its closing parenthesis: the statuses and the codes named in it.
function readUses(files, texts) {
  const uses = new Map([...texts.keys()].map((code) => [code, new Set()]))
  const calls = /\b(\w*error\w*|bad|cannot|store_busy|arguments_error|unexpected|lexer_error)\(((?:[^()]|\((?:[^()]|\([^()]*\))*\))*)\)/g
  for (const file of files.filter((path) => path.endsWith('.c') && !path.endsWith('_test.c'))) {
    const expression = file.startsWith('src/expr/')
    for (const [, name, call] of readFileSync(file, 'utf8').matchAll(calls)) {
      const status = /\bSTATUS_([A-Z_]+)\b/.exec(call)?.[1]
      for (const [, code] of call.matchAll(/"([a-z0-9_]+)"/g)) {
        if (!uses.has(code)) continue
        if (status && HTTP[status]) uses.get(code).add(HTTP[status])
        else if (expression) uses.get(code).add(400)
        else if (name.includes('error_add') || name === 'report') uses.get(code).add('field')
        else if (name === 'store_busy') uses.get(code).add(503)
      }
    }
  }
  return uses
}

// What a status is called where nothing better is known is an error code itself.
function addStatuses(uses) {
  for (const [name, http] of Object.entries(HTTP)) uses.get(name.toLowerCase())?.add(http)
  for (const [code, kinds] of uses) if (code.startsWith('grant_')) kinds.add('field')
  for (const [code, kinds] of Object.entries(FIXED)) if (uses.has(code)) uses.set(code, new Set(kinds))
}

export function errorCodes(language) {
  const files = [...walk('src'), ...walk('objects')].sort()
  const texts = readTexts(files)
  const uses = readUses(files, texts)
  addStatuses(uses)
  for (const { status, code, title } of readRefusals()) {
    if (!texts.has(code)) texts.set(code, { 'zh-CN': title, en: title })
    uses.set(code, (uses.get(code) ?? new Set()).add(status))
  }
  const words = WORDS[language]
  const cell = (text) => text.replaceAll('|', '\\|')
  const rows = [...texts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([code, text]) => {
    const kinds = [...uses.get(code)].sort((a, b) => String(a).localeCompare(String(b))).map((kind) => (kind === 'field' ? words.field : kind))
    return `| \`${code}\` | ${kinds.join(' · ')} | ${cell(text[language])} |`
  })
  return [`# ${words.title}`, '', words.intro, '', words.how, '', `| ${words.heads.join(' | ')} |`, '|---|---|---|', ...rows, ''].join('\n')
}

export const errorPage = (language) => `docs/manual/${language}/error-codes.md`

// Pages whose content is not what the code says.
export function errorPagesBehind() {
  return LANGUAGES.map(errorPage).filter((path, i) => !existsSync(path) || readFileSync(path, 'utf8') !== errorCodes(LANGUAGES[i]))
}

function main([word]) {
  if (LANGUAGES.includes(word)) {
    process.stdout.write(errorCodes(word))
  } else if (word === '--write') {
    for (const language of LANGUAGES) writeFileSync(errorPage(language), errorCodes(language))
  } else if (word === '--check') {
    const behind = errorPagesBehind()
    for (const path of behind) console.log(`${path} is out of date: node tools/error_codes.mjs --write`)
    process.exitCode = behind.length ? 1 : 0
  } else {
    console.error('usage: node tools/error_codes.mjs zh-CN|en | --write | --check')
    process.exitCode = 2
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) main(process.argv.slice(2))
