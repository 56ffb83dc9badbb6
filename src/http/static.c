// Answers with files that are linked into the binary: conditional, compressed once at build time.
#include "http/static.h"
#include <strings.h>

static bool quality_zero(Str parameters) {
        ptrdiff_t at = str_find(parameters, STR("q="));
        if (at < 0)
                return false;
        Str quality = str_trim(str_slice(parameters, (size_t)at + 2, parameters.len));
        for (size_t i = 0; i < quality.len; i++)
                if (quality.data[i] != '0' && quality.data[i] != '.')
                        return false;
        return quality.len > 0;
}

bool http_accepts_coding(Str header, const char *coding) {
        Str part;
        bool any = false;
        while (str_cut(&header, ',', &part)) {
                ptrdiff_t semicolon = str_find_char(part, ';');
                Str name = str_trim(semicolon < 0 ? part : str_slice(part, 0, (size_t)semicolon));
                bool taken = semicolon < 0 || !quality_zero(str_slice(part, (size_t)semicolon, part.len));
                if (name.len == strlen(coding) && strncasecmp(name.data, coding, name.len) == 0)
                        return taken;
                if (str_is(name, "*"))
                        any = taken;
        }
        return any;
}

static bool etag_listed(Str header, Str etag) {
        Str part;
        while (str_cut(&header, ',', &part)) {
                part = str_trim(part);
                if (str_starts(part, STR("W/")))
                        part = str_slice(part, 2, part.len);
                if (str_is(part, "*") || str_eq(part, etag))
                        return true;
        }
        return false;
}

void http_respond_asset(HttpRequest *request, const Asset *asset, bool immutable) {
        Str etag = str_from(asset->etag);
        http_respond_header(request, "ETag", etag);
        http_respond_header(request, "Cache-Control", immutable ? STR("public, max-age=31536000, immutable") : STR("no-cache"));
        request->content_type = str_from(asset->content_type);
        if (asset->gzip || asset->brotli)
                http_respond_header(request, "Vary", STR("Accept-Encoding"));
        if (etag_listed(http_header(request, "if-none-match"), etag)) {
                request->status = 304;
                return;
        }
        request->status = 200;
        request->response = asset_bytes(asset);
        Str accepted = http_header(request, "accept-encoding");
        if (asset->brotli && http_accepts_coding(accepted, "br")) {
                http_respond_header(request, "Content-Encoding", STR("br"));
                request->response = str_make((const char *)asset->brotli, asset->brotli_size);
        } else if (asset->gzip && http_accepts_coding(accepted, "gzip")) {
                http_respond_header(request, "Content-Encoding", STR("gzip"));
                request->response = str_make((const char *)asset->gzip, asset->gzip_size);
        }
}
