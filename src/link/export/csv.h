// Cells of CSV (RFC 4180): what separates is quoted.
#pragma once
#include "base/buf.h"

#define CSV_BOM "\xEF\xBB\xBF"
void csv_cell(Buf *buf, Str text);
// The same for a text that somebody typed: one that a spreadsheet would take for a formula is told apart by an apostrophe before it.
void csv_text_cell(Buf *buf, Str text);
