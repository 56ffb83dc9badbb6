// What an entry of the directory is here: its name and addresses, the department and the roles that are mapped.
#include "base/unicode.h"
#include "link/ldap/ldap.h"

// The value of a DN's first part: "sales" of "cn=sales,ou=groups,dc=example".
static Str first_value(Str dn) {
        ptrdiff_t equals = str_find_char(dn, '=');
        if (equals < 0)
                return dn;
        size_t end = (size_t)equals + 1;
        while (end < dn.len && (dn.data[end] != ',' || dn.data[end - 1] == '\\'))
                end++;
        return str_trim(str_slice(dn, (size_t)equals + 1, end));
}

static bool same_text(Arena *arena, Str a, Str b) {
        return str_eq(text_fold(arena, a), text_fold(arena, b));
}

static bool in_group(Arena *arena, const LdapEntry *entry, Str group) {
        bool whole = str_find_char(group, '=') >= 0;
        for (size_t i = 0; i < entry->groups_count; i++)
                if (same_text(arena, whole ? entry->groups[i] : first_value(entry->groups[i]), group))
                        return true;
        return false;
}

static bool dn_under(Arena *arena, Str dn, Str place) {
        Str whole = text_fold(arena, dn), end = text_fold(arena, place);
        if (str_eq(whole, end))
                return true;
        return str_ends(whole, end) && whole.len > end.len && whole.data[whole.len - end.len - 1] == ',';
}

static int64_t mapped_department(Call *call, const LdapConfig *config, const LdapEntry *entry) {
        Arena *arena = call->context->arena;
        for (size_t i = 0; i < config->places_count; i++) {
                const LdapPlace *place = &config->places[i];
                bool whole = str_find_char(place->value, '=') >= 0;
                if (whole ? dn_under(arena, entry->dn, place->value) : entry->department.len && same_text(arena, entry->department, place->value))
                        return place->department;
        }
        const Access *access = call->actor->access;
        for (size_t i = 0; entry->department.len && i < access->departments_count; i++)
                if (same_text(arena, access->departments[i].name, entry->department))
                        return access->departments[i].id;
        return 0;
}

Status ldap_stranger(Call *call, const LdapConfig *config, const LdapEntry *entry, Stranger *ret) {
        int64_t *roles = arena_array(call->context->arena, int64_t, config->groups_count + 1);
        size_t count = 0;
        for (size_t i = 0; i < config->groups_count; i++) {
                bool known = !in_group(call->context->arena, entry, config->groups[i].group);
                for (size_t k = 0; k < count && !known; k++)
                        known = roles[k] == config->groups[i].role;
                if (!known)
                        roles[count++] = config->groups[i].role;
        }
        *ret = (Stranger){.subject = entry->id, .shown = entry->login, .login = entry->login, .name = entry->name, .email = entry->email, .email_verified = true, .phone = entry->phone,
                          .position = entry->position, .department = mapped_department(call, config, entry), .roles = count ? roles : NULL, .roles_count = count};
        return STATUS_OK;
}
