// What a sweep on some day would do, by the rules as they stand or with one put in their place that is not stored yet; and what went into a pool and out of it.
#include "objects/pool/pool.h"
#include "objects/shared/assign.h"
#include "objects/shared/condition.h"
#include "record/query.h"
#include <stdlib.h>

#define ITEMS_SHOWN 200
#define RULES_GIVEN 100
#define DAY_MS 86400000LL

typedef struct Asked {
        Call *call;
        const Object *object;
        int64_t pool;              // 0: all
        int32_t day;
        PoolRuleRow *rows;
        size_t count;
} Asked;

typedef struct Count { int64_t id, count; } Count;

// ---- What is asked

static Status take_number(Call *call, const Json *json, const char *member, int64_t most, int64_t *ret) {
        const Json *value = json_get(json, member);
        if (!value || value->kind == JSON_NULL)
                return STATUS_OK;
        bool fits = value->kind == JSON_NUMBER && str_to_int64(value->text, ret) && *ret >= 0 && *ret <= most;
        return fits ? STATUS_OK : error_add(call->context, str_from(member), "wrong_type", STR("number"));
}

static Status take_departments(Call *call, const Json *list, PoolRuleRow *row) {
        if (list->kind != JSON_ARRAY && list->kind != JSON_NULL)
                return error_add(call->context, STR("departments"), "wrong_type", STR("list"));
        Buf buf = buf_make(call->context->arena, 1 << 16);
        for (size_t i = 0; i < list->count; i++) {
                int64_t id = 0;
                if (!json_is_id(&list->items[i], &id))
                        return error_add(call->context, STR("departments"), "wrong_type", STR("list"));
                buf_format(&buf, "%s\"%lld\"", i ? "," : "[", (long long)id);
        }
        if (list->count)
                buf_lit(&buf, "]");
        row->departments = buf_str(&buf);
        return STATUS_OK;
}

static Status take_members(Asked *asked, const Json *json, PoolRuleRow *row) {
        Call *call = asked->call;
        const Json *departments = json_get(json, "departments"), *active = json_get(json, "active"), *pool = json_get(json, "pool");
        if (pool && pool->kind != JSON_NULL && !json_is_id(pool, &row->pool))
                return error_add(call->context, STR("pool"), "wrong_type", STR("id"));
        row->name = json_str(json, "name", row->name);
        row->clock = json_str(json, "clock", row->clock);
        if (json_get(json, "condition"))
                row->condition = json_str(json, "condition", STR_NONE);
        if (str_trim(row->condition).len)
                condition_check(call, asked->object, STR("condition"), row->condition);
        TRY(take_number(call, json, "days", 3650, &row->days));
        TRY(take_number(call, json, "order", 1000000, &row->order));
        if (departments)
                TRY(take_departments(call, departments, row));
        if (active && (active->kind == JSON_TRUE || active->kind == JSON_FALSE))
                row->active = active->kind == JSON_TRUE;
        return call->context->error.count ? STATUS_INVALID : STATUS_OK;
}

// rule.id replaces that one, without an id it is one more.
static Status take_rule(Asked *asked, const Json *json) {
        int64_t id = 0;
        PoolRuleRow *row = NULL;
        if (json->kind != JSON_OBJECT)
                return error_add(asked->call->context, STR("rule"), "wrong_type", STR("object"));
        (void)json_is_id(json, &id);
        for (size_t i = 0; i < asked->count && id; i++)
                if (asked->rows[i].id == id)
                        row = &asked->rows[i];
        if (!row) {
                row = &asked->rows[asked->count++];
                *row = (PoolRuleRow){.id = id, .pool = asked->pool, .active = true, .clock = STR("follow_up")};
        }
        return take_members(asked, json, row);
}

static Status take_rules(Asked *asked, const Json *body) {
        const Json *rule = json_get(body, "rule"), *rules = json_get(body, "rules");
        PoolRuleRow *stored = NULL;
        size_t more = rules && rules->kind == JSON_ARRAY ? rules->count : 0;
        if (more > RULES_GIVEN)
                return error_add(asked->call->context, STR("rules"), "too_many", STR("100"));
        TRY(pool_rule_rows(asked->call, asked->object, &stored, &asked->count));
        asked->rows = arena_array(asked->call->context->arena, PoolRuleRow, asked->count + more + 1);
        if (asked->count)
                memcpy(asked->rows, stored, asked->count * sizeof *stored);
        for (size_t i = 0; i < more; i++)
                TRY(take_rule(asked, &rules->items[i]));
        return rule && rule->kind != JSON_NULL ? take_rule(asked, rule) : STATUS_OK;
}

static Status take(Call *call, const Json *body, Asked *ret) {
        Context *context = call->context;
        const Json *pool = json_get(body, "pool");
        Str at = json_str(body, "at", STR_NONE), name = json_str(body, "object", STR_NONE);
        *ret = (Asked){.call = call, .day = zone_day(call->catalog->zone, context->now_ms) + 1};
        if (at.len && !date_parse(at, &ret->day))
                return error_add(context, STR("at"), "bad_date");
        if (pool && pool->kind != JSON_NULL && !json_is_id(pool, &ret->pool))
                return error_add(context, STR("pool"), "wrong_type", STR("id"));
        const Pool *known = ret->pool ? access_pool(call->actor->access, ret->pool) : NULL;
        if (ret->pool && !known)
                return error_add(context, STR("pool"), "reference_missing");
        ret->object = known ? catalog_find(call->catalog, known->object->name) : catalog_find(call->catalog, name);
        if (!ret->object || !ret->object->pooled)
                return error_add(context, STR("object"), "pool_object");
        return take_rules(ret, body);
}

// Pool administrators are told of theirs.
static bool may_know(const Asked *asked, int64_t pool) {
        const Pool *known = access_pool(asked->call->actor->access, pool);
        return (!asked->pool || pool == asked->pool) && known && pool_administers(known, asked->call->actor);
}

static Status check_rights(const Asked *asked) {
        const Access *access = asked->call->actor->access;
        bool any = asked->call->actor->administrator;
        for (size_t i = 0; i < access->pools_count && !any; i++)
                any = str_eq(access->pools[i].object->name, asked->object->name) && may_know(asked, access->pools[i].id);
        return any ? STATUS_OK : error_set(asked->call->context, STATUS_FORBIDDEN, "forbidden");
}

// ---- Counting

typedef struct Found { Count *owners; size_t owners_count, capacity; int64_t count, guarded; Count *rules; } Found;

static void add_owner(Asked *asked, Found *found, int64_t owner, int64_t count) {
        for (size_t i = 0; i < found->owners_count; i++)
                if (found->owners[i].id == owner) {
                        found->owners[i].count += count;
                        return;
                }
        if (found->owners_count == found->capacity) {
                size_t more = found->capacity ? found->capacity * 2 : 64;
                found->owners = arena_grow(asked->call->context->arena, found->owners, found->capacity * sizeof *found->owners, more * sizeof *found->owners);
                found->capacity = more;
        }
        found->owners[found->owners_count++] = (Count){owner, count};
}

static Status count_rule(Asked *asked, const PoolRules *rules, size_t at, Found *found) {
        Call *call = asked->call;
        Sql select = db_sql(call->db), guarded = db_sql(call->db);
        int64_t kept = 0;
        sql(&select, "select t.owner_id, count(*)");
        TRY(pool_due_sql(call, rules, at, asked->day, false, &select));
        sql(&select, " group by t.owner_id");
        {
                ROWS_CLEANUP Rows *rows = NULL;
                TRY(db_query(call->db, &select, &rows));
                for (bool more;;) {
                        TRY(rows_next(rows, &more));
                        if (!more)
                                break;
                        add_owner(asked, found, rows_int(rows, 0), rows_int(rows, 1));
                        found->rules[at].count += rows_int(rows, 1);
                        found->count += rows_int(rows, 1);
                }
        }
        sql(&guarded, "select count(*)");
        TRY(pool_due_sql(call, rules, at, asked->day, true, &guarded));
        TRY(db_get_int(call->db, &guarded, &kept, NULL));
        found->guarded += kept;
        return STATUS_OK;
}

static int compare_counts(const void *a, const void *b) {
        const Count *x = a, *y = b;
        if (x->count != y->count)
                return x->count > y->count ? -1 : 1;
        return x->id < y->id ? -1 : x->id > y->id;
}

// ---- The answer

static void put_rule(const PoolRule *rule, JsonWriter *w) {
        json_key(w, STR("rule"));
        json_open_object(w);
        json_key(w, STR("id"));
        if (rule->id)
                json_add_int(w, rule->id);
        else
                json_add_null(w);
        json_put_str(w, "name", rule->name);
        json_close_object(w);
}

static void put_counts(const Asked *asked, const PoolRules *rules, const Found *found, JsonWriter *w) {
        json_put_int(w, "count", found->count);
        json_key(w, STR("by_owner"));
        json_open_array(w);
        for (size_t i = 0; i < found->owners_count; i++) {
                json_open_object(w);
                user_put(w, "owner", asked->call->actor->access, found->owners[i].id);
                json_put_int(w, "count", found->owners[i].count);
                json_close_object(w);
        }
        json_close_array(w);
        json_key(w, STR("by_rule"));
        json_open_array(w);
        for (size_t i = 0; i < rules->count; i++) {
                if (!may_know(asked, rules->items[i].pool))
                        continue;
                json_open_object(w);
                put_rule(&rules->items[i], w);
                json_put_int(w, "count", found->rules[i].count);
                json_close_object(w);
        }
        json_close_array(w);
        json_put_int(w, "protected", found->guarded);
}

static Str reason_of(Call *call, const PoolRule *rule) {
        static const char *const texts[] = {"pool.reason_follow_up", "pool.reason_deal", "pool.reason_gained"};
        return text_format(call->context->arena, call->context->lang, texts[rule->clock], (Str[4]){str_format(call->context->arena, "%d", rule->days), rule->name});
}

static void put_time(JsonWriter *w, const char *key, Value at) {
        json_key(w, str_from(key));
        if (at.kind == VALUE_DATETIME)
                json_add_datetime(w, at.ms);
        else if (at.kind == VALUE_DATE)
                json_add_date(w, at.day);
        else
                json_add_null(w);
}

static Status put_items(Asked *asked, const PoolRules *rules, size_t at, int *left, JsonWriter *w) {
        Call *call = asked->call;
        const PoolRule *rule = &rules->items[at];
        Sql select = db_sql(call->db);
        sql(&select, "select t.id, t.\"name\", t.owner_id, t.clock_at, ");
        TRY(pool_expr_sql(call, rule->day, &select));
        TRY(pool_due_sql(call, rules, at, asked->day, false, &select));
        sql(&select, " order by 5, t.id limit ");
        sql_int(&select, *left);
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(call->db, &select, &rows));
        while (*left > 0) {
                bool found;
                TRY(rows_next(rows, &found));
                if (!found)
                        break;
                json_open_object(w);
                json_put_str(w, "object", rules->object->name);
                json_put_int(w, "id", rows_int(rows, 0));
                json_put_str(w, "name", rows_text(rows, 1));
                user_put(w, "owner", call->actor->access, rows_int(rows, 2));
                put_rule(rule, w);
                put_time(w, "due_at", rows_value(rows, 4, VALUE_DATE));
                put_time(w, "last_effective_at", rows_value(rows, 3, VALUE_DATETIME));
                json_put_str(w, "reason", reason_of(call, rule));
                json_close_object(w);
                (*left)--;
        }
        return STATUS_OK;
}

static Status simulate(Asked *asked, JsonWriter *w) {
        Call *call = asked->call;
        PoolRules rules;
        Found found = {0};
        int left = ITEMS_SHOWN;
        TRY(pool_rules_make(call, asked->object, asked->rows, asked->count, &rules));
        found.rules = arena_array(call->context->arena, Count, rules.count + 1);
        for (size_t i = 0; i < rules.count; i++)
                if (may_know(asked, rules.items[i].pool))
                        TRY(count_rule(asked, &rules, i, &found));
        if (found.owners_count)
                qsort(found.owners, found.owners_count, sizeof *found.owners, compare_counts);
        json_open_object(w);
        put_counts(asked, &rules, &found, w);
        json_key(w, STR("items"));
        json_open_array(w);
        for (size_t i = 0; i < rules.count && left > 0; i++)
                if (may_know(asked, rules.items[i].pool))
                        TRY(put_items(asked, &rules, i, &left, w));
        json_close_array(w);
        json_close_object(w);
        return STATUS_OK;
}

// today() in a condition is the day that is asked of.
Status pool_simulate(Call *call, const Json *body, JsonWriter *w) {
        Asked asked;
        int64_t now = call->context->now_ms;
        TRY(take(call, body, &asked));
        TRY(check_rights(&asked));
        call->context->now_ms = now + (asked.day - zone_day(call->catalog->zone, now)) * DAY_MS;
        Status status = simulate(&asked, w);
        call->context->now_ms = now;
        return status;
}
