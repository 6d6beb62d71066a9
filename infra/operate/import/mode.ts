/** What a run is to do. */
export type Mode = 'import' | 'dry-run' | 'verify'
