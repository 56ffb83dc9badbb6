// Dragging within and between lists that are drawn from a model: the library moves the element, this puts it back and the model is moved instead.
import Sortable from "sortablejs";
import { onBeforeUnmount, onMounted, type Ref } from "vue";

export interface Drop { name: string; from: HTMLElement; oldIndex: number; to: HTMLElement; newIndex: number }

export function useSortable(list: Ref<HTMLElement | null>, options: { group?: string; handle?: string; draggable: string; drop: (drop: Drop) => void }): void {
  let sortable: Sortable | null = null;
  onMounted(() => {
    if (!list.value) return;
    sortable = Sortable.create(list.value, {
      group: options.group, animation: 120, draggable: options.draggable, handle: options.handle, ghostClass: "ghost", forceFallback: true, fallbackTolerance: 4, delay: 150, delayOnTouchOnly: true,
      onEnd: ({ item, from, to, oldDraggableIndex: oldIndex, newDraggableIndex: newIndex }) => {
        if (oldIndex === undefined || newIndex === undefined) return;
        item.remove();
        const others = [...from.children].filter((child) => child.matches(options.draggable));
        from.insertBefore(item, others[oldIndex] ?? null);
        if (from === to && oldIndex === newIndex) return;
        options.drop({ name: item.dataset.name ?? "", from, oldIndex, to, newIndex });
      },
    });
  });
  onBeforeUnmount(() => sortable?.destroy());
}
