// Exact numbers: 18 digits, 6 of them after the point, as a scaled 64-bit integer. |value| <= 999,999,999,999.999999.
// One rule everywhere (here, in SQLite, in PostgreSQL): intermediate results are exact, then rounded half away from zero to 6 places;
// out of range and division by zero have no value (false here, null in the databases).
#pragma once
#include "base/buf.h"
#include <stdint.h>

#define DECIMAL_SCALE 1000000LL
#define DECIMAL_MAX 999999999999999999LL

typedef struct Decimal {
        int64_t units; // value × 1,000,000
} Decimal;

bool decimal_parse(Str text, Decimal *ret);            // "-12.5", "1e3" no; digits with optional sign and point; more than 6 places are refused; out of range refused
bool decimal_parse_json(Str number, Decimal *ret);     // as decimal_parse, but an exponent is taken too, and digits past the sixth place must be zeros
void decimal_write(Buf *buf, Decimal value, int min_places); // shortest exact text, at least min_places (0–6) after the point
bool decimal_from_int(int64_t number, Decimal *ret);
bool decimal_add(Decimal a, Decimal b, Decimal *ret);
bool decimal_sub(Decimal a, Decimal b, Decimal *ret);
bool decimal_mul(Decimal a, Decimal b, Decimal *ret);
bool decimal_div(Decimal a, Decimal b, Decimal *ret);
bool decimal_round(Decimal a, int places, Decimal *ret); // places 0–6
// For sums over many rows: exact in 128 bits, checked once at the end.
typedef struct DecimalSum { __int128 units; int64_t count; } DecimalSum;
void decimal_sum_add(DecimalSum *sum, Decimal value);
bool decimal_sum_total(const DecimalSum *sum, Decimal *ret);
bool decimal_sum_average(const DecimalSum *sum, Decimal *ret); // false when count is 0
