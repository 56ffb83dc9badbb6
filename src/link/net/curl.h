// libcurl's functions as they are loaded, for the files of this folder.
#pragma once
#define CURL_DISABLE_TYPECHECK
#include "base/context.h"
#include <curl/curl.h>

#define CURL_CALLS(X) X(curl_easy_init) X(curl_easy_setopt) X(curl_easy_perform) X(curl_easy_getinfo) X(curl_easy_cleanup) X(curl_easy_strerror) X(curl_slist_append) X(curl_slist_free_all)
#define CURL_MEMBER(name) __typeof__(&name) name;
typedef struct CurlCalls { CURL_CALLS(CURL_MEMBER) } CurlCalls;

Status curl_load(Context *context, CurlCalls *ret) MUST_USE;
// What every handle is told: no signals, its times, what it trusts.
void curl_prepare(const CurlCalls *calls, CURL *curl, Str ca, int timeout_ms, Arena *arena);
