/**
 * The conditions that `terraform/` puts on grants: an object's name begins with one of some prefixes. Google evaluates
 * them on the resource of a request, and that of a listing is the bucket: so no such condition ever holds for a listing.
 * https://cloud.google.com/iam/docs/conditions-attribute-reference
 */
const PREFIX = /^resource\.name\.startsWith\('([^'\\]+)'\)$/

/** @throws Error for a condition of another form: it would have to be understood here, too */
export function prefixesOf(expression: string): string[] {
  return expression.split(' || ').map((term) => {
    const prefix = PREFIX.exec(term)?.[1]
    if (prefix === undefined) throw new Error(`infra/rights/conditions.ts does not understand: ${term}`)
    return prefix
  })
}
