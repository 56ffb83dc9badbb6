// Tables as CSV: UTF-8 with its mark, lines ended by CR LF. Kept in memory only until there is enough for a part.
#include "link/export/csv.h"
#include "link/export/writer.h"
#include "record/file.h"

struct ExportWriter {
        Arena *arena;  // of what is not given away yet
        Buf buf, cell;
        ExportSink sink;
};

static Status give(ExportWriter *writer, Context *context) {
        if (buf_full(&writer->buf) || buf_full(&writer->cell))
                return error_set(context, STATUS_TOO_LARGE, "too_large");
        Str rest = buf_str(&writer->buf);
        while (rest.len) {
                TRY(writer->sink.put(writer->sink.self, context, str_slice(rest, 0, FILE_PART)));
                rest = str_slice(rest, FILE_PART, rest.len);
        }
        buf_reset(&writer->buf);
        return STATUS_OK;
}

static Status open_csv(Context *context, Arena *arena, const ExportMark *mark, const char *folder, ExportSink sink, ExportWriter **ret) {
        (void)context;
        (void)mark;
        (void)folder;
        ExportWriter *writer = arena_new_of(arena, ExportWriter);
        writer->arena = arena_new(0);
        writer->buf = buf_make(writer->arena, EXPORT_BUFFER_CAP);
        writer->cell = buf_make(writer->arena, EXPORT_BUFFER_CAP);
        writer->sink = sink;
        *ret = writer;
        return STATUS_OK;
}

static Status header(ExportWriter *writer, Context *context, const RecordTable *table, size_t columns) {
        (void)context;
        buf_lit(&writer->buf, CSV_BOM);
        for (size_t i = 0; i < columns; i++) {
                if (i)
                        buf_add_char(&writer->buf, ',');
                csv_text_cell(&writer->buf, record_table_label(table, i));
        }
        buf_lit(&writer->buf, "\r\n");
        return STATUS_OK;
}

static Status row(ExportWriter *writer, Context *context, const RecordTable *table, const RecordCell *cells, size_t columns) {
        for (size_t i = 0; i < columns; i++) {
                const RecordCell *cell = &cells[i];
                if (i)
                        buf_add_char(&writer->buf, ',');
                buf_reset(&writer->cell);
                if (!value_is_null(cell->value))
                        field_text(&writer->cell, record_table_field(table, i), context->lang, cell->value);
                else
                        buf_add(&writer->cell, cell->text);
                if (value_is_null(cell->value) || cell->value.kind == VALUE_TEXT)
                        csv_text_cell(&writer->buf, buf_str(&writer->cell));
                else
                        csv_cell(&writer->buf, buf_str(&writer->cell));
        }
        buf_lit(&writer->buf, "\r\n");
        return writer->buf.len >= FILE_PART ? give(writer, context) : STATUS_OK;
}

static Status finish(ExportWriter *writer, Context *context) {
        return give(writer, context);
}

static void free_csv(ExportWriter *writer) {
        if (writer)
                arena_free(writer->arena);
}

const ExportFormatType export_csv = {.extension = "csv", .media_type = "text/csv", .open = open_csv, .header = header, .row = row, .finish = finish, .free = free_csv};
