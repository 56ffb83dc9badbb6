// Counters: auto-numbers such as KH-202611-0042, counted per month or year where the format names them.
#include "base/date.h"
#include "record/write.h"

Status sequence_next(Call *call, Str name, int64_t *ret) {
        Sql insert = db_sql(call->db);
        sql(&insert, "insert into sequence (name, value) values (");
        sql_str(&insert, name);
        sql(&insert, ", 1) on conflict (name) do update set value = sequence.value + 1 returning value");
        return db_insert(call->db, &insert, ret);
}

// Parts of a format: {yyyy} {yy} {mm} {dd} and {000…}, as many digits as zeros.
static void add_part(Buf *buf, Str part, Civil day, int64_t number) {
        if (str_is(part, "yyyy"))
                buf_format(buf, "%04d", day.year);
        else if (str_is(part, "yy"))
                buf_format(buf, "%02d", day.year % 100);
        else if (str_is(part, "mm"))
                buf_format(buf, "%02d", day.month);
        else if (str_is(part, "dd"))
                buf_format(buf, "%02d", day.day);
        else
                buf_format(buf, "%0*lld", (int)part.len, (long long)number);
}

static Str format_number(Call *call, Str format, Civil day, int64_t number, bool with_number) {
        Buf buf = buf_make(call->context->arena, 200);
        for (size_t i = 0; i < format.len; i++) {
                ptrdiff_t end = format.data[i] == '{' ? str_find_char(str_slice(format, i, format.len), '}') : -1;
                if (end < 0) {
                        buf_add_char(&buf, format.data[i]);
                        continue;
                }
                Str part = str_slice(format, i + 1, i + (size_t)end);
                if (with_number || str_empty(part) || part.data[0] != '0')
                        add_part(&buf, part, day, number);
                i += (size_t)end;
        }
        return buf_str(&buf);
}

Status auto_number_next(Call *call, const Field *field, Str *ret) {
        Civil day = civil_from_day(zone_day(call->catalog->zone, call->context->now_ms));
        Str period = format_number(call, field->format, day, 0, false);
        Str name = str_format(call->context->arena, "field:%lld:" STR_FMT, (long long)field->id, STR_ARG(period));
        int64_t number = 0;
        TRY(sequence_next(call, name, &number));
        *ret = format_number(call, field->format, day, number, true);
        return STATUS_OK;
}
