// Who is signed in. The cookie is the server's; here is only what it says about it.
import { defineStore } from "pinia";
import { ref, shallowRef } from "vue";
import * as api from "@/lib/api";
import { ApiError } from "@/lib/http";

export const useSession = defineStore("session", () => {
  const session = shallowRef<api.Session | null>(null);
  const checked = ref(false);

  async function check(): Promise<boolean> {
    if (checked.value) return session.value !== null;
    try {
      session.value = await api.getSession();
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 401) throw error;
      session.value = null;
    }
    checked.value = true;
    return session.value !== null;
  }
  async function signIn(login: string, password: string): Promise<void> {
    session.value = await api.signIn(login, password);
    checked.value = true;
  }
  function forget(): void {
    session.value = null;
    checked.value = true;
  }
  async function signOut(): Promise<void> {
    try {
      await api.signOut();
    } finally {
      forget();
    }
  }
  return { session, checked, check, signIn, signOut, forget };
});
