// A fixed set of threads that take tasks from one bounded queue, in order.
#include "os/os.h"
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct Task {
        void (*run)(void *arg);
        void *arg;
} Task;

struct Pool {
        pthread_mutex_t lock;
        pthread_cond_t arrived;
        Task *queue; // a ring
        size_t first, count, limit;
        bool closing;
        int thread_count;
        char name[16];
        pthread_t threads[];
};

// False when there is nothing more to come.
static bool take_task(Pool *pool, Task *ret) {
        pthread_mutex_lock(&pool->lock);
        while (pool->count == 0 && !pool->closing)
                pthread_cond_wait(&pool->arrived, &pool->lock);
        bool taken = pool->count > 0;
        if (taken) {
                *ret = pool->queue[pool->first];
                pool->first = (pool->first + 1) % pool->limit;
                pool->count--;
        }
        pthread_mutex_unlock(&pool->lock);
        return taken;
}

static void *work(void *arg) {
        Pool *pool = arg;
        Task task;
        while (take_task(pool, &task))
                task.run(task.arg);
        return NULL;
}

// Signals are for the main thread: those that are started here inherit a mask that blocks all of them.
static void start_threads(Pool *pool, int threads) {
        sigset_t all, before;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before);
        for (int i = 0; i < threads; i++) {
                ensure(pthread_create(&pool->threads[i], NULL, work, pool) == 0);
                pool->thread_count++;
                pthread_setname_np(pool->threads[i], pool->name);
        }
        pthread_sigmask(SIG_SETMASK, &before, NULL);
}

Pool *pool_new(const char *name, int threads, int queue_limit) {
        ensure(threads > 0 && queue_limit > 0);
        Pool *pool = calloc(1, sizeof *pool + (size_t)threads * sizeof(pthread_t));
        ensure(pool);
        pool->limit = (size_t)queue_limit;
        pool->queue = calloc(pool->limit, sizeof *pool->queue);
        ensure(pool->queue);
        pthread_mutex_init(&pool->lock, NULL);
        pthread_cond_init(&pool->arrived, NULL);
        snprintf(pool->name, sizeof pool->name, "%s", name);
        start_threads(pool, threads);
        return pool;
}

bool pool_submit(Pool *pool, void (*run)(void *arg), void *arg) {
        pthread_mutex_lock(&pool->lock);
        bool accepted = pool->count < pool->limit && !pool->closing;
        if (accepted) {
                pool->queue[(pool->first + pool->count) % pool->limit] = (Task){run, arg};
                pool->count++;
                pthread_cond_signal(&pool->arrived);
        }
        pthread_mutex_unlock(&pool->lock);
        return accepted;
}

void pool_free(Pool *pool) {
        if (!pool)
                return;
        pthread_mutex_lock(&pool->lock);
        pool->closing = true;
        pthread_cond_broadcast(&pool->arrived);
        pthread_mutex_unlock(&pool->lock);
        for (int i = 0; i < pool->thread_count; i++)
                pthread_join(pool->threads[i], NULL);
        pthread_cond_destroy(&pool->arrived);
        pthread_mutex_destroy(&pool->lock);
        free(pool->queue);
        free(pool);
}
