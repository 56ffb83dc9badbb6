// Rules and validations of an object, asked of a change before it is stored. A form asks the same of what stands in it (query_form.c); there only what the
// reader may know counts.
#include "record/write.h"

bool rules_apply(const Actor *actor, const Str *roles, size_t count) {
        return !count || actor_has_role(actor, roles, count);
}

bool rules_blank(const Field *field, Value value) {
        if (value.kind != VALUE_TEXT)
                return value_is_null(value);
        return str_empty(str_trim(value.text)) || (field->type->list && str_is(value.text, "[]"));
}

// ---- One condition

// The reader's own names: what he may not know is an unknown name to the parser, as in his filters.
static const Expr *known_to_reader(Rules *rules, const Condition *condition) {
        Context *context = rules->call->context, own;
        ExprNames names = actor_names(rules->actor);
        ExprParse parse = {.names = &names, .object = rules->object, .expect = EXPR_BOOL};
        const Expr *expr = NULL;
        context_init(&own, context->arena, context->lang, context->now_ms);
        return expr_parse(&own, &parse, condition->text, &expr) == STATUS_OK ? expr : NULL;
}

Status rules_condition(Rules *rules, const Condition *condition, const Record *record, bool *ret_known, bool *ret_holds) {
        *ret_known = *ret_holds = true;
        if (str_empty(condition->text))
                return STATUS_OK;
        const Expr *expr = rules->reader ? known_to_reader(rules, condition) : condition->expr;
        Value value = VALUE_NONE;
        *ret_known = expr != NULL;
        if (expr)
                TRY(expr_eval(rules->call->context, expr, &rules->env, &rules->rows, record, &value));
        *ret_holds = value.kind == VALUE_BOOL && value.boolean;
        return STATUS_OK;
}

static bool mentions_bad(const Rules *rules, const Condition *condition) {
        for (size_t i = 0; i < condition->mentions_count; i++)
                if (rules->bad[condition->mentions[i]->index])
                        return true;
        return false;
}

// What mentions nothing that a change of this record could touch is asked with every change.
static bool is_touched(const Rules *rules, const Condition *condition, const Field *named) {
        bool touchable = named != NULL;
        if (named && rules->touched[named->index])
                return true;
        for (size_t i = 0; i < condition->mentions_count; i++) {
                if (rules->touched[condition->mentions[i]->index])
                        return true;
                touchable |= field_is_written(condition->mentions[i]);
        }
        return !touchable;
}

// ---- Rules of a field

Status rules_effect(Rules *rules, const Field *field, RuleEffect effect, bool touching, bool *ret_any, bool *ret_holds) {
        const Record *record = effect == RULE_LOCK ? rules->before : rules->after;
        *ret_any = *ret_holds = false;
        for (size_t i = 0; i < rules->object->rules_count && !*ret_holds; i++) {
                const FieldRule *rule = &rules->object->rules[i];
                bool asked = rule->field == field && rule->effect == effect && rules_apply(rules->actor, rule->roles, rule->roles_count);
                if (!asked || (touching && !is_touched(rules, &rule->when, field)) || mentions_bad(rules, &rule->when))
                        continue;
                bool known = true, holds = false;
                if (record)
                        TRY(rules_condition(rules, &rule->when, record, &known, &holds));
                *ret_any |= known;
                *ret_holds = known && holds;
        }
        return STATUS_OK;
}

Status rules_shown(Rules *rules, const Field *field, bool *ret) {
        bool any = false, holds = false;
        TRY(rules_effect(rules, field, RULE_SHOW, false, &any, &holds));
        *ret = !any || holds;
        return STATUS_OK;
}

// ---- Validations

static Str whole_path(const WriteOptions *options) {
        Str prefix = options->path_prefix;
        return str_ends(prefix, STR(".")) ? str_slice(prefix, 0, prefix.len - 1) : prefix;
}

Status rules_validate(Rules *rules, const WriteOptions *options) {
        Call *call = rules->call;
        for (size_t i = 0; i < rules->object->validations_count; i++) {
                const Validation *validation = &rules->object->validations[i];
                if (!is_touched(rules, &validation->when, NULL) || mentions_bad(rules, &validation->when))
                        continue;
                bool known, holds;
                TRY(rules_condition(rules, &validation->when, rules->after, &known, &holds));
                bool named = validation->field && actor_field(rules->actor, validation->field) != FIELD_HIDE;
                if (holds)
                        (void)error_add(call->context, named ? field_path(call, options, validation->field) : whole_path(options), "validation",
                                        label_text(&validation->message, call->context->lang));
        }
        return STATUS_OK;
}

// ---- Enforcing

typedef struct Binds { bool state; const bool *asked; } Binds; // asked: the fields that locks hold against; NULL: none

// Users are bound, by whatever way they write. Of code's own writes: an import by whatever the rows must be; an action, where it writes the record that
// it is run on, by what the record becomes, and by locks for the fields that its caller named himself.
static Binds binds(const Call *call, const RecordChange *change, const WriteOptions *options) {
        if (change->by_user)
                return (Binds){.state = true, .asked = change->given};
        if (options->import)
                return (Binds){.state = true};
        bool acted = call->acted_object == change->object && change->id && call->acted_id == change->id && !call->actor->system;
        return (Binds){.state = acted, .asked = acted ? options->asked : NULL};
}

// What already has an error: rules that mention it would only repeat it, or tell of a record that may not be referred to.
static void mark_bad(Call *call, const RecordInput *input, const WriteOptions *options, const Object *object, bool *bad) {
        const Error *error = &call->context->error;
        for (size_t f = 0; f < object->fields_count; f++) {
                bad[f] = input->failed[f];
                Str path = error->count ? field_path(call, options, object->fields[f]) : STR_NONE;
                for (size_t i = 0; i < error->count && !bad[f]; i++) {
                        Str at = error->items[i].field;
                        bad[f] = str_starts(at, path) && (at.len == path.len || at.data[path.len] == '[' || at.data[path.len] == '.');
                }
        }
}

static Status enforce_lock(Rules *rules, const Field *field, const WriteOptions *options) {
        bool any, holds;
        TRY(rules_effect(rules, field, RULE_LOCK, false, &any, &holds));
        if (!holds)
                return STATUS_OK;
        rules->bad[field->index] = true;
        (void)error_add(rules->call->context, field_path(rules->call, options, field), "locked");
        return STATUS_OK;
}

static Status enforce_require(Rules *rules, const Field *field, const WriteOptions *options) {
        bool any, holds, shown = true;
        TRY(rules_effect(rules, field, RULE_REQUIRE, true, &any, &holds));
        if (holds)
                TRY(rules_shown(rules, field, &shown));
        if (!holds || !shown)
                return STATUS_OK;
        rules->bad[field->index] = true;
        if (actor_field(rules->actor, field) == FIELD_HIDE)
                (void)error_add(rules->call->context, whole_path(options), "required_unseen");
        else
                (void)error_add(rules->call->context, field_path(rules->call, options, field), "required");
        return STATUS_OK;
}

static Status enforce_rules(Rules *rules, const Binds *bound, const WriteOptions *options) {
        const Object *object = rules->object;
        for (size_t i = 0; i < object->rules_count; i++) {
                const FieldRule *rule = &object->rules[i];
                const Field *field = rule->field;
                if (field && rule->effect == RULE_LOCK && bound->asked && bound->asked[field->index] && rules->touched[field->index] && rules->before && !rules->bad[field->index])
                        TRY(enforce_lock(rules, field, options));
        }
        for (size_t i = 0; i < object->rules_count && bound->state; i++) {
                const FieldRule *rule = &object->rules[i];
                const Field *field = rule->field;
                if (field && rule->effect == RULE_REQUIRE && !rules->bad[field->index] && rules_blank(field, rules->after->values[field->index]))
                        TRY(enforce_require(rules, field, options));
        }
        return STATUS_OK;
}

Status rules_enforce(Call *call, const RecordChange *change, const RecordInput *input, const WriteOptions *options) {
        const Object *object = change->object;
        Binds bound = binds(call, change, options);
        if ((!bound.state && !bound.asked) || (!object->rules_count && !object->validations_count))
                return STATUS_OK;
        Arena *arena = call->context->arena;
        bool *touched = arena_array(arena, bool, object->fields_count), *bad = arena_array(arena, bool, object->fields_count), any = false;
        for (size_t i = 0; i < object->fields_count; i++) {
                touched[i] = record_changed(change, object->fields[i]);
                any |= touched[i];
        }
        if (!any)
                return STATUS_OK;
        mark_bad(call, input, options, object, bad);
        Rules rules = {.call = call, .object = object, .actor = call->actor, .before = change->before, .after = change->after, .touched = touched, .bad = bad};
        rules.env = actor_env(call->context, call->actor);
        rules.rows = record_rows(call);
        TRY(enforce_rules(&rules, &bound, options));
        return bound.state ? rules_validate(&rules, options) : STATUS_OK;
}
