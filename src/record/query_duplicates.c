// Whom a record could be: candidates by the index of duplicates, compared in memory, and told as far as the reader may see them. Of what he may not see he learns that it is there, how
// alike its name is to the one that he typed in two steps only, and, where the object allows it, whom to talk to.
#include "record/duplicate.h"
#include "record/query.h"
#include "record/quota.h"
#include "record/write.h"

#define BUCKET_LARGEST 60      // records of one key that are looked at: a key that more of them have tells little
#define CANDIDATES_LARGEST 100 // compared, those first that share most keys
#define TOLD_LARGEST 20
#define SCORE_LARGEST 100
#define KEYS_ASKED 64

typedef struct Hit {
        int64_t id, owner, department;
        DuplicateMatch match;
        bool exact, visible;
        bool veiled;                // something that it is compared by is masked to whoever asks, for it lies in a pool
        Str name;
} Hit;

typedef struct Search {
        Call *call;
        const Object *object;
        uint32_t rules;             // that may be used
        int64_t self;
        const DuplicateValue *wanted;
        Hit *hits;
        size_t count;
        bool complete;
        bool writing;               // what is the same is refused whoever may know of it; which one it is is told as of what may not be seen
} Search;

// ---- Candidates

static void select_candidates(const Search *search, int64_t list, const int64_t *keys, size_t count, Sql *select) {
        sql(select, "select u.record_id from (");
        for (size_t i = 0; i < count; i++) {
                sql_fixed(select, i ? STR(" union all select * from (select record_id from duplicate_key where list_id = ") : STR("select * from (select record_id from duplicate_key where list_id = "));
                sql_int(select, list);
                sql(select, " and \"key\" = ");
                sql_int(select, keys[i]);
                sql(select, " order by record_id desc limit ");
                sql_int(select, BUCKET_LARGEST);
                sql(select, ") b");
        }
        sql(select, ") u where u.record_id <> ");
        sql_int(select, search->self);
        sql(select, " group by u.record_id order by count(*) desc, u.record_id desc limit ");
        sql_int(select, CANDIDATES_LARGEST);
}

static Status candidates(Search *search, int64_t *ret, size_t *ret_count) {
        Call *call = search->call;
        int64_t list = 0, keys[DUPLICATE_KEYS_MOST];
        bool found = false;
        *ret_count = 0;
        TRY(duplicates_list(call->db, search->object, &list, &search->complete, &found));
        search->complete &= found;
        size_t count = duplicate_keys(call->context->arena, search->object, search->rules, search->wanted, BLOCK_ASKED, keys);
        if (!found || !count)
                return STATUS_OK;
        Sql select = db_sql(call->db);
        select_candidates(search, list, keys, count < KEYS_ASKED ? count : KEYS_ASKED, &select);
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(call->db, &select, &rows));
        while (*ret_count < CANDIDATES_LARGEST) {
                bool more;
                TRY(rows_next(rows, &more));
                if (!more)
                        break;
                ret[(*ret_count)++] = rows_int(rows, 0);
        }
        return STATUS_OK;
}

// ---- Comparing

// By field index: what is read of a candidate.
static bool *fields_needed(const Search *search) {
        bool *needed = arena_array(search->call->context->arena, bool, search->object->fields_count);
        for (size_t i = 0; i < search->object->duplicates_count; i++)
                for (size_t k = 0; k < search->object->duplicates[i].fields_count; k++)
                        needed[search->object->duplicates[i].fields[k]->index] = true;
        needed[search->object->name_field->index] = needed[search->object->owner->index] = needed[search->object->department->index] = needed[0] = true;
        if (search->object->pooled)
                needed[search->object->pool->index] = true;
        return needed;
}

static void select_rows(const Search *search, const bool *needed, const int64_t *ids, size_t count, Sql *select) {
        sql(select, "select ");
        bool first = true;
        for (size_t i = 0; i < search->object->fields_count; i++) {
                if (!needed[i])
                        continue;
                if (!first)
                        sql(select, ", ");
                first = false;
                sql_name(select, search->object->fields[i]->column);
        }
        sql(select, " from ");
        sql_name(select, search->object->table);
        sql(select, " where deleted_at is null and \"id\" in ");
        sql_int_list(select, ids, count);
}

// By what is masked to whoever asks nothing agrees.
static uint32_t rules_for(const Search *search, const Value *values) {
        const Object *object = search->object;
        Value pool = object->pooled ? values[object->pool->index] : VALUE_NONE;
        uint32_t rules = search->rules;
        for (size_t i = 0; pool.kind == VALUE_INTEGER && i < object->duplicates_count; i++)
                for (size_t k = 0; k < object->duplicates[i].fields_count; k++)
                        if (actor_veiled(search->call->actor, object->duplicates[i].fields[k], pool))
                                rules &= ~(1u << i);
        return rules;
}

static void compare(Search *search, const Value *values) {
        const Object *object = search->object;
        Hit hit = {.id = values[0].integer, .owner = values[object->owner->index].integer, .department = values[object->department->index].integer};
        uint32_t rules = rules_for(search, values);
        hit.veiled = rules != search->rules;
        duplicate_match(object, search->writing ? search->rules : rules, search->wanted, duplicate_values(search->call->context->arena, object, values), &hit.match);
        if (hit.match.points < DUPLICATE_HIT)
                return;
        hit.exact = duplicate_match_exact(object, &hit.match);
        hit.name = values[object->name_field->index].kind == VALUE_TEXT ? values[object->name_field->index].text : STR_NONE;
        search->hits[search->count++] = hit;
}

static Status compare_all(Search *search, const int64_t *ids, size_t count) {
        Arena *arena = search->call->context->arena;
        const bool *needed = fields_needed(search);
        Sql select = db_sql(search->call->db);
        search->hits = arena_array(arena, Hit, count + 1);
        if (!count)
                return STATUS_OK;
        select_rows(search, needed, ids, count, &select);
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(search->call->db, &select, &rows));
        Value *values = arena_array(arena, Value, search->object->fields_count);
        for (bool found;;) {
                int column = 0;
                TRY(rows_next(rows, &found));
                if (!found)
                        return STATUS_OK;
                for (size_t i = 0; i < search->object->fields_count; i++)
                        if (needed[i])
                                values[i] = rows_value(rows, column++, search->object->fields[i]->kind);
                compare(search, values);
        }
}

static bool surer(const Hit *a, const Hit *b) {
        if (a->exact != b->exact)
                return a->exact;
        if (a->match.points != b->match.points)
                return a->match.points > b->match.points;
        return a->id < b->id;
}

static void sort_hits(Search *search) {
        for (size_t i = 1; i < search->count; i++)
                for (size_t k = i; k > 0 && surer(&search->hits[k], &search->hits[k - 1]); k--) {
                        Hit hit = search->hits[k];
                        search->hits[k] = search->hits[k - 1];
                        search->hits[k - 1] = hit;
                }
        if (search->count > TOLD_LARGEST)
                search->count = TOLD_LARGEST;
}

// ---- What the reader may see

static Status see_one_by_one(Search *search) {
        for (size_t i = 0; i < search->count; i++) {
                Status status = STATUS_OK;
                search->hits[i].visible = query_visible(search->call, search->object, search->hits[i].id, &status);
                TRY(status);
        }
        return STATUS_OK;
}

static Status see(Search *search) {
        Call *call = search->call;
        const Object *object = search->object;
        int64_t ids[TOLD_LARGEST];
        if (!search->count)
                return STATUS_OK;
        if (object->inherit && query_is_record(object->inherit)) // found step by step
                return see_one_by_one(search);
        for (size_t i = 0; i < search->count; i++)
                ids[i] = search->hits[i].id;
        Sql select = db_sql(call->db);
        sql(&select, "select t.\"id\" from ");
        sql_name(&select, object->table);
        sql(&select, " t where t.deleted_at is null and t.\"id\" in ");
        sql_int_list(&select, ids, search->count);
        sql(&select, " and ");
        TRY(scope_with_parents(call, object, STR("t"), 0, &select));
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(call->db, &select, &rows));
        for (bool found;;) {
                TRY(rows_next(rows, &found));
                if (!found)
                        return STATUS_OK;
                int64_t id = rows_int(rows, 0);
                for (size_t i = 0; i < search->count; i++)
                        search->hits[i].visible |= search->hits[i].id == id && !(search->writing && search->hits[i].veiled);
        }
}

static Status run(Search *search, const Value *values) {
        int64_t ids[CANDIDATES_LARGEST];
        size_t count = 0;
        search->wanted = duplicate_values(search->call->context->arena, search->object, values);
        TRY(candidates(search, ids, &count));
        TRY(compare_all(search, ids, count));
        sort_hits(search);
        return see(search);
}

// ---- Telling

static LikenessKind kind_of_name(const Object *object) {
        for (size_t i = 0; i < object->duplicates_count; i++)
                for (size_t k = 0; k < object->duplicates[i].fields_count; k++)
                        if (object->duplicates[i].fields[k] == object->name_field)
                                return object->duplicates[i].as;
        return LIKENESS_PERSON;
}

// STR_NONE: nothing of it may be told.
static Str name_told(const Search *search, const Hit *hit) {
        const Field *field = search->object->name_field;
        FieldRight right = search->call->actor->system ? FIELD_WRITE : actor_field(search->call->actor, field);
        if (right == FIELD_HIDE || !hit->name.len)
                return STR_NONE;
        if (!hit->visible)
                return right >= FIELD_READ ? likeness_masked(search->call->context->arena, kind_of_name(search->object), hit->name) : STR_NONE;
        return right >= FIELD_READ ? hit->name : column_mask(search->call, field, value_text(hit->name));
}

static void write_because(const Search *search, const Hit *hit, JsonWriter *w) {
        json_key(w, STR("because"));
        json_open_array(w);
        for (size_t i = 0; i < search->object->duplicates_count; i++) {
                const DuplicateRule *rule = &search->object->duplicates[i];
                if (!(hit->match.agree & 1u << i))
                        continue;
                json_open_object(w);
                json_put_str(w, "key", rule->name);
                json_put_str(w, "field", rule->fields[0]->name);
                json_put_bool(w, "exact", (hit->match.exact & 1u << i) != 0);
                json_close_object(w);
        }
        json_close_array(w);
}

static void write_whose(const Search *search, const Hit *hit, JsonWriter *w) {
        const Actor *actor = search->call->actor;
        const Object *object = search->object;
        bool told = hit->visible || object->duplicate_owner;
        const Person *person = told && hit->owner && actor_field(actor, object->owner) >= FIELD_READ ? access_person(actor->access, hit->owner) : NULL;
        const Department *department = told && hit->department && actor_field(actor, object->department) >= FIELD_READ ? access_department(actor->access, hit->department) : NULL;
        person_put(w, "owner", person);
        department_put(w, "department", department);
}

// How sure: of what may not be seen only whether it is the same or alike, for finer steps would let somebody guess its name letter by letter.
static int score_told(const Hit *hit) {
        int score = hit->match.points < SCORE_LARGEST ? hit->match.points : SCORE_LARGEST;
        if (!hit->visible)
                score = hit->exact ? SCORE_LARGEST : DUPLICATE_HIT;
        return score;
}

static void write_hit(const Search *search, const Hit *hit, JsonWriter *w) {
        Str name = name_told(search, hit);
        json_open_object(w);
        if (hit->visible)
                json_put_int(w, "id", hit->id);
        json_key(w, STR("name"));
        if (name.len)
                json_add_str(w, name);
        else
                json_add_null(w);
        json_key(w, STR("score"));
        json_add_decimal(w, (Decimal){score_told(hit) * (DECIMAL_SCALE / SCORE_LARGEST)}, 0);
        json_put_bool(w, "exact", hit->exact);
        write_because(search, hit, w);
        json_put_bool(w, "visible", hit->visible);
        write_whose(search, hit, w);
        json_close_object(w);
}

// ---- The check

// Whoever could write such a record.
static bool may_ask(const Call *call, const Object *object) {
        return actor_may(call->actor, object, VERB_CREATE) || actor_may(call->actor, object, VERB_UPDATE) || actor_may(call->actor, object, VERB_IMPORT);
}

static Status take_values(Call *call, const DuplicateQuery *query, Value **ret) {
        static const Json nothing = {.kind = JSON_OBJECT};
        RecordInput *input = NULL;
        Record *before = NULL;
        Status status = STATUS_OK;
        if (query->id) {
                bool visible = query_visible(call, query->object, query->id, &status);
                TRY(status);
                if (visible)
                        TRY(record_read_row(call, query->object, query->id, false, false, &before));
                if (!before)
                        return error_set(call->context, STATUS_NOT_FOUND, "not_found");
        }
        status = record_input(call->context, query->object, query->values && query->values->kind != JSON_NULL ? query->values : &nothing, STR_NONE, &input);
        if (status != STATUS_OK && status != STATUS_INVALID)
                return status;
        error_clear(call->context); // what is not complete yet says nothing
        *ret = arena_array(call->context->arena, Value, query->object->fields_count);
        Value pool = before && query->object->pooled ? before->values[query->object->pool->index] : VALUE_NONE;
        for (size_t i = 0; i < query->object->fields_count; i++) {
                bool known = before && !actor_veiled(call->actor, query->object->fields[i], pool);
                (*ret)[i] = input->given[i] ? input->values[i] : known ? before->values[i] : VALUE_NONE;
        }
        return STATUS_OK;
}

Status query_duplicates(Call *call, const DuplicateQuery *query, JsonWriter *w) {
        Search search = {.call = call, .object = query->object, .self = query->id};
        Value *values = NULL;
        if (!may_ask(call, query->object))
                return error_set(call->context, STATUS_FORBIDDEN, "forbidden");
        TRY(read_quota_check(call, query->object));
        TRY(take_values(call, query, &values));
        search.rules = duplicate_rules(call->actor, query->object);
        if (query->object->on_duplicate != ON_DUPLICATE_OFF)
                TRY(run(&search, values));
        json_open_object(w);
        json_key(w, STR("items"));
        json_open_array(w);
        for (size_t i = 0; i < search.count; i++)
                write_hit(&search, &search.hits[i], w);
        json_close_array(w);
        json_put_bool(w, "complete", search.complete);
        json_close_object(w);
        read_quota_rows(call, query->object, (int64_t)search.count);
        return STATUS_OK;
}

// ---- Writing

static bool touched(const RecordChange *change) {
        for (size_t i = 0; i < change->object->duplicates_count; i++)
                for (size_t k = 0; k < change->object->duplicates[i].fields_count; k++)
                        if (record_changed(change, change->object->duplicates[i].fields[k]))
                                return true;
        return false;
}

Status duplicates_refuse(Call *call, const RecordChange *change, const WriteOptions *options) {
        const Object *object = change->object;
        Search search = {.call = call, .object = object, .self = change->id, .rules = duplicate_rules(call->actor, object), .writing = true};
        if (object->on_duplicate != ON_DUPLICATE_REFUSE || !change->by_user || !touched(change))
                return STATUS_OK;
        TRY(run(&search, change->after->values));
        if (!search.count || !search.hits[0].exact)
                return STATUS_OK;
        const Hit *hit = &search.hits[0];
        Str name = name_told(&search, hit);
        for (size_t i = 0; i < object->duplicates_count; i++) {
                if (!(hit->match.exact & 1u << i) || object->duplicates[i].weight < DUPLICATE_HIT)
                        continue;
                (void)error_add(call->context, field_path(call, options, object->duplicates[i].fields[0]), "duplicate", name.len ? name : STR("***"));
                call->context->error.items[call->context->error.count - 1].record = hit->visible ? hit->id : 0;
        }
        return STATUS_INVALID;
}

Status duplicates_told(Call *call, const Object *object, const Value *values, bool seen, Str *ret_name, bool *ret_found) {
        Search search = {.call = call, .object = object, .rules = duplicate_rules(call->actor, object)};
        size_t at = 0;
        *ret_found = false;
        if (object->on_duplicate == ON_DUPLICATE_OFF || !object->duplicates_count)
                return STATUS_OK;
        TRY(run(&search, values));
        while (seen && at < search.count && !search.hits[at].visible)
                at++;
        if (at == search.count)
                return STATUS_OK;
        Str name = name_told(&search, &search.hits[at]);
        *ret_found = true;
        *ret_name = name.len ? name : STR("***");
        return STATUS_OK;
}
