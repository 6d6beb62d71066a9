import * as z from 'zod/mini'

import type { AppConfig } from '#shared/contract/app-config.ts'
import { clock } from '../base/ports.ts'

/** The account that needs no password: anybody gets a token of it. */
export type DemoSignIn = Extract<AppConfig['sign_in'], { kind: 'demo' }>

const RETRY_AFTER_MS = 1_000

const tokenAnswer = z.object({ id_token: z.string() })

/** @throws Error when it is refused, TypeError when nothing answers */
export async function demoToken({ token_url, account }: DemoSignIn, signal?: AbortSignal): Promise<string> {
  const answer = await fetch(token_url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(account),
    ...(signal && { signal }),
  })
  if (!answer.ok) throw new Error(`The sign-in answered ${answer.status}.`)
  return z.parse(tokenAnswer, await answer.json()).id_token
}

/** Waits for the network as long as its caller does: being offline is not the end of a sign-in. */
export async function renewedDemoToken(sign_in: DemoSignIn, signal?: AbortSignal): Promise<string> {
  for (;;) {
    try {
      return await demoToken(sign_in, signal)
    } catch (error) {
      if (!(error instanceof TypeError) || !signal || signal.aborted) throw error
      await clock.sleep(RETRY_AFTER_MS, signal)
    }
  }
}
