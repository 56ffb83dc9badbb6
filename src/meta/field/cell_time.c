// Reading dates and local times from cells. Year first always: nothing is guessed about day and month.
#include "meta/field/cell_time.h"

static bool number(Str *text, size_t least, size_t most, int *ret) {
        size_t digits = 0;
        int n = 0;
        while (digits < text->len && digits < most && text->data[digits] >= '0' && text->data[digits] <= '9')
                n = n * 10 + (text->data[digits++] - '0');
        if (digits < least)
                return false;
        *text = str_slice(*text, digits, text->len);
        *ret = n;
        return true;
}

static bool skip(Str *text, Str part) {
        if (!str_starts(*text, part))
                return false;
        *text = str_slice(*text, part.len, text->len);
        return true;
}

static bool skip_one(Str *text, const char *const *parts) {
        for (; *parts; parts++)
                if (skip(text, str_from(*parts)))
                        return true;
        return false;
}

static bool take_date(Str *text, int32_t *ret_day) {
        static const char *const separators[] = {"-", "/", ".", "年", "月", NULL};
        int year, month, day;
        bool compact = text->len >= 8;
        for (size_t i = 0; compact && i < 8; i++)
                compact = text->data[i] >= '0' && text->data[i] <= '9';
        if (!number(text, 4, 4, &year) || (!compact && !skip_one(text, separators)) || !number(text, compact ? 2 : 1, 2, &month) ||
            (!compact && !skip_one(text, separators)) || !number(text, compact ? 2 : 1, 2, &day))
                return false;
        skip(text, STR("日"));
        if (!date_valid(year, month, day))
                return false;
        *ret_day = date_from_civil(year, month, day);
        return true;
}

static bool take_time(Str *text, int32_t *ret_ms) {
        static const char *const separators[] = {":", "时", "点", NULL}, *const minutes[] = {":", "分", NULL};
        int hour, minute = 0, second = 0, fraction = 0;
        if (!number(text, 1, 2, &hour) || !skip_one(text, separators))
                return false;
        if (text->len && !number(text, 1, 2, &minute))
                return false;
        if (skip_one(text, minutes) && text->len && !number(text, 1, 2, &second))
                return false;
        skip(text, STR("秒"));
        if (skip(text, STR(".")) && !number(text, 1, 9, &fraction))
                return false;
        if (text->len || hour > 23 || minute > 59 || second > 59)
                return false;
        *ret_ms = ((hour * 60 + minute) * 60 + second) * 1000;
        return true;
}

bool cell_time(Str text, int32_t *ret_day, int32_t *ret_ms) {
        if (!take_date(&text, ret_day))
                return false;
        *ret_ms = -1;
        if (str_empty(text))
                return true;
        if (!skip(&text, STR("t"))) // folded
                text = str_trim(text);
        return take_time(&text, ret_ms);
}
