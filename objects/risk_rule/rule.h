// What the hook of risk rules and the work on records share.
#pragma once
#include "flow/job.h"

#define RISK_JOB "risk"

bool risk_suits(const Object *object); // may there be risk rules over it?
Status risk_run(Job *job, void *request) MUST_USE;
