// The characters of a card, and words in it.
#include "base/unicode.h"
#include "objects/lead/card.h"

static uint32_t plain(uint32_t c) {
        if (c >= 0xFF01 && c <= 0xFF5E)
                return c - 0xFEE0;
        if (c == 0x3000 || c == 0xA0 || c == 0x2002 || c == 0x2003 || c == 0x2009 || c == 0x200B || c == 0xFEFF)
                return ' ';
        if (c == 0x2010 || c == 0x2011 || c == 0x2012 || c == 0x2013 || c == 0x2014 || c == 0x2212)
                return '-';
        return c == '\r' || c == 0x2028 || c == 0x2029 ? '\n' : c;
}

void card_text_open(Arena *arena, Str text, CardText *ret) {
        text = str_slice(text, 0, CARD_BYTES_MOST);
        *ret = (CardText){.arena = arena, .text = text, .items = arena_array(arena, uint32_t, text.len + 1), .offsets = arena_array(arena, size_t, text.len + 2), .used = arena_array(arena, bool, text.len + 1)};
        for (size_t offset = 0; offset < text.len;) {
                ret->offsets[ret->count] = offset;
                ret->items[ret->count++] = plain(utf8_next(text, &offset));
        }
        ret->offsets[ret->count] = text.len;
}

Str card_slice(const CardText *text, size_t from, size_t to) {
        return str_slice(text->text, text->offsets[from], text->offsets[to]);
}

bool card_is_han(uint32_t c) {
        return (c >= 0x3400 && c <= 0x9FFF) || (c >= 0x20000 && c <= 0x3FFFF) || c == 0x3007;
}

bool card_is_digit(uint32_t c) {
        return c >= '0' && c <= '9';
}

bool card_is_letter(uint32_t c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool card_is_blank(uint32_t c) {
        return c == ' ' || c == '\t';
}

bool card_is_break(uint32_t c) {
        return c == '\n' || c == '\t' || c == '|' || c == 0xA6 || c == ';' || c == ',' || c == 0x3002 || c == 0x3001 || c == 0x2022 || c == 0x25CF || c == 0x25A0 || c == '*' || c == 0x2502;
}

static uint32_t lower(uint32_t c) {
        return c >= 'A' && c <= 'Z' ? c + 'a' - 'A' : c;
}

size_t card_match(const CardText *text, size_t at, const char *word) {
        Str rest = str_from(word);
        size_t from = at;
        for (size_t offset = 0; offset < rest.len;) {
                uint32_t wanted = utf8_next(rest, &offset);
                if (card_is_han(wanted) && at > from)
                        for (size_t blanks = 0; blanks < 3 && at < text->count && text->items[at] == ' '; blanks++)
                                at++;
                if (at >= text->count || lower(text->items[at]) != lower(wanted))
                        return 0;
                at++;
        }
        return at - from;
}

void card_add(Card *card, CardField field, size_t from, size_t to, Str value) {
        if (card->count == CARD_ITEMS_MOST || str_empty(value))
                return;
        for (size_t i = from; i < to; i++)
                card->text.used[i] = true;
        card->items[card->count++] = (CardItem){field, from, to, value};
}
