// Talking to a directory through libldap: connecting (with a certificate that is checked whatever the machine's own settings say), searching, trying a password.
#include "base/unicode.h"
#include "link/ldap/ldap.h"
#include "os/os.h"
#include <ldap.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <unistd.h>

#define WAIT_S 5
#define SEARCH_WAIT_S 30
#define PAGE 500
#define PEOPLE_MOST 50000
#define VALUES_MOST 500
#define SYSTEM_CA "/etc/ssl/certs/ca-certificates.crt"

#define LDAP_CALLS(X) X(ldap_initialize) X(ldap_set_option) X(ldap_get_option) X(ldap_start_tls_s) X(ldap_sasl_bind_s) X(ldap_search_ext_s) X(ldap_first_entry) X(ldap_next_entry) X(ldap_get_dn) \
        X(ldap_get_values_len) X(ldap_value_free_len) X(ldap_msgfree) X(ldap_memfree) X(ldap_unbind_ext_s) X(ldap_err2string) X(ldap_create_page_control) X(ldap_parse_pageresponse_control) \
        X(ldap_parse_result) X(ldap_control_find) X(ldap_control_free) X(ldap_controls_free) X(ber_memfree)
#define LDAP_MEMBER(name) __typeof__(&name) name;
#define LDAP_NAME(name) #name,
typedef struct LdapCalls { LDAP_CALLS(LDAP_MEMBER) } LdapCalls;

struct LdapLink {
        LdapCalls calls;
        LDAP *ldap;
        const LdapConfig *config;
};

// ---- What went wrong

static Str said(const LdapLink *link, Context *context, int code) {
        char *text = NULL;
        Buf buf = buf_make(context->arena, 600);
        if (link->ldap)
                link->calls.ldap_get_option(link->ldap, LDAP_OPT_DIAGNOSTIC_MESSAGE, (void *)&text);
        const char *words = text && *text ? text : link->calls.ldap_err2string(code);
        for (size_t i = 0; words[i] && i < 200; i++)
                buf_add_char(&buf, words[i] >= ' ' && words[i] < 0x7F ? words[i] : '?');
        if (text)
                link->calls.ldap_memfree(text);
        return buf_str(&buf);
}

static Status fail(LdapLink *link, Context *context, int code) {
        Str words = said(link, context, code);
        bool tls = str_find(words, STR("TLS")) >= 0 || str_find(words, STR("certificate")) >= 0 || str_find(words, STR("gnutls")) >= 0;
        const char *name = "ldap_search";
        if (code == LDAP_SERVER_DOWN && link->config->security == NET_SECURITY_TLS && str_is(words, "(unknown error code)")) { // GnuTLS has no word for a certificate that does not check out
                words = STR("not of a known authority, or not for this host");
                tls = true;
        }
        if (code == LDAP_INVALID_CREDENTIALS || code == LDAP_INAPPROPRIATE_AUTH || code == LDAP_INSUFFICIENT_ACCESS || code == LDAP_STRONG_AUTH_REQUIRED || code == LDAP_CONFIDENTIALITY_REQUIRED)
                name = "net_sign_in";
        else if (code == LDAP_TIMEOUT || code == LDAP_TIMELIMIT_EXCEEDED)
                name = "net_time";
        else if (tls || code == LDAP_CONNECT_ERROR || code == LDAP_PROTOCOL_ERROR)
                name = "net_certificate";
        else if (code == LDAP_SERVER_DOWN || code == LDAP_UNAVAILABLE || code == LDAP_BUSY)
                name = "net_connect";
        return error_set(context, STATUS_BUSY, name, words);
}

const char *ldap_field(const Context *context) {
        static const struct { const char *code, *field; } fields[] = {
                {"net_sign_in", "secret"}, {"net_time", "host"}, {"net_certificate", "security"}, {"net_connect", "host"}, {"ldap_search", "base"}, {"ldap_incomplete", "base"},
        };
        for (size_t i = 0; context->error.code && i < sizeof fields / sizeof *fields; i++)
                if (strcmp(context->error.code, fields[i].code) == 0)
                        return fields[i].field;
        return "";
}

// ---- Connecting

static void fd_close_p(int *fd) {
        if (*fd >= 0)
                close(*fd);
}

// Certificates that were given as text: libldap reads files only.
static const char *ca_file(const LdapConfig *config, Arena *arena, int *ret_fd) {
        *ret_fd = -1;
        if (str_empty(config->ca))
                return SYSTEM_CA;
        *ret_fd = memfd_create("ca", MFD_CLOEXEC);
        size_t written = 0;
        while (*ret_fd >= 0 && written < config->ca.len) {
                ssize_t more = write(*ret_fd, config->ca.data + written, config->ca.len - written);
                if (more <= 0)
                        break;
                written += (size_t)more;
        }
        return str_format(arena, "/proc/self/fd/%d", *ret_fd).data;
}

static int set_tls(LdapLink *link, const char *file) {
        const LdapCalls *calls = &link->calls;
        int demand = LDAP_OPT_X_TLS_HARD, least = LDAP_OPT_X_TLS_PROTOCOL_TLS1_2, fresh = 0;
        int code = calls->ldap_set_option(link->ldap, LDAP_OPT_X_TLS_CACERTFILE, file);
        if (code == LDAP_SUCCESS)
                code = calls->ldap_set_option(link->ldap, LDAP_OPT_X_TLS_REQUIRE_CERT, &demand);
        if (code == LDAP_SUCCESS)
                code = calls->ldap_set_option(link->ldap, LDAP_OPT_X_TLS_PROTOCOL_MIN, &least);
        return code == LDAP_SUCCESS ? calls->ldap_set_option(link->ldap, LDAP_OPT_X_TLS_NEWCTX, &fresh) : code;
}

static int set_options(LdapLink *link) {
        const LdapCalls *calls = &link->calls;
        int version = LDAP_VERSION3;
        struct timeval wait = {.tv_sec = WAIT_S};
        int code = calls->ldap_set_option(link->ldap, LDAP_OPT_PROTOCOL_VERSION, &version);
        if (code == LDAP_SUCCESS)
                code = calls->ldap_set_option(link->ldap, LDAP_OPT_REFERRALS, LDAP_OPT_OFF);
        if (code == LDAP_SUCCESS)
                code = calls->ldap_set_option(link->ldap, LDAP_OPT_NETWORK_TIMEOUT, &wait);
        return code == LDAP_SUCCESS ? calls->ldap_set_option(link->ldap, LDAP_OPT_TIMEOUT, &wait) : code;
}

static int bind_as(LdapLink *link, Arena *arena, Str dn, Str password) {
        struct berval secret = {.bv_val = str_c(arena, password), .bv_len = password.len};
        return link->calls.ldap_sasl_bind_s(link->ldap, str_c(arena, dn), LDAP_SASL_SIMPLE, &secret, NULL, NULL, NULL);
}

static Status connect_to(Context *context, const LdapConfig *config, LdapLink *link) {
        bool six = str_find_char(config->host, ':') >= 0;
        Str url = str_format(context->arena, "%s://%s" STR_FMT "%s:%d", config->security == NET_SECURITY_TLS ? "ldaps" : "ldap", six ? "[" : "", STR_ARG(config->host), six ? "]" : "", config->port);
        __attribute__((cleanup(fd_close_p))) int fd = -1;
        int code = link->calls.ldap_initialize(&link->ldap, url.data);
        if (code == LDAP_SUCCESS)
                code = set_options(link);
        if (code == LDAP_SUCCESS && config->security != NET_SECURITY_NONE)
                code = set_tls(link, ca_file(config, context->arena, &fd));
        if (code == LDAP_SUCCESS && config->security == NET_SECURITY_STARTTLS)
                code = link->calls.ldap_start_tls_s(link->ldap, NULL, NULL);
        return code == LDAP_SUCCESS ? STATUS_OK : fail(link, context, code);
}

static Status link_new(Context *context, const LdapConfig *config, LdapLink **ret) {
        static const char *const names[] = {LDAP_CALLS(LDAP_NAME)};
        LdapLink *link = calloc(1, sizeof *link);
        ensure(link);
        link->config = config;
        Status status = library_load(context, "libldap-2.5.so.0", names, sizeof names / sizeof *names, &link->calls);
        if (status == STATUS_OK)
                status = connect_to(context, config, link);
        if (status != STATUS_OK) {
                ldap_close(link);
                return status;
        }
        *ret = link;
        return STATUS_OK;
}

void ldap_close(LdapLink *link) {
        if (!link)
                return;
        if (link->ldap)
                link->calls.ldap_unbind_ext_s(link->ldap, NULL, NULL);
        free(link);
}

// TLS on connecting (ldaps) begins with the first request: a bind comes first, also where nobody is to be signed in.
Status ldap_open(Context *context, const LdapConfig *config, Str secret, LdapLink **ret) {
        LdapLink *link = NULL;
        TRY(link_new(context, config, &link));
        int code = bind_as(link, context->arena, config->bind_dn, config->bind_dn.len ? secret : STR(""));
        if (code != LDAP_SUCCESS) {
                Status status = fail(link, context, code);
                ldap_close(link);
                return status;
        }
        *ret = link;
        return STATUS_OK;
}

// ---- Entries

static bool is_text(Str value) {
        if (!utf8_valid(value))
                return false;
        for (size_t i = 0; i < value.len; i++)
                if ((unsigned char)value.data[i] < ' ' || value.data[i] == 0x7F)
                        return false;
        return true;
}

static Str hex_text(Arena *arena, Str bytes) {
        Buf buf = buf_make(arena, 2048);
        for (size_t i = 0; i < bytes.len; i++)
                buf_format(&buf, "%02x", (unsigned char)bytes.data[i]);
        return buf_str(&buf);
}

static Str first_value(const LdapLink *link, Arena *arena, LDAPMessage *message, Str name, bool binary) {
        if (str_empty(name))
                return STR("");
        struct berval **values = link->calls.ldap_get_values_len(link->ldap, message, str_c(arena, name));
        Str value = STR("");
        if (values && values[0]) {
                Str bytes = str_copy(arena, str_make(values[0]->bv_val, values[0]->bv_len));
                value = is_text(bytes) ? str_trim(bytes) : binary ? hex_text(arena, bytes) : STR("");
        }
        link->calls.ldap_value_free_len(values);
        return value;
}

static void add_group(Arena *arena, LdapEntry *entry, Str group) {
        if (entry->groups_count == VALUES_MOST || !is_text(group))
                return;
        if (entry->groups_count == entry->groups_capacity) {
                size_t more = entry->groups_capacity * 2 + 4;
                entry->groups = arena_grow(arena, entry->groups, entry->groups_capacity * sizeof *entry->groups, more * sizeof *entry->groups);
                entry->groups_capacity = more;
        }
        entry->groups[entry->groups_count++] = str_copy(arena, group);
}

static void take_groups(const LdapLink *link, Arena *arena, LDAPMessage *message, LdapEntry *entry) {
        if (str_empty(link->config->groups_attr))
                return;
        struct berval **values = link->calls.ldap_get_values_len(link->ldap, message, str_c(arena, link->config->groups_attr));
        for (size_t i = 0; values && values[i]; i++)
                add_group(arena, entry, str_make(values[i]->bv_val, values[i]->bv_len));
        link->calls.ldap_value_free_len(values);
}

// Locked in Active Directory, 389 Directory Server, OpenLDAP's password policy.
static bool is_disabled(const LdapLink *link, Arena *arena, LDAPMessage *message) {
        int64_t control = 0;
        (void)str_to_int64(first_value(link, arena, message, STR("userAccountControl"), false), &control);
        return (control & 2) || str_is(text_fold(arena, first_value(link, arena, message, STR("nsAccountLock"), false)), "true") ||
               str_is(first_value(link, arena, message, STR("pwdAccountLockedTime"), false), "000001010000Z");
}

static LdapEntry take_entry(const LdapLink *link, Arena *arena, LDAPMessage *message) {
        const LdapConfig *config = link->config;
        char *dn = link->calls.ldap_get_dn(link->ldap, message);
        LdapEntry entry = {.dn = str_copy(arena, str_from(dn)), .id = first_value(link, arena, message, config->id_attr, true), .login = first_value(link, arena, message, config->login_attr, false),
                           .name = first_value(link, arena, message, config->name_attr, false), .email = first_value(link, arena, message, config->email_attr, false),
                           .phone = first_value(link, arena, message, config->phone_attr, false), .position = first_value(link, arena, message, config->position_attr, false),
                           .department = first_value(link, arena, message, config->department_attr, false),
                           .disabled = is_disabled(link, arena, message)};
        link->calls.ldap_memfree(dn);
        take_groups(link, arena, message, &entry);
        return entry;
}

static char **attribute_list(const LdapConfig *config, Arena *arena) {
        const Str names[] = {config->id_attr, config->login_attr, config->name_attr, config->email_attr, config->phone_attr, config->position_attr, config->department_attr, config->groups_attr,
                             STR("userAccountControl"), STR("nsAccountLock"), STR("pwdAccountLockedTime")};
        char **list = arena_array(arena, char *, sizeof names / sizeof *names + 1);
        size_t count = 0;
        for (size_t i = 0; i < sizeof names / sizeof *names; i++)
                if (names[i].len)
                        list[count++] = str_c(arena, names[i]);
        return list;
}

// Groups that name this member, where groups are searched.
static Status search_groups(Context *context, LdapLink *link, LdapEntry *entry) {
        const LdapConfig *config = link->config;
        static char none[] = LDAP_NO_ATTRS;
        char *attributes[] = {none, NULL};
        struct timeval wait = {.tv_sec = SEARCH_WAIT_S};
        LDAPMessage *result = NULL;
        if (str_empty(config->group_base))
                return STATUS_OK;
        Str filter = ldap_filter_text(context->arena, config->group_filter, entry->login, entry->dn);
        int code = link->calls.ldap_search_ext_s(link->ldap, str_c(context->arena, config->group_base), LDAP_SCOPE_SUBTREE, str_c(context->arena, filter), attributes, 0, NULL, NULL, &wait, VALUES_MOST, &result);
        for (LDAPMessage *message = code == LDAP_SUCCESS ? link->calls.ldap_first_entry(link->ldap, result) : NULL; message; message = link->calls.ldap_next_entry(link->ldap, message)) {
                char *dn = link->calls.ldap_get_dn(link->ldap, message);
                add_group(context->arena, entry, str_from(dn));
                link->calls.ldap_memfree(dn);
        }
        link->calls.ldap_msgfree(result);
        return code == LDAP_SUCCESS ? STATUS_OK : fail(link, context, code);
}

// ---- Searching

static Status find_at(Context *context, LdapLink *link, Str base, int scope, Str filter, LdapEntry *ret, bool *ret_found) {
        struct timeval wait = {.tv_sec = SEARCH_WAIT_S};
        LDAPMessage *result = NULL;
        int code = link->calls.ldap_search_ext_s(link->ldap, str_c(context->arena, base), scope, str_c(context->arena, filter), attribute_list(link->config, context->arena), 0, NULL, NULL, &wait, 2, &result);
        *ret_found = false;
        if (code == LDAP_SUCCESS) {
                LDAPMessage *message = link->calls.ldap_first_entry(link->ldap, result);
                *ret_found = message && !link->calls.ldap_next_entry(link->ldap, message);
                if (*ret_found)
                        *ret = take_entry(link, context->arena, message);
        }
        link->calls.ldap_msgfree(result);
        if (code == LDAP_SIZELIMIT_EXCEEDED || (code == LDAP_NO_SUCH_OBJECT && scope == LDAP_SCOPE_BASE)) // several, or none
                return STATUS_OK;
        TRY(code == LDAP_SUCCESS ? STATUS_OK : fail(link, context, code));
        *ret_found = *ret_found && ret->id.len && ret->login.len && ret->dn.len;
        return *ret_found ? search_groups(context, link, ret) : STATUS_OK;
}

Status ldap_find(Context *context, LdapLink *link, Str login, LdapEntry *ret, bool *ret_found) {
        const LdapConfig *config = link->config;
        if (config->filter.len)
                return find_at(context, link, config->base, LDAP_SCOPE_SUBTREE, ldap_filter_text(context->arena, config->filter, login, STR("")), ret, ret_found);
        return find_at(context, link, ldap_dn_text(context->arena, config->dn_template, login), LDAP_SCOPE_BASE, STR("(objectClass=*)"), ret, ret_found);
}

typedef struct Page { struct berval cookie; LdapEntry *entries; size_t count, capacity; } Page;

static Status take_page(Context *context, LdapLink *link, LDAPMessage *result, Page *page) {
        for (LDAPMessage *message = link->calls.ldap_first_entry(link->ldap, result); message; message = link->calls.ldap_next_entry(link->ldap, message)) {
                if (page->count == PEOPLE_MOST)
                        return error_set(context, STATUS_BUSY, "ldap_incomplete", str_format(context->arena, "> %d", PEOPLE_MOST));
                if (page->count == page->capacity) {
                        size_t more = page->capacity * 2 + PAGE;
                        page->entries = arena_grow(context->arena, page->entries, page->capacity * sizeof *page->entries, more * sizeof *page->entries);
                        page->capacity = more;
                }
                LdapEntry entry = take_entry(link, context->arena, message);
                if (entry.id.len && entry.login.len)
                        page->entries[page->count++] = entry;
        }
        return STATUS_OK;
}

// The cookie with which the server goes on; none at the end.
static int next_cookie(LdapLink *link, LDAPMessage *result, struct berval *cookie) {
        LDAPControl **controls = NULL;
        int code = 0, outcome = link->calls.ldap_parse_result(link->ldap, result, &code, NULL, NULL, NULL, &controls, 0);
        ber_int_t estimate = 0;
        LDAPControl *control = outcome == LDAP_SUCCESS ? link->calls.ldap_control_find(LDAP_CONTROL_PAGEDRESULTS, controls, NULL) : NULL;
        link->calls.ber_memfree(cookie->bv_val);
        *cookie = (struct berval){0};
        if (control)
                outcome = link->calls.ldap_parse_pageresponse_control(link->ldap, control, &estimate, cookie);
        link->calls.ldap_controls_free(controls);
        return outcome;
}

static Status fetch_page(Context *context, LdapLink *link, Page *page) {
        const LdapConfig *config = link->config;
        struct timeval wait = {.tv_sec = SEARCH_WAIT_S};
        LDAPControl *control = NULL, *controls[2] = {NULL, NULL};
        LDAPMessage *result = NULL;
        int code = link->calls.ldap_create_page_control(link->ldap, PAGE, &page->cookie, 0, &control);
        controls[0] = control;
        if (code == LDAP_SUCCESS)
                code = link->calls.ldap_search_ext_s(link->ldap, str_c(context->arena, config->base), LDAP_SCOPE_SUBTREE, str_c(context->arena, config->people_filter), attribute_list(config, context->arena), 0, controls, NULL, &wait, LDAP_NO_LIMIT, &result);
        if (control)
                link->calls.ldap_control_free(control);
        Status status = code == LDAP_SUCCESS ? take_page(context, link, result, page) : STATUS_OK;
        if (code == LDAP_SUCCESS)
                code = next_cookie(link, result, &page->cookie);
        link->calls.ldap_msgfree(result);
        if (code == LDAP_SIZELIMIT_EXCEEDED || code == LDAP_ADMINLIMIT_EXCEEDED)
                return error_set(context, STATUS_BUSY, "ldap_incomplete", said(link, context, code));
        TRY(status);
        return code == LDAP_SUCCESS ? STATUS_OK : fail(link, context, code);
}

Status ldap_people(Context *context, LdapLink *link, LdapEntry **ret, size_t *ret_count) {
        Page page = {0};
        Status status = STATUS_OK;
        do {
                status = fetch_page(context, link, &page);
        } while (status == STATUS_OK && page.cookie.bv_len);
        link->calls.ber_memfree(page.cookie.bv_val);
        TRY(status);
        for (size_t i = 0; i < page.count; i++)
                TRY(search_groups(context, link, &page.entries[i]));
        *ret = page.entries;
        *ret_count = page.count;
        return STATUS_OK;
}

// ---- Passwords

// On a connection of its own: whoever searches stays who he is.
static Status try_password(Context *context, const LdapConfig *config, Str dn, Str password, LdapLink **ret, bool *ret_right) {
        LdapLink *link = NULL;
        *ret_right = false;
        TRY(link_new(context, config, &link));
        int code = bind_as(link, context->arena, dn, password);
        *ret_right = code == LDAP_SUCCESS;
        bool wrong = code == LDAP_INVALID_CREDENTIALS || code == LDAP_NO_SUCH_OBJECT || code == LDAP_INVALID_DN_SYNTAX || code == LDAP_INAPPROPRIATE_AUTH || code == LDAP_UNWILLING_TO_PERFORM;
        Status status = *ret_right || wrong ? STATUS_OK : fail(link, context, code);
        if (*ret_right && ret)
                *ret = link;
        else
                ldap_close(link);
        return status;
}

static Status verify_by_template(Context *context, const LdapConfig *config, Str login, Str password, LdapEntry *ret, bool *ret_right) {
        LdapLink *link = NULL;
        bool found = false;
        TRY(try_password(context, config, ldap_dn_text(context->arena, config->dn_template, login), password, &link, ret_right));
        if (!*ret_right)
                return STATUS_OK;
        Status status = ldap_find(context, link, login, ret, &found);
        ldap_close(link);
        *ret_right = found;
        return status;
}

Status ldap_verify(Context *context, const LdapConfig *config, Str secret, Str login, Str password, LdapEntry *ret, bool *ret_right) {
        LdapLink *link = NULL;
        bool found = false;
        *ret_right = false;
        if (str_empty(password) || str_empty(login) || str_find_char(password, '\0') >= 0 || str_find_char(login, '\0') >= 0)
                return STATUS_OK;
        if (str_empty(config->filter))
                return verify_by_template(context, config, login, password, ret, ret_right);
        TRY(ldap_open(context, config, secret, &link));
        Status status = ldap_find(context, link, login, ret, &found);
        ldap_close(link);
        TRY(status);
        return found ? try_password(context, config, ret->dn, password, NULL, ret_right) : STATUS_OK;
}
