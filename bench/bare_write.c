// What nobody can avoid when records are created: lets the record pipeline create them in a transaction that is rolled back, while SQLite tells which statements write,
// then runs these very statements with these very values (record, history, outbox, search terms, entries) on a plain connection, so many records to each durable commit.
// What the pipeline reads to decide is left out. Prints one line of JSON. "{n}" in the body becomes the record's number.
#include "app/command.h"
#include "base/unicode.h"
#include "bench/program.h"
#include "os/os.h"
#include "store/sqlite/sqlite.h"
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define STATEMENTS_LARGEST 256
#define PARAMETERS_LARGEST 200
#define AT_ONCE 500             // records that are made and rolled back together: longer transactions cost more

typedef struct Parameter {
        int type;               // of SQLite's
        int64_t integer;
        double real;
        Str bytes;
} Parameter;

typedef struct Statement {
        Str text;
        sqlite3_stmt *prepared;
} Statement;

typedef struct Written {        // one statement of one record
        int statement;
        Parameter *parameters;
        int count;
        struct Written *next;
} Written;

typedef struct Made {
        Written *first, *last;
} Made;

typedef struct Bare {
        const char *data, *login, *object, *body;
        int64_t count, group, import, savepoints;
        int64_t warm;           // so many are written before, which do not count: a search index is merged while its first small parts come in
        Context context;
        Arena *arena, *batch;   // of all of it · of the records that are being made
        Org *org;
        SqliteConn *conn;
        Statement statements[STATEMENTS_LARGEST];
        int statements_count;
        Made made[AT_ONCE];
        int64_t from, until;    // the numbers of these
        int64_t at;             // the one that is being made
        bool rolled_back;
        int64_t wall_us, cpu_ns, run, groups;
        int64_t *group_us;      // of each commit
} Bare;

// ---- what was written: the text with its parameters, and the text in which SQLite has put their values

static const char *skip_quoted(const char *at) {
        char quote = *at++;
        while (*at && !(*at == quote && at[1] != quote))
                at += *at == quote ? 2 : 1;
        return *at ? at + 1 : at;
}

static const char *take_text(Arena *arena, const char *at, Parameter *ret) {
        const char *end = skip_quoted(at);
        char *bytes = arena_alloc(arena, (size_t)(end - at));
        size_t len = 0;
        for (const char *c = at + 1; c < end - 1; c++) {
                bytes[len++] = *c;
                c += *c == '\'';
        }
        *ret = (Parameter){.type = SQLITE_TEXT, .bytes = str_make(bytes, len)};
        return end;
}

static const char *take_blob(Arena *arena, const char *at, Parameter *ret) {
        const char *end = skip_quoted(at + 1);
        size_t len = (size_t)(end - at - 3) / 2;
        unsigned char *bytes = arena_alloc(arena, len + 1);
        ensure(sodium_hex2bin(bytes, len + 1, at + 2, len * 2, NULL, NULL, NULL) == 0);
        *ret = (Parameter){.type = SQLITE_BLOB, .bytes = str_make((char *)bytes, len)};
        return end;
}

static const char *take_number(const char *at, Parameter *ret) {
        char *end = NULL, *whole_end = NULL;
        ret->real = strtod(at, &end);
        ret->integer = strtoll(at, &whole_end, 10);
        ret->type = end == whole_end ? SQLITE_INTEGER : SQLITE_FLOAT;
        ensure(end > at);
        return end;
}

static const char *take_value(Arena *arena, const char *at, Parameter *ret) {
        if (*at == '\'')
                return take_text(arena, at, ret);
        if (*at == 'x' && at[1] == '\'')
                return take_blob(arena, at, ret);
        if (strncmp(at, "NULL", 4) == 0) {
                *ret = (Parameter){.type = SQLITE_NULL};
                return at + 4;
        }
        return take_number(at, ret);
}

// Parameters are "?1", "?2" …, in order, and nothing else has a question mark outside of quotes.
static int take_parameters(Arena *arena, const char *text, const char *expanded, Parameter *ret) {
        int count = 0;
        while (*text) {
                if (*text == '\'' || *text == '"') {
                        const char *end = skip_quoted(text);
                        expanded += end - text;
                        text = end;
                } else if (*text == '?') {
                        char *end = NULL;
                        long number = strtol(text + 1, &end, 10);
                        ensure(number == count + 1 && number < PARAMETERS_LARGEST);
                        expanded = take_value(arena, expanded, &ret[count++]);
                        text = end;
                } else {
                        text++;
                        expanded++;
                }
        }
        return count;
}

static int statement_find(Bare *bare, Str text) {
        for (int i = 0; i < bare->statements_count; i++)
                if (str_eq(bare->statements[i].text, text))
                        return i;
        ensure(bare->statements_count < STATEMENTS_LARGEST);
        bare->statements[bare->statements_count].text = str_copy(bare->arena, text);
        return bare->statements_count++;
}

// text: of statements within statements (a virtual table's own) a comment.
static int trace(unsigned event, void *self, void *statement, void *text) {
        Bare *bare = self;
        (void)event;
        if (strncmp(text, "--", 2) == 0 || sqlite3_stmt_readonly(statement))
                return 0;
        Parameter parameters[PARAMETERS_LARGEST] = {0};
        const char *template = sqlite3_sql(statement);
        char *expanded = sqlite3_expanded_sql(statement);
        Written *written = arena_new_of(bare->batch, Written);
        written->statement = statement_find(bare, str_from(template));
        written->count = take_parameters(bare->batch, template, expanded, parameters);
        written->parameters = arena_copy(bare->batch, parameters, sizeof *parameters * (size_t)written->count);
        sqlite3_free(expanded);
        Made *made = &bare->made[bare->at - bare->from];
        if (made->last)
                made->last->next = written;
        else
                made->first = written;
        made->last = written;
        return 0;
}

// ---- making records

static Str body_of(Arena *arena, const char *template, int64_t number) {
        Buf body = buf_make(arena, 1 << 16);
        for (const char *at = template, *mark; *at; at = mark + 3) {
                mark = strstr(at, "{n}");
                if (!mark) {
                        buf_add(&body, str_from(at));
                        break;
                }
                buf_add(&body, str_make(at, (size_t)(mark - at)));
                buf_format(&body, "%lld", (long long)number);
        }
        return buf_str(&body);
}

static Status make_record(Call *call, Bare *bare) {
        Context *context = call->context;
        const Object *object = catalog_get(call->catalog, bare->object);
        WriteOptions options = {.import = bare->import != 0, .action = bare->import ? STR("import") : STR_NONE};
        RecordInput *input = NULL;
        Json *values = NULL;
        int64_t id = 0;
        TRY(json_parse(context, body_of(context->arena, bare->body, bare->at), 20, &values));
        TRY(record_input(context, object, values, STR_NONE, &input));
        return record_create(call, input, &options, &id);
}

static Status find_actor(Call *call, const char *login) {
        int64_t user = 0;
        Sql select = db_sql(call->db);
        sql(&select, "select \"id\" from \"user\" where \"login\" = ");
        sql_str(&select, str_from(login));
        TRY(db_get_int(call->db, &select, &user, NULL));
        return access_actor(call->context, call->actor->access, user, &call->actor);
}

static Status make_records(Call *call, void *arg) {
        Bare *bare = arg;
        bare->rolled_back = false;
        TRY(find_actor(call, bare->login));
        sqlite3 *handle = ((SqliteDb *)call->db)->conn->handle;
        Status status = STATUS_OK;
        sqlite3_trace_v2(handle, SQLITE_TRACE_STMT, trace, bare);
        for (bare->at = bare->from; bare->at < bare->until && status == STATUS_OK; bare->at++)
                status = make_record(call, bare);
        sqlite3_trace_v2(handle, 0, NULL, NULL);
        TRY(status);
        bare->rolled_back = true;
        return error_set(call->context, STATUS_CONFLICT, "not_unique"); // nothing of this stays: it is written again, barely
}

static Status make_batch(Bare *bare) {
        Context context;
        arena_reset(bare->batch);
        memset(bare->made, 0, sizeof bare->made);
        context_init(&context, bare->batch, LANG_EN, os_now_ms());
        Status status = work_write(&context, bare->org, bare->import ? STR("import") : STR("api"), make_records, bare);
        if (bare->rolled_back)
                return STATUS_OK;
        Str lines = error_lines(&context, bare->batch);
        fprintf(stderr, STR_FMT, STR_ARG(lines));
        return status;
}

// ---- writing them

static int64_t cpu_ns(void) {
        struct timespec now;
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
        return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void prepare(Bare *bare) {
        for (int i = 0; i < bare->statements_count; i++) {
                Statement *statement = &bare->statements[i];
                if (!statement->prepared)
                        ensure(sqlite3_prepare_v3(bare->conn->handle, statement->text.data, (int)statement->text.len, SQLITE_PREPARE_PERSISTENT, &statement->prepared, NULL) == SQLITE_OK);
        }
}

static void bind(sqlite3_stmt *prepared, int at, const Parameter *parameter) {
        switch (parameter->type) {
        case SQLITE_INTEGER:
                sqlite3_bind_int64(prepared, at, parameter->integer);
                break;
        case SQLITE_FLOAT:
                sqlite3_bind_double(prepared, at, parameter->real);
                break;
        case SQLITE_TEXT:
                sqlite3_bind_text(prepared, at, parameter->bytes.data, (int)parameter->bytes.len, SQLITE_STATIC);
                break;
        case SQLITE_BLOB:
                sqlite3_bind_blob(prepared, at, parameter->bytes.data, (int)parameter->bytes.len, SQLITE_STATIC);
                break;
        default:
                sqlite3_bind_null(prepared, at);
        }
}

static void write_one(Bare *bare, const Written *written) {
        sqlite3_stmt *prepared = bare->statements[written->statement].prepared;
        for (int i = 0; i < written->count; i++)
                bind(prepared, i + 1, &written->parameters[i]);
        int code = SQLITE_ROW;
        while (code == SQLITE_ROW)
                code = sqlite3_step(prepared);
        if (code != SQLITE_DONE)
                fprintf(stderr, "bare_write: %s in %s\n", sqlite3_errmsg(bare->conn->handle), sqlite3_sql(prepared));
        ensure(code == SQLITE_DONE);
        sqlite3_reset(prepared);
        bare->run++;
}

static void must_run(Bare *bare, const char *text) {
        ensure(sqlite_run(bare->conn, str_from(text)) == SQLITE_OK);
}

static void write_group(Bare *bare, const Made *made, int64_t count) {
        must_run(bare, "begin immediate");
        for (int64_t i = 0; i < count; i++) {
                if (bare->savepoints)
                        must_run(bare, "savepoint work");
                for (const Written *written = made[i].first; written; written = written->next)
                        write_one(bare, written);
                if (bare->savepoints)
                        must_run(bare, "release work");
        }
        must_run(bare, "commit");
}

static void write_batch(Bare *bare) {
        int64_t count = bare->until - bare->from;
        prepare(bare);
        for (int64_t at = 0; at < count; at += bare->group) {
                int64_t begun_us = os_monotonic_us(), begun_ns = cpu_ns();
                write_group(bare, bare->made + at, at + bare->group < count ? bare->group : count - at);
                int64_t took_us = os_monotonic_us() - begun_us;
                bare->cpu_ns += cpu_ns() - begun_ns;
                bare->wall_us += took_us;
                bare->group_us[bare->groups++] = took_us;
        }
}

static Status write_many(Bare *bare, int64_t first, int64_t last) {
        int64_t at_once = bare->group < AT_ONCE ? AT_ONCE / bare->group * bare->group : AT_ONCE;
        bare->wall_us = bare->cpu_ns = bare->run = bare->groups = 0;
        for (bare->from = first; bare->from < last; bare->from = bare->until) {
                bare->until = bare->from + at_once < last ? bare->from + at_once : last;
                TRY(make_batch(bare));
                write_batch(bare);
        }
        return STATUS_OK;
}

static Status write_all(Bare *bare) {
        TRY(write_many(bare, 0, bare->warm));
        return write_many(bare, bare->warm, bare->warm + bare->count);
}

static int compare(const void *a, const void *b) {
        int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
        return (x > y) - (x < y);
}

static void print_result(Bare *bare) {
        double count = (double)bare->count;
        qsort(bare->group_us, (size_t)bare->groups, sizeof *bare->group_us, compare);
        printf("{\"records\":%lld,\"group\":%lld,\"seconds\":%.3f,\"per_second\":%.1f,\"cpu_us\":%.1f,\"p50_us\":%lld,\"p99_us\":%lld,\"statements\":%.1f}\n", (long long)bare->count,
               (long long)bare->group, (double)bare->wall_us / 1e6, count * 1e6 / (double)bare->wall_us, (double)bare->cpu_ns / 1000 / count, (long long)bare->group_us[bare->groups / 2],
               (long long)bare->group_us[(bare->groups - 1) * 99 / 100], (double)bare->run / count);
}

// The log goes into the database as SQLite does it by itself.
static Status open_all(Bare *bare) {
        Options options = {.data = bare->data};
        TRY(command_open(&bare->context, &options, false, &bare->org));
        SqliteStore store = {.path = (char *)str_c(bare->arena, str_format(bare->arena, "%s/haike.db", bare->data)), .sync = true};
        TRY(sqlite_connect(&bare->context, &store, CONN_WRITER, &bare->conn));
        must_run(bare, "pragma wal_autocheckpoint=1000");
        return STATUS_OK;
}

static void close_all(Bare *bare) {
        for (int i = 0; i < bare->statements_count; i++)
                sqlite3_finalize(bare->statements[i].prepared);
        sqlite_disconnect(bare->conn);
        org_close(bare->org);
        arena_free(bare->batch);
        free(bare->group_us);
}

static bool take_arguments(int argc, char **argv, Bare *bare) {
        const ProgramOption options[] = {
                {"--data", .text = &bare->data}, {"--login", .text = &bare->login}, {"--object", .text = &bare->object}, {"--body", .text = &bare->body}, {"--count", .count = &bare->count},
                {"--group", .count = &bare->group}, {"--import", .count = &bare->import}, {"--savepoints", .count = &bare->savepoints},
                {"--warm", .count = &bare->warm},
        };
        return options_take(argc, argv, options, sizeof options / sizeof *options) && bare->data && bare->login && bare->object && bare->body && bare->count > 0 && bare->group > 0 && bare->group <= AT_ONCE;
}

int main(int argc, char **argv) {
        ARENA_CLEANUP Arena *arena = arena_new(0);
        Bare *bare = arena_new_of(arena, Bare);
        bare->arena = arena;
        if (!take_arguments(argc, argv, bare)) {
                fprintf(stderr, "usage: bare_write --data DIR --login L --object O --body JSON --count N --group N [--warm N] [--import 1] [--savepoints 1]\n");
                return EXIT_USAGE;
        }
        bare->batch = arena_new(0);
        bare->group_us = calloc((size_t)(bare->count > bare->warm ? bare->count : bare->warm), sizeof *bare->group_us);
        ensure(bare->group_us);
        context_init(&bare->context, arena, LANG_EN, os_now_ms());
        bool ready = sodium_init() >= 0 && unicode_start(&bare->context) == STATUS_OK;
        bool done = ready && open_all(bare) == STATUS_OK && write_all(bare) == STATUS_OK;
        if (done) {
                print_result(bare);
        } else {
                Str lines = error_lines(&bare->context, arena);
                fprintf(stderr, STR_FMT, STR_ARG(lines));
        }
        close_all(bare);
        return done ? EXIT_DONE : EXIT_FAILED;
}
