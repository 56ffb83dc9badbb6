// Records about a colleague: whose they are follows from whom they are about, and so does who may write them.
#include "objects/shared/person.h"

// Is somebody's record with such an owner within what the actor may update?
static Status may_write(Call *call, const Object *object, const Person *person, bool *ret) {
        Subject subject = {.owner = person->id, .department = person->department};
        if (call->actor->administrator || call->actor->system) {
                *ret = true;
                return STATUS_OK;
        }
        return actor_covers(call->context, call->actor, object, VERB_UPDATE, &subject, ret);
}

Status person_record_before(Call *call, RecordChange *change) {
        if (!change->after || change->kind == CHANGE_RESTORE)
                return STATUS_OK;
        Value user = record_value(change->after, "user");
        const Person *person = user.kind == VALUE_INTEGER ? access_person(call->actor->access, user.integer) : NULL;
        bool allowed = true;
        if (!person)
                return STATUS_OK; // told by required, or by the reference
        record_set(change->after, "owner", user);
        record_set(change->after, "name", value_text(person->name));
        if (change->by_user)
                TRY(may_write(call, change->object, person, &allowed));
        if (!allowed)
                (void)error_add(call->context, STR("user"), "person_not_yours");
        return STATUS_OK;
}
