// How much of the page a phone's keyboard covers, as --keyboard: what must stay above it is lifted by that.
import { onBeforeUnmount, onMounted } from "vue";

export function useKeyboardInset(): void {
  const view = window.visualViewport;
  function update(): void {
    if (!view) return;
    const covered = Math.max(0, Math.round(window.innerHeight - view.height - view.offsetTop));
    document.documentElement.style.setProperty("--keyboard", covered > 60 ? `${covered}px` : "0px");
  }
  onMounted(() => {
    view?.addEventListener("resize", update);
    view?.addEventListener("scroll", update);
    update();
  });
  onBeforeUnmount(() => {
    view?.removeEventListener("resize", update);
    view?.removeEventListener("scroll", update);
    document.documentElement.style.removeProperty("--keyboard");
  });
}
