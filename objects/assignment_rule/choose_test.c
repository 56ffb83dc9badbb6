// Who of the candidates is taken: evenly in turn, exactly by weight, whoever has least, by what each knows.
#include "objects/assignment_rule/rules.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#define PEOPLE 4

typedef struct Table { Arena *arena; Turn turn; Slot slots[PEOPLE]; int taken[PEOPLE]; } Table;

static Table table_open(void) {
        Table table = {.arena = arena_new(0)};
        for (int i = 0; i < PEOPLE; i++)
                table.slots[i] = (Slot){.member = 10 + i, .user = 10 + i, .weight = 1, .capacity = -1, .score = -1};
        return table;
}

static int take(Table *table, AssignMethod method) {
        int found = choose_slot(method, table->slots, PEOPLE, &table->turn, table->arena);
        if (found >= 0) {
                table->taken[found]++;
                table->slots[found].open++;
        }
        return found;
}

static void in_turn(void **state) {
        (void)state;
        Table table = table_open();
        for (int i = 0; i < 50; i++)
                assert_int_equal(take(&table, ASSIGN_ROUND_ROBIN), i % PEOPLE);
        table.slots[2].reason = "absent"; // passed over, and nobody loses his place by it
        assert_int_equal(take(&table, ASSIGN_ROUND_ROBIN), 3);
        assert_int_equal(take(&table, ASSIGN_ROUND_ROBIN), 0);
        table.slots[2].reason = NULL;
        assert_int_equal(take(&table, ASSIGN_ROUND_ROBIN), 1);
        table.turn.last = 99; // whoever was last is no member any more
        table.turn.at = 2;
        assert_int_equal(take(&table, ASSIGN_ROUND_ROBIN), 2);
        for (int i = 0; i < PEOPLE; i++)
                table.slots[i].reason = "capacity";
        assert_int_equal(take(&table, ASSIGN_ROUND_ROBIN), -1);
        assert_int_equal(choose_slot(ASSIGN_ROUND_ROBIN, NULL, 0, &table.turn, table.arena), -1);
        arena_free(table.arena);
}

static void by_weight(void **state) {
        (void)state;
        Table table = table_open();
        table.slots[0].weight = 5;
        table.slots[1].weight = 2;
        table.slots[3].reason = "paused";
        for (int round = 1; round <= 10; round++) {
                for (int i = 0; i < 8; i++)
                        take(&table, ASSIGN_WEIGHTED);
                assert_int_equal(table.taken[0], 5 * round);
                assert_int_equal(table.taken[1], 2 * round);
                assert_int_equal(table.taken[2], round);
        }
        assert_int_equal(table.taken[3], 0);
        int in_a_row = 0, longest = 0;
        for (int i = 0; i < 16; i++) {
                in_a_row = take(&table, ASSIGN_WEIGHTED) == 0 ? in_a_row + 1 : 0;
                longest = in_a_row > longest ? in_a_row : longest;
        }
        assert_in_range(longest, 2, 3); // the heavy one's are spread
        arena_free(table.arena);
}

static void fewest_first(void **state) {
        (void)state;
        Table table = table_open();
        const int64_t open[PEOPLE] = {7, 3, 3, 5};
        for (int i = 0; i < PEOPLE; i++)
                table.slots[i].open = open[i];
        assert_int_equal(take(&table, ASSIGN_LEAST_LOADED), 1);
        assert_int_equal(take(&table, ASSIGN_LEAST_LOADED), 2);
        for (int i = 0; i < 10; i++)
                take(&table, ASSIGN_LEAST_LOADED);
        for (int i = 0; i < PEOPLE; i++)
                assert_in_range(table.slots[i].open, 7, 8);
        arena_free(table.arena);
}

// Better ones get more, and whoever has no record at all is not left out.
static void by_performance(void **state) {
        (void)state;
        Table table = table_open();
        const int64_t scores[PEOPLE] = {400, 200, 100, 1};
        for (int i = 0; i < 800; i++) {
                for (int k = 0; k < PEOPLE; k++)
                        table.slots[k].score = scores[k];
                take(&table, ASSIGN_PERFORMANCE);
        }
        assert_in_range(table.taken[0], 398, 402);
        assert_in_range(table.taken[1], 198, 202);
        assert_in_range(table.taken[2], 98, 102);
        assert_in_range(table.taken[3], 98, 102);
        arena_free(table.arena);
}

static void by_expertise(void **state) {
        (void)state;
        Table table = table_open();
        const int64_t scores[PEOPLE] = {1, 3, 3, 0};
        for (int i = 0; i < PEOPLE; i++)
                table.slots[i].score = scores[i];
        table.slots[1].open = 9;
        assert_int_equal(take(&table, ASSIGN_EXPERTISE), 2);
        table.slots[1].reason = table.slots[2].reason = "absent";
        assert_int_equal(take(&table, ASSIGN_EXPERTISE), 0);
        arena_free(table.arena);
}

static void is_kept(void **state) {
        (void)state;
        Table table = table_open();
        take(&table, ASSIGN_WEIGHTED);
        table.turn.day = 20000;
        table.turn.rates = (struct TurnRate[]){{12, 30, 4}};
        table.turn.rates_count = 1;
        Turn again = turn_parse(table.arena, turn_text(table.arena, &table.turn));
        assert_true(again.last == table.turn.last && again.at == table.turn.at && again.day == 20000);
        assert_true(again.weights_count == PEOPLE && again.weights[0].current == table.turn.weights[0].current);
        assert_true(again.rates_count == 1 && again.rates[0].user == 12 && again.rates[0].taken == 30 && again.rates[0].won == 4);
        assert_true(turn_parse(table.arena, STR("nonsense")).last == 0);
        arena_free(table.arena);
}

int main(void) {
        const struct CMUnitTest tests[] = {cmocka_unit_test(in_turn), cmocka_unit_test(by_weight), cmocka_unit_test(fewest_first), cmocka_unit_test(by_performance), cmocka_unit_test(by_expertise), cmocka_unit_test(is_kept)};
        return cmocka_run_group_tests(tests, NULL, NULL);
}
