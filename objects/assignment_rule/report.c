// The fairness report: counts by owner of what was assigned in a span of time, read through the reader's scope.
#include "objects/assignment_rule/report.h"
#include <stdlib.h>

#define PEOPLE_MOST 2000
#define ANSWERS_MOST 200000

typedef struct Line { int64_t user, assigned, qualified, converted, overdue, responded, median; Value won; } Line; // median -1: nobody has responded
typedef struct Reading {
        Call *call;
        const AssignReport *query;
        Line *lines;
        size_t count;
} Reading;

static bool told(const Reading *reading, const Object *object, const char *field) {
        return actor_may(reading->call->actor, object, VERB_READ) && actor_field(reading->call->actor, object_get(object, field)) >= FIELD_READ;
}

static Line *line_of(Reading *reading, int64_t user) {
        for (size_t i = 0; i < reading->count; i++)
                if (reading->lines[i].user == user)
                        return &reading->lines[i];
        return NULL;
}

// from OBJECT t where it was assigned in the span and the reader may see it
static Status from_sql(const Reading *reading, Sql *select) {
        const AssignReport *query = reading->query;
        sql(select, " from ");
        sql_name(select, query->object->table);
        sql(select, " t where t.deleted_at is null and t.owner_id is not null and t.assigned_at >= ");
        sql_value(select, value_datetime(query->from_ms));
        sql(select, " and t.assigned_at < ");
        sql_value(select, value_datetime(query->to_ms));
        sql(select, " and (");
        TRY(actor_scope_sql(reading->call->context, reading->call->actor, query->object, VERB_READ, STR("t"), select));
        sql(select, ")");
        return STATUS_OK;
}

// sum(case when the stage is one of these …): its own key, or whatever counts as won.
static void sum_stages(const Field *stage, const char *key, Sql *select) {
        bool first = true;
        sql(select, ", sum(case when t.");
        sql_name(select, stage->column);
        sql(select, " in (");
        for (size_t i = 0; i < stage->options_count; i++) {
                const Option *option = &stage->options[i];
                if (!str_is(option->outcome, "won") && !(key && str_is(option->key, key)))
                        continue;
                if (!first)
                        sql(select, ", ");
                first = false;
                sql_str(select, option->key);
        }
        if (first)
                sql(select, "''");
        sql(select, ") then 1 else 0 end)");
}

static Status read_counts(Reading *reading) {
        Call *call = reading->call;
        Sql select = db_sql(call->db);
        sql(&select, "select t.owner_id, count(*)");
        sum_stages(reading->query->object->stage, "qualified", &select);
        sum_stages(reading->query->object->stage, NULL, &select);
        sql(&select, ", sum(case when t.escalated_at is not null or t.first_response_at > t.response_due_at then 1 else 0 end)");
        TRY(from_sql(reading, &select));
        sql(&select, " group by t.owner_id order by count(*) desc, t.owner_id limit ");
        sql_int(&select, PEOPLE_MOST);
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(call->db, &select, &rows));
        for (bool found; reading->count < PEOPLE_MOST;) {
                TRY(rows_next(rows, &found));
                if (!found)
                        return STATUS_OK;
                reading->lines[reading->count++] = (Line){.user = rows_int(rows, 0), .assigned = rows_int(rows, 1), .qualified = rows_int(rows, 2), .converted = rows_int(rows, 3), .overdue = rows_int(rows, 4), .median = -1};
        }
        return STATUS_OK;
}

static void take_median(Reading *reading, int64_t user, const int64_t *minutes, size_t count) {
        Line *line = count ? line_of(reading, user) : NULL;
        if (!line)
                return;
        line->responded = (int64_t)count;
        line->median = count % 2 ? minutes[count / 2] : (minutes[count / 2 - 1] + minutes[count / 2]) / 2;
}

// Each person's in order, so that the middle one is known when the next person begins.
static Status read_responses(Reading *reading) {
        Call *call = reading->call;
        Sql select = db_sql(call->db);
        int64_t *minutes = arena_array(call->context->arena, int64_t, ANSWERS_MOST), user = 0;
        size_t count = 0;
        sql(&select, "select t.owner_id, t.response_minutes");
        TRY(from_sql(reading, &select));
        sql(&select, " and t.response_minutes is not null order by t.owner_id, t.response_minutes");
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(call->db, &select, &rows));
        for (bool found;;) {
                TRY(rows_next(rows, &found));
                int64_t next = found ? rows_int(rows, 0) : 0;
                if (next != user) {
                        take_median(reading, user, minutes, count);
                        user = next;
                        count = 0;
                }
                if (!found)
                        return STATUS_OK;
                if (count < ANSWERS_MOST)
                        minutes[count++] = rows_int(rows, 1);
        }
}

static Status read_won(Reading *reading) {
        Call *call = reading->call;
        const Object *deals = catalog_get(call->catalog, "opportunity");
        Sql select = db_sql(call->db), deal = db_sql(call->db);
        sql(&select, "select t.owner_id, haike_sum(o.amount) from ");
        sql_name(&select, reading->query->object->table);
        sql(&select, " t join opportunity o on o.\"id\" = t.opportunity_id and o.deleted_at is null and o.stage = 'won' and (");
        TRY(actor_scope_sql(call->context, call->actor, deals, VERB_READ, STR("o"), &deal));
        sql_append(&select, &deal);
        sql(&select, ") where t.\"id\" in (select t.\"id\"");
        TRY(from_sql(reading, &select));
        sql(&select, ") group by t.owner_id");
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(call->db, &select, &rows));
        for (bool found;;) {
                TRY(rows_next(rows, &found));
                if (!found)
                        return STATUS_OK;
                Line *line = line_of(reading, rows_int(rows, 0));
                if (line)
                        line->won = rows_value(rows, 1, VALUE_NUMBER);
        }
}

static void write_line(const Reading *reading, const Line *line, bool amounts, bool responses, JsonWriter *w) {
        json_open_object(w);
        user_put(w, "user", reading->call->actor->access, line->user);
        json_put_int(w, "assigned", line->assigned);
        json_put_int(w, "qualified", line->qualified);
        json_put_int(w, "converted", line->converted);
        json_key(w, STR("won_amount"));
        if (amounts && line->won.kind == VALUE_NUMBER)
                json_add_decimal(w, line->won.number, 2);
        else if (amounts)
                json_add_int(w, 0);
        else
                json_add_null(w);
        json_key(w, STR("response_minutes"));
        if (responses && line->median >= 0)
                json_add_int(w, line->median);
        else
                json_add_null(w);
        json_put_int(w, "responded", responses ? line->responded : 0);
        json_put_int(w, "overdue", responses ? line->overdue : 0);
        json_close_object(w);
}

Status assign_report(Call *call, const AssignReport *report, JsonWriter *w) {
        Reading reading = {.call = call, .query = report, .lines = arena_array(call->context->arena, Line, PEOPLE_MOST)};
        const Object *object = report->object, *deals = catalog_get(call->catalog, "opportunity");
        bool may = object->stage && told(&reading, object, "owner") && told(&reading, object, "assigned_at") && actor_field(call->actor, object->stage) >= FIELD_READ;
        bool amounts = object_find(object, STR("opportunity")) && told(&reading, object, "opportunity") && told(&reading, deals, "amount") && told(&reading, deals, "stage");
        bool responses = told(&reading, object, "response_minutes") && told(&reading, object, "first_response_at");
        if (!may)
                return error_set(call->context, STATUS_FORBIDDEN, "forbidden");
        TRY(read_counts(&reading));
        if (responses)
                TRY(read_responses(&reading));
        if (amounts)
                TRY(read_won(&reading));
        json_open_object(w);
        json_key(w, STR("items"));
        json_open_array(w);
        for (size_t i = 0; i < reading.count; i++)
                write_line(&reading, &reading.lines[i], amounts, responses, w);
        json_close_array(w);
        json_close_object(w);
        return STATUS_OK;
}
