/**
 * Makes the links and buttons in a line of the log stops of the Tab key if the line itself is one, else not; its actions
 * always are.
 * @param {Element} line
 */
export function setTabStops(line) {
  const stop = line.getAttribute('tabindex') === '0' ? '0' : '-1';
  for (const control of line.querySelectorAll('.line-content :is(a, button)')) control.setAttribute('tabindex', stop);
}
