/**
 * Sets a chosen theme before the first paint, so that it does not flash. A file of its own: the
 * page's policy allows no script within the page.
 */

try {
  const theme = localStorage.getItem("theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // A browser that keeps nothing for this page has no chosen theme.
}
