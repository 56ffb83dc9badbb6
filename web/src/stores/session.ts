// Who is signed in. The cookie is the server's; here is only what it says about it. The last answer is kept, so that the page stands without a network.
import { defineStore } from "pinia";
import { computed, ref, shallowRef } from "vue";
import * as api from "@/lib/api";
import { setHomeCurrency } from "@/lib/format";
import { ApiError } from "@/lib/http";

const KEY = "haike.session";

function readKept(): api.Session | null {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "null") as api.Session | null;
  } catch {
    return null;
  }
}
function keep(session: api.Session | null): void {
  try {
    if (!session) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, JSON.stringify({ ...session, token: undefined }));
  } catch {
    // without storage there is no page without a network, and nothing else is lost
  }
}

export const useSession = defineStore("session", () => {
  const session = shallowRef<api.Session | null>(null);
  const checked = ref(false);
  const admin = computed(() => session.value?.admin === true);

  async function check(): Promise<boolean> {
    if (checked.value) return session.value !== null;
    try {
      adopt(await api.getSession());
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.status === 401) forget();
      else if (error.status === 0) {
        session.value ??= readKept();
        if (!session.value) throw error;
        setHomeCurrency(session.value.currency);
        return true;
      } else throw error;
    }
    return session.value !== null;
  }
  function adopt(answer: api.Session): void {
    session.value = answer;
    setHomeCurrency(answer.currency);
    checked.value = true;
    keep(answer);
  }
  function forget(): void {
    session.value = null;
    checked.value = true;
    keep(null);
  }
  // the same cookie serves every tab: where another one begins or ends looking as somebody, or signs in as somebody, this one shows nothing of the person before
  const moved = (): void => {
    const kept = readKept();
    if (session.value && kept && kept.user.id !== session.value.user.id) window.location.reload();
  };
  window.addEventListener("storage", (event) => { if (event.key === KEY) moved(); });
  window.addEventListener("pageshow", (event) => { if (event.persisted) moved(); });
  async function signOut(): Promise<void> {
    try {
      await api.signOut();
    } finally {
      forget();
    }
  }
  return { session, checked, admin, check, adopt, signOut, forget };
});
