// The state of a form: which layout and sections are shown, what its rules say of fields, formulas, and what a write of the values typed so far would be told.
// The record is put together as the write pipeline would, but nothing is written and no hook runs. What the reader may not know has no part in it.
#include "record/query.h"
#include "record/write.h"

typedef struct Form {
        Call *call;         // whose records may be seen
        Call as;            // whose rights count
        const Object *object;
        RecordInput *input;
        RecordChange change;
        bool *touched, *bad;
        Rules rules;
} Form;

// ---- The record as it would be

static Status load_before(Form *form, const FormQuery *query) {
        Call *call = form->call;
        Record *before = NULL;
        Status status;
        if (query->id && !query_visible(call, form->object, query->id, &status))
                return status != STATUS_OK ? status : error_set(call->context, STATUS_NOT_FOUND, "not_found");
        if (query->id) {
                TRY(record_read_row(call, form->object, query->id, false, false, &before));
                if (!before)
                        return error_set(call->context, STATUS_NOT_FOUND, "not_found");
        } else if (!query->as && !actor_may(call->actor, form->object, VERB_CREATE)) {
                return error_set(call->context, STATUS_FORBIDDEN, "may_not_create", label_text(&form->object->label, call->context->lang));
        }
        form->change = (RecordChange){.kind = before ? CHANGE_UPDATE : CHANGE_CREATE, .object = form->object, .id = query->id, .before = before, .by_user = true};
        return STATUS_OK;
}

static void stamp_new(Form *form) {
        Value *values = form->change.after->values, *owner = &values[form->object->owner->index], me = value_int(form->call->actor->user);
        if (value_is_null(*owner) && !form->input->given[form->object->owner->index])
                *owner = me;
        values[FIELD_CREATED_AT - FIELD_ID] = values[FIELD_UPDATED_AT - FIELD_ID] = value_datetime(form->call->context->now_ms);
        values[FIELD_CREATED_BY - FIELD_ID] = values[FIELD_UPDATED_BY - FIELD_ID] = me;
}

static Status put_together(Form *form) {
        Arena *arena = form->call->context->arena;
        size_t count = form->object->fields_count;
        Record *after = record_new(arena, form->object);
        form->change.after = after;
        if (form->change.before) {
                after->id = form->change.id;
                memcpy(after->values, form->change.before->values, count * sizeof *after->values);
        }
        for (size_t i = 0; i < count; i++)
                if (form->input->given[i])
                        after->values[i] = form->input->values[i];
        if (!form->change.before) {
                TRY(record_defaults(form->call, after, form->input->given, NULL, &form->rules.rows, false));
                stamp_new(form);
        }
        record_follow_owner(form->call, &form->change);
        return STATUS_OK;
}

// What is refused is as if it had not been typed.
static void drop_refused(Form *form) {
        const Error *error = &form->call->context->error;
        for (size_t i = 0; i < form->object->fields_count; i++) {
                form->bad[i] = form->input->failed[i];
                for (size_t e = 0; e < error->count; e++)
                        form->bad[i] |= form->input->given[i] && str_eq(error->items[e].field, form->object->fields[i]->name);
                form->input->given[i] &= !form->bad[i];
        }
}

static Status take_values(Form *form, const Json *values) {
        static const Json nothing = {.kind = JSON_OBJECT};
        Call *call = form->call;
        const WriteOptions options = {0};
        Status status = record_input(call->context, form->object, values && values->kind != JSON_NULL ? values : &nothing, STR_NONE, &form->input);
        if (status != STATUS_OK && status != STATUS_INVALID)
                return status;
        form->change.given = form->input->given;
        TRY(put_together(form));
        if (validate_rights(&form->as, &form->change, form->input, &options) == STATUS_INVALID || status == STATUS_INVALID) {
                drop_refused(form);
                TRY(put_together(form));
        }
        for (size_t i = 0; i < form->object->fields_count; i++)
                form->touched[i] = form->change.before ? record_changed(&form->change, form->object->fields[i]) : form->input->given[i];
        return STATUS_OK;
}

// ---- Layout

static Status choose_layout(Form *form, const Layout **ret) {
        const Object *object = form->object;
        for (size_t i = 0; i < object->layouts_count; i++) {
                const Layout *layout = &object->layouts[i];
                bool known, holds = false;
                if (rules_apply(form->as.actor, layout->roles, layout->roles_count))
                        TRY(rules_condition(&form->rules, &layout->when, form->change.after, &known, &holds));
                if (holds) {
                        *ret = layout;
                        return STATUS_OK;
                }
        }
        *ret = object->layout;
        return STATUS_OK;
}

static Status write_layout(Form *form, JsonWriter *w) {
        const Layout *layout = NULL;
        TRY(choose_layout(form, &layout));
        json_key(w, STR("layout"));
        if (layout && layout->name.len)
                json_add_str(w, layout->name);
        else
                json_add_null(w);
        json_key(w, STR("sections"));
        json_open_array(w);
        for (size_t i = 0; layout && i < layout->sections_count; i++) {
                bool known, holds;
                TRY(rules_condition(&form->rules, &layout->sections[i].when, form->change.after, &known, &holds));
                json_add_bool(w, holds || !known);
        }
        json_close_array(w);
        return STATUS_OK;
}

// ---- Fields

static Status find_errors(Form *form, const Field *field, bool require, bool lock) {
        Context *context = form->call->context;
        bool touched = form->touched[field->index] && !form->bad[field->index];
        if (touched && lock && form->input->given[field->index])
                (void)error_add(context, field->name, "locked");
        else if (touched && (require || field->required) && rules_blank(field, form->change.after->values[field->index]))
                (void)error_add(context, field->name, "required");
        return STATUS_OK;
}

static Status write_field(Form *form, const Field *field, JsonWriter *w) {
        bool any[RULE_LOCK + 1], holds[RULE_LOCK + 1];
        for (RuleEffect effect = RULE_SHOW; effect <= RULE_LOCK; effect++)
                TRY(rules_effect(&form->rules, field, effect, false, &any[effect], &holds[effect]));
        bool show = !any[RULE_SHOW] || holds[RULE_SHOW], require = show && holds[RULE_REQUIRE];
        if (any[RULE_SHOW] || any[RULE_REQUIRE] || any[RULE_LOCK]) {
                json_key(w, field->name);
                json_open_object(w);
                json_put_bool(w, "show", show);
                json_put_bool(w, "require", require);
                json_put_bool(w, "lock", holds[RULE_LOCK]);
                json_close_object(w);
        }
        return find_errors(form, field, require, holds[RULE_LOCK]);
}

static Status write_fields(Form *form, JsonWriter *w) {
        json_key(w, STR("fields"));
        json_open_object(w);
        for (size_t i = 0; i < form->object->fields_count; i++) {
                const Field *field = form->object->fields[i];
                if (!field->hidden && field->stored && actor_field(form->as.actor, field) != FIELD_HIDE)
                        TRY(write_field(form, field, w));
        }
        json_close_object(w);
        return STATUS_OK;
}

static Status write_computed(Form *form, JsonWriter *w) {
        Call *call = form->call;
        ExprNames names = catalog_names(call->catalog); // who may see a formula may know all that is in it
        ExprParse parse = {.names = &names, .object = form->object};
        json_key(w, STR("computed"));
        json_open_object(w);
        for (size_t i = 0; i < form->object->fields_count; i++) {
                const Field *field = form->object->fields[i];
                const Expr *expr = NULL;
                Value value = VALUE_NONE;
                Decimal number;
                Context own;
                if (field->stored || !field->result || actor_field(form->as.actor, field) < FIELD_READ)
                        continue;
                context_init(&own, call->context->arena, call->context->lang, call->context->now_ms);
                if (expr_parse(&own, &parse, field->name, &expr) == STATUS_OK)
                        TRY(expr_eval(call->context, expr, &form->rules.env, &form->rules.rows, form->change.after, &value));
                if (value.kind == VALUE_INTEGER && field->kind == VALUE_NUMBER)
                        value = decimal_from_int(value.integer, &number) ? value_number(number) : VALUE_NONE;
                json_key(w, field->name);
                if (value_is_null(value))
                        json_add_null(w);
                else
                        field_write(w, field, value);
        }
        json_close_object(w);
        return STATUS_OK;
}

static void write_errors(Context *context, JsonWriter *w) {
        json_key(w, STR("errors"));
        json_open_array(w);
        for (size_t i = 0; i < context->error.count; i++) {
                const ErrorItem *item = &context->error.items[i];
                Str key = str_format(context->arena, "error.%s", item->code);
                json_open_object(w);
                json_put_str(w, "field", item->field);
                json_put_str(w, "code", str_from(item->code));
                json_put_str(w, "message", text_format(context->arena, context->lang, key.data, item->args));
                json_close_object(w);
        }
        json_close_array(w);
}

static Status write_form(Form *form, JsonWriter *w) {
        const WriteOptions options = {0};
        form->rules.before = form->change.before;
        form->rules.after = form->change.after;
        json_open_object(w);
        TRY(write_layout(form, w));
        TRY(write_fields(form, w));
        TRY(write_computed(form, w));
        form->rules.bad = form->bad;
        TRY(rules_validate(&form->rules, &options));
        write_errors(form->call->context, w);
        json_close_object(w);
        return STATUS_OK;
}

Status query_form(Call *call, const FormQuery *query, JsonWriter *w) {
        Arena *arena = call->context->arena;
        size_t count = query->object->fields_count;
        Form form = {.call = call, .as = *call, .object = query->object, .touched = arena_array(arena, bool, count), .bad = arena_array(arena, bool, count)};
        if (query->as)
                form.as.actor = query->as;
        form.rules = (Rules){.call = call, .object = query->object, .actor = form.as.actor, .reader = true, .touched = form.touched};
        form.rules.bad = arena_array(arena, bool, count); // what was refused counts as not typed: only validations are not asked about it
        form.rules.env = actor_env(call->context, call->actor);
        form.rules.rows = record_rows_of_reader(call);
        TRY(load_before(&form, query));
        TRY(take_values(&form, query->values));
        TRY(write_form(&form, w));
        error_clear(call->context); // they are the answer
        return STATUS_OK;
}
