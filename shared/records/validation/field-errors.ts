import type { FieldError } from '../../base/problem.ts'
import { cutTo, fieldPath } from './field-path.ts'

/** An answer names this many bad fields: a body of a megabyte can hold hundreds of thousands. */
const ERRORS_MAX = 100
const MESSAGE_CHARACTERS_MAX = 500

/** A path as its parts, as they stand when the error is added; a function where even finding them takes work. */
type Path = string | readonly PropertyKey[] | (() => readonly PropertyKey[])

/**
 * What is wrong with a request, bounded however much that is: the first 100 errors are kept and the others counted.
 * Paths are built for the kept ones only.
 */
export class FieldErrors {
  readonly #shown: FieldError[] = []
  #count = 0

  constructor(errors: readonly FieldError[] = []) {
    for (const { path, message } of errors) this.add(path, message)
  }

  add(path: Path, message: string): void {
    this.#count += 1
    if (this.#shown.length === ERRORS_MAX) return
    const parts = typeof path === 'function' ? path() : path
    this.#shown.push({ path: fieldPath(parts), message: cutTo(message, MESSAGE_CHARACTERS_MAX) })
  }

  /** Adds those of a part of the request, with the number of those that it does not show. */
  addAll({ shown, count }: FieldErrors): void {
    for (const { path, message } of shown) this.add(path, message)
    this.skip(count - shown.length)
  }

  /** Counts errors that are not shown. */
  skip(count: number): void {
    this.#count += count
  }

  /** Further errors are only counted: `skip` is cheaper. */
  get is_full(): boolean {
    return this.#shown.length === ERRORS_MAX
  }

  get count(): number {
    return this.#count
  }

  get shown(): readonly FieldError[] {
    return this.#shown
  }

  /** Members of the problem that names these errors. */
  get members(): { errors_omitted?: number } {
    const errors_omitted = this.#count - this.#shown.length
    return errors_omitted === 0 ? {} : { errors_omitted }
  }
}
