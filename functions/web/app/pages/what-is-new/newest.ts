/** The day of the latest entry: known on every page, which then need not load what it says. */
export const NEWEST_ENTRY = '2026-11-28'
