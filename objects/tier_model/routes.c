// Trying a tier model out before it is saved: how many customers would be where, and which ones would move.
#include "api/route.h"
#include "objects/tier_model/tier.h"
#include "record/write.h"
#include <string.h>

#define LOOKED_AT 2000  // more customers than that are sampled, evenly by id
#define SHOWN 50
#define TIERS 64

typedef struct Move { Str from, to; int64_t count; } Move;
typedef struct Shown { int64_t id; Str name, from, to; } Shown;
typedef struct Trial {
        Call *call;
        TierModel model;
        int64_t *ids, total;
        size_t count;
        Decimal (*measures)[TIER_MEASURES];
        bool (*has)[TIER_MEASURES];
        size_t at;
        Move *moves;
        size_t moves_count;
        Shown shown[SHOWN];
        size_t shown_count;
} Trial;

// ---- What is asked

static Status take_rules(Call *call, const Json *rules, TierModel *model) {
        Arena *arena = call->context->arena;
        size_t count = rules && rules->kind == JSON_ARRAY ? rules->count : 0;
        if (rules && rules->kind != JSON_ARRAY && rules->kind != JSON_NULL)
                return error_add(call->context, STR("rules"), "wrong_type", STR("list"));
        if (count > TIER_RULES_LARGEST)
                return error_add(call->context, STR("rules"), "too_many", str_format(arena, "%d", TIER_RULES_LARGEST));
        model->rules = arena_array(arena, TierRule, count + 1);
        for (size_t i = 0; i < count; i++) {
                Str path = str_format(arena, "rules[%zu]", i);
                TierRule *rule = &model->rules[model->rules_count];
                Status status = tier_rule_take(call, path, str_trim(json_str(&rules->items[i], "tier", STR_NONE)), str_trim(json_str(&rules->items[i], "condition", STR_NONE)), model, rule);
                if (status == STATUS_OK)
                        model->rules_count++;
                else if (status != STATUS_INVALID)
                        return status;
        }
        return error_status(call->context);
}

static Status take(Call *call, const Json *body, TierModel *ret) {
        const Object *object = catalog_get(call->catalog, "tier_model");
        RecordInput *input = NULL;
        Status status = record_input(call->context, object, json_get(body, "values"), STR_NONE, &input);
        if (status != STATUS_OK)
                return status;
        Record *record = record_new(call->context->arena, object);
        for (size_t i = 0; i < object->fields_count; i++)
                if (input->given[i])
                        record->values[i] = input->values[i];
        ExprRows rows = record_rows(call);
        TRY(record_defaults(call, record, input->given, NULL, &rows, false));
        status = tier_model_take(call, record, ret);
        if (status != STATUS_OK && (status != STATUS_INVALID || !ret->object))
                return status;
        return take_rules(call, json_get(body, "rules"), ret);
}

// ---- Whom it is tried on

static Status count_all(Call *call, const Object *object, int64_t *ret) {
        Sql select = db_sql(call->db);
        bool found = false;
        sql(&select, "select count(*) from ");
        sql_name(&select, object->table);
        sql(&select, " where deleted_at is null");
        return db_get_int(call->db, &select, ret, &found);
}

static Status choose(Trial *trial) {
        Call *call = trial->call;
        Sql select = db_sql(call->db);
        TRY(count_all(call, trial->model.object, &trial->total));
        int64_t place = 0, wanted = trial->total < LOOKED_AT ? trial->total : LOOKED_AT;
        trial->ids = arena_array(call->context->arena, int64_t, LOOKED_AT + 1);
        sql(&select, "select \"id\" from ");
        sql_name(&select, trial->model.object->table);
        sql(&select, " where deleted_at is null order by \"id\"");
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(call->db, &select, &rows));
        for (bool more;; place++) {
                TRY(rows_next(rows, &more));
                if (!more)
                        return STATUS_OK;
                if (place < trial->total && place * wanted / trial->total >= (int64_t)trial->count)
                        trial->ids[trial->count++] = rows_int(rows, 0);
        }
}

static Status take_measures(void *arg, int64_t id, const Decimal *measures, const bool *has) {
        Trial *trial = arg;
        while (trial->at < trial->count && trial->ids[trial->at] < id) // gone
                trial->at++;
        if (trial->at == trial->count || trial->ids[trial->at] != id)
                return STATUS_OK;
        memcpy(trial->measures[trial->at], measures, sizeof *trial->measures);
        memcpy(trial->has[trial->at], has, sizeof *trial->has);
        return STATUS_OK;
}

static void cut(Trial *trial) {
        for (int i = 0; trial->model.quintiles && i < TIER_MEASURES; i++) {
                Decimal *values = arena_array(trial->call->context->arena, Decimal, trial->count + 1), cuts[TIER_CUTS];
                size_t count = 0;
                for (size_t k = 0; k < trial->count; k++)
                        if (trial->has[k][i] && trial->measures[k][i].units > 0)
                                values[count++] = trial->measures[k][i];
                if (!tier_fifths(values, count, cuts))
                        continue;
                memcpy(trial->model.measures[i].cuts, cuts, sizeof cuts);
                trial->model.measures[i].has_cuts = trial->model.measures[i].expr != NULL;
        }
}

// ---- What would happen

static void keep(Trial *trial, const Record *record, Str from, Str to) {
        size_t i = 0;
        while (i < trial->moves_count && !(str_eq(trial->moves[i].from, from) && str_eq(trial->moves[i].to, to)))
                i++;
        if (i == TIERS * TIERS)
                return;
        if (i == trial->moves_count)
                trial->moves[trial->moves_count++] = (Move){.from = from, .to = to};
        trial->moves[i].count++;
        if (!str_eq(from, to) && trial->shown_count < SHOWN)
                trial->shown[trial->shown_count++] = (Shown){.id = record->id, .name = record_value(record, "name").text, .from = from, .to = to};
}

static Status try_all(Trial *trial) {
        Call *call = trial->call;
        Arena *arena = call->context->arena;
        trial->measures = arena_alloc(arena, sizeof *trial->measures * (trial->count + 1));
        trial->has = arena_alloc(arena, sizeof *trial->has * (trial->count + 1));
        trial->moves = arena_array(arena, Move, TIERS * TIERS);
        TRY(tier_measures(call, &trial->model, trial->ids, trial->count, take_measures, trial));
        cut(trial);
        for (size_t i = 0; i < trial->count; i++) {
                Record *record = NULL;
                TierPlace place;
                TRY(record_read_row(call, trial->model.object, trial->ids[i], false, false, &record));
                if (!record)
                        continue;
                TRY(tier_place(call, &trial->model, record, trial->measures[i], trial->has[i], &place));
                Value was = record_value(record, "tier");
                keep(trial, record, was.kind == VALUE_TEXT ? was.text : STR_NONE, place.rule ? place.rule->tier : STR_NONE);
        }
        return STATUS_OK;
}

// ---- Telling

static void put_tier(JsonWriter *w, const char *key, Str tier) {
        json_key(w, str_from(key));
        if (str_empty(tier))
                json_add_null(w);
        else
                json_add_str(w, tier);
}

static void write_cuts(const Trial *trial, JsonWriter *w) {
        static const char *const names[TIER_MEASURES] = {"recency_cuts", "frequency_cuts", "monetary_cuts"};
        for (int i = 0; i < TIER_MEASURES; i++) {
                if (!trial->model.measures[i].has_cuts)
                        continue;
                json_key(w, str_from(names[i]));
                json_open_array(w);
                for (int k = 0; k < TIER_CUTS; k++)
                        json_add_decimal(w, trial->model.measures[i].cuts[k], 0);
                json_close_array(w);
        }
}

static void write(const Trial *trial, JsonWriter *w) {
        json_open_object(w);
        json_put_int(w, "count", trial->total);
        json_put_int(w, "looked_at", (int64_t)trial->count);
        json_key(w, STR("moves"));
        json_open_array(w);
        for (size_t i = 0; i < trial->moves_count; i++) {
                json_open_object(w);
                put_tier(w, "from", trial->moves[i].from);
                put_tier(w, "to", trial->moves[i].to);
                json_put_int(w, "count", trial->moves[i].count);
                json_close_object(w);
        }
        json_close_array(w);
        json_key(w, STR("items"));
        json_open_array(w);
        for (size_t i = 0; i < trial->shown_count; i++) {
                json_open_object(w);
                json_put_int(w, "id", trial->shown[i].id);
                json_put_str(w, "name", trial->shown[i].name);
                put_tier(w, "from", trial->shown[i].from);
                put_tier(w, "to", trial->shown[i].to);
                json_close_object(w);
        }
        json_close_array(w);
        write_cuts(trial, w);
        json_close_object(w);
}

// {"values":{a model's fields},"rules":[{"tier","condition"}]} → {"count","looked_at","moves":[{"from","to","count"}],"items":[those that move],"…_cuts":[4]}
static Status preview(Request *request) {
        Trial trial = {.call = &request->call};
        TRY(take(&request->call, request->body, &trial.model));
        TRY(choose(&trial));
        if (trial.count)
                TRY(try_all(&trial));
        write(&trial, &request->w);
        return STATUS_OK;
}

static Status preview_post(Request *request) {
        TRY(request_body(request));
        return request_read(request, preview);
}

static Status run_now(Request *request) {
        TierModel *model = NULL;
        TRY(request_id(request, 0));
        TRY(tier_model_load(&request->call, request->id, &model));
        if (!model)
                return error_set(&request->context, STATUS_CONFLICT, "tier_inactive");
        TRY(tier_start(&request->call, model->id));
        return request_no_content(request);
}

const Route tier_routes[] = {
        {HTTP_POST, "/api/v1/tiers/preview", ROUTE_SLOW, ACCESS_ADMIN, .run = preview_post, .id = "previewTiers", .summary = "Where a tier model, saved or not, would put customers"},
        {HTTP_POST, "/api/v1/tiers/{id}/run", ROUTE_WRITE, ACCESS_ADMIN, .run = run_now, .id = "runTiers", .summary = "Puts every customer where the model says, as a job"},
        {0},
};
