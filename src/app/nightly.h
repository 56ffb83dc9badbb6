// What a server does at night, once per cluster: rules of keeping, the recycle bin, the audit log's oldest entries. And, every minute, what people read.
#pragma once
#include "access/org.h"

// Does the night's work if it is night in the organisation's zone and nobody has done it yet today. Breaks off between two pieces when *stopping.
Status nightly(Context *context, Org *org, const bool *stopping) MUST_USE;
// The same at once, and what was read is added up: for tests.
Status night_now(Context *context, Org *org) MUST_USE;
// Adds up what was read (record/quota.h) and tells administrators of who reads much.
Status reads_flush(Context *context, Org *org) MUST_USE;
