// Schemas of the OpenAPI description: one per object as read, as written, and as a list.
#include "api/schema.h"

bool schema_visible(Request *request, const Object *object) {
        return actor_may(request->call.actor, object, VERB_READ) || actor_may(request->call.actor, object, VERB_CREATE);
}

typedef struct TypeSchema { const char *type, *json; } TypeSchema;

// What a field of a type looks like when read; references and lists are written by code below.
static const TypeSchema type_schemas[] = {
        {"integer", "{\"type\":[\"integer\",\"null\"]}"},
        {"number", "{\"type\":[\"number\",\"null\"]}"},
        {"money", "{\"type\":[\"number\",\"null\"],\"description\":\"in the record's currency\"}"},
        {"percent", "{\"type\":[\"number\",\"null\"],\"description\":\"a fraction, 0.15 is 15 %\"}"},
        {"boolean", "{\"type\":[\"boolean\",\"null\"]}"},
        {"date", "{\"type\":[\"string\",\"null\"],\"format\":\"date\"}"},
        {"datetime", "{\"type\":[\"string\",\"null\"],\"format\":\"date-time\"}"},
        {"email", "{\"type\":[\"string\",\"null\"],\"format\":\"email\"}"},
        {"url", "{\"type\":[\"string\",\"null\"],\"format\":\"uri\"}"},
        {"multi_choice", "{\"type\":[\"array\",\"null\"],\"items\":{\"type\":\"string\"}}"},
        {"tags", "{\"type\":[\"array\",\"null\"],\"items\":{\"type\":\"string\"}}"},
        {"address", "{\"type\":[\"object\",\"null\"],\"properties\":{\"province\":{\"type\":\"string\"},\"city\":{\"type\":\"string\"},\"district\":{\"type\":\"string\"},\"detail\":{\"type\":\"string\"}}}"},
        {"position", "{\"type\":[\"object\",\"null\"],\"properties\":{\"lat\":{\"type\":\"number\"},\"lng\":{\"type\":\"number\"}}}"},
        {"record", "{\"type\":[\"object\",\"null\"],\"properties\":{\"object\":{\"type\":\"string\"},\"id\":{\"type\":\"integer\"},\"name\":{\"type\":[\"string\",\"null\"]}}}"},
        {"file", "{\"type\":[\"object\",\"null\"],\"properties\":{\"id\":{\"type\":\"integer\"},\"name\":{\"type\":\"string\"},\"size\":{\"type\":\"integer\"},\"type\":{\"type\":\"string\"}}}"},
        {"image", "{\"type\":[\"object\",\"null\"],\"properties\":{\"id\":{\"type\":\"integer\"},\"name\":{\"type\":\"string\"},\"size\":{\"type\":\"integer\"},\"type\":{\"type\":\"string\"}}}"},
        {"json", "{}"},
};

static const char *find_schema(const FieldType *type) {
        for (size_t i = 0; i < sizeof type_schemas / sizeof *type_schemas; i++)
                if (strcmp(type_schemas[i].type, type->name) == 0)
                        return type_schemas[i].json;
        return NULL;
}

static void write_choice(JsonWriter *w, const Field *field) {
        json_open_object(w);
        json_key(w, STR("enum"));
        json_open_array(w);
        for (size_t i = 0; i < field->options_count; i++)
                json_add_str(w, field->options[i].key);
        json_add_null(w);
        json_close_array(w);
        json_close_object(w);
}

static void write_text(JsonWriter *w, const Field *field) {
        json_open_object(w);
        json_key(w, STR("type"));
        json_add_raw(w, STR("[\"string\",\"null\"]"));
        if (field->max_length > 0)
                json_put_int(w, "maxLength", field->max_length);
        json_close_object(w);
}

static void write_field_schema(JsonWriter *w, const Field *field, bool input) {
        const FieldType *type = field->result ? field->result : field->type;
        const char *fixed = find_schema(type);
        if (type->reference && field->target)
                json_add_raw(w, input ? STR("{\"type\":[\"integer\",\"null\"]}") : STR("{\"oneOf\":[{\"$ref\":\"#/components/schemas/reference\"},{\"type\":\"null\"}]}"));
        else if (type->list && field->target)
                json_add_raw(w, input ? STR("{\"type\":[\"array\",\"null\"],\"items\":{\"type\":\"integer\"}}")
                                      : STR("{\"type\":[\"array\",\"null\"],\"items\":{\"$ref\":\"#/components/schemas/reference\"}}"));
        else if (input && fixed && field_type_find(STR("file")) == type)
                json_add_raw(w, STR("{\"type\":[\"integer\",\"null\"]}"));
        else if (fixed)
                json_add_raw(w, str_from(fixed));
        else if (field->options_count)
                write_choice(w, field);
        else
                write_text(w, field);
}

static bool writable(const Request *request, const Field *field) {
        if (field->readonly || field->type->computed || (field->system && field->role != FIELD_NAME && field->role != FIELD_OWNER))
                return false;
        return actor_field(request->call.actor, field) == FIELD_WRITE;
}

static void write_required(Request *request, const Object *object) {
        json_key(&request->w, STR("required"));
        json_open_array(&request->w);
        for (size_t i = 0; i < object->fields_count; i++) {
                const Field *field = object->fields[i];
                if (field->required && writable(request, field) && value_is_null(field->fixed_default) && !field->default_expr)
                        json_add_str(&request->w, field->name);
        }
        json_close_array(&request->w);
}

static void write_object(Request *request, const Object *object, bool input) {
        JsonWriter *w = &request->w;
        json_key(w, input ? str_format(request->context.arena, STR_FMT "_input", STR_ARG(object->name)) : object->name);
        json_open_object(w);
        json_put_str(w, "type", STR("object"));
        json_put_str(w, "title", label_text(&object->label, request->context.lang));
        if (input) {
                json_put_bool(w, "additionalProperties", false);
                write_required(request, object);
        }
        json_key(w, STR("properties"));
        json_open_object(w);
        for (size_t i = 0; i < object->fields_count; i++) {
                const Field *field = object->fields[i];
                bool seen = !field->hidden && field->role != FIELD_DELETED_AT && actor_field(request->call.actor, field) != FIELD_HIDE;
                if (!seen || (input && !writable(request, field)))
                        continue;
                json_key(w, field->name);
                write_field_schema(w, field, input);
        }
        json_close_object(w);
        json_close_object(w);
}

static void write_list(Request *request, const Object *object) {
        Arena *arena = request->context.arena;
        json_key(&request->w, str_format(arena, STR_FMT "_list", STR_ARG(object->name)));
        json_add_raw(&request->w, str_format(arena,
                                             "{\"type\":\"object\",\"properties\":{\"items\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/components/schemas/" STR_FMT "\"}},"
                                             "\"next\":{\"type\":[\"string\",\"null\"]},\"count\":{\"type\":\"integer\"},\"count_exact\":{\"type\":\"boolean\"}}}",
                                             STR_ARG(object->name)));
}

void schema_write_all(Request *request) {
        JsonWriter *w = &request->w;
        json_key(w, STR("schemas"));
        json_open_object(w);
        json_key(w, STR("reference"));
        json_add_raw(w, STR("{\"type\":\"object\",\"properties\":{\"id\":{\"type\":\"integer\"},\"name\":{\"type\":[\"string\",\"null\"]}}}"));
        json_key(w, STR("problem"));
        json_add_raw(w, STR("{\"type\":\"object\",\"properties\":{\"type\":{\"type\":\"string\"},\"title\":{\"type\":\"string\"},\"status\":{\"type\":\"integer\"},\"code\":{\"type\":\"string\"},"
                            "\"position\":{\"type\":\"integer\"},\"errors\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{\"field\":{\"type\":\"string\"},"
                            "\"code\":{\"type\":\"string\"},\"message\":{\"type\":\"string\"},\"position\":{\"type\":\"integer\"}}}}}}"));
        for (size_t i = 0; i < request->view.catalog->objects_count; i++) {
                const Object *object = request->view.catalog->objects[i];
                if (!schema_visible(request, object))
                        continue;
                write_object(request, object, false);
                write_object(request, object, true);
                write_list(request, object);
        }
        json_close_object(w);
}
