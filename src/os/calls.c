// The call table, the clock and randomness. The table is replaced only by tests, before there are threads.
#include "os/os.h"
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static int real_open(const char *path, int flags, unsigned mode) {
        return open(path, flags | O_CLOEXEC, (mode_t)mode);
}

static int real_mkdir(const char *path, unsigned mode) {
        return mkdir(path, (mode_t)mode);
}

static int64_t real_now_ms(void) {
        struct timespec now;
        clock_gettime(CLOCK_REALTIME, &now);
        return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

static int64_t real_monotonic_us(void) {
        struct timespec now;
        clock_gettime(CLOCK_MONOTONIC, &now);
        return now.tv_sec * 1000000LL + now.tv_nsec / 1000;
}

static int real_random(void *data, size_t size) {
        char *at = data;
        while (size) {
                ssize_t got = getrandom(at, size, 0);
                if (got < 0 && errno == EINTR)
                        continue;
                if (got <= 0)
                        return -1;
                at += got;
                size -= (size_t)got;
        }
        return 0;
}

static const OsCalls real_calls = {
        .open = real_open,
        .read = read,
        .write = write,
        .fsync = fsync,
        .rename = rename,
        .link = link,
        .unlink = unlink,
        .now_ms = real_now_ms,
        .monotonic_us = real_monotonic_us,
        .random = real_random,
        .mkdir = real_mkdir,
};

static const OsCalls *calls = &real_calls;
static _Atomic int64_t clock_shift_ms;

const OsCalls *os_calls(void) {
        return calls;
}

void os_calls_set(const OsCalls *replacement) {
        calls = replacement ? replacement : &real_calls;
}

int64_t os_now_ms(void) {
        return calls->now_ms() + atomic_load_explicit(&clock_shift_ms, memory_order_relaxed);
}

void os_clock_set(int64_t now_ms) {
        atomic_store_explicit(&clock_shift_ms, now_ms - calls->now_ms(), memory_order_relaxed);
}

int64_t os_monotonic_us(void) {
        return calls->monotonic_us();
}

void os_random(void *data, size_t size) {
        ensure(calls->random(data, size) == 0);
}
