/**
 * What is made when it is asked for first: the first format of a browser takes ten milliseconds to make, which no page waits for
 * that shows none.
 */
export function madeOnce<Made>(make: () => Made): () => Made {
  let made: { readonly it: Made } | undefined
  return () => (made ??= { it: make() }).it
}
