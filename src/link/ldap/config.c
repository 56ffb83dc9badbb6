// What is set for a directory: checking, keeping, telling.
#include "link/ldap/ldap.h"

#define DEPTH 6
#define MAPPED_MOST 200
#define ID_MOST INT64_C(9007199254740991)

static const char *const securities[] = {"tls", "starttls", "none", NULL};
static const int ports[] = {636, 389, 389};

// Names of attributes, with what stands there when nothing is given.
typedef struct Attribute { const char *name, *fallback; size_t place; } Attribute;
static const Attribute attributes[] = {
        {"id_attr", "entryUUID", offsetof(LdapConfig, id_attr)}, {"login_attr", "uid", offsetof(LdapConfig, login_attr)}, {"name_attr", "cn", offsetof(LdapConfig, name_attr)},
        {"email_attr", "mail", offsetof(LdapConfig, email_attr)}, {"phone_attr", "mobile", offsetof(LdapConfig, phone_attr)}, {"position_attr", "title", offsetof(LdapConfig, position_attr)},
        {"department_attr", "", offsetof(LdapConfig, department_attr)}, {"groups_attr", "", offsetof(LdapConfig, groups_attr)},
};
#define ATTRIBUTES (sizeof attributes / sizeof *attributes)

static Str *place_of(LdapConfig *config, const Attribute *attribute) {
        return (Str *)(void *)((char *)config + attribute->place);
}

static bool attribute_valid(Str name) {
        for (size_t i = 0; i < name.len; i++) {
                char c = name.data[i];
                if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (i > 0 && ((c >= '0' && c <= '9') || c == '-' || c == ';'))))
                        return false;
        }
        return true;
}

static void take_attributes(const Config *config, LdapConfig *ret) {
        for (size_t i = 0; i < ATTRIBUTES; i++) {
                Str text = config_text(config, attributes[i].name, 60);
                if (!attribute_valid(text))
                        (void)config_wrong(config, attributes[i].name, "bad_attribute");
                *place_of(ret, &attributes[i]) = text.len || json_get(config->body, attributes[i].name) ? text : str_from(attributes[i].fallback);
        }
        if (str_empty(ret->id_attr))
                (void)config_wrong(config, "id_attr", "required");
        if (str_empty(ret->login_attr))
                (void)config_wrong(config, "login_attr", "required");
}

// [{"group":"…","role":3}, …]: each member's mistakes at groups[1].role.
static size_t take_pairs(const Config *config, const char *list_name, const char *text_name, const char *id_name, Str *texts, int64_t *ids) {
        const Json *list = config_list(config, list_name, MAPPED_MOST);
        size_t count = list ? list->count : 0;
        for (size_t i = 0; i < count; i++) {
                Config item = {config->context, &list->items[i], str_format(config->context->arena, "%s[%zu].", list_name, i)};
                texts[i] = config_needed(&item, text_name, 500);
                ids[i] = config_int(&item, id_name, 0, 0, ID_MOST);
                if (!ids[i])
                        (void)config_wrong(&item, id_name, "required");
        }
        return count;
}

static void take_mappings(const Config *config, LdapConfig *ret) {
        Arena *arena = config->context->arena;
        Str *texts = arena_array(arena, Str, MAPPED_MOST);
        int64_t *ids = arena_array(arena, int64_t, MAPPED_MOST);
        ret->groups_count = take_pairs(config, "groups", "group", "role", texts, ids);
        ret->groups = arena_array(arena, LdapGroup, ret->groups_count + 1);
        for (size_t i = 0; i < ret->groups_count; i++)
                ret->groups[i] = (LdapGroup){texts[i], ids[i]};
        ret->places_count = take_pairs(config, "departments", "value", "department", texts, ids);
        ret->places = arena_array(arena, LdapPlace, ret->places_count + 1);
        for (size_t i = 0; i < ret->places_count; i++)
                ret->places[i] = (LdapPlace){texts[i], ids[i]};
}

static void take_server(const Config *config, LdapConfig *ret) {
        ret->security = (NetSecurity)config_choice(config, "security", securities, NET_SECURITY_STARTTLS);
        ret->port = (int)config_int(config, "port", ports[ret->security], 1, 65535);
        ret->host = config_needed(config, "host", 253);
        ret->allow_plain = config_bool(config, "allow_plain", false);
        ret->ca = config_lines(config, "ca", 100000);
        if (ret->host.len && !config_host(ret->host))
                (void)config_wrong(config, "host", "bad_host");
        else if (ret->security == NET_SECURITY_NONE && ret->host.len && !ret->allow_plain && !net_host_local(ret->host))
                (void)config_wrong(config, "security", "plain_refused");
        if (ret->ca.len && !net_pem_valid(ret->ca))
                (void)config_wrong(config, "ca", "bad_pem");
}

static void take_search(const Config *config, LdapConfig *ret) {
        const Str login = STR("{login}");
        ret->bind_dn = config_text(config, "bind_dn", 500);
        ret->base = config_needed(config, "base", 500);
        ret->filter = config_text(config, "filter", 500);
        ret->dn_template = config_text(config, "dn_template", 500);
        ret->people_filter = config_text(config, "people_filter", 500);
        ret->group_base = config_text(config, "group_base", 500);
        ret->group_filter = config_text(config, "group_filter", 500);
        if (str_empty(ret->people_filter))
                ret->people_filter = STR("(objectClass=person)");
        if (ret->group_base.len && str_empty(ret->group_filter))
                ret->group_filter = STR("(member={dn})");
        if (str_empty(ret->filter) && str_empty(ret->dn_template))
                (void)config_wrong(config, "filter", "required");
        if (ret->filter.len && (str_find(ret->filter, login) < 0 || ret->filter.data[0] != '('))
                (void)config_wrong(config, "filter", "ldap_login_place");
        if (ret->dn_template.len && str_find(ret->dn_template, login) < 0)
                (void)config_wrong(config, "dn_template", "ldap_login_place");
        if (ret->people_filter.data[0] != '(')
                (void)config_wrong(config, "people_filter", "ldap_filter");
        if (ret->group_filter.len && (ret->group_filter.data[0] != '(' || (str_find(ret->group_filter, STR("{dn}")) < 0 && str_find(ret->group_filter, login) < 0)))
                (void)config_wrong(config, "group_filter", "ldap_filter");
}

static void take_secret(const Config *config, const Provider *before, const LdapConfig *was, const LdapConfig *now, Str *ret_secret) {
        const Json *given = json_get(config->body, "secret");
        bool kept = before && before->secret.len, same = kept && str_eq(was->host, now->host) && was->port == now->port && str_eq(was->bind_dn, now->bind_dn) && now->security <= was->security;
        *ret_secret = STR_NONE;
        if (given && given->kind != JSON_STRING && given->kind != JSON_NULL)
                (void)error_add(config->context, STR("secret"), "wrong_type", STR("text"));
        else if (given)
                *ret_secret = given->kind == JSON_STRING ? given->text : STR("");
        else if (!same)
                *ret_secret = STR("");
        if (ret_secret->len > 1000)
                (void)error_add(config->context, STR("secret"), "too_long", STR("1000"));
        if (now->bind_dn.len && !ret_secret->len && (given || !same))
                (void)config_wrong(config, "secret", kept && !given ? "password_again" : "required");
}

Status ldap_config_take(Context *context, const Json *body, const Provider *before, LdapConfig *ret, Str *ret_secret) {
        static const char *const names[] = {"kind", "label", "active", "id", "host", "port", "security", "allow_plain", "ca", "bind_dn", "secret", "secret_set", "base", "filter", "dn_template",
                                            "people_filter", "id_attr", "login_attr", "name_attr", "email_attr", "phone_attr", "position_attr", "department_attr", "groups_attr", "group_base", "group_filter",
                                            "groups", "departments", "adopt", "disable", "sync_minutes", "create", "role", "department", "synced_at", NULL};
        Config config = {context, body, STR("")};
        LdapConfig was = {0};
        size_t errors = context->error.count;
        if (before)
                TRY(ldap_config_load(context, before->config, &was));
        config_known(&config, names);
        *ret = (LdapConfig){.adopt = config_bool(&config, "adopt", false), .disable = config_bool(&config, "disable", false)};
        ret->sync_minutes = (int)config_int(&config, "sync_minutes", 0, 0, 10080);
        if (ret->sync_minutes > 0 && ret->sync_minutes < 5)
                (void)error_add(context, STR("sync_minutes"), "out_of_range", STR("5"), STR("10080"));
        take_server(&config, ret);
        take_search(&config, ret);
        take_attributes(&config, ret);
        take_mappings(&config, ret);
        people_rules_take(&config, &ret->people);
        take_secret(&config, before, &was, ret, ret_secret);
        return context->error.count > errors ? STATUS_INVALID : STATUS_OK;
}

// What is kept has been checked when it was set.
Status ldap_config_load(Context *context, Str text, LdapConfig *ret) {
        Json *json = NULL;
        TRY(json_parse(context, text, DEPTH, &json));
        Config config = {context, json, STR("")};
        size_t errors = context->error.count;
        *ret = (LdapConfig){.adopt = json_bool(json, "adopt", false), .disable = json_bool(json, "disable", false), .sync_minutes = (int)json_int(json, "sync_minutes", 0)};
        take_server(&config, ret);
        take_search(&config, ret);
        take_attributes(&config, ret);
        take_mappings(&config, ret);
        people_rules_take(&config, &ret->people);
        if (context->error.count == errors)
                return STATUS_OK;
        context->error.count = errors;
        return error_detail(context, STATUS_INTERNAL, "internal", "a directory's stored settings are not valid");
}

static void write_pairs(JsonWriter *w, const LdapConfig *config) {
        json_key(w, STR("groups"));
        json_open_array(w);
        for (size_t i = 0; i < config->groups_count; i++) {
                json_open_object(w);
                json_put_str(w, "group", config->groups[i].group);
                json_put_int(w, "role", config->groups[i].role);
                json_close_object(w);
        }
        json_close_array(w);
        json_key(w, STR("departments"));
        json_open_array(w);
        for (size_t i = 0; i < config->places_count; i++) {
                json_open_object(w);
                json_put_str(w, "value", config->places[i].value);
                json_put_int(w, "department", config->places[i].department);
                json_close_object(w);
        }
        json_close_array(w);
}

void ldap_config_write(const LdapConfig *config, JsonWriter *w) {
        LdapConfig copy = *config;
        json_put_str(w, "host", config->host);
        json_put_int(w, "port", config->port);
        json_put_str(w, "security", str_from(securities[config->security]));
        json_put_bool(w, "allow_plain", config->allow_plain);
        json_put_str(w, "ca", config->ca);
        json_put_str(w, "bind_dn", config->bind_dn);
        json_put_str(w, "base", config->base);
        json_put_str(w, "filter", config->filter);
        json_put_str(w, "dn_template", config->dn_template);
        json_put_str(w, "people_filter", config->people_filter);
        for (size_t i = 0; i < ATTRIBUTES; i++)
                json_put_str(w, attributes[i].name, *place_of(&copy, &attributes[i]));
        json_put_str(w, "group_base", config->group_base);
        json_put_str(w, "group_filter", config->group_filter);
        write_pairs(w, config);
        json_put_bool(w, "adopt", config->adopt);
        json_put_bool(w, "disable", config->disable);
        json_put_int(w, "sync_minutes", config->sync_minutes);
        people_rules_write(&config->people, w);
}
