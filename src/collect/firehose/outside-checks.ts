// What AWS asks others before it takes a configuration: whether Firehose may act in the roles that are named, jq can read
// the query, and the table that records are converted by is there, has columns, and may be read.
import { Fault } from '../../gateway/fault.ts'
import type { ActiveConversion } from './conversion.ts'
import { type Destination, type Work, workOf } from './destination.ts'
import { InvalidArgumentException } from './faults.ts'
import type { DeliveryIdentity } from './tables.ts'
import { columnsOf, WayBlocked, WayDenied } from './way.ts'
import type { Column, World } from './world.ts'

const service = 'firehose.amazonaws.com'

type Asked = Pick<World, 'jq' | 'tables' | 'permits' | 'assumes'>
type Identity = Pick<DeliveryIdentity, 'account' | 'region' | 'source'>

/** Throws InvalidArgumentException. */
export async function checkOutside(destination: Destination, identity: Identity, world: Asked): Promise<void> {
  const work = workOf(destination)
  checkRoles([identity.source?.roleArn, destination.roleArn, ...rolesOf(work)], world)
  checkSource(identity.source, world)
  const { processors, conversion } = work
  const metadata = processors.find(processor => processor.kind === 'metadata')
  const mistake = metadata && (await world.jq.check(metadata.query))
  if (mistake) throw new InvalidArgumentException(`MetaDataExtraction JQ Query is invalid: ${mistake}`)
  if (conversion) checkTable(conversion, identity, world)
}

const rolesOf = ({ backup, conversion, processors }: Work): readonly (string | undefined)[] => [
  backup?.roleArn,
  conversion?.schema.roleArn,
  ...processors.map(processor => (processor.kind === 'lambda' ? processor.roleArn : undefined)),
]

function checkRoles(roles: readonly (string | undefined)[], { assumes }: Asked): void {
  const strange = roles.find(role => role !== undefined && !assumes(role, service))
  if (strange === undefined) return
  throw new InvalidArgumentException(`Firehose is unable to assume role ${strange}. Please check the role provided.`)
}

function checkSource(source: Identity['source'], { permits }: Asked): void {
  if (source === undefined || permits(source.roleArn, service, 'kinesis:DescribeStream', source.streamArn)) return
  const name = source.streamArn.replace(/^.*:stream\//, '')
  throw new InvalidArgumentException(
    `Role ${source.roleArn} is not authorized to perform DescribeStream on stream ${name}.`,
  )
}

function checkTable(conversion: ActiveConversion, scope: Identity, world: Asked): void {
  if (conversion.schema.roleArn.split(':')[4] !== scope.account) {
    throw new InvalidArgumentException('Cross-account pass role is not allowed.')
  }
  if (columnsFound(conversion, scope, world).length > 0) return
  throw new InvalidArgumentException('The schema is invalid. The specified table has no columns.')
}

function columnsFound(conversion: ActiveConversion, scope: Identity, world: Asked): readonly Column[] {
  try {
    return columnsOf(conversion, scope, world).columns
  } catch (cause) {
    if (cause instanceof WayDenied) {
      throw new InvalidArgumentException(
        'Access was denied when calling Glue. Please ensure that the role specified in the data format conversion ' +
          `configuration has the necessary permissions. ${cause.message}`,
      )
    }
    if (!(cause instanceof WayBlocked || cause instanceof Fault)) throw cause
    throw new InvalidArgumentException(`The schema is invalid. ${cause.message}`)
  }
}
