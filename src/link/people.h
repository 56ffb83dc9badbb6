// Which of ours is somebody that another service vouches for, and making him one of ours where that is set.
#pragma once
#include "access/identity.h"
#include "link/config.h"
#include "record/record.h"

typedef struct PeopleRules { bool create; int64_t role, department; } PeopleRules; // create: who is not known is made, with this role in this department
typedef enum MatchBy { MATCH_LOGIN, MATCH_EMAIL, MATCH_NONE } MatchBy;             // how somebody is known who comes for the first time

typedef struct Stranger {
        Str subject;        // his unchanging id over there
        Str shown;          // his account over there, as people read it
        Str login, name, email;
        bool email_verified;
        int64_t department; // of the service's own mapping; 0: the rules'
        const int64_t *roles; size_t roles_count; // likewise; NULL: the rules'
        Str phone, position;
} Stranger;

void people_rules_take(const Config *config, PeopleRules *ret);
void people_rules_write(const PeopleRules *rules, JsonWriter *w);   // members
// In a writing transaction: who it is, his identity noted, he himself made where he was not there. STATUS_FORBIDDEN: "person_unknown", "person_inactive", "person_several",
// "person_linked", "email_unverified", "person_refused". Users may have changed then (call->metadata_changed): the next transaction knows them.
Status people_find(Call *call, int64_t provider, MatchBy match, const PeopleRules *rules, const Stranger *stranger, int64_t *ret_user) MUST_USE;
// Makes one of ours of a stranger, without an identity. Errors are those of the record.
Status people_create(Call *call, const PeopleRules *rules, const Stranger *stranger, int64_t *ret_user) MUST_USE;
Status people_input(Call *call, const Stranger *stranger, RecordInput **ret) MUST_USE; // what is said of him and no more, checked as a record's values are
