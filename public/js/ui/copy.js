/**
 * Copies what a text box holds.
 * @param {HTMLInputElement} input
 * @returns {Promise<boolean>} false where the browser does not allow it; the text is selected then
 */
export async function copyText(input) {
  try {
    await navigator.clipboard.writeText(input.value);
    return true;
  } catch {
    // Pages without the clipboard interface, as over plain http.
    input.focus();
    input.select();
    return document.execCommand('copy');
  }
}
