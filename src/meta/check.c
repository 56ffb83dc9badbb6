// Expressions of a linked catalog: each is parsed with its type, roll-ups are checked to be kept exactly by their children's changes.
#include "meta/build.h"

// A roll-up's names: those of the catalog, noting over which relation it goes.
typedef struct RollupNames { ExprNames names; const Field *by; size_t relations; bool stepped, beyond; } RollupNames;

static bool rollup_field(void *self, const void *object, Str name, ExprField *ret) {
        RollupNames *rollup = self;
        bool found = rollup->names.field(rollup->names.self, object, name, ret);
        rollup->stepped = rollup->stepped || (found && ret->type == EXPR_REFERENCE);
        return found;
}

static bool rollup_children(void *self, const void *object, Str name, ExprChildren *ret) {
        RollupNames *rollup = self;
        if (!rollup->names.children(rollup->names.self, object, name, ret))
                return false;
        if (rollup->by != ret->reference.handle)
                rollup->relations++;
        rollup->beyond = rollup->beyond || rollup->stepped; // the children of something it refers to
        rollup->by = ret->reference.handle;
        return true;
}

static Str rollup_table(void *self, const void *object) {
        RollupNames *rollup = self;
        return rollup->names.table(rollup->names.self, object);
}

static void add_at(Builder *builder, Str path, int position, const char *code, const Str args[4]) {
        (void)error_add_(builder->context, path, code, args);
        builder->context->error.items[builder->context->error.count - 1].position = position;
}

static bool parse(Builder *builder, const ExprNames *names, const Object *object, Str source, ExprType expect, Str path, const Expr **ret) {
        Context own;
        context_init(&own, builder->context->arena, builder->context->lang, builder->context->now_ms);
        ExprParse task = {.names = names, .object = object, .expect = expect};
        if (expr_parse(&own, &task, source, ret) == STATUS_OK)
                return true;
        add_at(builder, path, own.error.position, own.error.code ? own.error.code : "expr_syntax", own.error.args);
        return false;
}

bool builder_parse(Builder *builder, const Object *object, Str source, ExprType expect, Str path, const Expr **ret) {
        ExprNames names = catalog_names(builder->catalog);
        return parse(builder, &names, object, source, expect, path, ret);
}

static Str field_path(Builder *builder, const Field *field, const char *member) {
        const FieldSource *source = builder_field_source(builder, field);
        return str_format(builder->context->arena, STR_FMT "%s", STR_ARG(source ? source->path : STR_NONE), member);
}

// Skips a quoted text that begins at *at.
static void skip_quoted(Str source, size_t *at) {
        char quote = source.data[(*at)++];
        while (*at < source.len && source.data[*at] != quote)
                *at += source.data[*at] == '\\' ? 2 : 1;
        (*at)++;
}

static bool is_word(char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

static bool depends_on_moment(Str source) {
        static const char *const calls[] = {"today", "now", "me", "my_department"};
        for (size_t i = 0; i < source.len;) {
                if (source.data[i] == '"') {
                        skip_quoted(source, &i);
                        continue;
                }
                size_t from = i;
                while (i < source.len && is_word(source.data[i]))
                        i++;
                Str word = str_slice(source, from, i), rest = str_trim(str_slice(source, i, source.len));
                for (size_t c = 0; c < sizeof calls / sizeof *calls; c++)
                        if (str_is(word, calls[c]) && str_starts(rest, STR("(")))
                                return true;
                if (i == from)
                        i++;
        }
        return false;
}

// One call of an aggregate and nothing around it.
static bool is_one_aggregate(Str source) {
        static const char *const names[] = {"sum", "count", "count_distinct", "avg", "min", "max"};
        source = str_trim(source);
        size_t i = 0, depth = 0;
        while (i < source.len && is_word(source.data[i]))
                i++;
        Str name = str_slice(source, 0, i);
        bool known = false;
        for (size_t n = 0; n < sizeof names / sizeof *names; n++)
                known = known || str_is(name, names[n]);
        while (known && i < source.len) {
                char c = source.data[i];
                if (c == '"') {
                        skip_quoted(source, &i);
                        continue;
                }
                depth += c == '(';
                i++;
                if (c == ')' && --depth == 0)
                        return str_empty(str_trim(str_slice(source, i, source.len)));
                if (depth == 0 && c != ' ')
                        return false;
        }
        return false;
}

typedef struct Uses { const Object *children; bool foreign, moment; } Uses;

// Only the children's own fields (through their formulas too): what else changes would not be noticed.
static void visit_rollup(void *arg, const ExprField *used) {
        Uses *uses = arg;
        const Field *field = used->handle;
        if (field->object != uses->children)
                uses->foreign = true;
        if (field->result && !field->stored && depends_on_moment(field->expression))
                uses->moment = true;
}

static Status rollup_error(Context *context, const char *code) {
        (void)error_set_(context, STATUS_MALFORMED, code, NULL);
        context->error.position = 0;
        return STATUS_MALFORMED;
}

Status rollup_parse(Context *context, const Object *object, Str source, ExprType expect, const Expr **ret, const Field **ret_by) {
        RollupNames rollup = {.names = catalog_names(object->catalog)};
        ExprNames names = {.self = &rollup, .field = rollup_field, .children = rollup_children, .table = rollup_table};
        ExprParse task = {.names = &names, .object = object, .expect = expect};
        const Expr *expr;
        TRY(expr_parse(context, &task, source, &expr));
        if (rollup.relations != 1 || !is_one_aggregate(source))
                return rollup_error(context, "rollup_not_aggregate");
        Uses uses = {.children = rollup.by->object, .foreign = rollup.beyond};
        expr_fields(expr, visit_rollup, &uses);
        if (uses.foreign)
                return rollup_error(context, "rollup_beyond_children");
        if (uses.moment || depends_on_moment(source))
                return rollup_error(context, "rollup_moment");
        *ret = expr;
        *ret_by = rollup.by;
        return STATUS_OK;
}

static void check_rollup(Builder *builder, Field *field) {
        Context own;
        context_init(&own, builder->context->arena, builder->context->lang, builder->context->now_ms);
        if (rollup_parse(&own, field->object, field->expression, field->result->expr, &field->compiled, &field->rollup_by) != STATUS_OK)
                add_at(builder, field_path(builder, field, "expression"), own.error.position, own.error.code ? own.error.code : "expr_syntax", own.error.args);
}

static void check_default(Builder *builder, Field *field) {
        const Json *value = field->definition ? json_get(field->definition, "default") : NULL;
        const Json *expression = value ? json_get(value, "expression") : NULL;
        if (!expression || field->type->computed)
                return;
        ExprNames names = catalog_names(builder->catalog);
        ExprType expect = field->type->expr == EXPR_CHOICE ? EXPR_TEXT : field->type->expr;
        (void)parse(builder, &names, field->object, expression->text, expect, field_path(builder, field, "default.expression"), &field->default_expr);
}

static void check_fields(Builder *builder, Object *object) {
        ExprNames names = catalog_names(builder->catalog);
        const Expr *parsed;
        for (size_t i = 0; i < object->fields_count; i++) {
                Field *field = object->fields[i];
                if (field->result && field->stored)
                        check_rollup(builder, field);
                else if (field->result)
                        (void)parse(builder, &names, object, field->expression, field->result->expr, field_path(builder, field, "expression"), &parsed);
                else
                        check_default(builder, field);
        }
}

static void check_object(Builder *builder, Object *object) {
        Arena *arena = builder->context->arena;
        const ObjectSource *source = builder_source(builder, object);
        ExprNames names = catalog_names(builder->catalog);
        const Json *actions = json_get(object->definition, "actions");
        const Expr *parsed;
        for (size_t i = 0; i < object->views_count && source_gives(source, "views"); i++)
                if (object->views[i].filter.len)
                        (void)parse(builder, &names, object, object->views[i].filter, EXPR_BOOL, str_format(arena, STR_FMT "views[%zu].filter", STR_ARG(source->path), i), &parsed);
        for (size_t i = 0; i < object->actions_count; i++) {
                Str when = json_str(&actions->items[i], "when", STR_NONE);
                if (when.len)
                        (void)parse(builder, &names, object, when, EXPR_BOOL, str_format(arena, STR_FMT "actions[%zu].when", STR_ARG(source->path), i), &object->actions[i].when);
        }
        form_check(builder, object);
        totals_check(builder, object);
}

// ---- Roll-ups of roll-ups must come to an end.

typedef struct Walk { const Field *from; size_t depth; bool cycle; } Walk;

static void walk_rollups(void *arg, const ExprField *used) {
        Walk *walk = arg;
        const Field *field = used->handle;
        if (!field->compiled || walk->cycle)
                return;
        if (field == walk->from || walk->depth > 16) {
                walk->cycle = true;
                return;
        }
        walk->depth++;
        expr_fields(field->compiled, walk_rollups, walk);
        walk->depth--;
}

static void count_rollups(Builder *builder) {
        Catalog *catalog = builder->catalog;
        size_t total = 0;
        for (size_t o = 0; o < catalog->objects_count; o++)
                for (size_t i = 0; i < catalog->objects[o]->fields_count; i++)
                        total += catalog->objects[o]->fields[i]->compiled != NULL;
        for (size_t o = 0; o < catalog->objects_count; o++)
                catalog->objects[o]->rollups_on_parents = arena_array(builder->context->arena, Field *, total + 1);
}

static void link_rollups(Builder *builder) {
        Catalog *catalog = builder->catalog;
        count_rollups(builder);
        for (size_t o = 0; o < catalog->objects_count; o++)
                for (size_t i = 0; i < catalog->objects[o]->fields_count; i++) {
                        Field *field = catalog->objects[o]->fields[i];
                        if (!field->compiled)
                                continue;
                        Walk walk = {.from = field};
                        expr_fields(field->compiled, walk_rollups, &walk);
                        if (walk.cycle)
                                add_at(builder, field_path(builder, field, "expression"), 0, "rollup_cycle", (Str[4]){field->name});
                        Object *child = catalog->objects[field->rollup_by->object->index];
                        child->rollups_on_parents[child->rollups_count++] = field;
                }
}

void catalog_check(Builder *builder) {
        Catalog *catalog = builder->catalog;
        for (size_t i = 0; i < catalog->objects_count; i++) {
                check_fields(builder, catalog->objects[i]);
                check_object(builder, catalog->objects[i]);
        }
        if (builder->context->error.count == 0)
                link_rollups(builder);
}
