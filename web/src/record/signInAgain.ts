// The session has ended while somebody works: asked once for all requests that wait, so that what was typed stays on the page.
import { shallowReactive } from "vue";
import * as api from "@/lib/api";

type User = api.Session["user"];
export const again = shallowReactive<{ asking: { user: User; decide: (done: boolean) => void } | null }>({ asking: null });
let waiting: Promise<boolean> | null = null;

/** Another tab may have signed in already; another person's page is not this one's. */
export async function alreadyBack(user: User): Promise<boolean> {
  try {
    const session = await api.getSession();
    if (session.user.id === user.id) return true;
    window.location.reload();
    return new Promise(() => undefined);
  } catch {
    return false;
  }
}

export function signInAgain(user: User): Promise<boolean> {
  waiting ??= (async () => {
    if (await alreadyBack(user)) return true;
    return new Promise<boolean>((resolve) => { again.asking = { user, decide: resolve }; });
  })().finally(() => {
    again.asking = null;
    waiting = null;
  });
  return waiting;
}
