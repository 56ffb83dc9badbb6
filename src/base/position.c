// Reads stored positions without a JSON reader: filters ask this of every row.
#include "base/position.h"

// -?[0-9]{1,3}(\.[0-9]{1,6})?, as the databases ask it
static bool is_degrees(Str text) {
        Str whole = str_starts(text, STR("-")) ? str_slice(text, 1, text.len) : text, fraction = STR("0");
        ptrdiff_t point = str_find_char(whole, '.');
        if (point >= 0) {
                fraction = str_slice(whole, (size_t)point + 1, whole.len);
                whole = str_slice(whole, 0, (size_t)point);
        }
        if (whole.len < 1 || whole.len > 3 || fraction.len < 1 || fraction.len > 6)
                return false;
        for (size_t i = 0; i < whole.len + fraction.len; i++) {
                char digit = i < whole.len ? whole.data[i] : fraction.data[i - whole.len];
                if (digit < '0' || digit > '9')
                        return false;
        }
        return true;
}

static bool take(Str *text, Str before, char end, Decimal *ret) {
        if (!str_starts(*text, before))
                return false;
        Str rest = str_slice(*text, before.len, text->len);
        ptrdiff_t at = str_find_char(rest, end);
        if (at <= 0)
                return false;
        *text = str_slice(rest, (size_t)at + 1, rest.len);
        Str degrees = str_slice(rest, 0, (size_t)at);
        return is_degrees(degrees) && decimal_parse(degrees, ret);
}

bool position_part(Str text, PositionPart part, Decimal *ret) {
        Decimal latitude, longitude;
        if (!take(&text, STR("{\"lat\":"), ',', &latitude) || !take(&text, STR("\"lng\":"), '}', &longitude) || text.len)
                return false;
        *ret = part == POSITION_LATITUDE ? latitude : longitude;
        return true;
}
