// Names of the expression language over a catalog, with nothing hidden.
#include "meta/meta.h"

void catalog_expr_field(const Field *field, ExprField *ret) {
        const FieldType *type = field->result ? field->result : field->type;
        *ret = (ExprField){
                .name = field->name,
                .type = type->expr,
                .column = field->column,
                .target = field->target,
                .owner = field->object,
                .handle = field,
                .formula = field->stored ? STR_NONE : field->expression,
                .keys = field->option_keys,
                .keys_count = field->options_count,
        };
}

static bool names_field(void *self, const void *object, Str name, ExprField *ret) {
        (void)self;
        const Field *field = object ? object_find(object, name) : NULL;
        if (!field)
                return false;
        catalog_expr_field(field, ret);
        return true;
}

static bool names_children(void *self, const void *object, Str name, ExprChildren *ret) {
        (void)self;
        const Relation *relation = object ? object_children(object, name) : NULL;
        if (!relation)
                return false;
        ret->object = relation->child;
        catalog_expr_field(relation->field, &ret->reference);
        return true;
}

static Str names_table(void *self, const void *object) {
        (void)self;
        return ((const Object *)object)->table;
}

ExprNames catalog_names(const Catalog *catalog) {
        return (ExprNames){.self = (void *)catalog, .field = names_field, .children = names_children, .table = names_table};
}

Status rollup_sql(Context *context, const Field *rollup, Str alias, Sql *sql) {
        const Catalog *catalog = rollup->object->catalog;
        ExprNames names = catalog_names(catalog);
        ExprEnv env = {.now_ms = context->now_ms, .zone = catalog->zone};
        bool round = rollup->kind == VALUE_NUMBER && rollup->decimals < 6;
        if (round)
                sql(sql, "haike_round(");
        TRY(expr_sql(context, rollup->compiled, &env, &names, alias, sql));
        if (round) {
                sql(sql, ", ");
                sql_int(sql, rollup->decimals);
                sql(sql, ")");
        }
        return STATUS_OK;
}
