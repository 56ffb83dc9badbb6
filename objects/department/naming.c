// Everything that may name a department, found from the catalog: references, lists, and conditions in the grants of roles.
#include "objects/department/merge.h"

#define GRANTS_DEPTH 8
#define GRANTS_CAP (1u << 20)

void department_fields(Call *call, NamingField **ret, size_t *ret_count) {
        size_t most = 0;
        for (size_t i = 0; i < call->catalog->objects_count; i++)
                most += call->catalog->objects[i]->fields_count;
        *ret = arena_array(call->context->arena, NamingField, most);
        *ret_count = 0;
        for (size_t i = 0; i < call->catalog->objects_count; i++) {
                const Object *object = call->catalog->objects[i];
                for (size_t k = 0; k < object->fields_count && !object->retired; k++) {
                        const Field *field = object->fields[k];
                        bool names = field->stored && !field->retired && field->target && str_is(field->target->name, "department") && (field->type->reference || field->type->list);
                        if (names)
                                (*ret)[(*ret_count)++] = (NamingField){object, field};
                }
        }
}

void department_named(const NamingField *naming, int64_t department, Sql *where) {
        if (!naming->field->type->list) {
                sql_column(where, STR_NONE, naming->field->column);
                sql(where, " = ");
                sql_int(where, department);
                return;
        }
        sql(where, "haike_list_has(");
        sql_column(where, STR_NONE, naming->field->column);
        sql(where, ", ");
        sql_str(where, str_format(where->arena, "%lld", (long long)department));
        sql(where, ")");
}

// ---- Grants

typedef struct Renaming { Call *call; const Object *department; int64_t from, into; size_t count; } Renaming;

static Str rename_condition(Renaming *renaming, const Object *object, Str source) {
        Call *call = renaming->call;
        Context own;
        context_init(&own, call->context->arena, call->context->lang, call->context->now_ms);
        ExprNames names = catalog_names(call->catalog);
        ExprParse parse = {.names = &names, .object = object, .expect = EXPR_BOOL};
        Str text = source;
        size_t count = 0;
        if (expr_replace_id(&own, &parse, source, renaming->department, renaming->from, renaming->into, &text, &count) != STATUS_OK)
                return source; // it gives no right as it is
        renaming->count += count;
        return text;
}

// The grant of "*" is read for every object; it is renamed by the first that understands it.
static Str rename_for(Renaming *renaming, Str name, Str source) {
        const Object *object = catalog_find(renaming->call->catalog, name);
        const Catalog *catalog = renaming->call->catalog;
        if (object)
                return rename_condition(renaming, object, source);
        size_t before = renaming->count;
        for (size_t i = 0; i < catalog->objects_count; i++) {
                Str text = rename_condition(renaming, catalog->objects[i], source);
                if (renaming->count > before)
                        return text;
        }
        return source;
}

static void write_grant(Renaming *renaming, const Json *grant, JsonWriter *w) {
        json_open_object(w);
        for (size_t i = 0; i < grant->count; i++) {
                const Json *member = &grant->items[i];
                bool scope = member->kind == JSON_STRING && (str_is(member->key, "read") || str_is(member->key, "update") || str_is(member->key, "delete"));
                json_key(w, member->key);
                if (scope)
                        json_add_str(w, rename_for(renaming, grant->key, member->text));
                else
                        json_add_tree(w, member);
        }
        json_close_object(w);
}

Status grants_renamed(Call *call, Str grants, int64_t from, int64_t into, Str *ret) {
        Renaming renaming = {.call = call, .department = catalog_get(call->catalog, "department"), .from = from, .into = into};
        Json *tree = NULL;
        *ret = STR_NONE;
        TRY(json_parse(call->context, grants, GRANTS_DEPTH, &tree));
        if (tree->kind != JSON_OBJECT)
                return STATUS_OK;
        Buf buf = buf_make(call->context->arena, GRANTS_CAP);
        JsonWriter w = json_writer(&buf);
        json_open_object(&w);
        for (size_t i = 0; i < tree->count; i++) {
                json_key(&w, tree->items[i].key);
                if (tree->items[i].kind == JSON_OBJECT)
                        write_grant(&renaming, &tree->items[i], &w);
                else
                        json_add_tree(&w, &tree->items[i]);
        }
        json_close_object(&w);
        if (buf_full(&buf))
                return error_set(call->context, STATUS_TOO_LARGE, "too_large");
        if (renaming.count)
                *ret = buf_str(&buf);
        return STATUS_OK;
}
