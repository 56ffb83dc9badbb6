// Random rows of the world in expr/test_world.h: kept in memory, for the evaluator to read, and written to a database.
// Everybody may see everything but what is deleted and the row 3 of every object, so that the guard is seen to be used.
#pragma once
#include "expr/test_world.h"
#include "store/fixture.h"

enum { INVISIBLE_ID = 3, MISSING_ID = 900 };
static const int world_rows[WORLD_OBJECTS] = {6, 6, 24, 50, 70};

typedef struct Random { uint64_t state; } Random;

static inline uint64_t random_next(Random *random) { // SplitMix64: replays from its seed
        uint64_t z = random->state += 0x9E3779B97F4A7C15ULL;
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9ULL;
        z = (z ^ z >> 27) * 0x94D049BB133111EBULL;
        return z ^ z >> 31;
}

static inline int64_t random_below(Random *random, int64_t count) { return (int64_t)(random_next(random) % (uint64_t)count); }
static inline bool random_chance(Random *random, int percent) { return random_below(random, 100) < percent; }
#define random_of(random, array) ((array)[random_below((random), sizeof(array) / sizeof *(array))])

typedef struct Row {
        WorldObject object;
        int64_t id;
        bool deleted;
        Value values[WORLD_FIELDS]; // by field of world_fields
} Row;

typedef struct World {
        Row *rows;
        size_t count;
        size_t first[WORLD_OBJECTS + 1];
        int64_t now_ms;
        const Zone *zone;
} World;

static const char *const world_texts[] = {
        "", "a", "A", "abc", "ABC", "客户", "华东科技有限公司", "科技", "ＡＢＣ１２", "ａｂ", "İstanbul", "straße", "ﬁne", "ΣΊΣΥΦΟΣ", "%", "_", "\\", "\"q\"", "😀x",
        "e\xCC\x81", "é", "10", "9", " a ", "ﾊﾝｶｸ", "normal", "vip", "2026-11", "lead", "上海市\n浦东",
};

static const int64_t world_numbers[] = {
        0, 1, -1, 500000, -500000, 1000000, -1000000, 1500000, 2500000, 3333333, -6666667, 100000000, 123456789, 99999999999999LL, 1000000000000LL,
        DECIMAL_MAX, -DECIMAL_MAX, DECIMAL_MAX - 1, 500000000000000000LL, 150000, 1000000000000LL * 1000,
};

static const int64_t world_integers[] = {0, 1, 2, 3, -1, 7, 10, -10, 100, 1000000, 999999999999LL, -999999999999LL, 1000000000000LL, 9007199254740991LL, -9007199254740991LL};

static inline int32_t random_day(Random *random, const World *world) {
        static const int32_t days[] = {0, -1, 11016, 19782, 20513, -719162, 2932896, 19723, 20088, 20453};
        if (random_chance(random, 40))
                return random_of(random, days);
        return zone_day(world->zone, world->now_ms) + (int32_t)random_below(random, 81) - 40;
}

// Near the ends of local days, where date and date-time disagree most easily.
static inline int64_t random_ms(Random *random, const World *world) {
        int32_t day = zone_day(world->zone, world->now_ms) + (int32_t)random_below(random, 61) - 30;
        int64_t start = zone_day_start(world->zone, day);
        static const int64_t offsets[] = {0, -1, 1, 3600000, 12345678, 43200000, -3600000, 999};
        return start + random_of(random, offsets);
}

static inline Value random_value(Random *random, const World *world, const WorldField *field, Arena *arena) {
        static const char *const lists[] = {"[]", "[\"A\"]", "[\"A\",\"C\"]", "[\"B\"]", "[\"客户\",\"a\"]", "[\"1\",\"7\"]", "[\"\\\"q\\\"\",\"a\"]"};
        static const char *const key_lists[] = {"[]", "[\"A\"]", "[\"A\",\"C\"]", "[\"B\",\"C\"]", "[\"A\",\"B\",\"C\"]"};
        static const char *const records[] = {"lead:1", "lead:7", "customer:12", "order:3"};
        if (random_chance(random, 18))
                return VALUE_NONE;
        switch (field->type) {
        case EXPR_BOOL:
                return value_bool(random_chance(random, 50));
        case EXPR_INTEGER:
                return value_int(random_chance(random, 60) ? random_below(random, 12) : random_of(random, world_integers));
        case EXPR_NUMBER:
                return value_number((Decimal){random_chance(random, 50) ? random_below(random, 2000) * 10000 : random_of(random, world_numbers)});
        case EXPR_TEXT:
                return value_text(str_from(random_of(random, world_texts)));
        case EXPR_DATE:
                return value_date(random_day(random, world));
        case EXPR_DATETIME:
                return value_datetime(random_ms(random, world));
        case EXPR_CHOICE:
                return value_text(field->keys[random_below(random, (int64_t)field->keys_count)]);
        case EXPR_LIST:
                return value_text(str_from(field->keys ? random_of(random, key_lists) : random_of(random, lists)));
        case EXPR_REFERENCE:
                return value_int(random_chance(random, 5) ? MISSING_ID : 1 + random_below(random, world_rows[field->target]));
        case EXPR_RECORD:
                return value_text(str_from(random_of(random, records)));
        case EXPR_JSON:
                return value_text(str_copy(arena, STR("{\"city\":\"上海\"}")));
        case EXPR_NULL:
                break;
        }
        return VALUE_NONE;
}

static inline void world_fill(World *world, Random *random, Arena *arena) {
        for (int object = 0; object < WORLD_OBJECTS; object++) {
                world->first[object] = world->count;
                world->count += (size_t)world_rows[object];
        }
        world->first[WORLD_OBJECTS] = world->count;
        world->rows = arena_array(arena, Row, world->count);
        for (int object = 0; object < WORLD_OBJECTS; object++)
                for (size_t r = world->first[object]; r < world->first[object + 1]; r++) {
                        Row *row = &world->rows[r];
                        *row = (Row){.object = (WorldObject)object, .id = (int64_t)(r - world->first[object]) + 1, .deleted = random_chance(random, 8)};
                        for (size_t f = 0; f < WORLD_FIELDS; f++) {
                                const WorldField *field = &world_fields[f];
                                if (field->object == row->object && !field->formula)
                                        row->values[f] = strcmp(field->name, "id") == 0 ? value_int(row->id) : random_value(random, world, field, arena);
                        }
                }
}

// What ExprRows asks for.
static inline bool row_visible(const Row *row) { return !row->deleted && row->id != INVISIBLE_ID; }

static inline Status rows_get(void *self, Context *context, const void *row, const ExprField *field, Value *ret) {
        (void)self, (void)context;
        *ret = ((const Row *)row)->values[(const WorldField *)field->handle - world_fields];
        return STATUS_OK;
}

static inline Status rows_reference(void *self, Context *context, const void *row, const ExprField *field, const void **ret_row) {
        const World *world = self;
        Value id;
        Status status = rows_get(self, context, row, field, &id);
        WorldObject target = world_object_of(field->target);
        *ret_row = NULL;
        for (size_t r = world->first[target]; r < world->first[target + 1] && !value_is_null(id); r++)
                if (world->rows[r].id == id.integer && row_visible(&world->rows[r]))
                        *ret_row = &world->rows[r];
        return status;
}

static inline Status rows_children(void *self, Context *context, const void *row, const ExprChildren *relation, const void ***ret_rows, size_t *ret_count) {
        const World *world = self;
        WorldObject child = world_object_of(relation->object);
        const void **rows = arena_array(context->arena, const void *, world->first[child + 1] - world->first[child]);
        size_t count = 0;
        for (size_t r = world->first[child]; r < world->first[child + 1]; r++) {
                Value id;
                TRY(rows_get(self, context, &world->rows[r], &relation->reference, &id));
                if (!value_is_null(id) && id.integer == ((const Row *)row)->id && row_visible(&world->rows[r]))
                        rows[count++] = &world->rows[r];
        }
        *ret_rows = rows;
        *ret_count = count;
        return STATUS_OK;
}

static inline Status world_guard(void *self, Context *context, const void *object, Str alias, Sql *sql) {
        (void)self, (void)context, (void)object;
        sql(sql, " and ");
        sql_column(sql, alias, STR("id"));
        sql(sql, " <> ");
        sql_int(sql, INVISIBLE_ID);
        return STATUS_OK;
}

// A department and those directly below it.
static inline Status world_subtree(void *self, Context *context, int64_t department, const int64_t **ret, size_t *ret_count) {
        (void)self;
        int64_t *ids = arena_array(context->arena, int64_t, 2);
        ids[0] = department;
        ids[1] = department + 1;
        *ret = ids;
        *ret_count = 2;
        return STATUS_OK;
}

// In the database.
static inline Status world_create_table(Db *db, int object) {
        Sql create = db_sql(db);
        sql(&create, "create table ");
        sql_name(&create, str_from(world_tables[object]));
        sql(&create, " (");
        for (size_t f = 0; f < WORLD_FIELDS; f++) {
                if (world_fields[f].object != (WorldObject)object || world_fields[f].formula)
                        continue;
                sql_name(&create, str_from(world_fields[f].column));
                sql(&create, " ");
                sql_fixed(&create, sql_type(db_dialect(db), expr_kind(world_fields[f].type)));
                sql_fixed(&create, strcmp(world_fields[f].name, "id") == 0 ? STR(" primary key, ") : STR(", "));
        }
        sql_name(&create, STR("deleted_at"));
        sql(&create, " ");
        sql_fixed(&create, sql_type(db_dialect(db), VALUE_DATETIME));
        sql_table_end(&create);
        return db_ddl(db, &create);
}

static inline Status world_insert(Db *db, const Row *row) {
        Sql insert = db_sql(db), values = db_sql(db);
        sql(&insert, "insert into ");
        sql_name(&insert, str_from(world_tables[row->object]));
        sql(&insert, " (");
        for (size_t f = 0; f < WORLD_FIELDS; f++)
                if (world_fields[f].object == row->object && !world_fields[f].formula) {
                        sql_name(&insert, str_from(world_fields[f].column));
                        sql(&insert, ", ");
                        sql_value(&values, row->values[f]);
                        sql(&values, ", ");
                }
        sql_name(&insert, STR("deleted_at"));
        sql(&insert, ") values (");
        sql_append(&insert, &values);
        sql_value(&insert, row->deleted ? value_datetime(1) : VALUE_NONE);
        sql(&insert, ")");
        return db_exec(db, &insert, NULL);
}

static inline Status world_write(Db *db, void *arg) {
        const World *world = arg;
        for (int object = 0; object < WORLD_OBJECTS; object++)
                TRY(world_create_table(db, object));
        for (size_t r = 0; r < world->count; r++)
                TRY(world_insert(db, &world->rows[r]));
        return STATUS_OK;
}
