// Who uses which connection. A thread takes one for the length of a transaction; when all are taken it waits a while.
#include "store/postgres/postgres.h"
#include <errno.h>
#include <time.h>

#define WAIT_LONGEST_S 15

// The one used last: its statements are prepared and its server process is warm.
static PgConn *best_idle(PgStore *store) {
        PgConn *best = NULL;
        for (int i = 0; i < store->conns_count; i++) {
                PgConn *conn = &store->conns[i];
                if (conn->busy)
                        continue;
                if (!best || (conn->link && (!best->link || conn->used > best->used)))
                        best = conn;
        }
        return best;
}

static PgConn *wait_for_idle(PgStore *store, bool writing) {
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_sec += WAIT_LONGEST_S;
        pthread_mutex_lock(&store->lock);
        PgConn *conn = best_idle(store);
        while (!conn && pthread_cond_timedwait(&store->returned, &store->lock, &until) != ETIMEDOUT)
                conn = best_idle(store);
        if (conn) {
                conn->busy = true;
                conn->writing = writing;
                conn->owner = pthread_self();
                conn->used = ++store->uses;
        }
        pthread_mutex_unlock(&store->lock);
        return conn;
}

// What the last user left to be collected; a server that was restarted meanwhile shows here, or at the first statement.
static void settle(PgConn *conn) {
        if (!conn->link || !(conn->sent || conn->synced))
                return;
        PQclear(postgres_collect(conn, -1, NULL));
        if (conn->broken)
                postgres_conn_close(conn);
}

Status postgres_pool_take(PgStore *store, Context *context, bool writing, PgConn **ret) {
        PgConn *conn = wait_for_idle(store, writing);
        if (!conn)
                return store_busy(context, "busy", "no connection became free");
        settle(conn);
        Status status = conn->link ? STATUS_OK : postgres_conn_open(context, store, conn);
        if (status != STATUS_OK) {
                postgres_pool_give_back(store, conn);
                return status;
        }
        *ret = conn;
        return STATUS_OK;
}

void postgres_pool_give_back(PgStore *store, PgConn *conn) {
        if (conn->broken)
                postgres_conn_close(conn);
        pthread_mutex_lock(&store->lock);
        conn->busy = conn->writing = false;
        pthread_cond_signal(&store->returned);
        pthread_mutex_unlock(&store->lock);
}

bool postgres_pool_writes_here(PgStore *store) {
        bool found = false;
        pthread_mutex_lock(&store->lock);
        for (int i = 0; i < store->conns_count && !found; i++) {
                const PgConn *conn = &store->conns[i];
                found = conn->busy && conn->writing && pthread_equal(conn->owner, pthread_self());
        }
        pthread_mutex_unlock(&store->lock);
        return found;
}
