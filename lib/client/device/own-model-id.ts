/** IDs of the server never have a colon. */
export const OWN_MODEL = 'device:'

/** Whether a model was saved in this browser. */
export const isOwnModel = (model: string): boolean => model.startsWith(OWN_MODEL)
