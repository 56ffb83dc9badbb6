// A typed expression, checked as one types: by the server where it can say where it is wrong, by asking for one record where it cannot.
import { computed, ref, watch, type ComputedRef, type Ref } from "vue";
import * as api from "@/lib/api";
import { ApiError } from "@/lib/http";

export interface Fault { message: string; position: number | null }
const WAIT_MS = 350;

export function useExpression(object: () => string, text: Ref<string>): { fault: Ref<Fault | null>; checking: ComputedRef<boolean>; check: () => Promise<boolean> } {
  const fault = ref<Fault | null>(null);
  const open = ref(0);
  let timer = 0;
  let asked = 0;

  async function ask(expression: string): Promise<Fault | null> {
    try {
      const answer = await api.checkExpression(object(), { expression, kind: "condition" });
      return answer.ok ? null : { message: answer.message ?? "", position: answer.position ?? null };
    } catch (error) {
      if (!(error instanceof ApiError) || error.status === 0) return null;
      if (error.status !== 404) return { message: error.message, position: error.problem.position ?? null };
    }
    try {
      await api.listRecords(object(), { filter: expression, limit: 1, fields: "id" });
      return null;
    } catch (error) {
      return error instanceof ApiError && error.status >= 400 && error.status < 500 ? { message: error.message, position: error.problem.position ?? null } : null;
    }
  }
  async function check(): Promise<boolean> {
    window.clearTimeout(timer);
    const expression = text.value.trim();
    const turn = ++asked;
    if (!expression) {
      fault.value = null;
      return true;
    }
    open.value++;
    const found = await ask(expression);
    open.value--;
    if (turn !== asked) return found === null;
    // positions are told of what was sent
    const lead = text.value.length - text.value.trimStart().length;
    fault.value = found && { ...found, position: found.position === null ? null : found.position + lead };
    return found === null;
  }
  watch(text, () => {
    asked++;
    fault.value = null;
    window.clearTimeout(timer);
    timer = window.setTimeout(() => void check(), WAIT_MS);
  });
  return { fault, check, checking: computed(() => open.value > 0) };
}
