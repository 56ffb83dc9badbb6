// Import of tables into an object, the same engine for the command line, the API and the wizard: decode (encoding, delimiter) → map columns to fields → look up
// references → check every cell → write through the record pipeline in slices, as a job that reports progress.
#pragma once
#include "record/record.h"

// What a file looks like before anything is mapped.
typedef struct Table {
        Str encoding;            // "utf-8", "utf-16le", "gb18030"
        char delimiter;          // ',' ';' '\t' '|'
        Str *columns; size_t columns_count;      // header row
        Str **rows; size_t rows_count;           // UTF-8 cells; short rows are padded with empty cells
        int *lines;                              // line in the file of each row, for messages
} Table;
Status table_read(Context *context, Str bytes, Table *ret) MUST_USE; // detects; malformed quoting → STATUS_INVALID "bad_csv" with the line

// A map (JSON, kept in files such as tests/support/maps/sales_pipeline.json):
// {"object":"opportunity", "columns":{
//    "opportunity_id":{"field":"reference_no"},
//    "account":{"field":"customer","match":"name","missing":"error|create|skip|null"},
//    "product":{"field":"product","match":"name","values":{"GTXPro":"GTX Pro"}},
//    "deal_stage":{"field":"stage","values":{"Won":"won"}},
//    "engage_date":{"field":"start_date","format":"YYYY-MM-DD|M/D/YYYY|DD-MM-YY|auto"},
//    "close_value":{"field":"amount"} },
//  "constants":{"currency":"USD"},
//  "key":"reference_no",                       field by which existing records are found
//  "mode":"create|update|both",
//  "second_pass":["subsidiary_of"]}            columns that refer to rows of this same file
// Without a map columns are matched to fields by name and label.
typedef struct ImportOptions { Str map; bool dry_run; Str file_name, scopes; } ImportOptions; // scopes: of the API token that asked for it

typedef struct ImportIssue { int line; Str column, code, message; } ImportIssue;
typedef struct ImportResult {
        int64_t rows, created, updated, unchanged, failed;
        int64_t duplicates;                         // created although they could be what is there already; each has an issue
        ImportIssue *issues; size_t issues_count;   // at most 1,000 kept; failed counts all
        Str unmapped;                               // columns that no field took, comma separated: reported, never dropped silently
} ImportResult;
// Runs in the caller's thread (never a server or writer thread), in the name of user, in slices of at most 200 rows a transaction. progress may be NULL;
// returning false cancels.
Status import_run(Context *context, Org *org, int64_t user, const Object *object, Str bytes, const ImportOptions *options,
                  bool (*progress)(void *arg, int64_t done, int64_t total), void *arg, ImportResult *ret) MUST_USE;
void import_write_result(JsonWriter *w, const ImportResult *result);
