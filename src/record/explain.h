// Inside of explaining only: who is asked about, and what is known of the record.
#pragma once
#include "record/entry.h"
#include "record/query.h"
#include "record/write.h"

typedef struct Explain {
        Call *call;              // who asks
        Call person;             // the same call in the name of the one who is asked about
        const Object *object;
        int64_t id;
        const Record *record;
        Entries entries;
        bool visible;            // to the one who is asked about
        bool reasons;            // may whoever asks know of that person's roles?
        RoleGrant *roles;        // of the one who is asked about, on this object
        size_t roles_count;
        Names *names;            // as whoever asks may see them
} Explain;

Str explain_why(Explain *explain, const char *key, Str argument);
void explain_role(const RoleGrant *role, JsonWriter *w);    // "role", "role_id", "base"
void explain_rights(Explain *explain, JsonWriter *w);       // members "fields", "rights" and "object"
