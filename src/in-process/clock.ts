/** The lake's clock as a program sees it: it reads the hour, and moves it where it is simulated. */
import type { Background } from '../world/background.ts'
import type { Clock } from '../world/clock.ts'
import { LakeMistake } from '../world/mistake.ts'
import { type Dated, SimulatedClock } from '../world/simulated/clock.ts'
import { isoOf, reachable, readDuration, readInstant } from './instants.ts'

/** Something the lake does at an instant of its own accord, such as `deliver temperature-to-s3`. */
export interface Due {
  readonly name: string
  /** `2025-10-15T00:05:00.000Z` */
  readonly at: string
}

export interface TimeNeeds {
  readonly clock: Clock
  readonly background: Background
}

const dueOf = ({ name, at }: Dated): Due => ({ name, at: isoOf(at) })

export class LakeClock {
  readonly #needs: () => TimeNeeds
  readonly #enter: () => Promise<TimeNeeds>

  /** `needs` throws and `enter` rejects when the lake is closed. */
  constructor({ needs, enter }: { readonly needs: () => TimeNeeds; readonly enter: () => Promise<TimeNeeds> }) {
    this.#needs = needs
    this.#enter = enter
  }

  /**
   * The lake's hour. `String(lake.clock.now())` is ISO 8601.
   *
   *     lake.clock.now().toZonedDateTimeISO('Asia/Tokyo').hour
   */
  now(): Temporal.Instant {
    return Temporal.Instant.fromEpochMilliseconds(this.#needs().clock.now())
  }

  /** The lake's hour as AWS's operations take and give it. */
  date(): Date {
    return new Date(this.#needs().clock.now())
  }

  /**
   * Moves a simulated clock on and resolves when all that fell due on the way has run, with all it started: what ran, in
   * order. That is by due time, at one instant by the time at which it was appointed, and then by name. Days, months and
   * years are UTC's.
   *
   *     await lake.clock.advance({ minutes: 5 })     // or 'PT5M'
   *     // [{ name: 'deliver temperature-to-s3', at: '2025-10-14T15:01:00.000Z' }]
   */
  async advance(by: Temporal.DurationLike | Temporal.Duration | string): Promise<readonly Due[]> {
    const clock = simulated(await this.#enter())
    const target = readDuration(by)
    return this.#ran(await clock.advanceBy(target))
  }

  /**
   * As `advance`, to an instant. Rejects when that has passed.
   *
   *     await lake.clock.advanceTo('2025-10-16T00:00:00+09:00')
   */
  async advanceTo(instant: string | number | Date | Temporal.Instant): Promise<readonly Due[]> {
    const clock = simulated(await this.#enter())
    const at = readInstant('advanceTo', instant)
    return this.#ran(await clock.advanceBy(now => reachable(now, at)))
  }

  /**
   * What a simulated clock would run first, and when; undefined when nothing waits.
   *
   *     lake.clock.next()     // { name: 'deliver temperature-to-s3', at: '2025-10-14T15:01:00.000Z' }
   */
  next(): Due | undefined {
    const dated = simulated(this.#needs()).next()
    return dated && dueOf(dated)
  }

  /** All that waits for a simulated clock, in the order in which it will run. */
  due(): readonly Due[] {
    return simulated(this.#needs()).due().map(dueOf)
  }

  /**
   * Resolves when nothing is under way any more: no query, run, crawl or delivery that has begun. Time does not move.
   *
   *     await lake.aws.glue.StartJobRun({ JobName: 'curate' })
   *     await lake.clock.settle()
   */
  async settle(): Promise<void> {
    const { background } = await this.#enter()
    await background.settled()
  }

  /** A lake that was closed on the way has not come to where it was sent: that is said, not what ran until then. */
  #ran(ran: readonly Dated[]): readonly Due[] {
    this.#needs()
    return ran.map(dueOf)
  }
}

export function simulated({ clock }: Pick<TimeNeeds, 'clock'>): SimulatedClock {
  if (clock instanceof SimulatedClock) return clock
  throw new LakeMistake(
    "This lake runs on the system's clock, which nobody moves and which does not say what waits. Open it with clock: 'simulated' (biwa up --clock simulated).",
  )
}
