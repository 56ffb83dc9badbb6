// The rows of jobs: making, renewing, reading, cancelling them. A job that is over stays as it ended: whoever still runs it is told and stops.
#include "flow/job_row.h"

#define DEPTH 8 // of a result
#define DEAD_AT_ONCE 1000

// ---- Making

Status job_add(Call *call, const char *kind, int64_t *ret_id) {
        JobStart start = {.kind = kind};
        return job_start(call, &start, ret_id);
}

static void add_seen(Sql *sql) {
        if (sql->dialect == DIALECT_POSTGRES) // the database's clock: nodes compare it
                sql(sql, "clock_timestamp()");
        else
                sql(sql, "null");
}

const JobKind *job_kind(const Org *org, Str name) {
        for (const ObjectModule *const *module = record_modules(org); module && *module; module++)
                for (size_t i = 0; i < (*module)->jobs_count; i++)
                        if (str_is(name, (*module)->jobs[i].name))
                                return &(*module)->jobs[i];
        return NULL;
}

// A job kind's row is nobody's until it is taken.
Status job_start(Call *call, const JobStart *start, int64_t *ret_id) {
        bool waits = job_kind(call->org, str_from(start->kind)) != NULL;
        const Jobs *jobs = waits ? NULL : org_slot(call->org, ORG_SLOT_JOBS);
        if (waits)
                job_hurry(call->org);
        Sql insert = db_sql(call->db);
        sql(&insert, "insert into job (kind, status, progress, user_id, created_at, request, undo_until, node, scopes, finished_at, result, seen_at) values (");
        sql_str(&insert, str_from(start->kind));
        sql_fixed(&insert, start->done ? STR(", 'done', ") : STR(", 'queued', "));
        sql_value(&insert, value_number((Decimal){start->done ? DECIMAL_SCALE : 0}));
        sql(&insert, ", ");
        sql_value(&insert, call->actor->user ? value_int(call->actor->user) : VALUE_NONE);
        sql(&insert, ", ");
        sql_value(&insert, value_datetime(call->context->now_ms));
        sql(&insert, ", ");
        sql_value(&insert, start->request.len ? value_text(start->request) : VALUE_NONE);
        sql(&insert, ", ");
        sql_value(&insert, start->undo_until_ms ? value_datetime(start->undo_until_ms) : VALUE_NONE);
        sql(&insert, ", ");
        sql_value(&insert, jobs ? value_int(jobs_node(jobs)) : VALUE_NONE);
        sql(&insert, ", ");
        sql_value(&insert, call->actor->scopes.len ? value_text(call->actor->scopes) : VALUE_NONE);
        sql(&insert, ", ");
        sql_value(&insert, start->done ? value_datetime(call->context->now_ms) : VALUE_NONE);
        sql(&insert, ", ");
        sql_value(&insert, start->done ? value_text(STR("{\"done\":1,\"failed\":0,\"problems\":[]}")) : VALUE_NONE);
        sql(&insert, ", ");
        add_seen(&insert);
        sql(&insert, ")");
        sql_returning_id(&insert);
        TRY(db_insert(call->db, &insert, ret_id));
        return start->done ? STATUS_OK : job_audit_start(call, *ret_id, start);
}

Status job_row_scopes(Db *db, int64_t id, Str *ret) {
        Sql select = db_sql(db);
        sql(&select, "select scopes from job where \"id\" = ");
        sql_int(&select, id);
        ROWS_CLEANUP Rows *rows = NULL;
        bool found = false;
        TRY(db_first(db, &select, &rows, &found));
        *ret = found ? str_copy(db_arena(db), rows_text(rows, 0)) : STR_NONE;
        return found ? STATUS_OK : error_set(db_context(db), STATUS_NOT_FOUND, "not_found");
}

// ---- Renewing

static void set(Sql *update, Str column, Value value) {
        if (value_is_null(value))
                return;
        sql(update, ", ");
        sql_name(update, column);
        sql(update, " = ");
        sql_value(update, value);
}

static void where_open(Sql *update) {
        sql(update, " and finished_at is null and status in ('queued', 'running')");
}

Status job_row_update(Db *db, JobUpdate *change) {
        Sql update = db_sql(db);
        int64_t changed = 0;
        sql(&update, "update job set status = ");
        sql_str(&update, str_from(change->status));
        set(&update, STR("progress"), change->progress);
        set(&update, STR("result"), change->result);
        set(&update, STR("problem"), change->problem);
        set(&update, STR("finished_at"), change->finished_at);
        sql(&update, " where \"id\" = ");
        sql_int(&update, change->id);
        where_open(&update);
        TRY(db_exec(db, &update, &changed));
        change->ended = changed == 0;
        return changed && !value_is_null(change->finished_at) ? job_audit_end(db, change->id) : STATUS_OK;
}

Status job_save(Job *job, Db *db, int64_t done, int64_t total, Str result) {
        if (job_stopping(job))
                return error_set(db_context(db), STATUS_CONFLICT, "interrupted");
        JobUpdate update = {.id = job->id, .status = "running", .progress = value_number((Decimal){total > 0 ? done * DECIMAL_SCALE / total : 0}), .result = value_text(result)};
        TRY(job_row_update(db, &update));
        return update.ended ? error_set(db_context(db), STATUS_CONFLICT, "cancelled") : STATUS_OK;
}

Status job_finish(Job *job, Db *db, Str result) {
        JobUpdate update = {.id = job->id, .status = "done", .progress = value_number((Decimal){DECIMAL_SCALE}), .result = value_text(result), .finished_at = value_datetime(db_context(db)->now_ms)};
        if (job_stopping(job))
                return error_set(db_context(db), STATUS_CONFLICT, "interrupted");
        TRY(job_row_update(db, &update));
        return update.ended ? error_set(db_context(db), STATUS_CONFLICT, "cancelled") : STATUS_OK;
}

// ---- Taking

static void where_kind(Org *org, Sql *sql, bool known) {
        sql_fixed(sql, known ? STR(" and kind in (''") : STR(" and kind not in (''"));
        for (const ObjectModule *const *module = record_modules(org); module && *module; module++)
                for (size_t i = 0; i < (*module)->jobs_count; i++) {
                        sql(sql, ", ");
                        sql_str(sql, str_from((*module)->jobs[i].name));
                }
        sql(sql, ")");
}

Status jobs_waiting(Org *org, Db *db, int limit, JobRow *ret, size_t *ret_count) {
        Sql select = db_sql(db);
        sql(&select, "select \"id\", kind, user_id, request, result from job where finished_at is null and status = 'queued' and node is null");
        where_kind(org, &select, true);
        sql(&select, " order by \"id\" limit ");
        sql_int(&select, limit);
        *ret_count = 0;
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(db, &select, &rows));
        for (bool found;;) {
                TRY(rows_next(rows, &found));
                if (!found)
                        return STATUS_OK;
                ret[(*ret_count)++] = (JobRow){.id = rows_int(rows, 0), .kind = job_kind(org, rows_text(rows, 1)), .user = rows_int(rows, 2), .request = str_copy(db_arena(db), rows_text(rows, 3)), .result = str_copy(db_arena(db), rows_text(rows, 4))};
        }
}

Status job_claim(Db *db, int64_t id, int64_t node, bool *ret_claimed) {
        Sql update = db_sql(db);
        int64_t changed = 0;
        sql(&update, "update job set node = ");
        sql_int(&update, node);
        sql(&update, ", seen_at = ");
        add_seen(&update);
        sql(&update, " where \"id\" = ");
        sql_int(&update, id);
        sql(&update, " and status = 'queued' and node is null and finished_at is null");
        TRY(db_exec(db, &update, &changed));
        *ret_claimed = changed == 1;
        return STATUS_OK;
}

Status job_release(Db *db, int64_t id) {
        Sql update = db_sql(db);
        sql(&update, "update job set status = 'queued', node = null, seen_at = null where \"id\" = ");
        sql_int(&update, id);
        where_open(&update);
        return db_exec(db, &update, NULL);
}

Status jobs_beat(Db *db, int64_t node) {
        Sql update = db_sql(db);
        sql(&update, "update job set seen_at = ");
        add_seen(&update);
        sql(&update, " where node = ");
        sql_int(&update, node);
        where_open(&update);
        return db_exec(db, &update, NULL);
}

static void where_lost(Sql *sql) {
        sql(sql, " where status in ('queued', 'running')");
        if (sql->dialect == DIALECT_POSTGRES)
                sql(sql, " and (seen_at is null or seen_at < clock_timestamp() - interval '20 seconds')");
}

static Status find_lost(Org *org, Db *db, int64_t *ret, size_t *ret_count) {
        Sql select = db_sql(db);
        *ret_count = 0;
        sql(&select, "select \"id\" from job");
        where_lost(&select);
        where_kind(org, &select, false);
        sql(&select, " order by \"id\" limit ");
        sql_int(&select, DEAD_AT_ONCE);
        sql_lock(&select, true);
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(db, &select, &rows));
        for (bool found; *ret_count < DEAD_AT_ONCE;) {
                TRY(rows_next(rows, &found));
                if (!found)
                        break;
                ret[(*ret_count)++] = rows_int(rows, 0);
        }
        return STATUS_OK;
}

Status jobs_interrupt(Org *org, Db *db) {
        int64_t lost[DEAD_AT_ONCE];
        size_t count = 0;
        Sql update = db_sql(db), release = db_sql(db);
        TRY(find_lost(org, db, lost, &count));
        if (count) {
                sql(&update, "update job set status = 'failed', problem = '{\"code\":\"interrupted\"}', finished_at = ");
                sql_value(&update, value_datetime(db_context(db)->now_ms));
                sql(&update, " where \"id\" in ");
                sql_int_list(&update, lost, count);
                TRY(db_exec(db, &update, NULL));
                TRY(job_audit_interrupted(db, lost, count));
        }
        sql(&release, "update job set status = 'queued', node = null, seen_at = null");
        where_lost(&release);
        where_kind(org, &release, true);
        sql(&release, " and (node is not null or status = 'running')");
        return db_exec(db, &release, NULL);
}

// One's own; of a person's API token, those that were started through one that may as much: what others told of is not for it.
static void where_own(Call *call, Sql *select) {
        sql(select, "user_id = ");
        sql_int(select, call->actor->user);
        if (str_empty(call->actor->scopes))
                return;
        sql(select, " and scopes = ");
        sql_str(select, call->actor->scopes);
}

static Status job_status(Call *call, int64_t id, Str *ret) {
        Sql select = db_sql(call->db);
        sql(&select, "select status from job where \"id\" = ");
        sql_int(&select, id);
        sql(&select, " and ");
        where_own(call, &select);
        ROWS_CLEANUP Rows *rows = NULL;
        bool found = false;
        TRY(db_first(call->db, &select, &rows, &found));
        if (!found)
                return error_set(call->context, STATUS_NOT_FOUND, "not_found");
        *ret = str_copy(call->context->arena, rows_text(rows, 0));
        return STATUS_OK;
}

Status job_cancel(Call *call, int64_t id) {
        Str status = STR_NONE;
        TRY(job_status(call, id, &status));
        JobUpdate update = {.id = id, .status = "failed", .problem = value_text(STR("{\"code\":\"cancelled\"}")), .finished_at = value_datetime(call->context->now_ms)};
        TRY(job_row_update(call->db, &update));
        return update.ended ? error_set(call->context, STATUS_CONFLICT, "job_ended") : STATUS_OK;
}

static void where_open_of(Call *call, Sql *sql_, int64_t user) {
        sql(sql_, " where user_id = ");
        sql_int(sql_, user);
        where_open(sql_);
        where_kind(call->org, sql_, false);
}

Status jobs_open_of(Call *call, int64_t user, int64_t *ret) {
        Sql select = db_sql(call->db);
        sql(&select, "select count(*) from job");
        where_open_of(call, &select, user);
        return db_get_int(call->db, &select, ret, NULL);
}

Status jobs_end_of(Call *call, int64_t user) {
        Sql update = db_sql(call->db);
        sql(&update, "update job set status = 'failed', problem = '{\"code\":\"cancelled\"}', finished_at = ");
        sql_value(&update, value_datetime(call->context->now_ms));
        where_open_of(call, &update, user);
        return db_exec(call->db, &update, NULL);
}

// ---- Undoing

Status job_undoable(Call *call, int64_t id, Str *ret_request, Str *ret_kind) {
        Sql select = db_sql(call->db);
        sql(&select, "select request, undo_until, finished_at, (select u.status from job u where u.id = job.undone_by), (select 1 from bulk_change c where c.job_id = job.id limit 1), kind from job where \"id\" = ");
        sql_int(&select, id);
        if (!call->actor->administrator || call->actor->scopes.len) { // who left cannot take back what he did
                sql(&select, " and ");
                where_own(call, &select);
        }
        sql_lock(&select, false);
        ROWS_CLEANUP Rows *rows = NULL;
        bool found = false;
        TRY(db_first(call->db, &select, &rows, &found));
        if (!found)
                return error_set(call->context, STATUS_NOT_FOUND, "not_found");
        if (rows_null(rows, 2))
                return error_set(call->context, STATUS_CONFLICT, "job_not_ended");
        if (!rows_null(rows, 3) && !str_is(rows_text(rows, 3), "failed"))
                return error_set(call->context, STATUS_CONFLICT, "undone_already");
        if (!rows_null(rows, 1) && rows_value(rows, 1, VALUE_DATETIME).ms <= call->context->now_ms)
                return error_set(call->context, STATUS_CONFLICT, "undo_too_late");
        if (rows_null(rows, 1) || rows_null(rows, 4))
                return error_set(call->context, STATUS_CONFLICT, "not_undoable");
        *ret_request = rows_value(rows, 0, VALUE_TEXT).text;
        *ret_kind = rows_value(rows, 5, VALUE_TEXT).text;
        return STATUS_OK;
}

Status job_undone_by(Call *call, int64_t id, int64_t undo) {
        Sql update = db_sql(call->db);
        sql(&update, "update job set undone_by = ");
        sql_int(&update, undo);
        sql(&update, " where \"id\" = ");
        sql_int(&update, id);
        return db_exec(call->db, &update, NULL);
}

static Status prune_changes(Call *call, int limit, int64_t *ret_count) {
        Sql statement = db_sql(call->db);
        sql(&statement, "delete from bulk_change where (job_id, object_id, record_id) in (select c.job_id, c.object_id, c.record_id from job j join bulk_change c on c.job_id = j.id where j.undo_until <= ");
        sql_value(&statement, value_datetime(call->context->now_ms));
        sql(&statement, " limit ");
        sql_int(&statement, limit);
        sql(&statement, ")");
        return db_exec(call->db, &statement, ret_count);
}

Status flow_prune(Call *call, int limit, bool *ret_more) {
        int64_t count = 0;
        TRY(prune_changes(call, limit, &count));
        *ret_more = count == limit;
        if (*ret_more)
                return STATUS_OK;
        Sql update = db_sql(call->db); // so that the next time they are not looked at again
        sql(&update, "update job set undo_until = null where undo_until <= ");
        sql_value(&update, value_datetime(call->context->now_ms));
        return db_exec(call->db, &update, NULL);
}

// ---- Reading

static void put_json(JsonWriter *w, const char *key, Rows *rows, int column) {
        json_key(w, str_from(key));
        if (rows_null(rows, column))
                json_add_null(w);
        else
                json_add_raw(w, rows_text(rows, column));
}

static void put_time(JsonWriter *w, const char *key, Value at) {
        json_key(w, str_from(key));
        if (value_is_null(at))
                json_add_null(w);
        else
                json_add_datetime(w, at.ms);
}

// Jobs of bulk changes say whether they can be undone as it is now, not as it was when they ended.
static void put_result(Context *context, JsonWriter *w, Rows *rows, bool undo) {
        Json *result = NULL;
        Str kind = rows_text(rows, 1);
        bool plain = rows_null(rows, 4) || !(str_is(kind, "bulk") || str_is(kind, "undo") || str_is(kind, "operation") || rows_int(rows, 11));
        if (plain || json_parse(context, str_copy(context->arena, rows_text(rows, 4)), DEPTH, &result) != STATUS_OK) {
                put_json(w, "result", rows, 4);
                return;
        }
        json_key(w, STR("result"));
        json_open_object(w);
        for (size_t i = 0; i < result->count; i++) {
                json_key(w, result->items[i].key);
                json_add_tree(w, &result->items[i]);
        }
        json_put_bool(w, "undo", undo);
        json_close_object(w);
}

// What ended a job from outside is told in its reader's language.
static void put_problem(Context *context, JsonWriter *w, Rows *rows) {
        Json *problem = NULL;
        if (rows_null(rows, 5) || json_parse(context, str_copy(context->arena, rows_text(rows, 5)), DEPTH, &problem) != STATUS_OK || json_get(problem, "title")) {
                put_json(w, "problem", rows, 5);
                return;
        }
        Str code = json_str(problem, "code", STR_NONE);
        json_key(w, STR("problem"));
        json_open_object(w);
        json_put_str(w, "code", code);
        json_put_str(w, "title", text_format(context->arena, context->lang, str_format(context->arena, "error." STR_FMT, STR_ARG(code)).data, (Str[4]){0}));
        json_close_object(w);
}

static void select_jobs(Call *call, Sql *select) {
        sql(select, "select \"id\", kind, status, progress, result, problem, created_at, finished_at, request, user_id, case when finished_at is not null and undo_until > ");
        sql_value(select, value_datetime(call->context->now_ms));
        sql(select, " and exists (select 1 from bulk_change c where c.job_id = job.id) and not exists (select 1 from job u where u.id = job.undone_by and u.status <> 'failed') then 1 else 0 end, case when undo_until is null then 0 else 1 end from job where ");
}

static void write_row(Call *call, Rows *rows, bool everyone, JsonWriter *w) {
        json_open_object(w);
        json_put_int(w, "id", rows_int(rows, 0));
        json_put_str(w, "kind", rows_text(rows, 1));
        json_put_str(w, "status", rows_text(rows, 2));
        json_key(w, STR("progress"));
        json_add_decimal(w, rows_value(rows, 3, VALUE_NUMBER).number, 0);
        put_json(w, "request", rows, 8);
        put_result(call->context, w, rows, rows_int(rows, 10) != 0 && (rows_int(rows, 9) == call->actor->user || call->actor->administrator));
        put_problem(call->context, w, rows);
        put_time(w, "created_at", rows_value(rows, 6, VALUE_DATETIME));
        put_time(w, "finished_at", rows_value(rows, 7, VALUE_DATETIME));
        if (everyone)
                user_put(w, "user", call->actor->access, rows_int(rows, 9));
        json_close_object(w);
}

Status job_write(Call *call, int64_t id, JsonWriter *w) {
        Sql select = db_sql(call->db);
        select_jobs(call, &select);
        sql(&select, "\"id\" = ");
        sql_int(&select, id);
        sql(&select, " and ");
        where_own(call, &select);
        ROWS_CLEANUP Rows *rows = NULL;
        bool found = false;
        TRY(db_first(call->db, &select, &rows, &found));
        if (!found)
                return error_set(call->context, STATUS_NOT_FOUND, "not_found");
        write_row(call, rows, false, w);
        return STATUS_OK;
}

Status job_list(Call *call, int limit, bool everyone, JsonWriter *w) {
        Sql select = db_sql(call->db);
        select_jobs(call, &select);
        if (everyone) {
                sql(&select, "user_id is not null and kind <> 'operation'");
        } else {
                sql(&select, "kind <> 'operation' and ");
                where_own(call, &select);
        }
        sql(&select, " order by \"id\" desc limit ");
        sql_int(&select, limit);
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(call->db, &select, &rows));
        json_open_object(w);
        json_key(w, STR("items"));
        json_open_array(w);
        for (bool found;;) {
                TRY(rows_next(rows, &found));
                if (!found)
                        break;
                write_row(call, rows, everyone, w);
        }
        json_close_array(w);
        json_close_object(w);
        return STATUS_OK;
}
