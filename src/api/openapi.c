// GET /api/v1/openapi.json: OpenAPI 3.1 from the route tables and the live catalog, as far as the reader may see it.
#include "api/schema.h"
#include <stdio.h>

// ---- Paths

static void write_parameter(JsonWriter *w, const char *in, Str name, bool required, Str description) {
        json_open_object(w);
        json_put_str(w, "name", name);
        json_put_str(w, "in", str_from(in));
        json_put_bool(w, "required", required);
        if (!str_empty(description))
                json_put_str(w, "description", description);
        json_key(w, STR("schema"));
        json_open_object(w);
        json_put_str(w, "type", str_is(name, "id") || str_is(name, "limit") ? STR("integer") : STR("string"));
        json_close_object(w);
        json_close_object(w);
}

typedef struct QueryParameter { const char *route, *name, *description; } QueryParameter;

static const QueryParameter query_parameters[] = {
        {"listRecords", "filter", "Expression, e.g. stage = \"won\" and amount >= 100000"},
        {"listRecords", "sort", "Fields, comma separated, - for descending"},
        {"listRecords", "fields", "Fields to answer with, paths allowed: name,owner.name"},
        {"listRecords", "q", "Search words; not together with sort"},
        {"listRecords", "limit", "1 to 200"},
        {"listRecords", "after", "Cursor from next"},
        {"listRecords", "count", "true: also count, capped at 10,000"},
        {"aggregate", "group", "Expressions, e.g. stage,month(close_date)"},
        {"aggregate", "measure", "Measures, e.g. count(),sum(amount)"},
        {"aggregate", "filter", "Expression"},
        {"search", "q", "Search words"},
        {"search", "limit", "1 to 100"},
        {"getHistory", "after", "Cursor from next"},
        {"getTimeline", "after", "Cursor from next"},
        {"downloadFile", "inline", "1: pictures, PDF and plain text are shown in place"},
        {"calendarBusy", "users", "Ids, comma separated, at most 50"},
        {"calendarBusy", "from", "Date-time"},
        {"calendarBusy", "to", "Date-time, at most 62 days later"},
        {"getObject", "labels", "all: labels as maps of languages"},
        {"getObject", "role", "As somebody with this role; administrators only"},
        {"listJobs", "limit", "1 to 100"},
        {"listJobs", "everyone", "true: everybody's, for administrators"},
        {"startSignOn", "next", "Path of the interface to go to afterwards"},
        {"finishSignOn", "code", "What the service gave"},
        {"finishSignOn", "state", "What it was sent"},
        {"finishSignOn", "iss", "Who it says it is (RFC 9207)"},
        {"finishSignOn", "error", "Why it said no"},
        {"listMails", "status", "waiting, sent or failed"},
        {"listMails", "before", "Cursor from next"},
        {"listAudit", "kind", "Kinds, comma separated; session.* is a group"},
        {"listAudit", "user", "Whose entries"},
        {"listAudit", "object", "About records of this object"},
        {"listAudit", "record", "About this record's id, with object"},
        {"listAudit", "peer", "Address it came from"},
        {"listAudit", "from", "Day or date-time"},
        {"listAudit", "to", "Day (all of it) or date-time"},
        {"listAudit", "sha256", "Of an exported file: which export it came from"},
        {"listAudit", "limit", "1 to 200"},
        {"listAudit", "after", "Cursor from next"},
        {"listOperations", "everyone", "true: everybody's, for administrators"},
        {"listOperations", "after", "Id from next"},
        {"listOperations", "limit", "1 to 200"},
        {"explainAccess", "user", "Whose rights; default: the reader"},
};

// "{object}" in a path that is written for one object is that object's name.
static Str path_for(Arena *arena, Str pattern, const Object *object) {
        ptrdiff_t at = object ? str_find(pattern, STR("{object}")) : -1;
        if (at < 0)
                return pattern;
        return str_format(arena, STR_FMT STR_FMT STR_FMT, STR_ARG(str_slice(pattern, 0, (size_t)at)), STR_ARG(object->name), STR_ARG(str_slice(pattern, (size_t)at + 8, pattern.len)));
}

static void write_parameters(JsonWriter *w, const Route *route, Str path) {
        json_key(w, STR("parameters"));
        json_open_array(w);
        for (size_t i = 0; i < path.len; i++) {
                ptrdiff_t end = path.data[i] == '{' ? str_find_char(str_slice(path, i, path.len), '}') : -1;
                if (end > 0)
                        write_parameter(w, "path", str_slice(path, i + 1, i + (size_t)end), true, STR_NONE);
        }
        for (size_t i = 0; i < sizeof query_parameters / sizeof *query_parameters; i++)
                if (strcmp(query_parameters[i].route, route->id) == 0)
                        write_parameter(w, "query", str_from(query_parameters[i].name), false, str_from(query_parameters[i].description));
        if (route->method == HTTP_POST && route->kind != ROUTE_READ)
                write_parameter(w, "header", STR("Idempotency-Key"), false, STR("Repeating a request with the same key gives the first answer, for 24 hours"));
        if (route->method == HTTP_PATCH || route->method == HTTP_DELETE)
                write_parameter(w, "header", STR("If-Match"), false, STR("Version; another one is refused with 412"));
        json_close_array(w);
}

static void write_reference(JsonWriter *w, Str schema) {
        char text[160];
        int length = snprintf(text, sizeof text, "#/components/schemas/" STR_FMT, STR_ARG(schema));
        json_open_object(w);
        json_put_str(w, "$ref", str_make(text, (size_t)length));
        json_close_object(w);
}

static void write_content(JsonWriter *w, const char *type, Str schema) {
        json_key(w, STR("content"));
        json_open_object(w);
        json_key(w, str_from(type));
        json_open_object(w);
        json_key(w, STR("schema"));
        if (str_empty(schema)) {
                json_open_object(w);
                json_close_object(w);
        } else {
                write_reference(w, schema);
        }
        json_close_object(w);
        json_close_object(w);
}

static void write_body(JsonWriter *w, Arena *arena, const Route *route, const Object *object) {
        if (route->method != HTTP_POST && route->method != HTTP_PATCH && route->method != HTTP_PUT)
                return;
        bool values = object && (strcmp(route->id, "createRecord") == 0 || strcmp(route->id, "updateRecord") == 0);
        json_key(w, STR("requestBody"));
        json_open_object(w);
        write_content(w, route->body_to_file ? "multipart/form-data" : "application/json", values ? str_format(arena, STR_FMT "_input", STR_ARG(object->name)) : STR_NONE);
        json_close_object(w);
}

static Str answer_schema(Arena *arena, const Route *route, const Object *object) {
        static const char *const single[] = {"createRecord", "getRecord", "updateRecord", "restoreRecord"};
        if (!object)
                return STR_NONE;
        if (strcmp(route->id, "listRecords") == 0 || strcmp(route->id, "listTrash") == 0)
                return str_format(arena, STR_FMT "_list", STR_ARG(object->name));
        for (size_t i = 0; i < sizeof single / sizeof *single; i++)
                if (strcmp(route->id, single[i]) == 0)
                        return object->name;
        return STR_NONE;
}

static void write_answers(JsonWriter *w, Arena *arena, const Route *route, const Object *object) {
        bool created = strcmp(route->id, "createRecord") == 0 || strcmp(route->id, "uploadFile") == 0 || strncmp(route->id, "add", 3) == 0;
        bool empty = route->method == HTTP_DELETE;
        json_key(w, STR("responses"));
        json_open_object(w);
        json_key(w, created ? STR("201") : empty ? STR("204") : STR("200"));
        json_open_object(w);
        json_put_str(w, "description", created ? STR("Created") : empty ? STR("Done") : STR("OK"));
        if (!empty)
                write_content(w, route->kind == ROUTE_STREAM ? "text/event-stream" : "application/json", answer_schema(arena, route, object));
        json_close_object(w);
        json_key(w, STR("default"));
        json_open_object(w);
        json_put_str(w, "description", STR("What went wrong, in the reader's language"));
        write_content(w, "application/problem+json", STR("problem"));
        json_close_object(w);
        json_close_object(w);
}

static void write_operation(JsonWriter *w, Arena *arena, const Route *route, const Object *object, Str path) {
        static const char *const methods[] = {[HTTP_GET] = "get", [HTTP_POST] = "post", [HTTP_PUT] = "put", [HTTP_PATCH] = "patch", [HTTP_DELETE] = "delete"};
        json_key(w, str_from(methods[route->method]));
        json_open_object(w);
        json_put_str(w, "operationId", object ? str_format(arena, "%s_" STR_FMT, route->id, STR_ARG(object->name)) : str_from(route->id));
        json_put_str(w, "summary", str_from(route->summary));
        json_key(w, STR("tags"));
        json_open_array(w);
        json_add_str(w, object ? object->name : STR("system"));
        json_close_array(w);
        write_parameters(w, route, path);
        write_body(w, arena, route, object);
        write_answers(w, arena, route, object);
        if (route->access == ACCESS_PUBLIC) {
                json_key(w, STR("security"));
                json_open_array(w);
                json_close_array(w);
        }
        json_close_object(w);
}

// All routes of one pattern are one path item.
static void write_path(JsonWriter *w, Arena *arena, const Route **routes, size_t count, size_t first, const Object *object) {
        Str path = path_for(arena, str_from(routes[first]->pattern), object);
        json_key(w, path);
        json_open_object(w);
        for (size_t i = first; i < count; i++)
                if (!routes[i]->internal && strcmp(routes[i]->pattern, routes[first]->pattern) == 0)
                        write_operation(w, arena, routes[i], object, path);
        json_close_object(w);
}

static bool first_of_pattern(const Route **routes, size_t at) {
        for (size_t i = 0; i < at; i++)
                if (strcmp(routes[i]->pattern, routes[at]->pattern) == 0)
                        return false;
        return !routes[at]->internal;
}

static void write_paths(Request *request) {
        Arena *arena = request->context.arena;
        size_t count = 0;
        const Route **routes = api_route_list(request->api, arena, &count);
        json_key(&request->w, STR("paths"));
        json_open_object(&request->w);
        for (size_t i = 0; i < count; i++) {
                if (!first_of_pattern(routes, i))
                        continue;
                bool by_object = str_find(str_from(routes[i]->pattern), STR("{object}")) >= 0 && !str_starts(str_from(routes[i]->pattern), STR("/api/v1/meta"));
                if (!by_object)
                        write_path(&request->w, arena, routes, count, i, NULL);
                for (size_t k = 0; by_object && k < request->view.catalog->objects_count; k++)
                        if (schema_visible(request, request->view.catalog->objects[k]))
                                write_path(&request->w, arena, routes, count, i, request->view.catalog->objects[k]);
        }
        json_close_object(&request->w);
}

static void write_security(JsonWriter *w) {
        json_key(w, STR("security"));
        json_add_raw(w, STR("[{\"bearer\":[]},{\"cookie\":[]}]"));
}

static Status openapi(Request *request) {
        JsonWriter *w = &request->w;
        json_open_object(w);
        json_put_str(w, "openapi", STR("3.1.0"));
        json_key(w, STR("info"));
        json_open_object(w);
        json_put_str(w, "title", STR("Haike 海客"));
        json_put_str(w, "version", str_from(request->api->version));
        json_close_object(w);
        write_security(w);
        write_paths(request);
        json_key(w, STR("components"));
        json_open_object(w);
        json_key(w, STR("securitySchemes"));
        json_add_raw(w, STR("{\"bearer\":{\"type\":\"http\",\"scheme\":\"bearer\"},\"cookie\":{\"type\":\"apiKey\",\"in\":\"cookie\",\"name\":\"haike_session\"}}"));
        schema_write_all(request);
        json_close_object(w);
        json_close_object(w);
        return STATUS_OK;
}

static const Route table[] = {
        {HTTP_GET, "/api/v1/openapi.json", ROUTE_READ, ACCESS_SIGNED_IN, .run = openapi, .id = "openapi", .summary = "This description"},
        {0},
};
const Route *const api_openapi_routes = table;
