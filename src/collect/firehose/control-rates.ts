// How often AWS lets the operations on delivery streams be called, held against each call when the lake keeps AWS's
// limits: five a second of each in an account, and the switching of encryption 25 times in 24 hours for each stream.
// https://docs.aws.amazon.com/firehose/latest/dev/limits.html
import type { BoundOperations, Call } from '../../gateway/operation.ts'
import { LimitExceededException, ThrottlingException } from './faults.ts'
import { controlCallsPerSecond, encryptionChangesPerDay } from './limits.ts'

const unpaced: readonly string[] = ['PutRecord', 'PutRecordBatch']
const switching: readonly string[] = ['StartDeliveryStreamEncryption', 'StopDeliveryStreamEncryption']
const secondMilliseconds = 1000
const dayMilliseconds = 24 * 3_600_000
const subjectsMax = 1000

export class ControlRates {
  readonly #calls = new Recent(secondMilliseconds)
  readonly #switches = new Recent(dayMilliseconds)

  /** The operations, each held to its rate before it runs. */
  paced(operations: BoundOperations): BoundOperations {
    return Object.fromEntries(
      Object.entries(operations).map(([name, operation]) => {
        if (unpaced.includes(name)) return [name, operation]
        const run = async (input: unknown, call: Call) => {
          this.#take(name, input, call)
          return operation.run(input, call)
        }
        return [name, { ...operation, run }]
      }),
    )
  }

  #take(name: string, input: unknown, { account, region, at }: Call): void {
    if (!this.#calls.take(`${name} ${account} ${region}`, at, controlCallsPerSecond)) {
      throw new ThrottlingException(`Rate exceeded. ${name} may be called ${controlCallsPerSecond} times a second.`)
    }
    if (!switching.includes(name)) return
    const { DeliveryStreamName: stream } = input as { readonly DeliveryStreamName: string }
    if (this.#switches.take(`${stream} ${account} ${region}`, at, encryptionChangesPerDay)) return
    throw new LimitExceededException(
      `The encryption of ${stream} was switched ${encryptionChangesPerDay} times in 24 hours. Try again tomorrow.`,
    )
  }
}

/** What was done to each subject within a span of time. */
class Recent {
  readonly #milliseconds: number
  readonly #times = new Map<string, readonly number[]>()

  constructor(milliseconds: number) {
    this.#milliseconds = milliseconds
  }

  /** Whether it may be done once more; it counts if it may. */
  take(subject: string, at: number, most: number): boolean {
    const times = this.#within(this.#times.get(subject) ?? [], at)
    if (times.length >= most) return false
    if (this.#times.size >= subjectsMax) this.#forget(at)
    this.#times.set(subject, [...times, at])
    return true
  }

  #within(times: readonly number[], at: number): readonly number[] {
    return times.filter(time => time > at - this.#milliseconds)
  }

  #forget(at: number): void {
    for (const [subject, times] of this.#times) {
      if (this.#within(times, at).length === 0) this.#times.delete(subject)
    }
  }
}
