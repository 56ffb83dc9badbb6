// Signing in with the password of a company's directory (LDAP), and taking its people over. The only folder that knows libldap, which is loaded when a directory is first
// asked. Asking waits for a network, within a time: outside of transactions.
#pragma once
#include "access/identity.h"
#include "link/net/net.h"
#include "link/people.h"

typedef struct LdapGroup { Str group; int64_t role; } LdapGroup;                 // group: its whole DN, or the name in it alone
typedef struct LdapPlace { Str value; int64_t department; } LdapPlace;           // value: of department_attr, or "ou=…": what a DN ends with
typedef struct LdapConfig {
        Str host, ca;
        int port;
        NetSecurity security;
        bool allow_plain;
        Str bind_dn;            // who searches; empty: anonymously. The password is the provider's secret
        Str base, filter;       // where and how somebody who signs in is found: "(uid={login})"; empty filter: template
        Str dn_template;        // "uid={login},ou=people,dc=example,dc=com": his DN without a search
        Str people_filter;      // who is taken over
        Str id_attr, login_attr, name_attr, email_attr, phone_attr, position_attr, department_attr, groups_attr;
        Str group_base, group_filter; // groups that name their members: "(member={dn})"; empty: groups_attr alone
        LdapGroup *groups; size_t groups_count;
        LdapPlace *places; size_t places_count;
        bool adopt;             // a colleague with the same login is taken to be the same person
        bool disable;           // who is not in the directory any more is not active here any more
        int sync_minutes;       // 0: only when asked
        PeopleRules people;
} LdapConfig;
Status ldap_config_take(Context *context, const Json *body, const Provider *before, LdapConfig *ret, Str *ret_secret) MUST_USE;
Status ldap_config_load(Context *context, Str json, LdapConfig *ret) MUST_USE;
void ldap_config_write(const LdapConfig *config, JsonWriter *w); // members

typedef struct LdapEntry {
        Str dn, id, login, name, email, phone, position, department;
        Str *groups; size_t groups_count, groups_capacity;
        bool disabled;
} LdapEntry;
// Errors are STATUS_BUSY with a code of net_code() or "ldap_search", "ldap_incomplete"; ldap_field() says at which member an administrator is shown them.
typedef struct LdapLink LdapLink;
Status ldap_open(Context *context, const LdapConfig *config, Str secret, LdapLink **ret) MUST_USE; // config stays the caller's and alive
Status ldap_find(Context *context, LdapLink *link, Str login, LdapEntry *ret, bool *ret_found) MUST_USE; // exactly one, else none
Status ldap_people(Context *context, LdapLink *link, LdapEntry **ret, size_t *ret_count) MUST_USE;
void ldap_close(LdapLink *link);                                     // accepts NULL
const char *ldap_field(const Context *context);
// *ret_right: there is such an entry, and this is its password. An empty password is never right (RFC 4513 5.1.2: servers take it for "nobody" and say yes).
Status ldap_verify(Context *context, const LdapConfig *config, Str secret, Str login, Str password, LdapEntry *ret, bool *ret_right) MUST_USE;

Str ldap_filter_text(Arena *arena, Str template, Str login, Str dn); // {login} and {dn} put in, escaped by RFC 4515
Str ldap_dn_text(Arena *arena, Str template, Str login);             // {login} put in, escaped by RFC 4514

// What an entry is here: name, address, the department and roles that are mapped.
Status ldap_stranger(Call *call, const LdapConfig *config, const LdapEntry *entry, Stranger *ret) MUST_USE;

struct Job;
typedef struct LdapSync { int64_t provider; bool dry_run, force; } LdapSync; // force: even where many would be made inactive
Status ldap_sync_run(struct Job *job, void *arg) MUST_USE;           // a JobRun; arg: LdapSync
void *ldap_sync_copy(Arena *arena, void *from);
void ldap_sync_due(Org *org);                                        // starts those whose time has come, on one node each
