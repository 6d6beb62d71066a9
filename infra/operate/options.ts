/** Options that several commands share. */

export const DATA_OPTION = {
  value: 'DIR',
  about:
    'folder of the local runtime to work on when the environment configures no bucket; ' +
    'by default DATA_DIR, else .data',
} as const

export const DRY_RUN_OPTION = { about: 'show what would be done and change nothing' } as const

/** For the summary of a command: which bucket it works on. */
export const WHICH_BUCKET =
  'It works on the bucket in the environment (GCS_BUCKET, STORAGE_API_ENDPOINT); with none configured, on the local data folder.'
