/** How many samples there are: a page says it before it loads them. */
export const SAMPLE_COUNTS = { audiences: 12, platforms: 3, distributions: 4 } as const
