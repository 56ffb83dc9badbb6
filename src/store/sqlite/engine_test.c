// What only SQLite promises: groups are durable before anyone is told, works in a group do not see each other fail, a full disk fails all of them
// and nothing else, one process per folder, backups while serving.
#include "store/fixture.h"
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/wait.h>

#ifdef __SANITIZE_THREAD__
// Two tests fork and start threads in the child.
const char *__tsan_default_options(void);
const char *__tsan_default_options(void) {
        return "die_after_fork=0";
}
#endif

static Status run_ddl(Db *db, Str text) {
        Sql statement = db_sql(db);
        sql_fixed(&statement, text);
        return db_ddl(db, &statement);
}

static Status make_tables(Db *db, void *arg) {
        (void)arg;
        TRY(run_ddl(db, STR("create table note (id integer primary key, body text not null) strict")));
        return run_ddl(db, STR("create virtual table note_search using fts5(body)"));
}

static Status insert_into(Db *db, Str table, Str key, int64_t id, Str body) {
        Sql insert = db_sql(db);
        sql(&insert, "insert into ");
        sql_name(&insert, table);
        sql(&insert, " (");
        sql_name(&insert, key);
        sql(&insert, ", body) values (");
        sql_int(&insert, id);
        sql(&insert, ", ");
        sql_str(&insert, body);
        sql(&insert, ")");
        return db_exec(db, &insert, NULL);
}

static Status insert_note(Db *db, int64_t id, Str body) {
        TRY(insert_into(db, STR("note"), STR("id"), id, body));
        return insert_into(db, STR("note_search"), STR("rowid"), id, body);
}

static Status count_note(Db *db, void *arg) {
        Sql query = db_sql(db);
        sql(&query, "select count(*) from note");
        return db_get_int(db, &query, arg, NULL);
}

static Status count_found(Db *db, void *arg) {
        Sql query = db_sql(db);
        sql(&query, "select count(*) from note_search where note_search match ");
        sql_str(&query, STR("good"));
        return db_get_int(db, &query, arg, NULL);
}

static int setup(void **state) {
        Fixture *f = calloc(1, sizeof *f);
        fixture_open(f, DIALECT_SQLITE);
        assert_ok(f, store_write(f->store, &f->context, make_tables, NULL));
        *state = f;
        return 0;
}

// A submitted work with its own context.
typedef struct Job {
        StoreWork work;
        Context context;
        Fixture *fixture;
        Arena *arena;
        int64_t id;
        bool fails, fails_early; // after it wrote, before
        int runs;
        Status status;
        int order;          // in which it was told
        int64_t seen;       // rows a reader saw when it was told
        sem_t *gate, *over;
        int *told;
} Job;

static Status job_run(Db *db, void *arg) {
        Job *job = arg;
        if (job->gate)
                sem_wait(job->gate);
        job->gate = NULL; // it may be run again
        job->runs++;
        if (job->fails_early)
                return error_set(db_context(db), STATUS_CONFLICT, "conflict");
        TRY(insert_note(db, job->id, job->fails ? STR("bad word") : STR("good word")));
        return job->fails ? error_set(db_context(db), STATUS_CONFLICT, "conflict") : STATUS_OK;
}

static void job_done(Status status, void *arg) {
        Job *job = arg;
        job->status = status;
        job->order = (*job->told)++;
        ARENA_CLEANUP Arena *arena = arena_new(0);
        Context context;
        context_init(&context, arena, LANG_EN, 0);
        if (store_read(job->fixture->store, &context, 0, count_note, &job->seen) != STATUS_OK)
                job->seen = -1;
        sem_post(job->over);
}

static void job_init(Job *job, Fixture *f, int64_t id, bool fails, sem_t *over, int *told) {
        *job = (Job){.fixture = f, .arena = arena_new(0), .id = id, .fails = fails, .over = over, .told = told, .order = -1};
        context_init(&job->context, job->arena, LANG_EN, 0);
        job->work = (StoreWork){.context = &job->context, .run = job_run, .done = job_done, .arg = job};
}

#define JOBS 20

static void test_group(void **state) {
        Fixture *f = *state;
        sem_t gate, over;
        sem_init(&gate, 0, 0);
        sem_init(&over, 0, 0);
        int told = 0;
        int64_t groups = store_stats(f->store).groups;
        Job jobs[JOBS];
        for (int i = 0; i < JOBS; i++) {
                job_init(&jobs[i], f, i + 1, i % 3 == 1, &over, &told);
                jobs[i].gate = i == 0 ? &gate : NULL;
                assert_true(store_submit(f->store, &jobs[i].work));
        }
        assert_true(store_stats(f->store).queue >= JOBS - 1);
        sem_post(&gate);
        int64_t expected = 0, found;
        for (int i = 0; i < JOBS; i++)
                sem_wait(&over);
        for (int i = 0; i < JOBS; i++) {
                assert_int_equal(jobs[i].order, i);
                assert_int_equal(jobs[i].status, jobs[i].fails ? STATUS_CONFLICT : STATUS_OK);
                expected += !jobs[i].fails;
                if (!jobs[i].fails)
                        assert_true(jobs[i].seen >= expected);
                arena_free(jobs[i].arena);
        }
        assert_true(store_stats(f->store).groups - groups <= 2);
        assert_ok(f, store_read(f->store, &f->context, 0, count_note, &found));
        assert_int_equal(found, expected);
        assert_ok(f, store_read(f->store, &f->context, 0, count_found, &found));
        assert_int_equal(found, expected);
        sem_destroy(&gate);
        sem_destroy(&over);
}

// Jobs of one group, of which the third fails; answers how often the first and the last were run.
static void run_five(Fixture *f, int64_t first_id, bool early, int *ret_first, int *ret_last) {
        sem_t gate, over;
        sem_init(&gate, 0, 0);
        sem_init(&over, 0, 0);
        int told = 0;
        int64_t before = 0, after = 0;
        Job jobs[5];
        assert_ok(f, store_read(f->store, &f->context, 0, count_note, &before));
        for (int i = 0; i < 5; i++) {
                job_init(&jobs[i], f, first_id + i, i == 2 && !early, &over, &told);
                jobs[i].fails_early = i == 2 && early;
                jobs[i].gate = i == 0 ? &gate : NULL;
                assert_true(store_submit(f->store, &jobs[i].work));
        }
        sem_post(&gate);
        for (int i = 0; i < 5; i++)
                sem_wait(&over);
        for (int i = 0; i < 5; i++) {
                assert_int_equal(jobs[i].status, i == 2 ? STATUS_CONFLICT : STATUS_OK);
                arena_free(jobs[i].arena);
        }
        assert_ok(f, store_read(f->store, &f->context, 0, count_note, &after));
        assert_int_equal(after - before, 4);
        *ret_first = jobs[0].runs;
        *ret_last = jobs[4].runs;
        sem_destroy(&gate);
        sem_destroy(&over);
}

// A group is run again only where something was written that has to be taken back.
static void test_group_again(void **state) {
        Fixture *f = *state;
        int first = 0, last = 0;
        run_five(f, 500, true, &first, &last);
        assert_true(first == 1 && last == 1);
        int64_t groups = store_stats(f->store).groups;
        run_five(f, 600, false, &first, &last);
        if (store_stats(f->store).groups == groups + 1) // a machine that stands still for 20 ms makes two of it
                assert_true(first == 2 && last == 1);
}

static void test_queue_is_bounded(void **state) {
        Fixture *f = *state;
        sem_t gate, over;
        sem_init(&gate, 0, 0);
        sem_init(&over, 0, 0);
        int told = 0, accepted = 0;
        size_t count = 5000;
        Job *jobs = calloc(count, sizeof *jobs);
        for (size_t i = 0; i < count; i++) {
                job_init(&jobs[i], f, (int64_t)i + 1000, true, &over, &told);
                jobs[i].gate = i == 0 ? &gate : NULL;
                accepted += store_submit(f->store, &jobs[i].work);
        }
        assert_true(accepted > 1000 && accepted < (int)count);
        sem_post(&gate);
        for (int i = 0; i < accepted; i++)
                sem_wait(&over);
        for (size_t i = 0; i < count; i++)
                arena_free(jobs[i].arena);
        free(jobs);
        sem_destroy(&gate);
        sem_destroy(&over);
}

static void test_close_finishes(void **state) {
        Fixture *f = *state;
        sem_t over;
        sem_init(&over, 0, 0);
        int told = 0;
        Job jobs[JOBS];
        int64_t before, after;
        assert_ok(f, store_read(f->store, &f->context, 0, count_note, &before));
        for (int i = 0; i < JOBS; i++) {
                job_init(&jobs[i], f, i + 2000, false, &over, &told);
                assert_true(store_submit(f->store, &jobs[i].work));
        }
        store_close(f->store);
        for (int i = 0; i < JOBS; i++) {
                assert_int_equal(jobs[i].status, STATUS_OK);
                arena_free(jobs[i].arena);
        }
        assert_int_equal(told, JOBS);
        assert_ok(f, fixture_open_store(f));
        assert_ok(f, store_read(f->store, &f->context, 0, count_note, &after));
        assert_int_equal(after - before, JOBS);
        sem_destroy(&over);
}

static void test_folder_lock(void **state) {
        Fixture *f = *state;
        StoreConfig config = {.folder = f->folder, .sync = true};
        Store *second = NULL;
        assert_int_equal(store_open(&f->context, &config, &second), STATUS_BUSY);
        assert_null(second);
        assert_true(store_locked_elsewhere(&f->context));
        error_clear(&f->context);
        config = (StoreConfig){.folder = "/tmp/haike-store-that-is-not-there", .sync = true, .must_exist = true};
        assert_int_equal(store_open(&f->context, &config, &second), STATUS_NOT_FOUND);
        assert_false(store_locked_elsewhere(&f->context));
        error_clear(&f->context);
}

typedef struct Large {
        int64_t first;
        size_t size;
} Large;

static Status insert_large(Db *db, void *arg) {
        Large *large = arg;
        char *body = arena_alloc(db_arena(db), large->size);
        memset(body, 'x', large->size);
        for (int64_t i = 0; i < 10; i++)
                TRY(insert_note(db, large->first + i, str_make(body, large->size)));
        return STATUS_OK;
}

// The file may not grow: as on a full disk. Nothing of it stays, and the next write goes on.
static void test_disk_full(void **state) {
        Fixture *f = *state;
        int64_t before, after;
        assert_ok(f, store_read(f->store, &f->context, 0, count_note, &before));
        signal(SIGXFSZ, SIG_IGN);
        struct rlimit usual, tight;
        assert_int_equal(getrlimit(RLIMIT_FSIZE, &usual), 0);
        tight = (struct rlimit){.rlim_cur = 1024 * 1024, .rlim_max = usual.rlim_max};
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
        Large large = {.first = 3000, .size = 200000};
        Status status = store_write(f->store, &f->context, insert_large, &large);
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &usual), 0);
        assert_int_equal(status, STATUS_IO);
        error_clear(&f->context);
        assert_ok(f, store_read(f->store, &f->context, 0, count_note, &after));
        assert_int_equal(after, before);
        assert_ok(f, store_write(f->store, &f->context, insert_large, &large));
        assert_ok(f, store_read(f->store, &f->context, 0, count_note, &after));
        assert_int_equal(after, before + 10);
}

// The child commits until it is killed and says each number only when store_write has said OK.
static void commit_until_killed(const char *folder, int pipe_write) {
        Arena *arena = arena_new(0);
        Context context;
        context_init(&context, arena, LANG_EN, 0);
        StoreConfig config = {.folder = folder, .sync = true};
        Store *store;
        if (store_open(&context, &config, &store) != STATUS_OK || store_write(store, &context, make_tables, NULL) != STATUS_OK)
                _exit(1);
        for (int64_t first = 0;; first += 10) {
                Large large = {.first = first, .size = 100};
                if (store_write(store, &context, insert_large, &large) != STATUS_OK)
                        _exit(1);
                if (write(pipe_write, &first, sizeof first) != sizeof first)
                        _exit(1);
        }
}

static void test_killed(void **state) {
        Fixture *f = *state;
        char folder[] = "/tmp/haike-store-XXXXXX";
        assert_non_null(mkdtemp(folder));
        int ends[2];
        assert_int_equal(pipe(ends), 0);
        pid_t child = fork();
        if (child == 0)
                commit_until_killed(folder, ends[1]);
        close(ends[1]);
        int64_t number, last = -1, count;
        for (int i = 0; i < 40 && read(ends[0], &number, sizeof number) == sizeof number; i++)
                last = number;
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
        while (read(ends[0], &number, sizeof number) == sizeof number)
                last = number;
        close(ends[0]);
        assert_true(last >= 300);
        StoreConfig config = {.folder = folder, .sync = true, .must_exist = true};
        Store *store;
        assert_ok(f, store_open(&f->context, &config, &store));
        assert_ok(f, store_read(store, &f->context, 0, count_note, &count));
        assert_true(count >= last + 10 && count % 10 == 0);
        store_close(store);
        char command[128];
        snprintf(command, sizeof command, "rm -rf '%s'", folder);
        assert_int_equal(system(command), 0);
}

typedef struct Background {
        Fixture *fixture;
        _Atomic bool stop;
        int64_t next;
        Status status;
} Background;

static void *write_in_background(void *arg) {
        Background *background = arg;
        Arena *arena = arena_new(0);
        while (!background->stop && background->status == STATUS_OK) {
                Context context;
                context_init(&context, arena, LANG_EN, 0);
                Large large = {.first = background->next, .size = 3000};
                background->status = store_write(background->fixture->store, &context, insert_large, &large);
                background->next += 10;
                arena_reset(arena);
        }
        arena_free(arena);
        return NULL;
}

static void test_backup(void **state) {
        Fixture *f = *state;
        int64_t before;
        assert_ok(f, store_read(f->store, &f->context, 0, count_note, &before));
        Background background = {.fixture = f, .next = 100000};
        pthread_t thread;
        assert_int_equal(pthread_create(&thread, NULL, write_in_background, &background), 0);
        char file[128];
        snprintf(file, sizeof file, "%s/backup.db", f->folder);
        for (int round = 0; round < 5; round++) {
                assert_ok(f, store_backup(f->store, &f->context, file));
                sqlite3 *copy;
                assert_int_equal(sqlite3_open_v2(file, &copy, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
                sqlite3_stmt *statement;
                assert_int_equal(sqlite3_prepare_v2(copy, "select count(*), (select integrity_check from pragma_integrity_check) from note", -1, &statement, NULL), SQLITE_OK);
                assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
                assert_int_equal((sqlite3_column_int64(statement, 0) - before) % 10, 0);
                assert_string_equal((const char *)sqlite3_column_text(statement, 1), "ok");
                sqlite3_finalize(statement);
                sqlite3_close(copy);
        }
        background.stop = true;
        pthread_join(thread, NULL);
        assert_int_equal(background.status, STATUS_OK);
        assert_int_equal(store_backup(f->store, &f->context, "/proc/nowhere/backup.db"), STATUS_IO);
        error_clear(&f->context);
}

// The log does not grow without end while readers come and go.
static void test_log_is_bounded(void **state) {
        Fixture *f = *state;
        Large large = {.first = 1000000, .size = 20000};
        for (int i = 0; i < 400; i++, large.first += 10) {
                int64_t count;
                assert_ok(f, store_write(f->store, &f->context, insert_large, &large));
                assert_ok(f, store_read(f->store, &f->context, 0, count_note, &count));
                arena_reset(f->arena);
        }
        char path[128];
        snprintf(path, sizeof path, "%s/haike.db-wal", f->folder);
        FILE *wal = fopen(path, "r");
        assert_non_null(wal);
        fseek(wal, 0, SEEK_END);
        assert_true(ftell(wal) < 100 * 1024 * 1024);
        fclose(wal);
}

static Status write_inside(Db *db, void *arg) {
        Fixture *f = arg;
        char command[128]; // the process will not live to do it later
        snprintf(command, sizeof command, "rm -rf '%s'", f->folder);
        assert_int_equal(system(command), 0);
        return store_write(f->store, db_context(db), make_tables, NULL);
}

static void test_write_inside_a_write(void **state) {
        (void)state;
        pid_t child = fork();
        if (child == 0) {
                assert_non_null(freopen("/dev/null", "w", stderr));
                Fixture inner = {0};
                fixture_open(&inner, DIALECT_SQLITE);
                signal(SIGABRT, SIG_DFL);
                Status status = store_write(inner.store, &inner.context, write_inside, &inner);
                _exit(status == STATUS_OK ? 0 : 1);
        }
        int result;
        waitpid(child, &result, 0);
        assert_true(WIFSIGNALED(result) && WTERMSIG(result) == SIGABRT);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_group), cmocka_unit_test(test_group_again), cmocka_unit_test(test_queue_is_bounded), cmocka_unit_test(test_close_finishes), cmocka_unit_test(test_folder_lock),
                cmocka_unit_test(test_disk_full), cmocka_unit_test(test_killed), cmocka_unit_test(test_backup), cmocka_unit_test(test_log_is_bounded),
                cmocka_unit_test(test_write_inside_a_write),
        };
        return cmocka_run_group_tests_name("sqlite", tests, setup, fixture_teardown);
}
