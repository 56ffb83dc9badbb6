// Who of the candidates gets it: in turn, by weight, whoever has least, by performance, by expertise. Pure: the same candidates and the same turn give the same answer.
#include "objects/assignment_rule/rules.h"

static bool can(const Slot *slot) {
        return !slot->reason;
}

static int place_of(const Slot *slots, size_t count, int64_t member) {
        for (size_t i = 0; i < count; i++)
                if (slots[i].member == member)
                        return (int)i;
        return -1;
}

// The next one after whoever was last; where he has left, whoever stands in his place now.
static int choose_turn(const Slot *slots, size_t count, const Turn *turn) {
        int last = turn->last ? place_of(slots, count, turn->last) : -1;
        size_t first = last >= 0 ? (size_t)last + 1 : turn->last ? (size_t)turn->at : 0;
        for (size_t i = 0; i < count; i++) {
                size_t at = (first + i) % count;
                if (can(&slots[at]))
                        return (int)at;
        }
        return -1;
}

// ---- Weights in turn: each gets his weight, whoever has most is taken and pays all of it. Over as many turns as the weights add up to each gets exactly his.

static struct TurnWeight *weight_of(Turn *turn, Arena *arena, int64_t member) {
        for (size_t i = 0; i < turn->weights_count; i++)
                if (turn->weights[i].member == member)
                        return &turn->weights[i];
        turn->weights = arena_grow(arena, turn->weights, turn->weights_count * sizeof *turn->weights, (turn->weights_count + 1) * sizeof *turn->weights);
        turn->weights[turn->weights_count] = (struct TurnWeight){member, 0};
        return &turn->weights[turn->weights_count++];
}

static void forget_others(Turn *turn, const Slot *slots, size_t count) {
        size_t kept = 0;
        for (size_t i = 0; i < turn->weights_count; i++)
                if (place_of(slots, count, turn->weights[i].member) >= 0)
                        turn->weights[kept++] = turn->weights[i];
        turn->weights_count = kept;
}

static bool before(const Slot *a, const Slot *b) {
        return a->current != b->current ? a->current > b->current : a->open < b->open;
}

static int choose_weighted(Slot *slots, size_t count, Turn *turn, Arena *arena) {
        int best = -1;
        int64_t total = 0;
        forget_others(turn, slots, count);
        for (size_t i = 0; i < count; i++) {
                struct TurnWeight *weight = weight_of(turn, arena, slots[i].member);
                if (!can(&slots[i])) {
                        slots[i].current = weight->current;
                        continue;
                }
                weight->current += slots[i].weight;
                total += slots[i].weight;
                slots[i].current = weight->current;
                if (best < 0 || before(&slots[i], &slots[best]))
                        best = (int)i;
        }
        if (best >= 0)
                weight_of(turn, arena, slots[best].member)->current -= total;
        return best;
}

// Thousandths of performance are weights; nobody has less than a quarter of the best one, or whoever is new would never show what he can.
static int choose_performance(Slot *slots, size_t count, Turn *turn, Arena *arena) {
        int64_t best = 0;
        for (size_t i = 0; i < count; i++)
                best = slots[i].score > best ? slots[i].score : best;
        for (size_t i = 0; i < count; i++) {
                int64_t floor = best / 4 > 0 ? best / 4 : 1;
                slots[i].weight = slots[i].score > floor ? slots[i].score : floor;
        }
        return choose_weighted(slots, count, turn, arena);
}

// ---- Whoever has least; of equals the next in turn

// The places after whoever was last come first.
static size_t wait_of(const Slot *slots, size_t count, const Turn *turn, size_t at) {
        int last = turn->last ? place_of(slots, count, turn->last) : -1;
        size_t first = last >= 0 ? (size_t)last + 1 : turn->last ? (size_t)turn->at : 0;
        return (at + 2 * count - first % count) % count;
}

static bool better(const Slot *slots, size_t count, const Turn *turn, bool by_score, size_t a, size_t b) {
        if (by_score && slots[a].score != slots[b].score)
                return slots[a].score > slots[b].score;
        if (slots[a].open != slots[b].open)
                return slots[a].open < slots[b].open;
        return wait_of(slots, count, turn, a) < wait_of(slots, count, turn, b);
}

static int choose_least(const Slot *slots, size_t count, const Turn *turn, bool by_score) {
        int best = -1;
        for (size_t i = 0; i < count; i++)
                if (can(&slots[i]) && (best < 0 || better(slots, count, turn, by_score, i, (size_t)best)))
                        best = (int)i;
        return best;
}

int choose_slot(AssignMethod method, Slot *slots, size_t count, Turn *turn, Arena *arena) {
        int found = -1;
        switch (method) {
        case ASSIGN_ROUND_ROBIN:
        case ASSIGN_METHODS:
                found = choose_turn(slots, count, turn);
                break;
        case ASSIGN_WEIGHTED:
                found = choose_weighted(slots, count, turn, arena);
                break;
        case ASSIGN_PERFORMANCE:
                found = choose_performance(slots, count, turn, arena);
                break;
        case ASSIGN_LEAST_LOADED:
        case ASSIGN_EXPERTISE:
                found = choose_least(slots, count, turn, method == ASSIGN_EXPERTISE);
                break;
        }
        if (found >= 0) {
                turn->last = slots[found].member;
                turn->at = found;
        }
        return found;
}
