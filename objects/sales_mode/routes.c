// Routes about sales modes: the way of one record, what a change of stages would do, moving what is in a stage.
#include "api/route.h"
#include "objects/sales_mode/move.h"
#include "objects/sales_mode/process.h"

static Status stages_get(Request *request) {
        TRY(request_object(request, 0));
        TRY(request_id(request, 1));
        return stages_write(&request->call, request->object, request->id, &request->w);
}

static Status preview_post(Request *request) {
        TRY(request_id(request, 0));
        TRY(request_body(request));
        return stage_preview(&request->call, request->id, request->body, &request->w);
}

static Status prepare(Request *request) {
        return request_body(request);
}

static Status move_post(Request *request) {
        int64_t job = 0;
        TRY(request_id(request, 0));
        TRY(stage_move_start(&request->call, request->id, request->body, &job));
        request->status = 202;
        return job_write(&request->call, job, &request->w);
}

const Route sales_mode_routes[] = {
        {HTTP_GET, "/api/v1/records/{object}/{id}/stages", ROUTE_READ, ACCESS_SIGNED_IN, .run = stages_get, .id = "listStages", .summary = "The stages of a record's sales mode: where it is, how long it stayed, what is missing to go on"},
        {HTTP_POST, "/api/v1/sales-modes/{id}/preview", ROUTE_READ, ACCESS_ADMIN, .run = preview_post, .id = "previewStages", .summary = "What a change of a mode's stages would do to records on their way; writes nothing"},
        {HTTP_POST, "/api/v1/sales-modes/{id}/move", ROUTE_WRITE, ACCESS_ADMIN, .prepare = prepare, .run = move_post, .id = "moveStage", .summary = "Moves the records of one stage to another, or into the mode, as a job that can be undone"},
        {0},
};
