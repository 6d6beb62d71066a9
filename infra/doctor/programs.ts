import { execFile } from 'node:child_process'

const RUN_DURATION_MS_MAX = 30_000

export interface ProgramResult {
  /** undefined: it was ended at its time limit. */
  readonly exit_code: number | undefined
  readonly stdout: string
  readonly stderr: string
}

/** Runs a program of this machine. @returns undefined when it is not installed */
export type ProgramRunner = (program: string, args: readonly string[]) => Promise<ProgramResult | undefined>

export const runInstalled: ProgramRunner = (program, args) =>
  new Promise((resolve) => {
    const env = { ...process.env, CLOUDSDK_CORE_DISABLE_PROMPTS: '1' }
    execFile(program, args, { env, timeout: RUN_DURATION_MS_MAX, encoding: 'utf8' }, (error, stdout, stderr) => {
      if (error?.code === 'ENOENT') resolve(undefined)
      else {
        const code = error === null ? 0 : error.code
        resolve({ exit_code: typeof code === 'number' ? code : undefined, stdout, stderr })
      }
    })
  })
