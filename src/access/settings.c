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

enum { COMPANY, ZONE, CURRENCY, LANGUAGE, WEEK_START, MAP_TILES, MAP_ATTRIBUTION, AUDIT_DAYS, BIN_DAYS, EXPORT_ROWS, OPENED_HOUR, OPENED_DAY, ROWS_HOUR, ROWS_DAY };

static const SettingDef defs[SETTINGS_COUNT] = {
        [COMPANY] = {"company", "", check_company},
        [ZONE] = {SETTING_ZONE, ZONE_DEFAULT, check_zone},
        [CURRENCY] = {"currency", CURRENCY_DEFAULT, check_currency},
        [LANGUAGE] = {"language", "zh-CN", check_language},
        [WEEK_START] = {"week_start", "1", check_week_start},
        [MAP_TILES] = {"map_tiles", "", check_map_tiles},
        [MAP_ATTRIBUTION] = {"map_attribution", "", check_attribution},
        [AUDIT_DAYS] = {"audit_days", "1095", check_audit_days},
        [BIN_DAYS] = {"bin_days", "0", check_days},
        [EXPORT_ROWS] = {"export_rows", "0", check_limit},
        [OPENED_HOUR] = {"opened_hour", "0", check_limit},
        [OPENED_DAY] = {"opened_day", "0", check_limit},
        [ROWS_HOUR] = {"rows_hour", "0", check_limit},
        [ROWS_DAY] = {"rows_day", "0", check_limit},
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
                             [MAP_TILES] = settings->map_tiles, [MAP_ATTRIBUTION] = settings->map_attribution};
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

static int64_t number_of(Str text) {
        int64_t number = 0;
        (void)str_to_int64(text, &number);
        return number;
}

static void take_numbers(OrgSettings *settings, const Str values[SETTINGS_COUNT]) {
        settings->week_start = (int)number_of(values[WEEK_START]);
        settings->audit_days = (int)number_of(values[AUDIT_DAYS]);
        settings->bin_days = (int)number_of(values[BIN_DAYS]);
        settings->export_rows = number_of(values[EXPORT_ROWS]);
        settings->opened_hour = number_of(values[OPENED_HOUR]);
        settings->opened_day = number_of(values[OPENED_DAY]);
        settings->rows_hour = number_of(values[ROWS_HOUR]);
        settings->rows_day = number_of(values[ROWS_DAY]);
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
        take_numbers(settings, values);
        settings->company = values[COMPANY];
        settings->zone = values[ZONE];
        settings->currency = values[CURRENCY];
        settings->language = lang_from(values[LANGUAGE]);
        settings->map_tiles = values[MAP_TILES];
        settings->map_attribution = values[MAP_ATTRIBUTION];
        if (!map_tiles_source(arena, settings->map_tiles, &settings->map_source)) // whoever wrote it there
                settings->map_tiles = settings->map_source = STR_NONE;
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
