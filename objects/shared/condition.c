// A condition as its writer may write it.
#include "objects/shared/condition.h"

void condition_check(Call *call, const Object *object, Str path, Str source) {
        Context *context = call->context;
        ExprNames names = actor_names(call->actor);
        ExprParse parse = {.names = &names, .object = object, .expect = EXPR_BOOL};
        const Expr *expr = NULL;
        Error before = context->error;
        if (expr_parse(context, &parse, source, &expr) == STATUS_OK)
                return;
        Error found = context->error;
        context->error = before;
        (void)error_add_(context, path, found.code, found.args);
        context->error.items[context->error.count - 1].position = found.position;
}
