// The audit log: who did what to whom, when and from where. Rows are written in the transaction of what they tell of, so that there is neither one without the other.
#pragma once
#include "access/access.h"

typedef struct AuditEntry {
        const char *kind;         // "session.start", "role.change": what happened, then how; the list is in the manual
        int64_t user;             // who did it; 0: nobody signed in, or the system
        int64_t object, record;   // ids of what it was done to; 0: nothing of the kind
        Str peer;                 // address it came from; empty: unknown
        Str detail;               // JSON object; empty: nothing more to say. Never passwords, tokens or values of records
} AuditEntry;

Status audit_add(Db *db, const AuditEntry *entry) MUST_USE;
