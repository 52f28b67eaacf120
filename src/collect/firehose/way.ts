// Whether what a delivery is about to do can be done: nothing is read, called or written for a bucket that is not there or
// that the role may not write. What is in the way is an error, which holds the records back.
import type { ActiveConversion } from './conversion.ts'
import { bucketOf, type Destination } from './destination.ts'
import type { FailedTable } from './error-line.ts'
import { objectKey } from './object-name.ts'
import type { Order } from './order.ts'
import type { Column, World } from './world.ts'

const service = 'firehose.amazonaws.com'

export class WayBlocked extends Error {
  override readonly name: string = 'WayBlocked'
}

/** By a right that a role does not have. */
export class WayDenied extends WayBlocked {
  override readonly name = 'WayDenied'
}

export function checkWay({ identity, destination, version, backlog }: Order, world: World): void {
  const { source, name: stream } = identity
  const { target, clock, random, permits } = world
  if (source && !permits(source.roleArn, service, 'kinesis:GetRecords', source.streamArn)) {
    throw denied(source.roleArn, 'kinesis:GetRecords', source.streamArn)
  }
  const bucket = bucketOf(destination)
  if (!target.bucketExists(bucket)) {
    throw new WayBlocked(`The bucket ${bucket} does not exist. Create it, or name another with UpdateDestination.`)
  }
  // A role may be let into its prefix alone, so the question names a key such as an object will have.
  const oldestAt = backlog.since ?? clock.now()
  checkKeys(destination, [objectKey(destination, { stream, version, oldestAt, random })], world)
}

export function checkKeys(destination: Destination, keys: readonly string[], { permits }: World): void {
  for (const key of keys) {
    if (permits(destination.roleArn, service, 's3:PutObject', `${destination.bucketArn}/${key}`)) continue
    const prefix = key.slice(0, key.lastIndexOf('/') + 1)
    throw denied(destination.roleArn, 's3:PutObject', `${destination.bucketArn}/${prefix}*`)
  }
}

/** The columns that records become. */
export function columnsOf(
  { schema }: ActiveConversion,
  { account, region }: { readonly account: string; readonly region: string },
  { tables, permits }: Pick<World, 'tables' | 'permits'>,
): { readonly columns: readonly Column[]; readonly table: FailedTable } {
  const scope = { account: schema.catalogId ?? account, region: schema.region ?? region }
  const arn = `arn:aws:glue:${scope.region}:${scope.account}:table/${schema.database}/${schema.table}`
  if (!permits(schema.roleArn, service, 'glue:GetTableVersions', arn)) {
    throw denied(schema.roleArn, 'glue:GetTableVersions', arn)
  }
  const versions = tables.tableVersions(scope, schema.database, schema.table)
  const found =
    schema.version === undefined ? versions[0] : versions.find(({ version }) => String(version) === schema.version)
  if (found === undefined) {
    throw new WayBlocked(
      `The table ${schema.database}.${schema.table} has no version ${schema.version}. ` +
        'Name another, or LATEST, with UpdateDestination.',
    )
  }
  const table = { ...schema, catalogId: scope.account, region: scope.region, version: String(found.version) }
  return { columns: found.columns.map(({ name, type }) => ({ name, type })), table }
}

export const mayCall = (roleArn: string, functionArn: string, { permits }: World): boolean =>
  permits(roleArn, service, 'lambda:InvokeFunction', functionArn)

const denied = (role: string, action: string, resource: string) =>
  new WayDenied(
    `The role ${role} is not authorized to perform ${action} on ${resource}. Allow it, or name another role.`,
  )
