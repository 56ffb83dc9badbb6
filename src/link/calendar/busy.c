// Who is busy when: times only, whoever asks. What an event is called, where it is and with whom is nobody's business here.
#include "link/calendar/calendar.h"
#include <stdlib.h>

#define SPANS_MOST 50000

typedef struct Span { int64_t user, from_ms, to_ms; } Span;
typedef struct Spans { Span *items; size_t count; } Spans;

static void overlapping(const Object *event, int64_t from_ms, int64_t to_ms, Sql *select) {
        sql(select, " and t.deleted_at is null and ");
        sql_column(select, STR("t"), object_get(event, "end_at")->column);
        sql(select, " > ");
        sql_value(select, value_datetime(from_ms));
        sql(select, " and ");
        sql_column(select, STR("t"), object_get(event, "start_at")->column);
        sql(select, " < ");
        sql_value(select, value_datetime(to_ms));
}

static void select_times(const Object *event, Sql *select) {
        sql(select, ", ");
        sql_column(select, STR("t"), object_get(event, "start_at")->column);
        sql(select, ", ");
        sql_column(select, STR("t"), object_get(event, "end_at")->column);
        sql(select, " from ");
}

static const int64_t *tokens_of(Arena *arena, const int64_t *users, size_t count) {
        int64_t *tokens = arena_array(arena, int64_t, count + 1);
        for (size_t i = 0; i < count; i++)
                tokens[i] = token_of(TOKEN_USER, users[i]);
        return tokens;
}

// Two index ranges for each person: events owned, events that list him.
static Sql select_spans(Call *call, const Object *event, const int64_t *users, size_t count, int64_t from_ms, int64_t to_ms) {
        Sql select = db_sql(call->db);
        sql(&select, "select t.\"owner_id\"");
        select_times(event, &select);
        sql_name(&select, event->table);
        sql(&select, " t where t.\"owner_id\" in ");
        sql_int_list(&select, users, count);
        overlapping(event, from_ms, to_ms, &select);
        if (event->readers) {
                sql(&select, " union all select r.\"token\" / 4");
                select_times(event, &select);
                sql(&select, "\"access_entry\" r join ");
                sql_name(&select, event->table);
                sql(&select, " t on t.\"id\" = r.\"record_id\" where r.\"object_id\" = ");
                sql_int(&select, event->id);
                sql(&select, " and r.\"source\" = 0 and r.\"token\" in ");
                sql_int_list(&select, tokens_of(call->context->arena, users, count), count);
                overlapping(event, from_ms, to_ms, &select);
        }
        sql(&select, " limit ");
        sql_int(&select, SPANS_MOST);
        return select;
}

static Status read_spans(Call *call, const Sql *select, Spans *ret) {
        size_t capacity = 0;
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(call->db, select, &rows));
        for (bool found;;) {
                TRY(rows_next(rows, &found));
                if (!found)
                        return STATUS_OK;
                if (ret->count == capacity) {
                        capacity = capacity ? capacity * 2 : 64;
                        Span *items = arena_array(call->context->arena, Span, capacity);
                        if (ret->count)
                                memcpy(items, ret->items, ret->count * sizeof *items);
                        ret->items = items;
                }
                ret->items[ret->count++] = (Span){rows_int(rows, 0), rows_value(rows, 1, VALUE_DATETIME).ms, rows_value(rows, 2, VALUE_DATETIME).ms};
        }
}

static int in_order(const void *a, const void *b) {
        const Span *x = a, *y = b;
        if (x->user != y->user)
                return x->user < y->user ? -1 : 1;
        return x->from_ms < y->from_ms ? -1 : x->from_ms > y->from_ms;
}

// Of each person one after the other, what touches or overlaps as one.
static void merge(Spans *spans) {
        size_t kept = 0;
        for (size_t i = 0; i < spans->count; i++) {
                Span *span = &spans->items[i], *last = kept ? &spans->items[kept - 1] : NULL;
                if (last && last->user == span->user && span->from_ms <= last->to_ms)
                        last->to_ms = span->to_ms > last->to_ms ? span->to_ms : last->to_ms;
                else
                        spans->items[kept++] = *span;
        }
        spans->count = kept;
}

static void cut(Spans *spans, int64_t from_ms, int64_t to_ms) {
        size_t kept = 0;
        for (size_t i = 0; i < spans->count; i++) {
                Span span = spans->items[i];
                span.from_ms = span.from_ms < from_ms ? from_ms : span.from_ms;
                span.to_ms = span.to_ms > to_ms ? to_ms : span.to_ms;
                if (span.from_ms < span.to_ms)
                        spans->items[kept++] = span;
        }
        spans->count = kept;
}

Status calendar_busy(Call *call, const int64_t *users, size_t count, int64_t from_ms, int64_t to_ms, JsonWriter *w) {
        const Object *event = catalog_find(call->catalog, STR("event"));
        Spans spans = {0};
        if (event && !event->retired && count) {
                Sql select = select_spans(call, event, users, count, from_ms, to_ms);
                TRY(read_spans(call, &select, &spans));
        }
        cut(&spans, from_ms, to_ms);
        if (spans.count)
                qsort(spans.items, spans.count, sizeof *spans.items, in_order);
        merge(&spans);
        json_open_object(w);
        json_key(w, STR("items"));
        json_open_array(w);
        for (size_t i = 0; i < spans.count; i++) {
                json_open_object(w);
                json_put_int(w, "user", spans.items[i].user);
                json_key(w, STR("from"));
                json_add_datetime(w, spans.items[i].from_ms);
                json_key(w, STR("to"));
                json_add_datetime(w, spans.items[i].to_ms);
                json_close_object(w);
        }
        json_close_array(w);
        json_close_object(w);
        return STATUS_OK;
}
