/**
 * Whether only browsers run models on this site: its server runs none, or there is no server. The layout says so. For
 * code that never renders on the server.
 */
export const runsOnlyHere = (): boolean => document.documentElement.dataset.runs === 'device'
