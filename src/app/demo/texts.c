// What people of the demo company write: follow-ups, requirements, task titles, reasons.
#include "app/demo/demo.h"

static const char *const call_openings[] = {"和%s通了电话，", "%s来电，", "电话里%s说，", "打给%s，", "与%s电话沟通，"};
static const char *const visit_openings[] = {"拜访%s，", "到现场见了%s，", "去厂里，%s带着看了泵房，", "和%s在会议室谈了一小时，", "陪售前一起拜访%s，"};
static const char *const meeting_openings[] = {"和%s开方案评审会，", "技术交流会，%s主持，", "线上会议，%s和设备部参加，", "商务谈判第二轮，%s出席，"};
static const char *const email_openings[] = {"给%s发了邮件，", "%s回信，", "按%s要求补发资料，"};
static const char *const wechat_openings[] = {"微信上%s说，", "%s微信发来现场照片，", "和%s微信确认，"};
static const char *const note_openings[] = {"从%s处了解到，", "内部记录，%s透露，", "整理%s的需求，"};
static const char *const subjects[] = {
        "确认了%s的流量和扬程参数，选型没有问题", "%s的预算已报到集团，月底有结果", "总包要等图纸冻结，%s的数量可能再加两台", "对比了两家报价，%s我们高约 5%%", "质保想从 12 个月改到 24 个月，%s其余条款无异议",
        "现用设备漏油，愿意先试一台%s", "付款方式希望 3-6-1，%s价格可以不动", "停车检修窗口定在下月中旬，%s要提前一周到货", "采购流程改为线上招标，%s单独成包", "送去的%s样品已装机，运行平稳",
        "%s库存不多，想签年度框架", "对手上周来做过技术交流，主推同规格的%s", "偏差表还差密封等级一项，%s材质要改双相钢", "希望%s带振动监测，能接进他们的平台", "设计院把%s写进了推荐品牌",
        "业绩表和资质已看过，%s可以入围", "%s的能效数据要第三方报告", "领导班子调整，%s项目节奏会慢一些", "想了解%s在同行业的应用案例", "提出%s分两批交货，第二批明年一季度",
        "现场泵房空间紧张，%s要改立式", "%s的到货验收已完成，没有遗留问题", "反馈%s噪声偏大，需要售后到场测一次", "同意按原价续签%s，数量比去年多两成", "问到%s的节能改造测算，愿意提供运行数据",
        "环评还没批下来，%s采购要往后放", "扩产二期立项，%s大约需要十二台", "%s的技术协议已会签", "招标文件下周挂网，%s限价比预期低", "对%s的交期有顾虑，要求写进违约条款",
};
static const char *const nexts[] = {
        "约好周内再过一遍技术协议。", "下周发修订后的报价。", "请售前准备选型样本。", "等对方内部会议后回复。", "安排到现场看一次。", "把业绩表和资质一起寄过去。", "先把偏差表确认掉。", "下次带上同行业案例。",
        "争取月底前定下来。", "需要领导出面见一次决策人。", "已记入商机，更新预计签约日。", "继续保持每两周联系一次。", "请财务确认账期。", "", "",
};
static const char *const needs[] = {"老线改造", "新建装置配套", "二期扩产", "停车检修更换", "污水站提标", "循环水系统节能", "罐区自控升级", "备件年度框架", "消防泵房改造", "纯水车间新建"};
static const char *const deal_subjects[] = {
        "循环水泵改造", "罐区阀门更新", "原料输送泵采购", "污水提升泵站", "纯水系统配套", "年度备件框架", "停车检修备件", "新建装置机泵包", "计量泵替换", "安全阀校验更换", "消防泵房改造", "锅炉给水泵采购", "真空系统改造",
        "调节阀国产替代", "提标改造设备", "扩产项目机泵", "进口泵国产替代", "智能泵站示范", "二期装置阀门", "供水机组更新", "加药系统", "泵组状态监测", "巡检服务合同", "冷却塔循环泵", "卸车鹤管配套泵",
};
static const char *const lost_reasons[] = {"价格高于对手约 8%", "付款条件谈不拢", "项目取消", "预算推迟到明年", "业主指定了进口品牌", "交期赶不上停车窗口", "技术偏差项未通过", "对手与总包有框架协议", "客户改为内部调剂旧设备", "资质业绩不足"};
static const char *const reject_reasons[] = {"电话多次无人接听", "没有采购计划", "只是咨询资料", "预算过低", "同行询价", "重复线索", "不在供货范围", "公司已注销"};
static const char *const task_titles[] = {"回访 %s 的使用情况", "给 %s 发修订报价", "给 %s 寄样本与资质", "跟进 %s 图纸冻结时间", "准备 %s 技术交流材料", "催 %s 确认偏差表", "安排 %s 来厂参观", "更新 %s 的预计签约日", "与 %s 对账并催款", "约 %s 的决策人见面", "核对 %s 的交货清单"};

typedef struct Openings {
        const char *type;
        const char *const *list;
        int count;
} Openings;

#define OPENINGS(type, list) {type, list, (int)(sizeof(list) / sizeof *(list))}
static const Openings openings[] = {
        OPENINGS("call", call_openings), OPENINGS("visit", visit_openings), OPENINGS("meeting", meeting_openings), OPENINGS("email", email_openings), OPENINGS("wechat", wechat_openings), OPENINGS("note", note_openings),
};

Str demo_activity_text(Chance *chance, Arena *arena, Str type, Str contact, Str product) {
        const Openings *found = &openings[0];
        for (size_t i = 0; i < sizeof openings / sizeof *openings; i++)
                if (str_is(type, openings[i].type))
                        found = &openings[i];
        const char *subject = chance_pick(chance, subjects), *opening = found->list[chance_below(chance, found->count)], *next = chance_pick(chance, nexts);
        Str head = str_format(arena, opening, str_empty(contact) ? "对方" : contact.data), body = str_format(arena, subject, product.data);
        return str_format(arena, STR_FMT STR_FMT "。%s", STR_ARG(head), STR_ARG(body), next);
}

Str demo_requirement(Chance *chance, Arena *arena, Str product) {
        const char *need = chance_pick(chance, needs);
        return str_format(arena, "%s，需要%s %d 台，希望 %d 周内到货，请给选型和报价。", need, product.data, chance_between(chance, 1, 24), chance_between(chance, 3, 16));
}

Str demo_task_title(Chance *chance, Arena *arena, Str customer) {
        return str_format(arena, chance_pick(chance, task_titles), customer.data);
}

const char *demo_deal_subject(Chance *chance) {
        return chance_pick(chance, deal_subjects);
}

const char *demo_lost_reason(Chance *chance) {
        return chance_pick(chance, lost_reasons);
}

const char *demo_reject_reason(Chance *chance) {
        return chance_pick(chance, reject_reasons);
}
