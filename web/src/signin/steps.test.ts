import { describe, expect, it } from "vitest";
import { ApiError } from "@/lib/http";
import { isOver, nextStep, stepFromHash } from "./steps";

const refusal = (code: string, challenge?: string): ApiError => new ApiError(401, { code, challenge }, null);

describe("steps of a sign-in", () => {
  it("follow what the refusal asks for", () => {
    expect(nextStep(refusal("totp_required", "c"))).toEqual({ kind: "code", challenge: "c" });
    expect(nextStep(refusal("totp_enrol_required", "c"))).toEqual({ kind: "enrol", challenge: "c" });
    expect(nextStep(refusal("password_expired", "c"))).toEqual({ kind: "renew", challenge: "c" });
  });
  it("are none where there is nothing to go on with", () => {
    expect(nextStep(refusal("bad_credentials"))).toBeNull();
    expect(nextStep(refusal("totp_required"))).toBeNull();
    expect(nextStep(new Error("x"))).toBeNull();
  });
  it("come with the address when another service sent the browser back", () => {
    expect(stepFromHash("#need=totp_required&challenge=abc-_1")).toEqual({ kind: "code", challenge: "abc-_1" });
    expect(stepFromHash("#need=constructor&challenge=abc")).toBeNull();
    expect(stepFromHash("")).toBeNull();
  });
  it("are over with their challenge", () => {
    expect(isOver(refusal("challenge_ended"))).toBe(true);
    expect(isOver(refusal("wrong_code"))).toBe(false);
  });
});
