// Looking as somebody else: whose rights count in the session of an administrator. What such a session may not do is src/api/view_as.c's.
#include "access/api_token.h"
#include "access/signin.h"
#include "access/token.h"

Status session_view_as(Db *db, Str token, int64_t user) {
        Sql update = db_sql(db);
        sql(&update, "update \"session\" set \"viewing_id\" = ");
        sql_value(&update, user ? value_int(user) : VALUE_NONE);
        sql(&update, " where \"hash\" = ");
        sql_value(&update, token_hash(db_arena(db), token));
        return db_exec(db, &update, NULL);
}

bool view_as_allowed(Context *context, const Access *access, const Actor *self, int64_t user, const Actor **ret) {
        const Person *person = access_person(access, user);
        *ret = NULL;
        return self->administrator && person && person->active && access_actor(context, access, user, ret) == STATUS_OK && !(*ret)->administrator;
}

// Asked anew by every request: who is no administrator any more sees with his own eyes again, and so does whoever looks as somebody who left or became an administrator.
Status bearer_actors(Context *context, const Access *access, const Bearer *bearer, const Actor **ret_self, const Actor **ret_actor) {
        const Actor *self = NULL, *seen = NULL;
        TRY(access_actor_narrowed(context, access, bearer->user, bearer->scopes, &self));
        bool viewing = bearer->viewing && !bearer->api_token && view_as_allowed(context, access, self, bearer->viewing, &seen);
        *ret_self = self;
        *ret_actor = viewing ? seen : self;
        return STATUS_OK;
}
