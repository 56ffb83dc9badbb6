// The catalog: objects, fields, relations, layouts, views as an immutable snapshot. The format of definitions is in src/meta/README.md.
#pragma once
#include "base/context.h"
#include "base/json.h"
#include "base/likeness.h"
#include "base/value.h"
#include "expr/expr.h"
#include "store/store.h"

typedef struct Object Object;
typedef struct Field Field;
typedef struct Catalog Catalog;
typedef struct FieldType FieldType;

typedef struct Label { Str text[LANG_COUNT]; } Label; // one text given: both hold it
static inline Str label_text(const Label *label, Lang lang) { return label->text[lang]; }

typedef struct Option {
        Str key;
        Label label;
        Str color;
        bool has_probability; Decimal probability; // fraction
        Str outcome;      // "open", "won", "lost" or empty
        bool retired;
} Option;

typedef enum OnDelete { ON_DELETE_RESTRICT, ON_DELETE_CLEAR, ON_DELETE_CASCADE } OnDelete;
typedef enum FieldRole { // common fields, for code that needs them without looking names up
        FIELD_PLAIN, FIELD_ID, FIELD_VERSION, FIELD_NAME, FIELD_OWNER, FIELD_DEPARTMENT, FIELD_CREATED_AT, FIELD_CREATED_BY, FIELD_UPDATED_AT, FIELD_UPDATED_BY, FIELD_DELETED_AT,
} FieldRole;

struct Field {
        int64_t id;              // permanent
        Str name, column;        // column: "" for formula; "owner_id" for references
        Label label, help;
        const FieldType *type;
        ValueKind kind;          // how it is stored (formula and roll-up: of the result)
        FieldRole role;
        bool required, unique, search, sortable, indexed, readonly, system; // system: common field, not written by anyone
        bool retired;            // deleted: column stays, nobody sees it
        bool hidden;             // never leaves the server (password hashes)
        bool stored;             // has a column
        Str sort_column;         // companion of sortable texts, else ""
        int max_length, decimals;
        bool has_min, has_max; Decimal min, max;
        Value fixed_default;     // VALUE_NULL: none
        const Expr *default_expr;
        Option *options; size_t options_count;
        Str *option_keys;        // parallel to options, for the expression checker
        const Object *target;    // reference, user, department, multi_reference
        Str target_name, inverse;
        Label inverse_label;     // of the relation as the target sees it; empty: the object's plural
        Str *targets; size_t targets_count; // record: the objects it may point at; none: any
        OnDelete on_delete;      // record: only cascade means anything
        Str format, pattern, expression;
        const FieldType *result; // formula, roll-up
        const Expr *compiled;    // roll-up's expression over this object (sum(children.x))
        const Field *rollup_by;  // roll-up: the child's reference or record field that points at this object
        const Object *object;
        int index;               // position in object->fields
        const Json *definition;  // as stored, for export
};

typedef struct Relation { // children: how an object is pointed at
        Str name;             // inverse name
        const Object *child;
        const Field *field;   // the child's reference (or record) field
} Relation;

typedef struct View { Str name; Label label; Str kind, filter, sort, group; Str *columns; size_t columns_count; const Json *settings; } View; // settings: an object, NULL: none
typedef struct ActionDef { Str name; Label label; const Expr *when; bool danger; } ActionDef;

// A condition of a layout or rule. mentions: the record's own fields that it names, also within formulas. Empty text: always.
typedef struct Condition { Str text; const Expr *expr; const Field **mentions; size_t mentions_count; } Condition;
// What layouts name and is not there any more is left out where they are shown.
typedef struct LayoutSection { Label label; Str *fields; size_t fields_count; int columns; Condition when; } LayoutSection; // columns 0: not said
typedef struct Layout {
        Str name;                              // empty: the object's `layout`
        Label label;
        Str *roles; size_t roles_count;        // role keys; none: everybody's
        Condition when;
        Str *header; size_t header_count;
        LayoutSection *sections; size_t sections_count;
        Str *related; size_t related_count;
} Layout;
typedef enum RuleEffect { RULE_SHOW, RULE_REQUIRE, RULE_LOCK } RuleEffect;
typedef struct FieldRule { Str name; const Field *field; RuleEffect effect; Condition when; Str *roles; size_t roles_count; } FieldRule; // field NULL: retired since
typedef struct Validation { Str name; Condition when; Label message; Str field_name; const Field *field; } Validation;                     // field NULL: of the whole record
Str rule_effect_name(RuleEffect effect);
// By what two records are told to be the same: fields that agree, or are alike, give points; what disagrees takes points off. A rule whose field was retired is not here.
typedef struct DuplicateRule {
        Str name;
        Str *field_names; size_t names_count;
        const Field **fields; size_t fields_count; // several: what is not text must be equal, the texts are compared as one
        LikenessKind as;                           // how texts are understood
        bool fuzzy, find;                          // alike is enough · candidates are looked for by it
        int weight, against;                       // of 100
} DuplicateRule;
#define DUPLICATE_HIT 60 // points from which on two records are told of
typedef enum OnDuplicate { ON_DUPLICATE_OFF, ON_DUPLICATE_WARN, ON_DUPLICATE_REFUSE } OnDuplicate;
Str on_duplicate_name(OnDuplicate on);
// Counts and sums that are kept of an object's live records by owner, department and these fields, so that whoever asks need not read all rows.
typedef struct TotalsBy { Str text; const Field *field; bool month; } TotalsBy;                                       // month: a date or date-time by its month
typedef struct TotalsSum { Str text; const Expr *expr; const Field **uses; size_t uses_count; } TotalsSum;            // a number of the record's own; uses: the stored fields in it
typedef struct ObjectTotals { TotalsBy *by; size_t by_count; TotalsSum *sums; size_t sums_count; size_t place; } ObjectTotals; // place: in the definition
// Over rows that are not deleted; the one that begins with deleted_at: over those that are. columns: a field's own or its sort key's.
typedef struct IndexDef { Str name; const Field **fields; Str *columns; bool *descending; size_t count; bool unique; } IndexDef;

struct Object {
        int64_t id;
        Str name, table;
        Label label, plural;
        Str icon; int order; bool nav, custom, retired;
        bool follow_owner;                           // false: department is written by users and does not follow the owner (user, department)
        bool search;                                 // false: its records are not in the global search
        Field **fields; size_t fields_count;         // common ones first, in FieldRole order, then as defined; retired ones are not here
        Field *name_field, *owner, *department, *stage, *inherit, *readers;     // readers: a list of users who may read the record too
        Field *pool; bool pooled;                    // a reference "pool" to the object pool · with "in_pool" beside it: records without an owner lie in pools
        Field **through; size_t through_count;       // references and record fields: for reading this counts as belonging to the owner and department of what they refer to, too
        const Field **seen_through; size_t seen_through_count; // such fields of all objects that may refer to rows of this one
        Relation *children; size_t children_count;
        Field **rollups_on_parents; size_t rollups_count; // roll-up fields of other objects that depend on rows of this one
        Field **record_fields; size_t record_fields_count; // fields of type record of this object
        IndexDef *indexes; size_t indexes_count;      // all of them, those that come by themselves too
        View *views; size_t views_count;
        ActionDef *actions; size_t actions_count;
        Layout *layout;                               // NULL: none
        Layout *layouts; size_t layouts_count;        // the first that fits goes before layout
        FieldRule *rules; size_t rules_count;
        Validation *validations; size_t validations_count;
        DuplicateRule *duplicates; size_t duplicates_count;
        OnDuplicate on_duplicate;
        bool duplicate_owner;                         // whoever meets a record that he may not see is told whose it is
        ObjectTotals *totals; size_t totals_count;
        const Json *definition;                       // without "fields"
        const Json *grants;                           // default grants by role key; NULL: none
        void *by_name;                                // internal
        const Catalog *catalog;
        int index;                                    // position in catalog->objects
};

struct Catalog {
        Arena *arena;
        int references;      // atomic
        int64_t epoch;       // grows with each change
        Object **objects; size_t objects_count;
        void *by_name;       // internal
        const struct CatalogSource *source; // internal: what it was built from, retired ones too
        const Zone *zone;    // organisation's
};

#define CUSTOM_OBJECT_ID 1000      // objects made at run time have ids from here on
#define CUSTOM_FIELD_ID 10000000   // and fields from here on
static inline bool field_is_custom(const Field *field) { return field->id >= CUSTOM_FIELD_ID; }

const Object *catalog_find(const Catalog *catalog, Str name);       // NULL: none
const Object *catalog_get(const Catalog *catalog, const char *name); // must exist (shipped objects)
const Object *catalog_find_id(const Catalog *catalog, int64_t id);
const Field *object_find(const Object *object, Str name);
const Field *object_get(const Object *object, const char *name);    // must exist
const Relation *object_children(const Object *object, Str name);
const Option *field_option(const Field *field, Str key);
bool field_is_written(const Field *field);                          // by users, as far as they may; others are the system's or code's
bool field_groupable(const Field *field);                           // can lists and boards be divided by it?
Catalog *catalog_ref(Catalog *catalog);
void catalog_unref(Catalog *catalog); // accepts NULL

// One field type, one file in meta/field. All functions are pure.
struct FieldType {
        const char *name;
        ValueKind kind;
        ExprType expr;
        bool sortable;       // can be
        bool sort_key;       // sorts by a companion column
        bool reference;      // points at one record: target is set, column NAME_id
        bool file;           // holds a file's id: column NAME_id
        bool list;           // text list
        bool computed;       // formula, roll-up, auto-number: clients do not write it
        // Checks and takes what is special to the type from the definition; common attributes are taken already. May be NULL.
        Status (*configure)(Context *context, Field *field, const Json *definition);
        // JSON in → normalised value; the error is added at path with error_add(). in is not JSON null. References are checked for form only.
        Status (*read)(Context *context, const Field *field, Str path, const Json *in, Value *ret);
        // A cell of a file or form → value; NULL: as text through read().
        Status (*parse)(Context *context, const Field *field, Str path, Str text, Value *ret);
        // Value → JSON. References, files and record write the bare id(s); the query pipeline writes those that need names itself.
        void (*write)(JsonWriter *w, const Field *field, Value value);
        // Text for search, exports, messages; choices give the label.
        void (*text)(Buf *buf, const Field *field, Lang lang, Value value);
};
const FieldType *field_type_find(Str name);
extern const FieldType *const field_types[]; // NULL-terminated; one line per file in meta/field
Status field_read(Context *context, const Field *field, Str path, const Json *in, Value *ret) MUST_USE; // JSON null → VALUE_NULL; then type, length, range, pattern, options; no required check
Status field_parse(Context *context, const Field *field, Str path, Str text, Value *ret) MUST_USE;      // empty → null
void field_write(JsonWriter *w, const Field *field, Value value);
void field_text(Buf *buf, const Field *field, Lang lang, Value value);

// Names for the expression language over a catalog, with nothing hidden (access narrows it: see access.h).
ExprNames catalog_names(const Catalog *catalog);
void catalog_expr_field(const Field *field, ExprField *ret);
// The value of a roll-up over a row of its object called alias, as SQL: converted and rounded to what the column holds.
Status rollup_sql(Context *context, const Field *rollup, Str alias, Sql *sql) MUST_USE;
// A roll-up's expression as a definition of object would take it; ret_by: the children's reference it goes over. Errors as those of expr_parse().
Status rollup_parse(Context *context, const Object *object, Str source, ExprType expect, const Expr **ret, const Field **ret_by) MUST_USE;

// Loading and changing. Definitions are rows of meta_object(id, name, definition) and meta_field(id, object_id, name, definition); meta_epoch counts.
extern const Migration meta_migrations[]; extern const size_t meta_migrations_count;
Status catalog_load(Db *db, const Zone *zone, Catalog **ret) MUST_USE;
// Brings the shipped definitions (assets objects/*/object.json) into the database: adds objects and fields that are missing, updates what an administrator did
// not change, never drops. In one transaction with its DDL. *ret_changed: the catalog must be loaded again.
Status catalog_install(Db *db, bool *ret_changed) MUST_USE;

// Changes at run time; the input is checked as a whole (every error at its path), DDL runs in the same transaction, the epoch grows. Callers reload after the commit.
Status catalog_add_object(Db *db, const Catalog *catalog, const Json *definition, Str *ret_name) MUST_USE;
Status catalog_change_object(Db *db, const Catalog *catalog, const Object *object, const Json *changes) MUST_USE; // label, plural, icon, order, nav, layout, layouts, rules, validations, duplicates, views, indexes …
Status catalog_retire_object(Db *db, const Catalog *catalog, const Object *object) MUST_USE;                      // custom ones only; 409 while referenced by live fields
Status catalog_add_field(Db *db, const Catalog *catalog, const Object *object, const Json *definition, Str *ret_name) MUST_USE;
Status catalog_change_field(Db *db, const Catalog *catalog, const Field *field, const Json *changes) MUST_USE;    // label, help, required, default, options, max_length (longer), expression, unique …; never type or name
Status catalog_retire_field(Db *db, const Catalog *catalog, const Field *field) MUST_USE;                         // custom ones only
int64_t catalog_epoch(Db *db, Status *ret_status);
// The definition for a reader: labels in lang, or the maps when all_labels. visible decides per field and adds members ("access"); may be NULL.
typedef struct MetaReader { void *self; Lang lang; bool all_labels;
        bool (*object)(void *self, const Object *object, JsonWriter *w);   // NULL w: only asks; adds "rights"
        bool (*field)(void *self, const Field *field, JsonWriter *w);
        bool (*expression)(void *self, const Object *object, Str text);                                    // does the reader know all that it names? NULL: yes
        bool (*roles)(void *self, const Str *roles, size_t count); } MetaReader;                           // has the reader one of them? NULL: whoever asks arranges for all
void catalog_write_object(const Object *object, const MetaReader *reader, JsonWriter *w);
