// The rules that come with the program, as data. A key is never used again.
#pragma once

typedef struct ShippedRisk { const char *key, *name, *condition, *message, *message_en; int weight; } ShippedRisk;

static const ShippedRisk shipped_risks[] = {
        {"stalled", "阶段停滞", "stage_due < today()", "在这个阶段停留过久", "has been in this stage for too long", 30},
        {"no_next_step", "没有下一步", "is_null(next_follow_up) or next_follow_up < today()", "没有安排下一步", "no next step is planned", 20},
        {"slipped", "签约日期已过", "close_date < today()", "预计签约日期已过", "the close date has passed", 25},
        {"quiet", "久未跟进", "coalesce(last_followed_at, created_at) < today() - 14", "两周以上没有跟进", "no follow-up for two weeks", 15},
        {"competitor", "有竞争对手", "not is_null(competitor)", "有竞争对手参与", "a competitor is involved", 10},
        {"no_budget", "预算不明", "is_null(amount) or amount = 0", "金额还不知道", "the amount is not known", 10},
        {"no_decider", "没接触决策人", "count(customer.contacts, decision_role = \"decider\") = 0", "还没有联系到决策人", "nobody who decides has been reached", 15},
};
