// Binding a map, or a guess by names and labels, to an object's fields.
#include "link/import/map.h"
#include "base/date.h"
#include "base/unicode.h"

static int find_column(const Table *table, Str name) {
        for (size_t i = 0; i < table->columns_count; i++)
                if (str_eq(table->columns[i], name))
                        return (int)i;
        return -1;
}

static Missing missing_from(Str text) {
        if (str_is(text, "create"))
                return MISSING_CREATE;
        if (str_is(text, "skip"))
                return MISSING_SKIP;
        return str_is(text, "null") ? MISSING_NULL : MISSING_ERROR;
}

// The id may say which record a row is; nothing else that the system computes is taken from a file.
static bool never_imported(const Field *field) {
        return field->type->computed || field->role == FIELD_VERSION;
}

// What the importer may not know is no field to him; what he may not read finds no records.
static const Field *known_field(const Actor *actor, const Object *object, Str name) {
        const Field *field = object_find(object, name);
        return field && !field->hidden && actor_field(actor, field) != FIELD_HIDE ? field : NULL;
}

static const Field *match_field(const Actor *actor, const Object *target, Str name) {
        const Field *field = target && actor_may(actor, target, VERB_READ) ? known_field(actor, target, name) : NULL;
        return field && actor_field(actor, field) >= FIELD_READ ? field : NULL;
}

static Status bind_target(Context *context, const Actor *actor, const Object *object, const Json *json, Str path, Target *target) {
        Str name = json->kind == JSON_STRING ? json->text : json_str(json, "field", STR_NONE);
        target->field = known_field(actor, object, name);
        if (!target->field)
                return error_add(context, path, "unknown_field", name);
        if (never_imported(target->field))
                return error_add(context, path, "read_only");
        if (json->kind != JSON_OBJECT)
                return STATUS_OK;
        target->values = json_get(json, "values");
        target->format = json_str(json, "format", STR_NONE);
        target->transform = json_str(json, "transform", STR_NONE);
        target->scale = json_int(json, "scale", 0);
        target->missing = missing_from(json_str(json, "missing", STR_NONE));
        Str match = json_str(json, "match", STR_NONE);
        if (str_empty(match))
                return STATUS_OK;
        target->match = match_field(actor, target->field->target, match);
        return target->match ? STATUS_OK : error_add(context, path, "unknown_field", match);
}

// Without a name that he may read, a reference is given as an id.
static void match_by_name(const Actor *actor, Target *target) {
        if (!target->match && target->field->target)
                target->match = match_field(actor, target->field->target, STR("name"));
}

static Status bind_columns(Context *context, const Actor *actor, const Object *object, const Table *table, const Json *columns, Map *map) {
        for (size_t i = 0; columns && i < columns->count; i++) {
                const Json *json = &columns->items[i];
                int column = find_column(table, json->key);
                Str path = str_format(context->arena, "columns." STR_FMT, STR_ARG(json->key));
                if (column < 0) {
                        (void)error_add(context, path, "unknown_column", json->key);
                        continue;
                }
                size_t count = json->kind == JSON_ARRAY ? json->count : 1;
                for (size_t k = 0; k < count; k++) {
                        Target *target = &map->targets[map->count];
                        *target = (Target){.column = column};
                        if (bind_target(context, actor, object, json->kind == JSON_ARRAY ? &json->items[k] : json, path, target) == STATUS_OK)
                                map->count++;
                        if (target->field)
                                match_by_name(actor, target);
                }
        }
        return error_status(context);
}

static Status bind_constants(Context *context, const Actor *actor, const Object *object, const Json *constants, Map *map) {
        for (size_t i = 0; constants && i < constants->count; i++) {
                const Json *json = &constants->items[i];
                Str path = str_format(context->arena, "constants." STR_FMT, STR_ARG(json->key));
                Target *target = &map->targets[map->count];
                *target = (Target){.column = -1, .field = known_field(actor, object, json->key)};
                if (!target->field) {
                        (void)error_add(context, path, "unknown_field", json->key);
                        continue;
                }
                if (never_imported(target->field)) {
                        (void)error_add(context, path, "read_only");
                        continue;
                }
                target->constant = json->kind == JSON_OBJECT ? json_str(json, "value", STR_NONE) : json->text;
                Str match = json_str(json, "match", STR_NONE);
                target->match = str_empty(match) ? NULL : match_field(actor, target->field->target, match);
                match_by_name(actor, target);
                map->count++;
        }
        return error_status(context);
}

static const Field *guess_field(Arena *arena, const Actor *actor, const Object *object, Str column) {
        const Field *field = object_find(object, column);
        Str folded = text_fold(arena, column);
        for (size_t i = 0; !field && i < object->fields_count; i++)
                for (int lang = 0; lang < LANG_COUNT; lang++)
                        if (str_eq(text_fold(arena, object->fields[i]->label.text[lang]), folded))
                                field = object->fields[i];
        return field && known_field(actor, object, field->name) && !field->type->computed && field->role != FIELD_ID && field->role != FIELD_VERSION ? field : NULL;
}

static void guess_columns(Context *context, const Actor *actor, const Object *object, const Table *table, Map *map) {
        for (size_t i = 0; i < table->columns_count; i++) {
                const Field *field = guess_field(context->arena, actor, object, table->columns[i]);
                bool taken = false;
                for (size_t k = 0; k < map->count; k++)
                        taken |= map->targets[k].field == field;
                if (!field || taken) // a second column of the same field counts as not mapped
                        continue;
                Target *target = &map->targets[map->count++];
                *target = (Target){.column = (int)i, .field = field};
                match_by_name(actor, target);
        }
}

static void note_unmapped(Context *context, const Table *table, const Json *ignored, Map *map) {
        Buf buf = buf_make(context->arena, 64 * 1024);
        for (size_t i = 0; i < table->columns_count; i++) {
                bool used = false;
                for (size_t k = 0; k < map->count; k++)
                        used |= map->targets[k].column == (int)i;
                for (size_t k = 0; ignored && k < ignored->count; k++)
                        used |= str_eq(ignored->items[k].text, table->columns[i]);
                if (used)
                        continue;
                if (buf.len)
                        buf_lit(&buf, ", ");
                buf_add(&buf, table->columns[i]);
        }
        map->unmapped = buf_str(&buf);
}

static Status bind_rest(Context *context, const Actor *actor, const Object *object, const Json *json, Map *map) {
        Str mode = json_str(json, "mode", STR("create")), key = json_str(json, "key", STR_NONE);
        map->create = !str_is(mode, "update");
        map->update = !str_is(mode, "create");
        for (size_t i = 0; i < map->count; i++)
                if (!str_empty(key) && str_eq(map->targets[i].field->name, key))
                        map->key = &map->targets[i];
        if (!str_empty(key) && !map->key)
                return error_add(context, STR("key"), known_field(actor, object, key) ? "key_not_mapped" : "unknown_field", key);
        if (map->key && actor_field(actor, map->key->field) < FIELD_READ) // whether there is such a record would tell what the mask hides
                return error_add(context, STR("key"), "unknown_field", key);
        if (map->update && !map->key)
                return error_add(context, STR("key"), "required");
        const Json *second = json_get(json, "second_pass");
        for (size_t i = 0; second && i < second->count; i++)
                for (size_t k = 0; k < map->count; k++)
                        if (str_eq(map->targets[k].field->name, second->items[i].text))
                                map->targets[k].second_pass = true;
        return STATUS_OK;
}

static size_t most_targets(const Table *table, const Json *json) {
        size_t count = table->columns_count;
        const Json *columns = json_get(json, "columns"), *constants = json_get(json, "constants");
        for (size_t i = 0; columns && i < columns->count; i++)
                count += columns->items[i].count + 1;
        return count + (constants ? constants->count : 0);
}

Status map_bind(Context *context, const Actor *actor, const Object *object, const Table *table, Str source, Map *ret) {
        Json *json = NULL;
        TRY(json_parse(context, str_empty(str_trim(source)) ? STR("{}") : source, 16, &json));
        const Json *columns = json_get(json, "columns");
        if (json->kind != JSON_OBJECT)
                return error_set(context, STATUS_INVALID, "object_expected");
        if (columns && columns->kind != JSON_OBJECT)
                return error_add(context, STR("columns"), "object_expected");
        *ret = (Map){.targets = arena_array(context->arena, Target, most_targets(table, json) + 1)};
        if (columns)
                TRY(bind_columns(context, actor, object, table, columns, ret));
        else
                guess_columns(context, actor, object, table, ret);
        TRY(bind_constants(context, actor, object, json_get(json, "constants"), ret));
        TRY(bind_rest(context, actor, object, json, ret));
        note_unmapped(context, table, json_get(json, "ignore"), ret);
        if (ret->count == 0)
                return error_set(context, STATUS_INVALID, "nothing_mapped");
        return STATUS_OK;
}

// ---- Cells

// "M/D/YYYY" and the like: runs of letters are parts, everything else must stand as it is. Two-digit years are 2000–2099.
static bool parse_date_as(Str format, Str cell, int32_t *ret) {
        int64_t year = 0, month = 0, day = 0;
        size_t at = 0;
        for (size_t i = 0; i < format.len;) {
                char letter = format.data[i];
                size_t run = 0;
                while (i + run < format.len && format.data[i + run] == letter)
                        run++;
                if (letter != 'Y' && letter != 'M' && letter != 'D') {
                        if (at >= cell.len || cell.data[at] != letter)
                                return false;
                        at++;
                        i++;
                        continue;
                }
                size_t from = at;
                while (at < cell.len && at - from < 4 && cell.data[at] >= '0' && cell.data[at] <= '9')
                        at++;
                int64_t number = 0;
                if (!str_to_int64(str_slice(cell, from, at), &number))
                        return false;
                if (letter == 'Y')
                        year = number < 100 ? 2000 + number : number;
                else if (letter == 'M')
                        month = number;
                else
                        day = number;
                i += run;
        }
        if (at != cell.len || !date_valid((int)year, (int)month, (int)day))
                return false;
        *ret = date_from_civil((int)year, (int)month, (int)day);
        return true;
}

// "Anna Snelling" → "anna.snelling"; anything that is not a letter or digit of ASCII parts words; other scripts stay as they are.
static Str login_from(Arena *arena, Str name) {
        Buf buf = buf_make(arena, 400);
        bool gap = false;
        for (size_t i = 0; i < name.len; i++) {
                unsigned char c = (unsigned char)name.data[i];
                bool keep = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c >= 0x80;
                if (!keep) {
                        gap = buf.len > 0;
                        continue;
                }
                if (gap)
                        buf_add_char(&buf, '.');
                gap = false;
                buf_add_char(&buf, (char)(c >= 'A' && c <= 'Z' ? c + 32 : c));
        }
        return buf_str(&buf);
}

static Status scaled(Context *context, const Target *target, Str cell, Str *ret) {
        Decimal number, factor, product;
        if (!decimal_parse(cell, &number) || !decimal_from_int(target->scale, &factor) || !decimal_mul(number, factor, &product))
                return error_add(context, target->field->name, "bad_decimal");
        Buf buf = buf_make(context->arena, 64);
        decimal_write(&buf, product, 0);
        *ret = buf_str(&buf);
        return STATUS_OK;
}

Status map_cell(Context *context, const Target *target, Str cell, Str *ret) {
        Str text = target->column < 0 ? target->constant : cell;
        const Json *replaced = target->values ? json_find(target->values, str_trim(text)) : NULL;
        if (replaced)
                text = replaced->kind == JSON_NULL ? STR_NONE : replaced->text;
        *ret = text;
        if (str_empty(str_trim(text)))
                return STATUS_OK;
        if (str_is(target->transform, "login"))
                *ret = login_from(context->arena, text);
        if (target->scale)
                return scaled(context, target, str_trim(text), ret);
        if (!str_empty(target->format) && !str_is(target->format, "auto")) {
                int32_t day = 0;
                if (!parse_date_as(target->format, str_trim(text), &day))
                        return error_add(context, target->field->name, "bad_date_format", target->format);
                Buf buf = buf_make(context->arena, 16);
                date_write(&buf, day);
                *ret = buf_str(&buf);
        }
        return STATUS_OK;
}
