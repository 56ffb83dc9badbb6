// Looking as a colleague begins and ends with a page made anew, so that nothing of one person stands where the other's is shown; other tabs follow (stores/session.ts).
import * as api from "@/lib/api";
import { queryClient } from "@/lib/queries";
import { stopLive } from "@/lib/live";
import { useSession } from "@/stores/session";

async function change(user: number | null, next: string): Promise<void> {
  const answer = await api.viewAs(user);
  stopLive();
  queryClient.clear();
  useSession().adopt(answer);
  window.location.assign(next);
}
export const beginViewAs = (user: number): Promise<void> => change(user, "/today");
export const endViewAs = (user: number): Promise<void> => change(null, `/o/user/${user}`);
