// What the organisation has set: name, zone, currency, language, week, map. Kept as rows of "setting", read into an immutable snapshot that is replaced, on every
// node, when the epoch of access grows.
#pragma once
#include "access/hours.h"
#include "base/json.h"
#include "base/network.h"
#include "meta/meta.h"
#include "store/store.h"

typedef struct OrgSettings {
        Arena *arena;
        int references;      // atomic
        int64_t epoch;
        Str company;         // empty: not set
        Str zone, currency;
        Lang language;       // of new users, and of texts where nobody is signed in
        int week_start;      // 0 Sunday, 1 Monday, 6 Saturday
        Str map_tiles, map_attribution;
        Str map_source;      // where the tiles come from, as a Content-Security-Policy names it: "https://*.tile.example.org"; empty: nowhere
        Str address;         // where people reach this system: "https://crm.example.org", without a slash at its end; empty: not set. Links in mails are made of it
        int audit_days, bin_days;             // how long entries of the audit log and deleted records are kept; 0: for ever
        int64_t export_rows;                  // a person may export in a day; 0: no limit
        int64_t opened_hour, opened_day, rows_hour, rows_day; // records opened and rows of lists read by a person; 0: no limit
        bool demo;           // records of the demo company are there
        int password_length, password_classes, password_history, password_days; // least characters and kinds of them; how many old ones are refused; 0 days: no age limit
        int64_t session_idle_min, session_most_h; // a session ends when it is not used for so long, and in any case after so long
        Str allow_text;      // as it was set, in its canonical form
        NetworkList allow_list; // where people may sign in from; empty: anywhere
        WorkHours hours;
        Str hours_text, holidays_text, workdays_text; // the same as they were set
} OrgSettings;

#define SETTING_ZONE "zone"
#define SETTING_DEMO "demo"
#define ZONE_DEFAULT "Asia/Shanghai"
#define SESSION_IDLE_MOST 43200 // minutes
#define ALLOW_MOST 500           // ranges in a list
enum { SETTINGS_COUNT = 25 };

// What is to be set, as it will be stored, by the order of the table in settings.c.
typedef struct SettingsChange { bool given[SETTINGS_COUNT]; Str values[SETTINGS_COUNT]; } SettingsChange;

Status settings_load(Db *db, int64_t epoch, OrgSettings **ret) MUST_USE;
OrgSettings *settings_ref(OrgSettings *settings);
void settings_unref(OrgSettings *settings);                        // accepts NULL
// Members of a JSON object by name; every mistake is added at its member. others: names that are not settings and are passed over, ended by NULL; NULL: none.
Status settings_check(Context *context, const Json *body, const char *const *others, SettingsChange *ret) MUST_USE;
// Writes them and bumps the epoch of access. A new zone gives other days: totals that depend on them are made anew. Callers reload after the commit.
Status settings_write(Db *db, const Catalog *catalog, const SettingsChange *change) MUST_USE;
// Is it in these changes a limit or a time of keeping? from: as it was. Writes {"name":[from,to]} for the audit log.
void settings_write_changes(JsonWriter *w, const OrgSettings *from, const SettingsChange *change);
Status settings_demo_set(Db *db, bool demo) MUST_USE;
// The demo company is being made or removed right now: said in every slice of that work, so that work of a node that died is not waited for.
Status settings_demo_working(Db *db) MUST_USE;
Status settings_demo_worked(Db *db, int64_t *ret_ms) MUST_USE;     // when it was said last; 0: never
// A list of addresses as it is kept; what is none is added at path. Empty: everything.
Status allow_list_check(Context *context, Str path, Str text, NetworkList *ret) MUST_USE;
bool settings_given(const SettingsChange *change, const char *name, Str *ret_value);   // is it to be set, and to what?
Str settings_names(Arena *arena, const SettingsChange *change);                        // JSON list of the names that are to be set
bool map_tiles_source(Arena *arena, Str template, Str *ret_source); // false: not an address of tiles that can be trusted
