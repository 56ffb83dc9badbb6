// Reading the search index: what must be in it for a query, for a part of a text and for a reader's scope, and whether a match is one the reader may know of.
#include "record/search.h"
#include "base/unicode.h"

#define QUERY_CAP 8192
#define SCOPE_TERMS_LARGEST 64
#define NEWEST 4000 // ids

Str search_query(Arena *arena, Str q) {
        Buf terms = buf_make(arena, QUERY_CAP);
        text_tokens(&terms, q, TOKEN_QUERY);
        return str_trim(buf_str(&terms));
}

void search_id(Sql *select) {
        sql_fixed(select, select->dialect == DIALECT_SQLITE ? STR("s.rowid") : STR("s.id"));
}

// ---- the condition: SQLite "a" AND ("_o7" OR "_d3"), PostgreSQL 'a' & ('_o7' | '_d3'). Terms are letters, digits and CJK: nothing in them needs escaping.

typedef struct Match {
        Buf buf;
        bool sqlite;
} Match;

static void add_term(Match *match, Str term) {
        char quote = match->sqlite ? '"' : '\'';
        buf_add_char(&match->buf, quote);
        buf_add(&match->buf, term);
        buf_add_char(&match->buf, quote);
}

static void add_or(Match *match, char kind, int64_t id, size_t *count) {
        if ((*count)++)
                buf_add(&match->buf, match->sqlite ? STR(" OR ") : STR(" | "));
        add_term(match, str_format(match->buf.arena, "_%c%lld", kind, (long long)id));
}

static bool is_in(const int64_t *ids, size_t count, int64_t id) {
        for (size_t i = 0; i < count; i++)
                if (ids[i] == id)
                        return true;
        return false;
}

// The departments that are below no other of them: what is below is in the index with them.
static size_t top_departments(const Actor *actor, const int64_t *ids, size_t count, int64_t *ret) {
        size_t kept = 0;
        for (size_t i = 0; i < count && kept <= SCOPE_TERMS_LARGEST; i++) {
                const Department *department = access_department(actor->access, ids[i]);
                if (department && !is_in(ids, count, department->parent))
                        ret[kept++] = ids[i];
        }
        return kept;
}

static bool is_by_terms(const Actor *actor, const Object *object) {
        Scope scope = actor_scope(actor, object, VERB_READ);
        return scope.kind != SCOPE_ALL && scope.kind != SCOPE_NONE && !scope.rules_count;
}

static void add_scope(Match *match, const Actor *actor, const Object *object) {
        ScopeKind kind = actor_scope(actor, object, VERB_READ).kind;
        int64_t top[SCOPE_TERMS_LARGEST + 1];
        size_t departments = 0, count = 0;
        if (kind == SCOPE_TREE)
                departments = top_departments(actor, actor->tree, actor->tree_count, top);
        else if (kind == SCOPE_DEPARTMENT)
                departments = top_departments(actor, actor->departments, actor->departments_count, top);
        if (departments + actor->rules_count + actor->pools_count > SCOPE_TERMS_LARGEST)
                return;
        buf_add(&match->buf, match->sqlite ? STR(" AND (") : STR(" & ("));
        add_or(match, 'o', actor->user, &count);
        for (size_t i = 0; i < departments; i++)
                add_or(match, 'd', top[i], &count);
        for (size_t i = 0; i < actor->rules_count; i++)
                if (actor->rules[i]->object->id == object->id)
                        add_or(match, 'r', actor->rules[i]->id, &count);
        for (size_t i = 0; object->pooled && i < actor->pools_count; i++)
                if (str_eq(actor->pools[i]->object->name, object->name))
                        add_or(match, 'p', token_id(token_of_pool(actor->pools[i]->id, false)), &count);
        buf_add_char(&match->buf, ')');
}

Status search_match(Call *call, const Object *object, Str terms, bool scoped, Sql *select) {
        Match match = {.buf = buf_make(call->context->arena, 4 * QUERY_CAP), .sqlite = select->dialect == DIALECT_SQLITE};
        bool first = true, current = false;
        if (scoped && is_by_terms(call->actor, object))
                TRY(search_scopes_current(call, object, &current)); // while they are being renewed the rows alone say who may see them
        for (Str term; str_cut(&terms, ' ', &term); first = false) {
                if (!first)
                        buf_add(&match.buf, match.sqlite ? STR(" AND ") : STR(" & "));
                add_term(&match, term);
        }
        if (current)
                add_scope(&match, call->actor, object);
        if (match.sqlite) {
                sql(select, "s.");
                search_table(object, select);
                sql(select, " match ");
                sql_str(select, buf_str(&match.buf));
        } else {
                sql(select, "s.terms @@ (");
                sql_str(select, buf_str(&match.buf));
                sql(select, ")::tsquery");
        }
        return STATUS_OK;
}

bool search_has_tiers(const Call *call) {
        return db_dialect(call->db) == DIALECT_POSTGRES;
}

static Status newest(Call *call, const Object *object, int64_t below, int64_t *ret) {
        Sql select = db_sql(call->db);
        bool found;
        *ret = below;
        if (below)
                return STATUS_OK;
        sql(&select, "select max(id) from ");
        search_table(object, &select);
        return db_get_int(call->db, &select, ret, &found);
}

static void below_id(int64_t below, Sql *select) {
        if (!below)
                return;
        sql(select, " and ");
        search_id(select);
        sql(select, " < ");
        sql_int(select, below);
}

Status search_from(Call *call, const Object *object, Str terms, int64_t below, SearchTier tier, Sql *select) {
        bool gathered = tier == SEARCH_ALL && search_has_tiers(call);
        int64_t top = 0;
        if (search_has_tiers(call))
                TRY(newest(call, object, below, &top));
        if (top > NEWEST) // in a large index the word decides on the plan; in a small one planning costs more than searching
                sql_plan_anew(select);
        sql_fixed(select, gathered ? STR(" from (select s.id from ") : STR(" from "));
        search_table(object, select);
        if (gathered) { // "offset 0" keeps the order and limit outside from reaching in
                sql(select, " s where ");
                TRY(search_match(call, object, terms, true, select));
                below_id(below, select);
                sql(select, " offset 0) s cross join ");
                sql_name(select, object->table);
                sql(select, " t where ");
        } else {
                sql(select, " s cross join ");
                sql_name(select, object->table);
                sql(select, " t where ");
                TRY(search_match(call, object, terms, true, select));
                below_id(below, select);
                sql(select, " and ");
        }
        if (tier == SEARCH_NEWEST && search_has_tiers(call)) {
                sql(select, "s.id >= ");
                sql_int(select, top - NEWEST);
                sql(select, " and ");
        }
        sql(select, "t.id = ");
        search_id(select);
        sql(select, " and t.deleted_at is null");
        return STATUS_OK;
}

// ---- parts of texts

#define FIELD_LONGEST 1000 // characters of a field whose every pair of characters is surely in the index

static bool has_term(Str terms, Str wanted) {
        for (Str term; str_cut(&terms, ' ', &term);)
                if (str_eq(term, wanted))
                        return true;
        return false;
}

// A part that is CJK throughout: each pair of neighbours is a term of every text that contains it. Of words only the beginnings are terms.
Str search_terms_of_part(Arena *arena, const Field *field, Str needle) {
        Str folded = text_fold(arena, needle), terms = search_query(arena, needle);
        size_t starts[3] = {0}, pairs = 0;
        if (field->max_length > FIELD_LONGEST || field->max_length <= 0 || folded.len > QUERY_CAP / 4)
                return STR_NONE;
        for (size_t offset = 0, at = 0; offset < folded.len; at++) {
                starts[0] = starts[1];
                starts[1] = offset;
                uint32_t character = utf8_next(folded, &offset);
                if (character < 0x3005)
                        return STR_NONE;
                if (at == 0)
                        continue;
                pairs++;
                if (!has_term(terms, str_slice(folded, starts[0], offset)))
                        return STR_NONE;
        }
        return pairs ? terms : STR_NONE;
}

// ---- what a reader may know of a match

bool search_restricted(Call *call, const Object *object) {
        for (size_t i = 0; i < object->fields_count; i++)
                if (search_field(object->fields[i]) && actor_field(call->actor, object->fields[i]) < FIELD_READ)
                        return true;
        return false;
}

bool search_visible(Call *call, const Object *object, const Value *values, Str terms) {
        ARENA_CLEANUP Arena *scratch = arena_new(0);
        Buf seen = buf_make(scratch, SEARCH_TERMS_CAP);
        for (size_t i = 0; i < object->fields_count; i++) {
                const Field *field = object->fields[i];
                FieldRight right = actor_field(call->actor, field);
                if (!search_field(field) || right == FIELD_HIDE || value_is_null(values[i]))
                        continue;
                for (int lang = 0; lang < LANG_COUNT; lang++) {
                        Buf text = buf_make(scratch, SEARCH_TERMS_CAP);
                        field_text(&text, field, (Lang)lang, values[i]);
                        Str shown = right == FIELD_MASK ? mask_text(scratch, field, actor_mask(call->actor, field), buf_str(&text)) : buf_str(&text);
                        text_tokens(&seen, shown, TOKEN_INDEX);
                }
        }
        for (Str term; str_cut(&terms, ' ', &term);)
                if (!has_term(buf_str(&seen), term))
                        return false;
        return true;
}

Status search_complete(Call *call, const Object *object, bool *ret) {
        Sql select = db_sql(call->db);
        sql(&select, "select 1 from search__state where built = -1 and object_id = ");
        sql_int(&select, object->id);
        int64_t one;
        return db_get_int(call->db, &select, &one, ret);
}
