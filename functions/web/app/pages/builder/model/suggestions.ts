import { ENTRIES_MAX } from './checks.ts'
import type { BuilderDraft, DraftSuggestion, DraftVariable } from './draft.ts'
import { percentIn } from './relevance.ts'
import { newAmong } from './variables.ts'

/** Variables that a service has suggested become a part of the audience when the user confirms them, never before. */

/** The draft with what a service suggests now, the most relevant first. What was left out before stays left out. */
export function withSuggestions(draft: BuilderDraft, found: readonly DraftVariable[]): BuilderDraft {
  const left_out = new Set(draft.suggestions.filter(({ is_kept }) => !is_kept).map(({ code }) => code))
  const suggestions = newAmong(found, draft.variables)
    .toSorted((one, other) => scoreOf(other) - scoreOf(one))
    .map((variable): DraftSuggestion => ({ ...variable, is_kept: !left_out.has(variable.code) }))
  return { ...draft, suggestions: suggestions.slice(0, ENTRIES_MAX) }
}

export function keptSuggestions({ suggestions }: Pick<BuilderDraft, 'suggestions'>): readonly DraftSuggestion[] {
  return suggestions.filter(({ is_kept }) => is_kept)
}

/** The draft with those that are kept among its variables. */
export function withConfirmedSuggestions(draft: BuilderDraft): BuilderDraft {
  const added = newAmong(keptSuggestions(draft), draft.variables).map(variableOf)
  return { ...draft, variables: [...draft.variables, ...added].slice(0, ENTRIES_MAX), suggestions: [] }
}

function variableOf({ code, description, category, type, relevance }: DraftSuggestion): DraftVariable {
  return { code, description, category, type, relevance }
}

/** What is not scored comes last. */
function scoreOf({ relevance }: DraftVariable): number {
  return percentIn(relevance) ?? -1
}
