import { VueQueryPlugin } from "@tanstack/vue-query";
import { createPinia } from "pinia";
import { createApp } from "vue";
import "./styles/tokens.css";
import "./styles/base.css";
import App from "./App.vue";
import { watchVersion } from "./frame/version";
import { i18n } from "./i18n";
import { queryClient } from "./lib/queries";
import { createAppRouter } from "./router";

const app = createApp(App);
app.use(createPinia()).use(VueQueryPlugin, { queryClient }).use(i18n);
const router = createAppRouter();
app.use(router);
await router.isReady();
app.mount("#app");
watchVersion();
