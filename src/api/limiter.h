// How often something may be done: so many times in a window, by key. Kept in memory, on each node for itself; of keys that share a place the newer one wins.
#pragma once
#include <stdint.h>

typedef struct Limiter Limiter;
Limiter *limiter_new(void);
void limiter_free(Limiter *limiter);      // accepts NULL
// 0: allowed, and counted; else seconds to wait.
int limiter_take(Limiter *limiter, uint64_t key, int most, int64_t window_ms, int64_t now_ms);
