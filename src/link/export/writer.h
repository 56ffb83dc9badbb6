// Inside src/link/export only: a table is written row by row in one of the formats. What comes out goes into a file in parts.
#pragma once
#include "link/export/export.h"
#include "record/bulk.h"

// Takes the finished bytes, in order.
typedef struct ExportSink { Status (*put)(void *self, Context *context, Str bytes); void *self; } ExportSink;

// Whose export it is: said in every page and property of a workbook. A table of plain text has no place for it that is not data, so there the file's name and the log say it.
typedef struct ExportMark {
        Str name;      // of the table
        Str person, text, property; // "Exported by …", "Haike export 12"
} ExportMark;

typedef struct ExportWriter ExportWriter;
typedef struct ExportFormatType {
        const char *extension, *media_type;
        // The writer lives in the arena, which is the job's; folder: where it may put what does not fit into memory.
        Status (*open)(Context *context, Arena *arena, const ExportMark *mark, const char *folder, ExportSink sink, ExportWriter **ret);
        Status (*header)(ExportWriter *writer, Context *context, const RecordTable *table, size_t columns);
        Status (*row)(ExportWriter *writer, Context *context, const RecordTable *table, const RecordCell *cells, size_t columns);
        Status (*finish)(ExportWriter *writer, Context *context);
        void (*free)(ExportWriter *writer); // after finish, or instead of it
} ExportFormatType;

extern const ExportFormatType export_csv, export_xlsx;

#define EXPORT_BUFFER_CAP (64u << 20) // what the cells of some hundred rows may come to
