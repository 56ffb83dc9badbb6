// Dates (days since 1970-01-01, proleptic Gregorian, years 0001–9999) and date-times (milliseconds since 1970 UTC). Zones come from ICU.
#pragma once
#include "base/buf.h"
#include <stdint.h>

typedef struct Civil { int year, month, day, hour, minute, second, ms; } Civil;
typedef struct Zone Zone; // an IANA time zone; immutable, shared between threads

Zone *zone_open(Str name);                         // NULL: unknown
void zone_free(Zone *zone);
Str zone_name(const Zone *zone);
int64_t zone_offset_ms(const Zone *zone, int64_t utc_ms);
int64_t zone_to_utc(const Zone *zone, int32_t day, int32_t ms_of_day); // a local time that does not exist moves forward by the gap; one that is twice is the earlier
int32_t zone_day(const Zone *zone, int64_t utc_ms); // the local date
int64_t zone_day_start(const Zone *zone, int32_t day); // UTC of the first instant of that local date

int32_t date_from_civil(int year, int month, int day);
Civil civil_from_day(int32_t day);
Civil civil_from_ms(int64_t ms); // UTC
bool date_valid(int year, int month, int day);
int32_t date_add_months(int32_t day, int months);  // the 31st becomes the last of a shorter month
int date_weekday(int32_t day);                     // 1 Monday … 7 Sunday
bool date_parse(Str text, int32_t *ret_day);       // 2026-11-22 only
bool datetime_parse(Str text, int64_t *ret_ms);    // RFC 3339 with an offset or Z; fractions past milliseconds are cut
void date_write(Buf *buf, int32_t day);            // 2026-11-22
void datetime_write(Buf *buf, int64_t ms);         // 2026-11-22T08:00:00Z, with .123 only when not zero
