import { describe, expect, it } from "vitest";
import { anyChange, draftOf, newStage, planned, stageChanges, stageValues, type StageDraft } from "./draft";
import { moved } from "./stages";

const ref = (id: number): { id: number; name: string } => ({ id, name: "" });
const stage = (id: number, label: string): StageDraft => draftOf({ id, version: 1, key: `k${id}`, label, outcome: "open", probability: 0.2, required_fields: ["amount"] }, [{ id: id * 10, version: 1, stage: ref(id), title: "T", due_days: 3, type: "call", required: true }, { id: 99, version: 1, stage: ref(77), title: "other" }]);

describe("a draft of stages", () => {
  const before = [stage(1, "A"), stage(2, "B")];
  it("takes a stage with its own tasks", () => {
    expect(before[0]).toMatchObject({ label: "A", probability: 0.2, required_fields: ["amount"], tasks: [{ id: 10, title: "T", due_days: 3, type: "call", required: true }] });
    expect(before[0]?.tasks).toHaveLength(1);
  });
  it("is no change as long as nothing differs", () => {
    expect(anyChange(stageChanges(before, structuredClone(before)))).toBe(false);
  });
  it("writes what was changed, made or moved, and removes what is gone", () => {
    expect(stageChanges(before, moved(before, 0, 1)).write).toEqual([0, 1]);
    expect(stageChanges(before, [before[0]!, { ...before[1]!, max_days: 5 }]).write).toEqual([1]);
    const third = { ...newStage("C", 1), tasks: [{ id: 0, title: "x", due_days: 1, type: "task", required: false }] };
    expect(stageChanges(before, [...before, third])).toMatchObject({ write: [2], remove: [], tasks: [{ stage: 2, write: [{ title: "x" }], remove: [] }] });
    expect(stageChanges(before, [before[1]!])).toMatchObject({ write: [0], remove: [{ id: 1 }] });
  });
  it("follows tasks one by one", () => {
    expect(stageChanges(before, [{ ...before[0]!, tasks: [] }, before[1]!])).toMatchObject({ write: [], tasks: [{ stage: 0, write: [], remove: [10] }] });
  });
  it("writes key and outcome of a new one only, and null for what is empty", () => {
    expect(stageValues(before[0]!, 10)).not.toHaveProperty("outcome");
    expect(stageValues({ ...newStage(" C ", 0), outcome: "won" }, 10)).toMatchObject({ label: "C", outcome: "won", guidance: null, required_fields: null });
    expect(stageValues(newStage("C", 0), 10)).not.toHaveProperty("key");
    expect(planned([before[0]!, newStage("C", 0)]).map((item) => item.key)).toEqual(["k1"]);
  });
});
