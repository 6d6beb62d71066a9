import type { ProblemKind } from '../base/problem.ts'
import type { FunctionName } from './functions.ts'

/** What the OpenAPI document says beyond what the routes say themselves. */
export interface OpenApiTexts {
  /** Of each function: what its routes are about, and its operations by the names of the routes. */
  readonly functions: Readonly<
    Record<FunctionName, { readonly description: string; readonly operations: Readonly<Record<string, OperationText>> }>
  >
  parameterOf(name: string, schema: object): ParameterText | undefined
  /** A whole problem document. */
  problemOf(kind: ProblemKind): unknown
}

export interface OperationText {
  readonly description: string
  /** An example of the body. */
  readonly request?: unknown
  /** Examples of JSON answers, by status. */
  readonly answers?: Readonly<Record<number, unknown>>
  /** Examples of a download, by media type. */
  readonly downloads?: Readonly<Record<string, unknown>>
}

export interface ParameterText {
  /** Where the route says nothing itself. */
  readonly description?: string
  readonly example: unknown
}
