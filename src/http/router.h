// Finds the route of a request in a const table. Patterns: "/api/v1/records/{object}/{id}"; literal segments win over captures; a capture may have an ending: "/calendar/{token}.ics". 405 with Allow where only the method differs.
#pragma once
#include "http/http.h"

typedef struct RouteMatch {
        const void *route;      // the table's entry
        Str params[6];          // captures in order
        int params_count;
        Str allow;              // methods for 405 when route is NULL and the path is known
} RouteMatch;

typedef struct RouterEntry { HttpMethod method; const char *pattern; const void *route; } RouterEntry;
typedef struct Router Router;
Router *router_new(const RouterEntry *entries, size_t count); // ensure()s on a malformed or doubled pattern
void router_free(Router *router);
RouteMatch router_find(const Router *router, Arena *arena, HttpMethod method, Str path);
