// A page with a draft: Ctrl S saves it, and leaving it, or the program, asks first.
import { onBeforeUnmount, onMounted } from "vue";
import { useI18n } from "vue-i18n";
import { onBeforeRouteLeave } from "vue-router";
import { isComposing } from "@/lib/keys";

/** busy: what is being saved is not saved again. enter: Ctrl Enter saves too, unless a field took it. Answers whether one may go. */
export function useUnsaved(draft: { dirty: () => boolean; busy?: () => boolean; save: () => unknown; enter?: boolean }): () => boolean {
  const { t } = useI18n();
  const stay = (): boolean => !draft.dirty() || window.confirm(t("design.leave"));
  onBeforeRouteLeave(stay);
  function unload(event: BeforeUnloadEvent): void {
    if (draft.dirty()) event.preventDefault();
  }
  function keydown(event: KeyboardEvent): void {
    const entered = draft.enter === true && event.key === "Enter";
    if (isComposing(event) || !(event.ctrlKey || event.metaKey) || (event.key !== "s" && !entered)) return;
    if (entered && event.defaultPrevented) return;
    event.preventDefault();
    if (draft.dirty() && !draft.busy?.()) void draft.save();
  }
  onMounted(() => {
    window.addEventListener("beforeunload", unload);
    window.addEventListener("keydown", keydown);
  });
  onBeforeUnmount(() => {
    window.removeEventListener("beforeunload", unload);
    window.removeEventListener("keydown", keydown);
  });
  return stay;
}
