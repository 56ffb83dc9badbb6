// Cards and signatures as people paste them, and what each is to say.
#include "objects/lead/card.h"
#include "base/unicode.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <time.h>
#include <cmocka.h>

// name, company, position, mobile, phone, e-mail, WeChat, website, address as province/city/district/detail; NULL: not on it
typedef struct Sample { const char *text, *name, *company, *position, *mobile, *phone, *email, *wechat, *website, *address; } Sample;

static const Sample samples[] = {
        {"张伟\n销售总监\n浙江海川科技有限公司\n手机：138 0013 8000\n电话：0571-8888 6666\n邮箱：zhangwei@haichuan.com.cn\n地址：浙江省杭州市滨江区江南大道588号恒鑫大厦12楼\n网址：www.haichuan.com.cn", "张伟", "浙江海川科技有限公司", "销售总监", "13800138000", "057188886666",
         "zhangwei@haichuan.com.cn", NULL, "www.haichuan.com.cn", "浙江省/杭州市/滨江区/江南大道588号恒鑫大厦12楼"},
        {"李 娜  总经理\n上海远航物流股份有限公司\n上海市浦东新区张江高科技园区博云路2号\nTel: 021-58888888-801\nMob: +86 139 1234 5678\nE-mail: lina@yuanhang.cn", "李娜", "上海远航物流股份有限公司", "总经理", "13912345678", "02158888888x801", "lina@yuanhang.cn", NULL, NULL,
         "上海市/市辖区/浦东新区/张江高科技园区博云路2号"},
        {"姓名：王强\n公司：北京中科智造有限责任公司\n职务：采购部经理\n手机:13700001111\n微信：wangqiang_77", "王强", "北京中科智造有限责任公司", "采购部经理", "13700001111", NULL, NULL, "wangqiang_77", NULL, NULL},
        {"欧阳明月 | 市场部 | 市场总监\n广州市天河区体育西路103号维多利广场A座2001\n400-820-8820\nouyang.my@gz-media.com\n广州新锐传媒集团", "欧阳明月", "广州新锐传媒集团", "市场总监", NULL, "4008208820", "ouyang.my@gz-media.com", NULL, NULL, "广东省/广州市/天河区/体育西路103号维多利广场A座2001"},
        {"联系人：陈晓东 电话：13612345678（微信同号）", "陈晓东", NULL, NULL, "13612345678", NULL, NULL, "13612345678", NULL, NULL},
        {"你好，我是苏州恒力机械有限公司的采购，想了解一下你们的产品，我的电话是18912345678", NULL, "苏州恒力机械有限公司", NULL, "18912345678", NULL, NULL, NULL, NULL, NULL},
        {"赵敏\nSales Manager\nShenzhen Bright Electronics Co., Ltd.\nM: 186-8888-0000\nE: zhaomin@bright-elec.com\nW: https://www.bright-elec.com/cn", "赵敏", "Shenzhen Bright Electronics Co., Ltd.", "Sales Manager", "18688880000", NULL, "zhaomin@bright-elec.com", NULL, "https://www.bright-elec.com/cn", NULL},
        {"David L. Chen\nVice President, Asia\nNorthwind Traders Inc.\n+1 415 555 0132\ndavid.chen@northwind.com", "David L. Chen", "Northwind Traders Inc.", "Vice President, Asia", NULL, "+14155550132", "david.chen@northwind.com", NULL, NULL, NULL},
        {"孙丽（财务主管）\n南京江宁区秣周东路12号\n南京紫金软件有限公司\n025-52123456 转 8012", "孙丽", "南京紫金软件有限公司", "财务主管", NULL, "02552123456x8012", NULL, NULL, NULL, "江苏省/南京市/江宁区/秣周东路12号"},
        {"刘洋高级工程师\n西安电子科技大学\n陕西省西安市雁塔区太白南路2号\n15829001234", "刘洋", "西安电子科技大学", "高级工程师", "15829001234", NULL, NULL, NULL, NULL, "陕西省/西安市/雁塔区/太白南路2号"},
        {"公司名称：宁波甬江国际贸易有限公司\n地 址：宁波市鄞州区天童南路666号\n联 系 人：周杰\n电 话：0574-87654321\n传 真：0574-87654322\n手 机：13957412345", "周杰", "宁波甬江国际贸易有限公司", NULL, "13957412345", "057487654321", NULL, NULL, NULL, "浙江省/宁波市/鄞州区/天童南路666号"},
        {"海川（上海）信息科技有限公司\n吴磊 项目经理\n手机：（+86）15000012345", "吴磊", "海川（上海）信息科技有限公司", "项目经理", "15000012345", NULL, NULL, NULL, NULL, NULL},
        {"--\n郑爽\n人力资源部\n成都天府云计算有限公司\n地址：四川省成都市高新区天府大道北段1700号\nTEL：028-61234567 | FAX：028-61234568\nMAIL：zhengs@tfcloud.com", "郑爽", "成都天府云计算有限公司", NULL, NULL, "02861234567", "zhengs@tfcloud.com", NULL, NULL, "四川省/成都市//高新区天府大道北段1700号"},
        {"董事长 马国栋\n山东泰山重工集团有限公司\n济南市历下区经十路1号\n0086-531-82001234", "马国栋", "山东泰山重工集团有限公司", "董事长", NULL, "053182001234", NULL, NULL, NULL, "山东省/济南市/历下区/经十路1号"},
        {"客户是张总，13311112222，青岛海之蓝食品有限公司", "张总", "青岛海之蓝食品有限公司", NULL, "13311112222", NULL, NULL, NULL, NULL, NULL},
        {"黄志强\t技术总监\t武汉光谷激光设备有限公司\t13871234567\thuangzq@ggjg.com", "黄志强", "武汉光谷激光设备有限公司", "技术总监", "13871234567", NULL, "huangzq@ggjg.com", NULL, NULL, NULL},
        {"徐静蕾，创始人兼CEO，杭州小满文化创意有限公司，微信号：xiaoman2020，手机17700001234", "徐静蕾", "杭州小满文化创意有限公司", "创始人兼CEO", "17700001234", NULL, NULL, "xiaoman2020", NULL, NULL},
        {"姓名: Wei Zhang\nTitle: Purchasing Director\nCompany: ACME Tools GmbH\nPhone: +49 89 1234567\nEmail: wei.zhang@acme-tools.de\nAddress: Leopold Street 12, Munich", "Wei Zhang", "ACME Tools GmbH", "Purchasing Director", NULL, "+49891234567", "wei.zhang@acme-tools.de", NULL, NULL, "///Leopold Street 12, Munich"},
        {"何平\n副总裁 / 华南区总经理\n深圳市前海开源资产管理有限公司\n深圳市南山区科苑路15号科兴科学园B座\n0755-86001234", "何平", "深圳市前海开源资产管理有限公司", NULL, NULL, "075586001234", NULL, NULL, NULL, "广东省/深圳市/南山区/科苑路15号科兴科学园B座"},
        {"高圆圆，重庆市渝中区解放碑民权路28号英利国际金融中心，023-63001234，重庆英利会展有限公司", "高圆圆", "重庆英利会展有限公司", NULL, NULL, "02363001234", NULL, NULL, NULL, "重庆市/市辖区/渝中区/解放碑民权路28号英利国际金融中心"},
        {"林峰｜区域销售经理\n厦门金龙客车制造厂\nｌｉｎｆｅｎｇ＠ｊｉｎｌｏｎｇ．ｃｏｍ\n１３６００００１２３４", "林峰", "厦门金龙客车制造厂", "区域销售经理", "13600001234", NULL, "linfeng@jinlong.com", NULL, NULL, NULL},
        {"发件人：沈腾 <shenteng@kaixin.com>\n\n此致\n沈腾\n开心传媒（北京）有限公司 商务主管\n北京市朝阳区酒仙桥路10号\n电话 010-64331234 手机 18511112222", "沈腾", "开心传媒（北京）有限公司", "商务主管", "18511112222", "01064331234", "shenteng@kaixin.com", NULL, NULL, "北京市/市辖区/朝阳区/酒仙桥路10号"},
        {"统一社会信用代码：91330100MA27XYZ12K\n杭州海川科技有限公司\n邮编：310051\nQQ：12345678\n联系电话：13800138001", NULL, "杭州海川科技有限公司", NULL, "13800138001", NULL, NULL, NULL, NULL, NULL},
        {"唐 嫣\n品牌经理\n长沙芒果文化发展有限公司\nMobile/WeChat: 13973112345\n湖南省长沙市开福区金鹰影视文化城", "唐嫣", "长沙芒果文化发展有限公司", "品牌经理", "13973112345", NULL, NULL, "13973112345", NULL, "湖南省/长沙市/开福区/金鹰影视文化城"},
        {"韩雪 主任医师 复旦大学附属华山医院 上海市静安区乌鲁木齐中路12号 021-52889999", "韩雪", "复旦大学附属华山医院", "主任医师", NULL, "02152889999", NULL, NULL, NULL, "上海市/市辖区/静安区/乌鲁木齐中路12号"},
        {"广西壮族自治区南宁市青秀区民族大道136号 覃小明 13877112345", "覃小明", NULL, NULL, "13877112345", NULL, NULL, NULL, NULL, "广西壮族自治区/南宁市/青秀区/民族大道136号"},
        {"单位：中国建筑第八工程局有限公司\n岗位：物资部副部长\n姓名：程功\n手机：13500008888 / 13500009999", "程功", "中国建筑第八工程局有限公司", "物资部副部长", "13500008888", NULL, NULL, NULL, NULL, NULL},
        {"曹操\n昆山华硕电子零件厂 采购主管\n江苏昆山市长江南路88号\n86-512-57001234", "曹操", "昆山华硕电子零件厂", "采购主管", NULL, "051257001234", NULL, NULL, NULL, "江苏省/苏州市/昆山市/长江南路88号"},
};

static bool check(const Card *card, const Sample *sample, CardField field, const char *wanted) {
        const CardItem *item = card_find(card, field);
        bool same = wanted ? item && str_is(item->value, wanted) : !item;
        if (!same)
                print_error("%s of\n%s\nis \"" STR_FMT "\", not \"%s\"\n", card_field_name(field), sample->text, STR_ARG(item ? item->value : STR_NONE), wanted ? wanted : "");
        return same;
}

static bool check_address(const Card *card, const Sample *sample, Arena *arena) {
        const CardItem *item = card_find(card, CARD_ADDRESS);
        CardAddress address = {0};
        if (item)
                card_address(card->text.places, item->value, &address);
        Str text = item ? str_format(arena, STR_FMT "/" STR_FMT "/" STR_FMT "/" STR_FMT, STR_ARG(address.province), STR_ARG(address.city), STR_ARG(address.district), STR_ARG(address.detail)) : STR_NONE;
        bool same = str_is(text, sample->address ? sample->address : "");
        if (!same)
                print_error("address of\n%s\nis \"" STR_FMT "\", not \"%s\"\n", sample->text, STR_ARG(text), sample->address ? sample->address : "");
        return same;
}

static void reads(void **state) {
        bool good = true;
        (void)state;
        for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
                ARENA_CLEANUP Arena *arena = arena_new(0);
                const Sample *sample = &samples[i];
                Card *card = arena_new_of(arena, Card);
                card_read(arena, str_from(sample->text), card);
                good &= check(card, sample, CARD_NAME, sample->name);
                good &= check(card, sample, CARD_COMPANY, sample->company);
                if (sample->position)
                        good &= check(card, sample, CARD_POSITION, sample->position);
                good &= check(card, sample, CARD_MOBILE, sample->mobile);
                good &= check(card, sample, CARD_PHONE, sample->phone);
                good &= check(card, sample, CARD_EMAIL, sample->email);
                good &= check(card, sample, CARD_WECHAT, sample->wechat);
                good &= check(card, sample, CARD_WEBSITE, sample->website);
                good &= check_address(card, sample, arena);
        }
        assert_true(good);
}

// Each value stands in the text where it is said to.
static void places(void **state) {
        (void)state;
        for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
                ARENA_CLEANUP Arena *arena = arena_new(0);
                Card *card = arena_new_of(arena, Card);
                card_read(arena, str_from(samples[i].text), card);
                for (size_t k = 0; k < card->count; k++) {
                        const CardItem *item = &card->items[k];
                        assert_true(item->from < item->to && item->to <= card->text.count);
                        assert_true(k == 0 || item->from >= card->items[k - 1].from);
                }
        }
}

// Whatever it is made of, a text of the largest size is read in a moment.
static void bounded(void **state) {
        static const char *const parts[] = {"1", "13", "a@", "@", "a.", "微信", "张", "张伟", "公司", "(", "（公司", "浙江省", "路", "地址：", "A B ", "138 ", "+86", "www.", "\n", ",", " ", "0571-8888-", "有限公司张伟销售总监浙江省杭州市江南大道"};
        (void)state;
        for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
                ARENA_CLEANUP Arena *arena = arena_new(0);
                Buf buf = buf_make(arena, CARD_BYTES_MOST * 2);
                Card *card = arena_new_of(arena, Card);
                while (buf.len < CARD_BYTES_MOST)
                        buf_add(&buf, str_from(parts[i]));
                struct timespec begun, ended;
                clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &begun);
                card_read(arena, buf_str(&buf), card);
                clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ended);
                double ms = (double)(ended.tv_sec - begun.tv_sec) * 1e3 + (double)(ended.tv_nsec - begun.tv_nsec) / 1e6;
                if (ms > 1500)
                        fail_msg("20 KB of \"%s\" took %.0f ms", parts[i], ms);
        }
}

int main(void) {
        Context context;
        ARENA_CLEANUP Arena *arena = arena_new(0);
        context_init(&context, arena, LANG_EN, 0);
        if (unicode_start(&context) != STATUS_OK)
                return 1;
        const struct CMUnitTest tests[] = {cmocka_unit_test(reads), cmocka_unit_test(places), cmocka_unit_test(bounded)};
        return cmocka_run_group_tests(tests, NULL, NULL);
}
