// Exact decimal arithmetic on scaled 64-bit integers with 128-bit intermediates. The one rounding rule is in divide_rounded().
#include "base/decimal.h"

#define PLACES 6

static const int64_t power_of_ten[PLACES + 1] = {1, 10, 100, 1000, 10000, 100000, 1000000};

static bool store(__int128 units, Decimal *ret) {
        if (units > DECIMAL_MAX || units < -DECIMAL_MAX)
                return false;
        ret->units = (int64_t)units;
        return true;
}

// Half away from zero: what is left over is compared with half of the divisor without doubling, which could overflow.
static __int128 divide_rounded(__int128 dividend, __int128 divisor) {
        __int128 quotient = dividend / divisor, rest = dividend % divisor;
        if (rest < 0)
                rest = -rest;
        __int128 size = divisor < 0 ? -divisor : divisor;
        if (rest >= size - rest)
                quotient += (dividend < 0) == (divisor < 0) ? 1 : -1;
        return quotient;
}

// The parts of a written number; the digits are views into the text.
typedef struct Written {
        bool negative;
        Str whole, fraction;
        int64_t exponent;
} Written;

static Str take_digits(Str *rest) {
        size_t count = 0;
        while (count < rest->len && rest->data[count] >= '0' && rest->data[count] <= '9')
                count++;
        Str digits = str_slice(*rest, 0, count);
        *rest = str_slice(*rest, count, rest->len);
        return digits;
}

static bool take(Str *rest, char c) {
        if (rest->len == 0 || rest->data[0] != c)
                return false;
        *rest = str_slice(*rest, 1, rest->len);
        return true;
}

static bool written_parse(Str text, bool exponent_allowed, Written *ret) {
        Written w = {0};
        w.negative = take(&text, '-');
        if (!w.negative)
                take(&text, '+');
        w.whole = take_digits(&text);
        if (take(&text, '.')) {
                w.fraction = take_digits(&text);
                if (w.fraction.len == 0)
                        return false;
        }
        if (w.whole.len + w.fraction.len == 0)
                return false;
        if (exponent_allowed && (take(&text, 'e') || take(&text, 'E'))) {
                bool down = take(&text, '-');
                if (!down)
                        take(&text, '+');
                Str digits = take_digits(&text);
                if (digits.len == 0)
                        return false;
                for (size_t i = 0; i < digits.len; i++)
                        if (w.exponent < 1000000000) // far past any value; the rest cannot matter
                                w.exponent = w.exponent * 10 + (digits.data[i] - '0');
                if (down)
                        w.exponent = -w.exponent;
        }
        *ret = w;
        return text.len == 0;
}

// Adds the digits at their places. The place of the first digit of `whole` is 10^(whole.len - 1 + exponent).
static bool written_units(const Written *w, Decimal *ret) {
        int64_t units = 0;
        int64_t place = (int64_t)w->whole.len - 1 + w->exponent + PLACES; // power of ten in units
        bool started = false;
        size_t count = w->whole.len + w->fraction.len;
        for (size_t i = 0; i < count; i++, place--) {
                char c = i < w->whole.len ? w->whole.data[i] : w->fraction.data[i - w->whole.len];
                if (c == '0' && !started)
                        continue;
                started = true;
                if (place > 17 || (place < 0 && c != '0'))
                        return false;
                if (place >= 0)
                        units = units * 10 + (c - '0');
        }
        // Places that were not written, as in 12 or 1e3, are zeros.
        for (; started && place >= 0; place--)
                units *= 10;
        ret->units = w->negative ? -units : units;
        return true;
}

bool decimal_parse(Str text, Decimal *ret) {
        Written w;
        return written_parse(text, false, &w) && w.fraction.len <= PLACES && written_units(&w, ret);
}

bool decimal_parse_json(Str number, Decimal *ret) {
        Written w;
        return written_parse(number, true, &w) && written_units(&w, ret);
}

void decimal_write(Buf *buf, Decimal value, int min_places) {
        uint64_t size = value.units < 0 ? -(uint64_t)value.units : (uint64_t)value.units;
        uint64_t fraction = size % DECIMAL_SCALE;
        char digits[PLACES];
        for (int i = PLACES - 1; i >= 0; i--, fraction /= 10)
                digits[i] = (char)('0' + fraction % 10);
        int places = PLACES;
        while (places > min_places && places > 0 && digits[places - 1] == '0')
                places--;
        if (value.units < 0)
                buf_add_char(buf, '-');
        buf_add_int(buf, (int64_t)(size / DECIMAL_SCALE));
        if (places) {
                buf_add_char(buf, '.');
                buf_add(buf, str_make(digits, (size_t)places));
        }
}

bool decimal_from_int(int64_t number, Decimal *ret) {
        return store((__int128)number * DECIMAL_SCALE, ret);
}

bool decimal_add(Decimal a, Decimal b, Decimal *ret) {
        return store((__int128)a.units + b.units, ret);
}

bool decimal_sub(Decimal a, Decimal b, Decimal *ret) {
        return store((__int128)a.units - b.units, ret);
}

bool decimal_mul(Decimal a, Decimal b, Decimal *ret) {
        return store(divide_rounded((__int128)a.units * b.units, DECIMAL_SCALE), ret);
}

bool decimal_div(Decimal a, Decimal b, Decimal *ret) {
        return b.units != 0 && store(divide_rounded((__int128)a.units * DECIMAL_SCALE, b.units), ret);
}

bool decimal_round(Decimal a, int places, Decimal *ret) {
        ensure(places >= 0 && places <= PLACES);
        int64_t step = power_of_ten[PLACES - places];
        return store(divide_rounded(a.units, step) * step, ret);
}

void decimal_sum_add(DecimalSum *sum, Decimal value) {
        sum->units += value.units;
        sum->count++;
}

bool decimal_sum_total(const DecimalSum *sum, Decimal *ret) {
        return store(sum->units, ret);
}

bool decimal_sum_average(const DecimalSum *sum, Decimal *ret) {
        return sum->count != 0 && store(divide_rounded(sum->units, sum->count), ret);
}
