// POST /api/v1/files and GET …/{id}: uploads that records can point at, handed out so that a browser never runs them.
#include "api/multipart.h"
#include "api/route.h"
#include "record/file.h"

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

static bool shown_inline(Str type) {
        return str_is(type, "image/png") || str_is(type, "image/jpeg") || str_is(type, "image/gif") || str_is(type, "image/webp");
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

static Status files_get(Request *request) {
        HttpRequest *http = request->http;
        FileInfo *info = arena_new_of(http->arena, FileInfo);
        request->prepared = info;
        TRY(request_read(request, read_file));
        bool view = shown_inline(info->type);
        http->content_type = view ? info->type : STR("application/octet-stream");
        http_respond_header(http, "Content-Disposition", str_format(http->arena, "%s; filename*=UTF-8''" STR_FMT, view ? "inline" : "attachment", STR_ARG(percent_encoded(http->arena, info->name))));
        http_respond_header(http, "Content-Security-Policy", STR("default-src 'none'; sandbox"));
        buf_add(&request->out, info->content);
        return STATUS_OK;
}

static const Route table[] = {
        {HTTP_POST, "/api/v1/files", ROUTE_SLOW, ACCESS_SIGNED_IN, .body = FILE_LIMIT + 65536, .body_to_file = true, .run = files_post, .id = "uploadFile", .summary = "Uploads a file (multipart/form-data, part file)"},
        {HTTP_GET, "/api/v1/files/{id}", ROUTE_SLOW, ACCESS_SIGNED_IN, .run = files_get, .id = "downloadFile", .summary = "A file's content"},
        {0},
};
const Route *const api_file_routes = table;
