import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'

import { OperatorError } from '#infra/command/operator-error.ts'
import type { Clock } from '#shared/base/clock.ts'

/** One call of the Google Cloud CLI. commands.ts defines them all, so that gcloud's linter checks every one. */
export interface GcloudCommand {
  readonly args: readonly string[]
  /** The command's standard input. */
  readonly stdin?: string
  /** After this time the process is killed and the call fails. */
  readonly duration_ms_max: number
}

export interface GcloudResult {
  /** `null` when it was killed. */
  readonly exit_code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs a command; a non-zero exit code is a result, not an error. */
export type GcloudRunner = (command: GcloudCommand) => Promise<GcloudResult>

/** A command that failed, with its standard error. */
export class GcloudError extends OperatorError {
  override readonly name = 'GcloudError'
  readonly stderr: string

  constructor({ args }: GcloudCommand, { exit_code, stderr }: GcloudResult) {
    const ended = exit_code === null ? 'was killed at its time limit' : `exited with ${exit_code}`
    super(`gcloud ${args.slice(0, 4).join(' ')} … ${ended}: ${stderr.trim()}`)
    this.stderr = stderr
  }
}

/**
 * The installed `gcloud`, in a process group of its own: a signal that ends the rollout must not end the command that
 * restores traffic.
 */
export function spawnedGcloud(clock: Clock): GcloudRunner {
  return async ({ args, stdin = '', duration_ms_max }) => {
    const env = { ...process.env, CLOUDSDK_CORE_DISABLE_PROMPTS: '1' }
    const child = spawn('gcloud', args, { env, detached: true, stdio: ['pipe', 'pipe', 'pipe'] })
    const ended = new AbortController()
    void clock.sleep(duration_ms_max, ended.signal).then(() => ended.signal.aborted || child.kill('SIGKILL'))
    // A command that never reads its input closes the pipe.
    child.stdin.on('error', () => undefined)
    child.stdin.end(stdin)
    const exited = new Promise<number | null>((resolve, reject) => {
      child.on('error', reject)
      child.on('close', resolve)
    })
    try {
      const [exit_code, stdout, stderr] = await Promise.all([exited, text(child.stdout), text(child.stderr)])
      return { exit_code, stdout, stderr }
    } finally {
      ended.abort()
    }
  }
}

/** The standard output of a command. @throws GcloudError when it fails */
export async function outputOf(run: GcloudRunner, command: GcloudCommand): Promise<string> {
  const result = await run(command)
  if (result.exit_code !== 0) throw new GcloudError(command, result)
  return result.stdout
}
