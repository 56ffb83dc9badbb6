// One organisation: its database, its catalog and access snapshots, its settings. Snapshots are taken by reference for the length of one request.
#pragma once
#include "access/access.h"
#include "access/settings.h"

typedef struct Org Org;
typedef struct OrgView { Catalog *catalog; Access *access; OrgSettings *settings; } OrgView;

typedef struct OrgConfig { const char *folder, *url; Str zone; int readers; const Migration *migrations; size_t migrations_count; } OrgConfig; // migrations of layers above
Status org_open(Context *context, const OrgConfig *config, bool create, Org **ret) MUST_USE; // opens the store, migrates, installs shipped definitions, loads. create false and no database → STATUS_NOT_FOUND "no_database"
void org_close(Org *org);
Store *org_store(const Org *org);
const Zone *org_zone(const Org *org);   // as set now; what it answers stays good until the organisation is closed
const char *org_folder(const Org *org);
OrgView org_view(Org *org);             // references; release with org_view_done
void org_view_done(OrgView *view);
// Makes the snapshots match the database if their epochs are behind. In a transaction (db) at its start on PostgreSQL: STATUS_RETRY after reloading when it was behind, so the
// caller takes a new view and runs again. On SQLite only changes made here matter: callers mark them with org_changed() and the view is replaced after the commit.
// On SQLite: STATUS_RETRY when the view is no longer the newest.
Status org_current(Org *org, Db *db, const OrgView *view) MUST_USE;
// Exchanges *view for newer ones until it is as new as the transaction; *ret_changed: it was exchanged (what was prepared with the old one is to be prepared again).
// STATUS_BUSY where the snapshots change faster than they are read.
Status org_bring_current(Org *org, Db *db, OrgView *view, bool *ret_changed) MUST_USE;
Status org_reload(Org *org, Context *context) MUST_USE;
void org_changed(Org *org);             // after the commit of such a change: whoever takes a view next waits until it is loaded. Safe in store threads
void *org_slot(Org *org, int slot);     // extension slots for upper layers (modules, event hub): ORG_SLOT_*
void org_slot_set(Org *org, int slot, void *value);
enum { ORG_SLOT_MODULES, ORG_SLOT_EVENTS, ORG_SLOT_JOBS, ORG_SLOT_COURIER, ORG_SLOT_READS, ORG_SLOT_POOL_VIEWS, ORG_SLOT_COUNT };
// Settings: small key/value rows (setting). Those of the organisation as a whole are in settings.h; a migration's or a command's own stand beside them.
Status org_setting(Db *db, Str key, Str fallback, Str *ret) MUST_USE;
Status org_setting_set(Db *db, Str key, Str value) MUST_USE;
