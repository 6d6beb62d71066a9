/** Why an import cannot go on, said to the person who started it and can put it right. */
export class ImportFailure extends Error {
  override readonly name = 'ImportFailure'
}
