// Outcome of everything that can fail. A Status says what kind of failure; why is in the Context's Error (context.h).
#pragma once

#define MUST_USE __attribute__((warn_unused_result))

typedef enum Status {
        STATUS_OK = 0,
        STATUS_MALFORMED,       // 400: cannot be parsed (body, filter, cursor)
        STATUS_UNAUTHENTICATED, // 401
        STATUS_FORBIDDEN,       // 403: visible, but not allowed
        STATUS_NOT_FOUND,       // 404: absent, or invisible to the reader
        STATUS_CONFLICT,        // 409
        STATUS_STALE,           // 412: If-Match does not match
        STATUS_TOO_LARGE,       // 413
        STATUS_INVALID,         // 422: understood, but not valid; Error.items says which fields
        STATUS_LIMITED,         // 429
        STATUS_BUSY,            // 503: try again later
        STATUS_BUDGET,          // internal: a read ran out of its step budget; run again in the slow lane, or answer short
        STATUS_RETRY,           // internal: serialisation failure, deadlock or stale catalog; run the transaction again
        STATUS_IO,              // 500: database, disk or network failed
        STATUS_INTERNAL,        // 500: our own mistake that could be contained
} Status;

// Passes a failure up: TRY(record_load(...));
#define TRY(call)                                   \
        do {                                        \
                Status try_status_ = (call);        \
                if (try_status_ != STATUS_OK)       \
                        return try_status_;         \
        } while (0)

// For our own bugs only, never for input: prints place and condition, aborts.
#define ensure(condition) ((condition) ? (void)0 : ensure_failed(#condition, __FILE__, __LINE__))
void ensure_failed(const char *condition, const char *file, int line) __attribute__((noreturn));

int status_http(Status status);          // the HTTP code, e.g. STATUS_STALE → 412
const char *status_name(Status status);  // "not_found" …; stable, used as the problem's code where no better one is given
