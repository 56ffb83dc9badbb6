// The message as it goes over the wire: RFC 5322 headers in ASCII (RFC 2047 words where they are not), a text and an HTML part in base64. Whatever is no text in a value
// becomes a space before it is written, so that no value can end its header.
#include "base/date.h"
#include "base/unicode.h"
#include "link/mail/mail.h"
#include "os/os.h"
#include <sodium.h>

#define MESSAGE_CAP ((size_t)1 << 20)
#define WORD_BYTES 45   // of text in one encoded word: 60 characters in base64, 72 with its frame
#define FIRST_BYTES 39  // in the first, which stands behind the header's name
#define LINE_BYTES 57   // of content in a line of 76
#define BOUNDARY_BYTES 12

static Str base64(Arena *arena, const char *data, size_t len) {
        size_t room = sodium_base64_ENCODED_LEN(len, sodium_base64_VARIANT_ORIGINAL);
        char *text = arena_alloc(arena, room);
        sodium_bin2base64(text, room, (const unsigned char *)data, len, sodium_base64_VARIANT_ORIGINAL);
        return str_from(text);
}

static Str plain(Arena *arena, Str text) {
        char *copy = str_c(arena, text);
        for (size_t i = 0; i < text.len; i++)
                if ((unsigned char)copy[i] < ' ' || copy[i] == 0x7F)
                        copy[i] = ' ';
        return str_trim(str_make(copy, text.len));
}

static bool is_simple(Str text) {
        for (size_t i = 0; i < text.len; i++)
                if ((unsigned char)text.data[i] >= 0x7F)
                        return false;
        return text.len <= 60 && str_find(text, STR("=?")) < 0;
}

// A text that may stand in a header: as it is where that is harmless, else in encoded words, a line each, cut between characters.
static void add_words(Buf *out, Arena *arena, Str text) {
        for (size_t from = 0; from < text.len;) {
                size_t to = from, next = from;
                while (next < text.len) {
                        (void)utf8_next(text, &next);
                        if (next - from > (from ? WORD_BYTES : FIRST_BYTES))
                                break;
                        to = next;
                }
                if (from)
                        buf_lit(out, "\r\n ");
                buf_lit(out, "=?UTF-8?B?");
                buf_add(out, base64(arena, text.data + from, to - from));
                buf_lit(out, "?=");
                from = to;
        }
}

static void add_text(Buf *out, Arena *arena, Str text) {
        text = plain(arena, text);
        if (is_simple(text))
                buf_add(out, text);
        else
                add_words(out, arena, text);
}

static void add_name(Buf *out, Arena *arena, Str name) {
        name = plain(arena, name);
        if (str_empty(name))
                return;
        bool quoted = is_simple(name);
        if (!quoted) {
                add_words(out, arena, name);
                buf_lit(out, "\r\n");
        }
        for (size_t i = 0; quoted && i <= name.len; i++) {
                if (i == 0)
                        buf_add_char(out, '"');
                if (i == name.len)
                        buf_add_char(out, '"');
                else if (name.data[i] == '"' || name.data[i] == '\\')
                        buf_add_char(out, '\\');
                if (i < name.len)
                        buf_add_char(out, name.data[i]);
        }
        buf_add_char(out, ' ');
}

static void add_address(Buf *out, Arena *arena, Str address) {
        address = plain(arena, address);
        buf_add_char(out, '<');
        for (size_t i = 0; i < address.len; i++)
                if (address.data[i] != '<' && address.data[i] != '>' && address.data[i] != ' ')
                        buf_add_char(out, address.data[i]);
        buf_add_char(out, '>');
}

static void add_date(Buf *out, int64_t at_ms) {
        static const char *const days[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
        static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
        Civil civil = civil_from_ms(at_ms);
        int weekday = date_weekday(date_from_civil(civil.year, civil.month, civil.day));
        buf_format(out, "%s, %d %s %04d %02d:%02d:%02d +0000", days[weekday - 1], civil.day, months[civil.month - 1], civil.year, civil.hour, civil.minute, civil.second);
}

static void add_part(Buf *out, Arena *arena, Str boundary, const char *type, Str content) {
        buf_format(out, "--" STR_FMT "\r\nContent-Type: %s; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n", STR_ARG(boundary), type);
        for (size_t at = 0; at < content.len; at += LINE_BYTES) {
                size_t more = content.len - at < LINE_BYTES ? content.len - at : LINE_BYTES;
                buf_add(out, base64(arena, content.data + at, more));
                buf_lit(out, "\r\n");
        }
}

static Str boundary_new(Arena *arena) {
        unsigned char random[BOUNDARY_BYTES];
        char text[BOUNDARY_BYTES * 2 + 1];
        os_random(random, sizeof random);
        sodium_bin2hex(text, sizeof text, random, sizeof random);
        return str_format(arena, "=_%s", text);
}

Str mime_message(Context *context, const MimeHead *head, Str text, Str html) {
        Arena *arena = context->arena;
        Buf out = buf_make(arena, MESSAGE_CAP);
        Str boundary = boundary_new(arena);
        buf_lit(&out, "Date: ");
        add_date(&out, head->at_ms);
        buf_lit(&out, "\r\nFrom: ");
        add_name(&out, arena, head->from_name);
        add_address(&out, arena, head->from);
        buf_lit(&out, "\r\nTo: ");
        add_address(&out, arena, head->to);
        buf_lit(&out, "\r\nSubject: ");
        add_text(&out, arena, head->subject);
        buf_format(&out, "\r\nMessage-ID: " STR_FMT, STR_ARG(plain(arena, head->message_id)));
        buf_lit(&out, "\r\nMIME-Version: 1.0\r\nAuto-Submitted: auto-generated\r\nX-Auto-Response-Suppress: All\r\n");
        buf_format(&out, "Content-Type: multipart/alternative; boundary=\"" STR_FMT "\"\r\n\r\n", STR_ARG(boundary));
        add_part(&out, arena, boundary, "text/plain", text);
        add_part(&out, arena, boundary, "text/html", html);
        buf_format(&out, "--" STR_FMT "--\r\n", STR_ARG(boundary));
        return buf_full(&out) ? STR_NONE : buf_str(&out);
}
