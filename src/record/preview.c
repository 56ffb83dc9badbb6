// Looking at a change of rights: the organisation is compiled a second time with the new grants, and the two are compared person by person. Records are counted by owner and
// department, of which there are few thousand pairs however many records there are; only what an expression decides, and what entries may decide, is counted row by row, up to a limit.
#include "record/preview.h"
#include "os/os.h"
#include "record/query.h"
#include <stdlib.h>

#define WHO_LARGEST 20
#define LISTED_LARGEST 10000       // records that an expression decides on, by person
#define LONGEST_US (8 * 1000000)   // of counting row by row, in all

typedef struct Pair { int64_t owner, department, count; bool lost, gained; } Pair;
typedef struct Ids { int64_t *items; size_t count, capacity; } Ids;
typedef struct Touched { const Actor *before; int64_t lose, gain; } Touched;

typedef struct Preview {
        Call *call;
        const Access *after;
        const Actor **before, **then;  // the people concerned, side by side
        size_t people;
        int64_t until_us;
        JsonWriter *w;
} Preview;

typedef struct Count { // of one object and verb
        const Object *object;
        Verb verb;
        Pair *pairs; size_t pairs_count;
        Ids lost, gained;             // of those that expressions or entries decide
        bool entries;                 // there are records of it that have some
        Touched *touched;             // by person
        int64_t losers, gainers;
        bool exact;
} Count;

// ---- who is concerned

static bool has_role(const Actor *actor, int64_t role) {
        for (size_t i = 0; i < actor->roles_count; i++)
                if (actor->roles[i] == role)
                        return true;
        return false;
}

static Status find_people(Preview *preview, int64_t role) {
        Context *context = preview->call->context;
        const Access *now = preview->call->actor->access;
        preview->before = arena_array(context->arena, const Actor *, now->people_count + 1);
        preview->then = arena_array(context->arena, const Actor *, now->people_count + 1);
        for (size_t i = 0; i < now->people_count; i++) {
                const Actor *before = NULL, *then = NULL;
                if (!now->people[i].active || !access_person(preview->after, now->people[i].id))
                        continue;
                TRY(access_actor(context, now, now->people[i].id, &before));
                if (!has_role(before, role))
                        continue;
                TRY(access_actor(context, preview->after, now->people[i].id, &then));
                preview->before[preview->people] = before;
                preview->then[preview->people++] = then;
        }
        return STATUS_OK;
}

// ---- records

static bool same_scope(const Scope *a, const Scope *b) {
        return a->kind == b->kind && !a->rules_count && !b->rules_count;
}

static bool is_touched(const Preview *preview, const Object *object, Verb verb) {
        for (size_t i = 0; i < preview->people; i++) {
                Scope was = actor_scope(preview->before[i], object, verb), is = actor_scope(preview->then[i], object, verb);
                if (!same_scope(&was, &is))
                        return true;
        }
        return false;
}

static void has_entries(const Object *object, Sql *select) {
        sql(select, "exists (select 1 from access_entry where access_entry.object_id = ");
        sql_int(select, object->id);
        sql(select, " and access_entry.record_id = t.id)");
}

static Status find_entries(Preview *preview, Count *count) {
        Sql select = db_sql(preview->call->db);
        sql(&select, "select 1 from access_entry where object_id = ");
        sql_int(&select, count->object->id);
        sql(&select, " limit 1");
        return db_get_int(preview->call->db, &select, NULL, &count->entries);
}

static Status load_pairs(Preview *preview, Count *count) {
        Call *call = preview->call;
        Sql select = db_sql(call->db);
        sql(&select, "select owner_id, department_id, count(*) from ");
        sql_name(&select, count->object->table);
        sql(&select, " t where t.deleted_at is null and not ");
        has_entries(count->object, &select);
        sql(&select, " group by owner_id, department_id");
        ROWS_CLEANUP Rows *rows = NULL;
        size_t capacity = 0;
        TRY(db_query(call->db, &select, &rows));
        for (bool found;;) {
                TRY(rows_next(rows, &found));
                if (!found)
                        return arena_over(call->context->arena) ? error_set(call->context, STATUS_TOO_LARGE, "too_large") : STATUS_OK;
                if (count->pairs_count == capacity) {
                        size_t more = capacity ? capacity * 2 : 256;
                        count->pairs = arena_grow(call->context->arena, count->pairs, capacity * sizeof(Pair), more * sizeof(Pair));
                        capacity = more;
                }
                count->pairs[count->pairs_count++] = (Pair){.owner = rows_int(rows, 0), .department = rows_int(rows, 1), .count = rows_int(rows, 2)};
        }
}

static Status count_pairs(Preview *preview, Count *count, size_t person) {
        Context *context = preview->call->context;
        Touched *touched = &count->touched[person];
        for (size_t i = 0; i < count->pairs_count; i++) {
                Pair *pair = &count->pairs[i];
                Subject subject = {.owner = pair->owner, .department = pair->department};
                bool was = false, is = false;
                TRY(actor_covers(context, preview->before[person], count->object, count->verb, &subject, &was));
                TRY(actor_covers(context, preview->then[person], count->object, count->verb, &subject, &is));
                if (was == is)
                        continue;
                pair->lost |= was;
                pair->gained |= is;
                *(was ? &touched->lose : &touched->gain) += pair->count;
        }
        return STATUS_OK;
}

static void remember(Arena *arena, Ids *ids, int64_t id) {
        if (ids->count == ids->capacity) {
                size_t more = ids->capacity ? ids->capacity * 2 : 256;
                ids->items = arena_grow(arena, ids->items, ids->capacity * sizeof(int64_t), more * sizeof(int64_t));
                ids->capacity = more;
        }
        ids->items[ids->count++] = id;
}

// Ids that one of the two covers and the other does not; entered: of the records that have entries.
static Status list_difference(Preview *preview, Count *count, const Actor *has, const Actor *has_not, bool entered, Ids *ids, int64_t *ret_count) {
        Call one = *preview->call, other = *preview->call;
        one.actor = has;
        other.actor = has_not;
        int64_t listed = 0;
        if (os_monotonic_us() > preview->until_us) {
                count->exact = false;
                return STATUS_OK;
        }
        Sql select = db_sql(one.db);
        sql(&select, "select t.id from ");
        sql_name(&select, count->object->table);
        sql(&select, " t where t.deleted_at is null and ");
        if (entered) {
                has_entries(count->object, &select);
                sql(&select, " and ");
        }
        sql(&select, "(");
        TRY(scope_condition(&one, count->object, count->verb, STR("t"), false, &select));
        sql(&select, ") is true and (");
        TRY(scope_condition(&other, count->object, count->verb, STR("t"), false, &select));
        sql(&select, ") is not true limit ");
        sql_int(&select, LISTED_LARGEST + 1);
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(one.db, &select, &rows));
        for (bool found; listed <= LISTED_LARGEST; listed++, (*ret_count)++) {
                TRY(rows_next(rows, &found));
                if (!found)
                        return STATUS_OK;
                remember(one.context->arena, ids, rows_int(rows, 0));
        }
        count->exact = false;
        return STATUS_OK;
}

static Status count_person(Preview *preview, Count *count, size_t person) {
        const Actor *before = preview->before[person], *then = preview->then[person];
        Scope was = actor_scope(before, count->object, count->verb), is = actor_scope(then, count->object, count->verb);
        Touched *touched = &count->touched[person];
        touched->before = before;
        if (same_scope(&was, &is))
                return STATUS_OK;
        if (was.rules_count || is.rules_count) {
                TRY(list_difference(preview, count, before, then, false, &count->lost, &touched->lose));
                TRY(list_difference(preview, count, then, before, false, &count->gained, &touched->gain));
        } else {
                TRY(count_pairs(preview, count, person));
                if (count->entries)
                        TRY(list_difference(preview, count, before, then, true, &count->lost, &touched->lose));
                if (count->entries)
                        TRY(list_difference(preview, count, then, before, true, &count->gained, &touched->gain));
        }
        count->losers += touched->lose > 0;
        count->gainers += touched->gain > 0;
        return STATUS_OK;
}

static int compare_ids(const void *a, const void *b) {
        int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
        return (x > y) - (x < y);
}

static int64_t different(Ids *ids) {
        int64_t count = 0;
        if (ids->count)
                qsort(ids->items, ids->count, sizeof *ids->items, compare_ids);
        for (size_t i = 0; i < ids->count; i++)
                count += i == 0 || ids->items[i] != ids->items[i - 1];
        return count;
}

static int compare_touched(const void *a, const void *b) {
        const Touched *x = a, *y = b;
        int64_t of_x = x->lose + x->gain, of_y = y->lose + y->gain;
        return (of_x < of_y) - (of_x > of_y);
}

static void write_side(JsonWriter *w, const char *name, int64_t people, int64_t records) {
        json_key(w, str_from(name));
        json_open_object(w);
        json_put_int(w, "people", people);
        json_put_int(w, "records", records);
        json_close_object(w);
}

static void write_count(Preview *preview, Count *count) {
        static const char *const verbs[] = {[VERB_READ] = "read", [VERB_UPDATE] = "update", [VERB_DELETE] = "delete"};
        JsonWriter *w = preview->w;
        int64_t lost = different(&count->lost), gained = different(&count->gained);
        for (size_t i = 0; i < count->pairs_count; i++) {
                lost += count->pairs[i].lost ? count->pairs[i].count : 0;
                gained += count->pairs[i].gained ? count->pairs[i].count : 0;
        }
        json_open_object(w);
        json_put_str(w, "object", count->object->name);
        json_put_str(w, "verb", str_from(verbs[count->verb]));
        write_side(w, "lose", count->losers, lost);
        write_side(w, "gain", count->gainers, gained);
        json_put_bool(w, "exact", count->exact);
        qsort(count->touched, preview->people, sizeof *count->touched, compare_touched);
        json_key(w, STR("who"));
        json_open_array(w);
        for (size_t i = 0; i < preview->people && i < WHO_LARGEST && count->touched[i].lose + count->touched[i].gain; i++) {
                json_open_object(w);
                json_put_int(w, "id", count->touched[i].before->user);
                json_put_str(w, "name", count->touched[i].before->name);
                json_put_int(w, "lose", count->touched[i].lose);
                json_put_int(w, "gain", count->touched[i].gain);
                json_close_object(w);
        }
        json_close_array(w);
        json_close_object(w);
}

static Status preview_records(Preview *preview, const Object *object, Verb verb) {
        Count count = {.object = object, .verb = verb, .exact = true};
        if (!is_touched(preview, object, verb))
                return STATUS_OK;
        count.touched = arena_array(preview->call->context->arena, Touched, preview->people);
        TRY(load_pairs(preview, &count));
        TRY(find_entries(preview, &count));
        for (size_t i = 0; i < preview->people; i++)
                TRY(count_person(preview, &count, i));
        if (count.losers || count.gainers)
                write_count(preview, &count);
        return STATUS_OK;
}

// ---- rights and fields

static void write_right(Preview *preview, const Object *object, Str right, int64_t given, int64_t taken) {
        for (int side = 0; side < 2; side++) {
                int64_t people = side ? given : taken;
                if (!people)
                        continue;
                json_open_object(preview->w);
                json_put_str(preview->w, "object", object->name);
                json_put_str(preview->w, "right", right);
                json_put_int(preview->w, "people", people);
                json_put_bool(preview->w, "given", side == 1);
                json_close_object(preview->w);
        }
}

static void preview_verb(Preview *preview, const Object *object, Verb verb, const char *name) {
        int64_t given = 0, taken = 0;
        for (size_t i = 0; i < preview->people; i++) {
                bool was = actor_may(preview->before[i], object, verb), is = actor_may(preview->then[i], object, verb);
                given += is && !was;
                taken += was && !is;
        }
        write_right(preview, object, str_from(name), given, taken);
}

static void preview_action(Preview *preview, const Object *object, Str action) {
        int64_t given = 0, taken = 0;
        for (size_t i = 0; i < preview->people; i++) {
                bool was = actor_may_act(preview->before[i], object, action), is = actor_may_act(preview->then[i], object, action);
                given += is && !was;
                taken += was && !is;
        }
        write_right(preview, object, action, given, taken);
}

static void preview_field(Preview *preview, const Field *field) {
        static const char *const names[] = {[FIELD_HIDE] = "hide", [FIELD_MASK] = "mask", [FIELD_READ] = "read", [FIELD_WRITE] = "write"};
        int64_t people[4][4] = {0};
        for (size_t i = 0; i < preview->people; i++)
                people[actor_field(preview->before[i], field)][actor_field(preview->then[i], field)]++;
        for (int from = 0; from < 4; from++)
                for (int to = 0; to < 4; to++) {
                        if (from == to || !people[from][to])
                                continue;
                        JsonWriter *w = preview->w;
                        json_open_object(w);
                        json_put_str(w, "object", field->object->name);
                        json_put_str(w, "field", field->name);
                        json_put_str(w, "label", label_text(&field->label, preview->call->context->lang));
                        json_put_str(w, "from", str_from(names[from]));
                        json_put_str(w, "to", str_from(names[to]));
                        json_put_int(w, "people", people[from][to]);
                        json_close_object(w);
                }
}

static void preview_object_rights(Preview *preview, const Object *object) {
        preview_verb(preview, object, VERB_READ, "read");
        preview_verb(preview, object, VERB_CREATE, "create");
        preview_verb(preview, object, VERB_EXPORT, "export");
        preview_verb(preview, object, VERB_IMPORT, "import");
        preview_verb(preview, object, VERB_TRANSFER, "transfer");
        for (size_t i = 0; i < object->actions_count; i++)
                preview_action(preview, object, object->actions[i].name);
}

static Status write_preview(Preview *preview) {
        const Catalog *catalog = preview->after->catalog;
        JsonWriter *w = preview->w;
        json_open_object(w);
        json_put_int(w, "people", (int64_t)preview->people);
        json_key(w, STR("records"));
        json_open_array(w);
        for (size_t i = 0; i < catalog->objects_count; i++)
                for (Verb verb = VERB_READ; verb <= VERB_DELETE; verb++)
                        if (verb != VERB_CREATE)
                                TRY(preview_records(preview, catalog->objects[i], verb));
        json_close_array(w);
        json_key(w, STR("rights"));
        json_open_array(w);
        for (size_t i = 0; i < catalog->objects_count; i++)
                preview_object_rights(preview, catalog->objects[i]);
        json_close_array(w);
        json_key(w, STR("fields"));
        json_open_array(w);
        for (size_t i = 0; i < catalog->objects_count; i++)
                for (size_t k = 0; k < catalog->objects[i]->fields_count; k++)
                        preview_field(preview, catalog->objects[i]->fields[k]);
        json_close_array(w);
        json_close_object(w);
        return STATUS_OK;
}

static void access_done(Access **access) {
        access_unref(*access);
}

Status query_preview(Call *call, int64_t role, Str grants, JsonWriter *w) {
        Sql select = db_sql(call->db);
        bool found = false;
        sql(&select, "select 1 from \"role\" where deleted_at is null and id = ");
        sql_int(&select, role);
        TRY(db_get_int(call->db, &select, NULL, &found));
        if (!found)
                return error_set(call->context, STATUS_NOT_FOUND, "not_found");
        TRY(grants_check(call->context, call->catalog, STR("grants"), grants));
        __attribute__((cleanup(access_done))) Access *after = NULL;
        RoleChange change = {.role = role, .grants = grants};
        TRY(access_load_changed(call->db, (Catalog *)call->catalog, &change, &after));
        Preview preview = {.call = call, .after = after, .w = w, .until_us = os_monotonic_us() + LONGEST_US};
        TRY(find_people(&preview, role));
        return write_preview(&preview);
}
