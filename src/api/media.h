// What a file is, judged by its first bytes; what whoever sent it says of it counts for nothing.
#pragma once
#include "base/str.h"

typedef enum MediaKind { MEDIA_OTHER, MEDIA_IMAGE, MEDIA_PDF, MEDIA_TEXT } MediaKind;
typedef struct Media { MediaKind kind; const char *type; } Media; // type: Content-Type

Media media_of(Str content);

// Part of a content that "Range: bytes=…" asks for. RANGE_WHOLE: none, several, or not understood; RANGE_NONE: nothing of it is there (416).
typedef enum RangeKind { RANGE_WHOLE, RANGE_PART, RANGE_NONE } RangeKind;
RangeKind range_parse(Str header, size_t size, size_t *ret_from, size_t *ret_to); // to: behind the last byte
