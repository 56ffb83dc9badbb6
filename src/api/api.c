// The service: all route tables in one place, the lanes, start and stop.
#include "api/limiter.h"
#include "api/route.h"
#include <stdlib.h>

#define SLOW_THREADS 6
#define SLOW_QUEUE 2000
#define HASH_THREADS 2
#define HASH_QUEUE 64

extern const Route *const api_session_routes, *const api_metadata_routes, *const api_record_routes, *const api_batch_routes, *const api_event_routes, *const api_file_routes,
        *const api_openapi_routes, *const api_system_routes, *const api_page_routes, *const api_import_routes, *const api_job_routes, *const api_bulk_routes, *const api_export_routes, *const api_form_routes, *const api_settings_routes, *const api_setup_routes, *const api_calendar_routes, *const api_access_routes, *const api_audit_routes, *const api_keeping_routes;

// Every route of the engine.
static const Route *const *const tables[] = {
        &api_session_routes, &api_metadata_routes, &api_record_routes, &api_form_routes, &api_batch_routes, &api_event_routes, &api_file_routes, &api_import_routes, &api_job_routes, &api_bulk_routes, &api_export_routes, &api_openapi_routes, &api_system_routes, &api_settings_routes, &api_setup_routes, &api_calendar_routes, &api_access_routes, &api_audit_routes, &api_keeping_routes, &api_page_routes,
};

static size_t count_routes(void) {
        size_t count = 0;
        for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
                for (const Route *route = *tables[i]; route->pattern; route++)
                        count++;
        return count;
}

const Route **api_route_list(Arena *arena, size_t *ret_count) {
        size_t count = 0;
        const Route **list = arena_array(arena, const Route *, count_routes());
        for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
                for (const Route *route = *tables[i]; route->pattern; route++)
                        list[count++] = route;
        *ret_count = count;
        return list;
}

static Router *make_router(void) {
        ARENA_CLEANUP Arena *arena = arena_new(0);
        size_t count = 0;
        const Route **list = api_route_list(arena, &count);
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
        api->router = make_router();
        api->slow = pool_new("slow", SLOW_THREADS, SLOW_QUEUE);
        api->hash = pool_new("hash", HASH_THREADS, HASH_QUEUE);
        api->events = event_hub_new(api);
        api->feeds = limiter_new();
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
        router_free(api->router);
        free(api);
}
