import { PROBLEM_KINDS, PROBLEM_TITLES, type ProblemKind } from '#shared/base/problem.ts'
import type { OpenApiTexts, OperationText } from '#shared/contract/openapi-texts.ts'
import { problemType } from '#shared/contract/problem-document.ts'
import { audienceTexts } from './audiences.ts'
import { distributionTexts } from './distributions.ts'
import { flagsTexts } from './flags.ts'
import { insightTexts } from './insights.ts'
import { maintenanceTexts } from './maintenance.ts'
import { success } from './operation-text.ts'
import { parameterText } from './parameters.ts'
import { platformTexts } from './platforms.ts'
import { PROBLEM_TEXTS } from './problems.ts'
import { syncTexts } from './sync.ts'

/**
 * What the contract says beyond the routes: descriptions, and an example of every request and answer. It stands here
 * because only the document needs it; functions and browsers carry the routes alone.
 */
const health: OperationText = {
  description: 'Public. Without `deep` nothing but the process itself is asked.',
  answers: {
    200: success({
      status: 'ok',
      storage_backend: 'parquet',
      revision: 'audiences-00042-abc',
      timestamp: '2025-05-28T14:02:11.402Z',
    }),
    503: problemExample('unavailable', 'A dependency of this function does not answer.', {}),
  },
}

export const OPENAPI_TEXTS: OpenApiTexts = {
  functions: {
    audiences: {
      description:
        'Audiences: what a marketer asked for in plain words, and the variables and segments that came of it.',
      operations: { ...audienceTexts, health },
    },
    platforms: {
      description: 'Ad platforms: accounts that audiences can be sent to, with credentials that no answer shows.',
      operations: { ...platformTexts, health },
    },
    distributions: {
      description: 'Distributions: which audience went to which platform, as what, when, and what came of it.',
      operations: { ...distributionTexts, health },
    },
    insights: {
      description: 'Counts and rates over all records of a user.',
      operations: { ...insightTexts, health },
    },
    sync: {
      description: 'Sync: devices that work on their own bring and get what has changed.',
      operations: { ...syncTexts, health },
    },
    flags: {
      description: 'Flags: which features are on for a share of the users, and a notice for all of them.',
      operations: { ...flagsTexts, health },
    },
    maintenance: {
      description: 'Jobs for operators and the scheduler.',
      operations: { ...maintenanceTexts, health },
    },
    web: {
      description: "The app's pages and files, which lie outside of `/api`.",
      operations: { health },
    },
  },
  parameterOf: parameterText,
  problemOf: (kind) => problemExample(kind, PROBLEM_TEXTS[kind].detail, PROBLEM_TEXTS[kind].members ?? {}),
}

function problemExample(kind: ProblemKind, detail: string, members: Readonly<Record<string, unknown>>) {
  const { status } = PROBLEM_KINDS[kind]
  const title = PROBLEM_TITLES[kind]
  const instance = 'urn:request:4bf92f3577b34da6a3ce929d0e0e4736'
  return { ...members, type: problemType(kind), title, status, detail, instance, success: false, error: detail }
}
