/**
 * What has to be the same when a request comes again with its token: the text, the context and the location of the result, each
 * as it was sent. Values for question marks and the work group may be others, as in AWS.
 */
import { hash } from 'node:crypto'
import type { QueryRequest } from './live.ts'

/** A work group that decides where results go does not look at what is said of it. */
export const askedKey = ({ text, database, catalog, outputLocation }: QueryRequest, isEnforced: boolean): string =>
  hash(
    'sha256',
    JSON.stringify([text, database ?? null, catalog ?? null, isEnforced ? null : (outputLocation ?? null)]),
  )
