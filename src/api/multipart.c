// Takes a multipart body apart. Strict about boundaries, lenient about unknown headers.
#include "api/multipart.h"
#include "base/unicode.h"
#include <strings.h>

static Status bad(Context *context) {
        return error_set(context, STATUS_MALFORMED, "bad_multipart");
}

// The value of name="…" (or a bare token) in a header such as: form-data; name="file"; filename="价格.pdf"
static Str parameter(Arena *arena, Str header, const char *name) {
        Str rest = header, part = STR_NONE;
        (void)str_cut(&rest, ';', &part);
        while (rest.len) {
                rest = str_trim(rest);
                ptrdiff_t equals = str_find_char(rest, '=');
                if (equals < 0)
                        break;
                Str key = str_trim(str_slice(rest, 0, (size_t)equals));
                Buf value = buf_make(arena, 4096);
                size_t at = (size_t)equals + 1;
                if (at < rest.len && rest.data[at] == '"') {
                        for (at++; at < rest.len && rest.data[at] != '"'; at++) {
                                if (rest.data[at] == '\\' && at + 1 < rest.len && (rest.data[at + 1] == '"' || rest.data[at + 1] == '\\'))
                                        at++;
                                buf_add_char(&value, rest.data[at]);
                        }
                        at++;
                } else {
                        while (at < rest.len && rest.data[at] != ';')
                                buf_add_char(&value, rest.data[at++]);
                }
                if (key.len == strlen(name) && strncasecmp(key.data, name, key.len) == 0)
                        return str_trim(buf_str(&value));
                while (at < rest.len && rest.data[at] != ';')
                        at++;
                rest = str_slice(rest, at + 1, rest.len);
        }
        return STR_NONE;
}

static bool header_is(Str line, const char *name, Str *ret_value) {
        size_t length = strlen(name);
        if (line.len <= length || line.data[length] != ':' || strncasecmp(line.data, name, length) != 0)
                return false;
        *ret_value = str_trim(str_slice(line, length + 1, line.len));
        return true;
}

// No paths and no control characters in a name that will be shown and saved.
static Str clean_name(Arena *arena, Str name) {
        for (size_t i = name.len; i > 0; i--)
                if (name.data[i - 1] == '/' || name.data[i - 1] == '\\') {
                        name = str_slice(name, i, name.len);
                        break;
                }
        Buf out = buf_make(arena, 1024);
        for (size_t i = 0; i < name.len; i++)
                if ((unsigned char)name.data[i] >= 0x20 && name.data[i] != 0x7f)
                        buf_add_char(&out, name.data[i]);
        return buf_full(&out) ? STR("file") : buf_str(&out);
}

static Status parse_part(Context *context, Str raw, Part *part) {
        ptrdiff_t end = str_find(raw, STR("\r\n\r\n"));
        if (end < 0)
                return bad(context);
        Str headers = str_slice(raw, 0, (size_t)end), value = STR_NONE;
        *part = (Part){.content = str_slice(raw, (size_t)end + 4, raw.len)};
        while (headers.len) {
                ptrdiff_t stop = str_find(headers, STR("\r\n"));
                Str line = stop < 0 ? headers : str_slice(headers, 0, (size_t)stop);
                headers = stop < 0 ? STR_NONE : str_slice(headers, (size_t)stop + 2, headers.len);
                if (header_is(line, "Content-Disposition", &value)) {
                        part->name = parameter(context->arena, value, "name");
                        part->file_name = clean_name(context->arena, parameter(context->arena, value, "filename"));
                } else if (header_is(line, "Content-Type", &value)) {
                        part->type = value;
                }
        }
        return utf8_valid(part->name) && utf8_valid(part->file_name) && utf8_valid(part->type) ? STATUS_OK : bad(context);
}

Status multipart_parse(Context *context, Str content_type, Str body, Multipart *ret) {
        ret->count = 0;
        Str boundary = parameter(context->arena, content_type, "boundary");
        if (str_empty(boundary) || boundary.len > 70)
                return bad(context);
        Str first = str_format(context->arena, "--" STR_FMT, STR_ARG(boundary));
        Str next = str_format(context->arena, "\r\n--" STR_FMT, STR_ARG(boundary));
        if (!str_starts(body, first))
                return bad(context);
        Str rest = str_slice(body, first.len, body.len);
        while (!str_starts(rest, STR("--"))) {
                if (!str_starts(rest, STR("\r\n")) || ret->count == MULTIPART_PARTS)
                        return bad(context);
                rest = str_slice(rest, 2, rest.len);
                ptrdiff_t end = str_find(rest, next);
                if (end < 0)
                        return bad(context);
                TRY(parse_part(context, str_slice(rest, 0, (size_t)end), &ret->parts[ret->count++]));
                rest = str_slice(rest, (size_t)end + next.len, rest.len);
        }
        return STATUS_OK;
}

const Part *multipart_find(const Multipart *multipart, const char *name) {
        for (size_t i = 0; i < multipart->count; i++)
                if (str_is(multipart->parts[i].name, name))
                        return &multipart->parts[i];
        return NULL;
}
