// Patterns of texts: ICU regular expressions with a limit on time, so that no pattern can stop a thread.
#include "meta/field/field.h"
#include <unicode/uregex.h>
#include <unicode/ustring.h>

#define MATCH_TIME 20         // in ICU's units, about a millisecond each
#define MATCH_STACK (1 << 20)

static UChar *to_utf16(Arena *arena, Str text, int32_t *ret_length) {
        UErrorCode error = U_ZERO_ERROR;
        UChar *wide = arena_array(arena, UChar, text.len + 1);
        u_strFromUTF8(wide, (int32_t)text.len + 1, ret_length, text.data ? text.data : "", (int32_t)text.len, &error);
        return U_FAILURE(error) ? NULL : wide;
}

static URegularExpression *pattern_open(Arena *arena, Str pattern) {
        int32_t length;
        UChar *wide = to_utf16(arena, pattern, &length);
        UErrorCode error = U_ZERO_ERROR;
        UParseError where;
        URegularExpression *regex = wide ? uregex_open(wide, length, 0, &where, &error) : NULL;
        if (U_FAILURE(error)) {
                uregex_close(regex);
                return NULL;
        }
        return regex;
}

bool pattern_valid(Arena *arena, Str pattern) {
        URegularExpression *regex = pattern_open(arena, pattern);
        uregex_close(regex);
        return regex != NULL;
}

bool pattern_matches(Arena *arena, Str pattern, Str text) {
        URegularExpression *regex = pattern_open(arena, pattern);
        if (!regex)
                return false;
        int32_t length;
        UChar *wide = to_utf16(arena, text, &length);
        UErrorCode error = U_ZERO_ERROR;
        bool matches = false;
        if (wide) {
                uregex_setTimeLimit(regex, MATCH_TIME, &error);
                uregex_setStackLimit(regex, MATCH_STACK, &error);
                uregex_setText(regex, wide, length, &error);
                matches = uregex_matches(regex, -1, &error) && U_SUCCESS(error);
        }
        uregex_close(regex);
        return matches;
}
