import { VueQueryPlugin } from "@tanstack/vue-query";
import { createPinia } from "pinia";
import { createApp } from "vue";
import "./styles/tokens.css";
import "./styles/base.css";
import App from "./App.vue";
import { i18n, useLang } from "./i18n";
import { queryClient } from "./lib/queries";
import { createAppRouter } from "./router";
import { usePreferences } from "./stores/preferences";

const app = createApp(App);
app.use(createPinia()).use(VueQueryPlugin, { queryClient }).use(i18n);
await useLang(usePreferences().lang);
const router = createAppRouter();
app.use(router);
await router.isReady();
app.mount("#app");
