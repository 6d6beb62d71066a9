/** Columns of records in the words of the app. */
const FIELDS: Readonly<Record<string, string>> = {
  name: 'name',
  description: 'description',
  status: 'status',
  data_type: 'data type',
  original_query: 'your words',
  segments: 'segments',
  selected_variables: 'variables',
  variable_details: 'variables',
  total_audience_size: 'size',
  audience_size: 'size',
  metadata: 'tags and campaign',
  settings: 'settings',
  credentials: 'credentials',
}

export function fieldInWords(field: string): string {
  const [column = field] = field.split('.')
  return FIELDS[column] ?? column.replaceAll('_', ' ')
}

/** "name, description and tags". */
export function fieldsInWords(fields: readonly string[]): string {
  const words = [...new Set(fields.map(fieldInWords))]
  return LIST.format(words)
}

const LIST = new Intl.ListFormat('en', { type: 'conjunction' })
