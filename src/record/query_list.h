// Inside of lists only: one list being read, and the way chosen to read it.
#pragma once
#include "record/query.h"
#include "record/search.h"

typedef enum ListPath {
        LIST_NOTHING,
        LIST_DIRECT, // one select in the order of the sort
        LIST_MERGE,  // an ordered select of ids per arm of the scope, merged; then the rows of these ids
        LIST_SEARCH, // the search index, newest first
} ListPath;

typedef struct ListRow {
        int64_t id;
        Value *keys;   // by sort key
        Value *values; // by column; NULL: not read yet, or not to be shown
} ListRow;

typedef struct List {
        Call *call;
        const RecordQuery *query;
        const Object *object;
        QueryColumns columns;
        Sort sort;
        Cursor cursor;
        uint64_t signature;
        int limit;
        Str terms;          // of q
        bool restricted;    // matches of q are shown only where what the reader sees holds the terms: the others are as if they were not there
        int read;           // rows that statements gave, doubles too
        int looked;         // restricted: how many matches were looked through …
        int64_t looked_at;  // … the last of them
        Sql filter;         // " and (…)", or empty
        ReadScope scope;
        ListPath path;
        bool whole;         // LIST_DIRECT: the table is read through, without an index
        bool ids_first;     // LIST_DIRECT: the rows must be sorted; then only ids and sort keys are, and the page's rows are read by them
        Sql condition;      // LIST_DIRECT, LIST_SEARCH: " and …" for what the reader may see, or empty
        ListRow *rows;
        size_t count;
} List;

Status list_choose_path(List *list) MUST_USE;
void list_from_arm(const List *list, size_t arm, bool alone, Sql *select);    // " from … where …" with the filter
Status list_from(const List *list, SearchTier tier, Sql *select) MUST_USE;       // the same for LIST_DIRECT and LIST_SEARCH
Status list_count(const List *list, int64_t *ret) MUST_USE;                    // QUERY_COUNT_LARGEST + 1 at most
