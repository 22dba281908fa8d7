/** Folders with documents of others that some tests read when the environment names them: `GW_CORPUS`, `GW_SUITES`. */
export const corpus = process.env.GW_CORPUS ?? '';
export const suites = process.env.GW_SUITES ?? '';
