// Inside src/access only: what a snapshot keeps beside its public face, and the steps of compiling it.
#pragma once
#include "access/access.h"
#include <pthread.h>

typedef struct Rule { // one scope written as expression, parsed once per object and text, so that equal ones are the same pointer
        const Object *object;
        Str source;
        const Expr *expr;
        struct Rule *next;
} Rule;

typedef struct Role {
        int64_t id;
        Str key, name;
        ObjectGrant *grants; // by object index
        bool administrator, base;
        bool second_factor;   // whoever has it needs one
        NetworkList allow;    // may be used from there only; empty: from anywhere
} Role;

typedef struct Formula { // a formula field and what it touches: it is hidden from whoever may not read one of these
        const Field *field;
        const Field **touches; size_t count;
        struct Formula *next;
} Formula;

typedef struct Profile { // merged rights of one set of roles, shared by all who have that set
        int64_t *roles; size_t roles_count; // ascending
        ObjectGrant *grants;
        bool administrator, second_factor;
        const NetworkList **allow; size_t allow_count; // of the roles that have a list
        struct Profile *next;
} Profile;

typedef struct Narrowed { // one person's rights, or the same roles', through an API token
        const ObjectGrant *of; // the profile's grants that were narrowed
        Str scopes;
        ObjectGrant *grants;
        struct Narrowed *next;
} Narrowed;

#define NARROWED_PLACES 64

typedef struct AccessInside { // Access.roles
        pthread_mutex_t lock; // guards the arena after loading: profiles and actors are added to it
        Role *roles; size_t roles_count; // by id
        Rule *rules;
        Formula *formulas;
        Profile *profiles;
        Narrowed *narrowed[NARROWED_PLACES]; // by the hash of scopes
        int64_t *preorder;    // department ids, a subtree is the range enter … leave
        Actor system;
} AccessInside;

static inline AccessInside *access_inside(const Access *access) {
        return access->roles;
}

// grants.c: reads one role's grants. Mistakes are added to the context, what is right is taken all the same.
typedef struct GrantReader {
        Context *context;
        const Catalog *catalog;
        Arena *arena;        // of what is made
        Rule **rules;
        bool quiet;          // do not report (the pseudo-object "*" after its first object)
} GrantReader;
void grants_read(GrantReader *reader, Str path, const Json *json, ObjectGrant *ret_grants); // ret_grants: one per object of the catalog

// merge.c
bool grant_is_empty(const ObjectGrant *grant);
ObjectGrant *grants_everything(Arena *arena, const Catalog *catalog);
const Profile *profile_get(const Access *access, const int64_t *roles, size_t count); // with the lock held
void actor_take_profile(Actor *actor, const Profile *profile);
void grants_settle(const Access *access, ObjectGrant *grants); // what nobody can use is taken away, and what everybody sees is added; formulas over hidden fields hide
ObjectGrant *grants_new(Arena *arena, const Catalog *catalog);
Formula *formulas_load(Arena *arena, const Catalog *catalog);

// sharing.c
Status sharing_load(Db *db, Access *access) MUST_USE;
void actor_take_rules(Arena *arena, Actor *actor); // its roles are taken

// pool.c
Status pools_load(Db *db, Access *access) MUST_USE;
void actor_take_pools(Arena *arena, Actor *actor);
bool pool_veils(const Pool *pool, const Actor *actor); // does it mask anything from him?

// narrow.c, with the lock held
const Narrowed *narrowed_get(const Access *access, const ObjectGrant *from, Str scopes);

// organisation.c
bool next_id(Str list, size_t *at, int64_t *ret); // the next id in a stored list such as ["12","7"]; false at its end
void read_ids(Arena *arena, Str list, int64_t **ret, size_t *ret_count);
bool ids_have(const int64_t *ids, size_t count, int64_t id);
bool department_below(const Access *access, int64_t department, int64_t above); // it is that one, or stands below it
void select_columns(Sql *select, const Object *object, const char *const *names, size_t count); // of what is live, by id; null for fields that the object lacks
Status departments_load(Db *db, Access *access) MUST_USE;
Status people_load(Db *db, Access *access) MUST_USE;

// migrations_identity.c
Status make_identity_provider(Db *db) MUST_USE;
Status make_identity(Db *db) MUST_USE;
Status make_sign_in_flow(Db *db) MUST_USE;
Status make_password_reset(Db *db) MUST_USE;
Status make_mail_queue(Db *db) MUST_USE;
