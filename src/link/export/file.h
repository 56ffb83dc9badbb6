// Inside src/link/export only: a file in parts that a job writes, with the hash of all of it.
#pragma once
#include "flow/job.h"
#include <sodium.h>

typedef struct ExportFile {
        Job *job;
        int64_t id, parts, size;
        Str name, media_type;
        crypto_hash_sha256_state hash;
} ExportFile;
Status export_file_begin(Call *call, ExportFile *file, Str name, Str media_type) MUST_USE; // in a transaction
Status export_file_put(Call *call, ExportFile *file, Str bytes) MUST_USE;                  // a part; when it is committed:
void export_file_count(ExportFile *file, Str bytes);
void export_file_result(const ExportFile *file, int64_t rows, JsonWriter *w);
