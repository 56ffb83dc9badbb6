// Inside the audit log only: what is hashed, and how.
#pragma once
#include "access/audit.h"

typedef struct AuditRow { // as stored
        int64_t id, at_ms, user, object, record;
        Str kind, peer, detail;
        bool has_detail;
} AuditRow;

// Columns of a row, in this order, from result column `at` on; texts are copied.
#define AUDIT_COLUMNS "a.\"id\", a.\"at\", a.\"kind\", a.\"user_id\", a.\"object_id\", a.\"record_id\", a.\"peer\", a.\"detail\""
void audit_take(Rows *rows, int at, AuditRow *ret);
void audit_commit(const AuditRow *row, const unsigned char *salt, unsigned char *ret_commitment);
// chain: of the entry before, all zero before the first.
void audit_link(const unsigned char *chain, int64_t seq, const AuditRow *row, const unsigned char *commitment, unsigned char *ret_chain);
