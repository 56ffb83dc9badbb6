// Files that are linked into the binary: definitions ("objects/customer/object.json") and the browser interface ("web/index.html").
#pragma once
#include "base/str.h"

typedef struct Asset {
        const char *path;         // sorted by it, bytewise
        const unsigned char *data;
        size_t size;
        const unsigned char *gzip; // the same, compressed; NULL where that is not smaller
        size_t gzip_size;
        const unsigned char *brotli; // likewise
        size_t brotli_size;
        const char *content_type;
        const char *etag;         // with its quotes; a hash of the content
} Asset;

extern const Asset assets[];
extern const size_t assets_count;

const Asset *asset_find(Str path); // NULL: there is none
// All whose path starts so and ends so, in order: calls each. e.g. asset_each(STR("objects/"), STR("/object.json"), …)
void asset_each(Str prefix, Str suffix, void (*each)(void *arg, const Asset *asset), void *arg);
static inline Str asset_bytes(const Asset *asset) { return (Str){(const char *)asset->data, asset->size}; }
