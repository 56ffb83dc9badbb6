import { describe, expect, it } from "vitest";
import { arrange, contentOf, contentValues, moved, NO_ORDER, sameContent, savedView, shippedView, type ViewContent } from "./views";

const shipped = ["mine", "all"].map((name) => shippedView({ name, label: name }));
const saved = [12, 9].map((id) => savedView({ id, version: 1, name: `v${id}`, place: id === 12 ? 1 : 2, columns: ["name", 3, "amount"] as never, settings: { widths: { amount: 140 } } }));

describe("tabs", () => {
  it("stand in the object's order, then by place", () => {
    expect(arrange([...saved, ...shipped], NO_ORDER).map((view) => view.name)).toEqual(["mine", "all", "12", "9"]);
  });
  it("stand in the reader's own order where there is one", () => {
    expect(arrange([...shipped, ...saved], { ...NO_ORDER, order: ["9", "all"] }).map((view) => view.name)).toEqual(["9", "all", "mine", "12"]);
  });
  it("move before another or to the end", () => {
    expect(moved(["a", "b", "c"], "c", "a")).toEqual(["c", "a", "b"]);
    expect(moved(["a", "b", "c"], "a", null)).toEqual(["b", "c", "a"]);
    expect(moved(["a"], "x", "gone")).toEqual(["a", "x"]);
  });
});

describe("what a view holds", () => {
  it("is read with what it does not understand left out", () => {
    expect(saved[0]).toMatchObject({ name: "12", id: 12, share: "private", locked: false, columns: ["name", "amount"], looks: { widths: { amount: 140 } } });
    expect(savedView({ id: 1, version: 1, settings: "broken", columns: null })).toMatchObject({ looks: {}, columns: undefined, kind: "list" });
  });
  it("differs only by what is seen", () => {
    const content = contentOf(saved[0], []);
    const same: ViewContent = { ...content, looks: { sums: {}, widths: { amount: 140 } } };
    expect(sameContent(content, same)).toBe(true);
    expect(sameContent(content, { ...content, looks: { widths: { amount: 150 } } })).toBe(false);
    expect(sameContent(content, { ...content, columns: ["amount", "name"] })).toBe(false);
    expect(contentValues(content)).toMatchObject({ filter: null, group: null, settings: { widths: { amount: 140 } } });
  });
});
