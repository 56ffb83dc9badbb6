// What the organisation has set, asked for once and kept.
import { useQuery, type UseQueryReturnType } from "@tanstack/vue-query";
import * as api from "./api";

export const SETTINGS_KEY = ["settings"];
export function useSettings(): UseQueryReturnType<api.Settings, Error> {
  return useQuery({ queryKey: SETTINGS_KEY, queryFn: api.getSettings, staleTime: 10 * 60_000 });
}
