// Putting what somebody typed into a filter or a name of the directory, so that it stays a value there.
#include "link/ldap/ldap.h"

static void add_hex(Buf *buf, unsigned char c) {
        buf_format(buf, "\\%02x", c);
}

static void add_filter_value(Buf *buf, Str value) {
        for (size_t i = 0; i < value.len; i++) {
                unsigned char c = (unsigned char)value.data[i];
                if (c == '*' || c == '(' || c == ')' || c == '\\' || c < ' ' || c == 0x7F)
                        add_hex(buf, c);
                else
                        buf_add_char(buf, (char)c);
        }
}

static void add_dn_value(Buf *buf, Str value) {
        for (size_t i = 0; i < value.len; i++) {
                unsigned char c = (unsigned char)value.data[i];
                bool edge = (i == 0 && (c == ' ' || c == '#')) || (i == value.len - 1 && c == ' ');
                if (c < ' ' || c == 0x7F || edge || memchr(",+\"\\<>;=", c, 8))
                        add_hex(buf, c);
                else
                        buf_add_char(buf, (char)c);
        }
}

static Str fill(Arena *arena, Str template, Str login, Str dn, void (*add)(Buf *buf, Str value)) {
        const Str login_place = STR("{login}"), dn_place = STR("{dn}");
        Buf buf = buf_make(arena, 16 * 1024);
        while (template.len) {
                bool is_login = str_starts(template, login_place), is_dn = str_starts(template, dn_place);
                if (is_login)
                        add(&buf, login);
                else if (is_dn)
                        add(&buf, dn);
                else
                        buf_add_char(&buf, template.data[0]);
                template = str_slice(template, is_login ? login_place.len : is_dn ? dn_place.len : 1, template.len);
        }
        return buf_full(&buf) ? STR("") : buf_str(&buf);
}

Str ldap_filter_text(Arena *arena, Str template, Str login, Str dn) {
        return fill(arena, template, login, dn, add_filter_value);
}

Str ldap_dn_text(Arena *arena, Str template, Str login) {
        return fill(arena, template, login, STR("{dn}"), add_dn_value);
}
