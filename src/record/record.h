// The two pipelines. Everything that reads records goes through query_*, everything that writes them through record_*: rights, masks, history, events and
// search are done here and nowhere else. All functions run inside a transaction (Call.db) in the name of an actor.
#pragma once
#include "access/org.h"

typedef struct Call {
        Context *context;
        Org *org;
        const Catalog *catalog;
        const Actor *actor;
        Db *db;
        Str source;            // "api", "import", "system" …: goes into the history
        Str peer;              // address that it comes from; empty: from here
        Str via;               // through what: a browser, a named token, a command; goes into the history
        bool own_write;        // what is read answers a write of the same request: it is not held against what one may read
        bool quiet;            // bulk loading: nothing that is written in this call leaves events, what hooks write neither
        bool moving;           // a record goes into or out of a pool, and whoever does it says so in the log of pools
        bool settled;          // what a change entails elsewhere (a person's records follow him to another department) is seen to by whoever makes it
        const Object *acted_object; int64_t acted_id; // the record that an action is being run on; NULL: none
        bool metadata_changed; // set when a write changed users, departments or roles: reload access after the commit
} Call;

// ---- Reading
typedef struct RecordQuery {
        const Object *object;
        Str filter, sort, fields, q, after;  // as in the API
        int limit;                           // 1–200; 0: 50
        bool count;                          // capped at 10,000, then count_exact false
        bool deleted;                        // the recycle bin instead
} RecordQuery;
// Writes {"items":[…],"next":…,"count":…}.
Status query_list(Call *call, const RecordQuery *query, JsonWriter *w) MUST_USE;
// Writes {"count":…,"exact":…}: how many records a list of that filter has, at most 10,000.
Status query_count(Call *call, const Object *object, Str filter, JsonWriter *w) MUST_USE;
void count_write(JsonWriter *w, int64_t count); // -1: not known, {"count":null,"exact":false}
// Writes one record as the reader may see it (all readable fields, long ones too); *ret_version for the ETag. Invisible: STATUS_NOT_FOUND.
Status query_get(Call *call, const Object *object, int64_t id, JsonWriter *w, int64_t *ret_version) MUST_USE;
typedef struct AggregateQuery { const Object *object; Str group, measure, filter, sort; int limit; bool rows, *kept; } AggregateQuery; // rows: of the records themselves, never of totals; kept: is told which of the two it was, may be NULL
Status query_aggregate(Call *call, const AggregateQuery *query, JsonWriter *w) MUST_USE;
Status query_search(Call *call, Str q, Str objects, int limit, JsonWriter *w) MUST_USE;       // over all searchable objects, newest first
Status query_history(Call *call, const Object *object, int64_t id, Str after, int limit, JsonWriter *w) MUST_USE;
Status query_timeline(Call *call, const Object *object, int64_t id, Str after, int limit, JsonWriter *w) MUST_USE;
// {"items":[{"id","version","user","access","role"}],"manage"}: the record's team, and may the actor change it?
Status query_team(Call *call, const Object *object, int64_t id, JsonWriter *w) MUST_USE;
Status query_explain(Call *call, const Object *object, int64_t id, int64_t user, JsonWriter *w) MUST_USE;
// What a form shows for the values typed so far, and what a write of them would be told; writes nothing. id 0: a record that is not stored yet. as: whose rights and
// rules (an administrator looks at it as a role), the actor's when NULL; which records may be seen is always the actor's. Format: docs/manual, "Forms".
typedef struct FormQuery { const Object *object; int64_t id; const Json *values; const Actor *as; } FormQuery;
Status query_form(Call *call, const FormQuery *query, JsonWriter *w) MUST_USE;
// Is this an expression that could stand in a definition of object? With id also its value for that record.
typedef enum ExpressionKind { EXPRESSION_CONDITION, EXPRESSION_VALUE, EXPRESSION_ROLLUP } ExpressionKind;
typedef struct ExpressionQuery { const Object *object; Str source; ExpressionKind kind; int64_t id; } ExpressionQuery;
Status query_expression(Call *call, const ExpressionQuery *query, JsonWriter *w) MUST_USE;
bool query_visible(Call *call, const Object *object, int64_t id, Status *ret_status);         // may this actor read it?
// For event streams: may the actor read a record with this owner and department? (rules are answered by a read)
// Walks everything the reader may see, in id order, for exports: each row's values by field index.
typedef Status (*QueryRow)(void *arg, const Value *values, const Str *reference_names);
Status query_walk(Call *call, const Object *object, Str filter, const Field *const *fields, size_t fields_count, int64_t after_id, int limit, QueryRow row, void *arg, int64_t *ret_last_id) MUST_USE;

// ---- Records in memory
typedef struct Record {
        const Object *object;
        int64_t id, version;
        Value *values;          // by field index; not stored (formula) ones are VALUE_NULL
} Record;
Value record_value(const Record *record, const char *field);
Str record_str(const Record *record, const char *field); // empty where it has none
void record_set(Record *record, const char *field, Value value);
// Loads with a lock on PostgreSQL (for update). No rights are checked: for hooks and actions, which have checked. STATUS_NOT_FOUND when absent or deleted.
Status record_load(Call *call, const Object *object, int64_t id, Record **ret) MUST_USE;

// May the actor do this to a stored record through his own scope, not counting teams and sharing rules?
Status record_allowed_own(Call *call, Verb verb, const Record *record, bool *ret) MUST_USE;

// ---- Writing
typedef enum ChangeKind { CHANGE_CREATE, CHANGE_UPDATE, CHANGE_DELETE, CHANGE_RESTORE } ChangeKind;
// What a request wants to write: values by field index with a mark for those given. Made by a worker without the database.
typedef struct RecordInput {
        const Object *object;
        Value *values;
        bool *given;
        bool *failed;            // given, but refused: its error is already in the context, the value is null
        Str *sort_keys;          // of given sortable texts
} RecordInput;
// Types, lengths, options, unknown and computed fields: collects every error and returns STATUS_INVALID; *ret is usable even then, so that record_create() and
// record_update() go on collecting (required, rights, references) and refuse in the end. path_prefix e.g. "items[3]." for batches, else empty.
Status record_input(Context *context, const Object *object, const Json *values, Str path_prefix, RecordInput **ret) MUST_USE;
RecordInput *record_input_new(Arena *arena, const Object *object);                    // empty, for code
void record_input_set(RecordInput *input, const char *field, Value value);            // code may set read-only fields

typedef struct RecordChange { // what hooks see
        ChangeKind kind;
        const Object *object;
        int64_t id;              // 0 before a create is stored
        const Record *before;    // NULL on create
        Record *after;           // NULL on delete; hooks may change values before store
        bool *given;             // by field index: asked for by the caller
        bool by_user;            // rights were checked for the actor; false: the system's own doing
        void *carried;           // what the object's hook found out before and needs after
} RecordChange;

typedef struct WriteOptions {
        int64_t version;         // If-Match; 0: last write wins
        bool as_system;          // no rights, read-only fields may be set (actions, import with original author)
        bool import;             // created_at, created_by, updated_at may be given
        bool quiet;              // bulk loading: no events
        Str action;              // named in the history ("convert")
        Str path_prefix;         // before field names in errors
        int64_t owner;           // code's choice where the caller named none; not asked of the actor's rights
        const Value *filled;     // by field index, on create: the same for any field
        const bool *asked;       // as_system, by field index: what the caller himself named; asked of his rights all the same
        bool exact;              // of an update: the fields given and no others are written, whatever the object's hook makes of them (undoing)
} WriteOptions;

Status record_create(Call *call, const RecordInput *input, const WriteOptions *options, int64_t *ret_id) MUST_USE;
Status record_update(Call *call, const Object *object, int64_t id, const RecordInput *input, const WriteOptions *options) MUST_USE; // unchanged values: nothing is written
Status record_delete(Call *call, const Object *object, int64_t id, const WriteOptions *options) MUST_USE;
Status record_restore(Call *call, const Object *object, int64_t id) MUST_USE;
// An entry of the audit log in the name of the actor, in this transaction. object NULL: about nothing in particular.
Status record_audit(Call *call, const char *kind, const Object *object, int64_t record, Str detail) MUST_USE;
// For the 412 answer: after STATUS_STALE the problem carries "current": the record.

// Writes what fields had before a change (or after it), through this pipeline, with the rights of who asks. fields: an array of names, NULL: all of the change that may be written.
typedef struct HistoryRestore { const Object *object; int64_t id, change; const Json *fields; bool after; int64_t version; } HistoryRestore;
Status history_value_restore(Call *call, const HistoryRestore *restore) MUST_USE;

// ---- What objects add (objects/NAME/NAME.c): const tables
typedef struct Action {
        const char *name;
        Verb needs;              // VERB_UPDATE: the record must be updatable by the actor, VERB_READ: readable; the grant's action list is always asked
        Status (*run)(Call *call, const Record *record, const Json *body, JsonWriter *w); // body: object or NULL; writes the answer (nothing written: the record is answered)
        bool pooled;             // of a record that lies in a pool: its administrators may, whatever their roles say, and who is in it and may run the action; needs does not count then
        // Asked where the record is not visible any more, or its condition does not hold: says why (an error), or nothing. May be NULL
        Status (*late)(Call *call, const Object *object, int64_t id);
} Action;
// When somebody leaves, what he holds is handed over: every record whose owner (or other reference to a colleague) he is. A module says where that is not so.
typedef enum HandoverKind {
        HANDOVER_MOVES,
        HANDOVER_STAYS, // what he has done or said (comments, follow-ups): stays his unless it is asked for by name
        HANDOVER_NEVER, // his own, of no use to others (notifications)
} HandoverKind;
typedef struct Holding { // what he holds that is not named by a field of a record
        const char *name, *text;                                 // key in the API · message key of its label
        Status (*count)(Call *call, int64_t user, int64_t *ret);
        Status (*end)(Call *call, int64_t user);                 // it cannot be another's: ended when he is deactivated. May be NULL
} Holding;
struct JobKind; // flow/job.h
typedef struct ObjectModule {
        const char *object;
        Status (*before)(Call *call, RecordChange *change);  // after normalising and defaults, before validation; may set values, add errors
        Status (*after)(Call *call, const RecordChange *change); // stored, in the same transaction
        const Action *actions; size_t actions_count;
        Status (*minutely)(Call *call);                      // a little work every minute, on one node, as the system; may be NULL
        HandoverKind handover;
        const Holding *holdings; size_t holdings_count;
        const struct JobKind *jobs; size_t jobs_count;       // kinds of long work that its code orders
} ObjectModule;
const ObjectModule *const *record_modules(const Org *org); // NULL-terminated; NULL: none
// Every module's minutely work, once per cluster.
Status record_minutely(Call *call) MUST_USE;
void record_modules_set(Org *org, const ObjectModule *const *modules); // NULL-terminated
Status record_action(Call *call, const Object *object, int64_t id, Str action, const Json *body, int64_t version, JsonWriter *w) MUST_USE;

// ---- Tables of this layer: history, outbox, search_*, idempotency, sequence (auto numbers), file
extern const Migration record_migrations[]; extern const size_t record_migrations_count;
// Makes the search tables of objects that lack one; called after the catalog was installed or changed.
Status search_prepare(Db *db, const Catalog *catalog) MUST_USE;
// All that this layer keeps by the definitions brought up to them: after a change of the catalog at run time, in its transaction, with the catalog as it is then.
Status record_prepare(Db *db, const Catalog *catalog) MUST_USE;
// Outbox, for event streams and consumers: rows after a cursor, in commit order, at most limit.
// A cursor is (transaction, id): on PostgreSQL sequence order is not commit order, so rows are read in transaction order below the oldest running one; SQLite's transaction is 0.
typedef struct OutboxCursor { int64_t transaction, id; } OutboxCursor;
typedef struct OutboxEvent { OutboxCursor cursor; int64_t object_id, record_id, version, owner, department, user; ChangeKind change; int64_t at_ms; } OutboxEvent;
Status outbox_read(Db *db, OutboxCursor after, int limit, OutboxEvent **ret, size_t *ret_count) MUST_USE;
Status outbox_last(Db *db, OutboxCursor *ret) MUST_USE;
Str change_name(ChangeKind kind); // "create", "update", "delete", "restore"
// Removes what has had its time (events after a week, repeated answers after a day), at most limit of each; *ret_more: there is more.
Status record_prune(Call *call, int limit, bool *ret_more) MUST_USE;
// Idempotency-Key: *ret_found: answer as stored. The row is written in the request's transaction.
Status idempotency_find(Call *call, Str key, Str route, Str body_hash, bool *ret_found, int *ret_status, Str *ret_body, Str *ret_etag) MUST_USE; // other body → STATUS_INVALID "idempotency_body"
Status idempotency_store(Call *call, Str key, Str route, Str body_hash, int status, Str body, Str etag) MUST_USE;
// Every invariant of this layer (references resolve, roll-ups equal their children, search terms match, history versions have no gaps …).
Status record_check(Call *call, void (*report)(void *arg, Str finding), void *arg) MUST_USE;
