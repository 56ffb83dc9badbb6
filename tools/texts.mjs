// Collects every texts.json under src/ and objects/ into one C table, sorted for binary search: node tools/texts.mjs OUTPUT.c
// Refuses duplicate keys, missing languages, unknown languages, and translations whose {0}…{3} differ.
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const LANGUAGES = ['zh-CN', 'en']; // in the order of enum Lang
const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const problems = [];

function findTexts(folder) {
  const found = [];
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) found.push(...findTexts(path));
    else if (entry.name === 'texts.json') found.push(path);
  }
  return found;
}

// JSON.parse keeps the last of two equal keys silently, so the keys of the outer object are read from the text itself.
function outerKeys(source) {
  const keys = [];
  let depth = 0;
  for (const match of source.matchAll(/"((?:[^"\\]|\\.)*)"(\s*:)?|[{}[\]]/g)) {
    if (match[0] === '{' || match[0] === '[') depth++;
    else if (match[0] === '}' || match[0] === ']') depth--;
    else if (match[2] && depth === 1) keys.push(match[1]);
  }
  return keys;
}

const places = (text) => [...new Set(text.match(/\{\d\}/g) ?? [])].sort().join('');

function checkEntry(where, key, texts) {
  if (!/^[A-Za-z0-9_.-]+$/.test(key)) problems.push(`${where}: ${key}: a key is made of letters, digits, "_", "-" and "."`);
  for (const language of LANGUAGES)
    if (typeof texts?.[language] !== 'string' || texts[language].trim() === '') problems.push(`${where}: ${key}: no text in ${language}`);
  for (const language of Object.keys(texts ?? {}))
    if (!LANGUAGES.includes(language)) problems.push(`${where}: ${key}: unknown language ${language}`);
  if (new Set(LANGUAGES.map((language) => places(texts?.[language] ?? ''))).size > 1) problems.push(`${where}: ${key}: the languages use different {0}…{3}`);
}

function readTexts(path, entries) {
  const where = relative(root, path);
  const source = readFileSync(path, 'utf8');
  let content;
  try {
    content = JSON.parse(source);
  } catch (error) {
    problems.push(`${where}: ${error.message}`);
    return;
  }
  for (const key of outerKeys(source)) {
    if (entries.has(key)) problems.push(`${where}: ${key}: already in ${entries.get(key).where}`);
    entries.set(key, { where, texts: content[key] });
    checkEntry(where, key, content[key]);
  }
}

// Everything but plain ASCII as octal, which, unlike \x, ends after three digits.
function cString(text) {
  let out = '"';
  for (const byte of Buffer.from(text, 'utf8')) {
    const plain = byte >= 0x20 && byte < 0x7f && byte !== 0x22 && byte !== 0x5c && byte !== 0x3f;
    out += plain ? String.fromCharCode(byte) : '\\' + byte.toString(8).padStart(3, '0');
  }
  return out + '"';
}

const output = process.argv[2];
if (!output) {
  console.error('usage: node tools/texts.mjs OUTPUT.c');
  process.exit(2);
}
const entries = new Map();
for (const folder of ['src', 'objects']) for (const path of findTexts(join(root, folder)).sort()) readTexts(path, entries);
if (problems.length) {
  for (const problem of problems) console.error(problem);
  process.exit(1);
}
const byBytes = (a, b) => (a < b ? -1 : a > b ? 1 : 0); // keys are ASCII
const rows = [...entries.keys()].sort(byBytes).map((key) => {
  const { texts } = entries.get(key);
  return `        {${cString(key)}, {${LANGUAGES.map((language) => cString(texts[language])).join(', ')}}},\n`;
});
mkdirSync(dirname(output), { recursive: true });
writeFileSync(
  output,
  `// Generated from the texts.json files by tools/texts.mjs; edits are lost.\n#include "base/text.h"\n\nconst TextEntry text_entries[] = {\n${rows.join('')}};\nconst size_t text_entries_count = ${rows.length};\n`,
);
