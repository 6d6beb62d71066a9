/** An audience of the size the app saves (about 4 kB of JSON), different for each number. */
export function sampleAudience(number: number): Record<string, unknown> {
  const pick = (salt: number, range: number): number => Math.abs(Math.imul(number * 31 + salt, 2_654_435_761)) % range
  return {
    name: `Audience ${number}`,
    description: `Weekend hikers who cook, variation ${pick(1, 1e6)}`,
    data_type: 'first_party',
    original_query: `Find people who hike at weekends and cook at home, variation ${pick(2, 1e9)}`,
    selected_variables: Array.from({ length: 12 }, (_, i) => `VAR_${pick(i, 500)}`),
    variable_details: Array.from({ length: 12 }, (_, i) => ({
      code: `VAR_${pick(i, 500)}`,
      description: `What the variable number ${pick(i + 20, 1e6)} says of a household`,
      relevance_score: pick(i + 40, 1000) / 1000,
      type: 'demographic',
      category: `Category ${pick(i + 60, 10)}`,
    })),
    segments: Array.from({ length: 8 }, (_, i) => ({
      segment_id: i,
      name: `Segment ${pick(i + 80, 1e6)}`,
      size: pick(i + 100, 1e6),
      size_percentage: pick(i + 120, 100),
      characteristics: { income: 'high', age: pick(i + 140, 80), interests: `outdoors ${pick(i + 160, 1e6)}` },
      prizm_segments: [`P${pick(i + 180, 60)}`, `P${pick(i + 200, 60)}`],
    })),
    total_audience_size: pick(220, 1e7),
    metadata: { tags: ['bench'], campaign_id: `c${pick(240, 100)}` },
  }
}
