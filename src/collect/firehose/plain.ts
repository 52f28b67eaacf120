// The short way, of records that are delivered as they came: one object, streamed from the source through the compressor,
// a batch in memory at a time.
import { compressionOf, describedOf } from './compression.ts'
import { delimiterOf, workOf } from './destination.ts'
import type { Gathering } from './gathering.ts'
import { objectKey } from './object-name.ts'
import type { Order, Shipment } from './order.ts'
import type { World } from './world.ts'

export function isPlain({ destination }: Order): boolean {
  const { processors, partitioning, conversion } = workOf(destination)
  const isWork = processors.some(({ kind }) => kind !== 'delimiter')
  return !isWork && partitioning === undefined && conversion === undefined
}

export async function shipPlain(gathering: Gathering, order: Order, { target, random }: World): Promise<Shipment> {
  const { destination, version, identity } = order
  const form = compressionOf(destination)
  const sum = { records: 0, bytes: 0 }
  const content = form.compress(concatenated(gathering, delimiterOf(destination), sum), random.uuid())
  const object = await target.take(content, describedOf(form))
  // All that there was may have expired in its stream.
  if (gathering.records === 0) {
    await target.discard(object)
    return { ...sum, objects: [] }
  }
  const named = { stream: identity.name, version, oldestAt: gathering.oldestAt ?? 0, random }
  return { ...sum, objects: [{ key: objectKey(destination, named), object }] }
}

async function* concatenated(
  gathering: Gathering,
  delimiter: Uint8Array | undefined,
  sum: { records: number; bytes: number },
): AsyncGenerator<Uint8Array> {
  for await (const batch of gathering.batches()) {
    const parts: Uint8Array[] = []
    const add = (data: Uint8Array) => {
      parts.push(data)
      if (delimiter !== undefined) parts.push(delimiter)
      sum.records++
      sum.bytes += data.length
    }
    for (const { data, packed } of batch) {
      if (packed === undefined) add(data)
      else for (const one of packed) add(one.data)
    }
    yield Buffer.concat(parts)
  }
}
