// Bytes of a delimited text file → rows of UTF-8 cells: encoding by BOM, then by validity (UTF-8, else GB18030); delimiter by what the header line holds most of.
#include "base/unicode.h"
#include "link/import/import.h"
#include <stdlib.h>
#include <unicode/ucnv.h>

#define CELL_LIMIT (4u << 20)
#define COLUMN_LIMIT 500

// ---- Encoding

static Status convert(Context *context, Str bytes, const char *encoding, Str *ret) {
        UErrorCode error = U_ZERO_ERROR;
        size_t capacity = bytes.len * 3 + 16;
        char *text = arena_alloc(context->arena, capacity);
        int32_t length = ucnv_convert("UTF-8", encoding, text, (int32_t)capacity, bytes.data, (int32_t)bytes.len, &error);
        if (U_FAILURE(error) || length < 0)
                return error_set(context, STATUS_INVALID, "bad_encoding");
        *ret = str_make(text, (size_t)length);
        return STATUS_OK;
}

static Status decode(Context *context, Str bytes, Table *table, Str *ret) {
        if (bytes.len > 256u << 20)
                return error_set(context, STATUS_TOO_LARGE, "body_too_large");
        if (str_starts(bytes, STR("\xEF\xBB\xBF"))) {
                table->encoding = STR("utf-8");
                *ret = str_slice(bytes, 3, bytes.len);
        } else if (str_starts(bytes, STR("\xFF\xFE"))) {
                table->encoding = STR("utf-16le");
                return convert(context, str_slice(bytes, 2, bytes.len), "UTF-16LE", ret);
        } else if (str_starts(bytes, STR("\xFE\xFF"))) {
                table->encoding = STR("utf-16be");
                return convert(context, str_slice(bytes, 2, bytes.len), "UTF-16BE", ret);
        } else if (utf8_valid(bytes)) {
                table->encoding = STR("utf-8");
                *ret = bytes;
        } else {
                table->encoding = STR("gb18030");
                return convert(context, bytes, "gb18030", ret);
        }
        return utf8_valid(*ret) ? STATUS_OK : error_set(context, STATUS_INVALID, "bad_encoding");
}

static char find_delimiter(Str text) {
        static const char candidates[] = {',', ';', '\t', '|'};
        size_t counts[sizeof candidates] = {0}, best = 0;
        bool quoted = false;
        for (size_t i = 0; i < text.len && (quoted || (text.data[i] != '\n' && text.data[i] != '\r')); i++) {
                if (text.data[i] == '"')
                        quoted = !quoted;
                for (size_t k = 0; !quoted && k < sizeof candidates; k++)
                        if (text.data[i] == candidates[k])
                                counts[k]++;
        }
        for (size_t k = 1; k < sizeof candidates; k++)
                if (counts[k] > counts[best])
                        best = k;
        return candidates[best];
}

// ---- Cells

typedef struct Reader {
        Context *context;
        Str text;
        size_t at;
        int line;
        char delimiter;
        Str *cells;
        size_t count, capacity;
} Reader;

static void add_cell(Reader *reader, Str cell) {
        if (reader->count == reader->capacity) {
                size_t capacity = reader->capacity ? reader->capacity * 2 : 16;
                Str *cells = arena_array(reader->context->arena, Str, capacity);
                if (reader->count)
                        memcpy(cells, reader->cells, reader->count * sizeof *cells);
                reader->cells = cells;
                reader->capacity = capacity;
        }
        reader->cells[reader->count++] = cell;
}

static Status bad_quotes(Reader *reader, int line) {
        return error_set(reader->context, STATUS_INVALID, "bad_csv", str_format(reader->context->arena, "%d", line));
}

static Status read_quoted(Reader *reader, Str *ret) {
        int first_line = reader->line;
        Buf cell = buf_make(reader->context->arena, CELL_LIMIT);
        for (reader->at++; reader->at < reader->text.len; reader->at++) {
                char c = reader->text.data[reader->at];
                if (c == '"') {
                        if (reader->at + 1 >= reader->text.len || reader->text.data[reader->at + 1] != '"') {
                                reader->at++;
                                *ret = buf_str(&cell);
                                return buf_full(&cell) ? bad_quotes(reader, first_line) : STATUS_OK;
                        }
                        reader->at++;
                }
                if (c == '\n')
                        reader->line++;
                buf_add_char(&cell, c);
        }
        return bad_quotes(reader, first_line);
}

static bool at_end_of_cell(const Reader *reader) {
        if (reader->at >= reader->text.len)
                return true;
        char c = reader->text.data[reader->at];
        return c == reader->delimiter || c == '\n' || c == '\r';
}

static Status read_cell(Reader *reader) {
        Str cell = STR_NONE;
        if (reader->at < reader->text.len && reader->text.data[reader->at] == '"') {
                TRY(read_quoted(reader, &cell));
                if (!at_end_of_cell(reader))
                        return bad_quotes(reader, reader->line);
        } else {
                size_t from = reader->at;
                while (!at_end_of_cell(reader))
                        reader->at++;
                cell = str_slice(reader->text, from, reader->at);
        }
        add_cell(reader, cell);
        return STATUS_OK;
}

// One record; *ret_more is false at the end of the text.
static Status read_row(Reader *reader, bool *ret_more) {
        reader->cells = NULL;
        reader->count = reader->capacity = 0;
        *ret_more = reader->at < reader->text.len;
        if (!*ret_more)
                return STATUS_OK;
        for (;;) {
                TRY(read_cell(reader));
                if (reader->count > COLUMN_LIMIT)
                        return error_set(reader->context, STATUS_INVALID, "too_many_columns");
                if (reader->at >= reader->text.len)
                        return STATUS_OK;
                char c = reader->text.data[reader->at++];
                if (c == reader->delimiter)
                        continue;
                if (c == '\r' && reader->at < reader->text.len && reader->text.data[reader->at] == '\n')
                        reader->at++;
                reader->line++;
                return STATUS_OK;
        }
}

static bool blank_row(const Reader *reader) {
        return reader->count == 1 && str_empty(str_trim(reader->cells[0]));
}

static void keep_row(Table *table, const Reader *reader, int line, size_t *capacity) {
        Arena *arena = reader->context->arena;
        if (table->rows_count == *capacity) {
                size_t more = *capacity ? *capacity * 2 : 256;
                Str **rows = arena_array(arena, Str *, more);
                int *lines = arena_array(arena, int, more);
                if (table->rows_count) {
                        memcpy(rows, table->rows, table->rows_count * sizeof *rows);
                        memcpy(lines, table->lines, table->rows_count * sizeof *lines);
                }
                table->rows = rows;
                table->lines = lines;
                *capacity = more;
        }
        Str *cells = arena_array(arena, Str, table->columns_count);
        memcpy(cells, reader->cells, (reader->count < table->columns_count ? reader->count : table->columns_count) * sizeof *cells);
        table->lines[table->rows_count] = line;
        table->rows[table->rows_count++] = cells;
}

Status table_read(Context *context, Str bytes, Table *ret) {
        *ret = (Table){0};
        Str text = STR_NONE;
        TRY(decode(context, bytes, ret, &text));
        ret->delimiter = find_delimiter(text);
        Reader reader = {.context = context, .text = text, .line = 1, .delimiter = ret->delimiter};
        bool more = true;
        do {
                TRY(read_row(&reader, &more));
        } while (more && blank_row(&reader));
        if (!more)
                return error_set(context, STATUS_INVALID, "empty_file");
        ret->columns = reader.cells;
        ret->columns_count = reader.count;
        for (size_t i = 0; i < ret->columns_count; i++)
                ret->columns[i] = str_trim(ret->columns[i]);
        size_t capacity = 0;
        for (;;) {
                int line = reader.line;
                TRY(read_row(&reader, &more));
                if (!more)
                        return STATUS_OK;
                if (!blank_row(&reader))
                        keep_row(ret, &reader, line, &capacity);
                if (arena_over(context->arena))
                        return error_set(context, STATUS_TOO_LARGE, "body_too_large");
        }
}
