// Heads of the audit log's chain, noted outside of the database.
#pragma once
#include "access/audit.h"
#include "access/org.h"

#define AUDIT_HEADS_FILE "audit.heads" // in the data folder; each node of a PostgreSQL cluster has its own
// Notes the head if it is another one than *noted_seq, which becomes it.
Status audit_heads_note(Context *context, Org *org, int64_t *noted_seq) MUST_USE;
Status audit_heads_read(Context *context, const Org *org, AuditHead **ret, size_t *ret_count) MUST_USE; // what cannot be read as one is passed over
