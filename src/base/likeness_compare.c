// How alike two normal forms are, and by which pieces alike ones find each other.
#include "base/likeness.h"
#include "base/unicode.h"

#define SAME 1000
#define OTHER_PLACE 700   // of one name, in two towns
#define A_BRANCH 900      // of one name, one of them a branch
#define TOKEN_MISSING 850 // a person's name that has a word more
#define NAME_IN_SHORT 800 // a company whose name begins with the whole name of the other
#define SAME_SOUND 850    // other characters of the same pinyin
#define HALVES_LEAST 4    // letters of a text that is found by its halves
#define LATIN_HALVES 6

static int least(int a, int b) {
        return a < b ? a : b;
}

static int most(int a, int b) {
        return a > b ? a : b;
}

// ---- Letters changed, left out, put in, or exchanged with their neighbour, of the longer text's

static int distance(const Letters *a, const Letters *b) {
        int rows[3][LIKENESS_CHARACTERS + 1];
        for (size_t k = 0; k <= b->count; k++)
                rows[0][k] = (int)k;
        for (size_t i = 1; i <= a->count; i++) {
                int *row = rows[i % 3], *above = rows[(i + 2) % 3], *before = rows[(i + 1) % 3];
                row[0] = (int)i;
                for (size_t k = 1; k <= b->count; k++) {
                        row[k] = least(least(above[k], row[k - 1]) + 1, above[k - 1] + (a->items[i - 1] != b->items[k - 1]));
                        if (i > 1 && k > 1 && a->items[i - 1] == b->items[k - 2] && a->items[i - 2] == b->items[k - 1])
                                row[k] = least(row[k], before[k - 2] + 1);
                }
        }
        return rows[a->count % 3][b->count];
}

static int alike(const Letters *a, const Letters *b) {
        int longer = most((int)a->count, (int)b->count);
        if (!longer)
                return SAME;
        return SAME - distance(a, b) * SAME / longer;
}

static bool sounds_alike(const Normal *a, const Normal *b) {
        return a->sound.len && str_eq(a->sound, b->sound);
}

// ---- Persons: each word of the shorter name against the best that is left of the longer

static int persons(const Normal *a, const Normal *b) {
        bool first = a->tokens_count == b->tokens_count ? str_compare(a->whole, b->whole) <= 0 : a->tokens_count < b->tokens_count; // the same whichever is asked of which
        const Normal *few = first ? a : b, *many = first ? b : a;
        bool taken[LIKENESS_TOKENS] = {false};
        int sum = 0, weight = 0;
        for (size_t i = 0; i < few->tokens_count; i++) {
                int best = -1;
                size_t best_at = 0;
                for (size_t k = 0; k < many->tokens_count; k++) {
                        int each = taken[k] ? -1 : alike(&few->tokens[i], &many->tokens[k]);
                        if (each > best) {
                                best = each;
                                best_at = k;
                        }
                }
                taken[best_at] = true;
                int letters = (int)few->tokens[i].count;
                sum += best * letters;
                weight += letters;
        }
        int found = weight ? sum / weight : 0;
        if (few->tokens_count != many->tokens_count)
                found = found * TOKEN_MISSING / SAME;
        found = most(found, alike(&a->letters, &b->letters)); // where a word came apart
        return sounds_alike(a, b) ? most(found, SAME_SOUND) : found;
}

// ---- Companies

static bool begins_with(const Letters *text, const Letters *part) {
        for (size_t i = 0; i < part->count; i++)
                if (i >= text->count || text->items[i] != part->items[i])
                        return false;
        return true;
}

static bool far_apart(const Normal *a, const Normal *b) {
        for (size_t i = 0; i < a->places_count; i++)
                for (size_t k = 0; k < b->places_count; k++)
                        if (str_eq(a->places[i], b->places[k]))
                                return false;
        return a->places_count && b->places_count;
}

static int companies(const Normal *a, const Normal *b) {
        int names = alike(&a->short_letters, &b->short_letters), wholes = alike(&a->letters, &b->letters);
        const Letters *part = a->short_letters.count < b->short_letters.count ? &a->short_letters : &b->short_letters, *text = part == &a->short_letters ? &b->short_letters : &a->short_letters;
        if (part->count >= 2 && part->count < text->count && begins_with(text, part)) // a wrong letter in a trade, or the name in short
                names = most(names, part->count >= 3 ? most(wholes, NAME_IN_SHORT) : wholes);
        if (sounds_alike(a, b))
                names = most(names, SAME_SOUND);
        int found = str_eq(a->whole, b->whole) ? SAME : (names * 7 + wholes * 3) / 10;
        if (far_apart(a, b))
                found = found * OTHER_PLACE / SAME;
        return a->branch != b->branch ? found * A_BRANCH / SAME : found;
}

int likeness(const Normal *a, const Normal *b) {
        if (!a->whole.len || !b->whole.len)
                return 0;
        if (a->kind == LIKENESS_COMPANY)
                return companies(a, b);
        if (str_eq(a->whole, b->whole))
                return SAME;
        return a->kind == LIKENESS_PERSON ? persons(a, b) : alike(&a->letters, &b->letters);
}

// ---- Pieces

typedef struct Blocks { Arena *arena; Str *items; size_t count; } Blocks;

static void add(Blocks *blocks, Str text) {
        for (size_t i = 0; i < blocks->count; i++)
                if (str_eq(blocks->items[i], text))
                        return;
        if (blocks->count < LIKENESS_BLOCKS)
                blocks->items[blocks->count++] = text;
}

static Str piece(Arena *arena, char mark, const Letters *letters, size_t from, size_t to) {
        Buf buf = buf_make(arena, 16 + (to - from) * 12);
        buf_format(&buf, "%c", mark);
        for (size_t i = from; i < to; i++)
                buf_format(&buf, ".%x", (unsigned)letters->items[i]);
        return buf_str(&buf);
}

// One wrong letter leaves the first or the second half whole. Where a letter is missing the other text's half is one shorter or longer, so it is asked for as well.
static void add_halves(Blocks *blocks, const Letters *letters, BlockUse use) {
        size_t half = letters->count / 2, from = half, to = half;
        if (use == BLOCK_ASKED) {
                from = (letters->count - 1) / 2;
                to = (letters->count + 1) / 2;
        }
        for (size_t length = from; length <= to && length <= letters->count; length++) {
                add(blocks, piece(blocks->arena, 'p', letters, 0, length));
                add(blocks, piece(blocks->arena, 's', letters, letters->count - length, letters->count));
        }
}

// What is too short for halves meets the first halves of what is a little longer.
static void add_short(Blocks *blocks, const Letters *letters, BlockUse use) {
        add(blocks, piece(blocks->arena, 'p', letters, 0, letters->count));
        if (use == BLOCK_ASKED && letters->count > 2)
                add(blocks, piece(blocks->arena, 'p', letters, 0, letters->count - 1));
}

size_t likeness_blocks(Arena *arena, const Normal *normal, BlockUse use, Str ret[LIKENESS_BLOCKS]) {
        Blocks blocks = {.arena = arena, .items = ret};
        if (!normal->whole.len)
                return 0;
        add(&blocks, str_format(arena, "=" STR_FMT, STR_ARG(normal->whole)));
        add(&blocks, str_format(arena, "=" STR_FMT, STR_ARG(normal->brief)));
        bool latin = normal->short_letters.count && normal->short_letters.items[0] < 0x3000;
        if (normal->short_letters.count >= (latin ? LATIN_HALVES : HALVES_LEAST))
                add_halves(&blocks, &normal->short_letters, use);
        else if (normal->short_letters.count >= 2)
                add_short(&blocks, &normal->short_letters, use);
        if (normal->sound.len)
                add(&blocks, str_format(arena, "y" STR_FMT, STR_ARG(normal->sound)));
        return blocks.count;
}
