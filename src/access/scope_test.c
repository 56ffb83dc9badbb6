// On random organisations: the three forms of a scope (SQL, in memory, arms) name the same records, which are those that the words of the scope say.
#include "access/fixture.h"

#define ROUNDS 10
#define PEOPLE 7
#define RECORDS 60
#define RULES 4
#define POOLS 3
#define ENTRIES 5 // of a record at most
#define THROUGH 12100 // contact.customer

static const struct { const char *scope; ScopeKind kind; bool rule; } scopes[] = { // a kind of scope has its row here
        {"none", SCOPE_NONE, false}, {"own", SCOPE_OWN, false}, {"department", SCOPE_DEPARTMENT, false}, {"tree", SCOPE_TREE, false}, {"all", SCOPE_ALL, false},
        {"level = \\\"A\\\"", SCOPE_NONE, true}, {"owner.department under my_department()", SCOPE_NONE, true},
        {"count(contacts) = 0 and level = \\\"B\\\" and owner != me()", SCOPE_NONE, true},
};
#define SCOPES (sizeof scopes / sizeof *scopes)

typedef struct Sample { int64_t id, owner, department; const char *level; AccessEntry entries[ENTRIES]; size_t entries_count; } Sample;
typedef struct Share { int64_t id, user, department, role; bool write, counts; } Share;

typedef struct World {
        Fixture *fixture;
        uint64_t seed;
        const char *object;    // customer; or contact, which is seen through its customer too
        Verb verb;
        int64_t departments[12], people[PEOPLE], roles[SCOPES], others[PEOPLE];
        size_t departments_count;
        Share rules[RULES];
        Share pools[POOLS];    // role: its administrator; counts: it is of the object, and active
        Sample samples[RECORDS];
        const Actor *actor;
        bool visible[RECORDS]; // answered by SQL
        size_t arms_hits;
        const ScopeArm *arm;   // NULL: the whole scope
        bool joined;           // an entry's arm over entries, as lists are counted
} World;

static uint64_t next_random(World *w) {
        w->seed = w->seed * 6364136223846793005ULL + 1442695040888963407ULL;
        return w->seed >> 33;
}

static int64_t pick(World *w, const int64_t *ids, size_t count, int none_in_ten) {
        return !count || next_random(w) % 10 < (uint64_t)none_in_ten ? 0 : ids[next_random(w) % count];
}

static Status clear_tables(Db *db, void *arg) {
        (void)arg;
        static const char *const tables[] = {"customer", "contact", "user", "role", "department", "sharing_rule", "pool", "access_entry"};
        for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
                Sql clear = db_sql(db);
                sql(&clear, "delete from ");
                sql_name(&clear, str_from(tables[i]));
                TRY(db_exec(db, &clear, NULL));
        }
        return access_bump(db);
}

static Status set_heads(Db *db, void *arg) {
        World *w = arg;
        for (size_t i = 0; i < w->departments_count; i++) {
                Sql update = db_sql(db);
                sql(&update, "update \"department\" set \"head_id\" = ");
                sql_value(&update, id_value(pick(w, w->people, PEOPLE, 5)));
                sql(&update, " where \"id\" = ");
                sql_int(&update, w->departments[i]);
                TRY(db_exec(db, &update, NULL));
        }
        return access_bump(db);
}

static Str one_id(World *w, int64_t id) {
        return id ? str_format(w->fixture->arena, "[\"%lld\"]", (long long)id) : STR("[]");
}

static void make_rules(World *w) {
        for (size_t i = 0; i < RULES; i++) {
                Share *rule = &w->rules[i];
                bool active = next_random(w) % 5 > 0, ready = next_random(w) % 5 > 0, right_object = next_random(w) % 6 > 0;
                *rule = (Share){.user = pick(w, w->people, PEOPLE, 6), .department = pick(w, w->departments, w->departments_count, 5), .role = pick(w, w->roles, SCOPES, 6), .write = next_random(w) % 2};
                rule->counts = active && ready && right_object;
                rule->id = add(w->fixture, "sharing_rule", {"name", text_value("rule")}, {"version", value_int(1)}, {"object", text_value(right_object ? w->object : "lead")}, {"condition", text_value("name = \"x\"")},
                               {"users", value_text(one_id(w, rule->user))}, {"departments", value_text(one_id(w, rule->department))}, {"roles", value_text(one_id(w, rule->role))},
                               {"access", text_value(rule->write ? "write" : "read")}, {"active", value_bool(active)}, {"state", text_value(ready ? "ready" : "building")});
        }
}

static void make_pools(World *w) {
        for (size_t i = 0; i < POOLS; i++) {
                Share *pool = &w->pools[i];
                bool active = next_random(w) % 5 > 0, right_object = next_random(w) % 6 > 0;
                *pool = (Share){.user = pick(w, w->people, PEOPLE, 5), .department = pick(w, w->departments, w->departments_count, 5), .role = pick(w, w->people, PEOPLE, 7), .counts = active && right_object};
                pool->id = add(w->fixture, "pool", {"name", text_value("pool")}, {"version", value_int(1)}, {"object", text_value(right_object ? "customer" : "lead")}, {"members", value_text(one_id(w, pool->user))},
                               {"departments", value_text(one_id(w, pool->department))}, {"administrators", value_text(one_id(w, pool->role))}, {"active", value_bool(active)}, {"masked", value_bool(true)});
        }
}

// Whatever could stand there, by all sources, doubles over sources too.
static void make_entries(World *w, Sample *s) {
        size_t count = next_random(w) % (ENTRIES + 1);
        for (size_t i = 0; i < count; i++) {
                int64_t user = pick(w, w->people, PEOPLE, 0), department = pick(w, w->departments, w->departments_count, 0);
                bool contact = strcmp(w->object, "contact") == 0;
                AccessEntry choices[] = {
                        {SOURCE_READERS, token_of(TOKEN_USER, user), false}, {SOURCE_RULE, token_of(TOKEN_RULE, w->rules[next_random(w) % RULES].id), false},
                        {SOURCE_TEAM, token_of(TOKEN_USER, user), next_random(w) % 2}, {THROUGH, token_of(TOKEN_USER, user), false}, {THROUGH, token_of(TOKEN_DEPARTMENT, department), false},
                };
                if (!contact)
                        choices[3] = (AccessEntry){SOURCE_POOL, token_of_pool(w->pools[next_random(w) % POOLS].id, false), false};
                AccessEntry entry = choices[next_random(w) % (contact ? 5 : 4)];
                bool known = false;
                for (size_t k = 0; k < s->entries_count; k++)
                        known |= s->entries[k].source == entry.source && s->entries[k].token == entry.token;
                if (!known)
                        s->entries[s->entries_count++] = entry;
        }
}

static Status insert_entries(Db *db, void *arg) {
        World *w = arg;
        for (size_t i = 0; i < RECORDS; i++)
                for (size_t k = 0; k < w->samples[i].entries_count; k++) {
                        const AccessEntry *entry = &w->samples[i].entries[k];
                        Sql insert = db_sql(db);
                        sql(&insert, "insert into access_entry (object_id, record_id, source, token, updated_at, \"write\") values (");
                        sql_int(&insert, object_of(w->fixture, w->object)->id);
                        sql(&insert, ", ");
                        sql_int(&insert, w->samples[i].id);
                        sql(&insert, ", ");
                        sql_int(&insert, entry->source);
                        sql(&insert, ", ");
                        sql_int(&insert, entry->token);
                        sql(&insert, ", ");
                        sql_value(&insert, value_datetime(1000 + (int64_t)i));
                        sql(&insert, ", ");
                        sql_value(&insert, value_bool(entry->write));
                        sql(&insert, ")");
                        TRY(db_exec(db, &insert, NULL));
                }
        return STATUS_OK;
}

static void make_people(World *w, uint64_t seed) {
        Fixture *f = w->fixture;
        for (size_t i = 0; i < PEOPLE; i++) {
                int64_t first = w->roles[(seed + i) % SCOPES], second = pick(w, w->roles, SCOPES, 6);
                w->others[i] = pick(w, w->departments, w->departments_count, 5);
                w->people[i] = add(f, "user", {"name", text_value("u")}, {"version", value_int(1)}, {"login", value_text(str_format(f->arena, "u%zu", i))}, {"active", value_bool(true)}, {"lang", text_value("en")},
                                   {"department_id", id_value(pick(w, w->departments, w->departments_count, 2))}, {"other_departments", value_text(one_id(w, w->others[i]))},
                                   {"roles", value_text(role_list(f, first, second))});
        }
}

static void make_world(World *w, Fixture *f, uint64_t seed) {
        *w = (World){.fixture = f, .seed = seed * 7919 + 17, .object = seed % 2 ? "customer" : "contact"};
        bool customer = seed % 2;
        assert_ok(f, store_write(org_store(f->org), &f->context, clear_tables, NULL));
        for (size_t i = 0; i < SCOPES; i++) {
                const char *read = !customer && scopes[i].rule ? "name = \\\"n\\\"" : scopes[i].scope, *update = !customer && scopes[SCOPES - 1 - i].rule ? "name = \\\"n\\\"" : scopes[SCOPES - 1 - i].scope;
                Str grants = str_format(f->arena, "{\"%s\":{\"read\":\"%s\",\"update\":\"%s\"}}", w->object, read, update);
                w->roles[i] = add_role(f, str_c(f->arena, str_format(f->arena, "r%zu", i)), str_c(f->arena, grants));
        }
        size_t count = 1 + next_random(w) % 12;
        for (; w->departments_count < count; w->departments_count++)
                w->departments[w->departments_count] = add_department(f, "d", pick(w, w->departments, w->departments_count, 2), 0);
        make_people(w, seed);
        make_rules(w);
        make_pools(w);
        assert_ok(f, store_write(org_store(f->org), &f->context, set_heads, w));
        for (size_t i = 0; i < RECORDS; i++) {
                static const char *const levels[] = {"A", "B", "C"};
                Sample *s = &w->samples[i];
                *s = (Sample){.owner = pick(w, w->people, PEOPLE, 2), .department = pick(w, w->departments, count, 2), .level = levels[next_random(w) % 3]};
                if (customer)
                        s->id = add(f, "customer", {"name", text_value("c")}, {"version", value_int(1)}, {"owner_id", id_value(s->owner)}, {"department_id", id_value(s->department)}, {"level", text_value(s->level)});
                else
                        s->id = add(f, "contact", {"name", text_value("c")}, {"version", value_int(1)}, {"owner_id", id_value(s->owner)}, {"department_id", id_value(s->department)});
                make_entries(w, s);
        }
        assert_ok(f, store_write(org_store(f->org), &f->context, insert_entries, w));
        reload(f);
}

// ---- In memory: a sample as a row of the expression language, its owner as another

typedef struct Row { const Sample *sample; const Person *person; } Row;

static Status row_get(void *self, Context *context, const void *at, const ExprField *field, Value *ret) {
        (void)self, (void)context;
        const Row *row = at;
        *ret = VALUE_NONE;
        if (row->person && str_is(field->name, "department"))
                *ret = id_value(row->person->department);
        else if (row->sample && str_is(field->name, "name"))
                *ret = text_value("c");
        else if (row->sample && str_is(field->name, "level"))
                *ret = text_value(row->sample->level);
        else if (row->sample && str_is(field->name, "owner"))
                *ret = id_value(row->sample->owner);
        return STATUS_OK;
}

static Status row_reference(void *self, Context *context, const void *at, const ExprField *field, const void **ret) {
        const Row *row = at;
        const Access *access = self;
        assert_true(str_is(field->name, "owner"));
        Row *owner = arena_new_of(context->arena, Row);
        owner->person = access_person(access, row->sample->owner);
        *ret = owner->person ? owner : NULL;
        return STATUS_OK;
}

static Status row_children(void *self, Context *context, const void *at, const ExprChildren *relation, const void ***ret, size_t *ret_count) {
        (void)self, (void)context, (void)at, (void)relation;
        *ret = NULL;
        *ret_count = 0;
        return STATUS_OK;
}

static bool covers(World *w, const Sample *sample, bool with_rows) {
        Fixture *f = w->fixture;
        ExprRows rows = {.self = f->view.access, .get = row_get, .reference = row_reference, .children = row_children};
        Row row = {.sample = sample};
        bool result = false;
        Subject subject = {.owner = sample->owner, .department = sample->department, .entries = sample->entries, .entries_count = sample->entries_count, .rows = with_rows ? &rows : NULL, .row = &row};
        assert_ok(f, actor_covers(&f->context, w->actor, object_of(f, w->object), w->verb, &subject, &result));
        return result;
}

// What the words of the scope say, by walking the departments upwards.
static bool is_below(const World *w, int64_t department, int64_t top) {
        for (const Department *at = access_department(w->fixture->view.access, department); at; at = access_department(w->fixture->view.access, at->parent))
                if (at->id == top)
                        return true;
        return false;
}

// Does the scope cover what belongs to this person, to this department?
static bool covers_owner(const World *w, ScopeKind kind, int64_t owner) {
        return kind >= SCOPE_OWN && owner && owner == w->actor->user;
}

static bool covers_department(const World *w, ScopeKind kind, int64_t department) {
        const Person *person = access_person(w->fixture->view.access, w->actor->user);
        bool yes = false;
        if (!department || !person)
                return false;
        yes |= kind >= SCOPE_DEPARTMENT && (department == person->department || (person->others_count && department == person->others[0]));
        for (size_t i = 0; kind == SCOPE_TREE && i < w->departments_count; i++) {
                const Department *top = access_department(w->fixture->view.access, w->departments[i]);
                bool his = top->id == person->department || (person->others_count && top->id == person->others[0]) || top->head == person->id;
                yes |= his && is_below(w, department, top->id);
        }
        return yes;
}

static bool has_role(const World *w, int64_t role) {
        for (size_t i = 0; i < w->actor->roles_count; i++)
                if (w->actor->roles[i] == role)
                        return true;
        return false;
}

static bool rule_is_his(const World *w, const Share *rule) {
        const Person *person = access_person(w->fixture->view.access, w->actor->user);
        bool department = rule->department && (is_below(w, person->department, rule->department) || (person->others_count && is_below(w, person->others[0], rule->department)));
        return rule->counts && ((rule->user && rule->user == person->id) || (rule->role && has_role(w, rule->role)) || department);
}

static bool pool_is_his(const World *w, const Share *pool) {
        const Person *person = access_person(w->fixture->view.access, w->actor->user);
        bool department = pool->department && (is_below(w, person->department, pool->department) || (person->others_count && is_below(w, person->others[0], pool->department)));
        return pool->counts && (pool->user == person->id || pool->role == person->id || department);
}

static bool entry_in_words(const World *w, ScopeKind kind, const AccessEntry *entry) {
        bool reads = w->verb == VERB_READ;
        if (entry->source == SOURCE_READERS)
                return reads && entry->token == w->actor->user * 4;
        if (entry->source == SOURCE_TEAM)
                return (reads || entry->write) && entry->token == w->actor->user * 4;
        if (entry->source == THROUGH)
                return reads && (entry->token % 4 == 0 ? covers_owner(w, kind, entry->token / 4) : covers_department(w, kind, entry->token / 4));
        for (size_t i = 0; entry->source == SOURCE_POOL && i < POOLS; i++)
                if (entry->token == w->pools[i].id * 8 + 3)
                        return reads && pool_is_his(w, &w->pools[i]);
        for (size_t i = 0; i < RULES; i++)
                if (entry->token == w->rules[i].id * 4 + 2)
                        return (reads || w->rules[i].write) && rule_is_his(w, &w->rules[i]);
        return false;
}

// What the words of the scope say, by walking the departments upwards.
static bool in_words(const World *w, const Scope *scope, const Sample *s) {
        bool yes = scope->kind == SCOPE_ALL || covers_owner(w, scope->kind, s->owner) || covers_department(w, scope->kind, s->department);
        bool at_all = w->actor->user && (scope->kind != SCOPE_NONE || scope->rules_count);
        for (size_t i = 0; at_all && i < s->entries_count; i++)
                yes |= entry_in_words(w, scope->kind, &s->entries[i]);
        return yes;
}

// ---- In SQL

static Status ask(Db *db, void *arg) {
        World *w = arg;
        Sql select = db_sql(db);
        sql(&select, "select t.\"id\" from ");
        sql_name(&select, str_from(w->object));
        if (w->arm && w->joined) {
                sql(&select, " t join access_entry e on e.record_id = t.id where ");
                scope_arm_entry(w->arm, true, &select);
        } else if (w->arm) {
                sql(&select, " t where ");
                scope_arm_sql(w->arm, true, STR("t"), &select);
        } else {
                sql(&select, " t where ");
                TRY(actor_scope_sql(db_context(db), w->actor, object_of(w->fixture, w->object), w->verb, STR("t"), &select));
        }
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(db, &select, &rows));
        for (bool row;;) {
                TRY(rows_next(rows, &row));
                if (!row)
                        return STATUS_OK;
                for (size_t i = 0; i < RECORDS; i++)
                        if (w->samples[i].id == rows_int(rows, 0)) {
                                w->visible[i] = true;
                                w->arms_hits++;
                        }
        }
}

static void ask_arms(World *w, const bool *expected, bool joined) {
        Fixture *f = w->fixture;
        const Object *object = object_of(f, w->object);
        ScopeArm *arms = NULL;
        size_t count = 0, seen = 0;
        bool single = false;
        actor_scope_arms(f->arena, w->actor, object, w->verb, 100, &arms, &count, &single);
        Scope scope = actor_scope(w->actor, object, w->verb);
        assert_int_equal(single, scope.rules_count > 0);
        if (single)
                return;
        memset(w->visible, 0, sizeof w->visible);
        w->arms_hits = 0;
        for (size_t i = 0; i < count; i++) {
                w->arm = &arms[i];
                w->joined = joined && arms[i].kind == ARM_ENTRY;
                assert_ok(f, store_read(org_store(f->org), &f->context, 0, ask, w));
        }
        w->arm = NULL;
        for (size_t i = 0; i < RECORDS; i++) {
                assert_int_equal(w->visible[i], expected[i]);
                seen += expected[i];
        }
        assert_int_equal(w->arms_hits, seen); // no record in two arms, none twice in one
        actor_scope_arms(f->arena, w->actor, object, w->verb, 0, &arms, &count, &single);
        assert_int_equal(single, scope.kind != SCOPE_NONE && scope.kind != SCOPE_ALL);
}

static void check_actor(World *w, Verb verb) {
        Fixture *f = w->fixture;
        bool expected[RECORDS];
        w->verb = verb;
        Scope scope = actor_scope(w->actor, object_of(f, w->object), verb);
        memset(w->visible, 0, sizeof w->visible);
        w->arm = NULL;
        assert_ok(f, store_read(org_store(f->org), &f->context, 0, ask, w));
        for (size_t i = 0; i < RECORDS; i++) {
                expected[i] = covers(w, &w->samples[i], true);
                assert_int_equal(w->visible[i], expected[i]);
                bool words = in_words(w, &scope, &w->samples[i]);
                assert_int_equal(covers(w, &w->samples[i], false), words);
                if (!scope.rules_count)
                        assert_int_equal(expected[i], words);
                assert_true(expected[i] || !words);
        }
        if (verb != VERB_READ)
                return;
        ask_arms(w, expected, false);
        ask_arms(w, expected, true);
}

static void three_forms_agree(void **state) {
        World world;
        for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
                print_message("seed %d\n", (int)seed);
                make_world(&world, *state, seed);
                for (size_t i = 0; i < PEOPLE; i++) {
                        world.actor = actor_of(*state, world.people[i]);
                        check_actor(&world, VERB_READ);
                        check_actor(&world, VERB_UPDATE);
                }
                world.actor = access_system(((Fixture *)*state)->view.access);
                check_actor(&world, VERB_READ);
        }
}

// Deeper and wider than lists that are written out: more departments than fit into one statement's own list.
static void large_tree(void **state) {
        Fixture *f = *state;
        int64_t role = add_role(f, "r", "{\"customer\":{\"read\":\"tree\"}}"), top = add_department(f, "top", 0, 0), at = top;
        for (int i = 0; i < 90; i++)
                at = add_department(f, "d", i % 3 ? at : top, 0);
        int64_t outside = add_department(f, "outside", 0, 0);
        World w = {.fixture = f, .object = "customer"};
        w.people[0] = add_user(f, "u", top, role_list(f, role, 0));
        int64_t departments[] = {top, at, outside, 0};
        for (size_t i = 0; i < 4; i++) {
                w.samples[i].department = departments[i];
                w.samples[i].id = add(f, "customer", {"name", text_value("c")}, {"version", value_int(1)}, {"department_id", id_value(departments[i])});
        }
        reload(f);
        w.actor = actor_of(f, w.people[0]);
        assert_int_equal(w.actor->tree_count, 91);
        assert_ok(f, store_read(org_store(f->org), &f->context, 0, ask, &w));
        assert_true(w.visible[0] && w.visible[1] && !w.visible[2] && !w.visible[3]);
        ScopeArm *arms;
        size_t count;
        bool single;
        actor_scope_arms(f->arena, w.actor, object_of(f, "customer"), VERB_READ, 16, &arms, &count, &single);
        assert_true(single);
}

// A cycle that got past the record pipeline (another tool wrote it) ends somewhere and takes nobody's sight of the rest.
static void cycles_do_not_hang(void **state) {
        Fixture *f = *state;
        int64_t a = add_department(f, "a", 0, 0), b = add_department(f, "b", a + 2, 0), c = add_department(f, "c", b, 0), d = add_department(f, "d", c, 0);
        assert_int_equal(c, a + 2);
        reload(f);
        const int64_t *ids;
        size_t count, total = 0;
        access_subtree(f->view.access, f->arena, b, &ids, &count);
        assert_int_equal(count, 3);
        int64_t all[] = {a, b, c, d};
        for (size_t i = 0; i < 4; i++) {
                access_subtree(f->view.access, f->arena, all[i], &ids, &count);
                assert_true(count > 0 && ids[0] == all[i]);
                total += count;
        }
        assert_true(total >= 4);
        access_subtree(f->view.access, f->arena, 999999, &ids, &count);
        assert_int_equal(count, 0);
}

// A rule that asks for other customers is itself a scope of customers: the guard must not enter it again.
static void rules_do_not_guard_themselves(void **state) {
        Fixture *f = *state;
        int64_t role = add_role(f, "r", "{\"customer\":{\"read\":\"parent.level = \\\"A\\\" or sum(opportunities.amount) > 5\"},\"opportunity\":{\"read\":\"customer.level = \\\"A\\\"\"}}");
        int64_t user = add_user(f, "u", 0, role_list(f, role, 0));
        World w = {.fixture = f, .object = "customer"};
        w.samples[0].id = add(f, "customer", {"name", text_value("c")}, {"version", value_int(1)}, {"level", text_value("A")});
        w.samples[1].id = add(f, "customer", {"name", text_value("c")}, {"version", value_int(1)}, {"parent_id", value_int(w.samples[0].id)});
        reload(f);
        w.actor = actor_of(f, user);
        assert_ok(f, store_read(org_store(f->org), &f->context, 0, ask, &w));
        assert_true(!w.visible[0] && w.visible[1]); // the parent is not visible to him, the rule reads it all the same
}

int main(void) {
        struct CMUnitTest tests[] = {
                cmocka_unit_test(three_forms_agree),
                cmocka_unit_test(large_tree),
                cmocka_unit_test(cycles_do_not_hang),
                cmocka_unit_test(rules_do_not_guard_themselves),
        };
        return fixture_run_both("scopes", tests, sizeof tests / sizeof *tests);
}
