// Fuzzes the reading of delimited files in every encoding: whatever comes out is UTF-8, in rows that have a cell for each column.
#include "base/unicode.h"
#include "link/import/import.h"

static void look_at(const Table *table) {
        ensure(table->columns_count > 0 && table->encoding.len && table->delimiter);
        for (size_t i = 0; i < table->columns_count; i++)
                ensure(utf8_valid(table->columns[i]));
        for (size_t i = 0; i < table->rows_count; i++) {
                ensure(table->lines[i] > 0 && (i == 0 || table->lines[i] > table->lines[i - 1]));
                for (size_t k = 0; k < table->columns_count; k++)
                        ensure(utf8_valid(table->rows[i][k]));
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        ARENA_CLEANUP Arena *arena = arena_new(64 << 20);
        Context context;
        context_init(&context, arena, LANG_EN, 0);
        Table table;
        Status status = table_read(&context, str_make((const char *)data, size), &table);
        ensure(status == STATUS_OK || status == STATUS_INVALID || status == STATUS_TOO_LARGE);
        ensure(status == STATUS_OK || context.error.code);
        if (status == STATUS_OK)
                look_at(&table);
        return 0;
}
