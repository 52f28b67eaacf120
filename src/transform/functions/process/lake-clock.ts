/**
 * Lets `Date` follow the lake's clock, which may be simulated: the offset is set at each invocation, and within one the
 * time goes on at its natural pace. `performance`, `Temporal` and timers stay the machine's.
 */

const RealDate = Date
const realNow = Date.now
let offset = 0

export const machineNow = (): number => realNow()

export function setClockOffset(milliseconds: number): void {
  if (milliseconds !== 0 && globalThis.Date === RealDate) install()
  offset = milliseconds
}

function install(): void {
  const now = () => realNow() + offset
  const shifted = new Proxy(RealDate, {
    construct: (target, values, newTarget) =>
      Reflect.construct(target, values.length === 0 ? [now()] : values, newTarget) as Date,
    apply: target => new target(now()).toString(),
    get: (target, key) => (key === 'now' ? now : Reflect.get(target, key)),
  })
  RealDate.prototype.constructor = shifted
  globalThis.Date = shifted
}
