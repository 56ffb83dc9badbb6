// What a sales mode says of a record on its way: its stages in order, what each asks before it is left, what is missing to go on. For the hooks of objects that have a mode,
// their actions, and the routes; nothing here asks for rights.
#pragma once
#include "record/record.h"

#define MODE_STAGES_MOST 60 // of one mode, retired ones too
#define STAGE_TASKS_MOST 30 // of one stage

typedef struct StageTask { int64_t id; Str title, type; int64_t due_days; bool required; } StageTask;
typedef struct Stage {
        int64_t id, max_days;           // max_days 0: not said
        Str key, label, color, outcome; // outcome: open, won, lost
        Str guidance, exit_criteria, exit_message;
        bool has_probability, retired;
        Decimal probability;
        Str *required; size_t required_count; // names of fields
        StageTask *tasks; size_t tasks_count;
        size_t place;                   // in the mode's stages
} Stage;
typedef struct Mode {
        int64_t id;
        Str name;
        bool active, lost_competitor, lost_category;
        Stage *stages; size_t stages_count; // in their order, retired ones too
} Mode;

Status mode_load(Call *call, int64_t id, Mode **ret) MUST_USE;       // NULL: there is none, or it has no stages
Status mode_of(Call *call, const Record *record, Mode **ret) MUST_USE;
const Stage *mode_stage(const Mode *mode, Str key);                 // NULL: not one of its stages
const Stage *mode_first(const Mode *mode, const char *outcome);     // the first of these that is not retired
bool stage_is_closed(const Stage *stage);
// How many steps up the tree from a department to one of a stored list; -1: none of those above it is in it.
int departments_reach(const Access *access, Str list, int64_t department);
// Which mode new records of somebody in this department take: the nearest department's, else the one for everybody else; 0: none.
Status mode_for_department(Call *call, const Object *object, int64_t department, int64_t *ret) MUST_USE;

// ---- What is missing to go on

typedef enum MissingKind { MISSING_FIELD, MISSING_TASK, MISSING_CRITERIA } MissingKind;
typedef struct Missing {
        MissingKind kind;
        const Stage *stage;     // that asks for it
        const Field *field;     // of a field
        const StageTask *task;  // of a task
        int64_t task_id;        // the open one that was made of it; 0: none
        bool unseen;            // the field is hidden from whoever asks
} Missing;
typedef struct MissingList { Missing *items; size_t count, capacity; } MissingList;

typedef struct Gate {
        Call *call;
        const Mode *mode;
        const Record *record;   // as it would be
        const Stage *from;      // NULL: from before the first stage
        const Stage *to;
        bool tasks;             // are tasks asked for?
        bool entered;           // it stands in `from` by now: what was made of its tasks counts, and what was never made is not asked
        bool reader;            // only what the actor may know (a form); else all there is (a write)
} Gate;
Status gate_missing(const Gate *gate, MissingList *ret) MUST_USE;
// The open stage that a closed record was in last; NULL: that is not known.
Status stage_before_close(Call *call, const Mode *mode, const Record *record, const Stage **ret) MUST_USE;
// The stage to leave, for going on from where the stored record is.
Status gate_from(Call *call, const Mode *mode, const Record *record, Gate *ret) MUST_USE;

// ---- For the hooks of an object that has `mode` and `stage`

// On creation the owner's mode, unless one is named; a named one must be one of his departments' or the caller's. *ret NULL: the record goes no such way.
Status process_take_mode(Call *call, RecordChange *change, Mode **ret) MUST_USE;
// Everything that is missing for a change of stage or mode that a person asks for, added as errors: at the fields, or at the stage.
Status process_ask(Call *call, const RecordChange *change, const Mode *mode) MUST_USE;
// After it is stored: the stage's tasks are made, and the change is noted with the time spent.
Status process_entered(Call *call, const RecordChange *change) MUST_USE;

// ---- What routes answer
Status stage_preview(Call *call, int64_t mode, const Json *body, JsonWriter *w) MUST_USE; // {"stages":[…],"map":{…}}: see docs/manual
Status stages_write(Call *call, const Object *object, int64_t id, JsonWriter *w) MUST_USE;
