// Routes of leads: what pasted text or a business card says.
#include "api/route.h"
#include "objects/lead/card.h"

#define BODY_MOST (128u << 10) // of JSON: every character may be written as \uXXXX

static void write_address(const Json *places, Str text, JsonWriter *w) {
        CardAddress address;
        card_address(places, text, &address);
        const struct { const char *name; Str text; } parts[] = {{"province", address.province}, {"city", address.city}, {"district", address.district}, {"detail", address.detail}};
        json_key(w, STR("address"));
        json_open_object(w);
        for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
                if (!str_empty(parts[i].text))
                        json_put_str(w, parts[i].name, parts[i].text);
        json_close_object(w);
}

// What a lead has no field for stands in its remark, a line each.
static Str remark(const Request *request, const Card *card, const CardItem *phone) {
        Buf buf = buf_make(request->context.arena, 4096);
        for (size_t i = 0; i < card->count; i++) {
                const CardItem *item = &card->items[i];
                bool other = item->field == CARD_WEBSITE || item->field == CARD_FAX || ((item->field == CARD_MOBILE || item->field == CARD_PHONE) && item != phone);
                const char *key = item->field == CARD_WEBSITE ? "card.website" : item->field == CARD_FAX ? "card.fax" : "card.phone";
                if (other)
                        buf_format(&buf, "%s" STR_FMT, buf.len ? "\n" : "", STR_ARG(text_format(request->context.arena, request->context.lang, key, (Str[4]){item->value})));
        }
        return buf_str(&buf);
}

static void write_values(Request *request, const Card *card) {
        static const struct { CardField field; const char *name; } same[] = {{CARD_NAME, "name"}, {CARD_COMPANY, "company"}, {CARD_POSITION, "position"}, {CARD_EMAIL, "email"}, {CARD_WECHAT, "wechat"}};
        JsonWriter *w = &request->w;
        const CardItem *phone = card_find(card, CARD_MOBILE), *address = card_find(card, CARD_ADDRESS);
        phone = phone ? phone : card_find(card, CARD_PHONE);
        json_key(w, STR("values"));
        json_open_object(w);
        for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
                const CardItem *item = card_find(card, same[i].field);
                if (item)
                        json_put_str(w, same[i].name, item->value);
        }
        if (phone)
                json_put_str(w, "phone", phone->value);
        if (address)
                write_address(card->text.places, address->value, w);
        Str more = remark(request, card, phone);
        if (!str_empty(more))
                json_put_str(w, "remark", more);
        json_close_object(w);
}

static void write_items(Request *request, const Card *card) {
        JsonWriter *w = &request->w;
        json_key(w, STR("items"));
        json_open_array(w);
        for (size_t i = 0; i < card->count; i++) {
                const CardItem *item = &card->items[i];
                json_open_object(w);
                json_put_str(w, "field", str_from(card_field_name(item->field)));
                json_put_str(w, "value", item->value);
                json_put_str(w, "text", card_slice(&card->text, item->from, item->to));
                json_put_int(w, "at", (int64_t)item->from);
                json_put_int(w, "length", (int64_t)(item->to - item->from));
                json_close_object(w);
        }
        json_close_array(w);
}

static Status parse(Request *request) {
        const Object *lead = catalog_get(request->view.catalog, "lead");
        Str text = STR_NONE;
        TRY(request_body(request));
        if (!actor_may(request->call.actor, lead, VERB_CREATE))
                return error_set(&request->context, STATUS_FORBIDDEN, "may_not_create", label_text(&lead->label, request->context.lang));
        TRY(request_text(request, "text", &text));
        if (text.len > CARD_BYTES_MOST)
                return error_add(&request->context, STR("text"), "card_long");
        Card *card = arena_new_of(request->context.arena, Card);
        card_read(request->context.arena, text, card);
        json_open_object(&request->w);
        write_values(request, card);
        write_items(request, card);
        json_close_object(&request->w);
        return STATUS_OK;
}

const Route lead_routes[] = {
        {HTTP_POST, "/api/v1/leads/parse", ROUTE_READ, ACCESS_SIGNED_IN, .body = BODY_MOST, .run = parse, .id = "parseLead", .summary = "What pasted text or a business card says about a person, each value with its piece of the text; writes nothing"},
        {0},
};
