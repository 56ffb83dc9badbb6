// Names and HTTP codes of the outcomes, and the end of the process for our own bugs.
#include "base/status.h"
#include <stdio.h>
#include <stdlib.h>

typedef struct StatusRow {
        int http;
        const char *name;
} StatusRow;

static const StatusRow rows[] = {
        [STATUS_OK] = {200, "ok"},
        [STATUS_MALFORMED] = {400, "malformed"},
        [STATUS_UNAUTHENTICATED] = {401, "unauthenticated"},
        [STATUS_FORBIDDEN] = {403, "forbidden"},
        [STATUS_NOT_FOUND] = {404, "not_found"},
        [STATUS_CONFLICT] = {409, "conflict"},
        [STATUS_STALE] = {412, "stale"},
        [STATUS_TOO_LARGE] = {413, "too_large"},
        [STATUS_INVALID] = {422, "invalid"},
        [STATUS_LIMITED] = {429, "limited"},
        [STATUS_BUSY] = {503, "busy"},
        [STATUS_BUDGET] = {503, "budget"},
        [STATUS_RETRY] = {503, "retry"},
        [STATUS_IO] = {500, "io"},
        [STATUS_INTERNAL] = {500, "internal"},
};

static const StatusRow *row_of(Status status) {
        size_t index = (size_t)status;
        return &rows[index < sizeof rows / sizeof rows[0] ? index : STATUS_INTERNAL];
}

int status_http(Status status) {
        return row_of(status)->http;
}

const char *status_name(Status status) {
        return row_of(status)->name;
}

void ensure_failed(const char *condition, const char *file, int line) {
        fprintf(stderr, "%s:%d: ensure(%s) failed\n", file, line, condition);
        abort();
}
