// After the definitions changed: entries, totals, search and duplicates follow.
#include "record/duplicate.h"
#include "record/entry.h"
#include "record/totals.h"

Status record_prepare(Db *db, const Catalog *catalog) {
        TRY(entries_prepare(db, catalog));
        TRY(totals_prepare(db, catalog));
        TRY(search_prepare(db, catalog));
        return duplicates_prepare(db, catalog);
}
