// What handlers that start long work share: the row is made in the request's transaction, the work is done at once or in the background, the answer is the job.
#pragma once
#include "api/route.h"
#include "flow/bulk.h"

Status job_added(Request *request, int64_t job) MUST_USE;  // in the transaction: what a repeated request finds
// After it: does the work here (200) or leaves it to the jobs' threads (202). A repeated request does nothing and is told how its job stands.
Status job_begin(Request *request, int64_t job, bool here, JobRun run, JobCopy copy, void *from) MUST_USE;
