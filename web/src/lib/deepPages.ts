// A list that has been scrolled far is not asked for again from its start when single records change: those are fetched and put in their places.
import type { InfiniteData, Query, QueryClient } from "@tanstack/vue-query";
import * as api from "./api";
import { allOf } from "./filter";
import type { Page, RecordData } from "@/meta/types";

type Pages = InfiniteData<Page, string | null>;
const DEEP = 6;
const MOST_IDS = 200;

export function isDeep(query: Query): boolean {
  const data = query.state.data as Pages | undefined;
  return query.queryKey[0] === "records" && query.queryKey[2] === "pages" && (data?.pages?.length ?? 0) > DEEP;
}

/** What changed takes its place, what no longer matches leaves, what is new stands first where the newest come first. */
export function withChanges(data: Pages, ids: number[], found: RecordData[], newestFirst: boolean): Pages {
  const changed = new Set(ids);
  const now = new Map(found.map((record) => [record.id, record]));
  const pages = data.pages.map((page) => {
    if (!page.items.some((item) => changed.has(item.id))) return page;
    return { ...page, items: page.items.flatMap((item) => { if (!changed.has(item.id)) return [item]; const next = now.get(item.id); now.delete(item.id); return next ? [next] : []; }) };
  });
  const first = pages[0];
  if (newestFirst && first && now.size) pages[0] = { ...first, items: [...now.values(), ...first.items] };
  return { ...data, pages };
}

export async function refreshDeep(client: QueryClient, object: string, ids: number[]): Promise<void> {
  for (const query of client.getQueryCache().findAll({ queryKey: ["records", object, "pages"], type: "active", predicate: isDeep })) {
    const asked = (query.queryKey[3] ?? {}) as api.ListQuery;
    if (asked.q || ids.length > MOST_IDS) {
      void client.invalidateQueries({ queryKey: query.queryKey, exact: true });
      continue;
    }
    try {
      const page = await api.listRecords(object, { filter: allOf(asked.filter, `id in (${ids.join(", ")})`), fields: asked.fields, limit: MOST_IDS });
      client.setQueryData<Pages>(query.queryKey, (data) => data && withChanges(data, ids, page.items, asked.sort === "-updated_at"));
    } catch {
      void client.invalidateQueries({ queryKey: query.queryKey, exact: true });
    }
  }
}
