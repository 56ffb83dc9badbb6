import { describe, expect, it } from "vitest";
import type { Page } from "@/meta/types";
import { chooseList, idsOf, merged, neighbours } from "./listContext";

const page = (...ids: number[]): Page => ({ items: ids.map((id) => ({ id, version: 1 })), next: null });

describe("previous and next", () => {
  const mine = { query: { filter: "owner = me()" }, pages: [page(1, 2), page(3)], seen: 10 };
  const all = { query: { filter: "" }, pages: [page(3, 2, 1)], seen: 20 };
  it("come from the list the address names, else from the one seen last", () => {
    expect(chooseList([mine, all], 2, "owner = me()")).toBe(mine);
    expect(chooseList([mine, all], 2, null)).toBe(all);
    expect(chooseList([mine, all], 2, "level = \"A\"")).toBe(all);
    expect(chooseList([mine, all], 9, null)).toBeUndefined();
  });
  it("know their ends", () => {
    const ids = idsOf([page(1, 2), page(2, 3)]);
    expect(ids).toEqual([1, 2, 3]);
    expect(neighbours(ids, 1)).toEqual({ place: 0, previous: null, next: 2 });
    expect(neighbours(ids, 3)).toEqual({ place: 2, previous: 2, next: null });
    expect(neighbours(ids, 7)).toEqual({ place: -1, previous: null, next: null });
  });
  it("keep their order when more is loaded", () => {
    expect(merged([3, 1], [1, 4])).toEqual([3, 1, 4]);
  });
});
