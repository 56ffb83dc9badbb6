// The operating system behind one call table, so that a test can make the Nth call fail. Everything above uses these, not libc's.
#pragma once
#include "base/context.h"
#include <sys/types.h>

typedef struct OsCalls { // replaceable in tests; os_calls() points at the real ones
        int (*open)(const char *path, int flags, unsigned mode);
        ssize_t (*read)(int fd, void *data, size_t size);
        ssize_t (*write)(int fd, const void *data, size_t size);
        int (*fsync)(int fd);
        int (*rename)(const char *from, const char *to);
        int (*link)(const char *from, const char *to);
        int (*unlink)(const char *path);
        int64_t (*now_ms)(void);       // wall clock, UTC
        int64_t (*monotonic_us)(void);
        int (*random)(void *data, size_t size); // 0: done
        int (*mkdir)(const char *path, unsigned mode);
} OsCalls;

const OsCalls *os_calls(void);
void os_calls_set(const OsCalls *calls);   // tests and fault injection only, before threads start
int64_t os_now_ms(void);                    // the clock; moved by os_clock_set()
void os_clock_set(int64_t now_ms);          // --test-clock: from now on the clock goes on from here
int64_t os_monotonic_us(void);
void os_random(void *data, size_t size);    // cryptographic; aborts when there is none

Status file_read(Context *context, const char *path, size_t cap, Str *ret) MUST_USE;
Status file_write_durable(Context *context, const char *path, Str content) MUST_USE; // temporary file, fsync, rename, fsync of the folder
Status file_write_new(Context *context, const char *path, Str content) MUST_USE;     // the same, but STATUS_CONFLICT "file_exists" where there is one already
Status folder_make(Context *context, const char *path) MUST_USE;                     // with parents; 0700

// A fixed set of threads that take tasks in order. Used for the slow lane, PostgreSQL work and jobs.
typedef struct Pool Pool;
Pool *pool_new(const char *name, int threads, int queue_limit);
bool pool_submit(Pool *pool, void (*run)(void *arg), void *arg); // false: the queue is full
void pool_free(Pool *pool);                                     // finishes what is queued, then joins; accepts NULL

// Loads a shared library, which then stays, and finds its functions by their names: ret_calls is a struct of that many function pointers, in the names' order. Not found:
// STATUS_IO "not_installed".
Status library_load(Context *context, const char *file, const char *const *names, size_t count, void *ret_calls) MUST_USE;
