// Names, numbers and addresses of the demo company's invented customers.
#include "app/demo/demo.h"
#include "base/pinyin.h"
#include "base/unicode.h"

static const char *const surnames[] = {
        "王", "李", "张", "刘", "陈", "杨", "黄", "赵", "吴", "周", "徐", "孙", "马", "朱", "胡", "郭", "何", "高", "林", "罗", "郑", "梁", "谢", "宋", "唐", "许", "韩", "冯", "邓", "曹", "彭", "曾", "肖", "田", "董", "袁",
        "潘", "于", "蒋", "蔡", "余", "杜", "叶", "程", "苏", "魏", "吕", "丁", "任", "沈", "姚", "卢", "姜", "崔", "钟", "谭", "陆", "汪", "范", "金", "石", "廖", "贾", "夏", "韦", "傅", "方", "白", "邹", "孟", "熊", "秦",
        "邱", "江", "尹", "薛", "阎", "段", "雷", "侯", "龙", "史", "陶", "黎", "贺", "顾", "毛", "郝", "龚", "邵", "万", "钱", "严", "武", "戴", "莫", "孔", "向", "汤", "欧阳", "司马", "上官", "单", "曲",
};
static const char *const male_names[] = {
        "志强", "建国", "伟", "国栋", "文博", "俊杰", "海涛", "永康", "振华", "立新", "明辉", "少军", "卫东", "宏伟", "晓峰", "家豪", "思远", "子轩", "浩然", "承志", "景行", "启明", "培元", "绍辉", "德胜", "兴旺", "光远", "文涛",
        "鹏程", "志勇", "云飞", "泽宇", "一帆", "嘉诚", "楚生", "怀瑾", "守正", "长青", "广生", "钧", "磊", "刚", "毅", "峰", "超", "斌", "鑫", "坤", "凯", "旭东", "春生", "学文", "维民", "安邦", "克俭", "仲良",
};
static const char *const female_names[] = {
        "雅静", "慧敏", "晓燕", "丽华", "婷婷", "雪梅", "佳怡", "思颖", "玉兰", "秀英", "文静", "梦瑶", "欣然", "诗涵", "若兰", "美玲", "红霞", "春燕", "晨曦", "可心", "书瑶", "静宜", "琳", "敏", "芳", "洁", "颖", "倩", "莉", "蓉", "薇",
        "岚", "青", "瑾", "晚晴", "知夏", "清欢", "语桐", "念慈", "安宁",
};
static const char *const brand_heads[] = {
        "宏", "瑞", "明", "青", "沧", "启", "天", "云", "东", "恒", "鼎", "嘉", "锦", "晟", "泽", "翰", "景", "岳", "鹏", "澜", "霖", "禹", "衡", "钧", "朗", "拓", "骏", "盛", "远", "信", "润", "昊", "凌", "卓", "弘", "裕", "锐", "祥", "熙", "亿",
        "扬", "华", "长", "新", "金", "正", "中", "百", "博", "诚", "联", "丰", "众", "海", "江", "南", "北", "西", "辰", "星",
};
static const char *const brand_tails[] = {
        "岱", "川", "禾", "衡", "岸", "闻", "岚", "麂", "岭", "洲", "湾", "序", "鸣", "溪", "淼", "洋", "垚", "矽", "钛", "驰", "骐", "岑", "嵘", "峪", "垣", "桐", "楠", "檀", "榆", "柘", "汐", "沅", "渝", "湛", "漳", "潞", "澄", "瀚", "炜", "烁", "焱", "煜",
        "琅", "璟", "瑾", "珩", "砺", "硕", "磐", "秉", "程", "翎", "芮", "苒", "荔", "蔚", "蕴", "谦", "轩", "辕", "逸", "邦", "郢", "钊", "铎", "铭", "锴", "隆", "霁", "韬", "颐", "驭", "魁",
};
static const char *const mobile_ranges[] = {"154", "160", "161", "163", "164", "168", "169", "179"};
static const char *const roads[] = {"兴业", "创新", "工业", "滨江", "科创", "迎宾", "新港", "望海", "东湖", "金桥", "银河", "朝阳", "和平", "振兴", "长江", "黄河", "钱江", "太湖", "龙腾", "凤栖", "安康", "文昌", "通达", "富源", "双创"};
static const char *const road_kinds[] = {"路", "大道", "中路", "东路", "西路", "街"};

Str demo_person_name(Chance *chance, Arena *arena, bool *ret_female) {
        *ret_female = chance_hit(chance, 38);
        const char *surname = chance_pick(chance, surnames);
        const char *given = *ret_female ? chance_pick(chance, female_names) : chance_pick(chance, male_names);
        return str_format(arena, "%s%s", surname, given);
}

Str demo_brand(Chance *chance, Arena *arena) {
        const char *head = chance_pick(chance, brand_heads);
        return str_format(arena, "%s%s", head, chance_pick(chance, brand_tails));
}

Str demo_pinyin(Arena *arena, Str text) {
        Buf buf = buf_make(arena, 200);
        for (size_t at = 0; at < text.len;)
                buf_format(&buf, "%s", pinyin_of(utf8_next(text, &at)).letters);
        return buf_str(&buf);
}

Str demo_mobile(Chance *chance, Arena *arena) {
        const char *range = chance_pick(chance, mobile_ranges);
        return str_format(arena, "%s%08d", range, chance_below(chance, 100000000));
}

Str demo_telephone(Chance *chance, Arena *arena, const DemoCity *city) {
        return str_format(arena, "%s-1%07d", city->code, chance_below(chance, 10000000));
}

Str demo_address(Chance *chance, Arena *arena, const DemoCity *city) {
        const char *district = city->districts[chance_below(chance, 4)], *road = chance_pick(chance, roads);
        const char *kind = chance_pick(chance, road_kinds);
        return str_format(arena, "%s/%s/%s/%s%s %d 号", city->province, city->city, district, road, kind, chance_between(chance, 1, 1999));
}

static void add_degrees(Buf *buf, int ten_thousandths) {
        buf_format(buf, "%d.%04d", ten_thousandths / 10000, ten_thousandths % 10000);
}

Str demo_position(Chance *chance, Arena *arena, const DemoCity *city) {
        Buf buf = buf_make(arena, 64);
        add_degrees(&buf, city->lat + chance_between(chance, -2200, 2200));
        buf_add_char(&buf, ',');
        add_degrees(&buf, city->lng + chance_between(chance, -2600, 2600));
        return buf_str(&buf);
}

// Like one, with a check digit that is none: "91" for companies, a district that does not exist, nine characters of the organisation.
Str demo_credit_code(Chance *chance, Arena *arena) {
        static const char letters[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";
        char code[19] = "91000000";
        for (int i = 8; i < 18; i++)
                code[i] = letters[chance_below(chance, (int)sizeof letters - 1)];
        return str_copy(arena, str_make(code, 18));
}

int demo_city_named(const char *city) {
        for (int i = 0; i < demo_cities_count; i++)
                if (strcmp(demo_cities[i].city, city) == 0)
                        return i;
        ensure(false);
}

int demo_city_in(Chance *chance, int territory) {
        int city;
        do {
                city = chance_below(chance, demo_cities_count);
        } while (demo_cities[city].territory != territory);
        return city;
}
