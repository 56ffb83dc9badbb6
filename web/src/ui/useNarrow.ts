// The one breakpoint: below it, lists are cards and panels are pages.
import { ref, type Ref } from "vue";

function watchMedia(query: string): Ref<boolean> {
  const media = matchMedia(query);
  const value = ref(media.matches);
  media.addEventListener("change", () => { value.value = media.matches; });
  return value;
}
const narrow = watchMedia("(max-width: 767px)");
const wide = watchMedia("(min-width: 1100px)");
export const useNarrow = (): Ref<boolean> => narrow;
export const useWide = (): Ref<boolean> => wide;
