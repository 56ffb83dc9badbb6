import { describe, expect, it } from "vitest";
import { ranked, type Item } from "./model";

const items: Item[] = ["新建客户", "新建商机", "去客户"].map((label) => ({ key: label, label, icon: null }));

describe("palette", () => {
  it("finds by initials", () => {
    expect(ranked(items, "xjsj", [], 9).map((item) => item.label)).toEqual(["新建商机"]);
  });
  it("puts what was used lately first among equals", () => {
    expect(ranked(items, "新建", ["新建商机"], 9).map((item) => item.label)).toEqual(["新建商机", "新建客户"]);
  });
  it("gives no more than asked for", () => {
    expect(ranked(items, "新建", [], 1)).toHaveLength(1);
  });
});
