// The demo company's plan: the same seed and day give the same company, in a size and an order that can be played.
#include "app/demo/demo.h"
#include "base/unicode.h"
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define NOW 1795334400000LL // 2026-11-22T08:00:00Z

static Zone *zone;

static int open_zone(void **state) {
        (void)state;
        zone = zone_open(STR("Asia/Shanghai"));
        return zone ? 0 : -1;
}

static int free_zone(void **state) {
        (void)state;
        zone_free(zone);
        return 0;
}

static Plan *make(Arena *arena, int64_t now) {
        return plan_make(arena, zone, now);
}

static void is_the_same_again(void **state) {
        (void)state;
        ARENA_CLEANUP Arena *arena = arena_new(0);
        const Plan *one = make(arena, NOW), *two = make(arena, NOW);
        assert_int_equal(one->events_count, two->events_count);
        for (int i = 0; i < one->events_count; i++)
                assert_memory_equal(&one->events[i], &two->events[i], sizeof *one->events);
        for (int i = 0; i < one->customers_count; i++)
                assert_true(str_eq(one->customers[i].name, two->customers[i].name));
}

static void has_its_size(void **state) {
        (void)state;
        ARENA_CLEANUP Arena *arena = arena_new(0);
        const Plan *plan = make(arena, NOW);
        assert_int_equal(plan->customers_count, 2000);
        assert_true(plan->contacts_count >= 3000);
        assert_int_equal(plan->leads_count, 5000);
        assert_int_equal(plan->deals_count, 1500);
        assert_true(plan->activities_count >= 20000 && plan->activities_count < 23000);
        assert_true(plan->tasks_count > 1000);
        for (int i = 0; i < plan->deals_count; i++)
                assert_in_range(plan->deals[i].amount, 50000, 5000000);
}

// Nothing refers to what comes later, and nothing lies ahead of now.
static void can_be_played(void **state) {
        (void)state;
        ARENA_CLEANUP Arena *arena = arena_new(0);
        Plan *plan = make(arena, NOW);
        for (int i = 0; i < plan->events_count; i++) {
                const PlanEvent *event = &plan->events[i];
                assert_true(event->at <= plan->now);
                assert_true(i == 0 || event->at >= plan->events[i - 1].at);
                const PlanActivity *activity = event->kind == EVENT_ACTIVITY ? &plan->activities[event->index] : NULL;
                const PlanTask *task = event->kind == EVENT_TASK ? &plan->tasks[event->index] : NULL;
                switch (event->kind) {
                case EVENT_CUSTOMER: plan->customers[event->index].id = 1; break;
                case EVENT_CONTACT:
                        assert_int_equal(plan->customers[plan->contacts[event->index].customer].id, 1);
                        plan->contacts[event->index].id = 1;
                        break;
                case EVENT_LEAD: plan->leads[event->index].id = 1; break;
                case EVENT_DEAL:
                        assert_int_equal(plan->customers[plan->deals[event->index].customer].id, 1);
                        assert_int_equal(plan->contacts[plan->deals[event->index].contact].id, 1);
                        plan->deals[event->index].id = 1;
                        break;
                case EVENT_STAGE: assert_int_equal(plan->deals[event->index].id, 1); break;
                case EVENT_CONVERT: assert_int_equal(plan->deals[plan->leads[event->index].deal].id, 1); // fall through
                case EVENT_DECIDE: assert_int_equal(plan->leads[event->index].id, 1); break;
                case EVENT_CALM: assert_int_equal(plan->customers[event->index].id, 1); break;
                case EVENT_DONE: assert_int_equal(plan->tasks[event->index].id, 1); break;
                case EVENT_ACTIVITY:
                        assert_int_equal(activity->target_kind == TARGET_CUSTOMER ? plan->customers[activity->target].id : activity->target_kind == TARGET_DEAL ? plan->deals[activity->target].id : plan->leads[activity->target].id, 1);
                        assert_true(!activity->next_at || activity->next_at >= activity->at - 1800000);
                        break;
                case EVENT_TASK:
                        assert_int_equal(task->target_kind == TARGET_DEAL ? plan->deals[task->target].id : plan->customers[task->target].id, 1);
                        plan->tasks[event->index].id = 1;
                        break;
                }
        }
}

// Whatever the hour: early on a Monday, New Year's night, a leap day.
static void on_any_day(void **state) {
        static const int64_t moments[] = {NOW - 8 * 3600000LL, NOW + 86400000LL, 1798732800000LL, 1709164800000LL, 1798675260000LL};
        (void)state;
        for (size_t i = 0; i < sizeof moments / sizeof *moments; i++) {
                ARENA_CLEANUP Arena *arena = arena_new(0);
                const Plan *plan = make(arena, moments[i]);
                for (int k = 0; k < plan->events_count; k++)
                        assert_true(plan->events[k].at <= plan->now);
        }
}

static void names_are_different(void **state) {
        (void)state;
        ARENA_CLEANUP Arena *arena = arena_new(0);
        const Plan *plan = make(arena, NOW);
        for (int i = 0; i < plan->customers_count; i++)
                for (int k = i + 1; k < plan->customers_count; k++)
                        assert_false(str_eq(plan->customers[i].name, plan->customers[k].name));
}

static void a_rep_has_a_day(void **state) {
        (void)state;
        ARENA_CLEANUP Arena *arena = arena_new(0);
        const Plan *plan = make(arena, NOW);
        int today = 0, late = 0;
        for (int i = 0; i < plan->tasks_count; i++) {
                const PlanTask *task = &plan->tasks[i];
                if (task->done_at || strcmp(demo_people[task->owner].login, "sales1") != 0)
                        continue;
                int32_t day = zone_day(plan->zone, task->due_at);
                today += day == plan->today;
                late += day < plan->today;
        }
        assert_true(today >= 4);
        assert_true(late >= 2);
}

int main(void) {
        ARENA_CLEANUP Arena *arena = arena_new(0);
        Context context;
        context_init(&context, arena, LANG_EN, NOW);
        if (unicode_start(&context) != STATUS_OK)
                return 1;
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(is_the_same_again), cmocka_unit_test(has_its_size), cmocka_unit_test(can_be_played), cmocka_unit_test(on_any_day), cmocka_unit_test(names_are_different), cmocka_unit_test(a_rep_has_a_day),
        };
        return cmocka_run_group_tests(tests, open_zone, free_zone);
}
