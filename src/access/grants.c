// Reads the grants of a role from their JSON into rights by object and field, checking them against the catalog. A mistake gives no right: a scope that
// cannot be read is none, a field's right that cannot be read hides the field. Merging the roles of a user is merge.c's.
#include "access/inside.h"
#include "base/json.h"
#include "base/unicode.h"

#define GRANTS_DEPTH 8
#define PATH_PART 60 // bytes of a name repeated in a path

static const struct { const char *name; ScopeKind kind; } scope_names[] = {
        {"none", SCOPE_NONE}, {"own", SCOPE_OWN}, {"department", SCOPE_DEPARTMENT}, {"tree", SCOPE_TREE}, {"all", SCOPE_ALL},
};

static const struct { const char *name; FieldRight right; } right_names[] = {
        {"hide", FIELD_HIDE}, {"mask", FIELD_MASK}, {"read", FIELD_READ}, {"write", FIELD_WRITE},
};

static Str path_below(GrantReader *r, Str path, Str part) {
        Str shown = part;
        if (part.len > PATH_PART) {
                size_t end = PATH_PART;
                while (end > 0 && ((unsigned char)part.data[end] & 0xC0) == 0x80)
                        end--;
                shown = str_slice(part, 0, end);
        }
        return str_format(r->context->arena, STR_FMT "." STR_FMT, STR_ARG(path), STR_ARG(shown));
}

static void report(GrantReader *r, Str path, const char *code, Str argument) {
        if (!r->quiet)
                (void)error_add(r->context, path, code, argument);
}

// The expression's own mistake becomes an item at the path; its position counts from the expression's start.
static void report_rule(GrantReader *r, Str path, const Error *error) {
        if (r->quiet)
                return;
        size_t count = r->context->error.count;
        (void)error_add_(r->context, path, error->code, error->args);
        if (r->context->error.count > count)
                r->context->error.items[count].position = error->position;
}

static const Expr *read_rule(GrantReader *r, const Object *object, Str path, Str source) {
        for (const Rule *rule = *r->rules; rule; rule = rule->next)
                if (rule->object == object && str_eq(rule->source, source))
                        return rule->expr;
        Context own;
        context_init(&own, r->arena, r->context->lang, r->context->now_ms);
        ExprNames names = catalog_names(r->catalog);
        ExprParse parse = {.names = &names, .object = object, .expect = EXPR_BOOL};
        const Expr *expr = NULL;
        Str kept = str_copy(r->arena, source);
        if (expr_parse(&own, &parse, kept, &expr) != STATUS_OK) {
                report_rule(r, path, &own.error);
                return NULL;
        }
        Rule *rule = arena_new_of(r->arena, Rule);
        *rule = (Rule){.object = object, .source = kept, .expr = expr, .next = *r->rules};
        *r->rules = rule;
        return expr;
}

static void read_scope(GrantReader *r, const Object *object, Str path, const Json *json, Scope *ret) {
        *ret = (Scope){.kind = SCOPE_NONE};
        if (json->kind == JSON_NULL)
                return;
        if (json->kind != JSON_STRING || str_empty(str_trim(json->text))) {
                report(r, path, "grant_scope", STR_NONE);
                return;
        }
        for (size_t i = 0; i < sizeof scope_names / sizeof *scope_names; i++) {
                if (!str_is(json->text, scope_names[i].name))
                        continue;
                ret->kind = scope_names[i].kind;
                return;
        }
        const Expr **rule = arena_array(r->arena, const Expr *, 1);
        *rule = read_rule(r, object, path, json->text);
        if (*rule)
                *ret = (Scope){.kind = SCOPE_NONE, .rule = *rule, .rules = rule, .rules_count = 1};
}

static void read_switch(GrantReader *r, Str path, const Json *json, bool *ret) {
        *ret = json->kind == JSON_TRUE;
        if (json->kind != JSON_TRUE && json->kind != JSON_FALSE && json->kind != JSON_NULL)
                report(r, path, "grant_switch", STR_NONE);
}

static void read_actions(GrantReader *r, Str path, const Json *json, ObjectGrant *grant) {
        if (json->kind == JSON_NULL)
                return;
        if (json->kind == JSON_STRING && str_is(json->text, "*")) {
                grant->all_actions = true;
                return;
        }
        bool good = json->kind == JSON_ARRAY;
        for (size_t i = 0; good && i < json->count; i++)
                good = json->items[i].kind == JSON_STRING && !str_empty(json->items[i].text);
        if (!good) {
                report(r, path, "grant_actions", STR_NONE);
                return;
        }
        grant->actions = arena_array(r->arena, Str, json->count);
        for (size_t i = 0; i < json->count; i++)
                grant->actions[grant->actions_count++] = str_copy(r->arena, json->items[i].text);
}

#define MASK_LARGEST 40 // characters shown of either end

// "mask:3,4"
static bool read_mask(Str text, Mask *ret) {
        int64_t head, tail;
        Str rest = text, number = STR_NONE;
        if (!str_starts(text, STR("mask:")))
                return false;
        rest = str_slice(text, 5, text.len);
        ptrdiff_t comma = str_find_char(rest, ',');
        if (comma <= 0)
                return false;
        number = str_slice(rest, 0, (size_t)comma);
        rest = str_slice(rest, (size_t)comma + 1, rest.len);
        if (!str_to_int64(number, &head) || !str_to_int64(rest, &tail) || head < 0 || tail < 0 || head > MASK_LARGEST || tail > MASK_LARGEST)
                return false;
        *ret = (Mask){.given = true, .head = (uint8_t)head, .tail = (uint8_t)tail};
        return true;
}

static FieldRight read_right(GrantReader *r, Str path, const Json *json, Mask *ret_mask) {
        *ret_mask = (Mask){0};
        if (json->kind == JSON_STRING && read_mask(json->text, ret_mask))
                return FIELD_MASK;
        for (size_t i = 0; json->kind == JSON_STRING && i < sizeof right_names / sizeof *right_names; i++)
                if (str_is(json->text, right_names[i].name))
                        return right_names[i].right;
        report(r, path, "grant_right", STR_NONE);
        return FIELD_HIDE;
}

static void read_fields(GrantReader *r, const Object *object, bool star, Str path, const Json *json, ObjectGrant *grant) {
        if (json->kind == JSON_NULL)
                return;
        if (json->kind != JSON_OBJECT) {
                report(r, path, "grant_object", STR_NONE);
                for (size_t i = 0; i < object->fields_count; i++)
                        grant->fields[i] = FIELD_HIDE;
                return;
        }
        const Json *all = json_get(json, "*");
        Mask mask = {0};
        FieldRight others = all ? read_right(r, path_below(r, path, all->key), all, &mask) : FIELD_WRITE;
        for (size_t i = 0; i < object->fields_count; i++) {
                grant->fields[i] = others;
                grant->masks[i] = mask;
        }
        for (size_t i = 0; i < json->count; i++) {
                const Json *item = &json->items[i];
                if (item == all)
                        continue;
                const Field *field = object_find(object, item->key);
                FieldRight right = read_right(r, path_below(r, path, item->key), item, &mask);
                if (field) {
                        grant->fields[field->index] = right;
                        grant->masks[field->index] = mask;
                } else if (!star)
                        report(r, path_below(r, path, item->key), "unknown_field", item->key);
        }
}

static void read_member(GrantReader *r, const Object *object, bool star, Str below, const Json *item, ObjectGrant *grant) {
        if (str_is(item->key, "read"))
                read_scope(r, object, below, item, &grant->read);
        else if (str_is(item->key, "update"))
                read_scope(r, object, below, item, &grant->update);
        else if (str_is(item->key, "delete"))
                read_scope(r, object, below, item, &grant->remove);
        else if (str_is(item->key, "create"))
                read_switch(r, below, item, &grant->create);
        else if (str_is(item->key, "export"))
                read_switch(r, below, item, &grant->export);
        else if (str_is(item->key, "import"))
                read_switch(r, below, item, &grant->import);
        else if (str_is(item->key, "transfer"))
                read_switch(r, below, item, &grant->transfer);
        else if (str_is(item->key, "actions"))
                read_actions(r, below, item, grant);
        else if (str_is(item->key, "fields"))
                read_fields(r, object, star, below, item, grant);
        else
                report(r, below, "grant_member", item->key);
}

// Left out (or null): whoever makes records imports them, and whoever changes them may give them to others.
static void settle_switches(const Json *json, ObjectGrant *grant) {
        const Json *import = json_get(json, "import"), *transfer = json_get(json, "transfer");
        if (!import || import->kind == JSON_NULL)
                grant->import = grant->create;
        if (!transfer || transfer->kind == JSON_NULL)
                grant->transfer = grant->update.kind != SCOPE_NONE || grant->update.rules_count;
}

static void read_entry(GrantReader *r, const Object *object, bool star, Str path, const Json *json, ObjectGrant *grant) {
        for (size_t i = 0; i < object->fields_count; i++)
                grant->fields[i] = FIELD_WRITE;
        if (json->kind != JSON_OBJECT) {
                if (json->kind != JSON_NULL)
                        report(r, path, "grant_object", STR_NONE);
                return;
        }
        for (size_t i = 0; i < json->count; i++) {
                const Json *item = &json->items[i];
                read_member(r, object, star, path_below(r, path, item->key), item, grant);
        }
        settle_switches(json, grant);
}

// "*" is read once for every object that is not named, and its mistakes are told once.
static void read_star(GrantReader *r, Str path, const Json *json, const Json *star, ObjectGrant *grants) {
        bool quiet = r->quiet;
        size_t errors = r->context->error.count;
        for (size_t i = 0; i < r->catalog->objects_count; i++) {
                const Object *object = r->catalog->objects[i];
                if (json_find(json, object->name))
                        continue;
                read_entry(r, object, true, path, star, &grants[i]);
                r->quiet = quiet || r->context->error.count > errors;
        }
        r->quiet = quiet;
}

void grants_read(GrantReader *r, Str path, const Json *json, ObjectGrant *ret_grants) {
        for (size_t i = 0; i < r->catalog->objects_count; i++) {
                ret_grants[i].fields = arena_array(r->arena, FieldRight, r->catalog->objects[i]->fields_count);
                ret_grants[i].masks = arena_array(r->arena, Mask, r->catalog->objects[i]->fields_count);
        }
        if (json->kind != JSON_OBJECT) {
                if (json->kind != JSON_NULL)
                        report(r, path, "grant_object", STR_NONE);
                return;
        }
        for (size_t i = 0; i < json->count && !arena_over(r->arena); i++) {
                const Json *item = &json->items[i];
                Str below = path_below(r, path, item->key);
                const Object *object = catalog_find(r->catalog, item->key);
                if (str_is(item->key, "*"))
                        read_star(r, below, json, item, ret_grants);
                else if (object)
                        read_entry(r, object, false, below, item, &ret_grants[object->index]);
                else
                        report(r, below, "grant_unknown_object", item->key);
        }
}

Status grants_check(Context *context, const Catalog *catalog, Str path, Str json) {
        size_t errors = context->error.count;
        Json *tree = NULL;
        Context own;
        context_init(&own, context->arena, context->lang, context->now_ms);
        if (json_parse(&own, json, GRANTS_DEPTH, &tree) != STATUS_OK)
                return error_add(context, path, "grant_object");
        Rule *rules = NULL;
        GrantReader reader = {.context = context, .catalog = catalog, .arena = context->arena, .rules = &rules};
        grants_read(&reader, path, tree, arena_array(context->arena, ObjectGrant, catalog->objects_count));
        if (arena_over(context->arena))
                return error_set(context, STATUS_TOO_LARGE, "too_large");
        return context->error.count > errors ? STATUS_INVALID : STATUS_OK;
}

Status grants_shipped(Context *context, const Catalog *catalog, Str role_key, Str *ret_json) {
        Buf buf = buf_make(context->arena, 256 * 1024);
        JsonWriter w = json_writer(&buf);
        json_open_object(&w);
        for (size_t i = 0; i < catalog->objects_count; i++) {
                const Object *object = catalog->objects[i];
                const Json *grant = object->grants ? json_find(object->grants, role_key) : NULL;
                if (!grant)
                        continue;
                json_key(&w, object->name);
                json_add_tree(&w, grant);
        }
        json_close_object(&w);
        if (buf_full(&buf))
                return error_set(context, STATUS_TOO_LARGE, "too_large");
        *ret_json = buf_str(&buf);
        return STATUS_OK;
}
