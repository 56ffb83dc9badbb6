// Compares two catalogs and says which tables, columns and indexes to make. Pure; nothing is ever dropped but indexes.
#include "meta/diff.h"

static Step *add_step(Arena *arena, Steps *steps, Step step) {
        if (steps->count == steps->capacity) {
                Step *larger = arena_array(arena, Step, steps->capacity * 2 + 32);
                for (size_t i = 0; i < steps->count; i++)
                        larger[i] = steps->items[i];
                steps->items = larger;
                steps->capacity = steps->capacity * 2 + 32;
        }
        steps->items[steps->count] = step;
        return &steps->items[steps->count++];
}

static const Field *field_by_id(const Object *object, int64_t id) {
        for (size_t i = 0; object && i < object->fields_count; i++)
                if (object->fields[i]->id == id)
                        return object->fields[i];
        return NULL;
}

static const IndexDef *index_by_name(const Object *object, Str name) {
        for (size_t i = 0; object && i < object->indexes_count; i++)
                if (str_eq(object->indexes[i].name, name))
                        return &object->indexes[i];
        return NULL;
}

static void diff_columns(Arena *arena, Steps *steps, const Object *old, const Object *object) {
        for (size_t i = 0; i < object->fields_count; i++) {
                const Field *field = object->fields[i], *before = field_by_id(old, field->id);
                if (field->stored && !before)
                        add_step(arena, steps, (Step){.kind = STEP_ADD_COLUMN, .object = object, .field = field, .column = field->column, .column_kind = field->kind});
                if (field->sort_column.len && (!before || str_empty(before->sort_column)))
                        add_step(arena, steps, (Step){.kind = STEP_ADD_COLUMN, .object = object, .field = field, .column = field->sort_column, .column_kind = VALUE_BLOB});
        }
}

static void diff_dropped(Arena *arena, Steps *steps, const Object *old, const Object *object) {
        for (size_t i = 0; i < old->indexes_count; i++)
                if (!index_by_name(object, old->indexes[i].name))
                        add_step(arena, steps, (Step){.kind = STEP_DROP_INDEX, .object = object, .index = &old->indexes[i]});
}

static void diff_sort_keys(Arena *arena, Steps *steps, const Object *old, const Object *object) {
        for (size_t i = 0; i < object->fields_count; i++) {
                const Field *field = object->fields[i], *before = field_by_id(old, field->id);
                if (before && field->sort_column.len && str_empty(before->sort_column))
                        add_step(arena, steps, (Step){.kind = STEP_FILL_SORT, .object = object, .field = field});
        }
}

static void diff_created(Arena *arena, Steps *steps, const Object *old, const Object *object) {
        for (size_t i = 0; i < object->indexes_count; i++)
                if (!index_by_name(old, object->indexes[i].name))
                        add_step(arena, steps, (Step){.kind = STEP_CREATE_INDEX, .object = object, .index = &object->indexes[i]});
}

// ---- Totals to be made again: new ones, changed ones, and those made of what changed.

typedef struct Totals { const Catalog *from; const Steps *steps; size_t first; bool changed; } Totals;

static bool is_listed(const Totals *totals, const Field *field) {
        for (size_t i = totals->first; i < totals->steps->count; i++)
                if (totals->steps->items[i].field == field)
                        return true;
        return false;
}

static bool expression_changed(const Catalog *from, const Field *field) {
        const Object *old = from ? catalog_find_id(from, field->object->id) : NULL;
        const Field *before = field_by_id(old, field->id);
        return !before || !str_eq(before->expression, field->expression) || before->decimals != field->decimals;
}

static void visit(void *arg, const ExprField *used) {
        Totals *totals = arg;
        const Field *field = used->handle;
        if (field->compiled ? is_listed(totals, field) : field->result && expression_changed(totals->from, field))
                totals->changed = true;
}

// One pass for each level of totals over totals: a total is listed after those it is made of.
static void diff_totals(Arena *arena, Steps *steps, const Catalog *from, const Catalog *to) {
        Totals totals = {.from = from, .steps = steps, .first = steps->count};
        for (bool more = true; more;) {
                more = false;
                for (size_t o = 0; o < to->objects_count; o++)
                        for (size_t i = 0; i < to->objects[o]->fields_count; i++) {
                                const Field *field = to->objects[o]->fields[i];
                                if (!field->compiled || !from || !catalog_find_id(from, field->object->id) || is_listed(&totals, field))
                                        continue;
                                totals.changed = expression_changed(from, field);
                                expr_fields(field->compiled, visit, &totals);
                                if (totals.changed) {
                                        add_step(arena, steps, (Step){.kind = STEP_FILL_ROLLUP, .object = field->object, .field = field});
                                        more = true;
                                }
                        }
        }
}

Steps catalog_diff(Arena *arena, const Catalog *from, const Catalog *to) {
        Steps steps = {0};
        for (size_t i = 0; i < to->objects_count; i++)
                if (!from || !catalog_find_id(from, to->objects[i]->id))
                        add_step(arena, &steps, (Step){.kind = STEP_CREATE_TABLE, .object = to->objects[i]});
        for (StepKind kind = STEP_ADD_COLUMN; kind <= STEP_CREATE_INDEX; kind++) {
                if (kind == STEP_FILL_ROLLUP)
                        diff_totals(arena, &steps, from, to);
                for (size_t i = 0; i < to->objects_count; i++) {
                        const Object *object = to->objects[i], *old = from ? catalog_find_id(from, object->id) : NULL;
                        if (kind == STEP_CREATE_INDEX)
                                diff_created(arena, &steps, old, object);
                        else if (kind == STEP_ADD_COLUMN && old)
                                diff_columns(arena, &steps, old, object);
                        else if (kind == STEP_DROP_INDEX && old)
                                diff_dropped(arena, &steps, old, object);
                        else if (kind == STEP_FILL_SORT && old)
                                diff_sort_keys(arena, &steps, old, object);
                }
        }
        return steps;
}

void step_text(Buf *buf, const Step *step) {
        static const char *const verbs[] = {
                [STEP_CREATE_TABLE] = "create table", [STEP_ADD_COLUMN] = "add column", [STEP_DROP_INDEX] = "drop index", [STEP_FILL_SORT] = "fill sort keys",
                [STEP_FILL_ROLLUP] = "fill roll-up", [STEP_CREATE_INDEX] = "create index",
        };
        buf_add(buf, str_from(verbs[step->kind]));
        buf_add_char(buf, ' ');
        if (step->index) {
                buf_add(buf, step->index->name);
                return;
        }
        buf_add(buf, step->object->name);
        if (step->field) {
                buf_add_char(buf, '.');
                buf_add(buf, step->column.len ? step->column : step->field->name);
        }
}
