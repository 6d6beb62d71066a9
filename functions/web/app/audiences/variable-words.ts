import type { Audience } from '../store/records.ts'

/** A longer description is a sentence, and no name. */
const NAME_LENGTH_MAX = 40

/** The variables of an audience as people know them: by a short description where there is one, else by the code. */
export function variableWords({ selected_variables, variable_details }: Audience): readonly string[] {
  const names = new Map(variable_details.map(({ code, description }) => [code, description]))
  const codes = selected_variables.length > 0 ? selected_variables : [...names.keys()]
  const words = codes.map((code) => {
    const name = names.get(code)?.trim() ?? ''
    return name !== '' && name.length <= NAME_LENGTH_MAX ? name : code
  })
  return [...new Set(words)]
}
