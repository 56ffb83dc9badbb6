// A person's data go, on request, with proof: out of his record, its history and files, what hangs at it, what mentions him, kept answers, jobs, exported files and the audit
// log's details. What was done stands in a certificate that says none of it again, and whose hash is in the audit log.
#pragma once
#include "flow/job.h"

typedef struct ErasurePlace { Str object; int64_t id; Str *fields; size_t fields_count; } ErasurePlace;
typedef struct Erasure {
        int64_t number;      // of the certificate
        Str object, reason;
        int64_t id;
        Str *fields; size_t fields_count;
        bool related;        // comments, attachments and notifications that hang at the record go for good
        ErasurePlace *also; size_t also_count;
        Str *needles; size_t needles_count;   // texts that identify him, names left out
        Str *names; size_t names_count;       // his names, now and before
} Erasure;

// Administrators only. {"object","id"}: what would go, and where else he seems to be mentioned.
Status erasure_preview(Call *call, const Object *object, int64_t id, JsonWriter *w) MUST_USE;
// {"object","id","fields":[…]?,"related":bool,"also":[{"object","id","fields"}]?,"reason"}
Status erasure_take(Call *call, const Json *body, Erasure *ret) MUST_USE;
Status erasure_start(Call *call, Erasure *erasure, int64_t *ret_job) MUST_USE; // makes the certificate's row, and the job
void *erasure_copy(Arena *arena, void *from);
Status erasure_run(Job *job, void *erasure) MUST_USE;

// {"id","at","user","object","record","reason","status":"running|done|failed","job","certificate":{…}|null,"hash"}
Status erasure_write(Call *call, int64_t number, JsonWriter *w) MUST_USE;
// Is each certificate the one whose hash is in the audit log? Each that is not is told in one line.
Status erasure_check(Call *call, void (*report)(void *arg, Str finding), void *arg) MUST_USE;
Status erasure_list(Call *call, JsonWriter *w) MUST_USE;   // newest first, at most 200
