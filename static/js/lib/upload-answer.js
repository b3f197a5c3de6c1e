const SERVER_ERROR = 500;

/**
 * @param {string} url where the answer came from; a redirect to the login ends with the address
 *   that was asked for, so only paths are compared
 * @param {string} asked the address the file was sent to
 * @param {string} base the page's own address
 * @returns {boolean} whether another page answered: the member is signed out
 */
export function isElsewhere(url, asked, base) {
  return new URL(url, base).pathname !== new URL(asked, base).pathname;
}

/**
 * @param {number} status of a refusal
 * @returns {boolean} whether the same file may be taken later: the server was in trouble
 */
export function mayPassLater(status) {
  return status >= SERVER_ERROR;
}
