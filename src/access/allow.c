// Addresses: the organisation's list and those of a person's roles. Where there is a list, he is in it; where there is none, anywhere is right.
#include "access/signin.h"

bool actor_address_allowed(const Actor *actor, const OrgSettings *settings, Str peer) {
        if (actor->system)
                return true;
        if (settings->allow_list.count && !network_list_has(&settings->allow_list, peer))
                return false;
        for (size_t i = 0; i < actor->allow_count; i++)
                if (!network_list_has(actor->allow[i], peer))
                        return false;
        return true;
}
