// What the first start asks, in which step, and what is kept when the page is reloaded (never the password).
import type { SetupRequest } from "@/lib/api";

export type SetupStep = "language" | "company" | "person" | "data" | "working";
export const STEPS: SetupStep[] = ["language", "company", "person", "data"];
const FIELDS: Record<string, SetupStep> = { code: "language", language: "language", company: "company", zone: "company", currency: "company", name: "person", login: "person", password: "person", demo: "data" };
const KEY = "haike.setup";

/** The earliest step in which something was refused. */
export function stepOf(errors: Record<string, string>): SetupStep {
  const at = Object.keys(errors).map((name) => STEPS.indexOf(FIELDS[name] ?? "data")).sort((a, b) => a - b)[0];
  return STEPS[at ?? STEPS.length - 1] ?? "data";
}
export function readSetup(): Partial<SetupRequest> {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? "{}") as Partial<SetupRequest>;
  } catch {
    return {};
  }
}
export function keepSetup(values: SetupRequest | null): void {
  try {
    if (values) sessionStorage.setItem(KEY, JSON.stringify({ ...values, password: "" }));
    else sessionStorage.removeItem(KEY);
  } catch {
    // only a reload would have needed it
  }
}
