/** The fields of records in the words of the app. */
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
  scheduled_at: 'Time',
  'metadata.time_zone': 'Time zone',
  'settings.default_match_rate': 'Expected match rate',
  'settings.auto_refresh': 'Refresh',
  'settings.refresh_frequency': 'Refresh rhythm',
  deleted: 'Whether it is deleted',
}

/** @param field a column, or a member of a free one: `metadata.tags` */
export function fieldInWords(field: string): string {
  return WORDS[field] ?? field.replace(/^(metadata|settings)\./, '').replaceAll('_', ' ')
}
