// Files dropped anywhere on a record's page become its attachments; what has a place of its own for files takes them itself.
import { onBeforeUnmount, onMounted, ref, type Ref } from "vue";
import * as api from "@/lib/api";
import { invalidateRecord } from "@/lib/queries";
import { useCatalog } from "@/stores/catalog";
import { useUploads, type UseUploads } from "./useUploads";

export function useFileDrop(object: () => string, id: () => number, root: () => HTMLElement | null): { uploads: UseUploads; over: Ref<boolean> } {
  const catalog = useCatalog();
  const over = ref(false);
  let depth = 0;
  const uploads = useUploads(async (file) => {
    await api.createRecord("attachment", { name: file.name, file: file.id, target: { object: object(), id: id() } });
    invalidateRecord("attachment");
  });
  // a panel over a page takes what is dropped on it, the page the rest
  const isOurs = (event: DragEvent): boolean => (root()?.closest("[data-panel]") ?? null) === (event.target instanceof Element ? event.target.closest("[data-panel]") : null);
  const carries = (event: DragEvent): boolean => isOurs(event) && (event.dataTransfer?.types.includes("Files") ?? false) && catalog.get("attachment")?.rights.create === true;
  function enter(event: DragEvent): void {
    if (!carries(event)) return;
    depth++;
    over.value = true;
  }
  function leave(event: DragEvent): void {
    if (!carries(event)) return;
    depth = Math.max(0, depth - 1);
    over.value = depth > 0;
  }
  function hover(event: DragEvent): void {
    if (carries(event)) event.preventDefault();
  }
  function drop(event: DragEvent): void {
    depth = 0;
    over.value = false;
    if (!carries(event) || event.defaultPrevented) return;
    event.preventDefault();
    uploads.add([...(event.dataTransfer?.files ?? [])]);
  }
  // a drop elsewhere ends the hovering too
  const end = (): void => {
    depth = 0;
    over.value = false;
  };
  onMounted(() => {
    window.addEventListener("dragenter", enter);
    window.addEventListener("dragleave", leave);
    window.addEventListener("dragover", hover);
    window.addEventListener("drop", end, true);
    window.addEventListener("drop", drop);
  });
  onBeforeUnmount(() => {
    window.removeEventListener("dragenter", enter);
    window.removeEventListener("dragleave", leave);
    window.removeEventListener("dragover", hover);
    window.removeEventListener("drop", end, true);
    window.removeEventListener("drop", drop);
  });
  return { uploads, over };
}
