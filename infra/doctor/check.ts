import type { Environment } from '#infra/deliver/rollout/names.ts'
import type { Clock } from '#shared/base/clock.ts'
import type { Google } from './google.ts'
import type { PlannedEnvironment } from './planned.ts'
import type { ProgramRunner } from './programs.ts'

/** What doctor looks at: one line of its report. */
export interface Check {
  readonly title: string
  /** Before the first apply, or once the environment was applied and delivered to. */
  readonly when: 'before' | 'after'
  /** A failure to ask is thrown: `findings.ts` says what it means. */
  readonly ask: (context: DoctorContext) => Promise<Finding>
}

export type Finding =
  | { readonly state: 'ok'; readonly text: string }
  /** `remedy` is what the reader does, mostly a command. */
  | { readonly state: 'problem' | 'not asked'; readonly text: string; readonly remedy: string }

export interface DoctorContext {
  readonly environment: Environment
  /** What `terraform/envs` says of it. */
  readonly planned: PlannedEnvironment
  readonly google: Google
  readonly runProgram: ProgramRunner
  readonly clock: Clock
  /** Saves, reads and removes one audience as the smoke user; undefined: doctor only reads. */
  readonly trySave: ((url: string) => Promise<string[]>) | undefined
}

export const ok = (text: string): Finding => ({ state: 'ok', text })
export const problem = (text: string, remedy: string): Finding => ({ state: 'problem', text, remedy })
export const notAsked = (text: string, remedy: string): Finding => ({ state: 'not asked', text, remedy })
