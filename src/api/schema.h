// JSON Schemas of records, from the catalog.
#pragma once
#include "api/route.h"

bool schema_visible(Request *request, const Object *object);
void schema_write_all(Request *request); // the member "schemas": object, object_input, object_list, reference, problem
