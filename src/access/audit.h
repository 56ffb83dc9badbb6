// The audit log: who did what to whom, when and from where. Rows are written in the transaction of what they tell of, so that there is neither one without the other.
// A sealer chains them afterwards (audit_seal.c): entry N's chain is the hash of entry N-1's chain, its own time, kind, person, object and record, and a salted commitment
// to its address and detail. Those two may be erased with their salt: what is left proves that, when and by whom, and no longer what.
#pragma once
#include "access/access.h"

typedef struct AuditEntry {
        const char *kind;         // "session.start", "role.change": what happened, then how; the list is in the manual
        int64_t user;             // who did it; 0: nobody signed in, or the system
        int64_t object, record;   // ids of what it was done to; 0: nothing of the kind
        Str peer;                 // address it came from; empty: unknown
        Str detail;               // JSON object; empty: nothing more to say. Never passwords, tokens or values of records
} AuditEntry;

#define AUDIT_DETAIL_LARGEST 16384 // bytes; what is longer is left out and said so
Status audit_add(Db *db, const AuditEntry *entry) MUST_USE;

// ---- The chain
#define AUDIT_HASH 32
typedef struct AuditHead { int64_t seq; unsigned char chain[AUDIT_HASH]; } AuditHead; // seq 0: nothing is sealed yet
// Chains at most limit of the rows that are committed and not sealed. On PostgreSQL one node at a time does it, the others find nothing to do.
Status audit_seal(Db *db, int limit, int *ret_sealed) MUST_USE;
Status audit_unsealed(Db *db, bool *ret) MUST_USE;                     // is there any?
Status audit_head(Db *db, AuditHead *ret) MUST_USE;                    // the newest sealed entry
Str audit_head_text(Arena *arena, const AuditHead *head);              // "SEQ:64 hexadecimal digits"
bool audit_head_parse(Str text, AuditHead *ret);

// Whole: every entry as it was sealed, none missing, none moved, none beyond what was noted elsewhere. Each finding is one line in the context's language.
typedef struct AuditCheck {
        const AuditHead *noted;   // heads that were noted outside of the database
        size_t noted_count;
        void (*report)(void *arg, Str finding);
        void *arg;
} AuditCheck;
Status audit_check(Db *db, const AuditCheck *check) MUST_USE;

// ---- What time and the law take away
#define AUDIT_DAYS_LEAST 180
// Entries before this moment go, at most limit at once, in the order of the chain; an entry says up to where. *ret_more: there are more.
Status audit_prune(Db *db, int64_t before_ms, int limit, bool *ret_more) MUST_USE;
// The details and addresses of these entries go, with their salts; an entry names them. reason: JSON members that the entry has too, "\"erasure\":7".
Status audit_erase(Db *db, const int64_t *ids, size_t count, Str reason) MUST_USE;
