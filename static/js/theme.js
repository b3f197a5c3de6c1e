// Runs before the first paint (a plain script in the head), so that a chosen theme never flashes.
// The switch itself is elements/theme-switch.js.
(() => {
  try {
    const theme = localStorage.getItem("theme");
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  } catch {
    // Storage is forbidden: the system's theme stays.
  }
})();
