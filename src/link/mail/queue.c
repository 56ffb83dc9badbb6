// The queue of letters: a row each, with what is needed to send it again and again under the same Message-ID. Whoever sends one claims it by moving the time when it is due
// to behind the longest that sending may take: after a crash it is due again by itself.
#include "access/secret.h"
#include "link/mail/mail.h"
#include "os/os.h"
#include <sodium.h>

#define MINUTE_MS ((int64_t)60 * 1000)
#define CLAIM_MS (5 * MINUTE_MS)
#define KEPT_MS ((int64_t)30 * 24 * 60 * MINUTE_MS)
#define CONTENT_CAP ((size_t)512 * 1024)
#define ID_BYTES 18

Str mail_message_id(Arena *arena, Str from) {
        unsigned char random[ID_BYTES];
        char text[ID_BYTES * 2 + 1];
        ptrdiff_t at = str_find_char(from, '@');
        os_random(random, sizeof random);
        sodium_bin2hex(text, sizeof text, random, sizeof random);
        return str_format(arena, "<%s@" STR_FMT ">", text, STR_ARG(str_slice(from, at < 0 ? 0 : (size_t)at + 1, from.len)));
}

static Status content_of(Org *org, Context *context, const MailNew *mail, Str *ret) {
        Buf buf = buf_make(context->arena, CONTENT_CAP);
        JsonWriter w = json_writer(&buf);
        json_open_object(&w);
        json_put_str(&w, "text", mail->letter.text);
        json_put_str(&w, "html", mail->letter.html);
        json_close_object(&w);
        if (buf_full(&buf))
                return error_set(context, STATUS_TOO_LARGE, "too_long", STR("512 KB"));
        *ret = buf_str(&buf);
        return mail->confidential ? secret_seal(org, context, *ret, ret) : STATUS_OK;
}

static void add_datetime(Sql *statement, int64_t ms) {
        sql(statement, ", ");
        sql_value(statement, ms ? value_datetime(ms) : VALUE_NONE);
}

Status mail_add(Org *org, Db *db, const MailNew *mail) {
        Context *context = db_context(db);
        MailSettings settings;
        Str content = STR_NONE;
        TRY(mail_settings_load(db, &settings));
        if (!settings.active || str_empty(mail->recipient))
                return STATUS_OK;
        TRY(content_of(org, context, mail, &content));
        Sql insert = db_sql(db);
        sql(&insert, "insert into \"mail_queue\" (\"kind\", \"user_id\", \"recipient\", \"subject\", \"content\", \"message_id\", \"status\", \"attempts\", \"due_at\", \"expires_at\", \"created_at\") values (");
        sql_str(&insert, str_from(mail->kind));
        sql(&insert, ", ");
        sql_value(&insert, mail->user ? value_int(mail->user) : VALUE_NONE);
        const Str texts[] = {mail->recipient, mail->letter.subject, content, mail_message_id(context->arena, settings.from)};
        for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
                sql(&insert, ", ");
                sql_str(&insert, texts[i]);
        }
        sql(&insert, ", 'waiting', 0");
        add_datetime(&insert, context->now_ms);
        add_datetime(&insert, mail->expires_ms);
        add_datetime(&insert, context->now_ms);
        sql(&insert, ")");
        return db_exec(db, &insert, NULL);
}

// ---- Sending

static Status claim(Db *db, const MailRow *row) {
        Sql update = db_sql(db);
        sql(&update, "update \"mail_queue\" set \"claimed_at\" = ");
        sql_value(&update, value_datetime(db_context(db)->now_ms));
        sql(&update, ", \"attempts\" = ");
        sql_int(&update, row->attempts);
        sql(&update, ", \"due_at\" = ");
        sql_value(&update, value_datetime(db_context(db)->now_ms + CLAIM_MS));
        sql(&update, " where \"id\" = ");
        sql_int(&update, row->id);
        return db_exec(db, &update, NULL);
}

Status mail_claim(Db *db, MailRow *ret, bool *ret_found) {
        Sql select = db_sql(db);
        sql(&select, "select \"id\", \"recipient\", \"subject\", \"content\", \"message_id\", \"attempts\", \"created_at\", \"expires_at\" from \"mail_queue\" where \"status\" = 'waiting' and \"due_at\" <= ");
        sql_value(&select, value_datetime(db_context(db)->now_ms));
        sql(&select, " order by \"due_at\" limit 1");
        sql_lock(&select, true);
        {
                ROWS_CLEANUP Rows *rows = NULL;
                TRY(db_first(db, &select, &rows, ret_found));
                if (!*ret_found)
                        return STATUS_OK;
                Value content = rows_value(rows, 3, VALUE_TEXT), expires = rows_value(rows, 7, VALUE_DATETIME);
                *ret = (MailRow){.id = rows_int(rows, 0), .recipient = rows_value(rows, 1, VALUE_TEXT).text, .subject = rows_value(rows, 2, VALUE_TEXT).text,
                                 .content = content.kind == VALUE_TEXT ? content.text : STR(""), .message_id = rows_value(rows, 4, VALUE_TEXT).text, .attempts = (int)rows_int(rows, 5) + 1,
                                 .created_ms = rows_value(rows, 6, VALUE_DATETIME).ms, .expires_ms = expires.kind == VALUE_DATETIME ? expires.ms : 0};
        }
        return claim(db, ret);
}

// 1, 5, 15 minutes, 1, 4, 12, 24 hours: two days in all.
static int64_t pause_ms(int attempts) {
        static const int minutes[] = {1, 5, 15, 60, 240, 720, 1440};
        int most = (int)(sizeof minutes / sizeof *minutes);
        return attempts > most ? 0 : minutes[attempts - 1] * MINUTE_MS;
}

Status mail_end(Db *db, const MailEnd *end) {
        Sql update = db_sql(db);
        int64_t now_ms = db_context(db)->now_ms, wait_ms = end->sent || end->final ? 0 : pause_ms(end->attempts);
        sql(&update, "update \"mail_queue\" set \"claimed_at\" = null, \"status\" = ");
        sql_str(&update, str_from(end->sent ? "sent" : wait_ms ? "waiting" : "failed"));
        sql(&update, ", \"problem\" = ");
        sql_value(&update, end->sent ? VALUE_NONE : value_text(str_from(end->problem)));
        sql(&update, ", \"answer\" = ");
        sql_value(&update, end->answer.len ? value_text(end->answer) : VALUE_NONE);
        sql(&update, ", \"due_at\" = ");
        sql_value(&update, value_datetime(now_ms + wait_ms));
        sql(&update, ", \"ended_at\" = ");
        sql_value(&update, wait_ms ? VALUE_NONE : value_datetime(now_ms));
        if (end->sent)
                sql(&update, ", \"content\" = null");
        sql(&update, " where \"id\" = ");
        sql_int(&update, end->id);
        sql(&update, " and \"status\" = 'waiting'");
        return db_exec(db, &update, NULL);
}

Status mail_release(Db *db) {
        Sql update = db_sql(db);
        sql(&update, "update \"mail_queue\" set \"claimed_at\" = null, \"due_at\" = ");
        sql_value(&update, value_datetime(db_context(db)->now_ms));
        sql(&update, " where \"status\" = 'waiting' and \"claimed_at\" is not null");
        return db_exec(db, &update, NULL);
}

// ---- What an administrator sees and does

static void put_at(JsonWriter *w, const char *key, Value at) {
        json_key(w, str_from(key));
        if (at.kind == VALUE_DATETIME)
                json_add_datetime(w, at.ms);
        else
                json_add_null(w);
}

static void put_text(JsonWriter *w, const char *key, Rows *rows, int column) {
        json_key(w, str_from(key));
        if (rows_null(rows, column))
                json_add_null(w);
        else
                json_add_str(w, rows_text(rows, column));
}

static void put_problem(Context *context, JsonWriter *w, Rows *rows) {
        json_key(w, STR("problem"));
        if (rows_null(rows, 8)) {
                json_add_null(w);
                return;
        }
        Str key = str_format(context->arena, "error." STR_FMT, STR_ARG(rows_text(rows, 8)));
        json_add_str(w, text_format(context->arena, context->lang, key.data, (Str[4]){rows_null(rows, 9) ? STR("") : str_copy(context->arena, rows_text(rows, 9))}));
}

static void put_row(Context *context, JsonWriter *w, Rows *rows) {
        json_open_object(w);
        json_put_int(w, "id", rows_int(rows, 0));
        put_text(w, "kind", rows, 1);
        put_text(w, "to", rows, 2);
        put_text(w, "subject", rows, 3);
        put_text(w, "status", rows, 4);
        json_put_int(w, "attempts", rows_int(rows, 5));
        put_at(w, "created_at", rows_value(rows, 6, VALUE_DATETIME));
        put_at(w, "ended_at", rows_value(rows, 7, VALUE_DATETIME));
        put_problem(context, w, rows);
        put_text(w, "answer", rows, 9);
        put_at(w, "due_at", rows_value(rows, 10, VALUE_DATETIME));
        json_put_bool(w, "kept", !rows_null(rows, 11));
        json_close_object(w);
}

static void select_rows(Sql *select, Str status, int64_t before, int limit) {
        sql(select, "select \"id\", \"kind\", \"recipient\", \"subject\", \"status\", \"attempts\", \"created_at\", \"ended_at\", \"problem\", \"answer\", \"due_at\", "
                    "case when \"content\" is null then null else 1 end from \"mail_queue\" where 1 = 1");
        if (status.len) {
                sql(select, " and \"status\" = ");
                sql_str(select, status);
        }
        if (before) {
                sql(select, " and \"id\" < ");
                sql_int(select, before);
        }
        sql(select, " order by \"id\" desc limit ");
        sql_int(select, limit + 1);
}

Status mail_list(Db *db, Str status, int64_t before, int limit, JsonWriter *w) {
        Sql select = db_sql(db);
        select_rows(&select, status, before, limit);
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(db, &select, &rows));
        json_open_object(w);
        json_key(w, STR("items"));
        json_open_array(w);
        int64_t last = 0;
        bool found = true;
        for (int count = 0;; count++) {
                TRY(rows_next(rows, &found));
                if (!found || count == limit)
                        break;
                last = rows_int(rows, 0);
                put_row(db_context(db), w, rows);
        }
        json_close_array(w);
        json_key(w, STR("next"));
        if (found)
                json_add_int(w, last);
        else
                json_add_null(w);
        return STATUS_OK;
}

static Status count_status(Db *db, Str status, int64_t *ret) {
        Sql select = db_sql(db);
        sql(&select, "select count(*) from \"mail_queue\" where \"status\" = ");
        sql_str(&select, status);
        return db_get_int(db, &select, ret, NULL);
}

Status mail_counts(Db *db, int64_t *ret_waiting, int64_t *ret_failed) {
        TRY(count_status(db, STR("waiting"), ret_waiting));
        return count_status(db, STR("failed"), ret_failed);
}

static Status must_exist(Db *db, int64_t id) {
        Sql select = db_sql(db);
        bool found = false;
        sql(&select, "select 1 from \"mail_queue\" where \"id\" = ");
        sql_int(&select, id);
        TRY(db_get_int(db, &select, NULL, &found));
        return found ? STATUS_OK : error_set(db_context(db), STATUS_NOT_FOUND, "not_found");
}

Status mail_again(Db *db, int64_t id) {
        Sql update = db_sql(db);
        int64_t changed = 0, now_ms = db_context(db)->now_ms;
        TRY(must_exist(db, id));
        sql(&update, "update \"mail_queue\" set \"status\" = 'waiting', \"attempts\" = 0, \"ended_at\" = null, \"due_at\" = ");
        sql_value(&update, value_datetime(now_ms));
        sql(&update, " where \"id\" = ");
        sql_int(&update, id);
        sql(&update, " and \"content\" is not null and \"claimed_at\" is null and \"status\" in ('failed', 'waiting') and (\"expires_at\" is null or \"expires_at\" > ");
        sql_value(&update, value_datetime(now_ms));
        sql(&update, ")");
        TRY(db_exec(db, &update, &changed));
        return changed ? STATUS_OK : error_set(db_context(db), STATUS_CONFLICT, "mail_gone");
}

Status mail_drop(Db *db, int64_t id) {
        Sql delete = db_sql(db);
        int64_t changed = 0;
        TRY(must_exist(db, id));
        sql(&delete, "delete from \"mail_queue\" where \"id\" = ");
        sql_int(&delete, id);
        sql(&delete, " and \"status\" <> 'sent' and \"claimed_at\" is null");
        TRY(db_exec(db, &delete, &changed));
        return changed ? STATUS_OK : error_set(db_context(db), STATUS_CONFLICT, "mail_gone");
}

Status mail_prune(Db *db) {
        Sql delete = db_sql(db);
        sql(&delete, "delete from \"mail_queue\" where \"created_at\" < ");
        sql_value(&delete, value_datetime(db_context(db)->now_ms - KEPT_MS));
        return db_exec(db, &delete, NULL);
}
