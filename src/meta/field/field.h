// What the files of field types share. Each type is one const table in a file of its own; the list of them is in field.c.
#pragma once
#include "base/unicode.h"
#include "meta/take.h"

#define INTEGER_MOST 9007199254740991LL // 2^53 - 1: what every reader of JSON holds exactly

extern const FieldType field_type_text, field_type_long_text, field_type_integer, field_type_number, field_type_money, field_type_percent,
        field_type_boolean, field_type_date, field_type_datetime, field_type_choice, field_type_multi_choice, field_type_reference,
        field_type_multi_reference, field_type_user, field_type_department, field_type_record, field_type_phone, field_type_email, field_type_url,
        field_type_address, field_type_position, field_type_file, field_type_image, field_type_auto_number, field_type_formula, field_type_rollup,
        field_type_tags, field_type_json;

// Says what type was expected; STATUS_INVALID.
Status field_wrong_type(Context *context, Str path, const char *expected);
// The length of texts: default and most, in characters.
Status field_length(Context *context, Field *field, int fallback, int most);
// A cell's text as people type it: compatibility forms (full-width digits, brackets, spaces) made plain, white space off both ends.
Str cell_plain(Arena *arena, Str text);
// One of a list of words, without case; NULL-terminated.
bool cell_is(Str text, const char *const *words);

// Texts.
Status text_read(Context *context, const Field *field, Str path, const Json *in, Value *ret);
void text_write(JsonWriter *w, const Field *field, Value value);
void text_text(Buf *buf, const Field *field, Lang lang, Value value);
// The pattern of a text (ICU regular expression over the whole value).
bool pattern_valid(Arena *arena, Str pattern);
bool pattern_matches(Arena *arena, Str pattern, Str text);

// Numbers.
Status decimal_read(Context *context, const Field *field, Str path, const Json *in, int places, Value *ret);
Status decimal_cell(Context *context, const Field *field, Str path, Str text, int places, bool percent, Value *ret);

// Ids: a positive number, digits, or an object with one.
bool id_read(const Json *in, int64_t *ret);
Status reference_read(Context *context, const Field *field, Str path, const Json *in, Value *ret);
Status reference_parse(Context *context, const Field *field, Str path, Str text, Value *ret);
void id_write(JsonWriter *w, const Field *field, Value value);
void id_text(Buf *buf, const Field *field, Lang lang, Value value);

// Lists: a value is a canonical JSON array of strings.
#define LIST_MOST 200
typedef struct List { Context *context; Str *items; size_t count, capacity; } List;
List list_make(Context *context, size_t capacity);
void list_add(List *list, Str item);                     // once each
Value list_value(const List *list);                      // the empty list is null
bool list_items(Arena *arena, Str value, List *ret);     // of a stored value
void list_cell(List *list, Str text);                    // parts between ; , 、 | and line ends
void list_write(JsonWriter *w, const Field *field, Value value);
Status field_options(Context *context, Field *field, const Json *definition); // choice and multi_choice
const Option *option_of_cell(Context *context, const Field *field, Str text);

Status field_result(Context *context, Field *field, const Json *definition);  // formula and roll-up
