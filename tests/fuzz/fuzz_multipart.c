// Fuzzes uploads: the first line of the input is the request's Content-Type, the rest its body. Parts lie inside the body; names are safe to show and to save.
#include "api/multipart.h"
#include "base/unicode.h"

static void look_at(const Part *part, Str body) {
        ensure(utf8_valid(part->name) && utf8_valid(part->file_name) && utf8_valid(part->type));
        ensure(!part->content.len || (part->content.data >= body.data && part->content.data + part->content.len <= body.data + body.len));
        for (size_t i = 0; i < part->file_name.len; i++) {
                unsigned char c = (unsigned char)part->file_name.data[i];
                ensure(c >= 0x20 && c != 0x7f && c != '/' && c != '\\');
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        ARENA_CLEANUP Arena *arena = arena_new(0);
        Context context;
        context_init(&context, arena, LANG_EN, 0);
        Str body = str_make((const char *)data, size), type = STR_NONE;
        if (!str_cut(&body, '\n', &type))
                return 0;
        Multipart multipart;
        Status status = multipart_parse(&context, type, body, &multipart);
        ensure(status == STATUS_OK || (status == STATUS_MALFORMED && context.error.code));
        if (status != STATUS_OK)
                return 0;
        ensure(multipart.count <= MULTIPART_PARTS);
        for (size_t i = 0; i < multipart.count; i++)
                look_at(&multipart.parts[i], body);
        const Part *found = multipart_find(&multipart, "file");
        ensure(!found || str_is(found->name, "file"));
        return 0;
}
