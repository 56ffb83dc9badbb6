// What is set for other systems, taken out of JSON member by member: types, lengths, choices. Every mistake is added at its member.
#pragma once
#include "base/json.h"

typedef struct Config { Context *context; const Json *body; Str prefix; } Config; // prefix: before the members' names in errors, often empty

Str config_text(const Config *config, const char *name, size_t longest);  // trimmed, one line, without control characters; absent or null: empty
Str config_lines(const Config *config, const char *name, size_t longest); // may have several lines
Str config_needed(const Config *config, const char *name, size_t longest); // may not be empty
bool config_bool(const Config *config, const char *name, bool fallback);
int64_t config_int(const Config *config, const char *name, int64_t fallback, int64_t least, int64_t most);
int config_choice(const Config *config, const char *name, const char *const *words, int fallback); // index in words, ended by NULL
const Json *config_list(const Config *config, const char *name, size_t most); // NULL: absent
void config_known(const Config *config, const char *const *names);       // members that are not among these are mistakes
Status config_wrong(const Config *config, const char *name, const char *code);
bool config_host(Str host);                                               // a name or an address, nothing that could be more
Status config_email(const Config *config, const char *name, Str *text);   // one plain address
