// For tests only (beside the code, in tests/property and tests/fuzz): five related objects and their names, as a catalog would give them.
#pragma once
#include "expr/expr.h"

typedef enum WorldObject { WORLD_DEPARTMENT, WORLD_USER, WORLD_CUSTOMER, WORLD_ORDER, WORLD_LINE, WORLD_OBJECTS } WorldObject;

typedef struct WorldField {
        WorldObject object;
        const char *name;
        ExprType type;
        const char *column;
        int target;          // an object, or -1
        const char *formula;
        const Str *keys;
        size_t keys_count;
} WorldField;

typedef struct WorldChildren {
        WorldObject parent;
        const char *name;
        WorldObject child;
        const char *reference;
} WorldChildren;

static const char *const world_tables[WORLD_OBJECTS] = {"department", "user", "customer", "order", "line"};

static const Str world_levels[] = {{"A", 1}, {"B", 1}, {"C", 1}};
static const Str world_states[] = {{"open", 4}, {"closed", 6}};
#define WORLD_PLAIN(object, name, type) {object, name, type, name, -1, NULL, NULL, 0}
#define WORLD_REFERENCE(object, name, target) {object, name, EXPR_REFERENCE, name "_id", target, NULL, NULL, 0}
#define WORLD_CHOICE(object, name, type, keys) {object, name, type, name, -1, NULL, keys, sizeof keys / sizeof *keys}
#define WORLD_FORMULA(object, name, type, formula) {object, name, type, "", -1, formula, NULL, 0}

static const WorldField world_fields[] = {
        WORLD_PLAIN(WORLD_DEPARTMENT, "id", EXPR_INTEGER),
        WORLD_PLAIN(WORLD_DEPARTMENT, "name", EXPR_TEXT),
        WORLD_REFERENCE(WORLD_DEPARTMENT, "parent", WORLD_DEPARTMENT),
        WORLD_PLAIN(WORLD_USER, "id", EXPR_INTEGER),
        WORLD_PLAIN(WORLD_USER, "name", EXPR_TEXT),
        WORLD_PLAIN(WORLD_USER, "active", EXPR_BOOL),
        WORLD_REFERENCE(WORLD_USER, "department", WORLD_DEPARTMENT),
        WORLD_PLAIN(WORLD_CUSTOMER, "id", EXPR_INTEGER),
        WORLD_PLAIN(WORLD_CUSTOMER, "name", EXPR_TEXT),
        WORLD_PLAIN(WORLD_CUSTOMER, "phone", EXPR_TEXT),
        WORLD_CHOICE(WORLD_CUSTOMER, "level", EXPR_CHOICE, world_levels),
        WORLD_CHOICE(WORLD_CUSTOMER, "levels", EXPR_LIST, world_levels),
        WORLD_PLAIN(WORLD_CUSTOMER, "tags", EXPR_LIST),
        WORLD_PLAIN(WORLD_CUSTOMER, "amount", EXPR_NUMBER),
        WORLD_PLAIN(WORLD_CUSTOMER, "credit", EXPR_NUMBER),
        WORLD_PLAIN(WORLD_CUSTOMER, "score", EXPR_INTEGER),
        WORLD_PLAIN(WORLD_CUSTOMER, "in_pool", EXPR_BOOL),
        WORLD_PLAIN(WORLD_CUSTOMER, "next_follow_up", EXPR_DATE),
        WORLD_PLAIN(WORLD_CUSTOMER, "created_at", EXPR_DATETIME),
        WORLD_PLAIN(WORLD_CUSTOMER, "target", EXPR_RECORD),
        WORLD_PLAIN(WORLD_CUSTOMER, "address", EXPR_JSON),
        WORLD_REFERENCE(WORLD_CUSTOMER, "owner", WORLD_USER),
        WORLD_REFERENCE(WORLD_CUSTOMER, "department", WORLD_DEPARTMENT),
        WORLD_FORMULA(WORLD_CUSTOMER, "rank", EXPR_TEXT, "if(amount > 1000000, \"vip\", \"normal\")"),
        WORLD_FORMULA(WORLD_CUSTOMER, "total", EXPR_NUMBER, "sum(orders.net)"),
        WORLD_FORMULA(WORLD_CUSTOMER, "big", EXPR_BOOL, "total > 100 or score > 5"),
        WORLD_FORMULA(WORLD_CUSTOMER, "loop", EXPR_NUMBER, "amount + pool"),
        WORLD_FORMULA(WORLD_CUSTOMER, "pool", EXPR_NUMBER, "loop * 2"),
        WORLD_FORMULA(WORLD_CUSTOMER, "broken", EXPR_NUMBER, "amount + hidden"),
        WORLD_PLAIN(WORLD_ORDER, "id", EXPR_INTEGER),
        WORLD_PLAIN(WORLD_ORDER, "name", EXPR_TEXT),
        WORLD_REFERENCE(WORLD_ORDER, "customer", WORLD_CUSTOMER),
        WORLD_PLAIN(WORLD_ORDER, "amount", EXPR_NUMBER),
        WORLD_PLAIN(WORLD_ORDER, "discount", EXPR_NUMBER),
        WORLD_PLAIN(WORLD_ORDER, "pieces", EXPR_INTEGER),
        WORLD_CHOICE(WORLD_ORDER, "status", EXPR_CHOICE, world_states),
        WORLD_PLAIN(WORLD_ORDER, "signed", EXPR_DATE),
        WORLD_PLAIN(WORLD_ORDER, "paid_at", EXPR_DATETIME),
        WORLD_PLAIN(WORLD_ORDER, "express", EXPR_BOOL),
        WORLD_FORMULA(WORLD_ORDER, "net", EXPR_NUMBER, "amount * (1 - discount)"),
        WORLD_PLAIN(WORLD_LINE, "id", EXPR_INTEGER),
        WORLD_REFERENCE(WORLD_LINE, "order", WORLD_ORDER),
        WORLD_PLAIN(WORLD_LINE, "product", EXPR_TEXT),
        WORLD_PLAIN(WORLD_LINE, "price", EXPR_NUMBER),
        WORLD_PLAIN(WORLD_LINE, "pieces", EXPR_INTEGER),
        WORLD_PLAIN(WORLD_LINE, "due", EXPR_DATE),
};
#define WORLD_FIELDS (sizeof world_fields / sizeof *world_fields)

static const WorldChildren world_children[] = {
        {WORLD_CUSTOMER, "orders", WORLD_ORDER, "customer"},
        {WORLD_ORDER, "lines", WORLD_LINE, "order"},
        {WORLD_USER, "customers", WORLD_CUSTOMER, "owner"},
        {WORLD_DEPARTMENT, "departments", WORLD_DEPARTMENT, "parent"},
};
#define WORLD_RELATIONS (sizeof world_children / sizeof *world_children)

static inline const void *world_object(WorldObject object) {
        return &world_tables[object];
}

static inline WorldObject world_object_of(const void *object) {
        return (WorldObject)((const char *const *)object - world_tables);
}

static inline ExprField world_expr_field(const WorldField *field) {
        return (ExprField){.name = str_from(field->name), .type = field->type, .column = str_from(field->column),
                           .target = field->target < 0 ? NULL : world_object((WorldObject)field->target), .owner = world_object(field->object),
                           .handle = field, .formula = str_from(field->formula), .keys = field->keys, .keys_count = field->keys_count};
}

static inline bool world_find_field(void *self, const void *object, Str name, ExprField *ret) {
        (void)self;
        for (size_t i = 0; i < WORLD_FIELDS; i++)
                if (world_object(world_fields[i].object) == object && str_is(name, world_fields[i].name)) {
                        *ret = world_expr_field(&world_fields[i]);
                        return true;
                }
        return false;
}

static inline bool world_find_children(void *self, const void *object, Str name, ExprChildren *ret) {
        for (size_t i = 0; i < WORLD_RELATIONS; i++)
                if (world_object(world_children[i].parent) == object && str_is(name, world_children[i].name)) {
                        ret->object = world_object(world_children[i].child);
                        return world_find_field(self, ret->object, str_from(world_children[i].reference), &ret->reference);
                }
        return false;
}

static inline Str world_table(void *self, const void *object) {
        (void)self;
        return str_from(world_tables[world_object_of(object)]);
}

static const ExprNames world_names = {.field = world_find_field, .children = world_find_children, .table = world_table};
