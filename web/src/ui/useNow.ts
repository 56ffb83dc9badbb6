// The present as one shared, slowly ticking value: relative dates stay true on a page left open.
import { ref, type Ref } from "vue";

const now = ref(new Date());
window.setInterval(() => { now.value = new Date(); }, 30_000);
export function useNow(): Ref<Date> {
  return now;
}
