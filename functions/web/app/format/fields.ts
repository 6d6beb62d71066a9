import { fieldInWords } from '../audiences/field-words.ts'
import { madeOnce } from '../base/made-once.ts'

const listFormat = madeOnce(() => new Intl.ListFormat('en', { type: 'conjunction' }))

/** "name, description and tags": inside a sentence. */
export function fieldsInWords(fields: readonly string[]): string {
  const words = fields.map((field) => {
    const [first = '', ...rest] = fieldInWords(field)
    return first.toLowerCase() + rest.join('')
  })
  return listFormat().format(new Set(words))
}
