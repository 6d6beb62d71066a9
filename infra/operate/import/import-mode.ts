/** `dry-run` reports what an import would do; `verify` compares the source with the bucket. Neither writes. */
export type ImportMode = 'import' | 'dry-run' | 'verify'
