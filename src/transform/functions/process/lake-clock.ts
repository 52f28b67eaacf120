/**
 * Lets `Date` and `Temporal.Now` follow the lake's clock. Where that is simulated, they stand where it stands, so that a run of
 * one seed gives the same rows each time; what is the machine's is left as it is. `performance` and timers stay the machine's.
 */

const RealDate = Date
const realNow = Date.now
let standsAt: number | undefined

export const machineNow = (): number => realNow()

/** Milliseconds since 1970 UTC; undefined where the lake goes by the machine's clock. */
export function setLakeTime(milliseconds: number | undefined): void {
  if (milliseconds !== undefined && globalThis.Date === RealDate) install()
  standsAt = milliseconds
}

const now = (): number => standsAt ?? realNow()

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
