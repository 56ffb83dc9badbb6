// Counting in fixed windows, by key. Memory is fixed: a place is taken over by whoever comes.
#include "api/limiter.h"
#include "base/status.h"
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

#define PLACES 4096

typedef struct Place { uint64_t key; int64_t since_ms; int count; } Place;
struct Limiter {
        pthread_mutex_t lock;
        Place places[PLACES];
};

Limiter *limiter_new(void) {
        Limiter *limiter = calloc(1, sizeof *limiter);
        ensure(limiter);
        pthread_mutex_init(&limiter->lock, NULL);
        return limiter;
}

void limiter_free(Limiter *limiter) {
        if (!limiter)
                return;
        pthread_mutex_destroy(&limiter->lock);
        free(limiter);
}

int limiter_take(Limiter *limiter, uint64_t key, int most, int64_t window_ms, int64_t now_ms) {
        int wait_s = 0;
        pthread_mutex_lock(&limiter->lock);
        Place *place = &limiter->places[(key * 0x9E3779B97F4A7C15ULL) >> 52];
        bool fresh = place->key != key || now_ms - place->since_ms >= window_ms || now_ms < place->since_ms;
        if (fresh)
                *place = (Place){.key = key, .since_ms = now_ms};
        if (place->count < most)
                place->count++;
        else
                wait_s = (int)((place->since_ms + window_ms - now_ms + 999) / 1000);
        pthread_mutex_unlock(&limiter->lock);
        return wait_s;
}
