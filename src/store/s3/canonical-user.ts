// The canonical user id of an account, 64 hex digits, by which S3 names owners. AWS gives them out; here they follow
// from the account's number.
import { createHash } from 'node:crypto'

export const canonicalUser = (account: string) =>
  createHash('sha256').update(`canonical user of ${account}`).digest('hex')
