// Who may do what. Organisation (departments, users, roles) as an immutable snapshot like the catalog; grants compiled per role; an Actor is one user's
// rights, merged over the roles: the widest scope, the most open field right wins. Field and object checks and the reader's scope are asked here by the two
// pipelines (src/record) and by nobody else.
#pragma once
#include "base/network.h"
#include "meta/meta.h"

typedef enum ScopeKind { SCOPE_NONE, SCOPE_OWN, SCOPE_DEPARTMENT, SCOPE_TREE, SCOPE_ALL } ScopeKind; // each includes those before it
typedef enum FieldRight { FIELD_HIDE, FIELD_MASK, FIELD_READ, FIELD_WRITE } FieldRight;
typedef enum Verb { VERB_READ, VERB_CREATE, VERB_UPDATE, VERB_DELETE, VERB_EXPORT } Verb;

typedef struct Scope {
        ScopeKind kind;
        const Expr *rule;   // a scope given as expression, or-ed with kind: the first of rules; NULL: none
        const Expr *const *rules; size_t rules_count; // all of them: several roles may each bring one
} Scope;

typedef struct ObjectGrant {      // one actor's rights on one object
        Scope read, update, remove;
        bool create, export;
        bool all_actions;
        Str *actions; size_t actions_count;
        FieldRight *fields;        // by field index
} ObjectGrant;

typedef struct Department { int64_t id, parent; Str name; int64_t head; int enter, leave; } Department; // enter/leave: preorder numbers, a subtree is a range
typedef struct Person { int64_t id, department; Str login, name; bool active; Lang lang; int64_t *roles; size_t roles_count; } Person;

typedef struct Access { // snapshot
        Arena *arena; int references; int64_t epoch;
        Department *departments; size_t departments_count;  // sorted by id
        Person *people; size_t people_count;                // sorted by id
        struct Actor **actors;                              // by person index, compiled when first asked for (atomic)
        const Catalog *catalog;                             // the snapshot it was compiled against; held
        void *roles;                                        // internal
} Access;

typedef struct Actor {
        int64_t user, department;       // 0 for the system itself; department 0: none
        Str name, login;
        Lang lang;
        bool system;                    // the system itself or an administrator's command: everything
        bool administrator;             // has the role with key "admin", or system: may change metadata, roles and settings
        const int64_t *roles; size_t roles_count; // ids, ascending; the system has none
        const int64_t *tree; size_t tree_count; // own department and all below (and those headed), ascending
        ObjectGrant *grants;            // by object index
        Str scopes;                     // canonical JSON: he acts through an API token that may so much (api_token.h); empty: as himself
        bool second_factor;             // one of his roles needs one
        const NetworkList *const *allow; size_t allow_count; // of his roles: his address is in each
        const Access *access;
} Actor;

#define ROLE_ADMIN "admin" // key of the role that may everything, whatever its grants say

extern const Migration access_migrations[]; extern const size_t access_migrations_count;
Status access_load(Db *db, Catalog *catalog, Access **ret) MUST_USE;   // reads department, user, role tables
// As it would be if this role gave these grants (JSON, checked by grants_check()): for looking at a change before it is made.
typedef struct RoleChange { int64_t role; Str grants; } RoleChange;
Status access_load_changed(Db *db, Catalog *catalog, const RoleChange *change, Access **ret) MUST_USE;
Access *access_ref(Access *access);
void access_unref(Access *access);
Status access_actor(Context *context, const Access *access, int64_t user, const Actor **ret) MUST_USE; // STATUS_UNAUTHENTICATED: unknown or inactive
// The same narrowed to what an API token may (scopes as Actor.scopes; empty: access_actor). Compiled once for each snapshot.
Status access_actor_narrowed(Context *context, const Access *access, int64_t user, Str scopes, const Actor **ret) MUST_USE;
const Actor *access_system(const Access *access);
// Who he would be with this role and no other: rights and roles are the role's, the person and his departments stay. STATUS_NOT_FOUND: there is no such role.
Status access_actor_as(Context *context, const Access *access, const Actor *actor, int64_t role, const Actor **ret) MUST_USE;
const Person *access_person(const Access *access, int64_t id);
const Department *access_department(const Access *access, int64_t id);
// Ids of a department and all below it, the department first; count 0: there is no such department. They belong to the snapshot.
void access_subtree(const Access *access, Arena *arena, int64_t department, const int64_t **ret, size_t *ret_count);
bool access_roles_have(Str roles, int64_t role);                       // is role in a stored list of ids, e.g. ["12","7"]?
bool access_role_allows(const Access *access, int64_t role, Str peer); // may the role be used from this address? An unknown role: yes
// Marks the organisation (departments, users, roles) as changed: in the same transaction as the change. On PostgreSQL it also makes such changes wait for each other.
Status access_bump(Db *db) MUST_USE;
Status access_epoch(Db *db, int64_t *ret) MUST_USE;

// Grants as a role keeps them (format: README.md). Every mistake is added at a path such as "grants.customer.read", the position within an expression with it.
Status grants_check(Context *context, const Catalog *catalog, Str path, Str json) MUST_USE;
// What the shipped definitions propose for a role ("grants": {"sales": …} of each object.json) as one grants text; for creating the shipped roles.
Status grants_shipped(Context *context, const Catalog *catalog, Str role_key, Str *ret_json) MUST_USE;

// Questions.
bool actor_may(const Actor *actor, const Object *object, Verb verb);              // at all, on some record
bool actor_may_act(const Actor *actor, const Object *object, Str action);
FieldRight actor_field(const Actor *actor, const Field *field);
bool actor_has_role(const Actor *actor, const Str *keys, size_t count);           // one of these role keys
Scope actor_scope(const Actor *actor, const Object *object, Verb verb);
Str mask_text(Arena *arena, const Field *field, Str text);                        // 138****1234, z***@x.cn, 张*, 其***; empty (show null): numbers, choices, lists …
// Objects with a list of readers (Object.readers): whoever may read such records at all reads those that list him too. The rows of access_reader(object_id, user_id,
// record_id) say which; the record pipeline keeps them. actor_covers() does not know of them.
bool actor_reads_listed(const Actor *actor, const Object *object, Verb verb);
// In memory: is this record within the scope of verb? values: owner and department ids; rules are evaluated through rows/row (NULL rows: rules count as not matching).
Status actor_covers(Context *context, const Actor *actor, const Object *object, Verb verb, int64_t owner, int64_t department,
                    const ExprRows *rows, const void *row, bool *ret) MUST_USE;
// SQL condition of the read scope over alias, without "and": e.g. ("t"."owner_id" = ?1 or "t"."department_id" in (…)); scope all → "1=1", none → "1=0".
// Rules are the administrator's: what they reach through paths is not narrowed to what the reader may see.
Status actor_scope_sql(Context *context, const Actor *actor, const Object *object, Verb verb, Str alias, Sql *sql) MUST_USE;
// The same as separate index-friendly arms without overlap (streams): each arm is one condition like owner_id = 7, department_id = 3. count 0: nothing visible; one
// arm with kind ARM_ALL: everything. More than limit arms, or a rule: *ret_single true and the caller uses actor_scope_sql over a walk.
typedef enum ArmKind { ARM_ALL, ARM_OWNER, ARM_DEPARTMENT, ARM_READER } ArmKind;
// An owner's arm leaves out what department arms cover, a reader's what the owner's covers too (except_owner; 0: there is none).
typedef struct ScopeArm { ArmKind kind; int64_t id; const int64_t *except_departments; size_t except_count; int64_t except_owner, object; } ScopeArm;
void actor_scope_arms(Arena *arena, const Actor *actor, const Object *object, Verb verb, size_t limit, ScopeArm **ret, size_t *ret_count, bool *ret_single);
void scope_arm_sql(const ScopeArm *arm, Str alias, Sql *sql); // the arm's condition, without "and"

// Names for expressions written by this reader: hidden and masked fields and unreadable objects do not exist for them.
ExprNames actor_names(const Actor *actor);
// Environment with guard (paths and aggregates see only what the reader may see), me, my_department, zone.
ExprEnv actor_env(Context *context, const Actor *actor);

// The private address of a calendar: whoever has the token reads that person's calendar and nothing else. One for each person; a new one replaces the one before.
Status calendar_address_create(Db *db, int64_t user, Str *ret_token) MUST_USE;              // 32 random bytes, base64url; only its BLAKE2b is stored
Status calendar_address_find(Db *db, Str token, int64_t *ret_user, bool *ret_found) MUST_USE;
Status calendar_address_made(Db *db, int64_t user, Value *ret_at) MUST_USE;                  // VALUE_NULL: there is none
Status calendar_address_delete(Db *db, int64_t user) MUST_USE;
