const YEAR_SECONDS = 31_536_000;

/**
 * Tell the server in which zone its reader lives, so that pages say times as the reader's clock
 * does: from the next page on, and for a year.
 *
 * @param {Document} page
 * @param {string} zone an IANA name, "Europe/Berlin"
 */
export function noteTimeZone(
  page = document,
  zone = Intl.DateTimeFormat().resolvedOptions().timeZone,
) {
  const cookie = `timezone=${encodeURIComponent(zone ?? "")}`;
  if (!zone || page.cookie.split("; ").includes(cookie)) return;
  const secure = page.location.protocol === "https:" ? "; secure" : "";
  page.cookie = `${cookie}; path=/; max-age=${YEAR_SECONDS}; samesite=lax${secure}`;
}
