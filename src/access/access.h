// Who may do what. Organisation (departments, users, roles) as an immutable snapshot like the catalog; grants compiled per role; an Actor is one user's
// rights, merged over the roles: the widest scope, the most open field right wins. Field and object checks and the reader's scope are asked here by the two
// pipelines (src/record) and by nobody else.
#pragma once
#include "base/network.h"
#include "meta/meta.h"

typedef enum ScopeKind { SCOPE_NONE, SCOPE_OWN, SCOPE_DEPARTMENT, SCOPE_TREE, SCOPE_ALL } ScopeKind; // each includes those before it
typedef enum FieldRight { FIELD_HIDE, FIELD_MASK, FIELD_READ, FIELD_WRITE } FieldRight;
typedef enum Verb { VERB_READ, VERB_CREATE, VERB_UPDATE, VERB_DELETE, VERB_EXPORT, VERB_IMPORT, VERB_TRANSFER } Verb;

typedef struct Scope {
        ScopeKind kind;
        const Expr *rule;   // a scope given as expression, or-ed with kind: the first of rules; NULL: none
        const Expr *const *rules; size_t rules_count; // all of them: several roles may each bring one
} Scope;

// What a masked field shows: so many characters of its beginning and end; not given: by the field's type.
typedef struct Mask { bool given; uint8_t head, tail; } Mask;

typedef struct ObjectGrant {      // one actor's rights on one object
        Scope read, update, remove;
        bool create, export, import, transfer;
        bool all_actions;
        Str *actions; size_t actions_count;
        FieldRight *fields;        // by field index
        Mask *masks;               // by field index, of those that are masked
} ObjectGrant;

typedef struct Department { int64_t id, parent; Str name; int64_t head; int enter, leave; } Department; // enter/leave: preorder numbers, a subtree is a range
typedef struct Person {
        int64_t id, department;                             // the primary one
        int64_t *others; size_t others_count;               // further departments
        Str login, name; bool active; Lang lang;
        int64_t *roles; size_t roles_count;                 // his own; the base roles come beside them
        int64_t superior;                                   // as written; 0: none
} Person;
// Records of one object that match a condition, for some people. Only rules in effect are in the snapshot: active, and of a condition that holds together.
typedef struct SharingRule {
        int64_t id; Str name;
        const Object *object;
        Str source; const Expr *condition;
        bool write, ready;                                  // ready: all its entries are there; nobody sees through it before
        int64_t *users, *departments, *roles; size_t users_count, departments_count, roles_count;
} SharingRule;

// Records without an owner, for some people: who is in it sees them and may claim them (pool.c). All pools are in the snapshot, for what lies in one that is not active stays masked.
typedef struct Pool {
        int64_t id; Str name; int order;
        const Object *object;
        bool active, masked;
        bool *veils;                                        // by field index of object: what is masked in it
        int64_t view_daily;                                 // records that one person opens in it a day; 0: no limit
        int64_t *users, *departments, *administrators; size_t users_count, departments_count, administrators_count;
} Pool;

typedef struct Access { // snapshot
        Arena *arena; int references; int64_t epoch, rules_epoch; // rules_epoch grows with every change of sharing rules
        Department *departments; size_t departments_count;  // sorted by id
        Person *people; size_t people_count;                // sorted by id
        SharingRule *rules; size_t rules_count;             // sorted by id
        Pool *pools; size_t pools_count;                    // sorted by id
        int64_t *base_roles; size_t base_roles_count;       // what everyone has
        struct Actor **actors;                              // by person index, compiled when first asked for (atomic)
        const Catalog *catalog;                             // the snapshot it was compiled against; held
        void *roles;                                        // internal
} Access;

typedef struct Actor {
        int64_t user, department;       // 0 for the system itself; department 0: none (the primary one)
        const int64_t *departments; size_t departments_count; // all he is in, ascending
        Str name, login;
        Lang lang;
        bool system;                    // the system itself or an administrator's command: everything
        bool administrator;             // has the role with key "admin", or system: may change metadata, roles and settings
        const int64_t *roles; size_t roles_count; // ids, ascending, base roles among them; the system has none
        const int64_t *tree; size_t tree_count; // own departments and all below (and those headed), ascending
        const SharingRule *const *rules; size_t rules_count; // that are for him and ready
        const Pool *const *pools; size_t pools_count;       // active ones that he is in or administers
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
// A member of an answer: {"id","name"}; person_put and department_put: null for NULL; user_put: without a name for who is gone for good.
void person_put(JsonWriter *w, const char *key, const Person *person);
void department_put(JsonWriter *w, const char *key, const Department *department);
void user_put(JsonWriter *w, const char *key, const Access *access, int64_t id);
// Ids of a department and all below it, the department first; count 0: there is no such department. They belong to the snapshot.
void access_subtree(const Access *access, Arena *arena, int64_t department, const int64_t **ret, size_t *ret_count);
// What one role by itself gives on an object, for explaining. false: there is no such role.
typedef struct RoleGrant { int64_t id; Str name; bool administrator, base, gives; const ObjectGrant *grant; } RoleGrant; // gives: anything at all on it
bool access_role_grant(const Access *access, int64_t role, const Object *object, RoleGrant *ret);
Str access_rule_text(const Access *access, const Expr *rule);          // of a scope given as expression, as it was written
// Who stands above somebody, the nearest first: whoever is written as his superior, else the head of his primary department, else of those above it; then the same of that one.
// Active people only, nobody twice. Approvals go up this chain.
typedef struct Superior { const Person *person; int64_t department; } Superior; // department: whose head he is; 0: written as the superior
void access_superiors(const Access *access, Arena *arena, int64_t user, Superior **ret, size_t *ret_count);
bool access_roles_have(Str roles, int64_t role);                       // is role in a stored list of ids, e.g. ["12","7"]?
bool access_role_allows(const Access *access, int64_t role, Str peer); // may the role be used from this address? An unknown role: yes
// Marks the organisation (departments, users, roles) as changed: in the same transaction as the change. On PostgreSQL it also makes such changes wait for each other.
Status access_bump(Db *db) MUST_USE;
Status access_epoch(Db *db, int64_t *ret) MUST_USE;
Status access_bump_rules(Db *db) MUST_USE;                            // sharing rules changed: access_bump(), and their own epoch

// Grants as a role keeps them (format: README.md). Every mistake is added at a path such as "grants.customer.read", the position within an expression with it.
Status grants_check(Context *context, const Catalog *catalog, Str path, Str json) MUST_USE;
// What the shipped definitions propose for a role ("grants": {"sales": …} of each object.json) as one grants text; for creating the shipped roles.
Status grants_shipped(Context *context, const Catalog *catalog, Str role_key, Str *ret_json) MUST_USE;

// Questions.
bool actor_may(const Actor *actor, const Object *object, Verb verb);              // at all, on some record
#define ACTION_ASSIGN "assign" // giving a record to somebody else, in whatever way: takes the right to transfer too
#define ACTION_RELEASE "release" // into a pool: taken back by who may give records away
bool actor_may_act(const Actor *actor, const Object *object, Str action);
FieldRight actor_field(const Actor *actor, const Field *field);
bool actor_has_role(const Actor *actor, const Str *keys, size_t count);           // one of these role keys
Scope actor_scope(const Actor *actor, const Object *object, Verb verb);
Mask actor_mask(const Actor *actor, const Field *field);
Str mask_text(Arena *arena, const Field *field, Mask mask, Str text);             // 138****1234, z***@x.cn, 张*, 其***; empty (show null): numbers, choices, lists …

// ---- Pools (pool.c)
Status pools_read(Db *db, const Catalog *catalog, Arena *arena, Pool **ret, size_t *ret_count) MUST_USE; // as they stand in the database, by id
const Pool *access_pool(const Access *access, int64_t id);                        // NULL: there is none
bool pool_has(const Pool *pool, const Actor *actor);                              // is he in it, or its administrator?
bool pool_administers(const Pool *pool, const Actor *actor);                      // administrators of everything too
// A field of records in pools that is masked to him in some of them, in this one (the record's value of its pool), and as a condition over alias.
bool actor_veils(const Actor *actor, const Field *field);
bool actor_veiled(const Actor *actor, const Field *field, Value pool);
bool actor_veil_sql(const Actor *actor, const Field *field, Str alias, Sql *sql); // false: nowhere, and nothing is written

// ---- Entries: to whom a record belongs beside its owner and department, as rows of access_entry(object_id, record_id, source, token, updated_at, write), which the record
// pipeline keeps for every live record. What they mean for a reader is in README.md, "Entries".
typedef enum TokenKind { TOKEN_USER, TOKEN_DEPARTMENT, TOKEN_RULE, TOKEN_POOL } TokenKind;
static inline int64_t token_of(TokenKind kind, int64_t id) { return id * 4 + kind; }
static inline TokenKind token_kind(int64_t token) { return (TokenKind)(token & 3); }
static inline int64_t token_id(int64_t token) { return token >> 2; }
// Of a pool there are two: of all who are in it, for the records that lie there, and of its administrators, for what is told of it (its rules, its movements).
static inline int64_t token_of_pool(int64_t pool, bool administrators) { return token_of(TOKEN_POOL, pool * 2 + administrators); }
enum { SOURCE_READERS, SOURCE_RULE, SOURCE_TEAM, SOURCE_POOL }; // and above them the ids of fields of Object.through
typedef struct AccessEntry { int64_t source, token; bool write; } AccessEntry; // write: of the team only
// May entries widen this scope? Of nobody who may not do this to such records at all, and of nobody who may do it to all.
bool actor_has_entries(const Actor *actor, const Object *object, Verb verb);

typedef struct Subject {                                // a record, as far as a scope asks
        int64_t owner, department;
        const AccessEntry *entries; size_t entries_count;   // none: they do not count
        const ExprRows *rows; const void *row;              // for rules; NULL: they count as not matching
} Subject;
// In memory: is this record within the scope of verb?
Status actor_covers(Context *context, const Actor *actor, const Object *object, Verb verb, const Subject *subject, bool *ret) MUST_USE;
// SQL condition of the scope over alias, without "and": e.g. ("t"."owner_id" = ?1 or "t"."department_id" in (…)); scope all → "1=1", none → "1=0".
// Rules are the administrator's: what they reach through paths is not narrowed to what the reader may see.
Status actor_scope_sql(Context *context, const Actor *actor, const Object *object, Verb verb, Str alias, Sql *sql) MUST_USE;
// The same without entries: what is the actor's by his own scope.
Status actor_own_scope_sql(Context *context, const Actor *actor, const Object *object, Verb verb, Str alias, Sql *sql) MUST_USE;
// The same without what lies in pools that mask something from him: what hangs under such a record is not seen through it.
Status actor_open_scope_sql(Context *context, const Actor *actor, const Object *object, Str alias, Sql *sql) MUST_USE;
// The departments whose records the scope covers by itself, ascending; they belong to the actor.
void actor_scope_departments(const Actor *actor, const Object *object, Verb verb, const int64_t **ret, size_t *ret_count);
// What stands in entries for the actor's reading: tokens, ascending.
void actor_tokens(Arena *arena, const Actor *actor, const Object *object, const int64_t **ret, size_t *ret_count);
// The same as separate index-friendly arms without overlap (streams): each arm is one condition like owner_id = 7, department_id = 3. count 0: nothing visible; one
// arm with kind ARM_ALL: everything. More than limit arms, or a rule: *ret_single true and the caller uses actor_scope_sql over a walk.
typedef enum ArmKind { ARM_ALL, ARM_OWNER, ARM_DEPARTMENT, ARM_ENTRY } ArmKind;
// An owner's arm leaves out what department arms cover, an entry's what owner's, departments' and the entry arms before it do. id: of an entry the token.
typedef struct ScopeArm {
        ArmKind kind;
        int64_t id, object;
        const int64_t *except_departments; size_t except_count;
        int64_t except_owner;                         // 0: there is none
        const int64_t *except_tokens; size_t except_tokens_count; // lower ones, which other arms have
} ScopeArm;
void actor_scope_arms(Arena *arena, const Actor *actor, const Object *object, Verb verb, size_t limit, ScopeArm **ret, size_t *ret_count, bool *ret_single);
// The arm's condition over alias, without "and". alone: without what other arms have too; else doubles are left in.
void scope_arm_sql(const ScopeArm *arm, bool alone, Str alias, Sql *sql);
// An entry arm as a condition over alias e of access_entry, which an index answers in the order (updated_at, record_id). alone: also over alias t of the
// object's table, joined on the record; each record once.
void scope_arm_entry(const ScopeArm *arm, bool alone, Sql *sql);

// Names for expressions written by this reader: hidden and masked fields and unreadable objects do not exist for them.
ExprNames actor_names(const Actor *actor);
// Environment with guard (paths and aggregates see only what the reader may see), me, my_department, zone.
ExprEnv actor_env(Context *context, const Actor *actor);

// The private address of a calendar: whoever has the token reads that person's calendar and nothing else. One for each person; a new one replaces the one before.
Status calendar_address_create(Db *db, int64_t user, Str *ret_token) MUST_USE;              // 32 random bytes, base64url; only its BLAKE2b is stored
Status calendar_address_find(Db *db, Str token, int64_t *ret_user, bool *ret_found) MUST_USE;
Status calendar_address_made(Db *db, int64_t user, Value *ret_at) MUST_USE;                  // VALUE_NULL: there is none
Status calendar_address_delete(Db *db, int64_t user) MUST_USE;
