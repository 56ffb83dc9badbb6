// The one thread that writes to SQLite. It takes what is queued into a group, runs one work after the other, commits once and only then says so to each. Works
// that arrive while a group runs join it, up to a bound of count and time. A work that fails before it wrote leaves nothing to be taken back; where one fails
// later, the group is rolled back and run again with each work in a savepoint of its own. Savepoints around all would cost more than everything else: an FTS5
// index is written to its tables at each.
#include "os/os.h"
#include "store/sqlite/sqlite.h"

#define QUEUE_LARGEST 4096
#define GROUP_LARGEST 256
#define GROUP_LONGEST_US 20000
#define ATTEMPTS 4 // of a work that asks to be run again

typedef struct Group {
        SqliteStore *store;
        StoreWork *works[GROUP_LARGEST];
        Status statuses[GROUP_LARGEST];
        int count;
        bool touched;
        bool careful; // each work in a savepoint
        bool spoiled; // a work failed after it had written, and there is no savepoint
        bool lost; // SQLite rolled all of it back by itself (disk full, I/O error)
} Group;

static bool queue_put(SqliteStore *store, StoreWork *work) {
        work->next = NULL;
        pthread_mutex_lock(&store->queue_lock);
        bool accepted = !store->stopping && store->base.queue < QUEUE_LARGEST;
        if (accepted) {
                if (store->last)
                        store->last->next = work;
                else
                        store->first = work;
                store->last = work;
                store->base.queue++;
                pthread_cond_signal(&store->queue_cond);
        }
        pthread_mutex_unlock(&store->queue_lock);
        return accepted;
}

// NULL: nothing there (wait false), or the store closes and everything is done.
static StoreWork *queue_take(SqliteStore *store, bool wait) {
        pthread_mutex_lock(&store->queue_lock);
        while (wait && !store->first && !store->stopping)
                pthread_cond_wait(&store->queue_cond, &store->queue_lock);
        StoreWork *work = store->first;
        if (work) {
                store->first = work->next;
                if (!store->first)
                        store->last = NULL;
                store->base.queue--;
        }
        pthread_mutex_unlock(&store->queue_lock);
        return work;
}

// Rolls the work's own savepoint back; false when there is no transaction any more.
static bool roll_back_work(SqliteConn *conn) {
        if (sqlite3_get_autocommit(conn->handle))
                return false;
        return sqlite_run(conn, STR("rollback to work")) == SQLITE_OK && sqlite_run(conn, STR("release work")) == SQLITE_OK;
}

static Status run_once(Group *group, StoreWork *work) {
        SqliteConn *conn = group->store->writer;
        SqliteDb db = {.conn = conn};
        db_init(&db.base, &group->store->base, work->context, true);
        int code = group->careful ? sqlite_run(conn, STR("savepoint work")) : SQLITE_OK;
        if (code != SQLITE_OK) {
                group->lost = true;
                return sqlite_fail(conn, work->context, code, STR("savepoint"));
        }
        Status status = work->run(&db.base, work->arg);
        db_close_rows(&db.base);
        if (status == STATUS_OK && db.base.failed)
                status = error_detail(work->context, STATUS_INTERNAL, "database", "a failed statement was passed over");
        if (status == STATUS_OK) {
                code = group->careful ? sqlite_run(conn, STR("release work")) : SQLITE_OK;
                if (code == SQLITE_OK) {
                        group->touched |= db.base.touched;
                        return STATUS_OK;
                }
                status = sqlite_fail(conn, work->context, code, STR("release"));
        }
        if (group->careful)
                group->lost |= !roll_back_work(conn);
        else if (sqlite3_get_autocommit(conn->handle))
                group->lost = true;
        else
                group->spoiled = db.base.written > 0;
        return status;
}

static Status run_work(Group *group, StoreWork *work) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
                Status status = run_once(group, work);
                if (status != STATUS_RETRY || group->lost || group->spoiled)
                        return status;
                error_clear(work->context);
        }
        return store_busy(work->context, "busy", "asked to be run again too often");
}

// Everyone who was told nothing yet and thought to have succeeded.
static void fail_all(Group *group, int code) {
        for (int i = 0; i < group->count; i++)
                if (group->statuses[i] == STATUS_OK)
                        group->statuses[i] = code == SQLITE_OK ? error_detail(group->works[i]->context, STATUS_IO, "database", "the group was rolled back")
                                                               : sqlite_fail(group->store->writer, group->works[i]->context, code, STR("commit"));
        group->touched = false;
}

// From here on in savepoints, and all that there was before again. SQLite's code: of a transaction that does not begin.
static int run_carefully(Group *group) {
        SqliteConn *conn = group->store->writer;
        int code = sqlite_run(conn, STR("rollback"));
        if (code == SQLITE_OK)
                code = sqlite_run(conn, STR("begin immediate"));
        group->careful = true;
        group->spoiled = group->touched = false;
        if (group->count == 1 && group->statuses[0] != STATUS_RETRY)
                return code; // who failed has nobody before him
        for (int i = 0; i < group->count && code == SQLITE_OK && !group->lost; i++) {
                error_clear(group->works[i]->context);
                group->statuses[i] = run_work(group, group->works[i]);
        }
        return code;
}

static void run_group(Group *group, int64_t started_us) {
        SqliteConn *conn = group->store->writer;
        int code = sqlite_run(conn, STR("begin immediate"));
        if (code != SQLITE_OK) {
                group->statuses[0] = STATUS_OK;
                group->count = 1;
                fail_all(group, code);
                return;
        }
        StoreWork *work = group->works[0];
        do {
                int at = group->count++;
                group->works[at] = work;
                group->statuses[at] = run_work(group, work);
                if (group->spoiled && (code = run_carefully(group)) != SQLITE_OK)
                        break;
                if (group->lost || group->count == GROUP_LARGEST || os_monotonic_us() - started_us > GROUP_LONGEST_US)
                        break;
                work = queue_take(group->store, false);
        } while (work);
        if (code != SQLITE_OK) {
                for (int i = 0; i < group->count; i++)
                        group->statuses[i] = STATUS_OK;
                fail_all(group, code);
                return;
        }
        if (group->lost) {
                if (!sqlite3_get_autocommit(conn->handle))
                        sqlite_run(conn, STR("rollback"));
                fail_all(group, SQLITE_OK);
                return;
        }
        code = sqlite_run(conn, STR("commit"));
        if (code == SQLITE_OK)
                return;
        fail_all(group, code);
        if (!sqlite3_get_autocommit(conn->handle))
                sqlite_run(conn, STR("rollback"));
}

static void *writer_loop(void *arg) {
        SqliteStore *store = arg;
        StoreWork *first;
        while ((first = queue_take(store, true))) {
                int64_t started_us = os_monotonic_us();
                Group group = {.store = store, .works[0] = first};
                run_group(&group, started_us);
                atomic_fetch_add(&store->base.writes, group.count);
                atomic_fetch_add(&store->base.groups, 1);
                atomic_fetch_add(&store->base.busy_us, os_monotonic_us() - started_us);
                for (int i = 0; i < group.count; i++)
                        group.works[i]->done(group.statuses[i], group.works[i]->arg);
                if (group.touched)
                        store_notify(&store->base);
                sqlite_checkpoint_after_commit(store);
                if (atomic_exchange(&store->trim_wanted, false))
                        sqlite3_db_release_memory(store->writer->handle);
        }
        return NULL;
}

static int wal_grew(void *arg, sqlite3 *handle, const char *database, int pages) {
        (void)handle;
        (void)database;
        ((SqliteStore *)arg)->wal_pages = pages;
        return SQLITE_OK;
}

Status sqlite_writer_start(Context *context, SqliteStore *store) {
        TRY(sqlite_connect(context, store, CONN_WRITER, &store->writer));
        sqlite3_wal_hook(store->writer->handle, wal_grew, store);
        pthread_mutex_init(&store->queue_lock, NULL);
        pthread_cond_init(&store->queue_cond, NULL);
        if (store_thread_start(&store->writer_thread, "store-writer", writer_loop, store))
                return STATUS_OK;
        sqlite_disconnect(store->writer);
        store->writer = NULL;
        return error_detail(context, STATUS_IO, "database", "no thread for the writer");
}

void sqlite_writer_stop(SqliteStore *store) {
        if (!store->writer)
                return;
        pthread_mutex_lock(&store->queue_lock);
        store->stopping = true;
        pthread_cond_signal(&store->queue_cond);
        pthread_mutex_unlock(&store->queue_lock);
        pthread_join(store->writer_thread, NULL);
        pthread_mutex_destroy(&store->queue_lock);
        pthread_cond_destroy(&store->queue_cond);
        sqlite_disconnect(store->writer);
        store->writer = NULL;
}

bool sqlite_submit(Store *base, StoreWork *work) {
        return queue_put((SqliteStore *)base, work);
}

// Someone who waits for a commit.
typedef struct Waiter {
        DbRun run;
        void *arg;
        pthread_mutex_t lock;
        pthread_cond_t cond;
        bool over;
        Status status;
} Waiter;

static Status waiter_run(Db *db, void *arg) {
        Waiter *waiter = arg;
        return waiter->run(db, waiter->arg);
}

static void waiter_done(Status status, void *arg) {
        Waiter *waiter = arg;
        pthread_mutex_lock(&waiter->lock);
        waiter->status = status;
        waiter->over = true;
        pthread_cond_signal(&waiter->cond);
        pthread_mutex_unlock(&waiter->lock);
}

Status sqlite_write(Store *base, Context *context, DbRun run, void *arg) {
        SqliteStore *store = (SqliteStore *)base;
        ensure(!pthread_equal(pthread_self(), store->writer_thread)); // it would wait for itself
        Waiter waiter = {.run = run, .arg = arg, .lock = PTHREAD_MUTEX_INITIALIZER, .cond = PTHREAD_COND_INITIALIZER};
        StoreWork work = {.context = context, .run = waiter_run, .done = waiter_done, .arg = &waiter};
        if (!queue_put(store, &work))
                return store_busy(context, "busy", "the writer's queue is full, or the store closes");
        pthread_mutex_lock(&waiter.lock);
        while (!waiter.over)
                pthread_cond_wait(&waiter.cond, &waiter.lock);
        pthread_mutex_unlock(&waiter.lock);
        pthread_mutex_destroy(&waiter.lock);
        pthread_cond_destroy(&waiter.cond);
        return waiter.status;
}
