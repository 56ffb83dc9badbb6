import { describe, expect, it } from "vitest";
import type { ActionDef, ObjectDef, RecordData } from "@/meta/types";
import { actionBody, actionFields, actionsNow, actionStart } from "./actions";

const action = (name: string, when?: string): ActionDef => ({ name, label: name, when });
const customer: ObjectDef = {
  id: 11, name: "customer", label: "Customer", rights: { read: true, create: true, update: true, delete: true, actions: ["claim", "release", "protect"] },
  fields: [{ id: 1, name: "in_pool", type: "boolean", label: "In the pool" }, { id: 2, name: "status", type: "choice", label: "Status" }],
  actions: [action("claim", "in_pool"), action("release", 'not in_pool and status != "converted"'), action("protect", "not in_pool"), action("assign")],
};
const now = (values: Partial<RecordData>): string[] => actionsNow(customer, { id: 1, version: 1, ...values }).map((item) => item.name);

describe("what may be done with a record", () => {
  it("is what applies now, of what one has the right to", () => {
    expect(now({ in_pool: true })).toEqual(["claim"]);
    expect(now({ in_pool: false, status: "new" })).toEqual(["release", "protect"]);
    expect(now({ in_pool: false, status: "converted" })).toEqual(["protect"]);
  });
  it("takes what was never said for no", () => {
    expect(now({ in_pool: null })).toEqual(["release", "protect"]);
  });
});

describe("what an action asks", () => {
  it("is a reason, a day or nothing", () => {
    expect(actionFields(customer, "release", "Reason").map((item) => item.name)).toEqual(["reason"]);
    expect(actionFields(customer, "protect", "Reason", "Until")).toMatchObject([{ name: "until", type: "date", label: "Until" }]);
    expect(actionFields(customer, "claim", "Reason")).toEqual([]);
  });
  it("goes out with ids; a day that is left open is said", () => {
    expect(actionBody({ owner: { id: 4, name: "A" }, reason: "" })).toEqual({ owner: 4 });
    expect(actionBody({ reason: "x", pool: "7" })).toEqual({ reason: "x", pool: 7 });
    expect(actionBody({ until: null })).toEqual({ until: null });
    expect(actionStart("protect", { id: 1, version: 1, protected_until: "2026-12-31" })).toEqual({ until: "2026-12-31" });
    expect(actionStart("claim", { id: 1, version: 1 })).toBeUndefined();
  });
});
