// POST /api/v1/imports (multipart: file, object, map, dry_run): a job.
#include "api/multipart.h"
#include "api/route.h"
#include "flow/job.h"
#include "link/import/import.h"

#define IMPORT_LIMIT (200u << 20)

typedef struct ImportWork { Str object, bytes, map, file_name; bool dry_run; int64_t user, job; } ImportWork;

static void *copy_work(Arena *arena, void *from) {
        ImportWork *work = arena_copy(arena, from, sizeof(ImportWork));
        work->object = str_copy(arena, work->object);
        work->bytes = str_copy(arena, work->bytes);
        work->map = str_copy(arena, work->map);
        work->file_name = str_copy(arena, work->file_name);
        return work;
}

static bool progress(void *arg, int64_t done, int64_t total) {
        return job_progress(arg, done, total);
}

static Status run_import(Job *job, void *arg) {
        ImportWork *work = arg;
        ImportOptions options = {.map = work->map, .dry_run = work->dry_run, .file_name = work->file_name, .scopes = job->scopes};
        ImportResult result;
        OrgView view = org_view(job->org);
        const Object *object = catalog_find(view.catalog, work->object);
        Status status = object ? import_run(&job->context, job->org, work->user, object, work->bytes, &options, progress, job, &result)
                               : error_set(&job->context, STATUS_NOT_FOUND, "unknown_object", work->object);
        org_view_done(&view);
        TRY(status);
        JsonWriter w = json_writer(&job->result);
        import_write_result(&w, &result);
        return STATUS_OK;
}

static Status check_right(Request *request) {
        ImportWork *work = request->prepared;
        const Object *object = catalog_find(request->view.catalog, work->object);
        bool known = object && (actor_may(request->call.actor, object, VERB_READ) || actor_may(request->call.actor, object, VERB_CREATE));
        if (!known)
                return error_add(&request->context, STR("object"), "unknown_object", work->object);
        if (!actor_may(request->call.actor, object, VERB_IMPORT))
                return error_set(&request->context, STATUS_FORBIDDEN, "may_not_import", label_text(&object->label, request->context.lang));
        work->user = request->call.actor->user;
        return STATUS_OK;
}

static Status add_job(Request *request) {
        ImportWork *work = request->prepared;
        TRY(check_right(request));
        Buf asked = buf_make(request->context.arena, 8192);
        JsonWriter w = json_writer(&asked);
        json_open_object(&w);
        json_put_str(&w, "object", work->object);
        json_put_str(&w, "file_name", work->file_name);
        json_put_int(&w, "size", (int64_t)work->bytes.len);
        json_put_bool(&w, "dry_run", work->dry_run);
        json_close_object(&w);
        JobStart start = {.kind = "import", .request = buf_full(&asked) ? STR_NONE : buf_str(&asked)};
        TRY(job_start(&request->call, &start, &work->job));
        json_open_object(&request->w);
        json_put_int(&request->w, "id", work->job);
        json_put_str(&request->w, "status", STR("queued"));
        json_close_object(&request->w);
        request->status = 202;
        return STATUS_OK;
}

static Status only_signed_in(Request *request) {
        (void)request;
        return STATUS_OK;
}

static Str part_text(const Multipart *multipart, const char *name) {
        const Part *part = multipart_find(multipart, name);
        return part ? part->content : STR_NONE;
}

static Status imports_post(Request *request) {
        Context *context = &request->context;
        TRY(request_read(request, only_signed_in));
        Str body = request->http->body;
        if (request->http->body_path.len)
                TRY(file_read(context, str_c(context->arena, request->http->body_path), IMPORT_LIMIT, &body));
        Multipart *multipart = arena_new_of(context->arena, Multipart);
        TRY(multipart_parse(context, http_header(request->http, "Content-Type"), body, multipart));
        const Part *file = multipart_find(multipart, "file");
        if (!file)
                return error_add(context, STR("file"), "no_file");
        ImportWork work = {.object = str_trim(part_text(multipart, "object")), .bytes = file->content, .map = part_text(multipart, "map"), .file_name = file->file_name,
                           .dry_run = str_is(str_trim(part_text(multipart, "dry_run")), "true")};
        request->prepared = &work;
        request->identity = str_format(context->arena, STR_FMT "\n" STR_FMT "\n%d\n" STR_FMT, STR_ARG(work.object), STR_ARG(work.map), work.dry_run, STR_ARG(request_hash(context->arena, work.bytes)));
        TRY(request_write(request, add_job));
        if (!request->replayed)
                TRY(job_launch(org_slot(request->org, ORG_SLOT_JOBS), context, work.job, work.user, run_import, copy_work, &work));
        if (work.job)
                http_respond_header(request->http, "Location", str_format(context->arena, "/api/v1/jobs/%lld", (long long)work.job));
        return STATUS_OK;
}

static const Route table[] = {
        {HTTP_POST, "/api/v1/imports", ROUTE_SLOW, ACCESS_SIGNED_IN, .body = IMPORT_LIMIT, .body_to_file = true, .run = imports_post, .id = "import", .summary = "Imports a table (multipart: file, object, map, dry_run) as a job"},
        {0},
};
const Route *const api_import_routes = table;
