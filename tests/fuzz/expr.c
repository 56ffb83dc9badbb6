// Any text may be sent as a filter: the parser and checker must refuse or accept it, and what is accepted must compile for both dialects and evaluate.
#include "base/unicode.h"
#include "expr/test_world.h"

typedef struct Setting {
        Arena *arena;
        Zone *zone;
} Setting;

static const char a_row = 'r'; // all rows are alike: get() answers by the field's type

static Status get(void *self, Context *context, const void *row, const ExprField *field, Value *ret) {
        (void)self, (void)row;
        switch (expr_kind(field->type)) {
        case VALUE_BOOL:
                *ret = value_bool(true);
                break;
        case VALUE_INTEGER:
                *ret = value_int(context->trace ? 3 : 9007199254740991);
                break;
        case VALUE_NUMBER:
                *ret = value_number((Decimal){context->trace ? 2500000 : DECIMAL_MAX});
                break;
        case VALUE_DATE:
                *ret = value_date(context->trace ? 20514 : 2932896);
                break;
        case VALUE_DATETIME:
                *ret = value_datetime(1795276799000);
                break;
        default:
                *ret = field->type == EXPR_LIST ? value_text(STR("[\"A\",\"\\\"\"]")) : context->trace ? value_text(STR("客户：ＡＢ")) : VALUE_NONE;
        }
        return STATUS_OK;
}

static Status reference(void *self, Context *context, const void *row, const ExprField *field, const void **ret_row) {
        (void)self, (void)field;
        *ret_row = context->trace ? row : NULL;
        return STATUS_OK;
}

static Status children(void *self, Context *context, const void *row, const ExprChildren *relation, const void ***ret_rows, size_t *ret_count) {
        (void)self, (void)relation;
        *ret_rows = arena_array(context->arena, const void *, 1);
        (*ret_rows)[0] = row;
        *ret_count = 1;
        return STATUS_OK;
}

static void compile(Context *context, const Expr *expr, const ExprEnv *env) {
        for (int i = 0; i < 4; i++) {
                Sql sql = sql_make(context->arena, i < 2 ? DIALECT_SQLITE : DIALECT_POSTGRES);
                Status status = i % 2 ? expr_sql(context, expr, env, &world_names, STR("t"), &sql) : expr_sql_value(context, expr, env, &world_names, STR("t"), &sql);
                ensure(status == STATUS_OK || status == STATUS_TOO_LARGE);
        }
}

static void evaluate(Context *context, const Expr *expr, const ExprEnv *env) {
        const ExprRows rows = {.get = get, .reference = reference, .children = children};
        for (int i = 0; i < 2; i++) {
                Value value;
                context->trace = (uint64_t)i;
                Status status = expr_eval(context, expr, env, &rows, &a_row, &value);
                ensure(status == STATUS_OK || status == STATUS_TOO_LARGE);
                ensure(status != STATUS_OK || value_is_null(value) || value.kind == expr_kind(expr_type(expr)));
        }
}

static void try_source(const Setting *setting, Str source, bool measure) {
        Context context;
        context_init(&context, setting->arena, LANG_EN, 1795320000000);
        ExprEnv env = {.me = 7, .my_department = 3, .now_ms = context.now_ms, .zone = setting->zone};
        ExprParse parse = {.names = &world_names, .object = world_object(WORLD_CUSTOMER), .allow_aggregate = measure};
        const Expr *expr;
        Status status = expr_parse(&context, &parse, source, &expr);
        if (status != STATUS_OK) {
                ensure(status == STATUS_MALFORMED && context.error.code && context.error.position >= 0);
                ensure((size_t)context.error.position <= source.len);
                return;
        }
        compile(&context, expr, &env);
        if (!measure)
                evaluate(&context, expr, &env);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        static Setting setting;
        if (!setting.arena) {
                setting.arena = arena_new(0);
                setting.zone = zone_open(STR("Asia/Shanghai"));
        }
        Str source = str_make((const char *)data, size);
        try_source(&setting, source, false);
        try_source(&setting, source, true);
        arena_reset(setting.arena);
        return 0;
}
