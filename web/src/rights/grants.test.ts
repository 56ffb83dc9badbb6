import { describe, expect, it } from "vitest";
import { actionsOf, cellOf, cellsDiffering, differing, fieldOf, grantsOf, isNothing, narrowed, patternOf, rightOf, withAction, withCell, withField } from "./grants";

const sales = grantsOf({ customer: { read: "own", create: true, update: "own", actions: ["claim"], fields: { phone: "mask:3,4", remark: "hide" } }, "*": { read: "tree" } });

describe("grants", () => {
  it("what is left out is not given, import and transfer follow create and update", () => {
    expect(["read", "create", "update", "delete", "transfer", "export", "import"].map((verb) => cellOf(sales, "customer", verb as "read"))).toEqual(["own", "yes", "own", "none", "yes", "no", "yes"]);
    expect(cellOf(withCell(sales, "customer", "transfer", "no"), "customer", "transfer")).toBe("no");
    expect(cellOf(sales, "lead", "read")).toBe("tree");
    expect(cellOf({}, "lead", "read")).toBe("none");
  });
  it("a change names the object with what the star gave it", () => {
    const changed = withCell(sales, "lead", "create", "yes");
    expect(changed.lead).toEqual({ read: "tree", create: true });
    expect(sales.lead).toBeUndefined();
    expect(withCell(sales, "customer", "read", "own")).toBe(sales);
  });
  it("fields: the star, patterns, and back to what is usual", () => {
    expect(fieldOf(sales, "customer", "phone")).toBe("mask:3,4");
    expect(rightOf("mask:3,4")).toBe("mask");
    expect(patternOf("mask:3,4")).toBe("3,4");
    expect(narrowed(sales, "customer", ["phone", "remark", "level"])).toBe(2);
    expect(withField(sales, "customer", "phone", "write").customer?.fields).toEqual({ remark: "hide" });
    const starred = grantsOf({ customer: { read: "all", fields: { "*": "read" } } });
    expect(fieldOf(starred, "customer", "level")).toBe("read");
    expect(withField(starred, "customer", "level", "write").customer?.fields).toEqual({ "*": "read", level: "write" });
  });
  it("actions: all of them, one by one", () => {
    const all = grantsOf({ customer: { actions: "*" } });
    expect(actionsOf(all, "customer", ["claim", "assign"])).toEqual(["claim", "assign"]);
    expect(withAction(all, "customer", ["claim", "assign"], "assign", false).customer?.actions).toEqual(["claim"]);
  });
  it("differences are of meaning, not of order", () => {
    expect(differing(sales, grantsOf({ "*": { read: "tree" }, customer: { create: true, read: "own", update: "own", actions: ["claim"], fields: { remark: "hide", phone: "mask:3,4" } } }))).toEqual([]);
    expect(differing(sales, withField(sales, "customer", "level", "read"))).toEqual(["customer"]);
    const more = withField(withAction(withCell(sales, "customer", "export", "yes"), "customer", ["claim", "assign"], "assign", true), "customer", "phone", "read");
    expect(cellsDiffering(sales, more, "customer")).toBe(3);
    expect(cellsDiffering(sales, withCell(sales, "lead", "update", "own"), "lead")).toBe(2); // transfer follows
    expect(isNothing(sales, "customer")).toBe(false);
    expect(isNothing({}, "customer")).toBe(true);
  });
});
