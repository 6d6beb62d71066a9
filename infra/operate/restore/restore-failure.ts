/** Why nothing can be restored, said to the person who started it and can put it right. */
export class RestoreFailure extends Error {
  override readonly name = 'RestoreFailure'
}
