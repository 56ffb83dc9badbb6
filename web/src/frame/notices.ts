// Notifications of the reader: how many are unread, the pages of them, reading one or all.
import { useInfiniteQuery, useQuery } from "@tanstack/vue-query";
import { AtSign, ArrowLeftRight, Bell, MessageSquare, Settings2, SquareCheckBig } from "@lucide/vue";
import { computed, type Component, type ComputedRef } from "vue";
import * as api from "@/lib/api";
import { allOf } from "@/lib/filter";
import { firstAnswered } from "@/lib/firstAnswers";
import { invalidateRecord, queryClient } from "@/lib/queries";
import { asRecordRef, asText, type Page, type RecordData } from "@/meta/types";
import { useCatalog } from "@/stores/catalog";

export type NoticeFilter = "all" | "unread" | "mentions";
const PAGE = 30;
const AT_ONCE = 200;
const MINE = "owner = me()";
const UNREAD = "is_null(read_at)";
const FILTERS: Record<NoticeFilter, string> = { all: "", unread: UNREAD, mentions: 'kind in ("mention", "comment")' };
const ICONS: Record<string, Component> = { mention: AtSign, assigned: ArrowLeftRight, task: SquareCheckBig, reminder: Bell, comment: MessageSquare, system: Settings2 };

export const noticeIcon = (record: RecordData): Component => ICONS[asText(record.kind)] ?? Bell;
export const isUnread = (record: RecordData): boolean => record.read_at === null || record.read_at === undefined || record.read_at === "";

export function noticePath(record: RecordData): string | null {
  const target = asRecordRef(record.target);
  return target ? `/o/${target.object}/${target.id}` : null;
}

export function useUnread(): ComputedRef<number> {
  const catalog = useCatalog();
  const query = useQuery({
    queryKey: ["count", "notification", "unread"],
    queryFn: ({ signal }) => api.listRecords("notification", { filter: allOf(MINE, UNREAD), fields: "id", limit: 1, count: true }, signal),
    enabled: computed(() => firstAnswered.value && catalog.get("notification")?.rights.read === true), staleTime: 60_000,
  });
  return computed(() => query.data.value?.count ?? 0);
}

export function useNoticePages(filter: () => NoticeFilter) {
  return useInfiniteQuery({
    queryKey: computed(() => ["records", "notification", "notices", filter()]),
    queryFn: ({ pageParam, signal }) => api.listRecords("notification", { filter: allOf(MINE, FILTERS[filter()]), sort: "-created_at", limit: PAGE, after: pageParam }, signal),
    initialPageParam: null as string | null, getNextPageParam: (last: Page) => last.next ?? undefined, staleTime: 10_000,
  });
}

const stamp = (): string => new Date().toISOString().replace(/\.\d{3}Z$/, "Z");

/** Shown as read at once; the server is told behind it. */
export async function markRead(record: RecordData, read = true): Promise<void> {
  const value = read ? stamp() : null;
  queryClient.setQueriesData<{ pages: Page[]; pageParams: unknown[] }>({ queryKey: ["records", "notification", "notices"] }, (data) => data && {
    ...data, pages: data.pages.map((page) => ({ ...page, items: page.items.map((item) => (item.id === record.id ? { ...item, read_at: value } : item)) })),
  });
  await api.updateRecord("notification", record.id, { read_at: value });
  void queryClient.invalidateQueries({ queryKey: ["count", "notification"] });
}

export async function markAllRead(): Promise<void> {
  for (;;) {
    const page = await api.listRecords("notification", { filter: allOf(MINE, UNREAD), fields: "id", limit: AT_ONCE });
    if (page.items.length) await api.batchUpdate("notification", page.items.map((item) => ({ id: item.id, values: { read_at: stamp() } })));
    if (!page.next || !page.items.length) break;
  }
  invalidateRecord("notification");
}
