import { describe, expect, it } from "vitest";
import type { AuditEntry } from "@/lib/protection";
import { amount, differing, grantChanges, lines, summary } from "./words";

const same = (name: string): string => name;
const entry = (kind: string, detail: AuditEntry["detail"], changes: AuditEntry["changes"] = null): AuditEntry => ({ id: 1, seq: 1, at: "2026-11-29T08:00:00Z", kind, user: null, object: null, record: null, changes, peer: "", detail, erased: false });

describe("an entry in one line", () => {
  it("says the filter of an export, the file at its end", () => {
    expect(summary(entry("export.start", { job: 3, filter: "level = \"A\"", columns: ["name"] }), same)).toBe("level = \"A\"");
    expect(summary(entry("export.end", { job: 3, file: { id: 1, name: "客户.xlsx" }, rows: 60 }), same)).toBe("客户.xlsx");
  });
  it("says what changed", () => {
    expect(summary(entry("user.change", { changes: { roles: [null, ["1"]] } }, [{ field: "roles", from: null, to: [] }]), same)).toBe("roles");
    expect(summary(entry("role.change", { changes: { grants: { customer: [{ read: "own" }, { read: "all" }] } } }), same)).toBe("customer");
    expect(summary(entry("settings.change", { bin_days: ["0", "30"] }), same)).toBe("bin_days");
    expect(summary(entry("session.start", null), same)).toBe("");
  });
  it("counts rows, records, entries", () => {
    expect(amount(entry("export.end", { rows: 60, done: 1 }))).toBe(60);
    expect(amount(entry("bulk.end", { done: 5 }))).toBe(5);
    expect(amount(entry("role.change", {}))).toBeNull();
  });
});

describe("an entry in full", () => {
  it("leaves what is shown by field", () => {
    expect(lines({ source: "api", changes: {}, job: 3, words: ["user", "list"] })).toEqual([{ key: "source", value: "api" }, { key: "job", value: "3" }, { key: "words", value: "[\"user\",\"list\"]" }]);
    expect(lines(null)).toEqual([]);
  });
  it("tells grants by object", () => {
    expect(grantChanges({ changes: { grants: { customer: [null, { read: "all" }] } } })).toEqual([{ object: "customer", from: null, to: { read: "all" } }]);
    expect(differing({ read: "own", export: false }, { read: "own", export: true, import: true })).toEqual([{ export: false }, { export: true, import: true }]);
    expect(grantChanges({ changes: { roles: [null, []] } })).toEqual([]);
  });
});
