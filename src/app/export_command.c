// haike export DIR: everything an administrator may see, as files that need no Haike to be read. NAME.csv for each object (UTF-8 with byte order mark, values as
// the API writes them, references as their id with the name beside it), definitions/NAME.json, files/ID with files.csv as their list. One snapshot of the database.
#include "app/command.h"
#include "link/export/csv.h"
#include "os/os.h"
#include "record/file.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define PAGE 500               // rows read at once
#define PAGE_CAP (64u << 20)

typedef struct Export {
        Command *command;
        Call *call;
        const char *folder;
        int64_t records;
        // the object being written
        const Field **fields;
        size_t fields_count;
        Buf page;
        size_t rows;
        int fd;
} Export;

static const char *path_of(Export *export, Str name) {
        return str_format(export->command->context.arena, "%s/" STR_FMT, export->folder, STR_ARG(name)).data;
}

// ---- CSV

// The value as the API writes it, a text without its quotes.
static Str cell_text(Arena *arena, const Field *field, Value value) {
        if (value_is_null(value))
                return STR_NONE;
        if (value.kind == VALUE_TEXT && !field->type->list && field->type->expr != EXPR_RECORD && strcmp(field->type->name, "json") != 0)
                return value.text;
        Buf buf = buf_make(arena, PAGE_CAP);
        JsonWriter w = json_writer(&buf);
        field_write(&w, field, value);
        Str text = buf_str(&buf);
        bool quoted = text.len >= 2 && text.data[0] == '"';
        return quoted ? str_slice(text, 1, text.len - 1) : text; // dates and numbers need no escapes
}

static bool has_name(const Field *field) {
        return field->target || field->type->file || field->type->expr == EXPR_RECORD;
}

static void add_header(Export *export) {
        buf_lit(&export->page, CSV_BOM);
        for (size_t i = 0; i < export->fields_count; i++) {
                const Field *field = export->fields[i];
                buf_format(&export->page, "%s" STR_FMT, i ? "," : "", STR_ARG(field->name));
                if (has_name(field))
                        buf_format(&export->page, "," STR_FMT ".name", STR_ARG(field->name));
        }
        buf_lit(&export->page, "\r\n");
}

static Status add_row(void *arg, const Value *values, const Str *names) {
        Export *export = arg;
        for (size_t i = 0; i < export->fields_count; i++) {
                const Field *field = export->fields[i];
                if (i)
                        buf_add_char(&export->page, ',');
                csv_cell(&export->page, cell_text(export->call->context->arena, field, values[field->index]));
                if (has_name(field)) {
                        buf_add_char(&export->page, ',');
                        csv_cell(&export->page, names[field->index]);
                }
        }
        buf_lit(&export->page, "\r\n");
        export->rows++;
        return STATUS_OK;
}

// ---- Files

static Status failed(Export *export, const char *path) {
        return error_detail(export->call->context, STATUS_IO, "file_unwritable", "%s: %s", path, strerrordesc_np(errno));
}

static Status write_page(Export *export, const char *path) {
        if (buf_full(&export->page))
                return error_set(export->call->context, STATUS_TOO_LARGE, "too_large");
        Str rest = buf_str(&export->page);
        while (rest.len) {
                ssize_t put = os_calls()->write(export->fd, rest.data, rest.len);
                if (put < 0 && errno == EINTR)
                        continue;
                if (put <= 0)
                        return failed(export, path);
                rest = str_slice(rest, (size_t)put, rest.len);
        }
        return STATUS_OK;
}

static void choose_fields(Export *export, const Object *object) {
        export->fields = arena_array(export->command->context.arena, const Field *, object->fields_count);
        export->fields_count = 0;
        for (size_t i = 0; i < object->fields_count; i++) {
                const Field *field = object->fields[i];
                if (!field->hidden && field->role != FIELD_DELETED_AT && actor_field(export->call->actor, field) != FIELD_HIDE)
                        export->fields[export->fields_count++] = field;
        }
}

// Memory of a page is given back before the next: the context's arena is exchanged meanwhile.
static Status write_rows(Export *export, const Object *object, const char *path, Arena *pages) {
        int64_t after = 0;
        do {
                arena_reset(pages);
                export->page = buf_make(pages, PAGE_CAP);
                export->rows = 0;
                if (!after)
                        add_header(export);
                TRY(query_walk(export->call, object, STR_NONE, export->fields, export->fields_count, after, PAGE, add_row, export, &after));
                TRY(write_page(export, path));
                export->records += (int64_t)export->rows;
        } while (export->rows == PAGE);
        return STATUS_OK;
}

static Status export_object(Export *export, const Object *object) {
        Context *context = export->call->context;
        Arena *kept = context->arena;
        const char *path = path_of(export, str_format(kept, STR_FMT ".csv", STR_ARG(object->name)));
        choose_fields(export, object);
        export->fd = os_calls()->open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (export->fd < 0)
                return failed(export, path);
        Arena *pages = arena_new(0);
        context->arena = pages;
        Status status = write_rows(export, object, path, pages);
        context->arena = kept;
        if (status != STATUS_OK) // what went wrong may be told in the pages' memory
                for (int i = 0; i < 4; i++)
                        context->error.args[i] = str_copy(kept, context->error.args[i]);
        context->error.detail = str_copy(kept, context->error.detail);
        if (status == STATUS_OK && os_calls()->fsync(export->fd) != 0)
                status = failed(export, path);
        close(export->fd);
        context->error.items = NULL;
        context->error.count = context->error.capacity = 0;
        arena_free(pages);
        return status;
}

static Status export_definition(Export *export, const Object *object) {
        Context *context = export->call->context;
        Buf buf = buf_make(context->arena, PAGE_CAP);
        JsonWriter w = json_writer(&buf);
        MetaReader reader = {.all_labels = true};
        catalog_write_object(object, &reader, &w);
        buf_lit(&buf, "\n");
        return file_write_durable(context, path_of(export, str_format(context->arena, "definitions/" STR_FMT ".json", STR_ARG(object->name))), buf_str(&buf));
}

typedef struct FileList {
        int64_t *ids;
        size_t count, capacity;
} FileList;

static Status list_files(Call *call, FileList *list) {
        Sql select = db_sql(call->db);
        sql(&select, "select \"id\" from file where expires_at is null order by \"id\"");
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(call->db, &select, &rows));
        for (bool found;;) {
                TRY(rows_next(rows, &found));
                if (!found)
                        return STATUS_OK;
                if (list->count == list->capacity) {
                        size_t more = list->capacity ? list->capacity * 2 : 64;
                        list->ids = arena_grow(call->context->arena, list->ids, list->capacity * sizeof *list->ids, more * sizeof *list->ids);
                        list->capacity = more;
                }
                list->ids[list->count++] = rows_int(rows, 0);
        }
}

static Status export_file(Export *export, int64_t id, Buf *index) {
        Context *context = export->call->context;
        Arena *kept = context->arena;
        ARENA_CLEANUP Arena *one = arena_new(0);
        FileInfo info;
        const char *path = path_of(export, str_format(kept, "files/%lld", (long long)id));
        context->arena = one;
        Status status = file_get(export->call, id, true, &info);
        if (status == STATUS_OK)
                status = file_write_durable(context, path, info.content);
        context->arena = kept;
        if (status != STATUS_OK)
                return error_detail(context, status, "file_unwritable", "%s", path);
        buf_format(index, "%lld,", (long long)id);
        csv_cell(index, info.name);
        buf_add_char(index, ',');
        csv_cell(index, info.type);
        buf_format(index, ",%lld\r\n", (long long)info.size);
        return STATUS_OK;
}

static Status export_files(Export *export) {
        Context *context = export->call->context;
        FileList list = {0};
        TRY(list_files(export->call, &list));
        Buf index = buf_make(context->arena, PAGE_CAP);
        buf_lit(&index, CSV_BOM "id,name,type,size\r\n");
        for (size_t i = 0; i < list.count; i++)
                TRY(export_file(export, list.ids[i], &index));
        return file_write_durable(context, path_of(export, STR("files.csv")), buf_str(&index));
}

static Status export_step(Call *call, void *arg) {
        Export *export = arg;
        export->call = call;
        export->records = 0;
        for (size_t i = 0; i < call->catalog->objects_count; i++) {
                const Object *object = call->catalog->objects[i];
                if (object->retired || !actor_may(call->actor, object, VERB_READ))
                        continue;
                TRY(export_definition(export, object));
                TRY(export_object(export, object));
        }
        return export_files(export);
}

// ---- The folder

static Status check_empty(Context *context, const char *path) {
        DIR *folder = opendir(path);
        if (!folder)
                return errno == ENOENT ? STATUS_OK : error_detail(context, STATUS_IO, "file_unwritable", "%s: %s", path, strerrordesc_np(errno));
        bool empty = true;
        for (struct dirent *entry; empty && (entry = readdir(folder));)
                empty = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
        closedir(folder);
        return empty ? STATUS_OK : error_set(context, STATUS_CONFLICT, "export_folder", str_from(path));
}

int export_command(Command *command) {
        Context *context = &command->context;
        Export export = {.command = command, .folder = command_path(command, command->options->words[1])};
        Status status = check_empty(context, export.folder);
        if (status == STATUS_OK)
                status = folder_make(context, path_of(&export, STR("definitions")));
        if (status == STATUS_OK)
                status = folder_make(context, path_of(&export, STR("files")));
        if (status == STATUS_OK)
                status = work_read(context, command->org, export_step, &export);
        if (status != STATUS_OK)
                return command_fail(command, status);
        command_say(command, "command.export_done", str_format(context->arena, "%lld", (long long)export.records), str_from(export.folder));
        return EXIT_DONE;
}
