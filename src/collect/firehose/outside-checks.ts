// What AWS asks others before it takes a configuration: whether jq can read the query, and whether the table that records
// are converted by is there, has columns, and may be read in the role that is named.
import { type Destination, workOf } from './destination.ts'
import { InvalidArgumentException } from './faults.ts'
import { columnsOf, WayBlocked } from './way.ts'
import type { World } from './world.ts'

/** Throws InvalidArgumentException. */
export async function checkOutside(
  destination: Destination,
  scope: { readonly account: string; readonly region: string },
  world: Pick<World, 'jq' | 'tables' | 'permits'>,
): Promise<void> {
  const { processors, conversion } = workOf(destination)
  const metadata = processors.find(processor => processor.kind === 'metadata')
  const mistake = metadata && (await world.jq.check(metadata.query))
  if (mistake) throw new InvalidArgumentException(`MetaDataExtraction JQ Query is invalid: ${mistake}`)
  if (conversion === undefined) return
  if (conversion.schema.roleArn.split(':')[4] !== scope.account) {
    throw new InvalidArgumentException('Cross-account pass role is not allowed.')
  }
  try {
    const { columns } = columnsOf(conversion, scope, world)
    if (columns.length > 0) return
  } catch (cause) {
    throw new InvalidArgumentException(reasonOf(cause))
  }
  throw new InvalidArgumentException('The schema is invalid. The specified table has no columns.')
}

function reasonOf(cause: unknown): string {
  if (cause instanceof WayBlocked && cause.message.includes('not authorized')) {
    return (
      'Access was denied when calling Glue. Please ensure that the role specified in the data format conversion ' +
      `configuration has the necessary permissions. ${cause.message}`
    )
  }
  return `The schema is invalid. ${cause instanceof Error ? cause.message : String(cause)}`
}
