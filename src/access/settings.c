// The organisation's settings: checking what is to be set, writing it, reading all of it.
#include "access/settings.h"
#include "access/audit.h"
#include "access/org.h"
#include "base/unicode.h"
#include <unicode/ucal.h>
#include <unicode/ucurr.h>

#define COMPANY_LENGTH 120
#define ATTRIBUTION_LENGTH 300
#define CURRENCY_DEFAULT "CNY"
#define DAYS_MOST 36500
#define LIMIT_MOST 1000000000

typedef struct SettingDef {
        const char *name, *fallback;
        Status (*check)(Context *context, Str path, const Json *value, Str *ret);
} SettingDef;

// ---- Checking

static Status wrong_type(Context *context, Str path, Str expected) {
        return error_add(context, path, "wrong_type", expected);
}

static bool is_plain(Str text) {
        for (size_t offset = 0; offset < text.len;) {
                uint32_t c = utf8_next(text, &offset);
                if (c < ' ' || (c >= 0x7F && c < 0xA0) || c == 0x2028 || c == 0x2029)
                        return false;
        }
        return true;
}

static Status take_text(Context *context, Str path, const Json *value, size_t longest, Str *ret) {
        if (value->kind == JSON_NULL) {
                *ret = STR("");
                return STATUS_OK;
        }
        if (value->kind != JSON_STRING)
                return wrong_type(context, path, STR("text"));
        *ret = str_trim(value->text);
        if (!is_plain(*ret))
                return error_add(context, path, "bad_text");
        if (utf8_length(*ret) > longest)
                return error_add(context, path, "too_long", str_format(context->arena, "%zu", longest));
        return STATUS_OK;
}

static Status take_word(Context *context, Str path, const Json *value, Str *ret) {
        TRY(take_text(context, path, value, 100, ret));
        return str_empty(*ret) ? error_add(context, path, "required") : STATUS_OK;
}

static Status check_company(Context *context, Str path, const Json *value, Str *ret) {
        TRY(take_text(context, path, value, COMPANY_LENGTH, ret));
        return str_empty(*ret) ? error_add(context, path, "required") : STATUS_OK;
}

static Status check_zone(Context *context, Str path, const Json *value, Str *ret) {
        TRY(take_word(context, path, value, ret));
        Zone *zone = zone_open(*ret);
        if (!zone)
                return error_add(context, path, "bad_time_zone", *ret);
        zone_free(zone);
        return STATUS_OK;
}

static bool currency_known(Str code) {
        UChar wide[4] = {0};
        if (code.len != 3)
                return false;
        for (size_t i = 0; i < 3; i++) {
                if (code.data[i] < 'A' || code.data[i] > 'Z')
                        return false;
                wide[i] = (UChar)code.data[i];
        }
        UErrorCode error = U_ZERO_ERROR;
        UDate now = ucal_getNow();
        return ucurr_isAvailable(wide, now, now, &error) && U_SUCCESS(error);
}

static Status check_currency(Context *context, Str path, const Json *value, Str *ret) {
        TRY(take_word(context, path, value, ret));
        return currency_known(*ret) ? STATUS_OK : error_add(context, path, "unknown_currency", *ret);
}

static Status check_language(Context *context, Str path, const Json *value, Str *ret) {
        TRY(take_word(context, path, value, ret));
        for (Lang lang = 0; lang < LANG_COUNT; lang++)
                if (str_is(*ret, lang_tag(lang)))
                        return STATUS_OK;
        return error_add(context, path, "unknown_language", *ret);
}

static Status check_week_start(Context *context, Str path, const Json *value, Str *ret) {
        bool known = value->kind == JSON_NUMBER && (str_is(value->text, "0") || str_is(value->text, "1") || str_is(value->text, "6"));
        *ret = known ? value->text : STR_NONE;
        return known ? STATUS_OK : error_add(context, path, "bad_week_start");
}

static bool tile_character(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || memchr("-._~/?&=%+,@{}", c, 14);
}

static size_t occurrences(Str text, Str part) {
        size_t count = 0;
        for (ptrdiff_t at; (at = str_find(text, part)) >= 0; count++)
                text = str_slice(text, (size_t)at + part.len, text.len);
        return count;
}

// Each of {z} {x} {y} once, {s} at most once, and no other braces.
static bool has_places(Str text) {
        size_t z = occurrences(text, STR("{z}")), x = occurrences(text, STR("{x}")), y = occurrences(text, STR("{y}")), s = occurrences(text, STR("{s}"));
        return z == 1 && x == 1 && y == 1 && s <= 1 && occurrences(text, STR("{")) == 3 + s && occurrences(text, STR("}")) == 3 + s;
}

static bool is_label(Str label) {
        for (size_t i = 0; i < label.len; i++)
                if (!((label.data[i] >= 'a' && label.data[i] <= 'z') || (label.data[i] >= 'A' && label.data[i] <= 'Z') || (label.data[i] >= '0' && label.data[i] <= '9') || label.data[i] == '-'))
                        return false;
        return label.len > 0 && label.data[0] != '-' && label.data[label.len - 1] != '-';
}

// "tile.example.org:8443" without its port; false: not a name.
static bool host_name(Str host, size_t *ret_labels) {
        Str label;
        ptrdiff_t colon = str_find_char(host, ':');
        int64_t port = 0;
        if (colon >= 0 && (!str_to_int64(str_slice(host, (size_t)colon + 1, host.len), &port) || port < 1 || port > 65535))
                return false;
        host = colon >= 0 ? str_slice(host, 0, (size_t)colon) : host;
        if (str_empty(host) || str_ends(host, STR(".")))
                return false;
        for (*ret_labels = 0; str_cut(&host, '.', &label); ++*ret_labels)
                if (!is_label(label))
                        return false;
        return true;
}

bool map_tiles_source(Arena *arena, Str template, Str *ret_source) {
        const Str scheme = STR("https://");
        if (!str_starts(template, scheme) || !has_places(template))
                return false;
        Str rest = str_slice(template, scheme.len, template.len);
        ptrdiff_t slash = str_find_char(rest, '/');
        if (slash <= 0)
                return false;
        Str host = str_slice(rest, 0, (size_t)slash), path = str_slice(rest, (size_t)slash, rest.len);
        for (size_t i = 0; i < path.len; i++)
                if (!tile_character(path.data[i]))
                        return false;
        // Which server of several: the policy can only say "any of these", which is not to be any of a whole country's.
        ptrdiff_t place = str_find(host, STR("{s}")), dot = str_find_char(host, '.');
        size_t labels = 0;
        if (place >= 0 && (dot < place || !host_name(str_slice(host, (size_t)dot + 1, host.len), &labels) || labels < 2))
                return false;
        if (place >= 0) {
                Str first = str_slice(host, 0, (size_t)dot);
                Str around = str_format(arena, STR_FMT "0" STR_FMT, STR_ARG(str_slice(first, 0, (size_t)place)), STR_ARG(str_slice(first, (size_t)place + 3, first.len)));
                *ret_source = str_format(arena, "https://*." STR_FMT, STR_ARG(str_slice(host, (size_t)dot + 1, host.len)));
                return is_label(around);
        }
        *ret_source = str_format(arena, "https://" STR_FMT, STR_ARG(host));
        return host_name(host, &labels);
}

static Status check_map_tiles(Context *context, Str path, const Json *value, Str *ret) {
        Str source = STR_NONE;
        TRY(take_text(context, path, value, 500, ret));
        return str_empty(*ret) || map_tiles_source(context->arena, *ret, &source) ? STATUS_OK : error_add(context, path, "bad_map_tiles");
}

static Status check_attribution(Context *context, Str path, const Json *value, Str *ret) {
        return take_text(context, path, value, ATTRIBUTION_LENGTH, ret);
}

static Status take_number(Context *context, Str path, const Json *value, int64_t least, int64_t most, Str *ret) {
        int64_t number = 0;
        if (value->kind != JSON_NUMBER || !str_to_int64(value->text, &number))
                return wrong_type(context, path, STR("integer"));
        *ret = value->text;
        if (number < least || number > most)
                return error_add(context, path, "out_of_range", str_format(context->arena, "%lld", (long long)least), str_format(context->arena, "%lld", (long long)most));
        return STATUS_OK;
}

static Status check_password_length(Context *context, Str path, const Json *value, Str *ret) {
        return take_number(context, path, value, 8, 64, ret);
}

static Status check_password_classes(Context *context, Str path, const Json *value, Str *ret) {
        return take_number(context, path, value, 1, 4, ret);
}

static Status check_password_history(Context *context, Str path, const Json *value, Str *ret) {
        return take_number(context, path, value, 0, 10, ret);
}

static Status check_password_days(Context *context, Str path, const Json *value, Str *ret) {
        return take_number(context, path, value, 0, 3650, ret);
}

static Status check_session_idle(Context *context, Str path, const Json *value, Str *ret) {
        return take_number(context, path, value, 5, SESSION_IDLE_MOST, ret);
}

static Status check_session_hours(Context *context, Str path, const Json *value, Str *ret) {
        return take_number(context, path, value, 1, 8760, ret);
}

Status allow_list_check(Context *context, Str path, Str text, NetworkList *ret) {
        Str bad = STR_NONE;
        if (network_list_parse(context->arena, text, ALLOW_MOST, ret, &bad))
                return STATUS_OK;
        return ret->count == ALLOW_MOST ? error_add(context, path, "too_many", str_format(context->arena, "%d", ALLOW_MOST)) : error_add(context, path, "bad_network", str_slice(bad, 0, 60));
}

static Status check_allow_list(Context *context, Str path, const Json *value, Str *ret) {
        NetworkList list;
        if (value->kind != JSON_NULL && value->kind != JSON_STRING)
                return wrong_type(context, path, STR("text"));
        TRY(allow_list_check(context, path, value->kind == JSON_STRING ? value->text : STR_NONE, &list));
        *ret = network_list_format(context->arena, &list);
        return STATUS_OK;
}

// Scheme, host and port, and nothing behind them: links are made by adding to it.
static Status check_address(Context *context, Str path, const Json *value, Str *ret) {
        size_t labels = 0;
        TRY(take_text(context, path, value, 300, ret));
        while (str_ends(*ret, STR("/")))
                *ret = str_slice(*ret, 0, ret->len - 1);
        if (str_empty(*ret))
                return STATUS_OK;
        size_t scheme = str_starts(*ret, STR("https://")) ? 8 : str_starts(*ret, STR("http://")) ? 7 : 0;
        return scheme && host_name(str_slice(*ret, scheme, ret->len), &labels) ? STATUS_OK : error_add(context, path, "bad_address");
}

static Status check_whole(Context *context, Str path, const Json *value, int64_t most, Str *ret) {
        int64_t number = 0;
        bool whole = value->kind == JSON_NUMBER && str_to_int64(value->text, &number);
        *ret = whole ? value->text : STR_NONE;
        if (value->kind == JSON_NULL) {
                *ret = STR("0");
                return STATUS_OK;
        }
        return whole && number >= 0 && number <= most ? STATUS_OK : error_add(context, path, "number_range", STR("0"), str_format(context->arena, "%lld", (long long)most));
}

static Status check_audit_days(Context *context, Str path, const Json *value, Str *ret) {
        int64_t days = 0;
        TRY(check_whole(context, path, value, DAYS_MOST, ret));
        return str_to_int64(*ret, &days) && (days == 0 || days >= AUDIT_DAYS_LEAST) ? STATUS_OK : error_add(context, path, "audit_days");
}

static Status check_days(Context *context, Str path, const Json *value, Str *ret) {
        return check_whole(context, path, value, DAYS_MOST, ret);
}

static Status check_limit(Context *context, Str path, const Json *value, Str *ret) {
        return check_whole(context, path, value, LIMIT_MOST, ret);
}

enum {
        COMPANY, ZONE, CURRENCY, LANGUAGE, WEEK_START, MAP_TILES, MAP_ATTRIBUTION, PASSWORD_LENGTH, PASSWORD_CLASSES, PASSWORD_HISTORY, PASSWORD_DAYS, SESSION_IDLE, SESSION_HOURS,
        ALLOW_LIST, ADDRESS, AUDIT_DAYS, BIN_DAYS, EXPORT_ROWS, OPENED_HOUR, OPENED_DAY, ROWS_HOUR, ROWS_DAY,
        WORKING_HOURS, HOLIDAYS, WORKDAYS
};

static const SettingDef defs[SETTINGS_COUNT] = {
        [COMPANY] = {"company", "", check_company},
        [ZONE] = {SETTING_ZONE, ZONE_DEFAULT, check_zone},
        [CURRENCY] = {"currency", CURRENCY_DEFAULT, check_currency},
        [LANGUAGE] = {"language", "zh-CN", check_language},
        [WEEK_START] = {"week_start", "1", check_week_start},
        [MAP_TILES] = {"map_tiles", "", check_map_tiles},
        [MAP_ATTRIBUTION] = {"map_attribution", "", check_attribution},
        [PASSWORD_LENGTH] = {"password_length", "8", check_password_length},
        [PASSWORD_CLASSES] = {"password_classes", "1", check_password_classes},
        [PASSWORD_HISTORY] = {"password_history", "3", check_password_history},
        [PASSWORD_DAYS] = {"password_days", "0", check_password_days},
        [SESSION_IDLE] = {"session_idle", "20160", check_session_idle},
        [SESSION_HOURS] = {"session_hours", "2160", check_session_hours},
        [ALLOW_LIST] = {"allow_list", "", check_allow_list},
        [ADDRESS] = {"address", "", check_address},
        [AUDIT_DAYS] = {"audit_days", "1095", check_audit_days},
        [BIN_DAYS] = {"bin_days", "0", check_days},
        [EXPORT_ROWS] = {"export_rows", "0", check_limit},
        [OPENED_HOUR] = {"opened_hour", "0", check_limit},
        [OPENED_DAY] = {"opened_day", "0", check_limit},
        [ROWS_HOUR] = {"rows_hour", "0", check_limit},
        [ROWS_DAY] = {"rows_day", "0", check_limit},
        [WORKING_HOURS] = {"working_hours", WORKING_HOURS_DEFAULT, hours_check},
        [HOLIDAYS] = {"holidays", "[]", hours_check_days},
        [WORKDAYS] = {"workdays", "[]", hours_check_days},
};

static const SettingDef *find_def(Str name) {
        for (size_t i = 0; i < SETTINGS_COUNT; i++)
                if (str_is(name, defs[i].name))
                        return &defs[i];
        return NULL;
}

static bool is_other(const char *const *others, Str name) {
        for (; others && *others; others++)
                if (str_is(name, *others))
                        return true;
        return false;
}

Status settings_check(Context *context, const Json *body, const char *const *others, SettingsChange *ret) {
        size_t errors = context->error.count;
        *ret = (SettingsChange){0};
        for (size_t i = 0; i < body->count; i++) {
                const Json *member = &body->items[i];
                const SettingDef *def = find_def(member->key);
                if (!def && is_other(others, member->key))
                        continue;
                if (str_is(member->key, SETTING_DEMO))
                        (void)error_add(context, member->key, "read_only");
                else if (!def)
                        (void)error_add(context, member->key, "unknown_field", member->key);
                else
                        ret->given[def - defs] = def->check(context, member->key, member, &ret->values[def - defs]) == STATUS_OK;
        }
        return context->error.count > errors ? STATUS_INVALID : STATUS_OK;
}

bool settings_given(const SettingsChange *change, const char *name, Str *ret_value) {
        const SettingDef *def = find_def(str_from(name));
        ensure(def);
        *ret_value = change->values[def - defs];
        return change->given[def - defs];
}

Str settings_names(Arena *arena, const SettingsChange *change) {
        Buf buf = buf_make(arena, 4096);
        JsonWriter w = json_writer(&buf);
        json_open_array(&w);
        for (size_t i = 0; i < SETTINGS_COUNT; i++)
                if (change->given[i])
                        json_add_str(&w, str_from(defs[i].name));
        json_close_array(&w);
        return buf_str(&buf);
}

// ---- Writing

static bool same_sql(const Sql *a, const Sql *b) {
        bool same = a->count == b->count && str_eq(buf_str(&a->text), buf_str(&b->text));
        for (size_t i = 0; same && i < a->count; i++)
                same = value_eq(a->params[i], b->params[i]);
        return same;
}

static Status refill(Db *db, const Field *before, const Field *field) {
        Sql old = db_sql(db), fresh = db_sql(db), update = db_sql(db);
        TRY(rollup_sql(db_context(db), before, STR("t0"), &old));
        TRY(rollup_sql(db_context(db), field, STR("t0"), &fresh));
        if (same_sql(&old, &fresh))
                return STATUS_OK;
        sql(&update, "update ");
        sql_name(&update, field->object->table);
        sql(&update, " as t0 set ");
        sql_name(&update, field->column);
        sql(&update, " = ");
        sql_append(&update, &fresh);
        return db_exec(db, &update, NULL);
}

// Totals whose conditions ask for days count others in another zone.
static Status refill_rollups(Db *db, const Catalog *catalog, const Catalog *next) {
        for (size_t i = 0; i < next->objects_count; i++) {
                const Object *object = next->objects[i], *before = catalog_find(catalog, object->name);
                for (size_t k = 0; before && k < object->fields_count; k++) {
                        const Field *field = object->fields[k], *was = object_find(before, field->name);
                        if (field->stored && field->rollup_by && was)
                                TRY(refill(db, was, field));
                }
        }
        return STATUS_OK;
}

static Status change_zone(Db *db, const Catalog *catalog, Str name) {
        if (catalog->zone && str_eq(zone_name(catalog->zone), name))
                return STATUS_OK;
        Zone *zone = zone_open(name);
        if (!zone)
                return error_add(db_context(db), STR(SETTING_ZONE), "bad_time_zone", name);
        Catalog *next = NULL;
        Status status = catalog_load(db, zone, &next);
        if (status == STATUS_OK)
                status = refill_rollups(db, catalog, next);
        catalog_unref(next);
        zone_free(zone);
        return status;
}

Status settings_write(Db *db, const Catalog *catalog, const SettingsChange *change) {
        TRY(access_bump(db)); // of two who change settings one waits here for the other
        for (size_t i = 0; i < SETTINGS_COUNT; i++)
                if (change->given[i])
                        TRY(org_setting_set(db, str_from(defs[i].name), change->values[i]));
        return change->given[ZONE] ? change_zone(db, catalog, change->values[ZONE]) : STATUS_OK;
}

// As they are stored, so that what was and what is can be compared.
static Str stored_now(Arena *arena, const OrgSettings *settings, size_t i) {
        const Str texts[] = {[COMPANY] = settings->company, [ZONE] = settings->zone, [CURRENCY] = settings->currency, [LANGUAGE] = str_from(lang_tag(settings->language)),
                             [MAP_TILES] = settings->map_tiles, [MAP_ATTRIBUTION] = settings->map_attribution, [WORKING_HOURS] = settings->hours_text,
                             [HOLIDAYS] = settings->holidays_text, [WORKDAYS] = settings->workdays_text};
        const int64_t numbers[] = {[WEEK_START] = settings->week_start, [AUDIT_DAYS] = settings->audit_days, [BIN_DAYS] = settings->bin_days, [EXPORT_ROWS] = settings->export_rows,
                                   [OPENED_HOUR] = settings->opened_hour, [OPENED_DAY] = settings->opened_day, [ROWS_HOUR] = settings->rows_hour, [ROWS_DAY] = settings->rows_day};
        if (i < sizeof texts / sizeof *texts && texts[i].data)
                return texts[i];
        return i == WEEK_START || i >= AUDIT_DAYS ? str_format(arena, "%lld", (long long)numbers[i]) : STR("");
}

void settings_write_changes(JsonWriter *w, const OrgSettings *from, const SettingsChange *change) {
        for (size_t i = 0; i < SETTINGS_COUNT; i++) {
                if (!change->given[i])
                        continue;
                Str before = stored_now(w->buf->arena, from, i);
                if (str_eq(before, change->values[i]))
                        continue;
                json_key(w, str_from(defs[i].name));
                json_open_array(w);
                json_add_str(w, before);
                json_add_str(w, change->values[i]);
                json_close_array(w);
        }
}

Status settings_demo_set(Db *db, bool demo) {
        TRY(access_bump(db));
        return org_setting_set(db, STR(SETTING_DEMO), demo ? STR("true") : STR("false"));
}

#define DEMO_WORKING "demo_working"

Status settings_demo_working(Db *db) {
        return org_setting_set(db, STR(DEMO_WORKING), str_format(db_arena(db), "%lld", (long long)db_context(db)->now_ms));
}

Status settings_demo_worked(Db *db, int64_t *ret_ms) {
        Str text = STR_NONE;
        *ret_ms = 0;
        TRY(org_setting(db, STR(DEMO_WORKING), STR_NONE, &text));
        (void)str_to_int64(text, ret_ms);
        return STATUS_OK;
}

// ---- Reading

static void take_row(OrgSettings *settings, Str values[SETTINGS_COUNT], Str key, Str value) {
        const SettingDef *def = find_def(key);
        if (def)
                values[def - defs] = str_copy(settings->arena, value);
        else if (str_is(key, SETTING_DEMO))
                settings->demo = str_is(value, "true");
}

static Status read_rows(Db *db, OrgSettings *settings, Str values[SETTINGS_COUNT]) {
        Sql select = db_sql(db);
        sql(&select, "select \"key\", \"value\" from \"setting\"");
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(db, &select, &rows));
        for (bool found;;) {
                TRY(rows_next(rows, &found));
                if (!found)
                        return STATUS_OK;
                take_row(settings, values, rows_text(rows, 0), rows_text(rows, 1));
        }
}

// What somebody wrote there by other ways and cannot be read is as if it were not set.
static int64_t number_of(const Str values[SETTINGS_COUNT], int setting) {
        int64_t number = 0;
        if (!str_to_int64(values[setting], &number))
                (void)str_to_int64(str_from(defs[setting].fallback), &number);
        return number;
}

static void take_security(OrgSettings *settings, const Str values[SETTINGS_COUNT]) {
        Str bad;
        settings->password_length = (int)number_of(values, PASSWORD_LENGTH);
        settings->password_classes = (int)number_of(values, PASSWORD_CLASSES);
        settings->password_history = (int)number_of(values, PASSWORD_HISTORY);
        settings->password_days = (int)number_of(values, PASSWORD_DAYS);
        settings->session_idle_min = number_of(values, SESSION_IDLE);
        settings->session_most_h = number_of(values, SESSION_HOURS);
        settings->allow_text = values[ALLOW_LIST];
        (void)network_list_parse(settings->arena, values[ALLOW_LIST], ALLOW_MOST, &settings->allow_list, &bad);
}

static void take_limits(OrgSettings *settings, const Str values[SETTINGS_COUNT]) {
        settings->audit_days = (int)number_of(values, AUDIT_DAYS);
        settings->bin_days = (int)number_of(values, BIN_DAYS);
        settings->export_rows = number_of(values, EXPORT_ROWS);
        settings->opened_hour = number_of(values, OPENED_HOUR);
        settings->opened_day = number_of(values, OPENED_DAY);
        settings->rows_hour = number_of(values, ROWS_HOUR);
        settings->rows_day = number_of(values, ROWS_DAY);
}

static void take_values(OrgSettings *settings, const Str values[SETTINGS_COUNT]) {
        settings->company = values[COMPANY];
        settings->zone = values[ZONE];
        settings->currency = values[CURRENCY];
        settings->language = lang_from(values[LANGUAGE]);
        settings->week_start = (int)number_of(values, WEEK_START);
        settings->map_tiles = values[MAP_TILES];
        settings->map_attribution = values[MAP_ATTRIBUTION];
        settings->address = values[ADDRESS];
        settings->hours_text = values[WORKING_HOURS];
        settings->holidays_text = values[HOLIDAYS];
        settings->workdays_text = values[WORKDAYS];
        hours_take(settings->arena, settings->hours_text, settings->holidays_text, settings->workdays_text, &settings->hours);
        if (!map_tiles_source(settings->arena, settings->map_tiles, &settings->map_source)) // whoever wrote it there
                settings->map_tiles = settings->map_source = STR_NONE;
        take_security(settings, values);
        take_limits(settings, values);
}

Status settings_load(Db *db, int64_t epoch, OrgSettings **ret) {
        Arena *arena = arena_new(0);
        OrgSettings *settings = arena_new_of(arena, OrgSettings);
        *settings = (OrgSettings){.arena = arena, .references = 1, .epoch = epoch};
        Str values[SETTINGS_COUNT];
        for (size_t i = 0; i < SETTINGS_COUNT; i++)
                values[i] = str_from(defs[i].fallback);
        Status status = read_rows(db, settings, values);
        if (status != STATUS_OK) {
                settings_unref(settings);
                return status;
        }
        take_values(settings, values);
        *ret = settings;
        return STATUS_OK;
}

OrgSettings *settings_ref(OrgSettings *settings) {
        __atomic_fetch_add(&settings->references, 1, __ATOMIC_RELAXED);
        return settings;
}

void settings_unref(OrgSettings *settings) {
        if (settings && __atomic_sub_fetch(&settings->references, 1, __ATOMIC_ACQ_REL) == 0)
                arena_free(settings->arena);
}
