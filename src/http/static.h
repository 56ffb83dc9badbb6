// Sends what is linked into the binary (base/asset.h).
#pragma once
#include "base/asset.h"
#include "http/http.h"

// Fills the response: 304 where If-None-Match has it, compressed where the client takes that. immutable: the name changes with the content (hashed file
// names), browsers never ask again; otherwise they ask each time.
void http_respond_asset(HttpRequest *request, const Asset *asset, bool immutable);
// Whether a header like "gzip, br;q=0.5, *;q=0" accepts the coding.
bool http_accepts_coding(Str header, const char *coding);
