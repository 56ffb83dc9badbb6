// Writing the search index: terms of a record, tables per object, building anew where the tokeniser or the searched fields changed.
#include "record/search.h"
#include "record/entry.h"
#include "base/unicode.h"

#define BUILD_AT_ONCE 20000 // records of an object that search_prepare() indexes itself
#define TEXT_CAP (128 * 1024)
#define PART_LARGEST 24000      // bytes of one field
#define SOURCE_CAP (512 * 1024)
#define DEPARTMENTS_DEEPEST 64
#define RENEWED_AT_ONCE 200  // children whose parent changed hands
#define MOVED_AT_ONCE 2000   // records of an object in a department that moved

void search_table(const Object *object, Sql *select) {
        Str name = str_format(select->arena, "search_" STR_FMT, STR_ARG(object->name));
        sql_name(select, name);
}

// ---- sources: what a record says, part by part, and after a mark who may see it ("_o12 _d3 _d1"). SQLite keeps them beside an index without content, a tenth of the
// size of the terms: FTS5 must be told what it is to forget, and equal sources need no work at all.

#define PART_END '\x1f'
#define SCOPE_MARK '\x1e'

static Str cut_text(Str text) {
        size_t end = text.len;
        if (end > PART_LARGEST)
                for (end = PART_LARGEST; end && ((unsigned char)text.data[end] & 0xC0) == 0x80;)
                        end--;
        return str_slice(text, 0, end);
}

static void add_part(Buf *source, Arena *scratch, const Field *field, Value value) {
        Str before = STR_NONE;
        for (int lang = 0; lang < LANG_COUNT; lang++) {
                Buf text = buf_make(scratch, TEXT_CAP);
                field_text(&text, field, (Lang)lang, value);
                if (buf_full(&text) || (lang && str_eq(before, buf_str(&text))))
                        continue;
                before = buf_str(&text);
                buf_add(source, cut_text(before));
                buf_add_char(source, PART_END);
        }
}

// What the record's pool masks is not in the index: nobody finds by it, and no match tells of it.
static bool is_veiled(const Pool *pools, size_t count, const Field *field, const Value *values) {
        Value pool = field->object->pooled ? values[field->object->pool->index] : VALUE_NONE;
        for (size_t i = 0; pool.kind == VALUE_INTEGER && i < count; i++) {
                const Field *own = pools[i].id == pool.integer ? object_find(pools[i].object, field->name) : NULL;
                if (own && pools[i].veils[own->index])
                        return true;
        }
        return false;
}

static void add_parts(Buf *source, Arena *scratch, const Object *object, const Value *values, const Pool *pools, size_t count) {
        for (size_t i = 0; i < object->fields_count; i++)
                if (search_field(object->fields[i]) && !value_is_null(values[i]) && !is_veiled(pools, count, object->fields[i], values))
                        add_part(source, scratch, object->fields[i], values[i]);
}

static void add_terms(Buf *terms, Str source) {
        Str parts;
        str_cut(&source, SCOPE_MARK, &parts);
        for (Str part; str_cut(&parts, PART_END, &part);)
                text_tokens(terms, part, TOKEN_INDEX);
        if (terms->len && terms->data[terms->len - 1] != ' ' && source.len)
                buf_add_char(terms, ' ');
        buf_add(terms, source);
}

void search_terms(Buf *buf, const Access *access, const Object *object, const Value *values) {
        ARENA_CLEANUP Arena *scratch = arena_new(0);
        Buf source = buf_make(scratch, SOURCE_CAP);
        add_parts(&source, scratch, object, values, access->pools, access->pools_count);
        add_terms(buf, buf_str(&source));
}

// Departments with their parents, and pools, as they stand: the snapshot's, or where they are changing those of the database.
typedef struct Parents {
        const Access *access;
        int64_t *ids, *parents;
        size_t count;
        const Pool *pools; size_t pools_count;
} Parents;

static Parents parents_known(const Access *access) {
        return (Parents){.access = access, .pools = access->pools, .pools_count = access->pools_count};
}

static int64_t parent_of(const Parents *parents, int64_t department) {
        if (parents->access) {
                const Department *found = access_department(parents->access, department);
                return found ? found->parent : 0;
        }
        for (size_t i = 0; i < parents->count; i++)
                if (parents->ids[i] == department)
                        return parents->parents[i];
        return 0;
}

static void add_scope_term(Buf *source, char kind, int64_t id) {
        buf_format(source, "%s_%c%lld", source->data[source->len - 1] == SCOPE_MARK ? "" : " ", kind, (long long)id);
}

static void add_departments(Buf *source, const Parents *parents, int64_t department) {
        for (int depth = 0; department && depth < DEPARTMENTS_DEEPEST; depth++) {
                add_scope_term(source, 'd', department);
                department = parent_of(parents, department);
        }
}

// Whoever a record is entered for finds it as its owner, or as those of its department, do.
static void add_entry(Buf *source, const Parents *parents, int64_t token) {
        switch (token_kind(token)) {
        case TOKEN_USER:
                add_scope_term(source, 'o', token_id(token));
                break;
        case TOKEN_DEPARTMENT:
                add_departments(source, parents, token_id(token));
                break;
        case TOKEN_RULE:
                add_scope_term(source, 'r', token_id(token));
                break;
        case TOKEN_POOL:
                add_scope_term(source, 'p', token_id(token));
                break;
        }
}

static Str source_of(Arena *arena, const Object *object, const Value *values, const Parents *parents, const Entries *entries) {
        Buf source = buf_make(arena, SOURCE_CAP);
        ARENA_CLEANUP Arena *scratch = arena_new(0);
        int64_t owner = values[object->owner->index].integer;
        add_parts(&source, scratch, object, values, parents->pools, parents->pools_count);
        buf_add_char(&source, SCOPE_MARK);
        if (owner)
                add_scope_term(&source, 'o', owner);
        add_departments(&source, parents, values[object->department->index].integer);
        for (size_t i = 0; i < entries->count; i++)
                add_entry(&source, parents, entries->items[i].token);
        return buf_str(&source);
}

static Str terms_of(Arena *arena, Str source) {
        Buf terms = buf_make(arena, SEARCH_TERMS_CAP);
        add_terms(&terms, source);
        return str_trim(buf_str(&terms));
}

// ---- rows

static Status stored_source(Db *db, const Object *object, int64_t id, bool *ret_found, Str *ret) {
        Sql select = db_sql(db);
        sql(&select, "select source from search__source where object_id = ");
        sql_int(&select, object->id);
        sql(&select, " and record_id = ");
        sql_int(&select, id);
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(db, &select, &rows));
        TRY(rows_next(rows, ret_found));
        *ret = *ret_found ? str_copy(db_arena(db), rows_text(rows, 0)) : STR_NONE;
        return STATUS_OK;
}

static Status store_source(Db *db, const Object *object, int64_t id, Str source) {
        Sql write = db_sql(db);
        sql(&write, "insert into search__source (object_id, record_id, source) values (");
        sql_int(&write, object->id);
        sql(&write, ", ");
        sql_int(&write, id);
        sql(&write, ", ");
        sql_str(&write, source);
        sql(&write, ") on conflict (object_id, record_id) do update set source = excluded.source");
        return db_exec(db, &write, NULL);
}

static Status index_terms(Db *db, const Object *object, int64_t id, Str source, bool forget) {
        Sql write = db_sql(db);
        sql(&write, "insert into ");
        search_table(object, &write);
        if (forget) {
                sql(&write, " (");
                search_table(object, &write);
                sql(&write, ", rowid, terms) values ('delete', ");
        } else
                sql(&write, " (rowid, terms) values (");
        sql_int(&write, id);
        sql(&write, ", ");
        sql_str(&write, terms_of(db_arena(db), source));
        sql(&write, ")");
        return db_exec(db, &write, NULL);
}

static Status put_sqlite(Db *db, const Object *object, int64_t id, Str source) {
        bool found = false;
        Str before;
        TRY(stored_source(db, object, id, &found, &before));
        if (found && str_eq(before, source))
                return STATUS_OK;
        if (found)
                TRY(index_terms(db, object, id, before, true));
        TRY(index_terms(db, object, id, source, false));
        return store_source(db, object, id, source);
}

static Status put_postgres(Db *db, const Object *object, int64_t id, Str source) {
        Sql write = db_sql(db);
        sql(&write, "insert into ");
        search_table(object, &write);
        sql(&write, " as s (id, terms) values (");
        sql_int(&write, id);
        sql(&write, ", array_to_tsvector(string_to_array(");
        sql_str(&write, terms_of(db_arena(db), source));
        sql(&write, ", ' '))) on conflict (id) do update set terms = excluded.terms where s.terms is distinct from excluded.terms");
        return db_exec(db, &write, NULL);
}

static Status put(Db *db, const Object *object, int64_t id, Str source) {
        return db_dialect(db) == DIALECT_SQLITE ? put_sqlite(db, object, id, source) : put_postgres(db, object, id, source);
}

Status search_put(Call *call, const Object *object, int64_t id, const Value *values, const Entries *entries) {
        if (!object->search)
                return STATUS_OK;
        Parents parents = parents_known(call->actor->access);
        return put(call->db, object, id, source_of(call->context->arena, object, values, &parents, entries));
}

static Status remove_sqlite(Db *db, const Object *object, int64_t id) {
        bool found = false;
        Str before;
        TRY(stored_source(db, object, id, &found, &before));
        if (!found)
                return STATUS_OK;
        TRY(index_terms(db, object, id, before, true));
        Sql remove = db_sql(db);
        sql(&remove, "delete from search__source where object_id = ");
        sql_int(&remove, object->id);
        sql(&remove, " and record_id = ");
        sql_int(&remove, id);
        return db_exec(db, &remove, NULL);
}

Status search_remove(Call *call, const Object *object, int64_t id) {
        if (!object->search)
                return STATUS_OK;
        if (db_dialect(call->db) == DIALECT_SQLITE)
                return remove_sqlite(call->db, object, id);
        Sql remove = db_sql(call->db);
        sql(&remove, "delete from ");
        search_table(object, &remove);
        sql(&remove, " where id = ");
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

static bool is_built_from(const Field *field) {
        return search_field(field) || field->role == FIELD_OWNER || field->role == FIELD_DEPARTMENT || (field->object->pooled && field == field->object->pool);
}

static void select_build(const Build *build, const Sql *which, int limit, Sql *select) {
        const Object *object = build->object;
        sql(select, "select t.id");
        for (size_t i = 0; i < object->fields_count; i++)
                if (is_built_from(object->fields[i])) {
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

typedef struct Built { int64_t id; Value *values; Entries entries; size_t capacity; } Built;

static Built take_built(const Build *build, Rows *rows) {
        const Object *object = build->object;
        Value *values = arena_array(db_arena(build->db), Value, object->fields_count);
        int column = 1;
        for (size_t i = 0; i < object->fields_count; i++)
                if (is_built_from(object->fields[i]))
                        values[i] = rows_value(rows, column++, object->fields[i]->kind);
        return (Built){.id = rows_int(rows, 0), .values = values};
}

static void give_entry(const Build *build, Built *built, int64_t token) {
        if (built->entries.count == built->capacity) {
                size_t more = built->capacity ? built->capacity * 2 : 4;
                built->entries.items = arena_grow(db_arena(build->db), built->entries.items, built->capacity * sizeof(AccessEntry), more * sizeof(AccessEntry));
                built->capacity = more;
        }
        built->entries.items[built->entries.count++].token = token;
}

// Both in the order of ids.
static Status read_entries(const Build *build, Built *built, int count) {
        int64_t *ids = arena_array(db_arena(build->db), int64_t, count + 1);
        for (int i = 0; i < count; i++)
                ids[i] = built[i].id;
        Sql select = db_sql(build->db);
        sql(&select, "select record_id, token from access_entry where object_id = ");
        sql_int(&select, build->object->id);
        sql(&select, " and record_id in ");
        sql_int_list(&select, ids, (size_t)count);
        sql(&select, " order by record_id, source, token");
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(build->db, &select, &rows));
        for (int at = 0;;) {
                bool found;
                TRY(rows_next(rows, &found));
                if (!found)
                        return STATUS_OK;
                while (at < count && built[at].id < rows_int(rows, 0))
                        at++;
                if (at < count && built[at].id == rows_int(rows, 0))
                        give_entry(build, &built[at], rows_int(rows, 1));
        }
}

// The next records of an object, at most limit of them: read first, then written, so that no cursor is open over what is written.
static Status build_slice(Build *build, const Sql *which, int limit) {
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
        TRY(read_entries(build, built, count));
        for (int i = 0; i < count; i++)
                TRY(put(build->db, build->object, built[i].id, source_of(db_arena(build->db), build->object, built[i].values, &build->parents, &built[i].entries)));
        build->more = count == limit;
        if (count)
                build->last = built[count - 1].id;
        return STATUS_OK;
}

static Status load_parents(Db *db, const Catalog *catalog, Parents *ret) {
        Parents parents = {0};
        Pool *pools = NULL;
        const Object *department = catalog_find(catalog, STR("department"));
        TRY(pools_read(db, catalog, db_arena(db), &pools, &parents.pools_count));
        parents.pools = pools;
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

static bool is_below(const Parents *parents, int64_t department, int64_t above) {
        for (int depth = 0; department && depth < DEPARTMENTS_DEEPEST; depth++) {
                if (department == above)
                        return true;
                department = parent_of(parents, department);
        }
        return false;
}

// Of the records t that which names, from the id last on: at most limit of them. *ret_last: the last one done; 0: there is none left.
static Status renew(Build *build, const Sql *which, int limit, int64_t *ret_last) {
        while (build->more && limit > 0) {
                int slice = limit < 500 ? limit : 500;
                TRY(build_slice(build, which, slice));
                limit -= slice;
        }
        *ret_last = build->more ? build->last : 0;
        return STATUS_OK;
}

static Build renewal(const Call *call, const Object *object, int64_t last) {
        return (Build){.db = call->db, .object = object, .last = last, .more = object->search && !object->retired};
}

Status search_renew(Call *call, const Object *object, const Sql *which, int64_t last, int limit, int64_t *ret_last) {
        Build build = renewal(call, object, last);
        if (!build.more)
                *ret_last = 0;
        else {
                TRY(load_parents(call->db, call->catalog, &build.parents));
                TRY(renew(&build, which, limit, ret_last));
        }
        return STATUS_OK;
}

Status search_children(Call *call, const Field *field, const Object *parent, int64_t id) {
        Build build = renewal(call, field->object, 0);
        Sql which = db_sql(call->db);
        int64_t last = 0;
        build.parents = parents_known(call->actor->access);
        entries_referring(field, parent, id, &which);
        TRY(renew(&build, &which, RENEWED_AT_ONCE, &last));
        return last ? search_children_later(call, field, parent, id, last) : STATUS_OK;
}

// What belongs to the department or to one below it, by its own department or by entries.
static void where_below(const Object *object, const int64_t *below, size_t count, Sql *which) {
        int64_t *tokens = arena_array(which->arena, int64_t, count + 1);
        for (size_t i = 0; i < count; i++)
                tokens[i] = token_of(TOKEN_DEPARTMENT, below[i]);
        sql(which, " and (t.department_id in ");
        sql_int_list(which, below, count);
        if (object->through_count) {
                sql(which, " or t.id in (select record_id from access_entry where object_id = ");
                sql_int(which, object->id);
                sql(which, " and token in ");
                sql_int_list(which, tokens, count);
                sql(which, ")");
        }
        sql(which, ")");
}

Status search_department(Call *call, const Object *object, int64_t department, int64_t last, int limit, int64_t *ret_last) {
        Build build = renewal(call, object, last);
        Sql which = db_sql(call->db);
        *ret_last = 0;
        if (!build.more)
                return STATUS_OK;
        TRY(load_parents(call->db, call->catalog, &build.parents));
        int64_t *below = arena_array(call->context->arena, int64_t, build.parents.count + 1);
        size_t count = 0;
        for (size_t i = 0; i < build.parents.count; i++)
                if (is_below(&build.parents, build.parents.ids[i], department))
                        below[count++] = build.parents.ids[i];
        where_below(object, below, count, &which);
        return count ? renew(&build, &which, limit, ret_last) : STATUS_OK;
}

Status search_department_moved(Call *call, int64_t department) {
        for (size_t i = 0; i < call->catalog->objects_count; i++) {
                const Object *object = call->catalog->objects[i];
                int64_t last = 0;
                TRY(search_department(call, object, department, 0, MOVED_AT_ONCE, &last));
                if (last)
                        TRY(search_department_later(call, object, department, last));
        }
        return STATUS_OK;
}

// ---- tables. search__state(object_id, signature, built): built is the last id done, -1 when all are

static Status run(Db *db, Str statement) {
        Sql ddl = db_sql(db);
        sql_fixed(&ddl, statement);
        return db_ddl(db, &ddl);
}

static Status table_exists(Db *db, Str name, bool *ret) {
        Sql select = db_sql(db);
        int64_t one;
        sql_fixed(&select, db_dialect(db) == DIALECT_SQLITE ? STR("select 1 from sqlite_master where type = 'table' and name = ")
                                                            : STR("select 1 from pg_class where pg_table_is_visible(oid) and relname = "));
        sql_str(&select, name);
        return db_get_int(db, &select, &one, ret);
}

static Status make_state(Db *db) {
        bool exists, sqlite = db_dialect(db) == DIALECT_SQLITE;
        TRY(table_exists(db, STR("search__state"), &exists));
        if (exists)
                return STATUS_OK;
        if (sqlite)
                TRY(run(db, STR("create table search__source (object_id integer not null, record_id integer not null, source text not null, "
                                "primary key (object_id, record_id)) strict, without rowid")));
        return run(db, sqlite ? STR("create table search__state (object_id integer primary key, signature text not null, built integer not null) strict")
                              : STR("create table search__state (object_id bigint primary key, signature text collate \"C\" not null, built bigint not null)"));
}

// What was indexed by other rules is forgotten whole.
static Status drop_table(Db *db, const Object *object) {
        Sql drop = db_sql(db), forget = db_sql(db);
        bool exists;
        TRY(table_exists(db, str_format(db_arena(db), "search_" STR_FMT, STR_ARG(object->name)), &exists));
        if (!exists)
                return STATUS_OK;
        sql(&drop, "drop table ");
        search_table(object, &drop);
        TRY(db_ddl(db, &drop));
        if (db_dialect(db) != DIALECT_SQLITE)
                return STATUS_OK;
        sql(&forget, "delete from search__source where object_id = ");
        sql_int(&forget, object->id);
        return db_exec(db, &forget, NULL);
}

static Status make_table(Db *db, const Object *object) {
        bool sqlite = db_dialect(db) == DIALECT_SQLITE;
        TRY(drop_table(db, object));
        Sql ddl = db_sql(db);
        sql_fixed(&ddl, sqlite ? STR("create virtual table ") : STR("create table "));
        search_table(object, &ddl);
        if (sqlite) // terms come apart at spaces and nowhere else
                sql(&ddl, " using fts5 (terms, content = '', detail = none, tokenize = \"ascii tokenchars '_'\")");
        else
                sql(&ddl, " (id bigint primary key, terms tsvector not null)");
        TRY(db_ddl(db, &ddl));
        if (sqlite)
                return STATUS_OK;
        Sql index = db_sql(db);
        sql(&index, "create index on ");
        search_table(object, &index);
        sql(&index, " using gin (terms) with (gin_pending_list_limit = 256)"); // what waits there is read through by every search
        return db_ddl(db, &index);
}

static Str signature_of(Arena *arena, const Object *object) {
        Buf buf = buf_make(arena, 4096);
        buf_format(&buf, "%d", TOKEN_VERSION);
        for (size_t i = 0; i < object->fields_count; i++)
                if (search_field(object->fields[i]))
                        buf_format(&buf, " %lld", (long long)object->fields[i]->id);
        return buf_str(&buf);
}

static Status find_state(Db *db, const Object *object, bool *ret_same, int64_t *ret_built) {
        Sql select = db_sql(db);
        sql(&select, "select signature, built from search__state where object_id = ");
        sql_int(&select, object->id);
        ROWS_CLEANUP Rows *rows = NULL;
        bool found;
        TRY(db_query(db, &select, &rows));
        TRY(rows_next(rows, &found));
        *ret_same = found && str_eq(rows_text(rows, 0), signature_of(db_arena(db), object));
        *ret_built = *ret_same ? rows_int(rows, 1) : 0;
        return STATUS_OK;
}

static Status store_state(Db *db, const Object *object, int64_t built) {
        Sql write = db_sql(db);
        sql(&write, "insert into search__state (object_id, signature, built) values (");
        sql_int(&write, object->id);
        sql(&write, ", ");
        sql_str(&write, signature_of(db_arena(db), object));
        sql(&write, ", ");
        sql_int(&write, built);
        sql(&write, ") on conflict (object_id) do update set signature = excluded.signature, built = excluded.built");
        return db_exec(db, &write, NULL);
}

// At most limit records more of what is not built; *limit is lowered by what was taken.
static Status build_on(Db *db, const Catalog *catalog, const Object *object, int64_t built, int *limit) {
        Build build = {.db = db, .object = object, .last = built, .more = true};
        TRY(load_parents(db, catalog, &build.parents));
        while (build.more && *limit > 0) {
                int slice = *limit < 500 ? *limit : 500;
                TRY(build_slice(&build, NULL, slice));
                *limit -= slice;
        }
        return store_state(db, object, build.more ? build.last : -1);
}

// Nodes that start together make these tables one after another.
static Status wait_for_others(Db *db) {
        if (db_dialect(db) == DIALECT_SQLITE)
                return STATUS_OK;
        Sql lock = db_sql(db);
        sql(&lock, "select pg_advisory_xact_lock(hashtext('haike search'), hashtext(current_schema()))");
        ROWS_CLEANUP Rows *rows = NULL;
        bool found;
        TRY(db_query(db, &lock, &rows));
        return rows_next(rows, &found);
}

Status search_prepare(Db *db, const Catalog *catalog) {
        TRY(wait_for_others(db));
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

Status search_continue(Db *db, const Catalog *catalog, int limit, bool *ret_more) {
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
