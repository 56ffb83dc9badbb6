// Where the next hour pays most: the reader's own open deals by value × probability × urgency, with the arithmetic.
#include "api/route.h"
#include "base/date.h"
#include <stdlib.h>

#define PAGE 500
#define DEALS_MOST 5000    // of one person; further ones are not looked at
#define SHOWN_MOST 100
#define NEAR_DAYS 30       // a close date counts from so many days before on
#define ONE DECIMAL_SCALE
#define FACTORS_MOST 4

typedef struct Factor { const char *key; int64_t by, days; bool has_days; } Factor; // by: in millionths
typedef struct Deal {
        Value *values;
        Str customer;
        Decimal value, probability, urgency, score;
        Factor factors[FACTORS_MOST];
        size_t factors_count;
} Deal;
typedef struct Ranking {
        Call *call;
        const Object *object;
        int32_t today;
        Deal *deals;
        size_t count, capacity;
} Ranking;

static const char *const fields[] = {"id", "name", "customer", "stage", "amount", "currency", "probability", "close_date", "next_follow_up", "stage_due", "risk"};
#define FIELDS_COUNT (sizeof fields / sizeof *fields)

static Value value_of(const Ranking *ranking, const Deal *deal, const char *field) {
        return deal->values[object_get(ranking->object, field)->index];
}

static void add(Deal *deal, const char *key, int64_t by, int64_t days, bool has_days) {
        deal->factors[deal->factors_count++] = (Factor){key, by, days, has_days};
        deal->urgency.units += by;
}

// What is late or near counts more: the sum of the factors and one.
static void weigh(const Ranking *ranking, Deal *deal) {
        Value close = value_of(ranking, deal, "close_date"), next = value_of(ranking, deal, "next_follow_up"), due = value_of(ranking, deal, "stage_due"), risk = value_of(ranking, deal, "risk");
        deal->urgency.units = ONE;
        if (close.kind == VALUE_DATE && close.day - ranking->today < NEAR_DAYS) {
                int64_t left = close.day - ranking->today;
                add(deal, "close_date", (NEAR_DAYS - (left < 0 ? 0 : left)) * ONE / NEAR_DAYS, left, true);
        }
        int64_t until = next.kind == VALUE_DATETIME ? zone_day(ranking->call->catalog->zone, next.ms) - ranking->today : 0;
        if (next.kind != VALUE_DATETIME)
                add(deal, "no_next_step", ONE / 5, 0, false);
        else if (until <= 0)
                add(deal, "next_step", until < 0 ? ONE / 2 : ONE * 3 / 10, until, true);
        if (due.kind == VALUE_DATE && due.day < ranking->today)
                add(deal, "stalled", ONE * 3 / 10, ranking->today - due.day, true);
        if (risk.kind == VALUE_INTEGER && risk.integer > 0)
                add(deal, "risk", risk.integer * ONE / 200, risk.integer, false);
}

static Status take_row(void *arg, const Value *values, const Str *names) {
        Ranking *ranking = arg;
        Arena *arena = ranking->call->context->arena;
        Value amount = values[object_get(ranking->object, "amount")->index], probability = values[object_get(ranking->object, "probability")->index];
        Deal deal = {.values = arena_copy(arena, values, sizeof(Value) * ranking->object->fields_count), .customer = names[object_get(ranking->object, "customer")->index]};
        if (amount.kind != VALUE_NUMBER || probability.kind != VALUE_NUMBER)
                return STATUS_OK;
        deal.value = amount.number;
        deal.probability = probability.number;
        weigh(ranking, &deal);
        Decimal weighted;
        if (!decimal_mul(deal.value, deal.probability, &weighted) || !decimal_mul(weighted, deal.urgency, &deal.score) || !decimal_round(deal.score, 2, &deal.score) || deal.score.units <= 0)
                return STATUS_OK;
        if (ranking->count == ranking->capacity) {
                size_t more = ranking->capacity ? ranking->capacity * 2 : 64;
                ranking->deals = arena_grow(arena, ranking->deals, ranking->capacity * sizeof(Deal), more * sizeof(Deal));
                ranking->capacity = more;
        }
        ranking->deals[ranking->count++] = deal;
        return STATUS_OK;
}

static int by_score(const void *a, const void *b) {
        const Deal *x = a, *y = b;
        if (x->score.units != y->score.units)
                return x->score.units > y->score.units ? -1 : 1;
        return x->values[0].integer < y->values[0].integer ? -1 : 1;
}

static Status read_deals(Ranking *ranking) {
        Call *call = ranking->call;
        const Field *known[FIELDS_COUNT];
        size_t count = 0;
        Buf filter = buf_make(call->context->arena, 65536);
        for (size_t i = 0; i < FIELDS_COUNT; i++) {
                const Field *field = object_get(ranking->object, fields[i]);
                if (actor_field(call->actor, field) != FIELD_HIDE)
                        known[count++] = field;
        }
        buf_lit(&filter, "owner = me()");
        for (size_t i = 0; i < ranking->object->stage->options_count; i++) {
                const Option *option = &ranking->object->stage->options[i];
                if (str_is(option->outcome, "won") || str_is(option->outcome, "lost"))
                        buf_format(&filter, " and stage != \"" STR_FMT "\"", STR_ARG(option->key));
        }
        int64_t last = 0;
        for (int64_t after = -1; after != last && last >= 0 && ranking->count < DEALS_MOST;) {
                after = last;
                TRY(query_walk(call, ranking->object, buf_str(&filter), known, count, after, PAGE, take_row, ranking, &last));
        }
        return STATUS_OK;
}

// ---- The answer

static void put_decimal(JsonWriter *w, const char *key, Decimal value) {
        json_key(w, str_from(key));
        json_add_decimal(w, value, 0);
}

static void put_field(const Ranking *ranking, const Deal *deal, const char *name, JsonWriter *w) {
        const Field *field = object_get(ranking->object, name);
        Value value = deal->values[field->index];
        if (actor_field(ranking->call->actor, field) < FIELD_READ)
                return;
        json_key(w, field->name);
        if (value_is_null(value))
                json_add_null(w);
        else
                field_write(w, field, value);
}

static void write_deal(const Ranking *ranking, const Deal *deal, JsonWriter *w) {
        Value customer = value_of(ranking, deal, "customer");
        json_open_object(w);
        json_put_int(w, "id", value_of(ranking, deal, "id").integer);
        put_field(ranking, deal, "name", w);
        if (customer.kind == VALUE_INTEGER && deal->customer.len)
                json_put_str(w, "customer", deal->customer);
        for (size_t i = 3; i < FIELDS_COUNT; i++)
                put_field(ranking, deal, fields[i], w);
        put_decimal(w, "urgency", deal->urgency);
        put_decimal(w, "score", deal->score);
        json_key(w, STR("why"));
        json_open_array(w);
        for (size_t i = 0; i < deal->factors_count; i++) {
                const Factor *factor = &deal->factors[i];
                json_open_object(w);
                json_put_str(w, "key", str_from(factor->key));
                put_decimal(w, "by", (Decimal){factor->by});
                if (factor->has_days)
                        json_put_int(w, "days", factor->days);
                json_close_object(w);
        }
        json_close_array(w);
        json_close_object(w);
}

static Status priorities_get(Request *request) {
        int64_t limit = 0;
        Ranking ranking = {.call = &request->call, .object = catalog_get(request->view.catalog, "opportunity")};
        TRY(request_query_int(request, "limit", 10, 1, SHOWN_MOST, &limit));
        ranking.today = zone_day(request->view.catalog->zone, request->context.now_ms);
        TRY(read_deals(&ranking));
        if (ranking.count)
                qsort(ranking.deals, ranking.count, sizeof *ranking.deals, by_score);
        json_open_object(&request->w);
        json_key(&request->w, STR("items"));
        json_open_array(&request->w);
        for (size_t i = 0; i < ranking.count && i < (size_t)limit; i++)
                write_deal(&ranking, &ranking.deals[i], &request->w);
        json_close_array(&request->w);
        json_close_object(&request->w);
        return STATUS_OK;
}

const Route opportunity_routes[] = {
        {HTTP_GET, "/api/v1/priorities", ROUTE_READ, ACCESS_SIGNED_IN, .run = priorities_get, .id = "listPriorities", .summary = "One's own open deals by value × probability × urgency, with the arithmetic"},
        {0},
};
