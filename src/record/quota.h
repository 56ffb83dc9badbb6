// How much of the company's data one person takes out (exports) or looks at (reading), and where it is enough.
#pragma once
#include "record/record.h"

// ---- Exports: rows a day, in the organisation's zone. What a role says counts before the setting; of several roles the most open. Administrators are not limited.
// Would so many more rows be too many? STATUS_LIMITED "export_quota", with the time until it may be tried again.
Status quota_export_check(Call *call, int64_t rows) MUST_USE;
Status quota_export_take(Call *call, int64_t rows) MUST_USE;   // the same, and counts them; a writing transaction

// ---- Reading: records opened (each once a day) and rows of lists, by hour and day. Counted in memory, written every minute, so that a limit holds across nodes with
// that much delay. Only objects of the business count: colleagues, views and notifications are read by every page.
typedef struct ReadQuota ReadQuota;
ReadQuota *read_quota_new(void);
void read_quota_free(ReadQuota *quota);                         // accepts NULL
// Before reading: STATUS_LIMITED "read_quota". Administrators are counted and never refused.
Status read_quota_check(Call *call, const Object *object) MUST_USE;
void read_quota_opened(Call *call, const Object *object, int64_t id);
void read_quota_rows(Call *call, const Object *object, int64_t rows);

// Somebody passed four fifths of a limit, or all of it: told once an hour or day, and when he was refused.
typedef enum ReadWarning { READ_NEAR, READ_REACHED, READ_REFUSED } ReadWarning;
typedef struct ReadEvent { int64_t user, used, limit; const char *what; ReadWarning warning; } ReadEvent; // what: "opened_hour" …, as the setting is called
// Once a minute: writes what was counted, reads what other nodes counted, and gives the warnings that came up. In a writing transaction, repeatable until read_quota_flushed().
Status read_quota_flush(ReadQuota *quota, Call *call, ReadEvent **ret, size_t *ret_count) MUST_USE;
void read_quota_flushed(ReadQuota *quota);

// ---- Records that lie in pools: how many different ones of a pool somebody opens a day, where the pool limits it. Counted in memory by each node; administrators of the
// pool are not limited.
typedef struct PoolViews PoolViews;
PoolViews *pool_views_new(void);
void pool_views_free(PoolViews *views);                          // accepts NULL
Status pool_view_take(Call *call, const Object *object, int64_t id, Value pool) MUST_USE; // STATUS_LIMITED "pool_view_limit"
int64_t pool_views_today(Call *call, int64_t pool);
Status pool_views_flush(Call *call) MUST_USE;                    // whoever was refused is noted in the audit log, once a day; a writing transaction
Status quota_prune(Call *call, int limit, bool *ret_more) MUST_USE; // counts of days that are over
