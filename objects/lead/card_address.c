// Where an address is: province, city and district by their official names, whole or short, as far as the text begins with them.
#include "base/asset.h"
#include "base/json.h"
#include "objects/lead/card.h"

#define DIVISIONS "objects/lead/divisions.json" // [[province, [[city, [district, …]], …]], …]
#define CHARACTER 3                             // bytes of a Chinese one

const Json *card_places(Arena *arena) {
        Context context;
        Json *json = NULL;
        const Asset *asset = asset_find(STR(DIVISIONS));
        context_init(&context, arena, LANG_EN, 0);
        return asset && json_parse(&context, asset_bytes(asset), 6, &json) == STATUS_OK ? json : NULL;
}

// 浙江 for 浙江省, 广西 for 广西壮族自治区, 杭州 for 杭州市; a district is named whole.
static Str short_name(Str name) {
        static const char *const ends[] = {"壮族自治区", "回族自治区", "维吾尔自治区", "特别行政区", "自治区", "自治州", "地区", "省", "市", "盟"};
        for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
                if (str_ends(name, str_from(ends[i])) && name.len >= strlen(ends[i]) + 2 * CHARACTER)
                        return str_slice(name, 0, name.len - strlen(ends[i]));
        return name;
}

static size_t match(Str text, Str name, bool brief) {
        if (str_starts(text, name))
                return name.len;
        Str alone = brief ? short_name(name) : name;
        return str_starts(text, alone) ? alone.len : 0;
}

static Str after(Str text, size_t length) {
        Str rest = str_slice(text, length, text.len);
        while (rest.len && (rest.data[0] == ' ' || rest.data[0] == ',' || rest.data[0] == '-' || rest.data[0] == '/' || rest.data[0] == '.'))
                rest = str_slice(rest, 1, rest.len);
        return rest;
}

static const Json *name_of(const Json *entry) {
        return &entry->items[0];
}

static const Json *below(const Json *entry) {
        return &entry->items[1];
}

// A district of this city; the rest behind it.
static const Json *find_district(const Json *city, Str *text) {
        for (size_t i = 0; i < below(city)->count; i++) {
                const Json *district = &below(city)->items[i];
                size_t length = match(*text, district->text, false);
                if (length) {
                        *text = after(*text, length);
                        return district;
                }
        }
        return NULL;
}

static const Json *find_city(const Json *province, Str *text) {
        for (size_t i = 0; i < below(province)->count; i++) {
                const Json *city = &below(province)->items[i];
                size_t length = match(*text, name_of(city)->text, true);
                if (length) {
                        *text = after(*text, length);
                        return city;
                }
        }
        return NULL;
}

// Within a province that is known: its city and district, or a district that alone tells the city.
static void find_within(const Json *province, Str *text, CardAddress *ret) {
        const Json *city = find_city(province, text), *district = city ? find_district(city, text) : NULL;
        for (size_t i = 0; !city && i < below(province)->count; i++) {
                district = find_district(&below(province)->items[i], text);
                city = district ? &below(province)->items[i] : NULL;
        }
        ret->province = name_of(province)->text;
        ret->city = city ? name_of(city)->text : STR_NONE;
        ret->district = district ? district->text : STR_NONE;
}

// Cities and districts without their province; a district's name that several have tells nothing.
static bool find_anywhere(const Json *list, Str *text, CardAddress *ret) {
        const Json *province = NULL, *only_city = NULL, *only_district = NULL;
        size_t found = 0;
        Str rest = *text, behind = STR_NONE;
        for (size_t i = 0; i < list->count; i++) {
                const Json *city = find_city(&list->items[i], &rest);
                if (!city)
                        continue;
                const Json *district = find_district(city, &rest);
                *ret = (CardAddress){.province = name_of(&list->items[i])->text, .city = name_of(city)->text, .district = district ? district->text : STR_NONE};
                *text = rest;
                return true;
        }
        for (size_t i = 0; i < list->count && found < 2; i++)
                for (size_t k = 0; k < below(&list->items[i])->count && found < 2; k++) {
                        Str tried = *text;
                        const Json *city = &below(&list->items[i])->items[k], *district = find_district(city, &tried);
                        if (!district)
                                continue;
                        found++;
                        province = &list->items[i];
                        only_city = city;
                        only_district = district;
                        behind = tried;
                }
        if (found != 1)
                return false;
        *ret = (CardAddress){.province = name_of(province)->text, .city = name_of(only_city)->text, .district = only_district->text};
        *text = behind;
        return true;
}

void card_address(const Json *list, Str text, CardAddress *ret) {
        Str rest = str_trim(text);
        *ret = (CardAddress){0};
        if (str_starts(rest, STR("中国")))
                rest = after(rest, 2 * CHARACTER);
        for (size_t i = 0; list && i < list->count; i++) {
                size_t length = match(rest, name_of(&list->items[i])->text, true);
                if (!length)
                        continue;
                rest = after(rest, length);
                find_within(&list->items[i], &rest, ret);
                ret->detail = str_trim(rest);
                return;
        }
        if (list)
                (void)find_anywhere(list, &rest, ret);
        ret->detail = str_trim(rest);
}
