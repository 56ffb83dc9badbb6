// Records of one object as a table in a file, for people: labels as header, choices by label, references by name. What is asked for is checked in the request, the
// file is made by a job: ids of all rows first, then the rows some hundred at a time, each time with the rights of whoever asked as they are by then.
#pragma once
#include "flow/job.h"

#define EXPORT_ROWS_LARGEST 1000000
#define EXPORT_IDS_LARGEST 100000
#define EXPORT_DAYS 7 // so long the file is kept

typedef enum ExportFormat { EXPORT_CSV, EXPORT_XLSX } ExportFormat;
typedef struct Export {
        Str object;
        ExportFormat format;
        Str *columns;      // fields and paths
        size_t columns_count;
        bool by_ids;
        int64_t *ids;      // in the order of the rows, unless there is a sort
        size_t ids_count;
        Str filter, q, sort;
        Str request;       // what is kept with the job
} Export;

// {"object","ids"|"filter","q","sort","columns","format":"csv|xlsx"}
Status export_take(Call *call, const Json *body, Export *ret) MUST_USE;
void *export_copy(Arena *arena, void *from);
Status export_run(Job *job, void *export) MUST_USE; // result {"file":{"id","name","size","type"},"rows"}
