// The global search: the newest matches of every object the reader may see, a fair share of the answer for each, and what of a record matched.
#include "record/quota.h"
#include "record/query.h"
#include "record/search.h"
#include "base/unicode.h"
#include <stdlib.h>

#define SEARCH_LIMIT 20
#define SNIPPET 80 // characters shown of a text that matched

typedef struct Hit {
        int64_t id;
        Value pool;    // that it lies in
        Value *values; // by field index, of search_field()s
} Hit;

typedef struct Found {
        const Object *object;
        Hit *hits;
        size_t count, taken;
} Found;

typedef struct Search {
        Call *call;
        Str q, terms;
        int limit;
        Found *found;
        size_t count;
} Search;

static Status select_hits(Search *search, const Object *object, SearchTier tier, Sql *select) {
        Call *call = search->call;
        sql(select, "select t.id");
        for (size_t i = 0; i < object->fields_count; i++)
                if (search_field(object->fields[i])) {
                        sql(select, ", ");
                        sql_column(select, STR("t"), object->fields[i]->column);
                }
        if (object->pooled) {
                sql(select, ", ");
                sql_column(select, STR("t"), object->pool->column);
        }
        TRY(search_from(call, object, search->terms, 0, tier, select));
        sql(select, " and ");
        TRY(scope_condition(call, object, VERB_READ, STR("t"), true, select));
        sql(select, " order by ");
        search_id(select);
        sql(select, " desc limit ");
        sql_int(select, search_restricted(call, object) ? SEARCH_LOOKED_LARGEST : search->limit);
        return STATUS_OK;
}

static Hit take_hit(Search *search, const Object *object, Rows *rows) {
        Hit hit = {.id = rows_int(rows, 0), .values = arena_array(search->call->context->arena, Value, object->fields_count)};
        int column = 1;
        for (size_t i = 0; i < object->fields_count; i++)
                if (search_field(object->fields[i]))
                        hit.values[i] = rows_value(rows, column++, object->fields[i]->kind);
        hit.pool = object->pooled ? rows_value(rows, column, VALUE_INTEGER) : VALUE_NONE;
        return hit;
}

static Status read_hits(Search *search, Found *found, SearchTier tier) {
        const Object *object = found->object;
        bool restricted = search_restricted(search->call, object);
        Sql select = db_sql(search->call->db);
        TRY(select_hits(search, object, tier, &select));
        found->count = 0;
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(search->call->db, &select, &rows));
        while (found->count < (size_t)search->limit) {
                bool more;
                TRY(rows_next(rows, &more));
                if (!more)
                        break;
                Hit hit = take_hit(search, object, rows);
                if (!restricted || search_visible(search->call, object, hit.values, search->terms))
                        found->hits[found->count++] = hit;
        }
        return STATUS_OK;
}

static Status find_hits(Search *search, Found *found) {
        found->hits = arena_array(search->call->context->arena, Hit, search->limit);
        TRY(read_hits(search, found, SEARCH_NEWEST));
        if (!search_has_tiers(search->call) || found->count == (size_t)search->limit)
                return STATUS_OK;
        return read_hits(search, found, SEARCH_ALL);
}

// ---- what matched

static Str shown_text(Call *call, const Hit *hit, const Field *field) {
        FieldRight right = actor_field(call->actor, field);
        Value value = hit->values[field->index];
        if (right > FIELD_MASK && actor_veiled(call->actor, field, hit->pool))
                right = FIELD_MASK;
        if (right == FIELD_HIDE || value_is_null(value))
                return STR_NONE;
        if (right == FIELD_MASK)
                return column_mask(call, field, value);
        Buf text = buf_make(call->context->arena, SEARCH_TERMS_CAP);
        field_text(&text, field, call->context->lang, value);
        return buf_str(&text);
}

static bool holds(Arena *arena, Str text, Str q) {
        if (text_contains(arena, text, q))
                return true;
        bool all = false; // several words, each somewhere in it
        for (Str word, rest = q; str_cut(&rest, ' ', &word);) {
                if (str_empty(word))
                        continue;
                if (!text_contains(arena, text, word))
                        return false;
                all = true;
        }
        return all;
}

static const Field *field_that_matched(Search *search, const Found *found, const Hit *hit) {
        Arena *arena = search->call->context->arena;
        const Object *object = found->object;
        Str name = shown_text(search->call, hit, object->name_field);
        if (holds(arena, name, search->q))
                return object->name_field;
        for (size_t i = 0; i < object->fields_count; i++) {
                const Field *field = object->fields[i];
                if (search_field(field) && field != object->name_field && holds(arena, shown_text(search->call, hit, field), search->q))
                        return field;
        }
        return object->name_field;
}

static Str snippet(Str text) {
        size_t offset = 0;
        for (int i = 0; i < SNIPPET && offset < text.len; i++)
                utf8_next(text, &offset);
        return str_slice(text, 0, offset);
}

static void write_hit(Search *search, const Found *found, const Hit *hit, JsonWriter *w) {
        const Object *object = found->object;
        const Field *matched = field_that_matched(search, found, hit);
        Str name = shown_text(search->call, hit, object->name_field);
        json_open_object(w);
        json_put_str(w, "object", object->name);
        json_put_int(w, "id", hit->id);
        json_key(w, STR("name"));
        if (name.data)
                json_add_str(w, name);
        else
                json_add_null(w);
        json_put_str(w, "match", matched->name);
        json_put_str(w, "text", snippet(shown_text(search->call, hit, matched)));
        json_close_object(w);
}

// ---- which objects, and how much of each

static bool wanted(Str objects, const Object *object) {
        if (str_empty(str_trim(objects)))
                return true;
        for (Str name; str_cut(&objects, ',', &name);)
                if (str_eq(str_trim(name), object->name))
                        return true;
        return false;
}

// One each in turn, so that what there is much of does not crowd out the rest.
static void share_out(Search *search) {
        int left = search->limit;
        for (bool given = true; given && left > 0;) {
                given = false;
                for (size_t i = 0; i < search->count && left > 0; i++) {
                        Found *found = &search->found[i];
                        if (found->taken == found->count)
                                continue;
                        found->taken++;
                        left--;
                        given = true;
                }
        }
}

// As in the navigation, but what is said about a record (activities, tasks) after the records.
static int by_order(const void *a, const void *b) {
        const Object *x = ((const Found *)a)->object, *y = ((const Found *)b)->object;
        bool x_about = x->record_fields_count > 0, y_about = y->record_fields_count > 0;
        if (x_about != y_about)
                return x_about ? 1 : -1;
        if (x->order != y->order)
                return x->order < y->order ? -1 : 1;
        return x->id < y->id ? -1 : x->id > y->id;
}

static Status search_all(Search *search, Str objects) {
        const Catalog *catalog = search->call->catalog;
        search->found = arena_array(search->call->context->arena, Found, catalog->objects_count);
        for (size_t i = 0; i < catalog->objects_count; i++) {
                const Object *object = catalog->objects[i];
                if (!object->search || object->retired || !actor_may(search->call->actor, object, VERB_READ) || !wanted(objects, object))
                        continue;
                Found *found = &search->found[search->count++];
                *found = (Found){.object = object};
                if (!str_empty(search->terms))
                        TRY(find_hits(search, found));
        }
        if (search->count)
                qsort(search->found, search->count, sizeof *search->found, by_order);
        share_out(search);
        return STATUS_OK;
}

Status query_search(Call *call, Str q, Str objects, int limit, JsonWriter *w) {
        Search search = {.call = call, .q = str_trim(q), .terms = search_query(call->context->arena, q)};
        int64_t shown = 0;
        TRY(query_limit(call, limit ? limit : SEARCH_LIMIT, &search.limit));
        TRY(read_quota_check(call, NULL));
        TRY(search_all(&search, objects));
        json_open_object(w);
        json_key(w, STR("items"));
        json_open_array(w);
        for (size_t i = 0; i < search.count; i++)
                for (size_t k = 0; k < search.found[i].taken; k++, shown++)
                        write_hit(&search, &search.found[i], &search.found[i].hits[k], w);
        json_close_array(w);
        json_close_object(w);
        read_quota_rows(call, NULL, shown);
        return STATUS_OK;
}
