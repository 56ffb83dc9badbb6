// Who stands above whom: what is written with a person goes before the heads of his departments.
#include "access/access.h"

static bool is_among(const Superior *chain, size_t count, int64_t user) {
        for (size_t i = 0; i < count; i++)
                if (chain[i].person->id == user)
                        return true;
        return false;
}

typedef struct Climb { const Access *access; int64_t from; Superior *chain; size_t count; } Climb;

// Somebody who left is passed over, and so is who stands in the chain already: it only goes up.
static const Person *usable(const Climb *climb, int64_t user) {
        const Person *person = user && user != climb->from ? access_person(climb->access, user) : NULL;
        return person && person->active && !is_among(climb->chain, climb->count, user) ? person : NULL;
}

static Superior above(const Climb *climb, const Person *person) {
        const Person *found = usable(climb, person->superior);
        if (found)
                return (Superior){.person = found};
        const Department *department = access_department(climb->access, person->department);
        for (size_t steps = 0; department && steps <= climb->access->departments_count; steps++) {
                found = usable(climb, department->head);
                if (found)
                        return (Superior){.person = found, .department = department->id};
                department = access_department(climb->access, department->parent);
        }
        return (Superior){.person = NULL};
}

void access_superiors(const Access *access, Arena *arena, int64_t user, Superior **ret, size_t *ret_count) {
        Climb climb = {.access = access, .from = user, .chain = arena_array(arena, Superior, access->people_count + 1)};
        const Person *person = access_person(access, user);
        while (person) {
                Superior next = above(&climb, person);
                person = next.person;
                if (person)
                        climb.chain[climb.count++] = next;
        }
        *ret = climb.chain;
        *ret_count = climb.count;
}
