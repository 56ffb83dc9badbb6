// Converting a lead: each of the three is new or an existing record; errors come at customer.…, contact.…, opportunity.…; the lead's follow-ups go along.
#include "objects/lead/convert.h"
#include "base/unicode.h"
#include "objects/cadence/cadence.h"
#include "objects/shared/assign.h"

#define MOVED_MOST 2000 // follow-ups and tasks of one lead that go along

typedef struct Conversion {
        Call *call;
        const Record *lead;
        const Json *body;
        int64_t customer, contact, opportunity;
        bool new_customer;
} Conversion;

static Value lead_value(const Conversion *conversion, const char *field) {
        return record_value(conversion->lead, field);
}

// Nobody learns by converting what the lead hides from him: it goes only where he may not read it either.
static bool may_carry(const Conversion *conversion, const char *field, const Field *target) {
        const Actor *actor = conversion->call->actor;
        FieldRight from = actor_field(actor, object_get(conversion->lead->object, field));
        return from >= FIELD_READ || actor_field(actor, target) <= from;
}

// A new record in the making: what the body says, and what is taken along from the lead where the body says nothing.
typedef struct Draft { RecordInput *input; Value *filled; } Draft;

static void fill(Draft *draft, const char *field, Value value) {
        const Field *target = object_get(draft->input->object, field);
        if (!draft->input->given[target->index])
                draft->filled[target->index] = value;
}

static void carry(const Conversion *conversion, Draft *draft, const char *field, const char *from) {
        if (may_carry(conversion, from, object_get(draft->input->object, field)))
                fill(draft, field, lead_value(conversion, from));
}

static void carry_same(const Conversion *conversion, Draft *draft, const char *const *fields, size_t count) {
        for (size_t i = 0; i < count; i++)
                carry(conversion, draft, fields[i], fields[i]);
}

// What belongs together stays so, whatever the body says.
static void tie(Draft *draft, const char *field, int64_t id) {
        const Field *target = object_get(draft->input->object, field);
        if (draft->input->given[target->index])
                record_input_set(draft->input, field, value_int(id));
        fill(draft, field, value_int(id));
}

// Makes a record of values from the body, on top of what the lead knows, with the caller's rights, for the lead's owner.
static Status make(Conversion *conversion, const Draft *draft, Str prefix, int64_t *ret_id) {
        WriteOptions options = {.path_prefix = prefix, .owner = lead_value(conversion, "owner").integer, .filled = draft->filled, .action = STR("convert")};
        return record_create(conversion->call, draft->input, &options, ret_id);
}

static Status read_values(Conversion *conversion, const char *name, const Json *values, Str prefix, Draft *ret) {
        static const Json empty = {.kind = JSON_OBJECT};
        Context *context = conversion->call->context;
        const Object *object = catalog_get(conversion->call->catalog, name);
        ret->filled = arena_array(context->arena, Value, object->fields_count);
        Status status = record_input(context, object, values ? values : &empty, prefix, &ret->input);
        return status == STATUS_INVALID ? STATUS_OK : status; // collected: the record is refused when it is made
}

static Status take_existing(Conversion *conversion, const char *name, const Json *json, int64_t *ret_id) {
        Call *call = conversion->call;
        Status status = STATUS_OK;
        Str path = str_format(call->context->arena, "%s.id", name);
        if (!json_is_id(json, ret_id))
                return error_add(call->context, path, "wrong_type");
        if (!query_visible(call, catalog_get(call->catalog, name), *ret_id, &status))
                return status != STATUS_OK ? status : error_add(call->context, path, "reference_missing");
        return STATUS_OK;
}

static bool names_existing(const Json *json) {
        return json && json->kind == JSON_OBJECT && json_get(json, "id");
}

// ---- Customer

// An existing customer of the same name that the reader may see; the oldest, if there are several.
static Status match_customer(Conversion *conversion, Str company, int64_t *ret_id) {
        Call *call = conversion->call;
        const Object *customer = catalog_get(call->catalog, "customer");
        *ret_id = 0;
        if (str_empty(company) || actor_field(call->actor, customer->name_field) < FIELD_READ)
                return STATUS_OK;
        Sql select = db_sql(call->db);
        sql(&select, "select t.\"id\" from customer t where t.deleted_at is null and t.name_sort = ");
        sql_value(&select, value_blob(text_sort_key(call->context->arena, company)));
        sql(&select, " and t.name = ");
        sql_str(&select, company);
        sql(&select, " and (");
        TRY(actor_scope_sql(call->context, call->actor, customer, VERB_READ, STR("t"), &select));
        sql(&select, ") order by t.\"id\" limit 1");
        bool found = false;
        TRY(db_get_int(call->db, &select, ret_id, &found));
        if (!found)
                *ret_id = 0;
        return STATUS_OK;
}

// The company's name, or the person's; empty: neither is for the caller to know.
static Str company_of(const Conversion *conversion) {
        const Field *name = catalog_get(conversion->call->catalog, "customer")->name_field;
        Value company = lead_value(conversion, "company");
        bool known = may_carry(conversion, "company", name) && company.kind == VALUE_TEXT && !str_empty(str_trim(company.text));
        if (known)
                return str_trim(company.text);
        return may_carry(conversion, "name", name) ? lead_value(conversion, "name").text : STR_NONE;
}

static void fill_name(const Conversion *conversion, Draft *draft) {
        Str company = company_of(conversion);
        if (!str_empty(company))
                fill(draft, "name", value_text(company));
}

static Status make_customer(Conversion *conversion, const Json *values) {
        static const char *const same[] = {"phone", "email", "industry", "address", "source", "tags", "next_follow_up"};
        Draft draft;
        TRY(read_values(conversion, "customer", values, STR("customer."), &draft));
        fill_name(conversion, &draft);
        carry_same(conversion, &draft, same, sizeof same / sizeof *same);
        conversion->new_customer = true;
        return make(conversion, &draft, STR("customer."), &conversion->customer);
}

static Status convert_customer(Conversion *conversion) {
        const Json *json = json_get(conversion->body, "customer");
        if (names_existing(json))
                return take_existing(conversion, "customer", json, &conversion->customer);
        if (json && json->kind != JSON_OBJECT && json->kind != JSON_NULL)
                return error_add(conversion->call->context, STR("customer"), "wrong_type");
        Str name = json ? json_str(json, "name", company_of(conversion)) : company_of(conversion);
        TRY(match_customer(conversion, str_trim(name), &conversion->customer));
        return conversion->customer ? STATUS_OK : make_customer(conversion, json && json->kind == JSON_OBJECT ? json : NULL);
}

// ---- Contact and opportunity

static Status convert_contact(Conversion *conversion) {
        const Json *json = json_get(conversion->body, "contact");
        if (json && json->kind == JSON_NULL)
                return STATUS_OK;
        if (names_existing(json))
                return take_existing(conversion, "contact", json, &conversion->contact);
        if (json && json->kind != JSON_OBJECT)
                return error_add(conversion->call->context, STR("contact"), "wrong_type");
        static const char *const same[] = {"name", "position", "phone", "email", "wechat"};
        Draft draft;
        TRY(read_values(conversion, "contact", json, STR("contact."), &draft));
        tie(&draft, "customer", conversion->customer);
        carry_same(conversion, &draft, same, sizeof same / sizeof *same);
        return make(conversion, &draft, STR("contact."), &conversion->contact);
}

static Status convert_opportunity(Conversion *conversion) {
        const Json *json = json_get(conversion->body, "opportunity");
        if (!json || json->kind == JSON_NULL)
                return STATUS_OK;
        if (json->kind != JSON_OBJECT)
                return error_add(conversion->call->context, STR("opportunity"), "wrong_type");
        Draft draft;
        TRY(read_values(conversion, "opportunity", json, STR("opportunity."), &draft));
        tie(&draft, "customer", conversion->customer);
        if (conversion->contact)
                fill(&draft, "contact", value_int(conversion->contact));
        fill_name(conversion, &draft);
        carry(conversion, &draft, "amount", "budget");
        carry(conversion, &draft, "source", "source");
        return make(conversion, &draft, STR("opportunity."), &conversion->opportunity);
}

// ---- The lead itself

static Status move_one(Conversion *conversion, const Object *object, int64_t id) {
        Call *call = conversion->call;
        RecordInput *input = record_input_new(call->context->arena, object);
        record_input_set(input, "target", value_text(str_format(call->context->arena, "customer:%lld", (long long)conversion->customer)));
        WriteOptions options = {.as_system = true, .action = STR("convert")};
        return record_update(call, object, id, input, &options);
}

// What was said to the lead is part of the customer's story.
static Status move_to_customer(Conversion *conversion, const char *name) {
        Call *call = conversion->call;
        const Object *object = catalog_get(call->catalog, name);
        int64_t ids[MOVED_MOST];
        size_t count = 0;
        Sql select = db_sql(call->db);
        sql(&select, "select \"id\" from ");
        sql_name(&select, object->table);
        sql(&select, " where deleted_at is null and target = ");
        sql_str(&select, str_format(call->context->arena, "lead:%lld", (long long)conversion->lead->id));
        sql(&select, " order by \"id\" limit ");
        sql_int(&select, MOVED_MOST);
        {
                ROWS_CLEANUP Rows *rows = NULL;
                TRY(db_query(call->db, &select, &rows));
                for (bool found = true; count < MOVED_MOST;) {
                        TRY(rows_next(rows, &found));
                        if (!found)
                                break;
                        ids[count++] = rows_int(rows, 0);
                }
        }
        for (size_t i = 0; i < count; i++)
                TRY(move_one(conversion, object, ids[i]));
        return STATUS_OK;
}

static Status close_lead(Conversion *conversion) {
        Call *call = conversion->call;
        RecordInput *input = record_input_new(call->context->arena, conversion->lead->object);
        record_input_set(input, "status", value_text(STR("converted")));
        record_input_set(input, "customer", value_int(conversion->customer));
        record_input_set(input, "converted_at", value_datetime(call->context->now_ms));
        if (conversion->contact)
                record_input_set(input, "contact", value_int(conversion->contact));
        if (conversion->opportunity)
                record_input_set(input, "opportunity", value_int(conversion->opportunity));
        WriteOptions options = {.as_system = true, .action = STR("convert")};
        return record_update(call, conversion->lead->object, conversion->lead->id, input, &options);
}

static void answer(JsonWriter *w, const char *name, int64_t id) {
        json_key(w, str_from(name));
        if (!id) {
                json_add_null(w);
                return;
        }
        json_open_object(w);
        json_put_int(w, "id", id);
        json_close_object(w);
}

Status lead_convert(Call *call, const Record *lead, const Json *body, JsonWriter *w) {
        Conversion conversion = {.call = call, .lead = lead, .body = body};
        TRY(convert_customer(&conversion));
        TRY(convert_contact(&conversion));
        TRY(convert_opportunity(&conversion));
        TRY(cadence_end(call, lead)); // while they still hang at the lead
        TRY(move_to_customer(&conversion, "activity"));
        TRY(move_to_customer(&conversion, "task"));
        TRY(close_lead(&conversion));
        json_open_object(w);
        answer(w, "customer", conversion.customer);
        answer(w, "contact", conversion.contact);
        answer(w, "opportunity", conversion.opportunity);
        json_put_bool(w, "new_customer", conversion.new_customer);
        json_close_object(w);
        return STATUS_OK;
}
