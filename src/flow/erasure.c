// The erasure itself, as a job: place after place in short transactions, each of which counts what it took away. It can be begun again: what is gone is gone.
#include "flow/erasure.h"
#include "access/audit.h"
#include "flow/bulk_change.h"
#include "record/erase.h"
#include "record/file.h"
#include "record/purge.h"
#include "record/query.h"
#include <sodium.h>

#define SCAN_AT_ONCE 5000    // rows looked at in one reading
#define FOUND_AT_ONCE 200    // rows changed in one writing
#define TOUCHED_AT_ONCE 20
#define COMMITMENTS_KEPT 1000
#define CERTIFICATE_CAP (1u << 20)
#define REQUEST_CAP (64u << 10)

typedef struct Count { int64_t answers, jobs, entries, exports, related, blotted; } Count;

typedef struct Run {
        Job *job;
        const Erasure *erasure;
        EraseCounts erased;
        PurgeCounts purged;
        Count count;
        // of the step
        int64_t *ids; size_t ids_count;
        int64_t from, last;
        bool more;
        size_t at;
        Str *keys;               // of answers: user, route, key in turn
        size_t keys_count;
        Buf commitments; size_t commitments_count;
        Str certificate;
} Run;

// ---- Starting

static Str request_json(Call *call, const Erasure *erasure) {
        Buf buf = buf_make(call->context->arena, REQUEST_CAP);
        JsonWriter w = json_writer(&buf);
        json_open_object(&w);
        json_put_str(&w, "object", erasure->object);
        json_put_int(&w, "erasure", erasure->number);
        json_put_str(&w, "reason", erasure->reason);
        json_put_bool(&w, "related", erasure->related);
        json_put_int(&w, "also", (int64_t)erasure->also_count);
        json_key(&w, STR("fields"));
        json_open_array(&w);
        for (size_t i = 0; i < erasure->fields_count; i++)
                json_add_str(&w, erasure->fields[i]);
        json_close_array(&w);
        json_close_object(&w);
        return buf_full(&buf) ? STR_NONE : buf_str(&buf);
}

Status erasure_start(Call *call, Erasure *erasure, int64_t *ret_job) {
        const Object *object = catalog_find(call->catalog, erasure->object);
        Sql insert = db_sql(call->db), tie = db_sql(call->db);
        sql(&insert, "insert into audit_erasure (at, user_id, object_id, record_id, reason) values (");
        sql_value(&insert, value_datetime(call->context->now_ms));
        sql(&insert, ", ");
        sql_int(&insert, call->actor->user);
        sql(&insert, ", ");
        sql_int(&insert, object->id);
        sql(&insert, ", ");
        sql_int(&insert, erasure->id);
        sql(&insert, ", ");
        sql_str(&insert, erasure->reason);
        sql(&insert, ")");
        sql_returning_id(&insert);
        TRY(db_insert(call->db, &insert, &erasure->number));
        JobStart start = {.kind = "erase", .request = request_json(call, erasure), .record = erasure->id};
        TRY(job_start(call, &start, ret_job));
        sql(&tie, "update audit_erasure set job_id = ");
        sql_int(&tie, *ret_job);
        sql(&tie, " where id = ");
        sql_int(&tie, erasure->number);
        return db_exec(call->db, &tie, NULL);
}

static Str *copy_texts(Arena *arena, const Str *texts, size_t count) {
        Str *copy = arena_array(arena, Str, count + 1);
        for (size_t i = 0; i < count; i++)
                copy[i] = str_copy(arena, texts[i]);
        return copy;
}

void *erasure_copy(Arena *arena, void *from) {
        Erasure *erasure = arena_copy(arena, from, sizeof(Erasure));
        erasure->object = str_copy(arena, erasure->object);
        erasure->reason = str_copy(arena, erasure->reason);
        erasure->fields = copy_texts(arena, erasure->fields, erasure->fields_count);
        erasure->needles = copy_texts(arena, erasure->needles, erasure->needles_count);
        erasure->names = copy_texts(arena, erasure->names, erasure->names_count);
        erasure->also = erasure->also_count ? arena_copy(arena, erasure->also, erasure->also_count * sizeof *erasure->also) : NULL;
        for (size_t i = 0; i < erasure->also_count; i++) {
                erasure->also[i].object = str_copy(arena, erasure->also[i].object);
                erasure->also[i].fields = copy_texts(arena, erasure->also[i].fields, erasure->also[i].fields_count);
        }
        return erasure;
}

// ---- The record, what hangs at it, who mentions him

static Status object_of(Call *call, Str name, const Object **ret) {
        if (!call->actor->administrator)
                return error_set(call->context, STATUS_FORBIDDEN, "forbidden");
        *ret = catalog_find(call->catalog, name);
        return *ret ? STATUS_OK : error_set(call->context, STATUS_NOT_FOUND, "unknown_object", name);
}

static Status erase_record(Call *call, void *arg) {
        Run *run = arg;
        const Object *object = NULL;
        EraseCounts counts = {0};
        TRY(object_of(call, run->erasure->object, &object));
        TRY(record_erase(call, object, run->erasure->id, run->erasure->fields, run->erasure->fields_count, &counts));
        run->erased = counts;
        return bulk_change_forget(call, object, run->erasure->id);
}

static Status read_one(Call *call, const Object *other, const Field *field, Str target, int64_t *ret, bool *ret_found) {
        Sql select = db_sql(call->db);
        sql(&select, "select id from ");
        sql_name(&select, other->table);
        sql(&select, " where ");
        sql_name(&select, field->column);
        sql(&select, " = ");
        sql_str(&select, target);
        sql(&select, " limit 1");
        return db_get_int(call->db, &select, ret, ret_found);
}

// One at a time: run->more says whether there may be another.
static Status purge_related(Call *call, void *arg) {
        Run *run = arg;
        const Object *object = NULL;
        PurgeCounts counts = {0};
        run->more = false;
        TRY(object_of(call, run->erasure->object, &object));
        Str target = str_format(call->context->arena, STR_FMT ":%lld", STR_ARG(object->name), (long long)run->erasure->id);
        for (size_t i = 0; i < call->catalog->objects_count && !run->more; i++) {
                const Object *other = call->catalog->objects[i];
                for (size_t k = 0; !other->nav && k < other->record_fields_count && !run->more; k++) {
                        int64_t id = 0;
                        bool done = true;
                        TRY(read_one(call, other, other->record_fields[k], target, &id, &run->more));
                        if (run->more)
                                TRY(record_purge_whole(call, other, id, TOUCHED_AT_ONCE, &counts, &done));
                }
        }
        run->last = counts.records;
        run->from = counts.files;
        return STATUS_OK;
}

static Status purge_all_related(Run *run) {
        do {
                TRY(job_step(run->job, true, "erase", purge_related, run));
                run->count.related += run->last;
                run->purged.files += run->from;
        } while (run->more);
        return STATUS_OK;
}

static Status blot_place(Call *call, void *arg) {
        Run *run = arg;
        const ErasurePlace *place = &run->erasure->also[run->at];
        const Object *object = NULL;
        Str texts[512];
        Needles needles = {.texts = texts};
        EraseCounts counts = {0};
        TRY(object_of(call, place->object, &object));
        for (size_t i = 0; i < run->erasure->needles_count && needles.count < 512; i++)
                texts[needles.count++] = run->erasure->needles[i];
        for (size_t i = 0; i < run->erasure->names_count && needles.count < 512; i++)
                texts[needles.count++] = run->erasure->names[i];
        TRY(record_blot(call, object, place->id, place->fields, place->fields_count, &needles, &counts));
        run->last = counts.records;
        return bulk_change_forget(call, object, place->id);
}

// ---- Tables that have texts of requests and answers: read through from one end to the other, in pieces

static bool mentions(const Run *run, Str text) {
        const Needles needles = {.texts = run->erasure->needles, .count = run->erasure->needles_count};
        return text.len && needles_in(&needles, text);
}

// Answers and jobs name records by object or route, and by id; a name is looked for only there, for others may be called the same.
static bool names_record(const Run *run, Str text) {
        char part[64];
        int length = snprintf(part, sizeof part, "\"id\":%lld,", (long long)run->erasure->id);
        return str_find(text, str_make(part, (size_t)length)) >= 0;
}

static bool names_him(const Run *run, Str text) {
        const Needles names = {.texts = run->erasure->names, .count = run->erasure->names_count};
        return names_record(run, text) && needles_in(&names, text);
}

static void put_id(Run *run, int64_t id) {
        if (run->ids_count % FOUND_AT_ONCE == 0)
                run->ids = arena_grow(run->job->context.arena, run->ids, run->ids_count * sizeof *run->ids, (run->ids_count + FOUND_AT_ONCE) * sizeof *run->ids);
        run->ids[run->ids_count++] = id;
}

// Columns: an id, then texts.
static Status scan(Run *run, Call *call, const Sql *select, int texts) {
        int count = 0;
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(call->db, select, &rows));
        for (bool found;; count++) {
                TRY(rows_next(rows, &found));
                if (!found)
                        break;
                bool hit = false;
                for (int i = 1; i <= texts && !hit; i++) {
                        Str text = rows_null(rows, i) ? STR_NONE : rows_text(rows, i);
                        hit = mentions(run, text) || names_him(run, text);
                }
                run->from = rows_int(rows, 0);
                if (hit)
                        put_id(run, run->from);
        }
        run->more = count == SCAN_AT_ONCE;
        return STATUS_OK;
}

static Status scan_jobs(Call *call, void *arg) {
        Run *run = arg;
        Sql select = db_sql(call->db);
        sql(&select, "select id, request, result, problem from job where id > ");
        sql_int(&select, run->from);
        sql(&select, " and id <> ");
        sql_int(&select, run->job->id);
        sql(&select, " order by id limit ");
        sql_int(&select, SCAN_AT_ONCE);
        return scan(run, call, &select, 3);
}

static Status scan_audit(Call *call, void *arg) {
        Run *run = arg;
        const Object *object = NULL;
        Sql select = db_sql(call->db);
        TRY(object_of(call, run->erasure->object, &object));
        // Of entries about the record itself every detail goes; of the others those that mention him.
        sql(&select, "select id, detail, case when object_id = ");
        sql_int(&select, object->id);
        sql(&select, " and record_id = ");
        sql_int(&select, run->erasure->id);
        sql(&select, " and kind not like 'erase.%' and detail is not null then 1 else 0 end from audit where id > ");
        sql_int(&select, run->from);
        sql(&select, " order by id limit ");
        sql_int(&select, SCAN_AT_ONCE);
        int count = 0;
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(call->db, &select, &rows));
        for (bool found;; count++) {
                TRY(rows_next(rows, &found));
                if (!found)
                        break;
                run->from = rows_int(rows, 0);
                if (rows_int(rows, 2) || (!rows_null(rows, 1) && mentions(run, rows_text(rows, 1))))
                        put_id(run, run->from);
        }
        run->more = count == SCAN_AT_ONCE;
        return STATUS_OK;
}

static Status find_all(Run *run, JobStep look) {
        run->ids = NULL;
        run->ids_count = 0;
        run->from = 0;
        do {
                TRY(job_step(run->job, false, "erase", look, run));
        } while (run->more);
        return STATUS_OK;
}

static size_t piece(const Run *run) {
        return run->ids_count - run->at < FOUND_AT_ONCE ? run->ids_count - run->at : FOUND_AT_ONCE;
}

static Status blank_jobs(Call *call, void *arg) {
        Run *run = arg;
        Sql update = db_sql(call->db);
        sql(&update, "update job set request = null, result = null, problem = null where id in ");
        sql_int_list(&update, run->ids + run->at, piece(run));
        return db_exec(call->db, &update, NULL);
}

static Status note_commitments(Run *run, Call *call) {
        Sql select = db_sql(call->db);
        sql(&select, "select seq, commitment from audit_seal where id in ");
        sql_int_list(&select, run->ids + run->at, piece(run));
        sql(&select, " order by seq");
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(call->db, &select, &rows));
        for (bool found;;) {
                TRY(rows_next(rows, &found));
                if (!found || run->commitments_count >= COMMITMENTS_KEPT)
                        return STATUS_OK;
                Str bytes = rows_value(rows, 1, VALUE_BLOB).text;
                char hex[AUDIT_HASH * 2 + 1] = "";
                if (bytes.len == AUDIT_HASH)
                        sodium_bin2hex(hex, sizeof hex, (const unsigned char *)bytes.data, bytes.len);
                buf_format(&run->commitments, "%s{\"entry\":%lld,\"commitment\":\"%s\"}", run->commitments_count++ ? "," : "", (long long)rows_int(rows, 0), hex);
        }
}

// What is erased was sealed before, so that its commitment remains.
static Status seal_some(Call *call, void *arg) {
        Run *run = arg;
        int sealed = 0;
        TRY(audit_seal(call->db, FOUND_AT_ONCE, &sealed));
        run->more = sealed == FOUND_AT_ONCE;
        return STATUS_OK;
}

static Status seal_all(Run *run) {
        do {
                TRY(job_step(run->job, true, "erase", seal_some, run));
        } while (run->more);
        return STATUS_OK;
}

static Status blank_audit(Call *call, void *arg) {
        Run *run = arg;
        return audit_erase(call->db, run->ids + run->at, piece(run), str_format(call->context->arena, "\"erasure\":%lld", (long long)run->erasure->number));
}

static Status read_commitments(Call *call, void *arg) {
        return note_commitments(arg, call);
}

static Status blank_all(Run *run, JobStep before, JobStep blank, int64_t *count) {
        for (run->at = 0; run->at < run->ids_count; run->at += piece(run)) {
                if (before)
                        TRY(job_step(run->job, false, "erase", before, run));
                TRY(job_step(run->job, true, "erase", blank, run));
                *count += (int64_t)piece(run);
                if (!job_progress(run->job, (int64_t)run->at, (int64_t)run->ids_count + 1))
                        return error_set(&run->job->context, STATUS_CONFLICT, "cancelled");
        }
        return STATUS_OK;
}

// ---- Answers kept for repeated requests

static Status scan_answers(Call *call, void *arg) {
        Run *run = arg;
        Arena *arena = run->job->context.arena;
        Str route = str_format(call->context->arena, "/records/" STR_FMT, STR_ARG(run->erasure->object));
        size_t capacity = 0;
        Sql select = db_sql(call->db);
        run->keys = NULL;
        run->keys_count = 0;
        sql(&select, "select user_id, route, key, body from idempotency");
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(call->db, &select, &rows));
        for (bool found;;) {
                TRY(rows_next(rows, &found));
                if (!found)
                        return STATUS_OK;
                Str body = rows_text(rows, 3);
                bool his = str_find(rows_text(rows, 1), route) >= 0 && names_record(run, body);
                if (!his && !mentions(run, body) && !names_him(run, body))
                        continue;
                if (run->keys_count + 3 > capacity) {
                        run->keys = arena_grow(arena, run->keys, capacity * sizeof(Str), (capacity + 3 * FOUND_AT_ONCE) * sizeof(Str));
                        capacity += 3 * FOUND_AT_ONCE;
                }
                run->keys[run->keys_count++] = str_format(arena, "%lld", (long long)rows_int(rows, 0));
                run->keys[run->keys_count++] = str_copy(arena, rows_text(rows, 1));
                run->keys[run->keys_count++] = str_copy(arena, rows_text(rows, 2));
        }
}

// The key stays taken, so that nothing is done twice; what was answered is not said again.
static Status blank_answers(Call *call, void *arg) {
        Run *run = arg;
        for (size_t i = run->at; i < run->keys_count && i < run->at + 3 * FOUND_AT_ONCE; i += 3) {
                Sql update = db_sql(call->db);
                int64_t user = 0;
                (void)str_to_int64(run->keys[i], &user);
                sql(&update, "update idempotency set body = '{}' where user_id = ");
                sql_int(&update, user);
                sql(&update, " and route = ");
                sql_str(&update, run->keys[i + 1]);
                sql(&update, " and key = ");
                sql_str(&update, run->keys[i + 2]);
                TRY(db_exec(call->db, &update, NULL));
        }
        return STATUS_OK;
}

static Status erase_answers(Run *run) {
        TRY(job_step(run->job, false, "erase", scan_answers, run));
        for (run->at = 0; run->at < run->keys_count; run->at += 3 * FOUND_AT_ONCE)
                TRY(job_step(run->job, true, "erase", blank_answers, run));
        run->count.answers = (int64_t)run->keys_count / 3;
        return STATUS_OK;
}

// ---- Exported files of such records, which may be fetched for some days yet

static Status expire_exports(Call *call, void *arg) {
        Run *run = arg;
        Sql update = db_sql(call->db);
        sql(&update, "update file set expires_at = ");
        sql_value(&update, value_datetime(call->context->now_ms - 1));
        sql(&update, " where expires_at is not null and id in (select ");
        sql_fixed(&update, update.dialect == DIALECT_POSTGRES ? STR("(result::jsonb #>> '{file,id}')::bigint") : STR("cast(json_extract(result, '$.file.id') as integer)"));
        sql(&update, " from job where kind = 'export' and status = 'done' and result is not null and request like ");
        sql_str(&update, str_format(call->context->arena, "%%\"object\":\"" STR_FMT "\"%%", STR_ARG(run->erasure->object)));
        sql(&update, ")");
        return db_exec(call->db, &update, &run->count.exports);
}

static Status prune_files(Call *call, void *arg) {
        return file_prune(call, &((Run *)arg)->more);
}

static Status erase_exports(Run *run) {
        TRY(job_step(run->job, true, "erase", expire_exports, run));
        do {
                TRY(job_step(run->job, true, "erase", prune_files, run));
        } while (run->more);
        return STATUS_OK;
}

// ---- The certificate

static void write_places(const Run *run, JsonWriter *w) {
        const Erasure *erasure = run->erasure;
        json_key(w, STR("fields"));
        json_open_array(w);
        for (size_t i = 0; i < erasure->fields_count; i++)
                json_add_str(w, erasure->fields[i]);
        json_close_array(w);
        json_key(w, STR("also"));
        json_open_array(w);
        for (size_t i = 0; i < erasure->also_count; i++) {
                json_open_object(w);
                json_put_str(w, "object", erasure->also[i].object);
                json_put_int(w, "id", erasure->also[i].id);
                json_key(w, STR("fields"));
                json_open_array(w);
                for (size_t k = 0; k < erasure->also[i].fields_count; k++)
                        json_add_str(w, erasure->also[i].fields[k]);
                json_close_array(w);
                json_close_object(w);
        }
        json_close_array(w);
        json_key(w, STR("counts"));
        json_open_object(w);
        json_put_int(w, "history", run->erased.history);
        json_put_int(w, "files", run->erased.files + run->purged.files);
        json_put_int(w, "related", run->count.related);
        json_put_int(w, "mentions", run->count.blotted);
        json_put_int(w, "answers", run->count.answers);
        json_put_int(w, "jobs", run->count.jobs);
        json_put_int(w, "exports", run->count.exports);
        json_put_int(w, "audit", run->count.entries);
        json_close_object(w);
}

static Str certificate_json(Run *run, Call *call, const AuditHead *head) {
        Buf buf = buf_make(call->context->arena, CERTIFICATE_CAP);
        JsonWriter w = json_writer(&buf);
        json_open_object(&w);
        json_put_int(&w, "erasure", run->erasure->number);
        json_put_str(&w, "object", run->erasure->object);
        json_put_int(&w, "record", run->erasure->id);
        json_put_int(&w, "by", run->job->user);
        json_key(&w, STR("done_at"));
        json_add_datetime(&w, call->context->now_ms);
        write_places(run, &w);
        json_put_str(&w, "audit_head", audit_head_text(call->context->arena, head));
        json_key(&w, STR("remaining"));
        json_open_array(&w);
        json_add_raw(&w, run->commitments.len ? buf_str(&run->commitments) : STR_NONE);
        json_close_array(&w);
        json_close_object(&w);
        return buf_str(&buf);
}

static Status store_certificate(Call *call, void *arg) {
        Run *run = arg;
        AuditHead head;
        unsigned char hash[32];
        char hex[sizeof hash * 2 + 1];
        const Object *object = NULL;
        TRY(object_of(call, run->erasure->object, &object));
        TRY(audit_head(call->db, &head));
        Str certificate = certificate_json(run, call, &head);
        crypto_generichash(hash, sizeof hash, (const unsigned char *)certificate.data, certificate.len, NULL, 0);
        sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
        Sql update = db_sql(call->db);
        sql(&update, "update audit_erasure set certificate = ");
        sql_str(&update, certificate);
        sql(&update, " where id = ");
        sql_int(&update, run->erasure->number);
        TRY(db_exec(call->db, &update, NULL));
        return record_audit(call, "erase.certificate", object, run->erasure->id, str_format(call->context->arena, "{\"erasure\":%lld,\"blake2b\":\"%s\"}", (long long)run->erasure->number, hex));
}

Status erasure_run(Job *job, void *arg) {
        Arena *arena = job->context.arena;
        Run *run = arena_new_of(arena, Run);
        *run = (Run){.job = job, .erasure = arg, .commitments = buf_make(arena, CERTIFICATE_CAP / 2)};
        TRY(job_step(job, true, "erase", erase_record, run));
        if (run->erasure->related)
                TRY(purge_all_related(run));
        for (run->at = 0; run->at < run->erasure->also_count; run->at++) {
                TRY(job_step(job, true, "erase", blot_place, run));
                run->count.blotted += run->last;
        }
        TRY(erase_answers(run));
        TRY(erase_exports(run)); // their jobs say which files they are
        TRY(find_all(run, scan_jobs));
        TRY(blank_all(run, NULL, blank_jobs, &run->count.jobs));
        TRY(seal_all(run));
        TRY(find_all(run, scan_audit));
        TRY(blank_all(run, read_commitments, blank_audit, &run->count.entries));
        TRY(job_step(job, true, "erase", store_certificate, run));
        JsonWriter w = json_writer(&job->result);
        json_open_object(&w);
        json_put_int(&w, "erasure", run->erasure->number);
        json_put_int(&w, "fields", run->erased.fields);
        json_put_int(&w, "mentions", run->count.blotted);
        json_put_int(&w, "audit", run->count.entries);
        json_close_object(&w);
        return STATUS_OK;
}

// ---- Reading

static void write_hash(Arena *arena, Str certificate, JsonWriter *w) {
        unsigned char hash[32];
        char hex[sizeof hash * 2 + 1];
        crypto_generichash(hash, sizeof hash, (const unsigned char *)certificate.data, certificate.len, NULL, 0);
        sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
        json_put_str(w, "hash", str_copy(arena, str_from(hex)));
}

static void write_row(Call *call, Rows *rows, bool whole, JsonWriter *w) {
        const Object *object = catalog_find_id(call->catalog, rows_int(rows, 3));
        Str certificate = rows_null(rows, 7) ? STR_NONE : rows_value(rows, 7, VALUE_TEXT).text;
        json_open_object(w);
        json_put_int(w, "id", rows_int(rows, 0));
        json_key(w, STR("at"));
        json_add_datetime(w, rows_value(rows, 1, VALUE_DATETIME).ms);
        user_put(w, "user", call->actor->access, rows_int(rows, 2));
        json_put_str(w, "object", object ? object->name : STR(""));
        json_put_int(w, "record", rows_int(rows, 4));
        json_put_str(w, "reason", rows_text(rows, 5));
        json_put_int(w, "job", rows_int(rows, 6));
        json_put_str(w, "status", certificate.len ? STR("done") : str_is(rows_text(rows, 8), "failed") ? STR("failed") : STR("running"));
        if (whole) {
                json_key(w, STR("certificate"));
                json_add_raw(w, certificate.len ? certificate : STR("null"));
        }
        if (certificate.len)
                write_hash(call->context->arena, certificate, w);
        json_close_object(w);
}

static void select_rows(Sql *select) {
        sql(select, "select e.id, e.at, e.user_id, e.object_id, e.record_id, e.reason, e.job_id, e.certificate, coalesce(j.status, 'failed') from audit_erasure e left join job j on j.id = e.job_id");
}

Status erasure_write(Call *call, int64_t number, JsonWriter *w) {
        Sql select = db_sql(call->db);
        select_rows(&select);
        sql(&select, " where e.id = ");
        sql_int(&select, number);
        ROWS_CLEANUP Rows *rows = NULL;
        bool found = false;
        TRY(db_first(call->db, &select, &rows, &found));
        if (!found)
                return error_set(call->context, STATUS_NOT_FOUND, "not_found");
        write_row(call, rows, true, w);
        return STATUS_OK;
}

Status erasure_list(Call *call, JsonWriter *w) {
        Sql select = db_sql(call->db);
        select_rows(&select);
        sql(&select, " order by e.id desc limit 200");
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(call->db, &select, &rows));
        json_open_object(w);
        json_key(w, STR("items"));
        json_open_array(w);
        for (bool found;;) {
                TRY(rows_next(rows, &found));
                if (!found)
                        break;
                write_row(call, rows, false, w);
        }
        json_close_array(w);
        json_close_object(w);
        return STATUS_OK;
}

// ---- Checking

// An entry that was itself pruned says nothing any more; one that is there must say this hash.
static Status hash_told(Call *call, int64_t number, Str hash, bool *ret_any, bool *ret_same) {
        Sql select = db_sql(call->db);
        *ret_any = *ret_same = false;
        sql(&select, "select detail from audit where kind = 'erase.certificate' and detail like ");
        sql_str(&select, str_format(call->context->arena, "{\"erasure\":%lld,%%", (long long)number));
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(call->db, &select, &rows));
        for (bool found;;) {
                TRY(rows_next(rows, &found));
                if (!found)
                        return STATUS_OK;
                *ret_any = true;
                *ret_same |= str_find(rows_text(rows, 0), hash) >= 0;
        }
}

Status erasure_check(Call *call, void (*report)(void *arg, Str finding), void *arg) {
        Arena *arena = call->context->arena;
        Sql select = db_sql(call->db);
        sql(&select, "select id, certificate from audit_erasure where certificate is not null order by id");
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(call->db, &select, &rows));
        for (bool found, any, same;;) {
                TRY(rows_next(rows, &found));
                if (!found)
                        return STATUS_OK;
                int64_t number = rows_int(rows, 0);
                Str certificate = rows_text(rows, 1);
                unsigned char hash[32];
                char hex[sizeof hash * 2 + 1];
                crypto_generichash(hash, sizeof hash, (const unsigned char *)certificate.data, certificate.len, NULL, 0);
                sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
                TRY(hash_told(call, number, str_from(hex), &any, &same));
                if (any && !same)
                        report(arg, text_format(arena, call->context->lang, "check.erasure", (Str[4]){str_format(arena, "%lld", (long long)number)}));
        }
}
