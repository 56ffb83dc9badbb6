// Taking a directory's people over, as a job: who is new is made, who has changed is changed, who has gone is made inactive. A dry run does the same reading and says what it
// would do. Each person for himself, some in each transaction: others have their turn, and what cannot be done is told and does not stop the rest.
#include "access/audit.h"
#include "access/secret.h"
#include "access/signin.h"
#include "base/log.h"
#include "flow/job.h"
#include "link/ldap/ldap.h"

#define AT_ONCE 20         // people in one transaction
#define ITEMS_KEPT 500     // that are told one by one
#define MISSING_LEAST 5    // so many may go without being asked about
#define MISSING_SHARE 5    // or one in so many
#define RESULT_CAP ((size_t)1 << 20)

typedef enum Doing { DOING_CREATE, DOING_UPDATE, DOING_DISABLE, DOING_NONE, DOING_FAIL } Doing;
typedef struct Item { Doing doing; Str login, name, fields, message; } Item;
typedef struct Outcome { int64_t counts[DOING_FAIL + 1]; size_t items_count, at; } Outcome;

typedef struct Sync {
        Job *job;
        const LdapSync *asked;
        LdapConfig config;
        Str secret;
        LdapEntry *entries; size_t entries_count;
        Identity *identities; size_t identities_count; // of those that are gone
        Item items[ITEMS_KEPT];
        Outcome before, now;
        OrgView view;
        bool changed, too_many;
} Sync;

typedef struct Step { Sync *sync; Call *call; const LdapEntry *entry; const Identity *gone; Item item; } Step;

// ---- Transactions

typedef struct Turn { Sync *sync; Status (*run)(Sync *sync, Call *call); } Turn;

static Status run_turn(Db *db, void *arg) {
        Turn *turn = arg;
        Sync *sync = turn->sync;
        bool exchanged = false;
        error_clear(db_context(db));
        sync->now = sync->before;
        org_view_done(&sync->view);
        sync->view = org_view(sync->job->org);
        TRY(org_bring_current(sync->job->org, db, &sync->view, &exchanged));
        Call call = {.context = db_context(db), .org = sync->job->org, .catalog = sync->view.catalog, .actor = access_system(sync->view.access), .db = db, .source = STR("ldap")};
        TRY(turn->run(sync, &call));
        sync->changed = call.metadata_changed;
        return sync->changed ? access_bump(db) : STATUS_OK;
}

static Status take_turn(Sync *sync, bool writing, Status (*run)(Sync *sync, Call *call)) {
        Job *job = sync->job;
        ARENA_CLEANUP Arena *arena = arena_new(0);
        Context context;
        context_init(&context, arena, job->context.lang, os_now_ms());
        Turn turn = {sync, run};
        Status status = writing ? store_write(org_store(job->org), &context, run_turn, &turn) : store_read(org_store(job->org), &context, 0, run_turn, &turn);
        if (status != STATUS_OK) {
                (void)error_set(&job->context, status, context.error.code ? context.error.code : status_name(status), str_copy(job->context.arena, context.error.args[0]));
                job->context.error.detail = str_copy(job->context.arena, context.error.detail);
                return status;
        }
        sync->before = sync->now;
        return sync->changed ? org_reload(job->org, &job->context) : STATUS_OK;
}

// ---- One person

static Status find_person(Call *call, const Sync *sync, const LdapEntry *entry, Known *ret, bool *ret_found, bool *ret_linked) {
        Identity identity;
        TRY(identity_find(call->db, sync->asked->provider, entry->id, &identity, ret_linked));
        if (*ret_linked) {
                TRY(known_by_id(call->db, identity.user, ret, ret_found));
                if (*ret_found)
                        return STATUS_OK;
                if (!sync->asked->dry_run)
                        TRY(identity_delete(call->db, identity.id));
                *ret_linked = false;
        }
        *ret_found = false;
        if (!sync->config.adopt)
                return STATUS_OK;
        TRY(known_by_login(call->db, entry->login, ret, ret_found));
        bool other = false;
        if (*ret_found)
                TRY(identity_of(call->db, sync->asked->provider, ret->id, &identity, &other));
        return other ? error_set(call->context, STATUS_CONFLICT, "person_linked") : STATUS_OK;
}

static Status link_person(Call *call, const Sync *sync, const LdapEntry *entry, int64_t user) {
        Identity identity = {.provider = sync->asked->provider, .user = user, .subject = entry->id, .name = entry->login};
        return identity_add(call->db, &identity, &identity.id);
}

// The roles that are mapped are the directory's to give and take; others stay as they are.
static Status merge_roles(Call *call, const LdapConfig *config, const Record *record, Stranger *stranger) {
        Value stored = record_value(record, "roles");
        Json *list = NULL;
        if (!config->groups_count) {
                stranger->roles = NULL;
                return STATUS_OK;
        }
        size_t room = config->groups_count, count = 0;
        if (stored.kind == VALUE_TEXT) {
                TRY(json_parse(call->context, stored.text, 2, &list));
                room += list->count;
        }
        int64_t *roles = arena_array(call->context->arena, int64_t, room + 1);
        for (size_t i = 0; list && i < list->count; i++) {
                int64_t role = 0;
                bool mapped = !str_to_int64(list->items[i].text, &role);
                for (size_t k = 0; k < config->groups_count && !mapped; k++)
                        mapped = config->groups[k].role == role;
                if (!mapped)
                        roles[count++] = role;
        }
        for (size_t i = 0; i < stranger->roles_count; i++)
                roles[count++] = stranger->roles[i];
        stranger->roles = roles;
        stranger->roles_count = count;
        return STATUS_OK;
}

static bool same_list(Value a, Value b) { // ids in another order are the same roles
        if (a.kind != VALUE_TEXT || b.kind != VALUE_TEXT || a.text.len != b.text.len)
                return value_is_null(a) && value_is_null(b);
        Str rest = str_slice(a.text, 1, a.text.len - 1), part = STR_NONE;
        while (str_cut(&rest, ',', &part)) {
                int64_t role = 0;
                if (!str_to_int64(str_slice(part, 1, part.len - 1), &role) || !access_roles_have(b.text, role))
                        return false;
        }
        return true;
}

// Leaves in input only what is different; says which fields these are.
static Str find_changes(const Record *record, RecordInput *input, Arena *arena) {
        Buf names = buf_make(arena, 4096);
        for (size_t i = 0; i < record->object->fields_count; i++) {
                const Field *field = record->object->fields[i];
                if (!input->given[i])
                        continue;
                Value now = record->values[i], then = input->values[i];
                input->given[i] = str_is(field->name, "roles") ? !same_list(now, then) : !value_eq(now, then);
                if (input->given[i])
                        buf_format(&names, "%s" STR_FMT, names.len ? "," : "", STR_ARG(field->name));
        }
        return buf_str(&names);
}

static Status update_person(Step *step, const Known *known, Stranger *stranger, bool linked) {
        Call *call = step->call;
        const Object *object = catalog_get(call->catalog, "user");
        Record *record = NULL;
        RecordInput *input = NULL;
        TRY(record_load(call, object, known->id, &record));
        stranger->login = login_normal(call->context->arena, stranger->login);
        TRY(merge_roles(call, &step->sync->config, record, stranger));
        TRY(people_input(call, stranger, &input));
        step->item.fields = find_changes(record, input, call->context->arena);
        step->item.doing = step->item.fields.len ? DOING_UPDATE : DOING_NONE;
        if (step->sync->asked->dry_run)
                return STATUS_OK;
        if (!linked)
                TRY(link_person(call, step->sync, step->entry, known->id));
        WriteOptions options = {.as_system = true};
        return step->item.fields.len ? record_update(call, object, known->id, input, &options) : STATUS_OK;
}

static Status create_person(Step *step, const Stranger *stranger) {
        Sync *sync = step->sync;
        Call *call = step->call;
        RecordInput *input = NULL;
        int64_t user = 0;
        Known other;
        bool taken = false;
        step->item.doing = sync->config.people.create ? DOING_CREATE : DOING_NONE;
        if (step->item.doing == DOING_NONE)
                return STATUS_OK;
        TRY(known_by_login(call->db, stranger->login, &other, &taken));
        if (taken)
                return error_add(call->context, STR("login"), "not_unique", stranger->login);
        if (sync->asked->dry_run)
                return people_input(call, stranger, &input);
        TRY(people_create(call, &sync->config.people, stranger, &user));
        return link_person(call, sync, step->entry, user);
}

static Status disable_person(Step *step, const Known *known) {
        const Object *object = catalog_get(step->call->catalog, "user");
        step->item.doing = known->active ? DOING_DISABLE : DOING_NONE;
        step->item.fields = STR("active");
        if (!known->active || step->sync->asked->dry_run)
                return STATUS_OK;
        RecordInput *input = record_input_new(step->call->context->arena, object);
        record_input_set(input, "active", value_bool(false));
        WriteOptions options = {.as_system = true};
        TRY(record_update(step->call, object, known->id, input, &options));
        return session_delete_user(step->call->db, known->id);
}

static Status take_entry(Step *step) {
        Stranger stranger;
        Known known = {0};
        bool found = false, linked = false;
        step->item = (Item){.doing = DOING_NONE, .login = step->entry->login, .name = step->entry->name};
        TRY(find_person(step->call, step->sync, step->entry, &known, &found, &linked));
        if (found && step->entry->disabled)
                return step->sync->config.disable ? disable_person(step, &known) : STATUS_OK;
        if (step->entry->disabled)
                return STATUS_OK;
        TRY(ldap_stranger(step->call, &step->sync->config, step->entry, &stranger));
        return found ? update_person(step, &known, &stranger, linked) : create_person(step, &stranger);
}

static Status take_gone(Step *step) {
        Known known = {0};
        bool found = false;
        step->item = (Item){.doing = DOING_NONE, .login = step->gone->name};
        TRY(known_by_id(step->call->db, step->gone->user, &known, &found));
        if (!found)
                return STATUS_OK;
        step->item.login = known.login;
        step->item.name = known.name;
        return disable_person(step, &known);
}

static Status take_one(Db *db, void *arg) {
        Step *step = arg;
        (void)db;
        return step->entry ? take_entry(step) : take_gone(step);
}

// ---- What is told

// "E-mail: is not an e-mail address"
static Str message_of(Call *call, Status status) {
        Context *context = call->context;
        const Error *error = &context->error;
        bool item = error->count > 0;
        const char *code = item ? error->items[0].code : error->code ? error->code : status_name(status);
        Str text = text_format(context->arena, context->lang, str_format(context->arena, "error.%s", code).data, item ? error->items[0].args : error->args);
        const Field *field = item ? object_find(catalog_get(call->catalog, "user"), error->items[0].field) : NULL;
        return field ? str_format(context->arena, STR_FMT ": " STR_FMT, STR_ARG(label_text(&field->label, context->lang)), STR_ARG(text)) : text;
}

static void keep_item(Sync *sync, const Item *item) {
        Arena *kept = sync->job->context.arena;
        sync->now.counts[item->doing]++;
        if (item->doing == DOING_NONE || sync->now.items_count == ITEMS_KEPT)
                return;
        sync->items[sync->now.items_count++] = (Item){item->doing, str_copy(kept, item->login), str_copy(kept, item->name), str_copy(kept, item->fields), str_copy(kept, item->message)};
}

static Status do_one(Sync *sync, Call *call, const LdapEntry *entry, const Identity *gone) {
        Step step = {.sync = sync, .call = call, .entry = entry, .gone = gone};
        error_clear(call->context);
        Status status = db_savepoint(call->db, take_one, &step);
        if (store_failed(status))
                return status;
        if (status != STATUS_OK) {
                step.item.doing = DOING_FAIL;
                step.item.message = message_of(call, status);
                error_clear(call->context);
        }
        keep_item(sync, &step.item);
        return STATUS_OK;
}

static Str result_text(const Sync *sync, Arena *arena) {
        static const char *const names[] = {"created", "updated", "disabled", "unchanged", "failed"}, *const words[] = {"create", "update", "disable", "none", "fail"};
        Buf buf = buf_make(arena, RESULT_CAP);
        JsonWriter w = json_writer(&buf);
        json_open_object(&w);
        json_put_bool(&w, "dry_run", sync->asked->dry_run);
        json_put_bool(&w, "too_many", sync->too_many);
        for (size_t i = 0; i <= DOING_FAIL; i++)
                json_put_int(&w, names[i], sync->now.counts[i]);
        json_key(&w, STR("items"));
        json_open_array(&w);
        for (size_t i = 0; i < sync->now.items_count; i++) {
                const Item *item = &sync->items[i];
                json_open_object(&w);
                json_put_str(&w, "what", str_from(words[item->doing]));
                json_put_str(&w, "login", item->login);
                json_put_str(&w, "name", item->name);
                json_put_str(&w, "fields", item->fields);
                json_put_str(&w, "message", item->message);
                json_close_object(&w);
        }
        json_close_array(&w);
        json_close_object(&w);
        return buf_str(&buf);
}

// ---- The run

static Status do_some(Sync *sync, Call *call) {
        size_t all = sync->entries_count + sync->identities_count, last = sync->now.at + AT_ONCE < all ? sync->now.at + AT_ONCE : all;
        for (; sync->now.at < last; sync->now.at++) {
                size_t at = sync->now.at;
                bool gone = at >= sync->entries_count;
                TRY(do_one(sync, call, gone ? NULL : &sync->entries[at], gone ? &sync->identities[at - sync->entries_count] : NULL));
        }
        if (sync->asked->dry_run)
                return STATUS_OK;
        return job_save(sync->job, call->db, (int64_t)sync->now.at, (int64_t)all, result_text(sync, call->context->arena));
}

static bool is_there(const Sync *sync, Str subject) {
        for (size_t i = 0; i < sync->entries_count; i++)
                if (str_eq(sync->entries[i].id, subject))
                        return true;
        return false;
}

static Status find_gone(Sync *sync, Call *call) {
        Arena *kept = sync->job->context.arena;
        Identity *list = NULL;
        size_t count = 0;
        sync->identities_count = 0;
        if (!sync->config.disable)
                return STATUS_OK;
        TRY(identity_list(call->db, sync->asked->provider, 0, &list, &count));
        sync->identities = arena_array(kept, Identity, count + 1);
        for (size_t i = 0; i < count; i++) {
                Known known = {0};
                bool found = false;
                if (is_there(sync, list[i].subject))
                        continue;
                TRY(known_by_id(call->db, list[i].user, &known, &found));
                if (found && known.active)
                        sync->identities[sync->identities_count++] = (Identity){.id = list[i].id, .user = list[i].user, .name = str_copy(kept, list[i].name)};
        }
        size_t missing = sync->identities_count;
        sync->too_many = missing > MISSING_LEAST && missing * MISSING_SHARE > count;
        return STATUS_OK;
}

static Status read_config(Sync *sync, Call *call) {
        Provider provider;
        Context *kept = &sync->job->context;
        TRY(provider_get(call->db, sync->asked->provider, &provider));
        if (!str_is(provider.kind, "ldap"))
                return error_set(call->context, STATUS_NOT_FOUND, "not_found");
        TRY(ldap_config_load(kept, str_copy(kept->arena, provider.config), &sync->config));
        sync->secret = str_copy(kept->arena, provider.secret);
        return STATUS_OK;
}

static Status note_end(Sync *sync, Call *call) {
        const int64_t *counts = sync->now.counts;
        AuditEntry entry = {.kind = "ldap.sync", .user = sync->job->user,
                            .detail = str_format(call->context->arena, "{\"provider\":%lld,\"created\":%lld,\"updated\":%lld,\"disabled\":%lld,\"failed\":%lld}", (long long)sync->asked->provider,
                                                 (long long)counts[DOING_CREATE], (long long)counts[DOING_UPDATE], (long long)counts[DOING_DISABLE], (long long)counts[DOING_FAIL])};
        return audit_add(call->db, &entry);
}

static Status fetch_people(Sync *sync) {
        Context *context = &sync->job->context;
        LdapLink *link = NULL;
        Str secret = STR("");
        if (sync->secret.len)
                TRY(secret_open(sync->job->org, context, sync->secret, &secret));
        TRY(ldap_open(context, &sync->config, secret, &link));
        Status status = ldap_people(context, link, &sync->entries, &sync->entries_count);
        ldap_close(link);
        return status;
}

static Status run_all(Sync *sync) {
        TRY(take_turn(sync, false, read_config));
        TRY(fetch_people(sync));
        TRY(take_turn(sync, false, find_gone));
        if (sync->too_many && !sync->asked->dry_run && !sync->asked->force)
                return error_set(&sync->job->context, STATUS_CONFLICT, "ldap_too_many", str_format(sync->job->context.arena, "%zu", sync->identities_count));
        size_t all = sync->entries_count + sync->identities_count;
        while (sync->now.at < all)
                TRY(take_turn(sync, true, do_some)); // a dry run too: records are read with a lock
        return sync->asked->dry_run ? STATUS_OK : take_turn(sync, true, note_end);
}

Status ldap_sync_run(Job *job, void *arg) {
        Sync *sync = arena_new_of(job->context.arena, Sync);
        *sync = (Sync){.job = job, .asked = arg};
        Status status = run_all(sync);
        sync->now = sync->before;
        buf_reset(&job->result);
        buf_add(&job->result, result_text(sync, job->context.arena));
        org_view_done(&sync->view);
        return status;
}

void *ldap_sync_copy(Arena *arena, void *from) {
        return arena_copy(arena, from, sizeof(LdapSync));
}

// ---- By the clock

typedef struct Due { Org *org; OrgView view; LdapSync sync; int64_t job; } Due;

static Status take_due(Db *db, void *arg) {
        Due *due = arg;
        Context *context = db_context(db);
        Provider *list = NULL;
        size_t count = 0;
        due->job = 0;
        TRY(provider_list(db, &list, &count));
        for (size_t i = 0; i < count && !due->job; i++) {
                LdapConfig config;
                bool taken = false;
                if (!list[i].active || !str_is(list[i].kind, "ldap") || ldap_config_load(context, list[i].config, &config) != STATUS_OK || !config.sync_minutes)
                        continue;
                TRY(provider_sync_take(db, list[i].id, context->now_ms - config.sync_minutes * INT64_C(60000), &taken));
                if (!taken)
                        continue;
                Call call = {.context = context, .org = due->org, .catalog = due->view.catalog, .actor = access_system(due->view.access), .db = db, .source = STR("ldap")};
                due->sync = (LdapSync){.provider = list[i].id};
                TRY(job_add(&call, "ldap_sync", &due->job));
        }
        error_clear(context);
        return STATUS_OK;
}

void ldap_sync_due(Org *org) {
        for (Due due = {.org = org, .job = 1}; due.job;) {
                ARENA_CLEANUP Arena *arena = arena_new(0);
                Context context;
                context_init(&context, arena, LANG_ZH_CN, os_now_ms());
                due.view = org_view(org);
                Status status = store_write(org_store(org), &context, take_due, &due);
                org_view_done(&due.view);
                if (status == STATUS_OK && due.job)
                        status = job_launch(org_slot(org, ORG_SLOT_JOBS), &context, due.job, 0, ldap_sync_run, ldap_sync_copy, &due.sync);
                if (status != STATUS_OK) {
                        log_event(LOG_WARN, "ldap_sync_failed", "code=%s detail=\"" STR_FMT "\"", context.error.code ? context.error.code : "-", STR_ARG(context.error.detail));
                        return;
                }
        }
}
