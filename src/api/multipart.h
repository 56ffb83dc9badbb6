// multipart/form-data (RFC 7578) in memory: parts as views of the body.
#pragma once
#include "base/context.h"

#define MULTIPART_PARTS 32

typedef struct Part { Str name, file_name, type, content; } Part;
typedef struct Multipart { Part parts[MULTIPART_PARTS]; size_t count; } Multipart;

Status multipart_parse(Context *context, Str content_type, Str body, Multipart *ret) MUST_USE; // STATUS_MALFORMED "bad_multipart"
const Part *multipart_find(const Multipart *multipart, const char *name);                     // NULL: none
