// What a record says under each rule, which keys it is found by, and how many points two records have. Pure; the index is in duplicate_work.c.
#include "record/duplicate.h"
#include <sodium.h>

#define KEY_CAP 8192
#define ALIKE 700   // from here on two texts agree
#define UNLIKE 500  // up to here they disagree

// ---- Values

static bool is_type(const Field *field, const char *name) {
        return strcmp(field->type->name, name) == 0;
}

static LikenessKind kind_of(const DuplicateRule *rule, const Field *field) {
        if (is_type(field, "phone"))
                return LIKENESS_PHONE;
        if (is_type(field, "email"))
                return LIKENESS_EMAIL;
        return rule->as;
}

static bool is_words(const Field *field) {
        return field->kind == VALUE_TEXT && !is_type(field, "choice");
}

static void add_exact(Buf *buf, const Field *field, Value value) {
        if (buf->len)
                buf_add_char(buf, '\n');
        switch (value.kind) {
        case VALUE_TEXT:
                buf_add(buf, value.text);
                break;
        case VALUE_NUMBER:
                decimal_write(buf, value.number, 0);
                break;
        case VALUE_BOOL:
                buf_add_char(buf, value.boolean ? '1' : '0');
                break;
        case VALUE_DATE:
                buf_add_int(buf, value.day);
                break;
        case VALUE_DATETIME:
                buf_add_int(buf, value.ms);
                break;
        default:
                buf_add_int(buf, value.integer);
        }
        (void)field;
}

// Texts are read as one, those that are there; of the rest all must be.
static void take_value(Arena *arena, const DuplicateRule *rule, const Value *values, DuplicateValue *ret) {
        Buf exact = buf_make(arena, KEY_CAP), text = buf_make(arena, KEY_CAP);
        LikenessKind kind = rule->as;
        size_t words = 0;
        *ret = (DuplicateValue){.there = true};
        for (size_t i = 0; i < rule->fields_count; i++) {
                const Field *field = rule->fields[i];
                Value value = values[field->index];
                if (!is_words(field)) {
                        ret->there &= !value_is_null(value);
                        if (!value_is_null(value))
                                add_exact(&exact, field, value);
                        continue;
                }
                words++;
                kind = kind_of(rule, field);
                if (value_is_null(value) || value.kind != VALUE_TEXT)
                        continue;
                if (text.len)
                        buf_add_char(&text, ' ');
                buf_add(&text, value.text);
        }
        if (words)
                likeness_normal(arena, kind, buf_str(&text), &ret->text);
        ret->exact = buf_str(&exact);
        ret->there &= !words || ret->text.whole.len > 0;
}

DuplicateValue *duplicate_values(Arena *arena, const Object *object, const Value *values) {
        DuplicateValue *list = arena_array(arena, DuplicateValue, object->duplicates_count + 1);
        for (size_t i = 0; i < object->duplicates_count; i++)
                take_value(arena, &object->duplicates[i], values, &list[i]);
        return list;
}

// ---- Keys

static int64_t key_of(const DuplicateRule *rule, Str exact, Str block) {
        unsigned char hash[16] = {0};
        crypto_generichash_state state;
        crypto_generichash_init(&state, NULL, 0, sizeof hash);
        const Str parts[] = {rule->name, STR("\x1f"), exact, STR("\x1f"), block};
        for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
                crypto_generichash_update(&state, (const unsigned char *)parts[i].data, parts[i].len);
        crypto_generichash_final(&state, hash, sizeof hash);
        int64_t key;
        memcpy(&key, hash, sizeof key);
        return key;
}

static void add_key(int64_t *keys, size_t *count, int64_t key) {
        size_t at = 0;
        while (at < *count && keys[at] < key)
                at++;
        if ((at < *count && keys[at] == key) || *count == DUPLICATE_KEYS_MOST)
                return;
        memmove(keys + at + 1, keys + at, (*count - at) * sizeof *keys);
        keys[at] = key;
        (*count)++;
}

size_t duplicate_keys(Arena *arena, const Object *object, uint32_t rules, const DuplicateValue *values, BlockUse use, int64_t *ret) {
        size_t count = 0;
        for (size_t i = 0; i < object->duplicates_count; i++) {
                const DuplicateRule *rule = &object->duplicates[i];
                Str blocks[LIKENESS_BLOCKS] = {STR("=")};
                size_t blocks_count = 1;
                if (!rule->find || !values[i].there || !(rules & 1u << i))
                        continue;
                if (values[i].text.whole.len)
                        blocks_count = likeness_blocks(arena, &values[i].text, use, blocks);
                if (!rule->fuzzy && blocks_count > 1)
                        blocks_count = 1;
                for (size_t k = 0; k < blocks_count; k++)
                        add_key(ret, &count, key_of(rule, values[i].exact, blocks[k]));
        }
        return count;
}

uint32_t duplicate_rules(const Actor *actor, const Object *object) {
        uint32_t rules = 0;
        for (size_t i = 0; i < object->duplicates_count; i++) {
                const DuplicateRule *rule = &object->duplicates[i];
                bool known = true;
                for (size_t k = 0; k < rule->fields_count; k++)
                        known &= actor->system || actor_field(actor, rule->fields[k]) >= FIELD_READ;
                rules |= known ? 1u << i : 0;
        }
        return rules;
}

// ---- Points

static int alike(const DuplicateRule *rule, const DuplicateValue *a, const DuplicateValue *b) {
        if (!str_eq(a->exact, b->exact))
                return 0;
        if (!a->text.whole.len)
                return 1000;
        if (rule->fuzzy)
                return likeness(&a->text, &b->text);
        return str_eq(a->text.whole, b->text.whole) ? 1000 : 0;
}

void duplicate_match(const Object *object, uint32_t rules, const DuplicateValue *a, const DuplicateValue *b, DuplicateMatch *ret) {
        *ret = (DuplicateMatch){0};
        for (size_t i = 0; i < object->duplicates_count; i++) {
                const DuplicateRule *rule = &object->duplicates[i];
                if (!a[i].there || !b[i].there || !(rules & 1u << i))
                        continue;
                int found = alike(rule, &a[i], &b[i]);
                if (found >= ALIKE) {
                        ret->points += rule->weight * found / 1000;
                        ret->agree |= 1u << i;
                        ret->exact |= found == 1000 ? 1u << i : 0;
                } else if (found <= UNLIKE) {
                        ret->points -= rule->against;
                } else {
                        ret->points -= rule->against * (ALIKE - found) / (ALIKE - UNLIKE);
                }
        }
}

bool duplicate_match_exact(const Object *object, const DuplicateMatch *match) {
        for (size_t i = 0; i < object->duplicates_count; i++)
                if ((match->exact & 1u << i) && object->duplicates[i].weight >= DUPLICATE_HIT && match->points >= DUPLICATE_HIT)
                        return true;
        return false;
}
