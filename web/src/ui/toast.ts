// A line for a moment: success is quiet, undo is offered where it can be done. Never used for what a field refused.
import { ref } from "vue";

export interface Toast { id: number; text: string; tone: "plain" | "bad"; action?: { label: string; run: () => void } }
export const toasts = ref<Toast[]>([]);
let last = 0;

export function say(text: string, options: { tone?: Toast["tone"]; action?: Toast["action"] } = {}): void {
  const id = ++last;
  toasts.value = [...toasts.value.slice(-2), { id, text, tone: options.tone ?? "plain", action: options.action }];
  window.setTimeout(() => dismiss(id), options.action ? 8000 : options.tone === "bad" ? 6000 : 1800);
}
export function dismiss(id: number): void {
  toasts.value = toasts.value.filter((toast) => toast.id !== id);
}
