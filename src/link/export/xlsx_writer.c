// Tables as XLSX through libxlsxwriter, which keeps one row in memory: numbers, dates and times are what they are, the header stays in sight. The finished book
// stands in a file without a name until it is taken from there.
#include "link/export/writer.h"
#include "base/date.h"
#include "base/unicode.h"
#include "os/os.h"
#include "record/file.h"
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>
#include <xlsxwriter.h>

#define TEXT_LARGEST 32767     // characters of a cell
#define NAME_LARGEST 31        // of a sheet
#define EPOCH_DAY 25569        // 1970-01-01 counted as a spreadsheet counts
#define DAY_FIRST 61           // 1900-03-01: before it spreadsheets count a day that never was
#define DAY_MS 86400000.0
#define WIDTH_LARGEST 60
#define MARGIN_LARGEST 200     // of a header or footer, which may have 255 with its commands

typedef enum Look { LOOK_PLAIN, LOOK_HEADER, LOOK_DATE, LOOK_DATETIME, LOOK_PERCENT, LOOK_DECIMALS } Look; // then by number of decimals
#define LOOK_COUNT (LOOK_DECIMALS + 7)

struct ExportWriter {
        lxw_workbook *book;
        lxw_worksheet *sheet;
        lxw_format *looks[LOOK_COUNT];
        ExportSink sink;
        int fd;
        lxw_row_t row;
        Arena *arena;
        Buf cell;
};

// ---- The file

static Status io_failed(Context *context) {
        return error_detail(context, STATUS_IO, "file_unwritable", "%s", strerrordesc_np(errno));
}

static Status open_nameless(Context *context, const char *folder, int *ret) {
        uint64_t number = 0;
        os_random(&number, sizeof number);
        char *path = str_c(context->arena, str_format(context->arena, "%s/export-%016llx", folder, (unsigned long long)number));
        int fd = os_calls()->open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (fd < 0)
                return io_failed(context);
        os_calls()->unlink(path);
        *ret = fd;
        return STATUS_OK;
}

static Status give_file(ExportWriter *writer, Context *context) {
        char *bytes = arena_alloc(writer->arena, FILE_PART);
        if (lseek(writer->fd, 0, SEEK_SET) < 0)
                return io_failed(context);
        for (;;) {
                size_t have = 0;
                while (have < FILE_PART) {
                        ssize_t got = os_calls()->read(writer->fd, bytes + have, FILE_PART - have);
                        if (got < 0 && errno == EINTR)
                                continue;
                        if (got < 0)
                                return io_failed(context);
                        if (got == 0)
                                break;
                        have += (size_t)got;
                }
                if (have)
                        TRY(writer->sink.put(writer->sink.self, context, str_make(bytes, have)));
                if (have < FILE_PART)
                        return STATUS_OK;
        }
}

// ---- The book

static lxw_format *look_of(ExportWriter *writer, Look look, const char *pattern) {
        lxw_format *format = workbook_add_format(writer->book);
        if (pattern)
                format_set_num_format(format, pattern);
        return writer->looks[look] = format;
}

static void make_looks(ExportWriter *writer) {
        static const char *const decimals[] = {"#,##0", "#,##0.0", "#,##0.00", "#,##0.000", "#,##0.0000", "#,##0.00000", "#,##0.000000"};
        lxw_format *header = look_of(writer, LOOK_HEADER, NULL);
        format_set_bold(header);
        format_set_align(header, LXW_ALIGN_VERTICAL_CENTER);
        look_of(writer, LOOK_DATE, "yyyy-mm-dd");
        look_of(writer, LOOK_DATETIME, "yyyy-mm-dd hh:mm:ss");
        look_of(writer, LOOK_PERCENT, "0.00%");
        for (int i = 0; i < 7; i++)
                look_of(writer, (Look)(LOOK_DECIMALS + i), decimals[i]);
}

// Without what a sheet's name may not have, and not longer than it may be.
static char *sheet_name(Arena *arena, Str name) {
        Buf buf = buf_make(arena, 256);
        size_t at = 0;
        for (int i = 0; i < NAME_LARGEST && at < name.len; i++) {
                size_t from = at;
                uint32_t c = utf8_next(name, &at);
                bool refused = c < ' ' || (c < 128 && strchr("[]:*?/\\'", (int)c));
                if (!refused)
                        buf_add(&buf, str_slice(name, from, at));
        }
        return str_c(arena, buf.len ? buf_str(&buf) : STR("Sheet1"));
}

static void free_xlsx(ExportWriter *writer) {
        if (!writer)
                return;
        if (writer->book)
                lxw_workbook_free(writer->book);
        if (writer->fd >= 0)
                close(writer->fd);
        arena_free(writer->arena);
}

// In header and footer "&" begins a command; what is too long for one is cut off.
static const char *margin_text(Arena *arena, const char *side, Str text, const char *more) {
        Buf buf = buf_make(arena, 4096);
        buf_add(&buf, str_from(side));
        size_t at = 0;
        for (int units = 0; at < text.len && units < MARGIN_LARGEST;) {
                size_t from = at;
                uint32_t c = utf8_next(text, &at);
                units += c > 0xFFFF || c == '&' ? 2 : 1;
                if (c == '&')
                        buf_add_char(&buf, '&');
                buf_add(&buf, str_slice(text, from, at));
        }
        buf_add(&buf, str_from(more));
        return str_c(arena, buf_str(&buf));
}

static void put_mark(ExportWriter *writer, Arena *arena, const ExportMark *mark) {
        lxw_doc_properties properties = {.title = str_c(arena, mark->name), .author = str_c(arena, mark->person), .comments = str_c(arena, mark->text), .keywords = str_c(arena, mark->property)};
        workbook_set_properties(writer->book, &properties);
        workbook_set_custom_property_string(writer->book, "haike_export", str_c(arena, mark->property));
        worksheet_set_header(writer->sheet, margin_text(arena, "&C", mark->text, ""));
        worksheet_set_footer(writer->sheet, margin_text(arena, "&L", mark->text, "&R&P / &N"));
}

static Status open_xlsx(Context *context, Arena *arena, const ExportMark *mark, const char *folder, ExportSink sink, ExportWriter **ret) {
        ExportWriter *writer = arena_new_of(arena, ExportWriter);
        *writer = (ExportWriter){.fd = -1, .arena = arena_new(0), .sink = sink};
        *ret = writer;
        writer->cell = buf_make(writer->arena, EXPORT_BUFFER_CAP);
        TRY(open_nameless(context, folder, &writer->fd));
        lxw_workbook_options options = {.constant_memory = LXW_TRUE, .tmpdir = str_c(arena, str_from(folder))};
        writer->book = workbook_new_opt(str_format(arena, "/proc/self/fd/%d", writer->fd).data, &options);
        if (writer->book)
                writer->sheet = workbook_add_worksheet(writer->book, sheet_name(arena, mark->name));
        if (!writer->sheet)
                return io_failed(context);
        put_mark(writer, arena, mark);
        make_looks(writer);
        worksheet_freeze_panes(writer->sheet, 1, 0);
        return STATUS_OK;
}

// ---- Cells

static const FieldType *type_of(const Field *field) {
        return field->result ? field->result : field->type;
}

static bool is_wide(uint32_t c) {
        return c >= 0x1100 && (c <= 0x115F || (c >= 0x2E80 && c <= 0xA4CF) || (c >= 0xAC00 && c <= 0xD7A3) || (c >= 0xF900 && c <= 0xFAFF) || (c >= 0xFE30 && c <= 0xFE6F) ||
                                (c >= 0xFF00 && c <= 0xFF60) || c >= 0x20000);
}

static double label_width(Str label) {
        double width = 3;
        for (size_t at = 0; at < label.len;)
                width += is_wide(utf8_next(label, &at)) ? 2.1 : 1.1;
        return width;
}

// As wide as the label needs, and as values of the kind usually are.
static double column_width(Str label, const Field *field) {
        static const struct { const char *type; double width; } usual[] = {
                {"long_text", 50}, {"address", 36}, {"date", 12}, {"datetime", 20}, {"money", 16}, {"number", 12}, {"integer", 10}, {"percent", 10}, {"boolean", 8}, {"email", 28}, {"url", 32}, {"phone", 18},
        };
        double width = field->role == FIELD_NAME ? 30 : 16, label_needs = label_width(label);
        for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
                if (strcmp(type_of(field)->name, usual[i].type) == 0)
                        width = usual[i].width;
        width = label_needs > width ? label_needs : width;
        return width < WIDTH_LARGEST ? width : WIDTH_LARGEST;
}

static Status check(Context *context, lxw_error error) {
        return error == LXW_NO_ERROR ? STATUS_OK : error_detail(context, STATUS_IO, "file_unwritable", "%s", lxw_strerror(error));
}

// What XML cannot hold is left out; what a cell cannot hold is cut off.
static const char *cell_text(ExportWriter *writer, Str text) {
        buf_reset(&writer->cell);
        size_t at = 0;
        for (int units = 0; at < text.len && units < TEXT_LARGEST - 1;) {
                size_t from = at;
                uint32_t c = utf8_next(text, &at);
                units += c > 0xFFFF ? 2 : 1;
                if (c != 0 && c != 0xFFFE && c != 0xFFFF)
                        buf_add(&writer->cell, str_slice(text, from, at));
        }
        buf_add_char(&writer->cell, '\0');
        return writer->cell.data;
}

static Status put_text(ExportWriter *writer, Context *context, lxw_col_t column, Str text, Look look) {
        if (str_empty(text))
                return STATUS_OK;
        const char *terminated = cell_text(writer, text);
        if (buf_full(&writer->cell))
                return error_set(context, STATUS_TOO_LARGE, "too_large");
        return check(context, worksheet_write_string(writer->sheet, writer->row, column, terminated, writer->looks[look]));
}

static Look number_look(const Field *field) {
        const char *type = type_of(field)->name;
        if (strcmp(type, "percent") == 0)
                return LOOK_PERCENT;
        if (strcmp(type, "money") == 0)
                return (Look)(LOOK_DECIMALS + (field->decimals >= 0 && field->decimals <= 6 ? field->decimals : 6));
        return LOOK_PLAIN;
}

// The moment as the organisation's clocks showed it: spreadsheets know no zones.
static double local_days(const Field *field, int64_t ms) {
        const Zone *zone = field->object && field->object->catalog ? field->object->catalog->zone : NULL;
        return (double)(ms + (zone ? zone_offset_ms(zone, ms) : 0)) / DAY_MS + EPOCH_DAY;
}

static Status put_number(ExportWriter *writer, Context *context, lxw_col_t column, double number, Look look) {
        return check(context, worksheet_write_number(writer->sheet, writer->row, column, number, writer->looks[look]));
}

static Status put_value(ExportWriter *writer, Context *context, lxw_col_t column, const Field *field, Value value) {
        double days = value.kind == VALUE_DATE ? (double)value.day + EPOCH_DAY : value.kind == VALUE_DATETIME ? local_days(field, value.ms) : 0;
        if (value.kind == VALUE_INTEGER)
                return put_number(writer, context, column, (double)value.integer, LOOK_PLAIN);
        if (value.kind == VALUE_NUMBER)
                return put_number(writer, context, column, (double)((long double)value.number.units / DECIMAL_SCALE), number_look(field));
        if (days >= DAY_FIRST)
                return put_number(writer, context, column, days, value.kind == VALUE_DATE ? LOOK_DATE : LOOK_DATETIME);
        Buf text = buf_make(context->arena, EXPORT_BUFFER_CAP);
        field_text(&text, field, context->lang, value);
        return put_text(writer, context, column, buf_str(&text), LOOK_PLAIN);
}

static Status header(ExportWriter *writer, Context *context, const RecordTable *table, size_t columns) {
        for (size_t i = 0; i < columns; i++) {
                Str label = record_table_label(table, i);
                lxw_col_t at = (lxw_col_t)i;
                TRY(check(context, worksheet_set_column(writer->sheet, at, at, column_width(label, record_table_field(table, i)), NULL)));
                TRY(put_text(writer, context, at, label, LOOK_HEADER));
        }
        writer->row++;
        return STATUS_OK;
}

static Status row(ExportWriter *writer, Context *context, const RecordTable *table, const RecordCell *cells, size_t columns) {
        for (size_t i = 0; i < columns; i++) {
                if (value_is_null(cells[i].value))
                        TRY(put_text(writer, context, (lxw_col_t)i, cells[i].text, LOOK_PLAIN));
                else
                        TRY(put_value(writer, context, (lxw_col_t)i, record_table_field(table, i), cells[i].value));
        }
        writer->row++;
        return STATUS_OK;
}

static Status finish(ExportWriter *writer, Context *context) {
        lxw_error error = workbook_close(writer->book); // frees it, whatever comes of it
        writer->book = NULL;
        TRY(check(context, error));
        return give_file(writer, context);
}

const ExportFormatType export_xlsx = {.extension = "xlsx", .media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", .open = open_xlsx, .header = header, .row = row, .finish = finish, .free = free_xlsx};
