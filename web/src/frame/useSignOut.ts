import { useRouter } from "vue-router";
import { leave } from "@/router";
import { useSession } from "@/stores/session";

export function useSignOut(): () => Promise<void> {
  const router = useRouter();
  const session = useSession();
  return async () => {
    await session.signOut();
    leave();
    await router.push({ name: "signin" });
  };
}
