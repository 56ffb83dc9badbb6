// Stored lists of ids, such as ["12","7"].
#pragma once
#include "record/record.h"

// The list without one id (0: none), with another in its place (0: none), each id once. *ret empty: nothing is left.
Status list_without(Context *context, Str list, int64_t gone, int64_t instead, Str *ret) MUST_USE;
