// One structured line (logfmt) per event to standard error; ids, never record values. Only app, api, flow and link log.
#pragma once
#include "base/context.h"

typedef enum LogLevel { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR } LogLevel;
void log_level(LogLevel least);
void log_event(LogLevel level, const char *event, const char *format, ...) __attribute__((format(printf, 3, 4))); // event=… then key=value pairs as formatted
