// A place on the earth as it is stored: {"lat":30.274123,"lng":120.155}, degrees with at most 6 places, no spaces.
#pragma once
#include "base/decimal.h"

typedef enum PositionPart { POSITION_LATITUDE, POSITION_LONGITUDE } PositionPart;
// false where the text is not exactly of that form.
bool position_part(Str text, PositionPart part, Decimal *ret);
