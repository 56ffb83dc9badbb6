// Telling a colleague something: a notification of theirs, in their language, that reaches open browsers by the event stream.
#pragma once
#include "record/record.h"

typedef enum NotifyKind { NOTIFY_MENTION, NOTIFY_ASSIGNED, NOTIFY_TASK, NOTIFY_REMINDER, NOTIFY_COMMENT, NOTIFY_EVENT, NOTIFY_SYSTEM } NotifyKind;

// text_key: a message of objects/*/texts.json; its {0} is the sender's name, {1} the record's label, {2} the record's name. Nobody is told of what they do
// themselves; inactive and unknown people, and who may not see the record, are not told.
Status notify_with(Call *call, int64_t to, NotifyKind kind, const char *text_key, const Object *object, int64_t record, Str record_name, Str more) MUST_USE; // more: the text's {3}
Status notify(Call *call, int64_t to, NotifyKind kind, const char *text_key, const Object *object, int64_t record, Str record_name) MUST_USE;
