/** The bytes are not a whole, sound Parquet file: never an empty table, never overwritten. */
export class CorruptFile extends Error {
  override readonly name = 'CorruptFile'
}
