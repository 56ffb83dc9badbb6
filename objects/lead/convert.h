// Lead → customer, contact, opportunity in one transaction.
#pragma once
#include "record/record.h"

// body: {"customer":{"id"}|values, "contact":{"id"}|values|null, "opportunity":values|null}; what is not given is filled from the lead; a customer of exactly the
// lead's company name that the reader may see is taken instead of making a second one. Answers {"customer":{"id"},"contact":…|null,"opportunity":…|null}.
Status lead_convert(Call *call, const Record *lead, const Json *body, JsonWriter *w) MUST_USE;
