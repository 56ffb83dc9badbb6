// The tags in use, most used first, out of groups of lists.
import { asNumber, type AggregateRow } from "@/meta/types";

export function countTags(rows: AggregateRow[], name: string): { tag: string; n: number }[] {
  const counts = new Map<string, number>();
  for (const row of rows) {
    const value = row[name];
    const tags = Array.isArray(value) ? value : [value];
    for (const tag of tags) if (typeof tag === "string") counts.set(tag, (counts.get(tag) ?? 0) + (asNumber(row["count()"]) ?? 0));
  }
  return [...counts].map(([tag, n]) => ({ tag, n })).sort((a, b) => b.n - a.n || a.tag.localeCompare(b.tag));
}
