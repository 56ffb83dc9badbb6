// A file that hangs at a record: called like the file unless it is given a name.
#include "base/unicode.h"
#include "record/file.h"

static Str cut(Str name, int characters) {
        size_t end = 0;
        for (int i = 0; i < characters && end < name.len; i++)
                (void)utf8_next(name, &end);
        return str_slice(name, 0, end);
}

// Another file under the name of the one before it takes its name along.
static bool wants_name(Call *call, const RecordChange *change, Status *ret_status) {
        Value name = record_value(change->after, "name"), file = record_value(change->after, "file");
        *ret_status = STATUS_OK;
        if (name.kind != VALUE_TEXT || str_empty(str_trim(name.text)))
                return true;
        if (!change->before || value_eq(file, record_value(change->before, "file")) || change->given[change->object->name_field->index])
                return false;
        Str before = STR_NONE;
        *ret_status = file_name(call, record_value(change->before, "file").integer, &before);
        return str_eq(cut(before, change->object->name_field->max_length), name.text);
}

static Status before(Call *call, RecordChange *change) {
        Value file = change->after ? record_value(change->after, "file") : VALUE_NONE;
        Status status = STATUS_OK;
        Str name = STR_NONE;
        if (file.kind != VALUE_INTEGER || !wants_name(call, change, &status))
                return status;
        TRY(status);
        TRY(file_name(call, file.integer, &name));
        if (!str_empty(name))
                record_set(change->after, "name", value_text(cut(name, change->object->name_field->max_length)));
        return STATUS_OK;
}

const ObjectModule attachment_module = {.object = "attachment", .handover = HANDOVER_STAYS, .before = before};
