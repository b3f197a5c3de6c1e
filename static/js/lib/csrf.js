/** The form field that Django reads before it looks at any header. */
const FIELD = "csrfmiddlewaretoken";

/**
 * The token as it is now. Signing in, in whatever tab, makes a new one, and those that the server
 * wrote into this page are dead from then on.
 *
 * @param {Document} page its <body> names the cookie in `data-csrf-cookie`
 * @returns {string} empty when there is no such cookie
 */
export function csrfToken(page = document) {
  const start = `${page.body.dataset.csrfCookie}=`;
  const cookie = page.cookie.split("; ").find((each) => each.startsWith(start));
  return cookie ? decodeURIComponent(cookie.slice(start.length)) : "";
}

/**
 * Let every form and every htmx request of the page carry the token of the moment it is sent.
 *
 * @param {Document} page
 */
export function keepTokensFresh(page = document) {
  page.addEventListener("formdata", ({ formData }) => {
    const token = csrfToken(page);
    if (token && formData.has(FIELD)) formData.set(FIELD, token);
  });
  page.addEventListener("htmx:configRequest", ({ detail }) => {
    const token = csrfToken(page);
    if (token) detail.headers["X-CSRFToken"] = token;
  });
}
