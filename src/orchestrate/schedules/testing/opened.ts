/** Schedules, rules and triggers over a disk and a clock of the test, and what they invoked; closed after the test. */
import { afterEach } from 'node:test'
import { Tags as GlueTags } from '../../../catalog/glue/tags.ts'
import { Ledger } from '../../../durable/ledger.ts'
import { Background } from '../../../world/background.ts'
import { SilentLog } from '../../../world/log.ts'
import { SimulatedClock } from '../../../world/simulated/clock.ts'
import { SimulatedDisk } from '../../../world/simulated/disk.ts'
import { SeededRandom } from '../../../world/simulated/random.ts'
import { Schedules } from '../schedules.ts'

export const minute = 60_000
export const startAt = Date.parse('2025-10-15T12:00:00Z')
export const scope = { account: '000000000000', region: 'ap-northeast-1' }
export const role = 'arn:aws:iam::000000000000:role/scheduler'

interface Called {
  readonly at: number
  readonly what: string
  readonly input: Readonly<Record<string, unknown>>
  readonly role: string | undefined
}

const opened: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of opened.splice(0)) await close()
})

/** The part over a disk that outlives it; `answer` decides what a call meets. */
export async function open(options: { disk?: SimulatedDisk; at?: number; answer?: (attempt: number) => void } = {}) {
  const disk = options.disk ?? new SimulatedDisk()
  const log = new SilentLog()
  const background = new Background(log)
  const clock = new SimulatedClock({ startAt: options.at ?? startAt, background })
  await disk.makeDirectory('/data')
  const ledger = await Ledger.open(disk, '/data/ledger.sqlite')
  const calls: Called[] = []
  const schedules = new Schedules({
    ledger,
    clock,
    background,
    random: new SeededRandom(1),
    log,
    supports: (service, operation) => `${service}:${operation}` === 'glue:StartJobRun',
    glueTags: new GlueTags({ ledger }),
    async invoke(call, service, operation, input) {
      calls.push({ at: clock.now(), what: `${service}:${operation}`, input, role: call.roleArn })
      options.answer?.(calls.length)
    },
  })
  await schedules.start()
  opened.push(async () => {
    schedules.close()
    await background.close()
    await ledger.close()
  })
  const minutes = () => calls.map(call => (call.at - startAt) / minute)
  return { disk, ledger, clock, background, schedules, calls, minutes }
}
