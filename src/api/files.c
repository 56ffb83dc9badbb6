// POST /api/v1/files and GET …/{id}: uploads that records can point at, handed out so that a browser may show them and never runs them.
#include "api/download.h"
#include "api/media.h"
#include "api/multipart.h"
#include "api/route.h"
#include "record/file.h"

#define FILE_POLICY "default-src 'none'; frame-ancestors 'self'; sandbox"

typedef struct Upload { Part part; int64_t id; } Upload;

static void write_info(JsonWriter *w, const FileInfo *info) {
        json_open_object(w);
        json_put_int(w, "id", info->id);
        json_put_str(w, "name", info->name);
        json_put_int(w, "size", info->size);
        json_put_str(w, "type", info->type);
        json_close_object(w);
}

static Status store_upload(Request *request) {
        Upload *upload = request->prepared;
        Str type = str_empty(upload->part.type) ? STR("application/octet-stream") : upload->part.type;
        TRY(file_add(&request->call, upload->part.file_name, type, upload->part.content, &upload->id));
        FileInfo info = {.id = upload->id, .size = (int64_t)upload->part.content.len, .name = upload->part.file_name, .type = type};
        write_info(&request->w, &info);
        request->status = 201;
        return STATUS_OK;
}

static Status only_signed_in(Request *request) {
        (void)request;
        return STATUS_OK;
}

static Status files_post(Request *request) {
        Context *context = &request->context;
        TRY(request_read(request, only_signed_in));
        Str body = request->http->body;
        if (request->http->body_path.len)
                TRY(file_read(context, str_c(context->arena, request->http->body_path), FILE_LIMIT + 65536, &body));
        Multipart *multipart = arena_new_of(context->arena, Multipart);
        TRY(multipart_parse(context, http_header(request->http, "Content-Type"), body, multipart));
        const Part *part = multipart_find(multipart, "file");
        if (!part || str_empty(part->file_name))
                return error_add(context, STR("file"), "no_file");
        if (part->content.len > FILE_LIMIT)
                return error_set(context, STATUS_TOO_LARGE, "upload_too_large", STR("25"));
        Upload *upload = arena_new_of(context->arena, Upload);
        upload->part = *part;
        request->prepared = upload;
        request->identity = str_format(context->arena, STR_FMT "\n" STR_FMT "\n" STR_FMT, STR_ARG(part->file_name), STR_ARG(part->type), STR_ARG(request_hash(context->arena, part->content)));
        return request_write(request, store_upload);
}

static Str percent_encoded(Arena *arena, Str text) {
        Buf out = buf_make(arena, 8192);
        for (size_t i = 0; i < text.len; i++)
                buf_format(&out, "%%%02X", (unsigned char)text.data[i]);
        return buf_str(&out);
}

static Status read_file(Request *request) {
        FileInfo *info = request->prepared;
        TRY(request_id(request, 0));
        return file_get(&request->call, request->id, true, info);
}

static void send_range(Request *request, Str content) {
        HttpRequest *http = request->http;
        size_t from = 0, to = content.len;
        RangeKind kind = range_parse(http_header(http, "Range"), content.len, &from, &to);
        http_respond_header(http, "Accept-Ranges", STR("bytes"));
        if (kind == RANGE_NONE) {
                request->status = 416;
                http_respond_header(http, "Content-Range", str_format(http->arena, "bytes */%zu", content.len));
                return;
        }
        if (kind == RANGE_PART) {
                request->status = 206;
                http_respond_header(http, "Content-Range", str_format(http->arena, "bytes %zu-%zu/%zu", from, to - 1, content.len));
        }
        buf_add(&request->out, str_slice(content, from, to));
}

static Str ending_of(Str name) {
        size_t at = name.len;
        while (at > 0 && name.data[at - 1] != '.')
                at--;
        return str_slice(name, at, name.len);
}

// An attachment may be called otherwise than its file: "name" says how it is saved. What it is stays, so the ending must be the file's.
static Str saved_as(const Request *request, const FileInfo *info) {
        Str wanted = request_query(request, "name");
        bool fits = wanted.len && wanted.len <= 1000 && str_eq(ending_of(wanted), ending_of(info->name));
        for (size_t i = 0; fits && i < wanted.len; i++)
                fits = (unsigned char)wanted.data[i] >= 0x20 && wanted.data[i] != '/' && wanted.data[i] != '\\';
        return fits ? wanted : info->name;
}

// Files in parts are exports: fetching one is taking data out.
static Status tell_download(Request *request) {
        const FileInfo *info = request->prepared;
        Buf detail = buf_make(request->context.arena, 8192);
        JsonWriter w = json_writer(&detail);
        json_open_object(&w);
        json_put_int(&w, "file", info->id);
        json_put_str(&w, "name", info->name);
        json_put_int(&w, "size", info->size);
        json_close_object(&w);
        return record_audit(&request->call, "export.download", NULL, 0, buf_str(&detail));
}

// Pictures are always shown, documents and texts where they are asked for in place; all else is saved. The sandbox takes scripts, forms and the origin away from whatever
// it is; browsers' own viewers of PDF open in it all the same.
static Status files_get(Request *request) {
        HttpRequest *http = request->http;
        FileInfo *info = arena_new_of(http->arena, FileInfo);
        request->prepared = info;
        TRY(request_read(request, read_file));
        Media media = media_of(info->content);
        bool shown = media.kind == MEDIA_IMAGE || (media.kind != MEDIA_OTHER && str_is(request_query(request, "inline"), "1"));
        http->content_type = shown ? str_from(media.type) : STR("application/octet-stream");
        http_respond_header(http, "Content-Disposition", str_format(http->arena, "%s; filename*=UTF-8''" STR_FMT, shown ? "inline" : "attachment", STR_ARG(percent_encoded(http->arena, saved_as(request, info)))));
        http_respond_header(http, "Content-Security-Policy", STR(FILE_POLICY));
        http_respond_header(http, "X-Frame-Options", STR("SAMEORIGIN"));
        if (info->parts) {
                TRY(request_write(request, tell_download));
                return download_parts(request, info);
        }
        send_range(request, info->content);
        return STATUS_OK;
}

static const Route table[] = {
        {HTTP_POST, "/api/v1/files", ROUTE_SLOW, ACCESS_SIGNED_IN, .body = FILE_LIMIT + 65536, .body_to_file = true, .run = files_post, .id = "uploadFile", .summary = "Uploads a file (multipart/form-data, part file)"},
        {HTTP_GET, "/api/v1/files/{id}", ROUTE_SLOW, ACCESS_SIGNED_IN, .run = files_get, .id = "downloadFile", .summary = "A file's content"},
        {0},
};
const Route *const api_file_routes = table;
