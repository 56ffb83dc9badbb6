// The export as a job: finds the rows, writes them, keeps the file in parts. Reading and writing are short transactions, so that a table of a million rows holds up
// neither the writer nor the tidying of the database.
#include "link/export/writer.h"
#include "link/export/file.h"
#include "record/file.h"
#include "record/quota.h"

#define ROWS_AT_ONCE 500

typedef struct Run {
        Job *job;
        Export *export;
        const ExportFormatType *format;
        ExportWriter *writer;
        OrgView view;        // of the last transaction: what it read belongs to its catalog
        int64_t *ids;
        size_t count, at;
        int64_t rows;        // written
        ExportFile file;
        ExportMark mark;
        // of the transaction
        Status (*step)(struct Run *run, Call *call);
        const Object *object;
        RecordTable *table;
        RecordCell *cells;   // of the rows that it read
        size_t cells_rows;
        Str bytes;           // of a part
} Run;

// ---- Transactions in the name of whoever asked

static Status run_step(Db *db, void *arg) {
        Run *run = arg;
        Context *context = db_context(db);
        bool exchanged = false;
        error_clear(context);
        org_view_done(&run->view);
        run->view = org_view(run->job->org);
        TRY(org_bring_current(run->job->org, db, &run->view, &exchanged));
        Call call = {.context = context, .org = run->job->org, .catalog = run->view.catalog, .db = db, .source = STR("export")};
        TRY(access_actor_narrowed(context, run->view.access, run->job->user, run->job->scopes, &call.actor));
        run->object = catalog_find(run->view.catalog, run->export->object);
        if (!run->object)
                return error_set(context, STATUS_NOT_FOUND, "unknown_object", run->export->object);
        if (!actor_may(call.actor, run->object, VERB_EXPORT))
                return error_set(context, STATUS_FORBIDDEN, "may_not_export", label_text(&run->object->plural, context->lang));
        return run->step(run, &call);
}

static Status read_with(Run *run, Context *context, Status (*step)(Run *run, Call *call)) {
        run->step = step;
        return store_read(org_store(run->job->org), context, 0, run_step, run);
}

static Status write_with(Run *run, Context *context, Status (*step)(Run *run, Call *call)) {
        run->step = step;
        return store_write(org_store(run->job->org), context, run_step, run);
}

// What went wrong outlives the context it was told in.
static Status tell(Run *run, const Context *from, Status status) {
        Context *to = &run->job->context;
        if (status == STATUS_OK)
                return STATUS_OK;
        const ErrorItem *item = from->error.count ? &from->error.items[0] : NULL;
        const char *code = item ? item->code : from->error.code ? from->error.code : status_name(status);
        (void)error_set(to, status, code, item ? item->args[0] : from->error.args[0]);
        to->error.detail = str_copy(to->arena, from->error.detail);
        return status;
}

// ---- The file

static Status append_part(Run *run, Call *call) {
        return export_file_put(call, &run->file, run->bytes);
}

static Status put_part(void *self, Context *context, Str bytes) {
        Run *run = self;
        run->bytes = bytes;
        TRY(write_with(run, context, append_part));
        export_file_count(&run->file, bytes);
        return STATUS_OK;
}

// What no file system takes is left out of a person's name.
static void add_person(Buf *name, Str person) {
        for (size_t i = 0; i < person.len; i++)
                if ((unsigned char)person.data[i] >= ' ' && !strchr("/\\:*?\"<>|", person.data[i]))
                        buf_add_char(name, person.data[i]);
}

static void make_mark(Run *run, const Call *call) {
        Arena *arena = run->job->context.arena;
        Lang lang = call->context->lang;
        Civil local = civil_from_ms(call->context->now_ms + zone_offset_ms(call->catalog->zone, call->context->now_ms));
        Str at = str_format(arena, "%04d-%02d-%02d %02d:%02d", local.year, local.month, local.day, local.hour, local.minute), number = str_format(arena, "%lld", (long long)run->job->id);
        run->mark.name = str_copy(arena, label_text(&run->object->plural, lang));
        run->mark.person = str_copy(arena, call->actor->name);
        run->mark.text = text_format(arena, lang, "export.mark", (Str[4]){call->actor->name, call->actor->login, at, number});
        run->mark.property = text_format(arena, lang, "export.mark_property", (Str[4]){number});
}

// The rows are counted against the person's quota before any of them is written.
static Status begin_file(Run *run, Call *call) {
        Buf name = buf_make(run->job->context.arena, 2048);
        TRY(quota_export_take(call, (int64_t)run->count));
        make_mark(run, call);
        buf_add(&name, run->mark.name);
        buf_add_char(&name, ' ');
        date_write(&name, zone_day(call->catalog->zone, call->context->now_ms));
        buf_add_char(&name, ' ');
        add_person(&name, call->actor->name);
        buf_format(&name, " %lld.%s", (long long)run->job->id, run->format->extension);
        return export_file_begin(call, &run->file, buf_str(&name), str_from(run->format->media_type));
}

// ---- Rows

static Status find_ids(Run *run, Call *call) {
        const Export *export = run->export;
        RecordQuery query = {.object = run->object, .filter = export->filter, .q = export->q, .sort = export->sort};
        if (export->by_ids)
                return query_ids_among(call, &query, export->ids, export->ids_count, &run->ids, &run->count);
        TRY(query_ids(call, &query, EXPORT_ROWS_LARGEST + 1, &run->ids, &run->count));
        if (run->count > EXPORT_ROWS_LARGEST)
                return error_set(call->context, STATUS_INVALID, "export_too_many", STR("1,000,000"));
        return STATUS_OK;
}

static Status keep_row(void *arg, const RecordCell *cells) {
        Run *run = arg;
        size_t columns = run->export->columns_count;
        memcpy(run->cells + run->cells_rows * columns, cells, columns * sizeof *cells);
        run->cells_rows++;
        return STATUS_OK;
}

static size_t rows_left(const Run *run) {
        return run->count - run->at < ROWS_AT_ONCE ? run->count - run->at : ROWS_AT_ONCE;
}

static Status read_rows(Run *run, Call *call) {
        TRY(record_table_open(call, run->object, run->export->columns, run->export->columns_count, &run->table));
        run->cells = arena_array(call->context->arena, RecordCell, ROWS_AT_ONCE * run->export->columns_count);
        run->cells_rows = 0;
        return record_table_rows(run->table, run->ids + run->at, rows_left(run), keep_row, run);
}

static Status write_rows(Run *run, Context *context, bool first) {
        size_t columns = run->export->columns_count;
        TRY(read_with(run, context, read_rows));
        if (first)
                TRY(run->format->header(run->writer, context, run->table, columns));
        OrgView kept = run->view; // a part that is put meanwhile takes its own
        run->view = (OrgView){0};
        Status status = STATUS_OK;
        for (size_t i = 0; i < run->cells_rows && status == STATUS_OK; i++)
                status = run->format->row(run->writer, context, run->table, run->cells + i * columns, columns);
        org_view_done(&kept);
        run->rows += (int64_t)run->cells_rows;
        run->at += rows_left(run);
        return status;
}

static Status write_all(Run *run) {
        bool first = true;
        do {
                ARENA_CLEANUP Arena *arena = arena_new(0);
                Context context;
                context_init(&context, arena, run->job->context.lang, os_now_ms());
                TRY(tell(run, &context, write_rows(run, &context, first)));
                first = false;
                if (!job_progress(run->job, (int64_t)run->at, (int64_t)run->count + 1))
                        return error_set(&run->job->context, STATUS_CONFLICT, "cancelled");
        } while (run->at < run->count);
        ARENA_CLEANUP Arena *arena = arena_new(0);
        Context context;
        context_init(&context, arena, run->job->context.lang, os_now_ms());
        return tell(run, &context, run->format->finish(run->writer, &context));
}

static Status write_file(Run *run) {
        Context *context = &run->job->context;
        const char *folder = org_folder(run->job->org);
        ExportSink sink = {.put = put_part, .self = run};
        if (!run->export->by_ids || run->export->sort.len)
                TRY(read_with(run, context, find_ids));
        TRY(write_with(run, context, begin_file));
        TRY(run->format->open(context, context->arena, &run->mark, folder, sink, &run->writer));
        return write_all(run);
}

Status export_run(Job *job, void *arg) {
        Export *export = arg;
        Run run = {.job = job, .export = export, .format = export->format == EXPORT_XLSX ? &export_xlsx : &export_csv, .ids = export->ids, .count = export->ids_count, .file = {.job = job}};
        Status status = write_file(&run);
        run.format->free(run.writer);
        org_view_done(&run.view);
        if (status == STATUS_OK)
                export_file_result(&run.file, run.rows, &(JsonWriter){.buf = &job->result});
        return status;
}
