// Writes random expressions of a wanted type over the world's objects: every operator and function, fields, paths, formulas and aggregates.
#pragma once
#include "expr_rows.h"

typedef struct Author {
        Random *random;
        Buf *buf;
        Arena *arena;
        const World *world;
} Author;

// Where names are written from; inside an aggregate the relation's own name may stand in front.
typedef struct Place {
        WorldObject object;
        const char *prefix; // "" or "orders."
        int aggregates;     // around it
} Place;

static inline void write_expr(Author *author, const Place *place, ExprType type, int depth);
static inline void write_bool(Author *author, const Place *place, int depth);

static inline int dice(Author *author, int sides) { return (int)random_below(author->random, sides); }
#define put(author, literal) buf_lit((author)->buf, literal)

static inline const char *write_prefix(Author *author, const Place *place) {
        return random_chance(author->random, 50) ? place->prefix : "";
}

// A field of the type at the object, or of an object that a reference leads to; false: there is none.
static inline bool write_field(Author *author, const Place *place, ExprType type) {
        WorldObject object = place->object;
        Str path = str_from(write_prefix(author, place));
        for (int step = 0; step < 2 && random_chance(author->random, 25); step++) {
                const WorldField *references[4];
                size_t count = 0;
                for (size_t f = 0; f < WORLD_FIELDS; f++)
                        if (world_fields[f].object == object && world_fields[f].type == EXPR_REFERENCE && count < 4)
                                references[count++] = &world_fields[f];
                if (!count)
                        break;
                const WorldField *reference = references[random_below(author->random, (int64_t)count)];
                path = str_format(author->arena, STR_FMT "%s.", STR_ARG(path), reference->name);
                object = (WorldObject)reference->target;
        }
        const WorldField *fields[16];
        size_t count = 0;
        for (size_t f = 0; f < WORLD_FIELDS; f++) {
                const WorldField *field = &world_fields[f];
                bool bad = field->formula && (strcmp(field->name, "loop") == 0 || strcmp(field->name, "pool") == 0 || strcmp(field->name, "broken") == 0);
                if (field->object == object && field->type == type && !bad && count < 16)
                        fields[count++] = field;
        }
        if (!count)
                return false;
        buf_format(author->buf, STR_FMT "%s", STR_ARG(path), fields[random_below(author->random, (int64_t)count)]->name);
        return true;
}

static inline void write_quoted(Author *author, const char *text) {
        put(author, "\"");
        for (const char *c = text; *c; c++) {
                if (*c == '"' || *c == '\\')
                        put(author, "\\");
                if (*c == '\n')
                        put(author, "\\n");
                else
                        buf_add_char(author->buf, *c);
        }
        put(author, "\"");
}

static inline void write_literal(Author *author, ExprType type) {
        switch (type) {
        case EXPR_BOOL:
                buf_add(author->buf, dice(author, 2) ? STR("true") : STR("false"));
                return;
        case EXPR_INTEGER:
                buf_add_int(author->buf, dice(author, 3) ? dice(author, 12) : llabs(random_of(author->random, world_integers)) % 999999999999LL);
                return;
        case EXPR_NUMBER:
                decimal_write(author->buf, (Decimal){llabs(random_of(author->random, world_numbers))}, dice(author, 3));
                return;
        case EXPR_DATE:
                if (dice(author, 2))
                        date_write(author->buf, random_day(author->random, author->world));
                else
                        put(author, "today()");
                return;
        case EXPR_DATETIME:
                if (dice(author, 2))
                        datetime_write(author->buf, random_ms(author->random, author->world));
                else
                        put(author, "now()");
                return;
        default:
                write_quoted(author, random_of(author->random, world_texts));
        }
}

static inline void write_two(Author *author, const Place *place, const char *before, ExprType a, const char *between, ExprType b, const char *after, int depth) {
        buf_add(author->buf, str_from(before));
        write_expr(author, place, a, depth);
        buf_add(author->buf, str_from(between));
        write_expr(author, place, b, depth);
        buf_add(author->buf, str_from(after));
}

static inline void write_one(Author *author, const Place *place, const char *before, ExprType a, const char *after, int depth) {
        write_two(author, place, before, a, "", EXPR_NULL, after, depth);
}

// if(…), coalesce(…), least(…): of any type
static inline void write_general(Author *author, const Place *place, ExprType type, int depth) {
        switch (dice(author, type == EXPR_BOOL ? 2 : 4)) {
        case 0:
                put(author, "if(");
                write_bool(author, place, depth);
                write_two(author, place, ", ", type, ", ", type, ")", depth);
                return;
        case 1:
                write_two(author, place, "coalesce(", type, ", ", type, ")", depth);
                return;
        default:
                write_two(author, place, dice(author, 2) ? "least(" : "greatest(", type, ", ", type, ")", depth);
        }
}

// An aggregate over the children of the object, or of what a reference leads to.
static inline bool write_aggregate(Author *author, const Place *place, const char *function, ExprType type, int depth) {
        static const struct { WorldObject object; const char *path; WorldObject child; } relations[] = {
                {WORLD_CUSTOMER, "orders", WORLD_ORDER}, {WORLD_ORDER, "lines", WORLD_LINE}, {WORLD_CUSTOMER, "owner.customers", WORLD_CUSTOMER},
                {WORLD_USER, "customers", WORLD_CUSTOMER}, {WORLD_DEPARTMENT, "departments", WORLD_DEPARTMENT},
                {WORLD_USER, "department.departments", WORLD_DEPARTMENT}, {WORLD_LINE, "order.customer.orders", WORLD_ORDER},
        };
        size_t start = (size_t)dice(author, sizeof relations / sizeof *relations);
        for (size_t i = 0; place->aggregates < 2 && i < sizeof relations / sizeof *relations; i++) {
                size_t r = (start + i) % (sizeof relations / sizeof *relations);
                if (relations[r].object != place->object)
                        continue;
                const char *prefix = write_prefix(author, place);
                Place inner = {.object = relations[r].child, .aggregates = place->aggregates + 1};
                inner.prefix = str_format(author->arena, "%s%s.%c", prefix, relations[r].path, '\0').data;
                size_t before = author->buf->len;
                buf_format(author->buf, "%s(", function);
                if (type == EXPR_NULL)
                        buf_format(author->buf, "%s%s", prefix, relations[r].path);
                else {
                        Place direct = inner;
                        buf_add(author->buf, str_from(inner.prefix));
                        direct.prefix = "";
                        size_t at = author->buf->len;
                        for (int tries = 0; tries < 20 && author->buf->len == at; tries++)
                                if (!write_field(author, &direct, type))
                                        author->buf->len = at;
                        if (author->buf->len == at) {
                                author->buf->len = before;
                                return false;
                        }
                        if ((type == EXPR_NUMBER || type == EXPR_INTEGER) && dice(author, 3) == 0)
                                write_one(author, &inner, " * ", type, "", 0);
                }
                if (dice(author, 2)) {
                        put(author, ", ");
                        write_bool(author, &inner, depth > 1 ? 1 : depth);
                }
                put(author, ")");
                return true;
        }
        return false;
}

static inline void write_number(Author *author, const Place *place, int depth) {
        static const char *const operators[] = {" + ", " - ", " * ", " / "};
        switch (dice(author, 9)) {
        case 0:
        case 1:
                write_two(author, place, "(", EXPR_NUMBER, random_of(author->random, operators), dice(author, 3) ? EXPR_NUMBER : EXPR_INTEGER, ")", depth);
                return;
        case 2:
                write_one(author, place, "(-", EXPR_NUMBER, ")", depth);
                return;
        case 3:
                put(author, "round(");
                write_expr(author, place, EXPR_NUMBER, depth);
                buf_format(author->buf, ", %d)", dice(author, 7));
                return;
        case 4:
                write_one(author, place, "abs(", EXPR_NUMBER, ")", depth);
                return;
        case 5:
        case 6:
                if (write_aggregate(author, place, dice(author, 2) ? "sum" : dice(author, 2) ? "avg" : dice(author, 2) ? "min" : "max", EXPR_NUMBER, depth))
                        return;
                write_general(author, place, EXPR_NUMBER, depth);
                return;
        default:
                write_general(author, place, EXPR_NUMBER, depth);
        }
}

static inline void write_integer(Author *author, const Place *place, int depth) {
        static const char *const operators[] = {" + ", " - ", " * "};
        static const char *const parts[] = {"year_of(", "month_of(", "day_of(", "weekday("};
        switch (dice(author, 9)) {
        case 0:
                write_two(author, place, "(", EXPR_INTEGER, random_of(author->random, operators), EXPR_INTEGER, ")", depth);
                return;
        case 1:
                write_one(author, place, "length(", EXPR_TEXT, ")", depth);
                return;
        case 2:
                write_one(author, place, random_of(author->random, parts), dice(author, 2) ? EXPR_DATE : EXPR_DATETIME, ")", depth);
                return;
        case 3:
                write_two(author, place, "days_between(", EXPR_DATE, ", ", dice(author, 2) ? EXPR_DATE : EXPR_DATETIME, ")", depth);
                return;
        case 4:
                write_two(author, place, "(", dice(author, 2) ? EXPR_DATE : EXPR_DATETIME, " - ", EXPR_DATE, ")", depth);
                return;
        case 5:
                write_one(author, place, "int(", EXPR_NUMBER, ")", depth);
                return;
        case 6:
                if (write_aggregate(author, place, "count", dice(author, 2) ? EXPR_NULL : EXPR_TEXT, depth))
                        return;
                write_general(author, place, EXPR_INTEGER, depth);
                return;
        case 7:
                if (write_aggregate(author, place, dice(author, 2) ? "sum" : "count_distinct", EXPR_INTEGER, depth))
                        return;
                write_one(author, place, "(-", EXPR_INTEGER, ")", depth);
                return;
        default:
                write_general(author, place, EXPR_INTEGER, depth);
        }
}

static inline void write_text(Author *author, const Place *place, int depth) {
        static const char *const parts[] = {"day(", "week(", "month(", "quarter(", "year("};
        static const ExprType joined[] = {EXPR_TEXT, EXPR_NUMBER, EXPR_INTEGER, EXPR_DATE, EXPR_CHOICE};
        switch (dice(author, 7)) {
        case 0:
        case 1:
                put(author, "concat(");
                write_two(author, place, "", random_of(author->random, joined), ", ", random_of(author->random, joined), ")", depth);
                return;
        case 2:
                write_one(author, place, dice(author, 2) ? "lower(" : "upper(", EXPR_TEXT, ")", depth);
                return;
        case 3:
                write_one(author, place, random_of(author->random, parts), dice(author, 2) ? EXPR_DATE : EXPR_DATETIME, ")", depth);
                return;
        case 4:
                if (write_aggregate(author, place, dice(author, 2) ? "min" : "max", EXPR_TEXT, depth))
                        return;
                write_general(author, place, EXPR_TEXT, depth);
                return;
        case 5:
                if (place->object == WORLD_CUSTOMER) {
                        buf_format(author->buf, "%starget.object", write_prefix(author, place));
                        return;
                }
                write_general(author, place, EXPR_TEXT, depth);
                return;
        default:
                write_general(author, place, EXPR_TEXT, depth);
        }
}

static inline void write_time(Author *author, const Place *place, ExprType type, int depth) {
        switch (dice(author, type == EXPR_DATE ? 7 : 4)) {
        case 0:
        case 1:
                write_two(author, place, "(", type, dice(author, 2) ? " + " : " - ", EXPR_INTEGER, ")", depth);
                return;
        case 2:
                if (write_aggregate(author, place, dice(author, 2) ? "min" : "max", type, depth))
                        return;
                write_general(author, place, type, depth);
                return;
        case 3:
                write_general(author, place, type, depth);
                return;
        case 4:
                write_one(author, place, "date(", EXPR_DATETIME, ")", depth);
                return;
        case 5:
                write_two(author, place, "add_months(", EXPR_DATE, ", ", EXPR_INTEGER, ")", depth);
                return;
        default:
                write_two(author, place, "add_days(", dice(author, 2) ? EXPR_DATE : EXPR_DATETIME, ", ", EXPR_INTEGER, ")", depth);
        }
}

static inline void write_compare(Author *author, const Place *place, int depth) {
        static const char *const symbols[] = {" = ", " != ", " < ", " <= ", " > ", " >= "};
        static const ExprType types[] = {EXPR_NUMBER, EXPR_INTEGER, EXPR_TEXT, EXPR_DATE, EXPR_DATETIME};
        ExprType a = random_of(author->random, types), b = a;
        if (a == EXPR_NUMBER || a == EXPR_INTEGER)
                b = dice(author, 2) ? EXPR_NUMBER : EXPR_INTEGER;
        if (a == EXPR_DATE || a == EXPR_DATETIME)
                b = dice(author, 2) ? EXPR_DATE : EXPR_DATETIME;
        bool plain = dice(author, 3) == 0 && write_field(author, place, a);
        if (!plain)
                write_expr(author, place, a, depth);
        switch (dice(author, 4)) {
        case 0:
                write_two(author, place, dice(author, 2) ? " between " : " not between ", b, " and ", a, "", depth);
                return;
        case 1:
                write_two(author, place, dice(author, 2) ? " in (" : " not in (", b, ", ", a, dice(author, 3) ? ")" : ", null)", depth);
                return;
        default:
                write_one(author, place, random_of(author->random, symbols), b, "", depth);
        }
}

static inline void write_special(Author *author, const Place *place) {
        static const char *const customer[] = {
                "level = \"A\"", "level != \"B\"", "level in (\"A\", \"C\")", "level not in (\"A\")", "levels contains \"C\"", "not (levels contains \"A\")",
                "levels in (\"A\", \"B\")", "tags contains \"a\"", "tags contains 7", "is_null(tags)", "levels != null", "level = null", "owner = me()", "owner != me()",
                "owner in (1, 2, me())", "department under my_department()", "not (owner.department under 2)", "owner.department = my_department()",
                "target = \"lead:7\"", "target != \"customer:12\"", "target.id > 3", "is_null(address)", "is_null(owner.name)", "owner.active", "not owner.active",
                "in_pool = true", "in_pool != true", "not in_pool", "in_pool = big", "big", "not big", "department = owner.department", "owner != 2",
                "level = coalesce(level, \"A\")", "created_at = today()", "created_at != today()", "created_at <= today()", "created_at > \"2026-11-20\"",
                "score between 1.5 and 7", "score in (1, 2.0, 3)", "score > 2.0", "date(2026, 11, 22) >= next_follow_up", "next_follow_up = \"2026-11-22\"",
                "tags contains \"\\\"q\\\"\"", "count(orders, express) > 0", "name starts_with \"ab\"", "name starts_with \"科\"", "phone starts_with \"\"",
        };
        static const char *const order[] = {"status = \"open\"", "status != \"open\"", "express", "not express", "customer.level = \"A\"", "customer != 5", "is_null(signed)",
                                            "paid_at in (today(), now())", "customer.owner.department under my_department()", "customer = null", "net > 10"};
        if (place->object == WORLD_CUSTOMER && !place->prefix[0])
                buf_add(author->buf, str_from(random_of(author->random, customer)));
        else if (place->object == WORLD_ORDER && !place->prefix[0])
                buf_add(author->buf, str_from(random_of(author->random, order)));
        else
                write_one(author, place, "is_null(", EXPR_TEXT, ")", 0);
}

static inline void write_bool(Author *author, const Place *place, int depth) {
        switch (dice(author, depth > 0 ? 10 : 4)) {
        case 0:
        case 1:
                write_compare(author, place, depth - 1);
                return;
        case 2:
                write_special(author, place);
                return;
        case 3:
                write_two(author, place, "", EXPR_TEXT, dice(author, 4) ? " contains " : " not contains ", EXPR_TEXT, "", depth - 1);
                return;
        case 4:
                put(author, "not (");
                write_bool(author, place, depth - 1);
                put(author, ")");
                return;
        case 5:
        case 6:
        case 7:
                put(author, "(");
                write_bool(author, place, depth - 1);
                buf_add(author->buf, dice(author, 2) ? STR(" and ") : STR(" or "));
                write_bool(author, place, depth - 1);
                put(author, ")");
                return;
        case 8:
                put(author, "(");
                write_bool(author, place, depth - 1);
                buf_add(author->buf, dice(author, 2) ? STR(") = (") : STR(") != ("));
                write_bool(author, place, depth - 1);
                put(author, ")");
                return;
        default:
                write_general(author, place, EXPR_BOOL, depth - 1);
        }
}

static inline void write_expr(Author *author, const Place *place, ExprType type, int depth) {
        if (type == EXPR_NULL)
                return;
        if (type == EXPR_CHOICE && !write_field(author, place, type))
                type = EXPR_TEXT;
        else if (type == EXPR_CHOICE)
                return;
        if (depth <= 0 || dice(author, 4) == 0) {
                if (dice(author, 3) == 0 || !write_field(author, place, type))
                        write_literal(author, type);
                return;
        }
        if (type == EXPR_BOOL)
                write_bool(author, place, depth - 1);
        else if (type == EXPR_NUMBER)
                write_number(author, place, depth - 1);
        else if (type == EXPR_INTEGER)
                write_integer(author, place, depth - 1);
        else if (type == EXPR_TEXT)
                write_text(author, place, depth - 1);
        else
                write_time(author, place, type, depth - 1);
}

// A measure: aggregates over the rows themselves.
static inline void write_measure(Author *author, const Place *place, int depth) {
        static const char *const functions[] = {"sum(", "avg(", "min(", "max(", "count_distinct(", "count("};
        switch (dice(author, depth > 0 ? 5 : 4)) {
        case 0:
                put(author, "count()");
                return;
        case 4:
                put(author, "(");
                write_measure(author, place, depth - 1);
                buf_add(author->buf, dice(author, 2) ? STR(" + ") : STR(" / "));
                write_measure(author, place, depth - 1);
                put(author, ")");
                return;
        default:
                write_one(author, place, random_of(author->random, functions), dice(author, 2) ? EXPR_NUMBER : EXPR_INTEGER, "", 2);
                if (dice(author, 2)) {
                        put(author, ", ");
                        write_bool(author, place, 1);
                }
                put(author, ")");
        }
}
