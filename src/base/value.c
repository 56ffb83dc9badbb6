// Comparing and copying values of any kind.
#include "base/value.h"
#include "base/status.h"

static int compare_int(int64_t a, int64_t b) {
        return (a > b) - (a < b);
}

int value_compare(Value a, Value b) {
        if (value_is_null(a) || value_is_null(b))
                return (int)value_is_null(a) - (int)value_is_null(b);
        ensure(a.kind == b.kind);
        switch (a.kind) {
        case VALUE_BOOL: return compare_int(a.boolean, b.boolean);
        case VALUE_INTEGER: return compare_int(a.integer, b.integer);
        case VALUE_NUMBER: return compare_int(a.number.units, b.number.units);
        case VALUE_DATE: return compare_int(a.day, b.day);
        case VALUE_DATETIME: return compare_int(a.ms, b.ms);
        case VALUE_TEXT:
        case VALUE_BLOB: return str_compare(a.text, b.text);
        case VALUE_NULL: break;
        }
        return 0;
}

bool value_eq(Value a, Value b) {
        return a.kind == b.kind && value_compare(a, b) == 0;
}

Value value_copy(Arena *arena, Value v) {
        if (v.kind == VALUE_TEXT || v.kind == VALUE_BLOB)
                v.text = str_copy(arena, v.text);
        return v;
}
