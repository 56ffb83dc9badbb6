// Other ids in the text of an expression: where a record that it names has given way to another one.
#include "expr/tree.h"
#include <stdlib.h>

static int compare_places(const void *a, const void *b) {
        size_t x = *(const size_t *)a, y = *(const size_t *)b;
        return x < y ? -1 : x > y;
}

static size_t digits_end(Str source, size_t at) {
        while (at < source.len && source.data[at] >= '0' && source.data[at] <= '9')
                at++;
        return at;
}

// A place may have been noted more than once (both sides of a range).
static Str replaced(Context *context, Str source, IdPlaces *places, int64_t to, size_t *ret_count) {
        Buf buf = buf_make(context->arena, source.len + places->count * 20 + 1);
        size_t from = 0;
        qsort(places->at, places->count, sizeof *places->at, compare_places);
        for (size_t i = 0; i < places->count; i++) {
                if (places->at[i] < from)
                        continue;
                buf_add(&buf, str_slice(source, from, places->at[i]));
                buf_format(&buf, "%lld", (long long)to);
                from = digits_end(source, places->at[i]);
                ++*ret_count;
        }
        buf_add(&buf, str_slice(source, from, source.len));
        return buf_str(&buf);
}

Status expr_replace_id(Context *context, const ExprParse *parse, Str source, const void *target, int64_t from, int64_t to, Str *ret, size_t *ret_count) {
        int nodes = 0;
        IdPlaces *places = arena_new_of(context->arena, IdPlaces);
        *places = (IdPlaces){.target = target, .id = from};
        Check check = {.context = context, .names = parse->names, .source = source, .nodes = &nodes, .places = places};
        Scope scope = {.object = parse->object, .measure = parse->allow_aggregate};
        Syntax *syntax;
        Expr *expr;
        *ret = source;
        *ret_count = 0;
        TRY(expr_syntax(context, source, &syntax));
        TRY(check_as(&check, &scope, syntax, parse->expect, &expr));
        if (places->count)
                *ret = replaced(context, source, places, to, ret_count);
        return STATUS_OK;
}
