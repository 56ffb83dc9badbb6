// /api/v1/audit: the audit log for administrators, its head to be noted elsewhere, the log as a file.
#include "access/audit.h"
#include "api/job.h"
#include "link/export/audit.h"

// ---- What is asked

static Status take_time(Request *request, const char *name, Str text, Value *ret) {
        int64_t ms = 0;
        int32_t day = 0;
        *ret = VALUE_NONE;
        if (str_empty(text))
                return STATUS_OK;
        if (datetime_parse(text, &ms))
                *ret = value_datetime(ms);
        else if (date_parse(text, &day)) // the whole of the last day
                *ret = value_datetime(zone_day_start(org_zone(request->org), day + (strcmp(name, "to") == 0)));
        else
                return error_add(&request->context, str_from(name), "bad_date", text);
        return STATUS_OK;
}

static Status take_object(Request *request, Str name, const Object **ret) {
        *ret = str_empty(name) ? NULL : catalog_find(request->view.catalog, name);
        return *ret || str_empty(name) ? STATUS_OK : error_add(&request->context, STR("object"), "unknown_object", name);
}

static Status take_sha256(Request *request, Str text, Str *ret) {
        bool fits = text.len == 64 || str_empty(text);
        for (size_t i = 0; fits && i < text.len; i++)
                fits = (text.data[i] >= '0' && text.data[i] <= '9') || (text.data[i] >= 'a' && text.data[i] <= 'f');
        *ret = text;
        return fits ? STATUS_OK : error_add(&request->context, STR("sha256"), "bad_sha256");
}

static Status take_query(Request *request, AuditQuery *ret) {
        int64_t limit = 0;
        TRY(request_query_int(request, "user", 0, 1, (1LL << 53) - 1, &ret->user));
        TRY(request_query_int(request, "record", 0, 1, (1LL << 53) - 1, &ret->record));
        TRY(request_query_int(request, "limit", 50, 1, 200, &limit));
        ret->limit = (int)limit;
        ret->kinds = request_query(request, "kind");
        ret->peer = request_query(request, "peer");
        ret->after = request_query(request, "after");
        TRY(take_object(request, request_query(request, "object"), &ret->object));
        TRY(take_sha256(request, request_query(request, "sha256"), &ret->sha256));
        TRY(take_time(request, "from", request_query(request, "from"), &ret->from));
        return take_time(request, "to", request_query(request, "to"), &ret->to);
}

static Status audit_get(Request *request) {
        AuditQuery query = {.limit = 0};
        TRY(take_query(request, &query));
        return query_audit(&request->call, &query, &request->w);
}

static Status kinds_get(Request *request) {
        Str *kinds = NULL;
        size_t count = 0;
        TRY(query_audit_kinds(&request->call, &kinds, &count));
        json_open_object(&request->w);
        json_key(&request->w, STR("items"));
        json_open_array(&request->w);
        for (size_t i = 0; i < count; i++)
                json_add_str(&request->w, kinds[i]);
        json_close_array(&request->w);
        json_close_object(&request->w);
        return STATUS_OK;
}

static Status head_get(Request *request) {
        AuditHead head;
        bool unsealed = false;
        TRY(audit_head(request->call.db, &head));
        TRY(audit_unsealed(request->call.db, &unsealed));
        json_open_object(&request->w);
        json_put_str(&request->w, "head", audit_head_text(request->context.arena, &head));
        json_put_int(&request->w, "seq", head.seq);
        json_put_bool(&request->w, "complete", !unsealed); // false: newer entries wait to be sealed
        json_key(&request->w, STR("at"));
        json_add_datetime(&request->w, request->context.now_ms);
        json_close_object(&request->w);
        return STATUS_OK;
}

// ---- As a file

typedef struct AuditExportRequest { AuditExport export; int64_t job; } AuditExportRequest;

static Status take_body(Request *request, AuditExportRequest *ret) {
        const Json *body = request->body;
        AuditQuery *query = &ret->export.query;
        query->user = json_int(body, "user", 0);
        query->record = json_int(body, "record", 0);
        query->kinds = json_str(body, "kind", STR_NONE);
        query->peer = json_str(body, "peer", STR_NONE);
        ret->export.object = json_str(body, "object", STR_NONE);
        TRY(take_object(request, ret->export.object, &query->object));
        TRY(take_sha256(request, json_str(body, "sha256", STR_NONE), &query->sha256));
        TRY(take_time(request, "from", json_str(body, "from", STR_NONE), &query->from));
        return take_time(request, "to", json_str(body, "to", STR_NONE), &query->to);
}

static Str request_json(Request *request) {
        static const char *const members[] = {"user", "record", "kind", "peer", "sha256", "from", "to"};
        Buf buf = buf_make(request->context.arena, 1 << 16);
        JsonWriter w = json_writer(&buf);
        json_open_object(&w);
        json_put_members(&w, request->body, members, sizeof members / sizeof *members);
        if (json_get(request->body, "object"))
                json_put_str(&w, "about", json_str(request->body, "object", STR_NONE)); // the entry itself is about the log
        json_close_object(&w);
        return buf_full(&buf) ? STR_NONE : buf_str(&buf);
}

static Status add(Request *request) {
        AuditExportRequest *export = request->prepared;
        TRY(request_body(request));
        TRY(take_body(request, export));
        JobStart start = {.kind = "audit_export", .request = request_json(request)};
        TRY(job_start(&request->call, &start, &export->job));
        return job_added(request, export->job);
}

static Status export_post(Request *request) {
        AuditExportRequest export = {.job = 0};
        request->prepared = &export;
        TRY(request_write(request, add));
        return job_begin(request, export.job, false, audit_export_run, audit_export_copy, &export.export);
}

static const Route table[] = {
        {HTTP_GET, "/api/v1/audit", ROUTE_READ, ACCESS_ADMIN, .run = audit_get, .id = "listAudit", .summary = "The audit log, newest first"},
        {HTTP_GET, "/api/v1/audit/kinds", ROUTE_READ, ACCESS_ADMIN, .run = kinds_get, .id = "listAuditKinds", .summary = "Kinds of entries that there are"},
        {HTTP_GET, "/api/v1/audit/head", ROUTE_READ, ACCESS_ADMIN, .run = head_get, .id = "getAuditHead", .summary = "The head of the chain, to be noted outside of the database"},
        {HTTP_POST, "/api/v1/audit/export", ROUTE_SLOW, ACCESS_ADMIN, .run = export_post, .id = "exportAudit", .summary = "The audit log as a CSV file, made by a job"},
        {0},
};
const Route *const api_audit_routes = table;
