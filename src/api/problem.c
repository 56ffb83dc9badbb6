// Errors as RFC 9457 problems in the reader's language.
#include "api/route.h"
#include "base/log.h"

// What was wrong with the values is told to those only who may write them at all: behind a 403 or a 404 it would tell of fields that the reader may not know.
static void write_items(JsonWriter *w, Context *context, bool told) {
        json_key(w, STR("errors"));
        json_open_array(w);
        for (size_t i = 0; told && i < context->error.count; i++) {
                const ErrorItem *item = &context->error.items[i];
                Str key = str_format(context->arena, "error.%s", item->code);
                json_open_object(w);
                json_put_str(w, "field", item->field);
                json_put_str(w, "code", str_from(item->code));
                json_put_str(w, "message", text_format(context->arena, context->lang, key.data, item->args));
                if (item->position >= 0)
                        json_put_int(w, "position", item->position);
                if (item->record)
                        json_put_int(w, "record", item->record);
                json_close_object(w);
        }
        json_close_array(w);
}

// Who was refused what: in the log and not in the audit log, where whoever asks often would fill the database.
static void log_refusal(const Request *request, int http_status, const char *code) {
        const Actor *actor = request->call.actor;
        if (http_status == 403 || http_status == 429)
                log_event(LOG_INFO, "refused", "trace=%llu route=%s status=%d code=%s user=%lld peer=" STR_FMT, (unsigned long long)request->context.trace, request->route ? request->route->id : "-", http_status, code,
                          actor ? (long long)actor->user : 0LL, STR_ARG(request->http->peer));
}

static void log_failure(const Request *request, Status status, int http_status) {
        if (http_status < 500 || status == STATUS_BUSY)
                return;
        log_event(LOG_ERROR, "request_failed", "trace=%llu route=%s status=%s code=%s detail=\"" STR_FMT "\"", (unsigned long long)request->context.trace, request->route ? request->route->id : "-",
                  status_name(status), request->context.error.code ? request->context.error.code : "-", STR_ARG(request->context.error.detail));
}

void problem_write(Request *request, Status status) {
        Context *context = &request->context;
        HttpRequest *http = request->http;
        bool fields = context->error.count > 0 && (status == STATUS_INVALID || !context->error.code);
        const char *code = fields ? "invalid" : context->error.code ? context->error.code : status_name(status);
        int http_status = !request->route && request->status ? request->status : status_http(status); // without a route the border's own, 405 …
        Str key = str_format(context->arena, "error.%s", code);
        Buf buf = buf_make(http->arena, OUT_LIMIT);
        JsonWriter w = json_writer(&buf);
        json_open_object(&w);
        json_put_str(&w, "type", str_format(context->arena, "urn:haike:error:%s", code));
        json_put_int(&w, "status", http_status);
        json_put_str(&w, "code", str_from(code));
        json_put_str(&w, "title", text_format(context->arena, context->lang, key.data, context->error.args));
        if (context->error.position >= 0 && !fields)
                json_put_int(&w, "position", context->error.position);
        write_items(&w, context, fields);
        if (request->merged_into)
                json_put_int(&w, "merged_into", request->merged_into);
        if (request->current.len) {
                json_key(&w, STR("current"));
                json_add_raw(&w, request->current);
        }
        if (request->challenge.len)
                json_put_str(&w, "challenge", request->challenge);
        json_put_int(&w, "trace", (int64_t)context->trace);
        json_close_object(&w);
        http->status = http_status;
        http->content_type = STR("application/problem+json; charset=utf-8");
        http->response = buf_str(&buf);
        if (http_status == 401)
                http_respond_header(http, "WWW-Authenticate", STR("Bearer"));
        if (http_status == 429 || http_status == 503) {
                int wait = context->error.retry_after_s > 0 ? context->error.retry_after_s : 1;
                http_respond_header(http, "Retry-After", str_format(http->arena, "%d", wait));
        }
        log_refusal(request, http_status, code);
        log_failure(request, status, http_status);
}
