// Records that lie in pools: in_pool, pool and owner say the same, clocks begin anew when a record changes hands, and what hangs under a customer goes with him.
#include "base/unicode.h"
#include "objects/pool/pool.h"
#include "record/write.h"

static bool changed(const RecordChange *change, const char *field) {
        return !change->before || !value_eq(record_value(change->before, field), record_value(change->after, field));
}

static void set(RecordChange *change, const char *field, Value value) {
        record_set(change->after, field, value);
}

// ---- Straight into a pool, when a record is made

static Status put_new(Call *call, RecordChange *change) {
        const Object *object = change->object;
        Value owner = change->after->values[object->owner->index];
        const Pool *pool = access_pool(call->actor->access, change->after->values[object->pool->index].integer);
        bool fits = pool && pool->active && str_eq(pool->object->name, object->name);
        bool asked = change->by_user && change->given[object->pool->index]; // else it is the choice of an assignment rule
        if (asked && change->given[object->owner->index] && !value_is_null(owner))
                (void)error_add(call->context, STR("owner"), "pool_owner");
        if (!fits)
                (void)error_add(call->context, STR("pool"), "pool_unfit");
        else if (asked && !pool_administers(pool, call->actor))
                (void)error_add(call->context, STR("pool"), "pool_not_administrator");
        change->after->values[object->owner->index] = VALUE_NONE;
        set(change, "pooled_at", value_datetime(call->context->now_ms));
        return STATUS_OK;
}

// ---- What belongs together

static void clear(RecordChange *change, const char *const *fields) {
        for (; *fields; fields++)
                set(change, *fields, VALUE_NONE);
}

// A record that is given an owner lies in no pool any more; one in a pool has none.
static void settle(RecordChange *change) {
        static const char *const owned[] = {"gained_at", "clock_at", "protected_until", "recycle_at", "recycle_rule", "warned_for", NULL};
        static const char *const pooled[] = {"pooled_at", "pool_reason", NULL};
        const Object *object = change->object;
        Value *pool = &change->after->values[object->pool->index], *owner = &change->after->values[object->owner->index];
        if (!value_is_null(*pool) && !value_is_null(*owner))
                *pool = VALUE_NONE;
        set(change, "in_pool", value_bool(!value_is_null(*pool)));
        if (value_is_null(*pool))
                clear(change, pooled);
        else
                clear(change, owned);
}

static bool has_pools(const Call *call, const Object *object) {
        const Access *access = call->actor->access;
        for (size_t i = 0; i < access->pools_count; i++)
                if (access->pools[i].active && str_eq(access->pools[i].object->name, object->name))
                        return true;
        return false;
}

// For the owner to see; conditions that other changes meet are followed by the night's work.
static Status foresee(Call *call, RecordChange *change) {
        PoolRules rules;
        PoolDue due = {0};
        if (!has_pools(call, change->object) || value_is_null(change->after->values[change->object->owner->index])) {
                set(change, "recycle_at", VALUE_NONE);
                set(change, "recycle_rule", VALUE_NONE);
                return STATUS_OK;
        }
        TRY(pool_rules(call, change->object, &rules));
        TRY(pool_due(call, &rules, change->after, &due));
        bool goes = due.rule && !due.guarded;
        set(change, "recycle_at", goes ? value_date(due.day) : VALUE_NONE);
        set(change, "recycle_rule", goes ? value_int(due.rule->id) : VALUE_NONE);
        return STATUS_OK;
}

// A record that comes with its own date of making was gained then.
static void gain(Call *call, RecordChange *change) {
        Value made = change->after->values[FIELD_CREATED_AT - FIELD_ID];
        bool old = !change->before && made.kind == VALUE_DATETIME && made.ms < call->context->now_ms;
        Value at = old ? made : value_datetime(call->context->now_ms);
        set(change, "gained_at", at);
        set(change, "clock_at", at);
        set(change, "warned_for", VALUE_NONE);
}

Status pooled_before(Call *call, RecordChange *change) {
        const Object *object = change->object;
        if (!change->after || change->kind == CHANGE_RESTORE || !object->pooled)
                return STATUS_OK;
        if (!change->before && !value_is_null(change->after->values[object->pool->index]))
                TRY(put_new(call, change));
        settle(change);
        bool owned = !value_is_null(change->after->values[object->owner->index]);
        bool gained = owned && (!change->before || record_changed(change, object->owner));
        if (gained)
                gain(call, change);
        bool staged = object->stage && record_changed(change, object->stage);
        bool moved = gained || staged || changed(change, "clock_at") || changed(change, "gained_at") || changed(change, "protected_until") || record_changed(change, object->owner);
        return moved ? foresee(call, change) : STATUS_OK;
}

// ---- What hangs under it

static Status parts_of(Call *call, const Field *field, int64_t id, Value owner, int64_t **ret, size_t *ret_count) {
        size_t capacity = 0;
        Sql select = db_sql(call->db);
        sql(&select, "select t.id from ");
        sql_name(&select, field->object->table);
        sql(&select, " t where t.deleted_at is null and ");
        sql_column(&select, STR("t"), field->column);
        sql(&select, " = ");
        sql_int(&select, id);
        if (value_is_null(owner))
                sql(&select, " and t.owner_id is null");
        else {
                sql(&select, " and t.owner_id = ");
                sql_value(&select, owner);
        }
        sql(&select, " order by t.id");
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(call->db, &select, &rows));
        *ret = NULL;
        *ret_count = 0;
        for (bool found;;) {
                TRY(rows_next(rows, &found));
                if (!found)
                        return STATUS_OK;
                if (*ret_count == capacity) {
                        size_t more = capacity ? capacity * 2 : 16;
                        *ret = arena_grow(call->context->arena, *ret, capacity * sizeof **ret, more * sizeof **ret);
                        capacity = more;
                }
                (*ret)[(*ret_count)++] = rows_int(rows, 0);
        }
}

// Parts of the record (contacts of a customer) that belonged to its owner go where it goes; those of others stay theirs.
static Status move_parts(Call *call, const RecordChange *change, Value from, Value to) {
        WriteOptions options = {.as_system = true, .action = STR("follow_owner")};
        for (size_t i = 0; i < change->object->children_count; i++) {
                const Field *field = change->object->children[i].field;
                int64_t *ids = NULL;
                size_t count = 0;
                if (!field->stored || !field->type->reference || field->on_delete != ON_DELETE_CASCADE || !field->required || !field->object->follow_owner)
                        continue;
                TRY(parts_of(call, field, change->id, from, &ids, &count));
                for (size_t k = 0; k < count; k++) {
                        RecordInput *input = record_input_new(call->context->arena, field->object);
                        record_input_set(input, "owner", to);
                        TRY(record_update(call, field->object, ids[k], input, &options));
                }
        }
        return STATUS_OK;
}

// What nobody's action says is said here: an owner that was written into a record in a pool, and what is taken back.
static Status note(Call *call, const RecordChange *change, Value before, Value after) {
        const Field *owner = change->object->owner;
        Movement movement = {.object = change->object, .record = change->id, .pool = value_is_null(after) ? before.integer : after.integer};
        bool undoing = call->acted_object == change->object && call->acted_id == change->id;
        movement.from = change->before ? change->before->values[owner->index].integer : 0;
        movement.to = change->after->values[owner->index].integer;
        movement.kind = !change->before ? MOVEMENT_IMPORT : undoing || !value_is_null(after) ? MOVEMENT_RETURN : MOVEMENT_ASSIGN;
        return call->moving ? STATUS_OK : movement_add(call, &movement);
}

// Whoever looks at the pool does not see any more what left it: an event of the pool itself says that its list is another.
static Status tell_pool(Call *call, int64_t id) {
        const Object *object = catalog_get(call->catalog, "pool");
        Record *pool = NULL;
        if (call->quiet)
                return STATUS_OK;
        TRY(record_read_row(call, object, id, false, false, &pool));
        if (!pool)
                return STATUS_OK;
        RecordChange change = {.kind = CHANGE_UPDATE, .object = object, .id = id, .before = pool, .after = pool};
        return outbox_add(call, &change, pool->version);
}

Status pooled_after(Call *call, const RecordChange *change) {
        const Object *object = change->object;
        if (!change->after || change->kind == CHANGE_RESTORE || !object->pooled)
                return STATUS_OK;
        Value before = change->before ? change->before->values[object->pool->index] : VALUE_NONE, after = change->after->values[object->pool->index];
        if (value_eq(before, after))
                return STATUS_OK;
        if (change->before)
                TRY(move_parts(call, change, change->before->values[object->owner->index], change->after->values[object->owner->index]));
        if (value_is_null(after))
                TRY(tell_pool(call, before.integer));
        return note(call, change, before, after);
}

// ---- Follow-ups

static Status matches(Call *call, const Record *activity, Str source, bool *ret) {
        ExprNames names = catalog_names(call->catalog);
        ExprParse parse = {.names = &names, .object = activity->object, .expect = EXPR_BOOL};
        ExprEnv env = actor_env(call->context, access_system(call->actor->access));
        ExprRows rows = record_rows(call);
        const Expr *expr = NULL;
        Value value = VALUE_NONE;
        Context own;
        *ret = false;
        context_init(&own, call->context->arena, call->context->lang, call->context->now_ms);
        if (expr_parse(&own, &parse, source, &expr) != STATUS_OK) // a field was retired: the rule says nothing any more
                return STATUS_OK;
        TRY(expr_eval(call->context, expr, &env, &rows, activity, &value));
        *ret = value.kind == VALUE_BOOL && value.boolean;
        return STATUS_OK;
}

typedef struct Texts { Str *items; size_t count, capacity; } Texts;

static Status rules_for(Call *call, const Object *object, Texts *ret) {
        Arena *arena = call->context->arena;
        Sql select = db_sql(call->db);
        sql(&select, "select condition from follow_up_rule where deleted_at is null and active = ");
        sql_value(&select, value_bool(true));
        sql(&select, " and object = ");
        sql_str(&select, object->name);
        sql(&select, " order by id limit 200");
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(call->db, &select, &rows));
        *ret = (Texts){0};
        for (bool found;;) {
                TRY(rows_next(rows, &found));
                if (!found)
                        return STATUS_OK;
                if (ret->count == ret->capacity) {
                        size_t more = ret->capacity ? ret->capacity * 2 : 8;
                        ret->items = arena_grow(arena, ret->items, ret->capacity * sizeof *ret->items, more * sizeof *ret->items);
                        ret->capacity = more;
                }
                ret->items[ret->count++] = str_copy(arena, rows_text(rows, 0));
        }
}

Status pooled_followed(Call *call, const Record *activity, const Object *object, Value *ret) {
        Value content = record_value(activity, "content"), at = record_value(activity, "at");
        Texts rules;
        *ret = VALUE_NONE;
        if (!object->pooled || content.kind != VALUE_TEXT || !text_says_something(content.text))
                return STATUS_OK;
        TRY(rules_for(call, object, &rules));
        bool counts = !rules.count;
        for (size_t i = 0; i < rules.count && !counts; i++)
                TRY(matches(call, activity, rules.items[i], &counts));
        int64_t now = call->context->now_ms;
        if (counts)
                *ret = value_datetime(at.kind == VALUE_DATETIME && at.ms < now ? at.ms : now);
        return STATUS_OK;
}
