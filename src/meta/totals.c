// Totals of an object: taken from its definition, joined with its fields, what they sum parsed. How they are kept is known in src/record (totals.c).
#include "meta/build.h"

#define TOTALS_MOST 8
#define BY_MOST 4
#define SUMS_MOST 6

static Str item_path(Builder *builder, size_t at, const char *member, size_t item) {
        return str_format(builder->context->arena, "totals[%zu].%s[%zu]", at, member, item);
}

static void take_one(Context *context, const Json *item, ObjectTotals *totals) {
        static const char *const totals_members[] = {"by", "sum", "comment", NULL};
        Str *names = NULL;
        size_t count = 0;
        take_only(context, item, totals_members);
        take_texts(context, item, "by", &names, &count);
        if (count > BY_MOST)
                (void)error_add(context, STR("by"), "too_many", str_format(context->arena, "%d", BY_MOST));
        totals->by = arena_array(context->arena, TotalsBy, count + 1);
        for (size_t i = 0; i < count && i < BY_MOST; i++)
                totals->by[totals->by_count++] = (TotalsBy){.text = str_trim(names[i])};
        names = NULL;
        count = 0;
        take_texts(context, item, "sum", &names, &count);
        if (count > SUMS_MOST)
                (void)error_add(context, STR("sum"), "too_many", str_format(context->arena, "%d", SUMS_MOST));
        totals->sums = arena_array(context->arena, TotalsSum, count + 1);
        for (size_t i = 0; i < count && i < SUMS_MOST; i++)
                totals->sums[totals->sums_count++] = (TotalsSum){.text = str_trim(names[i])};
}

void totals_define(Context *context, Object *object, const Json *definition) {
        const Json *list = take_array(context, definition, "totals");
        if (!list)
                return;
        if (list->count > TOTALS_MOST)
                (void)error_add(context, STR("totals"), "too_many", str_format(context->arena, "%d", TOTALS_MOST));
        object->totals = arena_array(context->arena, ObjectTotals, list->count + 1);
        for (size_t i = 0; i < list->count && i < TOTALS_MOST; i++) {
                size_t before = context->error.count;
                Str path = path_item(context, "totals", i);
                if (list->items[i].kind == JSON_OBJECT)
                        take_one(context, &list->items[i], &object->totals[object->totals_count++]);
                else
                        (void)error_add(context, STR_NONE, "wrong_type", STR("object"));
                error_prefix(context, before, path);
        }
}

// ---- Joined with the fields

// Few different values, or values that records share: what a table of totals can be kept by.
static bool divides(const Field *field) {
        static const char *const types[] = {"choice", "boolean", "reference", "user", "department"};
        if (!field->stored || field->hidden || field->role == FIELD_OWNER || field->role == FIELD_DEPARTMENT)
                return false;
        for (size_t i = 0; i < sizeof types / sizeof *types; i++)
                if (str_is(str_from(field->type->name), types[i]))
                        return true;
        return false;
}

static bool join_by(const Object *object, TotalsBy *by) {
        Str name = by->text;
        by->month = str_starts(name, STR("month(")) && name.data[name.len - 1] == ')';
        if (by->month)
                name = str_trim(str_slice(name, 6, name.len - 1));
        const Field *field = object_find(object, name);
        bool time = field && (field->kind == VALUE_DATE || field->kind == VALUE_DATETIME) && field->stored && !field->hidden;
        by->field = field && (by->month ? time : divides(field)) ? field : NULL;
        return by->field != NULL;
}

static bool is_double(const ObjectTotals *totals, size_t at) {
        for (size_t i = 0; i < at; i++)
                if (totals->by[i].field == totals->by[at].field)
                        return true;
        return false;
}

// What names a field that was retired since is none.
void totals_link(Builder *builder, Object *object) {
        bool given = source_gives(builder_source(builder, object), "totals");
        size_t kept = 0;
        for (size_t i = 0; i < object->totals_count; i++) {
                ObjectTotals *totals = &object->totals[i];
                bool good = true;
                for (size_t k = 0; k < totals->by_count; k++) {
                        bool joined = join_by(object, &totals->by[k]) && !is_double(totals, k);
                        if (!joined && given)
                                builder_error(builder, object, item_path(builder, i, "by", k), "bad_totals_by", totals->by[k].text);
                        good &= joined;
                }
                totals->place = i;
                if (good)
                        object->totals[kept++] = *totals;
        }
        object->totals_count = kept;
}

// ---- What is summed

typedef struct Uses { Arena *arena; TotalsSum *sum; } Uses;

static void add_use(void *arg, const ExprField *used) {
        Uses *uses = arg;
        TotalsSum *sum = uses->sum;
        const Field *field = used->handle;
        for (size_t i = 0; i < sum->uses_count; i++)
                if (sum->uses[i] == field)
                        return;
        if (!field->stored)
                return;
        sum->uses = arena_grow(uses->arena, sum->uses, sum->uses_count * sizeof *sum->uses, (sum->uses_count + 1) * sizeof *sum->uses);
        sum->uses[sum->uses_count++] = field;
}

// Constants would have to stand in the text of a trigger: there is no need for them in what is summed.
static bool has_constants(Builder *builder, const Object *object, const Expr *expr) {
        ExprNames names = catalog_names(builder->catalog);
        ExprEnv env = {.zone = builder->catalog->zone};
        Context own;
        context_init(&own, builder->context->arena, LANG_EN, 0);
        Sql text = sql_make(builder->context->arena, DIALECT_SQLITE);
        (void)object;
        return expr_sql_value(&own, expr, &env, &names, STR("t"), &text) != STATUS_OK || text.count > 0;
}

static bool check_sum(Builder *builder, const Object *object, TotalsSum *sum) {
        ExprNames names = catalog_names(builder->catalog);
        ExprParse parse = {.names = &names, .object = object, .own = true, .expect = EXPR_NUMBER};
        Uses uses = {.arena = builder->context->arena, .sum = sum};
        Context own;
        context_init(&own, builder->context->arena, builder->context->lang, 0);
        if (expr_parse(&own, &parse, sum->text, &sum->expr) != STATUS_OK || has_constants(builder, object, sum->expr))
                return false;
        expr_own_fields(sum->expr, add_use, &uses);
        return sum->uses_count > 0;
}

void totals_check(Builder *builder, Object *object) {
        bool given = source_gives(builder_source(builder, object), "totals");
        size_t kept = 0;
        for (size_t i = 0; i < object->totals_count; i++) {
                ObjectTotals *totals = &object->totals[i];
                bool good = true;
                for (size_t k = 0; k < totals->sums_count; k++) {
                        bool known = check_sum(builder, object, &totals->sums[k]);
                        if (!known && given)
                                builder_error(builder, object, item_path(builder, totals->place, "sum", k), "bad_totals_sum", totals->sums[k].text);
                        good &= known;
                }
                if (good)
                        object->totals[kept++] = *totals;
        }
        object->totals_count = kept;
}
