// The words that bench/fill.c makes companies and follow-ups of. 科技 is in half of the names, 鲲鹏 in fifty.
#pragma once

static const char *const words_regions[] = {"北京", "上海", "广州", "深圳", "杭州", "南京", "苏州", "成都", "武汉", "西安", "重庆", "天津", "青岛", "厦门", "长沙",
                                            "郑州", "合肥", "宁波", "无锡", "济南", "福州", "昆明", "沈阳", "大连", "佛山", "东莞", "南昌", "贵阳", "太原", "兰州"};
static const char *const words_brand[] = {"华", "宇", "恒", "信", "达", "通", "瑞", "丰", "安", "泰", "金", "鼎", "盛", "世", "联", "创", "新", "源", "海", "天",
                                          "诚", "正", "德", "康", "美", "佳", "乐", "远", "航", "博", "雅", "腾", "飞", "龙", "祥", "和", "顺", "昌", "隆", "兴",
                                          "旺", "光", "明", "启", "智", "慧", "云", "星", "辰", "东", "方", "元", "鑫", "立", "卓", "越", "凯", "利", "永", "晟"};
static const char *const words_trades[] = {"贸易", "机械", "电子", "能源", "建材", "环保", "医疗", "食品", "物流", "化工", "软件", "网络", "仪器", "自动化", "新材料", "装备"};
static const char *const words_forms[] = {"有限公司", "有限公司", "有限公司", "股份有限公司", "集团有限公司"};
static const char *const words_types[] = {"end_user", "end_user", "design_institute", "integrator", "partner", "other"};
static const char *const words_levels[] = {"A", "B", "B", "C", "C", "C", "D"};
static const char *const words_industries[] = {"C", "D", "E", "F", "G", "I", "J", "M", "N", "P", "Q"};
static const char *const words_sources[] = {"website", "referral", "exhibition", "phone", "advertising", "wecom", "partner", "other"};
static const char *const words_stages[] = {"initial", "qualified", "proposal", "negotiation", "won", "lost"};
static const char *const words_activities[] = {"call", "visit", "meeting", "email", "wechat"};
static const char *const words_remarks[] = {"电话沟通了需求", "客户对价格还有疑问", "约了下周上门演示", "已经发送技术方案", "采购部要求重新报价", "项目推迟到下个季度",
                                            "见到了总工程师", "竞争对手也在接触", "合同条款基本确认", "等待客户内部审批"};
