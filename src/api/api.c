// The service: all route tables in one place, the lanes, start and stop.
#include "api/limiter.h"
#include "api/route.h"
#include <stdlib.h>

#define SLOW_THREADS 6
#define SLOW_QUEUE 2000
#define HASH_THREADS 2
#define HASH_QUEUE 64

extern const Route *const api_session_routes, *const api_view_as_routes, *const api_signin_routes, *const api_password_routes, *const api_factor_routes, *const api_sessions_routes, *const api_metadata_routes, *const api_record_routes, *const api_batch_routes, *const api_event_routes, *const api_file_routes,
        *const api_openapi_routes, *const api_system_routes, *const api_page_routes, *const api_import_routes, *const api_job_routes, *const api_bulk_routes, *const api_export_routes, *const api_form_routes, *const api_merge_routes, *const api_settings_routes, *const api_setup_routes, *const api_calendar_routes, *const api_access_routes,
        *const api_sign_on_routes, *const api_reset_routes, *const api_mail_routes, *const api_provider_routes, *const api_audit_routes, *const api_keeping_routes;

// Every route of the engine.
static const Route *const *const tables[] = {
        &api_session_routes, &api_view_as_routes, &api_signin_routes, &api_password_routes, &api_factor_routes, &api_sessions_routes, &api_metadata_routes, &api_record_routes, &api_form_routes, &api_merge_routes, &api_batch_routes, &api_event_routes, &api_file_routes, &api_import_routes, &api_job_routes, &api_bulk_routes, &api_export_routes, &api_openapi_routes, &api_system_routes, &api_settings_routes, &api_setup_routes, &api_calendar_routes, &api_access_routes, &api_sign_on_routes, &api_reset_routes, &api_mail_routes, &api_provider_routes, &api_audit_routes, &api_keeping_routes, &api_page_routes,
};

// list NULL: they are only counted.
static size_t take_table(const Route *table, const Route **list, size_t count) {
        for (const Route *route = table; route->pattern; route++, count++)
                if (list)
                        list[count] = route;
        return count;
}

static size_t take_tables(const Api *api, const Route **list) {
        size_t count = 0;
        for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
                count = take_table(*tables[i], list, count);
        for (const Route *const *table = api->routes; table && *table; table++)
                count = take_table(*table, list, count);
        return count;
}

const Route **api_route_list(const Api *api, Arena *arena, size_t *ret_count) {
        const Route **list = arena_array(arena, const Route *, take_tables(api, NULL));
        *ret_count = take_tables(api, list);
        return list;
}

static Router *make_router(const Api *api) {
        ARENA_CLEANUP Arena *arena = arena_new(0);
        size_t count = 0;
        const Route **list = api_route_list(api, arena, &count);
        RouterEntry *entries = arena_array(arena, RouterEntry, count);
        for (size_t i = 0; i < count; i++)
                entries[i] = (RouterEntry){list[i]->method, list[i]->pattern, list[i]};
        return router_new(entries, count);
}

Status api_new(Context *context, const ApiConfig *config, Api **ret) {
        (void)context;
        Api *api = calloc(1, sizeof *api);
        ensure(api);
        api->org = config->org;
        api->version = config->version;
        api->test_clock = config->test_clock;
        api->fill_demo = config->fill_demo;
        api->remove_demo = config->remove_demo;
        api->night = config->night;
        api->started_ms = os_now_ms();
        api->routes = config->routes;
        api->router = make_router(api);
        api->slow = pool_new("slow", SLOW_THREADS, SLOW_QUEUE);
        api->hash = pool_new("hash", HASH_THREADS, HASH_QUEUE);
        api->events = event_hub_new(api);
        api->feeds = limiter_new();
        api->checks = limiter_new();
        api->strangers = limiter_new();
        *ret = api;
        return STATUS_OK;
}

void api_attach(Api *api, HttpServer *server) {
        api->server = server;
}

void api_free(Api *api) {
        if (!api)
                return;
        pool_free(api->slow);
        pool_free(api->hash);
        event_hub_free(api->events);
        limiter_free(api->feeds);
        limiter_free(api->checks);
        limiter_free(api->strangers);
        router_free(api->router);
        free(api);
}
