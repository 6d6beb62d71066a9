import type { RuleTester } from 'oxlint/plugins-dev'

/** A rule of an oxlint plugin. */
export type Rule = Extract<Parameters<RuleTester['run']>[1], { create: unknown; createOnce?: never }>
