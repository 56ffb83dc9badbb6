// The import itself: rows in slices, so that one bad row costs only itself and says why. Most bad rows are found out before anything of them is written; where one
// is not, its slice is run again with a savepoint for each row.
#include "link/import/map.h"
#include "record/duplicate.h"
#include "record/write.h"

#define SLICE 100
#define ISSUES_KEPT 1000

typedef struct Known { Str text; int64_t id; struct Known *next; } Known; // looked up already
#define KNOWN_BUCKETS 1024

typedef struct Run {
        Context *context;      // of the whole import
        Org *org;
        int64_t user;
        Str object_name;
        const ImportOptions *options;
        Table table;
        Map map;
        ImportResult *result;
        ImportResult before;   // the slice; a transaction may be run again
        const Catalog *bound;  // that the map's fields belong to
        Known ***known;        // by target, buckets
        size_t first, last;    // the slice
        bool second_pass;
        bool careful;          // the slice: a savepoint for each row
        // of the transaction
        Call call;
        const Object *object;
        OrgView view;
} Run;

typedef struct RowStep { Run *run; size_t row; bool created, changed, duplicate; Str like; } RowStep; // like: what it could be

// ---- Issues

static void add_issue(Run *run, Context *from, int line, Status status) {
        ImportResult *result = run->result;
        Context *keep = run->context;
        size_t count = from->error.count ? from->error.count : 1;
        for (size_t i = 0; i < count && result->issues_count < ISSUES_KEPT; i++) {
                const ErrorItem *item = from->error.count ? &from->error.items[i] : NULL;
                const char *code = item ? item->code : from->error.code ? from->error.code : status_name(status);
                Str key = str_format(from->arena, "error.%s", code);
                Str message = text_format(keep->arena, keep->lang, key.data, item ? item->args : from->error.args);
                result->issues[result->issues_count++] = (ImportIssue){line, str_copy(keep->arena, item ? item->field : STR_NONE), str_from(code), str_copy(keep->arena, message)};
        }
}

// It was written: whoever imports is told, as in a form.
static void add_duplicate(Run *run, int line, Str like) {
        ImportResult *result = run->result;
        Context *keep = run->context;
        result->duplicates++;
        if (result->issues_count < ISSUES_KEPT)
                result->issues[result->issues_count++] = (ImportIssue){line, STR_NONE, STR("duplicate"), text_format(keep->arena, keep->lang, "error.duplicate", (Str[4]){like})};
}

// ---- Looking up references

static size_t bucket_of(Str text) {
        return str_hash(text) % KNOWN_BUCKETS;
}

static Known *find_known(Run *run, size_t target, Str text) {
        for (Known *known = run->known[target][bucket_of(text)]; known; known = known->next)
                if (str_eq(known->text, text))
                        return known;
        return NULL;
}

static void remember(Run *run, size_t target, Str text, int64_t id) {
        Known *known = arena_new_of(run->context->arena, Known);
        *known = (Known){str_copy(run->context->arena, text), id, run->known[target][bucket_of(text)]};
        run->known[target][bucket_of(text)] = known;
}

// The record of the target object whose match field is text, as far as the importer may see; several: the oldest.
static Status query_match(Run *run, const Object *object, const Field *match, Str text, int64_t *ret_id, bool *ret_found) {
        Sql select = db_sql(run->call.db);
        sql(&select, "select t.\"id\" from ");
        sql_name(&select, object->table);
        sql(&select, " t where t.deleted_at is null and t.");
        sql_name(&select, match->column);
        sql(&select, " = ");
        sql_str(&select, text);
        sql(&select, " and (");
        TRY(actor_scope_sql(run->call.context, run->call.actor, object, VERB_READ, STR("t"), &select));
        sql(&select, ") order by t.\"id\" limit 1");
        return db_get_int(run->call.db, &select, ret_id, ret_found);
}

static Status may_import(const Run *run, const Object *object) {
        if (actor_may(run->call.actor, object, VERB_IMPORT))
                return STATUS_OK;
        return error_set(run->call.context, STATUS_FORBIDDEN, "may_not_import", label_text(&object->label, run->call.context->lang));
}

static Status make_missing(Run *run, const Target *target, Str text, int64_t *ret_id) {
        TRY(may_import(run, target->field->target));
        RecordInput *input = record_input_new(run->call.context->arena, target->field->target);
        record_input_set(input, str_c(run->call.context->arena, target->match->name), value_text(text));
        if (target->match != target->field->target->name_field)
                record_input_set(input, "name", value_text(text));
        WriteOptions options = {.import = true, .action = STR("import")};
        return record_create(&run->call, input, &options, ret_id);
}

static Status find_reference(Run *run, size_t at, Str text, int64_t *ret_id, bool *ret_found) {
        const Target *target = &run->map.targets[at];
        Known *known = find_known(run, at, text);
        *ret_found = true;
        if (known) {
                *ret_id = known->id;
                return STATUS_OK;
        }
        TRY(query_match(run, target->field->target, target->match, text, ret_id, ret_found));
        if (!*ret_found && target->missing == MISSING_CREATE) {
                TRY(make_missing(run, target, text, ret_id));
                *ret_found = true;
                return STATUS_OK; // not remembered: the row may still be rolled back
        }
        if (*ret_found)
                remember(run, at, text, *ret_id);
        return STATUS_OK;
}

// ---- One row

static void give(RecordInput *input, const Field *field, Value value) {
        input->values[field->index] = value;
        input->given[field->index] = true;
}

static Status take_reference(Run *run, size_t at, RecordInput *input, Str text, bool *ret_skip) {
        const Target *target = &run->map.targets[at];
        Context *context = run->call.context;
        int64_t id = 0;
        bool found = false;
        TRY(find_reference(run, at, str_trim(text), &id, &found));
        if (!found && target->missing == MISSING_SKIP) {
                *ret_skip = true;
                return STATUS_OK;
        }
        if (!found && target->missing == MISSING_ERROR) {
                input->given[target->field->index] = input->failed[target->field->index] = true;
                (void)error_add(context, target->field->name, "no_match", str_trim(text));
                return STATUS_OK;
        }
        if (!found)
                give(input, target->field, VALUE_NONE);
        else if (target->field->type->list)
                give(input, target->field, value_text(str_format(context->arena, "[\"%lld\"]", (long long)id)));
        else
                give(input, target->field, value_int(id));
        return STATUS_OK;
}

static Status take_cell(Run *run, size_t at, size_t row, RecordInput *input, bool *ret_skip) {
        const Target *target = &run->map.targets[at];
        Context *context = run->call.context;
        Str text = STR_NONE;
        if (map_cell(context, target, target->column < 0 ? STR_NONE : run->table.rows[row][target->column], &text) != STATUS_OK) {
                input->given[target->field->index] = input->failed[target->field->index] = true;
                return STATUS_OK;
        }
        if (str_empty(str_trim(text)))
                return STATUS_OK; // an empty cell says nothing
        if (target->match)
                return take_reference(run, at, input, text, ret_skip);
        Value value = VALUE_NONE;
        input->given[target->field->index] = true;
        if (field_parse(context, target->field, target->field->name, text, &value) != STATUS_OK)
                input->failed[target->field->index] = true;
        else
                give(input, target->field, value);
        return STATUS_OK;
}

static Status find_existing(Run *run, const RecordInput *input, int64_t *ret_id, bool *ret_found) {
        *ret_found = false;
        if (!run->map.key)
                return STATUS_OK;
        Value value = input->values[run->map.key->field->index];
        if (value.kind == VALUE_TEXT)
                return query_match(run, run->object, run->map.key->field, value.text, ret_id, ret_found);
        if (run->map.key->field->role == FIELD_ID && value.kind == VALUE_INTEGER) {
                Status status = STATUS_OK;
                *ret_id = value.integer;
                *ret_found = query_visible(&run->call, run->object, value.integer, &status);
                return status;
        }
        if (value.kind == VALUE_INTEGER) {
                Sql select = db_sql(run->call.db);
                sql(&select, "select t.\"id\" from ");
                sql_name(&select, run->object->table);
                sql(&select, " t where t.deleted_at is null and t.");
                sql_name(&select, run->map.key->field->column);
                sql(&select, " = ");
                sql_int(&select, value.integer);
                sql(&select, " and (");
                TRY(actor_scope_sql(run->call.context, run->call.actor, run->object, VERB_READ, STR("t"), &select));
                sql(&select, ") order by t.\"id\" limit 1");
                return db_get_int(run->call.db, &select, ret_id, ret_found);
        }
        return STATUS_OK;
}

static Status current_version(Run *run, int64_t id, int64_t *ret) {
        Record *record = NULL;
        TRY(record_load(&run->call, run->object, id, &record));
        *ret = record->version;
        return STATUS_OK;
}

static Status write_row(Run *run, RowStep *step, RecordInput *input) {
        WriteOptions options = {.import = true, .action = STR("import")};
        int64_t id = 0, before = 0, after = 0;
        bool exists = false;
        if (run->call.context->error.count == 0)
                TRY(find_existing(run, input, &id, &exists));
        input->given[FIELD_ID - FIELD_ID] = false; // it says which record, and is nothing to be written
        if (!exists && (run->second_pass || !run->map.create))
                return run->second_pass ? STATUS_OK : error_set(run->call.context, STATUS_NOT_FOUND, "no_record_to_update");
        if (!exists) {
                step->created = true;
                bool seen = run->options->dry_run; // trying out is no way to ask what there is that one may not see
                TRY(duplicates_told(&run->call, run->object, input->values, seen, &step->like, &step->duplicate));
                return record_create(&run->call, input, &options, &id);
        }
        if (!run->map.update && !run->second_pass)
                return error_set(run->call.context, STATUS_CONFLICT, "exists_already");
        TRY(current_version(run, id, &before));
        TRY(record_update(&run->call, run->object, id, input, &options));
        TRY(current_version(run, id, &after));
        step->changed = after != before;
        return STATUS_OK;
}

static Status run_row(Db *db, void *arg) {
        RowStep *step = arg;
        Run *run = step->run;
        (void)db;
        RecordInput *input = record_input_new(run->call.context->arena, run->object);
        bool skip = false;
        for (size_t i = 0; i < run->map.count && !skip; i++) {
                const Target *target = &run->map.targets[i];
                if (target->second_pass == run->second_pass || (run->second_pass && target == run->map.key))
                        TRY(take_cell(run, i, step->row, input, &skip));
        }
        return skip ? STATUS_OK : write_row(run, step, input);
}

static Status take_row(Run *run, RowStep *step) {
        Db *db = run->call.db;
        if (run->careful)
                return db_savepoint(db, run_row, step);
        int64_t written = db_written(db);
        Status status = run_row(db, step);
        if (status == STATUS_OK || db_written(db) == written)
                return status;
        run->careful = true;
        for (size_t i = 0; i < run->map.count; i++) // what was found may be what this slice had made
                memset(run->known[i], 0, sizeof(Known *) * KNOWN_BUCKETS);
        return STATUS_RETRY;
}

// ---- Slices

// Somebody may have changed the object since the slice before: its fields have other places then.
static Status bind(Run *run) {
        if (run->bound == run->view.catalog)
                return STATUS_OK;
        run->bound = run->view.catalog;
        return map_bind(run->context, run->call.actor, run->object, &run->table, run->options->map, &run->map);
}

static Status importer(const Run *run, Context *context, const Access *access, const Actor **ret) {
        if (run->user)
                return access_actor_narrowed(context, access, run->user, run->options->scopes, ret);
        *ret = access_system(access);
        return STATUS_OK;
}

static Status begin(Run *run, Db *db) {
        Context *context = db_context(db);
        bool exchanged = false;
        org_view_done(&run->view);
        run->view = org_view(run->org);
        TRY(org_bring_current(run->org, db, &run->view, &exchanged));
        run->object = catalog_find(run->view.catalog, run->object_name);
        if (!run->object)
                return error_set(context, STATUS_NOT_FOUND, "unknown_object", run->object_name);
        run->call = (Call){.context = context, .org = run->org, .catalog = run->view.catalog, .db = db, .source = STR("import")};
        TRY(importer(run, context, run->view.access, &run->call.actor));
        TRY(may_import(run, run->object)); // it may have been taken from him since
        return bind(run);
}

static Status run_slice(Db *db, void *arg) {
        Run *run = arg;
        Context *context = db_context(db);
        TRY(begin(run, db));
        *run->result = run->before;
        for (size_t i = run->first; i < run->last; i++) {
                RowStep step = {.run = run, .row = i};
                error_clear(context);
                Status status = take_row(run, &step);
                if (store_failed(status))
                        return status;
                if (status != STATUS_OK) {
                        run->result->failed++;
                        add_issue(run, context, run->table.lines[i], status);
                } else if (step.created) {
                        run->result->created++;
                        if (step.duplicate)
                                add_duplicate(run, run->table.lines[i], step.like);
                } else if (!run->second_pass) {
                        if (step.changed)
                                run->result->updated++;
                        else
                                run->result->unchanged++;
                }
        }
        error_clear(context);
        if (run->call.metadata_changed)
                TRY(access_bump(db));
        return run->options->dry_run ? STATUS_CONFLICT : STATUS_OK; // a dry run leaves nothing behind
}

static Status run_pass(Run *run, bool (*progress)(void *arg, int64_t done, int64_t total), void *arg) {
        bool reload = false;
        for (run->first = 0; run->first < run->table.rows_count; run->first = run->last) {
                run->last = run->first + SLICE < run->table.rows_count ? run->first + SLICE : run->table.rows_count;
                ARENA_CLEANUP Arena *arena = arena_new(0);
                Context context;
                context_init(&context, arena, run->context->lang, run->context->now_ms);
                run->before = *run->result;
                run->careful = false;
                Status status = store_write(org_store(run->org), &context, run_slice, run);
                if (status != STATUS_OK && !(run->options->dry_run && status == STATUS_CONFLICT)) {
                        run->context->error.detail = str_copy(run->context->arena, context.error.detail);
                        return error_set(run->context, status, context.error.code ? context.error.code : status_name(status));
                }
                reload |= run->call.metadata_changed;
                if (progress && !progress(arg, (int64_t)run->last, (int64_t)run->table.rows_count))
                        return error_set(run->context, STATUS_CONFLICT, "cancelled");
        }
        return reload ? org_reload(run->org, run->context) : STATUS_OK;
}

static bool has_second_pass(const Map *map) {
        for (size_t i = 0; i < map->count; i++)
                if (map->targets[i].second_pass)
                        return true;
        return false;
}

Status import_run(Context *context, Org *org, int64_t user, const Object *object, Str bytes, const ImportOptions *options,
                  bool (*progress)(void *arg, int64_t done, int64_t total), void *arg, ImportResult *ret) {
        Run run = {.context = context, .org = org, .user = user, .object_name = object->name, .options = options, .result = ret};
        *ret = (ImportResult){.issues = arena_array(context->arena, ImportIssue, ISSUES_KEPT)};
        TRY(table_read(context, bytes, &run.table));
        OrgView view = org_view(org); // keeps the fields that the map points at
        const Actor *actor = NULL;
        Status status = importer(&run, context, view.access, &actor);
        if (status == STATUS_OK)
                status = map_bind(context, actor, catalog_find(view.catalog, object->name), &run.table, options->map, &run.map);
        run.bound = view.catalog;
        ret->rows = (int64_t)run.table.rows_count;
        ret->unmapped = run.map.unmapped;
        run.known = arena_array(context->arena, Known **, run.map.count + 1);
        for (size_t i = 0; i < run.map.count; i++)
                run.known[i] = arena_array(context->arena, Known *, KNOWN_BUCKETS);
        if (status == STATUS_OK)
                status = run_pass(&run, progress, arg);
        if (status == STATUS_OK && !options->dry_run && run.map.key && has_second_pass(&run.map)) {
                run.second_pass = true;
                status = run_pass(&run, progress, arg);
        }
        org_view_done(&run.view);
        org_view_done(&view);
        return status;
}

void import_write_result(JsonWriter *w, const ImportResult *result) {
        json_open_object(w);
        json_put_int(w, "rows", result->rows);
        json_put_int(w, "created", result->created);
        json_put_int(w, "updated", result->updated);
        json_put_int(w, "unchanged", result->unchanged);
        json_put_int(w, "failed", result->failed);
        json_put_int(w, "duplicates", result->duplicates);
        json_put_str(w, "unmapped", result->unmapped);
        json_key(w, STR("issues"));
        json_open_array(w);
        for (size_t i = 0; i < result->issues_count; i++) {
                json_open_object(w);
                json_put_int(w, "line", result->issues[i].line);
                json_put_str(w, "column", result->issues[i].column);
                json_put_str(w, "code", result->issues[i].code);
                json_put_str(w, "message", result->issues[i].message);
                json_close_object(w);
        }
        json_close_array(w);
        json_close_object(w);
}
