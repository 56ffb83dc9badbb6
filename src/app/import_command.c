// haike import OBJECT FILE [--map FILE] [--dry-run]
#include "app/command.h"
#include "link/import/import.h"
#include "os/os.h"
#include <stdio.h>

static bool show_progress(void *arg, int64_t done, int64_t total) {
        Command *command = arg;
        if (done % 1000 == 0 || done == total)
                command_printf(command, "%lld / %lld\n", (long long)done, (long long)total);
        return true;
}

static void show_result(Command *command, const ImportResult *result) {
        for (size_t i = 0; i < result->issues_count; i++) {
                const ImportIssue *issue = &result->issues[i];
                command_printf(command, "line %d: " STR_FMT "%s" STR_FMT "\n", issue->line, STR_ARG(issue->column), issue->column.len ? ": " : "", STR_ARG(issue->message));
        }
        if (result->unmapped.len)
                command_printf(command, "columns without a field: " STR_FMT "\n", STR_ARG(result->unmapped));
        command_printf(command, "rows %lld, created %lld, updated %lld, unchanged %lld, failed %lld\n", (long long)result->rows, (long long)result->created, (long long)result->updated,
                       (long long)result->unchanged, (long long)result->failed);
}

int import_command(Command *command) {
        const Options *options = command->options;
        Context *context = &command->context;
        if (options->count != 3)
                return EXIT_USAGE;
        OrgView view = org_view(command->org);
        const Object *object = catalog_find(view.catalog, str_from(options->words[1]));
        Str bytes = STR_NONE, map = STR_NONE;
        Status status = object ? file_read(context, command_path(command, options->words[2]), 256u << 20, &bytes) : error_set(context, STATUS_NOT_FOUND, "unknown_object", str_from(options->words[1]));
        if (status == STATUS_OK && options->map)
                status = file_read(context, command_path(command, options->map), 1u << 20, &map);
        ImportOptions import = {.map = map, .dry_run = options->dry_run, .file_name = str_from(options->words[2])};
        ImportResult result = {0};
        if (status == STATUS_OK)
                status = import_run(context, command->org, 0, object, bytes, &import, show_progress, command, &result);
        org_view_done(&view);
        if (status != STATUS_OK)
                return command_fail(command, status);
        show_result(command, &result);
        return result.failed ? EXIT_FAILED : EXIT_DONE;
}
