/**
 * Lets `Date` and `Temporal.Now` follow the lake's clock. Where that is simulated, they stand where it stands, so that a run of
 * one seed gives the same rows each time; what is the machine's is left as it is. `performance` and timers stay the machine's.
 */

const RealDate = Date
const realNow = Date.now
/** Whoever looks at a clock that stands so often waits for it to go on, and would wait for ever. */
const looksMax = 10_000_000
let standsAt: number | undefined
let looks = 0

export const machineNow = (): number => realNow()

/** Milliseconds since 1970 UTC; undefined where the lake goes by the machine's clock. */
export function setLakeTime(milliseconds: number | undefined): void {
  if (milliseconds !== undefined && globalThis.Date === RealDate) install()
  standsAt = milliseconds
  looks = 0
}

function now(): number {
  if (standsAt === undefined) return realNow()
  looks += 1
  if (looks > looksMax)
    throw new Error(
      `The lake's clock is simulated and stands at ${new RealDate(standsAt).toISOString()} while this runs: a loop that waits for Date to go on waits for ever. Wait with a timer; measure with performance.now().`,
    )
  return standsAt
}

function install(): void {
  const lakeDate = new Proxy(RealDate, {
    construct: (target, values, newTarget) =>
      Reflect.construct(target, values.length === 0 ? [now()] : values, newTarget) as Date,
    apply: target => new target(now()).toString(),
    get: (target, key) => (key === 'now' ? now : Reflect.get(target, key)),
  })
  RealDate.prototype.constructor = lakeDate
  globalThis.Date = lakeDate
  const instant = () => Temporal.Instant.fromEpochMilliseconds(now())
  const zoned = (zone: Temporal.TimeZoneLike = Temporal.Now.timeZoneId()) => instant().toZonedDateTimeISO(zone)
  Object.assign(Temporal.Now, {
    instant,
    zonedDateTimeISO: zoned,
    plainDateTimeISO: (zone?: Temporal.TimeZoneLike) => zoned(zone).toPlainDateTime(),
    plainDateISO: (zone?: Temporal.TimeZoneLike) => zoned(zone).toPlainDate(),
    plainTimeISO: (zone?: Temporal.TimeZoneLike) => zoned(zone).toPlainTime(),
  })
}
