// The short way, of records that are delivered as they came: one object, streamed from the source through the compressor,
// a batch in memory at a time.
import { compressionOf, describedOf } from './compression.ts'
import { delimiterOf, workOf } from './destination.ts'
import type { Gathering } from './gathering.ts'
import { objectKey } from './object-name.ts'
import type { Order, Shipment } from './order.ts'
import { type Content, Part } from './source.ts'
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
  const delimiterBytes = delimiter?.length ?? 0
  for await (const batch of gathering.batches()) {
    const contents: Content[] = []
    let bytes = 0
    for (const record of batch) {
      if (record.packed === undefined) contents.push(record)
      else
        for (const { data } of record.packed)
          contents.push(new Part(Buffer.from(data.buffer, data.byteOffset, data.length)))
    }
    for (const { dataBytes } of contents) bytes += dataBytes
    const all = Buffer.allocUnsafe(bytes + contents.length * delimiterBytes)
    let end = 0
    for (const content of contents) {
      content.copyData(all, end)
      end += content.dataBytes
      if (delimiter !== undefined) all.set(delimiter, end)
      end += delimiterBytes
    }
    sum.records += contents.length
    sum.bytes += bytes
    yield all
  }
}
