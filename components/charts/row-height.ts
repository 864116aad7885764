/** Height of a row of the probability chart in pixels; what waits for the chart takes as much room. */
export const ROW_HEIGHT = 31
