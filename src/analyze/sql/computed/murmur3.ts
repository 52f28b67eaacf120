// Murmur3, 128 bits for 64-bit machines, seed 0: both halves, each with its lowest byte first.
// https://github.com/aappleby/smhasher/wiki/MurmurHash3
const first = 0x87c37b91114253d5n
const second = 0x4cf5ad432745937fn

const wrap = (value: bigint): bigint => BigInt.asUintN(64, value)
const rotate = (value: bigint, by: bigint): bigint => wrap((value << by) | (value >> (64n - by)))
const mixFirst = (lane: bigint): bigint => wrap(rotate(wrap(lane * first), 31n) * second)
const mixSecond = (lane: bigint): bigint => wrap(rotate(wrap(lane * second), 33n) * first)

function finished(value: bigint): bigint {
  const once = wrap((value ^ (value >> 33n)) * 0xff51afd7ed558ccdn)
  const twice = wrap((once ^ (once >> 33n)) * 0xc4ceb9fe1a85ec53n)
  return twice ^ (twice >> 33n)
}

export function murmur3(data: Uint8Array): Uint8Array {
  // The rest behind the last whole block counts as if zeros followed.
  const whole = Math.floor(data.length / 16) * 16
  const tail = new Uint8Array(16)
  tail.set(data.subarray(whole))
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
  let [one, two] = [0n, 0n]
  for (let at = 0; at < whole; at += 16) {
    one = wrap(one ^ mixFirst(view.getBigUint64(at, true)))
    one = wrap((rotate(one, 27n) + two) * 5n + 0x52dce729n)
    two = wrap(two ^ mixSecond(view.getBigUint64(at + 8, true)))
    two = wrap((rotate(two, 31n) + one) * 5n + 0x38495ab5n)
  }
  const rest = new DataView(tail.buffer)
  two ^= mixSecond(rest.getBigUint64(8, true))
  one ^= mixFirst(rest.getBigUint64(0, true))
  const length = BigInt(data.length)
  one = wrap((one ^ length) + (two ^ length))
  two = wrap((two ^ length) + one)
  one = finished(one)
  two = finished(two)
  one = wrap(one + two)
  two = wrap(two + one)
  const result = new DataView(new ArrayBuffer(16))
  result.setBigUint64(0, one, true)
  result.setBigUint64(8, two, true)
  return new Uint8Array(result.buffer)
}
