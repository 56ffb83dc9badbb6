// The calendar: days and civil dates, and reading and writing both. Time zones are in zone.c.
#include "base/date.h"

#define DAY_MS 86400000LL
#define MS_LEAST (-62135596800000LL) // 0001-01-01T00:00:00Z
#define MS_LARGEST 253402300799999LL // 9999-12-31T23:59:59.999Z

// Days are counted in eras of 400 years that begin on 1 March of a year divisible by 400 (the leap day is then the last of its year).
// Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
int32_t date_from_civil(int year, int month, int day) {
        year -= month <= 2;
        int era = (year >= 0 ? year : year - 399) / 400;
        int year_of_era = year - era * 400;
        int day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
        int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        return era * 146097 + day_of_era - 719468;
}

Civil civil_from_day(int32_t day) {
        int64_t shifted = (int64_t)day + 719468;
        int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
        int day_of_era = (int)(shifted - era * 146097);
        int year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
        int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        int march_month = (5 * day_of_year + 2) / 153;
        int month = march_month < 10 ? march_month + 3 : march_month - 9;
        return (Civil){
                .year = (int)(era * 400) + year_of_era + (month <= 2),
                .month = month,
                .day = day_of_year - (153 * march_month + 2) / 5 + 1,
        };
}

Civil civil_from_ms(int64_t ms) {
        int64_t day = ms / DAY_MS, rest = ms % DAY_MS;
        if (rest < 0) {
                rest += DAY_MS;
                day--;
        }
        Civil civil = civil_from_day((int32_t)day);
        civil.hour = (int)(rest / 3600000);
        civil.minute = (int)(rest / 60000 % 60);
        civil.second = (int)(rest / 1000 % 60);
        civil.ms = (int)(rest % 1000);
        return civil;
}

static int days_in_month(int year, int month) {
        static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
        bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
        return month == 2 && leap ? 29 : days[month - 1];
}

bool date_valid(int year, int month, int day) {
        return year >= 1 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 && day <= days_in_month(year, month);
}

int32_t date_add_months(int32_t day, int months) {
        Civil civil = civil_from_day(day);
        int64_t count = (int64_t)civil.year * 12 + civil.month - 1 + months;
        int year = (int)(count >= 0 ? count / 12 : (count - 11) / 12);
        int month = (int)(count - (int64_t)year * 12) + 1;
        int last = days_in_month(year, month);
        return date_from_civil(year, month, civil.day < last ? civil.day : last);
}

int date_weekday(int32_t day) {
        int since_monday = (int)(((int64_t)day + 3) % 7); // 1970-01-01 was a Thursday
        return (since_monday < 0 ? since_monday + 7 : since_monday) + 1;
}

// Exactly `count` digits off the head of the text.
static bool take_number(Str *text, size_t count, int *ret) {
        if (text->len < count)
                return false;
        int number = 0;
        for (size_t i = 0; i < count; i++) {
                if (text->data[i] < '0' || text->data[i] > '9')
                        return false;
                number = number * 10 + (text->data[i] - '0');
        }
        *text = str_slice(*text, count, text->len);
        *ret = number;
        return true;
}

static bool take_char(Str *text, char c) {
        if (text->len == 0 || text->data[0] != c)
                return false;
        *text = str_slice(*text, 1, text->len);
        return true;
}

static bool take_date(Str *text, int32_t *ret_day) {
        int year, month, day;
        if (!take_number(text, 4, &year) || !take_char(text, '-') || !take_number(text, 2, &month) || !take_char(text, '-') || !take_number(text, 2, &day))
                return false;
        if (!date_valid(year, month, day))
                return false;
        *ret_day = date_from_civil(year, month, day);
        return true;
}

bool date_parse(Str text, int32_t *ret_day) {
        int32_t day;
        if (!take_date(&text, &day) || text.len)
                return false;
        *ret_day = day;
        return true;
}

static bool take_time(Str *text, int64_t *ret_ms) {
        int hour, minute, second, ms = 0;
        if (!take_number(text, 2, &hour) || !take_char(text, ':') || !take_number(text, 2, &minute) || !take_char(text, ':') || !take_number(text, 2, &second))
                return false;
        if (hour > 23 || minute > 59 || second > 59)
                return false;
        if (take_char(text, '.')) {
                int digit, unit = 100;
                if (!take_number(text, 1, &digit))
                        return false;
                do {
                        ms += digit * unit;
                        unit /= 10;
                } while (take_number(text, 1, &digit));
        }
        *ret_ms = ((hour * 60LL + minute) * 60 + second) * 1000 + ms;
        return true;
}

static bool take_offset(Str *text, int64_t *ret_ms) {
        if (take_char(text, 'Z') || take_char(text, 'z')) {
                *ret_ms = 0;
                return true;
        }
        bool west = take_char(text, '-');
        int hour, minute;
        if ((!west && !take_char(text, '+')) || !take_number(text, 2, &hour) || !take_char(text, ':') || !take_number(text, 2, &minute))
                return false;
        *ret_ms = (hour * 60LL + minute) * 60000 * (west ? -1 : 1);
        return hour <= 23 && minute <= 59;
}

bool datetime_parse(Str text, int64_t *ret_ms) {
        int32_t day;
        int64_t of_day, offset;
        if (!take_date(&text, &day) || (!take_char(&text, 'T') && !take_char(&text, 't')))
                return false;
        if (!take_time(&text, &of_day) || !take_offset(&text, &offset) || text.len)
                return false;
        int64_t ms = day * DAY_MS + of_day - offset;
        if (ms < MS_LEAST || ms > MS_LARGEST)
                return false;
        *ret_ms = ms;
        return true;
}

// Two digits and what follows them; answers the place behind.
static char *put_two(char *at, int number, char after) {
        at[0] = (char)('0' + number / 10);
        at[1] = (char)('0' + number % 10);
        at[2] = after;
        return at + 3;
}

static char *put_date(char *at, Civil civil, char after) {
        put_two(at, civil.year / 100, '\0');
        at = put_two(at + 2, civil.year % 100, '-');
        at = put_two(at, civil.month, '-');
        return put_two(at, civil.day, after);
}

void date_write(Buf *buf, int32_t day) {
        char text[16];
        put_date(text, civil_from_day(day), '\0');
        buf_add(buf, str_make(text, 10));
}

void datetime_write(Buf *buf, int64_t ms) {
        char text[32];
        Civil civil = civil_from_ms(ms);
        char *at = put_date(text, civil, 'T');
        at = put_two(at, civil.hour, ':');
        at = put_two(at, civil.minute, ':');
        at = put_two(at, civil.second, civil.ms ? '.' : 'Z');
        if (civil.ms) {
                *at++ = (char)('0' + civil.ms / 100);
                at = put_two(at, civil.ms % 100, 'Z');
        }
        buf_add(buf, str_make(text, (size_t)(at - text)));
}
