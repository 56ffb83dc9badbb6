// New definitions out of old ones: members replaced, versions merged. Trees are never changed; what stays the same is shared.
#include "meta/build.h"

#define DEFINITION_CAP (4 << 20)

static Json *json_object(Arena *arena, size_t capacity) {
        Json *json = arena_new_of(arena, Json);
        json->kind = JSON_OBJECT;
        json->items = arena_array(arena, Json, capacity + 1);
        return json;
}

static void add_member(Json *object, Str key, const Json *value) {
        object->items[object->count] = *value;
        object->items[object->count++].key = key;
}

static bool is_null(const Json *json) {
        return !json || json->kind == JSON_NULL;
}

Json *json_edit(Arena *arena, const Json *base, const Json *changes) {
        Json *edited = json_object(arena, base->count + changes->count);
        for (size_t i = 0; i < base->count; i++) {
                const Json *change = json_find(changes, base->items[i].key);
                if (!change || change->kind != JSON_NULL)
                        add_member(edited, base->items[i].key, change ? change : &base->items[i]);
        }
        for (size_t i = 0; i < changes->count; i++)
                if (!is_null(&changes->items[i]) && !json_find(base, changes->items[i].key))
                        add_member(edited, changes->items[i].key, &changes->items[i]);
        return edited;
}

Json *json_without(Arena *arena, const Json *base, const char *const *names) {
        Json *kept = json_object(arena, base->count);
        for (size_t i = 0; i < base->count; i++) {
                const char *const *name = names;
                while (*name && !str_is(base->items[i].key, *name))
                        name++;
                if (!*name)
                        add_member(kept, base->items[i].key, &base->items[i]);
        }
        return kept;
}

Json *json_with_text(Arena *arena, const Json *base, const char *name, Str text) {
        Json *json = json_object(arena, base->count + 1);
        add_member(json, str_from(name), &(Json){.kind = JSON_STRING, .text = text});
        for (size_t i = 0; i < base->count; i++)
                if (!str_is(base->items[i].key, name))
                        add_member(json, base->items[i].key, &base->items[i]);
        return json;
}

Str json_text(Arena *arena, const Json *json) {
        if (!json)
                return STR_NONE;
        Buf buf = buf_make(arena, DEFINITION_CAP);
        JsonWriter w = json_writer(&buf);
        json_add_tree(&w, json);
        return buf_full(&buf) ? STR_NONE : buf_str(&buf);
}

bool json_same(Arena *arena, const Json *a, const Json *b) {
        if (is_null(a) || is_null(b))
                return is_null(a) && is_null(b);
        return str_eq(json_text(arena, a), json_text(arena, b));
}

Json *json_shared(Arena *arena, const Json *a, const Json *b) {
        Json *shared = json_object(arena, a->count);
        for (size_t i = 0; i < a->count; i++)
                if (json_same(arena, &a->items[i], json_find(b, a->items[i].key)))
                        add_member(shared, a->items[i].key, &a->items[i]);
        return shared;
}

static const Json *option_find(const Json *options, Str key) {
        for (size_t i = 0; options && i < options->count; i++)
                if (str_eq(json_str(&options->items[i], "key", STR_NONE), key))
                        return &options->items[i];
        return NULL;
}

static Json *list_of(Arena *arena, const Json *first, size_t more) {
        Json *list = arena_copy(arena, first, sizeof *first);
        list->items = arena_array(arena, Json, first->count + more + 1);
        for (size_t i = 0; i < first->count; i++)
                list->items[i] = first->items[i];
        return list;
}

Json *options_edit(Arena *arena, const Json *old, const Json *changed) {
        static const char *const retired[] = {"retired", NULL};
        Json *edited = list_of(arena, changed, old ? old->count : 0);
        for (size_t i = 0; old && i < old->count; i++) {
                if (option_find(changed, json_str(&old->items[i], "key", STR_NONE)))
                        continue;
                Json *kept = json_without(arena, &old->items[i], retired);
                add_member(kept, STR("retired"), &(Json){.kind = JSON_TRUE}); // json_without left room for one more
                edited->items[edited->count++] = *kept;
        }
        return edited;
}

// Options of a new version that the old one had not; what an administrator made of the others stays.
static Json *options_merge(Arena *arena, const Json *base, const Json *mine, const Json *theirs) {
        Json *merged = list_of(arena, mine, theirs->count);
        for (size_t i = 0; i < theirs->count; i++) {
                Str key = json_str(&theirs->items[i], "key", STR_NONE);
                if (!option_find(base, key) && !option_find(mine, key))
                        merged->items[merged->count++] = theirs->items[i];
        }
        return merged;
}

// Layouts and validations are found by their names, rules by all that they say.
static const Json *item_find(Arena *arena, const Json *list, const Json *item) {
        Str name = json_str(item, "name", STR_NONE);
        for (size_t i = 0; !is_null(list) && i < list->count; i++)
                if (name.len ? str_eq(json_str(&list->items[i], "name", STR_NONE), name) : json_same(arena, &list->items[i], item))
                        return &list->items[i];
        return NULL;
}

// Item by item: what an administrator made, changed or took away stays so, the rest follows the new version; what that brings comes last.
static Json *items_merge(Arena *arena, const Json *base, const Json *mine, const Json *theirs) {
        Json *merged = list_of(arena, mine, theirs->count);
        merged->count = 0;
        for (size_t i = 0; i < mine->count; i++) {
                const Json *item = &mine->items[i], *shipped = item_find(arena, base, item);
                bool untouched = shipped && json_same(arena, shipped, item);
                const Json *kept = untouched ? item_find(arena, theirs, item) : item;
                if (kept)
                        merged->items[merged->count++] = *kept;
        }
        for (size_t i = 0; i < theirs->count; i++)
                if (!item_find(arena, base, &theirs->items[i]) && !item_find(arena, mine, &theirs->items[i]))
                        merged->items[merged->count++] = theirs->items[i];
        return merged;
}

static bool is_merged_by_item(Str key) {
        return str_is(key, "layouts") || str_is(key, "rules") || str_is(key, "validations") || str_is(key, "duplicates");
}

static void merge_member(Arena *arena, Json *merged, Str key, const Json *base, const Json *mine, const Json *theirs) {
        bool untouched = json_same(arena, base, mine);
        const Json *taken = untouched ? theirs : mine;
        if (!untouched && str_is(key, "options") && !is_null(mine) && !is_null(theirs))
                taken = options_merge(arena, base, mine, theirs);
        if (!untouched && is_merged_by_item(key) && !is_null(mine) && !is_null(theirs))
                taken = items_merge(arena, base, mine, theirs);
        if (!is_null(taken))
                add_member(merged, key, taken);
}

Json *definition_merge(Arena *arena, const Json *base, const Json *mine, const Json *theirs) {
        Json *merged = json_object(arena, mine->count + theirs->count);
        for (size_t i = 0; i < theirs->count; i++) {
                Str key = theirs->items[i].key;
                merge_member(arena, merged, key, json_find(base, key), json_find(mine, key), &theirs->items[i]);
        }
        for (size_t i = 0; i < mine->count; i++) {
                Str key = mine->items[i].key;
                if (!json_find(theirs, key))
                        merge_member(arena, merged, key, json_find(base, key), &mine->items[i], NULL);
        }
        return merged;
}
