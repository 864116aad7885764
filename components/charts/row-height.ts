/** Row height of the probability chart and its placeholder, in pixels. */
export const ROW_HEIGHT = 31
