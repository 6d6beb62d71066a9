/**
 * What is made of a list and a word, made once for each as long as somebody has the list: a page that is come back to makes nothing
 * again.
 */
export function oncePer<List extends object, Key, Result>(
  make: (list: List, key: Key) => Result,
): (list: List, key: Key) => Result {
  const made = new WeakMap<List, Map<Key, Result>>()
  return (list, key) => {
    const of_list = made.get(list) ?? new Map<Key, Result>()
    made.set(list, of_list)
    if (!of_list.has(key)) of_list.set(key, make(list, key))
    return of_list.get(key)!
  }
}
