// Looking as a role.
#pragma once
#include "api/route.h"

// Whoever is no administrator gets STATUS_FORBIDDEN; an unknown role is an error at "role".
Status request_as_role(Request *request, int64_t role, const Actor **ret) MUST_USE;
