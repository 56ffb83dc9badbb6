// News between nodes: a thread with a connection of its own hears what others announce and announces what was committed here. It is a hint only: what is lost while the
// connection is down is made up for by one call when it is up again. Announcing here and not in the transactions keeps their commits from queueing behind
// the server's one lock for notifications, and many commits share one announcement.
#include "store/postgres/postgres.h"
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define ANNOUNCE_APART_MS 10
#define RECONNECT_APART_MS 1000
#define IDLE_MS 30000

static void wake(PgStore *store) {
        uint64_t one = 1;
        ensure(write(store->wake_fd, &one, sizeof one) == sizeof one || errno == EAGAIN);
}

// Until somebody wakes us, the server says something, or the time is over.
static void wait_for_news(PgStore *store, PGconn *link, int timeout_ms) {
        struct pollfd waits[] = {{.fd = store->wake_fd, .events = POLLIN}, {.fd = link ? PQsocket(link) : -1, .events = POLLIN}};
        poll(waits, 2, timeout_ms);
        uint64_t count;
        if (waits[0].revents && read(store->wake_fd, &count, sizeof count) < 0)
                return;
}

static bool command(PGconn *link, const char *text) {
        PGresult *result = PQexec(link, text);
        ExecStatusType status = PQresultStatus(result);
        PQclear(result);
        return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

static PGconn *connect_listener(PgStore *store) {
        ARENA_CLEANUP Arena *arena = arena_new(0);
        Context context;
        context_init(&context, arena, LANG_EN, 0);
        PGconn *link;
        if (postgres_connect(&context, store, &link) != STATUS_OK)
                return NULL;
        char listen[64];
        snprintf(listen, sizeof listen, "listen %s", store->channel);
        if (command(link, listen))
                return link;
        PQfinish(link);
        return NULL;
}

static bool heard_others(PgStore *store, PGconn *link) {
        bool heard = false;
        for (PGnotify *news; (news = PQnotifies(link)); PQfreemem(news))
                heard |= strcmp(news->extra, store->node) != 0;
        return heard;
}

static void announce(PgStore *store, PGconn *link) {
        char text[128];
        snprintf(text, sizeof text, "select pg_notify('%s', '%s')", store->channel, store->node);
        if (atomic_exchange(&store->announce, false) && !command(link, text))
                store->announce = true;
}

static void *listener_loop(void *arg) {
        PgStore *store = arg;
        PGconn *link = NULL;
        while (!store->stopping) {
                if (!link) {
                        link = connect_listener(store);
                        if (link)
                                store_notify(&store->base);
                        else
                                wait_for_news(store, NULL, RECONNECT_APART_MS);
                        continue;
                }
                if (store->announce) {
                        announce(store, link);
                        poll(NULL, 0, ANNOUNCE_APART_MS);
                } else {
                        wait_for_news(store, link, IDLE_MS);
                }
                if (PQconsumeInput(link) != 1 || PQstatus(link) != CONNECTION_OK) {
                        PQfinish(link);
                        link = NULL;
                } else if (heard_others(store, link)) {
                        store_notify(&store->base);
                }
        }
        if (link && store->announce)
                announce(store, link);
        PQfinish(link);
        return NULL;
}

void postgres_listen(Store *base) {
        PgStore *store = (PgStore *)base;
        pthread_mutex_lock(&store->lock);
        if (!store->listening) {
                store->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
                ensure(store->wake_fd >= 0);
                store->listening = store_thread_start(&store->listener, "store-listen", listener_loop, store);
        }
        pthread_mutex_unlock(&store->lock);
}

void postgres_listen_stop(PgStore *store) {
        if (!store->listening)
                return;
        store->stopping = true;
        wake(store);
        pthread_join(store->listener, NULL);
        store->listening = false;
}

void postgres_announce(PgStore *store) {
        if (!atomic_exchange(&store->announce, true))
                wake(store);
}
