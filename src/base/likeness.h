// Whether two names, numbers or texts mean the same thing: normal forms of companies, persons, telephone numbers, mail addresses and plain texts, how alike two of them are,
// and by which short texts those that are alike find each other in an index. Pure.
#pragma once
#include "base/str.h"

// Whoever changes what comes out raises it, so that indexes are built anew.
#define LIKENESS_VERSION 1
#define LIKENESS_CHARACTERS 64 // of a text that are compared; what follows does not count
#define LIKENESS_TOKENS 6
#define LIKENESS_PLACES 6
#define LIKENESS_BLOCKS 12

typedef enum LikenessKind { LIKENESS_EXACT, LIKENESS_COMPANY, LIKENESS_PERSON, LIKENESS_PHONE, LIKENESS_EMAIL, LIKENESS_KINDS } LikenessKind;

typedef struct Letters { uint32_t *items; size_t count; } Letters;
typedef struct Normal {
        LikenessKind kind;
        Str whole;                  // what is equal means the same; empty: says nothing
        Str brief;                  // a company without its trade: 海康威视 of 海康威视数字技术; else as whole
        Letters letters, short_letters; // of these two
        Str sound;                  // a Chinese brief in pinyin: what is typed by sound is mistaken for what sounds the same; else empty
        Letters tokens[LIKENESS_TOKENS]; size_t tokens_count; // words of a person's name, in order of the alphabet
        Str places[LIKENESS_PLACES]; size_t places_count;     // where a company says that it is
        bool branch;                // of a company: 分公司
} Normal;

LikenessKind likeness_kind(Str name);       // "company"; LIKENESS_KINDS: there is none of this name
const char *likeness_name(LikenessKind kind);
void likeness_normal(Arena *arena, LikenessKind kind, Str text, Normal *ret);
// 0 nothing in common … 1000 the same. Companies of one name in two towns, and a branch and its company, are less than the same.
int likeness(const Normal *a, const Normal *b);
// By what alike ones find each other: a pair that differs in one letter shares one at least. Of those that are asked for a few more than of those that are kept. The first is the whole.
typedef enum BlockUse { BLOCK_KEPT, BLOCK_ASKED } BlockUse;
size_t likeness_blocks(Arena *arena, const Normal *normal, BlockUse use, Str ret[LIKENESS_BLOCKS]);
// A name of which those who know it recognise it and others learn nothing: 杭**科技, 张*, A**.
Str likeness_masked(Arena *arena, LikenessKind kind, Str name);
