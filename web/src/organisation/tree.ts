// Departments as they are shown: flat answers become rows with a depth, children by name, each with the people of all below it.
import type { DepartmentNode } from "@/lib/api";
import { matchScore } from "@/lib/match";

export interface Row extends DepartmentNode { depth: number; children: number; total: number }

const byName = (a: DepartmentNode, b: DepartmentNode): number => a.name.localeCompare(b.name, "zh-CN");

/** Every department in the order of the tree; what hangs in a circle (it cannot by right) is left out. */
export function treeRows(nodes: DepartmentNode[]): Row[] {
  const below = new Map<number | null, DepartmentNode[]>();
  for (const node of nodes) {
    const list = below.get(node.parent);
    if (list) list.push(node);
    else below.set(node.parent, [node]);
  }
  const rows: Row[] = [];
  function walk(node: DepartmentNode, depth: number): number {
    const children = [...(below.get(node.id) ?? [])].sort(byName);
    const row: Row = { ...node, depth, children: children.length, total: node.people };
    rows.push(row);
    for (const child of children) row.total += walk(child, depth + 1);
    return row.total;
  }
  for (const root of [...(below.get(null) ?? [])].sort(byName)) walk(root, 0);
  return rows;
}

/** The rows in sight: those whose parents are all open. While searching: what matches, with the way to it. */
export function visibleRows(rows: Row[], closed: Set<number>, search: string): Row[] {
  const text = search.trim();
  if (text) {
    const wanted = new Set<number>();
    const parents = new Map(rows.map((row) => [row.id, row.parent]));
    for (const row of rows) {
      if (matchScore(text, row.name) <= 0) continue;
      for (let at: number | null = row.id; at !== null && !wanted.has(at); at = parents.get(at) ?? null) wanted.add(at);
    }
    return rows.filter((row) => wanted.has(row.id));
  }
  const shown: Row[] = [];
  let hiddenBelow = Infinity;
  for (const row of rows) {
    if (row.depth > hiddenBelow) continue;
    hiddenBelow = closed.has(row.id) ? row.depth : Infinity;
    shown.push(row);
  }
  return shown;
}

export function isBelow(rows: Row[], id: number, top: number): boolean {
  const parents = new Map(rows.map((row) => [row.id, row.parent]));
  for (let at: number | null = id; at !== null; at = parents.get(at) ?? null) if (at === top) return true;
  return false;
}

/** "总部 / 华东 / 一组" */
export function pathOf(rows: Row[], id: number): Row[] {
  const byId = new Map(rows.map((row) => [row.id, row]));
  const path: Row[] = [];
  for (let row = byId.get(id); row; row = row.parent === null ? undefined : byId.get(row.parent)) path.unshift(row);
  return path;
}
