/**
 * MSCK REPAIR TABLE: folders `key=value/` under the table's location that are no partitions yet become some, all in one
 * commit. As in Athena it only adds; partitions whose folder is gone are named. Folders whose key is written otherwise
 * than the table's (capital letters, another order), or without a value, are passed over.
 * https://docs.aws.amazon.com/athena/latest/ug/msck-repair-table.html
 */
import { parseFolder, partitionPath } from '../../../catalog/glue/partition-path.ts'
import type { PartitionDefinition } from '../../../catalog/glue/table.ts'
import { ddlInvalid, ddlNotPartitioned } from '../faults.ts'
import { parseLocation } from '../location.ts'
import { type Context, type Outcome, shown, tableOf } from './outcome.ts'
import type { TableName } from './statement.ts'

/** Of folders, each of which costs a look into the bucket, as each partition does that is looked at: some milliseconds. */
const page = 200
const lookedAtOnce = 100
const othersTurn = () => new Promise(resolve => setImmediate(resolve))

export async function repair(context: Context, name: TableName): Promise<Outcome> {
  const { caller, catalog, s3, signal } = context
  const table = tableOf(context, name)
  const keys = table.partitionKeys.map(key => key.name)
  if (keys.length === 0) throw ddlNotPartitioned(shown(context, name))
  caller.demandTable('glue:GetPartitions', table.database, table.name)
  caller.demandTable('glue:BatchCreatePartition', table.database, table.name)
  const location = parseLocation(table.location)
  if (!location || !s3.bucketExists(location.bucket))
    throw ddlInvalid(`The location ${table.location} cannot be listed`)
  caller.demandListing(location)

  const found: PartitionDefinition[] = []
  const labels: string[] = []
  for await (const partition of foldersUnder(context, location, keys))
    if (!catalog.partition(caller, table.database, table.name, partition.values)) {
      found.push(partition)
      labels.push(label(table.name, keys, partition.values))
    }
  const missing: string[] = []
  let looked = 0
  for (const partition of catalog.partitions(caller, table.database, table.name)) {
    signal.throwIfAborted()
    if (++looked % lookedAtOnce === 0) await othersTurn()
    if (isEmpty(context, partition.location)) missing.push(label(table.name, keys, partition.values))
  }
  return {
    columns: [],
    lines: [
      ...(labels.length > 0 ? [`Partitions not in metastore:\t${labels.join('\t')}`] : []),
      ...(missing.length > 0 ? [`Partitions missing from filesystem:\t${missing.join('\t')}`] : []),
      ...labels.map(text => `Repair: Added partition to metastore ${text}`),
    ],
    ...(found.length > 0 && {
      ahead: () => catalog.addPartitionsAhead(caller, table.database, table.name, found, signal),
    }),
  }
}

async function* foldersUnder(
  context: Context,
  { bucket, prefix }: { readonly bucket: string; readonly prefix: string },
  keys: readonly string[],
  values: readonly string[] = [],
): AsyncIterable<PartitionDefinition> {
  if (values.length === keys.length) {
    yield { values, location: `s3://${bucket}/${prefix}` }
    return
  }
  for (let after = ''; ; ) {
    context.signal.throwIfAborted()
    const listed = context.s3.listFolders(bucket, prefix, '/', after, page)
    for (const folder of listed.folders) {
      const parsed = parseFolder(folder.slice(prefix.length, -1))
      if (parsed?.key !== keys[values.length] || parsed === undefined || parsed.value === '') continue
      yield* foldersUnder(context, { bucket, prefix: folder }, keys, [...values, parsed.value])
    }
    // A listing is synchronous; others get their turn between the pages.
    await othersTurn()
    if (listed.next === undefined) return
    after = listed.next
  }
}

function isEmpty({ s3 }: Context, text: string): boolean {
  const location = parseLocation(text)
  return !location || !s3.bucketExists(location.bucket) || s3.list(location.bucket, location.prefix, '', 1).length === 0
}

const label = (table: string, keys: readonly string[], values: readonly string[]): string =>
  `${table}:${partitionPath(keys, values).slice(0, -1)}`
