// The audit log as a CSV file, made by a job: what was asked of it, newest first.
#pragma once
#include "flow/job.h"
#include "record/query_audit.h"

typedef struct AuditExport { AuditQuery query; Str object; } AuditExport; // object by name: the query's belongs to one catalog
void *audit_export_copy(Arena *arena, void *from);
Status audit_export_run(Job *job, void *audit_export) MUST_USE; // result {"file":{"id","name","size","type"},"rows","sha256"}
