// Makes the demo company: people, goods, then eighteen months of business. Everything of it is written with the source "demo" in its history, by which it is known
// when it is to go again (remove.c).
#include "app/demo/demo.h"

static Status check_empty(Call *call, void *arg) {
        (void)arg;
        static const char *const objects[] = {"user", "customer", "lead", "product"};
        for (size_t i = 0; i < sizeof objects / sizeof *objects; i++) {
                bool found = false;
                Sql select = db_sql(call->db);
                sql(&select, "select 1 from ");
                sql_name(&select, catalog_get(call->catalog, objects[i])->table);
                sql(&select, " limit 1");
                TRY(db_get_int(call->db, &select, NULL, &found));
                if (found)
                        return error_set(call->context, STATUS_CONFLICT, "demo_not_empty");
        }
        return STATUS_OK;
}

static Status make_company(Demo *demo) {
        ensure(demo_people_count <= 64 && demo_departments_count <= 32 && demo_products_count <= 64 && demo_competitors_count <= 16);
        TRY(demo_people_create(demo));
        TRY(demo_goods_create(demo));
        TRY(demo_process_create(demo));
        ARENA_CLEANUP Arena *arena = arena_new(0);
        demo->plan = plan_make(arena, org_zone(demo->org), demo->context->now_ms);
        TRY(demo_play(demo));
        TRY(demo_risk(demo));
        TRY(demo_calendar(demo));
        return demo_pools(demo);
}

Status seed_demo(Context *context, Org *org, void (*progress)(void *arg, const char *key, int64_t done, int64_t total), void *arg) {
        Demo demo = {.context = context, .org = org, .progress = progress, .arg = arg};
        TRY(work_read(context, org, check_empty, NULL));
        return make_company(&demo);
}

static void save_progress(void *arg, const char *key, int64_t done, int64_t total) {
        if (strcmp(key, "command.demo_records") == 0)
                (void)job_progress(arg, done, total);
}

Status demo_fill(Job *job, void *arg) {
        (void)arg;
        Demo demo = {.context = &job->context, .org = job->org, .progress = save_progress, .arg = job, .beside = true};
        TRY(make_company(&demo));
        JsonWriter w = json_writer(&job->result);
        json_open_object(&w);
        json_put_int(&w, "people", demo_people_count);
        json_close_object(&w);
        return STATUS_OK;
}
