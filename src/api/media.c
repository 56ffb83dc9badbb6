// What a file is, judged by its bytes, and which part of it is asked for. Only kinds that a browser shows without running anything have a type here.
#include "api/media.h"
#include "base/unicode.h"

#define OTHER "application/octet-stream"

static const struct { Str begin; size_t at; Str and_then; Media media; } kinds[] = {
        {STR("\x89PNG\r\n\x1a\n"), 0, STR(""), {MEDIA_IMAGE, "image/png"}},
        {STR("\xff\xd8\xff"), 0, STR(""), {MEDIA_IMAGE, "image/jpeg"}},
        {STR("GIF87a"), 0, STR(""), {MEDIA_IMAGE, "image/gif"}},
        {STR("GIF89a"), 0, STR(""), {MEDIA_IMAGE, "image/gif"}},
        {STR("RIFF"), 8, STR("WEBP"), {MEDIA_IMAGE, "image/webp"}},
        {STR("%PDF-"), 0, STR(""), {MEDIA_PDF, "application/pdf"}},
};

// Words in UTF-8 that are no markup: what begins with "<" could be a page or a drawing, which nobody needs to see as its source.
static bool is_text(Str content) {
        for (size_t i = 0; i < content.len; i++) {
                unsigned char c = (unsigned char)content.data[i];
                if (c == 0x7f || (c < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != '\f'))
                        return false;
        }
        Str rest = str_starts(content, STR("\xef\xbb\xbf")) ? str_slice(content, 3, content.len) : content;
        return utf8_valid(content) && !str_starts(str_trim(rest), STR("<"));
}

Media media_of(Str content) {
        for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
                Str later = str_slice(content, kinds[i].at, content.len);
                if (str_starts(content, kinds[i].begin) && str_starts(later, kinds[i].and_then.len ? kinds[i].and_then : kinds[i].begin))
                        return kinds[i].media;
        }
        return is_text(content) ? (Media){MEDIA_TEXT, "text/plain; charset=utf-8"} : (Media){MEDIA_OTHER, OTHER};
}

RangeKind range_parse(Str header, size_t size, size_t *ret_from, size_t *ret_to) {
        Str rest = str_trim(header), first = STR_NONE;
        int64_t from = 0, last = 0;
        if (!str_starts(rest, STR("bytes=")) || str_find_char(rest, ',') >= 0)
                return RANGE_WHOLE;
        rest = str_slice(rest, 6, rest.len);
        if (str_find_char(rest, '-') < 0)
                return RANGE_WHOLE;
        (void)str_cut(&rest, '-', &first);
        bool open = str_empty(rest), tail = str_empty(first);
        if ((open && tail) || (!tail && (!str_to_int64(first, &from) || from < 0)) || (!open && (!str_to_int64(rest, &last) || last < 0)))
                return RANGE_WHOLE;
        if (tail) {
                from = last < (int64_t)size ? (int64_t)size - last : 0;
                last = last ? (int64_t)size - 1 : -1;
        } else if (open || last >= (int64_t)size) {
                if (!open && last < from)
                        return RANGE_WHOLE;
                last = (int64_t)size - 1;
        } else if (last < from) {
                return RANGE_WHOLE;
        }
        if (from > last || from >= (int64_t)size)
                return RANGE_NONE;
        *ret_from = (size_t)from;
        *ret_to = (size_t)last + 1;
        return RANGE_PART;
}
