// What several objects do alike.
#pragma once
#include "record/record.h"

// Action assign {"owner": id, "remark"}: gives a record to somebody else.
Status action_assign(Call *call, const Record *record, const Json *body, JsonWriter *w) MUST_USE;
// The id in a body's member: a number, or an object with id. Adds "required" or "wrong_type" at the member.
Status body_id(Context *context, const Json *body, const char *member, int64_t *ret) MUST_USE;
// A required text of the body, trimmed; adds "required" at the member.
Status body_text(Context *context, const Json *body, const char *member, Str *ret) MUST_USE;
bool json_is_id(const Json *json, int64_t *ret);
