import type { Answer } from './answers.ts'

/** A request that a stand-in refuses, with the answer that the real service gives. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly answer: Answer

  constructor(message: string, answer: Answer) {
    super(message)
    this.answer = answer
  }
}

/** An error with its causes, for the answer of a stand-in that failed itself. */
export function failureMessage(error: unknown): string {
  return `The stand-in failed: ${messageOf(error)}`
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause ? `${error.message}: ${messageOf(error.cause)}` : error.message
}
