// Cells of CSV: quoting, and keeping spreadsheets from running what is only text.
#include "link/export/csv.h"

void csv_cell(Buf *buf, Str text) {
        bool plain = true;
        for (size_t i = 0; i < text.len && plain; i++)
                plain = text.data[i] != ',' && text.data[i] != '"' && text.data[i] != '\n' && text.data[i] != '\r';
        if (plain) {
                buf_add(buf, text);
                return;
        }
        buf_add_char(buf, '"');
        for (size_t i = 0; i < text.len; i++) {
                if (text.data[i] == '"')
                        buf_add_char(buf, '"');
                buf_add_char(buf, text.data[i]);
        }
        buf_add_char(buf, '"');
}

// Signs by which a formula begins, the full-width ones that East Asian spreadsheets take too, and what is skipped before them.
static bool begins_formula(Str text) {
        static const char *const signs[] = {"=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", NULL};
        for (const char *const *sign = signs; *sign; sign++)
                if (str_starts(text, str_from(*sign)))
                        return true;
        return false;
}

void csv_text_cell(Buf *buf, Str text) {
        if (!begins_formula(text)) {
                csv_cell(buf, text);
                return;
        }
        Buf safe = buf_make(buf->arena, text.len + 1);
        buf_add_char(&safe, '\'');
        buf_add(&safe, text);
        csv_cell(buf, buf_str(&safe));
}
