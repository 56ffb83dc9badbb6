// What is set for the mail server: checking, keeping, telling.
#include "link/config.h"
#include "link/mail/mail.h"
#include "access/secret.h"

#define KEY "mail"
#define DEPTH 4

static const char *const securities[] = {"tls", "starttls", "none", NULL};
static const int ports[] = {465, 587, 25};

Status mail_settings_load(Db *db, MailSettings *ret) {
        Str text = STR_NONE;
        Json *json = NULL;
        TRY(org_setting(db, STR(KEY), STR("{}"), &text));
        TRY(json_parse(db_context(db), text, DEPTH, &json));
        Str security = json_str(json, "security", STR("starttls"));
        *ret = (MailSettings){.active = json_bool(json, "active", false), .host = json_str(json, "host", STR("")), .port = (int)json_int(json, "port", 0), .security = NET_SECURITY_STARTTLS,
                              .allow_plain = json_bool(json, "allow_plain", false), .user = json_str(json, "user", STR("")), .sealed = json_str(json, "sealed", STR("")),
                              .from = json_str(json, "from", STR("")), .from_name = json_str(json, "from_name", STR("")), .ca = json_str(json, "ca", STR(""))};
        for (int i = 0; securities[i]; i++)
                if (str_is(security, securities[i]))
                        ret->security = (NetSecurity)i;
        if (!ret->port)
                ret->port = ports[ret->security];
        return STATUS_OK;
}

static void write_members(const MailSettings *settings, JsonWriter *w) {
        json_put_bool(w, "active", settings->active);
        json_put_str(w, "host", settings->host);
        json_put_int(w, "port", settings->port);
        json_put_str(w, "security", str_from(securities[settings->security]));
        json_put_bool(w, "allow_plain", settings->allow_plain);
        json_put_str(w, "user", settings->user);
        json_put_str(w, "from", settings->from);
        json_put_str(w, "from_name", settings->from_name);
        json_put_str(w, "ca", settings->ca);
}

Status mail_settings_store(Db *db, const MailSettings *settings) {
        Buf buf = buf_make(db_arena(db), 256 * 1024);
        JsonWriter w = json_writer(&buf);
        json_open_object(&w);
        write_members(settings, &w);
        json_put_str(&w, "sealed", settings->sealed);
        json_close_object(&w);
        return org_setting_set(db, STR(KEY), buf_str(&buf));
}

void mail_settings_write(const MailSettings *settings, JsonWriter *w) {
        json_open_object(w);
        write_members(settings, w);
        json_put_bool(w, "password_set", settings->sealed.len > 0);
        json_close_object(w);
}

static void take_password(const Config *config, const MailSettings *before, MailSettings *settings, Str *ret_password) {
        const Json *given = json_get(config->body, "password");
        // another server, or less secrecy on the way: then it is somebody who knows the password
        bool same = str_eq(before->host, settings->host) && before->port == settings->port && str_eq(before->user, settings->user) && settings->security <= before->security;
        *ret_password = STR_NONE;
        settings->sealed = STR("");
        if (given && given->kind != JSON_STRING && given->kind != JSON_NULL)
                (void)error_add(config->context, STR("password"), "wrong_type", STR("text"));
        else if (given)
                *ret_password = given->kind == JSON_STRING && given->text.len ? given->text : STR("");
        else if (same)
                settings->sealed = before->sealed;
        else if (before->sealed.len && settings->user.len)
                (void)config_wrong(config, "password", "password_again");
        if (ret_password->len > 500)
                (void)error_add(config->context, STR("password"), "too_long", STR("500"));
        if (settings->user.len && settings->active && !ret_password->len && !settings->sealed.len && !config->context->error.count)
                (void)config_wrong(config, "password", "required");
}

static void check_whole(const Config *config, MailSettings *settings) {
        if (settings->host.len && !config_host(settings->host))
                (void)config_wrong(config, "host", "bad_host");
        (void)config_email(config, "from", &settings->from);
        if (settings->security == NET_SECURITY_NONE && settings->host.len && !settings->allow_plain && !net_host_local(settings->host))
                (void)config_wrong(config, "security", "plain_refused");
        if (settings->ca.len && !net_pem_valid(settings->ca))
                (void)config_wrong(config, "ca", "bad_pem");
}

Status mail_settings_take(Context *context, const Json *body, const MailSettings *before, MailSettings *ret, Str *ret_password) {
        static const char *const names[] = {"active", "host", "port", "security", "allow_plain", "user", "password", "from", "from_name", "ca", "to", "password_set", NULL};
        Config config = {context, body, STR("")};
        size_t errors = context->error.count;
        config_known(&config, names);
        MailSettings settings = {.active = config_bool(&config, "active", true), .allow_plain = config_bool(&config, "allow_plain", false)};
        settings.security = (NetSecurity)config_choice(&config, "security", securities, NET_SECURITY_STARTTLS);
        settings.port = (int)config_int(&config, "port", ports[settings.security], 1, 65535);
        settings.host = settings.active ? config_needed(&config, "host", 253) : config_text(&config, "host", 253);
        settings.from = settings.active ? config_needed(&config, "from", 254) : config_text(&config, "from", 254);
        settings.from_name = config_text(&config, "from_name", 120);
        settings.user = config_text(&config, "user", 254);
        settings.ca = config_lines(&config, "ca", 100000);
        check_whole(&config, &settings);
        take_password(&config, before, &settings, ret_password);
        *ret = settings;
        return context->error.count > errors ? STATUS_INVALID : STATUS_OK;
}

const char *mail_field(NetResult result) {
        switch (result) {
        case NET_HOST: case NET_TIME: return "host";
        case NET_CONNECT: return "port";
        case NET_CERTIFICATE: case NET_TLS: case NET_PLAIN: return "security";
        case NET_SIGN_IN: return "password";
        case NET_SENDER: return "from";
        case NET_RECIPIENT: return "to";
        default: return "";
        }
}

Status mail_password(Org *org, Context *context, const MailSettings *settings, Str *ret) {
        *ret = STR("");
        return settings->sealed.len ? secret_open(org, context, settings->sealed, ret) : STATUS_OK;
}

NetServer mail_server(const MailSettings *settings, Str password, int timeout_ms) {
        return (NetServer){.host = settings->host, .port = settings->port, .security = settings->security, .user = settings->user, .password = password, .ca = settings->ca, .timeout_ms = timeout_ms};
}
