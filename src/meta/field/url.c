// Web addresses: http and https only, scheme and host in lower case; one without a scheme gets http://. Nothing that a browser would run.
#include "meta/field/field.h"

#define URL_MOST 2000

static bool host_valid(Str host) {
        Str name = host, port = STR_NONE;
        ptrdiff_t colon = str_find_char(host, ':');
        if (colon >= 0) {
                name = str_slice(host, 0, (size_t)colon);
                port = str_slice(host, (size_t)colon + 1, host.len);
        }
        int64_t number = 1;
        if (colon >= 0 && (!str_to_int64(port, &number) || number < 1 || number > 65535))
                return false;
        if (name.len == 0 || name.len > 253 || name.data[0] == '.' || name.data[0] == '-')
                return false;
        for (size_t i = 0; i < name.len; i++) {
                char c = name.data[i];
                bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c & 0x80);
                if (!letter && c != '-' && c != '.' && c != '_')
                        return false;
                if (c == '.' && i + 1 < name.len && name.data[i + 1] == '.')
                        return false;
        }
        return true;
}

static bool text_valid(Str text) {
        for (size_t i = 0; i < text.len; i++) {
                unsigned char c = (unsigned char)text.data[i];
                if (c <= 0x20 || c == 0x7f || memchr("\"<>\\^`{|}", c, 9))
                        return false;
        }
        return true;
}

static size_t host_length(Str rest) {
        size_t length = 0;
        while (length < rest.len && !memchr("/?#", rest.data[length], 3))
                length++;
        return length;
}

static void lower(char *text, size_t length) {
        for (size_t i = 0; i < length; i++)
                if (text[i] >= 'A' && text[i] <= 'Z')
                        text[i] = (char)(text[i] + 'a' - 'A');
}

static bool normalise(Arena *arena, Str text, Str *ret) {
        ptrdiff_t scheme = str_find(text, STR("://"));
        size_t head = host_length(text);
        if (scheme < 0 || (size_t)scheme > head) {
                if (str_find_char(str_slice(text, 0, head), '.') < 0)
                        return false;
                text = str_format(arena, "http://" STR_FMT, STR_ARG(text));
                scheme = 4;
        }
        char *url = str_c(arena, text);
        lower(url, (size_t)scheme);
        Str name = str_make(url, (size_t)scheme), rest = str_slice(str_make(url, text.len), (size_t)scheme + 3, text.len);
        size_t host = host_length(rest);
        if ((!str_is(name, "http") && !str_is(name, "https")) || !host_valid(str_slice(rest, 0, host)) || !text_valid(text))
                return false;
        lower(url + scheme + 3, host);
        *ret = str_make(url, text.len);
        return text.len <= URL_MOST;
}

static Status parse(Context *context, const Field *field, Str path, Str text, Value *ret) {
        (void)field;
        Str url, trimmed = str_trim(text);
        if (str_empty(trimmed))
                return STATUS_OK; // null
        if (!normalise(context->arena, trimmed, &url))
                return error_add(context, path, "bad_url");
        *ret = value_text(url);
        return STATUS_OK;
}

static Status read(Context *context, const Field *field, Str path, const Json *in, Value *ret) {
        if (in->kind != JSON_STRING)
                return field_wrong_type(context, path, "url");
        return parse(context, field, path, in->text, ret);
}

const FieldType field_type_url = {
        .name = "url", .kind = VALUE_TEXT, .expr = EXPR_TEXT, .sortable = true,
        .read = read, .parse = parse, .write = text_write, .text = text_text,
};
