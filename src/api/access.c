// Rights as administrators work with them: what a change of a role would do.
#include "api/route.h"
#include "record/preview.h"

static Status preview(Request *request) {
        TRY(request_id(request, 0));
        TRY(request_body(request));
        const Json *grants = json_get(request->body, "grants");
        if (!grants || grants->kind != JSON_OBJECT)
                return error_add(&request->context, STR("grants"), grants && grants->kind != JSON_NULL ? "grant_object" : "required");
        Buf text = buf_make(request->context.arena, JSON_BODY_LIMIT);
        JsonWriter w = json_writer(&text);
        json_add_tree(&w, grants);
        if (buf_full(&text))
                return error_set(&request->context, STATUS_TOO_LARGE, "too_large");
        return query_preview(&request->call, request->id, buf_str(&text), &request->w);
}

static const Route table[] = {
        {HTTP_POST, "/api/v1/roles/{id}/preview", ROUTE_READ, ACCESS_ADMIN, .run = preview, .id = "previewGrants", .summary = "Who would lose or gain sight of what, if a role gave these grants; writes nothing"},
        {0},
};
const Route *const api_access_routes = table;
