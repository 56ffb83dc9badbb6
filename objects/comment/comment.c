// A comment on a record: tells whom it mentions, and whoever owns the record.
#include "base/unicode.h"
#include "objects/notification/notify.h"

#define NAME_CHARACTERS 60

static Str name_from(Str content) {
        Str line = str_trim(content);
        size_t at = 0;
        for (int i = 0; i < NAME_CHARACTERS && at < line.len && line.data[at] != '\n'; i++)
                (void)utf8_next(line, &at);
        return str_slice(line, 0, at);
}

static Status before(Call *call, RecordChange *change) {
        (void)call;
        Value content = change->after ? record_value(change->after, "content") : VALUE_NONE;
        if (content.kind == VALUE_TEXT)
                record_set(change->after, "name", value_text(name_from(content.text)));
        return STATUS_OK;
}

static Status tell_mentioned(Call *call, const Record *comment, const Object *object, const Record *target, int64_t *told, size_t *count, size_t most) {
        Value mentions = record_value(comment, "mentions");
        if (value_is_null(mentions))
                return STATUS_OK;
        Json *ids = NULL;
        TRY(json_parse(call->context, mentions.text, 2, &ids));
        for (size_t i = 0; i < ids->count && *count < most; i++) {
                int64_t id = 0;
                if (!str_to_int64(ids->items[i].text, &id))
                        continue;
                told[(*count)++] = id;
                TRY(notify(call, id, NOTIFY_MENTION, "notify.mention", object, target->id, record_value(target, "name").text));
        }
        return STATUS_OK;
}

static Status after(Call *call, const RecordChange *change) {
        if (change->kind != CHANGE_CREATE)
                return STATUS_OK;
        Str rest = record_value(change->after, "target").text, name = STR_NONE;
        (void)str_cut(&rest, ':', &name);
        const Object *object = catalog_find(call->catalog, name);
        int64_t id = 0;
        if (!object || !str_to_int64(rest, &id))
                return STATUS_OK;
        Record *target = NULL;
        TRY(record_load(call, object, id, &target));
        int64_t told[50];
        size_t count = 0;
        TRY(tell_mentioned(call, change->after, object, target, told, &count, sizeof told / sizeof *told));
        Value owner = record_value(target, "owner");
        for (size_t i = 0; i < count; i++)
                if (owner.kind == VALUE_INTEGER && told[i] == owner.integer)
                        return STATUS_OK;
        if (owner.kind != VALUE_INTEGER)
                return STATUS_OK;
        return notify(call, owner.integer, NOTIFY_COMMENT, "notify.comment", object, target->id, record_value(target, "name").text);
}

const ObjectModule comment_module = {.object = "comment", .handover = HANDOVER_STAYS, .before = before, .after = after};
