// Files on their way up: each with its progress, its refusal, and a way to stop it.
import { computed, onBeforeUnmount, reactive, type ComputedRef } from "vue";
import { useI18n } from "vue-i18n";
import { isAbort, LARGEST, upload } from "@/fields/file/upload";
import { formatSize } from "@/lib/format";
import { ApiError } from "@/lib/http";
import type { FileRef } from "@/meta/types";

export interface Uploading { key: number; name: string; share: number; file: FileRef | null; error: string; source: File }
export interface UseUploads {
  items: Uploading[];
  busy: ComputedRef<boolean>;
  files: ComputedRef<FileRef[]>;
  add: (files: Iterable<File>) => void;
  retry: (item: Uploading) => void;
  remove: (item: Uploading) => void;
  clear: () => void;
}
let last = 0;

export function useUploads(done?: (file: FileRef) => Promise<void>): UseUploads {
  const { t } = useI18n();
  const items = reactive<Uploading[]>([]);
  const stops = new Map<number, AbortController>();

  async function run(item: Uploading): Promise<void> {
    const stop = new AbortController();
    stops.set(item.key, stop);
    item.error = "";
    item.share = 0;
    try {
      if (item.source.size > LARGEST) throw new Error(t("file.tooLarge", { size: formatSize(LARGEST) }));
      item.file ??= await upload(item.source, { signal: stop.signal, progress: (share) => { item.share = share; } });
      await done?.(item.file);
      item.share = 1;
      if (done) remove(item);
    } catch (error) {
      if (isAbort(error)) remove(item);
      else item.error = error instanceof ApiError && error.status === 0 ? t("error.network") : error instanceof ApiError ? Object.values(error.byField()).join(" ") : error instanceof Error ? error.message : String(error);
    } finally {
      stops.delete(item.key);
    }
  }
  function add(files: Iterable<File>): void {
    for (const source of files) {
      items.push({ key: ++last, name: source.name, share: 0, file: null, error: "", source });
      const item = items.at(-1);
      if (item) void run(item);
    }
  }
  function remove(item: Uploading): void {
    stops.get(item.key)?.abort();
    const at = items.findIndex((other) => other.key === item.key);
    if (at >= 0) items.splice(at, 1);
  }
  onBeforeUnmount(() => { for (const stop of stops.values()) stop.abort(); });
  return {
    items, add, remove, retry: (item) => void run(item), clear: () => items.splice(0),
    busy: computed(() => items.some((item) => !item.file && !item.error)),
    files: computed(() => items.flatMap((item) => item.file ?? [])),
  };
}
