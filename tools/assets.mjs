// Links files into the binary: every objects/**/*.json but texts, src/*/data/*.txt, the table of provinces that the browser has too, and the built browser interface.
// Usage: node tools/assets.mjs OUT.c OUT.S [WEB_FOLDER]
// The table goes to OUT.c, the bytes by .incbin to OUT.S; compressed copies are put beside OUT.S.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, extname, join, posix } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

const CONTENT_TYPES = {
  '.css': 'text/css; charset=utf-8', '.html': 'text/html; charset=utf-8', '.ico': 'image/x-icon', '.jpg': 'image/jpeg',
  '.js': 'text/javascript; charset=utf-8', '.json': 'application/json; charset=utf-8', '.map': 'application/json', '.md': 'text/markdown; charset=utf-8',
  '.png': 'image/png', '.svg': 'image/svg+xml; charset=utf-8', '.ttf': 'font/ttf', '.txt': 'text/plain; charset=utf-8', '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json', '.webp': 'image/webp', '.woff': 'font/woff', '.woff2': 'font/woff2',
}
const DIVISIONS = 'web/src/fields/address/divisions.json'
const ALREADY_COMPRESSED = new Set(['.jpg', '.png', '.webp', '.woff', '.woff2'])
const LEAST_SAVED = 0.9 // a compressed copy is kept when it is under this share of the original

function* filesUnder(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = posix.join(folder, entry.name)
    if (entry.isDirectory()) yield* filesUnder(path)
    else yield path
  }
}

function collect(webFolder) {
  const found = []
  if (existsSync('objects')) {
    for (const file of filesUnder('objects')) {
      if (file.endsWith('.json') && !file.endsWith('/texts.json')) found.push({ path: file, file })
    }
  }
  if (existsSync(DIVISIONS)) found.push({ path: 'objects/lead/divisions.json', file: DIVISIONS })
  for (const layer of readdirSync('src')) {
    const data = posix.join('src', layer, 'data')
    if (existsSync(data)) for (const file of filesUnder(data)) if (file.endsWith('.txt')) found.push({ path: file, file })
  }
  if (webFolder && existsSync(webFolder)) {
    for (const file of filesUnder(webFolder)) found.push({ path: posix.join('web', posix.relative(webFolder, file)), file })
  }
  return found.sort((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)))
}

const packers = [
  ['gzip', 'gz', (content) => gzipSync(content, { level: 9 })],
  ['brotli', 'br', (content) => brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: content.length } })],
]

const quote = (text) => `"${text.replace(/[\\"]/g, '\\$&')}"`

function embed(label, file) {
  return `        .globl ${label}\n${label}:\n        .incbin ${quote(file)}\n        .byte 0\n`
}

const [outTable, outBytes, webFolder] = process.argv.slice(2)
const copies = join(dirname(outBytes), 'assets')
rmSync(copies, { recursive: true, force: true })
mkdirSync(copies, { recursive: true })

let bytes = '        .section .rodata\n'
let symbols = ''
let rows = ''
const found = collect(webFolder)
found.forEach(({ path, file }, i) => {
  const content = readFileSync(file)
  const extension = extname(file)
  const etag = createHash('sha256').update(content).digest('base64url').slice(0, 22)
  bytes += embed(`asset_${i}`, file)
  symbols += `extern const unsigned char asset_${i}[];\n`
  const packed = packers.map(([name, tail, pack]) => {
    if (!path.startsWith('web/') || ALREADY_COMPRESSED.has(extension)) return 'NULL, 0'
    const smaller = pack(content)
    if (smaller.length >= content.length * LEAST_SAVED) return 'NULL, 0'
    const copy = join(copies, `${i}.${tail}`)
    writeFileSync(copy, smaller)
    bytes += embed(`asset_${i}_${name}`, copy)
    symbols += `extern const unsigned char asset_${i}_${name}[];\n`
    return `asset_${i}_${name}, ${smaller.length}`
  })
  const type = CONTENT_TYPES[extension] ?? 'application/octet-stream'
  rows += `        {${quote(path)}, asset_${i}, ${content.length}, ${packed.join(', ')}, ${quote(type)}, ${quote(`"${etag}"`)}},\n`
})
bytes += '        .section .note.GNU-stack,"",%progbits\n'
if (!rows) rows = '        {NULL, NULL, 0, NULL, 0, NULL, 0, NULL, NULL},\n' // C has no empty table; the count says 0
writeFileSync(outBytes, bytes)
writeFileSync(outTable, `// Written by tools/assets.mjs.\n#include "base/asset.h"\n\n${symbols}\nconst Asset assets[] = {\n${rows}};\nconst size_t assets_count = ${found.length};\n`)
