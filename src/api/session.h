// Signing in, for the routes that do it.
#pragma once
#include "api/route.h"

void session_begin_answer(Request *request, Str token); // opens the object: who is signed in, what they may do; token may be empty. The caller closes it
void session_set_cookie(Request *request, Str token);
