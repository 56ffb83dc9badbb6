// What the files that write definitions share: who may see what, labels, lists of names.
#pragma once
#include "meta/take.h"

bool meta_shows_field(const MetaReader *reader, const Field *field);
bool meta_shows_relation(const MetaReader *reader, const Relation *relation);
bool meta_shows_expression(const MetaReader *reader, const Object *object, Str text);
void meta_put_label(JsonWriter *w, const MetaReader *reader, const char *key, const Label *label); // nothing where it is empty
// Names of fields, paths too; those that are gone or not for this reader are left out.
void meta_put_visible(JsonWriter *w, const MetaReader *reader, const Object *object, const char *key, const Str *names, size_t count);
// duplicates.c
void meta_put_duplicates(JsonWriter *w, const MetaReader *reader, const Object *object);
// write_form.c
void meta_put_forms(JsonWriter *w, const MetaReader *reader, const Object *object); // layout, layouts, rules, validations
