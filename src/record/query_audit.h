// Reading the audit log: for administrators, which the caller sees to. Newest first, by keyed pages, each kind asked for by itself so that an index answers it.
#pragma once
#include "record/record.h"

#define AUDIT_LIMIT_LARGEST 500
#define AUDIT_KINDS_LARGEST 200

typedef struct AuditQuery {
        int64_t user, record;          // 0: any
        const Object *object;          // NULL: any
        Str kinds;                     // "session.*,role.change"; empty: any
        Str peer;
        Str sha256;                    // of an exported file: who made it
        Value from, to;                // date-times; to is not part of it
        int limit;
        Str after;
} AuditQuery;

typedef struct AuditItem { int64_t id, seq, at_ms, user, object, record; Str kind, peer, detail; bool erased; } AuditItem; // seq 0: not sealed yet
typedef struct AuditPage { AuditItem *items; size_t count; Str next; } AuditPage; // next: empty at the end

Status query_audit_page(Call *call, const AuditQuery *query, AuditPage *ret) MUST_USE;
// {"items":[{"id","seq","at","kind","user","object","record","peer","detail","changes","erased"}],"next"}
Status query_audit(Call *call, const AuditQuery *query, JsonWriter *w) MUST_USE;
Status query_audit_kinds(Call *call, Str **ret, size_t *ret_count) MUST_USE; // that there are
