/** The fields of an audience in the words of the app. */
const WORDS: Readonly<Record<string, string>> = {
  name: 'Name',
  description: 'Description',
  status: 'Status',
  data_type: 'Type',
  original_query: 'In your words',
  enhanced_name: 'Suggested name',
  natural_language_criteria: 'Criteria',
  total_audience_size: 'Records',
  audience_size: 'Records, as estimated',
  selected_variables: 'Variables',
  variable_details: 'Variable details',
  segments: 'Segments',
  insights: 'Insights',
  metadata: 'Other details',
  'metadata.tags': 'Tags',
  'metadata.campaign_id': 'Campaign',
  'metadata.sample': 'Sample mark',
  deleted: 'Whether it is deleted',
}

/** @param field a column, or a member of a free one: `metadata.tags` */
export function fieldInWords(field: string): string {
  return WORDS[field] ?? field.replace(/^metadata\./, '').replaceAll('_', ' ')
}
