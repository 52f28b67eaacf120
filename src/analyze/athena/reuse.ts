/**
 * Which earlier result may stand for a query: of the same text with the same values, database, catalog and result
 * configuration in the same work group, young enough, of tables that the caller may see. As in AWS nobody looks whether
 * the data has changed since. https://docs.aws.amazon.com/athena/latest/ug/reusing-query-results.html
 */
import { hash } from 'node:crypto'
import type { Caller } from './caller.ts'
import { tokensOf } from './ddl/tokens.ts'
import type { ReusableResult } from './history.ts'
import type { QueryDefinition } from './query.ts'

/** Whatever else there is in a query, these give another answer each time. */
const changing = new Set(
  (
    'rand random uuid now shuffle current_timestamp current_date current_time localtime localtimestamp current_user ' +
    'tablesample'
  ).split(' '),
)

/** What two queries have in common of which one may take the other's result; undefined for one whose answer changes. */
export function reuseKey(
  { workGroup, account, region }: { readonly workGroup: string; readonly account: string; readonly region: string },
  query: QueryDefinition,
  { sql, values }: { readonly sql: string; readonly values: readonly string[] },
): string | undefined {
  const { database, catalog, output, encryption, expectedBucketOwner } = query
  const words = [sql, ...values].flatMap(text => tokensOf(text) ?? []).filter(({ kind }) => kind === 'word')
  if (words.some(({ text }) => changing.has(text.toLowerCase()))) return undefined
  const folder = output.key.slice(0, output.key.lastIndexOf('/') + 1)
  const place = [output.bucket, folder, encryption ?? null, expectedBucketOwner ?? null]
  const whose = [account, region, workGroup, database?.toLowerCase() ?? null, catalog?.toLowerCase() ?? null]
  return hash('sha256', JSON.stringify([...whose, ...place, sql, values]))
}

/** Whether the caller may see the result and the tables that it is of. */
export function mayReuse(caller: Caller, { output, end }: ReusableResult): boolean {
  return (
    caller.may('s3:GetObject', `arn:aws:s3:::${output.bucket}/${output.key}`) &&
    (end.tables ?? []).every(({ database, name }) => caller.mayTable('glue:GetTable', database, name))
  )
}
