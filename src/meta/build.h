// Inside of the catalog: what a snapshot is built from and the steps of building. No other layer includes this.
#pragma once
#include "base/asset.h"
#include "meta/take.h"

#define FIELDS_MOST 400   // of one object; PostgreSQL's limit is 1,600 columns, some types take two
#define OPTIONS_MOST 1000

typedef struct FieldSource {
        int64_t id, position;
        Str name;
        const Json *definition;
        Str shipped;          // the definition as it came with the program; empty: made at run time, or not asked for
        bool retired;
        bool fresh;           // being changed now: checked in full, what it names too
        Str path;             // put before the fields of its errors, e.g. "fields[2]."
} FieldSource;

typedef struct ObjectSource {
        int64_t id;
        Str name;
        const Json *definition; // without "fields"
        Str shipped;
        bool retired, fresh;
        const Json *given;    // fresh: the members that are new; NULL: all
        Str path;
        FieldSource *fields; size_t fields_count; // in their order
} ObjectSource;

typedef struct CatalogSource {
        ObjectSource *objects; size_t objects_count; // by id
        int64_t epoch;
} CatalogSource;

// Checks and links everything. The snapshot lives in arena, which it owns when this succeeds; the definitions must live as long as it.
Status catalog_build(Context *context, Arena *arena, const CatalogSource *source, const Zone *zone, Catalog **ret) MUST_USE;
// A copy that may be changed, its definitions shared.
CatalogSource *source_copy(Arena *arena, const CatalogSource *source);
ObjectSource *source_find(CatalogSource *source, int64_t id);
FieldSource *source_find_field(ObjectSource *object, int64_t id);
ObjectSource *source_add(Arena *arena, CatalogSource *source, int64_t id);       // keeps the order of ids
FieldSource *source_add_field(Arena *arena, ObjectSource *object);               // at the end

// rows.c: the sources as rows of meta_object and meta_field.
Status source_load(Db *db, Arena *arena, bool with_shipped, CatalogSource **ret) MUST_USE;
Status source_store(Db *db, const CatalogSource *source) MUST_USE; // what is fresh
typedef struct Counters { int64_t epoch, next_object, next_field; } Counters;
Status counters_lock(Db *db, Counters *ret) MUST_USE;              // until the end of the transaction
Status counters_store(Db *db, const Counters *counters) MUST_USE;

// edit.c: new definitions out of old ones.
Json *json_edit(Arena *arena, const Json *base, const Json *changes);                   // members of changes replace or are added; null removes
Json *json_without(Arena *arena, const Json *base, const char *const *names);
Json *json_with_text(Arena *arena, const Json *base, const char *name, Str text);       // one member, put first
Str json_text(Arena *arena, const Json *json);                                          // NULL: empty
bool json_same(Arena *arena, const Json *a, const Json *b);                             // NULL and null are the same
Json *json_shared(Arena *arena, const Json *a, const Json *b);                          // the members that both have alike
Json *options_edit(Arena *arena, const Json *old, const Json *changed);                 // options that are missing in changed stay, retired
Json *definition_merge(Arena *arena, const Json *base, const Json *mine, const Json *theirs); // three ways, member by member

// install.c: catalog_install() with other definitions than those linked in.
typedef void AssetGive(void *arg, const Asset *asset);
typedef struct Shipment { void (*each)(void *arg, AssetGive *give, void *give_arg); void *arg; } Shipment;
Status catalog_install_from(Db *db, const Shipment *shipment, bool *ret_changed) MUST_USE;

typedef struct Builder {
        Context *context;   // its arena is the catalog's
        Catalog *catalog;
        const CatalogSource *source;
} Builder;

// define_*.c: each definition by itself.
void object_define(Builder *builder, const ObjectSource *source, Object *object);
void field_define(Builder *builder, Object *object, const FieldSource *source, Field *field);
void field_common(Builder *builder, Object *object, FieldRole role, const FieldSource *refined, Field *field); // refined: NULL or the definition that refines it
FieldRole common_role(Str name); // FIELD_PLAIN: none
bool object_name_reserved(Str name);
// form.c: layouts, rules and validations, in the three steps of every definition.
void form_define(Context *context, Object *object, const ObjectSource *source);
void form_link(Builder *builder, Object *object);
void form_check(Builder *builder, Object *object);
// duplicates.c: by what records are told to be the same.
void duplicates_define(Context *context, Object *object, const ObjectSource *source);
void duplicates_link(Builder *builder, Object *object);
// totals.c, likewise.
void totals_define(Context *context, Object *object, const Json *definition);
void totals_link(Builder *builder, Object *object);
void totals_check(Builder *builder, Object *object);
// link.c: targets, relations, what is named by its name.
void catalog_link(Builder *builder);
// check.c: expressions and what depends on them; after linking.
void catalog_check(Builder *builder);
// indexes.c
void catalog_index(Builder *builder);

// Adds what is wrong at path, with the character.
bool builder_parse(Builder *builder, const Object *object, Str source, ExprType expect, Str path, const Expr **ret);
void builder_error(Builder *builder, const Object *object, Str member, const char *code, Str arg); // at a member of the object's definition
bool source_gives(const ObjectSource *source, const char *member);                                // is it new, so that all it names is checked?
const ObjectSource *builder_source(const Builder *builder, const Object *object);
const FieldSource *builder_field_source(const Builder *builder, const Field *field); // NULL: a common one that nothing refines

// Tables by name.
void *names_make(Arena *arena, size_t count);
void names_put(void *table, Str name, void *item);
void *names_find(const void *table, Str name);
