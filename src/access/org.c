// One organisation: opening it, and handing out its snapshots. A snapshot is replaced whole by a newer one; whoever holds the old one goes on with it.
#include "access/org.h"
#include "os/os.h"
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#define VIEW_TRIES 4 // snapshots that one transaction may find outdated

typedef struct OpenZone { Zone *zone; struct OpenZone *next; } OpenZone;

struct Org {
        Store *store;
        OpenZone *zones;             // every one that was ever set, since snapshots that are still held refer to it
        const Zone *zone;            // atomic: the present one
        char *folder;
        pthread_mutex_t view_lock;   // guards catalog, access and settings, for an instant
        pthread_mutex_t reload_lock; // one loads, the others wait for it
        Catalog *catalog;
        Access *access;
        OrgSettings *settings;
        bool stale;                  // atomic: a change was committed that is not in the snapshots yet
        void *slots[ORG_SLOT_COUNT];
};

static OrgView view_now(Org *org) {
        pthread_mutex_lock(&org->view_lock);
        OrgView view = {.catalog = catalog_ref(org->catalog), .access = access_ref(org->access), .settings = settings_ref(org->settings)};
        pthread_mutex_unlock(&org->view_lock);
        return view;
}

void org_view_done(OrgView *view) {
        if (view->access)
                access_unref(view->access);
        if (view->catalog)
                catalog_unref(view->catalog);
        settings_unref(view->settings);
        *view = (OrgView){0};
}

static void org_view_done_p(OrgView *view) {
        org_view_done(view);
}
#define VIEW_CLEANUP __attribute__((cleanup(org_view_done_p)))

// ---- Loading

typedef struct Load { Org *org; OrgView old, loaded; const Zone *zone; } Load;

// With the reload lock held.
static Status find_zone(Context *context, Org *org, Str name, const Zone **ret) {
        for (const OpenZone *open = org->zones; open; open = open->next)
                if (str_eq(zone_name(open->zone), name)) {
                        *ret = open->zone;
                        return STATUS_OK;
                }
        Zone *zone = zone_open(name);
        if (!zone)
                return error_set(context, STATUS_INVALID, "bad_time_zone", name);
        OpenZone *open = calloc(1, sizeof *open);
        ensure(open);
        *open = (OpenZone){.zone = zone, .next = org->zones};
        org->zones = open;
        *ret = zone;
        return STATUS_OK;
}

// Epochs are read before what they count: a change in between shows as a newer epoch later. What is still right is kept.
static Status load(Db *db, void *arg) {
        Load *load = arg;
        org_view_done(&load->loaded); // of an attempt that was retried
        Status status = STATUS_OK;
        int64_t epoch = 0, catalog_now = catalog_epoch(db, &status);
        TRY(status);
        TRY(access_epoch(db, &epoch));
        if (load->old.settings && load->old.settings->epoch == epoch)
                load->loaded.settings = settings_ref(load->old.settings);
        else
                TRY(settings_load(db, epoch, &load->loaded.settings));
        TRY(find_zone(db_context(db), load->org, load->loaded.settings->zone, &load->zone));
        if (load->old.catalog && load->old.catalog->epoch == catalog_now && load->old.catalog->zone == load->zone)
                load->loaded.catalog = catalog_ref(load->old.catalog);
        else
                TRY(catalog_load(db, load->zone, &load->loaded.catalog));
        if (load->old.access && load->old.access->epoch == epoch && load->loaded.catalog == load->old.catalog)
                load->loaded.access = access_ref(load->old.access);
        else
                TRY(access_load(db, load->loaded.catalog, &load->loaded.access));
        return STATUS_OK;
}

static void publish(Org *org, OrgView *loaded, const Zone *zone) {
        pthread_mutex_lock(&org->view_lock);
        OrgView old = {.catalog = org->catalog, .access = org->access, .settings = org->settings};
        org->catalog = loaded->catalog;
        org->access = loaded->access;
        org->settings = loaded->settings;
        __atomic_store_n(&org->zone, zone, __ATOMIC_RELEASE);
        pthread_mutex_unlock(&org->view_lock);
        *loaded = (OrgView){0};
        org_view_done(&old);
}

// With the reload lock held, inside a transaction.
static Status reload(Org *org, Db *db) {
        __atomic_store_n(&org->stale, false, __ATOMIC_SEQ_CST);
        VIEW_CLEANUP OrgView old = org->catalog ? view_now(org) : (OrgView){0};
        Load loading = {.org = org, .old = old};
        Status status = load(db, &loading);
        if (status == STATUS_OK)
                publish(org, &loading.loaded, loading.zone);
        else
                __atomic_store_n(&org->stale, true, __ATOMIC_SEQ_CST);
        org_view_done(&loading.loaded);
        return status;
}

typedef struct Reload { Org *org; bool if_stale; } Reload;

static bool is_stale(const Org *org) {
        return __atomic_load_n(&org->stale, __ATOMIC_SEQ_CST);
}

static Status reload_step(Db *db, void *arg) {
        const Reload *step = arg;
        Status status = STATUS_OK;
        pthread_mutex_lock(&step->org->reload_lock);
        if (!step->if_stale || is_stale(step->org))
                status = reload(step->org, db);
        pthread_mutex_unlock(&step->org->reload_lock);
        return status;
}

// First the connection, then the lock: transactions that wait for the lock (current_postgres) have theirs already and may be all that there are.
static Status reload_in_read(Org *org, Context *context, bool if_stale) {
        Reload step = {.org = org, .if_stale = if_stale};
        Status status = store_read(org->store, context, 0, reload_step, &step);
        if (status != STATUS_OK)
                org_changed(org);
        return status;
}

Status org_reload(Org *org, Context *context) {
        return reload_in_read(org, context, false);
}

void org_changed(Org *org) {
        __atomic_store_n(&org->stale, true, __ATOMIC_SEQ_CST);
}

// A reload that fails leaves the old snapshots in use and the mark in place: the next one tries again.
OrgView org_view(Org *org) {
        if (is_stale(org)) {
                ARENA_CLEANUP Arena *arena = arena_new(0);
                Context context;
                context_init(&context, arena, LANG_EN, os_now_ms());
                if (reload_in_read(org, &context, true) != STATUS_OK)
                        error_clear(&context);
        }
        return view_now(org);
}

static bool is_newest(Org *org, const OrgView *view) {
        pthread_mutex_lock(&org->view_lock);
        bool newest = view->catalog == org->catalog && view->access == org->access;
        pthread_mutex_unlock(&org->view_lock);
        return newest;
}

// Both in one round trip, since every transaction asks.
static Status read_epochs(Db *db, int64_t *ret_catalog, int64_t *ret_access) {
        Sql select = db_sql(db);
        sql(&select, "select m.epoch, a.epoch from meta_epoch m, access_epoch a where m.id = 1 and a.id = 1");
        ROWS_CLEANUP Rows *rows = NULL;
        bool found = false;
        TRY(db_first(db, &select, &rows, &found));
        if (!found)
                return error_detail(db_context(db), STATUS_INTERNAL, "internal", "an epoch has no row");
        *ret_catalog = rows_int(rows, 0);
        *ret_access = rows_int(rows, 1);
        return STATUS_OK;
}

// Another node may have changed what this one holds: the database is asked in every transaction. Loading goes through the transaction's own connection,
// since the pool may have no other left.
static Status current_postgres(Org *org, Db *db, const OrgView *view) {
        int64_t epoch = 0, catalog_now = 0;
        TRY(read_epochs(db, &catalog_now, &epoch));
        if (catalog_now <= view->catalog->epoch && epoch <= view->access->epoch)
                return STATUS_OK;
        Status status = STATUS_OK;
        pthread_mutex_lock(&org->reload_lock);
        OrgView now = view_now(org);
        if (now.catalog->epoch < catalog_now || now.access->epoch < epoch)
                status = reload(org, db);
        else // as new as this transaction: the caller takes a view without a second connection
                __atomic_store_n(&org->stale, false, __ATOMIC_SEQ_CST);
        org_view_done(&now);
        pthread_mutex_unlock(&org->reload_lock);
        return status == STATUS_OK ? STATUS_RETRY : status;
}

Status org_current(Org *org, Db *db, const OrgView *view) {
        if (db_dialect(db) == DIALECT_POSTGRES)
                return current_postgres(org, db, view);
        return is_newest(org, view) && !is_stale(org) ? STATUS_OK : STATUS_RETRY;
}

Status org_bring_current(Org *org, Db *db, OrgView *view, bool *ret_changed) {
        *ret_changed = false;
        for (int i = 0; i < VIEW_TRIES; i++) {
                Status status = org_current(org, db, view);
                if (status != STATUS_RETRY)
                        return status;
                org_view_done(view);
                *view = org_view(org);
                *ret_changed = true;
        }
        return error_set(db_context(db), STATUS_BUSY, "busy");
}

// ---- Opening

static bool is_file(const char *path) {
        int fd = os_calls()->open(path, O_RDONLY | O_CLOEXEC, 0);
        if (fd >= 0)
                close(fd);
        return fd >= 0;
}

static Status find_tables(Db *db, void *arg) {
        Sql select = db_sql(db);
        sql(&select, "select 1 where to_regclass('access_epoch') is not null");
        return db_get_int(db, &select, NULL, arg);
}

static Status no_database(Context *context) {
        return error_set(context, STATUS_NOT_FOUND, "no_database");
}

static Status open_store(Context *context, const OrgConfig *config, bool create, Org *org) {
        if (!create && !config->url) {
                Str path = str_format(context->arena, "%s/haike.db", config->folder);
                if (!is_file(str_c(context->arena, path)))
                        return no_database(context);
        }
        StoreConfig store = {.folder = config->folder, .url = config->url, .readers = config->readers, .sync = true};
        store.zone = str_c(context->arena, str_empty(config->zone) ? STR(ZONE_DEFAULT) : config->zone);
        TRY(store_open(context, &store, &org->store));
        if (create || !config->url)
                return STATUS_OK;
        bool found = false;
        TRY(store_read(org->store, context, 0, find_tables, &found));
        return found ? STATUS_OK : no_database(context);
}

// A new organisation begins with a zone; from then on it is the organisation's own setting.
static Status install(Db *db, void *arg) {
        const OrgConfig *config = arg;
        bool changed = false;
        Str zone = STR_NONE;
        TRY(catalog_install(db, &changed));
        TRY(org_setting(db, STR(SETTING_ZONE), STR_NONE, &zone));
        return str_empty(zone) ? org_setting_set(db, STR(SETTING_ZONE), str_empty(config->zone) ? STR(ZONE_DEFAULT) : config->zone) : STATUS_OK;
}

static Status open_database(Context *context, const OrgConfig *config, bool create, Org *org) {
        if (!str_empty(config->zone)) {
                Zone *zone = zone_open(config->zone);
                if (!zone)
                        return error_set(context, STATUS_INVALID, "bad_time_zone", config->zone);
                zone_free(zone);
        }
        TRY(open_store(context, config, create, org));
        TRY(store_migrate(org->store, context, meta_migrations, meta_migrations_count));
        TRY(store_migrate(org->store, context, access_migrations, access_migrations_count));
        if (config->migrations_count)
                TRY(store_migrate(org->store, context, config->migrations, config->migrations_count));
        TRY(store_write(org->store, context, install, (OrgConfig *)config));
        return org_reload(org, context);
}

Status org_open(Context *context, const OrgConfig *config, bool create, Org **ret) {
        Org *org = calloc(1, sizeof *org);
        ensure(org);
        org->folder = strdup(config->folder ? config->folder : "");
        ensure(org->folder);
        pthread_mutex_init(&org->view_lock, NULL);
        pthread_mutex_init(&org->reload_lock, NULL);
        Status status = open_database(context, config, create, org);
        if (status != STATUS_OK) {
                org_close(org);
                return status;
        }
        *ret = org;
        return STATUS_OK;
}

static void close_zones(OpenZone *zones) {
        for (OpenZone *next; zones; zones = next) {
                next = zones->next;
                zone_free(zones->zone);
                free(zones);
        }
}

// Everything that was handed out must be back: the zone and the store are used through the snapshots.
void org_close(Org *org) {
        if (!org)
                return;
        store_close(org->store);
        OrgView view = {.catalog = org->catalog, .access = org->access, .settings = org->settings};
        org_view_done(&view);
        close_zones(org->zones);
        pthread_mutex_destroy(&org->view_lock);
        pthread_mutex_destroy(&org->reload_lock);
        free(org->folder);
        free(org);
}

Store *org_store(const Org *org) {
        return org->store;
}

const Zone *org_zone(const Org *org) {
        return __atomic_load_n(&org->zone, __ATOMIC_ACQUIRE);
}

const char *org_folder(const Org *org) {
        return org->folder;
}

void *org_slot(Org *org, int slot) {
        ensure(slot >= 0 && slot < ORG_SLOT_COUNT);
        return org->slots[slot];
}

void org_slot_set(Org *org, int slot, void *value) {
        ensure(slot >= 0 && slot < ORG_SLOT_COUNT);
        org->slots[slot] = value;
}

// ---- Settings

Status org_setting(Db *db, Str key, Str fallback, Str *ret) {
        Sql select = db_sql(db);
        sql(&select, "select \"value\" from \"setting\" where \"key\" = ");
        sql_str(&select, key);
        ROWS_CLEANUP Rows *rows = NULL;
        bool found = false;
        TRY(db_first(db, &select, &rows, &found));
        *ret = found ? str_copy(db_arena(db), rows_text(rows, 0)) : fallback;
        return STATUS_OK;
}

Status org_setting_set(Db *db, Str key, Str value) {
        Sql upsert = db_sql(db);
        sql(&upsert, "insert into \"setting\" (\"key\", \"value\") values (");
        sql_str(&upsert, key);
        sql(&upsert, ", ");
        sql_str(&upsert, value);
        sql(&upsert, ") on conflict (\"key\") do update set \"value\" = excluded.\"value\"");
        return db_exec(db, &upsert, NULL);
}
