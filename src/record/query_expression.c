// Checks an expression as a definition would, in the reader's own names, and shows its value for one record: for whoever writes conditions, formulas, roll-ups.
#include "record/query.h"

static Str type_name(ExprType type) {
        static const char *const names[] = {
                [EXPR_NULL] = "null", [EXPR_BOOL] = "bool", [EXPR_INTEGER] = "integer", [EXPR_NUMBER] = "number", [EXPR_TEXT] = "text", [EXPR_DATE] = "date",
                [EXPR_DATETIME] = "datetime", [EXPR_CHOICE] = "choice", [EXPR_LIST] = "list", [EXPR_REFERENCE] = "reference", [EXPR_RECORD] = "record", [EXPR_JSON] = "json",
        };
        return str_from(names[type]);
}

static Status parse(Call *call, const ExpressionQuery *query, Context *own, const Expr **ret) {
        const Field *by;
        ExprNames names = actor_names(call->actor);
        ExprParse task = {.names = &names, .object = query->object, .expect = query->kind == EXPRESSION_CONDITION ? EXPR_BOOL : EXPR_NULL};
        if (query->kind == EXPRESSION_ROLLUP)
                return rollup_parse(own, query->object, query->source, EXPR_NULL, ret, &by);
        return expr_parse(own, &task, query->source, ret);
}

static void write_mistake(const Context *own, JsonWriter *w) {
        const Error *error = &own->error;
        const char *code = error->code ? error->code : "expr_syntax";
        Str key = str_format(own->arena, "error.%s", code);
        json_put_bool(w, "ok", false);
        json_put_str(w, "code", str_from(code));
        json_put_str(w, "message", text_format(own->arena, own->lang, key.data, error->args));
        json_put_int(w, "position", error->position < 0 ? 0 : error->position);
}

// ---- Its value

static Status read_value(Call *call, const ExpressionQuery *query, const Expr *expr, Value *ret) {
        ExprNames names = catalog_names(call->catalog);
        ExprEnv env = actor_env(call->context, call->actor);
        Sql select = db_sql(call->db);
        sql(&select, "select ");
        TRY(expr_sql_value(call->context, expr, &env, &names, STR("t"), &select));
        sql(&select, " from ");
        sql_name(&select, query->object->table);
        sql(&select, " t where t.\"id\" = ");
        sql_int(&select, query->id);
        ROWS_CLEANUP Rows *rows = NULL;
        bool found;
        TRY(db_query(call->db, &select, &rows));
        TRY(rows_next(rows, &found));
        *ret = found ? value_copy(call->context->arena, rows_value(rows, 0, expr_kind(expr_type(expr)))) : VALUE_NONE;
        return STATUS_OK;
}

static void write_text(ExprType type, Str text, JsonWriter *w) {
        if (type == EXPR_LIST || type == EXPR_JSON)
                json_add_raw(w, text);
        else
                json_add_str(w, text);
}

static void write_value(ExprType type, Value value, JsonWriter *w) {
        switch (value.kind) {
        case VALUE_BOOL:
                json_add_bool(w, value.boolean);
                return;
        case VALUE_INTEGER:
                json_add_int(w, value.integer);
                return;
        case VALUE_NUMBER:
                json_add_decimal(w, value.number, 0);
                return;
        case VALUE_TEXT:
                write_text(type, value.text, w);
                return;
        case VALUE_DATE:
                json_add_date(w, value.day);
                return;
        case VALUE_DATETIME:
                json_add_datetime(w, value.ms);
                return;
        case VALUE_NULL:
        case VALUE_BLOB:
                json_add_null(w);
        }
}

static Status show_value(Call *call, const ExpressionQuery *query, const Expr *expr, JsonWriter *w) {
        const Object *target = expr_target(expr);
        Value value = VALUE_NONE;
        if (expr_type(expr) != EXPR_NULL)
                TRY(read_value(call, query, expr, &value));
        json_key(w, STR("value"));
        if (!target || value.kind != VALUE_INTEGER) {
                write_value(expr_type(expr), value, w);
                return STATUS_OK;
        }
        Names *names = named_new(call);
        named_want(names, target, value.integer);
        TRY(named_load(names));
        named_write(names, target, value.integer, w);
        return STATUS_OK;
}

Status query_expression(Call *call, const ExpressionQuery *query, JsonWriter *w) {
        Context own;
        const Expr *expr;
        Status status;
        if (query->id && !query_visible(call, query->object, query->id, &status))
                return status != STATUS_OK ? status : error_set(call->context, STATUS_NOT_FOUND, "not_found");
        context_init(&own, call->context->arena, call->context->lang, call->context->now_ms);
        status = parse(call, query, &own, &expr);
        if (status != STATUS_OK && status != STATUS_MALFORMED)
                return error_set(call->context, status, own.error.code ? own.error.code : "malformed");
        json_open_object(w);
        if (status == STATUS_OK) {
                json_put_bool(w, "ok", true);
                json_put_str(w, "type", type_name(expr_type(expr)));
        } else {
                write_mistake(&own, w);
        }
        if (status == STATUS_OK && query->id)
                TRY(show_value(call, query, expr, w));
        json_close_object(w);
        return STATUS_OK;
}
