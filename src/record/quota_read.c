// Counting what each person reads: in memory, so that a page costs no write; what was counted is added up in the table every minute.
#include "record/quota.h"
#include <pthread.h>
#include <stdlib.h>

#define HOUR_MS 3600000LL
#define SEEN_FIRST 64
#define SEEN_LARGEST 16384 // places for records opened in a day; whoever opens more is counted without looking whether it was the same one
#define NEAR_FIFTHS 4

enum { OPENED_HOUR, OPENED_DAY, ROWS_HOUR, ROWS_DAY, LIMITS };
static const char *const names[LIMITS] = {"opened_hour", "opened_day", "rows_hour", "rows_day"};

typedef struct Reader {
        int64_t user;                        // 0: a free place
        int64_t hour_ms, day_ms;             // that the counts are of
        int64_t base[LIMITS];                // what the table had, all nodes together
        int64_t opened, rows;                // counted since
        int64_t opened_taken, rows_taken;    // of these, those that are being written
        uint64_t *seen;                      // opened today: an open hash set
        size_t seen_count, seen_places;
        unsigned told[LIMITS], due[LIMITS];  // bits by ReadWarning
} Reader;

struct ReadQuota {
        pthread_mutex_t lock;
        Reader *readers;
        size_t count, places;
};

ReadQuota *read_quota_new(void) {
        ReadQuota *quota = calloc(1, sizeof *quota);
        ensure(quota);
        quota->places = 64;
        quota->readers = calloc(quota->places, sizeof *quota->readers);
        ensure(quota->readers);
        pthread_mutex_init(&quota->lock, NULL);
        return quota;
}

void read_quota_free(ReadQuota *quota) {
        if (!quota)
                return;
        for (size_t i = 0; i < quota->places; i++)
                free(quota->readers[i].seen);
        free(quota->readers);
        pthread_mutex_destroy(&quota->lock);
        free(quota);
}

// ---- Who

static uint64_t mixed(uint64_t key) {
        key ^= key >> 31;
        key *= 0x9E3779B97F4A7C15ULL;
        return key ^ key >> 29;
}

static Reader *place_of(Reader *readers, size_t places, int64_t user) {
        size_t at = (size_t)mixed((uint64_t)user) & (places - 1);
        while (readers[at].user && readers[at].user != user)
                at = (at + 1) & (places - 1);
        return &readers[at];
}

static void grow(ReadQuota *quota) {
        size_t places = quota->places * 2;
        Reader *readers = calloc(places, sizeof *readers);
        ensure(readers);
        for (size_t i = 0; i < quota->places; i++)
                if (quota->readers[i].user)
                        *place_of(readers, places, quota->readers[i].user) = quota->readers[i];
        free(quota->readers);
        quota->readers = readers;
        quota->places = places;
}

static void turn_hour(Reader *reader, int64_t hour_ms) {
        reader->hour_ms = hour_ms;
        reader->base[OPENED_HOUR] = reader->base[ROWS_HOUR] = 0;
        reader->told[OPENED_HOUR] = reader->told[ROWS_HOUR] = 0;
        reader->base[OPENED_DAY] += reader->opened - reader->opened_taken; // what is not written yet counts for the day, not for the new hour
        reader->base[ROWS_DAY] += reader->rows - reader->rows_taken;
        reader->opened = reader->opened_taken;
        reader->rows = reader->rows_taken;
}

static void turn_day(Reader *reader, int64_t day_ms) {
        reader->day_ms = day_ms;
        memset(reader->base, 0, sizeof reader->base);
        memset(reader->told, 0, sizeof reader->told);
        free(reader->seen);
        reader->seen = NULL;
        reader->seen_count = reader->seen_places = 0;
        reader->opened = reader->rows = reader->opened_taken = reader->rows_taken = 0;
}

typedef struct Moment { int64_t hour_ms, day_ms, now_ms; } Moment;

static Moment moment_of(const Call *call) {
        const Zone *zone = call->catalog->zone;
        int64_t now = call->context->now_ms;
        return (Moment){now - now % HOUR_MS, zone_day_start(zone, zone_day(zone, now)), now};
}

static Reader *reader_of(ReadQuota *quota, int64_t user, const Moment *moment) {
        if (quota->count * 2 >= quota->places)
                grow(quota);
        Reader *reader = place_of(quota->readers, quota->places, user);
        if (!reader->user) {
                reader->user = user;
                quota->count++;
        }
        if (reader->day_ms != moment->day_ms)
                turn_day(reader, moment->day_ms);
        if (reader->hour_ms != moment->hour_ms)
                turn_hour(reader, moment->hour_ms);
        return reader;
}

// ---- How much

static bool take_limits(Call *call, int64_t ret[LIMITS]) {
        OrgView view = org_view(call->org);
        const OrgSettings *settings = view.settings;
        const int64_t limits[LIMITS] = {settings->opened_hour, settings->opened_day, settings->rows_hour, settings->rows_day};
        memcpy(ret, limits, sizeof limits);
        org_view_done(&view);
        return ret[0] || ret[1] || ret[2] || ret[3];
}

static int64_t used(const Reader *reader, int what) {
        return reader->base[what] + (what == OPENED_HOUR || what == OPENED_DAY ? reader->opened : reader->rows);
}

static void warn(Reader *reader, int what, ReadWarning warning) {
        unsigned bit = 1u << warning;
        if (reader->told[what] & bit)
                return;
        reader->told[what] |= bit;
        reader->due[what] |= bit;
}

static void look(Reader *reader, const int64_t limits[LIMITS]) {
        for (int what = 0; what < LIMITS; what++) {
                if (limits[what] && used(reader, what) * 5 >= limits[what] * NEAR_FIFTHS)
                        warn(reader, what, READ_NEAR);
                if (limits[what] && used(reader, what) >= limits[what])
                        warn(reader, what, READ_REACHED);
        }
}

static bool counts(const Call *call, const Object *object) {
        static const char *const left_out[] = {"user", "department", "role", "view", "notification", "retention_rule"};
        if (!call->actor->user || call->actor->system || !org_slot(call->org, ORG_SLOT_READS))
                return false;
        for (size_t i = 0; object && i < sizeof left_out / sizeof *left_out; i++)
                if (str_is(object->name, left_out[i]))
                        return false;
        return true;
}

static Status refuse(Call *call, int what, int64_t limit, const Moment *moment) {
        bool by_hour = what == OPENED_HOUR || what == ROWS_HOUR, opened = what == OPENED_HOUR || what == OPENED_DAY;
        int64_t end_ms = by_hour ? moment->hour_ms + HOUR_MS : zone_day_start(call->catalog->zone, zone_day(call->catalog->zone, moment->now_ms) + 1);
        int64_t wait_s = (end_ms - moment->now_ms + 999) / 1000;
        Arena *arena = call->context->arena;
        Status status = error_set(call->context, STATUS_LIMITED, opened ? "quota_opened" : "quota_rows", str_format(arena, "%lld", (long long)limit), str_format(arena, "%lld", (long long)((wait_s + 59) / 60)));
        call->context->error.retry_after_s = (int)(wait_s > 0 ? wait_s : 1);
        return status;
}

Status read_quota_check(Call *call, const Object *object) {
        int64_t limits[LIMITS];
        if (call->own_write || !counts(call, object) || !take_limits(call, limits))
                return STATUS_OK;
        ReadQuota *quota = org_slot(call->org, ORG_SLOT_READS);
        Moment moment = moment_of(call);
        int over = -1;
        pthread_mutex_lock(&quota->lock);
        Reader *reader = reader_of(quota, call->actor->user, &moment);
        for (int what = 0; what < LIMITS && over < 0; what++)
                if (limits[what] && used(reader, what) >= limits[what])
                        over = what;
        if (over >= 0 && !call->actor->administrator)
                warn(reader, over, READ_REFUSED);
        pthread_mutex_unlock(&quota->lock);
        return over >= 0 && !call->actor->administrator ? refuse(call, over, limits[over], &moment) : STATUS_OK;
}

// ---- Counting

static void enlarge_seen(Reader *reader) {
        size_t places = reader->seen_places ? reader->seen_places * 2 : SEEN_FIRST;
        uint64_t *seen = calloc(places, sizeof *seen);
        ensure(seen);
        for (size_t i = 0; i < reader->seen_places; i++) {
                if (!reader->seen[i])
                        continue;
                size_t at = (size_t)reader->seen[i] & (places - 1);
                while (seen[at])
                        at = (at + 1) & (places - 1);
                seen[at] = reader->seen[i];
        }
        free(reader->seen);
        reader->seen = seen;
        reader->seen_places = places;
}

static bool seen_before(Reader *reader, uint64_t key) {
        if (reader->seen_count * 2 >= reader->seen_places) {
                if (reader->seen_places >= SEEN_LARGEST)
                        return false;
                enlarge_seen(reader);
        }
        size_t at = (size_t)key & (reader->seen_places - 1);
        for (; reader->seen[at]; at = (at + 1) & (reader->seen_places - 1))
                if (reader->seen[at] == key)
                        return true;
        reader->seen[at] = key;
        reader->seen_count++;
        return false;
}

void read_quota_opened(Call *call, const Object *object, int64_t id) {
        int64_t limits[LIMITS];
        if (!counts(call, object) || !take_limits(call, limits))
                return;
        ReadQuota *quota = org_slot(call->org, ORG_SLOT_READS);
        Moment moment = moment_of(call);
        uint64_t key = mixed(((uint64_t)object->id << 40) ^ (uint64_t)id) | 1;
        pthread_mutex_lock(&quota->lock);
        Reader *reader = reader_of(quota, call->actor->user, &moment);
        reader->opened += !seen_before(reader, key);
        look(reader, limits);
        pthread_mutex_unlock(&quota->lock);
}

void read_quota_rows(Call *call, const Object *object, int64_t rows) {
        int64_t limits[LIMITS];
        if (!rows || !counts(call, object) || !take_limits(call, limits))
                return;
        ReadQuota *quota = org_slot(call->org, ORG_SLOT_READS);
        Moment moment = moment_of(call);
        pthread_mutex_lock(&quota->lock);
        Reader *reader = reader_of(quota, call->actor->user, &moment);
        reader->rows += rows;
        look(reader, limits);
        pthread_mutex_unlock(&quota->lock);
}

// ---- Once a minute

typedef struct Pending { int64_t user, opened, rows, hour_ms; } Pending;

static Status add_use(Call *call, const Pending *pending, Str what, int64_t amount) {
        if (!amount)
                return STATUS_OK;
        Sql add = db_sql(call->db);
        sql(&add, "insert into audit_use (user_id, what, since, amount) values (");
        sql_int(&add, pending->user);
        sql(&add, ", ");
        sql_str(&add, what);
        sql(&add, ", ");
        sql_value(&add, value_datetime(pending->hour_ms));
        sql(&add, ", ");
        sql_int(&add, amount);
        sql(&add, ") on conflict (user_id, what, since) do update set amount = audit_use.amount + excluded.amount");
        return db_exec(call->db, &add, NULL);
}

static Pending *take_pending(ReadQuota *quota, Arena *arena, size_t *ret_count) {
        pthread_mutex_lock(&quota->lock);
        Pending *list = arena_array(arena, Pending, quota->count + 1);
        *ret_count = 0;
        for (size_t i = 0; i < quota->places; i++) {
                Reader *reader = &quota->readers[i];
                reader->opened_taken = reader->opened;
                reader->rows_taken = reader->rows;
                if (reader->user && (reader->opened || reader->rows))
                        list[(*ret_count)++] = (Pending){reader->user, reader->opened, reader->rows, reader->hour_ms};
        }
        pthread_mutex_unlock(&quota->lock);
        return list;
}

typedef struct Total { int64_t user, hour, day; bool opened; } Total;

static Status read_totals(Call *call, const Moment *moment, Total **ret, size_t *ret_count) {
        size_t capacity = 256;
        Sql select = db_sql(call->db);
        *ret = arena_array(call->context->arena, Total, capacity);
        *ret_count = 0;
        sql(&select, "select user_id, what, sum(case when since >= ");
        sql_value(&select, value_datetime(moment->hour_ms));
        sql(&select, " then amount else 0 end), sum(amount) from audit_use where what in ('opened', 'rows') and since >= ");
        sql_value(&select, value_datetime(moment->day_ms));
        sql(&select, " group by user_id, what");
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(call->db, &select, &rows));
        for (bool found;;) {
                TRY(rows_next(rows, &found));
                if (!found)
                        return STATUS_OK;
                if (*ret_count == capacity) {
                        *ret = arena_grow(call->context->arena, *ret, capacity * sizeof **ret, capacity * 2 * sizeof **ret);
                        capacity *= 2;
                }
                (*ret)[(*ret_count)++] = (Total){.user = rows_int(rows, 0), .opened = str_is(rows_text(rows, 1), "opened"), .hour = rows_int(rows, 2), .day = rows_int(rows, 3)};
        }
}

// Totals hold what is being written: it is taken off again where it is counted in memory, until that is known to be stored.
static void apply_totals(ReadQuota *quota, const Moment *moment, const Total *totals, size_t count) {
        pthread_mutex_lock(&quota->lock);
        for (size_t i = 0; i < count; i++) {
                Reader *reader = reader_of(quota, totals[i].user, moment);
                int64_t taken = totals[i].opened ? reader->opened_taken : reader->rows_taken;
                reader->base[totals[i].opened ? OPENED_HOUR : ROWS_HOUR] = totals[i].hour - taken;
                reader->base[totals[i].opened ? OPENED_DAY : ROWS_DAY] = totals[i].day - taken;
        }
        pthread_mutex_unlock(&quota->lock);
}

static void take_events(ReadQuota *quota, const int64_t limits[LIMITS], Arena *arena, ReadEvent **ret, size_t *ret_count) {
        pthread_mutex_lock(&quota->lock);
        *ret = arena_array(arena, ReadEvent, quota->count * LIMITS * 3 + 1);
        *ret_count = 0;
        for (size_t i = 0; i < quota->places; i++)
                for (int what = 0; what < LIMITS; what++)
                        for (int warning = READ_NEAR; warning <= READ_REFUSED; warning++)
                                if (quota->readers[i].due[what] & 1u << warning)
                                        (*ret)[(*ret_count)++] = (ReadEvent){.user = quota->readers[i].user, .used = used(&quota->readers[i], what), .limit = limits[what], .what = names[what], .warning = (ReadWarning)warning};
        pthread_mutex_unlock(&quota->lock);
}

Status read_quota_flush(ReadQuota *quota, Call *call, ReadEvent **ret, size_t *ret_count) {
        int64_t limits[LIMITS];
        Moment moment = moment_of(call);
        Total *totals = NULL;
        size_t pending_count = 0, totals_count = 0;
        *ret_count = 0;
        if (!take_limits(call, limits))
                return STATUS_OK;
        Pending *pending = take_pending(quota, call->context->arena, &pending_count);
        for (size_t i = 0; i < pending_count; i++) {
                TRY(add_use(call, &pending[i], STR("opened"), pending[i].opened));
                TRY(add_use(call, &pending[i], STR("rows"), pending[i].rows));
        }
        TRY(read_totals(call, &moment, &totals, &totals_count));
        apply_totals(quota, &moment, totals, totals_count);
        take_events(quota, limits, call->context->arena, ret, ret_count);
        return STATUS_OK;
}

void read_quota_flushed(ReadQuota *quota) {
        pthread_mutex_lock(&quota->lock);
        for (size_t i = 0; i < quota->places; i++) {
                Reader *reader = &quota->readers[i];
                reader->base[OPENED_HOUR] += reader->opened_taken;
                reader->base[OPENED_DAY] += reader->opened_taken;
                reader->base[ROWS_HOUR] += reader->rows_taken;
                reader->base[ROWS_DAY] += reader->rows_taken;
                reader->opened -= reader->opened_taken;
                reader->rows -= reader->rows_taken;
                reader->opened_taken = reader->rows_taken = 0;
                memset(reader->due, 0, sizeof reader->due);
        }
        pthread_mutex_unlock(&quota->lock);
}
