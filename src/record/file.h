// Files: content in the database, so that transactions, backups and nodes share it. A file belongs to whoever sent it until a record's field points at it; then
// whoever may read that record may read the file.
#pragma once
#include "record/record.h"

#define FILE_LIMIT (25u << 20)

typedef struct FileInfo { int64_t id, size; Str name, type, content; } FileInfo;

Status file_add(Call *call, Str name, Str type, Str content, int64_t *ret_id) MUST_USE;
Status file_get(Call *call, int64_t id, bool with_content, FileInfo *ret) MUST_USE; // STATUS_NOT_FOUND: absent, or not the reader's to see
// Whoever writes a file's id into a record must have sent it, or it hangs at that record already: adds "reference_missing" at path.
Status file_check(Call *call, Str path, const Object *object, int64_t record_id, int64_t file) MUST_USE;
Status file_link(Call *call, const RecordChange *change) MUST_USE;
bool field_is_file(const Field *field);
