// The demo company's sales modes: what is supplied from the catalogue, and what is sold as a project. Other departments sell as ever.
#include "app/demo/demo.h"
#include "objects/risk_rule/risk.h"

typedef struct DemoStage { const char *key, *label, *probability, *outcome, *required, *criteria, *message, *guidance; int max_days; } DemoStage; // required: a list as it is stored
typedef struct DemoStageTask { const char *stage, *title, *type; int days; bool required; } DemoStageTask;
typedef struct DemoMode { const char *name, *remark; int departments[2], departments_count; bool category; const DemoStage *stages; int stages_count; const DemoStageTask *tasks; int tasks_count; } DemoMode;

#define COUNT(list) (int)(sizeof(list) / sizeof *(list))

static const DemoStage supply_stages[] = {
        {"initial", "询价", "0.2", "open", "[\"customer\",\"product\"]", NULL, NULL, "问清工况：介质、流量、扬程、温度、材质；确认用量和要货时间。两小时内回电。", 7},
        {"qualified", "选型", "0.4", "open", "[\"amount\"]", "amount > 0", "先按选型结果填上金额", "出选型单和曲线图，请客户的设备工程师确认型号；同时查库存和交期。", 10},
        {"proposal", "报价", "0.6", "open", "[\"close_date\"]", NULL, NULL, "正式报价单注明有效期、付款方式和质保；报价后第三天回访。", 14},
        {"negotiation", "签约谈判", "0.8", "open", "[\"contact\"]", NULL, NULL, "折扣超权限先申请；确认开票信息和收货地址。", 14},
        {"won", "赢单", "1", "won", NULL, NULL, NULL, NULL, 0},
        {"lost", "输单", "0", "lost", NULL, NULL, NULL, NULL, 0},
};
static const DemoStageTask supply_tasks[] = {
        {"initial", "回电问清工况", "call", 1, false},
        {"qualified", "发选型单给客户确认", "email", 2, true},
        {"proposal", "报价后回访", "call", 3, false},
};
static const DemoStage project_stages[] = {
        {"initial", "立项", "0.1", "open", "[\"customer\",\"source\"]", NULL, NULL, "弄清项目背景、业主、设计院和总包，建好干系人；判断是否投入。", 30},
        {"qualified", "技术交流", "0.25", "open", "[\"contact\",\"amount\"]", "amount >= 100000", "十万以下走产品供货，不按项目做", "给设计院和业主做技术交流，争取参数写进技术规格书。", 60},
        {"proposal", "投标", "0.5", "open", "[\"close_date\"]", NULL, NULL, "核对招标文件的资质、业绩和保证金；技术标提前三天内审。", 45},
        {"negotiation", "澄清与谈判", "0.75", "open", NULL, NULL, NULL, "按评标澄清回复，谈付款节点和违约条款；法务审合同。", 30},
        {"won", "中标", "1", "won", "[\"amount\",\"close_date\"]", NULL, NULL, NULL, 0},
        {"lost", "未中标", "0", "lost", NULL, NULL, NULL, NULL, 0},
};
static const DemoStageTask project_tasks[] = {
        {"initial", "拜访业主，确认立项信息", "visit", 7, true},
        {"qualified", "技术交流会", "meeting", 14, true},
        {"proposal", "技术标内审", "meeting", 10, true},
        {"proposal", "交投标保证金", "task", 7, false},
};
static const DemoMode modes[] = {
        {"产品供货", "按样本选型、批量供货的单子。", {1, 4}, 2, false, supply_stages, COUNT(supply_stages), supply_tasks, COUNT(supply_tasks)},
        {"项目销售", "新建和改造项目，要投标、周期长的单子。", {3, 0}, 1, true, project_stages, COUNT(project_stages), project_tasks, COUNT(project_tasks)},
};

static const WriteOptions writing = {.as_system = true, .quiet = true};

static Status put(Call *call, RecordInput *input, const char *field, const char *text) {
        return text ? demo_put(call, input, field, str_from(text)) : STATUS_OK;
}

static Status create_task(Call *call, const DemoStageTask *task, int64_t stage) {
        RecordInput *input = record_input_new(call->context->arena, catalog_get(call->catalog, "stage_task"));
        int64_t id = 0;
        record_input_set(input, "stage", value_int(stage));
        record_input_set(input, "due_days", value_int(task->days));
        record_input_set(input, "required", value_bool(task->required));
        TRY(put(call, input, "title", task->title));
        TRY(put(call, input, "type", task->type));
        return record_create(call, input, &writing, &id);
}

static Status create_stage(Call *call, const DemoMode *mode, int at, int64_t mode_id) {
        const DemoStage *stage = &mode->stages[at];
        RecordInput *input = record_input_new(call->context->arena, catalog_get(call->catalog, "sales_stage"));
        int64_t id = 0;
        Decimal probability = {0};
        record_input_set(input, "mode", value_int(mode_id));
        record_input_set(input, "order", value_int((at + 1) * 10));
        if (decimal_parse(str_from(stage->probability), &probability))
                record_input_set(input, "probability", value_number(probability));
        if (stage->max_days)
                record_input_set(input, "max_days", value_int(stage->max_days));
        if (stage->required)
                record_input_set(input, "required_fields", value_text(str_from(stage->required)));
        TRY(put(call, input, "key", stage->key));
        TRY(put(call, input, "label", stage->label));
        TRY(put(call, input, "outcome", stage->outcome));
        TRY(put(call, input, "exit_criteria", stage->criteria));
        TRY(put(call, input, "exit_message", stage->message));
        TRY(put(call, input, "guidance", stage->guidance));
        TRY(record_create(call, input, &writing, &id));
        for (int i = 0; i < mode->tasks_count; i++)
                if (strcmp(mode->tasks[i].stage, stage->key) == 0)
                        TRY(create_task(call, &mode->tasks[i], id));
        return STATUS_OK;
}

static Status create_mode(Call *call, const Demo *demo, const DemoMode *mode) {
        RecordInput *input = record_input_new(call->context->arena, catalog_get(call->catalog, "sales_mode"));
        Buf departments = buf_make(call->context->arena, 256);
        int64_t id = 0;
        for (int i = 0; i < mode->departments_count; i++)
                buf_format(&departments, "%s\"%lld\"", i ? "," : "[", (long long)demo->departments[mode->departments[i]]);
        buf_lit(&departments, "]");
        record_input_set(input, "departments", value_text(buf_str(&departments)));
        record_input_set(input, "lost_category", value_bool(mode->category));
        TRY(put(call, input, "name", mode->name));
        TRY(put(call, input, "remark", mode->remark));
        TRY(record_create(call, input, &writing, &id));
        for (int i = 0; i < mode->stages_count; i++)
                TRY(create_stage(call, mode, i, id));
        return STATUS_OK;
}

static Status step(Call *call, void *arg) {
        for (int i = 0; i < COUNT(modes); i++)
                TRY(create_mode(call, arg, &modes[i]));
        return STATUS_OK;
}

Status demo_process_create(Demo *demo) {
        return work_write(demo->context, demo->org, STR("demo"), step, demo);
}

static Status order_risk(Call *call, void *arg) {
        (void)arg;
        return risk_order(call);
}

Status demo_risk(Demo *demo) {
        return work_write(demo->context, demo->org, STR("system"), order_risk, NULL);
}
