import { fileURLToPath, URL } from "node:url";
import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vitest/config";
import { mockServer } from "./dev/mock";

// HAIKE_SERVER=http://127.0.0.1:8080 npm run dev works against a running server.
const server = process.env.HAIKE_SERVER;

export default defineConfig({
  plugins: [vue(), ...(server ? [] : [mockServer()])],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  define: { __VUE_I18N_FULL_INSTALL__: "false", __VUE_I18N_LEGACY_API__: "false", __INTLIFY_PROD_DEVTOOLS__: "false" },
  server: { proxy: server ? { "/api": { target: server, changeOrigin: true } } : undefined },
  build: { target: "es2022", modulePreload: { polyfill: false }, assetsInlineLimit: 0, reportCompressedSize: true },
  test: { environment: "node", include: ["src/**/*.test.ts"] },
});
