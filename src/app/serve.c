// haike serve: opens the organisation, starts the HTTP server and the control socket, waits for a signal.
#include "api/route.h"
#include "access/setup.h"
#include "app/demo/demo.h"
#include "app/nightly.h"
#include "base/log.h"
#include "flow/job.h"
#include "link/courier.h"
#include "objects/registry.h"
#include "os/os.h"
#include "record/duplicate.h"
#include "record/entry.h"
#include "record/quota.h"
#include "record/totals.h"
#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

static const Migration *all_migrations(Arena *arena, size_t *ret_count) {
        *ret_count = record_migrations_count + flow_migrations_count;
        Migration *list = arena_array(arena, Migration, *ret_count);
        memcpy(list, record_migrations, record_migrations_count * sizeof *list);
        memcpy(list + record_migrations_count, flow_migrations, flow_migrations_count * sizeof *list);
        return list;
}

// What is kept beside the records (entries, totals, search tables, keys of duplicates) of objects that are new or are defined otherwise than before.
static Status prepare_kept(Call *call, void *arg) {
        (void)arg;
        TRY(entries_prepare(call->db, call->catalog));
        TRY(totals_prepare(call->db, call->catalog));
        TRY(search_prepare(call->db, call->catalog));
        return duplicates_prepare(call->db, call->catalog);
}

Status command_open(Context *context, const Options *options, bool create, Org **ret) {
        OrgConfig config = {.folder = options->data, .url = options->database, .readers = 16};
        config.migrations = all_migrations(context->arena, &config.migrations_count);
        Org *org = NULL;
        TRY(org_open(context, &config, create, &org));
        record_modules_set(org, object_modules);
        Status status = work_write(context, org, STR("system"), prepare_kept, NULL);
        if (status != STATUS_OK) {
                org_close(org);
                return status;
        }
        *ret = org;
        return STATUS_OK;
}

// "127.0.0.1:8080", "[::1]:0", ":8080"
static bool split_listen(Arena *arena, const char *listen, const char **ret_address, int *ret_port) {
        Str text = str_from(listen);
        ptrdiff_t colon = -1;
        for (size_t i = 0; i < text.len; i++)
                if (text.data[i] == ':')
                        colon = (ptrdiff_t)i;
        int64_t port = 0;
        if (colon < 0 || !str_to_int64(str_slice(text, (size_t)colon + 1, text.len), &port) || port < 0 || port > 65535)
                return false;
        Str address = str_slice(text, 0, (size_t)colon);
        if (address.len > 1 && address.data[0] == '[')
                address = str_slice(address, 1, address.len - 1);
        *ret_address = address.len ? str_c(arena, address) : "0.0.0.0";
        *ret_port = (int)port;
        return true;
}

static void wait_for_signal(void) {
        sigset_t set;
        sigemptyset(&set);
        sigaddset(&set, SIGINT);
        sigaddset(&set, SIGTERM);
        int signal_number = 0;
        sigwait(&set, &signal_number);
        log_event(LOG_INFO, "stopping", "signal=%d", signal_number);
}

// Threads started from here on leave signals to the main thread.
static void block_signals(void) {
        sigset_t set;
        sigemptyset(&set);
        sigaddset(&set, SIGINT);
        sigaddset(&set, SIGTERM);
        pthread_sigmask(SIG_BLOCK, &set, NULL);
}

// While there is nobody to sign in the address of the first start is printed too; every address of the machine is none that can be opened.
static void print_addresses(const char *address, int port, Str setup_code) {
        const char *open = strchr(address, ':') ? "[" : "", *close = *open ? "]" : "";
        printf("listening on http://%s%s%s:%d\n", open, address, close, port);
        if (setup_code.len) {
                bool any = strcmp(address, "0.0.0.0") == 0 || strcmp(address, "::") == 0;
                printf("open http://%s%s%s:%d/setup?code=" STR_FMT "\n", any ? "" : open, any ? "localhost" : address, any ? "" : close, port, STR_ARG(setup_code));
        }
        fflush(stdout);
}

static Status make_setup_code(Call *call, void *arg) {
        bool needed = false;
        TRY(setup_needed(call->db, &needed));
        return needed ? setup_code_new(call->db, arg) : STATUS_OK;
}

static int serve_org(Context *context, Org *org, const Options *options, const char *address, int port) {
        Str setup_code = STR_NONE;
        Api *api = NULL;
        HttpServer *server = NULL;
        Control *control = NULL;
        Jobs *jobs = NULL;
        Upkeep *upkeep = NULL;
        Courier *courier = NULL;
        ReadQuota *reads = read_quota_new();
        PoolViews *views = pool_views_new();
        org_slot_set(org, ORG_SLOT_READS, reads);
        org_slot_set(org, ORG_SLOT_POOL_VIEWS, views);
        ApiConfig config = {.org = org, .version = HAIKE_VERSION, .test_clock = options->test_clock, .fill_demo = demo_fill, .remove_demo = demo_remove, .night = night_now, .routes = object_routes};
        Status status = api_new(context, &config, &api);
        HttpConfig http = {.address = address, .port = port, .max_body = JSON_BODY_LIMIT, .body_limit = api_body_limit, .handle = api_handle, .refuse = api_refuse, .trusted_proxies = options->trusted_proxies, .self = api, .folder = options->data};
        if (status == STATUS_OK)
                status = jobs_new(context, org, &jobs);
        if (status == STATUS_OK)
                status = work_write(context, org, STR("system"), make_setup_code, &setup_code);
        if (status == STATUS_OK) // uploads wait there, on PostgreSQL too
                status = folder_make(context, options->data);
        if (status == STATUS_OK)
                status = http_start(context, &http, &server);
        if (status == STATUS_OK && !options->database)
                status = control_start(context, org, options->data, &control);
        if (status == STATUS_OK) {
                api_attach(api, server);
                upkeep = upkeep_start(org);
                courier = courier_start(org);
                print_addresses(address, http_port(server), setup_code);
                wait_for_signal();
        }
        upkeep_stop(upkeep);
        control_stop(control);
        http_stop(server);
        courier_stop(courier); // behind the handlers that wake it
        jobs_free(jobs);
        api_free(api);
        org_slot_set(org, ORG_SLOT_READS, NULL);
        org_slot_set(org, ORG_SLOT_POOL_VIEWS, NULL);
        read_quota_free(reads);
        pool_views_free(views);
        return status == STATUS_OK ? EXIT_DONE : EXIT_FAILED;
}

static int fail(const Context *context) {
        Str lines = error_lines(context, context->arena);
        fprintf(stderr, STR_FMT, STR_ARG(lines));
        return EXIT_FAILED;
}

// A new database is given its roles; who may sign in is added with "haike user add".
static Status open_organisation(Context *context, const Options *options, Org **ret) {
        bool is_new = false;
        TRY(command_open(context, options, true, ret));
        return seed_organisation(context, *ret, &is_new);
}

int serve_run(const Options *options) {
        ARENA_CLEANUP Arena *arena = arena_new(0);
        Context context;
        context_init(&context, arena, command_lang(), os_now_ms());
        const char *address = NULL;
        int port = 0;
        if (!split_listen(arena, options->listen, &address, &port)) {
                fprintf(stderr, "haike: --listen must be ADDRESS:PORT\n");
                return EXIT_USAGE;
        }
        block_signals();
        Org *org = NULL;
        if (open_organisation(&context, options, &org) != STATUS_OK) {
                org_close(org);
                return fail(&context);
        }
        int code = serve_org(&context, org, options, address, port);
        if (code != EXIT_DONE)
                (void)fail(&context);
        org_close(org);
        return code;
}
