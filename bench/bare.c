// What the database alone costs: asks one question through the query pipeline while SQLite tells which statements that runs, then runs these on a plain connection
// in a bare loop that steps every row and reads every column. Statements that only look up names of what rows refer to are left out. Prints one line of JSON.
#include "app/command.h"
#include "base/unicode.h"
#include "bench/program.h"
#include "os/os.h"
#include "store/sqlite/sqlite.h"
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define STATEMENTS_LARGEST 64
#define PAGE 50
#define PAGES_AT_ONCE 4 // as many as one answer may hold

typedef struct Question {
        const char *data, *login, *kind, *object, *group, *measure, *q; // kind: list, get, search, aggregate
        int64_t id, high;   // get: this id is asked for, then any from 1 to high
        int64_t page;       // list: the so manyth, or the last whole one
        Str after;          // where that begins
        int64_t loops;
} Question;

typedef struct Bare {
        Question question;
        Context context;
        Arena *arena;
        Str statements[STATEMENTS_LARGEST];
        size_t count;
} Bare;

// ---- which statements a question runs

static bool looks_up_names(sqlite3_stmt *statement) {
        return sqlite3_column_count(statement) == 2 && !strstr(sqlite3_sql(statement), "order by");
}

// text: of statements within statements (a virtual table's own) a comment.
static int trace(unsigned event, void *self, void *statement, void *text) {
        Bare *bare = self;
        (void)event;
        if (strncmp(text, "--", 2) == 0)
                return 0;
        if (bare->count == STATEMENTS_LARGEST || !sqlite3_column_count(statement) || looks_up_names(statement))
                return 0;
        char *expanded = sqlite3_expanded_sql(statement);
        bare->statements[bare->count++] = str_copy(bare->arena, str_from(expanded));
        sqlite3_free(expanded);
        return 0;
}

static Status ask(Call *call, const Question *question, JsonWriter *w) {
        const Object *object = question->object ? catalog_get(call->catalog, question->object) : NULL;
        if (strcmp(question->kind, "list") == 0) {
                RecordQuery query = {.object = object, .limit = PAGE, .after = question->after};
                return query_list(call, &query, w);
        }
        if (strcmp(question->kind, "get") == 0) {
                int64_t version = 0;
                return query_get(call, object, question->id, w, &version);
        }
        if (strcmp(question->kind, "aggregate") == 0) {
                AggregateQuery query = {.object = object, .group = str_from(question->group), .measure = str_from(question->measure)};
                return query_aggregate(call, &query, w);
        }
        return query_search(call, str_from(question->q), STR_NONE, 0, w);
}

// What an answer says of the page after it; STR_NONE: there is none.
static Str next_of(Str answer) {
        ptrdiff_t at = str_find(answer, STR("\"next\":\""));
        if (at < 0)
                return STR_NONE;
        Str rest = str_slice(answer, (size_t)at + 8, answer.len), next = STR_NONE;
        return str_cut(&rest, '"', &next) ? next : STR_NONE;
}

static Status find_page(Call *call, Question *question) {
        const Object *object = catalog_get(call->catalog, question->object);
        for (int64_t left = question->page - 1; left > 0;) {
                Buf buf = buf_make(call->context->arena, 64u << 20);
                JsonWriter w = json_writer(&buf);
                int64_t pages = left < PAGES_AT_ONCE ? left : PAGES_AT_ONCE;
                RecordQuery query = {.object = object, .fields = STR("name"), .limit = (int)pages * PAGE, .after = question->after};
                TRY(query_list(call, &query, &w));
                Str next = next_of(buf_str(&buf));
                if (str_empty(next))
                        break;
                question->after = next;
                left -= pages;
        }
        return STATUS_OK;
}

static Status ask_traced(Call *call, void *arg) {
        Bare *bare = arg;
        int64_t user = 0;
        Sql select = db_sql(call->db);
        sql(&select, "select \"id\" from \"user\" where \"login\" = ");
        sql_str(&select, str_from(bare->question.login));
        TRY(db_get_int(call->db, &select, &user, NULL));
        TRY(access_actor(call->context, call->actor->access, user, &call->actor));
        if (bare->question.page > 1)
                TRY(find_page(call, &bare->question));
        Buf buf = buf_make(call->context->arena, 64u << 20);
        JsonWriter w = json_writer(&buf);
        sqlite3 *handle = ((SqliteDb *)call->db)->conn->handle;
        sqlite3_trace_v2(handle, SQLITE_TRACE_STMT, trace, bare);
        Status status = ask(call, &bare->question, &w);
        sqlite3_trace_v2(handle, 0, NULL, NULL);
        return status;
}

static Status find_statements(Bare *bare) {
        Options options = {.data = bare->question.data};
        Org *org = NULL;
        TRY(command_open(&bare->context, &options, false, &org));
        Status status = work_read(&bare->context, org, ask_traced, bare);
        for (size_t i = 0; i < bare->count; i++)
                bare->statements[i] = str_copy(bare->arena, bare->statements[i]);
        org_close(org);
        return status;
}

// ---- the loop

static Str with_parameter(Arena *arena, Str statement, int64_t id) {
        Str fixed = str_format(arena, "= %lld", (long long)id);
        ptrdiff_t at = str_find(statement, fixed);
        if (at < 0)
                return statement;
        return str_format(arena, STR_FMT "= ?1" STR_FMT, (int)at, statement.data, STR_ARG(str_slice(statement, (size_t)at + fixed.len, statement.len)));
}

static int64_t cpu_ns(void) {
        struct timespec now;
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
        return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static size_t read_columns(sqlite3_stmt *statement) {
        size_t read = 0;
        for (int i = 0; i < sqlite3_column_count(statement); i++)
                switch (sqlite3_column_type(statement, i)) {
                case SQLITE_INTEGER:
                        read += (size_t)(sqlite3_column_int64(statement, i) & 1);
                        break;
                case SQLITE_NULL:
                        break;
                default:
                        read += sqlite3_column_text(statement, i) ? (size_t)sqlite3_column_bytes(statement, i) : 0;
                }
        return read;
}

static int64_t run_statement(sqlite3_stmt *statement, int64_t id, size_t *read) {
        int64_t rows = 0;
        if (sqlite3_bind_parameter_count(statement))
                sqlite3_bind_int64(statement, 1, id);
        while (sqlite3_step(statement) == SQLITE_ROW) {
                *read += read_columns(statement);
                rows++;
        }
        sqlite3_reset(statement);
        return rows;
}

static void print_plan(sqlite3 *handle, Str statement, Buf *out) {
        sqlite3_stmt *plan = NULL;
        char *text = sqlite3_mprintf("explain query plan %.*s", (int)statement.len, statement.data);
        if (sqlite3_prepare_v2(handle, text, -1, &plan, NULL) == SQLITE_OK)
                while (sqlite3_step(plan) == SQLITE_ROW)
                        buf_format(out, "    %s\n", (const char *)sqlite3_column_text(plan, 3));
        sqlite3_finalize(plan);
        sqlite3_free(text);
}

static Status loop(Bare *bare) {
        const Question *question = &bare->question;
        Str path = str_format(bare->arena, "%s/haike.db", question->data);
        SqliteStore store = {.path = str_c(bare->arena, path)};
        SqliteConn *conn = NULL;
        sqlite3_stmt *statements[STATEMENTS_LARGEST];
        Buf plans = buf_make(bare->arena, 1 << 20);
        TRY(sqlite_connect(&bare->context, &store, CONN_READER, &conn));
        for (size_t i = 0; i < bare->count; i++) {
                Str text = with_parameter(bare->arena, bare->statements[i], question->id);
                ensure(sqlite3_prepare_v3(conn->handle, text.data, (int)text.len, SQLITE_PREPARE_PERSISTENT, &statements[i], NULL) == SQLITE_OK);
                buf_format(&plans, "  " STR_FMT "\n", STR_ARG(text));
                print_plan(conn->handle, text, &plans);
        }
        size_t read = 0;
        int64_t rows = 0, started_ns = 0;
        uint64_t random = 1;
        int64_t warm = question->loops / 10 + 1;
        for (int64_t i = -warm; i < question->loops; i++) {
                if (i == 0)
                        started_ns = cpu_ns();
                random = random * 6364136223846793005u + 1442695040888963407u;
                rows = 0;
                for (size_t k = 0; k < bare->count; k++)
                        rows += run_statement(statements[k], question->high ? 1 + (int64_t)((random >> 33) % (uint64_t)question->high) : question->id, &read);
        }
        double us = (double)(cpu_ns() - started_ns) / 1000 / (double)question->loops;
        fprintf(stderr, STR_FMT, STR_ARG(buf_str(&plans)));
        printf("{\"cpu_us\":%.2f,\"rows\":%lld,\"statements\":%zu,\"read\":%zu}\n", us, (long long)rows, bare->count, read);
        for (size_t i = 0; i < bare->count; i++)
                sqlite3_finalize(statements[i]);
        sqlite_disconnect(conn);
        return STATUS_OK;
}

static bool take_arguments(int argc, char **argv, Question *q) {
        const ProgramOption options[] = {
                {"--data", .text = &q->data}, {"--login", .text = &q->login}, {"--kind", .text = &q->kind}, {"--object", .text = &q->object}, {"--group", .text = &q->group},
                {"--measure", .text = &q->measure}, {"--q", .text = &q->q}, {"--id", .count = &q->id}, {"--high", .count = &q->high}, {"--loops", .count = &q->loops},
                {"--page", .count = &q->page},
        };
        return options_take(argc, argv, options, sizeof options / sizeof *options) && q->data && q->login && q->kind && q->loops > 0;
}

int main(int argc, char **argv) {
        ARENA_CLEANUP Arena *arena = arena_new(0);
        Bare bare = {.question = {.loops = 1000}, .arena = arena};
        if (!take_arguments(argc, argv, &bare.question)) {
                fprintf(stderr, "usage: bare --data DIR --login L --kind list|get|search|aggregate [--object O [--page N]] [--group G --measure M] [--q Q] [--id I --high N] [--loops N]\n");
                return EXIT_USAGE;
        }
        context_init(&bare.context, arena, LANG_EN, os_now_ms());
        bool ready = sodium_init() >= 0 && unicode_start(&bare.context) == STATUS_OK;
        if (ready && find_statements(&bare) == STATUS_OK && loop(&bare) == STATUS_OK)
                return EXIT_DONE;
        Str lines = error_lines(&bare.context, arena);
        fprintf(stderr, STR_FMT, STR_ARG(lines));
        return EXIT_FAILED;
}
