/** Whether nothing has the focus, as after its element was removed: a keyboard would start again at the top of the page. */
export function focusIsLost(): boolean {
  return document.activeElement === null || document.activeElement === document.body
}
