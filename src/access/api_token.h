// API tokens: keys that a person makes for programs, which act as that person narrowed by their scopes.
// Scopes are {"objects": "*" or {"customer":"read"|"write", "*":"read"}, "areas": ["meta","files","search","events","admin"]}, both optional: what is not named is not given.
#pragma once
#include "access/org.h"
#include "base/json.h"

#define API_TOKEN_PREFIX "hk_"
#define API_TOKEN_DAYS 366    // at most
#define API_TOKEN_NAME 80     // characters
#define API_TOKENS_MOST 50    // of one person

typedef enum Area { AREA_OBJECTS, AREA_META, AREA_FILES, AREA_SEARCH, AREA_EVENTS, AREA_ADMIN, AREA_COUNT } Area;

// Names of areas and of objects are checked; canonical text. Every mistake is added below path.
Status scopes_check(Context *context, const Catalog *catalog, Str path, const Json *json, Str *ret) MUST_USE;
bool scopes_have(Arena *arena, Str scopes, Area area); // AREA_OBJECTS: any object at all

typedef struct ApiTokenNew { int64_t user; Str name, scopes; int64_t expires_ms; } ApiTokenNew;
Status api_token_create(Db *db, const ApiTokenNew *made, int64_t *ret_id, Str *ret_token) MUST_USE; // STATUS_INVALID: that person has too many
// Items [{"id","name","user":{…},"hint","scopes","created_at","expires_at","seen_at","address","place","expired"}], newest first. user 0: everybody's.
Status api_token_list(Db *db, const Access *access, int64_t user, JsonWriter *w) MUST_USE;
Status api_token_delete(Db *db, int64_t user, int64_t id, bool *ret_found) MUST_USE;

// Who comes with a session's token or with an API token.
typedef struct Bearer { int64_t user, api_token, viewing; Str scopes; bool seen_old; } Bearer; // api_token 0: a session, scopes empty; viewing: whom the session looks as
Status bearer_find(Db *db, const OrgSettings *settings, Str token, Bearer *ret) MUST_USE; // STATUS_UNAUTHENTICATED
Status bearer_seen(Db *db, Str token, Str peer) MUST_USE;
// self: whose session or token it is, narrowed to its scopes; actor: whose rights count, another one where the session looks as somebody else (view_as.c).
Status bearer_actors(Context *context, const Access *access, const Bearer *bearer, const Actor **ret_self, const Actor **ret_actor) MUST_USE;
bool view_as_allowed(Context *context, const Access *access, const Actor *self, int64_t user, const Actor **ret); // may self look as user: an active colleague who is no administrator
