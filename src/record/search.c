// Writing the search index: terms of a record, tables per object, building anew where the tokeniser or the searched fields changed.
#include "record/search.h"
#include "base/unicode.h"

#define BUILD_AT_ONCE 20000 // records of an object that search_prepare() indexes itself
#define TEXT_CAP (128 * 1024)

void search_table(const Object *object, Sql *select)
{
        Str name = str_format(select->arena, "search_" STR_FMT, STR_ARG(object->name));
        sql_name(select, name);
}

// ---- terms

static void add_text(Buf *buf, Arena *scratch, const Field *field, Value value)
{
        Str before = STR_NONE;
        for (int lang = 0; lang < LANG_COUNT; lang++) {
                Buf text = buf_make(scratch, TEXT_CAP);
                field_text(&text, field, (Lang)lang, value);
                if (buf_full(&text) || (lang && str_eq(before, buf_str(&text))))
                        continue;
                before = buf_str(&text);
                text_tokens(buf, before, TOKEN_INDEX);
        }
}

void search_terms(Buf *buf, const Object *object, const Value *values)
{
        ARENA_CLEANUP Arena *scratch = arena_new(0);
        for (size_t i = 0; i < object->fields_count; i++)
                if (search_field(object->fields[i]) && !value_is_null(values[i]))
                        add_text(buf, scratch, object->fields[i], values[i]);
}

static void add_scope_term(Buf *buf, char kind, int64_t id)
{
        if (buf->len && buf->data[buf->len - 1] != ' ')
                buf_add_char(buf, ' ');
        buf_add_char(buf, '_');
        buf_add_char(buf, kind);
        buf_add_int(buf, id);
}

// Departments with their parents as they stand: the snapshot's, or where they are changing those of the database.
typedef struct Parents {
        const Access *access;
        int64_t *ids, *parents;
        size_t count;
} Parents;

static int64_t parent_of(const Parents *parents, int64_t department)
{
        if (parents->access) {
                const Department *found = access_department(parents->access, department);
                return found ? found->parent : 0;
        }
        for (size_t i = 0; i < parents->count; i++)
                if (parents->ids[i] == department)
                        return parents->parents[i];
        return 0;
}

static Str with_scope(Arena *arena, Str terms, const Parents *parents, int64_t owner, int64_t department)
{
        Buf buf = buf_make(arena, terms.len + 4096);
        buf_add(&buf, terms);
        if (owner)
                add_scope_term(&buf, 'o', owner);
        for (int depth = 0; department && depth < 64; depth++) {
                add_scope_term(&buf, 'd', department);
                department = parent_of(parents, department);
        }
        return buf_str(&buf);
}

// ---- rows

static Status stored_terms(Db *db, const Object *object, int64_t id, bool *ret_found, Str *ret)
{
        Sql select = db_sql(db);
        sql(&select, "select terms from ");
        search_table(object, &select);
        sql(&select, " where rowid = ");
        sql_int(&select, id);
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(db, &select, &rows));
        TRY(rows_next(rows, ret_found));
        *ret = *ret_found ? str_copy(db_arena(db), rows_text(rows, 0)) : STR_NONE;
        return STATUS_OK;
}

static Status put_sqlite(Db *db, const Object *object, int64_t id, Str terms)
{
        bool found = false;
        Str before;
        TRY(stored_terms(db, object, id, &found, &before));
        if (found && str_eq(before, terms))
                return STATUS_OK;
        Sql write = db_sql(db);
        if (found) {
                sql(&write, "update ");
                search_table(object, &write);
                sql(&write, " set terms = ");
                sql_str(&write, terms);
                sql(&write, " where rowid = ");
                sql_int(&write, id);
        } else {
                sql(&write, "insert into ");
                search_table(object, &write);
                sql(&write, " (rowid, terms) values (");
                sql_int(&write, id);
                sql(&write, ", ");
                sql_str(&write, terms);
                sql(&write, ")");
        }
        return db_exec(db, &write, NULL);
}

static Status put_postgres(Db *db, const Object *object, int64_t id, Str terms)
{
        Sql write = db_sql(db);
        sql(&write, "insert into ");
        search_table(object, &write);
        sql(&write, " as s (id, terms) values (");
        sql_int(&write, id);
        sql(&write, ", array_to_tsvector(string_to_array(");
        sql_str(&write, terms);
        sql(&write, ", ' '))) on conflict (id) do update set terms = excluded.terms where s.terms is distinct from excluded.terms");
        return db_exec(db, &write, NULL);
}

static Status put(Db *db, const Object *object, int64_t id, Str terms)
{
        return db_dialect(db) == DIALECT_SQLITE ? put_sqlite(db, object, id, terms) : put_postgres(db, object, id, terms);
}

Status search_put_terms(Call *call, const Object *object, int64_t id, Str terms, int64_t owner, int64_t department)
{
        if (!object->search)
                return STATUS_OK;
        Parents parents = {.access = call->actor->access};
        return put(call->db, object, id, with_scope(call->context->arena, terms, &parents, owner, department));
}

Status search_put(Call *call, const Object *object, int64_t id, const Value *values, int64_t owner, int64_t department)
{
        if (!object->search)
                return STATUS_OK;
        Buf terms = buf_make(call->context->arena, SEARCH_TERMS_CAP);
        search_terms(&terms, object, values);
        return search_put_terms(call, object, id, buf_str(&terms), owner, department);
}

Status search_remove(Call *call, const Object *object, int64_t id)
{
        if (!object->search)
                return STATUS_OK;
        Sql remove = db_sql(call->db);
        sql(&remove, "delete from ");
        search_table(object, &remove);
        sql_fixed(&remove, db_dialect(call->db) == DIALECT_SQLITE ? STR(" where rowid = ") : STR(" where id = "));
        sql_int(&remove, id);
        return db_exec(call->db, &remove, NULL);
}

// ---- building

typedef struct Build {
        Db *db;
        const Object *object;
        Parents parents;
        int64_t last; // id done last
        bool more;
} Build;

static void select_build(const Build *build, const Sql *which, int limit, Sql *select)
{
        const Object *object = build->object;
        sql(select, "select t.id, t.");
        sql_name(select, object->owner->column);
        sql(select, ", t.");
        sql_name(select, object->department->column);
        for (size_t i = 0; i < object->fields_count; i++)
                if (search_field(object->fields[i])) {
                        sql(select, ", t.");
                        sql_name(select, object->fields[i]->column);
                }
        sql(select, " from ");
        sql_name(select, object->table);
        sql(select, " t where t.deleted_at is null and t.id > ");
        sql_int(select, build->last);
        if (which)
                sql_append(select, which);
        sql(select, " order by t.id limit ");
        sql_int(select, limit);
}

typedef struct Built { int64_t id; Str terms; } Built;

static Built take_built(const Build *build, Rows *rows)
{
        const Object *object = build->object;
        Arena *arena = db_arena(build->db);
        Value *values = arena_array(arena, Value, object->fields_count);
        int column = 3;
        for (size_t i = 0; i < object->fields_count; i++)
                if (search_field(object->fields[i]))
                        values[i] = rows_value(rows, column++, object->fields[i]->kind);
        Buf terms = buf_make(arena, SEARCH_TERMS_CAP);
        search_terms(&terms, object, values);
        return (Built){rows_int(rows, 0), with_scope(arena, buf_str(&terms), &build->parents, rows_int(rows, 1), rows_int(rows, 2))};
}

// The next records of an object, at most limit of them: read first, then written, so that no cursor is open over what is written.
static Status build_slice(Build *build, const Sql *which, int limit)
{
        Sql select = db_sql(build->db);
        select_build(build, which, limit, &select);
        Built *built = arena_array(db_arena(build->db), Built, limit);
        int count = 0;
        {
                ROWS_CLEANUP Rows *rows = NULL;
                TRY(db_query(build->db, &select, &rows));
                for (bool found = true; count < limit;) {
                        TRY(rows_next(rows, &found));
                        if (!found)
                                break;
                        built[count++] = take_built(build, rows);
                }
        }
        for (int i = 0; i < count; i++)
                TRY(put(build->db, build->object, built[i].id, built[i].terms));
        build->more = count == limit;
        if (count)
                build->last = built[count - 1].id;
        return STATUS_OK;
}

static Status load_parents(Db *db, const Catalog *catalog, Parents *ret)
{
        Parents parents = {0};
        const Object *department = catalog_find(catalog, STR("department"));
        if (!department) {
                *ret = parents;
                return STATUS_OK;
        }
        Sql count = db_sql(db), select = db_sql(db);
        sql(&count, "select count(*) from department");
        int64_t total = 0;
        bool found;
        TRY(db_get_int(db, &count, &total, &found));
        parents.ids = arena_array(db_arena(db), int64_t, total + 1);
        parents.parents = arena_array(db_arena(db), int64_t, total + 1);
        sql(&select, "select id, parent_id from department where deleted_at is null");
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(db, &select, &rows));
        for (;;) {
                TRY(rows_next(rows, &found));
                if (!found || parents.count == (size_t)total)
                        break;
                parents.ids[parents.count] = rows_int(rows, 0);
                parents.parents[parents.count++] = rows_int(rows, 1);
        }
        *ret = parents;
        return STATUS_OK;
}

static bool is_below(const Parents *parents, int64_t department, int64_t above)
{
        for (int depth = 0; department && depth < 64; depth++) {
                if (department == above)
                        return true;
                department = parent_of(parents, department);
        }
        return false;
}

Status search_department_moved(Call *call, int64_t department)
{
        Parents parents;
        TRY(load_parents(call->db, call->catalog, &parents));
        int64_t *below = arena_array(call->context->arena, int64_t, parents.count + 1);
        size_t count = 0;
        for (size_t i = 0; i < parents.count; i++)
                if (is_below(&parents, parents.ids[i], department))
                        below[count++] = parents.ids[i];
        Sql which = db_sql(call->db);
        sql(&which, " and t.department_id in ");
        sql_int_list(&which, below, count);
        for (size_t i = 0; count && i < call->catalog->objects_count; i++) {
                const Object *object = call->catalog->objects[i];
                Build build = {.db = call->db, .object = object, .parents = parents, .more = object->search && !object->retired};
                while (build.more)
                        TRY(build_slice(&build, &which, 500));
        }
        return STATUS_OK;
}

// ---- tables. search_state(object_id, signature, built): built is the last id done, -1 when all are

static Status run(Db *db, Str statement)
{
        Sql ddl = db_sql(db);
        sql_fixed(&ddl, statement);
        return db_ddl(db, &ddl);
}

static Status table_exists(Db *db, Str name, bool *ret)
{
        Sql select = db_sql(db);
        int64_t one;
        sql_fixed(&select, db_dialect(db) == DIALECT_SQLITE ? STR("select 1 from sqlite_master where type = 'table' and name = ")
                                                            : STR("select 1 from pg_class where pg_table_is_visible(oid) and relname = "));
        sql_str(&select, name);
        return db_get_int(db, &select, &one, ret);
}

static Status make_state(Db *db)
{
        bool exists;
        TRY(table_exists(db, STR("search_state"), &exists));
        if (exists)
                return STATUS_OK;
        return run(db, db_dialect(db) == DIALECT_SQLITE ? STR("create table search_state (object_id integer primary key, signature text not null, built integer not null) strict")
                                                        : STR("create table search_state (object_id bigint primary key, signature text collate \"C\" not null, built bigint not null)"));
}

static Status make_table(Db *db, const Object *object)
{
        bool exists, sqlite = db_dialect(db) == DIALECT_SQLITE;
        TRY(table_exists(db, str_format(db_arena(db), "search_" STR_FMT, STR_ARG(object->name)), &exists));
        if (exists)
                return STATUS_OK;
        Sql ddl = db_sql(db);
        sql_fixed(&ddl, sqlite ? STR("create virtual table ") : STR("create table "));
        search_table(object, &ddl);
        if (sqlite) // terms come apart at spaces and nowhere else
                sql(&ddl, " using fts5 (terms, detail = none, columnsize = 0, tokenize = \"ascii tokenchars '_'\")");
        else
                sql(&ddl, " (id bigint primary key, terms tsvector not null)");
        TRY(db_ddl(db, &ddl));
        if (sqlite)
                return STATUS_OK;
        Sql index = db_sql(db);
        sql(&index, "create index on ");
        search_table(object, &index);
        sql(&index, " using gin (terms)");
        return db_ddl(db, &index);
}

static Str signature_of(Arena *arena, const Object *object)
{
        Buf buf = buf_make(arena, 4096);
        buf_format(&buf, "%d", TOKEN_VERSION);
        for (size_t i = 0; i < object->fields_count; i++)
                if (search_field(object->fields[i]))
                        buf_format(&buf, " %lld", (long long)object->fields[i]->id);
        return buf_str(&buf);
}

static Status find_state(Db *db, const Object *object, bool *ret_same, int64_t *ret_built)
{
        Sql select = db_sql(db);
        sql(&select, "select signature, built from search_state where object_id = ");
        sql_int(&select, object->id);
        ROWS_CLEANUP Rows *rows = NULL;
        bool found;
        TRY(db_query(db, &select, &rows));
        TRY(rows_next(rows, &found));
        *ret_same = found && str_eq(rows_text(rows, 0), signature_of(db_arena(db), object));
        *ret_built = *ret_same ? rows_int(rows, 1) : 0;
        return STATUS_OK;
}

static Status store_state(Db *db, const Object *object, int64_t built)
{
        Sql write = db_sql(db);
        sql(&write, "insert into search_state (object_id, signature, built) values (");
        sql_int(&write, object->id);
        sql(&write, ", ");
        sql_str(&write, signature_of(db_arena(db), object));
        sql(&write, ", ");
        sql_int(&write, built);
        sql(&write, ") on conflict (object_id) do update set signature = excluded.signature, built = excluded.built");
        return db_exec(db, &write, NULL);
}

// At most limit records more of what is not built; *limit is lowered by what was taken.
static Status build_on(Db *db, const Catalog *catalog, const Object *object, int64_t built, int *limit)
{
        Build build = {.db = db, .object = object, .last = built, .more = true};
        TRY(load_parents(db, catalog, &build.parents));
        while (build.more && *limit > 0) {
                int slice = *limit < 500 ? *limit : 500;
                TRY(build_slice(&build, NULL, slice));
                *limit -= slice;
        }
        return store_state(db, object, build.more ? build.last : -1);
}

Status search_prepare(Db *db, const Catalog *catalog)
{
        TRY(make_state(db));
        for (size_t i = 0; i < catalog->objects_count; i++) {
                const Object *object = catalog->objects[i];
                bool same;
                int64_t built;
                if (!object->search || object->retired)
                        continue;
                TRY(find_state(db, object, &same, &built));
                if (same)
                        continue;
                TRY(make_table(db, object));
                int limit = BUILD_AT_ONCE;
                TRY(build_on(db, catalog, object, 0, &limit));
        }
        return STATUS_OK;
}

Status search_continue(Db *db, const Catalog *catalog, int limit, bool *ret_more)
{
        for (size_t i = 0; i < catalog->objects_count && limit > 0; i++) {
                const Object *object = catalog->objects[i];
                bool same;
                int64_t built;
                if (!object->search || object->retired)
                        continue;
                TRY(find_state(db, object, &same, &built));
                if (same && built >= 0)
                        TRY(build_on(db, catalog, object, built, &limit));
        }
        *ret_more = limit <= 0;
        return STATUS_OK;
}
