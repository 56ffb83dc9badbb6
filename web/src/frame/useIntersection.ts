// Calls when an element at the end of a list comes into sight.
import { onBeforeUnmount, watch, type Ref } from "vue";

export function useIntersection(end: Readonly<Ref<HTMLElement | null>>, seen: () => void): void {
  const observer = new IntersectionObserver((entries) => { if (entries.some((entry) => entry.isIntersecting)) seen(); }, { rootMargin: "200px" });
  watch(end, (element, before) => {
    if (before) observer.unobserve(before);
    if (element) observer.observe(element);
  });
  onBeforeUnmount(() => observer.disconnect());
}
