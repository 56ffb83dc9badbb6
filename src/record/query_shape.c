// Reads off a filter's text what its access path can be chosen by: top-level "field = …" and "field contains "…"". The filter was parsed before and is good; what is
// read here only makes it faster, so where the text is not plainly of such a form nothing is read.
#include "record/query.h"

static bool is_word(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || (unsigned char)c >= 0x80;
}

static size_t word_end(Str text, size_t at) {
        while (at < text.len && is_word(text.data[at]))
                at++;
        return at;
}

static size_t text_end(Str text, size_t at) {
        for (at++; at < text.len && text.data[at] != '"'; at++)
                if (text.data[at] == '\\')
                        at++;
        return at < text.len ? at + 1 : text.len;
}

// Where the first "and" outside of parentheses stands (text.len: nowhere); *ret_or when an "or" stands there before.
static size_t find_and(Str text, bool *ret_or) {
        int depth = 0;
        for (size_t at = 0; at < text.len;) {
                char c = text.data[at];
                if (c == '"')
                        at = text_end(text, at);
                else if (is_word(c)) {
                        Str word = str_slice(text, at, word_end(text, at));
                        if (depth == 0 && str_is(word, "or"))
                                *ret_or = true;
                        if (depth == 0 && str_is(word, "and"))
                                return at;
                        at += word.len;
                } else {
                        depth += c == '(' ? 1 : c == ')' ? -1 : 0;
                        at++;
                }
        }
        return text.len;
}

static bool has_index(const Object *object, const Field *field) {
        for (size_t i = 0; i < object->indexes_count; i++)
                if (str_eq(object->indexes[i].columns[0], field->column))
                        return true;
        return false;
}

static Status read_contains(Call *call, const Field *field, Str rest, FilterShape *shape) {
        if (shape->contains || !field->search || !field->stored || rest.len < 2 || rest.data[0] != '"' || text_end(rest, 0) != rest.len)
                return STATUS_OK;
        const Expr *literal;
        ExprParse parse = {.expect = EXPR_TEXT};
        TRY(expr_parse(call->context, &parse, rest, &literal));
        ExprEnv env = actor_env(call->context, call->actor);
        Value value = VALUE_NONE;
        TRY(expr_eval(call->context, literal, &env, NULL, NULL, &value));
        if (value.kind == VALUE_TEXT) {
                shape->contains = field;
                shape->needle = value.text;
        }
        return STATUS_OK;
}

static bool is_comparison(Str rest) {
        return str_starts(rest, STR("=")) || str_starts(rest, STR("<")) || str_starts(rest, STR(">")) || str_starts(rest, STR("between "));
}

static Status read_part(Call *call, const Object *object, Str part, FilterShape *shape) {
        part = str_trim(part);
        size_t end = word_end(part, 0);
        const Field *field = object_find(object, str_slice(part, 0, end));
        if (!field)
                return STATUS_OK;
        Str rest = str_trim(str_slice(part, end, part.len));
        if (is_comparison(rest) && has_index(object, field)) {
                shape->indexed = true;
                if (str_starts(rest, STR("=")) && (field->target || field->unique))
                        shape->equal = field;
        } else if (str_starts(rest, STR("contains")) && rest.len > 8 && !is_word(rest.data[8]))
                return read_contains(call, field, str_trim(str_slice(rest, 8, rest.len)), shape);
        return STATUS_OK;
}

Status filter_shape(Call *call, const Object *object, Str filter, FilterShape *ret) {
        FilterShape shape = {0};
        bool alternative = false;
        for (Str rest = filter; rest.len;) {
                size_t at = find_and(rest, &alternative);
                if (alternative)
                        break;
                TRY(read_part(call, object, str_slice(rest, 0, at), &shape));
                rest = str_slice(rest, at + 3, rest.len);
        }
        *ret = alternative ? (FilterShape){0} : shape;
        return STATUS_OK;
}
