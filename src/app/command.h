// Subcommands. A command works on an open Org and prints through its Command, so that it runs the same in its own process and, handed over by
// the control socket, inside a server that has the data folder open.
#pragma once
#include "access/org.h"
#include "record/record.h"

#ifndef HAIKE_VERSION
#define HAIKE_VERSION "0.1.0"
#endif

typedef struct Options {
        const char *data;       // --data, default "data"
        const char *database;   // --database URL, NULL: SQLite
        const char *trusted_proxies; // --trusted-proxies, whose X-Forwarded-For and -Proto are believed
        const char *listen;     // --listen, default "127.0.0.1:8080"
        bool test_clock, demo, dry_run, password_stdin, help, version;
        const char *name, *role, *department, *map; // user add, import
        const char *audit_head; // check: a head that was noted elsewhere
        const char *words[8];   // what is not an option: the subcommand and its arguments
        int count;
} Options;

typedef struct Command {
        Context context;
        Org *org;                                  // NULL for a CommandDef.alone
        const Options *options;
        Str input;                                 // standard input, with --password-stdin
        const char *folder;                        // where relative file names start; NULL: in the process's own working folder
        void (*print)(void *out, bool problem, Str text); // problem: standard error
        void *out;
} Command;

enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

typedef struct CommandDef {
        const char *name, *usage;
        bool (*usable)(const Options *options);    // are there the words and options it needs? Asked before anything is opened
        int (*run)(Command *command);
        bool creates;       // makes the database when there is none
        bool audited;       // its begin and end go into the audit log
        bool alone;         // runs without an open database and refuses beside a running server (restore)
} CommandDef;
extern const CommandDef commands[]; // ended by an entry without name
const CommandDef *command_find(const char *name);

bool options_parse(int argc, char **argv, Options *ret, const char **ret_problem);
Lang command_lang(void);                                     // of LC_ALL, LC_MESSAGES or LANG; Chinese unless one of them says English
#define command_say(command, key, ...) command_say_((command), false, (key), (Str[4]){__VA_ARGS__}) // a line from texts.json
#define command_warn(command, key, ...) command_say_((command), true, (key), (Str[4]){__VA_ARGS__}) // the same on standard error
void command_say_(Command *command, bool problem, const char *key, const Str args[4]);
void command_printf(Command *command, const char *format, ...) __attribute__((format(printf, 2, 3)));
int command_fail(Command *command, Status status);           // prints the context's error in its language, answers EXIT_FAILED
Str error_lines(const Context *context, Arena *arena);       // the error as people read it: one line, and one for each field at fault
const char *command_path(const Command *command, const char *name); // of a file named on the command line
Status command_open(Context *context, const Options *options, bool create, Org **ret) MUST_USE;

// One transaction in the system's name. step may run more than once. source goes into the history.
typedef Status (*WorkStep)(Call *call, void *arg);
Status work_write(Context *context, Org *org, Str source, WorkStep step, void *arg) MUST_USE;
Status work_read(Context *context, Org *org, WorkStep step, void *arg) MUST_USE;

// control.c: the Unix socket in the data folder.
typedef struct Control Control;
Status control_start(Context *context, Org *org, const char *folder, Control **ret) MUST_USE;
void control_stop(Control *control);                 // waits for commands that run; accepts NULL
// Hands the command line over and prints what comes back. false: no server answers there.
bool control_send(const Options *options, int argc, char **argv, Str input, int *ret_exit);

// What a server does by itself: fills search indexes that were left to be done in slices.
typedef struct Upkeep Upkeep;
Upkeep *upkeep_start(Org *org);
void upkeep_stop(Upkeep *upkeep);                    // accepts NULL

// Runs a command with its entries in the audit log.
int command_run(const CommandDef *def, Command *command);

int serve_run(const Options *options);

// What a new database starts with: a company, its root department, the shipped roles with the objects' default grants. Does nothing where there are roles already.
Status seed_basics(Call *call, bool *ret_new) MUST_USE;
Status seed_grants(Call *call) MUST_USE;                      // shipped roles' grants on objects that came later
Status seed_organisation(Context *context, Org *org, bool *ret_new) MUST_USE; // seed_basics in a transaction of its own
// The demo company (init --demo), from a fixed seed, up to the day of today; into an organisation without users and customers, else STATUS_CONFLICT.
Status seed_demo(Context *context, Org *org, void (*progress)(void *arg, const char *key, int64_t done, int64_t total), void *arg) MUST_USE;

// Commands that have a file of their own.
int restore_command(Command *command);
int export_command(Command *command);
int user_command(Command *command);
bool user_usable(const Options *options);
int import_command(Command *command);
