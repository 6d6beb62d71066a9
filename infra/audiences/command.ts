import { UsageError } from '#infra/command/operator-error.ts'
import { type CommandInput, defineCommand } from '#infra/command/spec.ts'

export const AUDIENCES_COMMAND = defineCommand({
  program: 'npm run audiences',
  summary:
    'Keeps audiences as YAML files, one an audience, for review in Git. It works as the user of the token. Every change is ' +
    'sent with the version that the file was made from, so nothing that somebody changed in between is overwritten.',
  usage: [
    'pull DIR [--archived] [--discard-edits]',
    'plan DIR',
    'ids DIR',
    'apply DIR [--partial] [--keep-files] [--archive-missing COUNT]',
    'ACTION DIR [--url URL] [--token-file FILE] [--json]',
  ],
  positionals: {
    action: {
      about: 'what to do: bring the files up to date, show what apply would do, give new files their ids, apply them',
      required: true,
      choices: ['pull', 'plan', 'ids', 'apply'],
    },
    dir: { about: 'folder of the files, with its subfolders', required: true },
  },
  options: {
    url: { value: 'URL', about: 'address of the service; by default AUDIENCES_URL, else http://localhost:8080' },
    'token-file': {
      value: 'FILE',
      about:
        "file with the user's token, read again when the service refuses the token; by default AUDIENCES_TOKEN holds " +
        'it, else a local runtime is asked for one of its demo account',
    },
    archived: { about: 'pull: also write files of archived audiences that have none' },
    'discard-edits': { about: 'pull: overwrite edited files with what the service has' },
    partial: { about: 'apply: leave out what cannot be applied instead of refusing all' },
    'keep-files': { about: 'apply: write no file, for a checkout that nobody keeps; new files then need their ids' },
    'archive-missing': {
      value: 'COUNT',
      number: { min: 1, max: 100_000, is_whole: true },
      about: 'apply: archive the audiences that have no file, if there are exactly so many',
    },
    json: { about: 'print one JSON document instead of text' },
  },
  usage_exit_code: 1,
  exit_codes: {
    0: 'done; of plan: there is nothing to apply',
    1: 'failed, the command line is wrong, or something needs a person: a bad file, a stale version',
    2: 'of plan only: there are differences',
  },
  examples: [
    { line: 'npm run audiences -- pull audiences', about: 'Writes a file for each audience of the local runtime' },
    { line: 'npm run audiences -- plan audiences', about: 'Shows what apply would change, with ids and versions' },
    { line: 'npm run audiences -- apply audiences', about: 'Applies the files' },
    {
      line: 'npm run audiences -- plan audiences --url https://am.example.com --token-file token --json',
      about: 'For a pipeline',
    },
  ],
})

export type AudiencesInput = CommandInput<typeof AUDIENCES_COMMAND>

const OPTIONS_OF: Readonly<Record<AudiencesInput['action'], readonly (keyof AudiencesInput)[]>> = {
  pull: ['archived', 'discard_edits'],
  plan: [],
  ids: [],
  apply: ['partial', 'keep_files', 'archive_missing'],
}

/** An option that has no effect was meant for something else. @throws UsageError */
export function checkOptions(input: AudiencesInput): void {
  const own: readonly string[] = ['action', 'dir', 'url', 'token_file', 'json', ...OPTIONS_OF[input.action]]
  const stray = Object.entries(input).find(
    ([name, value]) => value !== undefined && value !== false && !own.includes(name),
  )
  if (stray) throw new UsageError(`--${stray[0].replaceAll('_', '-')} does not belong to ${input.action}.`)
}
