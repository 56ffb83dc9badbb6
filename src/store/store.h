// One database, two engines. A Db is a connection inside a transaction: reading (one snapshot) or writing. It belongs to one thread.
// SQLite: readers are one per thread; all writes go to one writer thread, which commits in groups, a savepoint per work, and reports done only after
// the group is durable. PostgreSQL: a pool of connections with prepared statements; a work is one transaction, run again on serialisation failure and deadlock.
#pragma once
#include "base/context.h"
#include "store/sql.h"

typedef struct Store Store;
typedef struct Db Db;

typedef struct StoreConfig {
        const char *folder;    // data folder; SQLite's haike.db lives there
        const char *url;       // NULL: SQLite; else a libpq URL; ?schema= (search path) may be named by "options"
        const char *zone;      // organisation's time zone, for functions that need a default; may be NULL
        int readers;           // PostgreSQL: connections in the pool
        bool sync;             // SQLite synchronous=FULL; false for benchmarks' bulk loading only
        bool must_exist;       // no database there: STATUS_NOT_FOUND "no_database" instead of a new one
} StoreConfig;

Status store_open(Context *context, const StoreConfig *config, Store **ret) MUST_USE; // also takes SQLite's folder lock
void store_close(Store *store);             // finishes submitted work; accepts NULL
Dialect store_dialect(const Store *store);
bool store_locked_elsewhere(const Context *context); // why store_open failed: a server runs on this folder

// Reading in the caller's thread, in one snapshot. step_budget 0: none; past it (SQLite: virtual machine steps, PostgreSQL: statement_timeout) → STATUS_BUDGET.
Status store_read(Store *store, Context *context, int64_t step_budget, Status (*run)(Db *db, void *arg), void *arg) MUST_USE;
// Writing, waiting for the commit. Any status but OK rolls back; STATUS_RETRY runs it again. run may be called more than once. Not inside a write.
Status store_write(Store *store, Context *context, Status (*run)(Db *db, void *arg), void *arg) MUST_USE;

// Writing without waiting: run in a transaction, then done from one of the store's threads once the outcome is durable (or rolled back).
typedef struct StoreWork {
        Context *context;                        // the work's own; not used elsewhere until done
        Status (*run)(Db *db, void *arg);
        void (*done)(Status status, void *arg);  // short; does not wait for another write
        void *arg;
        struct StoreWork *next;                  // the store's
} StoreWork;
// The database itself failed, or wants the transaction run again: a savepoint does not help, the whole transaction is over.
static inline bool store_failed(Status status) {
        return status == STATUS_RETRY || status == STATUS_IO || status == STATUS_BUDGET || status == STATUS_BUSY;
}
bool store_submit(Store *store, StoreWork *work); // false: the queue is full (answer 503)

// Called after every durable commit that called db_touch(), from a store thread: wakes event streams and job runners. PostgreSQL: also on NOTIFY from other nodes.
void store_on_commit(Store *store, void (*notify)(void *arg), void *arg);

// Inside a transaction. After a statement failed all further ones fail and nothing is committed, on both engines; db_savepoint puts a limit to that.
Context *db_context(Db *db);
Arena *db_arena(Db *db);                       // the context's
Sql db_sql(Db *db);                            // a builder for this dialect in the context's arena
Dialect db_dialect(const Db *db);
void db_touch(Db *db);                         // this transaction leaves events in the outbox
Status db_exec(Db *db, const Sql *statement, int64_t *ret_changed) MUST_USE;   // ret_changed may be NULL
Status db_insert(Db *db, const Sql *statement, int64_t *ret_id) MUST_USE;      // INSERT that ends with sql_returning_id(), or has a RETURNING of its own
Status db_ddl(Db *db, const Sql *statement) MUST_USE;                          // not cached; SQLite: all readers see the new schema after the commit
// PostgreSQL: waits for whoever writes to the table and keeps all others from writing until the commit; alone: from doing the same too. SQLite has one writer anyway.
Status db_lock_table(Db *db, Str table, bool alone) MUST_USE;
// As long as it stays the same nothing has been written that would have to be taken back: whoever goes on after a failure needs no savepoint.
int64_t db_written(const Db *db);
// A unique violation is STATUS_CONFLICT with code "not_unique" and the index's name in error.args[0]. A savepoint that fails is rolled back to:
Status db_savepoint(Db *db, Status (*run)(Db *db, void *arg), void *arg) MUST_USE;

// Rows. Texts are valid until the next row unless copied; ROWS_CLEANUP frees the cursor.
typedef struct Rows Rows;
Status db_query(Db *db, const Sql *statement, Rows **ret) MUST_USE;
Status rows_next(Rows *rows, bool *ret_row) MUST_USE;          // false: no more
Value rows_value(Rows *rows, int column, ValueKind kind);      // null stays VALUE_NULL; text is copied into the context's arena
void rows_take(Rows *rows, int column, ValueKind kind, Value *ret); // the same without handing a struct through: for many
int64_t rows_int(Rows *rows, int column);                      // null: 0
Str rows_text(Rows *rows, int column);                         // not copied
bool rows_null(Rows *rows, int column);
void rows_free(Rows *rows);                                    // accepts NULL
static inline void rows_free_p(Rows **rows) { rows_free(*rows); }
#define ROWS_CLEANUP __attribute__((cleanup(rows_free_p)))
Status db_first(Db *db, const Sql *statement, Rows **ret, bool *ret_found) MUST_USE;         // on the first row, if there is one
Status db_get_int(Db *db, const Sql *statement, int64_t *ret, bool *ret_found) MUST_USE; // first column of the first row

// Migrations of the engine's own tables: numbered, in order, each in a transaction, recorded in schema_version.
typedef struct Migration { int number; const char *name; Status (*run)(Db *db); } Migration;
Status store_migrate(Store *store, Context *context, const Migration *migrations, size_t count) MUST_USE;

Status store_backup(Store *store, Context *context, const char *file) MUST_USE;   // SQLite: one snapshot (VACUUM INTO), fsynced; PostgreSQL: pg_dump's job → STATUS_INVALID "backup_postgres"
Status store_check(Store *store, Context *context, void (*report)(void *arg, Str finding), void *arg) MUST_USE; // integrity_check and foreign checks of the engine
typedef struct StoreStats { int64_t writes, groups, reads, busy_ms, queue; } StoreStats;
StoreStats store_stats(const Store *store);
// Connections that have had little to do since the call before give back what they keep of the database; answers whether freed memory is worth collecting. For one thread, every minute or so.
bool store_trim(Store *store);

// What both dialects offer as SQL functions (SQLite: registered in C; PostgreSQL: created by the store's first migration), so that compiled expressions agree:
//   haike_add(a,b) haike_sub haike_mul haike_div (numbers; null out of range and by zero) haike_round(a,places) haike_sum(x) haike_avg(x) (aggregates; null over no rows, null when out of range)
//   SQLite alone: haike_sum(high, low, count) haike_avg(high, low, count) of numbers added up already: high * 1e9 + low in units, count of them
//   haike_int(n) number→integer cut to its whole part · haike_num(i) integer→number
//   haike_fold(text) · haike_contains(text, folded_needle) → bool · haike_length(text) code points
//   haike_day(datetime, zone) → date · haike_at(date, zone) → datetime of that local date's start
//   haike_year(date) haike_month(date) haike_dayofmonth(date) haike_weekday(date) → integers · haike_month_text(date) "2026-10" · haike_quarter_text "2026-Q4" · haike_year_text "2026" · haike_week_text ISO "2026-W47"
//   haike_add_months(date, n) · haike_date_text(date) ISO · haike_lower haike_upper (ICU root) · haike_list_has(list_text, element_text) → bool
//   haike_id_of(record_text) → integer · haike_object_of(record_text) → text
