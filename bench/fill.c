// Fills a database for measurements: a company of 1,000 people in 200 departments with N customers, 0.3 N opportunities and 0.1 N follow-ups. Everything follows from
// the seed, and every record goes through the record pipeline, as an import would send it.
#include "access/signin.h"
#include "app/command.h"
#include "base/date.h"
#include "base/unicode.h"
#include "bench/words.h"
#include "os/os.h"
#include "record/entry.h"
#include "record/totals.h"
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define REGIONS 10
#define REGION_DEPARTMENTS 20   // a region, its branches and their teams
#define DEPARTMENTS (REGIONS * REGION_DEPARTMENTS)
#define USERS 1000
#define TRANSACTION 1000        // records: longer ones cost more, since SQLite walks the journal of a savepoint
#define ARENA_RESET 50          // records
#define RARE_HITS 50            // customers that the rare word finds, however many there are
#define PARENTS 100              // customers that others have as their parent company; they are stored first
#define QUIET_REGION 8          // the people of this region and the next own QUIET_RECORDS customers, however many there are
#define QUIET_RECORDS 20
#define KEEPER_SHARE 8          // one customer in so many is the keeper's, who has a hundredth page of his own; he works in the manager's region
#define KEEPER_DEPARTMENT (3 * REGION_DEPARTMENTS + 7)
#define REP 17                  // which of the users "rep" is
#define PASSWORD "haike-bench"
#define DAY_MS 86400000LL

typedef struct Fill {
        Context context;
        Org *org;
        int64_t customers_count, now_ms;
        uint64_t seed;
        int64_t departments[DEPARTMENTS], regions[REGIONS], users[USERS], keeper;
        int64_t *customers;
        Str hash;
} Fill;

// ---- chance: splitmix64, from the seed, what is made and its number

typedef struct Chance {
        uint64_t state;
} Chance;

static uint64_t next(Chance *chance) {
        uint64_t z = chance->state += 0x9E3779B97F4A7C15u;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
        return z ^ (z >> 31);
}

static Chance chance_of(uint64_t seed, int kind, int64_t at) {
        Chance chance = {seed * 1000003u + (uint64_t)kind * 0x100000000u + (uint64_t)at};
        (void)next(&chance);
        return chance;
}

static int64_t below(Chance *chance, int64_t limit) {
        return (int64_t)(next(chance) % (uint64_t)limit);
}

static Str pick(Chance *chance, const char *const *words, size_t count) {
        return str_from(words[below(chance, (int64_t)count)]);
}
#define PICK(chance, words) pick((chance), (words), sizeof(words) / sizeof *(words))

// ---- customers, opportunities, follow-ups

// Owners are drawn from a customer's number alone, so that its opportunities know them too.
static int64_t owner_of(const Fill *fill, int64_t customer) {
        Chance chance = chance_of(fill->seed, 9, customer);
        int64_t every = fill->customers_count / QUIET_RECORDS, busy = QUIET_REGION * REGION_DEPARTMENTS;
        int64_t user = below(&chance, USERS / DEPARTMENTS) * DEPARTMENTS; // those of one department are so far apart
        bool quiet = customer % every == every / 2 && customer / every < QUIET_RECORDS;
        user += quiet ? busy + below(&chance, DEPARTMENTS - busy) : below(&chance, busy);
        return customer % KEEPER_SHARE == 5 && !quiet && user != REP ? fill->keeper : fill->users[user];
}

static Str company_name(const Fill *fill, Arena *arena, Chance *chance, int64_t at) {
        int64_t every = fill->customers_count / RARE_HITS;
        bool rare = every && at % every == every / 2;
        Str region = PICK(chance, words_regions), first = PICK(chance, words_brand), second = PICK(chance, words_brand);
        Str trade = below(chance, 2) ? STR("科技") : PICK(chance, words_trades);
        Str form = PICK(chance, words_forms);
        if (rare)
                return str_format(arena, STR_FMT "鲲鹏" STR_FMT STR_FMT, STR_ARG(region), STR_ARG(trade), STR_ARG(form));
        return str_format(arena, STR_FMT STR_FMT STR_FMT STR_FMT STR_FMT, STR_ARG(region), STR_ARG(first), STR_ARG(second), STR_ARG(trade), STR_ARG(form));
}

static void set_text(RecordInput *input, const char *field, Str text) {
        record_input_set(input, field, value_text(text));
}

static Value money(int64_t yuan) {
        Decimal number = {yuan * DECIMAL_SCALE};
        return value_number(number);
}

static void make_customer(Fill *fill, Arena *arena, int64_t at, RecordInput *input) {
        Chance chance = chance_of(fill->seed, 1, at);
        int64_t changed_ms = fill->now_ms - below(&chance, 730 * DAY_MS);
        set_text(input, "name", company_name(fill, arena, &chance, at));
        set_text(input, "type", PICK(&chance, words_types));
        set_text(input, "level", PICK(&chance, words_levels));
        set_text(input, "industry", PICK(&chance, words_industries));
        set_text(input, "status", below(&chance, 4) ? STR("potential") : STR("formal"));
        set_text(input, "phone", str_format(arena, "1%d%09lld", 3 + (int)below(&chance, 7), (long long)below(&chance, 1000000000)));
        if (below(&chance, 2))
                set_text(input, "email", str_format(arena, "info%lld@example%lld.com", (long long)below(&chance, 1000), (long long)at));
        set_text(input, "credit_code", str_format(arena, "9131%014lld", (long long)at));
        set_text(input, "source", PICK(&chance, words_sources));
        record_input_set(input, "employees", value_int(5 + below(&chance, 5000)));
        record_input_set(input, "annual_revenue", money(10000 * below(&chance, 100000)));
        record_input_set(input, "founded", value_int(1980 + below(&chance, 45)));
        if (below(&chance, 3) == 0)
                record_input_set(input, "next_follow_up", value_datetime(fill->now_ms + below(&chance, 60 * DAY_MS)));
        if (at >= PARENTS && below(&chance, 20) == 0)
                record_input_set(input, "parent", value_int(fill->customers[below(&chance, PARENTS)]));
        record_input_set(input, "owner", value_int(owner_of(fill, at)));
        record_input_set(input, "created_at", value_datetime(changed_ms - below(&chance, 365 * DAY_MS)));
        record_input_set(input, "updated_at", value_datetime(changed_ms));
}

static void make_opportunity(Fill *fill, Arena *arena, int64_t at, RecordInput *input) {
        Chance chance = chance_of(fill->seed, 2, at);
        int64_t customer = below(&chance, fill->customers_count), changed_ms = fill->now_ms - below(&chance, 365 * DAY_MS);
        set_text(input, "name", str_format(arena, STR_FMT STR_FMT "项目 %lld", STR_ARG(PICK(&chance, words_brand)), STR_ARG(PICK(&chance, words_trades)), (long long)at));
        record_input_set(input, "customer", value_int(fill->customers[customer]));
        record_input_set(input, "owner", value_int(owner_of(fill, customer)));
        record_input_set(input, "amount", money(100 * below(&chance, 50000)));
        set_text(input, "stage", PICK(&chance, words_stages));
        record_input_set(input, "close_date", value_date((int32_t)(fill->now_ms / DAY_MS + below(&chance, 400) - 200)));
        record_input_set(input, "created_at", value_datetime(changed_ms - below(&chance, 90 * DAY_MS)));
        record_input_set(input, "updated_at", value_datetime(changed_ms));
}

static void make_activity(Fill *fill, Arena *arena, int64_t at, RecordInput *input) {
        Chance chance = chance_of(fill->seed, 3, at);
        int64_t customer = below(&chance, fill->customers_count), at_ms = fill->now_ms - below(&chance, 365 * DAY_MS);
        set_text(input, "type", PICK(&chance, words_activities));
        set_text(input, "content", str_format(arena, STR_FMT "，" STR_FMT "，下次带上报价 %lld", STR_ARG(PICK(&chance, words_remarks)), STR_ARG(PICK(&chance, words_remarks)), (long long)at));
        set_text(input, "target", str_format(arena, "customer:%lld", (long long)fill->customers[customer]));
        record_input_set(input, "owner", value_int(owner_of(fill, customer)));
        record_input_set(input, "at", value_datetime(at_ms));
        record_input_set(input, "created_at", value_datetime(at_ms));
}

typedef struct Kind {
        const char *object;
        void (*make)(Fill *fill, Arena *arena, int64_t at, RecordInput *input);
} Kind;

// ---- many records, a transaction for each few thousand

typedef struct Bulk {
        Fill *fill;
        const Kind *kind;
        int64_t from, count;
        int64_t *ids;         // may be NULL
} Bulk;

typedef struct Batch {
        Bulk *bulk;
        int64_t first, last;
        Arena *arena;
} Batch;

// Memory of the records is given back as they are stored: the context's arena is exchanged meanwhile.
static Status write_batch(Call *call, void *arg) {
        Batch *batch = arg;
        Bulk *bulk = batch->bulk;
        Arena *kept = call->context->arena;
        const Object *object = catalog_get(call->catalog, bulk->kind->object);
        WriteOptions options = {.as_system = true, .import = true, .quiet = true};
        Status status = STATUS_OK;
        call->context->arena = batch->arena;
        for (int64_t at = batch->first; at < batch->last && status == STATUS_OK; at++) {
                int64_t id = 0;
                if ((at - batch->first) % ARENA_RESET == 0)
                        arena_reset(batch->arena);
                RecordInput *input = record_input_new(batch->arena, object);
                bulk->kind->make(bulk->fill, batch->arena, at, input);
                status = record_create(call, input, &options, &id);
                if (bulk->ids)
                        bulk->ids[at] = id;
        }
        call->context->arena = kept;
        return status;
}

static void print_error(const Context *context, Arena *arena) {
        Str lines = error_lines(context, arena);
        fprintf(stderr, STR_FMT, STR_ARG(lines));
}

// One after the other: at once they would wait for each other's locks on customers.
static bool bulk_run(Bulk *bulk) {
        Batch batch = {.bulk = bulk, .arena = arena_new(0)};
        bool good = true;
        for (batch.first = bulk->from; good && batch.first < bulk->count; batch.first = batch.last) {
                batch.last = batch.first + TRANSACTION < bulk->count ? batch.first + TRANSACTION : bulk->count;
                ARENA_CLEANUP Arena *arena = arena_new(0);
                Context context;
                context_init(&context, arena, LANG_EN, bulk->fill->now_ms);
                good = work_write(&context, bulk->fill->org, STR("import"), write_batch, &batch) == STATUS_OK;
                if (!good)
                        print_error(&context, arena);
        }
        arena_free(batch.arena);
        return good;
}

static bool fill_many(Fill *fill, const Kind *kind, int64_t from, int64_t count, int64_t *ids) {
        Bulk bulk = {.fill = fill, .kind = kind, .from = from, .count = count, .ids = ids};
        int64_t started_us = os_monotonic_us();
        bool good = bulk_run(&bulk);
        double seconds = (double)(os_monotonic_us() - started_us) / 1e6;
        fprintf(stderr, "%lld %s in %.1f s: %.0f in a second\n", (long long)count, kind->object, seconds, (double)count / seconds);
        return good;
}

// ---- the company

static Status role_id(Call *call, const char *key, int64_t *ret) {
        bool found = false;
        Sql select = db_sql(call->db);
        sql(&select, "select \"id\" from \"role\" where \"key\" = ");
        sql_str(&select, str_from(key));
        TRY(db_get_int(call->db, &select, ret, &found));
        return found ? STATUS_OK : error_set(call->context, STATUS_NOT_FOUND, "no_such_role", str_from(key));
}

static Status root_department(Call *call, int64_t *ret) {
        Sql select = db_sql(call->db);
        sql(&select, "select min(\"id\") from \"department\"");
        return db_get_int(call->db, &select, ret, NULL);
}

static const WriteOptions as_system = {.as_system = true, .quiet = true};

// In each region: 0 the region, 1–4 its branches, 5–19 the branches' teams.
static Status make_departments(Call *call, void *arg) {
        Fill *fill = arg;
        int64_t root = 0;
        TRY(root_department(call, &root));
        for (int i = 0; i < DEPARTMENTS; i++) {
                int within = i % REGION_DEPARTMENTS, region = i - within;
                int64_t parent = within == 0 ? root : fill->departments[region + (within < 5 ? 0 : 1 + within % 4)];
                Str name = str_format(call->context->arena, "%s%d部", words_regions[region / REGION_DEPARTMENTS], within);
                RecordInput *input = record_input_new(call->context->arena, catalog_get(call->catalog, "department"));
                set_text(input, "name", name);
                record_input_set(input, "parent", value_int(parent));
                TRY(record_create(call, input, &as_system, &fill->departments[i]));
        }
        return STATUS_OK;
}

static Status make_user(Call *call, const char *login, int64_t department, int64_t other, int64_t role, Str hash, int64_t *ret) {
        Arena *arena = call->context->arena;
        RecordInput *input = record_input_new(arena, catalog_get(call->catalog, "user"));
        set_text(input, "login", str_from(login));
        set_text(input, "name", str_format(arena, "同事 %s", login));
        set_text(input, "roles", str_format(arena, "[\"%lld\"]", (long long)role));
        record_input_set(input, "department", value_int(department));
        if (other)
                set_text(input, "other_departments", str_format(arena, "[\"%lld\"]", (long long)other));
        TRY(record_create(call, input, &as_system, ret));
        return str_empty(hash) ? STATUS_OK : password_set(call->db, *ret, hash, false);
}

// "user0" … own records each; those who sign in are "rep" (one of them), "keeper" (who owns an eighth of all), "manager" (a region), "director" (two of them: 200 people), "quiet" (the two that own little) and "admin".
static Status make_users(Call *call, void *arg) {
        Fill *fill = arg;
        int64_t sales = 0, manager = 0, admin = 0, root = 0, id = 0;
        TRY(role_id(call, "sales", &sales));
        TRY(role_id(call, "sales_manager", &manager));
        TRY(role_id(call, ROLE_ADMIN, &admin));
        TRY(root_department(call, &root));
        for (int i = 0; i < USERS; i++) {
                Str login = i == REP ? STR("rep") : str_format(call->context->arena, "user%d", i);
                TRY(make_user(call, str_c(call->context->arena, login), fill->departments[i % DEPARTMENTS], 0, sales, i == REP ? fill->hash : STR_NONE, &fill->users[i]));
        }
        TRY(make_user(call, "keeper", fill->departments[KEEPER_DEPARTMENT], 0, sales, fill->hash, &fill->keeper));
        int64_t *regions = fill->regions;
        for (int i = 0; i < REGIONS; i++)
                regions[i] = fill->departments[i * REGION_DEPARTMENTS];
        TRY(make_user(call, "manager", regions[3], 0, manager, fill->hash, &id));
        TRY(make_user(call, "director", regions[3], regions[4], manager, fill->hash, &id));
        TRY(make_user(call, "quiet", regions[QUIET_REGION], regions[QUIET_REGION + 1], manager, fill->hash, &id));
        return make_user(call, "admin", root, 0, admin, fill->hash, &id);
}

// One of them finds much for one region, one little for all managers, the others are for other people.
static Status make_rules(Call *call, void *arg) {
        Fill *fill = arg;
        int64_t manager = 0, finance = 0, id = 0;
        TRY(role_id(call, "sales_manager", &manager));
        TRY(role_id(call, "finance", &finance));
        const struct { const char *name, *condition, *field; int64_t to; } rules[] = {
                {"重点客户", "level = \"A\" and status = \"formal\"", "departments", fill->regions[3]}, {"鲲鹏", "name contains \"鲲鹏\"", "roles", manager},
                {"大企业", "employees > 4900", "roles", finance}, {"高营收", "annual_revenue > 990000000", "departments", fill->regions[5]}, {"老企业", "founded < 1982", "users", fill->users[REP]},
        };
        for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
                RecordInput *input = record_input_new(call->context->arena, catalog_get(call->catalog, "sharing_rule"));
                set_text(input, "name", str_from(rules[i].name));
                set_text(input, "object", STR("customer"));
                set_text(input, "condition", str_from(rules[i].condition));
                set_text(input, rules[i].field, str_format(call->context->arena, "[\"%lld\"]", (long long)rules[i].to));
                TRY(record_create(call, input, &as_system, &id));
        }
        return STATUS_OK;
}

typedef struct Slice { bool more; } Slice;

static Status continue_rules(Call *call, void *arg) {
        return entries_continue(call, TRANSACTION * 5, &((Slice *)arg)->more);
}

static Status continue_totals(Call *call, void *arg) {
        return totals_continue(call, TRANSACTION, &((Slice *)arg)->more);
}

// What the server's upkeep would do in the middle of the measurements.
static Status fold_totals(Fill *fill) {
        Slice slice = {.more = true};
        while (slice.more) {
                ARENA_CLEANUP Arena *arena = arena_new(0);
                Context context;
                context_init(&context, arena, LANG_EN, fill->now_ms);
                TRY(work_write(&context, fill->org, STR("system"), continue_totals, &slice));
        }
        return STATUS_OK;
}

static Status fill_rules(Fill *fill) {
        int64_t started_us = os_monotonic_us();
        Slice slice = {.more = true};
        TRY(work_write(&fill->context, fill->org, STR("import"), make_rules, fill));
        while (slice.more) {
                ARENA_CLEANUP Arena *arena = arena_new(0);
                Context context;
                context_init(&context, arena, LANG_EN, fill->now_ms);
                TRY(work_write(&context, fill->org, STR("system"), continue_rules, &slice));
        }
        fprintf(stderr, "5 sharing rules in %.1f s\n", (double)(os_monotonic_us() - started_us) / 1e6);
        return STATUS_OK;
}

// PostgreSQL's own would come minutes later, in the middle of the measurements.
static Status analyze(Call *call, void *arg) {
        (void)arg;
        Sql command = db_sql(call->db);
        sql(&command, "analyze");
        return db_ddl(call->db, &command);
}

// ---- indexes: made after the rows, which is many times cheaper than keeping them while rows come in any order

typedef struct Indexes {
        Str *names, *commands;
        size_t count;
        Arena *arena;
} Indexes;

#define INDEXES_LARGEST 200

// Roll-ups look opportunities up by their customer: those indexes stay.
static Status find_indexes(Call *call, void *arg) {
        Indexes *indexes = arg;
        Sql select = db_sql(call->db);
        if (db_dialect(call->db) == DIALECT_SQLITE)
                sql(&select, "select name, sql from sqlite_master where type = 'index' and sql is not null and tbl_name in ('customer', 'opportunity', 'activity', 'access_entry')");
        else
                sql(&select, "select indexname, indexdef from pg_indexes where schemaname = current_schema and tablename in ('customer', 'opportunity', 'activity', 'access_entry') and indexdef not like '%UNIQUE%'");
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(call->db, &select, &rows));
        for (indexes->count = 0; indexes->count < INDEXES_LARGEST;) {
                bool found = false;
                TRY(rows_next(rows, &found));
                if (!found)
                        break;
                if (str_starts(rows_text(rows, 0), STR("opportunity__customer_id")))
                        continue;
                indexes->names[indexes->count] = str_copy(indexes->arena, rows_text(rows, 0));
                indexes->commands[indexes->count++] = str_copy(indexes->arena, rows_text(rows, 1));
        }
        return STATUS_OK;
}

static Status drop_indexes(Call *call, void *arg) {
        const Indexes *indexes = arg;
        for (size_t i = 0; i < indexes->count; i++) {
                Sql drop = db_sql(call->db);
                sql(&drop, "drop index ");
                sql_name(&drop, indexes->names[i]);
                TRY(db_ddl(call->db, &drop));
        }
        return STATUS_OK;
}

typedef struct OneIndex {
        Str command;
} OneIndex;

static Status make_index(Call *call, void *arg) {
        Sql make = db_sql(call->db);
        sql_fixed(&make, ((OneIndex *)arg)->command);
        return db_ddl(call->db, &make);
}

static Status make_indexes(Fill *fill, const Indexes *indexes) {
        int64_t started_us = os_monotonic_us();
        for (size_t i = 0; i < indexes->count; i++) {
                OneIndex one = {indexes->commands[i]};
                TRY(work_write(&fill->context, fill->org, STR("import"), make_index, &one));
        }
        fprintf(stderr, "%zu indexes in %.1f s\n", indexes->count, (double)(os_monotonic_us() - started_us) / 1e6);
        return STATUS_OK;
}

static Indexes indexes_new(Arena *arena) {
        return (Indexes){.arena = arena, .names = arena_array(arena, Str, INDEXES_LARGEST), .commands = arena_array(arena, Str, INDEXES_LARGEST)};
}

static bool fill_records(Fill *fill) {
        static const Kind kinds[] = {{"customer", make_customer}, {"opportunity", make_opportunity}, {"activity", make_activity}};
        int64_t count = fill->customers_count;
        return fill_many(fill, &kinds[0], 0, PARENTS, fill->customers) && fill_many(fill, &kinds[0], PARENTS, count, fill->customers) &&
               fill_many(fill, &kinds[1], 0, count * 3 / 10, NULL) && fill_many(fill, &kinds[2], 0, count / 10, NULL);
}

static bool fill_all(Fill *fill, bool postgres) {
        Context *context = &fill->context;
        Indexes indexes = indexes_new(context->arena);
        bool is_new = false;
        Status status = seed_organisation(context, fill->org, &is_new);
        if (status == STATUS_OK)
                status = password_hash(context, STR(PASSWORD), &fill->hash);
        if (status == STATUS_OK)
                status = work_write(context, fill->org, STR("import"), make_departments, fill);
        if (status == STATUS_OK)
                status = work_write(context, fill->org, STR("import"), make_users, fill);
        if (status == STATUS_OK)
                status = work_write(context, fill->org, STR("import"), find_indexes, &indexes);
        if (status == STATUS_OK)
                status = work_write(context, fill->org, STR("import"), drop_indexes, &indexes);
        if (status == STATUS_OK && !fill_records(fill))
                return false;
        if (status == STATUS_OK)
                status = make_indexes(fill, &indexes);
        if (status == STATUS_OK)
                status = fill_rules(fill);
        if (status == STATUS_OK)
                status = fold_totals(fill);
        if (status == STATUS_OK && postgres)
                status = work_write(context, fill->org, STR("system"), analyze, NULL);
        if (status != STATUS_OK) {
                print_error(context, context->arena);
                return false;
        }
        return true;
}

static bool take_arguments(int argc, char **argv, Options *options, Fill *fill) {
        for (int i = 1; i + 1 < argc; i += 2) {
                if (strcmp(argv[i], "--data") == 0)
                        options->data = argv[i + 1];
                else if (strcmp(argv[i], "--database") == 0)
                        options->database = argv[i + 1];
                else if (strcmp(argv[i], "--customers") == 0)
                        fill->customers_count = strtoll(argv[i + 1], NULL, 10);
                else if (strcmp(argv[i], "--seed") == 0)
                        fill->seed = strtoull(argv[i + 1], NULL, 10);
                else
                        return false;
        }
        return argc % 2 && options->data && fill->customers_count > PARENTS;
}

int main(int argc, char **argv) {
        ARENA_CLEANUP Arena *arena = arena_new(0);
        Options options = {0};
        Fill fill = {.seed = 1};
        if (!take_arguments(argc, argv, &options, &fill)) {
                fprintf(stderr, "usage: fill --data DIR [--database URL] --customers N [--seed S]\n");
                return EXIT_USAGE;
        }
        fill.now_ms = os_now_ms();
        fill.customers = arena_array(arena, int64_t, fill.customers_count);
        context_init(&fill.context, arena, LANG_EN, fill.now_ms);
        if (sodium_init() < 0 || unicode_start(&fill.context) != STATUS_OK || command_open(&fill.context, &options, true, &fill.org) != STATUS_OK) {
                print_error(&fill.context, arena);
                return EXIT_FAILED;
        }
        bool done = fill_all(&fill, options.database != NULL);
        org_close(fill.org);
        return done ? EXIT_DONE : EXIT_FAILED;
}
