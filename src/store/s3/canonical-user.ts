// The canonical user id of an account, 64 hex digits, by which S3 names owners. AWS gives them out; here they follow
// from the account's number.
import { createHash } from 'node:crypto'

const known = new Map<string, string>()

export function canonicalUser(account: string): string {
  let id = known.get(account)
  if (id === undefined) {
    id = createHash('sha256').update(`canonical user of ${account}`).digest('hex')
    known.set(account, id)
  }
  return id
}
