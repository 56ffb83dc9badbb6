// What unread notifications do beside the bell: the number in the window's title, and a word of the desktop where its reader wished for it.
import { onBeforeUnmount, watch } from "vue";
import { useRouter } from "vue-router";
import * as api from "@/lib/api";
import { liveState, onRecordEvent } from "@/lib/live";
import { asText } from "@/meta/types";
import { usePreferences } from "@/stores/preferences";
import { useSession } from "@/stores/session";
import { markRead, noticePath, useUnread } from "./notices";

const COUNTED = /^\(\d+\+?\) /;

export function useNotices(): void {
  const unread = useUnread();
  const preferences = usePreferences();
  const session = useSession();
  const router = useRouter();

  function title(): void {
    const wanted = `${unread.value ? `(${unread.value > 99 ? "99+" : unread.value}) ` : ""}${document.title.replace(COUNTED, "")}`;
    if (document.title !== wanted) document.title = wanted;
  }
  // pages set the title themselves
  const observer = new MutationObserver(title);
  const element = document.querySelector("title");
  if (element) observer.observe(element, { childList: true });
  watch(unread, title);

  async function tell(id: number): Promise<void> {
    const record = await api.getRecord("notification", id);
    const owner = record.owner;
    if (owner !== null && typeof owner === "object" && !Array.isArray(owner) && owner.id !== session.session?.user.id) return;
    const shown = new Notification(asText(record.text) || asText(record.name), { tag: `haike-${id}`, icon: "/icon-192.png" });
    shown.onclick = () => {
      window.focus();
      void markRead(record);
      void router.push(noticePath(record) ?? "/notifications");
      shown.close();
    };
  }
  const stop = onRecordEvent((event) => {
    if (event.object !== "notification" || event.change !== "create" || !liveState.leading || !preferences.device.desktopNotices) return;
    if (typeof Notification === "undefined" || Notification.permission !== "granted" || document.visibilityState === "visible") return;
    void tell(event.id).catch(() => undefined);
  });
  onBeforeUnmount(() => {
    observer.disconnect();
    stop();
  });
}
