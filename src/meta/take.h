// Reads members of definitions: an absent or null member leaves *ret as it is; what is wrong is added as an error at the member's name.
#pragma once
#include "base/unicode.h"
#include "meta/meta.h"

#define NAME_MAX_LENGTH 40

void take_text(Context *context, const Json *definition, const char *member, size_t max_length, Str *ret);
void take_bool(Context *context, const Json *definition, const char *member, bool *ret);
void take_int(Context *context, const Json *definition, const char *member, int least, int most, int *ret);
void take_decimal(Context *context, const Json *definition, const char *member, bool *ret_has, Decimal *ret);
void take_label(Context *context, const Json *definition, const char *member, Label *ret);
// A list of texts; NULL and 0 where it is absent.
void take_texts(Context *context, const Json *definition, const char *member, Str **ret, size_t *ret_count);
// The member when it is an array, else NULL (and an error when it is something else).
const Json *take_array(Context *context, const Json *definition, const char *member);
// Every member must be one of allowed (NULL-terminated), others are errors.
void take_only(Context *context, const Json *definition, const char *const *allowed);

bool label_empty(const Label *label);
void label_set(Label *label, Str text); // for all languages
bool name_valid(Str name);              // [a-z][a-z0-9_]{0,39}, no "__", not ending in "_"
// Puts prefix before the field of every error added since there were `from` of them.
void error_prefix(Context *context, size_t from, Str prefix);
// "options[3]." for lists within definitions.
Str path_item(Context *context, const char *member, size_t index);
// Takes a's errors over into b's, copied into b's arena.
void error_move(const Context *from, Context *to);
