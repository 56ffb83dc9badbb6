// Reading a card: what says what it is by a label before it, what by its form, and the rest by what kind of words it is made of.
#include "objects/lead/card.h"
#include "base/buf.h"
#include <stdlib.h>

#define PIECE_MOST 60 // characters of a name, a company or a position
#define COUNT(list) (sizeof(list) / sizeof *(list))

static const char *const field_names[CARD_FIELDS] = {"name", "company", "position", "mobile", "phone", "fax", "email", "wechat", "website", "address"};

const char *card_field_name(CardField field) {
        return field_names[field];
}

const CardItem *card_find(const Card *card, CardField field) {
        const CardItem *found = NULL;
        for (size_t i = 0; i < card->count; i++)
                if (card->items[i].field == field && (!found || card->items[i].from < found->from))
                        found = &card->items[i];
        return found;
}

// ---- Words

static const char *const company_ends[] = {"公司", "集团", "厂", "研究院", "研究所", "设计院", "大学", "学院", "医院", "银行", "事务所", "工作室", "合作社", "商行", "酒店", "经营部", "商会", "协会", "委员会", "管理局", "中学", "小学", "科技园"};
static const char *const company_words[] = {"co.,", "co. ltd", "co ltd", "co.ltd", "ltd.", "ltd", "limited", "inc.", "inc", "llc", "gmbh", "corporation", "corp.", "corp", "company", "group", "technologies", "holdings", "s.a.", "ag", "university", "institute"};
static const char *const position_words[] = {
        "总经理", "副总经理", "总裁", "副总裁", "董事长", "董事", "总监", "经理", "主管", "主任", "工程师", "专员", "助理", "顾问", "代表", "部长", "处长", "科长", "院长", "校长", "所长", "局长", "厂长", "教授", "秘书", "会计", "出纳", "律师",
        "合伙人", "创始人", "负责人", "采购员", "业务员", "销售员", "销售", "采购", "研究员", "设计师", "架构师", "分析师", "店长", "组长", "班长", "队长", "讲师", "医生", "医师", "法人", "书记", "总工", "首席", "专家", "客服", "运营", "产品经理", "项目经理", "技术员", "文员", "行政", "人事",
};
static const char *const position_latin[] = {"manager", "director", "engineer", "president", "officer", "ceo", "cto", "cfo", "coo", "cmo", "cio", "vp", "chief", "head of", "sales", "assistant", "consultant", "representative", "supervisor", "founder", "partner", "analyst", "buyer", "purchaser", "secretary", "specialist", "lead", "executive", "architect", "designer", "marketing", "accountant", "professor"};
static const char *const department_ends[] = {"部", "事业部", "中心", "科", "处", "室", "组", "department", "dept.", "dept", "division", "center"};
static const char *const road_words[] = {"路", "街", "道", "号", "弄", "巷", "村", "镇", "园区", "大厦", "广场", "楼", "室", "区", "县", "开发区", "工业园", "产业园", "科技园", "座", "栋", "幢", "层"};
static const char *const road_latin[] = {"road", "rd.", "rd,", "street", "st.", "avenue", "ave", "building", "floor", "district", "room", "no.", "plaza", "tower", "park", "zone"};
static const char *const surnames = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌马苗凤花方俞任袁柳鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮卞齐康伍余元卜顾孟平黄和穆萧尹姚邵湛汪祁毛禹狄米贝明臧计伏成戴谈宋茅庞熊纪舒屈项祝董梁杜阮蓝闵席季麻强贾路娄危江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞万支柯昝管卢莫经房裘缪干解应宗丁宣邓郁单杭洪包诸左石崔吉龚程嵇邢滑裴陆荣翁荀羊甄曲封芮储靳汲松井段富巫乌焦巴弓牧隗山谷车侯全班仰秋仲伊宫宁仇栾甘厉戎祖武符刘景詹束龙叶幸司韶黎薄印宿白怀蒲鄂索咸籍赖卓蔺屠蒙池乔阴胥能苍双闻党翟谭贡劳逄姬申扶堵冉宰雍桑桂濮牛寿通边扈燕冀浦尚农温别庄晏柴瞿阎充慕连茹习宦艾鱼容向古易慎戈廖庾终暨居衡步都耿满弘匡国文寇广东欧利师巩聂关荆游肖覃闫佟岳商丘代";
static const char *const two_surnames[] = {"欧阳", "司马", "上官", "诸葛", "慕容", "司徒", "夏侯", "皇甫", "尉迟", "公孙", "令狐", "宇文", "长孙", "东方", "独孤", "端木", "南宫"};
static const char *const position_heads[] = {"高级", "资深", "副", "总经理", "总裁", "总监", "总工", "销售", "市场", "采购", "项目", "产品", "技术", "财务", "人事", "人力", "行政", "区域", "大区", "首席", "研发", "工程", "商务", "客户", "运营", "品牌", "助理", "董事", "主任", "主管", "经理", "部门", "业务", "渠道", "质量", "生产", "供应链", "法务", "创始", "联合"};
static const char *const lead_ins[] = {"我们是", "我叫", "我是", "这里是", "客户是", "联系人是", "来自", "就职于", "任职于", "找"};
static const char *const forms_of_address[] = {"先生", "女士", "小姐", "老师", "经理", "总", "工", "主任", "总监", "老板", "博士", "教授"};

static size_t find_word(const CardText *text, size_t from, size_t to, const char *const *words, size_t count, size_t *ret_end) {
        for (size_t at = from; at < to; at++)
                for (size_t i = 0; i < count; i++) {
                        size_t length = card_match(text, at, words[i]);
                        if (length && at + length <= to) {
                                *ret_end = at + length;
                                return at;
                        }
                }
        return to;
}

// A Latin word stands by itself.
static bool has_latin(const CardText *text, size_t from, size_t to, const char *const *words, size_t count) {
        for (size_t at = from; at < to; at++) {
                if (at > from && card_is_letter(text->items[at - 1]))
                        continue;
                for (size_t i = 0; i < count; i++) {
                        size_t end = at + card_match(text, at, words[i]);
                        if (end > at && end <= to && !(end < to && card_is_letter(text->items[end])))
                                return true;
                }
        }
        return false;
}

static bool ends_with(const CardText *text, size_t from, size_t to, const char *const *words, size_t count) {
        for (size_t at = from; at < to; at++)
                for (size_t i = 0; i < count; i++) {
                        size_t length = card_match(text, at, words[i]);
                        if (length && at + length == to)
                                return true;
                }
        return false;
}

static size_t han_in(const CardText *text, size_t from, size_t to) {
        size_t count = 0;
        for (size_t i = from; i < to; i++)
                count += card_is_han(text->items[i]);
        return count;
}

// ---- Names of people

static size_t surname_at(const CardText *text, size_t at) {
        for (size_t i = 0; i < COUNT(two_surnames); i++)
                if (card_match(text, at, two_surnames[i]))
                        return 2;
        Str one = card_slice(text, at, at + 1);
        return card_is_han(text->items[at]) && str_find(str_from(surnames), one) >= 0 ? 1 : 0;
}

// "张伟", "欧阳 明月"; the blanks that spread a name over a card do not count.
static bool is_name(const CardText *text, size_t from, size_t to) {
        size_t han = han_in(text, from, to), surname = from < to ? surname_at(text, from) : 0;
        for (size_t i = from; i < to; i++)
                if (!card_is_han(text->items[i]) && text->items[i] != ' ' && text->items[i] != 0xB7)
                        return false;
        if (!surname || han < surname + 1 || han > surname + 2)
                return false;
        size_t end = 0;
        return find_word(text, from, to, department_ends, 6, &end) == to && find_word(text, from, to, road_words, 8, &end) == to && find_word(text, from, to, company_ends, COUNT(company_ends), &end) == to &&
               find_word(text, from, to, position_words, COUNT(position_words), &end) == to;
}

// "张经理", "李总": as good as nothing where the card has a whole name.
static bool is_address_form(const CardText *text, size_t from, size_t to) {
        size_t surname = from < to ? surname_at(text, from) : 0;
        for (size_t i = 0; surname && i < COUNT(forms_of_address); i++) {
                size_t length = card_match(text, from + surname, forms_of_address[i]);
                if (length && from + surname + length == to)
                        return true;
        }
        return false;
}

// "Wei Zhang", "David L. Chen": two to four words with capitals.
static bool is_latin_name(const CardText *text, size_t from, size_t to) {
        size_t words = 0, letters = 0;
        for (size_t i = from; i < to; i++) {
                uint32_t c = text->items[i];
                bool begins = i == from || text->items[i - 1] == ' ' || text->items[i - 1] == '-';
                bool good = card_is_letter(c) || c == ' ' || c == '.' || c == '-' || c == '\'' || c == ',' || (c >= 0xC0 && c < 0x250);
                if (!good || (begins && c >= 'a' && c <= 'z'))
                        return false;
                words += begins && c != ' ' && c != '-';
                letters += card_is_letter(c) || c >= 0xC0;
        }
        return words >= 2 && words <= 4 && letters >= 4 && letters <= 40 && !has_latin(text, from, to, company_words, COUNT(company_words)) && !has_latin(text, from, to, position_latin, COUNT(position_latin)) &&
               !has_latin(text, from, to, road_latin, COUNT(road_latin)) && !has_latin(text, from, to, department_ends + 6, COUNT(department_ends) - 6);
}

// ---- What was found

typedef struct Found { size_t from, to; int points; } Found;
typedef struct Reading { Card *card; Found best[CARD_FIELDS]; } Reading;

static void trim(const CardText *text, size_t *from, size_t *to) {
        while (*from < *to && (text->items[*from] <= ' ' || (text->items[*from] < 0x80 && strchr(":.,-/()[]<>", (int)text->items[*from]))))
                ++*from;
        while (*to > *from && (text->items[*to - 1] <= ' ' || (text->items[*to - 1] < 0x80 && strchr(":,-/([<>", (int)text->items[*to - 1]))))
                --*to;
}

static void offer(Reading *reading, CardField field, size_t from, size_t to, int points) {
        trim(&reading->card->text, &from, &to);
        if (from < to && points > reading->best[field].points)
                reading->best[field] = (Found){from, to, points};
}

static bool has_any(const CardText *text, size_t from, size_t to, const char *const *words, size_t count) {
        size_t end = 0;
        return find_word(text, from, to, words, count, &end) < to;
}

static bool is_latin_address(const CardText *text, size_t from, size_t to) {
        static const char *const signs[] = {",", "no.", "#"};
        return has_latin(text, from, to, road_latin, COUNT(road_latin)) && has_any(text, from, to, signs, COUNT(signs));
}

static bool is_address(const CardText *text, size_t from, size_t to) {
        static const char *const roads[] = {"路", "街", "道", "大厦", "园区"}, *const doors[] = {"号", "楼", "室", "层", "座", "栋", "幢"};
        CardAddress address;
        if (to - from < 5 || to - from > 200)
                return false;
        if (!han_in(text, from, to))
                return is_latin_address(text, from, to);
        if (!has_any(text, from, to, road_words, COUNT(road_words)))
                return false;
        bool door = has_any(text, from, to, doors, COUNT(doors));
        bool other = ends_with(text, from, to, company_ends, COUNT(company_ends)) || ends_with(text, from, to, position_words, COUNT(position_words));
        if (other && !door) // 上海市道路工程公司, 北京区域经理
                return false;
        card_address(text->places, card_slice(text, from, to), &address);
        return address.province.len || address.city.len || address.district.len || (door && has_any(text, from, to, roads, COUNT(roads)));
}

// ---- Pieces

// Where a company's name ends that begins here: behind the last word that makes one, and its branch.
static size_t company_end(const CardText *text, size_t from, size_t to) {
        size_t end = from, at = from;
        while (at < to) {
                size_t stop = 0;
                size_t found = find_word(text, at, to, company_ends, COUNT(company_ends), &stop);
                if (found == to)
                        break;
                if (found > from + 1)
                        end = stop;
                at = found + 1;
        }
        return end;
}

static void take_piece(Reading *reading, size_t from, size_t to);

static bool take_company(Reading *reading, size_t from, size_t to) {
        const CardText *text = &reading->card->text;
        size_t end = han_in(text, from, to) ? company_end(text, from, to) : from;
        if (end > from + 2) {
                size_t stop = 0;
                bool firm = find_word(text, from, end, (const char *const[]){"公司", "集团", "研究院", "大学", "事务所", "银行", "医院"}, 7, &stop) < end;
                offer(reading, CARD_COMPANY, from, end, firm ? 60 : 40);
                if (end < to)
                        take_piece(reading, end, to);
                return true;
        }
        if (!han_in(text, from, to) && has_latin(text, from, to, company_words, COUNT(company_words))) {
                offer(reading, CARD_COMPANY, from, to, 30);
                return true;
        }
        return false;
}

static bool is_position(const CardText *text, size_t from, size_t to) {
        size_t end = 0;
        if (han_in(text, from, to))
                return to - from <= 30 && find_word(text, from, to, position_words, COUNT(position_words), &end) < to;
        return to - from <= PIECE_MOST && has_latin(text, from, to, position_latin, COUNT(position_latin));
}

static bool begins_with(const CardText *text, size_t at, size_t to, const char *const *words, size_t count, size_t *ret_length) {
        for (size_t i = 0; i < count; i++) {
                *ret_length = card_match(text, at, words[i]);
                if (*ret_length && at + *ret_length <= to)
                        return true;
        }
        return false;
}

// "张伟销售总监": a name in front of its position; where one can begin in two places, where positions do.
static bool take_name_and_position(Reading *reading, size_t from, size_t to) {
        const CardText *text = &reading->card->text;
        size_t ignored = 0;
        if (begins_with(text, from, to, position_heads, COUNT(position_heads), &ignored))
                return false;
        for (int headed = 1; headed >= 0; headed--)
                for (size_t length = 4; length >= 2; length--) {
                        size_t middle = from + length;
                        bool fits = middle < to && is_name(text, from, middle) && is_position(text, middle, to);
                        if (!fits || (headed && !begins_with(text, middle, to, position_heads, COUNT(position_heads), &ignored)))
                                continue;
                        offer(reading, CARD_NAME, from, middle, 45);
                        offer(reading, CARD_POSITION, middle, to, 40);
                        return true;
                }
        return false;
}

static void take_piece(Reading *reading, size_t from, size_t to) {
        const CardText *text = &reading->card->text;
        size_t lead_in = 0;
        trim(text, &from, &to);
        if (to - from < 2 || to - from > 200)
                return;
        if (begins_with(text, from, to, lead_ins, COUNT(lead_ins), &lead_in))
                from += lead_in;
        size_t early = from; // what comes first on a card is more often the name
        int first = early < 60 ? 3 : 0;
        if (is_name(text, from, to)) {
                offer(reading, CARD_NAME, from, to, 50 + first);
        } else if (is_address(text, from, to)) {
                offer(reading, CARD_ADDRESS, from, to, 50);
        } else if (to - from <= PIECE_MOST && take_company(reading, from, to)) {
                return;
        } else if (is_address_form(text, from, to)) {
                offer(reading, CARD_NAME, from, to, 20 + first);
        } else if (han_in(text, from, to) && take_name_and_position(reading, from, to)) {
                return;
        } else if (is_position(text, from, to)) {
                offer(reading, CARD_POSITION, from, to, han_in(text, from, to) ? 40 : 30);
        } else if (!han_in(text, from, to) && is_latin_name(text, from, to)) {
                offer(reading, CARD_NAME, from, to, 30 + first);
        }
}

// ---- Labels

typedef struct Label { const char *word; CardField field; } Label;
static const Label labels[] = {
        {"联系人", CARD_NAME}, {"姓名", CARD_NAME}, {"名字", CARD_NAME}, {"收件人", CARD_NAME}, {"name", CARD_NAME}, {"contact", CARD_NAME},
        {"公司名称", CARD_COMPANY}, {"单位名称", CARD_COMPANY}, {"企业名称", CARD_COMPANY}, {"所在单位", CARD_COMPANY}, {"公司名", CARD_COMPANY}, {"公司", CARD_COMPANY}, {"单位", CARD_COMPANY}, {"企业", CARD_COMPANY}, {"company", CARD_COMPANY},
        {"职务", CARD_POSITION}, {"职位", CARD_POSITION}, {"岗位", CARD_POSITION}, {"头衔", CARD_POSITION}, {"title", CARD_POSITION}, {"position", CARD_POSITION},
        {"公司地址", CARD_ADDRESS}, {"办公地址", CARD_ADDRESS}, {"通讯地址", CARD_ADDRESS}, {"联系地址", CARD_ADDRESS}, {"收货地址", CARD_ADDRESS}, {"详细地址", CARD_ADDRESS}, {"地址", CARD_ADDRESS}, {"address", CARD_ADDRESS}, {"addr", CARD_ADDRESS}, {"add", CARD_ADDRESS}, {"a", CARD_ADDRESS},
};

// The label at the beginning of a piece, with its colon; *ret_end: what stands behind it.
static const Label *label_at(const CardText *text, size_t from, size_t to, size_t *ret_end) {
        for (size_t i = 0; i < COUNT(labels); i++) {
                size_t end = from + card_match(text, from, labels[i].word);
                bool found = end > from;
                while (end < to && text->items[end] == ' ')
                        end++;
                if (!found || end >= to || (text->items[end] != ':' && text->items[end] != '.'))
                        continue;
                *ret_end = end + 1;
                return &labels[i];
        }
        return NULL;
}

static size_t unused_until(const CardText *text, size_t from, size_t to) {
        while (from < to && !text->used[from])
                from++;
        return from;
}

static bool take_label(Reading *reading, size_t from, size_t to) {
        const CardText *text = &reading->card->text;
        size_t begin = 0;
        const Label *label = label_at(text, from, to, &begin);
        if (!label)
                return false;
        size_t end = unused_until(text, begin, to);
        if (label->field == CARD_NAME || label->field == CARD_POSITION) { // one word of them
                trim(text, &begin, &end);
                for (size_t i = begin; i < end && han_in(text, begin, end); i++)
                        if (text->items[i] == ' ' && han_in(text, begin, i) > 1) {
                                take_piece(reading, i, end);
                                end = i;
                        }
        }
        if (end - begin <= 200)
                offer(reading, label->field, begin, end, 100);
        return true;
}

// ---- Lines

// An address goes on behind a blank, up to a word that is something else.
static size_t address_end(const CardText *text, size_t end, size_t to) {
        while (end < to) {
                size_t next = end + 1, stop = 0;
                while (next < to && text->items[next] == ' ')
                        next++;
                size_t last = next;
                while (last < to && text->items[last] != ' ')
                        last++;
                bool other = is_name(text, next, last) || is_position(text, next, last) || find_word(text, next, last, company_ends, 2, &stop) < last;
                if (next >= to || other)
                        return end;
                end = last;
        }
        return end;
}

// Chinese words of one line are told apart by blanks; a road goes on behind one.
static void take_words(Reading *reading, size_t from, size_t to) {
        const CardText *text = &reading->card->text;
        trim(text, &from, &to);
        if (from >= to || take_label(reading, from, to))
                return;
        if (!han_in(text, from, to) || is_name(text, from, to)) {
                take_piece(reading, from, to);
                return;
        }
        for (size_t begin = from; begin < to;) {
                size_t end = begin;
                while (end < to && text->items[end] != ' ' && text->items[end] != '/')
                        end++;
                if (end > begin && is_address(text, begin, end)) {
                        end = address_end(text, end, to);
                        offer(reading, CARD_ADDRESS, begin, end, 50);
                } else if (end > begin && !take_label(reading, begin, to))
                        take_piece(reading, begin, end);
                begin = end + 1;
        }
}

// In brackets stands what belongs to what is before them: 张伟（销售总监）.
static bool is_bracket(uint32_t c) {
        return c == '(' || c == ')' || c == '[' || c == ']' || c == 0x3010 || c == 0x3011 || c == '<' || c == '>';
}

static bool splits(const CardText *text, size_t at, size_t line_end) {
        uint32_t c = text->items[at];
        size_t next = at + 1;
        while (c == ',' && next < line_end && text->items[next] == ' ')
                next++;
        bool latin = at > 0 && text->items[at - 1] < 0x80 && next < line_end && text->items[next] < 0x80; // Co., Ltd · 123 West Road, Hangzhou
        if (text->used[at] || (card_is_break(c) && !(c == ',' && latin)))
                return true;
        if (c == ' ' && at + 1 < line_end && text->items[at + 1] == ' ')
                return at == 0 || !card_is_han(text->items[at - 1]) || (at >= 2 && text->items[at - 2] != '\n' && text->items[at - 2] != ':'); // 张  伟
        return false;
}

// A company has its town in brackets: 海川（上海）科技有限公司.
static bool within_company(const CardText *text, size_t at, size_t line_end) {
        static const char *const firms[] = {"公司", "集团", "合伙)"}, *const ends[] = {" ", "|", "\t"};
        size_t end = 0, to = at + 30 < line_end ? at + 30 : line_end, firm = find_word(text, at, to, firms, COUNT(firms), &end);
        return text->items[at] == '(' && firm < to && find_word(text, at, to, ends, COUNT(ends), &end) > firm;
}

static void take_line(Reading *reading, size_t from, size_t to) {
        const CardText *text = &reading->card->text;
        size_t begin = from, bracket = 0; // bracket: one that belongs to a company is closed here
        size_t ignored = 0;
        if (label_at(text, from, to, &ignored)) { // the label's whole line, commas and all
                size_t end = ignored;
                while (end < to && !text->used[end] && text->items[end] != '\t' && text->items[end] != '|' && text->items[end] != ';' && !(text->items[end] == ' ' && end + 1 < to && text->items[end + 1] == ' '))
                        end++;
                take_words(reading, from, end);
                begin = end;
        }
        for (size_t at = begin; at < to; at++) {
                if (is_bracket(text->items[at])) {
                        if (text->items[at] == '(' && at > begin && within_company(text, at, to)) {
                                bracket = at;
                                continue;
                        }
                        if (text->items[at] == ')' && bracket) {
                                bracket = 0;
                                continue;
                        }
                } else if (!splits(text, at, to)) {
                        continue;
                }
                take_words(reading, begin, at);
                begin = at + 1;
        }
        take_words(reading, begin, to);
}

// ---- All of it

static Str without_blanks(const CardText *text, size_t from, size_t to) {
        Buf buf = buf_make(text->arena, (to - from) * 4 + 1);
        for (size_t i = from; i < to; i++)
                if (!card_is_blank(text->items[i]))
                        buf_add(&buf, card_slice(text, i, i + 1));
        return buf_str(&buf);
}

static int by_place(const void *a, const void *b) {
        const CardItem *x = a, *y = b;
        return x->from < y->from ? -1 : x->from > y->from;
}

void card_read(Arena *arena, Str text, Card *ret) {
        static const CardField worded[] = {CARD_NAME, CARD_COMPANY, CARD_POSITION, CARD_ADDRESS};
        Reading reading = {.card = ret};
        *ret = (Card){.count = 0};
        card_text_open(arena, text, &ret->text);
        ret->text.places = card_places(arena);
        card_numbers(ret);
        for (size_t from = 0, to = 0; from < ret->text.count; from = to + 1) {
                for (to = from; to < ret->text.count && ret->text.items[to] != '\n';)
                        to++;
                take_line(&reading, from, to);
        }
        for (size_t i = 0; i < COUNT(worded); i++) {
                const Found *found = &reading.best[worded[i]];
                bool chinese = worded[i] == CARD_NAME && han_in(&ret->text, found->from, found->to);
                if (found->points)
                        card_add(ret, worded[i], found->from, found->to, chinese ? without_blanks(&ret->text, found->from, found->to) : str_trim(card_slice(&ret->text, found->from, found->to)));
        }
        qsort(ret->items, ret->count, sizeof *ret->items, by_place);
}
