// Each permission clause of the two pipelines and of what stands in front of them, with what is put in its place: [what is lost, the clause as it stands in the file,
// instead, tests]. Without tests the access matrix must notice; else one of the files of scenarios, or unit tests, that are named. A clause that a second one behind it makes
// up for is not here: taking it out changes nothing anybody could see.
const TRICKS = ['access_matrix_tricks']
const raw = String.raw

const ACCESS = {
  'src/access/rights.c': [
    ['exports take a right', 'return grant->export ? grant->read : none;', 'return grant->read;'],
    ['creating takes a right', 'return grant->create ? all : none;', 'return grant->create || !none.kind ? all : none;'],
    ['an action takes its grant', 'return grant->all_actions;', 'return true;'],
    ['giving away takes the right to transfer', 'if (str_is(action, ACTION_ASSIGN) && !grant->transfer)', 'if (str_is(action, ACTION_ASSIGN) && !grant)'],
    ['importing takes a right', 'return grant->import ? all : none;', 'return grant->import || !none.kind ? all : none;'],
    ['a masked field is not named in expressions', 'actor_may(actor, field->object, VERB_READ) && actor_field(actor, field) >= FIELD_READ;', 'actor_may(actor, field->object, VERB_READ) && actor_field(actor, field) >= FIELD_MASK;'],
    ['a hidden field is not named in expressions', 'actor_may(actor, field->object, VERB_READ) && actor_field(actor, field) >= FIELD_READ;', 'actor_may(actor, field->object, VERB_READ);'],
    ['an object that is not read is not named in expressions', 'return actor_may(actor, field->object, VERB_READ) && actor_field', 'return actor_field'],
    ['children are known by their reference', 'if (!relation || !may_name(self, relation->field))', 'if (!relation || (!self && !may_name(self, relation->field)))'],
    ['paths and sums of children stay within the scope', raw`TRY(actor_scope_sql(context, actor, object, VERB_READ, alias, sql));
        sql(sql, ")");`, raw`(void)context;
        (void)alias;
        sql(sql, "1=1)");`],
  ],
  'src/access/scope.c': [
    ['in memory: own is whose it is', 'subject->owner && subject->owner == actor->user;', 'subject->owner;'],
    ['in memory: my departments', 'covers |= subject->department && is_among(departments, count, subject->department);', 'covers |= subject->department && count;'],
    ['in memory: an entry is of somebody', '&& is_among(tokens.items, tokens.count, subject->entries[i].token))', '&& (subject->entries[i].token || is_among(tokens.items, tokens.count, 0)))'],
    ['in memory: what is merely seen through another is not changed', 'return entry->source == SOURCE_RULE || (entry->source == SOURCE_TEAM && entry->write);', 'return true;', ['src/access/scope_test']],
    ['entries are for those who may read such records at all', 'scope.kind != SCOPE_ALL && (scope.kind != SCOPE_NONE || scope.rules_count);', 'scope.kind != SCOPE_ALL;', ['src/access/scope_test']],
    ['entries never widen deleting', '(verb == VERB_READ || verb == VERB_UPDATE) && scope.kind', 'verb != VERB_EXPORT && scope.kind'],
    ['a rule that lets read does not let write', '(verb == VERB_READ || actor->rules[i]->write))', '(verb != VERB_EXPORT || actor->rules[i]->write))'],
    ['in SQL: an entry is of one object', raw`"exists (select 1 from \"access_entry\" where \"access_entry\".\"object_id\" = ");
        sql_int(sql, object->id);`, raw`"exists (select 1 from \"access_entry\" where 1 = ");
        sql_int(sql, object ? 1 : 0);`],
    ['in SQL: an entry is of somebody', raw`STR(" and \"access_entry\".\"token\" in "));
        sql_int_list(sql, tokens.items, tokens.count);`, raw`STR(" and \"access_entry\".\"token\" in "));
        sql_fixed(sql, tokens.count ? STR("(select \"token\" from \"access_entry\")") : STR("(0)"));`],
    ['in SQL: what is merely read is not changed', 'if (verb == VERB_UPDATE) {\n                sql(sql, " and (', 'if (verb == VERB_EXPORT) {\n                sql(sql, " and ('],
    ['in SQL: a member who reads does not write', raw`(\"access_entry\".\"source\" = 2 and \"access_entry\".\"write\" = ");
                sql_value(sql, value_bool(true));`, raw`(\"access_entry\".\"source\" = 2 and 1 = ");
                sql_int(sql, 1);`],
    ['in SQL: expressions are not widened by what a record refers to', raw`sql(sql, " and \"access_entry\".\"source\" <= 3");`, raw`sql(sql, " and \"access_entry\".\"source\" >= 0");`],
    ['departments are seen through only as far as the scope goes', 'if (verb == VERB_READ && object->through_count)\n                scope_departments(actor, actor_scope(actor, object, verb).kind, &departments, &count);', 'if (verb == VERB_READ && object->through_count)\n                scope_departments(actor, SCOPE_TREE, &departments, &count);'],
    ['an arm of entries', raw`sql(sql, " and e.\"token\" = ");
        sql_int(sql, arm->id);`, raw`sql(sql, " and e.\"token\" <> ");
        sql_int(sql, -arm->id);`],
    ['an arm of entries is of one object', raw`sql(sql, "e.\"object_id\" = ");
        sql_int(sql, arm->object);`, raw`sql(sql, "0 <> ");
        sql_int(sql, arm->object);`],
    ['the scope department ends at it', 'if (kind == SCOPE_TREE) {', 'if (kind >= SCOPE_DEPARTMENT) {'],
    ['in SQL: own is whose it is', raw`column(sql, alias, object->owner);
                sql(sql, " = ");
                sql_int(sql, actor->user);`, raw`column(sql, alias, object->owner);
                sql(sql, " is not null");`],
    ['in SQL: my departments', raw`column(sql, alias, object->department);
        if (count == 1) {
                sql(sql, " = ");
                sql_int(sql, departments[0]);
                return;
        }
        sql(sql, " in ");
        sql_int_list(sql, departments, count);`, raw`column(sql, alias, object->department);
        (void)departments;
        (void)count;
        sql(sql, " is not null");`],
    ['in SQL: what a rule says', 'TRY(expr_sql(context, scope.rules[i], &env, &names, alias, sql));', raw`(void)env;
                (void)names;
                sql(sql, "1=1");`],
    ['a rule is the administrator\'s, not narrowed to what its reader sees', 'env.guard = NULL;', ''],
    ['an arm of an owner', raw`case ARM_OWNER:
                sql_column(sql, alias, STR("owner_id"));
                sql(sql, " = ");
                sql_int(sql, arm->id);`, raw`case ARM_OWNER:
                sql_column(sql, alias, STR("owner_id"));
                sql(sql, " is not null");`],
    ['an arm of a department', raw`sql_column(sql, alias, STR("department_id"));
                sql(sql, " = ");
                sql_int(sql, arm->id);`, raw`sql_column(sql, alias, STR("department_id"));
                sql(sql, " is not null");`],
  ],
  'src/access/merge.c': [
    ['a role that gives nothing opens no field', raw`if (grant_is_empty(from))
                return;`, ''],
    ['fields of colleagues open by a grant on all of them', raw`if (visible_anyway && from->read.kind != SCOPE_ALL)
                return;`, '(void)visible_anyway;'],
    ['nobody writes where nobody may', 'if (*right == FIELD_WRITE && !writes)', 'if (*right == FIELD_WRITE && !writes && !field)'],
    ['a formula tells no field that is masked or hidden', 'return !scope_is_none(&grant->read) && grant->fields[field->index] >= FIELD_READ;', 'return !scope_is_none(&grant->read);', ['field_rights']],
    ['a formula tells no masked field', 'return !scope_is_none(&grant->read) && grant->fields[field->index] >= FIELD_READ;', 'return !scope_is_none(&grant->read) && grant->fields[field->index] >= FIELD_MASK;', ['field_rights']],
    ['a formula tells no object that is not read', 'return !scope_is_none(&grant->read) && grant->fields', 'return grant->fields', TRICKS],
    ['colleagues show some fields only', raw`if (field && grant->fields[field->index] < FIELD_READ)
                grant->fields[field->index] = FIELD_READ;`, raw`for (size_t i = 0; field && i < object->fields_count; i++)
                if (grant->fields[i] < FIELD_READ)
                        grant->fields[i] = FIELD_READ;`],
  ],
  'src/access/sharing.c': [
    ['a rule is in effect when it is ready', 'if (rule->ready && (', 'if (rule && (', ['src/access/scope_test']],
    ['a rule speaks to somebody', 'sharing_user(rule, actor) || sharing_role(rule, actor) || sharing_department(rule, actor)))', 'rule->users_count || sharing_role(rule, actor) || sharing_department(rule, actor)))'],
    ['a rule for a department is for it and what is below', 'return below && top && below->enter >= top->enter && below->enter < top->leave;', 'return below && top;'],
    ['a rule that is off shares nothing', ' || active.kind != VALUE_BOOL || !active.boolean)', ' || active.kind != VALUE_BOOL)', ['sharing', 'access_matrix']],
  ],
  'src/access/mask.c': [
    ['a telephone number keeps its middle', 'Str head = head_of(text, 3);', 'Str head = head_of(text, 8);', ['field_rights']],
    ['a pattern keeps what is between', 'Str head = head_of(text, mask.head), before_tail', 'Str head = head_of(text, length - mask.tail), before_tail'],
    ['a text too short for its pattern keeps all but one', 'if (length < shown + 1)', 'if (length < shown)', ['access_matrix', 'sharing']],
    ['a short number keeps all but one', 'if (utf8_length(text) < 9)', 'if (utf8_length(text) < 3)', ['field_rights']],
    ['a mail address keeps its name', 'Str head = head_of(text, 1), domain', 'Str head = head_of(text, (size_t)at), domain', ['field_rights']],
    ['a text keeps all but one', raw`Str head = head_of(text, 1);
        return str_format(arena, STR_FMT "***", STR_ARG(head));`, raw`Str head = head_of(text, 9);
        return str_format(arena, STR_FMT "***", STR_ARG(head));`],
    ['a name keeps all but one', 'if (characters > NAME_LONGEST || !is_han(text))', 'if (characters || !is_han(text))', ['field_rights']],
    ['of choices and figures nothing is shown', raw`if (!is_text(field))
                return STR_NONE;`, 'if (!is_text(field)) return text;'],
  ],
}

const READING = {
  'src/record/query_scope.c': [
    ['a verb that is not given covers nothing', raw`else
                sql(select, "1=0");`, raw`else
                sql(select, "1=1");`],
    ['what hangs under a record takes the right to read its kind', 'depth < PARENTS_DEEPEST && actor_may(call->actor, object, VERB_READ) &&', 'depth < PARENTS_DEEPEST &&', ['field_rights']],
    ['what hangs under a record is seen with that record', 'TRY(scope_with_parents(call, inherit->target, above, depth + 1, select));', 'sql(select, "1=1");'],
    ['aggregates stay within the scope', 'TRY(scope_condition(call, scope->object, VERB_READ, STR("t"), true, &scan.condition));', 'sql(&scan.condition, "1=1");'],
  ],
  'src/record/query_path.c': [
    ['a list stays within the scope', 'return scope_condition(list->call, list->object, verb, STR("t"), opaque, &list->condition);', raw`sql(&list->condition, "1=1");
        return verb == VERB_EXPORT && opaque ? STATUS_INVALID : STATUS_OK;`],
    ['the bin shows what is seen', 'TRY(take_condition(list, VERB_READ, true));', ''],
    ['the bin shows what one may throw away', 'return take_condition(list, VERB_DELETE, true);', 'return STATUS_OK;'],
    ['a name that is hidden or masked is not searched by', 'if (actor_field(list->call->actor, list->object->name_field) >= FIELD_READ)', 'if (list)', ['field_rights']],
  ],
  'src/record/duplicate.c': [
    ['a field that is not read is not compared', 'known &= actor->system || actor_field(actor, rule->fields[k]) >= FIELD_READ;', 'known &= actor->system || actor_field(actor, rule->fields[k]) >= FIELD_MASK;', ['duplicates']],
  ],
  'src/record/query_duplicates.c': [
    ['whoever can write no such record asks for no duplicates', raw`if (!may_ask(call, query->object))`, raw`if (!may_ask(call, query->object) && !query->object)`, ['duplicates']],
    ['the name of what is not seen is masked', raw`if (!hit->visible)
                return right >= FIELD_READ ?`, raw`if (!hit->visible && !hit->id)
                return right >= FIELD_READ ?`, ['duplicates']],
    ['the id of what is not seen is not told', raw`if (hit->visible)
                json_put_int(w, "id", hit->id);`, raw`if (hit->id)
                json_put_int(w, "id", hit->id);`, ['duplicates']],
    ['how alike what is not seen is comes in two steps', raw`if (!hit->visible)
                score =`, raw`if (!hit->visible && !hit->id)
                score =`, ['duplicates']],
    ['whose it is is told where the object says so', 'bool told = hit->visible || object->duplicate_owner;', 'bool told = hit->visible || object;', ['duplicates']],
    ['a refusal names the record to whom may see it', 'record = hit->visible ? hit->id : 0;', 'record = hit->id;', ['duplicates']],
  ],
  'src/record/duplicate_work.c': [
    ['into what something was merged is told to whom could see it', 'if (allowed && query_visible(call, object, into, &status))', 'if (query_visible(call, object, into, &status) || allowed)', ['merging']],
  ],
  'src/record/query_list.c': [
    ['a list takes the right to read', 'if (!actor_may(list->call->actor, list->object, verb))', 'if (verb == VERB_EXPORT)'],
    ['filters name what the reader knows', 'ExprNames names = actor_names(call->actor);', 'ExprNames names = catalog_names(call->catalog);'],
    ['a match by what is hidden is not shown', 'return search_visible(list->call, list->object, values, list->terms);', 'return values != NULL;'],
    ['a match by what is hidden is not counted', 'if (!whole && !list->restricted)', 'if (list->restricted || !whole)', [...TRICKS, 'access_matrix']],
  ],
  'src/record/query_sort.c': [
    ['no order by a hidden field', 'if (!field || actor_field(call->actor, field) == FIELD_HIDE)', 'if (!field)'],
    ['no order by a masked field', ' || actor_field(call->actor, field) == FIELD_MASK)', ')'],
    ['the usual order does not go by a hidden time', 'return actor_field(call->actor, updated_at) >= FIELD_READ ?', 'return updated_at ?'],
  ],
  'src/record/query_columns.c': [
    ['a hidden field is no member', 'if (right_of(call, field) == FIELD_HIDE || (!long_ones && is_long(field)))', 'if (!long_ones && is_long(field))'],
    ['a masked field is masked', '.masked = right_of(call, field) == FIELD_MASK, .veils', '.masked = false, .veils'],
    ['what a pool hides is masked', 'return column->masked || actor_veiled(call->actor, column->field, values[i]);', 'return column->masked;', ['pools']],
    ['no path through a field that is not read', 'if (right < FIELD_READ || field->kind', 'if (field->kind'],
    ['no path to an object that is not read', ' || !object || !actor_may(call->actor, object, VERB_READ))', ' || !object)'],
    ['no field is asked for that is hidden', raw`right = field ? right_of(call, field) : FIELD_HIDE;`, raw`right = field && right_of(call, field) == FIELD_HIDE ? FIELD_READ : field ? right_of(call, field) : FIELD_HIDE;`],
  ],
  'src/record/query_names.c': [
    ['a hidden name is not told by references', 'if (right == FIELD_HIDE || !actor_may(call->actor, target, VERB_READ))', 'if (!actor_may(call->actor, target, VERB_READ))'],
    ['a reference tells only names within the scope', 'TRY(scope_with_parents(call, target, STR("t"), 0, &select));', 'sql(&select, "1=1");'],
    ['a masked name is masked in references', 'wanted->texts[at] = right == FIELD_MASK ? mask_text(call->context->arena, target->name_field, actor_mask(call->actor, target->name_field), name) : name;', 'wanted->texts[at] = name;'],
  ],
  'src/record/query_search.c': [
    ['search stays within the scope', 'TRY(scope_condition(call, object, VERB_READ, STR("t"), true, select));', 'sql(select, "1=1");'],
    ['search tells no match by what is hidden', 'if (!restricted || search_visible(', 'if (restricted || !restricted || search_visible('],
    ['search shows no hidden text', 'if (right == FIELD_HIDE || value_is_null(value))', 'if (value_is_null(value))', ['field_rights']],
    ['search masks what is masked', raw`if (right == FIELD_MASK)
                return column_mask(call, field, value);`, raw`if (right == FIELD_HIDE)
                return column_mask(call, field, value);`],
  ],
  'src/record/search_match.c': [
    ['nothing is found by a hidden field', 'if (!search_field(field) || right == FIELD_HIDE || value_is_null(values[i]))', 'if (!search_field(field) || value_is_null(values[i]))'],
    ['nothing is found by what a mask hides', 'Str shown = right == FIELD_MASK ? mask_text(scratch, field, actor_mask(call->actor, field), buf_str(&text)) : buf_str(&text);', 'Str shown = buf_str(&text);'],
    ['who knows all fields is told apart', 'actor_field(call->actor, object->fields[i]) < FIELD_READ)', 'actor_field(call->actor, object->fields[i]) < FIELD_HIDE)'],
  ],
  'src/record/query_get.c': [
    ['under a record of any kind: the right to read its own kind', ' && query_is_record(inherit) && actor_may(call->actor, object, VERB_READ);', ' && query_is_record(inherit);'],
    ['one record stays within the scope', 'return scope_with_parents(call, object, STR("t"), 0, select);', raw`(void)call;
        sql(select, "1=1");
        return STATUS_OK;`],
    ['under a record of any kind: seen with that record', 'return visible(call, above, above_id, depth + 1, ret);', raw`*ret = depth >= 0;
        return STATUS_OK;`],
    ['a walk stays within the scope', 'TRY(scope_condition(call, walk->object, VERB_READ, STR("t"), true, &select));', 'sql(&select, "1=1");'],
  ],
  'src/record/query_history.c': [
    ['history takes sight of the record', 'if (!query_visible(call, object, id, &status))', 'if (!query_visible(call, object, id, &status) && status != STATUS_OK)'],
    ['history names no hidden field', ' && actor_field(call->actor, field) != FIELD_HIDE;', ';'],
    ['history masks what is masked', 'bool hidden = actor_field(call->actor, field) == FIELD_MASK || ', 'bool hidden = '],
    ['history masks what a pool hides', ' || actor_veiled(call->actor, field, pool);', ';', ['pools']],
    ['a change of hidden fields alone is not told', 'if (field_of(call, object, &change->changes->items[i]))', 'if (call || field_of(call, object, &change->changes->items[i]))'],
  ],
  'src/record/timeline.c': [
    ['the timeline takes sight of the record', 'if (!query_visible(call, object, id, &status))', 'if (!query_visible(call, object, id, &status) && status != STATUS_OK)'],
    ['the timeline has kinds that are read', 'if (object->retired || !actor_may(call->actor, object, VERB_READ))', 'if (object->retired)'],
    ['the timeline has kinds whose reference is read', 'if (field == object->inherit && actor_field(call->actor, field) >= FIELD_READ)', 'if (field == object->inherit)'],
    ['the timeline tells no hidden times and people', 'return actor_field(timeline->call->actor, field) >= FIELD_READ;', 'return timeline && field;'],
  ],
  'src/record/explain.c': [
    ['explaining takes sight of the record', 'if (!query_visible(call, explain->object, explain->id, &status))', 'if (!query_visible(call, explain->object, explain->id, &status) && status != STATUS_OK)'],
    ['of others one does not learn their roles', 'explain->reasons = asking->user == explain->person.actor->user || actor_field(asking, roles) >= FIELD_READ;', 'explain->reasons = asking && roles;'],
    ['a rule is told by what one knows', 'return expr_parse(&scratch, &parse, rule, &expr) == STATUS_OK;', 'return expr_parse(&scratch, &parse, rule, &expr) >= STATUS_OK;', TRICKS],
    ['what is not seen is not changed', 'allowed = allowed && explain->visible;', ''],
  ],
  'src/record/explain_rights.c': [
    ['no hidden field is explained', 'return !field->hidden && actor_field(explain->call->actor, field) != FIELD_HIDE;', 'return !field->hidden && explain;'],
  ],
  'src/record/query_team.c': [
    ['the team of what is seen', 'if (!query_visible(call, object, id, &status))', 'if (!query_visible(call, object, id, &status) && status != STATUS_OK)'],
    ['who manages the team', 'TRY(record_allowed_own(call, VERB_UPDATE, record, &manages));', 'manages = true;', ['sharing', 'access_matrix']],
  ],
  'src/record/aggregate.c': [
    ['aggregates take the right to read', 'if (!actor_may(call->actor, query->object, VERB_READ))', 'if (!call->actor)'],
    ['groups and measures name what the reader knows', raw`ExprNames names = actor_names(a->call->actor);
        ExprParse parse`, raw`ExprNames names = catalog_names(a->call->catalog);
        ExprParse parse`],
  ],
  'src/record/rows.c': [
    ['conditions in memory stay within the scope', 'if (!reading->guarded || actor_scope(', 'if (reading->guarded || actor_scope('],
  ],
  'src/record/query_form.c': [
    ['a form takes sight of its record', 'if (query->id && !query_visible(call, form->object, query->id, &status))', 'if (query->id && !query_visible(call, form->object, query->id, &status) && status != STATUS_OK)'],
    ['a new form takes the right to create', '} else if (!query->as && !actor_may(call->actor, form->object, VERB_CREATE)) {', '} else if (!query->as && !call->actor) {', ['forms']],
    ['a form has no rules of hidden fields', 'if (!field->hidden && field->stored && actor_field(form->as.actor, field) != FIELD_HIDE)', 'if (!field->hidden && field->stored)', ['forms']],
    ['a form computes no hidden formula', ' || actor_field(form->as.actor, field) < FIELD_READ)', ')'],
  ],
  'src/record/query_expression.c': [
    ['an expression takes sight of its record', 'if (query->id && !query_visible(call, query->object, query->id, &status))', 'if (query->id && !query_visible(call, query->object, query->id, &status) && status != STATUS_OK)'],
  ],
  'src/record/bulk_ids.c': [
    ['a search for many finds nothing by what is hidden', 'if (search_visible(call, object, values, look->list->terms))', 'if (look->list->terms.len)', ['field_rights']],
    ['the name of a problem is one that is seen', 'TRY(scope_with_parents(call, object, STR("t"), 0, &select));', 'sql(&select, "1=1");'],
    ['the name of a problem is masked', raw`if (right == FIELD_MASK)
                *ret = mask_text`, raw`if (right == FIELD_HIDE)
                *ret = mask_text`],
    ['the name of a problem is not hidden', 'if (right == FIELD_HIDE || !actor_may(call->actor, object, VERB_READ))', 'if (!actor_may(call->actor, object, VERB_READ))'],
  ],
  'src/record/bulk_table.c': [
    ['exported rows by id stay within the scope', 'TRY(scope_condition(call, table->object, VERB_READ, STR("t"), true, &select));', 'sql(&select, "1=1");'],
    ['exported cells are masked', raw`if (column_masked(table->call, &table->columns, at, values))
                return (RecordCell){.value = VALUE_NONE, .text = column_mask(table->call, column->field, value)};`, ''],
  ],
  'src/record/file.c': [
    ['a file is seen through a field that is read', 'return !field->hidden && actor_field(call->actor, field) >= FIELD_READ;', 'return !field->hidden && call;'],
    ['a file is seen with its record', 'allowed = query_visible(call, object, row.record, &status);', 'allowed = query_visible(call, object, row.record, &status) || status == STATUS_OK;'],
    ['a file that hangs nowhere is its sender\'s', 'bool allowed = !row.object && sent_by(call, &row);', 'bool allowed = !row.object;'],
    ['nobody hangs up the file of another', 'bool mine = row.found && !row.object && !row.passing && (sent_by(call, &row) || call->actor->system);', 'bool mine = row.found && !row.object && !row.passing;'],
    ['a file does not move from a hidden field', 'here = here && !hidden;', 'here = here && (!hidden || object);', TRICKS],
    ['a replaced file is seen by who sees all fields', '*ret = !any_shown || (!all_shown && !held);', '*ret = !any_shown;', TRICKS],
  ],
}

const WRITING = {
  'src/record/write.c': [
    ['making takes the right to', 'if (by_user && !actor_may(call->actor, object, VERB_CREATE))', 'if (by_user && !call->actor)'],
    ['changing takes sight of the record', raw`if (!visible)
                        return error_set(call->context, STATUS_NOT_FOUND, "not_found");`, '(void)visible;'],
    ['changing stays within the scope', 'TRY(record_allowed(call, verb, *ret, &allowed));', 'allowed = verb != VERB_EXPORT;'],
    ['rights by field when making', 'Status rights = by_user ? validate_rights', 'Status rights = by_user && !input ? validate_rights'],
    ['rights by field when changing', 'Status rights = change.by_user || (options->asked && !call->actor->system) ? validate_rights', 'Status rights = options->asked && !call->actor->system ? validate_rights'],
    ['rights by field of what the caller of an action names', 'Status rights = change.by_user || (options->asked && !call->actor->system) ? validate_rights', 'Status rights = change.by_user ? validate_rights', TRICKS],
    ['what comes back was seen', 'TRY(record_allowed(call, VERB_READ, record, &allowed));', 'allowed = true;'],
    ['what comes back could have been thrown away', 'TRY(record_allowed(call, VERB_DELETE, record, &allowed));', 'allowed = true;'],
  ],
  'src/record/record.c': [
    ['a verb that is not given changes nothing', raw`if (!actor_may(call->actor, object, verb))
                return STATUS_OK;
        Subject subject`, 'Subject subject'],
    ['a rule or an entry says which records', 'TRY(actor_scope_sql(call->context, call->actor, object, verb, STR("t"), &select));', 'sql(&select, "1=1");'],
    ['a rule says which records are one\'s own', 'TRY(actor_own_scope_sql(call->context, call->actor, object, verb, STR("t"), &select));', 'sql(&select, "1=1");', ['sharing', 'access_matrix']],
  ],
  'src/record/validate.c': [
    ['what is read is not written', ' && actor_field(call->actor, field) == FIELD_WRITE;', ' && actor_field(call->actor, field) >= FIELD_READ;'],
    ['what only code writes', 'return !field->readonly && (!field->system', 'return (!field->system'],
    ['giving to somebody else takes the right to', 'return !actor_may_act(call->actor, object, STR(ACTION_ASSIGN)) && !call->actor->system;', 'return !call->actor;'],
    ['a hidden field is like none', raw`if (hidden)
                        (void)error_add`, raw`if (hidden && !field)
                        (void)error_add`],
    ['a bad value of a hidden field is like none', raw`if (hidden)
                                conceal`, raw`if (hidden && !field)
                                conceal`, ['access_matrix', 'field_rights']],
    ['what is referred to is seen', raw`if (by_user) {
                Status status`, raw`if (by_user && !target) {
                Status status`],
    ['what the caller of an action refers to is seen', 'return options->asked && options->asked[field->index] && !call->actor->system;', 'return options->asked && options->asked[field->index] && !call->actor;', TRICKS],
    ['only an administrator\'s import keeps times and people', 'return options->import && (call->actor->system || call->actor->administrator);', 'return options->import && call->actor;', TRICKS],
  ],
  'src/record/action.c': [
    ['an action takes its right', 'bool allowed = actor_may_act(call->actor, object, str_from(action->name));', 'bool allowed = object != NULL;'],
    ['an action stays within the scope', 'if (allowed && action->needs != VERB_READ)', 'if (allowed && !action)'],
    ['an action takes sight of the record', 'if (!query_visible(call, object, id, &status))', 'if (!query_visible(call, object, id, &status) && status != STATUS_OK)'],
  ],
  'src/record/rules.c': [
    ['a validation tells no hidden field', 'bool named = validation->field && actor_field(rules->actor, validation->field) != FIELD_HIDE;', 'bool named = validation->field;', ['forms']],
    ['a requirement tells no hidden field', raw`if (actor_field(rules->actor, field) == FIELD_HIDE)
                (void)error_add`, raw`if (!field)
                (void)error_add`, ['forms']],
  ],
  'src/flow/bulk_take.c': [
    ['a bulk change of a hidden field', raw`if (right == FIELD_HIDE)
                (void)error_add(call->context, path, "unknown_field", member->key);`, raw`if (!field)
                (void)error_add(call->context, path, "unknown_field", member->key);`, ['bulk', 'access_matrix']],
    ['a bulk action takes its right', raw`if (!actor_may_act(call->actor, object, bulk->action))`, 'if (!call->actor)', ['bulk']],
    ['a bulk change takes the right to change any', raw`if (!actor_may(call->actor, object, verb))`, 'if (verb == VERB_EXPORT)', ['bulk', 'access_matrix']],
  ],
  'src/flow/bulk.c': [
    ['a bulk change of what is not seen', 'if (!asks_itself && !query_visible(call, object, id, &status))', 'if (!asks_itself && !query_visible(call, object, id, &status) && status != STATUS_OK)', ['bulk', 'access_matrix']],
  ],
  'src/flow/undo.c': [
    ['undoing takes the right to give away', 'if (back->undo->assigned && !actor_may_act(call->actor, object, STR(ACTION_ASSIGN)))', 'if (back->undo->assigned && !call->actor)', ['bulk']],
    ['undoing stays within the scope', 'return allowed ? STATUS_OK : error_set(call->context, STATUS_FORBIDDEN, "forbidden");', 'return allowed || record ? STATUS_OK : error_set(call->context, STATUS_FORBIDDEN, "forbidden");', ['bulk']],
  ],
  'src/link/import/run.c': [
    ['an import matches what is seen', raw`TRY(actor_scope_sql(run->call.context, run->call.actor, object, VERB_READ, STR("t"), &select));`, raw`sql(&select, "1=1");`, ['imports', 'access_matrix']],
  ],
  'src/link/import/map.c': [
    ['an import knows no hidden field', 'return field && !field->hidden && actor_field(actor, field) != FIELD_HIDE ? field : NULL;', 'return field && !field->hidden && actor ? field : NULL;', TRICKS],
    ['an import matches by nothing hidden or masked', 'return field && actor_field(actor, field) >= FIELD_READ ? field : NULL;', 'return field;', TRICKS],
    ['an import has no masked key', 'if (map->key && actor_field(actor, map->key->field) < FIELD_READ)', 'if (map->key && !actor)', TRICKS],
  ],
  'src/link/export/take.c': [
    ['an export takes its right', raw`if (!actor_may(call->actor, object, VERB_EXPORT))`, 'if (!call->actor)', ['bulk', 'access_matrix']],
    ['an export takes the right to read', ' || !actor_may(call->actor, object, VERB_READ))', ')', ['bulk', 'access_matrix']],
  ],
  'src/link/calendar/collect.c': [
    ['a calendar has no hidden field', 'return field && !field->hidden && actor_field(collect->call->actor, field) >= FIELD_READ ? field : NULL;', 'return field && !field->hidden ? field : NULL;', ['access_matrix', 'calendar']],
  ],
}

const FRONT = {
  'src/api/events.c': [
    ['a stream tells kinds that are read', ' || !actor_may(actor, object, VERB_READ))', ')'],
    ['a stream tells records that are seen', 'return store_read(org_store(hub->api->org), context, 0, sight_run, &sight) == STATUS_OK && sight.visible;', 'return store_read(org_store(hub->api->org), context, 0, sight_run, &sight) == STATUS_OK;'],
    ['a stream ends with its session', 'if (status == STATUS_UNAUTHENTICATED) {', 'if (status == STATUS_UNAUTHENTICATED && !listener) {', TRICKS],
  ],
  'src/api/view_as.c': [
    ['who looks as somebody else writes nothing', 'if (secret || !only_reads(request))', 'if (secret || (!only_reads(request) && !actor))', ['view_as']],
    ['who looks as somebody else sees nothing of his signing in', 'if (secret || !only_reads(request))', 'if (!only_reads(request) || (secret && !actor))', ['view_as']],
  ],
  'src/access/view_as.c': [
    ['only administrators look as others', 'return self->administrator && person', 'return self && person', ['view_as']],
    ['no administrator is looked as', ' && !(*ret)->administrator;', ';', ['view_as']],
  ],
  'src/api/request.c': [
    ['an object that is not known is not there', 'if (!object || (request->call.actor && !actor_may(request->call.actor, object, VERB_READ) && !actor_may(request->call.actor, object, VERB_CREATE)))', 'if (!object)'],
  ],
  'src/api/imports.c': [
    ['an import takes its right', 'if (!actor_may(request->call.actor, object, VERB_IMPORT))', 'if (!request->call.actor)'],
    ['an object that is not known is not imported', 'if (!known)', 'if (!known && !object)'],
  ],
  'src/api/metadata.c': [
    ['definitions of objects that are not known', 'return actor_may(actor, object, VERB_READ) || actor_may(actor, object, VERB_CREATE);', 'return actor && object;'],
    ['definitions of hidden fields', raw`if (right == FIELD_HIDE || field->hidden)
                return false;`, raw`if (field->hidden)
                return false;`],
    ['expressions over what is hidden', 'return expr_parse(&scratch, &parse, text, &expr) == STATUS_OK;', 'return expr_parse(&scratch, &parse, text, &expr) >= STATUS_OK;'],
  ],
  'src/api/schema.c': [
    ['schemas of objects that are not known', 'return actor_may(request->call.actor, object, VERB_READ) || actor_may(request->call.actor, object, VERB_CREATE);', 'return request && object;'],
    ['schemas of fields that are not written', 'return actor_field(request->call.actor, field) == FIELD_WRITE;', 'return request;'],
    ['schemas of hidden fields', 'bool seen = !field->hidden && field->role != FIELD_DELETED_AT && actor_field(request->call.actor, field) != FIELD_HIDE;', 'bool seen = !field->hidden && field->role != FIELD_DELETED_AT;'],
  ],
  'src/api/forms.c': [
    ['only an administrator looks as a role', 'if (!actor->administrator)', 'if (!actor)', ['forms']],
    ['only an administrator checks roll-ups', 'if (query.kind == EXPRESSION_ROLLUP && !request->call.actor->administrator)', 'if (query.kind == EXPRESSION_ROLLUP && !request->call.actor)', ['forms']],
  ],
  'src/api/jobs.c': [
    ['only an administrator lists the jobs of all', 'if (everyone && !request->call.actor->administrator)', 'if (everyone && !request->call.actor)', ['bulk']],
  ],
  'src/api/dispatch.c': [
    ['routes of administrators', 'if (request->route->access == ACCESS_ADMIN && !actor->administrator)', 'if (request->route->access == ACCESS_ADMIN && !actor)', ['custom_object']],
  ],
}

const BUSINESS = {
  'src/access/pool.c': [
    ['a pool is for who is in it', 'return pool->active && is_in(pool, actor);', 'return pool->active && actor;', ['pools']],
    ['a pool that is not in use shows nothing', 'return pool->active && is_in(pool, actor);', 'return is_in(pool, actor);', ['pools']],
    ['masks are lifted for administrators of the pool only', 'return pool->masked && !pool_administers(pool, actor);', 'return pool->masked && !is_in(pool, actor);', ['pools']],
  ],
  'objects/pool/claim.c': [
    ['claiming takes being in the pool', 'if (!pool || !call->actor->user || !pool_has(pool, call->actor))', 'if (!pool || !call->actor->user)', ['pools']],
    ['the former owner waits', 'TRY(check_cooldown(call, record, &limits));', '', ['pools']],
    ['what is protected is not released', 'if (guarded && !pool_administers(pool, call->actor))', 'if (guarded && !pool)', ['pools']],
  ],
  'objects/pool/pooled.c': [
    ['only administrators put records into a pool', 'else if (asked && !pool_administers(pool, call->actor))', 'else if (asked && !pool)', ['pools']],
  ],
  'objects/pool/simulate.c': [
    ['simulation is for administrators', 'return any ? STATUS_OK : error_set(', 'return any || asked ? STATUS_OK : error_set(', ['pools']],
  ],
  'objects/customer/customer.c': [
    ['what stands above an invisible company', 'if (change->by_user && parent.kind == VALUE_INTEGER && !query_visible(call, change->object, parent.integer, &status))', 'if (change->by_user && parent.kind == VALUE_INTEGER && !query_visible(call, change->object, parent.integer, &status) && status != STATUS_OK)', TRICKS],
  ],
  'objects/team_member/team_member.c': [
    ['a team is managed by who may change the record himself', 'return allowed ? STATUS_OK : error_set(call->context, STATUS_FORBIDDEN, "team_manage");', 'return allowed || record ? STATUS_OK : error_set(call->context, STATUS_FORBIDDEN, "team_manage");', ['sharing']],
    ['who lost a record brings nobody back', 'return status != STATUS_OK || change->kind == CHANGE_CREATE ? status :', 'return status == STATUS_OK || change->kind == CHANGE_CREATE ? status :', TRICKS],
    ['nor by undoing', 'return change->by_user || (call->acted_object', 'return change->by_user || (!call->acted_object && call->acted_object', TRICKS],
  ],
  'objects/sharing_rule/sharing_rule.c': [
    ['only an administrator writes sharing rules', 'if (change->by_user && !call->actor->administrator)', 'if (change->by_user && !call->actor)', ['sharing']],
  ],
  'objects/user/user.c': [
    ['nobody gives himself roles', raw`if (self && changed(change, "roles"))`, raw`if (!call && self && changed(change, "roles"))`, TRICKS],
    ['nobody gives a role that he has not', raw`else if (changed(change, "roles") && gives_foreign_role(call, change))`, raw`else if (!call && changed(change, "roles") && gives_foreign_role(call, change))`, TRICKS],
    ['nobody moves himself, or chooses who stands above him', 'for (size_t i = 0; self && i < sizeof others', 'for (size_t i = 0; !call && self && i < sizeof others', TRICKS],
  ],
  'objects/role/role.c': [
    ['only an administrator writes roles', 'if (change->by_user && !call->actor->administrator)', 'if (change->by_user && !call->actor)', TRICKS],
  ],
  'objects/department/department.c': [
    ['nobody brings a department under himself', raw`if (taken)
                (void)error_add`, raw`if (taken && !call)
                (void)error_add`, TRICKS],
    ['nobody makes himself a head', raw`if (changed(change, "head") && head.kind == VALUE_INTEGER && head.integer == call->actor->user)`, raw`if (changed(change, "head") && head.kind == VALUE_INTEGER && head.integer == 0)`, TRICKS],
  ],
  'src/flow/merge.c': [
    ['merging takes the right to delete the others', 'VERB_DELETE, lock, &(*ret_others)[i]', 'VERB_READ, lock, &(*ret_others)[i]', ['merging']],
    ['merging takes the right to change the one', 'merge->survivor, VERB_UPDATE, lock,', 'merge->survivor, VERB_READ, lock,', ['merging']],
  ],
  'objects/lead/convert.c': [
    ['a hidden value is not carried into the open', 'return from >= FIELD_READ || actor_field(actor, target) <= from;', 'return from >= FIELD_READ || target;', TRICKS],
    ['a lead goes to a customer that is seen', 'if (!query_visible(call, catalog_get(call->catalog, name), *ret_id, &status))', 'if (!query_visible(call, catalog_get(call->catalog, name), *ret_id, &status) && status != STATUS_OK)', [...TRICKS, 'crm_sales']],
    ['no customer is found by a name that is not read', 'if (str_empty(company) || actor_field(call->actor, customer->name_field) < FIELD_READ)', 'if (str_empty(company))', TRICKS],
    ['no customer is found that is not seen', 'TRY(actor_scope_sql(call->context, call->actor, customer, VERB_READ, STR("t"), &select));', 'sql(&select, "1=1");', [...TRICKS, 'crm_sales']],
  ],
  'objects/assignment_rule/assign.c': [
    ['asking the rules takes the right to transfer', 'if (!actor_may(call->actor, record->object, VERB_TRANSFER) && !call->actor->system)', 'if (!call->actor)', ['assignment']],
  ],
  'objects/assignment_rule/facts.c': [
    ['nobody is given what his roles do not read', 'actor_may(actor, assigner->object, VERB_READ);', 'actor != NULL;', ['assignment']],
  ],
  'objects/assignment_rule/routes.c': [
    ['rules are tried out by whoever may change them', 'return actor_may(request->call.actor, rules, VERB_UPDATE) ? STATUS_OK', 'return rules ? STATUS_OK', ['assignment']],
  ],
  'objects/assignment_rule/report.c': [
    ['the report counts what is seen', 'TRY(actor_scope_sql(reading->call->context, reading->call->actor, query->object, VERB_READ, STR("t"), select));', 'sql(select, "1=1");', ['assignment']],
  ],
  'objects/assignment_decision/assignment_decision.c': [
    ['nobody writes decisions', 'return change->by_user ? error_set', 'return change->by_user && !call ? error_set', ['assignment']],
  ],
  'objects/shared/person.c': [
    ['one writes about oneself and one\'s people', 'return actor_covers(call->context, call->actor, object, VERB_UPDATE, &subject, ret);', '*ret = object && subject.owner;\n        return STATUS_OK;', ['assignment']],
  ],
  'objects/lead/routes.c': [
    ['cards are read by whoever may make leads', 'if (!actor_may(request->call.actor, lead, VERB_CREATE))', 'if (!lead)', ['assignment']],
  ],
  'objects/sales_mode/sales_mode.c': [
    ['administrators write sales modes, their stages and tasks', 'return change->by_user && !call->actor->administrator ?', 'return change->by_user && !call->actor ?', ['process']],
  ],
  'objects/sales_mode/enter.c': [
    ['a mode is one of the owner\'s departments or of the caller\'s', 'if (!*ret || call->actor->administrator)', 'if (!*ret || call->actor)', ['process']],
    ['a mode is not taken away', 'value_is_null(mode) && named && !call->actor->administrator', 'value_is_null(mode) && named && !call->actor', ['process']],
  ],
  'objects/sales_mode/stages.c': [
    ['the way of a record is told to whoever sees it', 'if (!query_visible(call, object, id, &status))', 'if (!query_visible(call, object, id, &status) && status != STATUS_OK)', ['process']],
  ],
  'objects/stage_change/stage_change.c': [
    ['changes of stage are written by the system', 'return change->by_user ?', 'return change->by_user && !call ?', ['process']],
  ],
  'objects/risk_rule/risk_rule.c': [
    ['administrators write risk rules', 'if (change->by_user && !call->actor->administrator)', 'if (change->by_user && !call->actor)', ['process']],
  ],
  'objects/notification/notification.c': [
    ['nobody is told of what he may not see', raw`if (!query_visible(&theirs, object, record, &status))`, raw`if (!query_visible(&theirs, object, record, &status) && status != STATUS_OK)`, [...TRICKS, 'talk']],
    ['nobody is told a hidden name', 'Str known = right >= FIELD_READ ? name : right == FIELD_MASK ? mask_text(arena, object->name_field, actor_mask(theirs.actor, object->name_field), name) : STR_NONE;', 'Str known = right >= FIELD_READ ? name : right == FIELD_MASK ? mask_text(arena, object->name_field, actor_mask(theirs.actor, object->name_field), name) : name;', TRICKS],
  ],
}

export const MUTATIONS = [ACCESS, READING, WRITING, FRONT, BUSINESS].flatMap((group) =>
  Object.entries(group).flatMap(([file, list]) => list.map(([name, clause, instead, tests = ['access_matrix']]) => ({ file, name, clause, instead, tests }))))
