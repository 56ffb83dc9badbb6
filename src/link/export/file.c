// Files that exports make. The hash says of a file that turned up somewhere which export it came from.
#include "link/export/file.h"
#include "link/export/export.h"
#include "record/file.h"

Status export_file_begin(Call *call, ExportFile *file, Str name, Str media_type) {
        crypto_hash_sha256_init(&file->hash);
        file->name = str_copy(file->job->context.arena, name);
        file->media_type = media_type;
        file->parts = file->size = 0;
        return file_begin(call, name, media_type, call->context->now_ms + EXPORT_DAYS * 86400000LL, &file->id);
}

Status export_file_put(Call *call, ExportFile *file, Str bytes) {
        return file_append(call, file->id, file->parts, bytes);
}

void export_file_count(ExportFile *file, Str bytes) {
        crypto_hash_sha256_update(&file->hash, (const unsigned char *)bytes.data, bytes.len);
        file->parts++;
        file->size += (int64_t)bytes.len;
}

void export_file_result(const ExportFile *file, int64_t rows, JsonWriter *w) {
        crypto_hash_sha256_state state = file->hash;
        unsigned char hash[crypto_hash_sha256_BYTES];
        char hex[sizeof hash * 2 + 1];
        crypto_hash_sha256_final(&state, hash);
        sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
        json_open_object(w);
        json_key(w, STR("file"));
        json_open_object(w);
        json_put_int(w, "id", file->id);
        json_put_str(w, "name", file->name);
        json_put_int(w, "size", file->size);
        json_put_str(w, "type", file->media_type);
        json_close_object(w);
        json_put_int(w, "rows", rows);
        json_put_str(w, "sha256", str_from(hex));
        json_close_object(w);
}
