// Runs before the first paint, as a file of its own because the content security policy allows no inline script.
(function () {
  var stored = {};
  try { stored = JSON.parse(localStorage.getItem("haike.preferences") || "{}"); } catch (error) { stored = {}; }
  var theme = stored.theme === "light" || stored.theme === "dark" ? stored.theme : matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  document.documentElement.setAttribute("data-theme", theme);
  if (stored.lang === "en") document.documentElement.lang = "en";
})();
