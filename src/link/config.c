// Taking what is set for other systems out of JSON.
#include "link/config.h"
#include "base/unicode.h"
#include "meta/field/field.h"

static Str path_of(const Config *config, const char *name) {
        return str_format(config->context->arena, STR_FMT "%s", STR_ARG(config->prefix), name);
}

Status config_wrong(const Config *config, const char *name, const char *code) {
        return error_add(config->context, path_of(config, name), code);
}

static Str take(const Config *config, const char *name, size_t longest, bool lines) {
        const Json *value = json_get(config->body, name);
        if (!value || value->kind == JSON_NULL)
                return STR("");
        if (value->kind != JSON_STRING) {
                (void)error_add(config->context, path_of(config, name), "wrong_type", STR("text"));
                return STR("");
        }
        Str text = str_trim(value->text);
        for (size_t offset = 0; offset < text.len;) {
                uint32_t c = utf8_next(text, &offset);
                if ((c < ' ' && !(lines && (c == '\n' || c == '\r'))) || (c >= 0x7F && c < 0xA0) || c == 0x2028 || c == 0x2029) {
                        (void)config_wrong(config, name, "bad_text");
                        return STR("");
                }
        }
        if (utf8_length(text) > longest) {
                (void)error_add(config->context, path_of(config, name), "too_long", str_format(config->context->arena, "%zu", longest));
                return STR("");
        }
        return text;
}

Str config_text(const Config *config, const char *name, size_t longest) {
        return take(config, name, longest, false);
}

Str config_lines(const Config *config, const char *name, size_t longest) {
        return take(config, name, longest, true);
}

Str config_needed(const Config *config, const char *name, size_t longest) {
        size_t errors = config->context->error.count;
        Str text = take(config, name, longest, false);
        if (str_empty(text) && config->context->error.count == errors)
                (void)config_wrong(config, name, "required");
        return text;
}

bool config_bool(const Config *config, const char *name, bool fallback) {
        const Json *value = json_get(config->body, name);
        if (!value || value->kind == JSON_NULL)
                return fallback;
        if (value->kind != JSON_TRUE && value->kind != JSON_FALSE)
                (void)error_add(config->context, path_of(config, name), "wrong_type", STR("boolean"));
        return value->kind == JSON_TRUE;
}

int64_t config_int(const Config *config, const char *name, int64_t fallback, int64_t least, int64_t most) {
        const Json *value = json_get(config->body, name);
        int64_t number = fallback;
        if (!value || value->kind == JSON_NULL)
                return fallback;
        if (value->kind != JSON_NUMBER || !str_to_int64(value->text, &number)) {
                (void)error_add(config->context, path_of(config, name), "wrong_type", STR("integer"));
                return fallback;
        }
        if (number < least || number > most) {
                Arena *arena = config->context->arena;
                (void)error_add(config->context, path_of(config, name), "out_of_range", str_format(arena, "%lld", (long long)least), str_format(arena, "%lld", (long long)most));
                return fallback;
        }
        return number;
}

int config_choice(const Config *config, const char *name, const char *const *words, int fallback) {
        const Json *value = json_get(config->body, name);
        if (!value || value->kind == JSON_NULL)
                return fallback;
        for (int i = 0; value->kind == JSON_STRING && words[i]; i++)
                if (str_is(value->text, words[i]))
                        return i;
        (void)error_add(config->context, path_of(config, name), "unknown_option", value->kind == JSON_STRING ? value->text : STR(""));
        return fallback;
}

const Json *config_list(const Config *config, const char *name, size_t most) {
        const Json *value = json_get(config->body, name);
        if (!value || value->kind == JSON_NULL)
                return NULL;
        if (value->kind != JSON_ARRAY) {
                (void)error_add(config->context, path_of(config, name), "wrong_type", STR("array"));
                return NULL;
        }
        if (value->count > most) {
                (void)error_add(config->context, path_of(config, name), "too_many", str_format(config->context->arena, "%zu", most));
                return NULL;
        }
        return value;
}

void config_known(const Config *config, const char *const *names) {
        for (size_t i = 0; i < config->body->count; i++) {
                bool known = false;
                for (const char *const *name = names; *name && !known; name++)
                        known = str_is(config->body->items[i].key, *name);
                if (!known)
                        (void)error_add(config->context, str_format(config->context->arena, STR_FMT STR_FMT, STR_ARG(config->prefix), STR_ARG(config->body->items[i].key)), "unknown_field", config->body->items[i].key);
        }
}

bool config_host(Str host) {
        bool six = host.len > 1 && str_find_char(host, ':') >= 0;
        if (str_empty(host) || host.len > 253 || host.data[0] == '-' || host.data[0] == '.')
                return false;
        for (size_t i = 0; i < host.len; i++) {
                char c = host.data[i];
                bool name = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
                bool hex = (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || (c >= '0' && c <= '9') || c == ':' || c == '.';
                if (six ? !hex : !name)
                        return false;
        }
        return true;
}

Status config_email(const Config *config, const char *name, Str *text) {
        Value value = VALUE_NONE;
        if (str_empty(*text))
                return STATUS_OK;
        TRY(field_type_email.parse(config->context, NULL, path_of(config, name), *text, &value));
        *text = value.text;
        return STATUS_OK;
}
