// Unicode through ICU: folding, sort keys, pinyin, the tokeniser of the search. Thread-safe after unicode_start().
#pragma once
#include "base/buf.h"
#include "base/context.h"

Status unicode_start(Context *context) MUST_USE;   // opens what ICU needs, once per process
bool utf8_valid(Str text);                         // U+0000 is valid here; what stores text refuses it
size_t utf8_length(Str text);                      // code points
uint32_t utf8_next(Str text, size_t *offset);      // advances offset; what is not valid counts as U+FFFD, byte by byte

// Fold for comparison: NFKC(lower(NFKC(text))), lower as ICU's root locale does. PostgreSQL's haike_fold() and SQLite's text_fold() are the same.
Str text_fold(Arena *arena, Str text);
bool text_contains(Arena *arena, Str text, Str needle); // both folded; the empty needle is contained in everything

bool text_says_something(Str text);                     // a letter, a digit or a sign of some script: not white space, punctuation and pictures alone

#define SORT_KEY_VERSION 1
// Bytes that compare as a Chinese reader expects (pinyin order, numbers by value, Latin before Han folded by ICU zh@collation=pinyin); cut at 96 bytes.
Str text_sort_key(Arena *arena, Str text);

#define TOKEN_VERSION 1
typedef enum TokenUse { TOKEN_INDEX, TOKEN_QUERY } TokenUse;
// Search terms, space separated, each of [a-z0-9] and CJK only, without duplicates. Indexing: CJK bigrams and single characters, words and their prefixes from 2
// characters, digit runs with their tails from 4 digits, pinyin and pinyin initials from every start of a Han run. Querying: the terms of which a match must
// have all, each of them an exact term of the index (no prefix queries). The scheme and its limits are in README.md. Terms that do not fit under the buffer's
// cap are left out, so buf_full() stays false. A query of nothing but punctuation has no terms.
void text_tokens(Buf *buf, Str text, TokenUse use);
