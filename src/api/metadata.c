// /api/v1/meta: definitions as the reader may see them, and changing them at run time.
#include "api/forms.h"

// ---- Reading

typedef struct Viewer { Request *request; const Actor *actor; } Viewer;

static void write_rights(const Actor *actor, const Object *object, JsonWriter *w) {
        json_key(w, STR("rights"));
        json_open_object(w);
        json_put_bool(w, "read", actor_may(actor, object, VERB_READ));
        json_put_bool(w, "create", actor_may(actor, object, VERB_CREATE));
        json_put_bool(w, "update", actor_may(actor, object, VERB_UPDATE));
        json_put_bool(w, "delete", actor_may(actor, object, VERB_DELETE));
        json_put_bool(w, "export", actor_may(actor, object, VERB_EXPORT));
        json_put_bool(w, "import", actor_may(actor, object, VERB_IMPORT));
        json_put_bool(w, "transfer", actor_may(actor, object, VERB_TRANSFER));
        json_key(w, STR("actions"));
        json_open_array(w);
        for (size_t i = 0; i < object->actions_count; i++)
                if (actor_may_act(actor, object, object->actions[i].name))
                        json_add_str(w, object->actions[i].name);
        json_close_array(w);
        json_close_object(w);
}

static bool visible_object(void *self, const Object *object, JsonWriter *w) {
        const Actor *actor = ((Viewer *)self)->actor;
        if (w)
                write_rights(actor, object, w);
        return actor_may(actor, object, VERB_READ) || actor_may(actor, object, VERB_CREATE);
}

static bool visible_field(void *self, const Field *field, JsonWriter *w) {
        FieldRight right = actor_field(((Viewer *)self)->actor, field);
        if (right == FIELD_HIDE || field->hidden)
                return false;
        if (w) {
                static const char *const names[] = {"hide", "mask", "read", "write"};
                bool fixed = field->readonly || field->type->computed || (field->system && field->role != FIELD_NAME && field->role != FIELD_OWNER && !(field->role == FIELD_DEPARTMENT && !field->object->follow_owner));
                json_put_str(w, "access", str_from(names[fixed && right == FIELD_WRITE ? FIELD_READ : right]));
                Mask mask = actor_mask(((Viewer *)self)->actor, field);
                if (right == FIELD_MASK && mask.given)
                        json_put_str(w, "mask", str_format(w->buf->arena, "%d,%d", mask.head, mask.tail));
        }
        return true;
}

static bool known_expression(void *self, const Object *object, Str text) {
        const Viewer *viewer = self;
        const Context *context = &viewer->request->context;
        Context scratch;
        const Expr *expr;
        context_init(&scratch, context->arena, context->lang, context->now_ms);
        ExprNames names = actor_names(viewer->actor);
        ExprParse parse = {.names = &names, .object = object};
        return expr_parse(&scratch, &parse, text, &expr) == STATUS_OK;
}

static bool has_role(void *self, const Str *roles, size_t count) {
        return actor_has_role(((Viewer *)self)->actor, roles, count);
}

// ?role=ID: as that role. An administrator arranges for all: he is told whose each layout is.
static Status make_reader(Request *request, Viewer *viewer, MetaReader *ret) {
        bool as_role = false;
        (void)http_query(request->http, "role", &as_role);
        *viewer = (Viewer){.request = request, .actor = request->call.actor};
        if (as_role) {
                int64_t role = 0;
                TRY(request_query_int(request, "role", 0, 1, (1LL << 53) - 1, &role));
                TRY(request_as_role(request, role, &viewer->actor));
        }
        *ret = (MetaReader){.self = viewer, .lang = request->context.lang, .all_labels = str_is(request_query(request, "labels"), "all"),
                            .object = visible_object, .field = visible_field, .expression = known_expression};
        if (as_role || !viewer->actor->administrator)
                ret->roles = has_role;
        return STATUS_OK;
}

static Status objects(Request *request) {
        Viewer viewer;
        MetaReader reader;
        TRY(make_reader(request, &viewer, &reader));
        const Catalog *catalog = request->view.catalog;
        json_open_object(&request->w);
        json_key(&request->w, STR("items"));
        json_open_array(&request->w);
        for (size_t i = 0; i < catalog->objects_count; i++)
                if (visible_object(&viewer, catalog->objects[i], NULL))
                        catalog_write_object(catalog->objects[i], &reader, &request->w);
        json_close_array(&request->w);
        json_close_object(&request->w);
        return STATUS_OK;
}

static Status object(Request *request) {
        Viewer viewer;
        MetaReader reader;
        TRY(request_object(request, 0));
        TRY(make_reader(request, &viewer, &reader));
        catalog_write_object(request->object, &reader, &request->w);
        return STATUS_OK;
}

// ---- Changing: checked and run in the request's transaction; the new catalog is loaded inside it for the answer, and published after the commit

static Status answer_object(Request *request, Str name, int status) {
        Catalog *fresh = NULL;
        TRY(catalog_load(request->call.db, org_zone(request->org), &fresh));
        Status result = record_prepare(request->call.db, fresh);
        const Object *made = catalog_find(fresh, name);
        if (result == STATUS_OK && made) {
                MetaReader plain = {.lang = request->context.lang, .all_labels = str_is(request_query(request, "labels"), "all")};
                catalog_write_object(made, &plain, &request->w);
        } else if (result == STATUS_OK) {
                result = request_no_content(request);
        }
        catalog_unref(fresh);
        request->status = result == STATUS_OK && made ? status : request->status;
        request->reload = true;
        return result;
}

// What was asked for; what it was before stands in the entries before.
static Status audit_definition(Request *request, const char *kind, const Object *changed, Str field) {
        Buf detail = buf_make(request->context.arena, 64u << 10);
        JsonWriter w = json_writer(&detail);
        json_open_object(&w);
        if (changed)
                json_put_str(&w, "object", changed->name);
        if (field.len)
                json_put_str(&w, "field", field);
        if (request->body) {
                json_key(&w, STR("asked"));
                json_add_tree(&w, request->body);
        }
        json_close_object(&w);
        return record_audit(&request->call, kind, changed, 0, buf_full(&detail) ? STR("{\"left_out\":true}") : buf_str(&detail));
}

static Status prepare_definition(Request *request) {
        return request_body(request);
}

static Status add_object(Request *request) {
        Str name = STR_NONE;
        TRY(catalog_add_object(request->call.db, request->view.catalog, request->body, &name));
        TRY(audit_definition(request, "meta.object_add", NULL, STR_NONE));
        return answer_object(request, name, 201);
}

static Status change_object(Request *request) {
        TRY(request_object(request, 0));
        TRY(catalog_change_object(request->call.db, request->view.catalog, request->object, request->body));
        TRY(audit_definition(request, "meta.object_change", request->object, STR_NONE));
        return answer_object(request, request->object->name, 200);
}

static Status retire_object(Request *request) {
        TRY(request_object(request, 0));
        TRY(catalog_retire_object(request->call.db, request->view.catalog, request->object));
        TRY(audit_definition(request, "meta.object_retire", request->object, STR_NONE));
        request->reload = true;
        return request_no_content(request);
}

static Status find_field(Request *request, const Field **ret) {
        TRY(request_object(request, 0));
        *ret = object_find(request->object, request_param(request, 1));
        return *ret ? STATUS_OK : error_set(&request->context, STATUS_NOT_FOUND, "not_found");
}

static Status add_field(Request *request) {
        TRY(request_object(request, 0));
        Str name = STR_NONE;
        TRY(catalog_add_field(request->call.db, request->view.catalog, request->object, request->body, &name));
        TRY(audit_definition(request, "meta.field_add", request->object, name));
        return answer_object(request, request->object->name, 201);
}

static Status change_field(Request *request) {
        const Field *field = NULL;
        TRY(find_field(request, &field));
        TRY(catalog_change_field(request->call.db, request->view.catalog, field, request->body));
        TRY(audit_definition(request, "meta.field_change", request->object, field->name));
        return answer_object(request, request->object->name, 200);
}

static Status retire_field(Request *request) {
        const Field *field = NULL;
        TRY(find_field(request, &field));
        TRY(catalog_retire_field(request->call.db, request->view.catalog, field));
        TRY(audit_definition(request, "meta.field_retire", request->object, field->name));
        request->reload = true;
        return request_no_content(request);
}

static const Route table[] = {
        {HTTP_GET, "/api/v1/meta/objects", ROUTE_READ, ACCESS_SIGNED_IN, .run = objects, .id = "listObjects", .summary = "Definitions of all objects the reader may see"},
        {HTTP_GET, "/api/v1/meta/objects/{object}", ROUTE_READ, ACCESS_SIGNED_IN, .run = object, .id = "getObject", .summary = "One object's definition"},
        {HTTP_POST, "/api/v1/meta/objects", ROUTE_WRITE, ACCESS_ADMIN, .prepare = prepare_definition, .run = add_object, .id = "addObject", .summary = "Adds an object: a table, its common fields and indexes"},
        {HTTP_PATCH, "/api/v1/meta/objects/{object}", ROUTE_WRITE, ACCESS_ADMIN, .prepare = prepare_definition, .run = change_object, .id = "changeObject", .summary = "Changes labels, layouts, rules, validations, views of an object"},
        {HTTP_DELETE, "/api/v1/meta/objects/{object}", ROUTE_WRITE, ACCESS_ADMIN, .run = retire_object, .id = "retireObject", .summary = "Retires a custom object"},
        {HTTP_POST, "/api/v1/meta/objects/{object}/fields", ROUTE_WRITE, ACCESS_ADMIN, .prepare = prepare_definition, .run = add_field, .id = "addField", .summary = "Adds a field: a real column"},
        {HTTP_PATCH, "/api/v1/meta/objects/{object}/fields/{field}", ROUTE_WRITE, ACCESS_ADMIN, .prepare = prepare_definition, .run = change_field, .id = "changeField", .summary = "Changes a field"},
        {HTTP_DELETE, "/api/v1/meta/objects/{object}/fields/{field}", ROUTE_WRITE, ACCESS_ADMIN, .run = retire_field, .id = "retireField", .summary = "Retires a custom field"},
        {0},
};
const Route *const api_metadata_routes = table;
