// Many records at once, for jobs: which ones a question finds, and their values as cells of a table. Rights and scope are the reader's, as in a list.
#pragma once
#include "record/record.h"

// The ids of all that a list of this question would show, at most limit, in its order; without sort and q: by id. limit 0: only
// finds out whether the question is understood. fields, after, limit and count of the query are not looked at.
Status query_ids(Call *call, const RecordQuery *query, int64_t limit, int64_t **ret, size_t *ret_count) MUST_USE;
// Those of these ids that such a list would show, in its order.
Status query_ids_among(Call *call, const RecordQuery *query, const int64_t *among, size_t among_count, int64_t **ret, size_t *ret_count) MUST_USE;
// The record's name as this reader may see it, also of one in the bin; STR_NONE: it may not be seen.
Status query_name(Call *call, const Object *object, int64_t id, Str *ret) MUST_USE;

// ---- Taking a request apart
// "ids": an array of ids, at most limit (else too_many, with the limit, at "ids"); errors at ids[i].
Status ids_take(Context *context, const Json *ids, size_t limit, int64_t **ret, size_t *ret_count) MUST_USE;
// A text of the body, empty where it is not given or null; "wrong_type" at the member.
Status text_take(Context *context, const Json *body, const char *member, Str *ret) MUST_USE;

// ---- Tables
typedef struct RecordTable RecordTable;
typedef struct RecordCell {
        Value value; // VALUE_NULL where text says it
        Str text;    // the name of what is referred to, or what the mask leaves; else empty
} RecordCell;
typedef Status (*RecordRow)(void *arg, const RecordCell *cells); // by column
#define TABLE_COLUMNS_LARGEST 300
// columns: fields or paths (owner.name). What the reader may not read is added as "unknown_field" at columns[i]. Belongs to this transaction.
Status record_table_open(Call *call, const Object *object, const Str *columns, size_t count, RecordTable **ret) MUST_USE;
Str record_table_label(const RecordTable *table, size_t column);            // in the reader's language; a path's steps are joined: "Customer / Level"
const Field *record_table_field(const RecordTable *table, size_t column);   // whose value it is, at the end of a path
// Those of the ids that the reader may see, in the order of the ids, each once for each time it is named.
Status record_table_rows(RecordTable *table, const int64_t *ids, size_t count, RecordRow row, void *arg) MUST_USE;
