// Files: content in the database, so that transactions, backups and nodes share it. A file belongs to whoever sent it until a record's field points at it; then
// whoever may read that record may read the file.
#pragma once
#include "record/record.h"

#define FILE_LIMIT (25u << 20)

typedef struct FileInfo { int64_t id, size, parts; Str name, type, content; } FileInfo; // parts: 0, or content is empty and read with file_part()

Status file_add(Call *call, Str name, Str type, Str content, int64_t *ret_id) MUST_USE;
Status file_get(Call *call, int64_t id, bool with_content, FileInfo *ret) MUST_USE; // STATUS_NOT_FOUND: absent, or not the reader's to see
// Whoever writes a file's id into a record must have sent it, or it hangs at that record already: adds "reference_missing" at path.
Status file_check(Call *call, Str path, const Object *object, int64_t record_id, int64_t file) MUST_USE;
Status file_link(Call *call, const RecordChange *change) MUST_USE;
bool field_is_file(const Field *field);
Status file_name(Call *call, int64_t id, Str *ret) MUST_USE; // asks for no rights: for hooks; STR_NONE: absent

// ---- Files in parts: made piece by piece, of any length. Only their maker may read them, no record may point at them, and they are removed when their time is over.
#define FILE_PART (512u << 10)
Status file_begin(Call *call, Str name, Str type, int64_t expires_ms, int64_t *ret_id) MUST_USE;
Status file_append(Call *call, int64_t id, int64_t part, Str bytes) MUST_USE;         // parts count from 0
Status file_part(Call *call, int64_t id, int64_t part, Str *ret) MUST_USE;            // asks nobody: file_get() has
Status file_prune(Call *call, bool *ret_more) MUST_USE;
