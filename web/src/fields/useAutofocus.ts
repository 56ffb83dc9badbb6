import { onMounted, type Ref } from "vue";

export function useAutofocus(input: Ref<HTMLInputElement | HTMLTextAreaElement | null>, wanted: boolean | undefined, select = false): void {
  onMounted(() => {
    if (!wanted) return;
    input.value?.focus();
    if (select) input.value?.select();
  });
}
