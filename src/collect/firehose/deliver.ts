// One delivery, from the records in the source to the commit that makes them objects.
//
//   way       the bucket is there, the roles may: way.ts
//   gather    the records of one window, in the order of their arrival: gathering.ts
//   ship      plain.ts, or with processing processed.ts: objects that are durable and nobody's yet
//   commit    all of them are there, and the positions have moved
//
// Exactly once: a crash before the commit leaves unpublished blobs and the old positions, from which the same records are
// read again; after it they are never read again. A function that transforms records may so be called twice for them.
import assert from 'node:assert/strict'
import type { Transaction } from '../../durable/ledger.ts'
import { bucketOf, workOf } from './destination.ts'
import type { Gathering } from './gathering.ts'
import { bufferBytes, bufferMilliseconds, type Order, type Shipment } from './order.ts'
import { isPlain, shipPlain } from './plain.ts'
import { shipProcessed } from './processed.ts'
import { writePosition } from './tables.ts'
import { checkKeys, checkWay } from './way.ts'
import type { World } from './world.ts'

export interface Delivered extends Shipment {
  /** Arrival of the newest record that was delivered. */
  readonly newestAt: number | undefined
}

/** `alongside` joins the commit. */
export async function deliver(
  order: Order,
  world: World,
  alongside: (write: Transaction, shipment: Shipment) => void,
): Promise<Delivered> {
  const calls = workOf(order.destination).processors.some(({ kind }) => kind === 'lambda')
  const turnstile = calls ? world.slowTurnstile : world.turnstile
  return turnstile.pass(() => deliverNow(order, world, alongside))
}

async function deliverNow(
  order: Order,
  world: World,
  alongside: (write: Transaction, shipment: Shipment) => void,
): Promise<Delivered> {
  const { backlog, destination, leg, identity, meters } = order
  checkWay(order, world)
  const gathering = backlog.gather({ bytes: bufferBytes(destination), milliseconds: bufferMilliseconds(destination) })
  const shipment = await (isPlain(order) ? shipPlain : shipProcessed)(gathering, order, world)
  const { taken } = gathering
  assert(taken.size > 0, 'a backlog that is due has something to take')
  tellRead(gathering, order)
  await publish(order, world, shipment, write => {
    for (const [lane, { next }] of taken) {
      writePosition(write, identity.id, { leg, source: backlog.source.id, lane: lane.id, next })
    }
    alongside(write, shipment)
  })
  tellLost(gathering, order, world)
  const { newestAt, oldestAt } = gathering
  await backlog.settle(taken)
  const oldestMilliseconds = Math.max(0, world.clock.now() - (oldestAt ?? world.clock.now()))
  meters.delivered(leg, { ...shipment, objects: shipment.objects.length, oldestMilliseconds })
  return { ...shipment, newestAt }
}

async function publish(
  { destination }: Order,
  world: World,
  { objects }: Shipment,
  alongside: (write: Transaction) => void,
): Promise<void> {
  const { ledger, target } = world
  const bucket = bucketOf(destination)
  let isCommitting = false
  try {
    checkKeys(
      destination,
      objects.map(({ key }) => key),
      world,
    )
    // From here the objects are there and their records will not be read again; a crash before leaves unpublished blobs,
    // swept at start, and the positions as they were.
    await ledger.commit(write => {
      for (const { key, object } of objects) target.publish(write, bucket, key, object)
      alongside(write)
      isCommitting = true
    })
  } catch (cause) {
    // Once the change has run, nobody knows what became of it: then a start has to tell.
    if (!isCommitting) await Promise.allSettled(objects.map(({ object }) => target.discard(object)))
    throw cause
  }
}

/** Reading again after a failure counts again, as in AWS. */
function tellRead({ records, bytes, newestAt = 0 }: Gathering, { backlog, leg, meters }: Order): void {
  if (backlog.source.streamArn === undefined || leg === 'backup') return
  meters.read({ records, bytes, millisecondsBehind: Math.max(0, (backlog.newestAt ?? 0) - newestAt) })
}

function tellLost({ taken }: Gathering, { identity, leg }: Order, { log }: World): void {
  const lost = taken.values().reduce((sum, part) => sum + part.lost, 0)
  const what = leg === 'backup' ? `the backup of ${identity.name}` : identity.name
  if (lost > 0) log.warn(`${lost} records expired in their stream before ${what} could deliver them`)
}
