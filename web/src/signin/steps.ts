// The steps of a sign-in: the password, and what the server still asks for. Each answer that asks for more brings the challenge for the next.
import { ApiError } from "@/lib/http";

export type StepKind = "code" | "enrol" | "renew";
export interface Step { kind: StepKind; challenge: string }

const KINDS: Record<string, StepKind> = { totp_required: "code", totp_enrol_required: "enrol", password_expired: "renew" };

function stepOf(code: string | undefined, challenge: string | undefined): Step | null {
  const kind = code && Object.hasOwn(KINDS, code) ? KINDS[code] : undefined;
  return kind && challenge ? { kind, challenge } : null;
}
/** What is asked for next, where the refusal says so. */
export function nextStep(error: unknown): Step | null {
  return error instanceof ApiError ? stepOf(error.problem.code, error.problem.challenge) : null;
}
/** Other services send the browser back with the step that is left: #need=totp_required&challenge=… */
export function stepFromHash(hash: string): Step | null {
  const given = new URLSearchParams(hash.replace(/^#/, ""));
  return stepOf(given.get("need") ?? undefined, given.get("challenge") ?? undefined);
}
/** The challenge is used up or too old: only the beginning is left. */
export function isOver(error: unknown): boolean {
  return error instanceof ApiError && error.problem.code === "challenge_ended";
}
