// The steps of the tour: where each happens and what it points at. A narrow screen has fewer.
import { computed, type ComputedRef } from "vue";
import { useI18n } from "vue-i18n";
import * as api from "@/lib/api";
import { useCatalog } from "@/stores/catalog";
import { useNarrow } from "@/ui/useNarrow";

export interface TourStep { key: string; title: string; text: string; selector: string; /** null: not for this reader */ path: () => Promise<string | null> }

export function useTourSteps(): ComputedRef<TourStep[]> {
  const { t } = useI18n();
  const catalog = useCatalog();
  const narrow = useNarrow();
  const at = (path: string) => (): Promise<string> => Promise.resolve(path);
  const customers = (): boolean => catalog.get("customer")?.rights.read === true;
  const record = async (): Promise<string | null> => {
    if (!customers() || !catalog.get("activity")?.rights.create) return null;
    const page = await api.listRecords("customer", { sort: "-updated_at", fields: "id", limit: 1 }).catch(() => null);
    return page?.items[0] ? `/o/customer/${page.items[0].id}` : null;
  };
  return computed(() => {
    const today: TourStep = { key: "today", title: t("tour.todayTitle"), text: t("tour.todayText"), selector: "[data-tour=due]", path: at("/today") };
    const create: TourStep = { key: "create", title: t("tour.createTitle"), text: narrow.value ? t("tour.createPhone") : t("tour.createText"), selector: "[data-tour=create]", path: at("/today") };
    if (narrow.value) return [today, { key: "bar", title: t("tour.barTitle"), text: t("tour.barText"), selector: "[data-tour=bar]", path: at("/today") }, create];
    return [
      today,
      { key: "nav", title: t("tour.navTitle"), text: t("tour.navText"), selector: "[data-tour=nav]", path: at("/today") },
      { key: "search", title: t("tour.searchTitle"), text: t("tour.searchText"), selector: "[data-tour=search]", path: at("/today") },
      create,
      { key: "views", title: t("tour.viewsTitle"), text: t("tour.viewsText"), selector: "[data-tour=views], .main .tabs, .main .vt", path: () => Promise.resolve(customers() ? "/o/customer" : null) },
      { key: "composer", title: t("tour.composerTitle"), text: t("tour.composerText"), selector: "[data-tour=composer], .main .cmp, .main .fold", path: record },
    ];
  });
}
