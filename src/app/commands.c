// The subcommands that are small; the table of all.
#include "app/command.h"
#include "app/audit_heads.h"
#include "base/unicode.h"
#include "flow/erasure.h"
#include "os/os.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

// ---- Printing

void command_say_(Command *command, bool problem, const char *key, const Str args[4]) {
        Str line = text_format(command->context.arena, command->context.lang, key, args);
        command->print(command->out, problem, str_format(command->context.arena, "%s" STR_FMT "\n", problem ? "haike: " : "", STR_ARG(line)));
}

void command_printf(Command *command, const char *format, ...) {
        va_list list;
        va_start(list, format);
        char *text = NULL;
        int length = vasprintf(&text, format, list);
        va_end(list);
        if (length < 0)
                return;
        command->print(command->out, false, str_make(text, (size_t)length));
        free(text);
}

static Str message(const Context *context, Arena *arena, const char *code, const Str args[4]) {
        return text_format(arena, context->lang, str_format(arena, "error.%s", code).data, args);
}

Str error_lines(const Context *context, Arena *arena) {
        const Error *error = &context->error;
        Buf buf = buf_make(arena, 64 * 1024);
        const char *code = error->code ? error->code : error->count ? "invalid" : "internal";
        Str first = message(context, arena, code, error->args);
        buf_format(&buf, "haike: " STR_FMT "%s" STR_FMT "\n", STR_ARG(first), error->detail.len ? ": " : "", STR_ARG(error->detail));
        for (size_t i = 0; i < error->count; i++) {
                Str text = message(context, arena, error->items[i].code, error->items[i].args);
                buf_format(&buf, "  " STR_FMT ": " STR_FMT "\n", STR_ARG(error->items[i].field), STR_ARG(text));
        }
        return buf_str(&buf);
}

int command_fail(Command *command, Status status) {
        Context *context = &command->context;
        if (!context->error.code && !context->error.count)
                (void)error_set(context, status, status_name(status));
        command->print(command->out, true, error_lines(context, context->arena));
        return EXIT_FAILED;
}

const char *command_path(const Command *command, const char *name) {
        if (!command->folder || name[0] == '/')
                return name;
        return str_format(command->context.arena, "%s/%s", command->folder, name).data;
}

static Str number(Command *command, int64_t value) {
        return str_format(command->context.arena, "%lld", (long long)value);
}

// ---- init

static void print_progress(void *arg, const char *key, int64_t done, int64_t total) {
        Command *command = arg;
        command_say(command, key, number(command, done), number(command, total));
}

static int init_command(Command *command) {
        bool is_new = false;
        Status status = seed_organisation(&command->context, command->org, &is_new);
        if (status != STATUS_OK)
                return command_fail(command, status);
        if (is_new)
                command_say(command, "command.init_done");
        else
                command_say(command, "command.init_exists");
        if (!command->options->demo)
                return EXIT_DONE;
        status = seed_demo(&command->context, command->org, print_progress, command);
        if (status != STATUS_OK)
                return command_fail(command, status);
        command_say(command, "command.demo_done");
        return EXIT_DONE;
}

static bool takes_no_words(const Options *options) {
        return options->count == 1;
}

static bool takes_two_words(const Options *options) {
        return options->count == 3;
}

static bool takes_one_word(const Options *options) {
        return options->count == 2 && options->words[1][0];
}

// ---- backup

static int backup_command(Command *command) {
        const char *path = command_path(command, command->options->words[1]);
        Status status = store_backup(org_store(command->org), &command->context, path);
        if (status != STATUS_OK)
                return command_fail(command, status);
        command_say(command, "command.backup_done", str_from(path));
        return EXIT_DONE;
}

// ---- check

typedef struct Findings {
        Command *command;
        int64_t count;
} Findings;

static void print_finding(void *arg, Str finding) {
        Findings *findings = arg;
        findings->count++;
        command_printf(findings->command, STR_FMT "\n", STR_ARG(finding));
}

static Status check_audit(Db *db, void *arg) {
        Findings *findings = arg;
        Context *context = &findings->command->context;
        AuditCheck check = {.report = print_finding, .arg = findings};
        AuditHead *noted = NULL;
        const char *named = findings->command->options->audit_head;
        TRY(audit_heads_read(context, findings->command->org, &noted, &check.noted_count));
        AuditHead *heads = arena_array(context->arena, AuditHead, check.noted_count + 1);
        if (check.noted_count)
                memcpy(heads, noted, check.noted_count * sizeof *heads);
        if (named && !audit_head_parse(str_from(named), &heads[check.noted_count++]))
                return error_set(context, STATUS_INVALID, "bad_audit_head");
        check.noted = heads;
        return audit_check(db, &check);
}

static Status check_records(Call *call, void *arg) {
        TRY(record_check(call, print_finding, arg));
        return erasure_check(call, print_finding, arg);
}

static int check_command(Command *command) {
        Findings findings = {.command = command};
        Status status = store_check(org_store(command->org), &command->context, print_finding, &findings);
        if (status == STATUS_OK)
                status = work_read(&command->context, command->org, check_records, &findings);
        if (status == STATUS_OK)
                status = store_read(org_store(command->org), &command->context, 0, check_audit, &findings);
        if (status != STATUS_OK)
                return command_fail(command, status);
        if (!findings.count) {
                command_printf(command, "ok\n");
                return EXIT_DONE;
        }
        command_say(command, "command.check_found", number(command, findings.count));
        return EXIT_FAILED;
}

// ---- The table

const CommandDef commands[] = {
        {"init", "init [--demo]", .usable = takes_no_words, .run = init_command, .creates = true},
        {"user", "user add LOGIN [--name NAME] --role ROLE[,ROLE] [--department DEPARTMENT] [--password-stdin] | user passwd LOGIN --password-stdin | user rescue LOGIN | user list",
         .usable = user_usable, .run = user_command, .audited = true},
        {"import", "import OBJECT FILE [--map FILE] [--dry-run]", .usable = takes_two_words, .run = import_command, .audited = true},
        {"export", "export DIR", .usable = takes_one_word, .run = export_command, .audited = true},
        {"backup", "backup FILE", .usable = takes_one_word, .run = backup_command, .audited = true},
        {"restore", "restore FILE", .usable = takes_one_word, .run = restore_command, .alone = true},
        {"check", "check [--audit-head SEQ:HASH]", .usable = takes_no_words, .run = check_command},
        {0},
};

// ---- With what the audit log says of it

typedef struct Said { const Command *command; const char *kind; int code; } Said;

static Status say_step(Call *call, void *arg) {
        Said *said = arg;
        const Options *options = said->command->options;
        Buf detail = buf_make(call->context->arena, 16384);
        JsonWriter w = json_writer(&detail);
        json_open_object(&w);
        json_key(&w, STR("words")); // a password is never one of them
        json_open_array(&w);
        for (int i = 0; i < options->count; i++)
                json_add_str(&w, utf8_valid(str_from(options->words[i])) ? str_from(options->words[i]) : STR("?"));
        json_close_array(&w);
        if (said->code >= 0)
                json_put_int(&w, "exit", said->code);
        json_close_object(&w);
        return record_audit(call, said->kind, NULL, 0, buf_str(&detail));
}

static Status say(Command *command, const char *kind, int code) {
        Said said = {.command = command, .kind = kind, .code = code};
        return work_write(&command->context, command->org, STR("command"), say_step, &said);
}

int command_run(const CommandDef *def, Command *command) {
        if (!def->audited)
                return def->run(command);
        if (say(command, "command.start", -1) != STATUS_OK)
                return command_fail(command, STATUS_IO);
        int code = def->run(command);
        error_clear(&command->context);
        if (say(command, "command.end", code) != STATUS_OK)
                return command_fail(command, STATUS_IO);
        return code;
}

const CommandDef *command_find(const char *name) {
        for (const CommandDef *def = commands; def->name; def++)
                if (strcmp(def->name, name) == 0)
                        return def;
        return NULL;
}
