// Taking parameters out of a request, each with its error.
#include "api/route.h"

Str request_param(const Request *request, int index) {
        return index < request->match.params_count ? request->match.params[index] : STR_NONE;
}

Str request_query(const Request *request, const char *name) {
        return http_query(request->http, name, NULL);
}

Status request_query_int(Request *request, const char *name, int64_t fallback, int64_t min, int64_t max, int64_t *ret) {
        bool found = false;
        Str text = http_query(request->http, name, &found);
        *ret = fallback;
        if (!found)
                return STATUS_OK;
        if (!str_to_int64(text, ret) || *ret < min || *ret > max)
                return error_add(&request->context, str_from(name), "out_of_range", str_format(request->context.arena, "%lld", (long long)min), str_format(request->context.arena, "%lld", (long long)max));
        return STATUS_OK;
}

Status request_object(Request *request, int param) {
        const Object *object = catalog_find(request->view.catalog, request_param(request, param));
        // Without an actor yet (prepare) the object is only looked up; the pipelines ask for rights again.
        if (!object || (request->call.actor && !actor_may(request->call.actor, object, VERB_READ) && !actor_may(request->call.actor, object, VERB_CREATE)))
                return error_set(&request->context, STATUS_NOT_FOUND, "unknown_object", request_param(request, param));
        request->object = object;
        return STATUS_OK;
}

Status request_id(Request *request, int param) {
        if (!str_to_int64(request_param(request, param), &request->id) || request->id <= 0 || request->id >= (1LL << 53))
                return error_set(&request->context, STATUS_NOT_FOUND, "not_found");
        return STATUS_OK;
}

Status request_body(Request *request) {
        if (request->body)
                return STATUS_OK;
        Str text = request->http->body;
        if (str_empty(str_trim(text))) {
                request->body = arena_new_of(request->context.arena, Json);
                request->body->kind = JSON_OBJECT;
                return STATUS_OK;
        }
        TRY(json_parse(&request->context, text, 32, &request->body));
        if (request->body->kind != JSON_OBJECT)
                return error_set(&request->context, STATUS_MALFORMED, "object_expected");
        return STATUS_OK;
}

Status request_text(Request *request, const char *name, Str *ret) {
        const Json *value = json_get(request->body, name);
        *ret = value && value->kind == JSON_STRING ? value->text : STR_NONE;
        if (value && value->kind != JSON_STRING && value->kind != JSON_NULL)
                return error_add(&request->context, str_from(name), "wrong_type", STR("text"));
        return STATUS_OK;
}

// "12", W/"12"; "*" asks for nothing.
Status request_if_match(Request *request, int64_t *ret_version) {
        Str text = str_trim(http_header(request->http, "If-Match"));
        *ret_version = 0;
        if (str_empty(text) || str_is(text, "*"))
                return STATUS_OK;
        if (str_starts(text, STR("W/")))
                text = str_slice(text, 2, text.len);
        if (text.len >= 2 && text.data[0] == '"' && text.data[text.len - 1] == '"')
                text = str_slice(text, 1, text.len - 1);
        if (!str_to_int64(text, ret_version) || *ret_version <= 0)
                return error_set(&request->context, STATUS_MALFORMED, "bad_if_match");
        return STATUS_OK;
}

Status request_no_content(Request *request) {
        buf_reset(&request->out);
        request->w = json_writer(&request->out);
        request->status = 204;
        return STATUS_OK;
}
