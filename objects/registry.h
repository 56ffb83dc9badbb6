// The business: every object that has code. To remove a feature, delete its folder and its line here.
#pragma once
#include "api/route.h"

extern const ObjectModule department_module, user_module, role_module, lead_module, customer_module, contact_module, opportunity_module, activity_module, task_module, event_module, comment_module, notification_module, view_module, attachment_module, team_member_module, sharing_rule_module, retention_rule_module;
extern const ObjectModule tier_model_module, tier_rule_module, affiliation_module, deal_partner_module;
extern const ObjectModule assignment_rule_module, assignment_member_module, assignment_decision_module, expertise_module, absence_module, cadence_step_module;
extern const ObjectModule sales_mode_module, sales_stage_module, stage_task_module, stage_change_module, risk_rule_module;
extern const ObjectModule pool_module, pool_rule_module, follow_up_rule_module, pool_movement_module;

static const ObjectModule *const object_modules[] = {
        &department_module, &user_module, &role_module, &lead_module, &customer_module, &contact_module, &opportunity_module, &activity_module, &task_module, &event_module, &comment_module, &notification_module, &view_module, &attachment_module, &team_member_module, &sharing_rule_module, &retention_rule_module,
        &tier_model_module, &tier_rule_module, &affiliation_module, &deal_partner_module,
        &pool_module, &pool_rule_module, &follow_up_rule_module, &pool_movement_module,
        &assignment_rule_module, &assignment_member_module, &assignment_decision_module, &expertise_module, &absence_module, &cadence_step_module,
        &sales_mode_module, &sales_stage_module, &stage_task_module, &stage_change_module, &risk_rule_module,
        NULL,
};

// Tables of routes that objects bring beside their records and actions.
extern const Route user_routes[], department_routes[], tier_routes[], pool_routes[];
extern const Route assignment_routes[], lead_routes[], sales_mode_routes[], opportunity_routes[];

static const Route *const object_routes[] = {user_routes, department_routes, tier_routes, pool_routes, assignment_routes, lead_routes, sales_mode_routes, opportunity_routes, NULL};
