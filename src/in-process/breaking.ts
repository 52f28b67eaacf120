/** The borders at which `lake.faults` breaks things, each around what lake.ts would hand to a part without it. */
import type { Pace } from '../collect/kinesis/stream.ts'
import type { Faults } from './faults.ts'

/** What of S3 a delivery ends with. */
interface DeliveryTarget<Write, Made> {
  publish(write: Write, bucket: string, key: string, object: Made): unknown
}

/** `<prefix><delivery stream>-<version>-yyyy-MM-dd-HH-mm-ss-<uuid>`: https://docs.aws.amazon.com/firehose/latest/dev/s3-object-name.html */
const objectName = /(?:^|\/)([^/]+)-\d+(?:-\d{2,4}){6}-[^/]*$/

/** S3 for deliveries, which does not take an object where a rule says so: in the transaction, of which then nothing stays. */
export function breakableTarget<Write, Made, Target extends DeliveryTarget<Write, Made>>(
  target: Target,
  faults: Faults,
): Target {
  const publish: Target['publish'] = (write: Write, bucket: string, key: string, object: Made) => {
    const delivery = objectName.exec(key)?.[1]
    if (faults.breaks('delivery', ({ name }) => name === undefined || name === delivery))
      throw new Error(`S3 did not take the object ${key}: lake.faults broke it.`)
    return target.publish(write, bucket, key, object)
  }
  return new Proxy(target, {
    get(_target, name) {
      if (name === 'publish') return publish
      const member = Reflect.get(target, name, target)
      return typeof member === 'function' ? member.bind(target) : member
    },
  })
}

const shardId = (number: number) => `shardId-${String(number).padStart(12, '0')}`

/** A stream's rates, which a rule makes smaller. */
export const breakablePace =
  (faults: Faults): Pace =>
  (stream, rates) => {
    const isItsStream = (breaking: { readonly stream?: string }) => (breaking.stream ?? stream.name) === stream.name
    if (!faults.expects('throttle', isItsStream)) return rates
    const refuses = (number: number, doing: 'write' | 'read') =>
      faults.breaks(
        'throttle',
        breaking =>
          isItsStream(breaking) &&
          (breaking.shard ?? shardId(number)) === shardId(number) &&
          (breaking.on ?? doing) === doing,
      )
    return {
      write: (shard, bytes, at) => !refuses(shard, 'write') && (rates?.write(shard, bytes, at) ?? true),
      read: (shard, now) => !refuses(shard, 'read') && (rates?.read(shard, now) ?? true),
      gave: (shard, bytes, now) => rates?.gave(shard, bytes, now),
      iterator: (shard, now) => rates?.iterator(shard, now) ?? true,
      forget: shard => rates?.forget(shard),
    }
  }
