// Handing out files that stand in the database in parts: too large to be held in memory.
#pragma once
#include "api/route.h"
#include "record/file.h"

// Puts the parts together in a file beside the database, which is sent and removed. Whether the reader may have it file_get() has said.
Status download_parts(Request *request, const FileInfo *info) MUST_USE;
